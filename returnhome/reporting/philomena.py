"""An update for the carers' sheet, from what was shared with them: to print, and as data.

Nothing is added to what the share holds: each of its lines stands once, in its part of the sheet.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from returnhome.casework.shares import Share, SharedLine
from returnhome.reporting.shared_paper import (
    Paper,
    Part,
    ask,
    day,
    line_of,
    mail_of,
    moment,
    number_of,
    to_whom,
)
from returnhome.rules import philomena
from returnhome.rules.philomena import SheetPart
from returnhome.rules.sharing import Purpose, Recipient, ShareItem

TITLE = "Update for the Philomena sheet"
Sorted = Mapping[SheetPart, Sequence[SharedLine]]


def is_update(share: Share) -> bool:
    """Whether the share is with carers, for their sheet."""
    return philomena.is_update(Recipient(share.recipient), Purpose(share.purpose))


def sort(lines: Iterable[SharedLine]) -> Sorted:
    """Each line in its part, in the order of the sheet."""
    found: dict[SheetPart, list[SharedLine]] = {part: [] for part in SheetPart}
    for line in lines:
        found[philomena.part_of(ShareItem(line.item), line.question)].append(line)
    return found


def paper(share: Share, told: Sorted) -> Paper:
    """The update to be kept with the sheet. Gradings are the police's, and stand on the share."""
    nothing = [
        part.label.lower() for part in told if not told[part] and part is not SheetPart.OTHER
    ]
    stays = [f"This changes nothing of: {'; '.join(philomena.STAYS)}."]
    if nothing:
        stays.append(f"Nothing new on: {'; '.join(nothing)}.")
    return Paper(
        title=TITLE,
        number=number_of(share),
        about=share.about,
        first=philomena.FIRST,
        opening=[
            "This is what the child told in a return home interview, as far as it helps you to "
            "find them. Put it on the child’s own sheet, and keep the two together. Words in "
            "square brackets stand for something left out on purpose.",
        ],
        facts=[],
        parts=[
            Part(part.label, [replace(line_of(line), graded=()) for line in lines])
            for part, lines in told.items()
            if lines
        ],
        closing=[
            ("What stays as it is on your sheet", stays),
            (
                "Where it comes from",
                [
                    f"From {share.sent_from}, to {to_whom(share)}, {moment(share.sent_at)}. Good "
                    f"until {day(share.until)}.",
                    ask(share, mail_of(share)),
                ],
            ),
        ],
        footer="Keep this safe, with the child’s sheet.",
    )


def as_data(share: Share, told: Sorted) -> dict[str, Any]:
    """What docs/philomena.md describes. All parts stand in it, also those with no line."""
    return {
        "format": "returnhome-philomena-update",
        "version": philomena.VERSION,
        "number": number_of(share),
        "about": share.about,
        "from": share.sent_from,
        "to": to_whom(share),
        "sent": _instant(share.sent_at),
        "until": _instant(share.until),
        "parts": [
            {
                "part": str(part),
                "title": part.label,
                "lines": [
                    {
                        "item": line.item,
                        "heading": line.heading,
                        "words": line.text,
                        "grading": line.grading,
                        "conditions": line.conditions,
                    }
                    for line in lines
                ],
            }
            for part, lines in told.items()
        ],
    }


def _instant(at: datetime | None) -> str:
    """In UTC, to the second."""
    assert at
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
