"""Where children of the demonstration were found: as the police told it, and put right."""

from collections import defaultdict
from datetime import date, datetime
from random import Random

from returnhome.casework import found_places
from returnhome.casework.found_places import Where
from returnhome.casework.models import Episode
from returnhome.management.demonstration.known import NORTH
from returnhome.management.demonstration.telling import HOUR, Teller
from returnhome.rules.found_places import FoundIn, SaidBy

# Of this share of the episodes the police told where.
TOLD = 0.68
# In the area where the child lived, in that of the council that counts, or in any.
HERE, COUNTED = 0.62, 0.82


def tell(teller: Teller) -> None:
    by_month: defaultdict[date, dict[Episode, str]] = defaultdict(dict)
    ended = Episode.objects.counted().filter(found_at__isnull=False)
    for episode in ended.select_related("counted_under", "host_authority").order_by("pk"):
        # By its number, so that no other part of the demonstration turns out differently.
        rng = Random(f"found {episode.pk}")  # noqa: S311
        if rng.random() < TOLD and episode.ended_on:
            month = episode.ended_on.replace(day=1)
            by_month[month][episode] = _postcode(teller, episode, rng)
    for month, told in sorted(by_month.items()):
        at = teller.on((month - teller.now.date()).days + 31, 9)
        _police_say(teller, told, min(teller.ago(2), at))
    put_right(teller)


def _police_say(teller: Teller, told: dict[Episode, str], at: datetime) -> None:
    found_places.say_all(told, sender=teller.places.police, by=teller.operator, at=at)


def _postcode(teller: Teller, episode: Episode, rng: Random) -> str:
    known = teller.places.postcodes
    lot = rng.random()
    if lot < COUNTED:
        lived = episode.host_authority if lot < HERE else None
        name = (lived or episode.counted_under).name
    else:
        name = rng.choice([*known])
    return rng.choice(known.get(name) or known[NORTH])


def put_right(teller: Teller) -> None:
    """One child said it otherwise than the police; of another the carer knew better."""
    north = teller.places.postcodes[NORTH]
    for name, where, said_by in (
        ("elin", Where(postcode=north[3], words="At a friend’s, over the shop"), SaidBy.CHILD),
        ("deshawn", Where(FoundIn.ABROAD, words="On the ferry"), SaidBy.CARER),
    ):
        theirs = teller.children[name].episodes.counted().filter(ended_at__isnull=False)
        for episode in theirs.newest_first()[:1]:
            if not episode.found_places.exists():
                _police_say(teller, {episode: north[20]}, teller.ago(2))
            at = teller.now - HOUR
            found_places.say(episode, where, said_by=said_by, by=teller.people["amina"], at=at)
