"""Who else comes near is found by birth date and the first letters of a name."""

from django.db import migrations, models
from django.db.models.functions import Left, Lower


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0017_taught_layouts'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='child',
            index=models.Index('born_on', Left('folded_name', 2), name='child_born_first'),
        ),
        migrations.AddIndex(
            model_name='child',
            index=models.Index('born_on', Left(Lower('surname'), 2), name='child_born_last'),
        ),
        migrations.AddIndex(
            model_name='child',
            index=models.Index(
                Left(Lower('surname'), 2), Left('folded_name', 2), name='child_first_letters'
            ),
        ),
    ]
