"""Facts of a child's care and home: looked after, placed, came home, born; and doubts about them.

Whoever records a fact decides again who must act. The duty itself stays where it is, until another
council takes it over.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import F, Q

from returnhome.casework import acting, agreements, children, handovers, journal, places
from returnhome.casework.children import (
    Address,
    CarePeriod,
    Child,
    Doubt,
    Placement,
    circumstances,
    standing_on,
)
from returnhome.casework.handovers import HandOver, paired
from returnhome.casework.places import Authority
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import Organisation, Person
from returnhome.rules import caring
from returnhome.rules.access import Verb
from returnhome.rules.caring import About, Council, Days, Finding, NoticeKind
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import BirthDatePrecision
from returnhome.rules.naming import folded_postcode, written_postcode

DAY = timedelta(days=1)

Fact = CarePeriod | Placement | Address
Row = TypeVar("Row", CarePeriod, Placement, Address)


class FormerFactQuerySet(models.QuerySet["FormerFact"]):
    def visible_to(self, person: Person) -> "FormerFactQuerySet":
        return self.filter(child__in=Child.objects.filter(person.whose(Verb.PLACE, child="pk")))

    def newest_first(self) -> "FormerFactQuerySet":
        return self.order_by("-replaced_at", "-pk")


class FormerFact(models.Model):
    """What was on record of care, home or age before it was put right, and why."""

    sealed_under = "child"

    child = models.ForeignKey(Child, models.CASCADE, related_name="former_facts")
    about = models.CharField(max_length=20)
    was = SealedText()
    because = SealedText()
    replaced_at = models.DateTimeField()
    replaced_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = FormerFactQuerySet.as_manager()


class PlacementNoticeQuerySet(models.QuerySet["PlacementNotice"]):
    def visible_to(self, person: Person) -> "PlacementNoticeQuerySet":
        """The council that is told, once it has been, and whoever records the child's care."""
        told, _ = person.may_for(Verb.SEE_PLACED_HERE)
        return self.filter(
            person.not_closed("child"),
            person.whose(Verb.PLACE, of="child__", child="child")
            | Q(to_authority__in=told, sent_at__isnull=False),
        )

    def told_to(self, person: Person) -> "PlacementNoticeQuerySet":
        told, _ = person.may_for(Verb.SEE_PLACED_HERE)
        return self.filter(person.not_closed("child"), to_authority__in=told, sent_at__isnull=False)

    def unseen(self) -> "PlacementNoticeQuerySet":
        return self.filter(seen_at__isnull=True)

    def unsent(self) -> "PlacementNoticeQuerySet":
        return self.filter(sent_at__isnull=True)

    def oldest_first(self) -> "PlacementNoticeQuerySet":
        return self.order_by("made_at", "pk")


class PlacementNotice(models.Model):
    """That a placement in another council's area has begun or ended, told to that council.

    One that is on the system is told at once. Any other is told by the placing council's own
    means, which then says that it has done so.
    """

    child = models.ForeignKey(Child, models.PROTECT, related_name="placement_notices")
    placement = models.ForeignKey(
        Placement, models.SET_NULL, null=True, related_name="placement_notices"
    )
    kind = models.CharField(max_length=10)
    on = models.DateField(null=True)
    placed_by = models.ForeignKey(Authority, models.PROTECT, related_name="+")
    to_authority = models.ForeignKey(Authority, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = PlacementNoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["begins", "ends", "in_error"]),
                name="a_notice_tells_of_a_beginning_or_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(to_authority=F("placed_by")), name="a_notice_goes_to_another"
            ),
            models.CheckConstraint(
                condition=paired("sent"), name="a_notice_sent_has_time_and_person"
            ),
            models.CheckConstraint(
                condition=paired("seen"), name="a_notice_seen_has_time_and_person"
            ),
            models.CheckConstraint(
                condition=Q(seen_at=None) | Q(sent_at__isnull=False),
                name="only_a_notice_that_was_sent_is_seen",
            ),
        ]
        indexes = [
            models.Index(
                fields=["to_authority", "made_at"],
                condition=Q(seen_at=None),
                name="notice_unseen",
            ),
        ]

    def is_told_to(self, person: Person) -> bool:
        told, _ = person.may_for(Verb.SEE_PLACED_HERE)
        return self.sent_at is not None and self.to_authority_id in told


