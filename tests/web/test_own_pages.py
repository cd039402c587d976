"""A child's own pages, from the link to what is sent, and what a stranger or a parent finds."""

import re

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from returnhome.casework import ways_in
from returnhome.casework.models import Action, Choice, Episode, JournalEntry, OwnWords, WayIn
from returnhome.rules.codes import Device
from returnhome.web import own_pages
from tests.cast import Cast, booked, hours, returned
from tests.web.asking import words_of


@pytest.fixture
def link(cast: Cast, now) -> str:
    """A link for Sky, as it stands in a message."""
    _, secret = ways_in.make(
        returned(cast.sky, at=now), device=Device.OWN, language="en", by=cast.amina, at=now
    )
    return f"/m/{secret}"


@pytest.fixture
def child(link: str) -> Client:
    """The browser of a child who has opened the link and read what stays private."""
    browser = Client()
    browser.post(link)
    browser.post("/m/first")
    return browser


def test_a_link_opens_by_its_button_and_not_by_being_looked_at(link: str):
    browser = Client()

    for _ in range(3):
        assert "This page is for one person" in words_of(browser.get(link))
    response = browser.post(link)

    assert response.headers["Location"] == "/m/first"
    assert response.cookies["m"]["httponly"]
    assert response.cookies["m"]["samesite"] == "Strict"
    assert not response.cookies["m"]["max-age"]


def test_used_twice_expired_ended_and_guessed_show_the_same_page(link: str, cast: Cast, now):
    Client().post(link)
    guessed = Client().get("/m/no-such-link-at-all")
    used = Client().get(link)
    _, late = ways_in.make(
        Episode.objects.get(), device=Device.OWN, language="en", by=cast.amina, at=now - hours(80)
    )
    expired = Client().get(f"/m/{late}")
    without = Client().get("/m/")

    assert {page.status_code for page in (guessed, used, expired, without)} == {404}
    assert len({page.content for page in (guessed, used, expired, without)}) == 1
    page = words_of(used)
    assert "This page is closed" in page
    assert "0800 1111" in page
    assert JournalEntry.objects.filter(verb="refused", kind="wayin").count() == 3


def test_guesses_are_slowed(link: str):
    for number in range(25):
        assert Client().get(f"/m/guess-{number}").status_code == 404

    assert "This page is closed" in words_of(Client().get(link))


def test_right_links_are_not_counted_as_guesses(link: str):
    for _ in range(25):
        assert Client().get(link).status_code == 200


def test_first_comes_what_stays_private(link: str):
    browser = Client()
    browser.post(link)

    for name in ("own-home", "own-choose", "own-say", "own-yours", "own-help", "own-sent"):
        assert browser.get(reverse(name)).headers["Location"] == "/m/first"
    page = words_of(browser.get("/m/first"))
    assert "What we cannot keep private" in page
    assert browser.post("/m/first").headers["Location"] == "/m/"
    way_in = WayIn.objects.get()
    assert (way_in.told_in, way_in.told_at is None) == ("en", False)
    assert JournalEntry.objects.filter(verb="told what stays private").count() == 1


def test_no_page_reveals_whose_it_is_or_what_it_is(child: Client, cast: Cast):
    for name in ("own-home", "own-chosen", "own-yours", "own-help", "own-leaving", "own-first"):
        response = child.get(reverse(name))
        page = response.content.decode()
        assert re.findall("<title>(.*?)</title>", page) == ["My page"]
        assert response.headers["Cache-Control"] == "no-store"
        for word in ("Sky", "Marlowe", "Returnhome", "Northshire", "Amina", "absconded"):
            assert word not in page, (name, word)


