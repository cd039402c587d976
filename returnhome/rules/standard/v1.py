"""Version 1 of the recording standard: every field that English forms were seen to record.

Source: twelve English forms and specifications (Missing People, Knowsley and NYAS, Derbyshire,
Oxfordshire, Croydon, Leeds, NYAS, Thurrock, Mind Of My Own, the joint protocol of 2016, Catch22).
A question's `row` is that of the table of these fields in docs/standard.md. A draft until a
practice reviewer is named.
"""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from returnhome.rules.codes import Harm, Indicator, Pull, Push
from returnhome.rules.standard import v0
from returnhome.rules.standard.lists import (
    Activity,
    Agreed,
    AtWhoseWish,
    ByWhom,
    CameBack,
    Checked,
    Chose,
    Company,
    Competence,
    Ethnicity,
    Fed,
    Feeling,
    Health,
    NextTime,
    Paid,
    Present,
    Stayed,
    StaySafe,
    Substances,
    ToldOf,
    Travel,
)
from returnhome.rules.standard.parts import (
    Evidence,
    Fact,
    HeldAs,
    Kind,
    Question,
    SaidBy,
    Section,
    Standard,
    YesNo,
    options,
)

CROYDON, FORMS, GUIDANCE = v0.CROYDON, v0.FORMS, v0.GUIDANCE
IICSA, LEEDS = v0.IICSA, v0.LEEDS
CIN = "DfE children in need census, factors identified at assessment"
DERBYSHIRE = "Derbyshire, return interview form with the police and Derby City"
FOI = "Missing People, FOI request 2024 on return interviews, questions 6 to 10"
FREELY = "Write what the child said, as they said it."
NYAS = "NYAS, what it tells young people about return interviews"
OURS = "Our own: no form that was seen asks for it"
PHILOMENA = "Philomena Protocol form, its groups"
PROMPTS = "Exploitation screening tools of Plymouth, Dudley, Surrey and Wiltshire"
SHARING = "DfE, Information sharing advice, May 2024"
TICK_SAID = "Choose all that the child spoke of."

child_said = partial(Question, said_by=SaidBy.CHILD)
noted = partial(Question, said_by=SaidBy.WORKER)

SIGNS = tuple(pair for pair in options(Indicator) if pair[0] != Indicator.NOT_ASKED)


def _factors(codes: Mapping[Any, str]) -> tuple[tuple[str, str], ...]:
    return tuple((code.value, factor) for code, factor in codes.items())


def _prompt(
    key: str, text: str, row: int, why: str, *, core: bool = False, factor: str = ""
) -> Question:
    """One sign of exploitation: yes, no or possible, and how it is known; never added up."""
    affirmed = {Indicator.YES: factor, Indicator.POSSIBLE: factor} if factor else {}
    return noted(
        key=key,
        text=text,
        kind=Kind.PROMPT,
        options=SIGNS,
        evidence=options(Evidence),
        why=why,
        source=PROMPTS,
        core=core,
        row=row,
        factors=_factors(affirmed),
    )


THE_CHILD = Section(
    key="child",
    title="The child and the times missing",
    facts=(
        Fact(
            key="child",
            text="Name, date of birth, address and numbers",
            held_as=HeldAs.TEXT,
            row=1,
            why="One child has one record, whoever writes in it.",
            source=FORMS,
        ),
        Fact(
            key="episodes",
            text="The episodes it answers for: missing from, found, returned",
            held_as=HeldAs.MOMENT,
            row=2,
            why="Each episode keeps its own clock, though one talk may answer for several.",
            source=GUIDANCE,
        ),
        Fact(
            key="authorities",
            text="The council that answers for the child, and where they are placed",
            held_as=HeldAs.CODE,
            row=3,
            why="Nobody was sure whose duty a child placed elsewhere was.",
            source=DERBYSHIRE,
        ),
        Fact(
            key="previous",
            text="How many times missing before",
            held_as=HeldAs.COUNT,
            row=4,
            why="What recurs asks for another answer than what happened once.",
            source=FORMS,
        ),
    ),
    questions=(
        child_said(
            key="ethnicity",
            text="How does the child describe their ethnicity?",
            hint="Ask; do not assume. It may be left.",
            kind=Kind.CHOICE,
            options=options(Ethnicity),
            why="Without it nobody can see whom the service does not reach.",
            source=CIN,
            row=1,
        ),
        child_said(
            key="times_away",
            text="Have you been away before when nobody reported it?",
            kind=Kind.YES_NO,
            options=options(YesNo),
            why="The count of reports is the smaller part of going missing.",
            source="The Children's Society, The First Step, 2019",
            row=4,
        ),
    ),
)

