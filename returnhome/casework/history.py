"""History: past episodes brought in from a council's earlier records, and taken back as one.

What earlier records say of an interview is kept beside the episode in their own words. It is no
offer, no answer and no interview record of ours: nobody here made it, and it has no answers to the
standard's questions.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Q

from returnhome.casework import (
    acting,
    agreements,
    children,
    episodes,
    journal,
    owners,
    registers,
    sealing,
    tallies,
)
from returnhome.casework.children import (
    Address,
    Alias,
    CarePeriod,
    Child,
    Identifier,
    Placement,
)
from returnhome.casework.episodes import Classification, Episode, Opening
from returnhome.casework.places import Authority
from returnhome.casework.sealing import HasKeyring, SealedBytes, SealedJson, SealedText
from returnhome.casework.staff import ANSWERING, Organisation, Person
from returnhome.rules import Blocked
from returnhome.rules.access import Verb
from returnhome.rules.clock import Moment, Precision
from returnhome.rules.codes import (
    Answer,
    DeclinedBy,
    Earlier,
    EpisodeKind,
    NotHeldReason,
    RiskGrade,
)
from returnhome.rules.naming import folded

# How the times of a past episode name where they are from.
SOURCE = "Earlier records: "
# Written together: enough to spare questions, few enough to hold in memory.
TOGETHER = 500


class BroughtAlready(Blocked):
    sentence = "These files have been brought in already."


class NotBrought(Blocked):
    sentence = "These files have not been brought in."


class TakenBackAlready(Blocked):
    sentence = "This has been taken back already."


class ReasonMissing(Blocked):
    sentence = "Say why it is taken back."
    field = "because"


class WorkedOn(Blocked):
    """Somebody has worked since on what was brought in."""


class NoSuchBringing(Blocked):
    field = "take_back"


class BringingQuerySet(models.QuerySet["Bringing"]):
    def visible_to(self, person: Person) -> "BringingQuerySet":
        """Those of the councils for which the person takes files in."""
        return self.filter(brought_for_id__in=person.reach.intake)

    def newest_first(self) -> "BringingQuerySet":
        return self.order_by("-received_at", "-pk")


class Bringing(HasKeyring):
    """Files of a council's earlier records: looked at, brought in as one, and taken back as one.

    From `live_since` on an episode that ended is work as any other; what ended before is settled as
    the records left it. `report`: what came of it, and what would be or was lost.
    """

    brought_for = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    live_since = models.DateField()
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    brought_at = models.DateTimeField(null=True)
    brought_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    report = SealedJson(null=True)
    children = models.PositiveIntegerField(default=0)
    episodes = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    taken_back_because = models.CharField(max_length=200, default="", blank=True)
    # Episodes that stayed when it was taken back, because somebody had worked on them.
    kept = models.PositiveIntegerField(default=0)

    objects = BringingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(brought_at__isnull=True, brought_by__isnull=True)
                | Q(brought_at__isnull=False, brought_by__isnull=False),
                name="history_is_brought_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(
                    taken_back_at__isnull=True, taken_back_by__isnull=True, taken_back_because=""
                )
                | (
                    Q(
                        brought_at__isnull=False,
                        taken_back_at__isnull=False,
                        taken_back_by__isnull=False,
                    )
                    & ~Q(taken_back_because="")
                ),
                name="history_is_taken_back_by_somebody_and_why",
            ),
        ]

    @property
    def is_brought(self) -> bool:
        return self.brought_at is not None

    @property
    def is_taken_back(self) -> bool:
        return self.taken_back_at is not None


class BringingFileQuerySet(models.QuerySet["BringingFile"]):
    def visible_to(self, person: Person) -> "BringingFileQuerySet":
        return self.filter(bringing__in=Bringing.objects.visible_to(person))


class BringingFile(models.Model):
    """One of the files; its content is kept until it is brought in or thrown away."""

    sealed_under = "bringing"

    bringing = models.ForeignKey(Bringing, models.CASCADE, related_name="files")
    filename = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    content = SealedBytes(null=True)

    objects = BringingFileQuerySet.as_manager()


class EarlierRecordQuerySet(models.QuerySet["EarlierRecord"]):
    def visible_to(self, person: Person) -> "EarlierRecordQuerySet":
        """As an account: its notes may be what the child said."""
        return self.filter(
            person.whose(Verb.SEE_ACCOUNT, *ANSWERING, of="episode__", child="episode__child")
        )


class EarlierRecord(models.Model):
    """What a council's earlier records say of one episode, kept as its row was received.

    `says` is what it comes to; `is_counted`: whether it settled the episode and figures go by it.
    `offered`, `answer` and what else is empty is not known.
    """

    sealed_under = "episode"

    bringing = models.ForeignKey(Bringing, models.PROTECT, related_name="records")
    brought_for = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    episode = models.OneToOneField(Episode, models.PROTECT, related_name="earlier_record")
    source = models.CharField(max_length=200)
    row_number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    as_received = SealedText()
    says = models.CharField(max_length=20)
    is_counted = models.BooleanField()
    offered = models.BooleanField(null=True)
    offered_on = models.DateField(null=True)
    answer = models.CharField(max_length=20, default="", blank=True)
    declined_by = models.CharField(max_length=20, default="", blank=True)
    held_at = models.DateTimeField(null=True)
    held_precision = models.CharField(max_length=20, default="", blank=True)
    not_held = models.CharField(max_length=30, default="", blank=True)
    # Whoever held it, and for whom, by the records: they may be nobody of this system.
    interviewer = models.CharField(max_length=120, default="", blank=True)
    body = models.CharField(max_length=120, default="", blank=True)
    notes = SealedText()

    objects = EarlierRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brought_for", "digest"], name="the_same_past_row_is_kept_once"
            ),
            models.CheckConstraint(condition=~Q(says=""), name="an_earlier_record_says_something"),
            models.CheckConstraint(
                condition=Q(held_at__isnull=True, held_precision="")
                | Q(
                    held_at__isnull=False, held_precision__regex=r"^(exact|date|estimated:[0-9]+)$"
                ),
                name="an_earlier_interview_has_a_precision",
            ),
        ]

    @property
    def said(self) -> Earlier:
        return Earlier(self.says)

    @property
    def held(self) -> Moment | None:
        if self.held_at is None:
            return None
        return Moment(self.held_at, Precision.parse(self.held_precision))

    @property
    def child_id(self) -> int:
        return self.episode.child_id


class BroughtChildQuerySet(models.QuerySet["BroughtChild"]):
    def visible_to(self, person: Person) -> "BroughtChildQuerySet":
        return self.filter(child__in=Child.objects.visible_to(person))


class BroughtChild(models.Model):
    """That a child's record was opened by a bringing."""

    bringing = models.ForeignKey(Bringing, models.PROTECT, related_name="opened")
    child = models.OneToOneField(Child, models.PROTECT, related_name="brought")

    objects = BroughtChildQuerySet.as_manager()


