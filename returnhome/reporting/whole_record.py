"""All that the ledger holds of one child, line by line, as somebody who asks for it may read it.

Every table that leads to a child stands here, or in `LEFT_OUT` with the reason why not; a test goes
through them all. What the council's own locks keep from whoever gathers it is not in it: that is
another council's to give.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import models

from returnhome.casework import record_requests as requests
from returnhome.casework.asks import Ask, AskedOf, NothingToTell
from returnhome.casework.care import FormerFact, PlacementNotice
from returnhome.casework.characteristics import Characteristics
from returnhome.casework.check_ins import CheckIn, CheckInWords
from returnhome.casework.children import (
    Address,
    Alias,
    CarePeriod,
    Child,
    Doubt,
    Identifier,
    Placement,
)
from returnhome.casework.childs_part import Choice, Made, OwnWords
from returnhome.casework.communications import Communication
from returnhome.casework.concerns import NotedConcern
from returnhome.casework.declines import CarersAsked, ChildSpokenTo, Understanding
from returnhome.casework.disputes import Dispute, Override
from returnhome.casework.episodes import Classification, Correction, Episode
from returnhome.casework.found_places import FoundPlace
from returnhome.casework.handovers import HandOver
from returnhome.casework.harm import Disclosure, HarmCall, HarmDecision, HarmTaking
from returnhome.casework.history import BroughtChild, EarlierRecord
from returnhome.casework.homes import FromHome
from returnhome.casework.interviews import (
    Addendum,
    Entry,
    Interview,
    NotHeld,
    SignedFacts,
)
from returnhome.casework.meetings import Meeting, VoidedMeeting
from returnhome.casework.mentions import Mention
from returnhome.casework.messages import Message
from returnhome.casework.named_for import NamedFor
from returnhome.casework.needs import HelpOffered, Need, NoHelp, PassedOn
from returnhome.casework.notifications import Notification, ToldNumber
from returnhome.casework.offers import Attempt, Offer, Reply
from returnhome.casework.one_time_links import OneTimeLink
from returnhome.casework.packs import Pack, PackChild
from returnhome.casework.places import Authority
from returnhome.casework.record_requests import RecordRequest, RequestStep
from returnhome.casework.releases import AnswerToChild, Release, SaidBack
from returnhome.casework.restrictions import BreakGlass, Listed, Restriction
from returnhome.casework.retention import Hold, RetentionReview
from returnhome.casework.reviews import Review, Score, Scoring
from returnhome.casework.sealing import SealedBytes, SealedJson, SealedText
from returnhome.casework.services import Service
from returnhome.casework.shares import (
    Acknowledgement,
    LineAnswer,
    NotShared,
    Opening,
    SecondLook,
    Share,
    SharedLine,
)
from returnhome.casework.staff import Organisation, Person
from returnhome.casework.support import Action, NothingNeeded
from returnhome.casework.tellings import ParentalRisk, PreventionInterview, Telling
from returnhome.casework.together import WentTogether
from returnhome.casework.ways_in import WayIn
from returnhome.reporting import looked
from returnhome.rules import (
    caring,
    characteristics,
    codes,
    found_places,
    helping,
    homing,
    knowing,
    mentioning,
    numbers,
    one_time_links,
    releasing,
    retention,
    reviewing,
    sharing,
    subject_access,
    telling,
)
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Code
from returnhome.rules.standard.lists import Ethnicity
from returnhome.rules.standard.parts import Question, Unanswered

ABOUT, MET, SHARED = "The child", "Meetings", "What was shared, and with whom"
ASKED, RECORD, LOOKED = "Who asked", "The record itself", "Who looked at the record"
SENT = "Messages that were sent"
# The parts that follow those of episodes and interviews.
AFTER = (MET, SHARED, ASKED, RECORD, SENT, LOOKED)


@dataclass(frozen=True)
class Table:
    """A table of which every row about the child is in the record.

    `child` is the way to the child, `of` to what the row stands with: an episode or an interview.
    """

    model: type[models.Model]
    title: str
    child: str
    of: str = ""
    part: str = ABOUT
    without: tuple[str, ...] = ()


def _episode(model: type[models.Model], title: str, of: str = "episode", *without: str) -> Table:
    return Table(model, title, f"{of}__child", of, without=without)


def _talk(model: type[models.Model], title: str, of: str = "interview", *without: str) -> Table:
    return Table(model, title, f"{of}__child", of, without=without)


def _share(model: type[models.Model], title: str, child: str, *without: str) -> Table:
    return Table(model, title, child, part=SHARED, without=without)


# Worked out from what else is in the record, and kept so that lists are quick.
DERIVED = (
    *("counted_under", "is_overridden", "owned_since", "attempted_at", "offered_at"),
    *("answered_at", "held_at", "signed_at", "acted_at", "answer", "declined_by", "booked_for"),
    *("held_precision", "is_covered", "not_held", "no_owes", "has_actions", "has_open_need"),
    *("record_waits_for", "pathway_decided_at", "started_at", "ended_at", "ended_on"),
    *("overdue_at", "timeliness", "settled_at", "unanswered_since", "steps", "quarter_on"),
    *("hours_to_it", "is_offered_by_policy"),
)
TABLES = (
    Table(Child, "The child", "pk", without=("folded_name",)),
    Table(Alias, "Another name", "child", without=("folded_name",)),
    Table(Identifier, "A number that they are known by", "child"),
    Table(CarePeriod, "Looked after", "child"),
    Table(Placement, "A placement", "child"),
    Table(Address, "A home", "child"),
    Table(NamedFor, "Who may be told a protected address", "child"),
    Table(Doubt, "A doubt about care, home or age", "child"),
    Table(FormerFact, "What was on record before", "child"),
    Table(PlacementNotice, "A council was told of a placement", "child"),
    Table(Characteristics, "Ethnicity and disability", "child"),
    Table(Communication, "How to talk with the child", "child"),
    Table(NotedConcern, "A concern", "child"),
    Table(ParentalRisk, "A risk about telling parents", "child"),
    Table(BroughtChild, "Brought in from earlier records", "child"),
    Table(Disclosure, "What the child told of harm", "child"),
    Table(HarmCall, "Who was telephoned about it", "disclosure__child"),
    Table(HarmTaking, "A council took it up", "disclosure__child"),
    Table(HarmDecision, "What was decided about harm", "disclosure__child"),
    Table(Episode, "The missing episode", "child", "self", without=DERIVED),
    Table(
        *(Notification, "A notification, as it was received", "child", "basis__episode"),
        without=("digest", "row_number", "sheet"),
    ),
    Table(ToldNumber, "A number that it told", "notification__child"),
    _episode(FromHome, "What the home reported", "episode", "key"),
    _episode(Classification, "Kind or risk, as it was graded"),
    _episode(Correction, "What stood before it was corrected"),
    _episode(Telling, "Who was told"),
    _episode(PreventionInterview, "Prevention interview of the police"),
    _episode(FoundPlace, "Where the child was found"),
    _episode(WentTogether, "Another child went along"),
    _episode(EarlierRecord, "From the council’s earlier records", "episode", "digest"),
    _episode(Override, "Who must act was decided by a person"),
    _episode(Dispute, "A dispute about who must act"),
    _episode(HandOver, "A request to another body", "episode", "reply_digest"),
    _episode(Offer, "An offer of an interview"),
    _episode(Reply, "The answer to it", "offer__episode"),
    _episode(Attempt, "An attempt to offer it"),
    _episode(ChildSpokenTo, "Whether the child was spoken to about a no"),
    _episode(Understanding, "Whether the child understood"),
    _episode(CarersAsked, "What a carer was asked"),
    _episode(CheckIn, "A short check-in"),
    _episode(CheckInWords, "What was said at it", "check_in__episode"),
    _episode(WayIn, "A link to the child’s own pages", "episode", "secret", "pass_digest"),
    _episode(Choice, "How the child would like the talk"),
    _episode(OwnWords, "The child’s own words"),
    _episode(Made, "A drawing or a recording of the child’s", "own_words__episode"),
    _episode(NotHeld, "Why there was no interview"),
    Table(Interview, "The return home interview", "child", "self", without=("own_questions",)),
    _talk(Entry, "An answer"),
    _talk(SignedFacts, "What was known when it was signed"),
    _talk(Addendum, "Added after it was signed"),
    _talk(Mention, "Somebody or something that the child told of", "interview", "key"),
    _talk(Need, "A need that was named"),
    _talk(HelpOffered, "Help that was offered", "need__interview"),
    _talk(NoHelp, "Why nothing follows", "need__interview"),
    _talk(PassedOn, "A need that was passed on", "need__interview"),
    _talk(Review, "A colleague’s review of the record"),
    _talk(Scoring, "The record was scored", "sampled__interview"),
    _talk(Score, "A score, and why", "scoring__sampled__interview"),
    _episode(Action, "An action"),
    _episode(NothingNeeded, "Why nothing needs to follow"),
    _episode(Release, "A line that the child could see"),
    _episode(SaidBack, "What the child said to it", "release__episode"),
    _episode(AnswerToChild, "What the child was answered", "release__episode"),
    Table(Meeting, "A meeting", "child", part=MET),
    Table(VoidedMeeting, "Recorded in error", "meeting__child", part=MET),
    _share(Share, "Something was shared", "child"),
    # What a line was made of stands where it comes from.
    _share(SharedLine, "What they were told", "share__child", "original", "decided", "place"),
    _share(SecondLook, "A second person looked", "share__child"),
    _share(OneTimeLink, "A link to it", "child", "secret", "code", "pass_digest"),
    _share(Opening, "They opened it", "share__child"),
    _share(Acknowledgement, "They said that they have it", "share__child"),
    _share(LineAnswer, "What they said came of it", "line__share__child"),
    _share(NotShared, "It was decided not to share", "episode__child"),
    Table(PackChild, "Brought to a panel on exploitation", "child", part=SHARED),
    Table(Ask, "Who holds something about the child was asked", "asked__child", part=ASKED),
    Table(AskedOf, "The council was asked", "child", part=ASKED),
    Table(NothingToTell, "There was nothing to tell", "asked__child", part=ASKED),
    Table(RecordRequest, "The record was asked for", "child", part=ASKED),
    Table(RequestStep, "On the way to an answer", "request__child", part=ASKED),
    Table(Restriction, "The record was restricted", "child", part=RECORD),
    Table(Listed, "Who may, or may not, see the record", "child", part=RECORD),
    Table(BreakGlass, "The restricted record was opened", "child", part=RECORD),
    Table(Hold, "The record was put on hold", "child", part=RECORD),
    Table(RetentionReview, "What is to become of the record", "child", part=RECORD),
)
# Table → why no row of it is in the record.
LEFT_OUT: Mapping[str, str] = {
    "Basis": "which notification an episode rests on: the notification stands with its episode",
    "Coverage": "which episode an interview answers for: it stands with its interview",
    "ActionForNeed": "which action answers a need: both are there",
    "Sampled": "that the record was in a sample drawn by lot: what was scored is there",
    "SameThing": "that what several children told of is one: it is about the others as well, and "
    "what this child told is there",
    "GatheredRecord": "a copy of what is there already",
    "GatheredLine": "a copy of what is there already",
    "PutForward": "reckoned each night from what is there: how long the record is kept",
}

# Rows under these fields are of the ledger's own making.
NEVER = ("id", "keyring")


# Table and column, or column alone, → the list of its codes.
CODES: Mapping[str, type[Code]] = {
    "sex": codes.Sex,
    "born_precision": codes.BirthDatePrecision,
    "about": caring.About,
    "finding": caring.Finding,
    "PlacementNotice.kind": caring.NoticeKind,
    "ethnicity": Ethnicity,
    "disability": characteristics.Disability,
    "Characteristics.said_by": characteristics.SaidBy,
    "concern": codes.Concern,
    "Episode.kind": codes.EpisodeKind,
    "risk": codes.RiskGrade,
    "cohort": codes.Cohort,
    "was_cohort": codes.Cohort,
    "offer_kind": codes.OfferKind,
    "was_offer_kind": codes.OfferKind,
    "earlier": codes.Earlier,
    "whom": telling.Whom,
    "HarmCall.whom": codes.HarmCallee,
    "occasion": telling.Occasion,
    "means": codes.Means,
    "reached": codes.Reached,
    "answer": codes.Answer,
    "declined_by": codes.DeclinedBy,
    "judged": codes.Understood,
    "Interview.place": codes.Place,
    "mode": codes.Mode,
    "unanswered": Unanswered,
    "NotHeld.reason": codes.NotHeldReason,
    "not_held": codes.NotHeldReason,
    "HandOver.kind": codes.HandOverKind,
    "ground": codes.DutyGround,
    "refusal_reason": codes.RefusalReason,
    "hand_back_reason": codes.HandBackReason,
    "withdrawal_reason": codes.WithdrawalReason,
    "settled_how": codes.SettledHow,
    "Action.kind": codes.ActionKind,
    "NothingNeeded.kind": codes.ActionKind,
    "HarmDecision.kind": codes.HarmDecisionKind,
    "Meeting.kind": codes.MeetingKind,
    "device": codes.Device,
    "FoundPlace.said_by": found_places.SaidBy,
    "found_in": found_places.FoundIn,
    "FromHome.says": homing.HomeSays,
    "Need.kind": helping.NeedKind,
    "NoHelp.reason": helping.NoHelpReason,
    "not_taken_up_reason": helping.NotTakenUpReason,
    "PassedOn.to": helping.PassedTo,
    "Mention.kind": mentioning.MentionKind,
    "place_kind": mentioning.PlaceKind,
    "reliability": mentioning.Reliability,
    "expectation": mentioning.Expectation,
    "recipient": sharing.Recipient,
    "purpose": sharing.Purpose,
    "openness": sharing.Openness,
    "item": sharing.ShareItem,
    "code_way": one_time_links.CodeWay,
    "signed_in_by": knowing.SignedInBy,
    "Release.kind": releasing.Kind,
    "promise": releasing.Promise,
    "state": releasing.State,
    "Review.result": reviewing.ReviewResult,
    "criterion": reviewing.Criterion,
    "mark": reviewing.Mark,
    "Identifier.kind": numbers.NumberKind,
    "ToldNumber.kind": numbers.NumberKind,
    "RecordRequest.kind": subject_access.RequestKind,
    "asker": subject_access.Asker,
    "held_for": retention.HoldFor,
    "RetentionReview.outcome": retention.OutcomeOfReview,
    "RetentionReview.status": retention.Status,
    "RequestStep.kind": subject_access.StepKind,
}
# Columns in which somebody wrote, though they are no sealed words.
WRITTEN = frozenset(
    {
        *("Alias.forename", "Alias.surname", "Child.forename", "Child.surname"),
        *("Notification.forename", "Notification.surname", "Notification.postcode"),
        *("Placement.postcode", "Address.postcode", "Episode.voided_because"),
        *("Episode.missing_from", "Correction.because", "Notification.joined_because"),
        *("Interview.held_by_name", "Interview.held_by_role", "Interview.held_by_organisation"),
        *("HandOver.answered_by_name", "HandOver.answered_by_contact"),
        *("Mention.name", "Mention.nickname", "Mention.relationship", "Mention.age"),
        *("Mention.address", "Mention.postcode", "Mention.registration", "Mention.make"),
        *("Mention.colour", "Mention.number", "Mention.platform", "FoundPlace.postcode"),
        *("HarmCall.name", "HarmCall.called_by", "EarlierRecord.interviewer"),
        *("EarlierRecord.body", "PassedOn.who", "Telling.told_by_other"),
    }
)
# Columns that the product fills with what people wrote elsewhere, among words of its own.
MADE = frozenset({"SignedFacts.known", "SharedLine.text", "Share.about", "Share.sent_from"})
# Columns that say by which number or under which name something is known, and no one else.
PLAIN = frozenset({"reference", "value", "issuer", "standard_version", "police_reference"})


@dataclass(frozen=True)
class Said:
    """A value as it is read. `is_written`: by a person, so somebody may be named in it.

    `is_made`: by the product, of what people wrote elsewhere.
    """

    label: str
    words: str
    is_written: bool = False
    is_made: bool = False


@dataclass(frozen=True)
class Line:
    """One row as it is read: under which part and heading, and the values in it."""

    table: str
    part: str
    heading: str
    said: Sequence[Said]
    made_id: int | None = None

    @property
    def text(self) -> str:
        return "\n".join(_put(each) for each in self.said)

    def written(self) -> Iterator[tuple[int, Said]]:
        """Each value in which somebody may be named, and where its words stand in the text."""
        start = 0
        for each in self.said:
            put = _put(each)
            if each.is_written or each.is_made:
                yield start + len(put) - len(each.words), each
            start += len(put) + 1


def _put(each: Said) -> str:
    return f"{each.label}: {each.words}" if each.label else each.words


# Gathering it.


def children_of(child: Child) -> list[int]:
    """The child, and the records that were said to be the same child."""
    return [child.pk, *Child.objects.filter(joined_to=child.pk).values_list("pk", flat=True)]


@dataclass
class _Parts:
    """The parts in their order, each with its lines."""

    order: list[str] = field(default_factory=list)
    lines: dict[str, list[Line]] = field(default_factory=dict)

    def add(self, line: Line) -> None:
        if line.part not in self.lines:
            self.order.append(line.part)
        self.lines.setdefault(line.part, []).append(line)

    def all(self) -> list[Line]:
        names = sorted(self.order, key=lambda name: AFTER.index(name) if name in AFTER else -1)
        return [line for name in names for line in self.lines[name]]


def gather(child: Child, person: Person) -> list[Line]:
    """Every line of the record, part by part. A fixed number of queries."""
    ids = children_of(child)
    found = {table: _rows(table, ids, person) for table in TABLES}
    heads = _heads(found)
    below: dict[Key, list[Line]] = {key: [] for key in heads}
    parts = _Parts()
    for table, rows in found.items():
        for row in rows:
            if isinstance(row, Entry):
                # So that what is asked is read once.
                row.interview = heads["i", row.interview_id].row
            key = _stands_with(table, row)
            if key in heads:
                below[key].append(_line(table, row, heads[key].name))
            else:
                parts.add(_line(table, row, table.part))
    # One after the other, and each interview after what it answers for.
    for key in sorted(heads, key=lambda each: (heads[each].when, each)):
        for line in below[key]:
            parts.add(line)
    for line in [*_messages(found, person), *_looks(child)]:
        parts.add(line)
    return parts.all()


Key = tuple[str, int]


@dataclass(frozen=True)
class _Head:
    """An episode or an interview, with which others stand."""

    row: Any
    name: str
    when: datetime


def _heads(found: Mapping[Table, Sequence[Any]]) -> dict[Key, _Head]:
    heads: dict[Key, _Head] = {}
    for table, rows in found.items():
        for row in rows:
            if table.model is Episode:
                began = row.started_at or row.opened_at
                name = f"{codes.EpisodeKind(row.kind).label} from {_local_day(began)}"
                heads["e", row.pk] = _Head(row, name, began)
            elif table.model is Interview:
                held = f"held on {_local_day(row.held_at)}" if row.held_at else "not held"
                name = f"Interview booked for {_local_day(row.booked_for)}, {held}"
                heads["i", row.pk] = _Head(row, name, row.held_at or row.booked_for)
    return heads


def _rows(table: Table, ids: Sequence[int], person: Person) -> list[Any]:
    """The rows about the child that the person's own locks open, the oldest first. One query."""
    rows: Any = table.model._default_manager.all()
    if hasattr(rows, "visible_to"):
        rows = rows.visible_to(person)
    way = {f"{table.child}__in": ids}
    rows = rows.filter(pk__in=table.model._default_manager.filter(**way).values("pk"))
    names = [
        each.name
        for each in table.model._meta.concrete_fields
        if isinstance(each, models.ForeignKey)
    ]
    if table.of and "__" in table.of and table.of != "basis__episode":
        names.append(table.of.rpartition("__")[0])
    rows = rows.select_related(*names)
    if table.model is Made:
        rows = rows.defer("content")
    if table.of == "basis__episode":
        rows = rows.select_related("basis")
    return list(rows.order_by("pk"))


