"""Nobody alters a signed record: tried through page, API, models, SQL and command line.

Everything that hangs below the record is held against what it was, row by row; so are its PDF and
its JSON, byte for byte. What is tried is taken back each time, so that each try finds it whole.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from returnhome import database
from returnhome.casework import acting, harm, interviews, mentions, needs, support
from returnhome.casework.mentions import Told
from returnhome.casework.models import (
    Action,
    ActionForNeed,
    Addendum,
    Coverage,
    Disclosure,
    Entry,
    HarmCall,
    HarmDecision,
    HarmTaking,
    HelpOffered,
    Interview,
    Mention,
    Need,
    NoHelp,
    NothingNeeded,
    Offer,
    PassedOn,
    SignedFacts,
)
from returnhome.casework.sealing import SealedBytes, Words
from returnhome.rules.codes import ActionKind, HarmCallee, HarmDecisionKind, Means
from returnhome.rules.helping import NeedKind, NoHelpReason, PassedTo
from returnhome.rules.mentioning import MentionKind
from returnhome.rules.standard.parts import SaidBy
from tests.casework.conftest import apart as apart
from tests.casework.conftest import owner as owner
from tests.cast import Cast, booked, held, hours, returned, signed
from tests.web import routes
from tests.web.asking import typed_at

# Table → how its rows are the record's.
OF_INTERVIEW = "interview_id = {0}"
OF_NEED = "need_id in (select id from casework_need where interview_id = {0})"
OF_DISCLOSURE = "disclosure_id in (select id from casework_disclosure where interview_id = {0})"
BELOW: dict[type[models.Model], str] = {
    Interview: "id = {0}",
    **dict.fromkeys(
        (
            *(Coverage, Entry, SignedFacts, Addendum, Mention),
            *(Need, Action, NothingNeeded, Disclosure),
        ),
        OF_INTERVIEW,
    ),
    **dict.fromkeys((ActionForNeed, NoHelp, HelpOffered, PassedOn), OF_NEED),
    **dict.fromkeys((HarmCall, HarmTaking, HarmDecision), OF_DISCLOSURE),
}
Rows = dict[str, list[str]]
# Sealed words are not even sent where it is not told whose they are.
NOT_TOLD_WHOSE = (TypeError, ObjectDoesNotExist)


class Record:
    """A signed record with all that can hang below it, each as finished as it gets."""

    def __init__(self, cast: Cast, now: datetime) -> None:
        self.cast, self.now = cast, now
        at = now - hours(60)
        talk = signed(returned(cast.sky, at=at), interviewer=cast.ines, by=cast.amina, at=at)
        self.pk, self.episode = talk.pk, talk.episodes.get()
        at += hours(10)
        interviews.add(talk, "She rang: the lady is called June.", by=cast.ines, at=at)
        told = Told(name="June", sentence="I wanted to see my nan.")
        self.mention = mentions.note(talk, MentionKind.PERSON, told, by=cast.ines, at=at)
        self._needs(talk, at)
        self._harm(talk, at)
        action = support.add(
            *(self.episode, ActionKind.EARLY_HELP, "A visit"),
            owner=cast.sol,
            due_on=at.date(),
            interview=talk,
            by=cast.mara,
            at=at,
        )
        support.complete(action, "Seen", by=cast.sol, at=at)
        self.action = action
        for each in Action.objects.filter(interview=talk, done_at=None):
            support.complete(each, "Done", by=cast.sol, at=at)
        support.decide_nothing_needed(
            self.episode, "All done", interview=talk, by=cast.mara, at=at + hours(1)
        )

    def _needs(self, talk: Interview, at: datetime) -> None:
        cast, child = self.cast, {"said_by": SaidBy.CHILD, "by": self.cast.ines, "at": at}
        self.need = needs.name(talk, NeedKind.SCHOOL, "Another school", **child)
        left = needs.name(talk, NeedKind.OTHER, "A coat", **child)
        needs.leave(left, NoHelpReason.HAS_HELP, note="Nan", by=cast.sol, at=at)
        needs.act(
            *(self.need, ActionKind.HEALTH, "See the GP"),
            owner=cast.sol,
            due_on=at.date(),
            by=cast.mara,
            at=at,
        )
        on = at.date() + timedelta(days=1)
        at = at + timedelta(days=1)
        self.help = needs.offer_help(
            self.need, what="Lifts", means=Means.TELEPHONE, offered_on=on, by=cast.sol, at=at
        )
        needs.note_outcome(self.help, "Goes", by=cast.sol, at=at)
        (self.passed,) = needs.pass_on(
            [self.need], PassedTo.REVIEW, "Irma Hale", passed_on=on, by=cast.sol, at=at
        )
        needs.note_what_came(self.passed, "Heard", by=cast.sol, at=at)

    def _harm(self, talk: Interview, at: datetime) -> None:
        cast = self.cast
        self.told = harm.tell(
            cast.sky,
            "He hit me.",
            told_at=at,
            is_in_danger=False,
            interview=talk,
            by=cast.ines,
            at=at,
        )
        harm.note_call(
            self.told, HarmCallee.DUTY_MANAGER, name="Mara", called_at=at, by=cast.ines, at=at
        )
        harm.have(self.told, by=cast.mara, at=at)
        (self.decision,) = harm.decide(
            self.told, [HarmDecisionKind.SECTION_47], by=cast.mara, at=at
        )
        harm.pass_on(self.decision, "The front door", by=cast.mara, at=at)
        harm.finish(self.decision, "Visited", by=cast.mara, at=at)

    def rows(self, ask: Callable[[str], list[Any]] | None = None) -> Rows:
        """Every row of it, as the database has them."""
        each = ", ".join(
            f"array(select to_jsonb(t)::text from {model._meta.db_table} t"
            f" where {way.format(self.pk)} order by id)"
            for model, way in BELOW.items()
        )
        found = (ask or _asked)(f"select {each}")
        return {model.__name__: rows for model, rows in zip(BELOW, found, strict=True)}

    def printed(self) -> tuple[bytes, bytes]:
        """The PDF and the JSON, as the author takes them."""
        client = as_(self.cast.ines)
        return tuple(
            client.get(reverse(f"{kind}-interview", args=[self.pk])).content
            for kind in ("pdf", "json")
        )

    def one_of(self, model: type[models.Model]) -> Any:
        return model._default_manager.extra(where=[BELOW[model].format(self.pk)]).order_by("pk")[0]


def _asked(statement: str) -> list[Any]:
    with acting.as_system(acting.OPERATOR), connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchone())


def as_(person: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever is done in the block, refused or not, is undone at its end."""
    with transaction.atomic():
        point = transaction.savepoint()
        yield
        transaction.savepoint_rollback(point)


