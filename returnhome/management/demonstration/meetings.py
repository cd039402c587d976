"""The demonstration's meetings: what the local protocols called for, and what came of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from returnhome.casework import communications, concerns, meetings, protocols
from returnhome.casework.models import Child, Person
from returnhome.management.demonstration.telling import DAY, HOUR, Teller, by_day, to_minute
from returnhome.reporting import escalations
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Concern, MeetingKind, Role
from returnhome.rules.escalation import Escalation
from returnhome.rules.protocols import Only, Protocol, Rule, as_data
from returnhome.rules.sources import Source

# Who calls the meetings of each council, and who writes them down.
CHAIRS = {"Northshire": ("mara", "sol"), "Westborough": ("wes", "hamid")}
OTHERS = ("DS Ruth Cole, Northshire Police", "Jan Ely, school nurse", "The keyworker")
DECIDED = (
    "The child says what would help, and it is done this week. Police know the two addresses. "
    "To meet again if it happens once more.",
    "Not at more risk than was known. The plan stands; the carer rings at the agreed time, and not "
    "before.",
    "A worker whom the child chose sees them twice a week. Police to look at who drives the car.",
    "The placement is reviewed with the child. Family time is agreed, in writing, up to Easter.",
)
# So many days ago a meeting of the past is on record or will never be.
PAST = timedelta(days=30)
# Of so many children one had a meeting called for, and nobody held it.
FORGOTTEN = 6


def tell(teller: Teller) -> None:
    northshire_looks_sooner_at_the_youngest(teller)
    the_past_has_its_meetings(teller)
    kians_phone_is_a_concern(teller)
    maliks_meeting_was_held(teller)
    samuel_came_alone(teller)


def northshire_looks_sooner_at_the_youngest(teller: Teller) -> None:
    """A protocol of the council's own, in force for a few months, beside the three."""
    began = teller.now - 120 * DAY
    rule = Rule(
        key="own",
        times=2,
        days=30,
        only=Only(age_under=13),
        action=MeetingKind.STRATEGY_MEETING,
        owner=Role.MANAGER,
        within=72 * HOUR,
    )
    protocol = Protocol(
        key="own-1",
        name="Twice in 30 days, under 13",
        version="own",
        since=began.date(),
        source=Source("Northshire, Children who go missing: procedure", began.date(), "Section 6"),
        rules=(rule,),
    )
    protocols.follow_own(
        teller.places.authorities["Northshire"],
        "own-1",
        as_data(protocol),
        since=protocols.earliest_start(began),
        by=teller.people["mara"],
        at=began,
    )


def the_past_has_its_meetings(teller: Teller) -> None:
    """Of what was called for long ago nearly all was held, and written down."""
    for council in CHAIRS:
        whose = teller.places.authorities[council]
        theirs = list(Child.objects.filter(responsible_authority=whose).order_by("pk"))
        # A meeting begins the count anew, so that a later one can be called for.
        while called := list(_called_long_ago(teller, theirs)):
            for child, call in called:
                _hold(teller, child, call, council)


def _called_long_ago(teller: Teller, theirs: list[Child]) -> Iterator[tuple[Child, Escalation]]:
    """The first open one of each child."""
    found = escalations.called_for(theirs, now=teller.now)
    for number, child in enumerate(theirs):
        if number % FORGOTTEN == 0:
            continue
        for call in found[child.pk]:
            if call.is_open and call.due_at < teller.now - PAST:
                yield child, call
                break


def _hold(teller: Teller, child: Child, call: Escalation, council: str) -> None:
    chair, second = (teller.people[key] for key in CHAIRS[council])
    number = child.pk % len(DECIDED)
    held_at = to_minute(by_day(call.raised_at + (20 + 9 * number) * HOUR))
    _record(
        child,
        call.action,
        held_at,
        (chair, second),
        DECIDED[number],
        others=OTHERS[number % 2 : 2],
    )


def _record(
    child: Child,
    kind: MeetingKind,
    held_at: datetime,
    ours: tuple[Person, ...],
    decided: str,
    *,
    others: tuple[str, ...] = OTHERS[:1],
    next_in: int | None = None,
) -> None:
    """Held then, and written down within the hour by the first of those who came."""
    held_on = held_at.astimezone(LONDON).date()
    meetings.record(
        child,
        kind=kind,
        held_at=held_at,
        attended=[*(person.name for person in ours), *others],
        decided=decided,
        next_on=held_on + next_in * DAY if next_in else None,
        by=ours[0],
        at=held_at + HOUR / 2,
    )


def kians_phone_is_a_concern(teller: Teller) -> None:
    """Noted after the fifth time, met about after the seventh; now it is three in 90 again."""
    held_at = to_minute(by_day(teller.ago(69 * 24)))
    concerns.note(
        teller.children["kian"],
        Concern.EXPLOITATION,
        "Kian, in his interview: a phone from a lad, then a debt. Police have the number.",
        by=teller.people["sol"],
        at=teller.ago(152 * 24),
    )
    _record(
        teller.children["kian"],
        MeetingKind.STRATEGY_MEETING,
        held_at,
        (teller.people["mara"], teller.people["sol"]),
        "The debt is paid by nobody: police see the lad. Kian keeps his own phone, with a new "
        "number. Boxing starts again this month.",
        others=("DS Ruth Cole, Northshire Police", "Pat Lindqvist, Open Path"),
    )


def maliks_meeting_was_held(teller: Teller) -> None:
    """Called for by his third time in 30 days, and held the day before yesterday or later."""
    child = teller.children["malik"]
    (call,) = (
        each
        for each in escalations.called_for([child], now=teller.now)[child.pk]
        if each.is_open and each.rule.key == "3-in-30"
    )
    held_at = min(to_minute(by_day(call.raised_at + 15 * HOUR)), teller.ago(1))
    _record(
        child,
        MeetingKind.STRATEGY_MEETING,
        held_at,
        (teller.people["mara"], teller.people["sol"]),
        "Malik goes to see his friends at the old flats, and says so. Not a risk in itself; the "
        "way home at night is. The home agrees a lift at ten. Police have nothing on the flats.",
        others=("DS Ruth Cole, Northshire Police", "Dev Anand, Larchwood House"),
        next_in=14,
    )


def samuel_came_alone(teller: Teller) -> None:
    concerns.note(
        teller.children["samuel"],
        Concern.UNACCOMPANIED,
        "Came alone; looked after since he arrived.",
        by=teller.people["nadia"],
        at=teller.ago(115 * 24),
    )
    communications.note(
        teller.children["samuel"],
        language="Tigrinya",
        needs_interpreter=True,
        helps="A woman interprets better for him. By telephone is fine; never with a countryman "
        "from the house in the room.",
        by=teller.people["nadia"],
        at=teller.ago(114 * 24),
    )
