"""Children who went together, on the pages: to those who may see both, and to nobody else."""

import pytest

from returnhome.casework import restrictions, together
from returnhome.casework.models import JournalEntry, WentTogether
from tests.cast import Cast, booked, lives_at, returned
from tests.web.asking import words_of

pytestmark = pytest.mark.check


@pytest.fixture
def pair(cast: Cast, now):
    return returned(cast.kit, at=now), returned(cast.robin, at=now)


@pytest.fixture
def row(cast: Cast, pair, now) -> WentTogether:
    return together.link(*pair, because="One car", by=cast.mara, at=now)


def test_amina_notes_who_went_together_and_both_pages_name_the_other(as_, cast: Cast, pair):
    address = f"/episodes/{pair[0].pk}/link"
    asked = words_of(as_("amina").get(address))
    assert "Robin Ashdown" in asked
    assert f"E-{pair[0].pk}" in asked

    response = as_("amina").post(address, {"other": str(pair[1].pk)}, follow=True)

    assert "Went together with Robin Ashdown" in words_of(response)
    there = words_of(as_("amina").get(f"/episodes/{pair[1].pk}"))
    assert "Went together with Kit O’Dell" in there
    assert "Went together with Kit O’Dell" in words_of(as_("sol").get(f"/children/{cast.robin.pk}"))


def test_a_reference_finds_an_episode_and_an_unknown_one_says_what_a_closed_one_says(
    as_, cast: Cast, pair, now
):
    address = f"/episodes/{pair[0].pk}/link"
    restrictions.keep_out(cast.sky, cast.amina, "Her aunt", by=cast.mara, at=now)
    closed = returned(cast.sky, at=now)

    said = [
        words_of(as_("amina").post(address, {"other": "elsewhere", "reference": typed}))
        for typed in (f"E-{closed.pk}", "E-999999", "her brother")
    ]
    as_("amina").post(address, {"other": "elsewhere", "reference": f"e {pair[1].pk}"})

    assert all("No episode for which you act has this reference" in words for words in said)
    assert WentTogether.objects.get().other == pair[1]


def test_nothing_chosen_is_asked_for(as_, pair):
    response = as_("amina").post(f"/episodes/{pair[0].pk}/link", {"other": ""})

    assert "Select who went together with this child" in words_of(response)


def test_it_is_taken_back_with_a_reason(as_, pair, row):
    address = f"/went-together/{row.pk}/undo"
    assert "Kit O’Dell and Robin Ashdown" in words_of(as_("sol").get(address))

    silent = as_("sol").post(address, {"because": " "})
    response = as_("sol").post(address, {"because": "He was at school"}, follow=True)

    assert "Say why it is not so." in words_of(silent)
    assert "Went together with" not in words_of(response)
    assert "taken this back already" in words_of(as_("sol").get(address, follow=True))


def test_strangers_hosts_providers_and_homes_find_neither_page(as_, cast: Cast, pair, row):
    for name in ("owen", "wes", "pat", "ines", "ana", "lara"):
        for address in (f"/episodes/{pair[0].pk}/link", f"/went-together/{row.pk}/undo"):
            assert as_(name).get(address).status_code == 404, (name, address)
            assert as_(name).post(address, {"because": "x"}).status_code == 404, (name, address)


def test_a_provider_of_only_one_and_a_home_of_only_one_see_nothing_of_it(
    as_, cast: Cast, pair, row, now
):
    lives_at(cast.robin, cast.larchwood, by=cast.sol, at=now)
    for name, address in (
        ("pat", f"/episodes/{pair[1].pk}"),
        ("pat", f"/children/{cast.robin.pk}"),
        ("lara", "/lives-here"),
    ):
        response = as_(name).get(address)
        assert response.status_code == 200, (name, address)
        for word in ("Went together", "Kit", "O’Dell"):
            assert word not in words_of(response), (name, address, word)


def test_the_host_of_only_one_sees_nothing_of_it(as_, cast: Cast, pair, now):
    sky = returned(cast.sky, at=now)
    together.link(pair[0], sky, by=cast.mara, at=now)

    for address in (f"/episodes/{sky.pk}", f"/children/{cast.sky.pk}"):
        words = words_of(as_("wes").get(address))
        assert "Sky Marlowe" in words
        assert "Went together" not in words
        assert "O’Dell" not in words


def test_somebody_kept_out_of_the_other_record_sees_no_link_and_no_look_at_one(
    as_, cast: Cast, pair, row, now
):
    as_("amina").get(f"/episodes/{pair[0].pk}")
    restrictions.keep_out(cast.robin, cast.sol, "His aunt", by=cast.mara, at=now)

    words = words_of(as_("sol").get(f"/episodes/{pair[0].pk}"))
    looked = words_of(as_("sol").get(f"/children/{cast.kit.pk}/looked-at"))

    assert "Went together" not in words
    assert "Robin" not in words
    assert "went together" not in looked


def test_the_name_of_the_other_that_was_shown_is_in_the_journal(as_, cast: Cast, pair, row):
    as_("sol").get(f"/episodes/{pair[0].pk}")

    entry = JournalEntry.objects.get(kind="same-time", by_id=cast.sol.pk)
    assert entry.shown == [cast.robin.pk]


def test_whoever_prepares_a_talk_is_told_that_it_is_this_childs_alone(as_, cast: Cast, pair, now):
    talk = booked(pair[0], interviewer=cast.ines, by=cast.amina, at=now)

    words = words_of(as_("ines").get(f"/interviews/{talk.pk}/prepare"))

    assert "nothing that one child said is told to another" in words


def test_the_small_pages_ask_little(as_, pair, row, django_assert_max_num_queries):
    sol = as_("sol")

    with django_assert_max_num_queries(14):
        sol.get(f"/episodes/{pair[0].pk}/link")
    with django_assert_max_num_queries(12):
        sol.get(f"/went-together/{row.pk}/undo")
