"""The children whose stories the demonstration tells: where they live and who looks after them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from returnhome.casework import children, registers
from returnhome.casework.models import Alias, Child, Person, Placement
from returnhome.management.demonstration.councils import Places
from returnhome.rules.clock import LONDON
from returnhome.rules.naming import folded

FIRST_NUMBER = 20_001


@dataclass(frozen=True)
class Known:
    """`lives_in` is the placement's area where `looked_after_by` names another council."""

    key: str
    forename: str
    surname: str
    sex: str
    age: int
    lives_in: str = "Northshire"
    looked_after_by: str | None = None
    has_provider: bool = False


NORTH, WEST, EAST = "Northshire", "Westborough", "Eastmoor"

CHILDREN = (
    # At home in Northshire.
    Known("kit", "Kit", "O’Dell", "M", 14),
    Known("imani", "Imani", "Brathwaite", "F", 15),
    Known("jakub", "Jakub", "Wrona", "M", 13),
    Known("ruby", "Ruby", "Tattersall", "F", 12),
    Known("yusuf", "Yusuf", "Demir", "M", 16),
    Known("caitlin", "Caitlin", "Oakes", "F", 15),
    Known("rory", "Rory", "Oakes", "M", 12),
    Known("aleena", "Aleena", "Siddiqui", "F", 14),
    Known("dominic", "Dominic", "Achebe", "M", 17),
    Known("harriet", "Harriet", "Quarmby", "F", 16),
    Known("luca", "Luca", "Marino", "M", 13),
    Known("femi", "Femi", "Ogundipe", "M", 15),
    Known("bryony", "Bryony", "Teale", "F", 14),
    Known("sanjit", "Sanjit", "Rai", "M", 16),
    # Looked after by Northshire, in its area; some are interviewed by Open Path.
    Known("robin", "Robin", "Ashdown", "M", 16, NORTH, NORTH, has_provider=True),
    Known("kian", "Kian", "Doherty", "M", 15, NORTH, NORTH, has_provider=True),
    Known("tegan", "Tegan", "Prowse", "F", 14, NORTH, NORTH),
    Known("malik", "Malik", "Osei", "M", 15, NORTH, NORTH, has_provider=True),
    Known("zuzanna", "Zuzanna", "Krol", "F", 16, NORTH, NORTH),
    Known("jade", "Jade", "Ollerton", "F", 17, NORTH, NORTH),
    Known("elin", "Elin", "Vaughan", "F", 13, NORTH, NORTH),
    Known("corey", "Corey", "Blackshaw", "M", 14, NORTH, NORTH),
    Known("priya", "Priya", "Nair", "F", 15, NORTH, NORTH),
    Known("noah", "Noah", "Lightfoot", "M", 12, NORTH, NORTH),
    # Looked after by Northshire, placed out of its area.
    Known("sky", "Sky", "Marlowe", "F", 15, WEST, NORTH),
    Known("deshawn", "DeShawn", "Pryce", "M", 16, WEST, NORTH),
    Known("reece", "Reece", "Halloran", "M", 13, WEST, NORTH),
    Known("hope", "Hope", "Mutasa", "F", 15, WEST, NORTH),
    Known("iris", "Iris", "Calloway", "F", 14, WEST, NORTH),
    Known("amelie", "Amelie", "Fortune", "F", 14, EAST, NORTH),
    # Westborough's own, two of them placed in Northshire.
    Known("lena", "Lena", "Fisk", "F", 15, NORTH, WEST),
    Known("tomos", "Tomos", "Pugh", "M", 14, NORTH, WEST),
    Known("leon", "Leon", "Bassett", "M", 14, WEST, WEST),
    Known("adaeze", "Adaeze", "Nwosu", "F", 13, WEST),
    Known("ollie", "Ollie", "Sharrock", "M", 15, WEST),
    Known("mina", "Mina", "Rahimi", "F", 16, WEST),
    Known("gwen", "Gwen", "Ellershaw", "F", 12, WEST),
    # Of whom there is one story each, and it has come to an end.
    Known("maja", "Maja", "Zielak", "F", 14),
    Known("tariq", "Tariq", "Aslam", "M", 15),
    Known("oscar", "Oscar", "Penhale", "M", 13),
    Known("fatou", "Fatou", "Ceesay", "F", 16, NORTH, NORTH),
    Known("mei", "Mei", "Tran", "F", 14, WEST),
    Known("brandon", "Brandon", "Stubley", "M", 15),
    Known("daisy", "Daisy", "Cawthorne", "F", 13),
    Known("arjun", "Arjun", "Sethi", "M", 14),
    Known("shanice", "Shanice", "Lowe", "F", 14, NORTH, NORTH),
    Known("theo", "Theo", "Papadaki", "M", 16),
    Known("levi", "Levi", "Nuttall", "M", 15),
    Known("kelvin", "Kelvin", "Agyei", "M", 16, WEST),
    Known("ella", "Ella", "Thwaite", "F", 15),
    Known("gethin", "Gethin", "Rowe", "M", 12),
    Known("isla", "Isla", "McBride", "F", 13, WEST),
    Known("summer", "Summer", "Jessop", "F", 16, NORTH, NORTH),
    Known("hamza", "Hamza", "Idris", "M", 16),
    # Eastmoor's, whom nobody else may see.
    Known("petra", "Petra", "Holm", "F", 15, EAST),
    Known("archie", "Archie", "Dunstan", "M", 14, EAST),
    Known("ewan", "Ewan", "Strachan", "M", 15),
    Known("nell", "Nell", "Garrity", "F", 13, WEST),
)


