"""Standing arrangements, and requests that went as letters to councils that are not on the system.

The councils asked by letter are real, so that everybody can see where a letter goes. Whom they
are asked about, and who answered for them, is invented like everything else here.
"""

from datetime import timedelta

from returnhome.casework import agreements, handovers, registers
from returnhome.casework.models import Authority, Child
from returnhome.management.demonstration.known import CHILDREN, FIRST_NUMBER
from returnhome.management.demonstration.telling import DAY, Tale, Teller
from returnhome.rules.clock import LONDON, Moment
from returnhome.rules.codes import Cohort, HandOverKind, Mode, Place
from returnhome.rules.responsibility import Reply

AFTER_ALL_OTHERS = FIRST_NUMBER + len(CHILDREN) + 1


def tell(teller: Teller) -> None:
    arrange(teller)
    _iris_waits_for_an_answer(teller)
    _dev_was_interviewed_elsewhere(teller)


def arrange(teller: Teller) -> None:
    """One with the provider, one with Westborough that is agreed, one that waits for its yes.

    From today on, so that who interviewed in the years before stays as it was.
    """
    authorities, people, now = teller.places.authorities, teller.people, teller.now
    north, west = authorities["Northshire"], authorities["Westborough"]
    today = now.astimezone(LONDON).date()
    agreements.agree(
        north,
        to_provider=teller.places.provider,
        covers=[Cohort.LOOKED_AFTER_IN_AREA],
        since=today,
        by=people["mara"],
        at=now - 9 * DAY,
    )
    with_us = agreements.agree(
        west, to_authority=north, since=today, by=people["nell"], at=now - 6 * DAY
    )
    agreements.accept(with_us, by=people["mara"], at=now - 5 * DAY)
    agreements.agree(
        north,
        to_authority=west,
        since=(today.replace(day=1) + timedelta(days=32)).replace(day=1),
        by=people["mara"],
        at=now - DAY,
    )


def _iris_waits_for_an_answer(teller: Teller) -> None:
    """Placed far away: the council there has the letter, and has not answered yet."""
    iris = _placed(teller, "Iris", "Calder", "F", age=14, where="Derbyshire", number=0)
    tale = Tale(teller, iris, teller.people["amina"])
    tale.missing(11, back=20).taken_on(0.5)
    asked = handovers.ask(
        tale.episode,
        HandOverKind.HOST_INTERVIEWS,
        to=Authority.objects.get(name="Derbyshire"),
        terms="She asks for a woman, and not at her placement. Mornings suit her.",
        report_due_at=teller.on(3, 17),
        by=tale.by,
        at=teller.ago(0.8),
    )
    handovers.new_reply_key(asked, by=tale.by, at=teller.ago(0.7))


def _dev_was_interviewed_elsewhere(teller: Teller) -> None:
    """The council there accepted by its letter and held the interview; its report has come."""
    dev = _placed(teller, "Dev", "Rowan", "M", age=16, where="Lincolnshire", number=1)
    tale = Tale(teller, dev, teller.people["amina"])
    tale.missing(7, back=63).offered(1).accepted()
    asked = handovers.ask(
        tale.episode,
        HandOverKind.HOST_INTERVIEWS,
        to=Authority.objects.get(name="Lincolnshire"),
        by=tale.by,
        at=teller.ago(56),
    )
    key = handovers.new_reply_key(asked, by=tale.by, at=teller.ago(55.9))
    letter = handovers.by_reply_key(key)
    assert letter is not None
    handovers.answer(
        letter,
        Reply.ACCEPTED,
        name="Jo Hartley, duty manager",
        contact="01632 960123",
        by=None,
        at=teller.ago(54),
    )
    handovers.note_held(
        asked,
        Moment(teller.ago(30)),
        name="Chris Denby",
        role="return interview worker",
        place=Place.YOUTH_CENTRE,
        mode=Mode.IN_PERSON,
        is_independent=True,
        by=tale.by,
        at=teller.ago(2),
    )
    handovers.report(asked, by=tale.by, at=teller.ago(1.9))


def _placed(
    teller: Teller, forename: str, surname: str, sex: str, *, age: int, where: str, number: int
) -> Child:
    """A child whom Northshire looks after and has placed in the area of a council elsewhere."""
    today = teller.now.astimezone(LONDON).date()
    child, _ = registers.enter(
        register_id=f"NS{AFTER_ALL_OTHERS + number}",
        forename=forename,
        surname=surname,
        born_on=today.replace(year=today.year - age, day=1) - 40 * DAY,
        sex=sex,
        postcode="",
        lives_in=Authority.objects.get(name=where),
        looked_after_by=teller.places.authorities["Northshire"],
        by=teller.operator,
        at=teller.now - 200 * DAY,
    )
    return child
