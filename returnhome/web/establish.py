"""What is to be established of an episode's child, with the pages that do it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from returnhome.casework.children import Doubt
from returnhome.casework.episodes import Episode
from returnhome.casework.staff import Person
from returnhome.rules import establishing
from returnhome.rules.access import Verb
from returnhome.rules.caring import About
from returnhome.rules.establishing import Answering

# The page of each answer, and what a person must be allowed for it.
PAGES = {
    Answering.CARE: "look-after-child",
    Answering.PLACEMENT: "place-child",
    Answering.HOME: "live-at-child",
    Answering.BIRTH_DATE: "set-birth-date-child",
}
BADGE = ("To be established", "yellow")


@dataclass(frozen=True)
class ToEstablish:
    """One question, and the pages on which it can be answered: label and address."""

    words: str
    links: Sequence[tuple[str, str]]


def is_theirs(episode: Episode, person: Person) -> bool:
    """Whether the person's list says that something is to be established of this episode."""
    child = episode.child
    is_asked = child.is_confirmed and establishing.is_any(episode.flags)
    return is_asked and child.allows(person, Verb.PLACE)


def for_episode(episode: Episode, person: Person) -> list[ToEstablish]:
    """What this person can establish. One query at the most."""
    child = episode.child
    if episode.is_voided:
        return []
    if not child.is_confirmed:
        if not (child.is_waiting and child.allows(person, Verb.MATCH)):
            return []
        link = (Answering.MATCH.label, reverse("match-child", args=[child.pk]))
        return [ToEstablish(establishing.WHO.words, [link])]
    if not child.allows(person, Verb.PLACE):
        return []
    doubts = list(
        Doubt.objects.visible_to(person)
        .filter(child=child)
        .open()
        .defer("said", "said_by")
        .oldest_first()
    )
    asked = [
        ToEstablish(question.words, _links(question.where, episode, person))
        for question in establishing.questions(episode.flags, is_named=True)
        if question.where != (Answering.DOUBT,)
    ]
    return asked + [
        ToEstablish(
            f"{About(doubt.about).label}: which is right, the record or what was said?",
            [(Answering.DOUBT.label, reverse("settle-doubt", args=[doubt.pk]))],
        )
        for doubt in doubts
    ]


def _links(where: Sequence[Answering], episode: Episode, person: Person) -> list[tuple[str, str]]:
    links = [
        (each.label, reverse(PAGES[each], args=[episode.child_id]))
        for each in where
        if each in PAGES
    ]
    if Answering.KIND in where and episode.allows(person, Verb.OFFER):
        links.append((Answering.KIND.label, reverse("classify-episode", args=[episode.pk])))
    return links
