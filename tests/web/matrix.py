"""The access matrix: everybody asks about every record in every state, through every channel.

What is expected stands in `tests/who_may.py`, `tests/standings.py` and `tests/web/routes.py`, by
hand. A combination is one role in one standing, one state of a record, one verb and one channel.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from unittest.mock import patch

import psycopg
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from returnhome.casework import acting
from returnhome.casework.models import Child, Episode, HandOver, Interview, Person
from returnhome.rules.access import Verb
from returnhome.web import asked
from tests import records
from tests.cast import Cast
from tests.conftest import DATABASE, drop_database, make_database, owner_url
from tests.standings import Somebody, State, allowed
from tests.web import routes
from tests.who_may import FIRST_LOCK, OF_A_CHILD, OF_THE_ORGANISATION, ROLES, SECOND_LOCK, Rule, may


@dataclass
class Matrix:
    """Who asks about what, and what came of it."""

    people: list[Somebody]
    states: list[State]
    now: datetime
    asked: set[tuple[str, ...]] = field(default_factory=set)
    answers: int = 0
    wrong: list[str] = field(default_factory=list)
    persons: dict[int, Person] = field(default_factory=dict)
    is_hasty: bool = False

    def begin(self) -> None:
        """Count from nothing: what was asked before is no part of it."""
        self.asked, self.answers, self.wrong = set(), 0, []

    def person(self, who: Somebody) -> Person:
        """As a page has them: read once, with their posts."""
        if who.pk not in self.persons:
            self.persons[who.pk] = Person.objects.get(pk=who.pk)
        return self.persons[who.pk]

    def one_in(self, every: int) -> list[Somebody]:
        """Everybody, or one of so many: each role in turn and, in time, each standing."""
        return self.people[::every]

    def known_to(self, who: Somebody) -> Iterator[State]:
        """Each state once: of interviews that others hold, one will do."""
        seen: set[str] = set()
        for state in self.states:
            if state.named and state.named[0] != who.pk and who.standing.is_named:
                continue
            if state.name not in seen:
                yield state
            seen.add(state.name)

    def whose(self) -> dict[tuple[str, int], State]:
        """Table and number of a row → the state that it is of."""
        return {
            (table, pk): state
            for state in self.states
            for table, rows in state.rows.items()
            for pk in rows
        }

    def note(
        self,
        who: Somebody,
        state: str,
        verb: str,
        channel: str,
        *,
        wanted: bool,
        got: bool,
        thing: str = "",
    ) -> None:
        self.asked.add((who.role, who.standing.name, state, verb, channel))
        self.answers += 1
        if wanted != got:
            is_open = "is open to" if got else "is closed to"
            self.wrong.append(
                f"{channel} {thing}, {verb}: “{state}” {is_open} a {who.role}, {who.standing.name}"
            )
            # Where one wrong answer is enough, no more are asked for.
            assert not self.is_hasty, self.wrong

    def compare(
        self,
        who: Somebody,
        channel: str,
        table: str,
        rules: tuple[Rule, ...],
        found: set[int],
    ) -> None:
        """Of one table: in each state all its rows were there for this person, or none."""
        for state in self.known_to(who):
            rows = state.rows.get(table)
            if rows:
                wanted = allowed(who, state, rules)
                if own := state.own(table, who):
                    self.note(
                        who,
                        state.name,
                        "opened",
                        channel,
                        wanted=True,
                        got=own <= found,
                        thing=table,
                    )
                    rows = rows if wanted else rows - own
                there = rows & found
                got = bool(there) if not wanted else there == rows
                verb = rules[0][0]
                self.note(who, state.name, verb, channel, wanted=wanted, got=got, thing=table)


def build(owner: str, roles: Iterable[str] = ROLES, only: Iterable[str] = ()) -> Matrix:
    """Everybody and every record, committed in the database that is connected."""
    now = timezone.now()
    with acting.as_system(acting.OPERATOR), transaction.atomic():
        cast = Cast()
        where = records.bodies(cast, now)
        people = records.everybody(where, roles)
        states = records.put_on_record(cast, people, where, now, only)
    with psycopg.connect(owner, autocommit=True) as hand:
        hand.execute("analyze")
    connection.close()
    return Matrix(people, states, now)


@contextmanager
def on_record(
    called: str, roles: Iterable[str] = ROLES, only: Iterable[str] = ()
) -> Iterator[Matrix]:
    """Everybody and every record, committed in a database of their own, gone afterwards.

    Its owner has counted its rows, so that PostgreSQL plans for them.
    """
    name = f"{DATABASE}_{called}"
    connection.close()
    make_database(name, template=DATABASE)
    try:
        with connected_to(name):
            yield build(owner_url(name), roles, only)
    finally:
        drop_database(name)


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """In the block everything is asked of this database."""
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = DATABASE


# The first lock.


def lists(matrix: Matrix, only: str = "") -> None:
    """What the product lists to somebody of each table: `visible_to`."""
    for who in matrix.people:
        person = matrix.person(who)
        for table, model in records.CLOSED.items():
            if only not in ("", table):
                continue
            found = set(model._default_manager.visible_to(person).values_list("pk", flat=True))  # type: ignore[attr-defined]
            for name in (table, "telling to the host") if table == "telling" else (table,):
                matrix.compare(who, "list", name, FIRST_LOCK[name], found)


def filters(matrix: Matrix, verbs: Iterable[str] = OF_A_CHILD) -> None:
    """Which children and episodes a verb leaves of all: `whose`."""
    for who in matrix.people:
        person = matrix.person(who)
        for verb in verbs:
            rules = {of: ((verb, of, "r h p"),) for of in ("child", "episode")}
            for model, child in ((Child, "pk"), (Episode, "child")):
                table = model._meta.model_name or ""
                theirs = model.objects.filter(person.whose(verb, child=child))
                found = set(theirs.values_list("pk", flat=True))
                matrix.compare(who, "filter", table, rules[table], found)


def asks(matrix: Matrix, verbs: Iterable[str] = OF_A_CHILD) -> None:
    """What the product answers where a page asks of one record whether somebody may."""
    children = Child.objects.in_bulk()
    episodes = Episode.objects.in_bulk()
    talks = Interview.objects.prefetch_related("episodes").in_bulk()
    requests = HandOver.objects.in_bulk()
    for who in matrix.people:
        person = matrix.person(who)
        for state in matrix.known_to(who):
            _ask_one(matrix, who, person, state, children, episodes, talks, requests, verbs)


def _ask_one(
    matrix: Matrix,
    who: Somebody,
    person: Person,
    state: State,
    children: dict[int, Child],
    episodes: dict[int, Episode],
    talks: dict[int, Interview],
    requests: dict[int, HandOver],
    verbs: Iterable[str],
) -> None:
    def note(verb: str, channel: str, rules: tuple[Rule, ...], got: bool) -> None:
        wanted = allowed(who, state, rules)
        matrix.note(who, state.name, verb, channel, wanted=wanted, got=got)

    child = children[state.one("child")]
    episode = episodes[state.one("episode")] if state.episode else None
    talk = talks[state.one("interview")] if state.episode else None
    for verb in verbs:
        rule = ((verb, "child", "r h p"),)
        note(verb, "ask of the child", rule, child.allows(person, verb))
        if episode and talk:
            rule = ((verb, "episode", "r h p c"),)
            note(verb, "ask of the episode", rule, episode.allows(person, verb))
            either = ((verb, "episode", "r h p c"), (verb, "interview", "o"))
            got = asked.allows(talk, person, Verb(verb))
            note(verb, "ask of the interview", either, got)
    if talk:
        for verb in ("record", "sign"):
            rule = ((verb, "interview", "o"),)
            note(verb, "record or sign", rule, talk.may_be_recorded_by(person, Verb(verb)))
    for pk in state.rows.get("handover", ()):
        rule = (("answer", "handover", "a"),)
        note("answer", "ask of the request", rule, requests[pk].is_asked_of(person))


def bodies(matrix: Matrix) -> None:
    """Verbs about one's own organisation: of no child, so whatever the state."""
    for who in matrix.people:
        person = matrix.person(who)
        for verb in OF_THE_ORGANISATION:
            wanted = any(may(role, verb, "+") for role, _ in who.posts)
            matrix.note(who, "", verb, "ask", wanted=wanted, got=person.may(verb))


