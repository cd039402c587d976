"""Ethnicity and disability, for figures of equality: rows are added, and never changed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

NEVER_CHANGED = """
create trigger never_changed before update or delete on casework_characteristics
    for each row execute function casework_refuse_change();
create trigger never_emptied before truncate on casework_characteristics
    for each statement execute function casework_refuse_change();
"""
CHANGED = """
drop trigger never_emptied on casework_characteristics;
drop trigger never_changed on casework_characteristics;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0036_lines_of_what_was_sent'),
    ]

    operations = [
        migrations.CreateModel(
            name='Characteristics',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ethnicity', models.CharField(default='', max_length=10)),
                ('disability', models.CharField(default='', max_length=20)),
                ('said_by', models.CharField(max_length=20)),
                ('noted_at', models.DateTimeField()),
                ('child', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='characteristics', to='casework.child')),
                ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['child', '-noted_at'], name='characteristics_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ethnicity__in', ['', 'WBRI', 'WIRI', 'WIRT', 'WROM', 'WOTH', 'MWBC', 'MWBA', 'MWAS', 'MOTH', 'AIND', 'APKN', 'ABAN', 'AOTH', 'BCRB', 'BAFR', 'BOTH', 'CHNE', 'OOTH', 'REFU'])), name='an_ethnicity_of_the_list'), models.CheckConstraint(condition=models.Q(('disability__in', ['', 'disabled', 'not_disabled', 'refused'])), name='a_disability_of_the_list'), models.CheckConstraint(condition=models.Q(('said_by__in', ['child', 'parent_or_carer', 'records'])), name='somebody_said_it')],
            },
        ),
        migrations.RunSQL(NEVER_CHANGED, CHANGED),
    ]
