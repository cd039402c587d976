"""Invented returns of all 153 councils, with the gaps and faults of real ones, and the truth.

None of the figures is any council's: every row says that it is invented. The picture is near the
published one: about half of episodes with an interview, councils from 20 % to nearly all, eight in
ten offered, three in ten of these declined, and few councils that can answer cohort by cohort. The
same seed makes the same files. What a study must find is written down beside them, counted here
and not by the code that is to find it.
"""

import csv
import io
import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from returnhome.reporting import study_blank
from returnhome.rules.study.asked import (
    ADDED_COHORTS,
    ASKED_COHORTS,
    HEADER,
    INVENTED,
    MEASURES,
    RATES,
    STANDARD,
    AnswerState,
    Period,
)
from returnhome.rules.study.councils import Council, Councils

ALL = "all"
HOME, IN_AREA, OUT_OF_AREA = ADDED_COHORTS[:3]
# How many councils can tell the uptake, by cohort: as The First Step found.
ABLE = {HOME: 24, IN_AREA: 21, OUT_OF_AREA: 14}
SILENT, REFUSING, EMPTY_HANDED = 16, 4, 22
ALL_IS_MISSING, WITH_GAPS, BY_DAY_ALONE, WORKBOOKS = 9, 6, 24, 12
SHARES = {HOME: 0.56, IN_AREA: 0.25, OUT_OF_AREA: 0.17}
# Below this a council that suppresses leaves a number out.
SMALL = 6

Said = tuple[AnswerState, str | int | float | None, str]
Answers = dict[tuple[str, str], Said]


@dataclass
class Sent:
    """What one council sends, and what of it a study may count."""

    council: Council
    answers: Answers = field(default_factory=dict)
    aside: set[tuple[str, str]] = field(default_factory=set)
    is_counted: bool = True
    is_workbook: bool = False
    lines: list[list[str]] = field(default_factory=list)

    @property
    def stem(self) -> str:
        return re.sub(r"[^a-z]+", "-", self.council.name.lower()).strip("-")


def write(folder: Path, *, councils: Councils, period: Period, seed: int) -> dict[str, Any]:
    """Write the returns and truth.json into the folder, and give the truth. Raises OSError."""
    chance = random.Random(seed)  # noqa: S311  nothing secret
    folder.mkdir(parents=True, exist_ok=True)
    asked = councils.asked(period.last)
    sent = _invented(asked, chance)
    for each in sent:
        each.lines = _lines(each, period)
    faults: list[dict[str, Any]] = []
    files = _spoilt(sent, faults, period, councils, chance)
    written = _written(folder, sent, files, period, asked)
    truth = _truth(asked, sent, faults, period, seed, written)
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(f"{text}\n", encoding="utf-8")
    return truth


# Councils and their numbers


def _invented(asked: list[Council], chance: random.Random) -> list[Sent]:
    order = list(asked)
    chance.shuffle(order)
    sending = order[SILENT:]
    refusing, sending = sending[:REFUSING], sending[REFUSING:]
    empty, sending = sending[:EMPTY_HANDED], sending[EMPTY_HANDED:]
    made = [Sent(council, _all_of(AnswerState.REFUSED, ("ended", "held"))) for council in refusing]
    made += [Sent(council, _without_uptake(chance)) for council in empty]
    for number, council in enumerate(sending):
        made.append(Sent(council, _with_uptake(number, chance), is_workbook=False))
    for each in made[-WORKBOOKS:]:
        each.is_workbook = True
    return made


def _all_of(state: AnswerState, measures: tuple[str, ...]) -> Answers:
    return {(cohort, key): (state, None, "") for cohort in ASKED_COHORTS[:4] for key in measures}


def _without_uptake(chance: random.Random) -> Answers:
    """A council that knows how many went missing, and nothing of interviews."""
    ended = _size(chance)
    given: Answers = {
        (ALL, "ended"): (AnswerState.GIVEN, ended, ""),
        (ALL, "children"): (AnswerState.GIVEN, max(1, round(ended / 2.4)), ""),
    }
    for key in ("offered", "accepted", "declined", "held", "in_time"):
        given[ALL, key] = (AnswerState.NOT_HELD, None, "")
    for cohort in (HOME, IN_AREA, OUT_OF_AREA):
        for key in ("ended", "held"):
            given[cohort, key] = (AnswerState.NOT_HELD, None, "")
    return given


