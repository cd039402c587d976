"""Counts, rates and their denominators: the funnel from episodes ended to interviews held in time.

Source: The First Step (The Children's Society, 2019) for the cohorts; the definitions of offer,
decline, completion and timeliness as FOI questions of 2023 and 2024 ask for them. “Held of those
offered” and “held of all ended” are two measures and never stand under one label.

An episode brought in with a council's earlier records counts by what these say. What they leave out
is a part of its own: not known is never counted as not offered, not answered or not held.

An episode counts in some `parts`; a measure is one part over another, so that what is added up
once, by cohort or by day, gives every rate.

Cohorts are the child's own at the start of the episode, seen from the responsible authority. Those
of authorities outside England stand apart: `all` is every other cohort.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from returnhome.rules.clock import Standing
from returnhome.rules.codes import Cohort, DeclinedBy, Earlier, NotHeldReason, OfferKind
from returnhome.rules.facts import EpisodeFacts

ALL = "all"
COHORTS: tuple[str, ...] = (ALL, *Cohort)
APART_COHORT = Cohort.PLACED_HERE_BY_OTHER
ADDED: tuple[Cohort, ...] = tuple(cohort for cohort in Cohort if cohort is not APART_COHORT)

DECLINED = {
    DeclinedBy.CHILD: "declined_by_child",
    DeclinedBy.PARENT_OR_CARER: "declined_by_parent",
}
TIMED = {Standing.IN_TIME: "in_time", Standing.LATE: "late"}
# Outside the statutory duty: counted apart, in no rate.
APART = {
    OfferKind.LOCAL_POLICY: "local_policy",
    OfferKind.NOT_STATUTORY_HERE: "not_statutory",
    OfferKind.ADULT_PATHWAY: "adult_pathway",
}
# The way of an episode to an interview in time, and where it is lost on that way: what is lost and
# what is held add up to what ended.
STEPS = ("ended", "offered", "accepted", "held", "in_time")
NOT_KNOWN = ("offer_not_known", "answer_not_known", "whose_no_not_known", "held_not_known")
LOST = (
    "not_offered",
    "declined_by_child",
    "declined_by_parent",
    "not_answered",
    "not_held",
    "still_to_hold",
    *NOT_KNOWN,
)
# Where earlier records leave off: what they say, and from there on it is not known.
EARLIER: dict[Earlier, frozenset[str]] = {
    Earlier.NOT_KNOWN: frozenset({"offer_not_known"}),
    Earlier.NOT_OFFERED: frozenset({"not_offered"}),
    Earlier.NOT_REACHED: frozenset({"not_offered", "no_contact"}),
    Earlier.OFFERED: frozenset({"offered", "answer_not_known"}),
    Earlier.DECLINED: frozenset({"offered", "whose_no_not_known"}),
    Earlier.ACCEPTED: frozenset({"offered", "accepted", "held_not_known"}),
}

# What is true only at the moment of the count, so that no stored figure can hold it.
OF_THE_MOMENT = frozenset({"running", "running_not_offered", "still_missing", "waiting"})


def parts(facts: EpisodeFacts) -> frozenset[str]:
    """The parts of the funnel that this episode counts in. Codes of at most 30 characters."""
    waiting = {"waiting"} if facts.waiting else set()
    if facts.not_held is NotHeldReason.RECORDED_IN_ERROR:
        return frozenset({"recorded_in_error"} | waiting)
    if facts.ended_on is None:
        return frozenset({"still_missing"} | waiting)
    if facts.offer_kind in APART:
        return frozenset(parts_apart(facts) | waiting)
    running = {"running"} if facts.running and not facts.is_answered_for else set()
    return frozenset({"ended"} | parts_of_offer(facts) | running | waiting)


def parts_apart(facts: EpisodeFacts) -> set[str]:
    prefix = APART[facts.offer_kind]
    return {
        f"{prefix}_{part}"
        for part, counts in (
            ("ended", True),
            ("offered", facts.is_offered),
            ("held", facts.is_answered_for),
        )
        if counts
    }


def parts_of_offer(facts: EpisodeFacts) -> set[str]:
    if facts.earlier in EARLIER and not facts.is_answered_for:
        return set(EARLIER[facts.earlier])
    if not facts.is_offered:
        why = {"no_contact"} if is_out_of_reach(facts) else set()
        return {"not_offered"} | why | ({"running_not_offered"} if facts.running else set())
    if facts.is_accepted:
        return {"offered", "accepted"} | parts_of_interview(facts)
    if facts.whose_no:
        return {"offered", DECLINED[facts.whose_no]}
    return {"offered", "not_answered"}


def is_out_of_reach(facts: EpisodeFacts) -> bool:
    return facts.attempted or facts.not_held is NotHeldReason.NOT_CONTACTABLE


def parts_of_interview(facts: EpisodeFacts) -> set[str]:
    if facts.is_answered_for:
        timed = TIMED.get(facts.standing, "indeterminate") if facts.standing else "indeterminate"
        return {"held", timed} | ({"covered"} if facts.is_covered else set())
    if facts.not_held:
        return {"not_held", f"not_held_{facts.not_held}"}
    if facts.earlier is Earlier.NOT_HELD:
        return {"not_held", "not_held_why_not_known"}
    return {"still_to_hold"}


BY_RETURN = "by the UK day of the return, or of being found while the return is not known"
AT_THE_COUNT = "as it stands at the moment of the count"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: part over part, both in words, and by which day an episode is in the period.

    A plain count has nothing below the line.
    """

    key: str
    label: str
    part: str
    numerator: str
    of: str | None = None
    denominator: str | None = None
    basis: str = BY_RETURN