def register(places: Places, *, now: datetime, by: Person, at: datetime) -> dict[str, Child]:
    """Put them all on record; gives them by key."""
    today = now.astimezone(LONDON).date()
    made = {}
    for number, one in enumerate(CHILDREN):
        theirs = places.postcodes[one.lives_in]
        made[one.key], _ = registers.enter(
            register_id=f"NS{FIRST_NUMBER + number}",
            forename=one.forename,
            surname=one.surname,
            born_on=born_on(one, number, today),
            sex=one.sex,
            postcode=theirs[number % len(theirs)],
            lives_in=places.authorities[one.lives_in],
            looked_after_by=(
                places.authorities[one.looked_after_by] if one.looked_after_by else None
            ),
            provider=places.provider if one.has_provider else None,
            by=by,
            at=at,
        )
    _name_otherwise(made["robin"], "Robbie", "Ashdown")
    _protect(made["reece"])
    made["samuel"] = _unaccompanied(
        places, since=today - timedelta(days=120), by=by, at=now - timedelta(days=120)
    )
    return made


def born_on(one: Known, number: int, today: date) -> date:
    """Of the age they are said to have, whatever the day."""
    if one.key == "jade":
        # Eighteen since the day before yesterday.
        return _years_before(today - timedelta(days=2), 18)
    if one.key == "femi":
        # A day and a month that can be taken for each other.
        return date(today.year - one.age - 1, 9, 4)
    return _years_before(today - timedelta(days=30 + 7 * number % 300), one.age)


def _years_before(day: date, years: int) -> date:
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - years, day=28 if leap_day else day.day)


def _name_otherwise(child: Child, forename: str, surname: str) -> None:
    Alias.objects.create(
        child=child,
        forename=forename,
        surname=surname,
        folded_name=folded(f"{forename} {surname}"),
    )


def _protect(child: Child) -> None:
    """Nobody may learn where this child is placed: the address is sealed, the postcode gone."""
    for placement in Placement.objects.filter(child=child):
        placement.address, placement.postcode = "Known to the duty manager only", ""
        placement.is_protected = True
        placement.save(update_fields=["address", "postcode", "is_protected"])


def _unaccompanied(places: Places, *, since: date, by: Person, at: datetime) -> Child:
    """A child who came alone, and whose birth date nobody knows yet."""
    child = children.open_record(
        forename="Samuel",
        surname="Tekle",
        born_on=None,
        sex="M",
        responsible_authority=places.authorities[NORTH],
        is_confirmed=True,
        by=by,
        at=at,
    )
    home = places.authorities[NORTH]
    child.care_periods.create(authority=home, since=since)
    child.placements.create(authority=home, postcode="NS21AB", since=since)
    child.identifiers.create(kind="register", value=f"NS{FIRST_NUMBER + len(CHILDREN)}")
    return child
