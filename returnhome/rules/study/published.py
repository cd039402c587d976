"""What earlier national studies found, as facts, each with its source, to be set beside our own.

Source: The First Step: How return home interviews can improve support and safeguarding for missing
young people (Pona, Raws and Chetwynd, The Children's Society, 2019), by its press release of 1 May
2019 and by Children and Young People Now of that month; The delivery of return interviews across
England 2023-24 (Missing People); Thurrock's answer to an FOI request on 2018-19; Devon's on
2017-18. The tables of the two studies themselves have not been read: each fact is as was reported.

The facts are carried, and no sentence of theirs. What is set beside one is only as like as `beside`
says: a survey's mean over the councils that answered is no sum over all episodes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from returnhome.rules.codes import Cohort
from returnhome.rules.measures import ALL
from returnhome.rules.study.adding_up import RateFound, Study, percent

FIRST_STEP = "The First Step, The Children’s Society, 2019"
MISSING_PEOPLE = "The delivery of return interviews across England 2023-24, Missing People"
THURROCK, DEVON = "E06000034", "E10000008"


@dataclass(frozen=True, slots=True)
class Beside:
    """What this study found where an earlier one found something, with its own label."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One published finding: `value` as it was found, `source` where it was read."""

    id: str
    study: str
    words: str
    value: str
    source: str
    cohort: str = ALL
    period: str = ""
    beside: Callable[[Study], Beside | None] = lambda _: None
    unlike: str = ""


def _of(share: Fraction | None) -> str:
    return "" if share is None else f"{percent(share):.1f}%"


def _both(found: RateFound) -> Beside | None:
    if found.spread is None or found.share is None:
        return None
    over, under = found.pooled
    return Beside(
        f"{_of(found.spread.mean)} and {_of(found.share)}",
        f"mean over {found.spread.councils} councils; and {over:,} of {under:,} together",
    )


def _mean(key: str) -> Callable[[Study], Beside | None]:
    def beside(study: Study) -> Beside | None:
        found = study.rate(key)
        if found.spread is None:
            return None
        return Beside(_of(found.spread.mean), f"mean over {found.spread.councils} councils")

    return beside


def _mean_and_pooled(key: str) -> Callable[[Study], Beside | None]:
    return lambda study: _both(study.rate(key))


def _range(key: str) -> Callable[[Study], Beside | None]:
    def beside(study: Study) -> Beside | None:
        found = study.rate(key).spread
        if found is None:
            return None
        return Beside(
            f"{_of(found.lowest)} to {_of(found.highest)}",
            f"lowest and highest of {found.councils} councils",
        )

    return beside


def _able(cohort: str) -> Callable[[Study], Beside | None]:
    def beside(study: Study) -> Beside | None:
        found = study.rate("held_of_ended", cohort)
        return Beside(f"{found.answered} of {found.asked}", "councils that gave both counts")

    return beside


def _councils(key: str, what: Callable[[Fraction], bool]) -> Callable[[Study], Beside | None]:
    def beside(study: Study) -> Beside | None:
        shares = [each.share for each in study.rate(key).those if each.share is not None]
        if not shares:
            return None
        return Beside(str(sum(map(what, shares))), f"of {len(shares)} councils compared")

    return beside


def _lowest(key: str) -> Callable[[Study], Beside | None]:
    def beside(study: Study) -> Beside | None:
        found = study.rate(key).spread
        if found is None:
            return None
        return Beside(_of(found.lowest), f"lowest of {found.councils} councils")

    return beside


def _one(code: str, key: str, cohort: str = ALL) -> Callable[[Study], Beside | None]:
    def beside(study: Study) -> Beside | None:
        found = study.rate(key, cohort)
        theirs = [each for each in (*found.those, *found.apart) if each.council.code == code]
        if not theirs:
            return None
        over, under = theirs[0].counts
        return Beside(f"{over:,} of {under:,}", f"{theirs[0].council.name}, this period")

    return beside


