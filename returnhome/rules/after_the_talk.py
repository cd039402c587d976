"""What followed an interview: the record, the help, the sharing; what children said; how far away.

Source: The First Step (The Children's Society, 2019), which found that most councils could not say
what followed an interview; DfE statutory guidance on children who run away or go missing, January
2014, for what should. That help is finished once somebody has noted what came of it, and the bands
of distance, are the product's own; 20 miles is where the DfE's yearly statistics of looked-after
children divide theirs.

Counted in three units, each with its own denominator: the interview, the need, the episode. An
interview that answers for several episodes counts once, with the latest of them, whose cohort and
return it has; a need has those of its interview. What only earlier records tell of, what nobody has
noted yet and what the record has no place for is not known: a part of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from returnhome.rules.codes import Code, Cohort, OfferKind
from returnhome.rules.measures import APART, AT_THE_COUNT, BY_RETURN, Measure
from returnhome.rules.releasing import FEWEST, HOW_IT_WAS, Felt

LOOKED_AFTER = (Cohort.LOOKED_AFTER_IN_AREA, Cohort.LOOKED_AFTER_OUT_OF_AREA)

# What is counted of one thing.


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkFacts:
    """One interview held, as at the count; cohort and duty are those of the latest episode.

    `is_earlier`: only a council's earlier records tell of it, and of nothing that followed.
    `has_mention`: somebody or something that the child told of is noted and stands. `is_shared`:
    something was sent to somebody since it was held and is not recalled, about an episode that it
    answers for; of that the four after it say more. `is_left`: it was decided not to share.
    """

    cohort: Cohort
    offer_kind: OfferKind
    is_earlier: bool = False
    is_signed: bool = False
    has_mention: bool = False
    is_shared: bool = False
    is_shared_with_police: bool = False
    is_acknowledged: bool = False
    is_told_back: bool = False
    is_left: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedNeed:
    """One need that was named in an interview held: what stands against it at the count.

    Of all help offered for it: whether any was taken up, of any that is not known yet, of any it is
    noted what came of it.
    """

    cohort: Cohort
    offer_kind: OfferKind
    is_offered: bool = False
    is_taken_up: bool = False
    is_unheard: bool = False
    is_finished: bool = False
    has_action: bool = False
    is_left: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One episode that started or ended in the period, or both."""

    cohort: Cohort
    offer_kind: OfferKind
    is_in_error: bool = False
    started_within: bool = False
    ended_within: bool = False
    has_ended: bool = False


def parts_of_talk(talk: TalkFacts) -> frozenset[str]:
    if talk.offer_kind in APART:
        return frozenset({"talks_apart"})
    return frozenset({"talks", _record(talk)} | _sharing(talk))


def _record(talk: TalkFacts) -> str:
    if talk.is_earlier:
        return "record_not_known"
    return "recorded_fully" if talk.is_signed else "record_open"


def _sharing(talk: TalkFacts) -> set[str]:
    if talk.is_shared:
        police = {"shared_with_police"} if talk.is_shared_with_police else set()
        said = "acknowledged" if talk.is_acknowledged else "not_acknowledged"
        back = "told_back" if talk.is_told_back else "not_told_back"
        return {"to_share", "shared", said, back} | police
    if talk.is_left:
        return {"to_share", "left_unshared"}
    if talk.has_mention:
        return {"to_share", "not_shared_yet"}
    # A draft can still be added to, and of an earlier record nobody knows.
    return {"nothing_to_share"} if talk.is_signed else {"share_not_known"}


def parts_of_need(need: NamedNeed) -> frozenset[str]:
    if need.offer_kind in APART:
        return frozenset({"needs_apart"})
    if not need.is_offered:
        if need.has_action:
            return frozenset({"needs", "action_alone"})
        return frozenset({"needs", "no_help" if need.is_left else "nothing_yet"})
    return frozenset({"needs", "help_offered"} | _taking_up(need))


def _taking_up(need: NamedNeed) -> set[str]:
    if need.is_taken_up:
        return {"taken_up", "finished" if need.is_finished else "not_finished"}
    return {"take_up_not_known" if need.is_unheard else "not_taken_up"}


def parts_of_span(span: Span) -> frozenset[str]:
    if span.is_in_error:
        return frozenset()
    if span.offer_kind in APART:
        return frozenset({"started_apart"} if span.started_within else ())
    return frozenset(_started(span) | _ended(span))


def _started(span: Span) -> set[str]:
    if not span.started_within:
        return set()
    if not span.has_ended:
        return {"started", "started_still_missing"}
    return {"started", "started_ended_within" if span.ended_within else "started_ended_outside"}


def _ended(span: Span) -> set[str]:
    if not span.ended_within:
        return set()
    when = "ended_started_within" if span.started_within else "ended_started_before"
    return {"ended", when}


