"""The second lock: which rows the database itself opens, drawn from the table of access.

`visible_to` is the first lock. Where a page forgets it, PostgreSQL still opens only what a role of
the person allows, today, in the person's relation to the child. `migrate` puts the policies on as
the owner of the tables; `check` says when they are not those of `rules.access`.
"""

# ruff: noqa: S608  (the statements are made of names in here: of nothing that anybody types)

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from types import MappingProxyType
from typing import NamedTuple

from django.db import connection, models

from returnhome import database
from returnhome.casework import acting, concerns, tellings
from returnhome.casework.children import Child
from returnhome.casework.childs_part import OwnWords
from returnhome.casework.episodes import Episode
from returnhome.casework.staff import ANSWERING, COLUMNS, EPISODE_RELATIONS, RELATIONS
from returnhome.rules import access
from returnhome.rules.access import Relation, Verb
from returnhome.rules.after_the_talk import LOOKED_AFTER, FoundArea
from returnhome.rules.characteristics import ETHNICITY
from returnhome.rules.codes import Cohort, Concern, NotHeldReason, OfferKind, Role, TokenScope
from returnhome.rules.found_places import FoundIn
from returnhome.rules.partnership_tables import COUNTED_QUESTIONS
from returnhome.rules.telling import Whom

RESPONSIBLE, HOST, COUNTED = Relation.RESPONSIBLE, Relation.HOST, Relation.COUNTED

# Each looks up, once a statement, where the person of this transaction holds one of the roles now.
# They run as the owner, so that they see all posts; their path is fixed, so that nobody slips a
# table of their own under them. plpgsql, because its plans are kept.
LOOK_UP = """
create or replace function public.{name}({parameters}) returns bigint[]
    language plpgsql stable security definer parallel {parallel}
    set search_path = pg_catalog, pg_temp as $$
declare
    person constant bigint := nullif(current_setting('app.person', true), '')::bigint;
    found bigint[];{kept}
begin
    if person is null then return '{{}}'; end if;{known}
    found := array({query});{also}{keep}
    return found;
end $$
"""
# A page asks the same some two hundred times. What was found is kept for as long as the one who
# acts is the same, within the transaction: `app.turn` is a new one whenever somebody is told.
KEPT = """
    turn constant text := nullif(current_setting('app.turn', true), '');
    place constant text := 'app.{name}_' || array_to_string(roles, '_');
    before constant text := current_setting(place, true);"""
KNOWN = """
    if before is not null and starts_with(before, turn || ':') then
        return substr(before, length(turn) + 2)::bigint[];
    end if;"""
KEEP = """
    if turn is not null then perform set_config(place, turn || ':' || found::text, true); end if;"""
# What a verb changes within its own transaction is asked anew each time.
ASKED_ANEW = ("returnhome_own_episodes", "returnhome_joined")
POSTS = """
    from public.casework_post post
    join public.casework_person who on who.id = post.person_id
    join public.casework_organisation body on body.id = post.organisation_id
    where post.person_id = person and post.until is null and who.is_active
        and post.role = any(roles)"""
TODAY = "(statement_timestamp() at time zone 'Europe/London')::date"
# What each function gives, in words.
GIVES = {
    "returnhome_areas": "the authorities whose children the person works with in one of the roles",
    "returnhome_bodies": "the organisations that interview on a council’s behalf, where the person "
    "holds one of the roles",
    "returnhome_posts": "the organisations where the person holds one of the roles",
    "returnhome_own_episodes": "the episodes of interviews that the person holds, for as long as "
    "they work where they do",
    "returnhome_live_with": "the children placed today in a home where the person holds one of the "
    "roles, but for those whom a list keeps from the person",
    "returnhome_joined": "records that were said to be the same child as one of theirs",
    "returnhome_is_uncovered": "whether an interview answers for no episode yet: a booking is "
    "written before what it answers for",
    "returnhome_tell_closed": "told once, when it is said who acts: the children whose record a "
    "list closes to the person, and their episodes",
    "returnhome_lists": "what the lists of restricted records say of somebody, in numbers, for the "
    "first lock",
    "returnhome_episodes_of": "the episodes of some children, by number",
    "returnhome_by_link": "the link that a child holds, its episode, or its child",
    "returnhome_by_token": "the organisation of the token that a program shows, where it is good "
    "today and lets what became of its notifications be read",
    "returnhome_unsent_before": "whether a child wrote something by way of an earlier link to the "
    "same episode and did not send it: not a word of it",
    "returnhome_send_before": "sends that unread, and gives its numbers",
    "returnhome_delete_before": "deletes that unread, and gives its numbers",
    "returnhome_worked_on": "of some episodes that were brought in as history those on which "
    "somebody has worked since, by number: not at what",
    "returnhome_children_in_use": "of some children’s records those on which something hangs "
    "beside what was brought in with them, by number: not what",
    "returnhome_told_of": "what children of the person’s councils told of, by the name or "
    "number it is found again by: how many of them, how often, when, and the number of one "
    "mention; no child",
    "returnhome_mentions_of": "of such names and numbers the mentions, by number",
    "returnhome_told_elsewhere": "for mentions of the person’s councils that tell one thing from "
    "all others: which other councils have a child who told of the same; no child and no number of "
    "them, and nothing of restricted records",
    "returnhome_placed_from_home": "of the looked-after children whose episodes ended under some "
    "councils in some days: how many were placed how far from home, in bands; no child, no place",
    "returnhome_found_from_home": "of the episodes that ended under some councils in some days: of "
    "how many it is known where the child was found, how far from home in bands, and whether in an "
    "area where the child lived; no child, no place",
    "returnhome_delete_unsent": "deletes what was never sent and is old, or of an episode recorded "
    "in error; gives its numbers, and of which child",
}
FUNCTIONS = {
    "returnhome_areas": f"""
    select body.authority_id {POSTS} and body.kind = 'council' and body.authority_id is not null""",
    "returnhome_bodies": f"""
    select body.id {POSTS} and body.kind in ('provider', 'council')""",
    "returnhome_posts": f"""
    select body.id {POSTS}""",
    "returnhome_own_episodes": f"""
    select cover.episode_id
    from public.casework_interview own
    join public.casework_coverage cover on cover.interview_id = own.id
    where own.interviewer_id = person
        and own.organisation_id in (select body.id {POSTS})""",
    # A record that only some may see stays on the home's page, which shows no more than a name to
    # those under whose roof the child sleeps; somebody kept out by name is kept out of it.
    "returnhome_live_with": f"""
    select placement.child_id from public.casework_placement placement
    where placement.home_id in (select body.id {POSTS} and body.kind = 'home')
        and (placement.since is null or placement.since <= {TODAY})
        and (placement.until is null or placement.until >= {TODAY})
        and not exists (
            select 1 from public.casework_listed listed
            where listed.child_id = placement.child_id and listed.person_id = person
                and not listed.may_see and listed.ended_at is null
        )""",
    "returnhome_joined": """
    select stranger.id
    from public.casework_child stranger
    join public.casework_child child on child.id = stranger.joined_to_id
    where child.responsible_authority_id = any(public.returnhome_areas(roles))
        or child.provider_id = any(public.returnhome_bodies(providing))""",
}
# A council keeps what others left it. Few did, so it is looked for only where there is something.
ALSO = {
    "returnhome_areas": """
    if exists (select 1 from public.casework_succession where successor_id = any(found)) then
        found := array(
            with recursive area(id) as (
                select unnest(found)
                union
                select earlier.predecessor_id from area
                join public.casework_succession earlier on earlier.successor_id = area.id
            )
            select area.id from area
            where area.id = any(found) or exists (
                select 1 from public.casework_authority ended
                where ended.id = area.id and ended.until is not null
            )
        );
    end if;"""
}
# A booking is written before what it answers for: till then it is there for who books.
UNCOVERED = """
create or replace function public.returnhome_is_uncovered(interview bigint) returns boolean
    language plpgsql stable security definer parallel safe
    set search_path = pg_catalog, pg_temp as $$
begin
    return not exists (
        select 1 from public.casework_coverage cover where cover.interview_id = interview
    );
end $$
"""
# Children whose record is closed to the person, with those said to be the same child, and their
# episodes. Told once, when it is said who acts: hardly ever is there any, and every row asks.
TELL_CLOSED = """
create or replace function public.returnhome_tell_closed() returns void
    language plpgsql volatile security definer parallel unsafe
    set search_path = pg_catalog, pg_temp as $$
declare
    person constant bigint := nullif(current_setting('app.person', true), '')::bigint;
    found bigint[] := '{{}}';
    below bigint[] := '{{}}';
begin
    if person is not null and (
        exists (select 1 from public.casework_restriction where ended_at is null)
        or exists (
            select 1 from public.casework_listed
            where person_id = person and not may_see and ended_at is null
        )
    ) then
        found := array({query});
        below := array(
            select episode.id from public.casework_episode episode
            where episode.child_id = any(found)
        );
    end if;
    perform set_config('app.closed', found::text, true),
        set_config('app.closed_episodes', below::text, true);
end $$
"""
CLOSED = """
    select record.id
    from (
        select listed.child_id from public.casework_listed listed
        where listed.person_id = person and not listed.may_see and listed.ended_at is null
        union
        (
            select only_some.child_id from public.casework_restriction only_some
            join public.casework_child child on child.id = only_some.child_id
            where only_some.ended_at is null
                and child.responsible_authority_id <> all(public.returnhome_areas({roles}))
            except
            select listed.child_id from public.casework_listed listed
            where listed.person_id = person and listed.may_see and listed.ended_at is null
            except
            select opened.child_id from public.casework_breakglass opened
            where opened.person_id = person
                and opened.ended_at is null and opened.until > statement_timestamp()
        )
    ) closed
    cross join lateral (
        select closed.child_id
        union all
        select stranger.id from public.casework_child stranger
        where stranger.joined_to_id = closed.child_id
    ) record(id)"""