@dataclass(frozen=True)
class Where:
    """A place as a person gives it. What is protected is kept sealed, its postcode too.

    `home`: of a placement, the home or foster carers there, where they report from here.
    """

    authority: Authority | None = None
    postcode: str = ""
    address: str = ""
    is_protected: bool = False
    home: Organisation | None = None


@dataclass(frozen=True)
class Recorded:
    """What a verb wrote, and what follows: who is asked to take the duty over, who is told."""

    asked: Sequence[HandOver] = ()
    notices: Sequence[PlacementNotice] = ()
    row: Fact | None = None


# Questions.


def days_of(row: Fact) -> Days:
    """A row as the rules read it, in words: placed in Westborough since 3 March 2026."""
    return Days(row.since, row.until, said_of(row), row.pk)


def said_of(row: Fact) -> str:
    if isinstance(row, CarePeriod):
        return f"looked after by {row.authority.name}"
    verb = "placed" if isinstance(row, Placement) else "lives"
    return f"{verb}{_somewhere(row.authority, row.postcode, is_protected=row.is_protected)}"


def _somewhere(authority: Authority | None, postcode: str, *, is_protected: bool) -> str:
    where = f" in {authority.name}" if authority else ""
    hidden = ", address protected" if is_protected else ""
    return where + (f", {written_postcode(postcode)}" if postcode else "") + hidden


def in_words(about: About, *, where: Where | None, since: date | None, until: date | None) -> str:
    """What somebody says, as a doubt keeps it: sealed, so that nothing needs to be left out."""
    there = where or Where()
    name = there.authority.name if there.authority else ""
    if about is About.CARE:
        return Days(
            since, until, f"looked after by {name}" if name else "not looked after"
        ).in_words
    verb = "placed" if about is About.PLACEMENT else "lives"
    said = verb + (f" in {name}" if name else "")
    exactly = [*there.address.split("\n"), written_postcode(there.postcode)]
    said += "".join(f", {part.strip()}" for part in exactly if part.strip())
    said += " (address protected)" if there.is_protected else ""
    return Days(since, until, said).in_words


def council_of(authority: Authority, today: date) -> Council:
    """An authority as the rules read it."""
    heirs = places.successors(authority, today) if authority.until else ()
    return Council(
        authority.name, authority.since, authority.until, tuple(each.name for each in heirs)
    )


def whose_by_the_facts(child: Child, today: date) -> Authority | None:
    """Whose child it is by the care and home on record today."""
    there = circumstances(child, today)
    return there.looked_after_by or there.lives_in


def is_still_owed(child: Child) -> bool:
    """Whether the council that has the record must still act for an episode of the child."""
    theirs = child.episodes.counted().unsettled()
    return theirs.filter(responsible_authority=child.responsible_authority_id).exists()


@dataclass(frozen=True)
class Ended:
    """That another council's child was placed in an area: of a host's past, no more than this."""

    placed_by: Authority
    since: date | None
    until: date


@acting.as_system(acting.PASSING_ON)
def ended_in(authorities: Collection[int], since: date) -> list[Ended]:
    """Placements in these areas that have ended since that day, the latest first; two queries."""
    rows = (
        Placement.objects.filter(authority__in=authorities, until__gte=since)
        .select_related("child")
        .defer("address")
        .prefetch_related(
            models.Prefetch("child__care_periods", CarePeriod.objects.select_related("authority"))
        )
        .order_by("-until", "-pk")
    )
    found = []
    for row in rows:
        assert row.until  # as asked for
        period = standing_on(row.child.care_periods.all(), row.until)
        if period and period.authority_id not in authorities:
            found.append(Ended(period.authority, row.since, row.until))
    return found


# Verbs: care.


