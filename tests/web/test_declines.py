"""After a no on the pages: what is asked, another way to the child, and the talk taken up later."""

import re

import pytest

from returnhome.casework import offers, tellings
from returnhome.casework.models import Attempt, CarersAsked, ChildSpokenTo, Episode, Offer, Reply
from returnhome.rules.codes import Answer, DeclinedBy
from tests.cast import Cast, asked_after_no, hours, offered, returned
from tests.web.asking import typed_at, words_of

CHILD, PARENT = DeclinedBy.CHILD, DeclinedBy.PARENT_OR_CARER


def declined(cast: Cast, whose: DeclinedBy, now, child: str = "kit") -> Episode:
    made = offered(returned(getattr(cast, child), at=now), by=cast.amina, at=now - hours(2))
    offers.answer(
        made,
        Answer.DECLINED,
        declined_by=whose,
        reason="Did not want to say",
        by=cast.amina,
        at=now - hours(1),
    )
    return Episode.objects.get(pk=made.episode_id)


def test_one_question_leads_to_the_next_and_the_episode_leaves_the_list(as_, cast: Cast, now):
    episode = declined(cast, CHILD, now)
    amina, page = as_("amina"), f"/episodes/{episode.pk}"

    spoken = amina.post(
        f"{page}/spoken-to",
        {"is_spoken_to": "yes", "by_whom": "Ines Okafor", "means": "telephone", "why_not": ""},
    )
    understood = amina.post(
        f"{page}/understanding", {"judged": "able", "because": "Said why, in her words"}
    )
    asked = amina.post(
        f"{page}/carers",
        {
            "is_asked": "yes",
            "whom": "His mother",
            "means": "telephone",
            "said": "He was at the skate park.",
            **typed_at("asked_at", now - hours(0.5)),
        },
        follow=True,
    )

    assert spoken.headers["Location"] == f"{page}/understanding"
    assert understood.headers["Location"] == f"{page}/carers"
    words = words_of(asked)
    assert "Nothing more is owed" in words
    assert "Yes, by telephone, by Ines Okafor" in words
    assert re.search(r"Asked .+: His mother", words)
    assert "He was at the skate park." in words
    assert "They would like the talk now" in words


def test_the_work_list_names_what_is_asked_first_and_counts_no_hours(as_, cast: Cast, now):
    declined(cast, CHILD, now)

    words = words_of(as_("amina").get("/"))

    assert "Say if the child was spoken to" in words
    assert "No interview held" in words
    assert "Still to ask after the no" in words


def test_after_a_parents_no_the_list_and_the_episode_ask_for_another_way(as_, cast: Cast, now):
    episode = declined(cast, PARENT, now)

    listed = words_of(as_("amina").get("/"))
    page = words_of(as_("amina").get(f"/episodes/{episode.pk}"))
    ways = words_of(as_("amina").get(f"/episodes/{episode.pk}/reach"))

    assert "Reach the child another way" in listed
    assert "Reach the child another way" in page
    assert "Through their social worker Not tried yet." in ways


def test_another_way_that_reached_the_child_is_an_offer_and_asks_for_the_answer(
    as_, cast: Cast, now
):
    episode = declined(cast, PARENT, now)
    form = {"by_way_of": "school", "is_reached": "yes", "means": "in_person", "note": "Ms Roy"}

    response = as_("amina").post(
        f"/episodes/{episode.pk}/reach", form | typed_at("reached_at", now)
    )

    offer = Offer.objects.order_by("-pk")[0]
    assert response.headers["Location"] == f"/offers/{offer.pk}/answer"
    assert (offer.by_way_of, offer.reached) == ("school", "child")
    seen = words_of(as_("amina").get(f"/episodes/{episode.pk}"))
    assert "Offered to the child, in person, through the school" in seen


def test_another_way_that_reached_nobody_is_an_attempt_and_the_child_is_still_to_be_reached(
    as_, cast: Cast, now
):
    episode = declined(cast, PARENT, now)
    form = {"by_way_of": "social_worker", "is_reached": "no", "means": "telephone"}

    as_("amina").post(f"/episodes/{episode.pk}/reach", form | typed_at("reached_at", now))

    assert Attempt.objects.get().by_way_of == "social_worker"
    ways = words_of(as_("amina").get(f"/episodes/{episode.pk}/reach"))
    assert "Through their social worker Tried 1 time." in ways


@pytest.mark.parametrize(
    ("page", "form", "sentence"),
    [
        ("reach", {}, "Select which way"),
        ("reach", {"by_way_of": "the moon", "is_reached": "no", "means": "x"}, "Select which way"),
        ("take-up", {}, "Select how"),
        ("spoken-to", {}, "Answer “Was the child themselves spoken to about it?”"),
        ("spoken-to", {"is_spoken_to": "yes"}, "Enter who spoke with the child"),
        ("spoken-to", {"is_spoken_to": "no"}, "Say why the child was not spoken to"),
        (
            "spoken-to",
            {"is_spoken_to": "no", "why_not": "Mum rang"},
            "this was not their own no",
        ),
        ("understanding", {}, "Select whether the child understood"),
        ("understanding", {"judged": "able"}, "Say what this rests on"),
        ("carers", {}, "Answer “Were the carers asked what they know?”"),
        ("carers", {"is_asked": "yes", "whom": "Mum", "means": "text"}, "Enter the time they"),
        ("carers", {"is_asked": "no"}, "Say why the carers are not asked"),
    ],
)
def test_half_an_answer_says_what_is_missing(as_, cast: Cast, now, page, form, sentence):
    episode = declined(cast, CHILD, now)

    response = as_("amina").post(f"/episodes/{episode.pk}/{page}", form | {"sent": "yes"})

    assert response.status_code == 200
    assert sentence in words_of(response)
    assert not ChildSpokenTo.objects.exists()
    assert not CarersAsked.objects.exists()


