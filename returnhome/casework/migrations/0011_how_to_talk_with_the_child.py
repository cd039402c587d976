"""What helps a child to talk and be understood: notes that are added to and never changed."""

import django.db.models.deletion
import returnhome.casework.sealing
from django.conf import settings
from django.db import migrations, models

NEVER_CHANGED = """
create trigger never_changed before update or delete on casework_communication
    for each row execute function casework_refuse_change();
create trigger never_emptied before truncate on casework_communication
    for each statement execute function casework_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0010_unfinished_counted_elsewhere'),
    ]

    operations = [
        migrations.CreateModel(
            name='Communication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(default='', max_length=60)),
                ('needs_interpreter', models.BooleanField(default=False)),
                ('helps', returnhome.casework.sealing.SealedText(default='')),
                ('noted_at', models.DateTimeField()),
                ('child', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='communications', to='casework.child')),
                ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['child', '-noted_at'], name='communication_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('needs_interpreter', False), models.Q(('language', ''), _negated=True), _connector='OR'), name='an_interpreter_is_for_a_language')],
            },
        ),
        migrations.RunSQL(
            NEVER_CHANGED,
            "drop trigger never_changed on casework_communication;"
            "drop trigger never_emptied on casework_communication;",
        ),
    ]
