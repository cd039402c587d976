"""Standing arrangements: noted, agreed to, ended; and who interviews a child under one."""

from datetime import date, timedelta
from typing import Any

import pytest

from returnhome.casework import agreements, owners, staff
from returnhome.casework.agreements import (
    AgreedAlready,
    CoversNobody,
    EndedAlready,
    EndsFirst,
    EndsInThePast,
    NotYoursToAgree,
    OneAlready,
    WithItself,
)
from returnhome.casework.models import Agreement, Child, Organisation, Person
from returnhome.rules import Blocked
from returnhome.rules.codes import Cohort, EpisodeKind, Role
from tests.casework.ledger import act, fresh, last_act, refused_by, who_sees
from tests.cast import NOW, Cast, hours

TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
IN_AREA, HOME = Cohort.LOOKED_AFTER_IN_AREA, Cohort.HOME


def wanda(cast: Cast) -> Person:
    """Westborough's manager, who alone can agree for it."""
    person = staff.add_person(
        "wanda@example.invalid", "Wanda Ness", password=None, by=cast.wes, at=NOW
    )
    staff.appoint(person, Role.MANAGER, cast.westborough_council, since=TODAY, by=cast.wes, at=NOW)
    return person


def with_westborough(cast: Cast, **changed: Any) -> Agreement:
    given = {"to_authority": cast.westborough, "since": TODAY, "by": cast.mara, "at": NOW}
    return agreements.agree(cast.northshire, **given | changed)


def with_open_path(cast: Cast, *cohorts: Cohort, **changed: Any) -> Agreement:
    given = {"to_provider": cast.open_path, "since": TODAY, "by": cast.mara, "at": NOW}
    return agreements.agree(cast.northshire, covers=cohorts or [IN_AREA], **given | changed)


def agreed_with_westborough(cast: Cast, **changed: Any) -> Agreement:
    return agreements.accept(with_westborough(cast, **changed), by=wanda(cast), at=NOW)


def who_interviews(child: Child, on: date = TODAY) -> Organisation | None:
    return owners.of_child(
        child, kind=EpisodeKind.MISSING, started_on=on, ended_on=on + DAY
    ).provider


# Noted, and agreed to.


def test_an_arrangement_with_a_provider_holds_at_once(cast: Cast) -> None:
    agreement = with_open_path(cast, IN_AREA, HOME)

    assert agreement.is_agreed
    assert agreement.covers == ["home", "looked_after_in_area"]
    assert agreement.with_whom == "Open Path"
    assert last_act() == act("note agreement", agreement, cast.mara, NOW)
    assert list(Agreement.objects.in_force(TODAY)) == [agreement]


def test_an_arrangement_with_a_council_on_the_system_holds_once_it_has_agreed(cast: Cast) -> None:
    other = wanda(cast)
    agreement = with_westborough(cast)
    assert not agreement.is_agreed
    assert not Agreement.objects.in_force(TODAY).exists()

    agreements.accept(agreement, by=other, at=NOW + hours(1))

    assert fresh(agreement).is_agreed
    assert last_act() == act("accept agreement", agreement, other, NOW + hours(1))
    assert list(Agreement.objects.in_force(TODAY)) == [agreement]


def test_an_arrangement_with_a_council_elsewhere_holds_at_once(cast: Cast) -> None:
    leeds = agreements.Authority.objects.get(name="Leeds")

    agreement = with_westborough(cast, to_authority=leeds)

    assert agreement.agreed_by == cast.mara


@pytest.mark.parametrize("who", ["mara", "wes", "owen"])
def test_only_a_manager_of_the_council_asked_can_agree(cast: Cast, who: str) -> None:
    agreement = with_westborough(cast)

    with pytest.raises(NotYoursToAgree):
        agreements.accept(agreement, by=getattr(cast, who), at=NOW)