@dataclass(frozen=True, kw_only=True)
class Past:
    """One past episode to be brought in, of a child who is known."""

    child: int
    kind: EpisodeKind
    moments: Mapping[str, Moment | None]
    says: Earlier
    # Settled as the records left it; else it is work as any other.
    is_counted: bool
    risk: RiskGrade | None = None
    offered: bool | None = None
    offered_on: date | None = None
    answer: Answer | None = None
    declined_by: DeclinedBy | None = None
    held: Moment | None = None
    not_held: NotHeldReason | None = None
    interviewer: str = ""
    body: str = ""
    notes: str = ""
    source: str
    row: int
    digest: str
    as_received: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
@acting.as_system(acting.INTAKE)
def receive(
    files: Iterable[tuple[str, bytes]],
    *,
    brought_for: Organisation,
    live_since: date,
    by: Person,
    at: datetime,
) -> Bringing:
    """Keep files to be looked at, each a name and its content."""
    bringing = Bringing.objects.create(
        brought_for=brought_for, live_since=live_since, received_at=at, received_by=by
    )
    for name, content in files:
        BringingFile.objects.create(
            bringing=bringing,
            filename=name[:200],
            digest=sha256(content).hexdigest(),
            content=content,
        )
    journal.write("receive history", bringing, by=by, at=at)
    return bringing


