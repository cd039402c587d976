"""Webhooks: one for an organisation, told once of each thing, tried again, and at last ended."""

from datetime import timedelta
from typing import Any

import pytest

from returnhome.casework import acting, staff, webhooks
from returnhome.casework.models import (
    Call,
    CallTry,
    JournalEntry,
    Message,
    Organisation,
    Webhook,
)
from returnhome.casework.webhooks import News
from returnhome.rules.codes import NotCalled, Role, WebhookEvent
from returnhome.rules.webhooks import (
    MOST_TRIES,
    AddressWrong,
    EndedAlready,
    OneAlready,
)
from tests.casework.ledger import fresh, refused_by
from tests.cast import NOW, Cast, hours

pytestmark = pytest.mark.check

ADDRESS = "https://example.gov.uk/returnhome"
DAY = timedelta(days=1)


@pytest.fixture
def hook(cast: Cast) -> Webhook:
    return webhooks.set_up(cast.northshire_council, ADDRESS, by=cast.adi, at=NOW)


def news(hook: Webhook, number: int = 7, **said: Any) -> News:
    given = {
        "event": WebhookEvent.RETURNED,
        "organisation_id": hook.organisation_id,
        "episode_id": number,
        "since": NOW,
        "key": f"returned {number}",
    } | said
    return News(**given)


def queued(hook: Webhook, *all_news: News, at: Any = NOW) -> list[Call]:
    return webhooks.queue(all_news or [news(hook)], by=staff.clockwork(), at=at)


def failed(hook: Webhook, at: Any, why: NotCalled = NotCalled.NO_ANSWER, **more: Any) -> Call:
    """Whatever is due is tried in vain."""
    call = webhooks.claim(at=at)
    assert call
    return webhooks.mark_failed(call, why, by=staff.clockwork(), at=at, **more)


def test_its_secret_is_kept_in_cipher_and_given_to_its_maker(hook: Webhook, cast: Cast) -> None:
    assert hook.secret.startswith("whsec_")
    assert fresh(hook).secret == hook.secret
    assert hook.secret != webhooks.new_secret()
    assert JournalEntry.objects.get(verb="set up webhook").by_id == cast.adi.pk


def test_an_organisation_has_one_at_a_time(hook: Webhook, cast: Cast) -> None:
    with pytest.raises(OneAlready):
        webhooks.set_up(cast.northshire_council, ADDRESS, by=cast.adi, at=NOW)
    with refused_by("an_organisation_has_one_webhook"):
        Webhook.objects.create(
            organisation=cast.northshire_council, address=ADDRESS, made_at=NOW, made_by=cast.adi
        )

    webhooks.end(hook, by=cast.adi, at=NOW)
    webhooks.set_up(cast.northshire_council, ADDRESS, by=cast.adi, at=NOW)


def test_of_an_address_inside_a_network_none_is_set_up(cast: Cast, settings: Any) -> None:
    settings.WEBHOOKS_ANYWHERE = False
    with pytest.raises(AddressWrong):
        webhooks.set_up(cast.northshire_council, "https://10.0.0.1/", by=cast.adi, at=NOW)


def test_while_a_secret_is_changed_both_sign_and_after_a_day_the_new_one_alone(
    hook: Webhook, cast: Cast
) -> None:
    renewed = webhooks.renew_secret(hook, by=cast.adi, at=NOW)

    assert renewed.secrets(NOW) == [renewed.secret, hook.secret]
    assert renewed.secrets(NOW + DAY) == [renewed.secret]


def test_what_has_ended_is_not_changed_any_more(hook: Webhook, cast: Cast) -> None:
    webhooks.end(hook, by=cast.adi, at=NOW)

    for verb in (webhooks.end, webhooks.renew_secret, webhooks.try_out):
        with pytest.raises(EndedAlready):
            verb(hook, by=cast.adi, at=NOW)


def test_only_its_administrators_see_it_and_what_it_was_sent(hook: Webhook, cast: Cast) -> None:
    queued(hook)
    failed(hook, NOW)

    for model in (Webhook, Call, CallTry):
        assert model.objects.visible_to(cast.adi).exists()  # type: ignore[attr-defined]
        for who in (cast.mara, cast.amina, cast.wes, cast.pat):
            assert not model.objects.visible_to(who).exists()  # type: ignore[attr-defined]


# What is told.


def test_each_thing_is_told_once(hook: Webhook) -> None:
    assert len(queued(hook, news(hook, 7), news(hook, 8))) == 2
    assert queued(hook, news(hook, 7), news(hook, 8), at=NOW + hours(9)) == []


def test_what_began_long_before_it_was_set_up_is_left_to_the_work_list(hook: Webhook) -> None:
    told = queued(
        hook,
        news(hook, 7, since=NOW - hours(72)),
        news(hook, 8, since=NOW - hours(73)),
    )

    assert [call.about_id for call in told] == [7]


def test_another_organisation_is_told_nothing(hook: Webhook, cast: Cast) -> None:
    other = cast.westborough_council.pk
    assert queued(hook, news(hook, organisation_id=other)) == []


def test_it_says_what_happened_by_number_and_where_and_no_name(hook: Webhook) -> None:
    (call,) = queued(hook)

    assert call.says == {
        "type": "episode.returned",
        "timestamp": "2026-03-02T09:00:00Z",
        "data": {
            "organisation": hook.organisation_id,
            "episode": 7,
            "page": "http://localhost:8000/episodes/7",
        },
    }
    assert call.name == f"msg_{call.number.hex}"


