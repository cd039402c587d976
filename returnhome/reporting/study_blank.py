"""What a council needs to answer the national study without this product: form, file and schema."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from returnhome.reporting.exports import write_csv
from returnhome.rules.study.asked import (
    ASKED_COHORTS,
    COHORT_WORDS,
    HEADER,
    MEASURES,
    STANDARD,
    AnswerState,
    Period,
)
from returnhome.rules.study.checking import MOST, MOST_HOURS, Key
from returnhome.rules.study.councils import Council

FORM, TEXT, SCHEMA = "return.xlsx", "return.csv", "datapackage.json"
# The table's headings stand in this row, counted from nought.
TABLE = 7
COLUMNS = (*("cohort", "measure", "value", "state", "note"), "which children", "what is counted")
WIDTHS = (28, 22, 12, 16, 34, 38, 38)

Said = tuple[AnswerState, str | int | float | None, str]

HOW = (
    "One row asks for one number of one cohort. Give counts, never percentages: the study works "
    "rates out.",
    "A number alone is enough. Where there is none, leave value empty and choose why in state.",
    "A row left empty says nothing: your council is then counted as one that left it out.",
    "All children is every cohort but those whom an authority outside England looks after.",
    "The sheet “What each means” says what belongs in each number.",
)


def write_all(folder: Path, *, period: Period, councils: list[Council]) -> tuple[str, ...]:
    """Write form, file and schema into the folder. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    write_form(folder / FORM, period=period, councils=councils)
    write_csv(folder / TEXT, HEADER, _empty_rows(period))
    schema = json.dumps(data_package(), ensure_ascii=False, indent=2)
    (folder / SCHEMA).write_text(f"{schema}\n", encoding="utf-8")
    return FORM, TEXT, SCHEMA


def _empty_rows(period: Period) -> list[tuple[str, ...]]:
    return [
        (STANDARD, "", str(period), cohort, measure.key, "", "", "")
        for cohort in ASKED_COHORTS
        for measure in MEASURES
    ]


# The form