THE_CONVERSATION = Section(
    key="conversation",
    title="The conversation",
    facts=(
        Fact(
            key="held",
            text="When, where and how it was held",
            held_as=HeldAs.MOMENT,
            row=5,
            why="Within 72 hours of the return, somewhere the child feels safe.",
            source=GUIDANCE,
        ),
        Fact(
            key="interviewer",
            text="Who held it, in what role and for whom, and whether independent",
            held_as=HeldAs.TEXT,
            row=6,
            why="What independent means is what the field argues about most.",
            source=FOI,
        ),
        Fact(
            key="attempts",
            text="Offers, answers and attempts before it; why an earlier one was not held",
            held_as=HeldAs.LIST,
            row=9,
            why="A child who was not reached is not a child who declined.",
            source=FORMS,
        ),
    ),
    questions=(
        child_said(
            key="agreed",
            text="Who agreed to this talk?",
            hint="Say first what you cannot keep to yourself. Agreeing to talk is not "
            "agreeing that it is shared.",
            kind=Kind.CHOICE,
            options=options(Agreed),
            core=True,
            why="A child who was brought along says less than one who came.",
            source=FORMS,
            row=8,
        ),
        noted(
            key="competence",
            text="Under 16: did the child understand enough to decide about this?",
            kind=Kind.CHOICE,
            options=options(Competence),
            core=True,
            why="A parent's no is not the no of a child who can decide.",
            source=FORMS,
            row=8,
        ),
        noted(
            key="minutes",
            text="How many minutes did you talk?",
            hint="In all, where there was a short talk first and a longer one later.",
            kind=Kind.NUMBER,
            why="A service that is paid by the interview should show what one is.",
            source=FORMS,
            row=5,
        ),
        noted(
            key="chose",
            text="Who chose the time and place?",
            kind=Kind.CHOICE,
            options=options(Chose),
            why="Young people ask for a time and place that suit them.",
            source=NYAS,
            row=5,
        ),
        noted(
            key="present_kinds",
            text="Who else was there?",
            hint="“Nobody else” is an answer.",
            kind=Kind.CHOICES,
            options=options(Present),
            core=True,
            why="Who listens changes what a child can say.",
            source=FORMS,
            row=7,
        ),
        noted(
            key="present_wish",
            text="At whose wish?",
            kind=Kind.CHOICE,
            options=options(AtWhoseWish),
            why="A child may want somebody there, or may not dare to send them out.",
            source=FORMS,
            row=7,
        ),
    ),
)

WHY_THEY_WENT = Section(
    key="why",
    title="Why they went",
    questions=(
        child_said(
            key="why_words",
            text="Why did you go?",
            hint=FREELY,
            kind=Kind.WORDS,
            core=True,
            why="The child's own reason is what help must answer.",
            source=GUIDANCE,
            row=10,
        ),
        child_said(
            key="push",
            text="What did they want to get away from?",
            hint=TICK_SAID,
            kind=Kind.CHOICES,
            options=options(Push),
            core=True,
            why="Reasons that recur can be changed at their source.",
            source=CROYDON,
            row=10,
            factors=_factors({Push.DOMESTIC_ABUSE: "3A", Push.SELF_HARM: "15A"}),
        ),
        noted(
            key="push_judged",
            text="And what, in your view, that they did not speak of?",
            hint="Your own view, kept apart from what the child said.",
            kind=Kind.CHOICES,
            options=options(Push),
            why="A judgement is of use only where it cannot be taken for the child's words.",
            source=CROYDON,
            row=10,
            beside="push",
        ),
        child_said(
            key="pull",
            text="What were they going to?",
            hint=TICK_SAID,
            kind=Kind.CHOICES,
            options=options(Pull),
            core=True,
            why="Who or what draws a child tells of exploitation before anything else does.",
            source=CROYDON,
            row=11,
        ),
        noted(
            key="pull_judged",
            text="And to what, in your view, that they did not speak of?",
            hint="Your own view, kept apart from what the child said.",
            kind=Kind.CHOICES,
            options=options(Pull),
            why="A judgement is of use only where it cannot be taken for the child's words.",
            source=CROYDON,
            row=11,
            beside="pull",
        ),
        noted(
            key="why_judged",
            text="What do you think lay behind it?",
            hint="Your own view, kept apart from what the child said.",
            kind=Kind.WORDS,
            why="Ticks lose what a sentence keeps.",
            source=FORMS,
            row=10,
        ),
    ),
)

