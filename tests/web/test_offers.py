"""Offering an interview on the pages: what reached whom, what did not, and the answer."""

from datetime import datetime, timedelta

import pytest

from returnhome.casework import episodes, offers
from returnhome.casework.models import Attempt, Episode, JournalEntry, Offer, Reply
from returnhome.rules.codes import Answer, DeclinedBy
from tests.cast import Cast, asked_after_no, hours, missing, offered, returned
from tests.web.asking import typed_at, words_of


def typed(at: datetime, **changes: str) -> dict[str, str]:
    return {"means": "telephone", "reached": "child", "note": "", **typed_at("offered_at", at)} | (
        changes
    )


def answered(at: datetime, answer: str, **more: str) -> dict[str, str]:
    return {"answer": answer, **typed_at("given_at", at), **more}


def test_amina_offers_an_interview_and_is_asked_for_the_answer(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)

    response = as_("amina").post(f"/episodes/{episode.pk}/offer", typed(now - hours(1)))

    offer = Offer.objects.get()
    assert response.headers["Location"] == f"/offers/{offer.pk}/answer"
    assert offer.reached == "child"
    assert Episode.objects.get(pk=episode.pk).offered_at == offer.made_at


def test_an_offer_through_a_carer_leads_back_to_the_episode(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    page = f"/episodes/{episode.pk}/offer"

    response = as_("amina").post(page, typed(now - hours(1), reached="carer"))

    assert response.headers["Location"] == f"/episodes/{episode.pk}"


def test_the_page_of_an_offer_tells_the_clock_and_what_was_done_before(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    offers.attempt(
        episode, means="text", made_at=now - hours(2), note="No reply", by=cast.ines, at=now
    )

    words = words_of(as_("amina").get(f"/episodes/{episode.pk}/offer"))

    assert "Sky Marlowe" in words
    assert "2 days 13 hours left" in words
    assert "Tried, by text message, and reached nobody" in words
    assert "Ines Okafor No reply" in words


def test_an_offer_before_the_child_was_found_is_refused_and_nothing_typed_is_lost(
    as_, cast: Cast, now
):
    episode = returned(cast.sky, at=now)
    note = "Mum says she is asleep.\nTry at 5pm."

    response = as_("amina").post(
        f"/episodes/{episode.pk}/offer", typed(now - hours(12), note=note, means="letter")
    )

    page = response.content.decode()
    assert "This is before the child was found." in words_of(response)
    assert 'href="#id_offered_at-day"' in page
    assert "Mum says she is asleep.&#10;Try at 5pm." in page
    assert 'value="letter" checked' in page
    assert not Offer.objects.exists()


def test_nothing_can_be_offered_while_the_child_is_missing(as_, cast: Cast, now):
    episode = missing(cast.sky, last_seen=now - hours(5), at=now)

    response = as_("amina").post(f"/episodes/{episode.pk}/offer", typed(now))

    assert "The child is still missing" in words_of(response)


def test_an_attempt_that_reached_nobody_is_not_an_offer(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    form = {"means": "telephone", "note": "Rang out", **typed_at("attempted_at", now - hours(1))}

    response = as_("ines").post(f"/episodes/{episode.pk}/attempt", form)

    assert response.status_code == 302
    assert Attempt.objects.get().note == "Rang out"
    assert Episode.objects.get(pk=episode.pk).offered_at is None


def test_a_childs_yes_leads_on_to_the_booking(as_, cast: Cast, now):
    offer = offered(returned(cast.sky, at=now), by=cast.amina, at=now - hours(2))

    response = as_("amina").post(
        f"/offers/{offer.pk}/answer", answered(now - hours(1), "accepted"), follow=True
    )

    assert "Accepted. Book the interview next." in words_of(response)
    given = (now - hours(1)).replace(second=0)
    assert Episode.objects.get(pk=offer.episode_id).answered_at == given


def test_a_parents_no_says_plainly_that_the_offer_stays_open(as_, cast: Cast, now):
    offer = offered(returned(cast.kit, at=now), by=cast.amina, at=now - hours(2))
    form = answered(now, "declined", declined_by="parent_or_carer", reason="Too tired")

    response = as_("amina").post(f"/offers/{offer.pk}/answer", form, follow=True)

    episode = Episode.objects.get(pk=offer.episode_id)
    assert "The offer to the child stays open" in words_of(response)
    assert not episode.is_settled


def test_a_childs_no_ends_the_work_for_now(as_, cast: Cast, now):
    offer = offered(returned(cast.kit, at=now), by=cast.amina, at=now - hours(2))
    form = answered(now, "declined", declined_by="child", reason="Did not want to say")

    response = as_("amina").post(f"/offers/{offer.pk}/answer", form)

    episode = Episode.objects.get(pk=offer.episode_id)
    assert response.headers["Location"] == f"/episodes/{episode.pk}/spoken-to"
    assert not episode.is_settled
    assert asked_after_no(episode, by=cast.amina, at=now).is_settled


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({}, "Answer “Who declined?”"),
        ({"declined_by": "child"}, "Say why, or that they did not want to say."),
    ],
)
def test_a_decline_says_whose_it_was_and_why(as_, cast: Cast, now, more, sentence):
    offer = offered(returned(cast.kit, at=now), by=cast.amina, at=now - hours(2))

    response = as_("amina").post(f"/offers/{offer.pk}/answer", answered(now, "declined", **more))

    assert sentence in words_of(response)
    assert not Reply.objects.exists()


def test_an_answer_before_the_offer_is_refused(as_, cast: Cast, now):
    offer = offered(returned(cast.kit, at=now), by=cast.amina, at=now - hours(2))

    response = as_("amina").post(f"/offers/{offer.pk}/answer", answered(now - hours(3), "accepted"))

    assert "before the offer was made" in words_of(response)


def test_an_offer_already_answered_says_so(as_, cast: Cast, now):
    offer = offered(returned(cast.kit, at=now), by=cast.amina, at=now - hours(2))
    offers.answer(offer, Answer.ACCEPTED, by=cast.amina, at=now - hours(1))

    seen = as_("amina").get(f"/offers/{offer.pk}/answer", follow=True)
    sent = as_("amina").post(
        f"/offers/{offer.pk}/answer",
        answered(now, "declined", declined_by="child", reason="Changed her mind"),
    )

    assert "This offer has been answered" in words_of(seen)
    assert "This offer has been answered" in words_of(sent)
    assert "Changed her mind" in sent.content.decode()


def test_owen_cannot_tell_that_the_offer_exists(as_, cast: Cast, now):
    offer = offered(returned(cast.sky, at=now), by=cast.amina, at=now)
    pages = (
        f"/episodes/{offer.episode_id}/offer",
        f"/episodes/{offer.episode_id}/attempt",
        f"/offers/{offer.pk}/answer",
    )

    assert [as_("owen").get(page).status_code for page in pages] == [404] * 3
    assert [as_("owen").post(page, {}).status_code for page in pages] == [404] * 3


@pytest.mark.parametrize("name", ["wes", "sol", "ana", "adi", "pat"])
def test_whoever_may_not_offer_finds_no_page(as_, cast: Cast, now, name):
    episode = returned(cast.sky, at=now)

    assert as_(name).get(f"/episodes/{episode.pk}/offer").status_code == 404


def test_looking_at_an_offer_is_journalled(as_, cast: Cast, now):
    offer = offered(returned(cast.sky, at=now), by=cast.amina, at=now)

    as_("ines").get(f"/offers/{offer.pk}/answer")

    entry = JournalEntry.objects.newest_first().first()
    assert (entry.verb, entry.kind, entry.object_id) == ("read", "offer", offer.pk)
    assert (entry.by_id, entry.child_id) == (cast.ines.pk, cast.sky.pk)


@pytest.mark.check
def test_the_page_of_an_offer_asks_the_database_a_fixed_number_of_times(
    as_, cast: Cast, now, django_assert_max_num_queries
):
    episode = returned(cast.sky, at=now)
    for number in range(20):
        at = now - timedelta(minutes=30 - number)
        offer = offered(episode, by=cast.amina, at=at)
        offers.answer(
            offer,
            Answer.DECLINED,
            declined_by=DeclinedBy.PARENT_OR_CARER,
            reason="No",
            by=cast.amina,
            at=at,
        )
    amina = as_("amina")

    with django_assert_max_num_queries(16):
        response = amina.get(f"/episodes/{episode.pk}/offer")

    assert "What was done before (40)" in words_of(response)


def test_what_was_typed_is_not_lost_when_a_colleague_takes_the_episode_out(as_, cast: Cast, now):
    episode = returned(cast.kit, at=now)
    episodes.void(episode, because="Another child's", by=cast.mara, at=now)
    typed = {
        "means": "telephone",
        "reached": "child",
        "note": "Kit said he would think about it.",
        **typed_at("offered_at", now - hours(1)),
    }

    response = as_("amina").post(f"/episodes/{episode.pk}/offer", typed)

    assert "recorded in error" in words_of(response)
    assert "Kit said he would think about it." in words_of(response)
    assert not episode.offers.exists()
