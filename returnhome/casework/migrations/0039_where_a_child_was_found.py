"""Where a child was found: rows are added, and never changed."""

import django.db.models.deletion
import returnhome.casework.sealing
from django.conf import settings
from django.db import migrations, models


NEVER_CHANGED = """
create trigger never_changed before update or delete on casework_foundplace
    for each row execute function casework_refuse_change();
create trigger never_emptied before truncate on casework_foundplace
    for each statement execute function casework_refuse_change();
"""
CHANGED = """
drop trigger never_emptied on casework_foundplace;
drop trigger never_changed on casework_foundplace;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0038_the_roll_up_by_quarter'),
    ]

    operations = [
        migrations.CreateModel(
            name='FoundPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('found_in', models.CharField(max_length=20)),
                ('postcode', models.CharField(default='', max_length=8)),
                ('words', returnhome.casework.sealing.SealedText(default='')),
                ('is_protected', models.BooleanField(default=False)),
                ('sealed_postcode', returnhome.casework.sealing.SealedText(default='')),
                ('said_by', models.CharField(max_length=20)),
                ('source', models.CharField(max_length=120)),
                ('noted_at', models.DateTimeField()),
                ('authority', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority')),
                ('episode', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='found_places', to='casework.episode')),
                ('noted_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['episode', '-noted_at'], name='found_place_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(models.Q(('authority__isnull', False), models.Q(('postcode', ''), _negated=True), ('is_protected', True), _connector='OR'), ('found_in', 'place')), models.Q(('authority', None), ('found_in__in', ['abroad', 'not_known']), ('postcode', '')), _connector='OR'), name='a_place_found_is_somewhere'), models.CheckConstraint(condition=models.Q(('postcode', ''), ('postcode__regex', '^([A-Z]{1,2}[0-9][A-Z0-9]?|GIR)[0-9][A-Z]{2}$'), _connector='OR'), name='a_place_found_has_a_postcode_well_formed'), models.CheckConstraint(condition=models.Q(('is_protected', False), ('postcode', ''), _connector='OR'), name='a_protected_place_found_has_no_plain_postcode'), models.CheckConstraint(condition=models.Q(('said_by__in', ['police', 'carer', 'child', 'other'])), name='somebody_said_where')],
            },
        ),
        migrations.RunSQL(NEVER_CHANGED, CHANGED),
    ]
