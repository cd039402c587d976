"""A ledger of any size, made up in SQL: children, episodes and all that followed them.

Ten years of episodes, three to four a child, some children far more; one in three is looked after,
one in ten of those placed in another area. Two in a hundred are unfinished, and those began in the
last six days; the measured council has at least sixty of them, so that its work list fills a page
of fifty at every size. One of its children has gone missing twenty-five times.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import psycopg

LONG_STORY = 25
FILLS_A_PAGE = 60
UNFINISHED = 0.02
CHILDREN = 0.3

# `measured` is the council whose pages are looked at.
PLAN = """
create temp table councils as
    select id, (row_number() over (order by id))::int - 1 as place from casework_authority
    where nation = 'England' and gss_code like 'E%%' and until is null
    order by id limit 153;

create temp table kids as
    select n as id, case
        when n <= %(known)s then %(measured)s
        when %(share)s > 0 and n %% 8 = 0 then %(measured)s
        -- Of every three of a council one is looked after.
        else (select id from councils where place = n / 3 %% 153) end as council,
        random() as fate
    from generate_series(1, %(children)s) n;

-- How often each child went missing: most once or twice, few very often.
create temp table times as
    select id, council, fate, case when id = 1 then %(long)s
        else 1 + floor(power(random(), 9) * 28)::int end as times
    from kids;

create temp table plan as
    select * from (
        select times.*, k, row_number() over (order by k, fate)::int as n
        from times, generate_series(1, times) k
    ) all_of_them where n <= %(episodes)s or id = 1;

-- The unfinished: the newest of some children, in every state there is.
create temp table unfinished as
    select id, row_number() over (order by fate)::int as n from (
        select distinct id, council, fate, row_number() over
            (partition by council = %(measured)s order by fate) as place
        from plan where id > 1 and k = 1
    ) newest
    where place <= case when council = %(measured)s then %(mine)s else %(others)s end;
"""

FILL = """
insert into casework_child (id, forename, surname, folded_name, born_on, born_precision, sex,
    responsible_authority_id, host_authority_id, opened_at, opened_by_id, confirmed_at,
    confirmed_by_id)
overriding system value
select id, forename, surname, lower(forename || ' ' || surname),
    date '2009-01-01' + (id::bigint * 7919 %% 2500)::int, 'known',
    case id %% 2 when 0 then 'F' else 'M' end, council, host,
    %(at)s, %(operator)s, %(at)s, %(operator)s
from (
    select id, council,
        (array['Alfie','Bea','Callum','Dana','Elin','Freya','Gus','Hana','Idris','Jade','Kofi',
               'Layla','Mo','Nia','Otis','Poppy','Quinn','Rosa','Sam','Tia'])[1 + id %% 20]
            as forename,
        (array['Ab','Ben','Car','Den','El','Fin','Gran','Hol','Ir','Jon'])[1 + id / 20 %% 10]
            || (array['bott','ton','ley','ham','wick','stead'])[1 + id / 200 %% 6] as surname,
        case when id %% 30 = 0 then (select id from councils where place = kids.id %% 152) end
            as host
    from kids
) named;

create temp table made as
select row_number() over (order by k desc, plan.id) as id, plan.id as child, council, host, k,
    coalesce(%(at)s - (u.n %% 140 + 4) * interval '1 hour' - interval '20 hours',
        %(at)s - interval '12 days' - (fate * 3200 + k * 35 + random() * 9) * interval '1 day'
    ) as started,
    case when u.n is null then 20 + (plan.n %% 11)
         when u.n %% 20 = 19 then -1 else u.n %% 10 end as state,
    case when plan.id %% 3 > 0 then 'home' when host is null then 'looked_after_in_area'
         else 'looked_after_out_of_area' end as cohort
from plan left join unfinished u on u.id = plan.id and plan.k = 1
    join lateral (select host_authority_id as host from casework_child c where c.id = plan.id) h
    on true;

-- States: -1 missing; 0 to 2 not taken on; 3, 4 to offer; 5 asked; 6 accepted; 7 booked; 8 held;
-- 9 to act upon; from 20 on finished: 20 to 26 acted on, 27 to 30 declined.
insert into casework_episode (id, child_id, earlier, kind, risk, missing_from,
    last_seen_at, last_seen_precision, last_seen_source,
    reported_at, reported_precision, reported_source, found_at, found_precision, found_source,
    returned_at, returned_precision, returned_source, responsible_authority_id, counted_under_id,
    host_authority_id, is_overridden, cohort, offer_kind, reasons, flags, opened_at, opened_by_id,
    owner_id, owned_since,
    voided_because, offered_at, answered_at, held_at, signed_at, acted_at, answer, declined_by,
    booked_for, held_precision, is_covered, not_held, has_actions, has_open_need, no_owes,
    record_waits_for, started_at, ended_at, ended_on, due_at, overdue_at, timeliness, settled_at,
    steps)
