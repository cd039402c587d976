"""What follows from a record is never changed either, and a signed record stays its child's.

Then what is written about a signed record and never in it: reviews, samples and scores; and the
questions that councils add to the standard.
"""

import django.contrib.postgres.fields
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
NOT_NEVER_CHANGED = """
drop trigger never_emptied on {table};
drop trigger never_changed on {table};
"""
APPEND_ONLY_TABLES = ("casework_nothingneeded", "casework_notheld")

# Of an action that stands, who does it and what came of it; of one that is done, nothing.
ACTIONS = """
create function casework_refuse_all_but_owner_and_outcome() returns trigger language plpgsql as $$
declare
    may_change constant text[] := '{owner_id,outcome,done_at,done_by_id}';
begin
    if tg_op = 'UPDATE' and (
        to_jsonb(new) = to_jsonb(old)
        or old.done_at is null and to_jsonb(new) - may_change = to_jsonb(old) - may_change
    ) then
        return new;
    end if;
    raise exception 'of an action only its owner changes, and what came of it is written once'
        using errcode = 'integrity_constraint_violation';
end $$;
create trigger only_owner_and_outcome before update or delete on casework_action
    for each row execute function casework_refuse_all_but_owner_and_outcome();
create trigger never_emptied before truncate on casework_action
    for each statement execute function casework_refuse_change();
"""
NO_ACTIONS = """
drop trigger never_emptied on casework_action;
drop trigger only_owner_and_outcome on casework_action;
drop function casework_refuse_all_but_owner_and_outcome();
"""

# As before, but that a record moves along only from or to a child whom nobody has named yet, and
# with the episodes that it answers for: else it could be put into another child's.
SIGNED = """
create or replace function casework_refuse_change_of_signed() returns trigger language plpgsql
    security definer set search_path = public, pg_temp as $$
begin
    if old.signed_at is not null then
        if tg_op = 'DELETE'
            or to_jsonb(new) - 'child_id' is distinct from to_jsonb(old) - 'child_id'
            or new.child_id <> old.child_id and (
                not exists (
                    select 1 from casework_child c
                    where c.id in (old.child_id, new.child_id) and c.confirmed_at is null
                )
                or not exists (select 1 from casework_coverage c where c.interview_id = old.id)
                or exists (
                    select 1 from casework_coverage c
                    join casework_episode e on e.id = c.episode_id
                    where c.interview_id = old.id and e.child_id <> new.child_id
                )
            )
        then
            raise exception 'a signed record is never changed: write an addendum'
                using errcode = 'integrity_constraint_violation';
        end if;
    end if;
    if tg_op = 'DELETE' then return old; end if;
    return new;
end $$;
"""
SIGNED_BEFORE = """
create or replace function casework_refuse_change_of_signed() returns trigger language plpgsql
    security definer set search_path = public, pg_temp as $$
begin
    if old.signed_at is not null then
        if tg_op = 'DELETE'
            or to_jsonb(new) - 'child_id' is distinct from to_jsonb(old) - 'child_id'
            or exists (
                select 1 from casework_coverage c join casework_episode e on e.id = c.episode_id
                where c.interview_id = old.id and e.child_id <> new.child_id
            )
        then
            raise exception 'a signed record is never changed: write an addendum'
                using errcode = 'integrity_constraint_violation';
        end if;
    end if;
    if tg_op = 'DELETE' then return old; end if;
    return new;
end $$;
"""

# A review is of what is signed, and by somebody else than who wrote it; a record of a sample is
# signed, and scored by somebody else. They look past the second lock, as above.
REVIEWED = """
create function casework_refuse_own_review() returns trigger language plpgsql
    security definer set search_path = public, pg_temp as $$
declare
    -- It can be called from three tables, of which each has one of these.
    row_ constant jsonb := to_jsonb(new);
    record_ casework_interview;
begin
    select i.* into record_ from casework_interview i
    where i.id = coalesce(
        (row_ ->> 'interview_id')::bigint,
        (select s.interview_id from casework_sampled s
          where s.id = (row_ ->> 'sampled_id')::bigint)
    );
    if record_.signed_at is null then
        raise exception 'only a signed record is reviewed and scored'
            using errcode = 'integrity_constraint_violation';
    end if;
    if (row_ ->> 'by_id')::bigint in (record_.interviewer_id, record_.signed_by_id) then
        raise exception 'a record is reviewed and scored by somebody who did not write it'
            using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;
create trigger of_a_signed_record before insert on casework_review
    for each row execute function casework_refuse_own_review();
create trigger of_a_signed_record before insert on casework_sampled
    for each row execute function casework_refuse_own_review();
create trigger of_a_signed_record before insert on casework_scoring
    for each row execute function casework_refuse_own_review();
"""
NOT_REVIEWED = """
drop trigger of_a_signed_record on casework_scoring;
drop trigger of_a_signed_record on casework_sampled;
drop trigger of_a_signed_record on casework_review;
drop function casework_refuse_own_review();
"""
ONLY_ENDED = """
create trigger only_ended before update or delete on casework_ownquestion
    for each row execute function casework_refuse_all_but_an_end();
create trigger never_emptied before truncate on casework_ownquestion
    for each statement execute function casework_refuse_change();
"""
NOT_ONLY_ENDED = """
drop trigger never_emptied on casework_ownquestion;
drop trigger only_ended on casework_ownquestion;
"""
NEW_AND_APPEND_ONLY = (
    *("casework_review", "casework_sample", "casework_sampled"),
    *("casework_scoring", "casework_score"),
)