# What the lists of restricted records say of somebody: the first lock decides on that by
# `rules.restricting`, not by what the second has found. Numbers alone: the reasons are closed.
LISTS = """
create or replace function public.returnhome_lists(who bigint) returns jsonb
    language plpgsql stable security definer parallel restricted
    set search_path = pg_catalog, pg_temp as $$
declare
    restricted constant bigint[] := array(
        select child_id from public.casework_restriction where ended_at is null
    );
    barred constant bigint[] := array(
        select child_id from public.casework_listed
        where person_id = who and not may_see and ended_at is null
    );
    named bigint[];
    opened bigint[];
    found jsonb;
begin
    if restricted = '{}' and barred = '{}' then return '[]'; end if;
    named := array(
        select child_id from public.casework_listed
        where person_id = who and may_see and ended_at is null
    );
    opened := array(
        select child_id from public.casework_breakglass
        where person_id = who and ended_at is null and until > statement_timestamp()
    );
    select jsonb_agg(jsonb_build_array(
        record.id, child.responsible_authority_id,
        child.id = any(restricted), child.id = any(named),
        child.id = any(barred), child.id = any(opened)
    )) into found
    from (
        select id, id as child_id from public.casework_child where id = any(restricted || barred)
        union all
        select id, joined_to_id from public.casework_child
        where joined_to_id = any(restricted || barred)
    ) record
    join public.casework_child child on child.id = record.child_id;
    return coalesce(found, '[]');
end $$
"""
EPISODES_OF = """
create or replace function public.returnhome_episodes_of(children bigint[]) returns bigint[]
    language plpgsql stable security definer parallel restricted
    set search_path = pg_catalog, pg_temp as $$
begin
    return array(select id from public.casework_episode where child_id = any(children));
end $$
"""
# What a child's link leads to, for whoever holds it: asked with its digest, never with a number.
BY_LINK = """
create or replace function public.returnhome_by_link(what text) returns bigint
    language plpgsql stable security definer parallel restricted
    set search_path = pg_catalog, pg_temp as $$
declare
    link constant text := nullif(current_setting('app.link', true), '');
begin
    if link is null then return null; end if;
    return (
        select case what
            when 'episode' then way_in.episode_id
            when 'child' then episode.child_id
            else way_in.id
        end
        from public.casework_wayin way_in
        join public.casework_episode episode on episode.id = way_in.episode_id
        where (way_in.secret = link or way_in.pass_digest = link) and way_in.ended_at is null
    );
end $$
"""
# Whose notifications a program may ask about: by the digest of what it shows, never by a number.
OF_PROGRAM = """
create or replace function public.returnhome_by_token() returns bigint
    language plpgsql stable security definer parallel restricted
    set search_path = pg_catalog, pg_temp as $$
begin
    return (
        select token.organisation_id from public.casework_token token
        where token.digest = nullif(current_setting('app.link', true), '')
            and token.ended_at is null
            and token.until >= (statement_timestamp() at time zone 'Europe/London')::date
            and '{scope}' = any(token.scopes)
    );
end $$
"""
# What a child wrote by way of an earlier link and did not send. A later link may be in another
# hand, so no policy opens it any of the rows: these say whether there is any, and act on it unread.
BEFORE = """
    select draft.id from public.casework_ownwords draft
    join public.casework_wayin link on link.id = public.returnhome_by_link('link')
    where draft.episode_id = link.episode_id and draft.way_in_id < link.id
        and draft.sent_at is null and draft.saved_at > since"""
UNSENT_BEFORE = f"""
create or replace function public.returnhome_unsent_before(since timestamptz) returns boolean
    language plpgsql stable security definer parallel restricted
    set search_path = pg_catalog, pg_temp as $$
begin
    return exists ({BEFORE});
end $$
"""
SEND_BEFORE = f"""
create or replace function public.returnhome_send_before(since timestamptz, sending timestamptz)
    returns setof bigint
    language plpgsql volatile security definer parallel unsafe
    set search_path = pg_catalog, pg_temp as $$
begin
    return query update public.casework_ownwords set sent_at = sending
    where id in ({BEFORE}) returning id;
end $$
"""
DELETE_BEFORE = f"""
create or replace function public.returnhome_delete_before(since timestamptz) returns setof bigint
    language plpgsql volatile security definer parallel unsafe
    set search_path = pg_catalog, pg_temp as $$
declare
    found constant bigint[] := array({BEFORE});
begin{{below}}
    return query delete from public.casework_ownwords where id = any(found) returning id;
end $$
"""
DELETE_UNSENT = """
create or replace function public.returnhome_delete_unsent(until timestamptz)
    returns table (draft bigint, child bigint)
    language plpgsql volatile security definer parallel unsafe
    set search_path = pg_catalog, pg_temp as $$
declare
    found constant bigint[] := array(
        select own.id from public.casework_ownwords own
        join public.casework_episode episode on episode.id = own.episode_id
        where own.sent_at is null
            and (own.saved_at <= until or episode.voided_at is not null)
    );
begin{below}
    return query delete from public.casework_ownwords own using public.casework_episode episode
    where own.id = any(found) and episode.id = own.episode_id returning own.id, episode.child_id;
end $$
"""
# Whether history that was brought in can be taken back: that something hangs on it, and not what.
WORKED_ON = """
create or replace function public.returnhome_worked_on(those bigint[]) returns bigint[]
    language plpgsql stable security definer parallel restricted
    set search_path = pg_catalog, pg_temp as $$
begin
    return array(
        select episode.id from public.casework_episode episode
        where episode.id = any(those) and (
            episode.owner_id is not null or episode.voided_at is not null
            or episode.same_as_id is not null or episode.is_overridden{below}
        )
    );
end $$
"""
IN_USE = """
create or replace function public.returnhome_children_in_use(those bigint[], but bigint[])
    returns bigint[]
    language plpgsql stable security definer parallel restricted
    set search_path = pg_catalog, pg_temp as $$
begin
    return array(
        select child.id from public.casework_child child
        where child.id = any(those) and (child.joined_to_id is not null{below})
    );
end $$
"""
# What several children of a council told of. To ask it row by row of the policies would take
# seconds where there are many mentions, so this asks their question once (docs/adr/0039): whose
# children, none whose record is closed, what stands today. Of what it counts it gives the number
# of one mention, which the policies open or do not.
OUR_TALKS = """
        select cover.interview_id, coalesce(child.joined_to_id, child.id) as child
        from public.casework_episode episode
        join public.casework_child child on child.id = episode.child_id
        join public.casework_coverage cover on cover.episode_id = episode.id
        where episode.responsible_authority_id = any(ours) and episode.voided_at is null
            and episode.child_id <> all(closed)
            and (child.joined_to_id is not null or child.confirmed_at is not null)"""
OURS = """
    ours constant bigint[] := array(
        select unnest(areas) intersect select unnest(public.returnhome_areas({roles}))
    );
    closed constant bigint[] := nullif(current_setting('app.closed', true), '')::bigint[];"""
# That a correction names what it replaces goes without saying, but not for the planner, which
# else looks through every mention once more.
CURRENT = """not {row}.is_in_error and not exists (
                select 1 from public.casework_mention later
                where later.replaces_id = {row}.id and later.replaces_id is not null
            )"""
