"""A child's care and home on the pages: what is on record, what changes it, what is in doubt."""

from datetime import date, timedelta
from typing import Any

import pytest

from returnhome.casework import care, handovers
from returnhome.casework.care import Where
from returnhome.casework.models import (
    Address,
    Authority,
    CarePeriod,
    Child,
    Doubt,
    Episode,
    FormerFact,
    HandOver,
    JournalEntry,
    Placement,
    PlacementNotice,
    Succession,
)
from returnhome.rules.caring import About
from returnhome.rules.codes import EpisodeKind, RefusalReason
from returnhome.rules.responsibility import Reply
from tests.casework.test_children import stranger
from tests.cast import Cast, missing, returned
from tests.web.asking import words_of

pytestmark = pytest.mark.check

WEEK = timedelta(days=7)
FORMS = (
    "care",
    "look-after",
    "end-care",
    "place",
    "end-placement",
    "live-at",
    "birth-date",
    "doubt",
    "pass-on",
)


def day(name: str, on: date | None) -> dict[str, str]:
    parts = {"day": on.day, "month": on.month, "year": on.year} if on else {}
    return {f"{name}-{part}": str(value) for part, value in parts.items()}


def said(*pairs: tuple[str, date | None], **typed: str) -> dict[str, str]:
    form = dict(typed)
    for name, on in pairs:
        form |= day(name, on)
    return form


def ago(now: Any, days: int) -> date:
    return (now - timedelta(days=days)).date()


# The page, and who has it.


def test_care_and_home_stand_with_their_dates(as_, cast: Cast, now):
    care.place(
        cast.sky,
        Where(cast.eastmoor, "EM1 1AA"),
        since=ago(now, 7),
        by=cast.amina,
        at=now,
    )

    words = words_of(as_("amina").get(f"/children/{cast.sky.pk}/care"))

    assert "Northshire not known still" in words
    assert "Eastmoor EM1 1AA begun: told on" in words
    assert "not seen yet" in words
    assert "Westborough WB1 1AA ended: told on" in words
    assert "4 May 2011" in words


def test_the_page_is_one_size_however_much_has_happened(
    as_, cast: Cast, now, django_assert_max_num_queries
):
    for number in range(6):
        since = ago(now, 30 - number)
        care.place(cast.sky, Where(cast.eastmoor), since=since, by=cast.amina, at=now)
        care.doubt(cast.sky, About.HOME, said=f"Lives at {number}", by=cast.amina, at=now)
    browser = as_("amina")

    with django_assert_max_num_queries(24):
        assert browser.get(f"/children/{cast.sky.pk}/care").status_code == 200


@pytest.mark.check
@pytest.mark.parametrize("page", FORMS)
@pytest.mark.parametrize("who", ["owen", "wes", "pat", "ines"])
def test_nobody_else_can_tell_that_the_pages_are_there(as_, cast: Cast, page, who):
    browser = as_(who)

    assert browser.get(f"/children/{cast.sky.pk}/{page}").status_code == 404
    assert browser.post(f"/children/{cast.sky.pk}/{page}", {}).status_code == 404


@pytest.mark.parametrize("page", FORMS[:-1])
def test_every_page_opens_and_is_written_down(as_, cast: Cast, page):
    response = as_("sol").get(f"/children/{cast.sky.pk}/{page}")

    assert response.status_code == 200
    assert "Sky Marlowe" in words_of(response)
    assert "Sky" not in response.content.decode().split("</title>")[0]
    assert JournalEntry.objects.filter(verb="read", child_id=cast.sky.pk).count() == 1


def test_a_child_not_named_yet_has_no_care_to_record(as_, cast: Cast):
    child = stranger(cast)

    assert as_("amina").get(f"/children/{child.pk}/care").status_code == 404


