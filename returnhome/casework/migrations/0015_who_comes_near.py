"""Children are found by the letters of their names, and why one was chosen has room."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0014_drawing_and_voice'),
    ]

    operations = [
        migrations.AlterField(
            model_name='notification',
            name='joined_because',
            field=models.CharField(default='', max_length=400),
        ),
        migrations.AddIndex(
            model_name='alias',
            index=django.contrib.postgres.indexes.GinIndex(fields=['folded_name'], name='alias_name_letters', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='child',
            index=models.Index(fields=['forename'], name='child_forename'),
        ),
        migrations.AddIndex(
            model_name='child',
            index=models.Index(fields=['surname'], name='child_surname'),
        ),
        migrations.AddIndex(
            model_name='child',
            index=django.contrib.postgres.indexes.GinIndex(fields=['folded_name'], name='child_name_letters', opclasses=['gin_trgm_ops']),
        ),
    ]
