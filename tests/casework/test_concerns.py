"""What makes going missing graver for a child: noted, ended, and known to whom."""

import pytest

from returnhome.casework import concerns
from returnhome.casework.concerns import (
    EndedAlready,
    JoinedMeanwhile,
    NotedAlready,
    ReasonMissing,
    SourceMissing,
)
from returnhome.casework.models import NotedConcern
from returnhome.rules.codes import Concern
from tests.casework.ledger import COUNCIL, act, fresh, last_act, refused_by, who_sees
from tests.casework.test_children import stranger
from tests.casework.test_matching import join
from tests.cast import NOW, Cast, hours

SOURCE = "Police list of 1 March: met an adult she will not name"


def noted(cast: Cast, child=None, concern=Concern.EXPLOITATION, at=NOW) -> NotedConcern:
    return concerns.note(child or cast.sky, concern, SOURCE, by=cast.sol, at=at)


def test_a_concern_is_noted_with_what_it_rests_on(cast: Cast) -> None:
    row = noted(cast)

    assert fresh(row).source == SOURCE
    assert (row.noted_at, row.noted_by, row.is_ended) == (NOW, cast.sol, False)
    assert last_act() == act("note concern: exploitation", row, cast.sol, NOW, cast.sky.pk)


def test_a_concern_that_stands_is_not_noted_twice_and_another_one_is(cast: Cast) -> None:
    noted(cast)

    with pytest.raises(NotedAlready):
        noted(cast)
    noted(cast, concern=Concern.UNACCOMPANIED)
    noted(cast, cast.kit)
    assert NotedConcern.objects.standing().count() == 3


def test_a_concern_needs_a_source(cast: Cast) -> None:
    with pytest.raises(SourceMissing):
        concerns.note(cast.sky, Concern.EXPLOITATION, "  ", by=cast.sol, at=NOW)


def test_a_concern_is_ended_with_a_reason_once_and_can_be_noted_again(cast: Cast) -> None:
    row = noted(cast)
    with pytest.raises(ReasonMissing):
        concerns.end(row, " ", by=cast.mara, at=NOW + hours(1))

    ended = concerns.end(row, "The adult was her cousin", by=cast.mara, at=NOW + hours(1))

    assert (fresh(row).ended_because, fresh(row).ended_by) == (
        "The adult was her cousin",
        cast.mara,
    )
    assert last_act() == act("end concern", ended, cast.mara, NOW + hours(1), cast.sky.pk)
    with pytest.raises(EndedAlready):
        concerns.end(row, "Again", by=cast.mara, at=NOW + hours(2))
    noted(cast, at=NOW + hours(3))
    assert NotedConcern.objects.about(cast.sky.pk).count() == 2


def test_a_concern_is_known_to_those_who_work_with_the_child_and_never_to_the_host(
    cast: Cast,
) -> None:
    assert who_sees(noted(cast)) == COUNCIL
    assert who_sees(noted(cast, cast.robin)) == COUNCIL | {"pat"}
    for name in ("wes", "owen", "ana", "adi"):
        assert not concerns.are_known_to(getattr(cast, name), cast.sky)
    assert concerns.are_known_to(cast.pat, cast.robin)


def test_a_concern_is_noted_by_those_who_offer_or_decide_for_the_council(cast: Cast) -> None:
    for name in sorted(COUNCIL):
        assert concerns.may_note(getattr(cast, name), cast.robin)
    for name in ("wes", "owen", "pat", "ana", "adi"):
        assert not concerns.may_note(getattr(cast, name), cast.robin)


def test_what_was_noted_of_a_child_not_yet_named_goes_with_the_name(cast: Cast) -> None:
    unnamed = stranger(cast)
    row = noted(cast, unnamed)

    join(cast, unnamed, cast.kit)

    assert row in NotedConcern.objects.about(cast.kit.pk)
    assert who_sees(row) == COUNCIL
    with pytest.raises(NotedAlready):
        noted(cast, cast.kit)
    with pytest.raises(JoinedMeanwhile):
        noted(cast, unnamed, Concern.UNACCOMPANIED)


def test_the_database_refuses_a_second_one_and_an_end_by_nobody(cast: Cast) -> None:
    row = noted(cast)
    rows = NotedConcern.objects.filter(pk=row.pk)

    with refused_by("a_concern_stands_once"):
        NotedConcern.objects.create(
            child=cast.sky, concern=Concern.EXPLOITATION, noted_at=NOW, noted_by=cast.sol
        )
    with refused_by("an_ended_concern_has_time_and_person"):
        rows.update(ended_at=NOW + hours(1))
    with refused_by("an_ended_concern_has_time_and_person"):
        rows.update(ended_at=NOW - hours(1), ended_by=cast.sol)


def test_the_database_refuses_to_change_a_concern_or_to_end_it_twice(cast: Cast) -> None:
    row = noted(cast)
    rows = NotedConcern.objects.filter(pk=row.pk)

    with refused_by("only the end is written"):
        rows.update(concern=Concern.UNACCOMPANIED)
    with refused_by("only the end is written"):
        row.delete()
    concerns.end(row, "Noted of the wrong child", by=cast.sol, at=NOW)
    with refused_by("only the end is written"):
        rows.update(ended_at=None, ended_by=None)