TOLD_OF = """
create or replace function public.returnhome_told_of(
        areas bigint[], kinds text[], since timestamptz, until timestamptz, fewest integer,
        same jsonb, most integer, beyond integer)
    returns table (kind text, key text, children bigint, times bigint,
        first_at timestamptz, last_at timestamptz, newest bigint, in_all bigint)
    language plpgsql stable security definer parallel unsafe
    set search_path = pg_catalog, pg_temp set work_mem = '64MB' set jit = off
    set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare{ours}
begin
    return query
    with talk as ({talks}
        group by 1, 2
    ), told as (
        select mention.kind, coalesce(under."as", mention.key) as key, talk.child,
            count(*) as times, min(mention.noted_at) as first_at,
            max(mention.noted_at) as last_at, max(mention.id) as newest
        from talk
        join public.casework_mention mention on mention.interview_id = talk.interview_id
        left join jsonb_to_recordset(same) under(kind text, key text, "as" text)
            on under.kind = mention.kind and under.key = mention.key
        where mention.kind = any(kinds) and mention.key <> ''
            and {current}
            and (since is null or mention.noted_at >= since)
            and (until is null or mention.noted_at < until)
        group by 1, 2, 3
    )
    select told.kind::text, told.key, count(*), sum(told.times)::bigint, min(told.first_at),
        max(told.last_at), max(told.newest), count(*) over ()
    from told group by told.kind, told.key having count(*) >= fewest
    order by count(*) desc, max(told.last_at) desc, told.kind, told.key
    limit most offset beyond;
end $$
"""
MENTIONS_OF = """
create or replace function public.returnhome_mentions_of(
        areas bigint[], kinds text[], keys text[], most integer)
    returns bigint[]
    language plpgsql stable security definer parallel unsafe
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_custom_plan as $$
declare{ours}
begin
    return array(
        select mention.id
        from unnest(kinds, keys) thing(kind, key)
        join public.casework_mention mention
            on mention.kind = thing.kind and mention.key = thing.key
        where {current} and exists (
            select 1 from ({talks}
                and cover.interview_id = mention.interview_id
            ) talk
        )
        order by mention.noted_at desc, mention.id desc
        limit most
    );
end $$
"""
TOLD_ELSEWHERE = """
create or replace function public.returnhome_told_elsewhere(areas bigint[], those bigint[])
    returns bigint[]
    language plpgsql stable security definer parallel unsafe
    set search_path = pg_catalog, pg_temp
    set plan_cache_mode = force_custom_plan as $$
declare{ours}
begin
    return array(
        select distinct episode.responsible_authority_id
        from public.casework_mention mention
        join lateral ({talks}
            and cover.interview_id = mention.interview_id
        ) talk on true
        join public.casework_mention theirs
            on theirs.kind = mention.kind and theirs.key = mention.key
        join public.casework_coverage cover on cover.interview_id = theirs.interview_id
        join public.casework_episode episode on episode.id = cover.episode_id
        join public.casework_child child on child.id = episode.child_id
        where mention.id = any(those)
            and (mention.kind in ('vehicle', 'handle') and length(mention.key) >= 5
                or mention.kind = 'phone'
                and length(regexp_replace(mention.key, '[^0-9]', '', 'g')) >= 7
                or mention.kind = 'place'
                and mention.address <> '' and length(mention.postcode) >= 5
                and theirs.address <> '' and theirs.postcode = mention.postcode)
            and {current_theirs}
            and episode.responsible_authority_id <> all(public.returnhome_areas({roles}))
            and episode.voided_at is null
            and coalesce(child.joined_to_id, child.id) <> talk.child
            and not exists (
                select 1 from public.casework_restriction only_some
                where only_some.child_id in (child.id, child.joined_to_id)
                    and only_some.ended_at is null
            )
    );
end $$
"""


def _coming_up() -> dict[str, str]:
    roles = f"'{{{','.join(sorted(_roles(Verb.SEE_PATTERNS, RESPONSIBLE)))}}}'"
    made = {
        "ours": OURS.format(roles=roles),
        "talks": OUR_TALKS,
        "roles": roles,
        "current": CURRENT.format(row="mention"),
        "current_theirs": CURRENT.format(row="theirs"),
    }
    return {
        "returnhome_told_of": TOLD_OF.format(**made),
        "returnhome_mentions_of": MENTIONS_OF.format(**made),
        "returnhome_told_elsewhere": TOLD_ELSEWHERE.format(**made),
    }


# How far from home children were placed when their episodes started: the figures read no postcode,
# so this gives them numbers of episodes alone. `bounds` in kilometres; a band of null is not known.
PLACED_FROM_HOME = """
create or replace function public.returnhome_placed_from_home(
        ours bigint[], cohorts text[], first date, last date, bounds double precision[])
    returns table (cohort text, band integer, episodes bigint)
    language plpgsql stable security definer parallel unsafe
    set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    return query
    select episode.cohort::text,
        case when (there.code like 'BT%') = (home.code like 'BT%') then width_bucket(
            sqrt(power(there.easting::double precision - home.easting, 2)
                + power(there.northing::double precision - home.northing, 2)) / 1000,
            bounds
        ) end as band,
        count(*)
    from public.casework_episode episode
    cross join lateral (
        select (episode.started_at at time zone 'Europe/London')::date as day
    ) start
    left join lateral (
        select placement.postcode from public.casework_placement placement
        where placement.child_id = episode.child_id
            and (placement.since is null or placement.since <= start.day)
            and (placement.until is null or placement.until >= start.day)
        order by placement.since desc nulls last, placement.id desc limit 1
    ) placed on true
    left join lateral (
        select address.postcode from public.casework_address address
        where address.child_id = episode.child_id
            and (address.since is null or address.since <= start.day)
        order by address.since desc nulls last, address.id desc limit 1
    ) lived on true
    left join public.casework_postcode there on there.code = placed.postcode
    left join public.casework_postcode home on home.code = lived.postcode
    where episode.counted_under_id = any(ours) and episode.cohort = any(cohorts)
        and episode.voided_at is null and episode.offer_kind = '{statutory}'
        and episode.not_held <> '{in_error}' and episode.ended_on between first and last
    group by 1, 2;
end $$
"""
# Where children were found, against where they lived or were placed when the episode started, in
# the same way. Where nobody knows, `band` and `area` are null. An area is the council that has it
# today or had it then, so that one which has changed its council since is still the same.
FOUND_FROM_HOME = """
create or replace function public.returnhome_found_from_home(
        ours bigint[], first date, last date, bounds double precision[])
    returns table (cohort text, is_known boolean, band integer, area text, episodes bigint)
    language plpgsql stable security definer parallel unsafe
    set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    return query
    select episode.cohort::text,
        coalesce(found.found_in in ('{place}', '{abroad}'), false),
        case when found.found_in = '{place}' and (there.code like 'BT%') = (home.code like 'BT%')
            then width_bucket(
                sqrt(power(there.easting::double precision - home.easting, 2)
                    + power(there.northing::double precision - home.northing, 2)) / 1000,
                bounds
            )
        end,
        case
            when found.found_in = '{abroad}' then '{other}'
            when areas.found = '{{}}' or areas.own = '{{}}' then null
            when areas.found && areas.own then '{own}'
            when exists (
                select 1
                from (
                    select placement.postcode, placement.authority_id
                    from public.casework_placement placement
                    where placement.child_id = episode.child_id
                        and (placement.since is null or placement.since <= start.day)
                    union all
                    select address.postcode, address.authority_id
                    from public.casework_address address
                    where address.child_id = episode.child_id
                        and (address.since is null or address.since <= start.day)
                ) once
                left join public.casework_postcode code on code.code = once.postcode
                where areas.found && array[once.authority_id, code.authority_id]
            ) then '{former}'
            else '{other}'
        end,
        count(*)
    from public.casework_episode episode
    cross join lateral (
        select (episode.started_at at time zone 'Europe/London')::date as day
    ) start
    left join lateral (
        select told.found_in, told.postcode, told.authority_id
        from (
            select episode.id, 0 as place
            union all
            select again.id, 1 from public.casework_episode again
            where again.same_as_id = episode.id
        ) those
        join public.casework_foundplace told on told.episode_id = those.id
        order by those.place, told.noted_at desc, told.id desc limit 1
    ) found on true
    left join lateral (
        select placement.postcode, placement.authority_id
        from public.casework_placement placement
        where episode.cohort in ('{placed}') and placement.child_id = episode.child_id
            and (placement.since is null or placement.since <= start.day)
            and (placement.until is null or placement.until >= start.day)
        order by placement.since desc nulls last, placement.id desc limit 1
    ) placed on true
    left join lateral (
        select address.postcode, address.authority_id
        from public.casework_address address
        where episode.cohort not in ('{placed}') and address.child_id = episode.child_id
            and (address.since is null or address.since <= start.day)
        order by address.since desc nulls last, address.id desc limit 1
    ) lived on true
    left join public.casework_postcode there on there.code = found.postcode
    left join public.casework_postcode home
        on home.code = coalesce(placed.postcode, lived.postcode)
    cross join lateral (
        select
            array_remove(array[found.authority_id, there.authority_id], null) as found,
            array_remove(
                array[coalesce(placed.authority_id, lived.authority_id), home.authority_id], null
            ) as own
    ) areas
    where (
            episode.counted_under_id = any(ours)
            or episode.cohort = '{apart}' and episode.host_authority_id = any(ours)
        )
        and episode.voided_at is null and episode.offer_kind = '{statutory}'
        and episode.not_held <> '{in_error}' and episode.ended_on between first and last
    group by 1, 2, 3, 4;
end $$
"""


# What comes with an episode or a child's record when it is opened, and what of that is work since.
MADE_WITH_EPISODE = {
    "casework_earlierrecord": "",
    "casework_classification": "{row}.recorded_at > episode.opened_at",
}
MADE_WITH_CHILD = {
    "casework_broughtchild": "",
    "casework_identifier": "{row}.kind <> 'register'",
    "casework_careperiod": "{row}.since is not null or {row}.until is not null",
    "casework_placement": "{row}.since is not null or {row}.until is not null",
    "casework_address": "{row}.since is not null or {row}.until is not null",
    "casework_episode": "{row}.id <> all(but)",
}
# Who alone may call a function; of the others, whoever acts may ask how far somebody else reaches.
ONLY_FOR = {
    "returnhome_by_token": acting.SENDER,
    "returnhome_unsent_before": acting.OWN_PAGES,
    "returnhome_send_before": acting.OWN_PAGES,
    "returnhome_delete_before": acting.OWN_PAGES,
    "returnhome_delete_unsent": acting.CLOCKWORK,
    "returnhome_worked_on": acting.INTAKE,
    "returnhome_children_in_use": acting.INTAKE,
    "returnhome_placed_from_home": acting.REPORTING,
    "returnhome_found_from_home": acting.REPORTING,
}
PARAMETERS = {"returnhome_joined": "roles text[], providing text[]"}
PERSON = "(select nullif(current_setting('app.person', true), '')::bigint)"
# Those who send: of what a file came to they see no more than that they sent it.
SENDING = (Role.POLICE, Role.HOME)


