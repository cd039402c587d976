"""What the national study asks of every council: counts by cohort, and the state of each answer.

Source: The First Step (The Children's Society, 2019) for the cohorts and the finding that many
councils cannot answer; the definitions of offer, decline, completion and timeliness as FOI
requests of 2023 and 2024 ask for them (`rules/measures.py`).

A council gives counts. Every rate is worked out here, from two of them, so that nobody sends a
percentage whose denominator is not known, and no two denominators stand under one label.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from returnhome.rules.codes import Code, Cohort
from returnhome.rules.measures import ADDED, ALL, APART_COHORT, COHORTS

# The version of this list. A number is only added up with numbers of the same version.
STANDARD = "1"
HEADER = ("standard", "authority", "period", "cohort", "measure", "value", "state", "note")

# Begins the note of every row that was made up, so that no invented figure passes for a council's.
INVENTED = "Invented for demonstration"


class AnswerState(Code):
    """What stands behind an answer to the national study; our own list.

    The First Step found councils that could not answer and no way to say why.
    """

    GIVEN = "given", "A number is given"
    NOT_HELD = "not_held", "Not recorded, or not so that it can be counted"
    SUPPRESSED = "suppressed", "Known, and withheld because the number is small"
    REFUSED = "refused", "Known or could be known, and not given"
    NOT_APPLICABLE = "not_applicable", "Cannot arise in this council"


COHORT_WORDS: dict[str, str] = {
    ALL: "All children",
    Cohort.HOME: "Missing from home",
    Cohort.LOOKED_AFTER_IN_AREA: "Looked after, placed in the council’s area",
    Cohort.LOOKED_AFTER_OUT_OF_AREA: "Looked after, placed out of area",
    Cohort.PLACED_HERE_BY_OTHER: "Looked after by an authority outside England, placed here",
    Cohort.UNKNOWN: "Cohort not known",
}
LOOKED_AFTER = frozenset({Cohort.LOOKED_AFTER_IN_AREA, Cohort.LOOKED_AFTER_OUT_OF_AREA})
# In the order in which they are asked for, and shown.
ASKED_COHORTS: tuple[str, ...] = tuple(map(str, COHORTS))
ADDED_COHORTS: tuple[str, ...] = tuple(map(str, ADDED))
APART: str = str(APART_COHORT)


@dataclass(frozen=True, slots=True)
class Asked:
    """One number that is asked for, in each cohort. `is_hours`: not a count but hours.

    `part_of` is the measure that it is a part of. One that `may_be_left_out` adds nothing to the
    whole where a council has no row for it.
    """

    key: str
    label: str
    means: str
    part_of: str | None = None
    may_be_left_out: bool = False
    is_hours: bool = False


MEASURES: tuple[Asked, ...] = (
    Asked(
        "ended",
        "Episodes ended",
        "Episodes of missing children that ended in the period, both days included: by the UK day "
        "of the child’s return, or of being found while the return is not known. Every episode, "
        "whatever its length. Children who turned 18 before the return are left out.",
    ),
    Asked(
        "children",
        "Children",
        "Different children with at least one of these episodes. A child in two cohorts counts in "
        "each, and once in all.",
    ),
    Asked(
        "offered",
        "Interview offered",
        "Of the episodes ended: an offer reached the child, or a carer on the child’s behalf. A "
        "letter, text or call without answer is no offer.",
        "ended",
    ),
    Asked("not_offered", "Nothing offered", "Of the episodes ended: nothing was offered.", "ended"),
    Asked(
        "no_contact",
        "Nothing offered, because nobody was reached",
        "Of those with nothing offered: somebody tried, and reached nobody.",
        "not_offered",
    ),
    Asked(
        "offer_not_known",
        "Not known whether offered",
        "Of the episodes ended: the records do not say whether an interview was offered.",
        "ended",
        may_be_left_out=True,
    ),
    Asked(
        "accepted",
        "Offer accepted",
        "Of the episodes offered: the child accepted, or an interview was held, which comes to the "
        "same.",
        "offered",
    ),
    Asked(
        "declined",
        "Offer declined",
        "Of the episodes offered: the child declined, or a parent or carer did, or somebody did "
        "and it is not known who.",
        "offered",
    ),
    Asked(
        "declined_by_child",
        "Declined by the child",
        "Of those declined: the child said no.",
        "declined",
    ),
    Asked(
        "declined_by_parent",
        "Declined by a parent or carer",
        "Of those declined: a parent or carer said no, and the child did not.",
        "declined",
    ),
    Asked(
        "whose_no_not_known",
        "Declined, not known by whom",
        "Of those declined: the records do not say who said no.",
        "declined",
        may_be_left_out=True,
    ),
    Asked(
        "not_answered",
        "Offered, and no answer yet or not now",
        "Of the episodes offered: neither yes nor no so far.",
        "offered",
    ),
    Asked(
        "answer_not_known",
        "Offered, answer not known",
        "Of the episodes offered: the records do not say what was answered.",
        "offered",
        may_be_left_out=True,
    ),
    Asked(
        "held",
        "Interview held",
        "Of the episodes accepted: answered for by a return home interview that took place. One "
        "interview may answer for several episodes; each counts. The police’s own prevention "
        "interview is none.",
        "accepted",
    ),
    Asked(
        "not_held",
        "Accepted, and not held",
        "Of the episodes accepted: no interview took place, and none will.",
        "accepted",
    ),
    Asked(
        "still_to_hold",
        "Accepted, still to be held",
        "Of the episodes accepted: the interview is still to come.",
        "accepted",
    ),
    Asked(
        "held_not_known",
        "Accepted, not known whether held",
        "Of the episodes accepted: the records do not say whether an interview took place.",
        "accepted",
        may_be_left_out=True,
    ),
    Asked(
        "in_time",
        "Held within 72 hours",
        "Of the interviews held: within 72 hours of the child’s return, weekends and holidays "
        "included, on every possible reading of the times.",
        "held",
    ),
    Asked(
        "late",
        "Held after 72 hours",
        "Of the interviews held: after 72 hours, on every possible reading of the times.",
        "held",
    ),
    Asked(
        "indeterminate",
        "Held, cannot be told when",
        "Of the interviews held: the times on record do not say whether within 72 hours. A day "
        "without an hour often cannot say.",
        "held",
        may_be_left_out=True,
    ),
    Asked(
        "median_hours",
        "Median hours to the interview",
        "The median of the hours from the child’s return to the interview, over those held whose "
        "two times are known closer than a day. Decimals may be given. Not applicable where none "
        "was held.",
        is_hours=True,
    ),
    Asked(
        "away",
        "Away without authorisation, counted apart",
        "Episodes ended of looked-after children who were away from placement without "
        "authorisation, their whereabouts known: in none of the numbers above. A council that "
        "records every such absence as missing says not_applicable.",
    ),
)
OF_MEASURE: dict[str, Asked] = {each.key: each for each in MEASURES}
DECLINES: tuple[str, ...] = tuple(each.key for each in MEASURES if each.part_of == "declined")
COUNTS: tuple[str, ...] = tuple(each.key for each in MEASURES if not each.is_hours)


@dataclass(frozen=True, slots=True)
class Rate:
    """One count over another. `unsettled`: what counts against it as not known, in its denominator.

    `words` says both, so that a rate is never read without what it is of.
    """

    key: str
    label: str
    numerator: str
    denominator: str
    unsettled: tuple[str, ...]

    @property
    def words(self) -> str:
        over, under = OF_MEASURE[self.numerator], OF_MEASURE[self.denominator]
        return f"{over.label.lower()} ÷ {under.label.lower()}"


_NO_OFFER, _NO_ANSWER, _NO_END = "offer_not_known", "answer_not_known", "held_not_known"
RATES: tuple[Rate, ...] = (
    Rate(
        *("held_of_ended", "Held, of episodes ended", "held", "ended"),
        (_NO_OFFER, _NO_ANSWER, _NO_END),
    ),
    Rate("offered_of_ended", "Offered, of episodes ended", "offered", "ended", (_NO_OFFER,)),
    Rate("declined_of_offered", "Declined, of offered", "declined", "offered", (_NO_ANSWER,)),
    Rate("accepted_of_offered", "Accepted, of offered", "accepted", "offered", (_NO_ANSWER,)),
    Rate("held_of_offered", "Held, of offered", "held", "offered", (_NO_ANSWER, _NO_END)),
    Rate("held_of_accepted", "Held, of accepted", "held", "accepted", (_NO_END,)),
    Rate("in_time_of_held", "Within 72 hours, of held", "in_time", "held", ("indeterminate",)),
    Rate(
        *("in_time_of_ended", "Within 72 hours, of episodes ended", "in_time", "ended"),
        (_NO_OFFER, _NO_ANSWER, _NO_END, "indeterminate"),
    ),
)
OF_RATE: dict[str, Rate] = {each.key: each for each in RATES}
# The one that says whether a council can tell the uptake at all.
UPTAKE = "held_of_ended"


# As 2025-04-01/2026-03-31; Python alone would take a week of the year for a day too.
DAYS = re.compile(r"\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from first to last, both included."""

    first: date
    last: date

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `2025-04-01/2026-03-31`. Raises ValueError for anything else."""
        if not DAYS.fullmatch(text.strip()):
            raise ValueError("It is not two days.")
        first, last = (date.fromisoformat(part) for part in text.strip().split("/"))
        if last < first:
            raise ValueError("The last day is before the first.")
        return cls(first, last)

    def __str__(self) -> str:
        return f"{self.first}/{self.last}"

    @property
    def words(self) -> str:
        """1 April 2025 to 31 March 2026."""
        return f"{in_words(self.first)} to {in_words(self.last)}"


def in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def collection_year(today: date) -> Period:
    """The last collection year that was over by that day: 1 April to 31 March."""
    ends = today.year if today > date(today.year, 3, 31) else today.year - 1
    return Period(date(ends - 1, 4, 1), date(ends, 3, 31))
