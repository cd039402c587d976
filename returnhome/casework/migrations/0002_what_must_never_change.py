"""Triggers for what no program may change, whichever way it comes: journal, signed records."""

from django.db import migrations

APPEND_ONLY = """
create function casework_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are added, never changed', tg_table_name
        using errcode = 'integrity_constraint_violation';
end $$;
"""

NEVER_CHANGED = """
create trigger never_changed before update or delete on {table}
    for each row execute function casework_refuse_change();
create trigger never_emptied before truncate on {table}
    for each statement execute function casework_refuse_change();
"""

SIGNED = """
create function casework_refuse_change_of_signed() returns trigger language plpgsql as $$
begin
    if old.signed_at is not null then
        -- When somebody says who the child is, the record follows the episodes it answers for.
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

create trigger signed_is_final before update or delete on casework_interview
    for each row execute function casework_refuse_change_of_signed();

create function casework_refuse_change_below_signed() returns trigger language plpgsql as $$
declare
    touched bigint[] := '{}';
begin
    if tg_op <> 'INSERT' then touched := touched || old.interview_id; end if;
    if tg_op <> 'DELETE' then touched := touched || new.interview_id; end if;
    -- The lock keeps a signature and a late entry from passing each other: it waits for one that
    -- is being written, and only then looks.
    perform 1 from casework_interview where id = any(touched) for share;
    if exists (
        select 1 from casework_interview where id = any(touched) and signed_at is not null
    ) then
        raise exception 'a signed record is never changed: write an addendum'
            using errcode = 'integrity_constraint_violation';
    end if;
    if tg_op = 'DELETE' then return old; end if;
    return new;
end $$;

create trigger signed_is_final before insert or update or delete on casework_entry
    for each row execute function casework_refuse_change_below_signed();
create trigger signed_is_final before insert or update or delete on casework_coverage
    for each row execute function casework_refuse_change_below_signed();

create trigger never_emptied before truncate on casework_interview
    for each statement execute function casework_refuse_change();
create trigger never_emptied before truncate on casework_entry
    for each statement execute function casework_refuse_change();
create trigger never_emptied before truncate on casework_coverage
    for each statement execute function casework_refuse_change();
"""

REVERSE = """
drop trigger never_emptied on casework_coverage;
drop trigger never_emptied on casework_entry;
drop trigger never_emptied on casework_interview;
drop trigger signed_is_final on casework_coverage;
drop trigger signed_is_final on casework_entry;
drop trigger signed_is_final on casework_interview;
drop function casework_refuse_change_below_signed();
drop function casework_refuse_change_of_signed();
"""

TABLES = ("casework_journalentry", "casework_correction", "casework_addendum", "casework_reply")


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_the_ledger")]

    operations = [
        migrations.RunSQL(
            APPEND_ONLY, "drop function casework_refuse_change();"
        ),
        *(
            migrations.RunSQL(
                NEVER_CHANGED.format(table=table),
                f"drop trigger never_changed on {table}; drop trigger never_emptied on {table};",
            )
            for table in TABLES
        ),
        migrations.RunSQL(SIGNED, REVERSE),
    ]