def _roles(verb: Verb, relation: str = Relation.NONE) -> list[Role]:
    return [role for role in Role if access.may(role, verb, relation)]


def _looked_up(function: str, *roles: Iterable[Role]) -> str:
    """The ids as the plan wants them: asked once for the statement, and compared by an index."""
    named = ", ".join(f"'{{{','.join(sorted(each))}}}'" for each in roles)
    return f"any((select public.{function}({named}))::bigint[])"


def _either(legs: Iterable[str]) -> str:
    found = [leg for leg in legs if leg]
    return "(" + "\n or ".join(found) + ")" if found else "false"


def whose(of: str, verb: Verb, *relations: str) -> str:
    """Children or episodes `of` which the table allows the verb, as `Person.whose` asks it."""
    return _either(_leg(of, verb, relation) for relation in relations)


def _whose_any(of: str, pairs: Iterable[tuple[Verb, Sequence[str]]]) -> str:
    """The same for any of several verbs: each relation is looked up once."""
    roles: dict[str, set[Role]] = {}
    for verb, relations in pairs:
        for relation in relations:
            roles.setdefault(relation, set()).update(_roles(verb, relation))
    return _either(_standing(of, relation, those) for relation, those in roles.items())


def _leg(of: str, verb: Verb, relation: str) -> str:
    return _standing(of, relation, _roles(verb, relation))


def _standing(of: str, relation: str, roles: Collection[Role]) -> str:
    if not roles:
        return ""
    if relation == Relation.PROVIDER:
        return f"{of}.provider_id = {_looked_up('returnhome_bodies', roles)}"
    return f"{of}.{COLUMNS[Relation(relation)]} = {_looked_up('returnhome_areas', roles)}"


def own(of: str, verb: Verb) -> str:
    """Interviews `of` which the person holds, as `interviews.own` asks it."""
    posts = _looked_up("returnhome_posts", _roles(verb, Relation.OWN))
    return f"({of}.interviewer_id = {PERSON} and {of}.organisation_id = {posts})"


def _there(below: str, column: str, above: str, also: str = "") -> str:
    """What hangs below is there where that above it is: whose policy holds in here too.

    That the row below names one is asked inside as well, and only for PostgreSQL: of an outer
    column it cannot make a hash of everything that the person may see, and looks up the one row.
    """
    condition = f" and {also}" if also else ""
    return (
        f"exists (select 1 from {above} above where above.id = {below}.{column}"
        f" and {below}.{column} is not null{condition})"
    )


def _account(of: str) -> str:
    """Interviews `of` whose account the person may read: never by being the host alone."""
    answered = (
        "exists (select 1 from casework_coverage cover"
        " join casework_episode episode on episode.id = cover.episode_id"
        f" where cover.interview_id = {of}.id"
        f" and {whose('episode', Verb.SEE_ACCOUNT, *ANSWERING)})"
    )
    return _either((own(of, Verb.SEE_ACCOUNT), answered))


def _told_for_talk(of: str) -> str:
    """What a child said `of` an episode before its talk: as an account, and to who holds one."""
    return _either(
        (
            f"exists (select 1 from casework_episode episode where episode.id = {of}.episode_id"
            f" and {whose('episode', Verb.SEE_ACCOUNT, *ANSWERING)})",
            "exists (select 1 from casework_coverage cover"
            " join casework_interview talk on talk.id = cover.interview_id"
            f" where cover.episode_id = {of}.episode_id and {own('talk', Verb.SEE_ACCOUNT)})",
        )
    )


def _checked(of: str) -> str:
    """Check-ins `of` whose words the person may read: as of an account, and their own."""
    return _either((f"{of}.held_by_id = {PERSON}", _told_for_talk(of)))


def _reviews() -> str:
    """Interviews `above` of which the person may review the record."""
    return (
        "exists (select 1 from casework_coverage cover"
        " join casework_episode episode on episode.id = cover.episode_id"
        f" where cover.interview_id = above.id and {whose('episode', Verb.REVIEW, *ANSWERING)})"
    )


def _of_child(below: str, pairs: Iterable[tuple[Verb, Sequence[str]]]) -> str:
    """What hangs below a child, also under a record that was said to be the same child."""
    pairs = list(pairs)
    theirs, same = _whose_any("child", pairs), _whose_any("same", pairs)
    return (
        "exists (select 1 from casework_child child"
        " left join casework_child same on same.id = child.joined_to_id"
        f" where child.id = {below}.child_id and ({theirs} or {same}))"
    )


