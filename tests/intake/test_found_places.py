"""The postcode of where a child was found, as senders tell it: taken once, and never undone."""

from datetime import date
from typing import Any

import pytest

from returnhome.casework import care, found_places, staff
from returnhome.casework.care import Where as Home
from returnhome.casework.found_places import FoundPlace, Where
from returnhome.casework.models import JournalEntry, Postcode
from returnhome.intake import loading
from returnhome.intake.layouts import LAYOUTS, Meaning, needed
from returnhome.intake.outcome import Result, RowOutcome
from returnhome.rules.found_places import SaidBy
from tests.cast import NOW, Cast
from tests.intake.test_guessing import meanings, proposed

HOME = {"postcode": "NS1 1AA", "last_seen": "2026-02-01T10:00:00Z"}


@pytest.fixture(autouse=True)
def directory(cast: Cast) -> None:
    Postcode.objects.update_or_create(code="WB12AA", defaults={"authority": cast.westborough})


def sent(cast: Cast, reference: str = "P1", **said: str) -> RowOutcome:
    return rows(cast, {"reference": reference} | said)[0]


def rows(cast: Cast, *several: dict[str, str]) -> Any:
    kit = {"forename": cast.kit.forename, "surname": cast.kit.surname}
    kit["born"] = cast.kit.born_on.isoformat()
    sender, by = cast.northshire_police, staff.operator()
    return loading.bring_sent(
        [kit | HOME | row for row in several], sender=sender, by=by, at=NOW
    ).rows


def places() -> list[str]:
    return [row.postcode for row in FoundPlace.objects.order_by("pk")]


BACK = {"returned": "2026-02-01T20:00:00Z"}


def test_a_new_episode_has_the_place_with_whose_area_it_is_and_who_said_so(cast: Cast) -> None:
    assert sent(cast, **BACK, found_postcode="wb12aa").result is Result.OPENED

    row = FoundPlace.objects.get()
    assert (row.postcode, row.authority) == ("WB12AA", cast.westborough)
    assert (row.said_by, row.source) == (SaidBy.POLICE, "Northshire Police")
    assert row.episode.child == cast.kit
    assert JournalEntry.objects.filter(verb="say where found", object_id=row.pk).exists()


def test_a_later_row_with_nothing_but_the_place_updates_and_the_same_again_is_unchanged(
    cast: Cast,
) -> None:
    sent(cast)
    told = sent(cast, found_postcode="WB1 2AA")

    assert (told.result, told.changed) == (Result.UPDATED, ("where_found",))
    assert sent(cast, found_postcode="wb1 2aa", comment="Well").result is Result.UNCHANGED
    assert places() == ["WB12AA"]


def test_a_blank_never_erases_and_what_is_no_postcode_says_nothing(cast: Cast) -> None:
    sent(cast, **BACK, found_postcode="WB1 2AA")
    sent(cast, **BACK, risk="High")
    sent(cast, **BACK, found_postcode="in the park")

    assert places() == ["WB12AA"]


def test_rows_of_one_reference_in_one_file_bring_the_last_that_is_said(cast: Cast) -> None:
    rows(cast, {"reference": "P1", "found_postcode": "NS1 1AA"}, {"reference": "P1", **BACK})
    rows(
        cast,
        {"reference": "P2", "last_seen": "2026-02-05T10:00:00Z"},
        {
            "reference": "P2",
            "last_seen": "2026-02-05T10:00:00Z",
            "returned": "2026-02-05T12:00:00Z",
            "found_postcode": "WB1 2AA",
        },
    )

    assert places() == ["NS11AA", "WB12AA"]


def test_what_a_person_put_right_is_not_undone_by_the_sender_saying_it_again(cast: Cast) -> None:
    sent(cast, **BACK, found_postcode="WB1 2AA")
    episode = FoundPlace.objects.get().episode
    how = {"said_by": SaidBy.CHILD, "by": cast.amina, "at": NOW}
    found_places.say(episode, Where(postcode="NS1 1AA"), **how)

    again = sent(cast, **BACK, found_postcode="WB1 2AA", comment="As we said")

    assert again.result is Result.UNCHANGED
    assert places() == ["WB12AA", "NS11AA"]


def test_a_place_of_a_child_nobody_has_named_waits_with_the_episode(cast: Cast) -> None:
    assert sent(cast, forename="Nobody", found_postcode="WB1 2AA").result is Result.WAITING

    assert not FoundPlace.objects.get().episode.child.is_confirmed


def test_found_at_a_protected_address_there_is_no_postcode_in_the_plain(cast: Cast) -> None:
    sent(cast)
    there = Home(cast.westborough, "WB1 2AA", "3 Quarry Bank", is_protected=True)
    care.live_at(cast.kit, there, since=date(2026, 1, 1), by=cast.amina, at=NOW)

    for comment in ("Once", "And again"):
        sent(cast, **BACK, found_postcode="WB1 2AA", postcode="", comment=comment)

    row = FoundPlace.objects.get()
    assert (row.postcode, row.is_protected, row.authority) == ("", True, cast.westborough)


@pytest.mark.parametrize(
    "heading", ["Found Postcode", "Postcode Found", "Post code where located", "located_postcode"]
)
def test_a_heading_for_it_is_guessed_and_is_not_the_home(heading: str) -> None:
    proposal = proposed(
        ["Ref", "Name", "DOB", "Postcode", "Missing since", "Found", heading],
        ["L1", "Becky Wright", "19/05/2012", "LS1 1UR", "02/01/2026", "03/01/2026", "WB1 2AA"],
        ["L2", "Mia Evans", "14/02/2013", "LS1 1UR", "04/01/2026", "", ""],
    )

    assert meanings(proposal)[heading] is Meaning.FOUND_POSTCODE
    assert meanings(proposal)["Postcode"] is Meaning.POSTCODE
    assert meanings(proposal)["Found"] is Meaning.FOUND


def test_a_file_may_lack_it_although_its_layout_knows_it() -> None:
    assert Meaning.FOUND_POSTCODE not in needed({"Where": Meaning.FOUND_POSTCODE})
    assert not any(Meaning.FOUND_POSTCODE in layout.columns.values() for layout in LAYOUTS)
