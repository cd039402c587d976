"""What may be told to whom and what for, and what must be so before it goes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from returnhome.rules import Blocked, sharing
from returnhome.rules.sharing import FITS, INTELLIGENCE, Openness, Purpose, Recipient, ShareItem
from returnhome.rules.sources import CRIME, VITAL_INTERESTS

SOUND: dict[str, Any] = {
    "items": [ShareItem.EPISODE, ShareItem.VEHICLE],
    "name": "Northshire Police, missing-person unit",
    "because": "The van was seen at two schools.",
    "openness": Openness.AGREES,
    "undecided": 0,
}


def written(
    recipient: Recipient = Recipient.POLICE, purpose: Purpose = Purpose.STOP_HARM, **changes: Any
) -> None:
    sharing.check_can_write(recipient, purpose, **SOUND | changes)


def test_everybody_named_can_be_told_something_and_every_basis_is_stated() -> None:
    assert set(FITS) == set(Recipient)
    for fits in FITS.values():
        for each in fits.values():
            assert each.items
            assert each.basis
            assert len(set(each.items)) == len(each.items)


def test_what_the_child_said_goes_to_no_carer_parent_school_or_service() -> None:
    account = {ShareItem.WHY, ShareItem.HAPPENED, ShareItem.EXPLOITATION, *INTELLIGENCE}
    for recipient in (
        *(Recipient.HOME, Recipient.PARENT, Recipient.SCHOOL, Recipient.SERVICE, Recipient.OTHER),
    ):
        for each in FITS[recipient].values():
            assert not account & set(each.items), recipient


def test_a_parent_is_never_told_where_the_child_was_or_with_whom() -> None:
    for each in FITS[Recipient.PARENT].values():
        assert ShareItem.WHERE not in each.items


def test_the_basis_follows_the_purpose() -> None:
    in_danger = sharing.fit(Recipient.POLICE, Purpose.DANGER_NOW)
    to_stop = sharing.fit(Recipient.POLICE, Purpose.STOP_HARM)

    assert in_danger
    assert VITAL_INTERESTS in in_danger.basis
    assert to_stop
    assert CRIME in to_stop.basis
    assert sharing.fit(Recipient.PARENT, Purpose.STOP_HARM) is None
    assert Purpose.STOP_HARM not in sharing.purposes(Recipient.PARENT)


def test_a_share_that_is_whole_can_be_written() -> None:
    written()
    written(openness=Openness.NOT_TOLD, openness_because="He would tell the man.")
    written(items=[ShareItem.WHY], because_more="It says how they are lured.")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"purpose": Purpose.PLAN}, sharing.DoesNotFit),
        ({"items": []}, sharing.NothingChosen),
        ({"items": [ShareItem.WHY]}, sharing.BeyondWhatFits),
        ({"name": " "}, sharing.NameMissing),
        ({"because": " "}, sharing.WhyMissing),
        ({"openness": None}, sharing.OpennessMissing),
        ({"openness": Openness.OBJECTS}, sharing.WhyNotToldMissing),
        ({"openness": Openness.NOT_TOLD}, sharing.WhyNotToldMissing),
        ({"protected_left": 1}, sharing.ProtectedAddress),
        ({"undecided": 1}, sharing.Undecided),
        ({"is_told_of": True}, sharing.AboutThem),
    ],
)
def test_what_lacks_is_said(changes: dict[str, Any], why: type[Blocked]) -> None:
    with pytest.raises(why):
        written(**changes)


def test_nothing_goes_to_a_parent_who_may_be_the_risk_unless_it_is_another_who_is_safe() -> None:
    told = {
        "recipient": Recipient.PARENT,
        "purpose": Purpose.SAFE_WHERE_THEY_ARE,
        "items": [ShareItem.WISHES],
        "is_parent_the_risk": True,
    }
    with pytest.raises(sharing.ParentMayBeTheRisk):
        written(**told)

    written(**told, despite="It is about the father; the mother lives elsewhere and is safe.")


def test_a_second_person_looks_first_where_no_public_body_stands_behind_it() -> None:
    for recipient in (Recipient.PARENT, Recipient.SERVICE, Recipient.OTHER):
        with pytest.raises(sharing.NeedsASecond):
            sharing.check_can_send(recipient, Purpose.HELP, is_looked_at=False)
        sharing.check_can_send(recipient, Purpose.HELP, is_looked_at=True)
    sharing.check_can_send(Recipient.POLICE, Purpose.STOP_HARM, is_looked_at=False)


def test_where_somebody_may_be_in_danger_now_one_person_sends_it_at_once() -> None:
    sharing.check_can_send(Recipient.PARENT, Purpose.DANGER_NOW, is_looked_at=False)


@pytest.mark.parametrize("risk", ["is_parent_the_risk", "is_told_of"])
def test_and_never_to_one_who_may_be_the_danger(risk: str) -> None:
    with pytest.raises(sharing.NeedsASecond):
        sharing.check_can_send(
            Recipient.PARENT, Purpose.DANGER_NOW, is_looked_at=False, **{risk: True}
        )


def test_the_second_is_somebody_else() -> None:
    sharing.check_can_look(is_by_its_author=False)
    with pytest.raises(sharing.SecondIsTheSame):
        sharing.check_can_look(is_by_its_author=True)


@pytest.mark.parametrize(
    ("sent", "by"),
    [
        # A Monday; a Friday; a Saturday; the Friday before the clocks go forward.
        ((2026, 3, 2, 10), (2026, 3, 3, 10)),
        ((2026, 3, 6, 10), (2026, 3, 9, 10)),
        ((2026, 3, 7, 10), (2026, 3, 9, 10)),
        ((2026, 3, 27, 10), (2026, 3, 30, 9)),
    ],
)
def test_what_went_at_once_is_looked_at_within_a_working_day(
    sent: tuple[int, ...], by: tuple[int, ...]
) -> None:
    due = sharing.looked_at_by(datetime(*sent, tzinfo=UTC))  # type: ignore[arg-type]

    assert due.astimezone(UTC) == datetime(*by, tzinfo=UTC)  # type: ignore[arg-type]


def test_not_sharing_has_a_reason_too() -> None:
    sharing.check_can_leave(because="The police know it: they told us.")
    with pytest.raises(sharing.WhyNotMissing):
        sharing.check_can_leave(because=" ")


def test_how_many_marks_are_left_is_said() -> None:
    assert "1 marked place in" in sharing.Undecided(1).sentence
    assert "3 marked places in" in sharing.Undecided(3).sentence
