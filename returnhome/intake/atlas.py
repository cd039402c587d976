"""The authorities that the rows of one file name, each asked for once."""

from collections.abc import Callable, Iterable
from datetime import date

from returnhome.casework import places
from returnhome.casework.places import Authority, Line

Lookup = Callable[[str, date], Authority | None]


class Atlas:
    """Places as they were on a day, remembered for as long as a file is read."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}
        self._always: dict[tuple[Lookup, str], Authority | None] = {}
        self._then: dict[tuple[Lookup, str, date], Authority | None] = {}

    def look_ahead(self, postcodes: Iterable[str]) -> None:
        """Ask for all of these at once."""
        if new := {each for each in postcodes if each} - self._lines.keys():
            self._lines |= places.lines_at(new)

    def at(self, postcode: str, on: date) -> Authority | None:
        if not postcode:
            return None
        if postcode not in self._lines:
            self.look_ahead([postcode])
        return self._lines[postcode].on(on)

    def named(self, name: str | None, on: date) -> Authority | None:
        return self._asked(places.authority_named, name or "", on)

    def meant(self, name: str, on: date) -> Authority | None:
        """The council that was named, one that has ended included."""
        return self._asked(places.meant_by, name, on)

    def _asked(self, lookup: Lookup, text: str, on: date) -> Authority | None:
        if not text:
            return None
        if (lookup, text) in self._always:
            return self._always[lookup, text]
        if (lookup, text, on) not in self._then:
            found = lookup(text, on)
            # Few authorities have a beginning or an end, and only theirs depend on the day.
            if found is None or (found.since is None and found.until is None):
                self._always[lookup, text] = found
                return found
            self._then[lookup, text, on] = found
        return self._then[lookup, text, on]