@transaction.atomic
@acting.as_system(acting.INTAKE)
def discard(bringing: Bringing, *, by: Person, at: datetime) -> None:
    """Throw away files that were looked at and not brought in. Raises BroughtAlready."""
    held = take_up(bringing)
    journal.write("discard history", held, by=by, at=at)
    held.files.all().delete()
    Bringing.objects.filter(pk=held.pk)._raw_delete(Bringing.objects.db)


def take_up(bringing: Bringing) -> Bringing:
    """Hold it so that it can be brought in: those of one council go in one after the other.

    Raises BroughtAlready, also for one that was thrown away meanwhile.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=bringing.brought_for_id)
    held = Bringing.objects.select_for_update(of=("self",)).filter(pk=bringing.pk).first()
    if held is None or held.is_brought:
        raise BroughtAlready
    return held


# Who is meant. Of other councils' children nothing is said here, not even that they are known.


def by_number(authority: Authority, numbers: Iterable[str]) -> dict[str, set[int]]:
    """The children of this council whom its register or its system knows by these numbers."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    known = Identifier.objects.filter(
        kind__in=(Identifier.REGISTER, Identifier.COUNCIL),
        issuer=registers.issuer(authority),
        value__in=set(numbers),
        child__responsible_authority=authority,
        child__confirmed_at__isnull=False,
    )
    for value, child_id in known.values_list("value", "child_id"):
        found[value].add(child_id)
    return found


def by_name(
    authority: Authority, whom: Iterable[tuple[str, date]]
) -> dict[tuple[str, date], set[int]]:
    """The children of this council with just these names and birth dates, also by other names.

    The name is as `naming.folded` has it.
    """
    wanted = set(whom)
    found: defaultdict[tuple[str, date], set[int]] = defaultdict(set)
    theirs = Q(responsible_authority=authority, confirmed_at__isnull=False)
    born = {day for _, day in wanted}
    names = {name for name, _ in wanted}
    own = Child.objects.filter(theirs, born_on__in=born, folded_name__in=names)
    for pk, name, day in own.values_list("pk", "folded_name", "born_on"):
        if day:
            found[name, day].add(pk)
    others = Alias.objects.filter(
        folded_name__in=names, child__in=Child.objects.filter(theirs, born_on__in=born)
    )
    for pk, name, day in others.values_list("child_id", "folded_name", "child__born_on"):
        if day:
            found[name, day].add(pk)
    return {key: pks for key, pks in found.items() if key in wanted}


def named(forename: str, surname: str) -> str:
    return folded(f"{forename} {surname}")


def births(child_ids: Iterable[int]) -> dict[int, date | None]:
    return dict(Child.objects.filter(pk__in=set(child_ids)).values_list("pk", "born_on"))


def known_rows(council: Organisation, digests: Iterable[str]) -> set[str]:
    """Which of these rows were brought in before, and not taken back."""
    rows = EarlierRecord.objects.filter(brought_for=council, digest__in=list(digests))
    return set(rows.values_list("digest", flat=True))


def known_episodes(child_ids: Iterable[int]) -> dict[int, list[Episode]]:
    """The episodes of these children that count, oldest first."""
    found: defaultdict[int, list[Episode]] = defaultdict(list)
    theirs = Episode.objects.counted().filter(child__in=set(child_ids))
    for episode in theirs.order_by("started_at", "pk"):
        found[episode.child_id].append(episode)
    return found


def note_opened(bringing: Bringing, register_ids: Iterable[str]) -> int:
    """Note which children's records it opened; gives how many."""
    authority = bringing.brought_for.authority
    assert authority
    opened = Identifier.objects.filter(
        kind=Identifier.REGISTER,
        issuer=registers.issuer(authority),
        value__in=list(register_ids),
    )
    made = BroughtChild.objects.bulk_create(
        [
            BroughtChild(bringing=bringing, child_id=pk)
            for pk in opened.values_list("child_id", flat=True)
        ]
    )
    return len(made)