@transaction.atomic
def look_after(
    child: Child,
    authority: Authority,
    *,
    since: date | None,
    until: date | None = None,
    by: Person,
    at: datetime,
) -> Recorded:
    """Record that a council looks after the child; one that did so before ends the day before.

    Where the child is placed stays as it is. Raises what `caring` blocks: InTheFuture,
    EndsBeforeItStarts, SinceMissing, CouncilEnded, CouncilNotYet, TwoCouncils, NothingNew.
    """
    child, today = _held(child, at)
    new = Days(since, until)
    caring.check_days(new, today=today, born_on=child.born_on)
    caring.check_council(council_of(authority, today), new, today=today)
    known = _known(child.care_periods.select_related("authority"))
    _check_is_news(known, new, authority)
    _make_room(About.CARE, new, known)
    row = CarePeriod.objects.create(child=child, authority=authority, since=since, until=until)
    return _after("record care", child, row, by=by, at=at)


@transaction.atomic
def end_care(
    child: Child, *, until: date, home: Where | None = None, by: Person, at: datetime
) -> Recorded:
    """Record that nobody looks after the child since that day, and where they live from then on.

    The placement ends with it. Raises NotLookedAfter, InTheFuture, EndsBeforeItStarts, BeganLater,
    and what `live_at` raises.
    """
    child, today = _held(child, at)
    row = _current(child.care_periods.select_related("authority"), today)
    if row is None:
        raise caring.NotLookedAfter
    caring.check_ends(days_of(row), until, today=today)
    notices = []
    placed = _current(child.placements.select_related("authority"), today)
    if placed:
        caring.check_ends_too(days_of(placed), until)
        notices += _end_placement(placed, until, row.authority, by=by, at=at)
    _end(row, until)
    if home:
        _move_home(child, home, since=until, until=None, today=today)
    return _after("end care", child, row, notices, by=by, at=at)


# Placement.


@transaction.atomic
def place(
    child: Child,
    where: Where,
    *,
    since: date | None,
    until: date | None = None,
    is_told: bool = True,
    by: Person,
    at: datetime,
) -> Recorded:
    """Record where a looked-after child is placed; the placement before ends the day before.

    A host council is told, unless `is_told` says that there is no need. Raises what `caring`
    blocks: InTheFuture, EndsBeforeItStarts, SinceMissing, AreaMissing, AreaDiffers, CouncilEnded,
    CouncilNotYet, NobodyLooksAfter, TwoPlacements.
    """
    child, today = _held(child, at)
    new = Days(since, until)
    caring.check_days(new, today=today, born_on=child.born_on)
    where = _found(where, new, today)
    care = _known(child.care_periods.select_related("authority"))
    caring.check_is_looked_after([days_of(each) for each in care], new, today=today)
    carer = _carer(care, new, today)
    known = _known(child.placements.select_related("authority"))
    ended = _make_room(About.PLACEMENT, new, known)
    notices = []
    if ended:
        before = _carer(care, Days(ended.until, ended.until), today)
        notices += _tell(ended, NoticeKind.ENDS, ended.until, before, by=by, at=at)
    row = Placement.objects.create(
        child=child,
        authority=where.authority,
        postcode=where.postcode,
        address=where.address,
        is_protected=where.is_protected,
        home=where.home,
        since=since,
        until=until,
    )
    if is_told:
        notices += _tell(row, NoticeKind.BEGINS, since, carer, by=by, at=at)
    if is_told and until:
        notices += _tell(row, NoticeKind.ENDS, until, carer, by=by, at=at)
    return _after("record placement", child, row, notices, by=by, at=at)


@transaction.atomic
def name_home(child: Child, home: Organisation | None, *, by: Person, at: datetime) -> Placement:
    """Say which home or foster carers the child is placed with now; whoever works there sees it.

    None: with nobody who reports from here. Raises NotPlaced, NothingNew.
    """
    child, today = _held(child, at)
    row = _current(child.placements.select_related("home"), today)
    if row is None:
        raise caring.NotPlaced
    if row.home_id == (home.pk if home else None):
        raise caring.NothingNew(field="home")
    row.home = home
    row.save(update_fields=["home"])
    journal.write("name home of placement", row, by=by, at=at)
    return row


