"""Who must act for an episode: the rules' decision, on the child's care as it was at the start."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from returnhome.casework import agreements
from returnhome.casework.agreements import Agreement
from returnhome.casework.children import Child, Circumstances, circumstances
from returnhome.casework.places import Authority
from returnhome.casework.staff import Organisation, council_of
from returnhome.rules import responsibility
from returnhome.rules.ages import age_on
from returnhome.rules.codes import Cohort, EpisodeKind, Nation, OfferKind
from returnhome.rules.responsibility import Arrangement, ArrangementKind, Given, Places


@dataclass(frozen=True)
class Owners:
    """Who must act, as the rules decided it, with the reasons in words."""

    responsible_authority: Authority
    host_authority: Authority | None = None
    provider: Organisation | None = None
    cohort: Cohort = Cohort.UNKNOWN
    offer_kind: OfferKind = OfferKind.STATUTORY
    reasons: tuple[Mapping[str, Any], ...] = ()
    flags: tuple[str, ...] = ()


def of_child(
    child: Child,
    *,
    kind: EpisodeKind,
    started_on: date,
    ended_on: date | None,
    missing_from: Authority | None = None,
    received_by: Authority | None = None,
    standing: agreements.Standing | None = None,
) -> Owners:
    """Who must act for a known child, from the care and home on record at the episode's start.

    `standing`: the arrangements, where they have been read already for many children.
    """
    there = circumstances(child, started_on)
    return decide(
        there,
        kind=kind,
        age_at_return=_age(child.born_on, ended_on or started_on),
        missing_from=missing_from,
        received_by=received_by or child.responsible_authority,
        provider=child.provider,
        agreement=None if child.provider else agreed_for(there, started_on, standing),
    )


def agreed_for(
    there: Circumstances, on: date, standing: agreements.Standing | None = None
) -> Agreement | None:
    """The arrangement under which a child in these circumstances is interviewed."""
    authority = there.looked_after_by or there.lives_in
    if authority is None:
        return None
    host = there.placed_in if there.placed_in != there.looked_after_by else None
    cohort = Cohort.LOOKED_AFTER_OUT_OF_AREA if host else Cohort.LOOKED_AFTER_IN_AREA
    if not there.looked_after_by:
        cohort, host = Cohort.HOME, None
    known = standing or agreements.standing([authority])
    return known.for_child(authority, cohort, host, on)


def _age(born_on: date | None, day: date) -> int | None:
    return age_on(born_on, day) if born_on and born_on <= day else None


def decide(
    there: Circumstances,
    *,
    kind: EpisodeKind,
    age_at_return: int | None,
    missing_from: Authority | None,
    received_by: Authority | None,
    provider: Organisation | None = None,
    agreement: Agreement | None = None,
) -> Owners:
    """Put the facts to rules.responsibility and its names back into authorities.

    `provider`: commissioned for this very child, which comes before any general arrangement.
    """
    named = {
        authority.name: authority
        for authority in (
            there.looked_after_by,
            there.placed_in,
            there.lives_in,
            missing_from,
            received_by,
        )
        if authority
    }
    places = Places(
        {
            name: responsibility.Authority(name, Nation(authority.nation))
            for name, authority in named.items()
        }
    )
    arrangement, interviewing = _arranged(provider, agreement)
    decision = responsibility.decide(
        Given(
            category=kind,
            age_at_return=age_at_return,
            looked_after_by=_name(there.looked_after_by),
            placed_in=_name(there.placed_in),
            lives_in=_name(there.lives_in),
            missing_from=_name(missing_from),
            received_by=_name(received_by),
            facts_in_conflict=there.in_doubt,
            arrangement=arrangement,
        ),
        known=places,
    )
    return Owners(
        responsible_authority=named[decision.responsible],
        host_authority=named[decision.host] if decision.host else None,
        provider=interviewing if arrangement and decision.interviewing == arrangement.by else None,
        cohort=decision.cohort,
        offer_kind=decision.offer,
        reasons=tuple(
            {
                "rule": reason.rule,
                "facts": [list(fact) for fact in reason.facts],
                "sentence": reason.sentence,
                "source": reason.source,
            }
            for reason in decision.reasons
        ),
        flags=tuple(str(flag) for flag in decision.flags),
    )


def _arranged(
    provider: Organisation | None, agreement: Agreement | None
) -> tuple[Arrangement | None, Organisation | None]:
    """The arrangement as the rules read it, and the organisation whose people interview."""
    body = provider or (agreement.to_provider if agreement else None)
    if body:
        return Arrangement(ArrangementKind.PROVIDER, by=body.name), body
    host = agreement.to_authority if agreement else None
    if host is None:
        return None, None
    kind = ArrangementKind.HOST_INTERVIEWS
    return Arrangement(kind, by=host.name, standing=True), council_of(host)


def _name(authority: Authority | None) -> str | None:
    return authority.name if authority else None
