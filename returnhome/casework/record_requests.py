"""Somebody asks for a child's record: when, who, what was marked in it, decided, and given.

The whole record is gathered as lines that never change. What is marked in them waits for a person,
who decides with a ground. What was given is kept as it went out; a correction is gathered anew.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import journal
from returnhome.casework.children import Child
from returnhome.casework.childs_part import Made
from returnhome.casework.sealing import SealedBytes, SealedJson, SealedText
from returnhome.casework.staff import Person
from returnhome.rules import subject_access
from returnhome.rules.access import Relation, Verb
from returnhome.rules.clock import LONDON
from returnhome.rules.marking import Mark, MarkKind, split
from returnhome.rules.subject_access import (
    Asker,
    Clock,
    Decision,
    Ground,
    RequestKind,
    Step,
    StepKind,
)

MARKED_BY_HAND = "Marked by a person"


def theirs(person: Person, verb: Verb, of: str = "child__", child: str = "child") -> Q:
    return person.whose(verb, Relation.RESPONSIBLE, of=of, child=child)


class RecordRequestQuerySet(models.QuerySet["RecordRequest"]):
    def visible_to(self, person: Person) -> "RecordRequestQuerySet":
        """Those about children for whom the person's council answers."""
        return self.filter(theirs(person, Verb.NOTE_RECORD_REQUEST))

    def open(self) -> "RecordRequestQuerySet":
        """Neither answered nor ended."""
        given = GatheredRecord.objects.filter(request=models.OuterRef("pk"), given_at__isnull=False)
        return self.filter(~models.Exists(given), ended_at=None)

    def oldest_first(self) -> "RecordRequestQuerySet":
        return self.order_by("received_on", "pk")


class RecordRequest(models.Model):
    """Somebody asked on a day for what is held of a child. Only its end is added."""

    sealed_under = "child"

    child = models.ForeignKey(Child, models.PROTECT, related_name="record_requests")
    kind = models.CharField(max_length=10)
    asker = models.CharField(max_length=20)
    # Who asks, and where the answer goes.
    name = SealedText()
    received_on = models.DateField()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_because = SealedText()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = RecordRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="a_request_is_ended_by_somebody",
            ),
        ]

    def done(self) -> list[Step]:
        """What happened to it, in its order."""
        return [Step(StepKind(each.kind), each.on) for each in self.steps.all()]

    def clock(self) -> Clock:
        return subject_access.clock(RequestKind(self.kind), self.received_on, self.done())

    @property
    def grounds(self) -> tuple[Ground, ...]:
        return subject_access.grounds(RequestKind(self.kind), Asker(self.asker))


class RequestStepQuerySet(models.QuerySet["RequestStep"]):
    def visible_to(self, person: Person) -> "RequestStepQuerySet":
        asked = theirs(person, Verb.NOTE_RECORD_REQUEST, "request__child__", "request__child")
        return self.filter(asked)


class RequestStep(models.Model):
    """Proof was asked for or seen, they were asked what they mean, or more time. Never changed."""

    sealed_under = "request.child"

    request = models.ForeignKey(RecordRequest, models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=20)
    on = models.DateField()
    because = SealedText()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = RequestStepQuerySet.as_manager()

    class Meta:
        ordering = ("at", "pk")


class GatheredRecordQuerySet(models.QuerySet["GatheredRecord"]):
    def visible_to(self, person: Person) -> "GatheredRecordQuerySet":
        """To whoever may give the record: in it is all that the council holds."""
        return self.filter(theirs(person, Verb.GIVE_RECORD))

    def newest_first(self) -> "GatheredRecordQuerySet":
        return self.order_by("-pk")