@dataclass(frozen=True, slots=True)
class Count:
    numerator: int
    denominator: int | None = None

    @property
    def value(self) -> float | None:
        """A percentage to one decimal, half up; None for a plain count or of nothing."""
        if not self.denominator:
            return None
        return (2000 * self.numerator + self.denominator) // (2 * self.denominator) / 10

    @property
    def percent(self) -> str:
        """58.7%, always to one decimal; nothing for a plain count or of nothing."""
        return "" if self.value is None else f"{self.value:.1f}%"


ENDED = "episodes ended, under the statutory duty"
OFFERED = "episodes with an interview offered"
ACCEPTED = "episodes with an offer accepted"
HELD = "episodes answered for by an interview held"
OUTSIDE = "episodes ended, outside the statutory duty"
IN_TIME = "held within 72 hours of the return, on every reading of the times"


def of_ended(key: str, label: str, part: str, numerator: str, basis: str = BY_RETURN) -> Measure:
    return Measure(key, label, part, numerator, "ended", ENDED, basis)


def of_offered(key: str, label: str, part: str, numerator: str) -> Measure:
    return Measure(key, label, part, numerator, "offered", OFFERED)


def of_accepted(key: str, label: str, part: str, numerator: str) -> Measure:
    return Measure(key, label, part, numerator, "accepted", ACCEPTED)


def of_held(key: str, label: str, part: str, numerator: str) -> Measure:
    return Measure(key, label, part, numerator, "held", HELD)


def why_not_held(reason: NotHeldReason) -> Measure:
    return of_accepted(
        f"not_held_{reason}",
        f"Accepted but not held: {reason.label[0].lower()}{reason.label[1:]}",
        f"not_held_{reason}",
        f"accepted, and not held because: {reason.label[0].lower()}{reason.label[1:]}",
    )


# Accepted and then covered is held; recorded in error counts nowhere.
NOT_HELD = [
    reason
    for reason in NotHeldReason
    if reason not in (NotHeldReason.COVERED_BY_ANOTHER, NotHeldReason.RECORDED_IN_ERROR)
]