def test_the_story_leads_to_what_has_changed_only_for_those_who_may_say_so(as_, cast: Cast):
    link = f"/children/{cast.sky.pk}/care"

    assert link in as_("amina").get(f"/children/{cast.sky.pk}").content.decode()
    assert link not in as_("wes").get(f"/children/{cast.sky.pk}").content.decode()


# Recording.


def test_amina_records_where_a_child_is_placed_now(as_, cast: Cast, now):
    form = said(("since", ago(now, 7)), postcode="em1 1aa", authority="", address="7 Quiet Lane")

    words = words_of(as_("amina").post(f"/children/{cast.sky.pk}/place", form, follow=True))

    made = Placement.objects.get(child=cast.sky, until=None)
    assert (made.authority, made.address) == (cast.eastmoor, "7 Quiet Lane")
    assert "It is recorded." in words
    assert "Eastmoor is told that the placement has begun on" in words
    assert "7 Quiet Lane, EM1 1AA" in words


def test_a_protected_address_is_shown_on_purpose_alone_and_that_is_written_down(
    as_, cast: Cast, now
):
    form = said(
        ("since", ago(now, 7)), postcode="EM1 1AA", address="7 Quiet Lane", is_protected="on"
    )
    browser = as_("amina")

    page = browser.post(f"/children/{cast.sky.pk}/place", form, follow=True)

    made = Placement.objects.get(child=cast.sky, until=None)
    assert "Quiet Lane" not in page.content.decode()
    assert "EM1 1AA" not in page.content.decode()
    whole = f"/children/{cast.sky.pk}/facts/placement/{made.pk}/address"
    assert whole in page.content.decode()
    assert "7 Quiet Lane EM1 1AA Eastmoor" in words_of(browser.get(whole))
    assert JournalEntry.objects.filter(verb="read address", object_id=made.pk).count() == 1
    for who in ("owen", "wes", "ines"):
        assert as_(who).get(whole).status_code == 404
        for seen in (f"/children/{cast.sky.pk}", "/out-of-area/here", "/out-of-area"):
            assert "Quiet Lane" not in as_(who).get(seen).content.decode()


def test_another_council_looks_after_the_child_and_the_page_says_what_follows(as_, cast: Cast, now):
    episode = returned(cast.kit, at=now)
    form = said(("since", now.date()), authority="Westborough City Council")

    words = words_of(as_("amina").post(f"/children/{cast.kit.pk}/look-after", form, follow=True))

    sentence = "is asked to take over the duty; until it accepts Northshire must act."
    assert f"Westborough {sentence}" in words
    assert "is asked to take over the duty for the episode of" in words
    assert Episode.objects.get(pk=episode.pk).responsible_authority == cast.northshire
    assert HandOver.objects.get().to_authority == cast.westborough


def test_a_refused_request_still_says_who_must_act(as_, cast: Cast, now):
    returned(cast.kit, at=now)
    made = care.look_after(cast.kit, cast.westborough, since=now.date(), by=cast.amina, at=now)
    reason = RefusalReason.NOT_LOOKED_AFTER_BY_US
    handovers.answer(made.asked[0], Reply.REFUSED, reason=reason, by=cast.wes, at=now)

    words = words_of(as_("amina").get(f"/children/{cast.kit.pk}/care"))

    assert "Northshire must act for an episode that is not answered for yet" in words


def test_a_child_who_came_home_lives_there_from_then_on(as_, cast: Cast, now):
    form = said(("until", ago(now, 7)), postcode="NS1 1AA")

    as_("sol").post(f"/children/{cast.sky.pk}/end-care", form)

    assert not CarePeriod.objects.filter(child=cast.sky, until=None).exists()
    assert Address.objects.get(child=cast.sky).authority == cast.northshire
    assert Child.objects.get(pk=cast.sky.pk).host_authority is None


def test_care_may_end_without_anybody_knowing_where_the_child_lives(as_, cast: Cast, now):
    as_("sol").post(f"/children/{cast.sky.pk}/end-care", said(("until", ago(now, 7))))

    assert not Address.objects.filter(child=cast.sky).exists()
    assert CarePeriod.objects.get(child=cast.sky).until == ago(now, 7)


