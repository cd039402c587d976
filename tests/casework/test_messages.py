"""Messages: each queued once, held by one, tried again, and never forgotten."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from returnhome.casework import messages
from returnhome.casework.messages import AGAIN_AFTER, HOLD, TRIES, DoneWith, Letter
from returnhome.casework.models import JournalEntry, Message
from returnhome.rules.codes import NotSent, Rung, Waiting
from tests.casework.ledger import act, fresh, last_act, refused_by, who_sees
from tests.cast import NOW, Cast

SECOND = timedelta(seconds=1)


def letter(cast: Cast, key: str = "a silence, told to the team") -> Letter:
    return Letter(
        key=key,
        waiting_for=Waiting.REQUEST,
        about=("episode", 1042),
        organisation_id=cast.northshire_council.pk,
        rung=Rung.TEAM,
        subject="Returnhome: somebody waits (reference E-1042)",
        text="Somebody must answer.",
    )


def queued(cast: Cast, *, key: str = "a silence, told to the team", at=NOW) -> Message:
    [message] = messages.queue(letter(cast, key), people=[cast.amina], by=cast.adi, at=at)
    return message


def claimed(cast: Cast, *, at=NOW) -> Message:
    queued(cast, at=at)
    message = messages.claim(at=at)
    assert message is not None
    return message


# Queueing.


def test_the_same_key_twice_is_one_message_to_each(cast: Cast) -> None:
    given: dict[str, Any] = {"people": [cast.amina, cast.mara], "addresses": ["t@example.invalid"]}

    first = messages.queue(letter(cast), **given, by=cast.adi, at=NOW)
    second = messages.queue(letter(cast), **given, by=cast.adi, at=NOW + SECOND)

    assert [each.recipient for each in first] == [
        "amina@example.invalid",
        "mara@example.invalid",
        "t@example.invalid",
    ]
    assert second == []
    assert Message.objects.count() == 3
    assert last_act() == act("queue message", first[-1], cast.adi, NOW)


def test_a_level_is_told_once_even_where_somebody_else_stands_there_by_then(cast: Cast) -> None:
    queued(cast)

    messages.queue(letter(cast), people=[cast.mara], by=cast.adi, at=NOW + SECOND)

    assert Message.objects.get().person == cast.amina
    assert messages.told_already([letter(cast).key, "another"]) == {letter(cast).key}


def test_somebody_named_twice_is_told_once(cast: Cast) -> None:
    messages.queue(letter(cast), people=[cast.amina, cast.amina], by=cast.adi, at=NOW)

    assert Message.objects.count() == 1


def test_a_message_goes_to_the_address_that_the_person_has_when_it_is_sent(cast: Cast) -> None:
    queued(cast)
    amina = cast.amina
    amina.email = "married@example.invalid"
    amina.save()

    message = messages.claim(at=NOW)

    assert message is not None
    assert message.recipient == "married@example.invalid"


def test_its_number_is_made_of_what_happened_and_to_whom(cast: Cast) -> None:
    one, other = messages.queue(letter(cast), people=[cast.amina, cast.mara], by=cast.adi, at=NOW)
    numbers = {one.number, other.number, queued(cast, key="another").number}
    Message.objects.all().delete()

    assert len(numbers) == 3
    assert queued(cast).number == one.number


@pytest.mark.check
def test_two_who_look_round_at_one_moment_tell_a_level_once(apart: Cast) -> None:
    together, told = Barrier(2), []

    def look(person: Any) -> None:
        together.wait()
        told.append(messages.queue(letter(apart), people=[person], by=person, at=NOW))
        connection.close()

    both = [Thread(target=look, args=[person]) for person in (apart.amina, apart.mara)]
    for each in both:
        each.start()
    for each in both:
        each.join()

    assert sorted(map(len, told)) == [0, 1]
    assert Message.objects.count() == 1


# Taking hold.


def test_the_one_that_is_due_longest_is_taken_first(cast: Cast) -> None:
    late, early = queued(cast, key="late", at=NOW), queued(cast, key="early", at=NOW - SECOND)

    assert [messages.claim(at=NOW) for _ in range(3)] == [early, late, None]


def test_what_one_has_hold_of_no_other_takes(cast: Cast) -> None:
    claimed(cast)

    assert messages.claim(at=NOW) is None
    assert messages.claim(at=NOW + HOLD - SECOND) is None


def test_what_was_dropped_in_the_middle_comes_up_again_by_itself(cast: Cast) -> None:
    message = claimed(cast)

    again = messages.claim(at=NOW + HOLD)

    assert again == message
    assert again.number == message.number
    assert again.tries == 2


def test_nothing_is_taken_before_its_time(cast: Cast) -> None:
    queued(cast, at=NOW)

    assert messages.claim(at=NOW - SECOND) is None


@pytest.mark.check
def test_two_workers_at_one_moment_never_hold_the_same(apart: Cast) -> None:
    for number in range(20):
        queued(apart, key=str(number))
    together, held = Barrier(4), []

    def work() -> None:
        together.wait()
        while message := messages.claim(at=NOW):
            held.append(message.pk)
        connection.close()

    workers = [Thread(target=work) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    assert len(held) == len(set(held)) == 20


# What came of it.


def test_what_is_sent_is_done_with(cast: Cast) -> None:
    message = messages.mark_sent(claimed(cast), by=cast.adi, at=NOW + SECOND)

    assert fresh(message).sent_at == NOW + SECOND
    assert messages.claim(at=NOW + timedelta(days=9)) is None
    assert last_act() == act("send message", message, cast.adi, NOW + SECOND)


def test_what_fails_is_tried_again_each_time_later_and_never_given_up(cast: Cast) -> None:
    message, at, waits = queued(cast), NOW, []

    for _ in range(len(AGAIN_AFTER) + 2):
        held = messages.claim(at=at)
        assert held == message
        after = messages.mark_failed(held, NotSent.NO_SERVER, by=cast.adi, at=at).send_after
        waits.append(after - at)
        assert messages.claim(at=after - SECOND) is None
        at = after

    assert waits == [*AGAIN_AFTER, AGAIN_AFTER[-1], AGAIN_AFTER[-1]]
    assert last_act()[0] == "send message failed: no_server"


def test_after_some_tries_somebody_should_look_at_it(cast: Cast) -> None:
    message, at = queued(cast), NOW

    for number in range(1, TRIES + 1):
        assert not Message.objects.not_getting_through().exists()
        held = messages.claim(at=at)
        assert held is not None
        at = messages.mark_failed(held, NotSent.ADDRESS, by=cast.adi, at=at).send_after
        assert fresh(message).is_not_getting_through is (number == TRIES)

    assert list(Message.objects.not_getting_through()) == [message]
    held = messages.claim(at=at)
    assert held is not None
    messages.mark_sent(held, by=cast.adi, at=at)
    assert not Message.objects.not_getting_through().exists()
    assert fresh(message).failure == ""


def test_once_it_is_put_right_it_is_tried_at_once(cast: Cast) -> None:
    message = messages.mark_failed(claimed(cast), NotSent.ADDRESS, by=cast.adi, at=NOW)

    messages.try_again(message, by=cast.adi, at=NOW + SECOND)

    assert last_act() == act("try message again", message, cast.adi, NOW + SECOND)
    assert messages.claim(at=NOW + SECOND) == message


def test_what_is_no_longer_so_is_not_sent(cast: Cast) -> None:
    message = messages.mark_overtaken(claimed(cast), by=cast.adi, at=NOW)

    assert messages.claim(at=NOW + timedelta(days=9)) is None
    assert not message.is_waiting
    assert last_act() == act("message overtaken", message, cast.adi, NOW)


def test_whoever_comes_too_late_hears_that_it_is_done(cast: Cast) -> None:
    message = claimed(cast)
    messages.mark_sent(message, by=cast.adi, at=NOW)

    for verb in (messages.mark_sent, messages.mark_overtaken, messages.try_again):
        with pytest.raises(DoneWith):
            verb(message, by=cast.adi, at=NOW)
    with pytest.raises(DoneWith):
        messages.mark_failed(message, NotSent.REFUSED, by=cast.adi, at=NOW)


# Who sees it, and what the database refuses.


def test_those_whose_business_it_is_see_messages_of_their_organisation(cast: Cast) -> None:
    message = queued(cast)

    assert who_sees(message) == {"amina", "mara", "adi"}
    assert list(Message.objects.about("episode", [1042])) == [message]


def test_the_journal_names_the_message_and_no_child(cast: Cast) -> None:
    messages.mark_sent(claimed(cast), by=cast.adi, at=NOW)

    entries = JournalEntry.objects.filter(kind="message")
    assert entries.count() == 2
    assert set(entries.values_list("child_id", flat=True)) == {None}


def test_the_database_refuses_a_second_message_to_the_same(cast: Cast) -> None:
    for to in ({"people": [cast.amina]}, {"addresses": ["t@example.invalid"]}):
        [message] = messages.queue(letter(cast, str(to)), **to, by=cast.adi, at=NOW)
        message.pk = None
        with refused_by("a_recipient_is_told_once"):
            Message.objects.bulk_create([message])


def test_the_database_refuses_a_message_to_nobody_or_to_two(cast: Cast) -> None:
    queued(cast)

    with refused_by("a_message_goes_to_a_person_or_an_address"):
        Message.objects.update(person=None)
    with refused_by("a_message_goes_to_a_person_or_an_address"):
        Message.objects.update(address="t@example.invalid")


def test_the_database_refuses_a_message_sent_without_a_try_or_though_overtaken(cast: Cast) -> None:
    queued(cast)

    with refused_by("a_message_sent_was_tried_and_not_overtaken"):
        Message.objects.update(sent_at=NOW)
    with refused_by("a_message_sent_was_tried_and_not_overtaken"):
        Message.objects.update(tries=1, sent_at=NOW, overtaken_at=NOW)
