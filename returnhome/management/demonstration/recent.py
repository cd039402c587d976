"""The last five weeks of the demonstration: stories that have come to an end, one a line."""

from dataclasses import dataclass, field

from returnhome.casework.models import Episode
from returnhome.management.demonstration import words
from returnhome.management.demonstration.telling import Tale, Teller
from returnhome.rules.clock import EXACT, estimated
from returnhome.rules.codes import (
    DeclinedBy,
    EpisodeKind,
    Means,
    NoOwes,
    NotHeldReason,
    Place,
    Reached,
    RiskGrade,
    Understood,
)

HELPED, NOTHING, DECLINED, UNREACHED, POLICY = (
    "helped",
    "nothing",
    "declined",
    "unreached",
    "policy",
)


@dataclass(frozen=True)
class Line:
    """One story: how many days ago the child came back, after how many hours, and what followed.

    `waits` is how many hours passed between the offer and the interview: over 60 it comes late.
    """

    child: str
    back: float
    hours: float
    ending: str
    theme: str = "friends"
    interviewer: str = "ines"
    by: str = "amina"
    waits: float = 20
    place: Place = Place.SCHOOL
    risk: RiskGrade = RiskGrade.MEDIUM
    kind: EpisodeKind = EpisodeKind.MISSING
    own: dict[str, str] = field(default_factory=dict)


LINES = (
    Line("kit", 34.6, 9, HELPED, "argument", own={
        "why_words": "Mum took the console and I took the bus. I know it’s stupid. It was about "
        "more than the console.",
        "help_words": "If she’d ask me what’s up before she takes stuff. And I could ask her, too.",
    }),
    Line("maja", 33.2, 5, NOTHING, "party", "joe", place=Place.PUBLIC_PLACE),
    Line("tegan", 32.4, 20, HELPED, "placement", "joe", place=Place.OUTDOORS, own={
        "why_words": "They sat me next to her at tea again after I’d said. So I went to see the "
        "goats at Marsh Green. The goats don’t talk about me.",
        "where_words": "The goats, then the bus shelter. I had my big coat.",
        "help_words": "A different chair. Honestly that’s it. And the goats on Saturdays.",
    }),
    Line("sky", 31.5, 26, HELPED, "family", place=Place.PUBLIC_PLACE, own={
        "why_words": "Because Westborough isn’t home. My nan is home. I said I wanted to see her "
        "and it got written down and then nothing.",
        "help_words": "Nan. A real date, on paper, that isn’t “soon”.",
    }),
    Line("tariq", 30.8, 4, NOTHING, "fun", "joe"),
    Line("robin", 30.1, 11, HELPED, "move", "pat", place=Place.PLACEMENT),
    Line("leon", 29.4, 14, HELPED, "placement", "freya", "wes", place=Place.PLACEMENT),
    Line("oscar", 28.9, 8, DECLINED),
    Line("fatou", 28.2, 30, HELPED, "partner", "joe", waits=66, place=Place.YOUTH_CENTRE),
    Line("noah", 27.5, 3, NOTHING, "overwhelmed", place=Place.PLACEMENT, own={
        "why_words": "The fire alarm test. They do it without telling you and then they say sorry.",
        "where_words": "Under the stairs at the library. You can charge your phone there.",
        "help_words": "Tell me on the Tuesday. I’ve drawn you a sign for it.",
    }),
    Line("hope", 26.7, 16, HELPED, "family", "joe", place=Place.PUBLIC_PLACE),
    Line("dominic", 26.1, 12, HELPED, "worry", waits=12, place=Place.CAR, risk=RiskGrade.HIGH),
    Line("mei", 25.5, 6, NOTHING, "school", "freya", "wes"),
    Line("deshawn", 24.8, 22, HELPED, "move", "joe", place=Place.OUTDOORS),
    Line("brandon", 24.2, 7, UNREACHED),
    Line("malik", 23.6, 9, HELPED, "friends", "dele", place=Place.PLACEMENT),
    Line("elin", 22.9, 10, HELPED, "low", place=Place.OUTDOORS, own={
        "why_words": "I can’t sleep in that room. I know it’s a nice room. It’s too quiet and then "
        "I hear everything.",
        "help_words": "A radio. Low. Somebody talking, but not to me.",
    }),
    Line("daisy", 22.3, 5, DECLINED, by="bryn"),
    Line("tegan", 21.7, 28, POLICY, kind=EpisodeKind.AWAY),
    Line("arjun", 21.1, 4, NOTHING, "friends", "joe", waits=70),
    Line("mina", 20.4, 19, HELPED, "online", "freya", "wes", place=Place.YOUTH_CENTRE),
    Line("shanice", 19.8, 13, HELPED, "school", own={
        "why_words": "They made an account with my face. I only found out because a year eight "
        "laughed at me. A year EIGHT.",
        "help_words": "Get it down. Then I’d like someone to say to my form that it isn’t funny.",
    }),
    Line("corey", 19.2, 15, HELPED, "worry", "joe", waits=10, place=Place.CAR, risk=RiskGrade.HIGH),
    Line("theo", 18.5, 6, NOTHING, "argument", by="bryn"),
    Line("levi", 17.9, 8, HELPED, "low", "joe", place=Place.OUTDOORS, by="bryn"),
    Line("amelie", 17.3, 33, HELPED, "move", place=Place.PLACEMENT, waits=64),
    Line("kelvin", 16.6, 5, DECLINED, by="wes"),
    Line("ella", 16.0, 10, HELPED, "partner", "joe", by="bryn", place=Place.PUBLIC_PLACE),
    Line("reece", 15.4, 7, HELPED, "family", place=Place.OFFICE, own={
        "why_words": "I just wanted to check my brother was all right. I didn’t tell him where I "
        "live. I know I can’t.",
        "where_words": "I waited outside his school, over the road, till he came out.",
        "with_words": "My brother. Ten minutes. We got a sausage roll.",
        "help_words": "To see him somewhere that’s allowed. I’ll come wherever you say.",
    }),
    Line("tomos", 14.8, 21, HELPED, "placement", "freya", "wes", place=Place.PLACEMENT, waits=68),
    Line("gethin", 14.2, 3, NOTHING, "fun", "joe", place=Place.FAMILY_HOME),
    Line("robin", 13.5, 6, HELPED, "friends", "pat", place=Place.OUTDOORS),
    Line("isla", 12.9, 4, NOTHING, "argument", "freya", "wes", place=Place.FAMILY_HOME),
    Line("summer", 12.2, 18, HELPED, "party", waits=30, place=Place.YOUTH_CENTRE),
    Line("kit", 10.9, 7, HELPED, "argument", waits=24, own={
        "why_words": "Another row. But I rang the number this time, that’s new.",
        "help_words": "What we said last time. She was doing it and then the car broke and "
        "everything went wrong again.",
    }),
    Line("hamza", 10.2, 5, NOTHING, "party", "joe"),
)  # fmt: skip