def test_nobody_agrees_twice_or_to_what_has_ended(cast: Cast) -> None:
    agreement = agreed_with_westborough(cast)
    with pytest.raises(AgreedAlready):
        agreements.accept(agreement, by=cast.mara, at=NOW)

    old = with_westborough(cast, since=TODAY - 9 * DAY, until=TODAY - DAY)
    with pytest.raises(EndedAlready):
        agreements.accept(old, by=cast.mara, at=NOW)


@pytest.mark.parametrize(
    ("changed", "blocked"),
    [
        ({"until": TODAY - DAY}, EndsFirst),
        ({"covers": []}, CoversNobody),
        ({"covers": [Cohort.UNKNOWN]}, CoversNobody),
    ],
)
def test_what_no_arrangement_can_be(
    cast: Cast, changed: dict[str, Any], blocked: type[Blocked]
) -> None:
    given = {"to_provider": cast.open_path, "covers": [HOME], "since": TODAY}

    with pytest.raises(blocked):
        agreements.agree(cast.northshire, **given | changed, by=cast.mara, at=NOW)


def test_a_council_needs_no_arrangement_with_itself(cast: Cast) -> None:
    with pytest.raises(WithItself):
        with_westborough(cast, to_authority=cast.northshire)


@pytest.mark.parametrize(
    ("since", "until", "is_refused"),
    [
        (TODAY, None, True),
        (TODAY - 30 * DAY, None, True),
        (TODAY - 30 * DAY, TODAY + 10 * DAY, True),
        (TODAY + 20 * DAY, TODAY + 40 * DAY, True),
        (TODAY - 30 * DAY, TODAY + 9 * DAY, False),
        (TODAY + 21 * DAY, None, False),
    ],
)
def test_one_arrangement_at_a_time_with_each(
    cast: Cast, since: date, until: date | None, is_refused: bool
) -> None:
    stands = {"since": TODAY + 10 * DAY, "until": TODAY + 20 * DAY}
    with_westborough(cast, **stands)
    with_open_path(cast, **stands)

    for again in (with_westborough, with_open_path):
        if is_refused:
            with pytest.raises(OneAlready):
                again(cast, since=since, until=until)
        else:
            again(cast, since=since, until=until)


# Ended.


def test_an_arrangement_ends_after_a_day_and_not_before_today(cast: Cast) -> None:
    agreement = with_open_path(cast, since=TODAY - 30 * DAY)

    with pytest.raises(EndsInThePast):
        agreements.end(agreement, on=TODAY - DAY, by=cast.mara, at=NOW)
    with pytest.raises(EndsFirst):
        agreements.end(agreement, on=TODAY - 31 * DAY, by=cast.mara, at=NOW)
    agreements.end(agreement, on=TODAY + DAY, by=cast.mara, at=NOW)

    assert last_act() == act("end agreement", agreement, cast.mara, NOW)
    assert Agreement.objects.in_force(TODAY + DAY).exists()
    assert not Agreement.objects.in_force(TODAY + 2 * DAY).exists()
    with pytest.raises(EndedAlready):
        agreements.end(agreement, on=TODAY + DAY, by=cast.mara, at=NOW)
    assert agreements.end(agreement, on=TODAY, by=cast.mara, at=NOW).until == TODAY


# Who interviews a child under one.


def test_a_provider_interviews_the_cohorts_that_were_named(cast: Cast) -> None:
    with_open_path(cast, HOME)

    assert who_interviews(cast.kit) == cast.open_path
    assert who_interviews(cast.sky) is None
    assert who_interviews(cast.kit, on=TODAY - DAY) is None


def test_a_host_interviews_whom_the_council_has_placed_there(cast: Cast) -> None:
    agreed_with_westborough(cast)

    assert who_interviews(cast.sky) == cast.westborough_council
    assert who_interviews(cast.kit) is None