# The second lock.


def selects(matrix: Matrix, only: str = "") -> None:
    """What PostgreSQL gives to a question for everything: one statement a person."""
    tables = [table for table in records.CLOSED if only in ("", table)]
    columns = ", ".join(f"array(select id from casework_{table})" for table in tables)
    for who in matrix.people:
        with acting.on_behalf_of(matrix.person(who)), connection.cursor() as cursor:
            cursor.execute(f"select {columns}")
            found = dict(zip(tables, map(set, cursor.fetchone()), strict=True))
        for name, rules in SECOND_LOCK.items():
            table = "telling" if name == "telling to the host" else name
            if table in found:
                matrix.compare(who, "select", name, rules, found[table])


# Table → what may be set to what it is: those whose rows may change at all.
CHANGED = {
    "child": "sex = sex",
    "identifier": "value = value",
    "placement": "postcode = postcode",
    "doubt": "said_by = said_by",
    "episode": "risk = risk",
    "offer": "note = note",
    "dispute": "settled_how = settled_how",
    "handover": "ground = ground",
    "placementnotice": "kind = kind",
    "notedconcern": "concern = concern",
    "wenttogether": "linked_at = linked_at",
    "parentalrisk": "noted_at = noted_at",
    "action": "kind = kind",
    "notification": "result = result",
    "toldnumber": "value = value",
    "delivery": "layout = layout",
    "bringing": "kept = kept",
    "bringingfile": "filename = filename",
    "earlierrecord": "says = says",
    "broughtchild": "child_id = child_id",
    "restriction": "ended_at = ended_at",
    "listed": "may_see = may_see",
    "breakglass": "until = until",
    "putforward": "status = status",
    "hold": "ended_at = ended_at",
    "retentionreview": "second_at = second_at",
}
TAKEN_OUT = ("alias", "doubt", "attempt")
# Table → what is needed of a new row beside its child, episode or interview. A decision about an
# episode that rests on no interview is nobody's own.
OF_NO_TALK: tuple[Rule, ...] = (("see_account", "episode", "r p"),)
PUT_IN = {
    "doubt": (
        "child",
        "about, said, said_by, raised_at, raised_by_id, finding, settled_because",
        "'home', '', '', now(), 1, '', ''",
    ),
    "attempt": (
        "episode",
        "means, by_way_of, made_at, made_by_id, note",
        "'telephone', '', now(), 1, ''",
    ),
    "nothingneeded": ("episode", "kind, reason, at, by_id", "'', '', now(), 1"),
    "addendum": (
        "interview",
        "words, written_at, written_by_id, written_by_name",
        "'', now(), 1, ''",
    ),
}
TRY_EACH = """
create or replace function pg_temp.put_in_{table}(above bigint[]) returns bigint[]
    language plpgsql as $$
declare one bigint; taken bigint[] := '{{}}';
begin
    foreach one in array above loop
        begin
            insert into casework_{table} ({of}_id, {columns}) values (one, {values});
            taken := taken || one;
        exception when insufficient_privilege then null;
        end;
    end loop;
    return taken;
end $$
"""


