"""Building the demonstration's data: once a day, whole or not at all."""

from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from django.db import connection, transaction

from returnhome import __version__
from returnhome.casework import acting, staff
from returnhome.casework.models import Episode, ReferenceLoad
from returnhome.management import upkeep
from returnhome.management.demonstration import (
    asked,
    care,
    colleagues,
    councils,
    found_places,
    harm,
    helped,
    homes,
    known,
    letters,
    meetings,
    own,
    own_questions,
    panels,
    police,
    recent,
    restricted,
    reviewed,
    rotas,
    shared,
    stories,
    told,
)
from returnhome.management.demonstration.history import History, first_day
from returnhome.management.demonstration.telling import Teller
from returnhome.rules.clock import LONDON

NAME = "demonstration"
# What a new day's demonstration leaves as it is: the same on every day, or Django's own.
KEPT = {
    "casework_authority",
    "casework_force",
    "casework_postcode",
    "casework_referenceload",
    "casework_succession",
    "django_content_type",
    "django_migrations",
}


def edition(now: datetime) -> str:
    """Which demonstration belongs to this day: a new day, or a new telling, is a new edition."""
    told = sha256(__version__.encode())
    for page in sorted(Path(__file__).parent.glob("*.py")):
        told.update(page.read_bytes())
    return f"{now.astimezone(LONDON).date()} {told.hexdigest()[:16]}"


def is_built(now: datetime) -> bool:
    return ReferenceLoad.objects.filter(name=NAME, version=edition(now)).exists()


def was_built() -> bool:
    """Whether there is one of an earlier day, or of an earlier telling."""
    return ReferenceLoad.objects.filter(name=NAME).exists()


@acting.as_system(acting.OPERATOR)
def build(now: datetime) -> int:
    """Make the demonstration as of `now`; gives how many episodes it holds.

    An earlier day's is taken away first, with all that was entered into it since.
    """
    if was_built():
        empty()
    with transaction.atomic():
        _make(now)
        episodes = Episode.objects.count()
        ReferenceLoad.objects.create(name=NAME, version=edition(now), rows=episodes, loaded_at=now)
    # PostgreSQL counts its rows anew for the owner alone; for others it passes over the tables.
    with upkeep.as_owner(), connection.cursor() as cursor:
        cursor.execute("analyze")
    return episodes


def _make(now: datetime) -> None:
    operator = staff.operator()
    began = first_day(now.astimezone(LONDON).date())
    at = now - timedelta(days=(now.date() - began).days + 30)
    places = councils.found(by=operator, at=at)
    people = colleagues.appoint(places, since=began, now=now, by=operator)
    colleagues.put_on_duty(people, places, now=now)
    History(people, places, now=now).write(operator)
    children = known.register(places, now=now, by=operator, at=at)
    teller = Teller(people, children, places, operator=operator, now=now)
    own_questions.tell(teller)
    recent.tell(teller)
    stories.tell(teller)
    asked.tell(teller)
    police.take_in(teller)
    police.lay_ready(children, now)
    told.tell(teller)
    meetings.tell(teller)
    harm.tell(teller)
    restricted.tell(teller)
    rotas.tell(teller)
    care.tell(teller)
    letters.tell(teller)
    homes.tell(teller)
    helped.tell(teller)
    shared.tell(teller)
    panels.tell(teller)
    own.tell(teller)
    reviewed.tell(teller)
    found_places.tell(teller)


def empty() -> None:
    """Take everything away but the places. As the owner, past the triggers that refuse it."""
    with upkeep.as_owner(), transaction.atomic(), connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names() if name not in KEPT]
        named = [connection.ops.quote_name(name) for name in tables]
        for name in named:
            cursor.execute(f"alter table {name} disable trigger user")
        cursor.execute(f"truncate {', '.join(named)} restart identity")
        for name in named:
            cursor.execute(f"alter table {name} enable trigger user")
        cursor.execute("delete from casework_referenceload where name = %s", [NAME])