@transaction.atomic
def end_placement(child: Child, *, until: date, by: Person, at: datetime) -> Recorded:
    """Record that a placement has ended, and nobody knows yet where the child is placed now.

    Raises NotPlaced, InTheFuture, EndsBeforeItStarts.
    """
    child, today = _held(child, at)
    row = _current(child.placements.select_related("authority"), today)
    if row is None:
        raise caring.NotPlaced
    caring.check_ends(days_of(row), until, today=today)
    care = _known(child.care_periods.select_related("authority"))
    carer = _carer(care, Days(until, until), today)
    notices = _end_placement(row, until, carer, by=by, at=at)
    return _after("end placement", child, row, notices, by=by, at=at)


# Home, and age.


@transaction.atomic
def live_at(
    child: Child,
    where: Where,
    *,
    since: date | None,
    until: date | None = None,
    by: Person,
    at: datetime,
) -> Recorded:
    """Record where the child lives, or of a looked-after child, where home is.

    Raises InTheFuture, EndsBeforeItStarts, SinceMissing, AreaMissing, AreaDiffers, CouncilEnded,
    CouncilNotYet, TwoHomes.
    """
    child, today = _held(child, at)
    row = _move_home(child, where, since=since, until=until, today=today)
    return _after("record home", child, row, by=by, at=at)


@transaction.atomic
def set_birth_date(
    child: Child,
    born_on: date | None,
    *,
    precision: BirthDatePrecision = BirthDatePrecision.KNOWN,
    because: str = "",
    by: Person,
    at: datetime,
) -> Recorded:
    """Record when the child was born, and how sure that is; what was known before is kept.

    Raises what `caring.check_birth_date` blocks.
    """
    child, today = _held(child, at)
    was = (child.born_on, BirthDatePrecision(child.born_precision))
    first = child.episodes.counted().order_by("started_at").first()
    caring.check_birth_date(
        born_on,
        precision,
        was=was,
        because=because,
        today=today,
        first_missing_on=first.started_on if first else None,
    )
    if was[0]:
        words = f"born on {caring.spoken(was[0])} ({was[1].label.lower()})"
        _keep(child, About.BIRTH_DATE, words, because, by=by, at=at)
    child.born_on, child.born_precision = born_on, precision
    child.save(update_fields=["born_on", "born_precision"])
    return _after("record birth date", child, None, by=by, at=at)


# Putting right what was recorded.


@transaction.atomic
def correct(
    row: Fact,
    *,
    since: date | None,
    until: date | None,
    because: str,
    by: Person,
    at: datetime,
) -> Recorded:
    """Put the days of a care period, a placement or a home right; the old ones are kept.

    Raises ReasonMissing, NothingNew, InTheFuture, EndsBeforeItStarts, CouncilEnded, TwoCouncils,
    TwoPlacements, NobodyLooksAfter.
    """
    child, today = _held(row.child, at)
    row = type(row)._default_manager.select_related("authority").get(pk=row.pk)
    before, new = days_of(row), replace(days_of(row), since=since, until=until)
    if not because.strip():
        raise caring.ReasonMissing
    if (since, until) == (before.since, before.until):
        raise caring.NothingNew
    caring.check_days(new, today=today, born_on=child.born_on)
    if row.authority:
        caring.check_council(council_of(row.authority, today), new, today=today, field="until")
    about = about_of(row)
    others = [each for each in _known(_beside(child, row)) if each.pk != row.pk]
    if about is not About.HOME:
        caring.check_room(about, new, [days_of(each) for each in others])
    care = _known(child.care_periods.select_related("authority"))
    if about is About.PLACEMENT:
        caring.check_is_looked_after([days_of(each) for each in care], new, today=today)
    _keep(child, about, before.in_words, because, by=by, at=at)
    row.since, row.until = since, until
    row.save(update_fields=["since", "until"])
    notices = _tell_again(row, before, care, today, by=by, at=at)
    return _after(f"correct {about}", child, row, notices, by=by, at=at)