def changes(matrix: Matrix, *, every: int = 1) -> None:
    """What PostgreSQL lets somebody change, take out and put in; all of it is taken back."""
    for who in matrix.one_in(every):
        known = list(matrix.known_to(who))
        above = {
            of: sorted({state.one(of) for state in known if state.rows.get(of)})
            for of in ("child", "episode", "interview")
        }
        with acting.on_behalf_of(matrix.person(who)), connection.cursor() as cursor:
            for table, what in CHANGED.items():
                found = _taken_back(cursor, f"update casework_{table} set {what} returning id")
                matrix.compare(who, "update", table, SECOND_LOCK[table], found)
            for table in TAKEN_OUT:
                found = _taken_back(cursor, f"delete from casework_{table} returning id")
                matrix.compare(who, "delete", table, SECOND_LOCK[table], found)
            for table, (of, columns, values) in PUT_IN.items():
                names = {"table": table, "of": of, "columns": columns, "values": values}
                cursor.execute(TRY_EACH.format(**names))
                taken = _put_in(cursor, table, above[of])
                rules = OF_NO_TALK if table == "nothingneeded" else SECOND_LOCK[table]
                matrix.compare(who, "insert", of, rules, taken)


def _taken_back(cursor: Any, statement: str) -> set[int]:
    point = transaction.savepoint()
    cursor.execute(statement)
    found = {pk for (pk,) in cursor.fetchall()}
    transaction.savepoint_rollback(point)
    return found