WHERE_AND_WITH_WHOM = Section(
    key="where",
    title="Where they were, and with whom",
    questions=(
        child_said(
            key="where_words",
            text="Where did you go?",
            hint="Places and addresses, in the child’s words.",
            kind=Kind.WORDS,
            core=True,
            why="Places that recur are where children can be found and kept safe.",
            source=FORMS,
            row=12,
        ),
        child_said(
            key="where_kinds",
            text="What kind of places?",
            hint=TICK_SAID,
            kind=Kind.CHOICES,
            options=options(Stayed),
            why="Kinds of place can be counted where an address cannot be shared.",
            source=PHILOMENA,
            row=12,
        ),
        child_said(
            key="with_words",
            text="Who were you with?",
            hint="Names, nicknames, ages, how they know each other.",
            kind=Kind.WORDS,
            core=True,
            why="The same adult may be named by several children.",
            source=FORMS,
            row=13,
        ),
        child_said(
            key="with_kinds",
            text="Who were they, to the child?",
            hint=TICK_SAID,
            kind=Kind.CHOICES,
            options=options(Company),
            why="Adults whom a child met while away are a sign that a name alone is not.",
            source=FORMS,
            row=13,
        ),
    ),
)

WHAT_HAPPENED = Section(
    key="happened",
    title="What happened",
    questions=(
        child_said(
            key="happened_words",
            text="What happened while you were away?",
            hint=FREELY,
            kind=Kind.WORDS,
            core=True,
            why="In the child's own order things come out that no list asks for.",
            source=FORMS,
            row=14,
        ),
        child_said(
            key="activities",
            text="What did they do?",
            hint=TICK_SAID,
            kind=Kind.CHOICES,
            options=options(Activity),
            why="What they did can be counted, and what recurs can be answered.",
            source=FORMS,
            row=14,
        ),
        child_said(
            key="travel",
            text="How did they travel, there and around?",
            hint=TICK_SAID,
            kind=Kind.CHOICES,
            options=options(Travel),
            why="A journey tells how far somebody's reach goes.",
            source=DERBYSHIRE,
            row=15,
        ),
        child_said(
            key="travel_paid",
            text="Who paid for it?",
            hint="Add what it cost, and a car’s number, in the words.",
            kind=Kind.CHOICE,
            options=options(Paid),
            why="Whoever pays the fare wanted the journey.",
            source=DERBYSHIRE,
            row=15,
        ),
        child_said(
            key="slept",
            text="Where did they sleep?",
            hint=TICK_SAID,
            kind=Kind.CHOICES,
            options=options(Stayed),
            why="A bed for the night is what is most often traded for.",
            source=OURS,
            row=16,
        ),
        child_said(
            key="fed",
            text="How did they eat, and have money?",
            hint=TICK_SAID,
            kind=Kind.CHOICES,
            options=options(Fed),
            why="Whoever feeds a child who is away is somebody to know of.",
            source=OURS,
            row=16,
        ),
        child_said(
            key="came_back",
            text="How did they come back?",
            kind=Kind.CHOICE,
            options=options(CameBack),
            core=True,
            why="A child who comes back alone has changed their mind; ask what changed it.",
            source=FORMS,
            row=17,
        ),
    ),
)