def _policies() -> dict[str, str]:
    """Table → which of its rows are open to the person."""
    child, episode, interview = "casework_child", "casework_episode", "casework_interview"
    own_episodes = _looked_up("returnhome_own_episodes", _roles(Verb.SEE_EPISODE, Relation.OWN))
    joined = _looked_up(
        "returnhome_joined",
        *(_roles(Verb.SEE_EPISODE, relation) for relation in ANSWERING),
    )
    found = {
        child: _either(
            (
                whose(child, Verb.SEE_EPISODE, *RELATIONS),
                f"exists (select 1 from {episode} theirs where theirs.child_id = {child}.id)",
                f"({child}.joined_to_id is not null and {child}.id = {joined})",
            )
        ),
        episode: _either(
            (
                whose(episode, Verb.SEE_EPISODE, *EPISODE_RELATIONS),
                f"{episode}.id = {own_episodes}",
            )
        ),
        interview: _either(
            (
                own(interview, Verb.SEE_EPISODE),
                "exists (select 1 from casework_coverage cover"
                f" where cover.interview_id = {interview}.id)",
                f"({interview}.booked_by_id = {PERSON}"
                f" and public.returnhome_is_uncovered({interview}.id))",
            )
        ),
    }
    for name in ("alias", "identifier"):
        found[f"casework_{name}"] = _there(f"casework_{name}", "child_id", child)
    for name in ("careperiod", "placement", "address", "namedfor"):
        also = whose("above", Verb.SEE_EPISODE, *RELATIONS)
        found[f"casework_{name}"] = _there(f"casework_{name}", "child_id", child, also)
    for name in ("doubt", "formerfact"):
        also = whose("above", Verb.PLACE, *RELATIONS)
        found[f"casework_{name}"] = _there(f"casework_{name}", "child_id", child, also)
    for name in (
        *("correction", "classification", "basis", "offer", "attempt", "notheld", "coverage"),
        *("dispute", "override", "checkin", "fromhome"),
    ):
        found[f"casework_{name}"] = _there(f"casework_{name}", "episode_id", episode)
    # A link is there only for those to whom both are open.
    found["casework_wenttogether"] = (
        f"({_there('casework_wenttogether', 'episode_id', episode)}"
        f" and {_there('casework_wenttogether', 'other_id', episode)})"
    )
    found["casework_reply"] = _there("casework_reply", "offer_id", "casework_offer")
    found["casework_checkinwords"] = _there(
        "casework_checkinwords", "check_in_id", "casework_checkin", _checked("above")
    )
    for name in ("entry", "addendum", "signedfacts"):
        # What the child said, by the narrower verb.
        found[f"casework_{name}"] = _there(
            f"casework_{name}", "interview_id", interview, _account("above")
        )
    answering = whose("above", Verb.SEE_EPISODE, *ANSWERING)
    for name in (
        *("preventioninterview", "childspokento", "understanding", "carersasked"),
        "foundplace",
    ):
        found[f"casework_{name}"] = _there(f"casework_{name}", "episode_id", episode, answering)
    hosting = (
        f"(casework_telling.whom = '{Whom.HOST_AUTHORITY}' and"
        f" {whose('above', Verb.SEE_EPISODE, HOST)})"
    )
    for name in ("wayin", "choice"):
        found[f"casework_{name}"] = _there(f"casework_{name}", "episode_id", episode, answering)
    # Nobody's but the child's until they send it; then as an account.
    found["casework_ownwords"] = (
        f"(casework_ownwords.sent_at is not null and {_told_for_talk('casework_ownwords')})"
    )
    found["casework_made"] = _there("casework_made", "own_words_id", "casework_ownwords")
    found["casework_release"] = _told_for_talk("casework_release")
    for name in ("share", "notshared"):
        found[f"casework_{name}"] = _told_for_talk(f"casework_{name}")
    for name in ("sharedline", "secondlook", "opening", "acknowledgement", "onetimelink"):
        found[f"casework_{name}"] = _there(f"casework_{name}", "share_id", "casework_share")
    found["casework_lineanswer"] = _there("casework_lineanswer", "line_id", "casework_sharedline")
    # Of an ask the council that holds something, and not who asked: they have a door of their own.
    found["casework_askedof"] = _there(
        *("casework_askedof", "child_id", child), whose("above", Verb.SHARE, RESPONSIBLE)
    )
    found["casework_nothingtotell"] = _there(
        "casework_nothingtotell", "asked_id", "casework_askedof"
    )
    found["casework_ask"] = (
        "exists (select 1 from casework_askedof asked where asked.ask_id = casework_ask.id)"
    )
    for name in ("saidback", "answertochild"):
        found[f"casework_{name}"] = _there(f"casework_{name}", "release_id", "casework_release")
    found["casework_telling"] = _there(
        "casework_telling", "episode_id", episode, _either((answering, hosting))
    )
    for name in ("action", "nothingneeded"):
        table = f"casework_{name}"
        given = f"{table}.owner_id = {PERSON} and {_there(table, 'episode_id', episode)}"
        found[table] = _either(
            (
                f"({given})" if name == "action" else "",
                _there(table, "interview_id", interview, own("above", Verb.SEE_ACCOUNT)),
                _there(table, "episode_id", episode, whose("above", Verb.SEE_ACCOUNT, *ANSWERING)),
            )
        )
    for name in ("need", "mention", "review"):
        found[f"casework_{name}"] = _there(
            f"casework_{name}", "interview_id", interview, _account("above")
        )
    sees = _looked_up("returnhome_areas", _roles(Verb.SEE_PATTERNS, RESPONSIBLE))
    found["casework_samething"] = (
        f"(casework_samething.authority_id = {sees}"
        f" and {_there('casework_samething', 'one_id', 'casework_mention')}"
        f" and {_there('casework_samething', 'other_id', 'casework_mention')})"
    )
    brings = _looked_up("returnhome_areas", _roles(Verb.SHARE, RESPONSIBLE))
    found["casework_pack"] = f"casework_pack.authority_id = {brings}"
    # Of a pack each child is there only for those who could bring that child themselves.
    ours = whose("above", Verb.SHARE, RESPONSIBLE)
    found["casework_packchild"] = (
        f"({_there('casework_packchild', 'pack_id', 'casework_pack')}"
        f" and {_there('casework_packchild', 'child_id', child, ours)})"
    )
    asked_for = whose("above", Verb.NOTE_RECORD_REQUEST, RESPONSIBLE)
    gives = whose("above", Verb.GIVE_RECORD, RESPONSIBLE)
    found["casework_recordrequest"] = _there("casework_recordrequest", "child_id", child, asked_for)
    found["casework_requeststep"] = _there(
        "casework_requeststep", "request_id", "casework_recordrequest"
    )
    found["casework_gatheredrecord"] = _there("casework_gatheredrecord", "child_id", child, gives)
    found["casework_gatheredline"] = _there(
        "casework_gatheredline", "record_id", "casework_gatheredrecord"
    )
    for name in ("actionforneed", "helpoffered", "nohelp", "passedon"):
        found[f"casework_{name}"] = _there(f"casework_{name}", "need_id", "casework_need")
    found["casework_sampled"] = _there("casework_sampled", "interview_id", interview, _reviews())
    for name, above in (("scoring", "sampled"), ("score", "scoring")):
        table = f"casework_{name}"
        found[table] = _there(table, f"{above}_id", f"casework_{above}")
    found["casework_handover"] = _hand_over("casework_handover")
    found["casework_placementnotice"] = _either(
        (
            _there(
                *("casework_placementnotice", "child_id", child),
                whose("above", Verb.PLACE, *RELATIONS),
            ),
            "(casework_placementnotice.sent_at is not null"
            " and casework_placementnotice.to_authority_id ="
            f" {_looked_up('returnhome_areas', _roles(Verb.SEE_PLACED_HERE))})",
        )
    )
    found["casework_notedconcern"] = _of_child("casework_notedconcern", concerns.KNOWING)
    found["casework_communication"] = _either(
        (
            _of_child("casework_communication", [(Verb.SEE_EPISODE, ANSWERING)]),
            f"exists (select 1 from {episode} theirs"
            " where theirs.child_id = casework_communication.child_id"
            f" and {whose('theirs', Verb.SEE_EPISODE, *ANSWERING)})",
        )
    )
    found["casework_characteristics"] = _of_child(
        "casework_characteristics", [(Verb.SEE_EPISODE, ANSWERING)]
    )
    found["casework_meeting"] = _of_child("casework_meeting", [(Verb.SEE_EPISODE, ANSWERING)])
    found["casework_voidedmeeting"] = _there(
        "casework_voidedmeeting", "meeting_id", "casework_meeting"
    )
    acting_for = [(verb, ANSWERING) for verb in tellings.ACTING]
    acted_for = _whose_any("theirs", acting_for)
    found["casework_parentalrisk"] = _either(
        (
            _of_child("casework_parentalrisk", acting_for),
            f"exists (select 1 from {episode} theirs"
            f" where theirs.child_id = casework_parentalrisk.child_id and {acted_for})",
        )
    )
    found |= _harm(child, episode, interview)
    for name in ("restriction", "listed", "breakglass"):
        table = f"casework_{name}"
        kept = _there(table, "child_id", child, whose("above", Verb.RESTRICT, RESPONSIBLE))
        # Whoever opened a record knows that they did.
        own_row = f"{table}.person_id = {PERSON}" if name == "breakglass" else ""
        found[table] = _either((kept, own_row))
    retaining = whose("above", Verb.RETAIN, RESPONSIBLE)
    for name in ("putforward", "hold", "retentionreview"):
        found[f"casework_{name}"] = _there(f"casework_{name}", "child_id", child, retaining)
    takes_in = _looked_up("returnhome_posts", _roles(Verb.CONFIRM_INTAKE))
    found["casework_bringing"] = f"casework_bringing.brought_for_id = {takes_in}"
    found["casework_bringingfile"] = _there(
        "casework_bringingfile", "bringing_id", "casework_bringing"
    )
    # Its notes may be what the child said.
    found["casework_earlierrecord"] = _there(
        *("casework_earlierrecord", "episode_id", episode),
        whose("above", Verb.SEE_ACCOUNT, *ANSWERING),
    )
    found["casework_broughtchild"] = _there("casework_broughtchild", "child_id", child)
    found["casework_delivery"] = _either(
        (
            f"casework_delivery.received_for_id = {takes_in}",
            f"casework_delivery.sender_id = {_looked_up('returnhome_posts', SENDING)}",
        )
    )
    found["casework_notification"] = _either(
        (
            whose("casework_notification", Verb.SEE_EPISODE, *RELATIONS),
            # Not the sender's: what became of a row names whom it was taken for.
            _there(
                *("casework_notification", "delivery_id", "casework_delivery"),
                f"above.received_for_id = {takes_in}",
            ),
        )
    )
    found["casework_toldnumber"] = _there(
        "casework_toldnumber", "notification_id", "casework_notification"
    )
    return found


def _harm(child: str, episode: str, interview: str) -> dict[str, str]:
    """What a child told of harm: to the two councils, whoever interviews, whoever wrote it down."""
    table = "casework_disclosure"
    telling = _looked_up("returnhome_bodies", _roles(Verb.TELL_OF_HARM, RESPONSIBLE))
    found = {
        table: _either(
            (
                _for_councils(table, Verb.SEE_HARM),
                _there(
                    table, "episode_id", episode, whose("above", Verb.SEE_HARM, Relation.PROVIDER)
                ),
                _there(table, "interview_id", interview, own("above", Verb.SEE_HARM)),
                f"({table}.made_by_id = {PERSON} and {table}.organisation_id = {telling})",
            )
        )
    }
    for name in ("harmcall", "harmtaking", "harmdecision"):
        found[f"casework_{name}"] = _there(f"casework_{name}", "disclosure_id", table)
    return found


def _for_councils(of: str, verb: Verb) -> str:
    """Disclosures `of` which are this verb's for a council: as then, or whose the child is now."""
    return _either((whose(of, verb, RESPONSIBLE, HOST), _of_child(of, [(verb, [RESPONSIBLE])])))


def writing() -> dict[str, str]:
    """Table → of which rows the person may write what others read alone.

    A manager of a council decides on harm and closes it: never the provider that interviews, and
    not by the way round the verb either. A review is by whoever may review, and read by the author.
    """
    deciding = _for_councils("above", Verb.DECIDE_ON_HARM)
    table, review = "casework_harmdecision", "casework_review"
    return {
        table: _there(table, "disclosure_id", "casework_disclosure", deciding),
        review: _there(review, "interview_id", "casework_interview", _reviews()),
    }


# What only the child writes: nobody of the staff says it for them.
BY_THE_CHILD = ("casework_choice", "casework_ownwords", "casework_made", "casework_saidback")


def by_link() -> dict[str, str]:
    """Table → which of its rows are there for whoever holds a child's link: of its one episode."""
    way_in, episode, child = (
        f"(select public.returnhome_by_link('{what}'))" for what in ("link", "episode", "child")
    )
    link = "nullif(current_setting('app.link', true), '')"
    found = {
        "casework_wayin": f"(casework_wayin.secret = {link}"
        f" or casework_wayin.pass_digest = {link})",
        "casework_episode": f"casework_episode.id = {episode}",
        "casework_child": f"casework_child.id = {child}",
        "casework_parentalrisk": f"casework_parentalrisk.child_id = {child}",
        "casework_reply": _there("casework_reply", "offer_id", "casework_offer"),
        "casework_interview": "exists (select 1 from casework_coverage cover"
        " where cover.interview_id = casework_interview.id)",
        # What a worker released, for as long as nobody took it back.
        "casework_release": f"(casework_release.episode_id = {episode}"
        " and casework_release.taken_back_at is null)",
        "casework_saidback": f"(casework_saidback.way_in_id = {way_in}"
        f" and {_there('casework_saidback', 'release_id', 'casework_release')})",
        "casework_answertochild": _there(
            "casework_answertochild", "release_id", "casework_release"
        ),
        "casework_made": _there("casework_made", "own_words_id", "casework_ownwords"),
    }
    for name in ("choice", "ownwords"):
        # Not what was written by way of an earlier link: it may have been somebody else's hand.
        found[f"casework_{name}"] = f"casework_{name}.way_in_id = {way_in}"
    for name in (
        *("offer", "action", "nothingneeded", "notheld", "coverage"),
        *("childspokento", "understanding", "carersasked"),
    ):
        found[f"casework_{name}"] = f"casework_{name}.episode_id = {episode}"
    return found