overriding system value
select id, child, '', 'missing', (array['low','medium','medium','high'])[1 + id %% 4], '',
    started, 'exact', 'Police', started + interval '1 hour', 'exact', 'Police',
    back, case when back is null then '' else 'exact' end, 'Police',
    back, case when back is null then '' else 'exact' end, 'Police',
    council, council, host, false, cohort, 'statutory', '[]', '[]', %(at)s, %(operator)s,
    case when state > 2 then worker end, case when state > 2 then back end, '',
    case when state > 4 then back + interval '3 hours' end,
    case when state > 5 then back + interval '5 hours' end,
    talk, talk + interval '3 hours' * (case when state > 8 then 1 end),
    talk + interval '9 days' * (case when state > 9 then 1 end),
    case when state between 6 and 26 then 'accepted' when state > 26 then 'declined' else '' end,
    case when state > 26 then 'child' else '' end,
    case when state = 7 then %(at)s + (id %% 48) * interval '1 hour' end,
    case when talk is null then '' else 'exact' end, false, '',
    state between 20 and 26 and id %% 2 = 0, false, '{}',
    case when state = 9 then 'reviewer' else '' end, started, back,
    (back at time zone 'Europe/London')::date,
    back + interval '72 hours', back + interval '72 hours',
    case when talk is null then '' when talk <= back + interval '72 hours' then 'in_time'
         else 'late' end,
    case when state > 9 then back + interval '10 days' end,
    case when back is null then null when talk <= back + interval '72 hours' then 5
         when talk is not null then 4 when state in (6, 7) then 3 when state > 4 then 2 else 1 end
from (
    select made.*, workers[1 + made.id %% cardinality(workers)] as worker,
        case when state >= 0 then started + interval '20 hours' end as back,
        case when state in (8, 9) then started + interval '22 hours'
             when state between 20 and 26
             then started + (24 + made.id %% 90) * interval '1 hour' end as talk
    from made, (select %(workers)s::bigint[] as workers) people
) told;

"""

# What came with them and after them.
STORIES = """
insert into casework_careperiod (child_id, authority_id)
    select id, council from kids where id %% 3 = 0;
insert into casework_placement (child_id, authority_id, postcode, address, is_protected)
    select id, council, 'AA11AA', %(sealed)s, false from kids where id %% 3 = 0;
insert into casework_address (child_id, authority_id, postcode, line, is_protected)
    select id, council, 'AA11AA', %(sealed)s, false from kids where id %% 3 > 0;

insert into casework_classification (episode_id, axis, code, source, recorded_at, recorded_by_id)
    select id, axis, case axis when 'kind' then kind else risk end, 'Police', started_at,
        opened_by_id
    from casework_episode, unnest(array['kind', 'risk']) axis;

insert into casework_offer (id, episode_id, means, by_way_of, reached, made_at, made_by_id, note)
overriding system value
    select id, id, 'telephone', '', 'child', offered_at, owner_id, %(sealed)s
    from casework_episode where offered_at is not null;
insert into casework_reply (offer_id, answer, means, declined_by, reason, given_at, recorded_at,
    recorded_by_id)
    select id, answer, '', declined_by, %(sealed)s, answered_at, answered_at, owner_id
    from casework_episode where answered_at is not null;

insert into casework_interview (id, child_id, interviewer_id, standard_version, own_questions,
    booked_at, booked_by_id, booked_for, place, mode, place_note, wishes, held_at, held_precision,
    held_noted_at, held_noted_by_id, independence_note, signed_at, held_by_name, held_by_role,
    held_by_organisation, signed_by_id)
overriding system value
    select id, child_id, owner_id, '0', '{}', answered_at, owner_id, coalesce(booked_for, held_at),
        'school', 'in_person', %(sealed)s, %(sealed)s, held_at, held_precision, held_at,
        case when held_at is not null then owner_id end, %(sealed)s, signed_at, '', '', '',
        case when signed_at is not null then owner_id end
    from casework_episode where booked_for is not null or held_at is not null;
insert into casework_coverage (interview_id, episode_id) select id, id from casework_interview;
insert into casework_entry (interview_id, question, codes, words, unanswered, written_at,
    written_by_id)
    select id, question, '{}', %(sealed)s, '', signed_at, signed_by_id
    from casework_interview, unnest(array['why_words', 'help_words', 'wishes']) question
    where signed_at is not null;
insert into casework_signedfacts (interview_id, known, signed_by_name)
    select id, %(kept)s, 'x' from casework_interview where signed_at is not null;
insert into casework_journalentry (at, by_id, verb, kind, object_id, child_id)
    select started_at + hours * interval '1 hour', opened_by_id, verb, 'episode', id, child_id
    from casework_episode, (values (1, 'open episode'), (9, 'read')) as acts (hours, verb);
