"""What children's homes and foster carers report of who lives with them, and what they are told.

A report is a notification of the home's, kept as it came, and tells of an episode of a child whom
the home names from its own list, so that nobody has to say who the child is. Somebody of a home
reads through a role of the database that opens who lives there today, and nothing of why.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import acting, children, episodes, journal, notifications, owners, staff
from returnhome.casework.agreements import is_on_the_system
from returnhome.casework.children import Child, Placement, standing_on
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Coverage
from returnhome.casework.notifications import Notification, Told
from returnhome.casework.places import Authority
from returnhome.casework.staff import EPISODE_RELATIONS, Organisation, Person
from returnhome.rules import Blocked, homing
from returnhome.rules.access import Verb
from returnhome.rules.clock import LONDON, Moment
from returnhome.rules.codes import EpisodeKind, OfferKind
from returnhome.rules.homing import HomeSays, InterviewKnown, Known
from returnhome.rules.progress import Progress, is_talk_offered

LAYOUT = "home"
BECAUSE = "the home named a child who is placed there"


class NotHere(Blocked):
    """No child of this number lives in a home of the person's today, as far as they may know."""

    sentence = "This child does not live in your home today."


class SeenAlready(Blocked):
    sentence = "A colleague has seen to this already."


class FromHomeQuerySet(models.QuerySet["FromHome"]):
    def visible_to(self, person: Person) -> "FromHomeQuerySet":
        """Whoever may see the episode sees what the home told of it; the home asks otherwise."""
        return self.filter(
            person.whose(
                Verb.SEE_EPISODE, *EPISODE_RELATIONS, of="episode__", child="episode__child"
            )
        )

    def to_see(self) -> "FromHomeQuerySet":
        """Those that somebody must look at (`rules.homing.needs_somebody`)."""
        is_pressing = Q(says=HomeSays.TAKEN_BACK) | Q(needs_doctor=Known.YES)
        return self.filter(is_pressing, seen_at__isnull=True, episode__voided_at__isnull=True)

    def in_order(self) -> "FromHomeQuerySet":
        return self.order_by("told_at", "pk")


class FromHome(models.Model):
    """One report of a home: what it says in codes. The words are in the notification, sealed.

    Rows are added, never changed; that somebody has seen to one is written once.
    """

    notification = models.OneToOneField(Notification, models.PROTECT, related_name="from_home")
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="from_homes")
    home = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    says = models.CharField(max_length=20)
    # Who sends the page twice has the same one.
    key = models.UUIDField(unique=True)
    police_told = models.CharField(max_length=10, default="", blank=True)
    police_reference = models.CharField(max_length=40, default="", blank=True)
    needs_doctor = models.CharField(max_length=10, default="", blank=True)
    police_spoke = models.CharField(max_length=10, default="", blank=True)
    told_at = models.DateTimeField()
    told_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = FromHomeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True, seen_by__isnull=True)
                | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="a_report_seen_to_has_time_and_person",
            ),
            models.CheckConstraint(
                condition=Q(says__in=[str(one) for one in HomeSays]),
                name="a_home_says_one_of_a_few_things",
            ),
            models.CheckConstraint(
                condition=Q(police_reference="") | Q(police_told=str(Known.YES)),
                name="a_police_reference_comes_from_telling_them",
            ),
        ]
        indexes = [
            models.Index(
                fields=["told_at"],
                condition=Q(seen_at__isnull=True)
                & (Q(says=str(HomeSays.TAKEN_BACK)) | Q(needs_doctor=str(Known.YES))),
                name="from_home_to_see",
            ),
        ]

    @property
    def child_id(self) -> int:
        return self.episode.child_id

    @property
    def label(self) -> str:
        return HomeSays(self.says).label

    @property
    def words(self) -> Mapping[str, str]:
        """What was said, by what was asked, as it came."""
        return words_of(self.notification.as_received)

    @property
    def needs_somebody(self) -> bool:
        return homing.needs_somebody(
            says=HomeSays(self.says),
            needs_doctor=self.needs_doctor,
            is_seen=self.seen_at is not None,
        )


def words_of(as_received: str) -> Mapping[str, str]:
    """What was said, by what was asked."""
    try:
        return dict(json.loads(as_received))
    except ValueError:
        return {"As received": as_received}


# What a home reads.


