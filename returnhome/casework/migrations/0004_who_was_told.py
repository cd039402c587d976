"""Who was told or why not, the police's own interview, a parent who may be the risk, local policy.

What was told, what the police learnt and what a policy said are added to and never changed: the
database refuses it, as it does for the journal. The two columns of the episode say what the
council's policy decides about a talk, and since when all is decided that is owed at 18.
"""

import django.db.models.deletion
import returnhome.casework.sealing
from django.conf import settings
from django.db import migrations, models

NEVER_CHANGED = """
create trigger never_changed before update or delete on {table}
    for each row execute function casework_refuse_change();
create trigger never_emptied before truncate on {table}
    for each statement execute function casework_refuse_change();
"""

TABLES = ("casework_telling", "casework_preventioninterview", "casework_localpolicy")


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0003_whose_duty_it_is'),
    ]

    operations = [
        migrations.AddField(
            model_name='episode',
            name='is_offered_by_policy',
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name='episode',
            name='pathway_decided_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='nothingneeded',
            name='kind',
            field=models.CharField(default='', max_length=30),
        ),
        migrations.CreateModel(
            name='LocalPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=30)),
                ('says_yes', models.BooleanField()),
                ('since', models.DateField()),
                ('noted_at', models.DateTimeField()),
                ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority')),
                ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['authority', 'key', '-since'], name='policy_in_force')],
                'constraints': [models.CheckConstraint(condition=models.Q(('key', ''), _negated=True), name='a_policy_answers_a_question')],
            },
        ),
        migrations.CreateModel(
            name='ParentalRisk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('why', returnhome.casework.sealing.SealedText(default='')),
                ('noted_at', models.DateTimeField()),
                ('ended_because', returnhome.casework.sealing.SealedText(default='')),
                ('ended_at', models.DateTimeField(null=True)),
                ('child', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parental_risks', to='casework.child')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='an_ended_risk_has_time_and_person'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('child',), name='one_note_of_a_parental_risk_stands')],
            },
        ),
        migrations.CreateModel(
            name='PreventionInterview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by_whom', returnhome.casework.sealing.SealedText(default='')),
                ('held_at', models.DateTimeField(null=True)),
                ('held_precision', models.CharField(blank=True, default='', max_length=20)),
                ('learnt', returnhome.casework.sealing.SealedText(default='')),
                ('not_held_because', returnhome.casework.sealing.SealedText(default=None, null=True)),
                ('recorded_at', models.DateTimeField()),
                ('episode', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='prevention_interviews', to='casework.episode')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('held_at__isnull', True), ('held_precision', ''), ('not_held_because__isnull', False)), models.Q(('held_at__isnull', False), ('held_precision__regex', '^(exact|date|estimated:[0-9]+)$'), ('not_held_because__isnull', True)), _connector='OR'), name='the_police_held_it_or_not_and_why')],
            },
        ),
        migrations.CreateModel(
            name='Telling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('whom', models.CharField(max_length=30)),
                ('name', returnhome.casework.sealing.SealedText(default='')),
                ('occasion', models.CharField(default='', max_length=20)),
                ('means', models.CharField(default='', max_length=30)),
                ('told_at', models.DateTimeField(null=True)),
                ('told_by_other', models.CharField(default='', max_length=120)),
                ('despite', returnhome.casework.sealing.SealedText(default='')),
                ('not_told_because', returnhome.casework.sealing.SealedText(default=None, null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('recorded_at', models.DateTimeField()),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('episode', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tellings', to='casework.episode')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('told_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(models.Q(('occasion', ''), _negated=True), models.Q(('means', ''), _negated=True), ('decided_at__isnull', True), ('decided_by__isnull', True), ('not_told_because__isnull', True), ('told_at__isnull', False)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('means', ''), ('not_told_because__isnull', False), ('occasion', ''), ('told_at__isnull', True)), _connector='OR'), name='told_or_left_untold_never_both'), models.CheckConstraint(condition=models.Q(models.Q(('told_at__isnull', True), ('told_by__isnull', True), ('told_by_other', '')), models.Q(('told_at__isnull', False), ('told_by__isnull', False), ('told_by_other', '')), models.Q(models.Q(('told_by_other', ''), _negated=True), ('told_at__isnull', False), ('told_by__isnull', True)), _connector='OR'), name='whoever_was_told_was_told_by_one')],
            },
        ),
        *(
            migrations.RunSQL(
                NEVER_CHANGED.format(table=table),
                f"drop trigger never_changed on {table}; drop trigger never_emptied on {table};",
            )
            for table in TABLES
        ),
    ]