def write_form(
    path: Path,
    *,
    period: Period,
    councils: list[Council],
    of: Council | None = None,
    said: Mapping[Key, Said] | None = None,
) -> None:
    """The workbook that a council fills in; `of` and `said` fill it in already."""
    options = {"strings_to_formulas": said is not None, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
        sheet = book.add_worksheet("Return")
        _head(book, sheet, period, of)
        _table(book, sheet, said or {})
        _meanings(book)
        _list_of_councils(book, councils)
        _validations(sheet, len(councils))


def _head(book: Any, sheet: Any, period: Period, of: Council | None) -> None:
    bold = book.add_format({"bold": True})
    title = book.add_format({"bold": True, "font_size": 15})
    asked = book.add_format({"bg_color": "#FFF7D6", "border": 1, "border_color": "#B1B4B6"})
    hint = book.add_format({"font_color": "#484949", "italic": True})
    sheet.write_string(0, 0, "National study of return home interviews: a council’s return", title)
    sheet.write_string(1, 0, "Standard", bold)
    sheet.write_string(1, 1, STANDARD)
    sheet.write_string(2, 0, "Council", bold)
    sheet.write_string(2, 1, f"{of.code} {of.name}" if of else "", asked)
    sheet.write_string(2, 2, "Choose your council, or write its GSS code.", hint)
    sheet.write_string(3, 0, "Period", bold)
    sheet.write_string(3, 1, str(period), asked)
    sheet.write_string(3, 2, f"{period.words}, both days included.", hint)
    sheet.write_string(4, 0, HOW[0], hint)
    sheet.write_string(5, 0, f"{HOW[1]} {HOW[2]}", hint)


def _table(book: Any, sheet: Any, said: Mapping[Key, Said]) -> None:
    heading = book.add_format({"bold": True, "bottom": 2, "bg_color": "#EEF2F6"})
    code = book.add_format({"font_color": "#484949"})
    words = book.add_format({"text_wrap": False, "font_color": "#484949"})
    line = {"border": 1, "border_color": "#B1B4B6", "bg_color": "#FFF7D6"}
    count = book.add_format({**line, "num_format": "#,##0"})
    hours = book.add_format({**line, "num_format": "0.0"})
    text = book.add_format(line)
    for column, (label, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(TABLE, column, label, heading)
    sheet.freeze_panes(TABLE + 1, 2)
    row = TABLE
    for cohort in ASKED_COHORTS:
        for measure in MEASURES:
            row += 1
            state, value, note = said.get((cohort, measure.key), ("", None, ""))
            sheet.write_string(row, 0, cohort, code)
            sheet.write_string(row, 1, measure.key, code)
            number = hours if measure.is_hours else count
            if value is None:
                sheet.write_blank(row, 2, None, number)
            else:
                sheet.write(row, 2, value, number)
            sheet.write_string(row, 3, str(state), text)
            sheet.write_string(row, 4, note, text)
            sheet.write_string(row, 5, COHORT_WORDS[cohort], words)
            sheet.write_string(row, 6, measure.label, words)
    sheet.autofilter(TABLE, 0, row, len(COLUMNS) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(TABLE)


def _meanings(book: Any) -> None:
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    heading = book.add_format({"bold": True, "bottom": 2, "bg_color": "#EEF2F6"})
    sheet = book.add_worksheet("What each means")
    for column, width in enumerate((24, 40, 100)):
        sheet.set_column(column, column, width)
    rows = [
        ("measure", "in short", "what belongs in it"),
        *((each.key, each.label, each.means) for each in MEASURES),
        ("", "", ""),
        ("cohort", "which children", "as at the start of the episode"),
        *((cohort, words, "") for cohort, words in COHORT_WORDS.items()),
        ("", "", ""),
        ("state", "what it says", ""),
        *((state, state.label, "") for state in AnswerState),
        ("", "", ""),
        ("how", "", ""),
        *(("", "", sentence) for sentence in HOW),
    ]
    for number, row in enumerate(rows):
        is_heading = row[0] in ("measure", "cohort", "state", "how")
        for column, words in enumerate(row):
            sheet.write_string(number, column, str(words), heading if is_heading else wrapped)


def _list_of_councils(book: Any, councils: list[Council]) -> None:
    sheet = book.add_worksheet("Councils")
    sheet.set_column(0, 0, 48)
    for number, council in enumerate(sorted(councils, key=lambda each: each.name)):
        sheet.write_string(number, 0, f"{council.code} {council.name}")


def _validations(sheet: Any, councils: int) -> None:
    sheet.data_validation(
        *(2, 1, 2, 1),
        {
            "validate": "list",
            "source": f"=Councils!$A$1:$A${councils}",
            "error_type": "warning",
            "error_title": "Council",
            "error_message": "Choose a council from the list, or write its GSS code.",
        },
    )
    first, last = TABLE + 1, TABLE + len(ASKED_COHORTS) * len(MEASURES)
    sheet.data_validation(
        *(first, 3, last, 3),
        {
            "validate": "list",
            "source": [str(state) for state in AnswerState],
            "error_title": "State",
            "error_message": "Choose one of the states, or leave it empty beside a number.",
        },
    )
    row = first
    for _ in ASKED_COHORTS:
        for measure in MEASURES:
            sheet.data_validation(
                *(row, 2, row, 2),
                {
                    "validate": "decimal" if measure.is_hours else "integer",
                    "criteria": "between",
                    "minimum": 0,
                    "maximum": MOST_HOURS if measure.is_hours else MOST,
                    "input_title": measure.label[:32],
                    "error_title": "Value",
                    "error_message": "Hours, from nought up."
                    if measure.is_hours
                    else "A whole number, no percentage. Where there is none, choose a state.",
                },
            )
            row += 1


# The schema


def data_package() -> dict[str, Any]:
    """A descriptor by the Data Package standard (version 1): one table, its fields and its key."""
    words = {each.key: f"{each.label}. {each.means}" for each in MEASURES}
    field: dict[str, dict[str, Any]] = {
        "standard": {
            "description": "The version of the standard that the return follows.",
            "constraints": {"required": True, "enum": [STANDARD]},
        },
        "authority": {
            "description": "The council, by the GSS code of the Office for National Statistics.",
            "constraints": {"required": True, "pattern": "E(06|08|09|10)[0-9]{6}"},
        },
        "period": {
            "description": "First and last day, both included, such as 2025-04-01/2026-03-31.",
            "constraints": {
                "required": True,
                "pattern": "[0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9]{4}-[0-9]{2}-[0-9]{2}",
            },
        },
        "cohort": {
            "description": "Which children, as at the start of the episode. "
            + " ".join(f"{code}: {label}." for code, label in COHORT_WORDS.items()),
            "constraints": {"required": True, "enum": list(ASKED_COHORTS)},
        },
        "measure": {
            "description": " ".join(f"{code}: {told}" for code, told in words.items()),
            "constraints": {"required": True, "enum": list(words)},
        },
        "value": {
            "type": "number",
            "groupChar": ",",
            "description": "A whole number; hours may have decimals. Empty unless the state is "
            "given.",
            "constraints": {"minimum": 0, "maximum": MOST},
        },
        "state": {
            "description": " ".join(f"{state}: {state.label}." for state in AnswerState),
            "constraints": {"required": True, "enum": [str(state) for state in AnswerState]},
        },
        "note": {"description": "Anything that a reader of the study should know."},
    }
    return {
        "profile": "tabular-data-package",
        "name": "return-home-interviews-return",
        "title": "A council’s return to the national study of return home interviews",
        "version": STANDARD,
        "licenses": [{"name": "MIT"}],
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": "return",
                "path": TEXT,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True},
                "schema": {
                    "fields": [{"name": name, "type": "string", **field[name]} for name in HEADER],
                    "missingValues": [""],
                    "primaryKey": ["standard", "authority", "period", "cohort", "measure"],
                },
            }
        ],
    }
