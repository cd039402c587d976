"""What follows from a record is never changed either, and a signed record stays its child's.

Then what is written about a signed record and never in it: reviews, samples and scores; and the
questions that councils add to the standard.
"""

from django.db import migrations

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


class Migration(migrations.Migration):
    dependencies = [("casework", "0007_needs")]

    operations = [
        *(
            migrations.RunSQL(NEVER_CHANGED.format(table=table), NOT_NEVER_CHANGED.format(table=table))
            for table in APPEND_ONLY_TABLES
        ),
        migrations.RunSQL(ACTIONS, NO_ACTIONS),
        migrations.RunSQL(SIGNED, SIGNED_BEFORE),
    ]
