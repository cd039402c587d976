"""What a database holds, in numbers: the same numbers are taken before a backup and after it."""

# ruff: noqa: S608  (the statements are made of names that the database itself gives)

from typing import Any

import psycopg
from psycopg import sql

# What the text of a row looks like is a matter of these; so it is the same wherever it is asked.
PLAIN = (
    "set timezone = 'UTC'",
    "set datestyle = 'ISO, YMD'",
    "set intervalstyle = 'postgres'",
    "set extra_float_digits = 1",
    "set bytea_output = 'hex'",
    # Where a policy would leave out a row, there is to be an error and not a smaller number.
    "set row_security = off",
    "set statement_timeout = 0",
    "set idle_in_transaction_session_timeout = 0",
)
OURS = (
    "{0}.relnamespace not in (select oid from pg_namespace where nspname ~ '^pg_'"
    " or nspname = 'information_schema') and not exists (select 1 from pg_depend part"
    " where part.objid = {0}.oid and part.classid = 'pg_class'::regclass and part.deptype = 'e')"
)
TABLES = f"""
select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r' and {OURS.format("c")} order by 1, 2
"""
# The sum does not ask in which order rows stand, and can be taken by several at once.
ROWS = """
select count(*), coalesce(sum(('x' || left(encode(sha256(convert_to(this_whole_row::text, 'UTF8')),
       'hex'), 16))::bit(64)::bigint), 0)::text
  from only {} this_whole_row
"""
# What the role that asks could not read, or not all of.
CLOSED = f"""
select current_user, count(*) filter (where not has_table_privilege(c.oid, 'select')
       or row_security_active(c.oid))
  from pg_class c where relkind in ('r', 'S') and {OURS.format("c")}
"""
SEQUENCES = """
select schemaname || '.' || sequencename, coalesce(last_value, 0) from pg_sequences
 where schemaname !~ '^pg_' order by 1
"""
NAMED = "(case n.nspname when 'public' then '' else n.nspname || '.' end || c.relname)"
GRANTED = (
    "case grantee when 0 then 'public' else pg_get_userbyid(grantee)::text end"
    " || ' ' || lower(privilege_type)"
)
# By name, and not word for word: another version of PostgreSQL may write the same otherwise.
SHAPE = {
    "columns": f"""
select {NAMED} || '.' || attname || ' ' || format_type(atttypid, atttypmod)
       || case when attnotnull then ' not null' else '' end
  from pg_attribute a join pg_class c on c.oid = attrelid join pg_namespace n
    on n.oid = c.relnamespace
 where c.relkind in ('r', 'v', 'm', 'p') and attnum > 0 and not attisdropped
   and {OURS.format("c")}""",
    "constraints": f"""
select {NAMED} || ' ' || conname || ' ' || contype::text
  from pg_constraint k join pg_class c on c.oid = conrelid join pg_namespace n
    on n.oid = c.relnamespace
 where contype in ('c', 'f', 'p', 'u', 'x') and {OURS.format("c")}""",
    "indexes": f"""
select {NAMED} from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where relkind = 'i' and {OURS.format("c")}
   and (select indisvalid from pg_index where indexrelid = c.oid)""",
    "triggers": f"""
select {NAMED} || ' ' || tgname || ' ' || tgenabled::text
  from pg_trigger t join pg_class c on c.oid = tgrelid join pg_namespace n
    on n.oid = c.relnamespace
 where not tgisinternal and {OURS.format("c")}""",
    "functions": """
select p.oid::regprocedure::text || case when prosecdef then ' as its owner' else '' end
       || ' ' || md5(prosrc)
  from pg_proc p join pg_namespace n on n.oid = pronamespace
 where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and not exists (
       select 1 from pg_depend part where part.objid = p.oid
          and part.classid = 'pg_proc'::regclass and part.deptype = 'e')""",
    "row security": f"""
select {NAMED} || case when relforcerowsecurity then ' forced' else '' end
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where relrowsecurity and {OURS.format("c")}""",
    "policies": """
select schemaname || '.' || tablename || ' ' || policyname || ' ' || permissive || ' ' || cmd
       || ' ' || array_to_string(array(select unnest(roles)::text order by 1), ',')
  from pg_policies""",
    "rights": f"""
select {NAMED} || ' ' || {GRANTED}
  from pg_class c join pg_namespace n on n.oid = c.relnamespace,
       aclexplode(coalesce(relacl, acldefault(
           case relkind when 'S' then 's'::"char" else 'r'::"char" end, relowner)))
 where relkind in ('r', 'v', 'm', 'S', 'p') and grantee <> relowner
   and privilege_type <> 'MAINTAIN' and {OURS.format("c")}
union all
select {NAMED} || '.' || attname || ' ' || {GRANTED}
  from pg_attribute a join pg_class c on c.oid = attrelid
  join pg_namespace n on n.oid = c.relnamespace, aclexplode(attacl)
 where grantee <> relowner and attnum > 0 and {OURS.format("c")}
union all
select p.oid::regprocedure::text || ' ' || {GRANTED}
  from pg_proc p join pg_namespace n on n.oid = pronamespace,
       aclexplode(coalesce(proacl, acldefault('f', proowner)))
 where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and grantee <> proowner
   and not exists (select 1 from pg_depend part where part.objid = p.oid
          and part.classid = 'pg_proc'::regclass and part.deptype = 'e')
union all
select 'schema ' || n.nspname || ' ' || {GRANTED}
  from pg_namespace n, aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
 where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and grantee <> nspowner
union all
select 'new ' || defaclobjtype::text || ' ' || {GRANTED}
  from pg_default_acl d, aclexplode(defaclacl)
 where grantee <> defaclrole""",
    "extensions": "select extname from pg_extension where extname <> 'plpgsql'",
}
SEAL = "select number, sealed_at, encode(digest, 'hex') from casework_seal order by 1 desc limit 1"
ROLES = """
select distinct pg_get_userbyid(grantee)::text from pg_class c, aclexplode(relacl)
 where grantee <> 0 and grantee <> relowner
   and relnamespace = 'public'::regnamespace
union select distinct unnest(roles)::text from pg_policies
"""
HELD = """
select count(*) from pg_class c where {ours}
union all select count(*) from pg_proc p join pg_namespace n on n.oid = pronamespace
 where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and not exists (
       select 1 from pg_depend part where part.objid = p.oid and part.deptype = 'e')
""".format(ours=OURS.format("c"))


