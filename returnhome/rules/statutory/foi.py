"""Freedom of information requests that councils are sent again and again, and how each is answered.

Source: the requests as councils' disclosure logs have them, told in our own words: Missing People,
2024 (Herefordshire FOI2024/01923, Lincolnshire 79813); a request over three years, 2023 (Barnet
9155008, Wandsworth WBC-FOI-00645); and those of 2018 to 2020 (Lincolnshire 68057, Thurrock “Return
home interviews”, WhatDoTheyKnow). The duties: Freedom of Information Act 2000, sections 1, 17, 40.

A question names what is counted, of which group; or that a person types the answer, because no
record of interviews can know it. What neither has is “not held” with the reason, and never 0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from returnhome.rules.codes import InterviewerKind
from returnhome.rules.measures import ALL
from returnhome.rules.publishing import DECLINED, HELD_BY, LOOKED_AFTER, OUT_OF_AREA

LONGEST_TYPED = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """One number of an answer: what it counts, of which group, and what it is called there."""

    what: str
    group: str = ALL
    label: str = ""


@dataclass(frozen=True, slots=True)
class Typed:
    """What only people know. `options`: it is one of these, or several.

    `not_held`: why the record cannot say it. `nothing`: what is said where nothing is typed, of
    what is no question of fact.
    """

    key: str
    label: str
    hint: str
    not_held: str = ""
    nothing: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One question, in our own words. `reading`: how it is understood, where that is not plain."""

    number: int
    text: str
    lines: tuple[Line, ...] = ()
    typed: Typed | None = None
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """The questions of one request. `years`: over how many financial years it asks."""

    key: str
    name: str
    source: str
    years: int
    questions: tuple[Question, ...]

    @property
    def typed(self) -> tuple[Typed, ...]:
        return tuple(each.typed for each in self.questions if each.typed)

    @property
    def whats(self) -> tuple[str, ...]:
        """All that is counted in it, each once, in the order of the questions."""
        return tuple(dict.fromkeys(line.what for each in self.questions for line in each.lines))


# What each number counts, for whoever reads the answer.

BY_START = "in the period by the day on which the child was last seen, or else reported"
BY_END = "in the period by the day of the return, or of being found where the return is not known"
COUNTS: Mapping[str, tuple[str, str]] = {
    "started": (
        "Missing episodes",
        f"Each time that a child was missing, {BY_START}. Being away from a placement without "
        "authorisation, with the whereabouts known, is not counted, and nor is what was recorded "
        "in error.",
    ),
    "started_children": (
        "Children who went missing",
        "Children with at least one of these missing episodes, each child once. A child who was in "
        "two groups at different times is in both of them, and once among all children.",
    ),
    "looked_after_on_record": (
        "Looked-after children",
        "Children whom the council looked after on any day of the period, each child once, as this "
        "record holds their times in care. The council’s SSDA903 return is the official source.",
    ),
    "ended": (
        "Missing episodes that ended",
        f"Missing episodes with a duty to offer an interview, {BY_END}.",
    ),
    "children": (
        "Children with a missing episode that ended",
        "Children with at least one of these episodes, each child once.",
    ),
    "offered": (
        "Interviews offered",
        "Missing episodes that ended, after which an interview was offered, so that the offer "
        "reached the child, or a parent or carer. A letter or call without an answer is no offer.",
    ),
    "declined_by_child": (
        "Declined by the child",
        "Episodes of those offered where the child’s last answer was no.",
    ),
    "declined_by_parent": (
        "Declined by a parent or carer",
        "Episodes of those offered where a parent or carer said no for the child.",
    ),
    "whose_no_not_known": (
        "Declined, and not known by whom",
        "Episodes of those offered where earlier records say that it was declined but not by whom.",
    ),
    "declined_children": (
        "Children who declined",
        "Children with at least one episode that was declined, by the child or by a parent or "
        "carer, each child once.",
    ),
    "held": (
        "Interviews completed",
        "Missing episodes that ended and are answered for by an interview that was held. One "
        "interview can answer for several episodes of a child, and each of them counts.",
    ),
    "in_time": (
        "Interviews completed within 72 hours",
        "Those held within 72 hours of the child’s return, weekends and nights included. Where the "
        "times on record leave it open, it is not counted as within.",
    ),
    "in_time_children": (
        "Children interviewed within 72 hours",
        "Children with at least one interview completed within 72 hours, each child once.",
    ),
    "held_by_council": (
        "Interviews by the council’s own staff",
        "Interviews completed, by whom: somebody who works for this council.",
    ),
    "held_by_provider": (
        "Interviews by a commissioned service",
        "Interviews completed, by whom: somebody of an organisation commissioned to interview.",
    ),
    "held_by_other_council": (
        "Interviews by another council",
        "Interviews completed, by whom: somebody of another council, for a child placed there.",
    ),
    "held_by_not_known": (
        "Interviews by whom is not on record",
        "Interviews completed of which the record does not say who held them.",
    ),
    "sexual_exploitation": (
        "Interviews with signs of sexual exploitation",
        "Interviews completed and signed off whose record answers yes or possible to signs of "
        "sexual exploitation, or names it as a harm. The interviewer’s judgement, and no finding.",
    ),
    "criminal_exploitation": (
        "Interviews with signs of criminal exploitation",
        "Interviews completed and signed off whose record answers yes or possible to signs of "
        "criminal exploitation, gangs or county lines, or names one of them as a harm. The "
        "interviewer’s judgement, and no finding.",
    ),
    "help_offered": (
        "Interviews after which help was offered",
        "Interviews completed after which help was offered for a need or wish of the child’s.",
    ),
    "help_taken_up": (
        "Interviews after which help was taken up",
        "Of those after which help was offered, the ones where some of it is known to have been "
        "taken up.",
    ),
    "shared_with_police": (
        "Interviews after which the police were told something",
        "Interviews completed after which something was shared with the police on record here. "
        "What was passed on by telephone alone is not counted.",
    ),
    "police_notifications": (
        "Notifications from the police",
        "Notifications that the council received from a police force and that belong to missing "
        f"episodes {BY_START}. One episode can have several.",
    ),
}

