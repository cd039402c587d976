"""Triggers for what no program may change, whichever way it comes: journal, signed records, answers.

What refuses a change of a signed record looks with the owner's eyes, past the second lock: else
whoever could not see the record that an entry belongs to would be let to change the entry.
"""

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
NOT_NEVER_CHANGED = """
drop trigger never_emptied on {table};
drop trigger never_changed on {table};
"""

SIGNED = """
create function casework_refuse_change_of_signed() returns trigger language plpgsql
    security definer set search_path = public, pg_temp as $$
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

create function casework_refuse_change_below_signed() returns trigger language plpgsql
    security definer set search_path = public, pg_temp as $$
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

REVERSE_SIGNED = """
drop trigger never_emptied on casework_coverage;
drop trigger never_emptied on casework_entry;
drop trigger never_emptied on casework_interview;
drop trigger signed_is_final on casework_coverage;
drop trigger signed_is_final on casework_entry;
drop trigger signed_is_final on casework_interview;
drop function casework_refuse_change_below_signed();
drop function casework_refuse_change_of_signed();
"""

# What was asked stays as it was asked, and what was answered as it was answered.
ASKED_IS_FINAL = """
create function casework_refuse_change_of_asked() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE'
        or row(new.episode_id, new.kind, new.ground, new.asked_by_authority_id, new.to_authority_id,
               new.to_provider_id, new.proposed_child_id, new.looked_after_since, new.terms, new.asked_at, new.asked_by_id)
        is distinct from
           row(old.episode_id, old.kind, old.ground, old.asked_by_authority_id, old.to_authority_id,
               old.to_provider_id, old.proposed_child_id, old.looked_after_since, old.terms, old.asked_at, old.asked_by_id)
        or old.answered_at is not null
           and row(new.answer, new.answered_at, new.answered_by_id, new.answered_by_name)
               is distinct from
               row(old.answer, old.answered_at, old.answered_by_id, old.answered_by_name)
        or old.withdrawn_at is not null and new.withdrawn_at is distinct from old.withdrawn_at
        or old.handed_back_at is not null
           and new.handed_back_at is distinct from old.handed_back_at
    then
        raise exception 'what was asked and answered is never changed: ask again'
            using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;

create trigger asked_is_final before update or delete on casework_handover
    for each row execute function casework_refuse_change_of_asked();
create trigger never_emptied before truncate on casework_handover
    for each statement execute function casework_refuse_change();
"""

REVERSE_ASKED = """
drop trigger never_emptied on casework_handover;
drop trigger asked_is_final on casework_handover;
drop function casework_refuse_change_of_asked();
"""

# Of these only the end is written, once.
ENDS = """
create function casework_refuse_all_but_an_end() returns trigger language plpgsql as $$
declare
    an_end constant text[] := '{until,ended_at,ended_by_id,ended_because}';
begin
    if tg_op = 'DELETE'
        or old.ended_at is not null
        or to_jsonb(new) - an_end is distinct from to_jsonb(old) - an_end
    then
        raise exception 'of rows of % only the end is written, once', tg_table_name
            using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;
"""
ONLY_ENDED = """
create trigger only_ended before update or delete on {table}
    for each row execute function casework_refuse_all_but_an_end();
create trigger never_emptied before truncate on {table}
    for each statement execute function casework_refuse_change();
"""
NOT_ONLY_ENDED = """
drop trigger never_emptied on {table};
drop trigger only_ended on {table};
"""

APPEND_ONLY_TABLES = (
    "casework_journalentry",
    "casework_correction",
    "casework_addendum",
    "casework_reply",
    "casework_override",
    "casework_telling",
    "casework_preventioninterview",
    "casework_localpolicy",
    "casework_meeting",
    "casework_voidedmeeting",
    "casework_communication",
)
ENDED_ONCE = ("casework_notedconcern", "casework_localprotocol")


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_all_tables")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, "drop function casework_refuse_change();"),
        *(
            migrations.RunSQL(NEVER_CHANGED.format(table=table), NOT_NEVER_CHANGED.format(table=table))
            for table in APPEND_ONLY_TABLES
        ),
        migrations.RunSQL(SIGNED, REVERSE_SIGNED),
        migrations.RunSQL(ASKED_IS_FINAL, REVERSE_ASKED),
        migrations.RunSQL(ENDS, "drop function casework_refuse_all_but_an_end();"),
        *(
            migrations.RunSQL(ONLY_ENDED.format(table=table), NOT_ONLY_ENDED.format(table=table))
            for table in ENDED_ONCE
        ),
    ]
