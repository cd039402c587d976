"""Who is named for a protected address; a naming is only ended."""

import django.db.models.deletion
import returnhome.casework.sealing
from django.conf import settings
from django.db import migrations, models

ONLY_ENDED = """
create trigger only_ended before update or delete on casework_namedfor
    for each row execute function casework_refuse_all_but_an_end();
create trigger never_emptied before truncate on casework_namedfor
    for each statement execute function casework_refuse_change();
"""
NOT_ONLY_ENDED = """
drop trigger never_emptied on casework_namedfor;
drop trigger only_ended on casework_namedfor;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0030_one_time_links'),
    ]

    operations = [
        migrations.CreateModel(
            name='NamedFor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', returnhome.casework.sealing.SealedText(default='')),
                ('because', returnhome.casework.sealing.SealedText(default='')),
                ('named_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('child', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='named_for', to='casework.child')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('named_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('to', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.organisation')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='a_naming_is_ended_by_somebody')],
            },
        ),
        migrations.RunSQL(ONLY_ENDED, NOT_ONLY_ENDED),
    ]
