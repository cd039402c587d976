"""Saying who an unnamed child is: joining to a child already known, and taking it back."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from returnhome.casework import episodes, journal, notifications
from returnhome.casework.children import Child, NotWaiting
from returnhome.casework.episodes import Basis, Episode
from returnhome.casework.owners import Owners
from returnhome.casework.staff import Person
from returnhome.rules import Blocked


class NotJoined(Blocked):
    sentence = "This record has not been joined to a child."


@transaction.atomic
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

    `owners` says per episode who must act, now that the child's care is known. Raises
    episodes.Overlaps when the child has an episode over the same time, NotWaiting when somebody
    was quicker.
    """
    stranger = Child.objects.select_for_update().get(pk=stranger.pk)
    if not stranger.is_waiting:
        raise NotWaiting
    for episode in stranger.episodes.order_by("pk"):
        episodes.move(episode, child, owners=owners.get(episode.pk), by=by, at=at)
    notifications.join(stranger, child, because=because, by=by, at=at)
    stranger.joined_to, stranger.joined_at, stranger.joined_by = child, at, by
    stranger.save(update_fields=["joined_to", "joined_at", "joined_by"])
    journal.write("join child", stranger, by=by, at=at, child_id=child.pk)
    return child


def came_with(stranger: Child) -> list[Episode]:
    """The episodes that were opened under the stranger, under whomever they stand now."""
    theirs = Episode.objects.filter(bases__notification__opened_under=stranger)
    return list(theirs.distinct().order_by("pk"))


@transaction.atomic
def separate(stranger: Child, *, owners: Mapping[int, Owners], by: Person, at: datetime) -> Child:
    """Take a join back: what came with the stranger goes back to it and waits again."""
    stranger = Child.objects.select_for_update().get(pk=stranger.pk)
    if stranger.joined_to_id is None:
        raise NotJoined
    child_id = stranger.joined_to_id
    stranger.joined_to = stranger.joined_at = stranger.joined_by = None
    stranger.save(update_fields=["joined_to", "joined_at", "joined_by"])
    theirs = came_with(stranger)
    for episode in theirs:
        episodes.move(episode, stranger, owners=owners.get(episode.pk), by=by, at=at)
    # Rows of the same reference that came after the join belong to it too.
    bases = Basis.objects.filter(episode__in=theirs)
    notifications.separate(stranger, bases.values_list("notification_id", flat=True))
    journal.write("separate child", stranger, by=by, at=at, child_id=child_id)
    return stranger
