"""A home's page: its own children, two reports, a shared telephone; and what the council sees."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from returnhome.casework import care, homes, staff
from returnhome.casework.care import Where
from returnhome.casework.models import Child, Episode, FromHome, JournalEntry, Notification
from returnhome.rules.clock import LONDON, estimated
from returnhome.rules.codes import EpisodeKind, Role
from returnhome.rules.homing import Known
from tests.cast import Cast, accepted, exactly, hours, lives_at, missing, returned
from tests.web.asking import typed_at, words_of

pytestmark = pytest.mark.check

LIST = "/lives-here"


@pytest.fixture
def robin(cast: Cast, now) -> Child:
    return lives_at(cast.robin, cast.larchwood, by=cast.sol, at=now)


def missing_page(child: Child) -> str:
    return f"{LIST}/{child.pk}/missing"


def back_page(child: Child) -> str:
    return f"{LIST}/{child.pk}/returned"


def gone(**more: str) -> dict[str, str]:
    typed = {
        "ago": "just_now",
        "kind": "missing",
        "where": "The bus stop",
        "police_told": "yes",
        "police_reference": "NP 77",
        "wearing": "Red coat",
        "worry": "Medicine tonight",
        "reporter": "Lara, night shift",
        "key": str(uuid4()),
    }
    return typed | more


def back(**more: str) -> dict[str, str]:
    typed = {
        "ago": "last_hour",
        "needs_doctor": "no",
        "police_spoke": "not_known",
        "came_from": "A friend’s",
        "reporter": "Lara",
        "key": str(uuid4()),
    }
    return typed | more


def reported(cast: Cast, child: Child, now, *, hours_ago: float = 2, **more: Any) -> FromHome:
    told = {
        "last_seen": exactly(now - hours(hours_ago)),
        "kind": EpisodeKind.MISSING,
        "police_told": Known.NO,
        "words": {"Where": "The bus stop"},
    }
    told = homes.Missing(**(told | more))
    return homes.report_missing(child.pk, told, key=uuid4(), by=cast.lara, at=now - hours(1))


def reported_back(cast: Cast, child: Child, now, **more: Any) -> FromHome:
    told = {
        "returned": exactly(now - hours(0.5)),
        "needs_doctor": Known.NO,
        "police_spoke": Known.NO,
        "words": {"From": "A friend’s"},
    }
    told = homes.Returned(**(told | more))
    return homes.report_returned(child.pk, told, key=uuid4(), by=cast.lara, at=now)


# Who lives here.


def test_a_home_comes_to_its_own_list_and_finds_no_other_page(as_, cast: Cast, robin) -> None:
    lara = as_("lara")

    assert lara.get("/").url == LIST
    page = lara.get(LIST)

    words = words_of(page)
    assert "Who lives here" in words
    assert "Robin Ashdown Report missing : Robin Ashdown" in words
    assert "Work list" not in words
    for other in ("Sky", "Kit", "Westborough", "Open Path", "NS1"):
        assert other not in words
    for closed in ("/children", "/hand-overs", "/actions", "/meetings", "/intake", "/figures"):
        assert lara.get(closed).status_code == 404, closed


def test_a_home_in_which_nobody_is_placed_is_told_what_to_do(as_, cast: Cast) -> None:
    words = words_of(as_("ferry").get(LIST))

    assert "No child is placed here today" in words
    assert "ring that council" in words


@pytest.mark.parametrize("who", ["amina", "ines", "mara", "wes", "owen", "adi", "ana", "pat"])
def test_the_list_is_there_for_nobody_else(as_, robin, who: str) -> None:
    client = as_(who)

    for page in (LIST, missing_page(robin), back_page(robin)):
        assert client.get(page).status_code == 404


def test_another_home_finds_neither_form_nor_report(as_, cast: Cast, robin, now) -> None:
    made, ferry = reported(cast, robin, now), as_("ferry")

    assert "Robin" not in words_of(ferry.get(LIST))
    for page in (missing_page(robin), back_page(robin)):
        assert ferry.get(page).status_code == 404
        assert ferry.post(page, gone() | back()).status_code == 404
    for page in (f"/home-reports/{made.pk}", f"/home-reports/{made.pk}/add"):
        assert ferry.get(page).status_code == 404
    assert ferry.post(f"/home-reports/{made.pk}/add", {"says": "taken_back"}).status_code == 404
    assert Episode.objects.get().returned_at is None


def test_what_is_refused_is_written_down(as_, cast: Cast, robin) -> None:
    as_("ferry").get(missing_page(robin))

    entry = JournalEntry.objects.filter(verb="refused").get()
    assert (entry.kind, entry.object_id, entry.by_id) == ("child", robin.pk, cast.ferry.pk)


def test_a_child_who_moved_away_yesterday_is_gone_and_the_council_keeps_the_report(
    as_, cast: Cast, robin, now
) -> None:
    made = reported(cast, robin, now)
    yesterday = now.astimezone(LONDON).date() - timedelta(days=1)
    where = Where(authority=cast.northshire, home=cast.aalto)
    care.place(robin, where, since=yesterday, by=cast.sol, at=now)

    lara = as_("lara")
    assert "Robin" not in words_of(lara.get(LIST))
    for page in (missing_page(robin), back_page(robin), f"/home-reports/{made.pk}"):
        assert lara.get(page).status_code == 404
    assert "Larchwood House: reported missing" in words_of(
        as_("amina").get(f"/episodes/{made.episode_id}")
    )


def test_with_the_first_lock_removed_the_database_still_shows_a_home_its_own_children_alone(
    as_, cast: Cast, robin, monkeypatch
) -> None:
    monkeypatch.setattr(
        staff.Person, "homes_where", lambda *_: frozenset({cast.larchwood.pk, cast.aalto.pk})
    )
    lives_at(cast.sky, cast.aalto, by=cast.sol)

    words = words_of(as_("lara").get(LIST))

    assert "Robin" in words
    assert "Sky" not in words


def test_the_list_writes_down_whom_it_showed_and_a_form_that_it_was_opened(
    as_, cast: Cast, robin
) -> None:
    lara = as_("lara")

    lara.get(LIST)
    entry = JournalEntry.objects.newest_first()[0]
    assert (entry.verb, entry.kind, entry.shown) == ("list", "lives-here", [robin.pk])

    lara.get(missing_page(robin))
    entry = JournalEntry.objects.newest_first()[0]
    assert (entry.verb, entry.kind, entry.child_id) == ("read", "child", robin.pk)


def test_the_list_takes_as_many_queries_for_many_as_for_one(as_, cast: Cast, robin, now) -> None:
    reported(cast, robin, now)
    lara = as_("lara")
    lara.get(LIST)
    with CaptureQueriesContext(connection) as one:
        lara.get(LIST)
    for child in (cast.sky,):
        lives_at(child, cast.larchwood, by=cast.sol, at=now)
        reported(cast, child, now)

    with CaptureQueriesContext(connection) as two:
        assert "Sky" in words_of(lara.get(LIST))

    assert len(two) == len(one) <= 24


# What the card says.


def card(client: Any) -> str:
    return words_of(client.get(LIST)).partition("Who lives here")[2].partition("A child who")[0]


def test_the_card_says_since_when_and_whether_the_police_were_told(
    as_, cast: Cast, robin, now
) -> None:
    reported(cast, robin, now)

    words = card(as_("lara"))

    assert re.search(r"Missing since (today|yesterday) at", words)
    assert "When you reported it the police had not been told." in words
    assert "Report returned : Robin Ashdown" in words
    assert "Report missing" not in words


def test_the_card_says_that_an_interview_is_due_and_not_why(as_, cast: Cast, robin, now) -> None:
    missing(robin, last_seen=now - hours(30), returned=now - hours(20), at=now)

    words = card(as_("lara"))

    assert re.search(r"An interview is due by \w+ \d+ \w+ at \S+\. It has not been offered", words)
    accepted(Episode.objects.get(), by=cast.amina, at=now)
    words = card(as_("lara"))
    assert "It has been offered." in words
    for hidden in ("declined", "accepted", "medium", "Northshire", "Open Path", "reason"):
        assert hidden not in words.lower()


# Reporting missing.


def test_the_form_asks_six_things_and_the_name_stands_there_already(as_, robin) -> None:
    page = as_("lara").get(missing_page(robin))

    html, words = page.content.decode(), words_of(page)
    assert "ring 999 first" in words
    assert "Robin Ashdown Report missing" in words
    assert 'value="Lara Finch"' in html
    assert words.count("(optional)") == 3
    assert "<title>Report missing – Returnhome</title>" in html


def test_a_home_reports_a_child_missing_in_one_page(as_, cast: Cast, robin, now) -> None:
    lara = as_("lara")

    response = lara.post(missing_page(robin), gone())

    made = FromHome.objects.get()
    assert response.url == f"/home-reports/{made.pk}"
    episode = made.episode
    assert (episode.child, episode.kind) == (robin, EpisodeKind.MISSING)
    assert episode.moment("last_seen").precision == estimated(5)
    assert made.words["Reported by"] == "Lara, night shift"
    words = words_of(lara.get(response.url))
    assert "Northshire has had it since today" in words
    assert "You have told the police, reference NP 77." in words
    assert "What you sent" in words
    assert "Medicine tonight" in words


def test_whoever_has_not_told_the_police_is_told_to(as_, robin) -> None:
    response = as_("lara").post(missing_page(robin), gone(police_told="no"), follow=True)

    assert "Tell the police: ring 101, or 999" in words_of(response)
    assert FromHome.objects.get().police_reference == ""


def test_a_council_that_is_not_here_has_to_be_rung(as_, cast: Cast, robin) -> None:
    staff.Post.objects.filter(organisation=cast.northshire_council).update(
        until="2026-01-01", since="2024-01-01"
    )

    response = as_("lara").post(missing_page(robin), gone(), follow=True)

    assert "Ring Northshire now. It is not on Returnhome" in words_of(response)


def test_the_page_sent_twice_makes_one_episode(as_, robin) -> None:
    lara, typed = as_("lara"), gone()

    first = lara.post(missing_page(robin), typed)
    again = lara.post(missing_page(robin), typed)

    assert first.url == again.url
    assert (Episode.objects.count(), Notification.objects.count()) == (1, 1)


def test_whoever_comes_second_is_led_to_what_was_reported(as_, robin) -> None:
    lara = as_("lara")
    first = lara.post(missing_page(robin), gone()).url

    assert lara.get(missing_page(robin)).url == first
    late = lara.post(missing_page(robin), gone())
    assert "Your home reported this on" in words_of(late)
    assert Episode.objects.count() == 1


def test_what_is_left_out_is_asked_for_and_nothing_typed_is_lost(as_, robin) -> None:
    page = as_("lara").post(missing_page(robin), {"where": "The <b>park</b>", "key": "x"})

    words = words_of(page)
    for asked in (
        "Say when the child was seen last",
        "Say whether you know where they are",
        "Answer “Have you told the police?”",
        "Enter your name",
    ):
        assert asked in words, asked
    assert 'value="The &lt;b&gt;park&lt;/b&gt;"' in page.content.decode()
    assert Episode.objects.count() == 0


def test_a_time_of_today_or_yesterday_is_typed_alone(as_, robin, now) -> None:
    # Whatever time it is now: yesterday at noon.
    yesterday = now.astimezone(LONDON) - timedelta(days=1)
    at = yesterday.replace(hour=12, minute=20)
    typed = gone(ago="yesterday", yesterday=f"{at.astimezone(LONDON):%H:%M}", yesterday_rough="on")

    as_("lara").post(missing_page(robin), typed)

    moment = Episode.objects.get().moment("last_seen")
    assert moment.at == at.replace(second=0, microsecond=0)
    assert moment.precision == estimated(15)


def test_a_day_before_that_is_typed_in_boxes(as_, robin, now) -> None:
    at = now - timedelta(days=3)
    typed = gone(ago="before") | typed_at("before", at) | {"before-precision": "exact"}

    as_("lara").post(missing_page(robin), typed)

    assert Episode.objects.get().last_seen_at == at.replace(second=0)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"ago": "yesterday", "yesterday": "7"}, "must say am or pm"),
        ({"ago": "yesterday", "yesterday": ""}, "Enter the time"),
        ({"ago": "before"}, "Enter the day and time"),
    ],
)
def test_a_time_that_cannot_be_read_is_asked_again(as_, robin, typed, sentence) -> None:
    page = as_("lara").post(missing_page(robin), gone(**typed))

    assert sentence in words_of(page)
    assert Episode.objects.count() == 0


def test_a_time_before_the_last_return_is_asked_again(as_, robin, now) -> None:
    returned(robin, hours_ago=0.2, at=now)
    typed = gone(ago="before") | typed_at("before", now - hours(5)) | {"before-precision": "exact"}

    page = as_("lara").post(missing_page(robin), typed)

    assert "The child was found or came back on" in words_of(page)


def test_a_child_who_moves_away_while_the_page_is_open_is_not_there_any_more(
    as_, cast: Cast, robin, now
) -> None:
    lara = as_("lara")
    lara.get(missing_page(robin))
    care.name_home(robin, cast.aalto, by=cast.sol, at=now)

    assert lara.post(missing_page(robin), gone()).status_code == 404
    assert Episode.objects.count() == 0


# Reporting returned.


def test_a_home_reports_a_child_back_and_reads_when_the_interview_is_due(
    as_, cast: Cast, robin, now
) -> None:
    reported(cast, robin, now, hours_ago=9)

    response = as_("lara").post(back_page(robin), back(), follow=True)

    words = words_of(response)
    assert re.search(r"A return home interview is due by \w+ \d+ \w+ at \S+ , with somebody", words)
    assert "a private room" in words
    assert "Do not ask what was said" in words
    assert Episode.objects.get().returned_source == "Larchwood House"


def test_a_child_who_seems_hurt_gets_help_first(as_, cast: Cast, robin, now) -> None:
    reported(cast, robin, now, hours_ago=9)

    response = as_("lara").post(
        back_page(robin), back(needs_doctor="yes", hurt="Her wrist"), follow=True
    )

    words = words_of(response)
    assert "Get help for the child now: 999" in words
    assert "Her wrist" in words
    assert FromHome.objects.to_see().count() == 1


def test_a_child_who_is_not_missing_cannot_come_back(as_, robin) -> None:
    lara = as_("lara")

    assert lara.get(back_page(robin)).url == LIST
    assert "not on record as missing" in words_of(lara.post(back_page(robin), back()))


# Adding to it.


def added(says: str, **more: str) -> dict[str, str]:
    return {"says": says, "more": "The log says so", "key": str(uuid4())} | more


def test_a_home_adds_to_its_report_and_takes_it_back_without_losing_it(
    as_, cast: Cast, robin, now
) -> None:
    made, lara = reported(cast, robin, now), as_("lara")
    page = f"/home-reports/{made.pk}/add"
    assert "What you sent stays as it is" in words_of(lara.get(page))

    lara.post(page, added("added"))
    taken = lara.post(page, added("taken_back", more="In the garden"), follow=True)

    assert "Nothing is deleted" in words_of(taken)
    assert "You took a report back. The council looks at it." in card(lara)
    assert [one.says for one in FromHome.objects.in_order()] == ["missing", "added", "taken_back"]
    assert "Enter" not in words_of(lara.get(LIST))
    again = words_of(lara.post(page, added("taken_back")))
    assert "This report has been taken back already." in again


def test_a_home_puts_a_time_right(as_, cast: Cast, robin, now) -> None:
    made, right = reported(cast, robin, now), (now - hours(3)).replace(second=0)
    typed = added("corrected", instant="last_seen") | typed_at("moment", right)

    as_("lara").post(f"/home-reports/{made.pk}/add", typed | {"moment-precision": "exact"})

    assert Episode.objects.get().last_seen_at == right


def test_words_are_needed_to_add_something(as_, cast: Cast, robin, now) -> None:
    made = reported(cast, robin, now)

    page = as_("lara").post(f"/home-reports/{made.pk}/add", added("added", more=" "))

    assert "Say what you know" in words_of(page)


# What the council sees.


def test_the_work_list_says_which_home_reported_it_and_what_to_look_at(
    as_, cast: Cast, robin, now
) -> None:
    reported(cast, robin, now, hours_ago=9)
    amina = as_("amina")
    assert "From Larchwood House" in words_of(amina.get("/"))

    reported_back(cast, robin, now, needs_doctor=Known.YES)

    assert "May need a doctor" in words_of(amina.get("/"))


def test_the_episode_shows_what_the_home_said_and_a_colleague_sees_to_it_once(
    as_, cast: Cast, robin, now
) -> None:
    reported(cast, robin, now, hours_ago=9)
    made = reported_back(cast, robin, now, needs_doctor=Known.YES)
    page, amina = f"/episodes/{made.episode_id}", as_("amina")

    words = words_of(amina.get(page))
    assert "Larchwood House: reported missing Lara Finch" in words
    assert "The home says that the child may be hurt or need a doctor." in words
    assert "Larchwood House, reference" in words  # among the notifications

    assert amina.post(f"/home-reports/{made.pk}/seen").url == page
    words = words_of(amina.get(page))
    assert "Seen to by Amina Yusuf" in words
    assert "May need a doctor" not in words_of(amina.get("/"))
    assert "A colleague has seen to this already." in words_of(
        amina.post(f"/home-reports/{made.pk}/seen")
    )


def test_the_intake_says_that_the_home_named_the_child(as_, cast: Cast, robin, now) -> None:
    delivery = reported(cast, robin, now).notification.delivery

    words = words_of(as_("amina").get(f"/deliveries/{delivery.pk}"))

    assert "What “Reported missing” did" in words
    assert "The home named the child, from the list of those who live there." in words
    assert "Robin Ashdown" in words
    assert as_("lara").get(f"/deliveries/{delivery.pk}").status_code == 404


def test_only_those_who_answer_for_the_child_see_to_it(as_, cast: Cast, robin, now) -> None:
    reported(cast, robin, now, hours_ago=9)
    made = reported_back(cast, robin, now, needs_doctor=Known.YES)
    page = f"/episodes/{made.episode_id}"

    for stranger in ("owen", "wes", "lara", "ferry", "adi", "ana", "sol"):
        assert as_(stranger).post(f"/home-reports/{made.pk}/seen").status_code == 404, stranger
    offered = {
        name: f"/home-reports/{made.pk}/seen" in as_(name).get(page).content.decode()
        for name in ("amina", "sol")
    }
    assert offered == {"amina": True, "sol": False}
    assert as_("amina").get(f"/home-reports/{made.pk}/seen").status_code == 405
    assert FromHome.objects.get(pk=made.pk).seen_at is None


def test_with_the_first_lock_removed_a_stranger_still_finds_no_report(
    as_, cast: Cast, robin, now, monkeypatch
) -> None:
    made = reported(cast, robin, now)
    monkeypatch.setattr(
        "returnhome.casework.homes.FromHomeQuerySet.visible_to", lambda rows, _: rows
    )

    assert as_("owen").post(f"/home-reports/{made.pk}/seen").status_code == 404
    assert as_("lara").post(f"/home-reports/{made.pk}/seen").status_code == 404


def test_the_home_is_named_on_the_page_of_care(as_, cast: Cast, now) -> None:
    sol, page = as_("sol"), f"/children/{cast.robin.pk}/name-home"
    assert "Ferry and Ruth Aalto" in words_of(sol.get(page))

    sol.post(page, {"home": str(cast.larchwood.pk)})

    assert "Larchwood House" in words_of(sol.get(f"/children/{cast.robin.pk}/care"))
    assert "That is what is on record already." in words_of(
        sol.post(page, {"home": str(cast.larchwood.pk)})
    )
    assert as_("owen").get(page).status_code == 404
    assert sol.get(f"/children/{cast.kit.pk}/name-home").status_code == 200
    assert "No placement" in words_of(
        sol.post(f"/children/{cast.kit.pk}/name-home", {"home": str(cast.larchwood.pk)})
    )


def test_a_placement_is_recorded_with_its_home(as_, cast: Cast, now) -> None:
    day = now.astimezone(LONDON).date()
    typed = {
        "authority": "Northshire",
        "postcode": "NS1 1AA",
        "home": str(cast.aalto.pk),
        "since-day": str(day.day),
        "since-month": str(day.month),
        "since-year": str(day.year),
    }

    as_("sol").post(f"/children/{cast.robin.pk}/place", typed)

    assert "Robin" in words_of(as_("ferry").get(LIST))


def test_a_manager_keeps_somebody_of_the_home_out_by_name(as_, cast: Cast, robin, now) -> None:
    mara, page = as_("mara"), reverse("list-person-child", args=[robin.pk])
    assert "Lara Finch" in words_of(mara.get(page))

    typed = {"person": str(cast.lara.pk), "may_see": "yes", "because": "She knows him"}
    assert "They do not work for a council or provider" in words_of(mara.post(page, typed))
    mara.post(page, typed | {"may_see": "no", "because": "His stepmother"})

    lara = as_("lara")
    assert "Robin" not in words_of(lara.get(LIST))
    assert lara.get(missing_page(robin)).status_code == 404


# A shared telephone.


def test_a_home_is_signed_out_sooner_than_a_council(as_, cast: Cast, robin, settings) -> None:
    lara, amina = as_("lara"), as_("amina")

    assert 'data-signs-out-after="600"' in lara.get(LIST).content.decode()
    assert 'data-signs-out-after="1800"' in amina.get("/").content.decode()
    for client in (lara, amina):
        session = client.session
        session["used_at"] -= 11 * 60
        session.save()
    assert "/accounts/login/" in lara.get(LIST).url
    assert amina.get("/").status_code == 200


def test_no_browser_keeps_a_page_of_the_home(as_, cast: Cast, robin, now) -> None:
    made, lara = reported(cast, robin, now), as_("lara")

    for page in (LIST, back_page(robin), f"/home-reports/{made.pk}"):
        response = lara.get(page)
        assert response["Cache-Control"] == "no-store"
        assert "Robin" not in re.search(r"<title>(.*?)</title>", response.content.decode())[1]


def test_somebody_of_a_home_who_also_works_for_the_council_keeps_both_lists(
    as_, cast: Cast, robin
) -> None:
    staff.appoint(
        cast.lara,
        Role.COORDINATOR,
        cast.northshire_council,
        since=cast.lara.posts.get().since,
        by=cast.adi,
        at=robin.confirmed_at,
    )
    lara = as_("lara")

    words = words_of(lara.get("/"))
    assert "Work list" in words
    assert "Who lives here" in words
    assert 'data-signs-out-after="1800"' in lara.get(LIST).content.decode()