insert into casework_action (episode_id, interview_id, kind, what, owner_id, due_on, added_at,
    added_by_id, outcome, done_at, done_by_id)
    select id, id, 'safety_plan', %(sealed)s, owner_id, (signed_at + interval '7 days')::date,
        signed_at, owner_id, %(sealed)s, acted_at, owner_id
    from casework_episode where has_actions;
"""

SIGNED = (
    *("casework_entry", "casework_coverage", "casework_interview"),
    "casework_signedfacts",
)
FILLED = [
    *("child", "careperiod", "placement", "address", "episode", "classification", "offer"),
    *("reply", "interview", "coverage", "entry", "signedfacts", "journalentry", "action"),
]


def invent(
    episodes: int,
    *,
    measured: int,
    share: float,
    workers: list[int],
    operator: int,
    at: datetime,
    is_bare: bool = False,
) -> None:
    """Fill the database that DATABASE_OWNER_URL names. `share`: of all episodes, the council's.

    No share means that every council has as many as any other. A bare ledger has children and
    episodes alone.
    """
    part = share or 1 / 153
    mine = max(FILLS_A_PAGE, round(episodes * part * UNFINISHED))
    sealed, kept = _sealed(
        b"I had an argument at home and went to my nan's. " * 4, b'{"facts": {}, "told_of": []}'
    )
    given = {
        "episodes": episodes,
        "children": round(episodes * CHILDREN),
        "measured": measured,
        "share": share,
        "long": LONG_STORY,
        "known": FILLS_A_PAGE + LONG_STORY,
        "mine": mine,
        "others": max(round(episodes * UNFINISHED) - mine, 0),
        "workers": workers,
        "operator": operator,
        "sealed": sealed,
        "kept": kept,
        "at": at,
    }
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("set synchronous_commit = off")
        owner.execute("set maintenance_work_mem = '512MB'")
        owner.execute("select setseed(0.7)")
        cursor = psycopg.ClientCursor(owner)
        for table in SIGNED:
            cursor.execute(f"alter table {table} disable trigger user")
        with _laid_aside(owner, [f"casework_{table}" for table in FILLED]):
            cursor.execute(PLAN, given)
            cursor.execute(FILL, given)
            if not is_bare:
                cursor.execute(STORIES, given)
        for table in SIGNED:
            cursor.execute(f"alter table {table} enable trigger user")
        # Numbers were given by hand: what is made next goes on from there.
        for table in ("child", "episode", "interview", "offer", "reply", "action"):
            cursor.execute(
                f"select setval(pg_get_serial_sequence('casework_{table}', 'id'),"
                f" (select coalesce(max(id), 0) + 1 from casework_{table}))"
            )


@contextmanager
def _laid_aside(owner: psycopg.Connection, tables: list[str]) -> Iterator[None]:
    """Without the indexes and references of the tables, which are made and checked again after."""
    references = owner.execute(
        "select conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)"
        " from pg_constraint where conrelid = any(%s::regclass[]) and contype in ('f', 'x')",
        [tables],
    ).fetchall()
    for table, name, _ in references:
        owner.execute(f"alter table {table} drop constraint {name}")
    indexes = owner.execute(
        "select quote_ident(relname), pg_get_indexdef(indexrelid) from pg_index"
        " join pg_class on pg_class.oid = indexrelid where indrelid = any(%s::regclass[])"
        " and indexrelid not in (select conindid from pg_constraint)",
        [tables],
    ).fetchall()
    for name, _ in indexes:
        owner.execute(f"drop index {name}")
    yield
    for _, definition in indexes:
        owner.execute(definition)
    for table, name, definition in references:
        owner.execute(f"alter table {table} add constraint {name} {definition}")


def stand(episodes: int, *, at: datetime) -> None:
    """A whole ledger as most measurements want it: an eighth of it in one council, counted up."""
    from returnhome.casework import staff  # noqa: PLC0415
    from returnhome.casework.models import Authority  # noqa: PLC0415

    operator = staff.operator().pk
    invent(
        episodes,
        measured=Authority.objects.get(name="Leeds").pk,
        share=1 / 8,
        workers=[operator],
        operator=operator,
        at=at,
    )
    count_up()
    settle()


def _sealed(*contents: bytes) -> list[bytes]:
    """Words as they lie in the ledger: under a data key that the database keeps, as all are."""
    from django.db import connection  # noqa: PLC0415

    from returnhome.casework import sealing  # noqa: PLC0415
    from returnhome.casework.models import Child  # noqa: PLC0415

    whose = Child()
    found = []
    with connection.cursor() as cursor:
        for content in contents:
            cursor.execute(
                "select public.casework_keep_key(%s)",
                [sealing.carried(sealing.Words(content, whose))],
            )
            found.append(bytes(cursor.fetchone()[0]))
    return found


def settle() -> None:
    """What a database that has stood for a night has done: vacuum and statistics."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("vacuum (analyze)")


