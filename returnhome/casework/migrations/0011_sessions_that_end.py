"""What each session of a person is checked against, so that all of them can be ended at once."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0008_held_elsewhere'),
    ]

    operations = [
        migrations.AddField(
            model_name='person',
            name='session_key',
            field=models.UUIDField(default=uuid.uuid4),
        ),
    ]
