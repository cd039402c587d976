"""Numbers by which a sender names a child: they find a child who has moved, and no other."""

from datetime import date

import pytest

from returnhome.casework import matching, registers, staff
from returnhome.casework.models import (
    Authority,
    Child,
    Identifier,
    Notification,
    Organisation,
    ToldNumber,
)
from returnhome.casework.notifications import BY_NUMBER, BY_RULE
from returnhome.intake import loading, told
from returnhome.intake.layouts import Meaning
from returnhome.intake.outcome import Result, RowOutcome
from tests.casework.test_matching import join
from tests.cast import NOW, Cast
from tests.intake.test_guessing import meanings, proposed

NHS, ANOTHER_NHS = "9434765919", "9434765870"


def sent(cast: Cast, child: Child, n: int, *, by: str = "police", **said: str) -> RowOutcome:
    """The n-th time that the child is missing, in February."""
    row = {
        "reference": f"N{n}",
        "forename": child.forename,
        "surname": child.surname,
        "born": child.born_on.isoformat() if child.born_on else "",
        "postcode": "NS1 1AA",
        "last_seen": f"2026-02-{n:02}T10:00:00Z",
        "returned": f"2026-02-{n:02}T20:00:00Z",
    } | said
    sender: Organisation = getattr(cast, f"northshire_{by}")
    (outcome,) = loading.bring_sent([row], sender=sender, by=staff.operator(), at=NOW).rows
    return outcome


def because(n: int) -> str:
    return Notification.objects.get(reference=f"N{n}").joined_because


@pytest.mark.parametrize(
    "said", [{"police_number": "np 77/1"}, {"nhs_number": "943 476 5919"}, {"upn": "B801200005001"}]
)
def test_a_child_who_has_moved_is_found_by_the_number_told_before(
    cast: Cast, said: dict[str, str]
) -> None:
    first = sent(cast, cast.kit, 1, **said)
    moved = sent(cast, cast.kit, 2, postcode="WB1 1AA", **said)

    assert (first.child, moved.child) == (cast.kit.pk, cast.kit.pk)
    assert (because(1), because(2)) == (BY_RULE, BY_NUMBER)


def test_without_a_number_a_person_says_who_it_is(cast: Cast) -> None:
    sent(cast, cast.kit, 1)

    assert sent(cast, cast.kit, 2, postcode="WB1 1AA").result is Result.WAITING


def test_a_number_on_record_is_one_that_can_be_told(cast: Cast) -> None:
    Identifier.objects.create(child=cast.kit, kind=Identifier.NHS, value=NHS)

    assert sent(cast, cast.kit, 1, postcode="WB1 1AA", nhs_number=NHS).child == cast.kit.pk
    assert sent(cast, cast.kit, 2, postcode="WB1 1AA", nhs_number=ANOTHER_NHS).child is None


def test_a_number_with_another_name_joins_nobody(cast: Cast) -> None:
    sent(cast, cast.kit, 1, nhs_number=NHS)

    other = sent(cast, cast.robin, 2, postcode="WB1 1AA", nhs_number=NHS)

    assert (other.result, other.child) == (Result.WAITING, None)
    # A person is shown whose number it is.
    assert cast.kit.pk in other.candidates


def test_the_same_number_of_another_force_is_another_number(cast: Cast) -> None:
    sent(cast, cast.kit, 1, police_number="77")
    told_by_us = ToldNumber.objects.get()
    ToldNumber.objects.filter(pk=told_by_us.pk).update(issuer="E23000010")

    assert sent(cast, cast.kit, 2, postcode="WB1 1AA", police_number="77").child is None
    assert told_by_us.issuer == "NSP"


def test_a_number_that_cannot_be_right_is_kept_as_received_and_finds_nobody(cast: Cast) -> None:
    wrong = {"nhs_number": "9434765918", "upn": "A801200005001", "police_number": "not known"}

    assert sent(cast, cast.kit, 1, **wrong).result is Result.OPENED
    assert sent(cast, cast.kit, 2, postcode="WB1 1AA", **wrong).result is Result.WAITING
    assert not ToldNumber.objects.exists()
    kept = Notification.objects.get(reference="N1")
    assert "9434765918" in kept.as_received
    assert told.as_received(kept).numbers == ()


