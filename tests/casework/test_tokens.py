"""Tokens for programs: shown once, good for a time, and an answer kept for who asks twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from returnhome.casework import acting, staff, tokens
from returnhome.casework.models import (
    JournalEntry,
    KeptAnswer,
    Message,
    Notification,
    Person,
    Token,
)
from returnhome.rules.codes import TokenScope
from returnhome.rules.tokens import EndedAlready, LastsTooLong, NameMissing, NothingToDo
from tests.casework.ledger import fresh, refused_by, who_sees
from tests.cast import NOW, Cast

SUMMER = date(2026, 6, 1)
Make = Callable[..., tuple[Token, str]]


@pytest.fixture
def make(cast: Cast) -> Make:
    """A token of the police, made by Adi, unless something else is said."""

    def made(**said: Any) -> tuple[Token, str]:
        told = {
            "organisation": cast.northshire_police,
            "name": "Records system",
            "scopes": list(TokenScope),
            "until": SUMMER,
            "by": cast.adi,
            "at": NOW,
        } | said
        return tokens.make(told.pop("organisation"), told.pop("name"), **told)

    return made


def test_a_token_is_given_once_and_only_a_digest_is_kept(make: Make) -> None:
    token, secret = make()

    kept = {str(value) for value in Token.objects.values().get(pk=token.pk).values()}
    assert secret.startswith("rht_")
    assert not any(secret in each for each in kept)
    assert token.digest == tokens.digest(secret)
    assert token.ending == secret[-4:]


def test_no_two_tokens_are_alike(make: Make) -> None:
    assert make()[1] != make()[1]


def test_its_program_acts_as_an_account_that_holds_no_role_and_never_signs_in(make: Make) -> None:
    account = make()[0].account

    assert account.name == "Records system (program of Northshire Police)"
    assert not account.is_active
    assert not account.has_usable_password()
    assert not account.posts.exists()


def test_who_made_and_ended_it_is_in_the_journal(cast: Cast, make: Make) -> None:
    token, _ = make()
    tokens.end(token, by=cast.adi, at=NOW)

    lines = JournalEntry.objects.filter(kind="token", object_id=token.pk).order_by("pk")
    assert [(line.verb, line.by_id) for line in lines] == [
        ("make token", cast.adi.pk),
        ("end token", cast.adi.pk),
    ]


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"name": "  "}, NameMissing),
        ({"scopes": []}, NothingToDo),
        ({"until": NOW.date()}, LastsTooLong),
        ({"until": NOW.date() + timedelta(days=367)}, LastsTooLong),
    ],
)
def test_a_token_has_a_name_a_purpose_and_an_end(make: Make, said: Any, refusal: Any) -> None:
    with pytest.raises(refusal):
        make(**said)


def test_a_token_shown_is_known_and_the_day_is_noted(make: Make) -> None:
    token, secret = make()

    assert tokens.shown(secret, at=NOW) == token
    assert fresh(token).last_used_on == NOW.date()


def test_it_is_good_to_the_end_of_its_last_day_and_not_after(make: Make) -> None:
    _, secret = make()
    last = NOW.replace(month=6, day=1, hour=22, minute=59)

    assert tokens.shown(secret, at=last)
    # In summer the day ends an hour before that of the clock that all compare by.
    assert tokens.shown(secret, at=last + timedelta(minutes=1)) is None


def test_an_ended_an_unknown_and_an_empty_one_are_answered_alike(cast: Cast, make: Make) -> None:
    token, secret = make()
    tokens.end(token, by=cast.adi, at=NOW)

    assert [tokens.shown(each, at=NOW) for each in (secret, "rht_x", "", "\0")] == [None] * 4
    with pytest.raises(EndedAlready):
        tokens.end(token, by=cast.adi, at=NOW)


def test_only_the_administrators_of_the_organisation_see_its_tokens(cast: Cast, make: Make) -> None:
    token, _ = make(organisation=cast.northshire_council)
    make()

    seen = {who: set(Token.objects.visible_to(getattr(cast, who))) for who in ("adi", "mara")}

    assert seen == {"adi": {token}, "mara": set()}


def test_a_role_that_ended_shows_no_token(cast: Cast, make: Make) -> None:
    make(organisation=cast.northshire_council)
    for post in cast.adi.posts.all():
        staff.end_post(post, on=NOW.date(), by=cast.mara, at=NOW)

    assert not Token.objects.visible_to(Person.objects.get(pk=cast.adi.pk)).exists()


def test_the_database_refuses_a_token_for_nothing_or_ended_by_nobody(make: Make) -> None:
    token, _ = make()

    with refused_by("a_token_is_for_something"):
        Token.objects.filter(pk=token.pk).update(scopes=[])
    with refused_by("a_token_is_ended_by_somebody"):
        Token.objects.filter(pk=token.pk).update(ended_at=NOW)


# The second lock.


def test_without_a_token_a_program_finds_no_notification(cast: Cast) -> None:
    with acting.by_token(tokens.digest("rht_made_up")):
        assert not Notification.objects.values_list("pk").exists()


# Asked twice, answered once.


def test_the_same_request_gets_the_same_answer_again(cast: Cast, make: Make) -> None:
    token, _ = make()

    assert tokens.begin(token.organisation, "K1", "body") is None
    tokens.keep(token, "K1", "body", {"results": [1]}, at=NOW)

    assert tokens.begin(token.organisation, "K1", "body") == {"results": [1]}
    with pytest.raises(tokens.UsedForAnother):
        tokens.begin(token.organisation, "K1", "another")
    assert tokens.begin(cast.northshire_council, "K1", "body") is None


def test_an_answer_is_kept_in_cipher_under_no_word_of_what_was_asked(make: Make) -> None:
    token, _ = make()
    tokens.keep(token, "K1", "Sky Marlowe", {"reason": "Sky Marlowe"}, at=NOW)

    with connection.cursor() as cursor:
        cursor.execute("select to_jsonb(each)::text from casework_keptanswer each")
        (row,) = cursor.fetchone()
    assert "Sky" not in row
    assert "K1" not in row


def test_the_database_keeps_one_answer_to_a_key(make: Make) -> None:
    token, _ = make()
    tokens.keep(token, "K1", "body", {}, at=NOW)

    with refused_by("an_idempotency_key_is_answered_once"):
        tokens.keep(token, "K1", "other", {}, at=NOW)


def test_after_a_week_answers_are_deleted(make: Make) -> None:
    token, _ = make()
    tokens.keep(token, "old", "body", {}, at=NOW - timedelta(days=7, minutes=1))
    tokens.keep(token, "new", "body", {}, at=NOW - timedelta(days=6))

    with acting.as_system(acting.CLOCKWORK):
        assert tokens.forget_answers(by=staff.clockwork(), at=NOW) == 1

    assert KeptAnswer.objects.count() == 1


@pytest.mark.check
def test_of_four_at_once_one_has_it_and_the_others_are_told_so(apart: Cast) -> None:
    organisation = apart.northshire_police
    together = Barrier(4)

    def ask(_: int) -> str:
        try:
            with transaction.atomic():
                try:
                    tokens.begin(organisation, "K1", "body")
                    return "has it"
                except tokens.InHand:
                    return "in hand"
                finally:
                    together.wait(20)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as desks:
        said = sorted(desks.map(ask, range(4)))

    assert said == ["has it", "in hand", "in hand", "in hand"]


def test_what_a_program_was_answered_is_for_nobody_of_the_organisation(make: Make) -> None:
    token, _ = make(organisation=Cast().northshire_council)
    tokens.keep(token, "K1", "body", {"results": [1]}, at=NOW)

    assert who_sees(KeptAnswer.objects.get()) == set()


# Before it runs out.


def reminded(on: date) -> list[str]:
    """Whom a look at seven in the morning of this day tells of it."""
    before = set(Message.objects.values_list("pk", flat=True))
    at = datetime(on.year, on.month, on.day, 7, tzinfo=NOW.tzinfo)
    tokens.remind(by=staff.clockwork(), at=at)
    added = Message.objects.exclude(pk__in=before).order_by("pk").select_related("person")
    return [each.recipient.partition("@")[0] for each in added]


def test_the_administrators_are_reminded_thirty_and_seven_days_before(
    make: Make, cast: Cast
) -> None:
    make(organisation=cast.northshire_council)

    told = {left: reminded(SUMMER - timedelta(days=left)) for left in (31, 30, 29, 8, 7, 1, 0, -1)}

    assert {left for left, people in told.items() if people} == {30, 7}
    assert told[30] == told[7] == ["adi"]
    message = Message.objects.latest("pk")
    assert "“Records system” of Northshire Council" in message.text
    assert "is good until the end of\nMonday 1 June 2026" in message.text
    assert "/tokens" in message.text


def test_what_one_night_missed_the_next_one_tells(make: Make, cast: Cast) -> None:
    make(organisation=cast.northshire_council)

    assert reminded(SUMMER - timedelta(days=12)) == ["adi"]
    assert reminded(SUMMER - timedelta(days=3)) == ["adi"]
    assert reminded(SUMMER) == []


def test_nobody_is_reminded_of_one_that_has_ended(make: Make, cast: Cast) -> None:
    token, _ = make(organisation=cast.northshire_council)
    tokens.end(token, by=cast.adi, at=NOW)

    assert reminded(SUMMER - timedelta(days=7)) == []


def test_a_reminder_that_has_not_left_is_not_sent_once_it_has_ended(make: Make, cast: Cast) -> None:
    token, _ = make(organisation=cast.northshire_council)
    reminded(SUMMER - timedelta(days=7))

    tokens.end(token, by=cast.adi, at=NOW)

    assert [message.overtaken_at for message in Message.objects.all()] == [NOW]


def test_of_one_made_for_a_week_nobody_is_reminded_at_once(make: Make, cast: Cast) -> None:
    make(organisation=cast.northshire_council, until=NOW.date() + timedelta(days=7))

    assert reminded(NOW.date()) == []


def test_where_no_administrator_is_left_whoever_made_it_is_told(make: Make, cast: Cast) -> None:
    make(organisation=cast.northshire_police)

    assert reminded(SUMMER - timedelta(days=30)) == ["adi"]
    Person.objects.filter(pk=cast.adi.pk).update(is_active=False)
    assert reminded(SUMMER - timedelta(days=7)) == []