@transaction.atomic
def take_out(row: Fact, *, because: str, by: Person, at: datetime) -> Recorded:
    """Take a care period, a placement or a home recorded in error off the record; it is kept.

    Raises ReasonMissing, and NobodyLooksAfter for the care under which a child is placed.
    """
    child, today = _held(row.child, at)
    row = type(row)._default_manager.select_related("authority").get(pk=row.pk)
    if not because.strip():
        raise caring.ReasonMissing
    about = about_of(row)
    care = _known(child.care_periods.select_related("authority"))
    if about is About.CARE:
        left = [days_of(each) for each in care if each.pk != row.pk]
        for placed in _known(child.placements.select_related("authority")):
            caring.check_is_looked_after(left, days_of(placed), today=today)
    _keep(child, about, days_of(row).in_words, because, by=by, at=at)
    notices: list[PlacementNotice] = []
    if isinstance(row, Placement):
        row.placement_notices.unsent().delete()
        if row.placement_notices.exists():
            carer = _carer(care, days_of(row), today)
            notices = _tell(row, NoticeKind.IN_ERROR, row.since, carer, by=by, at=at)
    row.delete()
    return _after(f"take out {about}", child, None, notices, by=by, at=at)


def about_of(row: Fact) -> About:
    if isinstance(row, CarePeriod):
        return About.CARE
    return About.PLACEMENT if isinstance(row, Placement) else About.HOME


# Doubts.


@transaction.atomic
def doubt(
    child: Child, about: About, *, said: str, said_by: str = "", by: Person, at: datetime
) -> Doubt:
    """Keep what somebody says against the record, to be settled. Who must act is so for now.

    Raises SaidNothing, NotNamedYet.
    """
    child, _ = _held(child, at)
    if not said.strip():
        raise caring.SaidNothing
    row = Doubt.objects.create(
        child=child,
        about=about,
        said=said.strip(),
        said_by=said_by.strip() or by.name,
        raised_at=at,
        raised_by=by,
    )
    handovers.reconsider(child, by=by, at=at)
    journal.write(f"doubt {about}", row, by=by, at=at)
    return row


@transaction.atomic
def settle(row: Doubt, finding: Finding, *, because: str, by: Person, at: datetime) -> Doubt:
    """Settle a doubt: the record holds, or it has been put right. Raises SettledAlready,
    ReasonMissing.
    """
    child, _ = _held(row.child, at)
    row = Doubt.objects.get(pk=row.pk)
    caring.check_can_settle(is_settled=row.is_settled, because=because)
    row.finding, row.settled_because, row.settled_at, row.settled_by = finding, because, at, by
    row.save(update_fields=["finding", "settled_because", "settled_at", "settled_by"])
    handovers.reconsider(child, by=by, at=at)
    journal.write(f"settle doubt: {finding}", row, by=by, at=at)
    return row


@dataclass(frozen=True)
class Told:
    """What a council's register says of a child today."""

    looked_after_by: Authority | None
    lives_in: Authority
    postcode: str = ""
    born_on: date | None = None


@transaction.atomic
def compare(child: Child, told: Told, *, said_by: str, by: Person, at: datetime) -> list[str]:
    """Keep as doubts where a register contradicts the record; gives each in a sentence.

    The record itself is not changed. What was said before in the same words is not said again.
    """
    today = at.astimezone(LONDON).date()
    sentences = []
    for about, on_record, said in _differences(child, told, today):
        known = [each for each in child.doubts.filter(about=about) if each.said == said]
        if not known:
            doubt(child, about, said=said, said_by=said_by, by=by, at=at)
        is_open = not known or any(not each.is_settled for each in known)
        then = KEPT if is_open else SETTLED_BEFORE
        sentences.append(f"On record: {on_record}. The register says: {said}. {then}")
    return sentences


KEPT = "Kept as a doubt to be settled"
SETTLED_BEFORE = "That was settled before, and the record holds"


