"""The journal hashed row by row at insert, and sealed into a chain of batches by one function.

How a row and a seal are encoded is told, for whoever wants to check it, in docs/practice/journal.md;
returnhome/casework/seals.py says the same again in its own query.
"""

from django.db import migrations

OF_A_ROW = (
    "{row}id::text",
    "(extract(epoch from {row}at) * 1000000)::bigint::text",
    "{row}by_id::text",
    "{row}verb",
    "{row}kind",
    "{row}object_id::text",
    "{row}child_id::text",
    "{row}shown::text",
    "{row}xid::text",
)
OF_A_SEAL = (
    "fresh.number::text",
    "fresh.epoch::text",
    "fresh.cluster::text",
    "(extract(epoch from fresh.sealed_at) * 1000000)::bigint::text",
    "fresh.snapshot::text",
    "fresh.ids::text",
    "fresh.rows::text",
    "encode(fresh.root, 'hex')",
    "encode(fresh.previous, 'hex')",
)


def digest(parts):
    """A part is `<bytes>:<text>,` and one that is not there `-`: no two rows are written alike.

    It is spelt out where it is used, for a function of its own would take four times as long.
    """
    written = (f"coalesce(octet_length({each}) || ':' || {each} || ',', '-')" for each in parts)
    encoded = " || ".join(written)
    return f"sha256(convert_to({encoded}, 'UTF8'))"


def digest_of_row(row=""):
    return digest([each.format(row=row) for each in OF_A_ROW])


HASHED = f"""
alter table casework_journalentry
    add column xid xid8 not null default pg_current_xact_id(),
    add column digest bytea not null;

create function casework_hash_journal() returns trigger language plpgsql as $$
begin
    -- Whatever came along: a row says itself in which transaction it was written.
    new.xid := pg_current_xact_id();
    new.digest := {digest_of_row("new.")};
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
    -- Every row of a transaction that was over by then is in this seal or an earlier one.
    snapshot pg_snapshot not null,
    ids int8multirange not null,
    rows bigint not null,
    root bytea not null,
    previous bytea not null,
    digest bytea not null
);
create index seal_ids on casework_seal using gist (ids);

create function casework_seal_journal(waits boolean, most integer) returns bigint
    language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
    newest casework_seal;
    fresh casework_seal;
    goes_on boolean;
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
    -- Read before the rows are: of whatever was over by now they are all to be seen below.
    fresh.snapshot := pg_current_snapshot();
    -- Transaction ids begin again in a new cluster: there the whole journal is looked through once.
    goes_on := newest.number is not null
        and newest.cluster = fresh.cluster
        and pg_snapshot_xmin(newest.snapshot) <= pg_snapshot_xmax(fresh.snapshot);
    select coalesce(range_agg(int8range(id, id, '[]')), '{}'), count(*), max(xid),
           sha256(coalesce(string_agg(digest, ''::bytea order by id), ''))
      into fresh.ids, fresh.rows, last_taken, fresh.root
      from (
        select id, xid, digest from casework_journalentry j
         where (not goes_on
                or xid >= pg_snapshot_xmin(newest.snapshot)
                -- The other world's rows were all sealed when the epoch began.
                and xid <= pg_snapshot_xmax(pg_current_snapshot())
                -- What was over when the last seal was made can have no row that is not sealed:
                -- one that claims so was put in, and is left for the check to find.
                and not pg_visible_in_snapshot(xid, newest.snapshot))
           and not exists (select 1 from casework_seal s where s.ids @> j.id)
         order by xid, id limit most
      ) taken;
    if fresh.rows = 0 and (goes_on or newest.number is null) then
        return 0;
    end if;
    if fresh.rows = most then
        last_taken := least(pg_snapshot_xmin(fresh.snapshot), last_taken);
        fresh.snapshot := (last_taken::text || ':' || last_taken::text || ':')::pg_snapshot;
    end if;
    fresh.number := coalesce(newest.number, 0) + 1;
    fresh.epoch := coalesce(newest.epoch, 0) + case when goes_on then 0 else 1 end;
    fresh.sealed_at := clock_timestamp();
    fresh.previous := coalesce(newest.digest, '');
    fresh.digest := {digest_of_seal};
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
"""
REVERSE_HASHED = """
drop trigger hashed_at_insert on casework_journalentry;
drop function casework_hash_journal();
drop index journal_xid;
alter table casework_journalentry drop column digest, drop column xid;
"""


class Migration(migrations.Migration):
    replaces = [("casework", "0009_the_sealed_journal")]

    dependencies = [("casework", "0002_what_must_never_change")]

    operations = [
        migrations.RunSQL(HASHED, REVERSE_HASHED),
        migrations.RunSQL(SEALED.replace("{digest_of_seal}", digest(OF_A_SEAL)), REVERSE),
    ]
