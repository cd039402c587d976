"""The sheets of a workbook that have the same headings, read as one: a sheet for each month."""

from collections.abc import Sequence
from dataclasses import replace

from returnhome.intake.layouts import numbered
from returnhome.intake.reading import Record, Sheet, Table
from returnhome.rules.naming import folded


def table(sheets: Sequence[Sheet], sheet: Sheet, record: Record, header: Sequence[str]) -> Table:
    """The table of all sheets that have the headings of this record, in the order of the sheets.

    The others are named in its `aside`. Raises Unreadable for more columns than can be read.
    """
    alike = [
        (each, (record, header) if each is sheet else _headed(each, header)) for each in sheets
    ]
    found = [(each, *headed) for each, headed in alike if headed]
    is_one_of_several = len(found) > 1
    first, *more = (
        each.table(record, header, is_one_of_several=is_one_of_several)
        for each, record, header in found
    )
    aside = tuple(each.title for each, headed in alike if not headed)
    return replace(first, more=tuple(more), aside=aside)


def _headed(sheet: Sheet, wanted: Sequence[str]) -> tuple[Record, Sequence[str]] | None:
    """The first record of the sheet that has these headings."""
    for record in sheet.head:
        for header in sheet.headings(record):
            if _own(header) == _own(wanted):
                return record, header
    return None


def _own(header: Sequence[str]) -> frozenset[str]:
    """The headings, whatever their case, spaces and order; columns that have none aside."""
    return frozenset(
        folded(own) for own, heading in zip(numbered(header), header, strict=True) if heading
    )
