"""Two people at work on one child at once: one waits, and then hears what the other did."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import date
from time import monotonic
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from returnhome.casework import acting, episodes, handovers, interviews, matching, support
from returnhome.casework.children import NotWaiting
from returnhome.casework.episodes import AlreadyTakenOn, NamedMeanwhile, Overlaps
from returnhome.casework.interviews import BookingClosed
from returnhome.casework.models import Child, Episode, Interview, JournalEntry
from returnhome.rules import handover, interviewing
from returnhome.rules.codes import ActionKind, WithdrawalReason
from tests.casework.ledger import (
    counted_figures,
    counted_moments,
    fresh,
    nothing_else_to_reckon,
    stored_figures,
    stored_moments,
)
from tests.casework.test_children import stranger
from tests.casework.test_interviews import book, twice_missing
from tests.casework.test_letters import ask, letter, note_held, say, taken_on
from tests.cast import NOW, Cast, accepted, booked, exactly, hours, missing, returned, signed

pytestmark = pytest.mark.check

WAITING = "select 1 from pg_locks where not granted"
LONGEST = 20
A_MOMENT = 0.02


@pytest.fixture
def colleague(owner: psycopg.Connection) -> Iterator[Callable[..., Any]]:
    """Somebody at another desk: `with colleague(verb) as done` begins it while we are not done.

    By the end of the block it waits for what the block holds.
    """
    with ThreadPoolExecutor(1) as desk:

        @contextmanager
        def at_another_desk(verb: Callable[[], Any]) -> Iterator[Future[Any]]:
            with transaction.atomic():
                begun: Future[Any] = Future()
                yield begun
                done = desk.submit(work, verb)
                until = monotonic() + LONGEST
                while not owner.execute(WAITING).fetchone() and monotonic() < until:
                    if wait([done], timeout=A_MOMENT).done:
                        break
            try:
                begun.set_result(done.result(LONGEST))
            except Exception as error:
                begun.set_exception(error)

        yield at_another_desk


def work(verb: Callable[[], Any]) -> Any:
    try:
        # Another desk has said nothing yet of whom it acts for.
        with acting.as_system(acting.OPERATOR):
            return verb()
    finally:
        connection.close()


def test_of_two_who_take_a_child_on_at_once_one_does(apart: Cast, colleague: Any) -> None:
    episode = returned(apart.sky)
    amina, mara = apart.amina, apart.mara

    with colleague(lambda: episodes.take_on(episode, by=mara, at=NOW)) as done:
        episodes.take_on(episode, by=amina, at=NOW)

    with pytest.raises(AlreadyTakenOn):
        done.result()
    assert fresh(episode).owner == amina


def test_two_who_complete_the_last_two_actions_at_once_settle_the_episode(
    apart: Cast, colleague: Any
) -> None:
    episode = returned(apart.sky)
    interview = signed(episode, interviewer=apart.ines, by=apart.amina)
    sol, mara = apart.sol, apart.mara
    one, other = (
        support.add(
            episode,
            ActionKind.HEALTH,
            "Ask the GP",
            owner=sol,
            due_on=date(2026, 3, 9),
            interview=interview,
            by=mara,
            at=NOW + hours(8),
        )
        for _ in range(2)
    )
    late = NOW + hours(9)

    with colleague(lambda: support.complete(other, "Done", by=mara, at=late)) as done:
        support.complete(one, "Done", by=sol, at=late)

    assert done.result().is_done
    assert fresh(episode).is_settled


def test_a_booking_made_again_while_it_is_being_held_comes_too_late(
    apart: Cast, colleague: Any
) -> None:
    episode = returned(apart.sky)
    interview = booked(episode, interviewer=apart.ines, by=apart.amina)
    ines = apart.ines

    with colleague(lambda: book(apart, episode, at=NOW + hours(1))) as done:
        interviews.hold(
            interview,
            exactly(NOW + hours(4)),
            is_independent=True,
            by=ines,
            at=NOW + hours(5),
        )

    with pytest.raises(interviewing.AlreadyHeld):
        done.result()
    assert Interview.objects.count() == 1


def test_a_booking_held_while_it_is_being_replaced_is_not_held_twice(
    apart: Cast, colleague: Any
) -> None:
    first, second = twice_missing(apart)
    accepted(second, by=apart.amina)
    both = book(apart, first, second)
    ines = apart.ines

    def hold() -> Interview:
        return interviews.hold(
            both, exactly(NOW + hours(4)), is_independent=True, by=ines, at=NOW + hours(5)
        )

    with colleague(hold) as done:
        book(apart, second, at=NOW + hours(1))

    with pytest.raises(BookingClosed):
        done.result()
    for episode in (first, second):
        assert stored_moments(episode) == counted_moments(episode)


def test_a_child_is_named_once(apart: Cast, colleague: Any) -> None:
    child, sky, kit, amina = stranger(apart), apart.sky, apart.kit, apart.amina

    def join(known: Child) -> Child:
        return matching.join(child, known, owners={}, because="x", by=amina, at=NOW)

    with colleague(lambda: join(kit)) as done:
        join(sky)

    with pytest.raises(NotWaiting):
        done.result()
    assert fresh(child).joined_to == sky


def test_an_episode_that_comes_while_its_child_is_being_named_is_not_lost_under_the_old_name(
    apart: Cast, colleague: Any
) -> None:
    child, sky, amina = stranger(apart), apart.sky, apart.amina

    with colleague(lambda: missing(child)) as done:
        matching.join(child, sky, owners={}, because="x", by=amina, at=NOW)

    with pytest.raises(NamedMeanwhile):
        done.result()
    assert not Episode.objects.exists()


def test_the_same_episode_reported_twice_at_once_is_opened_once(
    apart: Cast, colleague: Any
) -> None:
    kit = apart.kit

    with colleague(lambda: missing(kit)) as done:
        missing(kit)

    with pytest.raises(Overlaps):
        done.result()
    assert kit.episodes.count() == 1


def test_figures_add_up_however_many_write_at_once(apart: Cast) -> None:
    names = ("sky", "kit", "robin")
    amina, ines = apart.amina, apart.ines

    def a_busy_week(name: str) -> None:
        child = getattr(apart, name)
        for days in range(4):
            back = NOW - hours(24 * days + 10)
            episode = missing(child, last_seen=back - hours(3), found=back, returned=back)
            signed(episode, interviewer=ines, by=amina)

    with ThreadPoolExecutor(len(names)) as desks:
        for done in [desks.submit(work, lambda name=name: a_busy_week(name)) for name in names]:
            done.result(LONGEST * 2)

    assert stored_figures() == counted_figures()
    for episode in Episode.objects.all():
        assert stored_moments(episode) == counted_moments(episode)
        assert nothing_else_to_reckon(episode, NOW + hours(9))


# A request by letter.


def test_of_two_who_answer_a_letter_at_once_one_is_heard(apart: Cast, colleague: Any) -> None:
    row = letter(ask(apart), apart.amina)

    with colleague(lambda: say(row, name="Sam Dale, social worker")) as done:
        say(row)

    with pytest.raises(handover.AlreadyAnswered):
        done.result()
    assert fresh(row).answered_by_name == "Jo Carr, duty manager"
    assert JournalEntry.objects.filter(verb__startswith="answer request").count() == 1


def test_a_letter_is_not_answered_while_it_is_withdrawn(apart: Cast, colleague: Any) -> None:
    row = letter(ask(apart), apart.amina)

    with colleague(lambda: say(row)) as done:
        handovers.withdraw(row, WithdrawalReason.NOT_NEEDED, by=apart.amina, at=NOW)

    with pytest.raises(handover.AlreadyEnded):
        done.result()
    assert not fresh(row).is_answered


def test_of_two_letters_made_at_once_one_link_works(apart: Cast, colleague: Any) -> None:
    row, amina, mara = ask(apart), apart.amina, apart.mara

    with colleague(lambda: handovers.new_reply_key(row, by=mara, at=NOW)) as done:
        key = handovers.new_reply_key(row, by=amina, at=NOW)

    with pytest.raises(handovers.LetterMade):
        done.result()
    assert handovers.by_reply_key(key) == row


def test_an_interview_held_elsewhere_is_noted_once(apart: Cast, colleague: Any) -> None:
    row = taken_on(apart)

    with colleague(lambda: note_held(row, apart)) as done:
        note_held(row, apart)

    with pytest.raises(interviewing.AlreadyHeld):
        done.result()
    assert Interview.objects.count() == 1
    assert stored_figures() == counted_figures()