class Migration(migrations.Migration):
    dependencies = [("casework", "0008_declined")]

    operations = [
        *(
            migrations.RunSQL(NEVER_CHANGED.format(table=table), NOT_NEVER_CHANGED.format(table=table))
            for table in APPEND_ONLY_TABLES
        ),
        migrations.RunSQL(ACTIONS, NO_ACTIONS),
        migrations.RunSQL(SIGNED, SIGNED_BEFORE),
        migrations.CreateModel(
            name='Sample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('size', models.PositiveSmallIntegerField()),
                ('seed', models.CharField(max_length=60)),
                ('drawn_from', models.PositiveIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('drawn_at', models.DateTimeField()),
                ('drawn_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Sampled',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveSmallIntegerField()),
                ('interview', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.interview')),
                ('sample', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='records', to='casework.sample')),
            ],
        ),
        migrations.CreateModel(
            name='Scoring',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('themes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), default=list, size=None)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sampled', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='scoring', to='casework.sampled')),
            ],
        ),
        migrations.CreateModel(
            name='Score',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('criterion', models.CharField(max_length=30)),
                ('mark', models.CharField(max_length=20)),
                ('comment', returnhome.casework.sealing.SealedText(default='')),
                ('scoring', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='casework.scoring')),
            ],
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('result', models.CharField(max_length=20)),
                ('comment', returnhome.casework.sealing.SealedText(default='')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('interview', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='casework.interview')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('result', 'to_add')), fields=['interview'], name='review_to_add')],
                'constraints': [models.CheckConstraint(condition=models.Q(('result__in', ['complete', 'to_add'])), name='a_review_has_a_result')],
            },
        ),
        migrations.AddConstraint(
            model_name='sample',
            constraint=models.UniqueConstraint(fields=('organisation', 'first', 'last', 'size', 'seed'), name='a_sample_is_drawn_once'),
        ),
        migrations.AddConstraint(
            model_name='sample',
            constraint=models.CheckConstraint(condition=models.Q(('last__gte', models.F('first'))), name='a_sample_ends_after_it_began'),
        ),
        migrations.AddConstraint(
            model_name='sample',
            constraint=models.CheckConstraint(condition=models.Q(('seed', ''), _negated=True), name='a_sample_has_a_seed'),
        ),
        migrations.AddConstraint(
            model_name='sampled',
            constraint=models.UniqueConstraint(fields=('sample', 'interview'), name='a_record_is_in_a_sample_once'),
        ),
        migrations.AddConstraint(
            model_name='sampled',
            constraint=models.UniqueConstraint(fields=('sample', 'place'), name='a_place_in_a_sample_is_one'),
        ),
        migrations.AddConstraint(
            model_name='score',
            constraint=models.UniqueConstraint(fields=('scoring', 'criterion'), name='a_criterion_once'),
        ),
        migrations.AddConstraint(
            model_name='score',
            constraint=models.CheckConstraint(condition=models.Q(('mark__in', ['met', 'partly', 'not_met', 'not_applicable'])), name='a_score_has_a_mark'),
        ),
        *(
            migrations.RunSQL(NEVER_CHANGED.format(table=table), NOT_NEVER_CHANGED.format(table=table))
            for table in NEW_AND_APPEND_ONLY
        ),
        migrations.RunSQL(REVIEWED, NOT_REVIEWED),
        migrations.AddField(
            model_name='interview',
            name='own_questions',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None),
        ),
        migrations.CreateModel(
            name='OwnQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('text', models.CharField(max_length=200)),
                ('why', models.CharField(max_length=300)),
                ('kind', models.CharField(max_length=20)),
                ('said_by', models.CharField(max_length=10)),
                ('options', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), default=list, size=None)),
                ('since', models.DateField()),
                ('until', models.DateField(null=True)),
                ('added_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.authority')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('authority', 'number'), name='a_councils_question_has_its_number'), models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), models.Q(('why', ''), _negated=True), ('kind__in', ['words', 'choice', 'choices'])), name='a_councils_question_says_what_and_why'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None), ('until', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('until__gte', models.F('since')), ('until__isnull', False)), _connector='OR'), name='a_councils_question_ends_by_somebody')],
            },
        ),
        migrations.RunSQL(ONLY_ENDED, NOT_ONLY_ENDED),
        migrations.AddField(
            model_name='episode',
            name='record_waits_for',
            field=models.CharField(blank=True, default='', max_length=10),
        ),
        migrations.AddIndex(
            model_name='episode',
            index=models.Index(condition=models.Q(('record_waits_for', ''), _negated=True), fields=['record_waits_for', 'responsible_authority'], name='episode_review_council'),
        ),
        migrations.AddIndex(
            model_name='episode',
            index=models.Index(condition=models.Q(('record_waits_for', ''), _negated=True), fields=['record_waits_for', 'provider'], name='episode_review_provider'),
        ),
        # What was signed before waits to be read.
        migrations.RunSQL(
            "update casework_episode set record_waits_for = 'reviewer'"
            " where signed_at is not null",
            migrations.RunSQL.noop,
        ),
    ]
