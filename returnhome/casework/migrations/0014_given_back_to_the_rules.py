"""That a decision in the rules' place was given back to them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0013_how_to_talk_with_the_child'),
    ]

    operations = [
        migrations.AddField(
            model_name='override',
            name='is_given_back',
            field=models.BooleanField(default=False),
        ),
    ]