def _stands_with(table: Table, row: Any) -> Key | None:
    """The episode or the interview that a row is about, where it is about one."""
    if not table.of:
        return None
    if table.of == "self":
        return ("e" if table.model is Episode else "i", row.pk)
    if table.of == "basis__episode":
        basis = getattr(row, "basis", None)
        return ("e", basis.episode_id) if basis else None
    *between, last = table.of.split("__")
    for name in between:
        row = getattr(row, name)
    return ("e" if last == "episode" else "i", getattr(row, f"{last}_id"))


def _line(table: Table, row: Any, part: str) -> Line:
    heading, said = table.title, list(_values(table, row))
    if isinstance(row, Entry):
        heading, said = _entry(row)
    return Line(
        table=table.model.__name__,
        part=part,
        heading=heading,
        said=said or [Said("", "There is nothing more to it.")],
        made_id=row.pk if isinstance(row, Made) else None,
    )


def _entry(row: Entry) -> tuple[str, list[Said]]:
    """An answer under its question, with what it was before where it was replaced."""
    asked = next(
        (
            q
            for section in row.interview.standard.sections
            for q in section.questions
            if q.key == row.question
        ),
        None,
    )
    labels = _labels(asked)
    coded = "; ".join(labels.get(code, _plain(code)) for code in row.codes)
    said = [Said("", coded)] if coded else []
    if row.words:
        said.append(Said("", row.words, is_written=True))
    if row.unanswered:
        said.append(Said("", Unanswered(row.unanswered).label))
    said.append(Said("Written", f"{moment(row.written_at)}, {row.written_by.name}"))
    if row.replaced_at:
        said.append(Said("Replaced", moment(row.replaced_at)))
    return asked.text if asked else _plain(row.question), said