def by_token() -> dict[str, str]:
    """Table → which of its rows are there for a program: of what its organisation itself sent."""
    return {
        "casework_notification": "casework_notification.sender_id ="
        " (select public.returnhome_by_token())",
        "casework_basis": _there("casework_basis", "notification_id", "casework_notification"),
        "casework_episode": "exists (select 1 from casework_basis rests"
        " where rests.episode_id = casework_episode.id)",
    }


def by_home() -> dict[str, str]:
    """Table → which of its rows are there for somebody of a home: of who lives there today."""
    roles = _roles(Verb.SEE_WHO_LIVES_HERE, Relation.LIVES_THERE)
    lives_here = _looked_up("returnhome_live_with", roles)
    ours = _looked_up("returnhome_posts", roles)
    return {
        "casework_child": f"casework_child.id = {lives_here}",
        "casework_placement": f"casework_placement.home_id = {ours}",
        "casework_episode": f"casework_episode.child_id = {lives_here}",
        "casework_coverage": _there("casework_coverage", "episode_id", "casework_episode"),
        "casework_interview": "exists (select 1 from casework_coverage cover"
        " where cover.interview_id = casework_interview.id)",
        "casework_fromhome": f"(casework_fromhome.home_id = {ours}"
        f" and {_there('casework_fromhome', 'episode_id', 'casework_episode')})",
        "casework_notification": "exists (select 1 from casework_fromhome said"
        " where said.notification_id = casework_notification.id)",
    }


def by_partner() -> dict[str, str]:
    """Table → which of its rows are there for somebody with whose organisation it was shared.

    That something was recalled they see, and not a line of it any more. So does whoever holds an
    opened link to it: by the secret in its address alone nothing is there but the link. Of what
    they asked they see which council holds something; of a restricted record nothing, until it is
    shared with them.
    """
    ours = _looked_up("returnhome_posts", _roles(Verb.RECEIVE))
    asking = _looked_up("returnhome_posts", _roles(Verb.ASK_ABOUT))
    line, standing = "casework_sharedline", "above.recalled_at is null"
    link = "nullif(current_setting('app.link', true), '')"
    opened = (
        "casework_share.id = (select link.share_id from casework_onetimelink link"
        f" where link.pass_digest = {link} and link.ended_at is null)"
    )
    shared_since = (
        "exists (select 1 from casework_ask ask join casework_share told"
        " on told.to_id = ask.organisation_id and told.sent_at >= ask.asked_at"
        " where ask.id = casework_askedof.ask_id and told.child_id = casework_askedof.child_id)"
    )
    return {
        "casework_ask": f"casework_ask.organisation_id = {asking}",
        "casework_askedof": f"({_there('casework_askedof', 'ask_id', 'casework_ask')}"
        f" and (not casework_askedof.is_hidden or {shared_since}))",
        "casework_nothingtotell": _there("casework_nothingtotell", "asked_id", "casework_askedof"),
        "casework_share": f"((casework_share.to_id = {ours} or {opened})"
        " and casework_share.sent_at is not null)",
        "casework_onetimelink": f"(casework_onetimelink.secret = {link}"
        f" or casework_onetimelink.pass_digest = {link})",
        line: f"({line}.is_in and {_there(line, 'share_id', 'casework_share', standing)})",
        "casework_opening": _there("casework_opening", "share_id", "casework_share"),
        "casework_acknowledgement": _there(
            "casework_acknowledgement", "share_id", "casework_share"
        ),
        "casework_lineanswer": _there("casework_lineanswer", "line_id", line),
    }


def closing() -> dict[str, str]:
    """Table → which of its rows no list of a restricted record closes to the person.

    What hangs below these is closed with them. It stands beside the other policies, not among
    them: both must open a row. No system role is bound by it.
    """
    closed = _told("app.closed")
    found = {
        f"casework_{name}": f"casework_{name}.child_id <> {closed}"
        for name in ("episode", "interview", "placementnotice", "disclosure", "share", "askedof")
    }
    found["casework_child"] = f"casework_child.id <> {closed}"
    found["casework_notification"] = (
        f"(casework_notification.child_id is null or casework_notification.child_id <> {closed})"
    )
    found["casework_handover"] = f"casework_handover.episode_id <> {_told('app.closed_episodes')}"
    return found


def _told(name: str) -> str:
    """Ids as they were told. Where nothing was, it is null, and so no row is there."""
    return f"all((select nullif(current_setting('{name}', true), '')::bigint[])::bigint[])"


def _keeping() -> str:
    return f"'{{{','.join(sorted(_roles(Verb.RESTRICT, RESPONSIBLE)))}}}'"


def _hand_over(table: str) -> str:
    asked = _roles(Verb.ANSWER, Relation.ASKED)
    asking = _roles(Verb.ASK, RESPONSIBLE)
    return _either(
        (
            f"{table}.to_authority_id = {_looked_up('returnhome_areas', asked)}",
            f"{table}.to_provider_id = {_looked_up('returnhome_bodies', asked)}",
            f"{table}.asked_by_authority_id = {_looked_up('returnhome_areas', asking)}",
            _there(
                *(table, "episode_id", "casework_episode"),
                whose("above", Verb.SEE_EPISODE, RESPONSIBLE, COUNTED),
            ),
        )
    )


# What acts for nobody.


class Opened(NamedTuple):
    """What a system role reads and writes of that which the second lock closes.

    `beside`: of all other tables it may do what the product's own role may. `columns`: of these
    tables it reads no more than the columns named. `within`: of these tables it has only the rows
    of which this is so; of the others, all.
    """

    reads: frozenset[str]
    writes: frozenset[str]
    beside: bool = True
    columns: Mapping[str, Sequence[str]] = MappingProxyType({})
    within: Mapping[str, str] = MappingProxyType({})


def _tables(*names: str) -> frozenset[str]:
    return frozenset(f"casework_{name}" for name in names)


NONE = _tables()
KNOWN_BY = _tables("child", "alias", "identifier", "address", "placement", "toldnumber")
CARE = _tables("careperiod", "doubt", "formerfact", "placementnotice")
OF_EPISODE = _tables("episode", "correction", "classification", "basis", "handover")
MET = _tables("meeting", "voidedmeeting", "notedconcern")
LISTS_OF = _tables("restriction", "listed")
UNTOLD = ("id", "child_id", "responsible_authority_id", "host_authority_id", "told_at", "made_at")
# What a council that is asked reads before it answers.
PREVIEWED = _tables("action", "notedconcern", "communication")
# What a home may know: not why, not who answers for it, not where else the child was.
OF_WHO_LIVES_THERE: Mapping[str, Sequence[str]] = {
    "casework_child": ("id", "forename", "surname"),
    "casework_placement": ("id", "child_id", "home_id", "since", "until"),
    "casework_episode": (
        *("id", "child_id", "kind", "started_at", "voided_at", "settled_at"),
        *("found_at", "returned_at", "due_at", "offered_at", "held_at"),
        *("offer_kind", "is_offered_by_policy"),
    ),
    "casework_coverage": ("id", "episode_id", "interview_id"),
    "casework_interview": ("id", "place", "booked_for", "held_at", "not_held_at"),
    "casework_notification": ("id", "as_received"),
}
# Of what was shared: as it was sent, and nothing of what it was made of.
OF_SHARE: Mapping[str, Sequence[str]] = {
    "casework_share": (
        *("id", "child_id", "about", "recipient", "purpose", "to_id", "name"),
        *("sent_at", "sent_by_id", "sent_from", "until", "recalled_at"),
    ),
    "casework_sharedline": (
        *("id", "share_id", "place", "item", "heading", "question", "is_in", "text"),
        *("grading", "conditions"),
    ),
}
# Of who was asked: the council, the child by number, whether it has answered; not why.
OF_ASKED: Mapping[str, Sequence[str]] = {
    "casework_askedof": ("id", "ask_id", "child_id", "authority_id"),
    "casework_nothingtotell": ("id", "asked_id", "at"),
}
# Of a looked-after child what the returns ask for: a number, and no name.
OF_RETURN: Mapping[str, Sequence[str]] = {
    "casework_child": (
        *("id", "born_on", "born_precision", "sex", "responsible_authority_id"),
        *("confirmed_at", "joined_to_id"),
    ),
    "casework_identifier": ("id", "child_id", "kind", "issuer", "value"),
    "casework_careperiod": ("id", "child_id", "authority_id", "since", "until"),
    "casework_placement": ("id", "child_id", "postcode", "is_protected", "since", "until"),
    "casework_address": ("id", "child_id", "postcode", "since", "until"),
    "casework_characteristics": (
        *("id", "child_id", "ethnicity", "disability", "said_by", "noted_at"),
    ),
    "casework_interview": ("id", "child_id", "held_at"),
    "casework_entry": ("id", "interview_id", "question", "codes", "replaced_at"),
}
SCORED = _tables("sample", "sampled", "scoring", "score")
# What answers to freedom of information requests and reports to a board count beside the episodes:
# that there is a row, of which kind and when; of an interview the codes of a few questions alone.
COUNTED_TOO = _tables(
    *("careperiod", "basis", "notification", "entry", "need", "helpoffered", "share"),
    *("handover", "action"),
)
OF_COUNTED_TOO: Mapping[str, Sequence[str]] = {
    "casework_careperiod": ("id", "child_id", "authority_id", "since", "until"),
    "casework_basis": ("id", "episode_id", "notification_id"),
    "casework_notification": ("id", "sender_id", "received_at"),
    "casework_entry": ("id", "interview_id", "question", "codes", "replaced_at"),
    "casework_need": ("id", "interview_id"),
    "casework_helpoffered": ("id", "need_id", "offered_on", "is_taken_up"),
    "casework_handover": (
        *("id", "kind", "asked_by_authority_id", "to_provider_id"),
        *("asked_at", "answer", "handed_back_at"),
    ),
    "casework_action": ("id", "episode_id", "interview_id", "due_on", "done_at"),
    "casework_share": ("id", "episode_id", "recipient", "sent_at", "recalled_at"),
}
# What figures are told apart by, of whom and since when; not a word of it.
TOLD_APART_BY: Mapping[str, Sequence[str]] = {
    "casework_characteristics": (
        *("id", "child_id", "ethnicity", "disability", "said_by", "noted_at"),
    ),
    "casework_communication": ("id", "child_id", "needs_interpreter", "noted_at"),
    "casework_notedconcern": ("id", "child_id", "concern", "ended_at"),
    "casework_post": ("id", "person_id", "team_id", "since", "until"),
}
# What the figures of what followed an interview count: that there is a row, and of which need,
# interview or share; not what was told of, to whom, nor what anybody answered.
FOLLOWED = _tables(
    *("mention", "actionforneed", "nohelp", "notshared"),
    *("sharedline", "acknowledgement", "lineanswer"),
)
OF_FOLLOWED: Mapping[str, Sequence[str]] = {
    "casework_helpoffered": (*OF_COUNTED_TOO["casework_helpoffered"], "outcome_at"),
    "casework_mention": ("id", "interview_id", "replaces_id", "is_in_error"),
    "casework_actionforneed": ("id", "need_id"),
    "casework_nohelp": ("id", "need_id"),
    "casework_notshared": ("id", "episode_id", "at"),
    "casework_sharedline": ("id", "share_id"),
    "casework_acknowledgement": ("id", "share_id"),
    "casework_lineanswer": ("id", "line_id"),
}
BROUGHT = _tables("bringing", "bringingfile", "earlierrecord", "broughtchild")
OF_OFFER = _tables("offer", "reply", "attempt", "interview", "coverage", "notheld")


