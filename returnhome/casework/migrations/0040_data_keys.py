"""The data keys under which each child's words are, wrapped, and the three ways to them.

Nobody but the owner of the tables reads or writes them. A sealed value travels with its wrapped key
before it: byte 18, the keyring, the wrapped key, the value; of a value under a data key the first
byte is 2 and the next sixteen are the id of that key. `casework/sealing.py` says the same again.
"""

import uuid

from django.contrib.postgres.functions import RandomUUID
from django.db import migrations, models

HOLDERS = (
    *("ask", "bringing", "child", "delivery", "episode", "interview", "notification", "pack"),
    "share",
)

KEYS = """
create table casework_datakey (
    id uuid primary key,
    keyring uuid not null,
    wrapped bytea not null,
    constraint a_data_key_is_wrapped check (octet_length(wrapped) = 65)
);
create index data_key_of_ring on casework_datakey (keyring);

-- A key is kept by the statement that keeps the words under it, and taken back with it.
create function casework_keep_key(carried bytea) returns bytea
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if octet_length(carried) > 98 and get_byte(carried, 0) = 18 then
        insert into public.casework_datakey (id, keyring, wrapped)
        values (
            encode(substr(carried, 84, 16), 'hex')::uuid,
            encode(substr(carried, 2, 16), 'hex')::uuid,
            substr(carried, 18, 65)
        )
        on conflict (id) do nothing;
        return substr(carried, 83);
    end if;
    return carried;
end $$;

-- What is sealed comes with its key; where that was destroyed, without one.
create function casework_with_key(sealed bytea) returns bytea
    language plpgsql stable parallel safe security definer
    set search_path = pg_catalog, pg_temp as $$
declare
    carried bytea;
begin
    if octet_length(sealed) > 16 and get_byte(sealed, 0) = 2 then
        select '\\x12'::bytea || uuid_send(keyring) || wrapped || sealed into carried
          from public.casework_datakey
         where id = encode(substr(sealed, 2, 16), 'hex')::uuid;
        return coalesce(carried, sealed);
    end if;
    return sealed;
end $$;

-- One key of each ring that has any.
create function casework_keys_of(rings uuid[]) returns table (keyring uuid, wrapped bytea)
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select distinct on (kept.keyring) kept.keyring, kept.wrapped
      from public.casework_datakey kept
     where kept.keyring = any(rings)
     order by kept.keyring, kept.id
$$;

-- Whoever adds words to a record need not be let read it: its ring is told by number.
create function casework_keyring_of(kind text, which bigint) returns uuid
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    found uuid;
begin
    if kind <> all ('{%s}') then
        raise exception 'there are no keys of %%', kind;
    end if;
    execute format('select keyring from public.%%I where id = $1', kind) into found using which;
    return found;
end $$;
""" % ",".join(f"casework_{name}" for name in HOLDERS)

REVERSE = """
drop function casework_keyring_of(text, bigint);
drop function casework_keys_of(uuid[]);
drop function casework_with_key(bytea);
drop function casework_keep_key(bytea);
drop table casework_datakey;
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0039_where_a_child_was_found")]

    operations = [
        migrations.RunSQL(KEYS, REVERSE),
        *(
            migrations.AddField(
                name,
                "keyring",
                models.UUIDField(
                    db_default=RandomUUID(), default=uuid.uuid4, editable=False
                ),
            )
            for name in HOLDERS
        ),
    ]