# What comes of it.


def test_a_call_taken_is_done_with(hook: Webhook) -> None:
    queued(hook)
    call = webhooks.claim(at=NOW)
    assert call

    webhooks.mark_taken(call, 204, by=staff.clockwork(), at=NOW)

    assert webhooks.claim(at=NOW + DAY) is None
    assert CallTry.objects.get().in_words == "Taken (204)"


def test_who_is_stopped_in_the_middle_forgets_nothing(hook: Webhook) -> None:
    queued(hook)
    webhooks.claim(at=NOW)

    assert webhooks.claim(at=NOW + timedelta(seconds=59)) is None
    assert webhooks.claim(at=NOW + webhooks.HOLD)


def test_it_is_tried_again_each_time_later_and_at_last_given_up(hook: Webhook) -> None:
    queued(hook)
    at, waits = NOW, []
    for _ in range(MOST_TRIES - 1):
        call = failed(hook, at, code=503)
        waits.append(call.send_after - at)
        at = call.send_after
    last = failed(hook, at)

    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=30)
    assert last.is_given_up
    assert webhooks.claim(at=at + DAY) is None
    assert CallTry.objects.count() == MOST_TRIES
    assert CallTry.objects.first().in_words == "Nobody answered in time (503)"  # type: ignore[union-attr]


def test_what_else_waits_for_an_address_that_does_not_answer_waits_along(hook: Webhook) -> None:
    queued(hook, news(hook, 7), news(hook, 8), news(hook, 9))

    failed(hook, NOW)

    assert webhooks.claim(at=NOW + timedelta(seconds=29)) is None
    assert sorted(Call.objects.values_list("tries", flat=True)) == [0, 0, 1]
    first = webhooks.claim(at=NOW + timedelta(seconds=30))
    assert first
    assert first.about_id == 7


def test_a_test_is_tried_once(hook: Webhook, cast: Cast) -> None:
    call = webhooks.try_out(hook, by=cast.adi, at=NOW)
    assert "episode" not in call.says["data"]

    assert failed(hook, NOW).is_given_up


def test_after_three_days_of_nothing_it_ends_and_the_administrators_are_told(
    hook: Webhook, cast: Cast
) -> None:
    queued(hook)
    failed(hook, NOW)
    assert fresh(hook).failing_since == NOW
    failed(hook, NOW + 2 * DAY)
    assert fresh(hook).ended_at is None

    failed(hook, NOW + 3 * DAY)

    assert fresh(hook).ended_at == NOW + 3 * DAY
    assert webhooks.claim(at=NOW + 9 * DAY) is None
    letter = Message.objects.get()
    assert letter.person == cast.adi
    assert "not called any more" in letter.subject
    assert "/webhooks" in letter.text


def test_two_failures_days_apart_are_no_three_days_of_nothing(hook: Webhook, cast: Cast) -> None:
    webhooks.try_out(hook, by=cast.adi, at=NOW)
    failed(hook, NOW)
    queued(hook)

    failed(hook, NOW + 4 * DAY)

    assert fresh(hook).ended_at is None


def test_one_that_gets_through_begins_the_count_anew(hook: Webhook) -> None:
    queued(hook, news(hook, 7), news(hook, 8))
    failed(hook, NOW)
    later = NOW + timedelta(seconds=30)
    call = webhooks.claim(at=later)
    assert call
    webhooks.mark_taken(call, 200, by=staff.clockwork(), at=later)

    assert fresh(hook).failing_since is None
    failed(hook, NOW + 4 * DAY)
    assert fresh(hook).ended_at is None


def test_the_clockwork_may_do_all_of_it_and_reads_no_name_for_it(hook: Webhook) -> None:
    with acting.as_system(acting.CLOCKWORK):
        queued(hook)
        failed(hook, NOW)
        failed(hook, NOW + DAY)
        failed(hook, NOW + 3 * DAY)

    assert fresh(hook).ended_at


def test_the_database_refuses_what_cannot_be(hook: Webhook, cast: Cast) -> None:
    (call,) = queued(hook)

    with refused_by("a_webhook_is_ended_by_somebody"):
        Webhook.objects.filter(pk=hook.pk).update(ended_at=NOW)
    with refused_by("a_webhook_is_told_once"):
        Call.objects.create(
            webhook=hook,
            event=call.event,
            key=call.key,
            made_at=NOW,
            made_by=cast.adi,
            send_after=NOW,
        )
    with refused_by("a_call_given_up_is_done_with"):
        Call.objects.filter(pk=call.pk).update(is_given_up=True)
    with refused_by("a_try_was_answered_or_says_why_not"):
        CallTry.objects.create(call=call, at=NOW, by=cast.adi)


def test_an_administrator_of_elsewhere_is_not_told(hook: Webhook, cast: Cast) -> None:
    elsewhere = staff.add_person(
        "eve@example.invalid", "Eve Hart", password=None, by=cast.adi, at=NOW
    )
    eastmoor = Organisation.objects.get(name="Eastmoor Council")
    staff.appoint(elsewhere, Role.ADMINISTRATOR, eastmoor, since=NOW.date(), by=cast.adi, at=NOW)
    queued(hook)
    failed(hook, NOW)
    failed(hook, NOW + DAY)
    failed(hook, NOW + 3 * DAY)

    assert {message.person for message in Message.objects.all()} == {cast.adi}