def _differences(child: Child, told: Told, today: date) -> list[tuple[About, str, str]]:
    """About what a register contradicts the record, what is on record, and what it says.

    Of a place on record only the area is told: whoever loads a file need not know more.
    """
    found = []
    care = _current(child.care_periods.select_related("authority"), today)
    if (care.authority if care else None) != told.looked_after_by:
        by = f"looked after by {told.looked_after_by.name}" if told.looked_after_by else ""
        found.append((About.CARE, said_of(care) if care else NOT_CARED, by or NOT_CARED))
    if told.looked_after_by:
        about, verb = About.PLACEMENT, "placed"
        home: Placement | Address | None = _current(_with_area(child.placements.all()), today)
    else:
        about, verb = About.HOME, "lives"
        home = _current(_with_area(child.addresses.all()), today)
    said = f"{verb} in {told.lives_in.name}" + (f", {told.postcode}" if told.postcode else "")
    if home is None or home.authority != told.lives_in:
        area = f"{verb}{_somewhere(home.authority, '', is_protected=False)}" if home else ""
        found.append((about, area or f"not known where the child {IS_THERE[about]}", said))
    elif home.postcode and told.postcode and home.postcode != folded_postcode(told.postcode)[:8]:
        found.append((about, f"{verb} in {told.lives_in.name}, at another postcode", said))
    if told.born_on and child.born_on and told.born_on != child.born_on:
        was, now = caring.spoken(child.born_on), caring.spoken(told.born_on)
        found.append((About.BIRTH_DATE, f"born on {was}", f"born on {now}"))
    return found


NOT_CARED = "not looked after"
IS_THERE = {About.PLACEMENT: "is placed", About.HOME: "lives"}


def _with_area(rows: "models.QuerySet[Row]") -> "models.QuerySet[Row]":
    return rows.select_related("authority")


# The record itself.


@transaction.atomic
def pass_on(child: Child, *, by: Person, at: datetime) -> Child:
    """Give the record to the council whose child it is by the facts, once nothing is owed here.

    Raises IsTheirsAlready, StillOwed.
    """
    child, today = _held(child, at)
    whose = whose_by_the_facts(child, today)
    if whose is None or whose.pk == child.responsible_authority_id:
        raise caring.IsTheirsAlready
    if is_still_owed(child):
        raise caring.StillOwed
    return children.pass_to(child, whose, by=by, at=at)


# Notices.


@transaction.atomic
def send(notice: PlacementNotice, *, by: Person, at: datetime) -> PlacementNotice:
    """Record that a notice went to a council that is not on the system. Raises SentAlready."""
    notice = PlacementNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if notice.sent_at:
        raise caring.SentAlready
    notice.sent_at, notice.sent_by = at, by
    notice.save(update_fields=["sent_at", "sent_by"])
    journal.write("send placement notice", notice, by=by, at=at)
    return notice


@transaction.atomic
def see(notice: PlacementNotice, *, by: Person, at: datetime) -> PlacementNotice:
    """Say for the host that its notice was seen. Raises SeenAlready, NotSentYet."""
    notice = PlacementNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if notice.seen_at:
        raise caring.SeenAlready
    if notice.sent_at is None:
        raise caring.NotSentYet
    notice.seen_at, notice.seen_by = at, by
    notice.save(update_fields=["seen_at", "seen_by"])
    journal.write("see placement notice", notice, by=by, at=at)
    return notice


# What the verbs share.


def _held(child: Child, at: datetime) -> tuple[Child, date]:
    """The child, locked first as in `children.lock`, and the day. Raises NotNamedYet."""
    held = children.lock(child.pk)[child.pk]
    if not held.is_confirmed:
        raise caring.NotNamedYet
    return held, at.astimezone(LONDON).date()


def _known(rows: "models.QuerySet[Any]") -> list[Any]:
    return list(rows.order_by(F("since").asc(nulls_first=True), "pk"))


def _current(rows: "models.QuerySet[Row]", today: date) -> Row | None:
    """The one that goes on today, or that has ended only on it."""
    return standing_on([row for row in rows if row.until is None], today)


def _beside(child: Child, row: Fact) -> "models.QuerySet[Any]":
    return type(row)._default_manager.filter(child=child).select_related("authority")


def _check_is_news(known: Iterable[CarePeriod], new: Days, authority: Authority) -> None:
    for each in known:
        is_open = each.until is None and new.until is None
        if is_open and each.authority_id == authority.pk:
            raise caring.NothingNew(f"On record already: {days_of(each).in_words}.")


def _make_room(about: About, new: Days, known: Sequence[Row]) -> Row | None:
    """End what the new fact follows on the day before; gives what was ended."""
    moved = caring.moved_from(about, new, [days_of(each) for each in known])
    if moved is None or new.since is None:
        return None
    before = next(each for each in known if each.pk == moved.key)
    _end(before, new.since - DAY)
    return before