# How far from home.

KM_PER_MILE = 1.609344
# From so many miles on the next band begins.
MILES = (5, 20)


class Far(Code):
    """How far from home a child was placed or found, in a straight line; our own bands."""

    NEAR = "near", f"Less than {MILES[0]} miles"
    MIDDLE = "middle", f"{MILES[0]} to less than {MILES[1]} miles"
    FAR = "far", f"{MILES[1]} miles or more"
    UNKNOWN = "unknown", "Not known"


def far(km: float | None) -> Far:
    if km is None:
        return Far.UNKNOWN
    begun = sum(km >= miles * KM_PER_MILE for miles in MILES)
    return (Far.NEAR, Far.MIDDLE, Far.FAR)[begun]


class FoundArea(Code):
    """In whose area a child was found, beside those where the child lived or was placed."""

    OWN = "own_area", "In the area where the child lived"
    FORMER = "former_area", "In an area where the child had lived before"
    OTHER = "other_area", "In any other area"
    UNKNOWN = "area_not_known", "Not known"


def parts_of_found(*, is_known: bool, km_band: Far, area: FoundArea) -> frozenset[str]:
    """Of one episode ended; what nobody knows of it is a part of its own."""
    where = "found_where_known" if is_known else "found_where_not_known"
    return frozenset({where, f"found_{km_band}", f"found_{area}"})


# The measures.

TALKS = "interviews held, under the statutory duty"
NEEDS = "needs that were named in interviews held, under the statutory duty"
OFFERED = "needs with help offered"
TAKEN_UP = "needs of which help was taken up"
TO_SHARE = "interviews held with something to share"
SHARED = "interviews held of which something was shared"
STARTED = "episodes started, under the statutory duty"
ENDED = "episodes ended, under the statutory duty"
PLACED = "episodes ended of looked-after children, under the statutory duty"

OF_TALK = f"{BY_RETURN}, of the latest episode that the interview answers for; {AT_THE_COUNT}"
BY_START = "by the UK day of last being seen, or of the report while that is not known"
BY_ANSWER = "by the quarter in which the child answered, where it begins in these days"
ANY_HELP = "of help offered for them"


@dataclass(frozen=True, slots=True)
class Section:
    """Measures that belong together; `leaves_out` in whole sentences, beside the figures."""

    key: str
    title: str
    measures: tuple[Measure, ...]
    leaves_out: str

    def __iter__(self) -> Iterator[Measure]:
        return iter(self.measures)


def _of(of: str, denominator: str, basis: str, *those: tuple[str, str, str]) -> tuple[Measure, ...]:
    """Parts of one denominator, each of its label and what is counted."""
    return tuple(
        Measure(part, label, part, counted, of, denominator, basis)
        for part, label, counted in those
    )


OUTSIDE = (
    "Interviews outside the statutory duty are counted apart. Episodes recorded in error, and "
    "those taken out of the count, are left out."
)

HELP = Section(
    "help",
    "Needs, and help",
    (
        Measure("needs", "Needs named", "needs", NEEDS, basis=OF_TALK),
        *_of(
            *("needs", NEEDS, OF_TALK),
            ("help_offered", "Help offered, of needs", OFFERED),
            (
                "action_alone",
                "No help offered but an action decided on, of needs",
                "an action, and no help offered",
            ),
            (
                "no_help",
                "Nothing follows, with a reason, of needs",
                "decided, with a reason, that nothing follows; no help, no action",
            ),
            (
                "nothing_yet",
                "Nothing yet, of needs",
                "neither help offered, nor an action, nor a reason for none",
            ),
        ),
        *_of(
            *("help_offered", OFFERED, OF_TALK),
            ("taken_up", "Taken up, of help offered", f"any {ANY_HELP} was taken up"),
            (
                "not_taken_up",
                "Not taken up, of help offered",
                f"of all {ANY_HELP[3:]} it is noted that it was not taken up",
            ),
            (
                "take_up_not_known",
                "Not known whether taken up, of help offered",
                "none is noted as taken up, and of some nobody has noted whether it was",
            ),
        ),
        *_of(
            *("taken_up", TAKEN_UP, OF_TALK),
            ("finished", "Finished, of help taken up", "it is noted what came of the help"),
            (
                "not_finished",
                "Not finished, of help taken up",
                "taken up, and nobody has noted what came of it",
            ),
        ),
        Measure(
            "needs_apart",
            "Needs named outside the statutory duty",
            "needs_apart",
            "needs that were named in interviews outside the statutory duty",
            basis=OF_TALK,
        ),
    ),
    "A need with help offered counts there, whatever else stands against it. Interviews of which "
    f"only earlier records tell have no need on record: theirs are not known. {OUTSIDE}",
)
# Of how many needs with help offered the days are known; the value is days.
DAYS = ("days_to_help_lower_quartile", "days_to_help_median", "days_to_help_upper_quartile")
DAYS_MEAN = (
    "Days from the interview in which a need was named to the first help that was offered for it, "
    "over needs with help offered. A need without help has no days."
)

