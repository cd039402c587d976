"""Who of those that are told on purpose has not been told yet, and where that is begun."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from returnhome.casework import composing
from returnhome.casework.children import Child
from returnhome.casework.concerns import NotedConcern
from returnhome.casework.episodes import Episode
from returnhome.casework.shares import NotShared, Share
from returnhome.casework.staff import Person
from returnhome.rules import telling_on_purpose
from returnhome.rules.access import Relation, Verb
from returnhome.rules.adult_pathway import was_looked_after
from returnhome.rules.codes import Cohort, Concern
from returnhome.rules.sharing import Purpose, Recipient
from returnhome.rules.telling_on_purpose import ToTell


@dataclass(frozen=True)
class NotTold:
    """Somebody of whom there is no share yet, or one that is still being written."""

    who: ToTell
    href: str
    is_begun: bool
    # Where it is decided not to tell them.
    href_not: str


def begins(episode_id: int, recipient: Recipient, purpose: Purpose) -> str:
    """Where a share with them is begun, with both filled in."""
    return (
        f"{reverse('begin-share', args=[episode_id])}?recipient={recipient.value}"
        f"&purpose={purpose.value}"
    )


def may_bring(child: Child, person: Person) -> bool:
    """Whether this person may bring this child to an exploitation panel; no query."""
    return child.joined_to_id is None and person.may_about(child, Verb.SHARE, Relation.RESPONSIBLE)


def not_told(episode: Episode, person: Person, now: datetime) -> Sequence[NotTold]:
    """Derived from care, concerns and shares; nothing of it is kept. Three queries."""
    if episode.is_voided:
        return []
    standing = NotedConcern.objects.visible_to(person).about(episode.child_id).standing()
    those = telling_on_purpose.to_tell(
        is_looked_after=was_looked_after(Cohort(episode.cohort), episode.flags),
        has_protection_plan=standing.filter(concern=Concern.CHILD_PROTECTION_PLAN).exists(),
        missed=composing.school_days(episode, now),
    )
    shared = Share.objects.visible_to(person).filter(episode=episode, recalled_at=None, left=None)
    begun: dict[str, int] = {}
    told = set()
    for pk, recipient, is_sent in shared.values_list("pk", "recipient", "sent_at").order_by("pk"):
        if is_sent:
            told.add(recipient)
        else:
            begun[recipient] = pk
    left = NotShared.objects.visible_to(person).filter(episode=episode)
    missing = telling_on_purpose.not_yet_told(
        those, told=told, left=set(left.values_list("recipient", flat=True))
    )
    return [_not_told(each, episode, begun.get(each.recipient)) for each in missing]


def _not_told(each: ToTell, episode: Episode, draft: int | None) -> NotTold:
    if draft is None:
        begin = begins(episode.pk, each.recipient, each.purpose)
        leave = f"{reverse('not-share', args=[episode.pk])}?recipient={each.recipient.value}"
        return NotTold(each, begin, is_begun=False, href_not=leave)
    return NotTold(
        each,
        reverse("write-share", args=[draft]),
        is_begun=True,
        href_not=reverse("put-away-share", args=[draft]),
    )