HARM = Section(
    key="harm",
    title="Harm",
    questions=(
        noted(
            key="harm",
            text="Did the child come to harm, or was there a risk of it?",
            hint="“Possible” is an answer. Stop and refer if the child tells of a crime.",
            kind=Kind.CHOICE,
            options=SIGNS,
            core=True,
            why="Finding and dealing with harm is the first purpose of the interview.",
            source=GUIDANCE,
            row=18,
        ),
        noted(
            key="harm_kinds",
            text="What kind of harm?",
            hint="Choose all that happened or may have happened.",
            kind=Kind.CHOICES,
            options=options(Harm),
            why="Kinds of harm lead to different help, and are counted nationally.",
            source=CIN,
            row=18,
            factors=tuple((kind.value, kind.cin_factor) for kind in Harm if kind.cin_factor),
        ),
        child_said(
            key="harm_words",
            text="What happened to you?",
            hint="The child's words as they were said. Do not question further about a crime.",
            kind=Kind.WORDS,
            core=True,
            why="What a child tells once may be needed word for word years later.",
            source=IICSA,
            row=18,
        ),
        child_said(
            key="harm_by",
            text="By whom?",
            hint=TICK_SAID,
            kind=Kind.CHOICES,
            options=options(ByWhom),
            why="Harm by somebody who works with children goes to the designated officer.",
            source=IICSA,
            row=18,
        ),
        child_said(
            key="afraid",
            text="Are you afraid of anybody?",
            hint="Of whom, in the words.",
            kind=Kind.YES_NO,
            options=options(YesNo),
            core=True,
            why="Fear keeps a child silent about everything else.",
            source=FORMS,
            row=18,
        ),
        noted(
            key="told_police",
            text="Have the police been told?",
            kind=Kind.YES_NO,
            options=options(YesNo),
            core=True,
            why="Children have named those who harmed them and nothing came of it.",
            source=IICSA,
            row=18,
        ),
        child_said(
            key="substances",
            text="Were alcohol or drugs there?",
            hint=TICK_SAID,
            kind=Kind.CHOICES,
            options=options(Substances),
            why="Offered, taken and passed on are three different things.",
            source=FORMS,
            row=20,
            factors=_factors(
                {
                    Substances.ALCOHOL_USED: "1A",
                    Substances.DRUGS_USED: "2A",
                    Substances.SUPPLIED: "24A",
                }
            ),
        ),
    ),
)

EXPLOITATION = Section(
    key="exploitation",
    title="Signs of exploitation",
    questions=(
        _prompt(
            "sexual_exploitation",
            "Is there any sign of sexual exploitation?",
            21,
            "Signs are noted while they are small; the local tool says what to do with them.",
            core=True,
            factor="11A",
        ),
        _prompt(
            "criminal_exploitation",
            "Is there any sign of criminal exploitation, gangs or county lines?",
            22,
            "A child who carries for others is first of all a child who is used.",
            core=True,
            factor="24A",
        ),
        _prompt(
            "overnight",
            "Away overnight, again and again",
            21,
            "Nights away need somewhere to sleep, and somebody who gives it.",
        ),
        _prompt(
            "well_kept",
            "Came back clean and fed, with nowhere known to have been",
            21,
            "Somebody looked after the child, and nobody knows who.",
        ),
        _prompt(
            "phone",
            "A new or second phone, or calls late at night and in secret",
            22,
            "A phone that was given is a line that somebody else holds.",
        ),
        _prompt(
            "older_adult",
            "An older or controlling friend, partner or adult",
            21,
            "Age and control are what tell friendship from use.",
        ),
        _prompt(
            "vehicles",
            "Got into the car of an adult not known to the family",
            21,
            "Cars are how children are moved.",
        ),
        _prompt(
            "gifts",
            "Money, clothes or things that nobody can explain",
            22,
            "What is given is later asked for.",
        ),
        _prompt(
            "debt",
            "A debt, or cash needed at once",
            22,
            "Debt is how a child is held.",
        ),
        _prompt(
            "premises",
            "Hotels, taxis, takeaways or let rooms",
            21,
            "Those who work there may have seen, and can be asked.",
        ),
        _prompt(
            "far_towns",
            "A town with which they have nothing to do",
            22,
            "Distance without a reason is the mark of county lines.",
        ),
        _prompt(
            "callers",
            "Threatening callers, or people who come looking for them",
            22,
            "The danger is at the door, and not only where the child was.",
        ),
        _prompt(
            "withdrawn",
            "Told of something and took it back",
            21,
            "Taking it back is what fear looks like, and no proof that it was untrue.",
        ),
        _prompt(
            "injuries",
            "Injuries that are not explained",
            22,
            "Some debts are paid in this way.",
        ),
        _prompt(
            "sexual_health",
            "An infection or a pregnancy",
            21,
            "It says that something happened, and asks with whom.",
        ),
        _prompt(
            "hurts_self",
            "Hurts themselves, or speaks of not living",
            21,
            "It is the sign most often seen together with the others.",
            factor="15A",
        ),
    ),
)