@pytest.fixture
def now() -> datetime:
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def record(cast: Cast, now: datetime) -> Record:
    return Record(cast, now)


def test_everything_that_hangs_below_a_record_is_looked_at(record: Record) -> None:
    def hangs(model: type[models.Model]) -> bool:
        above = {f.related_model for f in model._meta.fields if f.is_relation}
        return bool(above & {Interview, Need, Disclosure})

    below = {each for each in models.Model.__subclasses__() if each._meta.app_label == "casework"}
    kept_beside = {"NotHeld"}  # why a booking of it ended, before it was held

    assert {each.__name__ for each in below if hangs(each)} <= kept_beside | {
        each.__name__ for each in BELOW
    } | ABOUT_IT
    assert all(record.rows().values())


# What is written about a record by others, and is none of it.
ABOUT_IT = {"Review", "Sampled", "Release"}


# By the models.


def other(field: models.Field, value: Any) -> Any:
    """Something else that the field could hold."""
    if field.is_relation or field.primary_key:
        return (value or 0) + 1
    if isinstance(value, UUID):
        return uuid4()
    if isinstance(value, bool) or isinstance(field, models.BooleanField):
        return not value
    if isinstance(value, datetime):
        return value + timedelta(days=1)
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(value, list):
        return ["7"]
    if isinstance(field, models.DateTimeField):
        return timezone.now()
    return f"{value}x"[-1:]