def test_how_they_would_like_it_is_asked_one_thing_at_a_time_and_kept_as_they_go(
    child: Client, cast: Cast
):
    first = child.get("/m/choose", follow=True)
    assert first.redirect_chain == [("/m/choose/want", 302)]
    assert "1 of 6 Would you like to have your" in words_of(first)

    who = words_of(child.post("/m/choose/want", {"want": "yes"}, follow=True))
    assert "Now choose how you would like it to be" in who
    assert "2 of 6 Who would you like to talk to?" in who
    assert Episode.objects.get().answer == "accepted"
    posted = child.post("/m/choose/who", {"who": "woman", "own": "Not Dave"})
    assert posted.headers["Location"] == "/m/choose/where"
    # Skipped by its button or by leaving it empty.
    assert 'href="/m/choose/when"' in child.get("/m/choose/where").content.decode()
    assert child.post("/m/choose/where").headers["Location"] == "/m/choose/when"
    child.post("/m/choose/when", {"when": ["evening", "tomorrow"]})
    child.post("/m/choose/beside")
    page = words_of(child.post("/m/choose/needs", {"needs": ["quiet"]}, follow=True))

    assert "We have your choices" in page
    for chosen in ("Yes", "A woman", "Not Dave", "In the evening", "A quiet place"):
        assert chosen in page
    assert "Where would you like to talk? You skipped this. Change" in page
    choice = Choice.objects.newest_first().first()
    assert choice.chosen["when"] == ["evening", "tomorrow"]
    assert choice.words == "With whom: Not Dave"


@pytest.mark.parametrize("want", ["no", "not_now"])
def test_no_and_not_now_lead_to_a_kind_reply_and_what_else_there_is(child: Client, want: str):
    page = words_of(child.post("/m/choose/want", {"want": want}, follow=True))

    assert "The offer stays open." in page
    assert "You skipped this" not in page
    assert "What else you can do Say it your way" in page
    assert "Get help" in page


def test_after_a_no_the_child_says_yes_and_is_asked_the_rest(child: Client):
    child.post("/m/choose/want", {"want": "no"})
    again = child.get("/m/choose", follow=True)
    assert again.redirect_chain == [("/m/chosen", 302)]
    assert 'href="/m/choose/want?change=1"' in again.content.decode()

    changed = child.post("/m/choose/want?change=1", {"want": "yes"})

    assert changed.headers["Location"] == "/m/choose/who"
    assert Episode.objects.get().answer == "accepted"


def test_one_choice_is_changed_from_where_all_stands_and_leads_back_there(child: Client):
    child.post("/m/choose/who", {"who": "man", "own": "Not Dave"})
    page = child.get("/m/choose/who?change=1").content.decode()
    assert 'value="man" autocomplete="off" checked' in page
    assert "Not Dave" in page
    assert 'href="/m/chosen"' in page
    # Another language is the same page.
    assert 'href="?change=1&amp;in=en-easy"' in page

    changed = child.post("/m/choose/who?change=1", {"who": "woman"})

    assert changed.headers["Location"] == "/m/chosen"
    newest = Choice.objects.newest_first().first()
    assert (newest.chosen["who"], newest.words) == (["woman"], "")


def test_all_of_it_can_be_skipped(child: Client):
    page = words_of(child.get("/m/chosen"))

    assert page.count("You skipped this.") == 6
    assert "We have your choices" not in page
    assert not Choice.objects.exists()


def test_once_a_talk_is_booked_it_is_not_asked_whether_they_want_it(child: Client, cast: Cast, now):
    booked(Episode.objects.get(), interviewer=cast.ines, by=cast.amina, at=now)

    page = child.get("/m/choose", follow=True)

    assert "1 of 5 Who would you like to talk to?" in words_of(page)
    assert child.get("/m/choose/want").headers["Location"] == "/m/choose"


def test_a_note_too_long_to_keep_is_not_lost(child: Client):
    note = "long " * 5000

    page = child.post("/m/choose/who", {"own": note})

    assert "too long to send at once" in words_of(page)
    assert note.strip() in page.content.decode()