def test_what_a_person_joins_is_found_by_its_number_from_then_on(cast: Cast) -> None:
    waits = sent(cast, cast.kit, 1, postcode="WB1 1AA", nhs_number=NHS)
    stranger = Child.objects.waiting().get()

    assert waits.result is Result.WAITING
    assert sent(cast, cast.kit, 2, postcode="WB1 1AA", nhs_number=NHS).child is None
    join(cast, stranger, cast.kit)
    assert sent(cast, cast.kit, 3, postcode="WB1 1AA", nhs_number=NHS).child == cast.kit.pk


def test_what_is_taken_back_is_no_number_of_the_childs_any_more(cast: Cast) -> None:
    sent(cast, cast.kit, 1, postcode="WB1 1AA", nhs_number=NHS)
    stranger = Child.objects.waiting().get()
    join(cast, stranger, cast.kit)
    matching.separate(stranger, owners={}, by=cast.amina, at=NOW)

    assert sent(cast, cast.kit, 2, postcode="WB1 1AA", nhs_number=NHS).child is None


def test_a_namesake_with_another_number_is_not_joined(cast: Cast) -> None:
    Identifier.objects.create(child=cast.kit, kind=Identifier.NHS, value=NHS)
    namesake, _ = registers.enter(
        register_id="namesake",
        forename=cast.kit.forename,
        surname=cast.kit.surname,
        born_on=date(2010, 1, 1),
        sex="",
        postcode="EM1 1AA",
        lives_in=cast.eastmoor,
        looked_after_by=None,
        by=staff.operator(),
        at=NOW,
    )
    Identifier.objects.create(child=namesake, kind=Identifier.NHS, value=ANOTHER_NHS)

    assert sent(cast, cast.kit, 1, postcode="WB1 1AA", nhs_number=NHS).child == cast.kit.pk


def test_a_council_that_names_a_police_number_means_its_own_force(cast: Cast) -> None:
    theirs = Authority.objects.filter(pk=cast.northshire.pk)
    theirs.update(force=cast.northshire_police.force)

    sent(cast, cast.kit, 1, by="council", police_number="77")

    assert ToldNumber.objects.get().issuer == "NSP"


def test_headings_of_numbers_are_known_and_no_reference() -> None:
    headings = ["Occurrence No", "Nominal URN", "NHS No.", "UPN", "Name", "DOB", "Missing from"]
    rows = [
        ["N1", "77123", NHS, "B801200005001", "WRIGHT Becky", "19/05/2012", "02/01/2026 08:45"],
        ["N2", "77124", ANOTHER_NHS, "", "EVANS Mia", "14/02/2013", "13/01/2026 07:45"],
    ]

    assert meanings(proposed(headings, *rows)) | {"Name": None, "DOB": None} == {
        "Occurrence No": Meaning.REFERENCE,
        "Nominal URN": Meaning.POLICE_NUMBER,
        "NHS No.": Meaning.NHS_NUMBER,
        "UPN": Meaning.UPN,
        "Name": None,
        "DOB": None,
        "Missing from": Meaning.LAST_SEEN,
    }


@pytest.mark.parametrize(
    ("heading", "meaning"),
    [
        ("Person ID", Meaning.POLICE_NUMBER),
        ("PNC ID", Meaning.POLICE_NUMBER),
        ("Unique Pupil Number", Meaning.UPN),
        ("NHS Number", Meaning.NHS_NUMBER),
        ("GP NHS number", None),
    ],
)
def test_each_way_to_write_such_a_heading(heading: str, meaning: Meaning | None) -> None:
    rows = [
        ["R1", "8001", "WRIGHT Becky", "19/05/2012", "02/01/2026 08:45"],
        ["R2", "8002", "EVANS Mia", "14/02/2013", "13/01/2026 07:45"],
    ]

    found = meanings(proposed(["Ref", heading, "Name", "DOB", "Missing from"], *rows))

    assert (found[heading], found["Ref"]) == (meaning, Meaning.REFERENCE)


def test_whoever_may_not_read_the_row_does_not_read_its_number(cast: Cast) -> None:
    sent(cast, cast.kit, 1, nhs_number=NHS)

    assert ToldNumber.objects.visible_to(cast.amina).exists()
    assert not ToldNumber.objects.visible_to(cast.owen).exists()