NOT_HELD_FINANCE = "The record of interviews holds no contracts and no money."
PROVIDER = Typed(
    key="provider",
    label="Who holds return home interviews for the council?",
    hint="The kind of service, and the name of a provider. Never the name of an interviewer.",
    not_held="The record of interviews says which organisation held each interview, and not how "
    "the service is set up.",
)
PROVIDER_KIND = Typed(
    key="provider_kind",
    label="What kind of service holds them?",
    hint="Choose all that apply.",
    not_held=PROVIDER.not_held,
    options=tuple(kind.label for kind in InterviewerKind),
)
CONTRACT = Typed(
    key="contract_value",
    label="What is the contract worth, and from when until when?",
    hint="For example £85,000 a year, April 2023 to March 2026. Leave empty where there is none.",
    not_held=NOT_HELD_FINANCE,
)
SUPPORT = Typed(
    key="support",
    label="What support follows an interview?",
    hint="In general, and of no child.",
    not_held="What the service offers in general is not in the record of interviews.",
)
ANYTHING_ELSE = Typed(
    key="anything_else",
    label="Is there anything else to say about the service?",
    hint="In general, and of no child.",
    nothing="The council adds nothing.",
)
POLICE_OUTCOME = Typed(
    key="police_outcome",
    label="What did the police do with what they were told?",
    hint="In general, and of no child. The police hold the figures.",
    not_held="What the police did is held by the police; what they say of single pieces is not "
    "counted here.",
)

BY_WHOM = tuple(Line(what) for what in HELD_BY)
NEWEST = "2024"

PACK_2024 = Pack(
    key=NEWEST,
    name="Missing People, 2024: children reported missing and their interviews, one year",
    source="Herefordshire FOI2024/01923; Lincolnshire 79813",
    years=1,
    questions=(
        Question(1, "How many children were reported missing?", (Line("started_children"),)),
        Question(2, "How many missing incidents were there?", (Line("started"),)),
        Question(
            3, "How many children did the council look after?", (Line("looked_after_on_record"),)
        ),
        Question(
            4,
            "How many looked-after children went missing?",
            (Line("started_children", LOOKED_AFTER),),
            reading="Children who were looked after by this council at the start of the episode, "
            "wherever they were placed.",
        ),
        Question(
            5,
            "How many missing incidents were there of looked-after children?",
            (Line("started", LOOKED_AFTER),),
        ),
        Question(
            6,
            "How many return home interviews were offered?",
            (Line("offered"), Line("ended")),
            reading="An interview is offered once a child is back, so these and the next two "
            "numbers are of the episodes that ended in the period.",
        ),
        Question(7, "How many return home interviews were completed?", (Line("held"),)),
        Question(8, "How many of them within 72 hours?", (Line("in_time"),)),
        Question(9, "What kind of service holds the interviews?", BY_WHOM, PROVIDER_KIND),
        Question(
            10,
            "What support follows an interview?",
            (Line("help_offered"), Line("help_taken_up")),
            SUPPORT,
        ),
        Question(11, "Is there anything else to say about the service?", (), ANYTHING_ELSE),
    ),
)


