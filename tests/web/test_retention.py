"""Records whose time is over: what a manager is shown, decides, and cannot decide alone."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from returnhome.casework import retention, staff
from returnhome.casework.models import (
    Child,
    Episode,
    Erasure,
    Hold,
    JournalEntry,
    PutForward,
    RetentionReview,
)
from returnhome.management import upkeep
from returnhome.management.commands.retention import as_put_forward
from returnhome.reporting import retaining
from returnhome.rules.retention import HoldFor
from tests.casework.conftest import apart
from tests.casework.test_retention import another_manager
from tests.cast import Cast, returned
from tests.sharing import sent
from tests.web.asking import words_of

__all__ = ["apart"]


@pytest.fixture
def due(cast: Cast, now: Any) -> Child:
    """Kit is grown up, was missing once long ago, and nothing was done since."""
    episode = returned(cast.kit, at=now - timedelta(days=365 * 8))
    Episode.objects.filter(pk=episode.pk).update(
        settled_at=now - timedelta(days=365 * 8),
        unanswered_since=None,
        owner=None,
        owned_since=None,
    )
    Child.objects.filter(pk=cast.kit.pk).update(
        opened_at=now - timedelta(days=365 * 8), born_on=timezone.localdate().replace(year=2001)
    )
    found = retaining.review(None, timezone.localdate())
    retention.put_forward(map(as_put_forward, found.due), by=staff.clockwork(), at=now)
    assert PutForward.objects.filter(child=cast.kit).exists()
    return cast.kit


def page(child: Child) -> str:
    return reverse("retention-child", args=[child.pk])


def test_mara_sees_what_is_due_by_number_and_what_the_record_holds(as_, due: Child):
    words = words_of(as_("mara").get("/retention"))

    assert "1 record to review." in words
    assert f"Record {due.pk}" in words
    assert "Not looked after, on a plan or in need" in words
    assert "3 years from the last thing that was done Devon, Record retention" in words
    assert "O’Dell" not in words

    words = words_of(as_("mara").get(page(due)))
    assert "To be reviewed" in words
    assert "Missing episodes 1" in words


def test_two_managers_agree_and_one_alone_cannot(as_, cast: Cast, due: Child):
    another_manager(cast)
    answered = as_("mara").post(
        reverse("review-retention-child", args=[due.pk]),
        {"outcome": "erase", "because": "Nobody asked"},
    )
    assert answered.status_code == 302
    said = RetentionReview.objects.get()
    assert "Another manager has to confirm it" in words_of(as_("mara").get(page(due)))
    form = reverse("answer-retention-review", args=[said.pk])

    alone = as_("mara").post(form, {"is_confirmed": "yes"})

    assert "somebody else has to confirm" in words_of(alone)
    assert RetentionReview.objects.get().second_at is None

    client = Client()
    client.force_login(another(cast))
    assert client.post(form, {"is_confirmed": "yes"}).status_code == 302
    assert RetentionReview.objects.get().is_confirmed
    assert "Two managers want this record erased" in words_of(client.get(page(due)))
    assert "Confirmed, and going to be erased" in words_of(client.get("/retention"))
    # Nobody is asked twice.
    assert client.get(form).status_code == 404


def another(cast: Cast):
    return type(cast.mara).objects.get(email="max@example.invalid")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"because": "x"}, "Select what becomes of this record"),
        ({"outcome": "erase"}, "Say why"),
        ({"outcome": "keep_longer", "because": "x"}, "Say until which day it is kept longer"),
        ({"outcome": "status", "because": "x"}, "Say what the child was to the council"),
        ({"outcome": "nothing_more", "because": "x"}, "Nothing was left open on this record"),
    ],
)
def test_what_is_missing_is_asked_for_in_one_sentence(as_, due: Child, given: dict, sentence: str):
    answered = as_("mara").post(reverse("review-retention-child", args=[due.pk]), given)

    assert answered.status_code == 200
    assert sentence in words_of(answered)
    assert not RetentionReview.objects.exists()


def test_a_record_is_put_on_hold_from_its_own_page_and_the_hold_ends(as_, cast: Cast):
    assert page(cast.sky) in as_("mara").get(f"/children/{cast.sky.pk}").content.decode()
    as_("mara").post(
        reverse("hold-child", args=[cast.sky.pk]), {"held_for": "inquiry", "because": "A letter"}
    )

    assert "On hold: a public inquiry" in words_of(as_("mara").get(f"/children/{cast.sky.pk}"))
    assert "On hold" in words_of(as_("mara").get(page(cast.sky)))
    held = Hold.objects.get()
    assert "A public inquiry" in words_of(as_("mara").get("/retention"))

    end = reverse("end-hold", args=[held.pk])
    assert "Say why" in words_of(as_("mara").post(end, {"because": ""}))
    assert as_("mara").post(end, {"because": "It has reported"}).status_code == 302
    assert as_("mara").get(end).status_code == 404
    assert "It has reported" in words_of(as_("mara").get(page(cast.sky)))


def test_who_was_given_something_of_it_is_named_before_it_is_erased(as_, cast: Cast):
    share = sent(cast)

    words = words_of(as_("mara").get(page(share.child)))

    assert "Who was given something of it" in words
    assert "Northshire Police" in words


def test_nobody_else_decides_or_can_tell_that_there_is_anything_to_decide(
    as_, cast: Cast, due: Child, now: Any
):
    held = retention.hold(cast.sky, HoldFor.CLAIM, "x", by=cast.mara, at=now)
    said = RetentionReview.objects.create(
        child=due, outcome="erase", because="x", at=now, by=cast.mara
    )
    addresses = [
        "/retention",
        page(due),
        reverse("review-retention-child", args=[due.pk]),
        reverse("hold-child", args=[due.pk]),
        reverse("end-hold", args=[held.pk]),
        reverse("answer-retention-review", args=[said.pk]),
    ]
    for name in ("amina", "sol", "ines", "adi", "ana", "wes", "owen", "pat"):
        assert {as_(name).get(each).status_code for each in addresses} == {404}, name
    assert page(cast.sky) not in as_("amina").get(f"/children/{cast.sky.pk}").content.decode()


@pytest.fixture
def erased(apart: Cast) -> Erasure:
    """The certificate of a record of Northshire's, as the owner of the tables writes it."""
    with upkeep.as_owner():
        return Erasure.objects.create(
            child_number=4711,
            children=[4711, 4712],
            authority=apart.northshire,
            status="neither",
            period="3 years from the last thing that was done",
            source="Devon",
            due_since=date(2025, 1, 1),
            proposed_on=date(2025, 2, 1),
            proposed_by_name="Mara Whitfield",
            confirmed_on=date(2025, 2, 2),
            confirmed_by_name="Max",
            erased_at=timezone.now(),
            rows={"child": 2, "episode": 3},
            keyrings=[],
            data_keys=[],
            to_tell=["Northshire Police"],
        )


def test_a_certificate_says_what_was_erased_and_who_has_to_be_told(apart: Cast, erased: Erasure):
    def as_(name: str) -> Client:
        client = Client()
        client.force_login(getattr(apart, name))
        return client

    address = reverse("show-erasure", args=[erased.pk])

    words = words_of(as_("mara").get(address))

    assert "Record 4711 was erased" in words
    assert "5 rows of 2 tables" in words
    assert "Put forward by Mara Whitfield, " in words
    assert "Northshire Police" in words
    assert "Certificate of record 4711" in words_of(as_("mara").get("/retention"))
    assert {as_(name).get(address).status_code for name in ("amina", "adi", "wes")} == {404}


def test_looking_is_written_down(as_, due: Child):
    as_("mara").get("/retention")
    as_("mara").get(page(due))

    assert list(
        JournalEntry.objects.order_by("-pk").values_list("verb", "kind", "child_id")[:2]
    ) == [("read", "child", due.pk), ("list", "retention", None)]


def test_the_list_asks_as_many_questions_however_long_it_is(
    as_, due: Child, django_assert_max_num_queries
):
    client = as_("mara")
    client.get("/retention")
    with django_assert_max_num_queries(30):
        client.get("/retention")