NOW = Section(
    key="now",
    title="How they are now",
    questions=(
        child_said(
            key="now_words",
            text="How are you now, and do you need anything today?",
            hint="Health, sleep, food, fear of anybody.",
            kind=Kind.WORDS,
            core=True,
            why="After harm a child may need care before anything else.",
            source=IICSA,
            row=23,
        ),
        child_said(
            key="feeling",
            text="How have you felt since you came back?",
            kind=Kind.CHOICE,
            options=options(Feeling),
            why="The same question the next time shows which way it goes.",
            source="Mind Of My Own, Return from missing, 2019",
            row=23,
        ),
        noted(
            key="health_urgent",
            text="Does the child need health care today?",
            kind=Kind.CHOICE,
            options=SIGNS,
            core=True,
            why="Some care helps only within hours or days.",
            source=FORMS,
            row=19,
        ),
        noted(
            key="health_kinds",
            text="What kind of care?",
            hint="Choose all that apply.",
            kind=Kind.CHOICES,
            options=options(Health),
            why="Who has to be rung depends on it.",
            source=OURS,
            row=19,
            factors=_factors({Health.SELF_HARM: "15A", Health.MENTAL_HEALTH: "4A"}),
        ),
    ),
)

WHAT_WOULD_HELP = Section(
    key="help",
    title="What would help",
    facts=(
        Fact(
            key="actions",
            text="What follows: action, owner, due day, and what came of it",
            held_as=HeldAs.LIST,
            row=26,
            why="Interviews that lead to nothing teach children not to talk.",
            source=GUIDANCE,
        ),
    ),
    questions=(
        child_said(
            key="help_words",
            text="What would help, or stop it happening again?",
            hint=FREELY,
            kind=Kind.WORDS,
            core=True,
            why="Each need named here leads to help, or to a reason why there is none.",
            source=GUIDANCE,
            row=24,
        ),
        child_said(
            key="wishes",
            text="What do you want to happen with what you have told us?",
            hint="Who may know, who should not, and whom they want to hear from.",
            kind=Kind.WORDS,
            core=True,
            why="A child is told who will see what, before it is shared.",
            source=LEEDS,
            row=24,
        ),
        child_said(
            key="next_time",
            text="Another time, whom would you talk to?",
            kind=Kind.CHOICE,
            options=options(NextTime),
            why="The same face again is what young people ask for most, or the chance of another.",
            source=NYAS,
            row=24,
        ),
        noted(
            key="stay_safe",
            text="Did you give stay-safe information and helplines?",
            kind=Kind.YES_NO,
            options=options(YesNo),
            core=True,
            why="It is one of the purposes of the interview.",
            source=GUIDANCE,
            row=25,
        ),
        noted(
            key="stay_safe_which",
            text="Which?",
            hint="Choose all that you gave.",
            kind=Kind.CHOICES,
            options=options(StaySafe),
            why="The next interviewer should not hand out the same leaflet.",
            source=FORMS,
            row=25,
        ),
    ),
)

SHARING_AND_CHECKING = Section(
    key="sharing",
    title="What is shared, and what the child checked",
    questions=(
        noted(
            key="told_of",
            text="Whom did you tell the child may hear of this?",
            hint="No consent is needed where a child may be at risk; honesty is.",
            kind=Kind.CHOICES,
            options=options(ToldOf),
            core=True,
            why="Being open about sharing keeps a child talking; asking leave for it does not.",
            source=SHARING,
            row=27,
        ),
        child_said(
            key="share_words",
            text="What did the child say to that?",
            hint="Who should not hear of it, and why.",
            kind=Kind.WORDS,
            why="A wish that cannot be kept has to be answered all the same.",
            source=SHARING,
            row=27,
        ),
        noted(
            key="not_safe",
            text="What is not safe to mention or send, and to whom?",
            hint="A parent who must not know, a phone that others read.",
            kind=Kind.WORDS,
            why="The parent or carer may be the risk.",
            source=OURS,
            row=27,
        ),
        noted(
            key="checked",
            text="Did the child check what was written?",
            hint="What they wanted changed, in the words.",
            kind=Kind.CHOICE,
            options=options(Checked),
            core=True,
            why="A record that the child has checked is theirs too.",
            source=LEEDS,
            row=28,
        ),
    ),
)

STANDARD = Standard(
    version="1",
    title="The recording standard",
    since=date(2026, 4, 1),
    sections=(
        THE_CONVERSATION,
        WHY_THEY_WENT,
        WHERE_AND_WITH_WHOM,
        WHAT_HAPPENED,
        HARM,
        EXPLOITATION,
        NOW,
        WHAT_WOULD_HELP,
        SHARING_AND_CHECKING,
        THE_CHILD,
    ),
)