@dataclass(frozen=True)
class Resident:
    """Who lives in the home today: a name, whether they are missing, whether a talk is due."""

    child: Child
    home_id: int
    missing: Episode | None
    interview: InterviewKnown | None
    # Of the episode that is open, or whose interview is due: the home's own, in their order.
    reports: tuple[FromHome, ...]

    @property
    def first(self) -> FromHome | None:
        """The home's own report that the child is missing, where it was the home that said so."""
        return next((each for each in self.reports if each.says == HomeSays.MISSING), None)

    @property
    def last(self) -> FromHome | None:
        return self.reports[-1] if self.reports else None

    @property
    def is_taken_back(self) -> bool:
        return any(each.says == HomeSays.TAKEN_BACK for each in self.reports)


# The columns of an episode that the database lets a home read.
OF_EPISODE = (
    *("child", "kind", "started_at", "found_at", "returned_at", "due_at"),
    *("offered_at", "held_at", "offer_kind", "is_offered_by_policy"),
)
OF_REPORT = ("episode", "home", "says", "police_told", "police_reference", "told_at")


def who_live_with(person: Person, at: datetime) -> list[Resident]:
    """The children placed today in the person's homes, by name; four queries."""
    return _residents(person, at)


def resident(person: Person, child_id: int, at: datetime) -> Resident:
    """One of them. Raises NotHere."""
    found = _residents(person, at, child_id)
    if not found:
        raise NotHere
    return found[0]


def _residents(person: Person, at: datetime, *ids: int) -> list[Resident]:
    homes = person.homes_where(Verb.SEE_WHO_LIVES_HERE)
    if not homes:
        return []
    kept_out = {child for child, its in person.listings if its.may_not_see}
    with transaction.atomic(), acting.for_home(person):
        placed = Placement.objects.on(_day(at)).filter(home__in=homes).exclude(child__in=kept_out)
        if ids:
            placed = placed.filter(child__in=ids)
        rows = placed.order_by("child__surname", "child__forename", "child").values_list(
            "child", "home", "child__forename", "child__surname"
        )
        there = [
            (Child(pk=pk, forename=forename, surname=surname), home)
            for pk, home, forename, surname in rows
        ]
        theirs = list(
            Episode.objects.counted()
            .unsettled()
            .filter(child__in=[child.pk for child, _ in there])
            .order_by("started_at", "pk")
            .only(*OF_EPISODE)
        )
        ids_of = [each.pk for each in theirs]
        booked = {
            episode: (place, booked_for)
            for episode, place, booked_for in Coverage.objects.filter(
                episode__in=ids_of, interview__held_at=None, interview__not_held_at=None
            ).values_list("episode", "interview__place", "interview__booked_for")
        }
        reports = list(
            FromHome.objects.filter(episode__in=ids_of, home__in=homes)
            .order_by("told_at", "pk")
            .only(*OF_REPORT)
        )
    return [_resident(child, home, theirs, booked, reports) for child, home in there]


def _resident(
    child: Child,
    home: int,
    theirs: Iterable[Episode],
    booked: Mapping[int, tuple[str, datetime]],
    reports: Iterable[FromHome],
) -> Resident:
    missing, about, interview = None, None, None
    for episode in theirs:
        if episode.child_id != child.pk:
            continue
        if episode.returned_at is None:
            missing = about = episode
        place, booked_for = booked.get(episode.pk, ("", None))
        known = homing.told_of(
            due_at=episode.due_at,
            is_owed=_is_talk_owed(episode),
            is_offered=episode.offered_at is not None,
            booked_for=booked_for,
            place=place,
            held_at=episode.held_at,
        )
        # Of several the one that is due first.
        if known and interview is None:
            interview, about = known, about or episode
    told = tuple(each for each in reports if about and each.episode_id == about.pk)
    return Resident(child, home, missing, interview, told)


def _is_talk_owed(episode: Episode) -> bool:
    return is_talk_offered(
        Progress(
            offer_kind=OfferKind(episode.offer_kind),
            is_offered_by_policy=episode.is_offered_by_policy,
            offered_at=episode.offered_at,
        )
    )


@dataclass(frozen=True)
class Sent:
    """A report as the home reads it again: its own words, and the child's place in it."""

    report: FromHome
    resident: Resident
    words: Mapping[str, str]


def sent(person: Person, pk: int, at: datetime) -> Sent:
    """A report of the person's home, while the child lives there; two more queries.

    Raises NotHere, also for one that another home has made.
    """
    homes = person.homes_where(Verb.SEE_WHO_LIVES_HERE)
    with transaction.atomic(), acting.for_home(person):
        row = (
            FromHome.objects.filter(pk=pk, home__in=homes)
            .values_list("episode__child", "notification__as_received")
            .first()
        )
        if row is None:
            raise NotHere
        report = FromHome.objects.get(pk=pk)
    return Sent(report, resident(person, row[0], at), words_of(row[1]))


