"""The child's own pages from the worker's side: let in, ended, read, and first on the work list."""

import re

import pytest
from django.test import Client

from returnhome.casework import childs_part, communications, releases, ways_in
from returnhome.casework.models import Episode, JournalEntry, OwnWords, WayIn
from returnhome.rules.choosing import Asked
from returnhome.rules.codes import Device
from returnhome.rules.releasing import Kind, State
from tests.cast import Cast, booked, hours, returned
from tests.web.asking import words_of

OWN = {"device": "own", "language": "en", "is_safe": "on"}


def link_on(page: str) -> str:
    return re.findall(r"http://[^/]+(/m/[\w-]+)", page)[0]


def written(as_, cast: Cast, now, words: str = "He scares me") -> Episode:
    """Sky has opened her link and sent these words."""
    episode = returned(cast.sky, at=now)
    page = as_("amina").post(f"/episodes/{episode.pk}/let-in", OWN).content.decode()
    child = Client()
    child.post(link_on(page))
    child.post("/m/first")
    child.post("/m/choose/want", {"want": "yes"})
    child.post("/m/choose/who", {"who": "woman", "own": "Not Dave"})
    child.post("/m/say/bad", {"words": words, "pick": ["worried"]})
    child.post("/m/yours")
    return episode


def test_what_was_sent_by_a_later_link_says_when_it_was_written(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now - hours(60))
    for words, at in (("He scares me", now - hours(50)), ("", now)):
        _, secret = ways_in.make(episode, device=Device.OWN, language="en", by=cast.amina, at=at)
        with ways_in.scope(secret):
            way_in, _ = ways_in.open_link(secret, at=at)
            way_in = ways_in.told(way_in, language="en", at=at)
            if words:
                childs_part.save(way_in, Asked.BAD, words, language="en", at=at)
            else:
                childs_part.send_before(way_in, at=at)

    page = words_of(as_("amina").get(f"/episodes/{episode.pk}/own-pages"))

    assert "He scares me" in page
    assert re.search("The child, written .+, sent", page)


def test_amina_gives_the_child_a_link_that_is_shown_once(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)

    page = as_("amina").post(f"/episodes/{episode.pk}/let-in", OWN).content.decode()

    assert Client().post(link_on(page)).headers["Location"] == "/m/first"
    later = as_("amina").get(f"/episodes/{episode.pk}/own-pages").content.decode()
    assert "Open now" in later
    assert not re.findall(r"/m/[\w-]{20,}", later)