REASONS = (
    "Nothing new came up: the plan from last time stands, and the child agrees.",
    "A one-off. The family has talked it through, and knows whom to ring.",
    "What was asked for was done within the day.",
)


def tell(teller: Teller) -> None:
    for line in LINES:
        told = teller.of(line.child, by=line.by).missing(
            line.hours,
            back=line.back * 24,
            risk=line.risk,
            kind=line.kind,
            # Some times of return are as a tired carer remembers them.
            precision=estimated(30) if line.waits == 24 else EXACT,
        )
        ENDINGS[line.ending](told, line)


def helped(tale: Tale, line: Line) -> None:
    interviewed(tale, line)
    follows = words.THEMES[line.theme].follows
    owner = "hamid" if line.by == "wes" else ("sol", "nadia")[len(line.child) % 2]
    by = "wes" if line.by == "wes" else "mara"
    for number, (kind, what, outcome) in enumerate(follows):
        due = -int(line.back) + 9 + 5 * number
        tale.act(kind, what, owner=owner, due_in=due, by=by, after=10 - 9 * number)
        if line.back > 12 or not number:
            tale.done(outcome, after=50 + 30 * (len(line.child) % 3))


def nothing(tale: Tale, line: Line) -> None:
    interviewed(tale, line)
    by = "wes" if line.by == "wes" else "mara"
    tale.nothing_needed(REASONS[len(line.child) % 3], by=by)


def interviewed(tale: Tale, line: Line) -> None:
    reached = Reached.CARER if len(line.child) % 4 == 0 else Reached.CHILD
    tale.offered(3, reached=reached).accepted(2)
    tale.talked(line.interviewer, line.waits, place=line.place)
    tale.recorded(line.theme, line.own).signed(16)


def declined(tale: Tale, line: Line) -> None:
    tale.offered(5).declined(DeclinedBy.CHILD, "“I’ve got nothing to say about it.”", 3)
    tale.spoken_to("Whoever offered it")
    if NoOwes.UNDERSTANDING in Episode.objects.get(pk=tale.episode.pk).no_owes:
        tale.understood(Understood.ABLE, "Was told what it is for, and said no twice, calmly.")
    if line.by != "wes":
        # Westborough has not got round to it.
        tale.carer_asked("Whoever cares for them", "“Back by nine since. Nothing to add.”")


def unreached(tale: Tale, line: Line) -> None:
    tale.taken_on(3).tried(Means.TELEPHONE, "No answer, twice", 2)
    tale.tried(Means.TEXT, "Text with the three ways to reach us", 20)
    tale.tried(Means.LETTER, "Letter by hand; nobody in", 40)
    tale.not_held(NotHeldReason.NOT_CONTACTABLE, after=48)


def policy(tale: Tale, line: Line) -> None:
    tale.taken_on(2).not_held(
        NotHeldReason.NOT_OFFERED,
        "Away at a known address for one night; talked about with the keyworker, as our local "
        "policy says.",
        20,
    )


ENDINGS = {
    HELPED: helped,
    NOTHING: nothing,
    DECLINED: declined,
    UNREACHED: unreached,
    POLICY: policy,
}
