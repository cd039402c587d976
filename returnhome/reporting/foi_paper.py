"""The answers to a freedom of information request as they go out: PDF, workbook and CSV."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from returnhome.reporting import exports, setting
from returnhome.reporting.exports import Cell, Sheet
from returnhome.reporting.foi import Answered, Reply, in_words
from returnhome.rules import clock
from returnhome.rules.suppression import WITHHELD, Rule

SETTING = (Path(__file__).parent / "foi.typ").read_bytes()
TITLE = "Answers to a freedom of information request"
SUBJECT = "Return home interviews of children who went missing"
UNPROTECTED = (
    "Not for publication. Small numbers are not hidden in this paper: children could be "
    "recognised. It is for the council’s own use, and not the answer to send."
)
ELSEWHERE = "Where an answer is not held in it, the council answers separately."
HEADER = ("question", "asked", "answer", "group", "period", "value", "counts")


def opening(reply: Reply) -> list[str]:
    """What stands above the answers."""
    day = in_words(reply.now.astimezone(clock.LONDON).date())
    said = (
        f"The numbers are those of the council’s record of missing children and return home "
        f"interviews as it stood on {day}. The answers follow the order of the questions, which "
        "are shortened here. What each number counts is said at the end."
    )
    return [f"{said} {ELSEWHERE}" if any(each.not_held for each in reply.answers) else said]


def on_hidden(reply: Reply) -> list[str]:
    """Why some numbers are not given, as a notice of refusal has to say it."""
    if not reply.is_protected:
        return []
    if not reply.hides:
        return [on_rounding(reply.rule)] if reply.rule.rounds_to > 1 else []
    rule = reply.rule
    return [
        f"Where a number is from 1 to {rule.small - 1} it is not given, and neither are numbers "
        f"from which it could be worked out. It stands as “{rule.fewer}” where that is safe to "
        f"say, and else as “{WITHHELD}”; a number that is withheld can be small or large, and is "
        "not 0. A 0 is shown as 0.",
        "These numbers are withheld under section 40(2) of the Freedom of Information Act 2000, as "
        "personal data of children. Few children of one area went missing in these circumstances, "
        "so that people who know a child could recognise them and learn more about them. To tell "
        "would not be fair to these children, and would contravene the first data protection "
        "principle (section 40(3A)(a)).",
        *([on_rounding(rule)] if rule.rounds_to > 1 else []),
    ]


def on_rounding(rule: Rule) -> str:
    return (
        f"All other numbers are rounded to the nearest {rule.rounds_to}, so that parts need not "
        "add up to their total."
    )


def closing(reply: Reply) -> list[str]:
    """What every answer has to say of the right to have it looked at again."""
    where = f" Write to {reply.contact}." if reply.contact else ""
    return [
        "If you are not content with this answer, you can ask the council for an internal review "
        f"within 40 working days.{where} If you are not content with the outcome of the review, "
        "you can complain to the Information Commissioner (ico.org.uk/make-a-complaint)."
    ]


# On paper.


@dataclass(frozen=True)
class OnPaper:
    """One question on paper: rows have as many cells as there are periods."""

    title: str
    rows: Sequence[Sequence[str]]
    paragraphs: Sequence[str]


@dataclass(frozen=True)
class Paper:
    """What stands on the paper, in its order. All of it is plain text."""

    title: str
    subject: str
    council: str
    facts: Sequence[tuple[str, str]]
    warning: str
    opening: Sequence[str]
    periods: Sequence[str]
    answers: Sequence[OnPaper]
    about: Sequence[str]
    hidden: Sequence[str]
    counts: Sequence[tuple[str, str]]
    closing: Sequence[str]


def paper(reply: Reply) -> Paper:
    facts = [("Council", reply.scope.name)]
    if reply.reference:
        facts.append(("Reference", reply.reference))
    facts += [("Period", reply.days), ("Subject", SUBJECT)]
    return Paper(
        title=TITLE,
        subject=SUBJECT,
        council=reply.scope.name,
        facts=facts,
        warning="" if reply.is_protected else UNPROTECTED,
        opening=opening(reply),
        periods=[each.label for each in reply.periods],
        answers=[_on_paper(each) for each in reply.answers],
        about=reply.about,
        hidden=on_hidden(reply),
        counts=reply.counts,
        closing=closing(reply),
    )


def _on_paper(answered: Answered) -> OnPaper:
    question = answered.question
    said = [line for line in answered.typed.splitlines() if line.strip()]
    not_held = [f"Not held in this record. {answered.not_held}"] if answered.not_held else []
    reading = [question.reading] if question.reading else []
    return OnPaper(
        f"{question.number}. {question.text}",
        [[row.label, *row.cells] for row in answered.rows],
        [*said, *not_held, *reading],
    )


def pdf(reply: Reply) -> bytes:
    """The answers on A4, tagged (PDF/UA-1). The same answers make the same file."""
    return setting.pdf(SETTING, "paper", asdict(paper(reply)))


# As data.


def rows(reply: Reply) -> Iterator[tuple[Cell, ...]]:
    """Each number of each answer by period; what was typed, and what is not held, too."""
    for answered in reply.answers:
        asked = (answered.question.number, answered.question.text)
        for row in answered.rows:
            for period, cell in zip(reply.periods, row.cells, strict=True):
                number = cell.replace(",", "")
                value: Cell = int(number) if number.isdigit() else cell
                yield (*asked, row.label, row.line.group, period.label, value, row.counts)
        if answered.typed:
            yield (*asked, "In words", "", "", answered.typed, "")
        elif answered.not_held:
            yield (*asked, "In words", "", "", "not held", answered.not_held)


def sheets(reply: Reply) -> list[Sheet]:
    """The workbook: the answers, and what they count and leave out."""
    said = [UNPROTECTED] if not reply.is_protected else []
    said += [*opening(reply), *reply.about, *on_hidden(reply), *closing(reply)]
    return [
        Sheet("Answers", HEADER, rows(reply)),
        Sheet("What each counts", ("number", "counts"), reply.counts),
        Sheet("About", ("about these answers",), [(each,) for each in said]),
    ]


def csv(reply: Reply) -> str:
    return "".join(exports.csv_lines(HEADER, rows(reply)))


def xlsx(reply: Reply) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "foi.xlsx"
        exports.write_xlsx(file, sheets(reply))
        return file.read_bytes()


def write(reply: Reply, out: Path) -> None:
    """foi.pdf, foi.csv and foi.xlsx in a folder. Raises OSError."""
    exports.write_csv(out / "foi.csv", HEADER, rows(reply))
    exports.write_xlsx(out / "foi.xlsx", sheets(reply))
    (out / "foi.pdf").write_bytes(pdf(reply))
