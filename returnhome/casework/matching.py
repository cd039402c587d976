"""Saying who an unnamed child is: joining to a child already known, and taking it back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from returnhome.casework import acting, children, episodes, journal, notifications
from returnhome.casework.children import Child, NotWaiting
from returnhome.casework.episodes import Basis, Episode
from returnhome.casework.journal import JournalEntry, JournalQuerySet
from returnhome.casework.notifications import Notification
from returnhome.casework.owners import Owners
from returnhome.casework.staff import Person
from returnhome.rules import Blocked


class NotJoined(Blocked):
    sentence = "This record has not been joined to a child."


class NotNamed(Blocked):
    sentence = "Nobody has said yet who that child is either. Name one of the two first."


class NotByRule(Blocked):
    sentence = (
        "No rule joined this episode to the child: a person opened it here, or said whose it is. "
        "A join that a person made can be taken back on the child’s page."
    )


class OneInterviewForBoth(Blocked):
    sentence = (
        "One interview answers for episodes of both records, so they cannot be taken apart. "
        "A booking can be made again for one of them alone."
    )


JOIN, SEPARATE = "join child", "separate child"


@transaction.atomic
@acting.as_system(acting.PASSING_ON)
def join(
    stranger: Child,
    child: Child,
    *,
    owners: Mapping[int, Owners],
    because: str,
    by: Person,
    at: datetime,
) -> Child:
    """Say that the child not yet named is this known one: episodes and notifications move over.

    `owners` says per episode who must act, now that the child's care is known. Where the child has
    an episode over the same time already, it is one missing episode that two told of. Raises
    episodes.Overlaps where it would be several, HasWork where an offer or talk stands on what was
    told, NotWaiting when somebody was quicker, NotNamed for a child who is not known either.
    """
    held = children.lock(stranger.pk, child.pk)
    stranger, child = held[stranger.pk], held[child.pk]
    if not stranger.is_waiting:
        raise NotWaiting
    if not child.is_confirmed:
        raise NotNamed
    theirs = episodes.lock(*stranger.episodes.values_list("pk", flat=True))
    for told, known in told_twice(theirs, child).items():
        episodes.count_as(told, known, by=by, at=at)
    theirs = episodes.lock(*(each.pk for each in theirs))
    _move(theirs, child, owners, by=by, at=at)
    notifications.join(stranger, child, because=because, by=by, at=at)
    stranger.joined_to, stranger.joined_at, stranger.joined_by = child, at, by
    stranger.save(update_fields=["joined_to", "joined_at", "joined_by"])
    journal.write(JOIN, stranger, by=by, at=at, child_id=child.pk)
    return child


def told_twice(theirs: Iterable[Episode], child: Child) -> dict[Episode, Episode]:
    """Which of these were told of before, as episodes of the child over the same time."""
    known = list(child.episodes.counted().order_by("started_at"))
    found: dict[Episode, Episode] = {}
    for told in theirs:
        over = [each for each in known if episodes.do_overlap(told.span, each.span)]
        if told.is_voided or not over:
            continue
        if len(over) > 1:
            raise episodes.Overlaps("The child has more than one episode over that time.")
        found[told] = over[0]
    return found


def _move(
    theirs: list[Episode], child: Child, owners: Mapping[int, Owners], *, by: Person, at: datetime
) -> None:
    """Put episodes under a child, and the interviews that answer for them."""
    for episode in theirs:
        episodes.move(episode, child, owners=owners.get(episode.pk), by=by, at=at)
    moved = {each.pk: each for episode in theirs for each in episode.interviews.all()}
    for _, interview in sorted(moved.items()):
        interview.child = child
        interview.save(update_fields=["child"])
        journal.write("move interview", interview, by=by, at=at)


def _share_an_interview(theirs: list[Episode]) -> bool:
    """Whether an interview, booked or held, answers for one of these and for another besides."""
    ids = [episode.pk for episode in theirs]
    beside = Episode.objects.exclude(pk__in=ids)
    return beside.filter(
        coverages__interview__not_held_at=None,
        coverages__interview__coverages__episode__in=ids,
    ).exists()


@acting.as_system(acting.PASSING_ON)
def joined_to(stranger: Child) -> Child | None:
    """The child that somebody said the stranger is: it may be another council's by now."""
    theirs = Child.objects.select_related("responsible_authority")
    return theirs.filter(joined=stranger).first()


@acting.as_system(acting.PASSING_ON)
def came_with(stranger: Child) -> list[Episode]:
    """The episodes that were opened under the stranger, under whomever they stand now."""
    theirs = Episode.objects.filter(bases__notification__opened_under=stranger)
    return list(theirs.distinct().order_by("pk"))