class GatheredRecord(models.Model):
    """The whole record as it stood when it was gathered; once given, never changed."""

    sealed_under = "child"

    request = models.ForeignKey(RecordRequest, models.PROTECT, related_name="gathered")
    child = models.ForeignKey(Child, models.PROTECT, related_name="+")
    gathered_at = models.DateTimeField()
    gathered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    # As it went out, and what it is known again by.
    copy = SealedBytes(default=b"")
    letter = SealedBytes(default=b"")
    digest = models.CharField(max_length=64, default="")
    given_at = models.DateTimeField(null=True)
    given_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = GatheredRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(given_at=None, given_by=None, digest="")
                | Q(given_at__isnull=False, given_by__isnull=False) & ~Q(digest=""),
                name="what_was_given_has_person_and_digest",
            ),
        ]


class GatheredLineQuerySet(models.QuerySet["GatheredLine"]):
    def visible_to(self, person: Person) -> "GatheredLineQuerySet":
        return self.filter(theirs(person, Verb.GIVE_RECORD, "record__child__", "record__child"))

    def undecided(self) -> "GatheredLineQuerySet":
        return self.filter(undecided__gt=0)

    def in_order(self) -> "GatheredLineQuerySet":
        return self.order_by("record", "place")


class GatheredLine(models.Model):
    """One thing of the record, and what is marked in it. Only what is decided of it changes."""

    sealed_under = "record.child"

    record = models.ForeignKey(GatheredRecord, models.PROTECT, related_name="lines", db_index=False)
    place = models.PositiveIntegerField()
    # The table that it comes from, by name.
    table = models.CharField(max_length=40)
    part = models.CharField(max_length=200)
    heading = models.CharField(max_length=400)
    text = SealedText()
    # [start, end, kind, why, decision, ground] of each place that is marked.
    marks = SealedJson()
    # Of the line as a whole: withheld on this ground, whatever is marked in it.
    ground = models.CharField(max_length=20, default="")
    undecided = models.PositiveIntegerField(default=0)
    withheld = models.PositiveIntegerField(default=0)
    # A child who takes a drawing away, as nobody but the child may, is not asked about this table;
    # the database itself refuses to lose one that was gathered.
    made = models.ForeignKey(Made, models.DO_NOTHING, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = GatheredLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "place"], name="one_gathered_line_a_place"),
        ]

    @property
    def is_withheld(self) -> bool:
        return bool(self.ground)


# What is marked in a line, and how the line reads once it is decided.


@dataclass(frozen=True, slots=True)
class Marked:
    """One marked place and what was decided of it; None: nobody has."""

    mark: Mark
    decision: Decision | None = None
    ground: Ground | None = None

    @property
    def is_withheld(self) -> bool:
        return self.decision is Decision.WITHHOLD


def marked_in(line: GatheredLine) -> list[Marked]:
    return [
        Marked(
            Mark(start, end, MarkKind(kind), why),
            Decision(decision) if decision else None,
            Ground(ground) if ground else None,
        )
        for start, end, kind, why, decision, ground in line.marks
    ]


def _kept(marked: Iterable[Marked]) -> list[list[object]]:
    return [
        [
            *(each.mark.start, each.mark.end, str(each.mark.kind), each.mark.why),
            *(str(each.decision or ""), str(each.ground or "")),
        ]
        for each in sorted(marked, key=lambda each: each.mark.start)
    ]


def as_given(line: GatheredLine) -> str:
    """The line as it is given: a ground stands where words are withheld.

    What nobody has decided on is withheld too: what is not decided never goes out by itself.
    """
    if line.ground:
        return subject_access.in_place_of(Ground(line.ground))
    text, before = "", 0
    for each in marked_in(line):
        if each.decision is Decision.GIVE:
            continue
        put = subject_access.in_place_of(each.ground) if each.ground else "[Not decided]"
        text += line.text[before : each.mark.start] + put
        before = each.mark.end
    return text + line.text[before:]


def words_of(line: GatheredLine, mark: Mark) -> str:
    return line.text[mark.start : mark.end]


def alike(words: str) -> str:
    """Words as they are compared: “Eoin’s” and “eoin” are one."""
    return " ".join(word.bare for word in split(words)) or words.strip().casefold()