@transaction.atomic
def open_past(bringing: Bringing, pasts: Sequence[Past], *, by: Person, at: datetime) -> None:
    """Open past episodes, and keep beside each what the earlier records say of it.

    Raises what `episodes.open_all` does.
    """
    authority = bringing.brought_for.authority
    standing = agreements.standing()
    with tallies.gathered():
        for first in range(0, len(pasts), TOGETHER):
            some = pasts[first : first + TOGETHER]
            known = children.with_care({past.child for past in some})
            by_source: defaultdict[str, list[Past]] = defaultdict(list)
            for past in some:
                by_source[past.source].append(past)
            for source, theirs in by_source.items():
                openings = [
                    _opening(past, known[past.child], authority, standing) for past in theirs
                ]
                opened = episodes.open_all(openings, source=f"{SOURCE}{source}", by=by, at=at)
                records = [
                    _record(bringing, past, episode)
                    for past, episode in zip(theirs, opened, strict=True)
                ]
                sealing.at_hand_for(records)
                EarlierRecord.objects.bulk_create(records)


def _opening(
    past: Past, child: Child, authority: Authority | None, standing: agreements.Standing
) -> Opening:
    start = next(filter(None, map(past.moments.get, ("last_seen", "reported"))))
    end = past.moments.get("returned") or past.moments.get("found")
    return Opening(
        child=child,
        kind=past.kind,
        moments=past.moments,
        owners=owners.of_child(
            child,
            kind=past.kind,
            started_on=start.day,
            ended_on=end.day if end else None,
            received_by=authority,
            standing=standing,
        ),
        risk=past.risk,
        earlier=past.says if past.is_counted else None,
        held=past.held if past.is_counted else None,
        not_held=past.not_held if past.is_counted else None,
    )


def _record(bringing: Bringing, past: Past, episode: Episode) -> EarlierRecord:
    return EarlierRecord(
        bringing=bringing,
        brought_for_id=bringing.brought_for_id,
        episode=episode,
        source=past.source[:200],
        row_number=past.row,
        digest=past.digest,
        as_received=json.dumps(dict(past.as_received), ensure_ascii=False),
        says=past.says,
        is_counted=past.is_counted,
        offered=past.offered,
        offered_on=past.offered_on,
        answer=past.answer or "",
        declined_by=past.declined_by or "",
        held_at=past.held.at if past.held else None,
        held_precision=str(past.held.precision) if past.held else "",
        not_held=past.not_held or "",
        interviewer=past.interviewer[:120],
        body=past.body[:120],
        notes=past.notes,
    )


@transaction.atomic
def close(bringing: Bringing, report: Mapping[str, Any], *, by: Person, at: datetime) -> Bringing:
    """Close it with what came of it. The files themselves are no longer needed."""
    bringing.brought_at, bringing.brought_by = at, by
    bringing.report = dict(report)
    for name in ("children", "episodes", "refused"):
        setattr(bringing, name, report["counts"][name])
    bringing.save()
    bringing.files.update(content=None)
    journal.write("bring history", bringing, by=by, at=at)
    return bringing


def of_episode(episode: Episode, person: Person) -> EarlierRecord | None:
    """What earlier records say of it, for whoever may read an account; no query for any other."""
    if not episode.told_by.startswith(SOURCE):
        return None
    return EarlierRecord.objects.visible_to(person).filter(episode=episode).first()


def talks_with(child: Child, person: Person) -> list[EarlierRecord]:
    """What earlier records say of interviews held with the child, for whoever may read an account;
    the newest first."""
    theirs = EarlierRecord.objects.visible_to(person).filter(episode__child=child)
    held = theirs.filter(says=Earlier.HELD).select_related("episode")
    return list(held.order_by("-episode__started_at", "-pk"))


# Taking back.


@dataclass(frozen=True)
class Undoing:
    """What taking back would undo: episodes and children's records, by number.

    `kept` are episodes that stay because somebody has worked on them since, `staying` the children
    whose record is used by something else.
    """

    episodes: tuple[int, ...]
    children: tuple[int, ...]
    kept: tuple[int, ...]
    staying: tuple[int, ...]

    @property
    def sentence(self) -> str:
        """Why not all of it can be taken back; empty where all can."""
        if not self.kept:
            return ""
        one = len(self.kept) == 1
        which = ", ".join(f"episode {pk}" for pk in self.kept[:5])
        more = f" and {len(self.kept) - 5} more" if len(self.kept) > 5 else ""
        return (
            f"Somebody has worked since on {which}{more}: "
            f"{'it stays' if one else 'they stay'}, with what was brought in of "
            f"{'it' if one else 'them'}."
        )


