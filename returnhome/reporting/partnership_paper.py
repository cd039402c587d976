"""The report for a board as it is read: on the page, as a tagged PDF, and as CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from returnhome.reporting import charts, exports, setting
from returnhome.reporting.exports import Cell
from returnhome.reporting.foi import in_words
from returnhome.reporting.partnership import Report
from returnhome.reporting.partnership_reading import Figure, Figures, Value, capital
from returnhome.reporting.partnership_summary import summary
from returnhome.reporting.partnership_words import sections
from returnhome.rules import clock, partnership
from returnhome.rules.partnership import FEWEST_COMPARED, TOPICS, ReportKind, Topic
from returnhome.rules.suppression import WITHHELD

SETTING = (Path(__file__).parent / "partnership.typ").read_bytes()
UNPROTECTED = (
    "Not for publication. Small numbers are not hidden in this paper: children could be "
    "recognised. It is for those who may open the records, and not to be tabled."
)
HEADER = (
    *("section", "table", "figure", "counted_of"),
    *("number", "out_of", "percent", "number_before", "out_of_before", "percent_before"),
    *("change_in_points", "more_than_chance"),
)


@dataclass(frozen=True)
class Row:
    """One figure on paper: what it is, out of what, and its cells."""

    label: str
    counted_of: str
    cells: Sequence[str]


@dataclass(frozen=True)
class OnPaper:
    """One table; `of`: out of what all its rows are. `chart`: a picture of it, `alt` its words."""

    caption: str
    of: str
    head: Sequence[str]
    rows: Sequence[Row]
    chart: str
    narrow: str
    alt: str
    note: str


@dataclass(frozen=True)
class Part:
    title: str
    opening: Sequence[str]
    tables: Sequence[OnPaper]
    closing: Sequence[str]


@dataclass(frozen=True)
class Paper:
    """What stands on the paper, in its order. All of it is plain text, but for the pictures."""

    title: str
    council: str
    facts: Sequence[tuple[str, str]]
    warning: str
    summary: Sequence[str]
    parts: Sequence[Part]
    about: Sequence[str]
    hidden: Sequence[str]


def paper(report: Report) -> Paper:
    counts = report.counts
    who = [("Council", counts.scope.name)]
    if counts.provider:
        who.append(("Provider", counts.provider.name))
    told = counts.now.astimezone(clock.LONDON)
    facts = [
        *who,
        ("Period", capital(partnership.in_words(counts.period))),
        ("Compared with", capital(partnership.in_words(counts.before))),
        ("Counted on", f"{in_words(told.date())} at {told:%H:%M}"),
    ]
    return Paper(
        title=counts.kind.heading,
        council=counts.scope.name,
        facts=facts,
        warning="" if report.is_protected else UNPROTECTED,
        summary=summary(report),
        parts=[
            Part(
                each.title,
                each.opening,
                [_on_paper(report, table, f"{each.topic}-{n}") for n, table in numbered],
                each.closing,
            )
            for each in sections(report)
            for numbered in [list(enumerate(each.tables))]
        ],
        about=_about(report),
        hidden=_on_hidden(report),
    )


def _on_paper(report: Report, table: Figures, name: str) -> OnPaper:
    counts = report.counts
    is_compared = any(each.before for each in table.figures)
    of = list(dict.fromkeys(each.line.counted_of for each in table.figures if each.line.of))
    head = ["What is counted", capital(partnership.in_words(counts.period))]
    if is_compared:
        head += [capital(partnership.in_words(counts.before)), "Change, in points"]
    drawn = _bars(table)
    alt = charts.bars_in_words(drawn) if drawn else ""
    wide, narrow = (
        charts.bars(name, table.caption, drawn, alt, narrow=each) if drawn else ""
        for each in (False, True)
    )
    return OnPaper(
        table.caption,
        of[0] if len(of) == 1 else "",
        head,
        [_row(each, is_compared=is_compared, says_of=len(of) > 1) for each in table.figures],
        wide,
        narrow,
        alt,
        table.note,
    )


def _bars(table: Figures) -> list[charts.Bar]:
    return [
        (each.line.label, each.now.count.value or 0, cell(each.now))
        for each in table.drawn
        if each.now.count
    ]


def _row(figure: Figure, *, is_compared: bool, says_of: bool) -> Row:
    cells = [cell(figure.now)]
    if is_compared:
        cells.append(cell(figure.before) if figure.before else "")
        cells.append(_of_change(figure))
    of = f"of {figure.line.counted_of}" if figure.line.of and says_of else ""
    return Row(figure.line.label, of, cells)


def cell(value: Value) -> str:
    """92 of 112 (82.1%); or what is said in place of a number."""
    if value.of == "0":
        return "none to count"
    if value.percent:
        return f"{value.number} of {value.of} ({value.percent})"
    return value.number


def _of_change(figure: Figure) -> str:
    if figure.change is None:
        return ""
    told = figure.change.in_words
    return f"{told}, more than chance" if figure.change.is_more_than_chance else told


def _about(report: Report) -> list[str]:
    counts = report.counts
    before = partnership.before_in_words(counts.period)
    said = []
    if counts.period.last >= counts.now.astimezone(clock.LONDON).date():
        said.append("The period is not over: its numbers will still change.")
    if counts.begins_on is None:
        said.append(
            "There is no missing episode on this record. This does not say that no child went "
            "missing."
        )
    elif counts.begins_on > counts.before.first:
        said.append(
            f"The record begins on {in_words(counts.begins_on)}. For what lies before, nothing is "
            "held, which is not the same as none."
        )
    said += [
        "Episodes are those with a duty to offer an interview. They count by the day of the "
        "return, or of being found where the return is not known. Being away from a placement "
        "with the whereabouts known is not counted, and nor is what was recorded in error.",
        f"A share is said to have moved since {before} where the difference is more than chance "
        "alone would make it: where an interval that holds the true difference in 95 of 100 such "
        f"cases (Newcombe’s) leaves out none. Where either is out of fewer than {FEWEST_COMPARED}, "
        "nothing is compared. Of twenty figures about one is marked by chance all the same; and "
        "where few children go missing often, chance is larger than this reckons.",
    ]
    if counts.kind is not ReportKind.PROVIDER:
        said.append(
            "An interview is in the same report as the episodes that it answers for. One interview "
            "can answer for several episodes of a child."
        )
    return said


def _on_hidden(report: Report) -> list[str]:
    if not report.is_protected:
        if Topic.PLACES not in TOPICS[report.counts.kind]:
            return []
        return ["Places alone are protected in this paper: those with small numbers are not named."]
    rule = report.rule
    rounded = (
        [f"All other numbers are rounded to the nearest {rule.rounds_to}."]
        if rule.rounds_to > 1
        else []
    )
    return [
        f"A number from 1 to {rule.small - 1} is not given, so that no child is found by it, and "
        "neither are numbers from which it could be worked out. It stands as "
        f"“{rule.fewer}” where that is safe to say, and else as “{WITHHELD}”, which can be small "
        "or large and is not 0. A 0 is shown as 0.",
        *rounded,
        "A period hides the same numbers in its own report and in the next one, where it is "
        "compared with. Reports of days that overlap (a quarter and a year, a council and one of "
        "its providers) are not to be published side by side.",
    ]


# On paper.


def pdf(report: Report) -> bytes:
    """The report on A4, tagged (PDF/UA-1). The same report makes the same file."""
    return setting.pdf(SETTING, "paper", asdict(paper(report)))


# As data.


def rows(report: Report) -> Iterator[tuple[Cell, ...]]:
    """Each figure, with that of the period before; words where a number is hidden."""
    for section in sections(report):
        for table in section.tables:
            for figure in table.figures:
                change = figure.change
                yield (
                    *(section.title, table.caption, figure.line.label, figure.line.counted_of),
                    *_numbers(figure.now),
                    *(_numbers(figure.before) if figure.before else (None, None, None)),
                    *(
                        (change.points, _yes(change.is_more_than_chance))
                        if change
                        else (None, None)
                    ),
                )


def _numbers(value: Value) -> tuple[Cell, Cell, Cell]:
    return _cell(value.number), _cell(value.of), value.count.value if value.count else None


def _cell(text: str) -> Cell:
    number = text.replace(",", "")
    return int(number) if number.isdigit() else text or None


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def csv(report: Report) -> bytes:
    return exports.csv_bytes(HEADER, rows(report))