def _put(line: GatheredLine, marked: Sequence[Marked], *, by: Person | None, at: datetime) -> None:
    line.marks = _kept(marked)
    line.undecided = 0 if line.ground else sum(each.decision is None for each in marked)
    line.withheld = 1 if line.ground else sum(each.is_withheld for each in marked)
    line.decided_at, line.decided_by = at, by


DECIDED = ("marks", "ground", "undecided", "withheld", "decided_at", "decided_by")


# Verbs.


def _today(at: datetime) -> date:
    return at.astimezone(LONDON).date()


@transaction.atomic
def note(
    child: Child,
    kind: RequestKind,
    asker: Asker,
    *,
    name: str,
    received_on: date,
    by: Person,
    at: datetime,
) -> RecordRequest:
    """Note that somebody asked. Raises WhoDoesNotFit, NameMissing, NotYet."""
    subject_access.check_can_note(
        kind=kind, asker=asker, name=name, received_on=received_on, today=_today(at)
    )
    request = RecordRequest.objects.create(
        child=child,
        kind=kind,
        asker=asker,
        name=name.strip(),
        received_on=received_on,
        noted_at=at,
        noted_by=by,
    )
    journal.write("note record request", request, by=by, at=at)
    return request


def _lock(request: RecordRequest) -> RecordRequest:
    # Two people at once: the second sees what the first has done.
    found = RecordRequest.objects.select_for_update(no_key=True, of=("self",))
    return found.select_related("child").get(pk=request.pk)


def _open(request: RecordRequest) -> RecordRequest:
    request = _lock(request)
    if request.gathered.filter(given_at__isnull=False).exists():
        raise subject_access.AnsweredAlready
    if request.ended_at:
        raise subject_access.EndedAlready
    return request


@transaction.atomic
def take_step(
    request: RecordRequest, kind: StepKind, on: date, because: str, *, by: Person, at: datetime
) -> RequestStep:
    """Note what stops the clock, starts it or gives it more time.

    Raises AnsweredAlready, EndedAlready, and what `subject_access.check_can_step` does.
    """
    request = _open(request)
    subject_access.check_can_step(
        Step(kind, on),
        kind=RequestKind(request.kind),
        received_on=request.received_on,
        steps=request.done(),
        because=because,
        today=_today(at),
    )
    row = RequestStep.objects.create(
        request=request, kind=kind, on=on, because=because.strip(), at=at, by=by
    )
    journal.write("step of record request", request, by=by, at=at)
    return row


@transaction.atomic
def end(request: RecordRequest, because: str, *, by: Person, at: datetime) -> RecordRequest:
    """End it without an answer: taken back, or noted in error.

    Raises AnsweredAlready, EndedAlready, WhyEndedMissing.
    """
    request = _open(request)
    if not because.strip():
        raise subject_access.WhyEndedMissing
    request.ended_because, request.ended_at, request.ended_by = because.strip(), at, by
    request.save(update_fields=["ended_because", "ended_at", "ended_by"])
    journal.write("end record request", request, by=by, at=at)
    return request


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """One thing of the record, with what the product proposes to ask about in it."""

    table: str
    part: str
    heading: str
    text: str
    marks: Sequence[Mark] = ()
    made_id: int | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.table, self.heading, self.text


@transaction.atomic
def gather(
    request: RecordRequest, found: Sequence[Gathered], *, by: Person, at: datetime
) -> GatheredRecord:
    """Keep the whole record as it stands, to be gone through and given.

    What was decided of the same words when it was gathered before is decided so again. A freedom of
    information request begins with all of it withheld: a child can be known by any of it.

    Raises EndedAlready.
    """
    request = _lock(request)
    if request.ended_at:
        raise subject_access.EndedAlready
    before: dict[tuple[str, str, str], GatheredLine] = {}
    former = request.gathered.newest_first().first()
    if former:
        before = {(row.table, row.heading, row.text): row for row in former.lines.all()}
    record = GatheredRecord.objects.create(
        request=request, child=request.child, gathered_at=at, gathered_by=by
    )
    record.child = request.child
    is_public = request.kind == RequestKind.FOI
    GatheredLine.objects.bulk_create(
        _line(record, place, each, before.get(each.key), is_public=is_public)
        for place, each in enumerate(found)
    )
    journal.write("gather record", request, by=by, at=at)
    return record


