"""A directory of services as Open Referral UK writes it, and why some of it cannot be read."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from returnhome.rules import Blocked
from returnhome.rules.helping import NeedKind
from returnhome.rules.services import TAXONOMY, WEB_ADDRESS, Described, check_described, plain

LARGEST = 20 * 1024 * 1024
# Services under these names, in a page of an API or beside other lists.
LISTS = ("contents", "content", "services", "service", "items")
OVER = frozenset({"inactive", "defunct", "temporarily closed"})
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
BREAK = re.compile(r"<\s*(?:br|/p|/li|/div)\s*/?\s*>", re.IGNORECASE)


class NoDirectory(Blocked):
    """A file that is no directory of services; nothing of it was taken in."""


@dataclass(frozen=True)
class Refused:
    """A service that cannot be taken in: its place in the file, its name, and why."""

    number: int
    name: str
    reason: str

    @property
    def in_words(self) -> str:
        return f"Service {self.number} ({self.name or 'no name'}): {self.reason}"


@dataclass
class Directory:
    """What a file says: services that are there, those that are over, and what was refused."""

    described: list[Described] = field(default_factory=list)
    over: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    # How many pages the whole directory has, where the file says that it is one of several.
    pages: tuple[int, int] | None = None

    @property
    def read(self) -> int:
        return len(self.described) + len(self.over) + len(self.refused)

    @property
    def note(self) -> str:
        if self.pages is None:
            return ""
        number, of = self.pages
        return f"This is page {number} of {of}: read the others too, nothing of this one is lost."


def read(content: bytes) -> Directory:
    """Read a file: a list of services, a page of an API, or one service. Raises NoDirectory."""
    if len(content) > LARGEST:
        raise NoDirectory(f"The file is larger than {LARGEST // 1024**2} MB. Send it in parts.")
    try:
        said = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise NoDirectory("This is no JSON file, so no directory of services.") from error
    directory = Directory()
    seen: set[str] = set()
    for number, each in enumerate(_services(said, directory), 1):
        name = _line(each.get("name"))[:80] if isinstance(each, Mapping) else ""
        try:
            described = _described(each)
            if described.reference in seen:
                raise Blocked("Its id stands in the file already.")
            seen.add(described.reference)
            if _text(each.get("status")).strip().lower() in OVER:
                directory.over.append(described.reference)
                continue
            check_described(described)
            directory.described.append(described)
        except Blocked as blocked:
            directory.refused.append(Refused(number, name, blocked.sentence))
    return directory


def _services(said: Any, directory: Directory) -> Sequence[Any]:
    if isinstance(said, list):
        return said
    if isinstance(said, Mapping):
        for name in LISTS:
            if isinstance(said.get(name), list):
                number, of = said.get("page_number"), said.get("total_pages")
                if isinstance(number, int) and isinstance(of, int) and of > 1:
                    directory.pages = (number, of)
                return said[name]
        if "name" in said and "id" in said:
            return [said]
    raise NoDirectory("There is no list of services in this file.")


def _described(said: Any) -> Described:
    if not isinstance(said, Mapping):
        raise Blocked("It is no service: a name and an id are missing.")
    reference = plain(_text(said.get("id")))
    if not reference:
        raise Blocked("It has no id, so it could not be known again.")
    youngest, oldest, who_for = _eligibility(said)
    address = next(_addresses(said), {})
    organisation = said.get("organization")
    return Described(
        reference=reference,
        name=_line(said.get("name")),
        organisation=_line(organisation.get("name")) if isinstance(organisation, Mapping) else "",
        description=_words(said.get("description")),
        who_for=who_for,
        url=_url(said.get("url")),
        email=_line(said.get("email")),
        phone=next(_phones(said), ""),
        address=", ".join(
            part
            for part in (_line(address.get(name)) for name in ("address_1", "address_2"))
            if part
        ),
        town=_line(address.get("city")),
        postcode=_line(address.get("postal_code")).upper(),
        minimum_age=youngest,
        maximum_age=oldest,
        helps_with=_helps_with(said),
    )


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) and value is not True else ""


def _line(value: Any) -> str:
    return " ".join(plain(unescape(_text(value))).split())


def _words(value: Any) -> str:
    """Directories write HTML into descriptions; here it is plain words."""
    text = TAG.sub("", BREAK.sub("\n", _text(value)))
    lines = [" ".join(line.split()) for line in plain(unescape(text)).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _url(value: Any) -> str:
    """A web address; one without its beginning gets it, and what is none is left out."""
    url = _line(value)
    if url and "://" not in url and " " not in url and "." in url and ":" not in url:
        url = f"https://{url}"
    return url if WEB_ADDRESS.fullmatch(url) else ""


def _list(said: Any, name: str) -> Iterator[Mapping[str, Any]]:
    value = said.get(name) if isinstance(said, Mapping) else None
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, Mapping):
            yield each


def _eligibility(said: Mapping[str, Any]) -> tuple[int | None, int | None, str]:
    """Ages and whom it is for: version 3 says it of the service, version 1 in a list of its own."""
    youngest, oldest = _age(said.get("minimum_age")), _age(said.get("maximum_age"))
    words = [_words(said.get("eligibility_description"))]
    for each in _list(said, "eligibilitys"):
        youngest = _age(each.get("minimum_age")) if youngest is None else youngest
        oldest = _age(each.get("maximum_age")) if oldest is None else oldest
        words.append(_words(each.get("eligibility")))
    return youngest, oldest, "\n".join(word for word in words if word)


def _age(value: Any) -> int | None:
    """Whole years. Directories write 0 and 999 and nothing for “everybody”."""
    try:
        years = int(float(_text(value)))
    except (ValueError, OverflowError):
        return None
    return years if 0 < years < 150 else None


def _phones(said: Mapping[str, Any]) -> Iterator[str]:
    """The service's own number, else that of a contact, else that of a place."""
    holders = [said, *_list(said, "contacts"), *_places(said)]
    for holder in holders:
        for phone in _list(holder, "phones"):
            if number := _line(phone.get("number")):
                yield number


def _places(said: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for each in _list(said, "service_at_locations"):
        yield from _list(each, "location")
    yield from _list(said, "locations")


def _addresses(said: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for place in _places(said):
        for name in ("addresses", "physical_addresses"):
            yield from _list(place, name)


def _helps_with(said: Mapping[str, Any]) -> tuple[NeedKind, ...]:
    """What we wrote ourselves of it; other taxonomies say other things."""
    found = {
        _text(term.get("code"))
        for attribute in _list(said, "attributes")
        for term in _list(attribute, "taxonomy_term")
        if _text(term.get("taxonomy")) == TAXONOMY
    }
    return tuple(kind for kind in NeedKind if kind.value in found)