def _labels(asked: Question | None) -> dict[str, str]:
    return dict((*asked.options, *asked.evidence)) if asked else {}


def _values(table: Table, row: Any) -> Iterator[Said]:
    model = table.model
    for each in model._meta.concrete_fields:
        if each.name in (*NEVER, *table.without):
            continue
        words, is_written = _value(model, each, row)
        if words:
            is_made = f"{model.__name__}.{each.name}" in MADE
            yield Said(_label(each.name), words, is_written and not is_made, is_made)


def _value(model: type[models.Model], each: Any, row: Any) -> tuple[str, bool]:
    if isinstance(each, models.ForeignKey):
        return _named(getattr(row, each.name) if each.related_model in NAMED else None)
    if isinstance(each, SealedBytes) and not isinstance(each, SealedText | SealedJson):
        return "", False
    value = getattr(row, each.attname)
    if value is None or value in ("", [], {}):
        return "", False
    where = f"{model.__name__}.{each.name}"
    if isinstance(each, SealedText | models.TextField) or where in WRITTEN:
        return str(value), True
    if isinstance(each, SealedJson):
        return _flat(value), True
    if isinstance(each, models.JSONField):
        return _flat(value), False
    return _of_code(where, each.name, value), False


def _of_code(where: str, name: str, value: Any) -> str:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(_of_code(where, name, each) for each in value)
    if not isinstance(value, str) or name in PLAIN:
        return str(value)
    known = CODES.get(where) or CODES.get(name)
    if known and value in known._value2member_map_:
        return known(value).label
    return _plain(value)


