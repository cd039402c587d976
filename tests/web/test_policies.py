"""The page on which a manager notes what the council's own policy says."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from returnhome.casework import episodes, ways_in
from returnhome.casework.models import Episode, LocalPolicy
from returnhome.rules.codes import Device, EpisodeKind
from returnhome.rules.policies import PolicyKey
from tests.cast import Cast, hours, missing, returned
from tests.web.asking import words_of

pytestmark = pytest.mark.check


def typed(says: str, since: date) -> dict[str, str]:
    return {
        "says": says,
        "since-day": str(since.day),
        "since-month": str(since.month),
        "since-year": str(since.year),
    }


def noted(cast: Cast, key: PolicyKey, says_yes: bool, since: date, at: datetime) -> LocalPolicy:
    return episodes.set_policy(
        cast.northshire, key, says_yes=says_yes, since=since, by=cast.mara, at=at
    )


def test_the_page_asks_three_questions_that_nobody_has_answered(as_, cast: Cast):
    words = words_of(as_("mara").get("/policies"))

    for key in PolicyKey:
        assert key.question in words
    assert words.count("Nobody has said") == 3
    assert "While nobody has said so, a talk is offered." in words


def test_mara_notes_an_answer_and_what_is_unfinished_follows(as_, cast: Cast, now):
    episode = missing(
        cast.robin,
        last_seen=now - hours(30),
        returned=now - hours(9),
        kind=EpisodeKind.AWAY,
        at=now,
    )
    episodes.take_on(episode, by=cast.amina, at=now)

    response = as_("mara").post("/policies/away_talk/set", typed("no", date(2025, 4, 1)))

    assert response.headers["Location"] == "/policies"
    assert "No, since 1 April 2025" in words_of(as_("mara").get("/policies"))
    assert Episode.objects.get(pk=episode.pk).is_settled


def test_mara_demands_that_a_person_always_looks(as_, cast: Cast):
    mara = as_("mara")
    page = words_of(mara.get("/policies/person_always/set"))
    assert "Does a person always say who a child is" in page
    assert "what is joined stays joined" in page

    mara.post("/policies/person_always/set", typed("yes", date(2025, 4, 1)))

    assert LocalPolicy.objects.get().key == PolicyKey.PERSON_ALWAYS
    assert "Yes, since 1 April 2025" in words_of(mara.get("/policies"))


def test_all_answers_stay_on_the_page_with_who_noted_them(as_, cast: Cast, now):
    noted(cast, PolicyKey.ADULT_TALK, True, date(2024, 4, 1), now)
    noted(cast, PolicyKey.ADULT_TALK, False, date(2025, 4, 1), now)
    coming = now.date() + timedelta(days=40)
    noted(cast, PolicyKey.ADULT_TALK, True, coming, now)

    words = words_of(as_("mara").get("/policies"))

    assert "No, since 1 April 2025" in words
    assert f"From {coming.day} {coming:%B %Y}: yes" in words
    assert "All answers, and who noted them (3)" in words
    assert "1 April 2024 Yes Mara Whitfield" in words


def test_the_same_answer_again_is_refused_and_a_day_that_is_none(as_, cast: Cast, now):
    noted(cast, PolicyKey.AWAY_TALK, True, date(2024, 4, 1), now)
    page = "/policies/away_talk/set"

    again = as_("mara").post(page, typed("yes", date(2025, 4, 1)))
    assert "That is what the policy says on that day already." in words_of(again)
    assert 'value="2025"' in again.content.decode()

    wrong = as_("mara").post(page, typed("no", date(2025, 4, 1)) | {"since-month": "13"})
    assert "The day it counts from must be a real date" in words_of(wrong)
    assert LocalPolicy.objects.count() == 1


def test_only_a_manager_finds_the_way_there(as_, cast: Cast):
    assert 'href="/policies"' in as_("mara").get("/set-up").content.decode()
    assert 'href="/policies"' not in as_("amina").get("/set-up").content.decode()


@pytest.mark.parametrize("who", ["owen", "amina", "sol", "ines", "wes", "pat", "ana", "adi"])
def test_owen_and_whoever_is_no_manager_cannot_tell_that_there_is_such_a_page(
    as_, cast: Cast, who: str
):
    for page in ("/policies", "/policies/away_talk/set"):
        assert as_(who).get(page).status_code == 404
    assert (
        as_(who).post("/policies/away_talk/set", typed("no", date(2025, 4, 1))).status_code == 404
    )
    assert not LocalPolicy.objects.exists()


def test_there_are_no_other_questions(as_, cast: Cast):
    assert as_("mara").get("/policies/free_lunch/set").status_code == 404


def test_the_page_asks_a_fixed_number_of_times(as_, cast: Cast, now, django_assert_max_num_queries):
    for year in range(2010, 2026):
        noted(cast, PolicyKey.AWAY_TALK, bool(year % 2), date(year, 4, 1), now)
    mara = as_("mara")

    with django_assert_max_num_queries(8):
        assert mara.get("/policies").status_code == 200


def test_mara_says_what_the_talk_is_called_and_the_child_reads_it(as_, cast: Cast, now):
    mara = as_("mara")
    assert "What is the talk called to a child? chat" in words_of(mara.get("/policies"))

    mara.post("/policies/name-of-the-talk", {"name": "missing  chat"})

    _, secret = ways_in.make(
        returned(cast.sky, at=now), device=Device.OWN, language="en", by=cast.amina, at=now
    )
    child = Client()
    child.post(f"/m/{secret}")
    child.post("/m/first")
    assert "Choose your missing chat" in words_of(child.get("/m/"))
    assert "Choose your missing chat" in words_of(child.get("/m/?in=en-easy"))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Say what the talk is called"),
        ("Absconder talk", "Choose another name"),
        ("x" * 41, "40"),
    ],
)
def test_a_name_that_blames_or_is_none_is_refused(as_, cast: Cast, name, sentence):
    page = words_of(as_("mara").post("/policies/name-of-the-talk", {"name": name}))

    assert sentence in page
    assert as_("amina").get("/policies/name-of-the-talk").status_code == 404