def _end(row: Fact, until: date) -> None:
    row.until = until
    # What is sealed would be sealed anew: name the column.
    row.save(update_fields=["until"])


def _end_placement(
    row: Placement, until: date, carer: Authority | None, *, by: Person, at: datetime
) -> list[PlacementNotice]:
    _end(row, until)
    return _tell(row, NoticeKind.ENDS, until, carer, by=by, at=at)


def _carer(care: Iterable[CarePeriod], days: Days, today: date) -> Authority | None:
    period = standing_on(care, days.until or days.since or today)
    return period.authority if period else None


def _found(where: Where, days: Days, today: date) -> Where:
    """The place with its area and what may stand in the plain. Raises AreaMissing, AreaDiffers,
    CouncilEnded, CouncilNotYet.
    """
    postcode = folded_postcode(where.postcode)[:8]
    there = places.authority_at(postcode, days.until or today) if postcode else None
    if where.authority:
        caring.check_council(council_of(where.authority, today), days, today=today)
    given = where.authority.name if where.authority else ""
    caring.check_area(given, there.name if there else "")
    authority = where.authority or there
    if authority is None:
        raise caring.AreaMissing
    address = where.address.strip()
    if where.is_protected and postcode:
        address = f"{address}\n{written_postcode(postcode)}".strip()
    return replace(
        where,
        authority=authority,
        postcode="" if where.is_protected else postcode,
        address=address,
    )


def _move_home(
    child: Child, where: Where, *, since: date | None, until: date | None, today: date
) -> Address:
    new = Days(since, until)
    caring.check_days(new, today=today, born_on=child.born_on)
    where = _found(where, new, today)
    known = _known(child.addresses.select_related("authority"))
    _make_room(About.HOME, new, known)
    return Address.objects.create(
        child=child,
        authority=where.authority,
        postcode=where.postcode,
        line=where.address,
        is_protected=where.is_protected,
        since=since,
        until=until,
    )


def _keep(
    child: Child, about: About, was: str, because: str, *, by: Person, at: datetime
) -> FormerFact:
    return FormerFact.objects.create(
        child=child, about=about, was=was, because=because, replaced_at=at, replaced_by=by
    )


def _tell(
    placement: Placement,
    kind: NoticeKind,
    on: date | None,
    carer: Authority | None,
    *,
    by: Person,
    at: datetime,
) -> list[PlacementNotice]:
    """A notice to the council in whose area the placement is, where that is another's."""
    host = placement.authority
    if host is None or carer is None or carer.pk in places.lineage(host):
        return []
    is_reached = agreements.is_on_the_system(host)
    notice = PlacementNotice.objects.create(
        child_id=placement.child_id,
        placement=placement,
        kind=kind,
        on=on,
        placed_by=carer,
        to_authority=host,
        made_at=at,
        made_by=by,
        sent_at=at if is_reached else None,
        sent_by=by if is_reached else None,
    )
    return [notice]


def _tell_again(
    row: Fact, before: Days, care: Sequence[CarePeriod], today: date, *, by: Person, at: datetime
) -> list[PlacementNotice]:
    """What the host must hear when a placement's days were put right."""
    if not isinstance(row, Placement):
        return []
    carer = _carer(care, days_of(row), today)
    if row.until != before.until:
        kind = NoticeKind.ENDS if row.until else NoticeKind.IN_ERROR
        return _tell(row, kind, row.until or before.until, carer, by=by, at=at)
    return _tell(row, NoticeKind.BEGINS, row.since, carer, by=by, at=at)


def _after(
    verb: str,
    child: Child,
    row: Fact | None,
    notices: Sequence[PlacementNotice] = (),
    *,
    by: Person,
    at: datetime,
) -> Recorded:
    """Bring the host up to date, decide again who must act, and write it down."""
    host = children.host_of(child, at.astimezone(LONDON).date())
    if child.host_authority_id != (host.pk if host else None):
        child.host_authority = host
        child.save(update_fields=["host_authority"])
    asked = handovers.reconsider(child, by=by, at=at)
    journal.write(verb, row or child, by=by, at=at, child_id=child.pk)
    return Recorded(asked, notices, row)
