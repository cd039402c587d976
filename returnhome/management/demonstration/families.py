"""The children of the demonstration's past years: where they live and who looks after them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from returnhome.casework import registers
from returnhome.casework.children import Circumstances
from returnhome.casework.models import (
    Address,
    Authority,
    CarePeriod,
    Characteristics,
    Child,
    Identifier,
    JournalEntry,
    Person,
    Placement,
)
from returnhome.management.demonstration.councils import Places
from returnhome.management.demonstration.names import BOYS, GIRLS, SURNAMES
from returnhome.rules.characteristics import Disability, SaidBy
from returnhome.rules.clock import midnight
from returnhome.rules.naming import folded, folded_postcode

HOME, IN_AREA, OUT_OF_AREA = "home", "in_area", "out_of_area"
# The study's proportions, roughly: half from home, a fifth placed out of area.
SETTINGS = ((HOME, 0.48), (IN_AREA, 0.30), (OUT_OF_AREA, 0.22))
PLACED_IN = {
    "Northshire": ("Westborough", "Westborough", "Eastmoor"),
    "Westborough": ("Northshire", "Northshire", "Northshire", "Eastmoor"),
}

ETHNICITIES = (
    *(("WBRI", 0.46), ("MWBC", 0.09), ("BCRB", 0.06), ("BAFR", 0.07), ("APKN", 0.06)),
    *(("AIND", 0.03), ("WOTH", 0.06), ("OOTH", 0.04), ("", 0.13)),
)
DISABILITIES = (
    *(("", 0.38), (str(Disability.NOT_DISABLED), 0.5), (str(Disability.DISABLED), 0.12)),
)


@dataclass
class Kid:
    """A child with a time in which they went missing, and how often compared with others."""

    child: Child
    council: str
    first: date
    last: date
    weight: float
    home: Authority
    home_postcode: str
    care_since: date | None
    placed_in: Authority | None
    placed_at: str
    number: str = ""
    # Not missing again before this: the last return, and a while.
    free_from: datetime | None = None

    def there(self, day: date) -> Circumstances:
        """What `children.circumstances` would answer, without asking the database."""
        if self.care_since and day >= self.care_since:
            return Circumstances(self.child.responsible_authority, self.placed_in, None)
        return Circumstances(None, None, self.home)

    def is_looked_after(self, day: date) -> bool:
        return self.care_since is not None and day >= self.care_since


def invent(
    council: str, number: int, places: Places, rng: Random, *, since: date, until: date, by: Person
) -> list[Kid]:
    """So many children of one council, each missing at some time between the two days."""
    kids: list[Kid] = []
    taken = set()
    span = (until - since).days
    while len(kids) < number:
        sex = rng.choice("FM")
        forename, surname = rng.choice(GIRLS if sex == "F" else BOYS), rng.choice(SURNAMES)
        if (forename, surname) in taken:
            continue
        taken.add((forename, surname))
        setting = rng.choices([name for name, _ in SETTINGS], [share for _, share in SETTINGS])[0]
        begins = since + timedelta(days=rng.randrange(-120, span - 20))
        first = max(since, begins)
        last = min(until, begins + timedelta(days=int(rng.gammavariate(1.6, 170)) + 21))
        if last <= first:
            continue
        # Between twelve and sixteen at first, and never an adult within the time.
        age = timedelta(days=rng.triangular(11.6, 16.4, 15.2) * 365.25)
        born_on = max(first - age, last - timedelta(days=int(17.9 * 365.25)))
        kids.append(
            _kid(council, setting, forename, surname, sex, born_on, first, last, places, rng, by)
        )
    return kids


def _kid(
    council: str,
    setting: str,
    forename: str,
    surname: str,
    sex: str,
    born_on: date,
    first: date,
    last: date,
    places: Places,
    rng: Random,
    by: Person,
) -> Kid:
    home = places.authorities[council]
    there = rng.choice(PLACED_IN[council]) if setting == OUT_OF_AREA else council
    placed_in = None if setting == HOME else places.authorities[there]
    # Some came into care only after they had gone missing from home.
    care_since = None
    if placed_in:
        is_later = rng.random() < 0.15 and (last - first).days > 60
        care_since = (
            first + timedelta(days=rng.randrange(20, (last - first).days))
            if is_later
            else first - timedelta(days=rng.randrange(60, 900))
        )
    has_provider = council == "Northshire" and setting == IN_AREA and rng.random() < 0.6
    at = midnight(first) - timedelta(days=2)
    child = Child(
        forename=forename,
        surname=surname,
        folded_name=folded(f"{forename} {surname}"),
        born_on=born_on,
        sex=sex,
        responsible_authority=home,
        host_authority=placed_in if placed_in != home else None,
        provider=places.provider if has_provider else None,
        opened_at=at,
        opened_by=by,
        confirmed_at=at,
        confirmed_by=by,
    )
    return Kid(
        child=child,
        council=council,
        first=first,
        last=last,
        weight=rng.lognormvariate(0, 0.8),
        home=home,
        home_postcode=rng.choice(places.postcodes[council]),
        care_since=care_since,
        placed_in=placed_in,
        placed_at=rng.choice(places.postcodes[there]),
    )


def write(kids: Iterable[Kid], *, by: Person) -> None:
    """Put them on record, each with a number, a home and, if looked after, a placement."""
    kids = list(kids)
    Child.objects.bulk_create([kid.child for kid in kids])
    numbers: dict[str, int] = {}
    for kid in kids:
        numbers[kid.council] = numbers.get(kid.council, 10_000) + 1
        kid.number = f"{kid.council[:2].upper()}{numbers[kid.council]}"
    Identifier.objects.bulk_create(
        [
            Identifier(
                child=kid.child,
                kind=Identifier.REGISTER,
                issuer=registers.issuer(kid.child.responsible_authority),
                value=kid.number,
            )
            for kid in kids
        ]
    )
    Address.objects.bulk_create(
        [
            Address(
                child=kid.child,
                authority=kid.home,
                postcode=folded_postcode(kid.home_postcode),
                until=kid.care_since - timedelta(days=1) if kid.care_since else None,
            )
            for kid in kids
        ]
    )
    looked_after = [kid for kid in kids if kid.care_since]
    CarePeriod.objects.bulk_create(
        [
            CarePeriod(child=kid.child, authority=kid.home, since=kid.care_since)
            for kid in looked_after
        ]
    )
    Placement.objects.bulk_create(
        [
            Placement(
                child=kid.child,
                authority=kid.placed_in,
                postcode=folded_postcode(kid.placed_at),
                since=kid.care_since,
            )
            for kid in looked_after
        ]
    )
    Characteristics.objects.bulk_create(
        [row for kid in kids if (row := _characteristics(kid, by=by))]
    )
    JournalEntry.objects.bulk_create(
        [
            JournalEntry(
                at=kid.child.opened_at,
                by_id=by.pk,
                verb="open child",
                kind="child",
                object_id=kid.child.pk,
                child_id=kid.child.pk,
            )
            for kid in kids
        ]
    )


def _characteristics(kid: Kid, *, by: Person) -> Characteristics | None:
    """By the child's number, so that no other part of the demonstration turns out differently."""
    rng = Random(kid.number)  # noqa: S311
    ethnicity, disability = (_drawn(rng, each) for each in (ETHNICITIES, DISABILITIES))
    if not (ethnicity or disability):
        return None
    return Characteristics(
        child=kid.child,
        ethnicity=ethnicity,
        disability=disability,
        said_by=rng.choice((SaidBy.CHILD, SaidBy.PARENT_OR_CARER, SaidBy.RECORDS)),
        noted_at=kid.child.opened_at,
        noted_by=by,
    )


def _drawn(rng: Random, lot: Iterable[tuple[str, float]]) -> str:
    names, shares = zip(*lot, strict=True)
    return str(rng.choices(names, shares)[0])