def _named(thing: Any) -> tuple[str, bool]:
    """A colleague, a body or a council by its name. Of carers the name is a person's."""
    if thing is None:
        return "", False
    if isinstance(thing, Pack):
        return f"{thing.name}, {day(thing.meets_on)}", False
    is_home = isinstance(thing, Organisation) and thing.kind == Organisation.HOME
    return thing.name, is_home


NAMED = (Person, Organisation, Authority, Service, Pack)


def _flat(value: Any) -> str:
    if isinstance(value, dict) and "sentence" in value:
        # Of a reason for which somebody must act the sentence is what people read.
        return str(value["sentence"])
    if isinstance(value, dict):
        return "; ".join(f"{_plain(str(key))}: {_flat(each)}" for key, each in value.items())
    if isinstance(value, list):
        return "; ".join(_flat(each) for each in value)
    return str(value)


def _plain(code: str) -> str:
    words = code.replace("_", " ").strip()
    return f"{words[:1].upper()}{words[1:]}"


ENDINGS = {"_at": "", "_on": "", "_by": " by", "_id": ""}


def _label(name: str) -> str:
    for ending, instead in ENDINGS.items():
        if name.endswith(ending) and len(name) > len(ending) + 1:
            name = name[: -len(ending)] + instead
            break
    return _plain({"by": "by", "at": "when", "on": "day"}.get(name, name))