@transaction.atomic
@acting.as_system(acting.PASSING_ON)
def separate(stranger: Child, *, owners: Mapping[int, Owners], by: Person, at: datetime) -> Child:
    """Take a join back: what came with the stranger goes back to it and waits again.

    Raises NotJoined, and OneInterviewForBoth: what one child said never stands in another's record.
    """
    child_id = Child.objects.values_list("joined_to_id", flat=True).get(pk=stranger.pk)
    stranger = children.lock(*filter(None, (stranger.pk, child_id)))[stranger.pk]
    if child_id is None or stranger.joined_to_id != child_id:
        raise NotJoined
    stranger.joined_to = stranger.joined_at = stranger.joined_by = None
    stranger.save(update_fields=["joined_to", "joined_at", "joined_by"])
    theirs = episodes.lock(*(episode.pk for episode in came_with(stranger)))
    if _share_an_interview(theirs):
        raise OneInterviewForBoth
    _move(theirs, stranger, owners, by=by, at=at)
    for told in theirs:
        episodes.stand_apart(told, by=by, at=at)
    # Rows of the same reference that came after the join belong to it too.
    bases = Basis.objects.filter(episode__in=theirs)
    notifications.separate(stranger, bases.values_list("notification_id", flat=True))
    journal.write(SEPARATE, stranger, by=by, at=at, child_id=child_id)
    return stranger


def by_rule(episode: Episode) -> list[Notification]:
    """What told of the episode, where a rule alone said whose it is; else nothing."""
    told = Q(basis__episode=episode) | Q(basis__episode__same_as=episode)
    rows = list(Notification.objects.filter(told).order_by("pk"))
    return rows if is_by_rule(rows) else []


def is_by_rule(rows: Sequence[Notification]) -> bool:
    """Whether a rule alone said whose an episode is of which all these told; no home, no person."""
    return bool(rows) and all(
        row.joined_because in notifications.RULES and not row.opened_under_id for row in rows
    )


@transaction.atomic
@acting.as_system(acting.PASSING_ON)
def unmatch(episode: Episode, *, owners: Owners | None, by: Person, at: datetime) -> Child:
    """Say that an episode which a rule joined to a child is another's; gives whoever it is.

    It goes, with all that told of it, under a child not yet named and waits for a person. `owners`:
    who must act, by what was told. Raises NotByRule, and OneInterviewForBoth as `separate` does.
    """
    child = children.lock(episode.child_id)[episode.child_id]
    (episode,) = episodes.lock(episode.pk)
    rows = by_rule(episode)
    if not rows or episode.child_id != child.pk:
        raise NotByRule
    if _share_an_interview([episode]):
        raise OneInterviewForBoth
    first = rows[0]
    stranger = children.open_record(
        forename=first.forename,
        surname=first.surname,
        born_on=first.born_on,
        sex=first.sex,
        responsible_authority=(owners or episode).responsible_authority,
        host_authority=(owners or episode).host_authority,
        provider=(owners or episode).provider,
        is_confirmed=False,
        by=by,
        at=at,
    )
    _move([episode], stranger, {episode.pk: owners} if owners else {}, by=by, at=at)
    notifications.separate(stranger, [row.pk for row in rows])
    journal.write(SEPARATE, stranger, by=by, at=at, child_id=child.pk)
    return stranger


def once_mistaken(child_ids: Iterable[int]) -> set[int]:
    """Those of these children from whom somebody took back what had been joined to them."""
    taken_back = JournalEntry.objects.filter(
        kind="child", verb=SEPARATE, child_id__in=set(child_ids)
    )
    return {pk for pk in taken_back.values_list("child_id", flat=True) if pk}


@dataclass(frozen=True)
class Turn:
    """A join, or one taken back: by whom, when, and of the last join why."""

    stranger_id: int
    child_id: int
    is_join: bool
    by: Person
    at: datetime
    because: str


def history_of(stranger: Child) -> list[Turn]:
    """Whom this record was ever joined to, and who took it back; the newest first."""
    return _turns(JournalEntry.objects.filter(object_id=stranger.pk))


def history_under(child: Child) -> list[Turn]:
    """What was ever joined to this child, and who took it back; the newest first."""
    return _turns(JournalEntry.objects.filter(child_id=child.pk))


def _turns(entries: JournalQuerySet) -> list[Turn]:
    made = list(entries.filter(kind="child", verb__in=(JOIN, SEPARATE)).newest_first())
    people = Person.objects.in_bulk({entry.by_id for entry in made})
    why = _last_reasons(entry.object_id for entry in made if entry.object_id)
    turns = []
    for entry in made:
        stranger_id, child_id = entry.object_id, entry.child_id
        assert stranger_id
        assert child_id
        is_join = entry.verb == JOIN
        because = why.pop(stranger_id, "") if is_join else ""
        turns.append(Turn(stranger_id, child_id, is_join, people[entry.by_id], entry.at, because))
    return turns


@acting.as_system(acting.PASSING_ON)
def _last_reasons(strangers: Iterable[int]) -> dict[int, str]:
    """Why each was joined when it last was."""
    rows = Notification.objects.filter(opened_under__in=set(strangers)).exclude(joined_because="")
    return dict(rows.order_by("-pk").values_list("opened_under_id", "joined_because"))
