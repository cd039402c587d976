"""What a child told of: people, places, vehicles, telephones and handles, each as one typed row.

Source: the groups of the Philomena Protocol's form, which lists associates, addresses, places,
social media, telephones and transport; how sure it is, from the exploitation tools seen (Plymouth,
Dudley, Surrey, Wiltshire: seen, told, inferred). It is no police grading of intelligence.
"""

import re

from returnhome.rules import Blocked
from returnhome.rules.codes import Code
from returnhome.rules.naming import folded, folded_postcode


class MentionKind(Code):
    """The groups of the Philomena Protocol's form, as far as they are of others than the child."""

    PERSON = "person", "Person"
    PLACE = "place", "Place"
    VEHICLE = "vehicle", "Vehicle"
    PHONE = "phone", "Telephone number"
    HANDLE = "handle", "Online name"


class PlaceKind(Code):
    """What sort of place it is; our own list, from where children said they were."""

    HOME = "home", "Somebody's home"
    HOTEL = "hotel", "Hotel or bed and breakfast"
    TAKEAWAY = "takeaway", "Takeaway, shop or café"
    STREET = "street", "Street, park or car park"
    STATION = "station", "Station or bus stop"
    CLUB = "club", "Club, gym or youth centre"
    SCHOOL = "school", "School or college"
    EMPTY = "empty", "Empty building"
    OTHER = "other", "Another place"


class Reliability(Code):
    """What it rests on; the kinds of evidence in the exploitation tools seen."""

    SEEN = "seen", "The child saw or heard it themselves"
    TOLD = "told", "Somebody else told the child"
    INFERRED = "inferred", "The worker infers it"


class Expectation(Code):
    """What the child expects to happen with it; our own list. It binds nobody where there is risk.

    DfE, Information sharing advice, 2024: be open with the child; record why it was shared or not.
    """

    MAY_BE_PASSED_ON = "may_be_passed_on", "It may be passed to the police"
    NOT_THAT_I_SAID_IT = "not_that_i_said_it", "It may be passed on, but not that the child said it"
    BETWEEN_US = "between_us", "The child wants it kept between us"
    NOT_ASKED = "not_asked", "Not asked"


class NothingTold(Blocked):
    sentence = "Write down at least one thing that is known."
    field = "name"


class RegistrationMissing(Blocked):
    sentence = "Enter the registration, or the make and colour."
    field = "registration"


class NotANumber(Blocked):
    sentence = "Enter a telephone number: figures, with spaces or a plus sign if you like."
    field = "number"


class NoInterview(Blocked):
    sentence = "This interview did not take place, so nothing was told in it."


class CorrectedAlready(Blocked):
    sentence = "This has been corrected or taken out already. Look again."


class NothingNew(Blocked):
    sentence = "Nothing was changed."


def registration(said: str) -> str:
    """As plates are written into lists: capitals and figures, nothing between."""
    return re.sub(r"[^A-Z0-9]", "", said.upper())


def telephone(said: str) -> str:
    """Figures only, a UK number from its 0; another country's keeps its plus sign."""
    figures = re.sub(r"[^0-9+]", "", said.replace("(0)", ""))
    for beginning in ("+44", "0044"):
        if figures.startswith(beginning):
            return "0" + figures.removeprefix(beginning).lstrip("0")
    if figures.startswith("00"):
        figures = "+" + figures[2:]
    return figures[:1] + figures[1:].replace("+", "")


def handle(said: str) -> str:
    """Without what stands before it on its platform; letters alike, large or small."""
    return said.strip().lstrip("@").casefold()


# An index holds no longer one, whatever its letters.
LONGEST_KEY = 600


def key(
    kind: MentionKind,
    *,
    name: str = "",
    nickname: str = "",
    address: str = "",
    postcode_: str = "",
    registration_: str = "",
    number: str = "",
) -> str:
    """By what it is found again: the same person, place or plate in another child's account."""
    if kind is MentionKind.VEHICLE:
        return registration(registration_).casefold()
    if kind is MentionKind.PHONE:
        return telephone(number)
    if kind is MentionKind.HANDLE:
        return handle(name)
    parts = (folded(f"{name} {nickname} {address}"), folded_postcode(postcode_).casefold())
    return " ".join(part for part in parts if part)[:LONGEST_KEY]


def sought(said: str) -> set[str]:
    """The ways in which what somebody types may stand as a key."""
    ways = {folded(said), registration(said).casefold(), handle(said)}
    figures = telephone(said)
    if sum(letter.isdigit() for letter in figures) >= 5:
        ways.add(figures)
    return {way for way in ways if len(way) >= 2}


def check_told(
    kind: MentionKind,
    *,
    name: str,
    nickname: str,
    description: str,
    address: str,
    postcode: str,
    registration: str,
    make: str,
    colour: str,
    number: str,
) -> None:
    """Whether there is anything to write down.

    Raises NothingTold, RegistrationMissing, NotANumber.
    """
    if kind is MentionKind.VEHICLE:
        if not (registration or make or colour):
            raise RegistrationMissing
    elif kind is MentionKind.PHONE:
        if not 5 <= sum(letter.isdigit() for letter in number) <= 20:
            raise NotANumber
    elif kind is MentionKind.HANDLE:
        if not name.strip():
            raise NothingTold
    elif not any(part.strip() for part in (name, nickname, description, address, postcode)):
        raise NothingTold
