"""What children of the demonstration told of harm: one waits for a manager, one is closed."""

from returnhome.casework import harm
from returnhome.management.demonstration.telling import (
    DAY,
    HOUR,
    MINUTE,
    Teller,
    by_day,
    to_minute,
)
from returnhome.rules.codes import HarmCallee, HarmDecisionKind

POLICE, OFFICER = HarmDecisionKind.CRIME_TO_POLICE, HarmDecisionKind.DESIGNATED_OFFICER


def tell(teller: Teller) -> None:
    deshawn_told_on_the_telephone(teller)
    what_elin_told_is_closed(teller)


def deshawn_told_on_the_telephone(teller: Teller) -> None:
    """Placed in Westborough: its manager was telephoned, and nobody has said that they have it."""
    told_at = teller.ago(0.6)
    disclosure = harm.tell(
        teller.children["deshawn"],
        "Don’t make me go back in that car. He says I owe him two hundred and he’ll take it out of "
        "my brother. He had a knife on Saturday, he just laid it on the seat like it was nothing.",
        told_at=told_at,
        is_in_danger=False,
        where_now="At the placement, with his keyworker Jan, until tomorrow at noon.",
        episode=teller.children["deshawn"].episodes.counted().newest_first().first(),
        by=teller.people["amina"],
        at=told_at + 6 * MINUTE,
    )
    harm.note_call(
        disclosure,
        HarmCallee.DUTY_MANAGER,
        name="Nell Ashworth, Westborough",
        called_at=told_at + 10 * MINUTE,
        by=teller.people["amina"],
        at=told_at + 12 * MINUTE,
    )


def what_elin_told_is_closed(teller: Teller) -> None:
    """On a visit last week: two decisions, each passed on, and what came of them."""
    mara, sol = teller.people["mara"], teller.people["sol"]
    told_at = to_minute(by_day(teller.ago(9 * 24)))
    elin = teller.children["elin"]
    disclosure = harm.tell(
        elin,
        "The night man comes in without knocking. He stands there. He took a picture of me once, "
        "when I was in my towel, and he laughed.",
        told_at=told_at,
        is_in_danger=False,
        episode=elin.episodes.counted().newest_first().first(),
        by=sol,
        at=told_at + 25 * MINUTE,
    )
    harm.note_call(
        disclosure,
        HarmCallee.DUTY_MANAGER,
        name=mara.name,
        called_at=told_at + 30 * MINUTE,
        by=sol,
        at=told_at + 35 * MINUTE,
    )
    harm.have(disclosure, by=mara, at=told_at + 40 * MINUTE)
    police, officer = harm.decide(
        disclosure,
        [POLICE, OFFICER],
        because="A member of staff, and a picture. He was to work tonight: the home has sent him "
        "off the rota.",
        passed_to={POLICE: "DS Ruth Cole, Northshire Police"},
        by=mara,
        at=told_at + 2 * HOUR,
    )
    harm.pass_on(
        officer, "Lee Adeyinka, designated officer, Northshire", by=mara, at=told_at + 3 * HOUR
    )
    later = told_at + 4 * DAY
    harm.finish(
        police,
        "His telephone was seized. He is on bail, not to go near the home or Elin. Sol told her, "
        "and gave her the officer’s number.",
        by=mara,
        at=later,
    )
    harm.finish(
        officer,
        "Suspended on the same day. Two meetings held; every child of the home was asked.",
        by=mara,
        at=later,
    )
