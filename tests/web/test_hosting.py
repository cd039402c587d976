"""Out of area: our children elsewhere, other councils' children here, and notices of placement."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest

from returnhome.casework import care, registers, restrictions, staff
from returnhome.casework.care import Where
from returnhome.casework.models import (
    Authority,
    Child,
    JournalEntry,
    Placement,
    PlacementNotice,
    Postcode,
)
from returnhome.rules.codes import Role
from tests.cast import NOW, Cast, held, hours, missing, offered, returned, signed
from tests.web.asking import words_of
from tests.web.matrix import without_the_second_lock

pytestmark = pytest.mark.check

ELSEWHERE, HERE, FILE = "/out-of-area", "/out-of-area/here", "/out-of-area.csv"


def placed(cast: Cast, authority: Authority, now: Any, *, days: int = 7, **where: Any) -> Any:
    since = (now - timedelta(days=days)).date()
    return care.place(cast.sky, Where(authority, **where), since=since, by=cast.amina, at=now)


def lived_at(cast: Cast, postcode: str, now: Any, **more: Any) -> None:
    where = Where(cast.northshire, postcode, **more)
    care.live_at(cast.sky, where, since=date(2020, 1, 1), by=cast.amina, at=now)


def mapped(code: str, east: int, north: int) -> None:
    Postcode.objects.filter(code=code).update(easting=east, northing=north)


def many(cast: Cast, number: int) -> None:
    """So many children of Northshire placed in Westborough."""
    for each in range(number):
        registers.enter(
            register_id=f"many-{each}",
            forename="Child",
            surname=f"Number {each:03}",
            born_on=date(2012, 1, 2),
            sex="F",
            postcode="WB1 1AA",
            lives_in=cast.westborough,
            looked_after_by=cast.northshire,
            by=cast.amina,
            at=NOW,
        )


# Our children elsewhere.


def test_our_children_elsewhere_stand_with_who_has_answered_for_each_return(as_, cast: Cast, now):
    returned(cast.sky, at=now)

    words = words_of(as_("amina").get(ELSEWHERE))

    assert "Sky Marlowe aged" in words
    assert "Westborough since not known, WB1" in words
    assert "No notice is on record" in words
    assert "Not offered yet Northshire" in words
    assert "Robin" not in words


def test_the_distance_is_from_the_last_home_to_the_placement(as_, cast: Cast, now):
    mapped("NS11AA", 400_000, 400_000)
    mapped("WB11AA", 464_000, 448_000)
    lived_at(cast, "NS1 1AA", now)

    assert "80 km (50 miles)" in words_of(as_("amina").get(ELSEWHERE))


def test_a_distance_that_cannot_be_told_says_so(as_, cast: Cast, now):
    assert "not known" in words_of(as_("amina").get(ELSEWHERE))


def test_a_protected_address_gives_no_distance_and_no_postcode(as_, cast: Cast, now):
    mapped("NS11AA", 400_000, 400_000)
    mapped("EM11AA", 464_000, 448_000)
    lived_at(cast, "NS1 1AA", now)
    placed(cast, cast.eastmoor, now, postcode="EM1 1AA", is_protected=True)

    page = as_("amina").get(ELSEWHERE)

    assert "not shown: address protected" in words_of(page)
    assert "EM1" not in page.content.decode()
    assert " km" not in words_of(page)


def test_the_home_that_is_protected_gives_no_distance_either(as_, cast: Cast, now):
    lived_at(cast, "NS1 1AA", now, is_protected=True)

    assert "not shown: address protected" in words_of(as_("amina").get(ELSEWHERE))


def test_the_list_is_narrowed_by_host(as_, cast: Cast, now):
    many(cast, 1)
    placed(cast, cast.eastmoor, now)
    browser = as_("amina")

    words = words_of(browser.get(f"{ELSEWHERE}?host={cast.eastmoor.pk}"))

    assert "Sky Marlowe" in words
    assert "Number 000" not in words
    assert "Sky Marlowe" not in words_of(browser.get(f"{ELSEWHERE}?host={cast.westborough.pk}"))
    assert "Sky Marlowe" in words_of(browser.get(f"{ELSEWHERE}?host=nonsense"))


def test_the_host_s_yes_is_seen_by_the_council_that_placed_the_child(as_, cast: Cast, now):
    placed(cast, cast.eastmoor, now)
    assert "not seen yet" in words_of(as_("amina").get(ELSEWHERE))

    as_("owen").post(f"/placement-notices/{PlacementNotice.objects.latest('pk').pk}/see")

    assert "Seen on" in words_of(as_("amina").get(ELSEWHERE))


def test_a_notice_to_be_told_by_our_own_means_stands_on_top(as_, cast: Cast, now):
    farshire = Authority.objects.create(name="Farshire", nation="England", region="Invented")
    placed(cast, farshire, now)

    words = words_of(as_("amina").get(ELSEWHERE))

    assert "Farshire is not on Returnhome. Tell it yourselves about Sky Marlowe" in words
    assert "Still to be told" in words


def test_the_list_comes_as_a_file_without_formulas(as_, cast: Cast, now):
    Child.objects.filter(pk=cast.sky.pk).update(forename="=Sky", folded_name="sky marlowe")
    episode = returned(cast.sky, at=now)
    offered(episode, by=cast.amina, at=now)

    response = as_("amina").get(FILE)

    (row,) = csv.DictReader(io.StringIO(response.content.decode()))
    assert row["Child"] == "'=Sky Marlowe"
    assert (row["Placed in"], row["By"]) == ("Westborough", "Northshire")
    assert row["Answered for"] == "Offered, not held yet"
    assert row["Missing episodes in 12 months"] == "1"
    assert row["Last return"] == str(episode.ended_on)
    assert "attachment" in response.headers["Content-Disposition"]
    taken_out = JournalEntry.objects.about_child(cast.sky.pk).filter(verb="export")
    assert taken_out.count() == 1


def test_the_file_is_narrowed_by_host_too(as_, cast: Cast, now):
    response = as_("amina").get(f"{FILE}?host={cast.eastmoor.pk}")

    assert len(response.content.decode().splitlines()) == 1


# Other councils' children here.


def test_wes_sees_who_is_placed_here_by_whom_and_what_came_of_each_return(as_, cast: Cast, now):
    returned(cast.sky, hours_ago=100, at=now - timedelta(days=9))
    signed(
        returned(cast.sky, at=now - timedelta(days=6)),
        interviewer=cast.ines,
        by=cast.amina,
        at=now - timedelta(days=6),
    )
    missing(cast.sky, last_seen=now - hours(3), at=now)

    words = words_of(as_("wes").get(HERE))

    assert "Sky Marlowe aged" in words
    assert "Northshire since not known" in words
    assert "Still missing" in words
    assert "Held in time Northshire" in words
    assert "Not offered, over 72 hours Northshire" in words


def test_wes_sees_no_account_on_his_list(as_, cast: Cast, now):
    interview = signed(
        returned(cast.sky, at=now - timedelta(days=2)),
        interviewer=cast.ines,
        by=cast.amina,
        at=now - timedelta(days=2),
    )
    browser = as_("wes")

    assert "I wanted to see my nan." not in browser.get(HERE).content.decode()
    assert browser.get(f"/interviews/{interview.pk}").status_code == 404
    assert f"/interviews/{interview.pk}" not in browser.get(HERE).content.decode()


def test_an_interview_held_late_and_one_still_to_hold_are_told_apart(as_, cast: Cast, now):
    then = now - timedelta(days=20)
    late = returned(cast.sky, hours_ago=90, at=then)
    held(late, interviewer=cast.ines, by=cast.amina, at=then)

    assert "Held late" in words_of(as_("wes").get(HERE))


def test_once_the_placement_has_ended_the_host_sees_only_that_it_was(as_, cast: Cast, now):
    Placement.objects.filter(child=cast.sky).update(since=date(2025, 1, 5))
    placed(cast, cast.eastmoor, now)

    page = as_("wes").get(HERE)

    words = words_of(page)
    assert "Sky" not in words
    assert f"/children/{cast.sky.pk}" not in page.content.decode()
    assert "A child of Northshire, from 5 January 2025 until" in words
    assert "Northshire : the placement has ended on" in words


def test_whoever_has_turned_18_is_on_neither_list(as_, cast: Cast, now):
    Child.objects.filter(pk=cast.sky.pk).update(born_on=(now - timedelta(days=6600)).date())

    for who, page in (("amina", ELSEWHERE), ("wes", HERE)):
        assert "Sky" not in as_(who).get(page).content.decode()
    Child.objects.filter(pk=cast.sky.pk).update(born_on=None, born_precision="unknown")
    assert "Sky Marlowe age not known" in words_of(as_("wes").get(HERE))


def test_our_own_children_are_no_guests(as_, cast: Cast, now):
    words = words_of(as_("amina").get(HERE))

    assert "Nobody is placed here by another council" in words


# Notices.


def test_a_new_notice_is_shown_until_somebody_has_seen_it(as_, cast: Cast, now):
    placed(cast, cast.eastmoor, now)
    notice = PlacementNotice.objects.latest("pk")
    browser = as_("owen")
    assert "Northshire : the placement has begun on" in words_of(browser.get(HERE))
    assert "Sky Marlowe, aged" in words_of(browser.get(HERE))

    words = words_of(browser.post(f"/placement-notices/{notice.pk}/see", follow=True))

    assert "Northshire can see that you have seen its notice." in words
    assert "New notices" not in words
    assert PlacementNotice.objects.get(pk=notice.pk).seen_by == cast.owen
    assert JournalEntry.objects.filter(verb="see placement notice", object_id=notice.pk).exists()


def test_a_notice_a_colleague_was_quicker_with_says_so(as_, cast: Cast, now):
    placed(cast, cast.eastmoor, now)
    notice = PlacementNotice.objects.latest("pk")
    care.see(notice, by=cast.owen, at=now)

    response = as_("owen").post(f"/placement-notices/{notice.pk}/see")

    assert "A colleague has marked this notice as seen." in words_of(response)


def test_nobody_else_can_tell_that_the_notice_exists(as_, cast: Cast, now):
    placed(cast, cast.eastmoor, now)
    notice = PlacementNotice.objects.latest("pk")

    for who in ("wes", "amina", "pat", "ana"):
        assert as_(who).post(f"/placement-notices/{notice.pk}/see").status_code == 404
    assert as_("owen").post(f"/placement-notices/{notice.pk}/send").status_code == 404


# Who has the lists.


def test_those_who_do_not_keep_such_lists_have_none(as_, cast: Cast):
    for who in ("ines", "sol", "ana", "adi", "pat"):
        browser = as_(who)
        for page in (ELSEWHERE, HERE, FILE):
            assert browser.get(page).status_code == 404
        assert ELSEWHERE not in browser.get("/", follow=True).content.decode()
    assert ELSEWHERE in as_("mara").get("/").content.decode()


def test_a_providers_manager_has_no_area_of_their_own(as_, cast: Cast, now):
    staff.appoint(
        cast.pat, Role.MANAGER, cast.open_path, since=date(2024, 1, 1), by=staff.operator(), at=now
    )

    browser = as_("pat")

    assert browser.get(ELSEWHERE).status_code == 404
    assert ELSEWHERE not in browser.get("/").content.decode()


def test_owen_sees_nobody_of_the_two_councils(as_, cast: Cast, now):
    returned(cast.sky, at=now)

    for page in (ELSEWHERE, HERE, FILE):
        assert "Sky" not in as_("owen").get(page).content.decode()


def test_both_lists_are_journalled_for_each_child_on_them(as_, cast: Cast):
    as_("amina").get(ELSEWHERE)
    as_("wes").get(HERE)

    readers = JournalEntry.objects.about_child(cast.sky.pk).filter(verb="list")
    assert set(readers.values_list("by_id", flat=True)) == {cast.amina.pk, cast.wes.pk}


@pytest.mark.check
def test_a_page_of_fifty_asks_no_more_than_a_page_of_two(
    as_, cast: Cast, now, django_assert_num_queries
):
    counted = []
    for number in (1, 60):
        many(cast, number)
        for child in Child.objects.filter(responsible_authority=cast.northshire)[:number]:
            if not child.episodes.exists():
                returned(child, at=now)
        for who, page in (("amina", ELSEWHERE), ("wes", HERE)):
            browser = as_(who)
            browser.get(page)
            with django_assert_num_queries(QUERIES[page]):
                words = words_of(browser.get(page))
        counted.append(words.count("aged"))

    assert counted == [2, 50]


QUERIES = {ELSEWHERE: 15, HERE: 13}


def test_whoever_is_kept_out_of_a_record_finds_the_child_on_no_register(as_, cast: Cast, now):
    lists = {"amina": (ELSEWHERE, FILE), "wes": (HERE,)}
    for name in lists:
        why = "Knows the family"
        restrictions.keep_out(cast.sky, getattr(cast, name), why, by=cast.mara, at=now)

    # The first lock alone: the second would hide what it forgets.
    with without_the_second_lock():
        for name, pages in lists.items():
            for page in pages:
                assert "Marlowe" not in as_(name).get(page).content.decode(), page
        assert "Marlowe" in words_of(as_("mara").get(ELSEWHERE))
