"""Could we answer? For each figure and cohort: yes, in part or no, and which fact is missing.

Source: The First Step (The Children's Society, 2019), which asked councils for uptake by cohort and
could count how many were able to say: 24 for children at home, 21 and 14 for looked-after children
placed in and out of the area. What is asked here is the same of one council's own record.

A fact is missing where the record leaves it out; that something has not happened yet is known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from returnhome.rules.after_the_talk import BY_COHORT, Far, FoundArea
from returnhome.rules.codes import Code, Cohort
from returnhome.rules.measures import ADDED, ALL, UPTAKE, Count, Measure


class CouldAnswer(Code):
    YES = "yes", "Yes"
    IN_PART = "in_part", "In part"
    NO = "no", "No"
    NOTHING = "nothing", "Nothing to count"


class Fact(Code):
    """What a figure needs to know of each episode, interview or need that it counts."""

    COHORT = "cohort", "where the child lived when the episode began"
    CHILD = "child", "which child it was"
    OFFER = "offer", "whether an interview was offered"
    ANSWER = "answer", "what was answered to the offer"
    WHOSE_NO = "whose_no", "whether the child or a parent declined"
    HELD = "held", "whether the interview was held"
    WHY_NOT = "why_not", "why no interview was held"
    TIMES = "times", "when the child returned and the interview was held, exactly enough"
    RECORD = "record", "a record here: only earlier records tell of it"
    TO_SHARE = "to_share", "word whether there was something to share"
    TAKEN_UP = "taken_up", "whether the help offered was taken up"
    FAR = "far", "how far from home the child was placed"
    FOUND_WHERE = "found_where", "where the child was found"
    FOUND_FAR = "found_far", "how far from home the child was found"
    FOUND_AREA = "found_area", "whether the child was found where they had lived"


# Fact → the measure that counts the episodes, or what else, which lack it.
LACKING = {
    Fact.CHILD: "waiting",
    Fact.OFFER: "offer_not_known",
    Fact.ANSWER: "answer_not_known",
    Fact.WHOSE_NO: "whose_no_not_known",
    Fact.HELD: "held_not_known",
    Fact.WHY_NOT: "not_held_why_not_known",
    Fact.TIMES: "indeterminate",
    Fact.RECORD: "record_not_known",
    Fact.TO_SHARE: "share_not_known",
    Fact.TAKEN_UP: "take_up_not_known",
    Fact.FAR: f"placed_{Far.UNKNOWN}",
    Fact.FOUND_WHERE: "found_where_not_known",
    Fact.FOUND_FAR: f"found_{Far.UNKNOWN}",
    Fact.FOUND_AREA: f"found_{FoundArea.UNKNOWN}",
}
# What lacks it, where that is no episode.
LACKED_BY = {Fact.RECORD: "interview", Fact.TO_SHARE: "interview", Fact.TAKEN_UP: "need"}
_OFFERED = (Fact.OFFER,)
_ANSWERED = (*_OFFERED, Fact.ANSWER)
_HELD = (*_ANSWERED, Fact.HELD)
_TIMED = (*_HELD, Fact.TIMES)
_RECORDED = (*_HELD, Fact.RECORD)
_TO_SHARE = (*_HELD, Fact.TO_SHARE)
_TAKEN_UP = (*_RECORDED, Fact.TAKEN_UP)
# Part of the funnel → what has to be known to count it.
NEEDS: Mapping[str, tuple[Fact, ...]] = {
    "ended": (),
    "children": (Fact.CHILD,),
    "offered": _OFFERED,
    "not_offered": _OFFERED,
    "no_contact": _OFFERED,
    "accepted": _ANSWERED,
    "declined_by_child": (*_ANSWERED, Fact.WHOSE_NO),
    "declined_by_parent": (*_ANSWERED, Fact.WHOSE_NO),
    "not_answered": _ANSWERED,
    "held": _HELD,
    "not_held": _HELD,
    "still_to_hold": _HELD,
    "in_time": _TIMED,
    "late": _TIMED,
    "talks": _HELD,
    **dict.fromkeys(("recorded_fully", "record_open"), _RECORDED),
    **dict.fromkeys(("needs", "help_offered", "action_alone", "no_help", "nothing_yet"), _RECORDED),
    **dict.fromkeys(("taken_up", "not_taken_up", "finished", "not_finished"), _TAKEN_UP),
    **dict.fromkeys(("to_share", "nothing_to_share", "left_unshared", "not_shared_yet"), _TO_SHARE),
    **dict.fromkeys(("shared", "shared_with_police", "acknowledged", "told_back"), _TO_SHARE),
    "started": (),
    "placed": (),
    **{f"placed_{each}": (Fact.FAR,) for each in Far if each is not Far.UNKNOWN},
    "found_where_known": (Fact.FOUND_WHERE,),
    **{f"found_{each}": (Fact.FOUND_FAR,) for each in Far if each is not Far.UNKNOWN},
    **{f"found_{each}": (Fact.FOUND_AREA,) for each in FoundArea if each is not FoundArea.UNKNOWN},
}
# Each once: episodes ended are asked for among those of uptake.
ASKED: tuple[Measure, ...] = tuple(
    each for each in (*UPTAKE, *BY_COHORT) if each.part in NEEDS and each.key != "ended_in_period"
)


@dataclass(frozen=True, slots=True)
class Capability:
    """Whether one figure of one cohort can be told; `missing`: the fact → in how many episodes."""

    cohort: str
    measure: Measure
    count: Count
    missing: Mapping[Fact, int]

    @property
    def of(self) -> int:
        """The episodes, interviews or needs that the figure is about, known or not."""
        told = self.count.denominator
        return self.count.numerator if told is None else told

    @property
    def could(self) -> CouldAnswer:
        lacking = sum(number for fact, number in self.missing.items() if fact is not Fact.COHORT)
        if not self.of and not lacking:
            # Of a cohort that is empty nobody can tell whether it is, while some live nobody
            # knows where.
            return CouldAnswer.IN_PART if self.missing else CouldAnswer.NOTHING
        if not self.missing:
            return CouldAnswer.YES
        return CouldAnswer.NO if lacking >= max(self.of, 1) else CouldAnswer.IN_PART


def of(counts: Mapping[tuple[str, str], Count]) -> Iterator[Capability]:
    """Every figure of every cohort that adds up to all, from the counts of a period.

    Of what was not counted, such as what followed the interviews, there is none.
    """
    for cohort in (ALL, *map(str, ADDED)):
        for measure in ASKED:
            count = counts.get((cohort, measure.key))
            if count is not None:
                yield Capability(cohort, measure, count, _missing(counts, cohort, measure))


def _missing(
    counts: Mapping[tuple[str, str], Count], cohort: str, measure: Measure
) -> dict[Fact, int]:
    needed = {*NEEDS[measure.part], *NEEDS.get(measure.of or "", ())}
    found = {fact: counts[cohort, LACKING[fact]].numerator for fact in Fact if fact in needed}
    if cohort not in (ALL, Cohort.UNKNOWN):
        found[Fact.COHORT] = counts[str(Cohort.UNKNOWN), "ended"].numerator
    return {fact: found[fact] for fact in Fact if found.get(fact)}


HEADER = ("cohort", "measure", "could_answer", "episodes", "missing", "missing_in_episodes")


def rows(
    counts: Mapping[tuple[str, str], Count],
) -> Iterator[tuple[str, str, str, int, str, int | None]]:
    """Cohort, measure, answer, episodes it is about, and a row for each fact that is missing."""
    for each in of(counts):
        for fact, number in each.missing.items() or [("", None)]:
            yield each.cohort, each.measure.key, str(each.could), each.of, str(fact), number
