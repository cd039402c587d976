"""What each session of a person is checked against, and who a person is in a directory."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0014_told_by_telephone'),
    ]

    operations = [
        migrations.AddField(
            model_name='person',
            name='session_key',
            field=models.UUIDField(default=uuid.uuid4),
        ),
        migrations.CreateModel(
            name='DirectoryIdentity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issuer', models.CharField(max_length=300)),
                ('subject', models.CharField(max_length=255)),
                ('since', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='directory_identities', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('issuer', 'subject'), name='a_subject_of_a_directory_is_one_person'), models.UniqueConstraint(fields=('issuer', 'person'), name='a_person_is_in_a_directory_once')],
            },
        ),
    ]
