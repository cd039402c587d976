"""The page of a protected address: who may be told it, named and ended there."""

import pytest
from django.urls import reverse

from returnhome.casework.models import Address, NamedFor, Placement
from tests.cast import Cast
from tests.sharing import begun, officer, told_of_a_car
from tests.web.asking import words_of

pytestmark = pytest.mark.check

ADDRESS = "Rowan Lodge, 3 Quarry Bank, Millbrook"


@pytest.fixture
def args(cast: Cast) -> list:
    there = Placement.objects.filter(child=cast.sky).latest("pk")
    there.is_protected, there.postcode, there.address = True, "", ADDRESS
    there.save()
    return [cast.sky.pk, "placement", there.pk]


def name_the_police(client, cast: Cast, args) -> None:
    officer(cast)
    said = {"to": cast.northshire_police.pk, "because": "They watch the house"}
    response = client.post(reverse("name-for-address", args=args), said)
    assert response.status_code == 302


def test_amina_names_the_police_and_ends_it_again(as_, cast: Cast, args):
    amina = as_("amina")
    page = reverse("show-address", args=args)
    assert "Nobody. It is taken out" in words_of(amina.get(page))

    name_the_police(amina, cast, args)

    said = words_of(amina.get(page))
    assert f"{cast.northshire_police.name} : They watch the house" in said
    end = reverse("end-named-for", args=[NamedFor.objects.get().pk])
    asked = words_of(amina.get(end))
    assert f"Tell {cast.northshire_police.name} this address no more" in asked
    assert NamedFor.objects.standing().exists()
    after = amina.post(end)
    assert (after.status_code, after.url) == (302, page)
    assert "Nobody. It is taken out" in words_of(amina.get(page))


@pytest.mark.parametrize("because", ["", "x", "They asked"])
def test_without_a_reason_one_sentence_and_the_choice_is_kept(as_, cast: Cast, args, because):
    officer(cast)
    chosen = cast.northshire_police.pk

    page = as_("amina").post(
        reverse("name-for-address", args=args), {"to": chosen, "because": because}
    )

    assert "Say why they may be told this address" in words_of(page)
    assert f'value="{chosen}" selected' in page.content.decode()


def test_of_a_protected_home_ending_leads_back_to_its_address_as_well(as_, cast: Cast, now):
    home = Address(child=cast.sky, authority=cast.northshire, line=ADDRESS, since=now.date())
    home.is_protected = True
    home.save()
    args, amina = [cast.sky.pk, "home", home.pk], as_("amina")
    name_the_police(amina, cast, args)

    after = amina.post(reverse("end-named-for", args=[NamedFor.objects.get().pk]))

    assert after.url == reverse("show-address", args=args)


def test_of_an_address_that_is_not_protected_nobody_is_named(as_, cast: Cast, args):
    Placement.objects.filter(pk=args[2]).update(is_protected=False)

    assert as_("amina").get(reverse("name-for-address", args=args)).status_code == 404


def test_to_those_who_do_not_record_where_the_child_lives_it_is_not_there(as_, cast: Cast, args):
    name_the_police(as_("amina"), cast, args)
    end = reverse("end-named-for", args=[NamedFor.objects.get().pk])

    for who in ("owen", "wes", "pat", "ines"):
        assert as_(who).get(reverse("name-for-address", args=args)).status_code == 404
        assert as_(who).post(end).status_code == 404
    assert NamedFor.objects.get().ended_at is None


def test_the_composer_offers_to_keep_it_for_the_police_once_they_are_named(
    as_, cast: Cast, args, now
):
    episode = told_of_a_car(cast, now)
    share = begun(cast, episode, at=now)
    line = share.lines.order_by("place")[0]
    line.original, line.decided = ADDRESS, [[0, len(ADDRESS), "protected", "It is hidden", "", ""]]
    line.save()
    write, key = f"/shares/{share.pk}/write", f"do_{line.pk}_0"

    def offered() -> bool:
        page = as_("ines").get(write).content.decode()
        return any('value="keep"' in each.split(">")[0] for each in page.split(f'name="{key}"')[1:])

    assert not offered()
    name_the_police(as_("amina"), cast, args)
    assert offered()