def day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"


def moment(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{day(local.date())} at {local:%H:%M}"


def _local_day(at: datetime) -> str:
    return day(at.astimezone(LONDON).date())


# What is in no table below the child.


def _messages(found: Mapping[Table, Sequence[Any]], person: Person) -> Iterator[Line]:
    """What the system itself wrote about them, to whom and when; each without a name."""
    about = {
        table.model._meta.model_name: [row.pk for row in rows]
        for table, rows in found.items()
        if rows
    }
    wanted = models.Q(pk__in=[])
    for kind, ids in about.items():
        wanted |= models.Q(about_kind=kind, about_id__in=ids)
    rows = Message.objects.visible_to(person).filter(wanted).select_related("organisation")
    for row in rows.order_by("created_at", "pk"):
        said = [
            Said("To", row.organisation.name),
            Said("Written", moment(row.created_at)),
            *([Said("Sent", moment(row.sent_at))] if row.sent_at else []),
            Said("", row.subject, is_made=True),
            Said("", row.text, is_made=True),
        ]
        yield Line("Message", SENT, "A message", said)


def _looks(child: Child) -> Iterator[Line]:
    """By day and role, without a name, as the council prints it for the child too."""
    days: dict[date, list[Said]] = {}
    for line in looked.for_the_child(looked.about(child)):
        times = f" ({line.times} times)" if line.times > 1 else ""
        days.setdefault(line.day, []).append(Said(line.who, f"{line.what}{times}"))
    for on, said in sorted(days.items()):
        yield Line("JournalEntry", LOOKED, day(on), said)


def gathered(lines: Iterable[Line], marks: Mapping[int, Sequence[Any]]) -> list[requests.Gathered]:
    """As the verb keeps it; `marks` by the place of the line."""
    return [
        requests.Gathered(
            table=line.table,
            part=line.part,
            heading=line.heading,
            text=line.text,
            marks=marks.get(place, ()),
            made_id=line.made_id,
        )
        for place, line in enumerate(lines)
    ]
