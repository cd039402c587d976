"""Of an answer that is shared, to which question: whoever receives it can sort it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0031_named_for'),
    ]

    operations = [
        migrations.AddField(
            model_name='sharedline',
            name='question',
            field=models.CharField(default='', max_length=60),
        ),
    ]