def test_one_question_at_a_time_each_can_be_skipped_and_it_is_saved_as_they_go(child: Client):
    first = child.get("/m/say", follow=True)
    assert "How are you right now?" in words_of(first)

    saved = child.post("/m/say/now", {"words": "so so", "saving": "1"})
    assert re.fullmatch(r"\d\d?(:\d\d)?[ap]m|midday|midnight", saved.json()["saved"])
    assert (
        child.post("/m/say/now", {"words": "so so", "pick": ["tired"]}).headers["Location"]
        == "/m/say/before"
    )
    assert child.post("/m/say/else", {"words": ""}).headers["Location"] == "/m/yours"

    draft = OwnWords.objects.get()
    assert (draft.words, draft.picked, draft.sent_at) == ("so so", ["tired"], None)
    assert "so so" in words_of(child.get("/m/yours"))


def test_what_is_sent_says_when_somebody_reads_it_and_whom_to_ring(child: Client):
    child.post("/m/say/bad", {"words": "He scares me"})

    page = words_of(child.post("/m/yours", follow=True))

    assert re.search(r"Someone will read this by \d+(:\d\d)?[ap]m (today|tomorrow)", page)
    assert "999" in page
    assert "0800 1111" in page
    assert OwnWords.objects.get().sent_at is not None
    assert "He scares me" not in words_of(child.get("/m/yours"))


def test_what_was_typed_can_be_deleted_before_it_is_sent(child: Client):
    child.post("/m/say/bad", {"words": "He scares me"})
    assert "Delete this for good?" in words_of(child.get("/m/yours?delete=bad"))
    gone = child.post("/m/say/bad", {"words": "", "delete": "yes"})

    assert gone.headers["Location"] == "/m/yours"
    assert not OwnWords.objects.exists()


def test_too_much_at_once_loses_nothing(child: Client):
    words = "long " * 5000

    page = child.post("/m/say/bad", {"words": words})

    assert "too long to send at once" in words_of(page)
    assert words.strip() in page.content.decode()


# What was not sent last time.


@pytest.fixture
def next_time(child: Client, cast: Cast, now) -> Client:
    """The child wrote something, left, and has a new link: what stays private comes first again."""
    child.post("/m/say/bad", {"words": "He scares me"})
    child.post("/m/leave")
    _, secret = ways_in.make(
        Episode.objects.get(), device=Device.OWN, language="en", by=cast.amina, at=now
    )
    browser = Client()
    browser.post(f"/m/{secret}")
    return browser


def test_what_was_not_sent_is_asked_about_once_and_no_word_of_it_is_shown(next_time: Client):
    asked = next_time.post("/m/first", follow=True)

    assert asked.redirect_chain == [("/m/before", 302)]
    page = words_of(asked)
    assert "You wrote something last time" in page
    assert "We delete it after 28 days." in page
    assert "He scares me" not in page
    assert "Delete this for good?" in words_of(next_time.get("/m/before?delete=1"))
    # Read again, it leads home; and home says nothing of it.
    assert next_time.post("/m/first").headers["Location"] == "/m/"
    assert "Not sent yet" not in words_of(next_time.get("/m/"))
    assert "He scares me" not in words_of(next_time.get("/m/yours"))


def test_sent_now_it_says_when_somebody_reads_it_and_stands_on_the_desk(next_time: Client, as_):
    next_time.post("/m/first")

    page = words_of(next_time.post("/m/before", {"act": "send"}))

    assert re.search(r"Someone will read this by \d+(:\d\d)?[ap]m (today|tomorrow)", page)
    assert "He scares me" not in page
    assert next_time.post("/m/before", {"act": "send"}).headers["Location"] == "/m/"
    assert next_time.get("/m/before").headers["Location"] == "/m/"
    assert "1 child has written: read it now" in words_of(as_("amina").get("/"))


def test_deleted_it_is_gone(next_time: Client):
    next_time.post("/m/first")

    page = words_of(next_time.post("/m/before", {"act": "delete"}))

    assert "It is gone." in page
    assert not OwnWords.objects.exists()


