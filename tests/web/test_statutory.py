"""Statutory returns: what will be sent, what is wrong with it, and the files."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from returnhome.casework import characteristics
from returnhome.casework.models import CarePeriod, Episode, JournalEntry
from returnhome.rules.characteristics import SaidBy
from tests.cast import Cast, hours, missing, returned
from tests.web.asking import words_of

As = Callable[[str], Client]
ADDRESSES = (
    "/figures/statutory",
    "/figures/statutory/ssda903-2026.zip",
    "/figures/statutory/ssd-2026.zip",
    "/figures/statutory/annex-a-2026-03-01.csv",
)


def files_of(answer: Any) -> dict[str, list[list[str]]]:
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {
            name: list(csv.reader(io.StringIO(archive.read(name).decode())))
            for name in archive.namelist()
            if name.endswith(".csv")
        }


def year_of(day: date) -> int:
    return day.year + (day >= date(day.year, 4, 1))


def in_care_only_since_the_day_after(episode: Episode) -> None:
    """As when the court's order is put on record with the wrong day."""
    since = episode.started_on + timedelta(days=1)
    CarePeriod.objects.filter(child=episode.child).update(since=since)


def test_ana_downloads_the_return_with_a_number_and_no_name(
    as_: As, cast: Cast, now: datetime
) -> None:
    episode = returned(cast.sky, at=now)
    year = year_of(episode.started_on)

    answer = as_("ana").get(f"/figures/statutory/ssda903-{year}.zip")

    tables = files_of(answer)
    number = cast.sky.identifiers.get().value
    assert tables["missing.csv"][0] == ["CHILD", "DOB", "MISSING", "MIS_START", "MIS_END"]
    (row,) = (row for row in tables["missing.csv"][1:] if row[0] == number)
    assert row[1:4] == ["04/05/2011", "M", f"{episode.started_on:%d/%m/%Y}"]
    assert number in {row[0] for row in tables["header.csv"][1:]}
    assert not any("Marlowe" in str(rows) for rows in tables.values())


def test_the_header_has_the_ethnicity_that_is_on_record(as_: As, cast: Cast, now: datetime) -> None:
    year = year_of(returned(cast.sky, at=now).started_on)
    address = f"/figures/statutory/ssda903-{year}.zip"
    number = cast.sky.identifiers.get().value

    def told() -> str:
        rows = files_of(as_("ana").get(address))["header.csv"][1:]
        return next(row[3] for row in rows if row[0] == number)

    assert told() == "NOBT"
    characteristics.note(
        cast.sky, ethnicity="AIND", disability="", said_by=SaidBy.CHILD, by=cast.sol, at=now
    )
    assert told() == "AIND"


def test_whoever_downloads_stands_in_the_journal_of_each_child(
    as_: As, cast: Cast, now: datetime
) -> None:
    year = year_of(returned(cast.sky, at=now).started_on)

    as_("ana").get(f"/figures/statutory/ssda903-{year}.zip")

    entry = JournalEntry.objects.filter(verb="export").latest("pk")
    assert entry.by_id == cast.ana.pk
    assert cast.sky.pk in (entry.shown or ())


def test_the_page_says_what_is_wrong_and_leads_who_may_to_the_episode(
    as_: As, cast: Cast, now: datetime
) -> None:
    episode = returned(cast.robin, hours_ago=30, at=now)
    in_care_only_since_the_day_after(episode)
    link = f'href="/episodes/{episode.pk}"'

    maras, anas = (as_(who).get("/figures/statutory") for who in ("mara", "ana"))

    for page in (maras, anas):
        assert "It starts when the child was not looked after." in words_of(page)
    assert link in maras.content.decode()
    assert link not in anas.content.decode()


def test_the_episodes_own_page_says_it_as_soon_as_it_is_on_record(
    as_: As, cast: Cast, now: datetime
) -> None:
    episode = returned(cast.robin, hours_ago=30, at=now)
    address = f"/episodes/{episode.pk}"
    said = "For the SSDA903, as it stands: It starts when the child was not looked after."
    assert said not in words_of(as_("amina").get(address))

    in_care_only_since_the_day_after(episode)

    assert said in words_of(as_("amina").get(address))
    assert said not in words_of(as_("ines").get(address))


def test_a_child_at_home_is_in_no_return_but_in_the_datasets_table(
    as_: As, cast: Cast, now: datetime
) -> None:
    episode = returned(cast.kit, at=now)
    year = year_of(episode.started_on)
    number = cast.kit.identifiers.get().value

    client = as_("ana")
    ssda903 = files_of(client.get(f"/figures/statutory/ssda903-{year}.zip"))
    ssd = files_of(client.get(f"/figures/statutory/ssd-{year}.zip"))

    assert all(row[0] != number for rows in ssda903.values() for row in rows)
    (row,) = (row for row in ssd["ssd_missing.csv"][1:] if row[1] == number)
    assert row[0] == str(episode.pk)
    assert row[3:] == ["M", f"{episode.ended_on}", "N", "N"]


def test_list_8_has_who_is_looked_after_on_the_day(as_: As, cast: Cast, now: datetime) -> None:
    missing(cast.sky, last_seen=now - hours(20), at=now)

    answer = as_("ana").get(f"/figures/statutory/annex-a-{now:%Y-%m-%d}.csv")

    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    of = {row[0]: row[4:] for row in rows[1:]}
    assert of[cast.sky.identifiers.get().value] == ["1", "0", "b) No", "b) No"]
    assert of[cast.robin.identifiers.get().value] == ["0", "0", "", ""]
    assert cast.kit.identifiers.get().value not in of


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("who", ["amina", "ines", "sol", "adi", "pat", "lara"])
def test_whoever_makes_no_return_cannot_tell_that_there_is_one(
    as_: As, who: str, address: str
) -> None:
    assert as_(who).get(address).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/figures/statutory?council=E99999999",
        "/figures/statutory?year=1999",
        "/figures/statutory/ssda903-1999.zip",
        "/figures/statutory/annex-a-2999-01-01.csv",
        "/figures/statutory/annex-a-tomorrow.csv",
    ],
)
def test_what_is_not_hers_or_is_not_there_is_not_found(as_: As, address: str) -> None:
    assert as_("ana").get(address).status_code == 404


def test_the_page_asks_the_database_as_often_for_many_children_as_for_one(
    as_: As,
    cast: Cast,
    now: datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for child in (cast.sky, cast.robin):
        for days in (0, 3, 6):
            returned(child, at=now - timedelta(days=days))
    client = as_("mara")
    client.get("/figures/statutory")

    with django_assert_max_num_queries(26):
        client.get("/figures/statutory")