def test_a_link_for_a_telephone_that_may_be_watched_is_not_made(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    communications.note(
        cast.sky,
        language="",
        needs_interpreter=False,
        helps="",
        not_safe="Her phone: Dave reads it",
        by=cast.amina,
        at=now,
    )

    form = words_of(as_("amina").get(f"/episodes/{episode.pk}/let-in"))
    sent = as_("amina").post(f"/episodes/{episode.pk}/let-in", {**OWN, "is_safe": ""})

    assert "Her phone: Dave reads it" in form
    assert "Say that the telephone is safe" in words_of(sent)
    assert not WayIn.objects.exists()


def test_on_the_workers_device_the_worker_is_signed_out_first(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    device = as_("amina")

    response = device.post(
        f"/episodes/{episode.pk}/let-in", {"device": "workers", "language": "en"}
    )

    assert response.headers["Location"] == "/m/first"
    assert "Who sees what you say" in words_of(device.get("/m/first"))
    for address in ("/", f"/episodes/{episode.pk}", f"/children/{cast.sky.pk}"):
        assert "/accounts/login/" in device.get(address).headers["Location"]
    device.post("/m/first")
    back = device.get("/m/leave")
    assert "Please give the device back" in words_of(back)
    assert device.get("/m/").status_code == 404


def test_what_the_child_sent_stands_first_on_the_work_list_until_somebody_has_read_it(
    as_, cast: Cast, now
):
    episode = written(as_, cast, now)

    for name in ("amina", "mara", "sol"):
        page = words_of(as_(name).get("/"))
        assert "1 child has written: read it now" in page
        assert page.index("child has written") < page.index("Not taken on yet", 400)
    for name in ("wes", "ines", "pat"):
        assert "has written" not in words_of(as_(name).get("/"))
    page = words_of(as_("amina").get(f"/episodes/{episode.pk}/own-pages"))
    assert "He scares me" in page
    assert "Pictures picked: Worried" in page
    assert "A woman" in page
    assert "With whom: Not Dave" in page

    as_("amina").post(f"/episodes/{episode.pk}/read-own-words")

    assert "has written" not in words_of(as_("mara").get("/"))
    assert OwnWords.objects.get().read_by == cast.amina
    assert "Read by Amina Yusuf" in words_of(as_("mara").get(f"/episodes/{episode.pk}/own-pages"))


def test_the_host_and_a_stranger_find_no_such_page(as_, cast: Cast, now):
    episode = written(as_, cast, now)

    for name in ("wes", "owen", "ana", "adi"):
        assert as_(name).get(f"/episodes/{episode.pk}/own-pages").status_code in (302, 404)
        assert as_(name).post(f"/episodes/{episode.pk}/end-links").status_code in (302, 404)
    assert not OwnWords.objects.filter(read_at__isnull=False).exists()


def test_every_link_is_ended_at_once(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    link = link_on(as_("amina").post(f"/episodes/{episode.pk}/let-in", OWN).content.decode())
    child = Client()
    child.post(link)

    page = words_of(as_("amina").post(f"/episodes/{episode.pk}/end-links", follow=True))

    assert "1 link ended." in page
    assert child.get("/m/first").status_code == 404
    assert Client().get(link).status_code == 404


@pytest.mark.parametrize("texts", [1, 12])
def test_the_page_asks_as_much_whatever_was_sent(
    as_, cast: Cast, now, texts, django_assert_max_num_queries
):
    episode = returned(cast.sky, at=now)
    for number in range(texts):
        page = as_("amina").post(f"/episodes/{episode.pk}/let-in", OWN).content.decode()
        child = Client()
        child.post(link_on(page))
        child.post("/m/first")
        child.post("/m/say/bad", {"words": f"No {number}"})
        child.post("/m/yours")
    amina = as_("amina")

    with django_assert_max_num_queries(18):
        amina.get(f"/episodes/{episode.pk}/own-pages")


def test_whoever_holds_the_talk_reads_before_it_what_the_child_wrote(as_, cast: Cast, now):
    episode = written(as_, cast, now)
    assert as_("ines").get(f"/episodes/{episode.pk}/own-pages").status_code == 200
    assert "He scares me" not in words_of(as_("ines").get(f"/episodes/{episode.pk}/own-pages"))

    booked(episode, interviewer=cast.ines, by=cast.amina, at=now)

    assert "He scares me" in words_of(as_("ines").get(f"/episodes/{episode.pk}/own-pages"))
    assert "1 child has written" in words_of(as_("ines").get("/"))


def test_what_a_child_said_to_a_line_waits_on_the_work_list(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    page = as_("amina").post(f"/episodes/{episode.pk}/let-in", OWN).content.decode()
    line = releases.release(
        episode,
        Kind.SHARE,
        "That nights are loud",
        whom="The home’s manager",
        because="So that it gets quieter",
        state=State.STILL,
        is_safe=True,
        by=cast.amina,
        at=now,
    )
    child = Client()
    child.post(link_on(page))
    child.post("/m/first")
    child.post(f"/m/meant/{line.pk}", {"words": "Please do not"})

    page = words_of(as_("amina").get("/"))

    assert "1 answer is owed to a child" in page
    assert "What the child sees" in words_of(as_("amina").get(f"/episodes/{episode.pk}/own-pages"))


def test_ines_prepares_from_what_the_child_chose_and_wrote(as_, cast: Cast, now):
    episode = written(as_, cast, now)
    talk = booked(episode, interviewer=cast.ines, by=cast.amina, at=now)

    ines = words_of(as_("ines").get(f"/interviews/{talk.pk}/prepare"))

    assert "On their own pages the child chose" in ines
    assert "A woman" in ines
    assert "He scares me" in ines
    assert JournalEntry.objects.filter(verb="read", kind="ownwords", by_id=cast.ines.pk).exists()


def test_what_no_offer_can_take_any_more_is_still_kept_as_the_child_said_it(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    page = as_("amina").post(f"/episodes/{episode.pk}/let-in", OWN).content.decode()
    booked(episode, interviewer=cast.ines, by=cast.amina, at=now)
    child = Client()
    child.post(link_on(page))
    child.post("/m/first")

    child.post("/m/choose/want", {"want": "no"})

    page = words_of(as_("amina").get(f"/episodes/{episode.pk}/own-pages"))
    assert "Would they like the talk? No" in page
