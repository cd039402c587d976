"""What a council calls the interview to a child."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

NEVER_CHANGED = """
create trigger never_changed before update or delete on casework_talkname
    for each row execute function casework_refuse_change();
create trigger never_emptied before truncate on casework_talkname
    for each statement execute function casework_refuse_change();
"""
NOT_NEVER_CHANGED = """
drop trigger never_emptied on casework_talkname;
drop trigger never_changed on casework_talkname;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0012_releases'),
    ]

    operations = [
        migrations.CreateModel(
            name='TalkName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('noted_at', models.DateTimeField()),
                ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority')),
                ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['authority', '-noted_at'], name='talk_name_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='a_talk_is_called_something')],
            },
        ),
        migrations.RunSQL(NEVER_CHANGED, NOT_NEVER_CHANGED),
    ]
