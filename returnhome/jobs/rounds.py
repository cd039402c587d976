"""A look round: what waits for an answer now, and who is told of it now."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from returnhome.casework import (
    acting,
    childs_part,
    handovers,
    messages,
    restrictions,
    rotas,
    staff,
    tokens,
    webhooks,
)
from returnhome.casework.models import Person, Webhook
from returnhome.jobs import wording
from returnhome.reporting import needing, silences
from returnhome.reporting.silences import Silence


@acting.as_system(acting.CLOCKWORK)
def look_round(*, by: Person, at: datetime) -> int:
    """Put into the outbox what nobody of the level now reached has been told; gives how many.

    Who stands on a level is looked up at this moment.
    """
    handovers.ask_what_is_owed(by=by, at=at)
    found = silences.now(at)
    if not found:
        return 0
    there = rotas.of_all({silence.organisation_id for silence in found}, at)
    owners = staff.Person.objects.in_bulk(
        {silence.owner_id for silence in found if silence.owner_id is not None}
    )
    shut_out = _shut_out(found, there, owners)
    wanted = []
    for silence in found:
        owner = owners.get(silence.owner_id) if silence.owner_id is not None else None
        told = there[silence.organisation_id].told(
            silence.waiting,
            silence.since,
            owner,
            must_answer=silence.must_answer,
            shut_out=shut_out.get(silence.about, frozenset()),
        )
        if told:
            wanted.append((silence, told))
    known = messages.told_already(silence.key(told.rung) for silence, told in wanted)
    added = 0
    for silence, told in wanted:
        if silence.key(told.rung) in known:
            continue
        letter = wording.letter_about(silence, told)
        added += len(
            messages.queue(letter, people=told.people, addresses=told.addresses, by=by, at=at)
        )
    return added


@acting.as_system(acting.CLOCKWORK)
def look_for_calls(*, by: Person, at: datetime) -> int:
    """Put down what the organisations' own programs have not been told yet; gives how much."""
    wanting = set(Webhook.objects.standing().values_list("organisation", flat=True))
    return len(webhooks.queue(needing.news(wanting, at), by=by, at=at)) if wanting else 0


@acting.as_system(acting.CLOCKWORK)
def remind_of_tokens(*, by: Person, at: datetime) -> int:
    """Put into the outbox what is to be said of tokens that soon run out; gives how much."""
    return tokens.remind(by=by, at=at)


@acting.as_system(acting.CLOCKWORK)
def forget_answers(*, by: Person, at: datetime) -> int:
    """Delete the answers kept for programs that ask twice, once nobody will; gives how many."""
    return tokens.forget_answers(by=by, at=at)


@acting.as_system(acting.CLOCKWORK)
def forget_unsent(*, by: Person, at: datetime) -> int:
    """Delete what children wrote on their own pages and did not send in time; gives how much."""
    return childs_part.delete_unsent(by=by, at=at)


def _shut_out(
    found: Iterable[Silence], there: Mapping[int, rotas.Rota], owners: Mapping[int, Person]
) -> dict[tuple[str, int], frozenset[int]]:
    """What is silent → those whom the lists of a restricted record keep from it."""
    listed = restrictions.listed()
    if not listed:
        return {}
    whose = silences.children_of(found)
    levels = (people for each in there.values() for people in each.people.values())
    people = {person.pk for level in levels for person in level} | owners.keys()
    kept = restrictions.shut_out(listed.intersection(whose.values()), people)
    return {about: kept[child] for about, child in whose.items() if child in kept}