def test_what_nobody_has_agreed_to_yet_does_not_hold(cast: Cast) -> None:
    wanda(cast)
    with_westborough(cast)

    assert who_interviews(cast.sky) is None


def test_the_host_comes_before_a_provider_and_the_newest_first(cast: Cast) -> None:
    with_open_path(cast, Cohort.LOOKED_AFTER_OUT_OF_AREA, HOME)
    assert who_interviews(cast.sky) == cast.open_path
    agreed_with_westborough(cast, since=TODAY - 5 * DAY)
    newer = staff.add_organisation("Second Step", kind=Organisation.PROVIDER, by=cast.mara, at=NOW)
    with_open_path(cast, HOME, to_provider=newer, since=TODAY + DAY)

    assert who_interviews(cast.sky) == cast.westborough_council
    assert who_interviews(cast.kit) == cast.open_path
    assert who_interviews(cast.kit, on=TODAY + DAY) == newer


def test_a_provider_commissioned_for_this_very_child_comes_first(cast: Cast) -> None:
    other = staff.add_organisation("Second Step", kind=Organisation.PROVIDER, by=cast.mara, at=NOW)
    with_open_path(cast, IN_AREA, to_provider=other)

    assert who_interviews(cast.robin) == cast.open_path


def test_another_councils_arrangement_says_nothing_of_ones_own_children(cast: Cast) -> None:
    agreements.agree(
        cast.eastmoor, to_provider=cast.open_path, covers=[HOME], since=TODAY, by=cast.owen, at=NOW
    )

    assert who_interviews(cast.kit) is None


# Who sees it, and what the database refuses.


def test_both_sides_see_it_and_no_stranger_does(cast: Cast) -> None:
    assert who_sees(with_westborough(cast)) == {"amina", "ines", "mara", "sol", "wes"}
    assert who_sees(with_open_path(cast)) == {"amina", "ines", "mara", "sol", "pat"}


def test_the_database_refuses_an_arrangement_with_two_or_with_none(cast: Cast) -> None:
    agreement = Agreement.objects.filter(pk=with_open_path(cast).pk)

    with refused_by("an_agreement_is_with_one_body"):
        agreement.update(to_authority=cast.westborough)
    with refused_by("an_agreement_is_with_one_body"):
        agreement.update(to_provider=None)
    with refused_by("an_agreement_is_with_one_body"):
        agreement.update(kind="duty")


def test_the_database_refuses_an_arrangement_with_oneself(cast: Cast) -> None:
    agreement = with_westborough(cast)

    with refused_by("an_agreement_is_with_another"):
        Agreement.objects.filter(pk=agreement.pk).update(to_authority=cast.northshire)


def test_the_database_refuses_an_end_before_the_beginning(cast: Cast) -> None:
    agreement = with_open_path(cast)

    with refused_by("an_agreement_ends_after_it_began"):
        Agreement.objects.filter(pk=agreement.pk).update(until=TODAY - DAY)


def test_the_database_refuses_a_yes_without_time_or_person(cast: Cast) -> None:
    agreement = Agreement.objects.filter(pk=with_westborough(cast).pk)

    with refused_by("a_yes_to_an_agreement_has_time_and_person"):
        agreement.update(agreed_at=NOW)
    with refused_by("a_yes_to_an_agreement_has_time_and_person"):
        agreement.update(agreed_by=cast.mara)


def test_the_database_refuses_two_at_once_with_the_same_body(cast: Cast) -> None:
    first = with_westborough(cast, until=TODAY)
    second = with_westborough(cast, since=TODAY + DAY)
    with refused_by("one_agreement_at_a_time_with_a_authority"):
        Agreement.objects.filter(pk=second.pk).update(since=first.since)

    with_open_path(cast, until=TODAY)
    later = with_open_path(cast, since=TODAY + DAY)
    with refused_by("one_agreement_at_a_time_with_a_provider"):
        Agreement.objects.filter(pk=later.pk).update(since=TODAY)