def counted(cursor: psycopg.Cursor) -> dict[str, dict[str, Any]]:
    """Every table with its number of rows and what their content comes to."""
    found: dict[str, dict[str, Any]] = {}
    for schema, name in cursor.execute(TABLES).fetchall():
        row = cursor.execute(sql.SQL(ROWS).format(sql.Identifier(schema, name))).fetchone()
        rows, digest = row or (0, "")
        found[name if schema == "public" else f"{schema}.{name}"] = {"rows": rows, "digest": digest}
    return found


def sequences(cursor: psycopg.Cursor) -> dict[str, int]:
    return dict(cursor.execute(SEQUENCES).fetchall())


def shape(cursor: psycopg.Cursor) -> dict[str, list[str]]:
    """Tables without their rows, and who may do what with them."""
    return {
        kind: sorted(line for (line,) in cursor.execute(query).fetchall())
        for kind, query in SHAPE.items()
    }


def newest_seal(cursor: psycopg.Cursor) -> dict[str, Any] | None:
    """The journal's, as an anchor is noted."""
    found = cursor.execute(SEAL).fetchone()
    if not found:
        return None
    return {"number": found[0], "sealed_at": found[1].isoformat(), "digest": found[2]}


def roles(cursor: psycopg.Cursor) -> list[str]:
    """Whom rights and policies name, beside the owner."""
    return sorted(name for (name,) in cursor.execute(ROLES).fetchall() if name != "public")


def is_empty(cursor: psycopg.Cursor) -> bool:
    return not any(number for (number,) in cursor.execute(HELD).fetchall())


def set_plain(connection: psycopg.Connection) -> None:
    for statement in PLAIN:
        connection.execute(statement)