def tries(record: Record) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Each way to change, add or take out a row by the models."""
    for model in BELOW:
        row, rows = record.one_of(model), model._default_manager
        mine, name = rows.filter(pk=row.pk), model.__name__
        for field in model._meta.concrete_fields:
            value = other(field, getattr(row, field.attname))
            changed = {field.attname: value}
            if isinstance(field, SealedBytes):
                changed = {field.attname: Words(b"x", row)}
            yield f"{name}.update({field.attname})", lambda m=mine, c=changed: m.update(**c)
            if field.primary_key:
                continue
            again = record.one_of(model)
            setattr(again, field.attname, value)
            names = [field.name]
            yield f"{name}.save({field.attname})", lambda r=again: r.save()
            yield f"{name}.save, alone", lambda r=again, n=names: r.save(update_fields=n)
            yield (
                f"{name}.bulk_update({field.attname})",
                lambda m=rows, r=again, n=names: m.bulk_update([r], n),
            )
        yield f"{name}.delete", record.one_of(model).delete
        yield f"{name}.filter.delete", mine.delete
        yield f"{name}._raw_delete", lambda m=mine: m._raw_delete("default")
    one, two = record.one_of(Interview), record.one_of(Entry)
    late = {"interview": one, "written_at": two.written_at, "written_by": two.written_by}
    yield "a late entry", lambda: Entry.objects.create(question="late", **late)
    yield "late entries", lambda: Entry.objects.bulk_create([Entry(question="late", **late)])
    another = record.cast.kit.episodes.first()
    yield "a late episode", lambda: Coverage.objects.create(interview=one, episode=another)
    yield "by the episode", lambda: another.interviews.add(one)
    yield "taken from its episodes", lambda: one.episodes.clear()
    yield "given other episodes", lambda: one.episodes.set([another])
    yield (
        "entries moved in",
        lambda: Entry.objects.filter(interview__signed_at=None).update(interview=one),
    )
    yield (
        "written over",
        lambda: Entry.objects.bulk_create(
            [Entry(pk=two.pk, question=two.question, words="Other", **late)],
            update_conflicts=True,
            update_fields=["words"],
            unique_fields=["id"],
        ),
    )


@pytest.mark.check
def test_no_way_round_the_verbs_by_the_models_changes_it(record: Record, now: datetime) -> None:
    at = now - hours(20)
    draft = booked(
        returned(record.cast.kit, at=at), interviewer=record.cast.ines, by=record.cast.amina, at=at
    )
    Entry.objects.create(interview=draft, question="x", written_at=now, written_by=record.cast.ines)
    before, through = record.rows(), []

    for name, attempt in list(tries(record)):
        with taken_back():
            try:
                with transaction.atomic():
                    attempt()
            except (DatabaseError, models.ProtectedError, *NOT_TOLD_WHOSE):
                refused = True
            else:
                refused = False
            # A change that Django did not send is none; one that it sent is refused aloud.
            if record.rows() != before or not (refused or "save" in name):
                through.append(name)

    assert through == []
    assert record.rows() == before


# By SQL.

OTHER = {
    "uuid": "gen_random_uuid()",
    "bigint": "{0} + 1",
    "boolean": "not coalesce({0}, false)",
    "timestamp with time zone": "coalesce({0}, now()) + interval '1 day'",
    "date": "{0} + 1",
    "bytea": "'\\x00'::bytea",
    "character varying": "'x'",
    "text": "'x'",
    "ARRAY": "'{{7}}'",
}


def columns(table: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = 'public' and table_name = %s and is_generated = 'NEVER'",
            [table],
        )
        return cursor.fetchall()


def statements(record: Record) -> list[str]:
    """Each column of each table set to something else; rows taken out, put in, emptied."""
    found = []
    for model, way in BELOW.items():
        table, mine = model._meta.db_table, way.format(record.pk)
        for name, kind in columns(table):
            found.append(f"update {table} set {name} = {OTHER[kind].format(name)} where {mine}")
        found += [
            f"delete from {table} where {mine}",
            f"truncate {table}",
            f"truncate {table} cascade",
        ]
    names = "codes, words, unanswered, written_at, written_by_id"
    found += [
        f"insert into casework_entry (interview_id, question, {names}) select interview_id, 'late',"
        f" {names} from casework_entry where interview_id = {record.pk} limit 1",
        "insert into casework_coverage (interview_id, episode_id)"
        f" select {record.pk}, max(id) from casework_episode",
        f"delete from casework_child where id = {record.cast.sky.pk}",
        f"delete from casework_episode where id = {record.episode.pk}",
        f"delete from casework_person where id = {record.cast.ines.pk}",
        "truncate casework_child cascade",
        "truncate casework_person cascade",
        f"update casework_episode set child_id = {record.cast.kit.pk} where id ="
        f" {record.episode.pk}; update casework_interview set child_id = {record.cast.kit.pk}"
        f" where id = {record.pk}",
        f"merge into casework_entry e using (select {record.pk} as id) r on e.interview_id = r.id"
        " when matched then update set unanswered = 'not_asked'",
    ]
    return found


def try_each(record: Record, tried: list[str], before: Rows) -> list[str]:
    """What gets through of all, as whoever acts now."""
    through = []
    for statement in tried:
        with taken_back():
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    for one in statement.split("; "):
                        cursor.execute(one)
                    touched = cursor.rowcount
                    cursor.execute("set constraints all immediate")
            except DatabaseError:
                continue
            if touched and record.rows() != before:
                through.append(statement)
    return through


@pytest.mark.check
def test_nobody_who_signs_in_changes_it_by_sql(record: Record) -> None:
    before, tried = record.rows(), statements(record)

    for name in ("ines", "mara", "sol", "wes", "pat"):
        person = getattr(record.cast, name)
        with transaction.atomic(), acting.on_behalf_of(person):
            assert try_each(record, tried, before) == [], name


@pytest.mark.check
def test_no_system_role_changes_it_by_sql(record: Record) -> None:
    before, tried = record.rows(), statements(record)

    for name in (*database.SYSTEM_ROLES, "nobody"):
        role = acting.as_nobody() if name == "nobody" else acting.as_system(name)
        with transaction.atomic(), role:
            assert try_each(record, tried, before) == [], name


@pytest.mark.check
def test_the_owner_of_the_tables_is_refused_as_everybody_is(
    apart: Cast, owner: psycopg.Connection, now: datetime
) -> None:
    record = Record(apart, now)
    returned(apart.kit, at=now)

    def ask(statement: str) -> list[Any]:
        return list(owner.execute(statement).fetchone())

    before, printed = record.rows(ask), record.printed()
    through = []
    for statement in statements(record):
        try:
            with owner.transaction(force_rollback=True):
                for one in statement.split("; "):
                    owner.execute(one)
                owner.execute("set constraints all immediate")
                if record.rows(ask) != before:
                    through.append(statement)
        except psycopg.errors.Error:
            continue

    assert through == []
    assert record.rows(ask) == before
    assert record.printed() == printed


# By pages and the API.


def addresses(record: Record) -> dict[str, str]:
    """Every address of the record, its episode, its child and what hangs below, by name."""
    numbers = {
        "interview": record.pk,
        "episode": record.episode.pk,
        "child": record.cast.sky.pk,
        "offer": Offer.objects.get(episode=record.episode).pk,
        "action": record.action.pk,
        "need": record.need.pk,
        "mention": record.mention.pk,
        "helpoffered": record.help.pk,
        "passedon": record.passed.pk,
        "disclosure": record.told.pk,
        "harmdecision": record.decision.pk,
    }
    found = {
        name: reverse(name, args=[numbers[asks.of], *asks.more])
        for name, asks in routes.ABOUT_A_CHILD.items()
        if asks.of in numbers
    }
    topic = Interview.objects.get(pk=record.pk).standard.sections[0].key
    return found | {
        "record-section-interview": reverse("record-section-interview", args=[record.pk, topic])
    }


def filled_in(record: Record) -> dict[str, dict[str, Any]]:
    """What is typed and ticked where a form would change the record itself."""
    talk = Interview.objects.get(pk=record.pk)
    agreed = {"interviewer": str(record.cast.ines.pk), "place": "school", "mode": "video"}
    held = {
        **typed_at("held_at", record.now - hours(30)),
        "held_at-precision": "exact",
        "is_independent": "no",
        "independence_note": "She asked for it",
    }
    said = {f"{q.key}-words": "Something else" for q in talk.standard.questions}
    seen = {f"{q.key}-seen": "999999999" for q in talk.standard.questions}
    return {
        "record-section-interview": said | seen,
        "save-answer-interview": said | seen,
        "sign-interview": {f"none-{q.key}": "not_asked" for q in talk.standard.questions}
        | {"none": "yes"},
        "hold-interview": held,
        "move-interview": agreed | typed_at("booked_for", record.now + hours(30)),
        "book-interview": agreed | typed_at("booked_for", record.now + hours(30)),
        "not-hold-interview": {"reason": "other", "note": "There was none"},
        "hold-unbooked-interview": agreed | held,
        "take-over-record-interview": {"yes": "yes"},
        "complete-action": {"outcome": "Something else"},
        "follow-help": {"is_taken_up": "no", "outcome": "None", "reason": "other"},
        "follow-passed-on": {"outcome": "None"},
        "finish-harm-decision": {"outcome": "None"},
        "pass-on-harm-decision": {"to": "Nobody", "passed_to": "Nobody"},
        "correct-mention": {"name": "Julie", "reliability": "told", "expectation": "not_asked"},
    }


@pytest.mark.check
def test_no_page_changes_it_whoever_sends_what(record: Record) -> None:
    before, printed = record.rows(), record.printed()
    filled, through, broken = filled_in(record), [], []
    # What came later stands beside what was there: rows that are new are none of the record's.
    adding = {
        *("add-interview", "correct-mention", "note-mention", "name-need", "pass-on-needs"),
        *("offer-help", "act-on-need", "add-action", "tell-of-harm-interview", "call-disclosure"),
        *("decide-disclosure", "have-disclosure", "leave-need", "decide-nothing-needed"),
    }

    anything = {"words": "x", "note": "x", "because": "x"}

    # Whoever has no part in it has none of these pages: the access matrix opens them all.
    for who in ("ines", "mara", "sol"):
        client = as_(getattr(record.cast, who))
        for name, address in addresses(record).items():
            with taken_back():
                got = client.post(address, filled.get(name, anything))
                after = record.rows()
            if got.status_code >= 500:
                broken.append((who, name))
            if name in adding:
                after = {each: rows[: len(before[each])] for each, rows in after.items()}
            if after != before:
                through.append((who, name))

    assert (through, broken) == ([], [])
    assert record.printed() == printed


def test_the_author_is_led_away_from_every_form_of_it(record: Record) -> None:
    ines = as_(record.cast.ines)

    for name, typed in filled_in(record).items():
        address = addresses(record)[name]
        if name == "move-interview" or not address.startswith(f"/interviews/{record.pk}"):
            continue
        got = ines.post(address, typed)

        refused = "govuk-error-summary" in got.content.decode()
        assert refused or got.status_code in (302, 404, 409), (name, got.status_code)


def test_only_an_addendum_is_added_and_it_stays_as_it_was_written(record: Record) -> None:
    before = record.rows()
    ines = as_(record.cast.ines)

    ines.post(f"/interviews/{record.pk}/add", {"words": "June is her nan’s neighbour."})

    after = record.rows()
    assert after.pop("Addendum")[:-1] == before.pop("Addendum")
    assert after == before
    last = Addendum.objects.filter(interview=record.pk).order_by("-pk")[0]
    for change in (
        lambda: Addendum.objects.filter(pk=last.pk).update(words=Words(b"Other", last)),
        lambda: Addendum.objects.filter(pk=last.pk).update(written_by=record.cast.mara),
        last.delete,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_api_has_no_way_to_a_record(record: Record) -> None:
    client = as_(record.cast.ines)
    described = client.get("/api/v1/openapi.json").json()

    assert not [each for each in described["paths"] if "interviews" in each.split("/")]
    for verb in ("post", "put", "patch", "delete"):
        got = getattr(client, verb)(
            f"/api/v1/interviews/{record.pk}", content_type="application/json"
        )
        assert got.status_code == 404


# By the command line.


def test_nothing_at_the_command_line_changes_it(
    record: Record, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    before, entry = record.rows(), record.one_of(Entry)
    changed = tmp_path / "changed.json"
    fields = {
        "interview": record.pk,
        "question": entry.question,
        "words": "Other",
        "written_at": str(entry.written_at),
        "written_by": entry.written_by_id,
    }
    changed.write_text(json.dumps([{"model": "casework.entry", "pk": entry.pk, "fields": fields}]))

    with taken_back(), pytest.raises((DatabaseError, *NOT_TOLD_WHOSE)), transaction.atomic():
        call_command("loaddata", str(changed), verbosity=0)
    with taken_back(), pytest.raises((DatabaseError, CommandError)), transaction.atomic():
        call_command("flush", interactive=False, verbosity=0)

    assert record.rows() == before


@pytest.mark.check
def test_no_migration_is_taken_back_under_a_signed_record(apart: Cast, now: datetime) -> None:
    record = Record(apart, now)
    before = record.rows()

    for name in ("0001", "zero"):
        with pytest.raises(CommandError, match="signed record"):
            call_command("migrate", "casework", name, verbosity=0)

    assert record.rows() == before
    with pytest.raises(DatabaseError):
        Interview.objects.filter(pk=record.pk).update(place="school")


# What was signed before the facts were kept with it, and that nothing is any more.


@pytest.mark.check
def test_a_record_signed_before_facts_were_kept_is_shown_as_they_stand_today(
    apart: Cast, owner: psycopg.Connection, now: datetime
) -> None:
    record = Record(apart, now)
    with owner.transaction():
        owner.execute("alter table casework_signedfacts disable trigger user")
        owner.execute("delete from casework_signedfacts where interview_id = %s", [record.pk])
        owner.execute("alter table casework_signedfacts enable trigger user")

    page = as_(apart.mara).get(f"/interviews/{record.pk}").content.decode()
    paper, data = record.printed()

    assert "signed off before the facts were kept with it" in page
    assert paper.startswith(b"%PDF")
    assert "Sky Marlowe" in json.loads(data)["facts"]["child"]
    with pytest.raises(DatabaseError, match="never changed"):
        SignedFacts.objects.create(interview_id=record.pk, known={}, signed_by_name="Ines")


def test_the_database_refuses_a_signature_without_what_was_known(cast: Cast, now: datetime) -> None:
    at = now - hours(20)
    draft = held(returned(cast.kit, at=at), interviewer=cast.ines, by=cast.amina, at=at)

    with pytest.raises(DatabaseError, match="what the ledger knew then"), transaction.atomic():
        Interview.objects.filter(pk=draft.pk).update(signed_at=now, signed_by=cast.ines)
    draft.pk, draft.signed_at, draft.signed_by = None, now, cast.ines
    with pytest.raises(DatabaseError, match="what the ledger knew then"), transaction.atomic():
        draft.save(force_insert=True)
