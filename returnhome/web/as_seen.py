"""A share as its recipient sees it: the same words for whoever puts it together, looks or opens."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from returnhome.casework.shares import Share, SharedLine
from returnhome.rules import sharing
from returnhome.rules.intelligence import Grading
from returnhome.rules.sharing import Purpose, Recipient, ShareItem


def what_for(share: Share) -> dict[str, Any]:
    """What it is for, and on which basis, in words."""
    recipient, purpose = Recipient(share.recipient), Purpose(share.purpose)
    fit = sharing.fit(recipient, purpose)
    return {"purpose": purpose.label, "basis": fit.basis if fit else ()}


@dataclass(frozen=True)
class Graded:
    """A grading as the recipient reads it: to the police how it is written, and it in words."""

    written: str
    words: str


def graded(line: SharedLine, *, is_for_police: bool = False) -> Graded | None:
    """How a line is graded; None: it is no intelligence."""
    if not line.grading:
        return None
    grading = Grading.read(line.grading, line.conditions)
    written = line.grading if is_for_police else ""
    return Graded(written, grading.in_words(is_for_police=is_for_police))


def lines_shown(
    share: Share, rows: Iterable[SharedLine]
) -> list[tuple[SharedLine, str, Graded | None]]:
    """Each line as its recipient sees it: what it is, and of intelligence how it is graded."""
    is_for_police = share.is_for_police
    return [
        (row, ShareItem(row.item).label, graded(row, is_for_police=is_for_police)) for row in rows
    ]