def test_left_it_is_kept_and_nobody_reads_it(next_time: Client):
    next_time.post("/m/first")

    assert next_time.get("/m/").status_code == 200
    assert OwnWords.objects.get().sent_at is None


def test_where_nothing_was_left_unsent_nothing_is_asked(link: str):
    browser = Client()
    browser.post(link)

    assert browser.post("/m/first").headers["Location"] == "/m/"
    assert browser.get("/m/before").headers["Location"] == "/m/"


def test_an_advocate_at_one_tap(child: Client, cast: Cast):
    page = words_of(child.post("/m/help/advocate", {"words": ""}))

    assert "You will hear by" in page
    assert Action.objects.get().kind == "advocacy"


def test_a_complaint_wants_words(child: Client):
    assert "Please write something first." in words_of(child.post("/m/help/complaint", {}))
    assert not Action.objects.exists()


def test_leaving_closes_the_pages_and_leaves_nothing(child: Client):
    response = child.post("/m/leave", {"question": "bad", "words": "He is com"})

    assert response.headers["Location"] == "https://www.bbc.co.uk/weather"
    assert response.cookies["m"].value == ""
    assert '"storage"' in response.headers["Clear-Site-Data"]
    assert OwnWords.objects.get().words == "He is com"
    assert child.get("/m/").status_code == 404


def test_the_coordinator_ends_it_while_the_page_is_open(child: Client, cast: Cast, now):
    ways_in.end_all(cast.sky.pk, by=cast.amina, at=now)

    assert child.get("/m/").status_code == 404
    assert child.post("/m/say/bad", {"words": "x"}).status_code == 404


def test_what_is_on_its_way_while_the_child_leaves_finds_the_pages_closed(child: Client, now):
    request = RequestFactory().post("/m/say/bad")
    request.COOKIES["m"], request.now = child.cookies["m"].value, now

    @own_pages.for_child
    def save(visit: own_pages.Visit):
        ways_in.leave(visit.way_in, at=now)
        return Episode.objects.get(pk=visit.way_in.episode_id)

    assert save(request).status_code == 404


def test_a_page_asked_for_at_the_moment_of_leaving_is_closed_and_no_fault(
    child: Client, now, monkeypatch: pytest.MonkeyPatch
):
    by_pass = ways_in.by_pass

    def just_before(its_pass, *, at):
        way_in = by_pass(its_pass, at=at)
        ways_in.leave(way_in, at=now)
        return way_in

    monkeypatch.setattr(ways_in, "by_pass", just_before)

    response = child.get("/m/leaving")

    assert response.status_code == 404
    assert "This page is closed" in words_of(response)


def test_easy_read_is_one_tap_away_and_stays(child: Client):
    first = child.get("/m/?in=en-easy")
    then = child.get("/m/help")

    assert 'class="easy"' in first.content.decode()
    assert 'class="easy"' in then.content.decode()


def test_easy_read_picked_at_the_door_goes_along(link: str):
    browser = Client()
    browser.get("/m/no-such-link?in=en-easy")
    browser.get(f"{link}?in=en-easy")
    opened = browser.post(f"{link}?in=en-easy")

    assert not opened.cookies["ml"]["expires"]
    assert 'class="easy"' in browser.get("/m/first").content.decode()


def test_what_somebody_else_picked_in_this_browser_is_forgotten(link: str):
    browser = Client()
    browser.get("/m/no-such-link?in=en-easy")
    browser.post(link)

    assert 'class="easy"' not in browser.get("/m/first").content.decode()


def test_a_language_that_nobody_has_signed_is_off(child: Client):
    assert 'lang="en"' in child.get("/m/?in=cy").content.decode()


def test_an_unknown_question_leads_back(child: Client):
    assert child.get("/m/say/zzz").headers["Location"] == "/m/say"
    assert child.get("/m/choose/zzz").headers["Location"] == "/m/choose"
    assert child.get("/m/help/zzz").headers["Location"] == "/m/help"