def council_told(report: FromHome) -> tuple[Authority, bool, Authority | None]:
    """Whom a report of a home went to: the council that must act, whether it is on the system, and
    the council in whose area the home is, where that is another's.
    """
    with transaction.atomic(), acting.as_system(acting.INTAKE):
        episode = Episode.objects.select_related("responsible_authority", "host_authority").get(
            pk=report.episode_id
        )
        authority = episode.responsible_authority
        return authority, is_on_the_system(authority), episode.host_authority


# What a home says.


@dataclass(frozen=True, kw_only=True)
class Missing:
    """What a home says of a child who is missing."""

    last_seen: Moment
    kind: EpisodeKind
    police_told: Known
    police_reference: str = ""
    words: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Returned:
    """What a home says of a child who is back."""

    returned: Moment
    needs_doctor: Known
    police_spoke: Known
    words: Mapping[str, str]


@transaction.atomic
def report_missing(
    child_id: int, told: Missing, *, key: UUID, by: Person, at: datetime
) -> FromHome:
    """Take in that a child who lives in the home is missing; sent twice, it is one report.

    Where another sender has told of it already, it is the same episode and what is not known yet
    is filled in. Raises NotHere, and what `homing.check_can_report_missing` blocks.
    """
    _check_lives_here(by, child_id, at)
    with acting.as_system(acting.INTAKE):
        child, placement, known = _held(by, child_id, key, at)
        if known:
            return known
        theirs = list(child.episodes.counted().order_by("started_at", "pk"))
        # Found and not back, and gone again: that is another time missing.
        still = next((each for each in theirs if each.is_open), None)
        own = _own_report(still, placement, HomeSays.MISSING)
        homing.check_can_report_missing(
            reported_at=own.told_at if own else None,
            last_seen=told.last_seen,
            back_at=_back_at(theirs),
            now=at,
        )
        moments = {"last_seen": told.last_seen, "reported": Moment(_minute(at))}
        home = placement.home
        assert home  # `_held` has found it by its home
        result = "opened"
        if still:
            blanks = {name: new for name, new in moments.items() if not still.moment(name)}
            changed = episodes.update(still, moments=blanks, source=home.name, by=by, at=at)
            episode, result = still, "updated" if changed else "unchanged"
        else:
            episode = episodes.open(
                child,
                kind=told.kind,
                moments=moments,
                source=home.name,
                owners=owners.of_child(
                    children.with_care([child.pk])[child.pk],
                    kind=told.kind,
                    started_on=told.last_seen.day,
                    ended_on=None,
                    missing_from=placement.authority,
                ),
                by=by,
                at=at,
            )
        return _keep(
            HomeSays.MISSING,
            episode,
            home,
            told.words,
            result=result,
            key=key,
            by=by,
            at=at,
            police_told=told.police_told,
            police_reference=told.police_reference[:40],
        )


@transaction.atomic
def report_returned(
    child_id: int, told: Returned, *, key: UUID, by: Person, at: datetime
) -> FromHome:
    """Take in that a child is back in the home: the 72 hours begin. Sent twice, it is one report.

    Raises NotHere, OutOfOrder, and what `homing.check_can_report_returned` blocks.
    """
    _check_lives_here(by, child_id, at)
    with acting.as_system(acting.INTAKE):
        child, placement, known = _held(by, child_id, key, at)
        if known:
            return known
        theirs = child.episodes.counted().order_by("-started_at", "-pk")
        still = next((each for each in theirs if each.returned_at is None), None)
        homing.check_can_report_returned(is_open=still is not None, returned=told.returned, now=at)
        assert still  # as just asked
        assert placement.home  # `_held` has found it by its home
        episodes.update(
            still, moments={"returned": told.returned}, source=placement.home.name, by=by, at=at
        )
        return _keep(
            HomeSays.RETURNED,
            still,
            placement.home,
            told.words,
            result="updated",
            key=key,
            by=by,
            at=at,
            needs_doctor=told.needs_doctor,
            police_spoke=told.police_spoke,
        )


