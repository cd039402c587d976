"""What a child tells of harm: words never changed, decisions only passed on and finished."""

import django.db.models.deletion
import returnhome.casework.sealing
from django.conf import settings
from django.db import migrations, models

# The child's words stay as they were said; whether there was danger is added once.
WORDS = """
create function casework_refuse_all_but_danger() returns trigger language plpgsql as $$
declare
    danger constant text[] := '{is_in_danger,danger_noted_at,danger_noted_by_id}';
begin
    if tg_op = 'UPDATE'
        and old.danger_noted_at is null
        and to_jsonb(new) - danger = to_jsonb(old) - danger
    then
        return new;
    end if;
    if tg_op = 'UPDATE' and to_jsonb(new) = to_jsonb(old) then return new; end if;
    raise exception 'what a child told is never changed: of % only the danger is added, once',
        tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
create trigger only_danger_is_added before update or delete on casework_disclosure
    for each row execute function casework_refuse_all_but_danger();
create trigger never_emptied before truncate on casework_disclosure
    for each statement execute function casework_refuse_change();
"""
NO_WORDS = """
drop trigger never_emptied on casework_disclosure;
drop trigger only_danger_is_added on casework_disclosure;
drop function casework_refuse_all_but_danger();
"""

DECISIONS = """
create function casework_refuse_all_but_passing_and_outcome() returns trigger language plpgsql as $$
declare
    passing constant text[] := '{passed_to,passed_at,passed_by_id}';
    an_outcome constant text[] := '{outcome,done_at,done_by_id}';
    before jsonb := to_jsonb(old);
    after jsonb;
begin
    if tg_op = 'UPDATE' then
        after := to_jsonb(new);
        if old.passed_at is null and old.done_at is null then
            before := before - passing;
            after := after - passing;
        end if;
        if old.done_at is null then
            before := before - an_outcome;
            after := after - an_outcome;
        end if;
        if before = after then
            return new;
        end if;
    end if;
    raise exception 'a decision is never changed: of % who has it and what came of it, once each',
        tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
create trigger only_passed_on_and_finished before update or delete on casework_harmdecision
    for each row execute function casework_refuse_all_but_passing_and_outcome();
create trigger never_emptied before truncate on casework_harmdecision
    for each statement execute function casework_refuse_change();
"""
NO_DECISIONS = """
drop trigger never_emptied on casework_harmdecision;
drop trigger only_passed_on_and_finished on casework_harmdecision;
drop function casework_refuse_all_but_passing_and_outcome();
"""

NEVER_CHANGED = """
create trigger never_changed before update or delete on {table}
    for each row execute function casework_refuse_change();
create trigger never_emptied before truncate on {table}
    for each statement execute function casework_refuse_change();
"""
NOT_NEVER_CHANGED = """
drop trigger never_emptied on {table};
drop trigger never_changed on {table};
"""
APPEND_ONLY_TABLES = ("casework_harmcall", "casework_harmtaking")


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0005_lists_are_only_ended'),
    ]

    operations = [
        migrations.CreateModel(
            name='Disclosure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', returnhome.casework.sealing.SealedText(default='')),
                ('told_at', models.DateTimeField()),
                ('where_now', returnhome.casework.sealing.SealedText(default='')),
                ('is_in_danger', models.BooleanField(null=True)),
                ('danger_noted_at', models.DateTimeField(null=True)),
                ('made_at', models.DateTimeField()),
                ('child', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disclosures', to='casework.child')),
                ('danger_noted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('episode', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='disclosures', to='casework.episode')),
                ('host_authority', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority')),
                ('interview', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='disclosures', to='casework.interview')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.organisation')),
                ('responsible_authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority')),
            ],
        ),
        migrations.CreateModel(
            name='HarmCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('whom', models.CharField(max_length=20)),
                ('name', models.CharField(default='', max_length=120)),
                ('reference', models.CharField(default='', max_length=60)),
                ('called_at', models.DateTimeField()),
                ('called_by', models.CharField(default='', max_length=120)),
                ('made_at', models.DateTimeField()),
                ('disclosure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='casework.disclosure')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='HarmDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30)),
                ('because', returnhome.casework.sealing.SealedText(default='')),
                ('due_at', models.DateTimeField(null=True)),
                ('decided_at', models.DateTimeField()),
                ('passed_to', returnhome.casework.sealing.SealedText(default='')),
                ('passed_at', models.DateTimeField(null=True)),
                ('outcome', returnhome.casework.sealing.SealedText(default='')),
                ('done_at', models.DateTimeField(null=True)),
                ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority')),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('disclosure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='casework.disclosure')),
                ('done_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('passed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='HarmTaking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('council', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority')),
                ('disclosure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='takings', to='casework.disclosure')),
            ],
        ),
        migrations.AddIndex(
            model_name='disclosure',
            index=models.Index(fields=['child', 'told_at'], name='disclosure_child'),
        ),
        migrations.AddConstraint(
            model_name='disclosure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('danger_noted_at__isnull', True), ('danger_noted_by__isnull', True), ('is_in_danger__isnull', True)), models.Q(('danger_noted_at__isnull', False), ('danger_noted_by__isnull', False), ('is_in_danger__isnull', False)), _connector='OR'), name='danger_is_said_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='disclosure',
            constraint=models.CheckConstraint(condition=models.Q(('made_at__gte', models.F('told_at'))), name='what_a_child_told_is_written_down_afterwards'),
        ),
        migrations.AddConstraint(
            model_name='disclosure',
            constraint=models.CheckConstraint(condition=models.Q(('host_authority', models.F('responsible_authority')), _negated=True), name='where_the_child_is_now_is_elsewhere'),
        ),
        migrations.AddConstraint(
            model_name='harmcall',
            constraint=models.CheckConstraint(condition=models.Q(('whom', 'emergency'), models.Q(('name', ''), _negated=True), _connector='OR'), name='who_was_telephoned_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='harmcall',
            constraint=models.CheckConstraint(condition=models.Q(('made_at__gte', models.F('called_at'))), name='a_call_is_noted_once_it_was_made'),
        ),
        migrations.AddConstraint(
            model_name='harmdecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('passed_at__isnull', True), ('passed_by__isnull', True)), models.Q(('passed_at__isnull', False), ('passed_by__isnull', False)), _connector='OR'), name='a_decision_is_passed_on_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='harmdecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('done_by__isnull', True)), models.Q(('done_at__isnull', False), ('done_by__isnull', False)), _connector='OR'), name='what_came_of_a_decision_is_noted_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='harmdecision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'none'), _negated=True), models.Q(('done_at__isnull', True), ('due_at__isnull', True), ('passed_at__isnull', True)), _connector='OR'), name='where_nothing_is_needed_nothing_is_done'),
        ),
        migrations.AddConstraint(
            model_name='harmdecision',
            constraint=models.UniqueConstraint(condition=models.Q(('done_at__isnull', True), models.Q(('kind', 'none'), _negated=True)), fields=('disclosure', 'kind'), name='a_decision_stands_once'),
        ),
        migrations.AddConstraint(
            model_name='harmtaking',
            constraint=models.UniqueConstraint(fields=('disclosure', 'council'), name='a_council_says_once_that_it_has_it'),
        ),
        migrations.RunSQL(WORDS, NO_WORDS),
        migrations.RunSQL(DECISIONS, NO_DECISIONS),
        *(
            migrations.RunSQL(NEVER_CHANGED.format(table=table), NOT_NEVER_CHANGED.format(table=table))
            for table in APPEND_ONLY_TABLES
        ),
    ]