def _put_in(cursor: Any, table: str, above: list[int]) -> set[int]:
    point = transaction.savepoint()
    cursor.execute(f"select pg_temp.put_in_{table}(%s)", [above])
    (taken,) = cursor.fetchone()
    transaction.savepoint_rollback(point)
    return set(taken)


# Pages.


class Browsers:
    """Everybody's browser, signed in; each page is asked for and its changes taken back."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.clients: dict[int, Client] = {}

    def get(self, who: Somebody, address: str, method: str = "GET", **typed: str) -> HttpResponse:
        if who.pk not in self.clients:
            self.clients[who.pk] = Client()
            self.clients[who.pk].force_login(self.matrix.person(who))
        point = transaction.savepoint()
        try:
            client = self.clients[who.pk]
            return client.post(address, typed) if method == "POST" else client.get(address)
        finally:
            transaction.savepoint_rollback(point)


def is_open(got: HttpResponse) -> bool:
    """Whether there was a page: neither is one not found, nor one behind the sign-in."""
    to_sign_in = got.status_code == 302 and got.headers["Location"].startswith("/accounts/login")
    return got.status_code not in (403, 404) and not to_sign_in


@contextmanager
def without_the_second_lock() -> Iterator[None]:
    """PostgreSQL opens everything to whoever asks: what is closed is closed by the page alone."""
    with patch.object(acting, "on_behalf_of", lambda _: acting.as_system(acting.OPERATOR)):
        yield


def pages(matrix: Matrix, method: str, *, every: int = 1, names: Iterable[str] = ()) -> None:
    """Each address about a record, by everybody, in one state of every `every` and each in turn."""
    browsers = Browsers(matrix)
    turn = 0
    for name, route in routes.ABOUT_A_CHILD.items():
        if (names and name not in names) or (route.only_post and method == "GET"):
            continue
        for who in matrix.people:
            for state in matrix.known_to(who):
                turn += 1
                if route.of in state.rows and turn % every == 0:
                    _open_page(matrix, browsers, method, name, route, who, state)


def _open_page(
    matrix: Matrix,
    browsers: Browsers,
    method: str,
    name: str,
    route: routes.Asks,
    who: Somebody,
    state: State,
) -> None:
    number = state.one(route.of)
    address = reverse(name, args=[number, *route.more])
    is_theirs = allowed(who, state, route.rules) or number in state.own(route.of, who)
    wanted = is_theirs and route.is_there_in(state.name, method)
    got = is_open(browsers.get(who, address, method))
    channel = "page" if method == "GET" else "form"
    verb = route.rules[0][0]
    matrix.note(who, state.name, verb, channel, wanted=wanted, got=got, thing=name)


OFFERED = re.compile(r' (href|action)="(/(?!static/)[^"?#]+)')
# Pages with the most to offer; each of the others is one thing to do.
OFFERING = ("show-episode", "show-child", "show-interview", "show-handover", "care-of-child")
LISTS_OFFERING = ("worklist", "actions", "handovers", "meetings", "waiting")


def offers(
    matrix: Matrix,
    *,
    every: int = 1,
    names: Iterable[str] = OFFERING,
    lists: Iterable[str] = LISTS_OFFERING,
) -> None:
    """No page offers anybody what is closed to them: neither by a link nor by a button."""
    browsers, whose = Browsers(matrix), matrix.whose()
    turn = 0
    for name in names:
        route = routes.ABOUT_A_CHILD[name]
        for who in matrix.people:
            for state in matrix.known_to(who):
                if route.of in state.rows and allowed(who, state, route.rules):
                    turn += 1
                    if turn % every == 0:
                        address = reverse(name, args=[state.one(route.of), *route.more])
                        _look_at_offers(matrix, browsers, who, address, name, whose)
    for name in lists:
        for who in matrix.one_in(every):
            _look_at_offers(matrix, browsers, who, reverse(name), name, whose)


def _look_at_offers(
    matrix: Matrix,
    browsers: Browsers,
    who: Somebody,
    page: str,
    name: str,
    whose: dict[tuple[str, int], State],
) -> None:
    drawn = browsers.get(who, page).content.decode()
    for how, address in set(OFFERED.findall(drawn)):
        found = resolve(address)
        asks = routes.ABOUT_A_CHILD.get(found.url_name or "")
        number = next((each for each in found.kwargs.values() if isinstance(each, int)), 0)
        state = whose.get((asks.of, number)) if asks else None
        if asks and state and asks.of != "delivery":
            theirs = allowed(who, state, asks.rules) or number in state.own(asks.of, who)
            wanted = theirs and asks.is_there_in(state.name, "POST" if how == "action" else "GET")
            verb, thing = asks.rules[0][0], f"{found.url_name} on {name}"
            # That it is there says that it is offered; what is open need not be.
            matrix.note(who, state.name, verb, "offer", wanted=wanted, got=True, thing=thing)


def places(matrix: Matrix, *, every: int = 1) -> None:
    """Each address of an organisation, by everybody."""
    browsers = Browsers(matrix)
    people = [who for who in matrix.people if not who.standing.is_named][::every]
    for name, rules in routes.OF_AN_ORGANISATION.items():
        for who in people:
            _open_place(matrix, browsers, who, name, rules)


def _open_place(
    matrix: Matrix, browsers: Browsers, who: Somebody, name: str, rules: tuple[tuple[str, str], ...]
) -> None:
    wanted = any(routes.may_there(role, body, rules) for role, body in who.posts)
    got = is_open(browsers.get(who, reverse(name)))
    channel = "file" if name.startswith("csv") else "page"
    matrix.note(who, "", rules[0][0], channel, wanted=wanted, got=got, thing=name)


# What lists, the search and the calendar name.

LISTING = {
    "worklist": ("episode", SEEN_PAGE := (("see_episode", "episode", "r h p c"),)),
    "handovers": ("handover", FIRST_LOCK["handover"]),
    "actions": ("action", FIRST_LOCK["action"]),
    "out-of-area": ("child", CHILD_PAGE := FIRST_LOCK["child"]),
    "placed-here": ("child", CHILD_PAGE),
    "waiting": ("child", (("match", "child", "r"),)),
    "meetings": ("child", (("meet", "child", "r"),)),
}
LINKS = {
    "episode": r"/episodes/(\d+)",
    "child": r"/children/(\d+)",
    "handover": r"/hand-overs/(\d+)",
    "action": r"/actions/(\d+)",
    "interview": r"/interviews/(\d+)",
}


def links(page: Any, of: str) -> set[int]:
    return set(map(int, re.findall(LINKS[of], page.content.decode())))


def listings(matrix: Matrix, *, every: int = 1) -> None:
    """No list leads anybody to a record that is not theirs to see."""
    browsers = Browsers(matrix)
    for name, (of, rules) in LISTING.items():
        for who in matrix.one_in(every):
            _look_at_list(matrix, browsers, who, name, of, rules)


def _look_at_list(
    matrix: Matrix,
    browsers: Browsers,
    who: Somebody,
    name: str,
    of: str,
    rules: tuple[Rule, ...],
) -> None:
    found = links(browsers.get(who, reverse(name)), of)
    for state in matrix.known_to(who):
        if of in state.rows and not allowed(who, state, rules):
            got = bool(found & state.rows[of])
            verb = rules[0][0]
            matrix.note(who, state.name, verb, f"list {name}", wanted=False, got=got)


def searches(matrix: Matrix, *, every: int = 1) -> None:
    """The search finds just the children that somebody may see."""
    browsers = Browsers(matrix)
    for who in matrix.one_in(every):
        _search(matrix, browsers, who)


def _search(matrix: Matrix, browsers: Browsers, who: Somebody) -> None:
    rules = (*FIRST_LOCK["child"], ("see_episode", "episode", "r h p c"))
    found = links(browsers.get(who, reverse("children"), "POST", q=records.SURNAME), "child")
    for state in matrix.states:
        if not state.named:
            # A record that was joined to another is found under that one.
            wanted = not state.same and allowed(who, state, rules)
            got = bool(found & state.rows["child"])
            matrix.note(who, state.name, "see_episode", "search", wanted=wanted, got=got)


def calendars(matrix: Matrix) -> None:
    """The feed of a calendar holds what its owner is to hold, and ends with their role."""
    for who in matrix.people:
        person = matrix.person(who)
        found = links(Client().get(reverse("calendar", args=[person.calendar_key])), "interview")
        for state in matrix.known_to(who):
            if "interview" in state.rows:
                wanted = allowed(who, state, (("see_episode", "interview", "o"),))
                got = bool(found & state.rows["interview"])
                matrix.note(who, state.name, "see_episode", "calendar", wanted=wanted, got=got)