RECORD = Section(
    "record",
    "The record",
    (
        Measure("talks", "Interviews held", "talks", TALKS, basis=OF_TALK),
        *_of(
            *("talks", TALKS, OF_TALK),
            (
                "recorded_fully",
                "Recorded fully, of interviews held",
                "signed off, which is possible only with an answer to every core question of the "
                "recording standard",
            ),
            ("record_open", "Not signed off yet, of interviews held", "the record is a draft"),
            (
                "record_not_known",
                "Record not known, of interviews held",
                "only earlier records tell of the interview",
            ),
        ),
        Measure(
            "talks_apart",
            "Interviews held outside the statutory duty",
            "talks_apart",
            "interviews held, outside the statutory duty",
            basis=OF_TALK,
        ),
    ),
    "“Not asked” and “did not want to say” are answers. An interview that answers for several "
    f"episodes counts once, so that these are fewer than the episodes answered for. {OUTSIDE}",
)

SHARING = Section(
    "sharing",
    "What was told, and passed on",
    (
        *_of(
            *("talks", TALKS, OF_TALK),
            (
                "to_share",
                "Something to share, of interviews held",
                "a person, place, vehicle, telephone or online name is noted, or something was "
                "shared, or it was decided not to",
            ),
            (
                "nothing_to_share",
                "Nothing noted to share, of interviews held",
                "signed off, with none of these",
            ),
            (
                "share_not_known",
                "Not known whether there is something, of interviews held",
                "none of these, and the record is a draft or only earlier records tell of it",
            ),
        ),
        *_of(
            *("to_share", TO_SHARE, OF_TALK),
            (
                "shared",
                "Shared, of those with something to share",
                "something was sent to somebody since the interview, and not recalled",
            ),
            (
                "left_unshared",
                "Decided not to share, of those with something to share",
                "nothing shared, and decided so with a reason",
            ),
            (
                "not_shared_yet",
                "Not shared yet, of those with something to share",
                "nothing shared, and nothing decided",
            ),
            (
                "shared_with_police",
                "Shared with the police (part of shared), of those with something to share",
                "something was sent to the police since the interview, and not recalled",
            ),
        ),
        *_of(
            *("shared", SHARED, OF_TALK),
            (
                "acknowledged",
                "Acknowledged, of shared",
                "whoever received something of it has said that they have it",
            ),
            ("not_acknowledged", "Not acknowledged yet, of shared", "nobody has said so yet"),
            (
                "told_back",
                "Told back, of shared",
                "whoever received something of it has said what came of a piece",
            ),
            ("not_told_back", "Not told back yet, of shared", "nobody has said so yet"),
        ),
    ),
    "What was shared is told by episode: it counts for every interview that answers for the "
    f"episode and was held before it was sent. {OUTSIDE}",
)

STARTED_OR_ENDED = Section(
    "started",
    "Started, and ended",
    (
        Measure("started", "Episodes started in the period", "started", STARTED, basis=BY_START),
        *_of(
            *("started", STARTED, BY_START),
            (
                "started_ended_within",
                "Also ended in the period, of episodes started",
                "ended, and on a day of the period",
            ),
            (
                "started_ended_outside",
                "Ended after the period, of episodes started",
                "ended, and on a later day",
            ),
            (
                "started_still_missing",
                "Still missing, of episodes started",
                f"not ended, {AT_THE_COUNT}",
            ),
        ),
        Measure("ended_in_period", "Episodes ended in the period", "ended", ENDED),
        *_of(
            *("ended", ENDED, BY_RETURN),
            (
                "ended_started_within",
                "Also started in the period, of episodes ended",
                "started on a day of the period",
            ),
            (
                "ended_started_before",
                "Started before the period, of episodes ended",
                "started on an earlier day",
            ),
        ),
        Measure(
            "started_apart",
            "Episodes started outside the statutory duty",
            "started_apart",
            "episodes started, outside the statutory duty",
            basis=BY_START,
        ),
    ),
    "These are two counts by two days, and no rate has one over the other. Rates of interviews are "
    "of episodes ended. Episodes recorded in error, and those taken out of the count, are left "
    "out.",
)