UPTAKE: tuple[Measure, ...] = (
    Measure("ended", "Episodes ended", "ended", ENDED),
    Measure("children", "Children", "children", "children with an episode ended"),
    of_ended("offered", "Offered, of episodes ended", "offered", OFFERED),
    of_ended("not_offered", "Not offered, of episodes ended", "not_offered", "nothing offered"),
    of_ended(
        "no_contact",
        "Nobody reached, of episodes ended (part of not offered)",
        "no_contact",
        "nothing offered, because attempts reached nobody",
    ),
    of_ended(
        "running_not_offered",
        "Not offered and 72 hours not over, of episodes ended (part of not offered)",
        "running_not_offered",
        "nothing offered yet, and the 72 hours are not over",
        f"{BY_RETURN}; {AT_THE_COUNT}",
    ),
    of_ended(
        "running",
        "72 hours not over, of episodes ended",
        "running",
        "no interview held yet, and the 72 hours are not over",
        f"{BY_RETURN}; {AT_THE_COUNT}",
    ),
    of_ended(
        "offer_not_known",
        "Not known whether offered, of episodes ended",
        "offer_not_known",
        "brought in with earlier records, which do not say whether an interview was offered",
    ),
    of_offered("accepted", "Accepted, of offered", "accepted", ACCEPTED),
    of_offered(
        "declined_by_child",
        "Declined by the child, of offered",
        "declined_by_child",
        "declined by the child",
    ),
    of_offered(
        "declined_by_parent",
        "Declined by a parent or carer, of offered",
        "declined_by_parent",
        "declined by a parent or carer",
    ),
    of_offered(
        "not_answered",
        "Not answered yet, or not now, of offered",
        "not_answered",
        "no answer yet, or not now",
    ),
    of_offered(
        "answer_not_known",
        "Answer not known, of offered",
        "answer_not_known",
        "offered by earlier records, which do not say what was answered",
    ),
    of_offered(
        "whose_no_not_known",
        "Declined and not known by whom, of offered",
        "whose_no_not_known",
        "declined by earlier records, which do not say by whom",
    ),
    of_accepted("held_of_accepted", "Held, of accepted", "held", HELD),
    of_accepted("not_held", "Not held, of accepted", "not_held", "accepted, and not held"),
    *(why_not_held(reason) for reason in NOT_HELD),
    of_accepted(
        "not_held_why_not_known",
        "Accepted but not held: why is not known",
        "not_held_why_not_known",
        "accepted and not held by earlier records, which do not say why",
    ),
    of_accepted(
        "still_to_hold", "Still to be held, of accepted", "still_to_hold", "accepted, not held yet"
    ),
    of_accepted(
        "held_not_known",
        "Not known whether held, of accepted",
        "held_not_known",
        "accepted by earlier records, which do not say whether it was held",
    ),
    of_offered("held_of_offered", "Held, of offered", "held", HELD),
    of_ended("held_of_ended", "Held, of episodes ended", "held", HELD),
    of_held(
        "covered",
        "Covered by another episode's interview, of held",
        "covered",
        "covered by another episode's interview",
    ),
    of_held("in_time_of_held", "Within 72 hours, of held", "in_time", IN_TIME),
    of_held("late", "After 72 hours, of held", "late", "held after the 72 hours"),
    of_held(
        "indeterminate",
        "Cannot be told, of held",
        "indeterminate",
        "held, and nobody can tell whether within 72 hours",
    ),
    of_ended("in_time_of_ended", "Within 72 hours, of episodes ended", "in_time", IN_TIME),
    Measure(
        "still_missing",
        "Still missing",
        "still_missing",
        "episodes begun by the last day of the period and not ended",
        basis=AT_THE_COUNT,
    ),
    Measure(
        "waiting",
        "Child not named yet",
        "waiting",
        "episodes, ended or not, whose child is not named yet",
        basis=f"{BY_RETURN}; {AT_THE_COUNT}",
    ),
    Measure(
        "recorded_in_error",
        "Recorded as missing in error",
        "recorded_in_error",
        "episodes recorded as missing in error, counted nowhere else",
    ),
    *(
        Measure(
            f"{prefix}_{part}",
            f"{kind.label}: {words}",
            f"{prefix}_{part}",
            counted,
        )
        for kind, prefix in APART.items()
        for part, words, counted in (
            ("ended", "ended", OUTSIDE),
            ("offered", "offered", f"{OUTSIDE}, with an interview offered"),
            ("held", "held", f"{OUTSIDE}, with an interview held"),
        )
    ),
)


def within(facts: Iterable[EpisodeFacts], first: date, last: date) -> list[EpisodeFacts]:
    """Episodes ended in the period, both days included, and those begun by then, still missing."""
    return [
        each
        for each in facts
        if (first <= each.ended_on <= last if each.ended_on else each.started_on <= last)
    ]


def totals(facts: Iterable[EpisodeFacts]) -> Counter[tuple[str, str]]:
    """(cohort, part) → episodes. Voided episodes are not to be among the facts."""
    counted: Counter[tuple[str, str]] = Counter()
    for each in facts:
        for part in parts(each):
            counted[each.cohort, part] += 1
    return counted


def children(facts: Iterable[EpisodeFacts]) -> dict[str, int]:
    """Cohort → children with an episode ended; one in two cohorts counts once in `all`."""
    seen: dict[str, set[object]] = {cohort: set() for cohort in COHORTS}
    for each in facts:
        if "ended" in parts(each):
            seen[each.cohort].add(each.child)
            if each.cohort in ADDED:
                seen[ALL].add(each.child)
    return {cohort: len(those) for cohort, those in seen.items()}


def tabulate(
    counted: Mapping[tuple[str, str], int],
    distinct: Mapping[str, int],
    shown: Sequence[Measure] = UPTAKE,
) -> dict[tuple[str, str], Count]:
    """(cohort, measure) → count, from (cohort, part) → episodes and cohort → children."""
    summed: dict[str, Counter[str]] = {cohort: Counter() for cohort in COHORTS}
    for (cohort, part), episodes in counted.items():
        summed[cohort][part] += episodes
        if cohort in ADDED:
            summed[ALL][part] += episodes
    for cohort, those in distinct.items():
        summed[cohort]["children"] = those
    return {
        (str(cohort), key): each
        for cohort in COHORTS
        for key, each in measured(summed[cohort], shown).items()
    }


def measured(episodes: Mapping[str, int], shown: Sequence[Measure] = UPTAKE) -> dict[str, Count]:
    """Measure → count, from part → episodes (and `children` → children)."""
    return {
        measure.key: Count(
            episodes.get(measure.part, 0),
            None if measure.of is None else episodes.get(measure.of, 0),
        )
        for measure in shown
    }


def count(facts: Iterable[EpisodeFacts]) -> dict[tuple[str, str], Count]:
    """(cohort, measure) → count, over every cohort and `all`."""
    those = list(facts)
    return tabulate(totals(those), children(those))
