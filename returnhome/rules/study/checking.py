"""A council's return to the national study, held against what is asked, row by row.

Source: docs/practice/study.md; the sums are those of `rules/measures.py`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches

from returnhome.rules.measures import ALL
from returnhome.rules.study.asked import (
    ADDED_COHORTS,
    ASKED_COHORTS,
    COHORT_WORDS,
    COUNTS,
    HEADER,
    MEASURES,
    OF_MEASURE,
    OF_RATE,
    AnswerState,
    Period,
    in_words,
)
from returnhome.rules.study.councils import Council, Councils
from returnhome.rules.study.faults import Fault, Problem

# More than the whole country has in a year is nobody's count.
MOST = 1_000_000
# A year has so many hours.
MOST_HOURS = 8_784
# As spreadsheets write that a number is too small to tell.
SMALL = re.compile(
    r"(?:[<≤]\s*\d+|less than \d+|under \d+|\*+|\[?[cxz]\]?|\.\.|-|–)", re.IGNORECASE
)
WHOLE = re.compile(r"\d+|\d{1,3}(?:,\d{3})+", re.ASCII)
FRACTION = re.compile(r"(?:\d+|\d{1,3}(?:,\d{3})+)?\.\d+", re.ASCII)
WORDS_SHOWN = 40

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SentRow:
    """A row as it came: its number as a spreadsheet shows it, and its cells by heading.

    `length`: how many cells it has, where these are not as many as the headings.
    """

    number: int
    cells: Mapping[str, str]
    length: int | None = None


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was read: its rows, and what was wrong with it before any row was looked at.

    In a `form` a number alone is given, and a row with nothing in it was left out.
    """

    name: str
    rows: tuple[SentRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    is_form: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """One answer: its state, the number where there is one, and the row that it stands in."""

    state: AnswerState
    value: Decimal | None
    row: int
    note: str = ""

    @property
    def is_number(self) -> bool:
        return self.value is not None


@dataclass(frozen=True)
class StudyReturn:
    """What one council answered for one period: what counts, and the keys of what was set aside."""

    file: str
    standard: str
    council: Council
    period: Period
    answers: Mapping[Key, Given]
    set_aside: frozenset[Key] = frozenset()

    def said(self) -> dict[Key, tuple[str, Decimal | None]]:
        """What it says, wherever it stands."""
        return {key: (each.state.value, each.value) for key, each in self.answers.items()}


class Refused(Exception):
    """A row that cannot be counted: why, in a sentence that goes on after “row 12: ”."""

    def __init__(self, fault: Fault, sentence: str, key: Key | None = None) -> None:
        super().__init__(sentence)
        self.fault, self.sentence, self.key = fault, sentence, key


def check(sent: SentFile, councils: Councils) -> tuple[StudyReturn | None, list[Problem]]:
    """The return that a file holds, or None, and everything that is wrong with it."""
    problems = list(sent.problems)
    if any(each.fault in _STOPS for each in problems):
        return None, problems
    rows = [row for row in sent.rows if not _is_left_out(row, sent)]
    if not sent.rows:
        return None, [*problems, Problem(sent.name, (), Fault.EMPTY, "The file has no rows.")]
    if not any(_cell(row, "value") or _cell(row, "state") for row in rows):
        return None, [
            *problems,
            Problem(
                *(sent.name, (), Fault.NOT_FILLED_IN),
                "No row has a value or a state: nobody has filled the file in.",
            ),
        ]
    try:
        standard, council, period = _whose(rows, councils)
    except Refused as refused:
        return None, [*problems, Problem(sent.name, (), refused.fault, refused.sentence)]
    answers, aside, found = _answers(sent, rows)
    contradictions = list(_contradictions(sent.name, answers))
    for each, keys in contradictions:
        found.append(each)
        aside |= keys
    counted = {key: given for key, given in answers.items() if key not in aside}
    made = StudyReturn(sent.name, standard, council, period, counted, frozenset(aside))
    return made, [*problems, *found]


# What was wrong before any row was looked at, and leaves none to look at.
_STOPS = frozenset({Fault.NOT_READABLE, Fault.EMPTY, Fault.NOT_A_RETURN, Fault.WRONG_HEADINGS})


def _cell(row: SentRow, heading: str) -> str:
    return row.cells.get(heading, "").strip()


def _is_left_out(row: SentRow, sent: SentFile) -> bool:
    """A row of a form that nobody filled in; and everywhere a row with nothing at all in it."""
    asked = ("value", "state") if sent.is_form else HEADER
    return not any(_cell(row, heading) for heading in asked)


# Whose it is


def _whose(rows: Sequence[SentRow], councils: Councils) -> tuple[str, Council, Period]:
    """The standard, council and period that every row names. Raises Refused."""
    standard = _one_of(rows, "standard", "versions of the standard")
    code = _one_of(rows, "authority", "councils").upper()
    written = _one_of(rows, "period", "periods")
    try:
        period = Period.parse(written)
    except ValueError:
        raise Refused(
            Fault.UNKNOWN_PERIOD,
            f"The period is “{_short(written)}” and not two days such as 2025-04-01/2026-03-31.",
        ) from None
    return standard, _council(code, period, councils), period


def _one_of(rows: Sequence[SentRow], heading: str, what: str) -> str:
    where: dict[str, list[int]] = {}
    for row in rows:
        where.setdefault(_cell(row, heading), []).append(row.number)
    if len(where) == 1:
        return next(iter(where))
    ranked = sorted(where.items(), key=lambda each: (-len(each[1]), each[0]))
    (most, _), (other, others) = ranked[:2]
    more = f" and {len(others) - 1} more" if len(others) > 1 else ""
    raise Refused(
        Fault.SEVERAL_IN_ONE,
        f"The rows name {len(where)} {what}, “{_short(most)}” and “{_short(other)}” "
        f"(row {min(others)}{more}): a return is of one.",
    )


def _council(code: str, period: Period, councils: Councils) -> Council:
    council = councils.get(code)
    if council is None:
        raise Refused(Fault.UNKNOWN_COUNCIL, _no_council(code, councils))
    if council.until is not None and council.until < period.first:
        heirs = " and ".join(councils.names(council.successors))
        raise Refused(
            Fault.COUNCIL_HAD_ENDED,
            f"{council.name} ({code}) ended on {in_words(council.until)}, before the period; its "
            f"area is now {heirs}.",
        )
    if council.since is not None and period.last < council.since:
        raise Refused(
            Fault.COUNCIL_HAD_ENDED,
            f"{council.name} ({code}) began on {in_words(council.since)}, after the period.",
        )
    return council


def _no_council(code: str, councils: Councils) -> str:
    if not code:
        return "No row names the council: its GSS code belongs in the column authority."
    if code in councils.elsewhere:
        return f"{code} is {councils.elsewhere[code]}, which is not in England."
    if county := councils.get(councils.districts.get(code, "")):
        return f"{code} is a district of {county.name} ({county.code}), which answers for children."
    return f"“{_short(code)}” is the GSS code of no English council that answers for children."


# Row by row


def _answers(
    sent: SentFile, rows: Iterable[SentRow]
) -> tuple[dict[Key, Given], set[Key], list[Problem]]:
    """The answers, the keys of those that were refused, and what was wrong."""
    said: dict[Key, list[Given]] = defaultdict(list)
    aside: set[Key] = set()
    problems: list[Problem] = []
    for row in rows:
        try:
            key, given = _answer(row, is_form=sent.is_form)
        except Refused as refused:
            problems.append(Problem(sent.name, (row.number,), refused.fault, refused.sentence))
            if refused.key:
                aside.add(refused.key)
        else:
            said[key].append(given)
    answers: dict[Key, Given] = {}
    for key, several in said.items():
        answers[key] = min(several, key=lambda each: each.row)
        if len(several) > 1:
            problem = _said_twice(sent.name, key, several)
            problems.append(problem)
            aside |= {key} if problem.fault is Fault.SAID_TWICE else set()
    return {key: given for key, given in answers.items() if key not in aside}, aside, problems


def _answer(row: SentRow, *, is_form: bool) -> tuple[Key, Given]:
    """The answer that a row gives. Raises Refused."""
    if row.length is not None:
        raise Refused(
            Fault.WRONG_LENGTH,
            f"The row has {row.length} cells and not {len(HEADER)}: a comma in a text belongs in "
            f"quotation marks.",
        )
    key = _key(row)
    state = _state(row, key, is_form=is_form)
    written = _cell(row, "value")
    if state is AnswerState.GIVEN:
        if not written:
            raise Refused(
                Fault.NO_VALUE, f"{_named(key)} is said to be given, and no number is there.", key
            )
        return key, Given(state, _number(written, key), row.number, _cell(row, "note"))
    if written:
        raise Refused(
            Fault.VALUE_AND_NO_STATE,
            f"{_named(key)} is said to be {state}, and “{_short(written)}” stands beside it.",
            key,
        )
    return key, Given(state, None, row.number, _cell(row, "note"))


def _key(row: SentRow) -> Key:
    cohort, measure = _cell(row, "cohort"), _cell(row, "measure")
    if cohort not in ASKED_COHORTS:
        raise Refused(
            Fault.UNKNOWN_COHORT,
            f"There is no cohort “{_short(cohort)}”{_meant(cohort, ASKED_COHORTS)}.",
        )
    if measure in OF_RATE:
        raise Refused(
            Fault.A_RATE,
            f"“{measure}” is a rate: give the two counts, and the study works the rate out.",
        )
    if measure not in OF_MEASURE:
        raise Refused(
            Fault.UNKNOWN_MEASURE,
            f"There is no measure “{_short(measure)}”{_meant(measure, tuple(OF_MEASURE))}.",
        )
    return cohort, measure


def _state(row: SentRow, key: Key, *, is_form: bool) -> AnswerState:
    written = _cell(row, "state")
    if not written and is_form:
        return AnswerState.GIVEN
    try:
        return AnswerState(written)
    except ValueError:
        states = ", ".join(AnswerState)
        said = f"“{_short(written)}” is no state" if written else "The row has no state"
        raise Refused(Fault.UNKNOWN_STATE, f"{said}: it is one of {states}.", key) from None


def _number(written: str, key: Key) -> Decimal:
    """A count, or hours. Raises Refused for anything else, and says what it looks like."""
    text = written.replace("\u00a0", "").strip()
    is_hours = OF_MEASURE[key[1]].is_hours
    if WHOLE.fullmatch(text) or (is_hours and FRACTION.fullmatch(text)):
        value = Decimal(text.replace(",", ""))
        if value > (MOST_HOURS if is_hours else MOST):
            raise Refused(
                Fault.TOO_LARGE, f"{_named(key)} is {_short(text)}: more than there can be.", key
            )
        return value
    for fault, looks, sentence in _LOOKS:
        if looks.fullmatch(text):
            raise Refused(fault, sentence.format(what=_named(key), text=_short(text)), key)
    raise Refused(Fault.NOT_A_NUMBER, f"{_named(key)} is “{_short(text)}” and no number.", key)


_LOOKS = (
    (
        Fault.PERCENTAGE,
        re.compile(r"-?[\d,.]+\s*(?:%|percent|per cent)", re.IGNORECASE),
        "{what} is “{text}”: give the count, and the study works the percentage out.",
    ),
    (
        Fault.FORMULA,
        re.compile(r"[=+@].*", re.DOTALL),
        "{what} is the formula “{text}”: give its value.",
    ),
    (Fault.NEGATIVE, re.compile(r"[-−–]\s?[\d,.]*\d"), "{what} is {text}, below nought."),
    (
        Fault.DECIMAL,
        re.compile(r"\d[\d,]*\.\d+|\.\d+"),
        "{what} is {text}: a count has no decimals.",
    ),
    (
        Fault.LOOKS_SUPPRESSED,
        SMALL,
        "{what} is “{text}”: leave the value empty and give the state suppressed.",
    ),
)


def _said_twice(file: str, key: Key, several: Sequence[Given]) -> Problem:
    rows = tuple(sorted(each.row for each in several))
    if len({(each.state, each.value) for each in several}) == 1:
        sentence = f"{_named(key)} is said {len(rows)} times and alike: counted once."
        return Problem(file, rows, Fault.SAID_TWICE_ALIKE, sentence)
    told = " and ".join(
        str(each.state) if each.value is None else f"{each.value:,}"
        for each in sorted(several, key=lambda each: each.row)
    )
    return Problem(
        file, rows, Fault.SAID_TWICE, f"{_named(key)} is said to be {told}: neither counts."
    )


# Row against row


def _contradictions(
    file: str, answers: Mapping[Key, Given]
) -> Iterator[tuple[Problem, frozenset[Key]]]:
    """What cannot all be true, with the answers of which none counts."""
    for cohort in ASKED_COHORTS:
        here = {
            measure: answers[cohort, measure] for measure in COUNTS if (cohort, measure) in answers
        }
        yield from _within_a_cohort(file, cohort, here)
    for measure in COUNTS:
        there = {
            cohort: answers[cohort, measure]
            for cohort in (ALL, *ADDED_COHORTS)
            if (cohort, measure) in answers
        }
        yield from _over_the_cohorts(file, measure, there)


@dataclass
class _Clash:
    """Answers that cannot all be true."""

    fault: Fault
    sentence: str
    keys: list[Key]
    given: list[Given] = field(default_factory=list)

    def told(self, file: str) -> tuple[Problem, frozenset[Key]]:
        rows = tuple(sorted(each.row for each in self.given))
        ends = "neither counts" if len(rows) == 2 else "none of them counts"
        sentence = f"{self.sentence}: {ends}."
        return Problem(file, rows, self.fault, sentence), frozenset(self.keys)


def _within_a_cohort(
    file: str, cohort: str, here: Mapping[str, Given]
) -> Iterator[tuple[Problem, frozenset[Key]]]:
    numbers = {key: given.value for key, given in here.items() if given.value is not None}
    clashed: set[str] = set()
    for part, whole in _PARTS:
        if part in clashed or part not in numbers or whole not in numbers:
            continue
        if numbers[part] > numbers[whole]:
            clashed.add(part)
            yield _Clash(
                Fault.OVER_THE_WHOLE,
                f"{COHORT_WORDS[cohort]}: {part} is {numbers[part]:,}, which is more than {whole}, "
                f"{numbers[whole]:,}",
                [(cohort, part), (cohort, whole)],
                [here[part], here[whole]],
            ).told(file)
    for whole, parts in _SUMS.items():
        if whole not in numbers or clashed & {whole, *parts}:
            continue
        told = [part for part in parts if part in numbers]
        total = sum((numbers[part] for part in told), Decimal())
        is_short = total < numbers[whole] and all(_adds_nothing(part, here) for part in parts)
        if total > numbers[whole] or is_short:
            yield _Clash(
                Fault.DOES_NOT_ADD_UP,
                f"{COHORT_WORDS[cohort]}: {' + '.join(told)} is {total:,} and {whole} is "
                f"{numbers[whole]:,}",
                [(cohort, key) for key in (whole, *told)],
                [here[key] for key in (whole, *told)],
            ).told(file)


def _adds_nothing(part: str, here: Mapping[str, Given]) -> bool:
    """Whether the part is there as a number, or may be taken for nought."""
    given = here.get(part)
    if given is None:
        return OF_MEASURE[part].may_be_left_out
    return given.is_number or given.state is AnswerState.NOT_APPLICABLE


def _over_the_cohorts(
    file: str, measure: str, there: Mapping[str, Given]
) -> Iterator[tuple[Problem, frozenset[Key]]]:
    numbers = {key: given.value for key, given in there.items() if given.value is not None}
    if ALL not in numbers or len(numbers) == 1:
        return
    parts = [cohort for cohort in ADDED_COHORTS if cohort in numbers]
    total = sum((numbers[cohort] for cohort in parts), Decimal())
    is_whole = all(cohort in numbers or _nobody_in(cohort, there) for cohort in ADDED_COHORTS)
    over = [cohort for cohort in parts if numbers[cohort] > numbers[ALL]]
    # A child in two cohorts counts in each, and once in all.
    is_over = bool(over) if measure == "children" else total > numbers[ALL]
    if is_over or (is_whole and total < numbers[ALL]):
        yield _Clash(
            Fault.COHORTS_OVER_ALL,
            f"{OF_MEASURE[measure].label}: the cohorts add up to {total:,} and all is "
            f"{numbers[ALL]:,}",
            [(cohort, measure) for cohort in (ALL, *parts)],
            [there[cohort] for cohort in (ALL, *parts)],
        ).told(file)


def _nobody_in(cohort: str, there: Mapping[str, Given]) -> bool:
    """Not knowing is the one cohort that a council may leave out."""
    given = there.get(cohort)
    if given is None:
        return cohort == ADDED_COHORTS[-1]
    return given.state is AnswerState.NOT_APPLICABLE


def _wholes(measure: str) -> Iterator[str]:
    """What a measure is a part of, the nearest first."""
    whole = OF_MEASURE[measure].part_of
    while whole:
        yield whole
        whole = OF_MEASURE[whole].part_of


_PARTS: tuple[tuple[str, str], ...] = (
    ("children", "ended"),
    *((each.key, whole) for each in MEASURES for whole in _wholes(each.key)),
)
# Nobody reached is one reason among others for nothing offered.
_SUMS: dict[str, tuple[str, ...]] = {
    whole.key: tuple(each.key for each in MEASURES if each.part_of == whole.key)
    for whole in MEASURES
    if len([each for each in MEASURES if each.part_of == whole.key]) > 1
}


# In words


def _named(key: Key) -> str:
    cohort, measure = key
    return f"{measure} ({cohort})"


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= WORDS_SHOWN else f"{flat[:WORDS_SHOWN]}…"


def _meant(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word.casefold().replace(" ", "_"), known, n=1, cutoff=0.75)
    return f": {near[0]} is one" if near else ""


def versions(returns: Sequence[StudyReturn]) -> tuple[list[StudyReturn], list[Problem]]:
    """Of several files of one council for one period: the first of those that say the same.

    Where they differ none counts, because nobody but the council can say which is right.
    """
    together: dict[tuple[str, Period, str], list[StudyReturn]] = defaultdict(list)
    for each in sorted(returns, key=lambda each: each.file):
        together[each.council.code, each.period, each.standard].append(each)
    kept: list[StudyReturn] = []
    problems: list[Problem] = []
    for several in together.values():
        if len(several) == 1:
            kept += several
            continue
        files = " and ".join(each.file for each in several)
        name = several[0].council.name
        alike = all(
            each.said() == several[0].said() and each.set_aside == several[0].set_aside
            for each in several
        )
        if alike:
            kept.append(several[0])
            problems += [
                Problem(
                    *(each.file, (), Fault.TWO_FILES_ALIKE),
                    f"{files} are of {name} for one period and say the same: counted once, "
                    f"from {several[0].file}.",
                )
                for each in several[1:]
            ]
        else:
            problems += [
                Problem(
                    *(each.file, (), Fault.TWO_VERSIONS),
                    f"{files} are of {name} for one period and differ: neither counts. Take out "
                    f"the one that no longer holds.",
                )
                for each in several
            ]
    return kept, problems