# What decides in which parts of the figures an episode counts.
DECIDING = ("offer_kind", "answer", "declined_by", "not_held", "timeliness", "is_covered", "steps")


def count_up() -> None:
    """Fill the roll-up of the figures from the episodes."""
    from django.db.models import Count, Min, Q  # noqa: PLC0415

    from returnhome.casework import tallies  # noqa: PLC0415
    from returnhome.casework.episodes import Episode  # noqa: PLC0415
    from returnhome.rules import measures  # noqa: PLC0415

    times = [Q(**{f"{name}_at__isnull": False}) for name in ("attempted", "offered", "held")]
    ended = Episode.objects.counted().filter(ended_on__isnull=False)
    alike = ended.values_list("counted_under", "cohort", "quarter_on", *DECIDING, *times)
    known: dict[tuple, str] = {}
    moved: Counter = Counter()
    for *where, one, number in alike.annotate(Min("pk"), Count("pk")).order_by():
        authority, cohort, quarter, *key = where
        if tuple(key) not in known:
            first = Episode.objects.get(pk=one)
            assert first.counts
            known[tuple(key)] = first.counts.parts
            assert first.steps == measures.steps(measures.parts(first.facts))
        moved[tallies.Place(authority, cohort, quarter, known[tuple(key)])] += number
    tallies.move(moved)


# Of seven children in ten something is noted for figures of equality, of two of these once more; of
# three how to talk with them; one in twenty came alone.
NOTED_OF = """
insert into casework_characteristics
    (child_id, ethnicity, disability, said_by, noted_at, noted_by_id)
select id, (array['WBRI', 'MWBC', 'BAFR', 'APKN', 'REFU'])[1 + id % 5],
       (array['disabled', 'not_disabled', ''])[1 + id % 3],
       (array['records', 'child', 'parent_or_carer'])[1 + again],
       opened_at + again * interval '9 days', opened_by_id
  from casework_child, generate_series(0, 1) again where id % 10 < 7 - again * 5;
insert into casework_communication
    (child_id, language, needs_interpreter, helps, not_safe, noted_at, noted_by_id)
select id, 'Polish', id % 30 = 0, '', '', opened_at, opened_by_id
  from casework_child where id % 10 < 3;
insert into casework_notedconcern
    (child_id, concern, source, ended_because, noted_at, noted_by_id)
select id, 'unaccompanied', '', '', opened_at, opened_by_id
  from casework_child where id % 20 = 0
"""


def note_of() -> None:
    """What the pages by ethnicity, disability, interpreter and having come alone read."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("set synchronous_commit = off")
        for each in NOTED_OF.split(";"):
            owner.execute(each)


# What children told of: most things once, some by a few, few by many, as names and places are. Of
# so many, every second stands for something that no other child told of.
TOLD_OF = """
insert into casework_mention (interview_id, kind, key, name, nickname, relationship, age, address,
    postcode, place_kind, registration, make, colour, number, platform, description, question,
    sentence, reliability, expectation, noted_at, noted_by_id, is_in_error)
select interview, kind, word, case when kind in ('person', 'place', 'handle') then word else '' end,
    '', '', '', '', '', '', case when kind = 'vehicle' then upper(word) else '' end, '', '',
    case when kind = 'phone' then word else '' end, '', %(sealed)s, 'where_words', %(sealed)s,
    'seen', 'not_asked', held_at, interviewer_id, false
from (
    select interview, kind, held_at, interviewer_id, case kind
        when 'vehicle' then 'pl' || which || 'ate' when 'phone' then '0770' || (1000000 + which)
        when 'handle' then 'name_' || which when 'place' then which || ' invented street'
        else 'somebody ' || which end as word
    from (
        select talks.id as interview, held_at, interviewer_id,
            (array['person', 'person', 'place', 'handle', 'phone', 'vehicle'])[1 + n %% 6] as kind,
            case when n %% 2 = 0 then n
                else floor(power(random(), 3) * %(mentions)s / 12)::int end as which
        from generate_series(1, %(mentions)s) n
        join (
            select row_number() over (order by id) - 1 as place, id, held_at, interviewer_id
            from casework_interview where held_at is not null
        ) talks on talks.place = n %% (
            select count(*) from casework_interview where held_at is not null
        )
    ) drawn
) named;
"""


def tell_of(mentions: int) -> None:
    """So many mentions, dealt out to the interviews that were held."""
    (sealed,) = _sealed(b"He had a car and we went to a flat. " * 3)
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("set synchronous_commit = off")
        owner.execute("select setseed(0.7)")
        psycopg.ClientCursor(owner).execute(TOLD_OF, {"mentions": mentions, "sealed": sealed})
