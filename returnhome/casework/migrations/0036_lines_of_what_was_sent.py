"""Whether a line's share was sent is looked up by the owner, and for both shares of a moved line.

Asked as whoever writes, every line of a share ran the whole of the row policies again: of composing
200 lines that was two thirds of the time. And a line could be moved out of a share that was sent.
"""

from django.db import migrations

LOOKED_UP = """
create or replace function casework_refuse_change_of_sent_line() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    -- What is being sent at this very moment is waited for, and only then looked at.
    perform from public.casework_share where id in (new.share_id, old.share_id) for share;
    if exists (
        select from public.casework_share
        where id in (new.share_id, old.share_id) and sent_at is not null
    ) then
        raise exception 'a line of a share that was sent never changes'
            using errcode = 'integrity_constraint_violation';
    end if;
    return coalesce(new, old);
end $$;
"""
AS_WHO_WRITES = """
create or replace function casework_refuse_change_of_sent_line() returns trigger
    language plpgsql as $$
begin
    if exists (
        select 1 from public.casework_share share
        where share.id = coalesce(new.share_id, old.share_id) and share.sent_at is not null
    ) then
        raise exception 'a line of a share that was sent never changes'
            using errcode = 'integrity_constraint_violation';
    end if;
    return coalesce(new, old);
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0035_packs_are_put_right")]

    operations = [migrations.RunSQL(LOOKED_UP, AS_WHO_WRITES)]