FACTS: tuple[Fact, ...] = (
    Fact(
        *("B01", FIRST_STEP, "Episodes with a return home interview, mean over councils", "50%"),
        source="press release, 1 May 2019",
        beside=_mean("held_of_ended"),
    ),
    Fact(
        *("B02", FIRST_STEP, "The same, lowest and highest council", "about 20% to nearly 100%"),
        source="press release, 1 May 2019",
        beside=_range("held_of_ended"),
    ),
    Fact(
        *("B03", FIRST_STEP, "Interview offered", "80%"),
        source="Children and Young People Now, 2019",
        beside=_mean_and_pooled("offered_of_ended"),
        unlike="Whether it was a mean over councils or a sum was not reported.",
    ),
    Fact(
        *("B04", FIRST_STEP, "Offer declined, of offers", "30%"),
        source="Children and Young People Now, 2019",
        beside=_mean_and_pooled("declined_of_offered"),
        unlike="Whether it was a mean over councils or a sum was not reported.",
    ),
    Fact(
        *("B05", FIRST_STEP, "Councils able to give uptake: missing from home", "24"),
        source="press release, 1 May 2019",
        cohort=Cohort.HOME,
        beside=_able(Cohort.HOME),
        unlike="A survey; how many councils were asked was not reported with it.",
    ),
    Fact(
        *("B06", FIRST_STEP, "The same: looked after, in area", "21"),
        source="press release, 1 May 2019",
        cohort=Cohort.LOOKED_AFTER_IN_AREA,
        beside=_able(Cohort.LOOKED_AFTER_IN_AREA),
        unlike="A survey; how many councils were asked was not reported with it.",
    ),
    Fact(
        *("B07", FIRST_STEP, "The same: looked after, out of area", "14"),
        source="press release, 1 May 2019",
        cohort=Cohort.LOOKED_AFTER_OUT_OF_AREA,
        beside=_able(Cohort.LOOKED_AFTER_OUT_OF_AREA),
        unlike="A survey; how many councils were asked was not reported with it.",
    ),
    Fact(
        *("B08", FIRST_STEP, "Councils that record full or specific notes", "69 of 87"),
        source="Children and Young People Now, 2019",
        unlike="Not asked in this study.",
    ),
    Fact(
        *("B09a", MISSING_PEOPLE, "Councils offering after more than 90% of episodes", "5"),
        source="the organisation’s page on the study",
        period="2023-24",
        beside=_councils("offered_of_ended", lambda share: share > Fraction(9, 10)),
        unlike="How many councils answered was not reported with it.",
    ),
    Fact(
        *("B09b", MISSING_PEOPLE, "Councils offering after fewer than 30% of episodes", "10"),
        source="the organisation’s page on the study",
        period="2023-24",
        beside=_councils("offered_of_ended", lambda share: share < Fraction(3, 10)),
        unlike="How many councils answered was not reported with it.",
    ),
    Fact(
        *("B10a", MISSING_PEOPLE, "Councils that completed every interview they offered", "3"),
        source="the organisation’s page on the study",
        period="2023-24",
        beside=_councils("held_of_offered", lambda share: share == 1),
        unlike="How many councils answered was not reported with it.",
    ),
    Fact(
        *("B10b", MISSING_PEOPLE, "Completed of offered, lowest council", "19%"),
        source="the organisation’s page on the study",
        period="2023-24",
        beside=_lowest("held_of_offered"),
    ),
    Fact(
        *("B11", MISSING_PEOPLE, "Within 72 hours, of completed", "63%; no council all"),
        source="the organisation’s page on the study",
        period="2023-24",
        beside=_mean_and_pooled("in_time_of_held"),
        unlike="Here only what is in time on every reading of the times counts as within.",
    ),
    Fact(
        *("B14", "Thurrock, answer to an FOI request", "Interviews completed, of referrals"),
        "124 of 701 (17.7%)",
        source="the council’s answer",
        period="2018-19",
        beside=_one(THURROCK, "held_of_ended"),
        unlike="Referrals are not episodes ended.",
    ),
    Fact(
        *(
            "B15",
            "Devon, answer to an FOI request",
            "Interviews recorded, looked after out of area",
        ),
        "238 of 685 (34.7%)",
        source="the council’s answer",
        cohort=Cohort.LOOKED_AFTER_OUT_OF_AREA,
        period="2017-18",
        beside=_one(DEVON, "held_of_ended", Cohort.LOOKED_AFTER_OUT_OF_AREA),
        unlike="What the council offered was not held centrally.",
    ),
)