@cache
def opened() -> dict[str, Opened]:
    """System role → what it may. Only the operator's opens what children said."""
    return {
        acting.OPERATOR: Opened(NONE, frozenset(policies())),
        acting.CLOCKWORK: Opened(
            KNOWN_BY
            | CARE
            | OF_EPISODE
            | OF_OFFER
            | MET
            | LISTS_OF
            | _tables(
                *("fromhome", "breakglass", "disclosure", "harmtaking", "harmdecision"),
                *("ownwords", "onetimelink"),
            ),
            NONE,
            # That a child told of harm or wrote, and who has it: not a word of what.
            columns={
                "casework_disclosure": UNTOLD,
                "casework_ownwords": ("id", "episode_id", "sent_at", "read_at"),
                "casework_onetimelink": ("id", "until", "opened_at", "seen_at", "ended_at"),
                "casework_harmdecision": (
                    *("id", "disclosure_id", "council_id", "kind"),
                    *("due_at", "decided_at", "passed_at", "done_at"),
                ),
            },
        ),
        acting.INTAKE: Opened(
            OF_OFFER | MET,
            KNOWN_BY
            | CARE
            | OF_EPISODE
            | LISTS_OF
            | _tables("notification", "delivery", "fromhome", "characteristics", "foundplace")
            | BROUGHT,
        ),
        acting.MATCHING: Opened(
            KNOWN_BY | _tables("notification"),
            NONE,
            beside=False,
            # Whose the numbers are that it tells, and nothing else of it.
            columns={"casework_notification": ("id", "child_id")},
        ),
        acting.PASSING_ON: Opened(
            KNOWN_BY | CARE | PREVIEWED | LISTS_OF | _tables("delivery"),
            OF_EPISODE
            | OF_OFFER
            | _tables("child", "dispute", "override", "notification", "breakglass", "askedof"),
        ),
        acting.REPORTING: Opened(
            OF_OFFER
            | SCORED
            | COUNTED_TOO
            | frozenset(TOLD_APART_BY)
            | FOLLOWED
            | _tables("episode", "child", "tally", "howitwas", "earlierrecord"),
            NONE,
            beside=False,
            # No figure needs a name, nor what somebody wrote.
            columns={
                "casework_child": ("id", "confirmed_at", "joined_to_id", "born_on", "sex"),
                "casework_earlierrecord": (
                    *("id", "episode_id", "says", "is_counted"),
                    *("held_at", "held_precision", "not_held"),
                ),
                "casework_scoring": ("id", "sampled_id", "themes"),
                "casework_score": ("id", "scoring_id", "criterion", "mark"),
                **OF_COUNTED_TOO,
                **TOLD_APART_BY,
                **OF_FOLLOWED,
            },
            within={
                "casework_entry": (
                    f"question in {(*COUNTED_QUESTIONS, ETHNICITY)} and replaced_at is null"
                ),
                "casework_notedconcern": f"concern = '{Concern.UNACCOMPANIED}'",
                "casework_share": "sent_at is not null",
            },
        ),
        acting.STATUTORY: Opened(
            _tables(
                *("child", "identifier", "careperiod", "placement", "address", "episode"),
                *("characteristics", "interview", "entry"),
            ),
            NONE,
            beside=False,
            columns=OF_RETURN,
            within={"casework_entry": f"question = '{ETHNICITY}' and replaced_at is null"},
        ),
        acting.SEALING: Opened(NONE, NONE, beside=False),
        acting.OWN_PAGES: Opened(
            _tables(
                *("child", "parentalrisk", "nothingneeded", "notheld", "coverage", "interview"),
                *("childspokento", "understanding", "carersasked", "release", "answertochild"),
            ),
            _tables(
                *("wayin", "choice", "ownwords", "made", "saidback", "episode", "offer"),
                *("reply", "action"),
            ),
            columns={"casework_interview": ("id",)},
            within=by_link(),
        ),
        acting.SENDER: Opened(
            _tables("notification", "basis", "episode"),
            # That it was asked.
            _tables("journalentry"),
            beside=False,
            # Whether somebody said who the child is, and whether there is work left: not who.
            columns={
                "casework_notification": (
                    *("id", "sender_id", "reference", "result", "reason"),
                    *("received_at", "joined_at"),
                ),
                "casework_episode": ("id", "settled_at", "voided_at"),
            },
            within=by_token(),
        ),
        acting.PARTNERS: Opened(
            _tables("share", "sharedline", "askedof", "nothingtotell"),
            _tables(
                *("opening", "acknowledgement", "lineanswer", "onetimelink", "ask"),
                "journalentry",
            ),
            beside=False,
            columns={**OF_SHARE, **OF_ASKED},
            within=by_partner(),
        ),
        acting.HOMES: Opened(
            frozenset(by_home()), NONE, beside=False, columns=OF_WHO_LIVES_THERE, within=by_home()
        ),
    }


# Putting them on, and telling whether they are.


@cache
def policies() -> dict[str, str]:
    return _policies()


@dataclass(frozen=True)
class Policy:
    """One policy of one table, as it should be."""

    table: str
    name: str
    role: str
    command: str
    condition: str
    is_restrictive: bool = False

    @property
    def statement(self) -> str:
        using = "" if self.command == "insert" else f" using ({self.condition})"
        checked = "" if self.command == "select" else f" with check ({self.condition})"
        beside = " as restrictive" if self.is_restrictive else ""
        return (
            f"create policy {self.name} on public.{self.table}{beside} for {self.command}"
            f" to {_quoted(self.role)}{using}{checked}"
        )


def wanted(app_role: str) -> list[Policy]:
    """Every policy that should be there; `app_role` is the product's own role."""
    found = [
        Policy(table, "by_relation", app_role, "all", condition)
        for table, condition in policies().items()
    ]
    found += [
        Policy(table, "not_closed", app_role, "all", condition, is_restrictive=True)
        for table, condition in closing().items()
    ]
    found += [
        Policy(table, f"{command}_by_few", app_role, command, condition, is_restrictive=True)
        for table, condition in writing().items()
        for command in ("insert", "update")
    ]
    found += [
        Policy(table, "said_by_the_child", app_role, "insert", "false", is_restrictive=True)
        for table in BY_THE_CHILD
    ]
    for name, its in opened().items():
        role = database.SYSTEM_ROLES[name]
        closed = policies().keys()
        read = (its.reads - its.writes) & closed
        for command, tables in (("all", its.writes & closed), ("select", read)):
            found += [
                Policy(table, name, role, command, its.within.get(table, "true"))
                for table in sorted(tables)
            ]
    return found