def _line(
    record: GatheredRecord,
    place: int,
    each: Gathered,
    before: GatheredLine | None,
    *,
    is_public: bool,
) -> GatheredLine:
    line = GatheredLine(
        record=record,
        place=place,
        table=each.table,
        part=each.part[:200],
        heading=each.heading[:400],
        text=each.text,
        made_id=each.made_id,
    )
    marked = [Marked(mark) for mark in each.marks]
    decided_at, decided_by = None, None
    if is_public:
        line.ground = Ground.FOI_PERSONAL
        marked = [Marked(m.mark, Decision.WITHHOLD, Ground.FOI_PERSONAL) for m in marked]
    if before:
        line.ground, marked = before.ground, _joined(marked_in(before), marked)
        decided_at, decided_by = before.decided_at, before.decided_by
    _put(line, marked, by=None, at=record.gathered_at)
    line.decided_at, line.decided_by = decided_at, decided_by
    return line


def _joined(decided: Sequence[Marked], new: Iterable[Marked]) -> list[Marked]:
    """What was decided, and what is new beside it."""
    return [*decided, *(each for each in new if not _overlaps(each.mark, decided))]


def _overlaps(mark: Mark, others: Iterable[Marked]) -> bool:
    return any(mark.start < each.mark.end and each.mark.start < mark.end for each in others)


def _undecided(record: GatheredRecord) -> GatheredRecord:
    """Held still: the newest of its request, and not given yet."""
    request = _lock(record.request)
    if request.ended_at:
        raise subject_access.EndedAlready
    newest = request.gathered.newest_first().first()
    if newest is None or newest.pk != record.pk:
        raise subject_access.GatheredSince
    if newest.given_at:
        raise subject_access.AnsweredAlready
    # One child, so that its key is fetched once for all that is written.
    newest.request, newest.child = request, request.child
    return newest


def _lines(record: GatheredRecord, rows: models.QuerySet[GatheredLine]) -> Iterator[GatheredLine]:
    for line in rows:
        line.record = record
        yield line


def _check(record: GatheredRecord, decision: Decision, ground: Ground | None) -> None:
    request = record.request
    subject_access.check_decision(
        decision, ground, kind=RequestKind(request.kind), asker=Asker(request.asker)
    )


@transaction.atomic
def decide(
    line: GatheredLine,
    decided: Mapping[int, tuple[Decision, Ground | None]],
    *,
    whole: Ground | None = None,
    by: Person,
    at: datetime,
) -> GatheredLine:
    """Decide on marked places of a line, by their place among them, or on the whole line.

    `whole`: the line is withheld as a whole on this ground; None: it is not. Raises
    AnsweredAlready, EndedAlready, GatheredSince, GroundMissing, GroundDoesNotFit.
    """
    record = _undecided(line.record)
    line = GatheredLine.objects.select_for_update(no_key=True, of=("self",)).get(pk=line.pk)
    line.record = record
    marked = marked_in(line)
    if whole:
        _check(record, Decision.WITHHOLD, whole)
    for place, (decision, ground) in decided.items():
        _check(record, decision, ground)
        said = ground if decision is Decision.WITHHOLD else None
        marked[place] = replace(marked[place], decision=decision, ground=said)
    line.ground = whole or ""
    _put(line, marked, by=by, at=at)
    line.save(update_fields=DECIDED)
    journal.write("decide on record", record.request, by=by, at=at)
    return line


