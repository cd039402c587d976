"""A long file: piece by piece, stopped, cut off and gone on with; nothing twice, nothing lost."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from returnhome.casework import notifications, staff, tallies
from returnhome.casework.models import Delivery, Episode, JournalEntry, Notification, Tally
from returnhome.casework.notifications import AlreadyConfirmed, AlreadyGoingIn, NotGoingIn
from returnhome.intake import loading, taking
from returnhome.intake.outcome import Outcome
from returnhome.jobs import taking_in
from returnhome.rules.clock import LONDON
from tests.cast import Cast
from tests.intake.test_loading import AT, SENDER, ewa, told, written

__all__ = ["ewa"]  # a fixture

WEEKS = [datetime(2026, 1, 5, 10, tzinfo=LONDON) + timedelta(weeks=week) for week in range(30)]


@pytest.fixture(autouse=True)
def pieces_of_four(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "WHOLE", 10)
    monkeypatch.setattr(loading, "TOGETHER", 4)


def rows() -> list[dict[str, str]]:
    """Thirty times missing, each told of when she went and again when she was found."""
    lines = []
    for number, went in enumerate(WEEKS):
        last = {"misper_ref": f"L{number}", "last_seen": f"{went:%d/%m/%Y %H:%M}", "reported": ""}
        found = went + timedelta(hours=9)
        lines += [told(**last), told(**last, found=f"{found:%d/%m/%Y %H:%M}")]
    return lines


def received(*lines: dict[str, str]) -> Delivery:
    by = staff.operator()
    return loading.receive(
        written(*(lines or rows())),
        "year.csv",
        sender=notifications.sender_named(SENDER, by=by, at=AT),
        received_for=None,
        by=by,
        at=AT,
    )


def begun() -> Delivery:
    delivery = received()
    assert loading.begin(delivery, by=staff.operator(), at=AT) is None
    return Delivery.objects.get(pk=delivery.pk)


def after(pieces: int) -> Callable[[], bool]:
    """Says stop once so many pieces have gone in."""
    left = [pieces]

    def should_stop() -> bool:
        left[0] -= 1
        return left[0] < 0

    return should_stop


def go_on(delivery: Delivery, **given) -> bool:
    delivery = Delivery.objects.get(pk=delivery.pk)
    return loading.go_on(delivery, clock=lambda: AT, **given)


def ended() -> list[tuple[str, bool]]:
    known = Episode.objects.order_by("started_at")
    return [(f"{each.started_at:%d %b}", each.ended_at is not None) for each in known]


def work_in_the_job(**given) -> int:
    return taking_in.take_in(by=staff.clockwork(), clock=lambda: AT, **given)


def test_a_long_file_comes_to_the_same_as_if_it_went_in_whole(ewa):
    assert go_on(begun())

    delivery = Delivery.objects.get()
    assert delivery.confirmed_at == AT
    assert (delivery.records, delivery.records_done, delivery.left_out) == (60, 60, 0)
    assert (delivery.opened, delivery.updated, delivery.read) == (30, 30, 60)
    assert delivery.content is None
    assert ended() == [(f"{went:%d %b}", True) for went in WEEKS]
    assert Notification.objects.count() == 60


def test_a_short_file_goes_in_whole_and_at_once(ewa):
    delivery = received(told())

    outcome = loading.begin(delivery, by=staff.operator(), at=AT)

    assert outcome
    assert outcome.read == 1
    assert Delivery.objects.get().begun_at is None


def test_cut_off_what_is_in_stays_and_the_rest_goes_in_after_it(ewa):
    delivery = begun()

    assert not go_on(delivery, should_stop=after(3))
    half = Delivery.objects.get()
    assert (half.records_done, half.read, half.is_going_in) == (12, 12, True)
    assert Notification.objects.count() == 12

    outcome = Outcome()
    assert go_on(delivery, outcome=outcome)
    assert outcome.read == 48
    assert [row.row for row in outcome.rows] == list(range(14, 62))
    assert Notification.objects.count() == 60
    assert Delivery.objects.get().read == 60


def test_the_figures_are_right_after_each_piece(ewa):
    def counted_again() -> dict[str, int]:
        with tallies.gathered():
            for episode in Episode.objects.all():
                tallies.shift(episode.counts, None)
        left = {tally.parts: tally.episodes for tally in Tally.objects.exclude(episodes=0)}
        with tallies.gathered():
            for episode in Episode.objects.all():
                tallies.shift(None, episode.counts)
        return left

    delivery = begun()
    go_on(delivery, should_stop=after(5))

    assert Tally.objects.exclude(episodes=0).exists()
    assert counted_again() == {}


def test_a_fault_in_the_midst_takes_back_its_own_piece_alone(ewa, monkeypatch):
    delivery, take, taken = begun(), taking.Taking.take, []

    def broken(self, lines):
        said = take(self, lines)
        taken.append(said)
        if len(taken) == 3:
            raise ZeroDivisionError
        return said

    monkeypatch.setattr(taking.Taking, "take", broken)
    with pytest.raises(ZeroDivisionError):
        go_on(delivery)

    assert (Delivery.objects.get().records_done, Notification.objects.count()) == (8, 8)


def test_the_command_goes_on_where_it_was_cut_off(ewa, tmp_path: Path):
    path = tmp_path / "year.csv"
    path.write_bytes(written(*rows()))
    given = {"sender": SENDER, "by": staff.operator(), "at": AT}

    def pulled_out(done: int, _: int) -> None:
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        loading.bring(path, **given, progress=pulled_out)
    assert (Delivery.objects.get().records_done, Notification.objects.count()) == (20, 20)
    told_of: list[tuple[int, int]] = []
    outcome = loading.bring(path, **given, progress=lambda *how_far: told_of.append(how_far))

    assert (outcome.read, told_of[0], told_of[-1]) == (40, (20, 60), (60, 60))
    assert (Delivery.objects.get().read, Notification.objects.count()) == (60, 60)
    # And then it is a file that came again.
    assert loading.bring(path, **given).counts["unchanged"] == 60


def test_a_dry_run_of_a_long_file_writes_nothing(ewa, tmp_path: Path):
    path = tmp_path / "year.csv"
    path.write_bytes(written(*rows()))

    outcome = loading.bring(path, sender=SENDER, by=staff.operator(), at=AT, dry_run=True)

    assert (outcome.read, outcome.counts["opened"]) == (60, 30)
    assert not Delivery.objects.exists()
    assert not Notification.objects.exists()


def test_a_preview_of_a_long_file_tries_the_first_rows(ewa):
    outcome = loading.preview(received(), by=staff.operator(), at=AT)

    assert (outcome.read, outcome.records, outcome.is_cut) == (10, 60, True)


# Stopped by somebody.


def test_amina_stops_a_file_goes_on_with_it_and_everything_is_journalled(cast: Cast, ewa):
    delivery = begun()
    go_on(delivery, should_stop=after(2))

    notifications.stop_delivery(delivery, by=cast.amina, at=AT)
    assert work_in_the_job() == 0
    assert not go_on(delivery)
    assert Delivery.objects.get().records_done == 8

    assert loading.begin(Delivery.objects.get(), by=cast.amina, at=AT) is None
    assert work_in_the_job() == 1
    done = Delivery.objects.get()
    assert (done.records_done, done.begun_by, done.left_out) == (60, staff.operator(), 0)
    about = JournalEntry.objects.filter(kind="delivery").order_by("pk")
    assert [entry.verb for entry in about] == [
        *("receive delivery", "begin delivery", "stop delivery"),
        *("begin delivery", "confirm delivery"),
    ]


def test_of_a_file_that_was_stopped_the_rest_can_stay_out(cast: Cast, ewa):
    delivery = begun()
    go_on(delivery, should_stop=after(2))
    with pytest.raises(AlreadyGoingIn):
        notifications.leave_rest(delivery, by=cast.amina, at=AT)
    notifications.stop_delivery(delivery, by=cast.amina, at=AT)

    notifications.leave_rest(delivery, by=cast.amina, at=AT)

    left = Delivery.objects.get()
    assert (left.read, left.left_out, left.content) == (8, 52, None)
    with pytest.raises(AlreadyConfirmed):
        loading.begin(left, by=cast.amina, at=AT)


def test_what_is_not_going_in_cannot_be_stopped_and_what_is_begun_not_thrown_away(cast: Cast, ewa):
    with pytest.raises(NotGoingIn):
        notifications.stop_delivery(received(told()), by=cast.amina, at=AT)
    delivery = begun()
    with pytest.raises(AlreadyGoingIn):
        notifications.discard_delivery(delivery, by=cast.amina, at=AT)
    with pytest.raises(AlreadyGoingIn):
        loading.begin(delivery, by=cast.amina, at=AT)


# The worker.


def test_the_worker_takes_in_what_was_begun(ewa):
    begun()

    assert taking_in.is_something_left()
    assert work_in_the_job() == 1
    assert not taking_in.is_something_left()
    assert Delivery.objects.get().read == 60


def test_a_worker_that_is_stopped_leaves_the_rest_to_the_next(ewa):
    begun()

    assert work_in_the_job(should_stop=after(4)) == 0
    assert 0 < Delivery.objects.get().records_done < 60
    assert work_in_the_job() == 1
    assert Notification.objects.count() == 60


def test_whoever_comes_second_leaves_it_to_the_first(ewa):
    late = begun()
    assert go_on(late, should_stop=after(2)) is False

    # As it was before the first began.
    assert loading.go_on(late, clock=lambda: AT) is False
    assert Notification.objects.count() == 8


def test_a_file_in_which_something_goes_wrong_is_stopped_and_says_so(ewa, monkeypatch):
    begun()

    def broken(self, lines):
        raise ZeroDivisionError

    monkeypatch.setattr(taking.Taking, "take", broken)
    with pytest.raises(ZeroDivisionError):
        work_in_the_job()

    stopped = Delivery.objects.get()
    assert (stopped.is_stopped, stopped.stopped_by) == (True, staff.clockwork())
    assert stopped.stopped_because.startswith("Something went wrong")


def test_a_piece_that_somebodys_work_came_across_is_tried_again(ewa, monkeypatch):
    take, tried = taking.Taking.take, []

    def busy(self, lines):
        tried.append(lines)
        if len(tried) in (1, 2):
            raise taking.ChangedMeanwhile
        return take(self, lines)

    monkeypatch.setattr(taking.Taking, "take", busy)
    begun()

    assert work_in_the_job() == 1
    assert Notification.objects.count() == 60
