"""Reviewing signed records on the pages: what waits, what was found, what the author is to add."""

from datetime import datetime

import pytest
from django.test import Client

from returnhome.casework import interviews, reviews, staff
from returnhome.casework.models import Interview, Organisation, Review
from returnhome.rules.codes import Role
from returnhome.rules.reviewing import ReviewResult
from tests.cast import Cast, held, hours, returned, signed
from tests.web.asking import words_of


@pytest.fixture
def before(now: datetime) -> datetime:
    return now - hours(12)


@pytest.fixture
def record(cast: Cast, before: datetime) -> Interview:
    return signed(returned(cast.sky, at=before), interviewer=cast.ines, by=cast.amina, at=before)


def test_mara_sees_what_waits_and_says_what_is_to_be_added(as_, cast: Cast, record):
    mara = as_("mara")
    assert "1 signed record waits for your review" in words_of(mara.get("/"))
    assert "Sky Marlowe Ines Okafor" in words_of(mara.get("/reviews"))
    page = words_of(mara.get(f"/interviews/{record.pk}/review"))
    assert "I wanted to see my nan." in page

    got = mara.post(
        f"/interviews/{record.pk}/review", {"result": "to_add", "comment": "Who was there?"}
    )

    assert got.headers["Location"] == "/reviews"
    page = words_of(mara.get("/reviews"))
    assert "No record waits for your review" in page
    assert "1 record waits for its author" in page
    assert "No signed record waits for your review" in words_of(mara.get("/"))


def test_the_author_finds_it_on_the_work_list_until_it_is_added(as_, cast: Cast, record, now):
    reviews.review(record, ReviewResult.TO_ADD, "Who was there?", by=cast.mara, at=now - hours(1))
    ines = as_("ines")
    page = words_of(ines.get("/"))
    assert "1 record to add to" in page
    assert "something is to be added" in page
    shown = words_of(ines.get(f"/interviews/{record.pk}"))
    assert "Something to add" in shown
    assert "Who was there?" in shown

    ines.post(f"/interviews/{record.pk}/add", {"words": "Her nan and June."})

    assert "record to add to" not in words_of(ines.get("/"))
    assert "Added to since" in words_of(as_("mara").get("/reviews"))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Select what you found"),
        ({"result": "brilliant"}, "Select what you found"),
        ({"result": "to_add", "comment": "  "}, "Say what is to be added."),
    ],
)
def test_what_is_missing_is_asked_for_and_what_was_typed_comes_back(
    as_, record, typed: dict, sentence: str
):
    got = as_("mara").post(f"/interviews/{record.pk}/review", typed)

    assert sentence in words_of(got)
    assert not Review.objects.exists()


def test_two_who_review_at_once_do_not_write_it_twice(as_, cast: Cast, record, now):
    mara = as_("mara")
    reviews.review(record, ReviewResult.COMPLETE, by=cast.mara, at=now)

    got = mara.post(f"/interviews/{record.pk}/review", {"result": "complete"})

    assert "was reviewed and found complete" in words_of(got)
    assert mara.get(f"/interviews/{record.pk}/review").headers["Location"].endswith(str(record.pk))
    assert Review.objects.count() == 1


def test_a_comment_in_any_script_stands_as_it_was_written(as_, record):
    words = "“Größe” <b>قال</b> 🙂 O’Dell"

    as_("mara").post(f"/interviews/{record.pk}/review", {"result": "complete", "comment": words})

    assert words in words_of(as_("ines").get(f"/interviews/{record.pk}"))


@pytest.mark.parametrize("name", ["amina", "ines", "sol", "wes", "owen", "pat", "ana", "adi"])
def test_nobody_else_is_led_there_or_gets_in(as_, record, name):
    client = as_(name)

    assert client.get("/reviews").status_code == 404
    assert client.get(f"/interviews/{record.pk}/review").status_code == 404
    assert client.post(f"/interviews/{record.pk}/review", {"result": "complete"}).status_code == 404
    assert "Review the record" not in words_of(client.get(f"/interviews/{record.pk}"))
    assert not Review.objects.exists()


def test_the_manager_of_a_childrens_home_is_not_led_to_reviews(as_, cast: Cast, now):
    home = staff.add_organisation("Elm House", kind=Organisation.HOME, by=cast.adi, at=now)
    person = staff.add_person(
        "elm@example.invalid", "Elma Hart", password=None, by=cast.adi, at=now
    )
    staff.appoint(person, Role.MANAGER, home, since=now.date(), by=cast.adi, at=now)
    client = Client()
    client.force_login(person)

    assert client.get("/reviews").status_code == 404
    assert "/reviews" not in client.get("/").content.decode()


def test_a_draft_has_no_review(as_, cast: Cast, before):
    draft = held(returned(cast.kit, at=before), interviewer=cast.ines, by=cast.amina, at=before)

    assert as_("mara").get(f"/interviews/{draft.pk}/review").status_code == 404


def test_the_list_takes_no_query_for_each_record(
    as_, cast: Cast, now, django_assert_max_num_queries
):
    mara = as_("mara")
    at = now - hours(24 * 40)
    for turn in range(6):
        back = at + hours(24 * 5 * turn)
        talk = signed(returned(cast.sky, at=back), interviewer=cast.ines, by=cast.amina, at=back)
        if turn % 2:
            asked = back + hours(8)
            reviews.review(talk, ReviewResult.TO_ADD, "More", by=cast.mara, at=asked)
            if turn == 3:
                interviews.add(talk, "More", by=cast.ines, at=asked + hours(1))

    with django_assert_max_num_queries(16):
        page = words_of(mara.get("/reviews"))

    assert "4 records wait" in page
    assert "2 records wait for their authors" in page
