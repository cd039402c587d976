"""Lists and openings of restricted records: ended and reviewed once, and never erased."""

from django.db import migrations

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
# A row that is written as it stands is no change, also once it has ended.
ENDS = """
create or replace function casework_refuse_all_but_an_end() returns trigger language plpgsql as $$
declare
    an_end constant text[] := '{until,ended_at,ended_by_id,ended_because}';
begin
    if tg_op = 'UPDATE' and to_jsonb(new) = to_jsonb(old) then
        return new;
    end if;
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
LISTS = ("casework_restriction", "casework_listed")

OPENINGS = """
create function casework_refuse_all_but_end_and_review() returns trigger language plpgsql as $$
declare
    an_end constant text[] := '{ended_at,ended_by_id}';
    a_review constant text[] := '{is_justified,finding,reviewed_at,reviewed_by_id}';
    before jsonb := to_jsonb(old);
    after jsonb;
begin
    if tg_op = 'UPDATE' then
        after := to_jsonb(new);
        if old.ended_at is null then
            before := before - an_end;
            after := after - an_end;
        end if;
        if old.reviewed_at is null then
            before := before - a_review;
            after := after - a_review;
        end if;
        if before = after then
            return new;
        end if;
    end if;
    raise exception 'of rows of % only the end and the review are written, once each', tg_table_name
        using errcode = 'integrity_constraint_violation';
end $$;
create trigger only_ended_and_reviewed before update or delete on casework_breakglass
    for each row execute function casework_refuse_all_but_end_and_review();
create trigger never_emptied before truncate on casework_breakglass
    for each statement execute function casework_refuse_change();
"""
NO_OPENINGS = """
drop trigger never_emptied on casework_breakglass;
drop trigger only_ended_and_reviewed on casework_breakglass;
drop function casework_refuse_all_but_end_and_review();
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0004_restricted_records")]

    operations = [
        migrations.RunSQL(ENDS, migrations.RunSQL.noop),
        *(
            migrations.RunSQL(ONLY_ENDED.format(table=table), NOT_ONLY_ENDED.format(table=table))
            for table in LISTS
        ),
        migrations.RunSQL(OPENINGS, NO_OPENINGS),
    ]