def test_a_placement_that_has_ended_and_a_home_and_a_birth_date_are_recorded(as_, cast: Cast, now):
    browser = as_("amina")

    browser.post(f"/children/{cast.sky.pk}/end-placement", said(("until", ago(now, 7))))
    browser.post(
        f"/children/{cast.sky.pk}/live-at", said(("since", ago(now, 7)), authority="Eastmoor")
    )
    browser.post(
        f"/children/{cast.sky.pk}/birth-date",
        said(("born_on", date(2011, 5, 5)), precision="estimated", because="The passport"),
    )

    assert Placement.objects.get(child=cast.sky).until == ago(now, 7)
    assert Address.objects.get(child=cast.sky).authority == cast.eastmoor
    assert cast.sky.born_on == date(2011, 5, 5)
    words = words_of(browser.get(f"/children/{cast.sky.pk}/care"))
    assert "5 May 2011 (estimated)" in words
    assert "was born on 4 May 2011 (known). The passport" in words


# Refused, and kept as a doubt.


def test_two_placements_at_once_are_refused_what_was_typed_comes_back_and_a_doubt_is_offered(
    as_, cast: Cast, now
):
    Placement.objects.filter(child=cast.sky).update(since=ago(now, 7))
    form = said(("since", ago(now, 30)), authority="Eastmoor", address="7 Quiet Lane")

    response = as_("amina").post(f"/children/{cast.sky.pk}/place", form)

    page = response.content.decode()
    assert "A child cannot be in two placements at once." in words_of(response)
    assert 'value="Eastmoor"' in page
    assert "7 Quiet Lane" in page
    assert "Keep it as a doubt to be settled" in page
    assert not Doubt.objects.exists()


