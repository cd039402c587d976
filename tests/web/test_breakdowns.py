"""Figures told apart, and the episodes behind them."""

import csv
import io
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from returnhome.casework import (
    characteristics,
    communications,
    concerns,
    episodes,
    interviews,
    matching,
    staff,
)
from returnhome.casework.interviews import Said
from returnhome.casework.models import Child, Episode, Interview, JournalEntry, Post
from returnhome.reporting import breakdowns, figures
from returnhome.rules.characteristics import SaidBy
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Concern
from returnhome.rules.grouping import By, band_of
from tests.casework.test_children import stranger
from tests.cast import Cast, held, hours, missing, offered, returned
from tests.web.asking import words_of

As = Callable[[str], Client]
ADDRESSES = ("/figures/by", "/figures/by.csv", "/figures/by/episodes?group=all")


@pytest.fixture
def some_work(cast: Cast, now: datetime) -> None:
    held(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    for days in (0, 2, 4):
        returned(cast.kit, at=now - timedelta(days=days))
    offered(returned(cast.robin, at=now), by=cast.amina, at=now)
    missing(cast.robin, last_seen=now - hours(3), at=now)


@pytest.mark.parametrize("by", list(By))
def test_the_groups_add_up_to_what_the_figures_of_the_period_say(
    cast: Cast, some_work: None, now: datetime, by: By
) -> None:
    today = now.astimezone(LONDON).date()
    scope, first = figures.of_authority(cast.northshire), today - timedelta(days=30)

    report = breakdowns.broken_down(scope, first, today, by)

    whole = figures.uptake(scope, first, today, now=now)
    summed = Counter(
        {
            key: sum(group.count(key).numerator for group in report.groups)
            for key in ("ended", "offered", "held_of_ended", "in_time_of_ended")
        }
    )
    assert summed == {key: whole.number(key) for key in summed}
    assert report.total.count("children").numerator == whole.number("children") == 3
    assert report.total.count("ended").numerator == 5


@pytest.mark.parametrize("by", list(By))
def test_a_group_by_itself_is_the_one_told_apart_and_leads_to_its_episodes(
    cast: Cast, some_work: None, now: datetime, by: By
) -> None:
    today = now.astimezone(LONDON).date()
    asked = (figures.of_authority(cast.northshire), today - timedelta(days=30), today, by)

    for group in breakdowns.broken_down(*asked).groups:
        assert breakdowns.group(*asked, group.key) == group
        assert breakdowns.behind(*asked, group.key).count() == group.episodes
    assert breakdowns.group(*asked, "nobody") is None


def test_a_child_missing_three_times_is_told_apart_from_those_missing_once(
    as_: As, some_work: None
) -> None:
    page = words_of(as_("ana").get("/figures/by?by=times"))

    assert "Once 2 of 2 children" in page
    assert "3 to 5 times 3 of 1 child" in page


def groups(cast: Cast, now: datetime, by: By) -> dict[str, int]:
    today = now.astimezone(LONDON).date()
    scope = figures.of_authority(cast.northshire)
    report = breakdowns.broken_down(scope, today - timedelta(days=30), today, by)
    return {group.key: group.count("ended").numerator for group in report.groups}


def test_ethnicity_is_what_the_child_said_last_and_else_what_the_records_say(
    cast: Cast, some_work: None, now: datetime
) -> None:
    for child in (cast.sky, cast.kit):
        characteristics.note(
            child,
            ethnicity="WBRI",
            disability="disabled",
            said_by=SaidBy.RECORDS,
            by=cast.sol,
            at=now,
        )
    assert groups(cast, now, By.ETHNICITY) == {"white": 4, "unknown": 1}

    talk = Interview.objects.get(child=cast.sky)
    interviews.record(talk, {"ethnicity": Said(codes=["MWBC"])}, by=cast.ines, at=now)

    assert groups(cast, now, By.ETHNICITY) == {"white": 3, "mixed": 1, "unknown": 1}
    assert groups(cast, now, By.DISABILITY) == {"disabled": 4, "unknown": 1}


def test_a_child_came_alone_while_the_concern_stands_and_needs_an_interpreter_as_last_noted(
    cast: Cast, some_work: None, now: datetime
) -> None:
    noted = concerns.note(cast.kit, Concern.UNACCOMPANIED, "Home Office", by=cast.sol, at=now)
    for needs in (False, True):
        communications.note(
            cast.kit,
            language="Sorani",
            needs_interpreter=needs,
            helps="",
            by=cast.sol,
            at=now + timedelta(minutes=needs),
        )

    assert groups(cast, now, By.UNACCOMPANIED) == {"noted": 3, "not_noted": 2}
    assert groups(cast, now, By.INTERPRETER) == {"needed": 3, "unknown": 2}
    concerns.end(noted, "Leave to remain", by=cast.sol, at=now)
    assert groups(cast, now, By.UNACCOMPANIED) == {"not_noted": 5}


def test_mara_opens_the_episodes_behind_a_number_and_ana_cannot(
    as_: As, cast: Cast, some_work: None
) -> None:
    page = words_of(as_("mara").get("/figures/by/episodes?by=times&group=3_to_5"))

    assert "3 episodes of 1 child" in page
    assert page.count("Kit O’Dell") == 3
    seen = JournalEntry.objects.filter(verb="list", kind="behind-figures").get()
    assert (seen.by_id, seen.shown) == (cast.mara.pk, [cast.kit.pk])
    assert "Nothing was offered, as far as is on record" in page
    assert as_("ana").get("/figures/by/episodes?by=times&group=3_to_5").status_code == 404
    assert "/figures/by/episodes" not in as_("ana").get("/figures/by").content.decode()


def test_an_episode_is_the_teams_whose_member_has_it(
    cast: Cast, some_work: None, now: datetime
) -> None:
    council = cast.northshire_council
    team = staff.team_called("Front door", council, by=cast.adi, at=now)
    Post.objects.filter(person=cast.amina).update(team=team)
    # She has those of Sky and Robin, whom she offered an interview.
    assert groups(cast, now, By.TEAM) == {"": 3, str(team.pk): 2}

    for episode in Episode.objects.filter(child=cast.kit):
        episodes.assign(episode, cast.amina, by=cast.mara, at=now)

    assert groups(cast, now, By.TEAM) == {str(team.pk): 5}


def test_what_was_noted_before_it_was_known_who_the_child_is_counts_for_the_child(
    cast: Cast, some_work: None, now: datetime
) -> None:
    before = stranger(cast)
    characteristics.note(
        before, ethnicity="OOTH", disability="", said_by=SaidBy.CHILD, by=cast.sol, at=now
    )
    communications.note(
        before, language="Sorani", needs_interpreter=True, helps="", by=cast.sol, at=now
    )
    concerns.note(before, Concern.UNACCOMPANIED, "Home Office", by=cast.sol, at=now)
    matching.join(before, cast.kit, owners={}, because="The same", by=cast.amina, at=now)

    assert groups(cast, now, By.ETHNICITY) == {"other": 3, "unknown": 2}
    assert groups(cast, now, By.INTERPRETER) == {"needed": 3, "unknown": 2}
    assert groups(cast, now, By.UNACCOMPANIED) == {"noted": 3, "not_noted": 2}


def test_mara_opens_the_episodes_of_children_who_came_alone(
    as_: As, cast: Cast, some_work: None, now: datetime
) -> None:
    concerns.note(cast.kit, Concern.UNACCOMPANIED, "Home Office", by=cast.sol, at=now)

    page = words_of(as_("mara").get("/figures/by/episodes?by=unaccompanied&group=noted"))

    assert "3 episodes of 1 child" in page
    assert "Sky" not in page


def test_the_file_has_a_row_for_each_group_and_measure(as_: As, some_work: None) -> None:
    answer = as_("ana").get("/figures/by.csv?by=sex")

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert {row["group"] for row in rows} == {"Female", "Male", "All"}
    (boys,) = (r for r in rows if (r["group"], r["measure"]) == ("Male", "offered"))
    assert (boys["numerator"], boys["denominator"], boys["value"]) == ("1", "4", "25.0")


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("who", ["ines", "sol", "adi", "pat", "lara"])
def test_whoever_sees_no_figures_cannot_tell_that_these_are_there(
    as_: As, some_work: None, who: str, address: str
) -> None:
    assert as_(who).get(address).status_code == 404


@pytest.mark.parametrize(
    "address", ["/figures/by?by=name", "/figures/by/episodes?group=nobody", "/figures/by/episodes"]
)
def test_a_group_that_is_none_is_not_found(as_: As, some_work: None, address: str) -> None:
    assert as_("mara").get(address).status_code == 404


def test_the_page_asks_the_database_as_often_for_many_as_for_few(
    as_: As, some_work: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = as_("ana")
    client.get("/figures/by")

    with django_assert_max_num_queries(16):
        client.get("/figures/by")


@pytest.mark.parametrize(
    ("born", "missing_on"),
    [
        ((2012, 2, 29), (2025, 2, 28)),
        ((2012, 2, 29), (2025, 3, 1)),
        ((2013, 1, 15), (2026, 1, 14)),
        ((2013, 1, 15), (2026, 1, 15)),
        ((2016, 1, 15), (2026, 1, 14)),
        ((2016, 1, 15), (2026, 1, 15)),
        ((2009, 12, 31), (2026, 1, 1)),
        ((2025, 8, 1), (2025, 7, 31)),
        (None, (2026, 1, 1)),
    ],
)
def test_the_database_tells_ages_as_the_rules_do(
    cast: Cast, born: tuple[int, int, int] | None, missing_on: tuple[int, int, int]
) -> None:
    kits = Child.objects.filter(pk=cast.kit.pk)
    # A minute after midnight in London.
    at = datetime(*missing_on, 0, 1, tzinfo=LONDON)
    returned(cast.kit, at=at + timedelta(hours=30), hours_ago=10)
    kits.update(
        born_on=date(*born) if born else None, born_precision="known" if born else "unknown"
    )
    days = date(2025, 1, 1), date(2026, 3, 31)

    report = breakdowns.broken_down(figures.of_authority(cast.northshire), *days, By.AGE)

    (group,) = report.groups
    assert group.key == band_of(date(*born) if born else None, date(*missing_on))
