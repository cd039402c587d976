"""The report on earlier records: what would be brought in, what is refused, and what would be lost.

It is plain data, so that a page, a terminal, JSON and a spreadsheet show the same.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


def counted(number: int, thing: str, many: str = "") -> str:
    return f"{number:,} {thing if number == 1 else many or f'{thing}s'}"


COUNTS = ("children", "episodes", "offers", "interviews", "unchanged", "refused", "live", "settled")

# What became of each row that was read.
NAMED = ("children", "episodes", "unchanged", "refused")


@dataclass(slots=True)
class Report:
    """What comes of some files. Rows are named by file and number; a refused one with its cells."""

    files: list[dict[str, Any]] = field(default_factory=list)
    # Sheets of which nothing is read: they have other headings.
    aside: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    refused: list[dict[str, Any]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    # (file, heading) → cells that are filled and have no home.
    columns: Counter[tuple[str, str]] = field(default_factory=Counter)
    # (file, heading, word) → rows in which it could not be placed.
    words: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    imprecise: Counter[str] = field(default_factory=Counter)
    same: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, file: str, row: int, reason: str, cells: Mapping[str, str]) -> None:
        self.counts["refused"] += 1
        self.refused.append({"file": file, "row": row, "reason": reason, "cells": dict(cells)})

    def is_same(self, file: str, row: int, differs: Iterable[str]) -> None:
        """The episode is there already; `differs`: what the file says otherwise, in words."""
        self.counts["unchanged"] += 1
        said = list(differs)
        if said:
            self.same.append({"file": file, "row": row, "differs": said})

    def as_json(self) -> dict[str, Any]:
        return {
            "read": sum(self.counts[name] for name in NAMED),
            "counts": {name: self.counts[name] for name in COUNTS},
            "files": self.files,
            "aside": self.aside,
            "refused": sorted(self.refused, key=self._place),
            "skipped": dict(self.skipped),
            "lost": {
                "columns": [
                    {"file": file, "heading": heading, "filled": number}
                    for (file, heading), number in sorted(self.columns.items())
                ],
                "words": [
                    {"file": file, "heading": heading, "word": word, "rows": number}
                    for (file, heading, word), number in sorted(self.words.items())
                ],
                "precision": [
                    {"what": what, "number": self.imprecise[what], "sentence": sentence}
                    for what, sentence in _sentences(self.imprecise).items()
                ],
            },
            "same": sorted(self.same, key=self._place),
        }

    def _place(self, row: Mapping[str, Any]) -> tuple[int, int]:
        """Where a row stands, by file and number."""
        files = [each["name"] for each in self.files]
        return files.index(row["file"]), row["row"]


def _sentences(imprecise: Mapping[str, int]) -> dict[str, str]:
    return {
        what: words(imprecise[what]) for what, words in IMPRECISE.items() if imprecise.get(what)
    }


def _n(number: int, thing: str, one: str, many: str) -> str:
    return f"{counted(number, thing)} {one if number == 1 else many}"


# What the files leave out, in sentences; each is told how many.
IMPRECISE = {
    "start_without_time": lambda n: (
        f"{_n(n, 'episode', 'begins', 'begin')} on a day without a time"
    ),
    "end_without_time": lambda n: (
        f"{_n(n, 'episode', 'ends', 'end')} on a day without a time, so 72 hours run from no "
        "certain moment"
    ),
    "end_without_word": lambda n: (
        f"{counted(n, 'end')} {'says' if n == 1 else 'say'} neither found nor returned: kept as "
        "found for a missing child and as returned for one away, as the SSDA903 has it"
    ),
    "found_alone": lambda n: (
        f"Of {counted(n, 'episode')} only the finding is known: the return may have been later"
    ),
    "held_without_time": lambda n: (
        f"{_n(n, 'interview', 'has', 'have')} a day and no time: 72 hours cannot be counted, only "
        "whole days"
    ),
    "held_without_day": lambda n: (
        f"{_n(n, 'interview', 'has', 'have')} no day: whether within 72 hours cannot be told"
    ),
    "hours_not_known": lambda n: (
        f"Of {counted(n, 'interview')} held it cannot be told whether it was within 72 hours"
    ),
    "offer_without_day": lambda n: f"{_n(n, 'offer', 'has', 'have')} no day",
    "offer_not_known": lambda n: (
        f"Of {counted(n, 'episode')} nothing says whether an interview was offered: counted as not "
        "known, never as not offered"
    ),
    "answer_not_known": lambda n: f"Of {counted(n, 'offer')} the answer is not known",
    "whose_no_not_known": lambda n: (
        f"Of {counted(n, 'declined offer')} nothing says who declined: the child or a parent"
    ),
    "held_not_known": lambda n: (
        f"Of {counted(n, 'accepted offer')} nothing says whether the interview was held"
    ),
    "kind_not_known": lambda n: (
        f"{_n(n, 'episode', 'does', 'do')} not say missing or away: taken as missing"
    ),
    "not_looked_after": lambda n: (
        f"{counted(n, 'episode')} of a list of looked-after children {'is' if n == 1 else 'are'} "
        "of children who by our record were not looked after that day: who must act goes by the "
        "record, so put the care right first"
    ),
    "still_missing": lambda n: (
        f"{_n(n, 'episode', 'has', 'have')} no end: the child would stand as still missing"
    ),
    "to_be_recorded_again": lambda n: (
        f"{_n(n, 'recent episode', 'was', 'were')} offered an interview and not settled by it: "
        "the work list asks for the offer with its day"
    ),
}


HEADER = ("What", "File", "Row", "Heading", "Word", "Number", "In words")


def lines(said: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """The report of what would be lost as rows of a spreadsheet; `said` is its JSON."""
    lost = said["lost"]
    for each in lost["columns"]:
        yield (
            *("column without a home", each["file"], "", each["heading"], ""),
            *(str(each["filled"]), "Filled cells; each row is kept whole as it was received"),
        )
    for each in lost["words"]:
        yield (
            *("word that could not be placed", each["file"], "", each["heading"], each["word"]),
            *(str(each["rows"]), "Rows"),
        )
    for each in lost["precision"]:
        yield ("left out", "", "", "", "", str(each["number"]), each["sentence"])
    for each in said["same"]:
        yield (
            *("there already, and differs", each["file"], str(each["row"]), "", "", ""),
            "; ".join(each["differs"]),
        )
    for each in said["refused"]:
        yield ("refused", each["file"], str(each["row"]), "", "", "", each["reason"])


def by_file(said: Mapping[str, Any]) -> list[tuple[str, list[tuple[dict[str, str], str]]]]:
    """The refused rows of each file, with its own headings: cells and reason."""
    found: dict[str, list[tuple[dict[str, str], str]]] = {}
    for row in said["refused"]:
        found.setdefault(row["file"], []).append((row["cells"], row["reason"]))
    return list(found.items())


def in_words(said: Mapping[str, Any]) -> Iterator[str]:
    """The report as lines for a terminal; what names a child stays in the files."""
    counts, lost = said["counts"], said["lost"]
    for each in said["aside"]:
        yield f"{each} is left aside: it has other headings."
    for each in said["refused"]:
        yield f"{each['file']}, row {each['row']}: {each['reason']}."
    for each in lost["columns"]:
        yield (
            f"{each['file']}: the column “{each['heading']}” has no home "
            f"({counted(each['filled'], 'filled cell')})."
        )
    for each in lost["words"]:
        yield (
            f"{each['file']}, “{each['heading']}”: “{each['word']}” could not be placed "
            f"({counted(each['rows'], 'row')})."
        )
    for each in lost["precision"]:
        yield f"{each['sentence']}."
    for each in said["same"]:
        yield f"{each['file']}, row {each['row']} is there already: {'; '.join(each['differs'])}."
    yield (
        f"{said['read']} read: {counted(counts['children'], 'child', 'children')} and "
        f"{counted(counts['episodes'], 'episode')} new "
        f"({counts['live']} live work, {counts['settled']} settled), with "
        f"{counted(counts['offers'], 'offer')} and {counted(counts['interviews'], 'interview')}; "
        f"{counts['unchanged']} there already, {counts['refused']} refused."
    )
