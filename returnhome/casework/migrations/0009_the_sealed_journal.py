"""The journal hashed row by row at insert, and sealed into a chain of batches by one function.

How a row and a seal are encoded is told, for whoever wants to check it, in docs/practice/journal.md;
returnhome/casework/seals.py says the same again in its own query.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

# A part is `<bytes>:<text>,` and a part that is not there `-`: no two rows are written alike.
HASHED = """
create function casework_journal_part(given text) returns text
    language sql immutable parallel safe
    return case when given is null then '-' else octet_length(given) || ':' || given || ',' end;

alter table casework_journalentry
    add column xid xid8 not null default pg_current_xact_id(),
    add column digest bytea;

create function casework_journal_digest(
    id bigint, at timestamptz, by_id bigint, verb text, kind text, object_id bigint,
    child_id bigint, shown bigint[], xid xid8
) returns bytea language sql stable parallel safe return sha256(convert_to(
    casework_journal_part(id::text)
    || casework_journal_part((extract(epoch from at) * 1000000)::bigint::text)
    || casework_journal_part(by_id::text)
    || casework_journal_part(verb)
    || casework_journal_part(kind)
    || casework_journal_part(object_id::text)
    || casework_journal_part(child_id::text)
    || casework_journal_part(shown::text)
    || casework_journal_part(xid::text),
    'UTF8'));

alter table casework_journalentry disable trigger user;
update casework_journalentry set digest = casework_journal_digest(
    id, at, by_id, verb, kind, object_id, child_id, shown, xid);
alter table casework_journalentry enable trigger user;
alter table casework_journalentry alter column digest set not null;

create function casework_hash_journal() returns trigger language plpgsql as $$
begin
    -- Whatever came along: a row says itself in which transaction it was written.
    new.xid := pg_current_xact_id();
    new.digest := casework_journal_digest(
        new.id, new.at, new.by_id, new.verb, new.kind, new.object_id, new.child_id, new.shown,
        new.xid);
    return new;
end $$;
create trigger hashed_at_insert before insert on casework_journalentry
    for each row execute function casework_hash_journal();

create index journal_xid on casework_journalentry (xid);
"""

SEALED = """
create table casework_seal (
    number bigint primary key,
    epoch integer not null,
    cluster bigint not null,
    sealed_at timestamptz not null,
    -- Every row of this cluster with a lower transaction id is in this seal or an earlier one.
    settled_below xid8 not null,
    ids int8multirange not null,
    rows bigint not null,
    root bytea not null,
    previous bytea not null,
    digest bytea not null
);
create index seal_ids on casework_seal using gist (ids);

create function casework_seal_digest(
    number bigint, epoch integer, cluster bigint, sealed_at timestamptz, settled_below xid8,
    ids int8multirange, rows bigint, root bytea, previous bytea
) returns bytea language sql stable parallel safe return sha256(convert_to(
    casework_journal_part(number::text)
    || casework_journal_part(epoch::text)
    || casework_journal_part(cluster::text)
    || casework_journal_part((extract(epoch from sealed_at) * 1000000)::bigint::text)
    || casework_journal_part(settled_below::text)
    || casework_journal_part(ids::text)
    || casework_journal_part(rows::text)
    || casework_journal_part(encode(root, 'hex'))
    || casework_journal_part(encode(previous, 'hex')),
    'UTF8'));

create function casework_seal_journal(waits boolean, most integer) returns bigint
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    newest casework_seal;
    fresh casework_seal;
    goes_on boolean;
    beyond xid8;
    last_taken xid8;
begin
    -- Of two sealers one seals; nobody who writes into the journal ever waits for either.
    if waits then
        perform pg_advisory_xact_lock(7205);
    elsif not pg_try_advisory_xact_lock(7205) then
        return null;
    end if;
    select * into newest from casework_seal order by number desc limit 1;
    fresh.cluster := (select system_identifier from pg_control_system());
    -- Read before the rows are: whatever is older than this is to be seen below, or never was.
    fresh.settled_below := pg_snapshot_xmin(pg_current_snapshot());
    beyond := pg_snapshot_xmax(pg_current_snapshot());
    -- Transaction ids begin again in a new cluster: there the whole journal is looked through once.
    goes_on := newest.number is not null
        and newest.cluster = fresh.cluster and newest.settled_below <= beyond;
    select coalesce(range_agg(int8range(id, id, '[]')), '{}'), count(*), max(xid),
           sha256(coalesce(string_agg(digest, ''::bytea order by id), ''))
      into fresh.ids, fresh.rows, last_taken, fresh.root
      from (
        select id, xid, digest from casework_journalentry j
         where xid >= case when goes_on then newest.settled_below else '0'::xid8 end
           and not exists (select 1 from casework_seal s where s.ids @> j.id)
         order by xid, id limit most
      ) taken;
    if fresh.rows = 0 and (goes_on or newest.number is null) then
        return 0;
    end if;
    if fresh.rows = most then
        fresh.settled_below := least(fresh.settled_below, last_taken);
    end if;
    fresh.number := coalesce(newest.number, 0) + 1;
    fresh.epoch := coalesce(newest.epoch, 0) + case when goes_on then 0 else 1 end;
    fresh.sealed_at := clock_timestamp();
    fresh.previous := coalesce(newest.digest, '');
    fresh.digest := casework_seal_digest(
        fresh.number, fresh.epoch, fresh.cluster, fresh.sealed_at, fresh.settled_below,
        fresh.ids, fresh.rows, fresh.root, fresh.previous);
    insert into casework_seal select fresh.*;
    return fresh.rows;
end $$;

create trigger never_changed before update or delete on casework_seal
    for each row execute function casework_refuse_change();
create trigger never_emptied before truncate on casework_seal
    for each statement execute function casework_refuse_change();
"""

REVERSE = """
drop function casework_seal_journal(boolean, integer);
drop table casework_seal;
drop function casework_seal_digest(
    bigint, integer, bigint, timestamptz, xid8, int8multirange, bigint, bytea, bytea);
"""
REVERSE_HASHED = """
drop trigger hashed_at_insert on casework_journalentry;
drop function casework_hash_journal();
drop index journal_xid;
alter table casework_journalentry drop column digest, drop column xid;
drop function casework_journal_digest(
    bigint, timestamptz, bigint, text, text, bigint, bigint, bigint[], xid8);
drop function casework_journal_part(text);
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0008_held_elsewhere")]

    operations = [
        migrations.AddField(
            "journalentry",
            "shown",
            django.contrib.postgres.fields.ArrayField(models.BigIntegerField(), null=True),
        ),
        migrations.AddIndex(
            "journalentry", models.Index(fields=["by_id", "-at"], name="journal_by_at")
        ),
        migrations.AddIndex(
            "journalentry",
            django.contrib.postgres.indexes.GinIndex(fields=["shown"], name="journal_shown"),
        ),
        migrations.AddIndex(
            "journalentry",
            models.Index(
                fields=["kind", "object_id"],
                condition=models.Q(verb="refused"),
                name="journal_refused",
            ),
        ),
        migrations.RunSQL(HASHED, REVERSE_HASHED),
        migrations.RunSQL(SEALED, REVERSE),
    ]