@acting.as_system(acting.INTAKE)
@transaction.atomic
def undoing(bringing: Bringing) -> Undoing:
    """What taking it back would undo just now."""
    theirs = list(bringing.records.order_by("episode_id").values_list("episode_id", flat=True))
    kept = _worked_on(theirs)
    gone = [pk for pk in theirs if pk not in kept]
    opened = list(bringing.opened.order_by("child_id").values_list("child_id", flat=True))
    used = _in_use(opened, gone)
    return Undoing(
        episodes=tuple(gone),
        children=tuple(pk for pk in opened if pk not in used),
        kept=tuple(sorted(kept)),
        staying=tuple(sorted(used)),
    )


def _worked_on(episode_ids: Sequence[int]) -> set[int]:
    return _asked("returnhome_worked_on", list(episode_ids))


def _in_use(child_ids: Sequence[int], but: Sequence[int]) -> set[int]:
    return _asked("returnhome_children_in_use", list(child_ids), list(but))


def _asked(function: str, *ids: list[int]) -> set[int]:
    if not ids[0]:
        return set()
    marks = ", ".join("%s::bigint[]" for _ in ids)
    with connection.cursor() as cursor:
        cursor.execute(f"select public.{function}({marks})", list(ids))
        (found,) = cursor.fetchone()
    return set(found or ())


@transaction.atomic
@acting.as_system(acting.INTAKE)
def take_back(
    bringing: Bringing, *, because: str, leave: bool = False, by: Person, at: datetime
) -> Undoing:
    """Take back all that a bringing made; the journal and the reason stay.

    Episodes that somebody has worked on since stay where `leave` says so; else it raises WorkedOn,
    naming them. Raises NotBrought, TakenBackAlready, ReasonMissing.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=bringing.brought_for_id)
    bringing = Bringing.objects.select_for_update(of=("self",)).get(pk=bringing.pk)
    if not bringing.is_brought:
        raise NotBrought
    if bringing.is_taken_back:
        raise TakenBackAlready
    if not because.strip():
        raise ReasonMissing
    children.lock(
        *bringing.opened.values_list("child_id", flat=True),
        *bringing.records.values_list("episode__child_id", flat=True),
    )
    theirs = episodes.lock(*bringing.records.values_list("episode_id", flat=True))
    undone = undoing(bringing)
    if undone.kept and not leave:
        raise WorkedOn(f"{undone.sentence} Say that these may stay, or take the work back first.")
    gone = [episode for episode in theirs if episode.pk in set(undone.episodes)]
    with tallies.gathered():
        for episode in gone:
            tallies.shift(episode.counts, None)
    journal.write_all("take back episode", gone, by=by, at=at)
    journal.write_all("take back child", Child.objects.filter(pk__in=undone.children), by=by, at=at)
    try:
        _delete(undone)
    except IntegrityError as error:
        raise WorkedOn(
            "Somebody is working on what was brought in just now: try again in a moment."
        ) from error
    bringing.taken_back_at, bringing.taken_back_by = at, by
    bringing.taken_back_because, bringing.kept = because.strip()[:200], len(undone.kept)
    # What the refused rows say of children goes with the rest.
    bringing.report = None
    bringing.save()
    journal.write("take back history", bringing, by=by, at=at)
    return undone


def _delete(undone: Undoing) -> None:
    """Of each row just itself: what else hung on it, the database would refuse to leave hanging."""
    of_episodes = {"episode__in": undone.episodes}
    of_children = {"child__in": undone.children}
    for model, which in (
        (EarlierRecord, of_episodes),
        (Classification, of_episodes),
        (Episode, {"pk__in": undone.episodes}),
        *((each, of_children) for each in (Identifier, CarePeriod, Placement, Address)),
        (BroughtChild, of_children),
        (Child, {"pk__in": undone.children}),
    ):
        rows = model._default_manager.filter(**which)
        rows._raw_delete(rows.db)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")