DISTANCE = Section(
    "distance",
    "How far from home",
    (
        Measure(
            "placed", "Episodes ended of looked-after children", "placed", PLACED, basis=BY_RETURN
        ),
        *_of(
            *("placed", PLACED, BY_RETURN),
            *(
                (
                    f"placed_{each}",
                    f"Placed {each.label[0].lower()}{each.label[1:]} from home, of looked-after "
                    "children’s",
                    f"when the episode started the child was placed "
                    f"{each.label[0].lower()}{each.label[1:]} from home, in a straight line",
                )
                for each in Far
                if each is not Far.UNKNOWN
            ),
            (
                f"placed_{Far.UNKNOWN}",
                "Not known how far from home, of looked-after children’s",
                "no postcode of the home or of the placement is on record for that day, or it is "
                "protected, or it is not on the map",
            ),
        ),
    ),
    "Home is the latest on record that had begun by then. Episodes recorded in error, and those "
    "taken out of the count, are left out.",
)

FROM_HOME = "the home, or the placement of a looked-after child, when the episode started"


def _found_far(band: Far) -> tuple[str, str, str]:
    how = f"{band.label[0].lower()}{band.label[1:]}"
    return (
        f"found_{band}",
        f"Found {how} from home, of episodes ended",
        f"the child was found {how} from {FROM_HOME}, in a straight line",
    )


FOUND = Section(
    "found",
    "Where the child was found",
    _of(
        *("ended", ENDED, BY_RETURN),
        (
            "found_where_known",
            "Where the child was found is known, of episodes ended",
            "its postcode or council’s area is on record, or that it was outside the UK",
        ),
        (
            "found_where_not_known",
            "Where the child was found is not known, of episodes ended",
            "neither is on record",
        ),
        *(_found_far(each) for each in Far if each is not Far.UNKNOWN),
        (
            f"found_{Far.UNKNOWN}",
            "Not known how far from home the child was found, of episodes ended",
            f"no postcode of where the child was found, or none of {FROM_HOME}, is on record, or "
            "it is protected, or it is not on the map",
        ),
        (
            f"found_{FoundArea.OWN}",
            "Found in the area where the child lived, of episodes ended",
            f"found in the same council’s area as {FROM_HOME}",
        ),
        (
            f"found_{FoundArea.FORMER}",
            "Found in a former area, of episodes ended",
            "found in the area of another council, where by the record the child had lived or had "
            "been placed before",
        ),
        (
            f"found_{FoundArea.OTHER}",
            "Found in any other area, of episodes ended",
            "found in an area where by the record the child had never lived, or outside the UK",
        ),
        (
            f"found_{FoundArea.UNKNOWN}",
            "Not known whether in a former area, of episodes ended",
            f"the area where the child was found, or that of {FROM_HOME}, is not on record",
        ),
    ),
    "What is not known is not counted as no: a share is of all episodes ended, and how many are "
    "not known stands beside it. A child placed out of area who is found in the area of their home "
    "is found in a former area. Areas of which the record says nothing cannot be told from others. "
    "Episodes recorded in error, and those taken out of the count, are left out.",
)

ANSWERS = "answers from children’s own pages"


def _question(key: str, text: str) -> tuple[Measure, ...]:
    answered = f"answers to “{text}”"
    return (
        *_of(
            *("said", ANSWERS, BY_ANSWER),
            (f"{key}_answered", f"{text} Answered, of all who said something", answered),
            (
                f"{key}_skipped",
                f"{text} Skipped, of all who said something",
                f"“{text}” was skipped",
            ),
        ),
        *_of(
            *(f"{key}_answered", answered, BY_ANSWER),
            *(
                (f"{key}_{each}", f"{text} {each.label}, of those who answered it", each.label)
                for each in Felt
            ),
        ),
    )


SAID = Section(
    "said",
    "What children said of the talk",
    (
        Measure("said", "Children’s answers on the talk", "said", ANSWERS, basis=BY_ANSWER),
        *(each for key, text in HOW_IT_WAS.items() for each in _question(key, text)),
    ),
    "Answers lead to no child, so they are of all children together and there is none by where a "
    f"child lived, nor of how many interviews they are. Of fewer than {FEWEST} answers none is "
    "shown. The days are those of the answer and not of the return.",
)

SECTIONS = (HELP, RECORD, SHARING, STARTED_OR_ENDED, DISTANCE, FOUND, SAID)
# Those with a figure for each cohort.
BY_COHORT: tuple[Measure, ...] = tuple(
    measure for section in SECTIONS if section is not SAID for measure in section
)
MEASURES: tuple[Measure, ...] = (*BY_COHORT, *SAID)


def parts_of_answers(said: int, counted: Mapping[tuple[str, Felt], int]) -> dict[str, int]:
    """Part → answers, from how many children said something, and what to which question."""
    parts = {"said": said}
    for question in HOW_IT_WAS:
        for each in Felt:
            parts[f"{question}_{each}"] = counted.get((question, each), 0)
        answered = sum(parts[f"{question}_{each}"] for each in Felt)
        parts |= {f"{question}_answered": answered, f"{question}_skipped": said - answered}
    return parts