def test_where_a_parent_may_be_the_risk_the_page_says_not_to_ask_and_offers_the_reason(
    as_, cast: Cast, now
):
    episode = declined(cast, CHILD, now)
    tellings.note_parental_risk(cast.kit, "He is afraid", by=cast.amina, at=now - hours(9))

    shown = as_("amina").get(f"/episodes/{episode.pk}/carers")
    sent = as_("amina").post(
        f"/episodes/{episode.pk}/carers",
        {"is_asked": "yes", "whom": "Dad", "means": "text", **typed_at("asked_at", now)},
    )

    assert "do not ask a parent" in words_of(shown)
    assert "A note stands that a parent may be the risk" in shown.content.decode()
    assert 'value="no" checked' in shown.content.decode()
    assert "Say who this is, and why they are safe to ask" in words_of(sent)
    assert "Do not ask a parent." in words_of(as_("amina").get(f"/episodes/{episode.pk}"))


def test_a_child_takes_the_talk_up_by_one_button_and_it_is_booked_next(as_, cast: Cast, now):
    episode = asked_after_no(declined(cast, CHILD, now), by=cast.amina, at=now)

    response = as_("amina").post(
        f"/episodes/{episode.pk}/take-up",
        {"means": "text", "note": "With Ines, at school", **typed_at("said_at", now)},
    )

    assert response.headers["Location"] == f"/episodes/{episode.pk}/book"
    booking = words_of(as_("amina").get(response.headers["Location"]))
    assert "With Ines, at school" in booking
    assert Reply.objects.order_by("-pk")[0].answer == "accepted"
    assert "Would like the talk now, by text message" in words_of(
        as_("amina").get(f"/episodes/{episode.pk}")
    )


def test_where_there_is_nothing_to_take_up_the_page_leads_back(as_, cast: Cast, now):
    episode = returned(cast.kit, at=now)

    response = as_("amina").get(f"/episodes/{episode.pk}/take-up")

    assert response.headers["Location"] == f"/episodes/{episode.pk}"
    assert "They would like the talk now" not in words_of(
        as_("amina").get(f"/episodes/{episode.pk}")
    )


@pytest.mark.parametrize("name", ["owen", "wes", "sol", "ana", "pat"])
def test_whoever_may_not_offer_finds_none_of_these_pages(as_, cast: Cast, now, name):
    episode = declined(cast, CHILD, now, "sky")
    pages = ("reach", "take-up", "spoken-to", "understanding", "carers")

    found = [as_(name).get(f"/episodes/{episode.pk}/{page}").status_code for page in pages]

    assert found == [404] * 5


def test_the_host_does_not_read_what_was_asked_after_the_no(as_, cast: Cast, now):
    owing = declined(cast, CHILD, now, "sky")
    before = words_of(as_("wes").get(f"/episodes/{owing.pk}"))
    asked_after_no(owing, by=cast.amina, at=now)
    after = words_of(as_("wes").get(f"/episodes/{owing.pk}"))

    assert "After the no" not in before + after
    assert "Her social worker" not in after


def test_a_no_of_before_this_was_asked_owes_nothing_and_can_have_it_said(as_, cast: Cast, now):
    episode = declined(cast, CHILD, now)
    Episode.objects.filter(pk=episode.pk).update(no_owes=[], settled_at=now)

    words = words_of(as_("amina").get(f"/episodes/{episode.pk}"))

    assert "Nothing more is owed" in words
    assert "What do the carers know? Ask the carers" in words
    assert "Still to ask" not in words


def test_a_reason_that_names_a_no_leads_to_what_it_leaves_to_ask(as_, cast: Cast, now):
    episode = returned(cast.kit, at=now)
    form = {"reason": "declined_by_child", "note": "", "covered_by": ""}

    response = as_("amina").post(f"/episodes/{episode.pk}/not-hold", form)

    assert response.headers["Location"] == f"/episodes/{episode.pk}/spoken-to"


@pytest.mark.check
@pytest.mark.parametrize("page", ["reach", "take-up", "spoken-to", "understanding", "carers"])
def test_each_page_asks_the_database_a_fixed_number_of_times(
    as_, cast: Cast, now, page, django_assert_max_num_queries
):
    episode = declined(cast, CHILD, now)
    for _ in range(20):
        offers.attempt(episode, means="text", made_at=now, by=cast.amina, at=now)
    client = as_("amina")

    with django_assert_max_num_queries(22):
        assert client.get(f"/episodes/{episode.pk}/{page}").status_code == 200
