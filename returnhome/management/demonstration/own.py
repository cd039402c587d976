"""Children of the demonstration who were let in to their own pages, and what they wrote there."""

from datetime import datetime, timedelta
from functools import partial

from returnhome.casework import acting, childs_part, releases, ways_in
from returnhome.casework.episodes import EpisodeQuerySet
from returnhome.casework.models import Episode, HowItWas, Person, WayIn
from returnhome.management.demonstration import drawn
from returnhome.management.demonstration.telling import MINUTE, Teller
from returnhome.reporting.figures import quarter_before
from returnhome.rules.choosing import Asked
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Device
from returnhome.rules.making import Making
from returnhome.rules.measures import quarter_of
from returnhome.rules.releasing import Kind, Promise, State

COUNCIL, COORDINATOR, LANGUAGE = "Northshire", "amina", "en"

# Listened to, could choose, felt safe.
HOW_IT_WAS = (
    ("yes", "yes", "yes"),
    ("yes", "a_bit", "yes"),
    ("a_bit", "no", "yes"),
    ("yes", "", "a_bit"),
    ("no", "no", ""),
    ("yes", "yes", "yes"),
)


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
                {"who": "not the man from last time"},
                at=at + 2 * MINUTE,
            )
            _say(link, Asked.NOW, "tired. didnt sleep", ["tired", "worried"], at + 4 * MINUTE)
            _say(link, Asked.NOT, "dont ring when im at my dads", [], at + 6 * MINUTE)
            _drawn_and_said(link, at + 6 * MINUTE)
        else:
            _say(link, Asked.HELP, "to stay at my school if i move", ["school"], at + 3 * MINUTE)
        childs_part.send(link, at=at + 7 * MINUTE)
        ways_in.leave(link, at=at + 8 * MINUTE)
        if hours >= 24:
            childs_part.read(episode, by=amina, at=at + timedelta(hours=1))
    _heard_back(teller)
    _said_how_it_was(teller)


def _drawn_and_said(link: WayIn, at: datetime) -> None:
    """Made by code, and said to be."""
    keep = partial(childs_part.keep, link, language=LANGUAGE, at=at)
    keep(Asked.WHERE, Making.DRAWING, drawn.house(), kind="image/png")
    keep(Asked.ELSE, Making.RECORDING, drawn.two_notes(), kind="audio/mpeg", seconds=2)
    _say(link, Asked.ELSE, "(two notes, invented for the demonstration)", [], at)


def _heard_back(teller: Teller) -> None:
    """One whose talk was held sees what was released of it, and objects to a share."""
    amina, at = teller.people[COORDINATOR], teller.ago(20)
    episode = _ours().filter(signed_at__isnull=False, held_at__lt=at).first()
    if episode is None:
        return
    day = at.astimezone(LONDON).date()
    words = "Stays out when it gets loud at home."
    releases.release(episode, Kind.WORDS, words, named_on=day, is_safe=True, by=amina, at=at)
    share = releases.release(
        episode,
        Kind.SHARE,
        "That it is loud at night",
        whom="Your social worker",
        because="So that it gets quieter",
        state=State.STILL,
        at=at + MINUTE,
        is_safe=True,
        by=amina,
    )
    releases.release(
        episode,
        Kind.CAME_OF_IT,
        "Ask for a quieter room",
        promise=Promise.PROMISED,
        state=State.STILL,
        named_on=day + timedelta(days=6),
        at=at + 2 * MINUTE,
        is_safe=True,
        by=amina,
    )
    link = _opened(episode, amina, at + 3 * MINUTE)
    releases.look(link, "see", at=at + 5 * MINUTE)
    releases.say_back(link, share, "not her. she tells my mum", at=at + 7 * MINUTE)
    ways_in.leave(link, at=at + 8 * MINUTE)


def _said_how_it_was(teller: Teller) -> None:
    """This quarter and the last; of whom, nobody knows."""
    council = _ours().select_related("responsible_authority").first()
    if council is None:
        return
    this = quarter_of(teller.now.astimezone(LONDON).date())
    for quarter, times in ((this, 1), (quarter_before(this), 2)):
        HowItWas.objects.bulk_create(
            HowItWas(
                authority=council.responsible_authority,
                quarter_on=quarter,
                listened=listened,
                choose=choose,
                safe=safe,
            )
            for listened, choose, safe in HOW_IT_WAS * times
        )


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