def _functions() -> dict[str, str]:
    looking_up = {
        name: LOOK_UP.format(
            name=name,
            parameters=PARAMETERS.get(name, "roles text[]"),
            query=query,
            also=ALSO.get(name, ""),
            kept="" if name in ASKED_ANEW else KEPT.format(name=name),
            known="" if name in ASKED_ANEW else KNOWN,
            keep="" if name in ASKED_ANEW else KEEP,
            # Where a statement runs in several processes, nothing can be kept: it would fail.
            parallel="restricted" if name in ASKED_ANEW else "unsafe",
        )
        for name, query in FUNCTIONS.items()
    }
    return (
        looking_up
        | _coming_up()
        | {
            "returnhome_is_uncovered": UNCOVERED,
            "returnhome_tell_closed": TELL_CLOSED.format(query=CLOSED.format(roles=_keeping())),
            "returnhome_lists": LISTS,
            "returnhome_episodes_of": EPISODES_OF,
            "returnhome_by_link": BY_LINK,
            "returnhome_by_token": OF_PROGRAM.format(scope=TokenScope.READ),
            "returnhome_unsent_before": UNSENT_BEFORE,
            "returnhome_send_before": SEND_BEFORE,
            "returnhome_delete_before": DELETE_BEFORE.format(below=_below_words()),
            "returnhome_delete_unsent": DELETE_UNSENT.format(below=_below_words()),
            "returnhome_placed_from_home": PLACED_FROM_HOME.format(
                statutory=OfferKind.STATUTORY, in_error=NotHeldReason.RECORDED_IN_ERROR
            ),
            "returnhome_found_from_home": FOUND_FROM_HOME.format(
                statutory=OfferKind.STATUTORY,
                in_error=NotHeldReason.RECORDED_IN_ERROR,
                placed="', '".join((*LOOKED_AFTER, Cohort.PLACED_HERE_BY_OTHER)),
                apart=Cohort.PLACED_HERE_BY_OTHER,
                place=FoundIn.PLACE,
                abroad=FoundIn.ABROAD,
                own=FoundArea.OWN,
                former=FoundArea.FORMER,
                other=FoundArea.OTHER,
            ),
            "returnhome_worked_on": WORKED_ON.format(
                below=_hangs(Episode, "episode", MADE_WITH_EPISODE)
            ),
            "returnhome_children_in_use": IN_USE.format(
                below=_hangs(Child, "child", MADE_WITH_CHILD)
            ),
        }
    )


def functions() -> frozenset[str]:
    """The functions that `migrate` makes beside the policies, by name."""
    return frozenset(_functions())


def _hangs(model: type[models.Model], of: str, made_with: Mapping[str, str]) -> str:
    """Whether anything hangs on a row, in any table, beside what was made with it."""
    found = []
    for each in model._meta.get_fields(include_hidden=True):
        # Also what no name leads back to.
        if not isinstance(each, models.ManyToOneRel):
            continue
        table = each.related_model._meta.db_table
        since = made_with.get(table, "true")
        if since:
            also = "" if since == "true" else f" and ({since.format(row='hanging')})"
            found.append(
                f"\n            or exists (select 1 from public.{table} hanging"
                f" where hanging.{each.field.column} = {of}.id{also})"
            )
    return "".join(sorted(set(found)))


def _below_words() -> str:
    """What hangs below what a child wrote goes with it."""
    return "".join(
        f"\n    delete from public.{each.related_model._meta.db_table}"
        f" where {each.field.column} = any(found);"
        for each in OwnWords._meta.related_objects
    )


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def missing_roles(app_role: str) -> list[str]:
    """The system roles that the database lacks, or that the product's role cannot take on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select wanted from unnest(%s::text[]) wanted where not exists (select 1"
            " from pg_auth_members membership join pg_roles system on system.oid = roleid"
            " where system.rolname = wanted and member = %s::regrole"
            " and not system.rolsuper and not system.rolbypassrls"
            # What is inherited is put on always, so it would be as if there were no lock.
            " and not pg_has_role(member, roleid, 'usage'))",
            [sorted(database.SYSTEM_ROLES.values()), _quoted(app_role)],
        )
        return [name for (name,) in cursor.fetchall()]


# Policies and functions as the database holds them, each with what its comment says it came from.
AS_HELD = """
select relname || '.' || polname,
       md5(concat_ws(' ', polcmd::text, polpermissive, polroles::regrole[]::text,
                     pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))),
       obj_description(pg_policy.oid, 'pg_policy')
  from pg_policy join pg_class on pg_class.oid = polrelid
 where relnamespace = 'public'::regnamespace and relname = any(%s)
 union all
select proname, md5(pg_get_functiondef(oid)), obj_description(oid, 'pg_proc')
  from pg_proc where pronamespace = 'public'::regnamespace and proname = any(%s)
"""


def _origins(app_role: str) -> dict[str, str]:
    """What should be there → the digest of what it is made from."""
    made = {f"{each.table}.{each.name}": each.statement for each in wanted(app_role)}
    return {
        name: sha256(text.encode()).hexdigest()[:32] for name, text in (made | _functions()).items()
    }


def faults(app_role: str) -> list[str]:
    """What is not as the table of access has it: policies, functions and tables, by name."""
    origins = _origins(app_role)
    with connection.cursor() as cursor:
        cursor.execute(AS_HELD, [list(policies()), list(_functions())])
        held = {name: (digest, comment) for name, digest, comment in cursor.fetchall()}
        cursor.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace"
            " and relname = any(%s) and not relrowsecurity",
            [list(policies())],
        )
        open_tables = [name for (name,) in cursor.fetchall()]
    wrong = {
        name
        for name in origins.keys() | held.keys()
        if name not in origins
        or name not in held
        or held[name][1] != f"{origins[name]} {held[name][0]}"
    }
    return sorted(wrong | set(open_tables))


def put_on(app_role: str) -> None:
    """Make policies, functions and rights those of the table. As the owner, in one transaction."""
    origins = _origins(app_role)
    with connection.cursor() as cursor:
        for name, statement in _functions().items():
            cursor.execute(statement)
            cursor.execute(f"revoke execute on function public.{name} from public")
            only = ONLY_FOR.get(name)
            allowed = [only] if only else list(database.SYSTEM_ROLES)
            roles = [_quoted(database.SYSTEM_ROLES[each]) for each in allowed]
            roles += [] if only else [_quoted(app_role)]
            cursor.execute(f"grant execute on function public.{name} to {', '.join(roles)}")
        cursor.execute(
            "select polname, relname from pg_policy join pg_class on pg_class.oid = polrelid"
            " where relnamespace = 'public'::regnamespace and relname = any(%s)",
            [list(policies())],
        )
        for name, table in cursor.fetchall():
            cursor.execute(f"drop policy {_quoted(name)} on public.{_quoted(table)}")
        for table in policies():
            cursor.execute(f"alter table public.{table} enable row level security")
        for policy in wanted(app_role):
            cursor.execute(policy.statement)
        cursor.execute(AS_HELD, [list(policies()), list(_functions())])
        for name, digest, _ in cursor.fetchall():
            thing = f"function public.{name}"
            if "." in name:
                table, policy_name = name.split(".")
                thing = f"policy {policy_name} on public.{table}"
            cursor.execute(f"comment on {thing} is '{origins[name]} {digest}'")


RIGHTS = ("select", "insert", "update", "delete")
# Who may write a seal: it runs as the owner, and takes what has been written as it stands.
SEAL = "function public.casework_seal_journal(boolean, integer)"
# By which sealed words come with their keys: for whoever acts, and for nobody else who connects.
KEYS = (
    "function public.casework_keep_key(bytea), public.casework_with_key(bytea), "
    "public.casework_keys_of(uuid[]), public.casework_keyring_of(text, bigint)"
)


def let_system_roles(app_role: str) -> None:
    """Of closed tables what each may; of the others, where it may, what the product's role may."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname, array_agg(privilege order by privilege)"
            " from pg_class, unnest(%s::text[]) privilege"
            " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v')"
            " and has_table_privilege(%s, pg_class.oid, privilege) group by relname",
            [list(RIGHTS), app_role],
        )
        rights = dict(cursor.fetchall())
        cursor.execute(f"revoke execute on {KEYS} from public")
        cursor.execute(f"grant execute on {KEYS} to {_quoted(app_role)}")
        for name, its in opened().items():
            role = _quoted(database.SYSTEM_ROLES[name])
            cursor.execute(f"grant usage on schema public to {role}")
            cursor.execute(f"revoke all on all tables in schema public from {role}")
            for table, privileges in rights.items():
                if granted := _granted(table, its, privileges):
                    cursor.execute(f"grant {granted} on public.{_quoted(table)} to {role}")
            cursor.execute(f"grant execute on {KEYS} to {role}")
            if name == acting.SEALING:
                cursor.execute(f"revoke execute on {SEAL} from public, {_quoted(app_role)}")
                cursor.execute(f"grant execute on {SEAL} to {role}")
            if its.beside:
                cursor.execute(f"grant usage, select on all sequences in schema public to {role}")


def _granted(table: str, its: Opened, privileges: Sequence[str]) -> str:
    if table in its.writes or (its.beside and table not in policies()):
        return ", ".join(privileges)
    if table not in its.reads or "select" not in privileges:
        return ""
    columns = ", ".join(map(_quoted, its.columns.get(table, ())))
    return f"select ({columns})" if columns else "select"
