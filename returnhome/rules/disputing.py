"""Disputing and overriding who must act: the clock runs on, and whoever has the duty keeps it.

Source: Returnhome's own rule, where the guidance is silent. The study's councils named it as the
weak point that nobody was sure whose interview it was (The First Step, 2019): so a dispute never
leaves the child with nobody, and an override says why.
"""

from returnhome.rules import Blocked, allowed
from returnhome.rules.ages import ADULT
from returnhome.rules.codes import Cohort, OfferKind, SettledHow


class DisputedAlready(Blocked):
    sentence = "Who must act for this episode is in dispute already. Settle that first."


class NotDisputed(Blocked):
    sentence = "This dispute has been settled already."


class ReasonMissing(Blocked):
    sentence = "Say why."
    field = "because"


class NothingElse(Blocked):
    sentence = "That is what was decided already. Change at least one answer."


class DutyCannotBeOverridden(Blocked):
    sentence = (
        "The duty passes only to a council that takes it over. Ask that council, and act meanwhile."
    )
    field = "should_be"


class NotTakenOver(Blocked):
    sentence = (
        "No council has taken the duty over since. It passes when the council that is asked "
        "accepts, and not before."
    )
    field = "how"


class NotOverridden(Blocked):
    sentence = "The rules decide here already."


class ChildIsNoAdult(Blocked):
    field = "offer_kind"


class AdultIsNoChild(Blocked):
    sentence = "Somebody who was 18 at the return is on the adult pathway, whatever else is so."
    field = "offer_kind"


class HostIsResponsible(Blocked):
    sentence = "The council that must act cannot be the host too."
    field = "host"


def check_can_dispute(*, is_disputed: bool, because: str, is_voided: bool = False) -> None:
    """Whether somebody can dispute who must act."""
    if is_voided:
        raise Blocked("This episode was recorded in error and has been taken out of the count.")
    if is_disputed:
        raise DisputedAlready
    if not because.strip():
        raise ReasonMissing


def check_can_settle(
    *, is_settled: bool, how: SettledHow | None, because: str, has_passed: bool = False
) -> None:
    """Whether it is settled so. `has_passed`: another council has accepted the duty since."""
    if is_settled:
        raise NotDisputed
    if how is None or not because.strip():
        raise ReasonMissing
    if how is SettledHow.TAKEN_OVER and not has_passed:
        raise NotTakenOver


def check_can_override(
    *,
    was: tuple[Cohort, OfferKind, object],
    now: tuple[Cohort, OfferKind, object],
    age_at_return: int | None,
    is_host_responsible: bool,
    because: str,
) -> None:
    """Whether these answers can stand in place of the rules': cohort, duty and host.

    Who must act is not among them: that passes by a hand-over alone. Nor is the age, where it is
    known: a birth date that is wrong is put right as such.
    """
    if not because.strip():
        raise ReasonMissing
    if was == now:
        raise NothingElse
    if age_at_return is not None:
        is_adult = age_at_return >= ADULT
        if is_adult and now[1] is not OfferKind.ADULT_PATHWAY:
            raise AdultIsNoChild
        if not is_adult and now[1] is OfferKind.ADULT_PATHWAY:
            raise ChildIsNoAdult(
                f"By the birth date on record they were {age_at_return} at the return. If that is "
                "wrong, put the birth date right."
            )
    if is_host_responsible:
        raise HostIsResponsible


def check_can_follow_the_rules(*, is_overridden: bool, because: str) -> None:
    """Whether the decision can go back to the rules."""
    if not is_overridden:
        raise NotOverridden
    if not because.strip():
        raise ReasonMissing


can_dispute = allowed(check_can_dispute)
can_settle = allowed(check_can_settle)
can_override = allowed(check_can_override)
can_follow_the_rules = allowed(check_can_follow_the_rules)
