"""A service on a council's list: what a directory says of it, and what it must say.

Source: Open Referral UK 3.0, the UK profile of the Human Services Data Specification: `service`,
`organization`, `service_at_location`, `contact`, `phone`, `address`. The lengths are our own.
"""

import re
from dataclasses import dataclass, fields

from returnhome.rules import Blocked
from returnhome.rules.helping import NeedKind

LONGEST = {
    "reference": 100,
    "name": 200,
    "organisation": 200,
    "description": 4000,
    "who_for": 1000,
    "url": 500,
    "email": 254,
    "phone": 60,
    "address": 300,
    "town": 100,
    "postcode": 10,
}
IN_WORDS = {
    "reference": "the id",
    "name": "the name",
    "organisation": "the name of the organisation",
    "description": "the description",
    "who_for": "who it is for",
    "url": "the web address",
    "email": "the e-mail address",
    "phone": "the telephone number",
    "address": "the address",
    "town": "the town",
    "postcode": "the postcode",
}
OLDEST = 150
# The taxonomy by which a directory that we write says what a service helps with.
TAXONOMY = "Returnhome: what a service helps with"
# A web address that a page may lead to: a script hides behind other beginnings.
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class NameMissing(Blocked):
    sentence = "Enter the name of the service."
    field = "name"


class TooLong(Blocked):
    sentence = "This is too long."


class AgesWrong(Blocked):
    sentence = f"Ages are whole years from 0 to {OLDEST}, the youngest first."
    field = "minimum_age"


class NoWebAddress(Blocked):
    sentence = "A web address begins with http:// or https://."
    field = "url"


@dataclass(frozen=True, kw_only=True)
class Described:
    """What the list says of one service. Ages are the youngest and oldest it is for, in years."""

    reference: str = ""
    name: str = ""
    organisation: str = ""
    description: str = ""
    who_for: str = ""
    url: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    town: str = ""
    postcode: str = ""
    minimum_age: int | None = None
    maximum_age: int | None = None
    helps_with: tuple[NeedKind, ...] = ()

    def is_for_age(self, age: int | None) -> bool:
        """Whether somebody of this age is taken; of an age not known nobody is left out."""
        if age is None:
            return True
        youngest, oldest = self.minimum_age, self.maximum_age
        return (youngest is None or age >= youngest) and (oldest is None or age <= oldest)


NAMES = tuple(each.name for each in fields(Described))


def check_described(said: Described) -> None:
    """Whether the list can hold it. Raises NameMissing, TooLong, AgesWrong, NoWebAddress."""
    if not said.name.strip():
        raise NameMissing
    for name, most in LONGEST.items():
        if len(getattr(said, name)) > most:
            words = IN_WORDS[name]
            raise TooLong(
                f"{words[:1].upper()}{words[1:]} is longer than {most:,} characters.", field=name
            )
    ages = [age for age in (said.minimum_age, said.maximum_age) if age is not None]
    if any(not 0 <= age <= OLDEST for age in ages) or ages != sorted(ages):
        raise AgesWrong
    if said.url and not WEB_ADDRESS.fullmatch(said.url):
        raise NoWebAddress


def plain(words: str) -> str:
    """Without control characters, which no directory means and no table holds."""
    return CONTROLS.sub("", words).strip()