@transaction.atomic
def add(
    report: FromHome,
    says: HomeSays,
    more: str,
    *,
    instant: str = "",
    moment: Moment | None = None,
    key: UUID,
    by: Person,
    at: datetime,
) -> FromHome:
    """Add to what was reported: more, a time put right, or that it was a mistake.

    A time is put right only where the home's own stands; one that was corrected since, and a report
    taken back, are for a person of the council. Raises NotHere, OutOfOrder, Overlaps, and what
    `homing.check_can_add` blocks.
    """
    child_id = sent(by, report.pk, at).resident.child.pk
    with acting.as_system(acting.INTAKE):
        _, placement, known = _held(by, child_id, key, at)
        if known:
            return known
        episode, home = episodes.lock(report.episode_id)[0], placement.home
        assert home
        source = getattr(episode, f"{instant}_source") if instant else ""
        homing.check_can_add(
            says,
            is_taken_back=_own_report(episode, placement, HomeSays.TAKEN_BACK) is not None,
            more=more,
            is_own_time=source == home.name[:120],
            is_new=not instant or moment != episode.moment(instant),
        )
        words, result = {HomeSays(says).label: more.strip()}, "unchanged"
        if says is HomeSays.CORRECTED and moment:
            if moment.earliest > at:
                raise homing.ToCome(field="moment")
            episodes.update(
                episode,
                moments={instant: moment},
                source=home.name,
                because=more,
                by=by,
                at=at,
            )
            result = "updated"
        return _keep(says, episode, home, words, result=result, key=key, by=by, at=at)


@transaction.atomic
def see(report: FromHome, *, by: Person, at: datetime) -> FromHome:
    """Say for the council that somebody has seen to it. Raises SeenAlready."""
    report = FromHome.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if report.seen_at:
        raise SeenAlready
    report.seen_at, report.seen_by = at, by
    report.save(update_fields=["seen_at", "seen_by"])
    journal.write("see report of home", report, by=by, at=at)
    return report


# What the verbs share.


def _day(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _check_lives_here(by: Person, child_id: int, at: datetime) -> None:
    """By what the home may see; whether they may report it is asked of the same posts."""
    if resident(by, child_id, at).home_id not in by.homes_where(Verb.REPORT):
        raise NotHere


def _held(
    by: Person, child_id: int, key: UUID, at: datetime
) -> tuple[Child, Placement, FromHome | None]:
    """The child, held still, and the placement in the home; and the report, if it came before.

    Whoever sends a page twice waits here for the first, and then finds it.
    """
    child = children.lock(child_id)[child_id]
    rows = child.placements.select_related("home", "authority").defer("address")
    placement = standing_on(rows, _day(at))
    if placement is None or placement.home_id not in by.homes_where(Verb.REPORT):
        raise NotHere
    known = FromHome.objects.filter(key=key, home=placement.home_id).first()
    return child, placement, known


def _own_report(episode: Episode | None, placement: Placement, says: HomeSays) -> FromHome | None:
    if episode is None:
        return None
    return episode.from_homes.filter(home=placement.home_id, says=says).first()


def _back_at(theirs: Iterable[Episode]) -> datetime | None:
    """When the child came back last, or was found, as early as that may have been."""
    ends = [each.returned or each.found for each in theirs]
    return max((end.earliest for end in ends if end), default=None)


def _keep(
    says: HomeSays,
    episode: Episode,
    home: Organisation,
    words: Mapping[str, str],
    *,
    result: str,
    key: UUID,
    by: Person,
    at: datetime,
    **codes: str,
) -> FromHome:
    """The report as a delivery of one row, joined to the child by the home itself."""
    as_received = json.dumps(
        {name: word for name, word in words.items() if word}, ensure_ascii=False
    )
    delivery = notifications.take_delivery(
        as_received.encode(),
        sender=home,
        received_for=staff.council_of(episode.responsible_authority),
        filename=says.label,
        layout=LAYOUT,
        by=by,
        at=at,
    )
    draft = notifications.draft(
        Told(
            row_number=1,
            reference=f"E-{episode.pk}",
            digest=sha256(key.bytes).hexdigest(),
            as_received=as_received,
            forename=episode.child.forename,
            surname=episode.child.surname,
        ),
        delivery=delivery,
        result=result,
        child=episode.child,
        joined_because=BECAUSE,
        by=by,
        at=at,
        responsible_authority=episode.responsible_authority,
        host_authority=episode.host_authority,
        provider=episode.provider,
    )
    notifications.keep_all([draft], by=by, at=at)
    notifications.confirm_delivery(delivery, counts={result: 1}, by=by, at=at)
    episodes.rest_all([(episode, draft)])
    report = FromHome.objects.create(
        notification=draft,
        episode=episode,
        home=home,
        says=says,
        key=key,
        told_at=at,
        told_by=by,
        **codes,
    )
    journal.write(f"home: {says}", report, by=by, at=at)
    return report
