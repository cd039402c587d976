"""A share as its recipient sees it: the same words for whoever puts it together, looks or opens."""

from collections.abc import Iterable
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


def lines_shown(rows: Iterable[SharedLine]) -> list[tuple[SharedLine, str, list[str]]]:
    """Each line as its recipient sees it: what it is, and of intelligence the grading in words."""
    return [
        (
            row,
            ShareItem(row.item).label,
            Grading.read(row.grading, row.conditions).in_words() if row.grading else [],
        )
        for row in rows
    ]
