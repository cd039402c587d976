from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0020_told_twice'),
    ]

    operations = [
        migrations.AddField(
            model_name='notification',
            name='sheet',
            field=models.CharField(default='', max_length=80),
        ),
    ]
