"""That the demonstration is made once a day, at whatever hour, and names no real place."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command

from returnhome.casework import reference
from returnhome.casework.models import Episode, JournalEntry
from returnhome.management.demonstration import building, councils
from returnhome.rules.codes import OfferKind
from tests.cast import NOW

pytestmark = [
    pytest.mark.check,
    pytest.mark.usefixtures("empty_database"),
    pytest.mark.xdist_group("demonstration"),
]
LISTS = ("authorities", "elsewhere", "districts", "trusts")


@pytest.fixture
def _signals_as_before() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("_signals_as_before")
def test_it_is_made_once_a_day(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.DEMONSTRATION = True

    call_command("demo", load_only=True)
    first = capsys.readouterr().err
    call_command("demo", load_only=True)
    second = capsys.readouterr().err

    assert "missing episodes" in first
    assert second == ""


def test_the_same_moment_tells_the_same_stories_again() -> None:
    def told() -> list[tuple[str, datetime]]:
        pairs = Episode.objects.order_by("pk").values_list("child__folded_name", "started_at")
        return list(pairs)

    building.build(NOW)
    before = told()

    building.build(NOW)

    assert told() == before


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 29, 0, 45, tzinfo=UTC),  # a night in which the clocks go forward
        datetime(2026, 11, 27, 0, 12, tzinfo=UTC),  # what was half an hour ago was yesterday
        datetime(2026, 12, 31, 23, 58, tzinfo=UTC),
        datetime(2027, 4, 1, 5, 0, tzinfo=UTC),  # a collection year has just begun
        datetime(2028, 2, 29, 13, 0, tzinfo=UTC),
    ],
    ids=lambda now: f"{now:%Y-%m-%d %H:%M}",
)
def test_it_can_be_made_at_any_hour_of_any_day(now: datetime) -> None:
    building.build(now)

    jade = Episode.objects.filter(child__surname="Ollerton").newest_first()[0]
    assert jade.offer_kind == OfferKind.ADULT_PATHWAY
    assert Episode.objects.counted().filter(held_at=None, due_at__lte=now).exists()
    assert not JournalEntry.objects.filter(at__gt=now).exists()


def test_no_postcode_of_it_is_anybodys() -> None:
    every = {row["gss_code"]: 1 for name in LISTS for row in reference.read(name)}
    invented = {
        code.replace(" ", "") for name in councils.AREAS for code in councils.postcodes_of(name)
    }

    real = {line.partition("\t")[0] for lines in reference.directory(every) for line in lines}

    assert len(invented) == 3 * 48
    assert not any(code.startswith(tuple(councils.AREAS.values())) for code in real)