def test_what_was_refused_for_a_conflict_is_kept_and_settled(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    Placement.objects.filter(child=cast.sky).update(since=ago(now, 7))
    form = said(("since", ago(now, 30)), authority="Eastmoor", postcode="EM1 1AA")
    form |= {"doubt": "yes", "said_by": "The home’s manager"}
    browser = as_("amina")

    words = words_of(browser.post(f"/children/{cast.sky.pk}/place", form, follow=True))

    row = Doubt.objects.get()
    assert row.said.startswith("placed in Eastmoor, EM1 1AA since")
    assert "Said by: The home’s manager" in words
    assert "Nothing on record has changed" in words
    page = words_of(browser.get(f"/episodes/{episode.pk}"))
    assert "Where the child is placed: which is right, the record or what was said?" in page

    settle = f"/doubts/{row.pk}/settle"
    assert "placed in Eastmoor, EM1 1AA since" in words_of(browser.get(settle))
    assert "Say how you know" in words_of(browser.post(settle, {"finding": "record_holds"}))
    browser.post(settle, {"finding": "record_holds", "because": "The home rang back"})
    assert Episode.objects.get(pk=episode.pk).flags == []
    assert "To be established" not in words_of(browser.get(f"/episodes/{episode.pk}"))
    assert browser.get(settle).status_code == 302
    for who in ("owen", "wes", "ines"):
        assert as_(who).get(settle).status_code == 404


def test_a_mistyped_day_is_no_conflict_and_no_doubt(as_, cast: Cast, now):
    form = said(("since", ago(now, 7)), ("until", ago(now, 30)), authority="Eastmoor")

    response = as_("amina").post(f"/children/{cast.sky.pk}/place", form)

    assert "It would end before it starts." in words_of(response)
    assert "Keep it as a doubt" not in words_of(response)


def test_a_council_that_has_ended_is_refused_with_its_successor(as_, cast: Cast, now):
    gone = Authority.objects.create(
        name="Oldshire", nation="England", region="Invented", until=date(2025, 3, 31)
    )
    Succession.objects.create(predecessor=gone, successor=cast.eastmoor)
    form = said(("since", ago(now, 7)), authority="Oldshire County Council")

    words = words_of(as_("amina").post(f"/children/{cast.kit.pk}/look-after", form))

    assert "Oldshire ended on 31 March 2025. Its area is now that of Eastmoor: name it." in words
    assert "Keep it as a doubt to be settled" in words


def test_a_council_in_no_list_is_asked_for_again(as_, cast: Cast, now):
    form = said(("since", ago(now, 7)), authority="Westburrow")

    words = words_of(as_("amina").post(f"/children/{cast.kit.pk}/look-after", form))

    assert "“Westburrow” is in no list of councils." in words


def test_somebody_says_otherwise(as_, cast: Cast):
    form = {"about": "care", "said": "Westborough has her now", "said_by": "Her aunt"}

    words = words_of(as_("sol").post(f"/children/{cast.sky.pk}/doubt", form, follow=True))

    assert "Westborough has her now" in words
    assert "Say what you were told" in words_of(
        as_("sol").post(f"/children/{cast.sky.pk}/doubt", form | {"said": ""})
    )


@pytest.mark.parametrize(
    ("page", "typed", "words"),
    [
        ("look-after", {"authority": "Westborough"}, "looked after by Westborough since"),
        ("end-care", {"authority": "Eastmoor"}, "not looked after any more after"),
        ("end-placement", {}, "not placed there any more after"),
        ("live-at", {"authority": "Eastmoor"}, "lives in Eastmoor since"),
        ("birth-date", {"precision": "known"}, "born on"),
    ],
)
def test_every_form_can_keep_what_was_typed_as_a_doubt(as_, cast: Cast, now, page, typed, words):
    days = [(name, ago(now, 7)) for name in ("since", "until", "born_on")]
    if page in ("look-after", "live-at"):
        days = days[:1]

    as_("amina").post(f"/children/{cast.sky.pk}/{page}", said(*days, **typed, doubt="yes"))

    assert Doubt.objects.get().said.startswith(words)


# Putting right.


def test_days_are_put_right_and_what_was_recorded_in_error_is_taken_out(as_, cast: Cast, now):
    row = care.live_at(cast.kit, Where(cast.eastmoor), since=ago(now, 7), by=cast.amina, at=now).row
    assert row
    page = f"/children/{cast.kit.pk}/facts/home/{row.pk}/correct"
    browser = as_("amina")
    assert "On record: lives in Eastmoor since" in words_of(browser.get(page))

    response = browser.post(page, said(("since", ago(now, 5)), how="days", because=""))
    assert "Enter how you know" in words_of(response)
    browser.post(page, said(("since", ago(now, 5)), how="days", because="The tenancy"))
    assert Address.objects.get(pk=row.pk).since == ago(now, 5)

    words = words_of(browser.post(page, {"how": "out", "because": "Another Kit"}, follow=True))
    assert not Address.objects.filter(pk=row.pk).exists()
    assert "What was settled and put right (2)" in words
    assert FormerFact.objects.count() == 2
    for who in ("owen", "wes"):
        assert as_(who).get(page).status_code == 404
    assert browser.get(f"/children/{cast.kit.pk}/facts/weather/1/correct").status_code == 404


# The record itself.


def test_the_record_is_passed_on_once_nothing_is_owed(as_, cast: Cast, now):
    care.look_after(cast.sky, cast.eastmoor, since=ago(now, 7), by=cast.amina, at=now)
    browser = as_("amina")
    page = f"/children/{cast.sky.pk}/pass-on"
    assert "Pass the record on to Eastmoor" in words_of(
        browser.get(f"/children/{cast.sky.pk}/care")
    )
    assert "You cannot take it back." in words_of(browser.get(page))

    response = browser.post(page)

    assert response.headers["Location"] == "/"
    assert cast.sky.responsible_authority == cast.eastmoor
    assert browser.get(f"/children/{cast.sky.pk}/care").status_code == 404
    assert as_("owen").get(f"/children/{cast.sky.pk}/care").status_code == 200


def test_the_record_of_ones_own_child_is_not_passed_on(as_, cast: Cast):
    page, browser = f"/children/{cast.sky.pk}/pass-on", as_("amina")

    for response in (browser.post(page), browser.get(page, follow=True)):
        words = words_of(response)
        assert "By what is on record no other council answers for this child." in words


# A host that is not on the system.


def test_a_host_that_is_not_on_the_system_is_told_by_our_own_means(as_, cast: Cast, now):
    Authority.objects.create(name="Farshire", nation="England", region="Invented")
    form = said(("since", ago(now, 7)), authority="Farshire")
    browser = as_("amina")

    words = words_of(browser.post(f"/children/{cast.sky.pk}/place", form, follow=True))

    assert "Farshire is not on Returnhome. Tell it yourselves that the placement has begun" in words
    notice = PlacementNotice.objects.get(to_authority__name="Farshire")
    assert as_("wes").post(f"/placement-notices/{notice.pk}/send").status_code == 404
    words = words_of(browser.post(f"/placement-notices/{notice.pk}/send", follow=True))
    assert "It is recorded that Farshire has been told." in words
    assert PlacementNotice.objects.get(pk=notice.pk).sent_by == cast.amina


# What is to be established.


def test_what_is_missing_is_a_task_with_a_link_and_goes_by_itself(as_, cast: Cast, now):
    Placement.objects.filter(child=cast.sky).delete()
    episode = missing(cast.sky, last_seen=now - timedelta(hours=5), at=now)
    browser = as_("amina")

    page = browser.get(f"/episodes/{episode.pk}")
    assert "To be established Where is the child placed? Record the placement" in words_of(page)
    assert f"/children/{cast.sky.pk}/place" in page.content.decode()
    assert "To be established" in words_of(browser.get("/"))

    browser.post(
        f"/children/{cast.sky.pk}/place", said(("since", ago(now, 30)), authority="Westborough")
    )

    for address in (f"/episodes/{episode.pk}", "/"):
        assert "To be established" not in words_of(browser.get(address))


def test_a_host_and_an_interviewer_are_given_no_task_that_is_not_theirs(as_, cast: Cast, now):
    care.doubt(cast.sky, About.CARE, said="Somebody else has her", by=cast.amina, at=now)
    episode = returned(cast.sky, at=now)

    for who in ("wes", "ines"):
        for address in (f"/episodes/{episode.pk}", "/"):
            assert "To be established" not in words_of(as_(who).get(address))
    assert "To be established" in words_of(as_("sol").get("/"))


def test_an_episode_of_a_child_not_named_yet_is_established_by_the_name(as_, cast: Cast, now):
    child = stranger(cast)
    episode = returned(child, at=now)

    page = as_("amina").get(f"/episodes/{episode.pk}")

    assert "To be established Who is this child? Say who the child is" in words_of(page)
    assert f"/children/{child.pk}/match" in page.content.decode()
    assert "To be established" not in words_of(as_("sol").get(f"/episodes/{episode.pk}"))


def test_a_child_at_home_recorded_as_away_was_missing(as_, cast: Cast, now):
    episode = missing(cast.kit, last_seen=now - timedelta(hours=5), kind=EpisodeKind.AWAY, at=now)
    browser = as_("amina")
    page = f"/episodes/{episode.pk}/classify"
    assert page in browser.get(f"/episodes/{episode.pk}").content.decode()

    assert "That is what is recorded already" in words_of(browser.post(page, {"kind": "away"}))
    browser.post(page, {"kind": "missing"})

    again = Episode.objects.get(pk=episode.pk)
    assert (again.kind, again.flags) == ("missing", [])
    assert as_("owen").get(page).status_code == 404
