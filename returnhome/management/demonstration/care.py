"""Care and home in the demonstration: a new council, a move far away, a notice, and a doubt."""

from datetime import date, datetime, timedelta

from returnhome.casework import care, registers
from returnhome.casework.care import Where
from returnhome.casework.models import Authority, Child, Episode, Postcode
from returnhome.management.demonstration.known import NORTH, WEST
from returnhome.management.demonstration.telling import Tale, Teller, by_day
from returnhome.rules.caring import About
from returnhome.rules.clock import LONDON

FIRST_NUMBER = 29_001
# An invented council that is not on the system, 80 km out at sea; no postcode begins with FX.
FAR, FAR_POSTCODE, FAR_PLACE = "Farmere", "FX1 1AA", (594_000, 671_000)

# Key, name, sex, year of age, where they live or are placed, who looks after them.
CHILDREN = (
    ("nell", "Nell", "Farraday", "F", 13, NORTH, None),
    ("callum", "Callum", "Reyes", "M", 15, NORTH, NORTH),
    ("esme", "Esme", "Radcliffe", "F", 14, NORTH, None),
    ("jonah", "Jonah", "Whitlock", "M", 16, WEST, NORTH),
    ("ibrahim", "Ibrahim", "Sesay", "M", 15, NORTH, NORTH),
)


def tell(teller: Teller) -> None:
    known = _register(teller)
    _nell_is_looked_after_by_westborough_now(teller, known["nell"])
    _callum_was_placed_in_westborough_this_week(teller, known["callum"])
    _of_esme_the_school_says_otherwise(teller, known["esme"])
    _jonah_was_moved_far_from_home(teller, known["jonah"])
    _nobody_knows_where_ibrahim_is_placed(teller, known["ibrahim"])


def _register(teller: Teller) -> dict[str, Child]:
    places, made = teller.places, {}
    for number, (key, forename, surname, sex, age, lives_in, carer) in enumerate(CHILDREN):
        theirs = places.postcodes[lives_in]
        made[key], _ = registers.enter(
            register_id=f"NS{FIRST_NUMBER + number}",
            forename=forename,
            surname=surname,
            born_on=_day(teller.now) - timedelta(days=int((age + 0.4) * 365.25)),
            sex=sex,
            postcode=theirs[number * 7 % len(theirs)],
            lives_in=places.authorities[lives_in],
            looked_after_by=places.authorities[carer] if carer else None,
            by=teller.operator,
            at=_days_ago(teller, 300),
        )
    return made


def _day(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def _days_ago(teller: Teller, days: float) -> datetime:
    return by_day(teller.ago(24 * days))


def _nell_is_looked_after_by_westborough_now(teller: Teller, nell: Child) -> None:
    """Westborough is asked to take the duty over, and has not answered yet."""
    Tale(teller, nell, teller.people["amina"]).missing(9, back=21).taken_on(1)
    care.look_after(
        nell,
        teller.places.authorities[WEST],
        since=_day(teller.ago(0.5)),
        by=teller.people["amina"],
        at=teller.ago(0.5),
    )


def _callum_was_placed_in_westborough_this_week(teller: Teller, callum: Child) -> None:
    """Westborough has a notice that nobody has seen yet."""
    at = _days_ago(teller, 2)
    care.place(
        callum,
        Where(postcode=teller.places.postcodes[WEST][8]),
        since=_day(at) - timedelta(days=1),
        by=teller.people["sol"],
        at=at,
    )


def _of_esme_the_school_says_otherwise(teller: Teller, esme: Child) -> None:
    """Where she lives is in doubt: Northshire acts for now."""
    Tale(teller, esme, teller.people["amina"]).missing(6, back=11)
    care.doubt(
        esme,
        About.HOME,
        said="Lives with her father in Westborough since the summer holidays",
        said_by="The school’s attendance officer, by telephone",
        by=teller.people["amina"],
        at=teller.ago(3),
    )


def _jonah_was_moved_far_from_home(teller: Teller, jonah: Child) -> None:
    """First placed in Westborough, then 80 km from home, where the council is not on the system."""
    sol, places = teller.people["sol"], teller.places
    care.live_at(
        jonah,
        Where(places.authorities[NORTH], places.postcodes[NORTH][24]),
        since=_day(_days_ago(teller, 3000)),
        until=_day(_days_ago(teller, 300)),
        by=sol,
        at=_days_ago(teller, 290),
    )
    _held_in_time(teller, jonah, days=100)
    moved_at = _days_ago(teller, 62)
    made = care.place(
        jonah, Where(_farmere(), FAR_POSTCODE), since=_day(moved_at), by=sol, at=moved_at
    )
    care.see(made.notices[0], by=teller.people["wes"], at=_days_ago(teller, 61))
    Tale(teller, jonah, teller.people["amina"]).missing(14, back=30).offered(3)


def _held_in_time(teller: Teller, jonah: Child, *, days: int) -> Episode:
    tale = Tale(teller, jonah, teller.people["amina"]).missing(10, back=24 * days)
    tale.offered(3).accepted(0.3).talked("ines", 24).recorded("friends").signed(5)
    tale.nothing_needed("Talked over with Jonah and the home; in the plan.")
    return tale.episode


def _farmere() -> Authority:
    authority, _ = Authority.objects.get_or_create(
        name=FAR, defaults={"nation": "England", "region": "Invented"}
    )
    east, north = FAR_PLACE
    Postcode.objects.get_or_create(
        code=FAR_POSTCODE.replace(" ", ""),
        defaults={"authority": authority, "easting": east, "northing": north},
    )
    return authority


def _nobody_knows_where_ibrahim_is_placed(teller: Teller, ibrahim: Child) -> None:
    """The placement has ended, and the next one is still to be recorded."""
    at = _days_ago(teller, 3)
    care.end_placement(ibrahim, until=_day(at), by=teller.people["sol"], at=at)
    Tale(teller, ibrahim, teller.people["amina"]).missing(17).taken_on(2)
