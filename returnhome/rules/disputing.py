"""Disputing and overriding who must act: the clock runs on, and whoever has the duty keeps it.

Source: Returnhome's own rule, where the guidance is silent. The study's councils named it as the
weak point that nobody was sure whose interview it was (The First Step, 2019): so a dispute never
leaves the child with nobody, and an override says why.
"""

from returnhome.rules import Blocked, allowed
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


def check_can_settle(*, is_settled: bool, how: SettledHow | None, because: str) -> None:
    if is_settled:
        raise NotDisputed
    if how is None or not because.strip():
        raise ReasonMissing


def check_can_override(
    *,
    was: tuple[Cohort, OfferKind, object],
    now: tuple[Cohort, OfferKind, object],
    is_adult: bool,
    is_host_responsible: bool,
    because: str,
) -> None:
    """Whether these answers can stand in place of the rules': cohort, duty and host.

    Who must act is not among them: that passes by a hand-over alone.
    """
    if not because.strip():
        raise ReasonMissing
    if was == now:
        raise NothingElse
    if is_adult and now[1] is not OfferKind.ADULT_PATHWAY:
        raise AdultIsNoChild
    if is_host_responsible:
        raise HostIsResponsible


can_dispute = allowed(check_can_dispute)
can_settle = allowed(check_can_settle)
can_override = allowed(check_can_override)
