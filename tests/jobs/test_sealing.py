"""The journal is sealed every second, whatever goes wrong, and its newest seal noted outside."""

from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.core import mail
from django.db import DatabaseError
from django.utils import timezone

from returnhome.casework import journal, seals
from returnhome.jobs import sealing
from returnhome.jobs.sealing import Anchoring, Sealer
from tests.cast import NOW, Cast
from tests.jobs.conftest import Mailbox
from tests.jobs.worker import at_work, until

pytestmark = pytest.mark.check

UNSEALED = (
    "select count(*) from casework_journalentry j"
    " where not exists (select 1 from casework_seal s where s.ids @> j.id)"
)


def is_all_sealed(owner: psycopg.Connection) -> bool:
    return owner.execute(UNSEALED).fetchone() == (0,)


def test_a_worker_seals_what_is_written_within_seconds(
    apart: Cast, owner: psycopg.Connection, mailbox: Mailbox
) -> None:
    with at_work(mailbox):
        assert until(lambda: is_all_sealed(owner), within=30)
        journal.write("read", apart.sky, by=apart.sol, at=NOW)
        assert until(lambda: is_all_sealed(owner), within=30)

    assert seals.verify().holds


def test_a_sealer_goes_on_after_the_database_was_away(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[int] = []

    def seal() -> int:
        tried.append(1)
        if len(tried) < 4:
            raise DatabaseError("away")
        return 0

    monkeypatch.setattr(sealing, "EVERY_SECOND", 0.01)
    monkeypatch.setattr(seals, "seal", seal)
    sealer = Sealer().start()

    assert until(lambda: len(tried) > 5, within=10)
    sealer.end()

    assert not sealer.thread.is_alive()
    # Said once, not every second.
    assert caplog.text.count("The journal could not be sealed just now.") == 1


# Anchors.


@pytest.fixture
def sealed(apart: Cast) -> Cast:
    seals.seal()
    return apart


def test_the_newest_seal_is_added_to_a_file_as_often_as_suits(sealed: Cast, tmp_path: Path) -> None:
    place = tmp_path / "anchors"
    note = Anchoring(str(place))

    note()
    journal.write("read", sealed.sky, by=sealed.sol, at=NOW)
    seals.seal()
    note()
    one = place.read_text()
    note.noted_at = timezone.now() - timedelta(minutes=11)
    note()

    first, second = seals.anchors_in(place.read_text())
    assert one == f"{first.line}\n"
    assert second.number == first.number + 1
    assert second == seals.anchors_in(seals.newest().line)[0]  # type: ignore[union-attr]
    assert seals.verify([first, second]).holds


def test_the_same_seal_is_not_noted_twice(sealed: Cast, tmp_path: Path) -> None:
    note = Anchoring(str(tmp_path / "anchors"))

    note()
    note.noted_at = timezone.now() - timedelta(days=1)
    note()

    assert len((tmp_path / "anchors").read_text().splitlines()) == 1


def test_an_address_gets_one_message_a_day_that_names_nobody(sealed: Cast) -> None:
    note = Anchoring("auditor@example.invalid")

    note()
    journal.write("read", sealed.sky, by=sealed.sol, at=NOW)
    seals.seal()
    note.noted_at = timezone.now() - timedelta(hours=2)
    note()

    (message,) = mail.outbox
    assert message.to == ["auditor@example.invalid"]
    (anchor,) = seals.anchors_in(message.body)
    assert seals.verify([anchor]).holds
    assert "Sky" not in message.body + message.subject


def test_without_a_place_nothing_is_noted() -> None:
    Anchoring("")()

    assert mail.outbox == []
