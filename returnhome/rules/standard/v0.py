"""Version 0 of the recording standard: a first, short one.

Source: fields common to the twelve English forms and specifications seen (Missing People,
Knowsley and NYAS, Derbyshire, Oxfordshire, Croydon, Leeds and others, 2016 to 2024).
"""

from datetime import date

from returnhome.rules.codes import Harm, Indicator, Pull, Push
from returnhome.rules.standard.parts import (
    Kind,
    Question,
    SaidBy,
    Section,
    Standard,
    YesNo,
    options,
)

CROYDON = "Croydon, push and pull lists, extended; Catch22, Push and pull factors"
FORMS = "Return interview forms of Missing People, Knowsley and NYAS, and Derbyshire"
GUIDANCE = "DfE statutory guidance, January 2014, “Independent return interviews”"
IICSA = "IICSA, Child sexual exploitation by organised networks, 2022, Part G.2"
LEEDS = "Leeds, Return interview service, what young people asked for"

WHY_THEY_WENT = Section(
    key="why",
    title="Why they went",
    questions=(
        Question(
            key="why_words",
            text="Why did you go?",
            hint="Write what the child said, as they said it.",
            kind=Kind.WORDS,
            said_by=SaidBy.CHILD,
            core=True,
            why="The child's own reason is what help must answer.",
            source=GUIDANCE,
        ),
        Question(
            key="push",
            text="What did they want to get away from?",
            hint="Choose all that the child spoke of.",
            kind=Kind.CHOICES,
            options=options(Push),
            said_by=SaidBy.CHILD,
            core=True,
            why="Reasons that recur can be changed at their source.",
            source=CROYDON,
        ),
        Question(
            key="pull",
            text="What were they going to?",
            hint="Choose all that the child spoke of.",
            kind=Kind.CHOICES,
            options=options(Pull),
            said_by=SaidBy.CHILD,
            core=True,
            why="Who or what draws a child tells of exploitation before anything else does.",
            source=CROYDON,
        ),
        Question(
            key="why_judged",
            text="What do you think lay behind it?",
            hint="Your own view, kept apart from what the child said.",
            kind=Kind.WORDS,
            said_by=SaidBy.WORKER,
            why="A judgement is of use only where it cannot be taken for the child's words.",
            source=FORMS,
        ),
    ),
)

WHERE_AND_WITH_WHOM = Section(
    key="where",
    title="Where they were, and with whom",
    questions=(
        Question(
            key="where_words",
            text="Where did you go, and where did you sleep?",
            hint="Places, addresses, how they got there and back.",
            kind=Kind.WORDS,
            said_by=SaidBy.CHILD,
            core=True,
            why="Places that recur are where children can be found and kept safe.",
            source=FORMS,
        ),
        Question(
            key="with_words",
            text="Who were you with?",
            hint="Names, nicknames, ages, how they know each other.",
            kind=Kind.WORDS,
            said_by=SaidBy.CHILD,
            core=True,
            why="The same adult may be named by several children.",
            source=FORMS,
        ),
    ),
)

HARM = Section(
    key="harm",
    title="Harm",
    questions=(
        Question(
            key="harm",
            text="Did the child come to harm, or was there a risk of it?",
            hint="“Possible” is an answer. Stop and refer if the child tells of a crime.",
            kind=Kind.CHOICE,
            # “Not asked” is open to every question, so it is no option of this one.
            options=tuple(pair for pair in options(Indicator) if pair[0] != Indicator.NOT_ASKED),
            said_by=SaidBy.WORKER,
            core=True,
            why="Finding and dealing with harm is the first purpose of the interview.",
            source=GUIDANCE,
        ),
        Question(
            key="harm_kinds",
            text="What kind of harm?",
            hint="Choose all that happened or may have happened.",
            kind=Kind.CHOICES,
            options=options(Harm),
            said_by=SaidBy.WORKER,
            why="Kinds of harm lead to different help, and are counted nationally.",
            source="DfE children in need census, factors identified at assessment",
        ),
        Question(
            key="harm_words",
            text="What happened?",
            hint="The child's words as they were said. Do not question further about a crime.",
            kind=Kind.WORDS,
            said_by=SaidBy.CHILD,
            core=True,
            why="What a child tells once may be needed word for word years later.",
            source=IICSA,
        ),
        Question(
            key="told_police",
            text="Have the police been told?",
            kind=Kind.YES_NO,
            options=options(YesNo),
            said_by=SaidBy.WORKER,
            core=True,
            why="Children have named those who harmed them and nothing came of it.",
            source=IICSA,
        ),
    ),
)

NOW = Section(
    key="now",
    title="How they are now",
    questions=(
        Question(
            key="now_words",
            text="How are you now, and do you need anything today?",
            hint="Health, sleep, food, fear of anybody.",
            kind=Kind.WORDS,
            said_by=SaidBy.CHILD,
            core=True,
            why="After harm a child may need care before anything else.",
            source=IICSA,
        ),
    ),
)

WHAT_WOULD_HELP = Section(
    key="help",
    title="What would help",
    questions=(
        Question(
            key="help_words",
            text="What would help, or stop it happening again?",
            hint="Write what the child said, as they said it.",
            kind=Kind.WORDS,
            said_by=SaidBy.CHILD,
            core=True,
            why="Interviews that lead to nothing teach children not to talk.",
            source=GUIDANCE,
        ),
        Question(
            key="wishes",
            text="What do you want to happen with what you have told us?",
            hint="Who may know, who should not, and whom they want to hear from.",
            kind=Kind.WORDS,
            said_by=SaidBy.CHILD,
            core=True,
            why="A child is told who will see what, before it is shared.",
            source=LEEDS,
        ),
        Question(
            key="stay_safe",
            text="Did you give stay-safe information and helplines?",
            hint="Say which in the words below.",
            kind=Kind.YES_NO,
            options=options(YesNo),
            said_by=SaidBy.WORKER,
            core=True,
            why="It is one of the purposes of the interview.",
            source=GUIDANCE,
        ),
    ),
)

THE_CONVERSATION = Section(
    key="conversation",
    title="The conversation",
    questions=(
        Question(
            key="present",
            text="Who else was there, and at whose wish?",
            hint="“Nobody” is an answer.",
            kind=Kind.WORDS,
            said_by=SaidBy.WORKER,
            core=True,
            why="Who listens changes what a child can say.",
            source=FORMS,
        ),
    ),
)

STANDARD = Standard(
    version="0",
    title="First short standard",
    since=date(2014, 1, 1),
    sections=(
        WHY_THEY_WENT,
        WHERE_AND_WITH_WHOM,
        HARM,
        NOW,
        WHAT_WOULD_HELP,
        THE_CONVERSATION,
    ),
)