@transaction.atomic
def decide_alike(
    record: GatheredRecord,
    words: str,
    decision: Decision,
    ground: Ground | None,
    *,
    by: Person,
    at: datetime,
) -> int:
    """Decide on the same words wherever they are marked and not decided yet. How many they were.

    Raises what `decide` does.
    """
    record = _undecided(record)
    _check(record, decision, ground)
    said, number = (ground if decision is Decision.WITHHOLD else None), 0
    changed = []
    for line in _lines(record, record.lines.undecided()):
        marked, wanted = marked_in(line), alike(words)
        those = [
            place
            for place, each in enumerate(marked)
            if each.decision is None and alike(words_of(line, each.mark)) == wanted
        ]
        for place in those:
            marked[place] = replace(marked[place], decision=decision, ground=said)
        if those:
            _put(line, marked, by=by, at=at)
            changed.append(line)
            number += len(those)
    for line in changed:
        line.save(update_fields=DECIDED)
    journal.write("decide on record", record.request, by=by, at=at)
    return number


@transaction.atomic
def mark(record: GatheredRecord, words: str, *, by: Person, at: datetime) -> int:
    """Mark these words wherever they stand in the record, to be decided. How many places.

    Whole words, however they are written. Raises WordsNotThere, and what `decide` does.
    """
    record = _undecided(record)
    wanted = [word.bare for word in split(words)]
    number = 0
    for line in _lines(record, record.lines.all()):
        marked = marked_in(line)
        new = [Marked(found) for found in _found(line.text, wanted) if not _overlaps(found, marked)]
        if new:
            _put(line, [*marked, *new], by=by, at=at)
            line.save(update_fields=DECIDED)
            number += len(new)
    if not number:
        raise subject_access.WordsNotThere(
            "These words are nowhere in the record, or are marked already."
        )
    journal.write("mark in record", record.request, by=by, at=at)
    return number


def _found(text: str, wanted: Sequence[str]) -> list[Mark]:
    if not wanted:
        return []
    said = list(split(text))
    found: list[Mark] = []
    for place in range(len(said) - len(wanted) + 1):
        run = said[place : place + len(wanted)]
        if [word.bare for word in run] == wanted:
            mark = Mark(run[0].start, run[-1].end, MarkKind.PERSON, MARKED_BY_HAND)
            if not found or mark.start >= found[-1].end:
                found.append(mark)
    return found


@transaction.atomic
def give(
    record: GatheredRecord, copy: bytes, letter: bytes, *, by: Person, at: datetime
) -> GatheredRecord:
    """The copy and its letter are given: they are kept as they went out, and never change.

    Raises AnsweredAlready, EndedAlready, GatheredSince, and what `subject_access.check_can_give`
    does.
    """
    record = _undecided(record)
    request = record.request
    total = record.lines.aggregate(many=models.Sum("undecided"))["many"]
    subject_access.check_can_give(
        kind=RequestKind(request.kind),
        steps=request.done(),
        is_gathered=total is not None,
        undecided=total or 0,
    )
    record.copy, record.letter, record.digest = copy, letter, sha256(copy).hexdigest()
    record.given_at, record.given_by = at, by
    record.save(update_fields=["copy", "letter", "digest", "given_at", "given_by"])
    journal.write("give record", request, by=by, at=at)
    return record


# What waits for somebody, for the work list.


def due_soon(person: Person, today: date) -> list[tuple[RecordRequest, Clock]]:
    """Open requests that are due within a week or overdue, the soonest first. Two queries."""
    rows = RecordRequest.objects.visible_to(person).open().oldest_first()
    found = [(row, row.clock()) for row in rows.select_related("child").prefetch_related("steps")]
    soon = [(row, clock) for row, clock in found if clock.is_soon(today)]
    return sorted(soon, key=lambda each: (each[1].due_on or today, each[0].pk))


def numbers(record: GatheredRecord) -> dict[str, Any]:
    """How many lines there are, and how much of them is withheld or not decided yet. One query."""
    return record.lines.aggregate(
        lines=models.Count("pk"),
        undecided=models.Sum("undecided", default=0),
        withheld=models.Sum("withheld", default=0),
        whole=models.Count("pk", filter=~Q(ground="")),
    )
