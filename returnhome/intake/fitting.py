"""Which known layout a file is in: one taught for its sender, else one of the product's."""

from collections.abc import Iterable, Sequence

from returnhome.casework import layouts as taught
from returnhome.casework.layouts import TaughtLayout
from returnhome.casework.staff import Organisation
from returnhome.intake import layouts, together
from returnhome.intake.layouts import LAYOUTS, Layout
from returnhome.intake.reading import Record, Sheet, Table, Unreadable


def known_for(sender: Organisation, received_for: Organisation | None) -> list[Layout]:
    """What a file of this sender may be in; what was taught comes first, the newest before all."""
    return [*map(_layout, taught.of(sender, received_for)), *LAYOUTS]


def named(name: str) -> Layout:
    """The layout that a delivery or a command names. Raises Unreadable."""
    found = taught.named(name)
    return _layout(found) if found else layouts.named(name)


def _layout(found: TaughtLayout) -> Layout:
    return layouts.defined(found.name, f"taught for {found.sender.name}", found.definition)


def fitting(sheets: Sequence[Sheet], known: Iterable[Layout]) -> tuple[Table, Layout] | None:
    """The table and its layout: that which knows the most of the headings; the first of equals.

    Of a workbook all sheets with the same headings are the table.
    """
    known = list(known)
    found: list[tuple[Layout, Sheet, Record, list[str]]] = []
    for sheet in sheets:
        for record in sheet.head:
            for header in sheet.headings(record):
                if layout := layouts.fitting(header, known):
                    found.append((layout, sheet, record, header))
    if not found:
        return None
    layout, sheet, record, header = max(found, key=lambda each: each[0].met)
    return together.table(sheets, sheet, record, header), layout


def in_layout(sheets: Sequence[Sheet], name: str) -> tuple[Table, Layout]:
    """The table in the layout of that name. Raises Unreadable, naming what it lacks."""
    layout = named(name)
    found = fitting(sheets, [layout])
    if found is None:
        raise lacks(sheets, layout)
    return found


def lacks(sheets: Sequence[Sheet], layout: Layout) -> Unreadable:
    """What the layout lacks in the row that has the most of it."""
    fitted = [
        layout.fitted(header)
        for sheet in sheets
        for record in sheet.head
        for header in sheet.headings(record)
    ]
    try:
        layouts.checked(max(fitted, key=lambda each: each.met))
    except Unreadable as reason:
        return reason
    return Unreadable(f"The layout {layout.name} does not fit.", field="layout")


def unknown(sheets: Sequence[Sheet], known: Iterable[Layout]) -> Unreadable:
    """Why no layout fits."""
    return layouts.unknown(sheets[0].table().header, known)
