"""Somebody who works for two organisations takes nothing along from one to the other."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from returnhome.casework import staff
from returnhome.casework.models import Duty, Organisation, Person, Post
from returnhome.rules.codes import Role
from tests.cast import Cast, hours
from tests.web.asking import typed_at

As = Callable[[str], Client]
SINCE = date(2024, 1, 1)


@pytest.fixture
def two_hats(cast: Cast, now) -> Callable[..., Client]:
    """Owen of Eastmoor with one role more at Northshire, which he held first."""

    def signed_in(at_northshire: Role, at_eastmoor: Role) -> Client:
        person = staff.add_person(
            "two@example.invalid", "Two Hats", password=None, by=cast.adi, at=now
        )
        eastmoor = Organisation.objects.get(name="Eastmoor Council")
        for role, where in ((at_northshire, cast.northshire_council), (at_eastmoor, eastmoor)):
            staff.appoint(person, role, where, since=SINCE, by=cast.adi, at=now)
        client = Client()
        client.force_login(person)
        return client

    return signed_in


MANAGING = (
    "show-person",
    "appoint-person",
    "close-account",
    "reopen-account",
    "reset-second-factor",
)


@pytest.mark.parametrize("page", MANAGING)
def test_an_administrator_of_one_council_manages_nobody_of_another(
    cast: Cast, two_hats, page: str
) -> None:
    client = two_hats(Role.ANALYST, Role.ADMINISTRATOR)
    address = reverse(page, args=[cast.ines.pk])

    assert client.get(address).status_code == 404
    assert client.post(address, {"role": "manager"}).status_code == 404
    assert cast.ines.is_active
    assert [post.role for post in cast.ines.current_posts] == [Role.INTERVIEWER]
    assert client.get(reverse(page, args=[cast.owen.pk])).status_code == 200


def test_the_list_of_people_is_that_of_the_council_that_they_manage(two_hats) -> None:
    page = two_hats(Role.ANALYST, Role.ADMINISTRATOR).get("/people").content.decode()

    assert "Owen Price" in page
    assert "Ines Okafor" not in page


def test_an_administrator_ends_no_role_in_another_council(cast: Cast, two_hats) -> None:
    (post,) = cast.ines.current_posts
    client = two_hats(Role.ANALYST, Role.ADMINISTRATOR)

    assert client.post(reverse("end-post", args=[post.pk])).status_code == 404
    assert Post.objects.get(pk=post.pk).until is None


def test_nobody_takes_the_factor_of_somebody_who_has_left_for_another_council(
    cast: Cast, as_: As, now
) -> None:
    eastmoor = Organisation.objects.get(name="Eastmoor Council")
    staff.appoint(cast.ines, Role.MANAGER, eastmoor, since=SINCE, by=cast.adi, at=now)
    (old,) = cast.ines.posts.filter(organisation=cast.northshire_council)
    staff.end_post(old, on=now.date(), by=cast.adi, at=now)
    key = cast.ines.session_key

    answer = as_("adi").post(reverse("reset-second-factor", args=[cast.ines.pk]))

    assert answer.status_code == 404
    assert cast.ines.session_key == key


def test_work_is_given_away_only_where_one_may(cast: Cast, two_hats) -> None:
    client = two_hats(Role.SOCIAL_WORKER, Role.MANAGER)

    assert client.get(reverse("reassign-person", args=[cast.ines.pk])).status_code == 404
    assert client.get(reverse("reassign-person", args=[cast.owen.pk])).status_code == 200


def test_duty_is_set_only_where_one_may(cast: Cast, two_hats, now) -> None:
    client = two_hats(Role.INTERVIEWER, Role.MANAGER)
    typed = {
        "person": str(cast.amina.pk),
        **typed_at("starts_at", now + hours(1)),
        **typed_at("ends_at", now + hours(9)),
    }

    assert client.post("/duty", typed).status_code == 404
    assert not Duty.objects.exists()


def test_duty_is_ended_only_where_one_may(cast: Cast, two_hats, now) -> None:
    duty = staff.put_on_duty(
        cast.amina,
        cast.northshire_council,
        starts_at=now,
        ends_at=now + timedelta(hours=8),
        by=cast.mara,
        at=now,
    )
    client = two_hats(Role.INTERVIEWER, Role.MANAGER)

    assert client.post(reverse("take-off-duty", args=[duty.pk])).status_code == 404
    assert Duty.objects.filter(pk=duty.pk).exists()


def test_figures_are_those_of_the_council_that_they_count_for(cast: Cast, two_hats) -> None:
    page = two_hats(Role.ANALYST, Role.SOCIAL_WORKER).get("/figures").content.decode()

    assert "Northshire" in page
    assert "Eastmoor" not in page


def test_a_person_is_asked_afresh_at_each_page(cast: Cast, as_: As, now) -> None:
    """A role taken away while another is kept: the session stays, and what it opened does not."""
    eastmoor = Organisation.objects.get(name="Eastmoor Council")
    staff.appoint(cast.amina, Role.COORDINATOR, eastmoor, since=SINCE, by=cast.adi, at=now)
    amina = as_("amina")
    address = reverse("show-child", args=[cast.kit.pk])
    assert amina.get(address).status_code == 200

    (post,) = cast.amina.posts.filter(organisation=cast.northshire_council)
    staff.end_post(post, on=now.date(), by=cast.adi, at=now)

    assert amina.get(address).status_code == 404
    assert amina.get("/children").status_code == 200
    assert Person.objects.get(pk=cast.amina.pk).is_active