def _of_three_years(first: int, group: str, children: str) -> tuple[Question, ...]:
    """Five questions, asked of all children, then of the looked-after, then out of area."""
    return (
        Question(
            first,
            f"How many missing incidents of {children} were there?",
            (Line("started", group),),
        ),
        Question(
            first + 1, f"How many {children} went missing?", (Line("started_children", group),)
        ),
        Question(
            first + 2,
            f"How many interviews with {children} were completed within 72 hours of the return?",
            (Line("in_time", group),),
        ),
        Question(
            first + 3,
            f"How many {children} had an interview within 72 hours?",
            (Line("in_time_children", group),),
        ),
        Question(
            first + 4,
            f"Of the {children} with completed interviews, how many declined?",
            (
                Line("declined_children", group),
                *(Line(what, group) for what in DECLINED),
            ),
            reading="A child whose interview was completed did not decline it, so the question "
            "cannot be answered as it is put. It is read as: how many children declined an "
            "interview that was offered, and in how many episodes. A child who declined once and "
            "was interviewed another time is counted.",
        ),
    )


PACK_2023 = Pack(
    key="2023",
    name="Three years, 2023: incidents, interviews within 72 hours and declines, by group",
    source="Barnet 9155008; Wandsworth WBC-FOI-00645",
    years=3,
    questions=(
        *_of_three_years(1, ALL, "children"),
        *_of_three_years(6, LOOKED_AFTER, "looked-after children"),
        *_of_three_years(11, OUT_OF_AREA, "looked-after children placed out of area"),
    ),
)

PACK_PROVIDER = Pack(
    key="provider",
    name="2018 to 2020: who holds the interviews, and what the contract is worth",
    source="Lincolnshire 68057",
    years=1,
    questions=(
        Question(1, "Who holds return home interviews for the council?", BY_WHOM, PROVIDER),
        Question(2, "What is the contract worth, and how long does it run?", (), CONTRACT),
        Question(3, "How many interviews were completed?", (Line("held"),)),
    ),
)

PACK_EXPLOITATION = Pack(
    key="exploitation",
    name="2018 to 2020: offers, completions and criminal exploitation",
    source="Thurrock, Return home interviews",
    years=1,
    questions=(
        Question(
            1,
            "How many children were referred for a return home interview?",
            (Line("ended"), Line("children")),
            reading="Every missing episode with a duty to offer an interview is taken as referred.",
        ),
        Question(2, "How many interviews were offered?", (Line("offered"),)),
        Question(3, "How many were completed?", (Line("held"),)),
        Question(
            4,
            "In how many was criminal exploitation or county lines spoken of?",
            (Line("criminal_exploitation"),),
            reading="Answered from what the interviewer recorded under the questions on harm and "
            "on signs of exploitation. The accounts themselves were not searched.",
        ),
    ),
)

PACK_OUTCOMES = Pack(
    key="outcomes",
    name="2018 to 2020: what came of the interviews, exploitation and the police",
    source="WhatDoTheyKnow, return home interviews",
    years=1,
    questions=(
        Question(
            1,
            "How many missing incidents were the council told of by the police?",
            (Line("police_notifications"), Line("started")),
        ),
        Question(2, "How many interviews were completed?", (Line("held"),)),
        Question(
            3,
            "What were the outcomes of the interviews?",
            (Line("help_offered"), Line("help_taken_up")),
            reading="Answered as the help offered afterwards, and whether it was taken up.",
        ),
        Question(
            4,
            "In how many was exploitation spoken of?",
            (Line("sexual_exploitation"), Line("criminal_exploitation")),
            reading="One interview can be in both numbers. Answered from what the interviewer "
            "recorded; the accounts themselves were not searched.",
        ),
        Question(
            5,
            "After how many interviews were the police told something?",
            (Line("shared_with_police"),),
        ),
        Question(6, "What did the police do with it?", (), POLICE_OUTCOME),
    ),
)

PACKS: Mapping[str, Pack] = {
    pack.key: pack
    for pack in (PACK_2024, PACK_2023, PACK_PROVIDER, PACK_EXPLOITATION, PACK_OUTCOMES)
}

# Above the answers of every pack, for the council that sends them.
REFERENCE = Typed(
    key="reference",
    label="The council’s reference of the request",
    hint="For example FOI 2026/0412. Left empty, none is shown.",
)
CONTACT = Typed(
    key="contact",
    label="Where to ask for an internal review",
    hint="An address of the council’s, for example foi@northshire.gov.uk. No name is needed.",
)
OF_THE_LETTER = (REFERENCE, CONTACT)


def fields(pack: Pack) -> tuple[Typed, ...]:
    """All that can be typed for a pack."""
    return (*OF_THE_LETTER, *pack.typed)


def unknown_keys(pack: Pack, typed: Iterable[str]) -> list[str]:
    """What was typed under a name that the pack has no question for."""
    known = {each.key for each in fields(pack)}
    return [key for key in typed if key not in known]
