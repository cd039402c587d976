"""One time missing, told of by a home and by the police: never two episodes of one child."""

from pathlib import Path
from uuid import uuid4

import pytest

from returnhome.casework import homes
from returnhome.casework.models import Child, Episode, Notification
from returnhome.intake import loading, taking
from returnhome.intake.layouts import POLICE_A
from returnhome.intake.outcome import Result
from returnhome.rules.codes import EpisodeKind
from returnhome.rules.homing import Known
from tests.cast import NOW, Cast, exactly, hours, lives_at

pytestmark = pytest.mark.check
HEADINGS = ",".join(POLICE_A.columns)


@pytest.fixture
def robin(cast: Cast) -> Child:
    return lives_at(cast.robin, cast.larchwood, by=cast.sol)


def police_file(folder: Path) -> Path:
    """Robin, seen last two hours ago, reported an hour ago and not found."""
    seen, told = (f"{NOW - hours(each):%d/%m/%Y %H:%M}" for each in (2, 1))
    row = f"R1,Ashdown,Robin,17/01/2010,M,,NS1 1AA,{seen},{told},Medium,Y,Northshire,Missing,,"
    path = folder / "robin.csv"
    path.write_text(f"{HEADINGS}\r\n{row}\r\n", encoding="utf-8")
    return path


def report(cast: Cast, child: Child) -> None:
    told = homes.Missing(
        last_seen=exactly(NOW - hours(1.5)),
        kind=EpisodeKind.MISSING,
        police_told=Known.YES,
        words={"Where": "The bus stop"},
    )
    homes.report_missing(child.pk, told, key=uuid4(), by=cast.lara, at=NOW - hours(1))


def bring(path: Path, cast: Cast) -> loading.Outcome:
    return loading.bring(path, sender="Northshire Police", by=cast.amina, at=NOW)


def test_a_police_row_after_the_homes_report_waits_with_the_child_beside_it(
    cast: Cast, robin: Child, tmp_path: Path
) -> None:
    report(cast, robin)

    (row,) = bring(police_file(tmp_path), cast).rows

    assert (row.result, row.reason) == (Result.WAITING, taking.TWICE_AT_ONCE)
    assert row.candidates == (robin.pk,)
    assert Episode.objects.filter(child=robin).count() == 1


def test_the_homes_report_after_a_police_row_goes_to_the_same_episode(
    cast: Cast, robin: Child, tmp_path: Path
) -> None:
    (row,) = bring(police_file(tmp_path), cast).rows
    assert row.result is Result.OPENED

    report(cast, robin)

    episode = Episode.objects.get(child=robin)
    senders = Notification.objects.filter(basis__episode=episode).values_list("sender__name")
    assert {name for (name,) in senders} == {"Northshire Police", "Larchwood House"}
    assert episode.last_seen_source == "Northshire Police"