def _size(chance: random.Random) -> int:
    return max(9, min(3_400, round(chance.lognormvariate(5.9, 0.85))))


def _with_uptake(number: int, chance: random.Random) -> Answers:
    """A council that can tell the uptake; the first of them cohort by cohort too."""
    offers = min(0.995, max(0.22, chance.betavariate(6.5, 1.6)))
    says_no = min(0.7, max(0.04, chance.betavariate(5.5, 12.5)))
    comes = min(1.0, max(0.35, chance.betavariate(13, 1.3)))
    in_time = min(0.97, max(0.15, chance.betavariate(5, 3)))
    if number % 29 == 28:
        # Where nearly every child is talked to.
        offers, says_no, comes = 0.998, 0.015, 1.0
    has_gaps = number % 11 == 5 and number // 11 < WITH_GAPS
    by_day = number % 4 == 1 and number // 4 < BY_DAY_ALONE
    size = _size(chance)
    by_cohort = {
        cohort: _funnel(
            round(size * share), (offers, says_no, comes, in_time), has_gaps, by_day, chance
        )
        for cohort, share in SHARES.items()
    }
    by_cohort[ADDED_COHORTS[3]] = _funnel(
        round(size * 0.02), (offers, says_no, comes, in_time), False, by_day, chance
    )
    total = {key: sum(numbers[key] for numbers in by_cohort.values()) for key in by_cohort[HOME]}
    # A child may be in two cohorts in one year.
    total["children"] = max(
        max(numbers["children"] for numbers in by_cohort.values()),
        round(total["children"] * 0.95),
    )
    by_cohort = {ALL: total, **by_cohort}
    shown = [ALL, *(cohort for cohort, able in ABLE.items() if number < able)]
    away = {HOME: 0, IN_AREA: size // 60, OUT_OF_AREA: size // 90}
    away[ALL] = sum(away.values())
    given: Answers = {}
    for cohort in shown:
        for key, value in by_cohort[cohort].items():
            given[cohort, key] = (AnswerState.GIVEN, value, "")
        given[cohort, "median_hours"] = _hours(by_cohort[cohort], in_time, by_day)
        given[cohort, "away"] = (AnswerState.GIVEN, away[cohort], "")
    if len(shown) == 4:
        # Whoever knows three cohorts knows how many are in none of them.
        for key, value in by_cohort[ADDED_COHORTS[3]].items():
            given[ADDED_COHORTS[3], key] = (AnswerState.GIVEN, value, "")
    for cohort in SHARES:
        if cohort not in shown:
            for key in ("ended", "held"):
                given[cohort, key] = (AnswerState.NOT_HELD, None, "")
    if 24 <= number < 24 + ALL_IS_MISSING:
        given[ALL, "away"] = (AnswerState.NOT_APPLICABLE, None, "")
    if number % 17 == 3:
        _suppress(given)
    return given


def _funnel(
    ended: int,
    shares: tuple[float, float, float, float],
    has_gaps: bool,
    by_day: bool,
    chance: random.Random,
) -> dict[str, int]:
    """Every count of one cohort, so that parts add up to what they are parts of."""
    offers, says_no, comes, in_time = shares

    def some(of: int, share: float) -> int:
        return sum(chance.random() < share for _ in range(of))

    not_known = some(ended, 0.2) if has_gaps else 0
    offered = some(ended - not_known, offers)
    not_offered = ended - not_known - offered
    declined = some(offered, says_no)
    not_answered = some(offered - declined, 0.03)
    accepted = offered - declined - not_answered
    held = some(accepted, comes)
    still = some(accepted - held, 0.1)
    unclear = some(held, 0.35) if by_day else some(held, 0.02)
    timely = some(held - unclear, in_time)
    by_child = some(declined, 0.75)
    by_parent = some(declined - by_child, 0.9)
    return {
        "ended": ended,
        "children": min(ended, max(1, round(ended / 2.2))) if ended else 0,
        "offered": offered,
        "not_offered": not_offered,
        "no_contact": some(not_offered, 0.4),
        "offer_not_known": not_known,
        "accepted": accepted,
        "declined": declined,
        "declined_by_child": by_child,
        "declined_by_parent": by_parent,
        "whose_no_not_known": declined - by_child - by_parent,
        "not_answered": not_answered,
        "answer_not_known": 0,
        "held": held,
        "not_held": accepted - held - still,
        "still_to_hold": still,
        "held_not_known": 0,
        "in_time": timely,
        "late": held - unclear - timely,
        "indeterminate": unclear,
    }


def _hours(numbers: Mapping[str, int], in_time: float, by_day: bool) -> Said:
    if not numbers["held"]:
        return AnswerState.NOT_APPLICABLE, None, ""
    if by_day:
        return AnswerState.NOT_HELD, None, "days are recorded, hours are not"
    return AnswerState.GIVEN, round(120 - 100 * in_time, 1), ""


def _suppress(given: Answers) -> None:
    for key, (state, value, note) in list(given.items()):
        is_small = state is AnswerState.GIVEN and isinstance(value, int) and 0 < value < SMALL
        if is_small and key[1] != "away":
            given[key] = (AnswerState.SUPPRESSED, None, note)


# As files


def _lines(sent: Sent, period: Period) -> list[list[str]]:
    return [
        [
            *(STANDARD, sent.council.code, str(period), cohort, measure.key),
            *("" if value is None else str(value), str(state), _note(note)),
        ]
        for cohort in ASKED_COHORTS
        for measure in MEASURES
        if (cohort, measure.key) in sent.answers
        for state, value, note in [sent.answers[cohort, measure.key]]
    ]


def _note(note: str) -> str:
    return f"{INVENTED}: {note}" if note else INVENTED


def _as_text(lines: list[list[str]], header: tuple[str, ...] = HEADER) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(lines)
    return text.getvalue()


def _written(
    folder: Path,
    sent: list[Sent],
    files: dict[str, bytes],
    period: Period,
    asked: list[Council],
) -> int:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    number = len(files)
    for each in sent:
        if each.is_workbook:
            said = {
                key: (state, value, _note(note))
                for key, (state, value, note) in each.answers.items()
            }
            study_blank.write_form(
                folder / f"{each.stem}.xlsx",
                period=period,
                councils=asked,
                of=each.council,
                said=said,
            )
            number += 1
        elif f"{each.stem}.csv" not in files:
            (folder / f"{each.stem}.csv").write_text(_as_text(each.lines), "utf-8", newline="")
            number += 1
    return number


# Faults


@dataclass
class Spoiling:
    """The files that are written otherwise than they should be, and the faults in them."""

    period: Period
    councils: Councils
    faults: list[dict[str, Any]]
    files: dict[str, bytes] = field(default_factory=dict)

    def put(self, sent: Sent, fault: str, rows: tuple[int, ...] = (), **how: Any) -> None:
        """The file of a council as it stands now, with a fault that is now in it."""
        name = f"{sent.stem}.csv"
        self.files[name] = _as_text(sent.lines, how.get("header", HEADER)).encode(
            how.get("encoding", "utf-8")
        )
        self.note(name, fault, rows)

    def note(self, name: str, fault: str, rows: tuple[int, ...] = ()) -> None:
        self.faults.append({"file": name, "rows": list(rows), "fault": fault})

    def row(self, sent: Sent, measure: str, cohort: str = ALL) -> int:
        """Where a row stands: the headings are row 1."""
        return 2 + next(
            number
            for number, line in enumerate(sent.lines)
            if (line[3], line[4]) == (cohort, measure)
        )

    def lose(self, sent: Sent, *measures: str, cohort: str = ALL) -> None:
        sent.aside |= {(cohort, measure) for measure in measures}

    def value(self, sent: Sent, measure: str, text: str, fault: str, state: str = "given") -> None:
        """Another value in one row of all children, which then counts nowhere."""
        row = self.row(sent, measure)
        sent.lines[row - 2][5:7] = [text, state]
        self.lose(sent, measure)
        self.put(sent, fault, (row,))


def _spoilt(
    sent: list[Sent],
    faults: list[dict[str, Any]],
    period: Period,
    councils: Councils,
    chance: random.Random,
) -> dict[str, bytes]:
    spoiling = Spoiling(period, councils, faults)
    # Those that can tell by cohort stay as they are, or the published picture would be lost.
    those = [
        each
        for each in sent
        if not each.is_workbook
        and (ALL, "held") in each.answers
        and each.answers[ALL, "held"][0] is AnswerState.GIVEN
        and (each.answers.get((HOME, "held")) or (None,))[0] is not AnswerState.GIVEN
        and each.answers[ALL, "ended"][1] >= 100  # type: ignore[operator]
        and (each.answers[ALL, "declined"][0] is AnswerState.GIVEN)
        and (each.answers[ALL, "not_answered"][0] is AnswerState.GIVEN)
    ]
    chance.shuffle(those)
    for spoil, each in zip(_WAYS, those, strict=False):
        spoil(spoiling, each)
    _strays(spoiling)
    return spoiling.files


def _percentage(s: Spoiling, sent: Sent) -> None:
    s.value(sent, "held", "45%", "percentage")


def _decimal(s: Spoiling, sent: Sent) -> None:
    s.value(sent, "in_time", "0.63", "decimal")


def _negative(s: Spoiling, sent: Sent) -> None:
    s.value(sent, "late", "-3", "negative")


def _too_large(s: Spoiling, sent: Sent) -> None:
    s.value(sent, "children", "20250331", "too_large")


def _small(s: Spoiling, sent: Sent) -> None:
    s.value(sent, "still_to_hold", "<5", "looks_suppressed")


def _formula(s: Spoiling, sent: Sent) -> None:
    s.value(sent, "ended", "=SUM(F3:F6)", "formula")


def _no_number(s: Spoiling, sent: Sent) -> None:
    s.value(sent, "not_offered", "about forty", "not_a_number")


def _no_value(s: Spoiling, sent: Sent) -> None:
    s.value(sent, "accepted", "", "no_value")


def _value_beside(s: Spoiling, sent: Sent) -> None:
    s.value(sent, "in_time", "31", "value_and_no_state", state="not_held")


def _no_state(s: Spoiling, sent: Sent) -> None:
    s.value(sent, "no_contact", "12", "unknown_state", state="provided")


def _no_measure(s: Spoiling, sent: Sent) -> None:
    row = s.row(sent, "offered")
    sent.lines[row - 2][4] = "offers"
    s.lose(sent, "offered")
    s.put(sent, "unknown_measure", (row,))


def _a_rate(s: Spoiling, sent: Sent) -> None:
    sent.lines.append([*sent.lines[0][:4], "held_of_offered", "62", "given", INVENTED])
    s.put(sent, "a_rate", (len(sent.lines) + 1,))


def _no_cohort(s: Spoiling, sent: Sent) -> None:
    row = s.row(sent, "held", HOME)
    sent.lines[row - 2][3] = "at_home"
    s.lose(sent, "held", cohort=HOME)
    s.put(sent, "unknown_cohort", (row,))


def _too_long(s: Spoiling, sent: Sent) -> None:
    row = s.row(sent, "declined")
    sent.lines[row - 2].append("and a half")
    s.lose(sent, "declined")
    s.put(sent, "wrong_length", (row,))


def _over(s: Spoiling, sent: Sent) -> None:
    """More held within 72 hours than held."""
    row, whole = s.row(sent, "in_time"), s.row(sent, "held")
    sent.lines[row - 2][5] = str(int(sent.lines[whole - 2][5]) + 7)
    s.lose(sent, "in_time", "held")
    s.put(sent, "over_the_whole", tuple(sorted((row, whole))))


def _no_sum(s: Spoiling, sent: Sent) -> None:
    """Offered and not offered leave some of the episodes out."""
    whole = s.row(sent, "ended")
    sent.lines[whole - 2][5] = str(int(sent.lines[whole - 2][5]) + 11)
    parts = ("offered", "not_offered", "offer_not_known")
    s.lose(sent, "ended", *parts)
    rows = (whole, *(s.row(sent, part) for part in parts))
    s.put(sent, "does_not_add_up", tuple(sorted(rows)))


def _cohorts_over(s: Spoiling, sent: Sent) -> None:
    row, whole = s.row(sent, "ended", HOME), s.row(sent, "ended")
    more = int(sent.lines[whole - 2][5]) + 40
    sent.lines[row - 2][5:7] = [str(more), "given"]
    s.lose(sent, "ended")
    s.lose(sent, "ended", cohort=HOME)
    s.put(sent, "cohorts_over_all", tuple(sorted((row, whole))))


def _twice(s: Spoiling, sent: Sent) -> None:
    row = s.row(sent, "held")
    again = list(sent.lines[row - 2])
    again[5] = str(int(again[5]) + 1)
    sent.lines.append(again)
    s.lose(sent, "held")
    s.put(sent, "said_twice", (row, len(sent.lines) + 1))


def _twice_alike(s: Spoiling, sent: Sent) -> None:
    row = s.row(sent, "held")
    sent.lines.append(list(sent.lines[row - 2]))
    s.put(sent, "said_twice_alike", (row, len(sent.lines) + 1))


def _thousands(s: Spoiling, sent: Sent) -> None:
    """No fault: 1,234 is read as it is meant."""
    for line in sent.lines:
        if line[5].isdigit():
            line[5] = f"{int(line[5]):,}"
    s.files[f"{sent.stem}.csv"] = _as_text(sent.lines).encode("utf-8-sig")


def _windows(s: Spoiling, sent: Sent) -> None:
    sent.lines[0][7] = f"{INVENTED}: “as at 1 June” – £0 spent"
    s.put(sent, "other_encoding", encoding="cp1252")


def _wide(s: Spoiling, sent: Sent) -> None:
    s.put(sent, "other_encoding", encoding="utf-16")


def _semicolons(s: Spoiling, sent: Sent) -> None:
    """No fault: no heading has a semicolon in it, so there is nothing to guess."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([HEADER, *sent.lines])
    s.files[f"{sent.stem}.csv"] = text.getvalue().encode()


def _whole_file(fault: str, spoil: Callable[[Spoiling, Sent], Any]) -> Callable[..., None]:
    """A fault for which the whole file counts nowhere."""

    def spoilt(s: Spoiling, sent: Sent) -> None:
        sent.is_counted = False
        how = spoil(s, sent) or {}
        s.put(sent, fault, **how)

    return spoilt


def _without_states(s: Spoiling, sent: Sent) -> dict[str, Any]:
    sent.lines = [[*line[:6], line[7]] for line in sent.lines]
    return {"header": tuple(name for name in HEADER if name != "state")}


def _with_names(s: Spoiling, sent: Sent) -> dict[str, Any]:
    sent.lines = [[*line, "Invented Officer"] for line in sent.lines]
    return {"header": (*HEADER, "filled_in_by")}


def _two_councils(s: Spoiling, sent: Sent) -> None:
    sent.lines[3][1] = "E09000001" if sent.council.code != "E09000001" else "E09000002"


def _no_code(s: Spoiling, sent: Sent) -> None:
    for line in sent.lines:
        line[1] = "E99999999"


def _no_period(s: Spoiling, sent: Sent) -> None:
    for line in sent.lines:
        line[2] = "2025/26"


def _nothing_filled_in(s: Spoiling, sent: Sent) -> None:
    for line in sent.lines:
        line[5:8] = ["", "", ""]


def _last_year(s: Spoiling, sent: Sent) -> None:
    first, last = s.period.first, s.period.last
    before = f"{first.replace(year=first.year - 1)}/{last.replace(year=last.year - 1)}"
    for line in sent.lines:
        line[2] = before
    sent.is_counted = False
    s.put(sent, "other_period")


def _older_standard(s: Spoiling, sent: Sent) -> None:
    for line in sent.lines:
        line[0] = "0"
    sent.is_counted = False
    s.put(sent, "other_standard")


def _two_versions(s: Spoiling, sent: Sent) -> None:
    s.put(sent, "two_versions")
    second = f"{sent.stem}-corrected.csv"
    row = s.row(sent, "late")
    lines = [list(line) for line in sent.lines]
    lines[row - 2][6:] = ["not_held", INVENTED]
    lines[row - 2][5] = ""
    s.files[second] = _as_text(lines).encode()
    s.note(second, "two_versions")
    sent.is_counted = False


def _two_alike(s: Spoiling, sent: Sent) -> None:
    second = f"{sent.stem}-copy.csv"
    s.files[f"{sent.stem}.csv"] = s.files[second] = _as_text(sent.lines).encode()
    # The first by name is counted, the second named.
    s.note(max(second, f"{sent.stem}.csv"), "two_files_alike")


def _no_text(s: Spoiling, sent: Sent) -> None:
    sent.is_counted = False
    s.files[f"{sent.stem}.csv"] = b"PK\x03\x04" + bytes(range(256))
    s.note(f"{sent.stem}.csv", "not_readable")


def _nothing(s: Spoiling, sent: Sent) -> None:
    sent.is_counted = False
    s.files[f"{sent.stem}.csv"] = b""
    s.note(f"{sent.stem}.csv", "empty")


_WAYS: tuple[Callable[[Spoiling, Sent], None], ...] = (
    *(_percentage, _decimal, _negative, _too_large, _small, _formula, _no_number, _no_value),
    *(_value_beside, _no_state, _no_measure, _a_rate, _no_cohort, _too_long, _over, _no_sum),
    *(_cohorts_over, _twice, _twice_alike, _thousands, _windows, _wide, _semicolons),
    _whole_file("wrong_headings", _without_states),
    _whole_file("wrong_headings", _with_names),
    _whole_file("several_in_one", _two_councils),
    _whole_file("unknown_council", _no_code),
    _whole_file("unknown_period", _no_period),
    _whole_file("not_filled_in", _nothing_filled_in),
    *(_last_year, _older_standard, _two_versions, _two_alike, _no_text, _nothing),
)


def _strays(s: Spoiling) -> None:
    """Files that are none of a council asked."""
    s.files["mailing-list.csv"] = b"name,address\r\nInvented Officer,officer@example.invalid\r\n"
    s.note("mailing-list.csv", "not_a_return")
    line = [STANDARD, "", str(s.period), ALL, "ended", "12", "given", INVENTED]
    if s.councils.elsewhere:
        elsewhere = min(code for code in s.councils.elsewhere if code.startswith("W"))
        s.files["from-wales.csv"] = _as_text([[line[0], elsewhere, *line[2:]]]).encode()
        s.note("from-wales.csv", "unknown_council")
    gone = min(
        (each for each in s.councils.known.values() if each.until and each.until < s.period.first),
        key=lambda each: each.code,
    )
    s.files["ended.csv"] = _as_text([[line[0], gone.code, *line[2:]]]).encode()
    s.note("ended.csv", "council_had_ended")


# The truth


def _truth(
    asked: list[Council],
    sent: list[Sent],
    faults: list[dict[str, Any]],
    period: Period,
    seed: int,
    files: int,
) -> dict[str, Any]:
    counted = [each for each in sent if each.is_counted]
    senders = {each.council.code for each in sent}
    return {
        "seed": seed,
        "period": str(period),
        "asked": len(asked),
        "files": files,
        "answered": sorted(each.council.code for each in counted),
        "silent": sorted(each.code for each in asked if each.code not in senders),
        "measures": [
            {
                "cohort": cohort,
                "measure": measure.key,
                "answered": len(numbers),
                "total": None if measure.is_hours else sum(numbers),
            }
            for cohort in ASKED_COHORTS
            for measure in MEASURES
            for numbers in [list(_numbers(counted, cohort, measure.key))]
        ],
        "rates": [_rate(counted, cohort, rate) for cohort in ASKED_COHORTS for rate in RATES],
        "faults": sorted(faults, key=lambda each: (each["file"], each["rows"], each["fault"])),
    }


def _numbers(counted: list[Sent], cohort: str, measure: str) -> Iterator[Any]:
    for each in counted:
        number = _number(each, cohort, measure)
        if number is not None:
            yield number


def _number(sent: Sent, cohort: str, measure: str) -> Any:
    state, value, _ = sent.answers.get((cohort, measure), (None, None, ""))
    is_there = state is AnswerState.GIVEN and (cohort, measure) not in sent.aside
    return value if is_there else None


def _rate(counted: list[Sent], cohort: str, rate: Any) -> dict[str, Any]:
    both: list[tuple[int, int]] = []
    compared: list[tuple[int, int]] = []
    for each in counted:
        over, under = (_number(each, cohort, key) for key in (rate.numerator, rate.denominator))
        if over is None or under is None:
            continue
        both.append((over, under))
        unclear: dict[str, int] = defaultdict(int)
        for key in rate.unsettled:
            unclear[key] = _number(each, cohort, key) or 0
        away = [each.answers.get((place, "away"), (None,))[0] for place in (cohort, ALL)]
        is_all_missing = (
            cohort in (ALL, IN_AREA, OUT_OF_AREA) and AnswerState.NOT_APPLICABLE in away
        )
        if not is_all_missing and (not under or sum(unclear.values()) * 10 <= under):
            compared.append((over, under))
    return {
        "cohort": cohort,
        "rate": rate.key,
        "answered": len(both),
        "compared": len(compared),
        "numerator": sum(over for over, _ in compared),
        "denominator": sum(under for _, under in compared),
    }
