"""Children of the demonstration who were let in to their own pages, and what they wrote there."""

from datetime import datetime, timedelta

from returnhome.casework import acting, childs_part, ways_in
from returnhome.casework.episodes import EpisodeQuerySet
from returnhome.casework.models import Episode, Person, WayIn
from returnhome.management.demonstration.telling import MINUTE, Teller
from returnhome.rules.choosing import Asked
from returnhome.rules.codes import Device

COUNCIL, COORDINATOR, LANGUAGE = "Northshire", "amina", "en"


def tell(teller: Teller) -> None:
    """One who has a talk ahead wrote this morning and waits; another was read yesterday."""
    ahead = list(_ours().filter(booked_for__isnull=False, held_at=None)[:2])
    amina = teller.people[COORDINATOR]
    for episode, hours in zip(ahead, (2, 26), strict=False):
        at = teller.ago(hours)
        link = _opened(episode, amina, at)
        if hours < 24:
            childs_part.choose(
                link,
                {
                    "who": ["woman"],
                    "where": ["walk"],
                    "when": ["after_school"],
                    "needs": ["breaks"],
                },
                "With whom: not the man from last time",
                at=at + 2 * MINUTE,
            )
            _say(link, Asked.NOW, "tired. didnt sleep", ["tired", "worried"], at + 4 * MINUTE)
            _say(link, Asked.NOT, "dont ring when im at my dads", [], at + 6 * MINUTE)
        else:
            _say(link, Asked.HELP, "to stay at my school if i move", ["school"], at + 3 * MINUTE)
        childs_part.send(link, at=at + 7 * MINUTE)
        ways_in.leave(link, at=at + 8 * MINUTE)
        if hours >= 24:
            childs_part.read(episode, by=amina, at=at + timedelta(hours=1))


def _ours() -> EpisodeQuerySet:
    return (
        Episode.objects.counted()
        .filter(responsible_authority__name=COUNCIL, ended_at__isnull=False)
        .order_by("-ended_at", "pk")
    )


def _opened(episode: Episode, by: Person, at: datetime) -> WayIn:
    _, secret = ways_in.make(episode, device=Device.OWN, language=LANGUAGE, by=by, at=at)
    link, _ = ways_in.open_link(secret, at=at)
    return ways_in.told(link, language=LANGUAGE, at=at + MINUTE)


def _say(link: WayIn, asked: Asked, words: str, picked: list[str], at: datetime) -> None:
    childs_part.save(link, asked, words, picked, language=LANGUAGE, at=at)


@acting.as_system(acting.OPERATOR)
def link(now: datetime) -> str:
    """The secret of a new link, for a visitor who wants to see what a child sees."""
    amina = Person.objects.get(email__startswith=f"{COORDINATOR}@northshire.")
    episode = _ours().unsettled().filter(booked_for=None, held_at=None, answer="").first()
    if episode is None:
        return ""
    return ways_in.make(episode, device=Device.OWN, language=LANGUAGE, by=amina, at=now)[1]
