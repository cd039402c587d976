"""What a home reports and is told: its own children alone, once, added to and never lost."""

from datetime import timedelta
from uuid import uuid4

import pytest

from returnhome.casework import homes
from returnhome.casework.models import Episode, FromHome
from returnhome.rules.codes import EpisodeKind
from returnhome.rules.homing import Known
from tests.cast import NOW, Cast, exactly, hours, lives_at


@pytest.fixture(autouse=True)
def today(monkeypatch, cast):
    pass


def gone(**more):
    return homes.Missing(
        **(
            {
                "last_seen": exactly(NOW - hours(1)),
                "kind": EpisodeKind.MISSING,
                "police_told": Known.YES,
                "police_reference": "NSP-77",
                "words": {"Where": "By the gate"},
            }
            | more
        )
    )


def test_a_home_reports_a_child_missing(cast: Cast) -> None:
    lives_at(cast.robin, cast.larchwood, by=cast.sol)
    print(homes.who_live_with(cast.lara, NOW))
    r = homes.report_missing(cast.robin.pk, gone(), key=uuid4(), by=cast.lara, at=NOW)
    print(r, r.words, homes.who_live_with(cast.lara, NOW))
    print(homes.sent(cast.lara, r.pk, NOW), homes.council_told(r))
    assert Episode.objects.get().last_seen_source == "Larchwood House"
