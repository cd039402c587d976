"""A drawing and a voice on a child's own pages: taken, seen, heard, replaced, taken away, sent."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from returnhome.casework import acting, restrictions, ways_in
from returnhome.casework.models import JournalEntry, Made, OwnWords
from returnhome.rules import making
from returnhome.rules.codes import Device
from returnhome.web import uploads
from tests import makings
from tests.cast import Cast, booked, returned
from tests.web.asking import words_of


@pytest.fixture
def child(cast: Cast, now) -> Client:
    """The browser of a child who has opened the link and read what stays private."""
    return let_in(cast, now)


def let_in(cast: Cast, now) -> Client:
    _, secret = ways_in.make(
        returned(cast.sky, at=now), device=Device.OWN, language="en", by=cast.amina, at=now
    )
    browser = Client()
    browser.post(f"/m/{secret}")
    browser.post("/m/first")
    return browser


def drawing(content: bytes | None = None, name: str = "IMG_2041.JPG") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or makings.photo(), "image/jpeg")


def voice(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("voice.webm", content or makings.hum("webm"), "audio/webm")


def test_without_scripts_a_drawing_is_added_seen_and_sent_with_the_next_page(child: Client):
    added = child.post("/m/say/bad", {"words": "", "drawing": drawing(), "add": "drawing"})

    assert added.headers["Location"] == "/m/say/bad"
    page = child.get("/m/say/bad").content.decode()
    assert '<img class="drawn" src="/m/say/bad/drawing" alt="Your drawing">' in page
    seen = child.get("/m/say/bad/drawing")
    assert seen.headers["Content-Type"] == "image/jpeg"
    assert seen.content.startswith(b"\xff\xd8")
    assert "/m/say/bad/drawing" in child.get("/m/yours").content.decode()
    child.post("/m/yours")
    assert OwnWords.objects.get().sent_at is not None


def test_a_voice_note_goes_along_with_what_was_typed(child: Client):
    gone_on = child.post("/m/say/bad", {"words": "Listen", "recording": voice()})

    assert gone_on.headers["Location"] == "/m/say/help"
    kept = Made.objects.get()
    assert (kept.what, kept.kind, kept.seconds) == ("recording", "audio/mpeg", 1)
    page = child.get("/m/yours").content.decode()
    assert re.search(r'<audio [^>]*controls[^>]*src="/m/say/bad/recording"', page)
    assert "Listen" in page


def test_the_page_itself_saves_as_they_go_and_takes_away(child: Client):
    saved = child.post("/m/say/bad/drawing", {"drawing": drawing()})
    assert re.fullmatch(r"\d\d?(:\d\d)?[ap]m|midday|midnight", saved.json()["saved"])
    assert Made.objects.get().what == "drawing"

    assert child.post("/m/say/bad/drawing", {"take": "1"}).json() == {}

    assert not Made.objects.exists()
    assert child.get("/m/say/bad/drawing").status_code == 404


def test_a_button_takes_it_away_and_leaves_what_was_typed(child: Client):
    child.post("/m/say/bad", {"words": "He", "recording": voice()})

    away = child.post("/m/say/bad", {"words": "He scares me", "take": "recording"})

    assert away.headers["Location"] == "/m/say/bad"
    assert OwnWords.objects.get().words == "He scares me"
    assert not Made.objects.exists()


def test_all_of_an_answer_can_be_deleted_before_it_is_sent(child: Client):
    child.post("/m/say/bad", {"words": "", "drawing": drawing(), "recording": voice()})
    page = child.get("/m/yours?delete=bad").content.decode()
    assert "/m/say/bad/drawing" in page

    child.post("/m/say/bad", {"words": "", "delete": "yes"})

    assert not OwnWords.objects.exists()
    assert not Made.objects.exists()


def test_a_new_one_takes_its_place(child: Client):
    child.post("/m/say/bad/drawing", {"drawing": drawing()})
    child.post("/m/say/bad/drawing", {"drawing": drawing(makings.photo(form="PNG"))})

    assert Made.objects.get().kind == "image/png"


@pytest.mark.check
@pytest.mark.parametrize(
    ("what", "content", "sentence"),
    [
        ("drawing", b"<svg onload=alert(1)>", "We could not open that file."),
        ("drawing", b"\xff\xd8\xff\xe0 cut off", "We could not open that file."),
        ("recording", b"not a voice", "We could not open that file."),
        ("recording", makings.photo(), "We could not open that file."),
        ("drawing", b"\0" * (making.LARGEST["drawing"] + 1), "That file is too big."),
        ("recording", b"\0" * (making.LARGEST["recording"] + 1), "That file is too big."),
    ],
    ids=["a script", "cut off", "no voice", "a photo for a voice", "8 MB", "10 MB"],
)
def test_what_is_not_taken_is_said_kindly_and_nothing_typed_is_lost(
    child: Client, what, content, sentence
):
    file = SimpleUploadedFile("x.png", content, "image/png")
    page = child.post("/m/say/bad", {"words": "He scares me", "pick": ["worried"], what: file})

    assert sentence in words_of(page)
    assert "He scares me" in page.content.decode()
    assert OwnWords.objects.get().words == "He scares me"
    assert not Made.objects.exists()
    by_itself = child.post(
        f"/m/say/bad/{what}", {what: SimpleUploadedFile("x.png", content, "image/png")}
    )
    assert by_itself.status_code == 400
    assert sentence in by_itself.json()["problem"]


def test_the_name_and_the_sort_that_are_sent_decide_nothing(child: Client):
    file = SimpleUploadedFile("../../x.html", makings.photo(form="PNG"), "text/html")

    child.post("/m/say/bad/drawing", {"drawing": file})

    seen = child.get("/m/say/bad/drawing")
    assert seen.headers["Content-Type"] == "image/png"
    assert seen.headers["X-Content-Type-Options"] == "nosniff"
    assert seen.headers["Cache-Control"] == "no-store"
    assert seen.headers["Content-Disposition"] == "inline"
    assert "sandbox" in seen.headers["Content-Security-Policy"]


def test_nothing_that_came_along_is_given_out(child: Client):
    child.post("/m/say/bad", {"drawing": drawing(), "recording": voice()})

    for what in ("drawing", "recording"):
        assert b"quokka" not in child.get(f"/m/say/bad/{what}").content


def test_a_telephone_that_asks_for_a_sound_in_parts_gets_parts(child: Client):
    child.post("/m/say/bad/recording", {"recording": voice()})
    whole = child.get("/m/say/bad/recording")
    assert whole.headers["Accept-Ranges"] == "bytes"

    for asked, part, told in (
        ("bytes=0-1", whole.content[:2], f"bytes 0-1/{len(whole.content)}"),
        ("bytes=100-", whole.content[100:], None),
        ("bytes=-7", whole.content[-7:], None),
        ("bytes=5-99999999", whole.content[5:], None),
    ):
        response = child.get("/m/say/bad/recording", headers={"Range": asked})
        assert (response.status_code, response.content) == (206, part)
        assert told in (None, response.headers["Content-Range"])
    beyond = child.get("/m/say/bad/recording", headers={"Range": "bytes=99999999-"})
    assert beyond.status_code == 416
    assert child.get("/m/say/bad/recording", headers={"Range": "lines=1"}).status_code == 200


def test_only_the_page_of_a_question_may_ask_for_the_microphone(child: Client):
    pages = {address: child.get(address) for address in ("/m/", "/m/say/bad", "/m/yours")}

    allowed = {
        address: "microphone=(self)" in page.headers["Permissions-Policy"]
        for address, page in pages.items()
    }
    assert allowed == {"/m/": False, "/m/say/bad": True, "/m/yours": False}
    plays = {
        address: "media-src 'self'" in page.headers["Content-Security-Policy"]
        for address, page in pages.items()
    }
    assert plays == {"/m/": False, "/m/say/bad": True, "/m/yours": True}
    assert "camera=()" in pages["/m/say/bad"].headers["Permissions-Policy"]


def test_once_sent_or_left_it_is_not_on_the_pages_any_more(child: Client):
    child.post("/m/say/bad/drawing", {"drawing": drawing()})
    child.post("/m/yours")
    assert child.get("/m/say/bad/drawing").status_code == 404
    child.post("/m/say/now/drawing", {"drawing": drawing()})
    child.post("/m/leave")

    assert child.get("/m/say/now/drawing").status_code == 404


def test_another_child_finds_nothing_of_it(child: Client, cast: Cast, now):
    child.post("/m/say/bad/drawing", {"drawing": drawing()})
    _, secret = ways_in.make(
        returned(cast.kit, at=now), device=Device.OWN, language="en", by=cast.amina, at=now
    )
    other = Client()
    other.post(f"/m/{secret}")
    other.post("/m/first")

    assert other.get("/m/say/bad/drawing").status_code == 404
    assert other.post("/m/say/bad/drawing", {"take": "1"}).status_code == 200
    assert Made.objects.count() == 1
    assert Client().get("/m/say/bad/drawing").status_code == 404


@pytest.mark.parametrize("address", ["/m/say/zzz/drawing", "/m/say/bad/film"])
def test_of_what_is_not_asked_there_is_nothing(child: Client, address: str):
    assert child.get(address).status_code == 404


# On the way.


@pytest.fixture
def no_disk(monkeypatch, tmp_path):
    """A machine that has nowhere to put a file for a moment."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))


def test_what_a_child_sends_is_never_on_a_disk_as_it_came(child: Client, no_disk):
    large = makings.photo() + b"\0" * (5 * making.MEGABYTE)

    child.post("/m/say/bad", {"words": "He", "drawing": drawing(large)})

    assert Made.objects.get().what == "drawing"


def test_a_request_with_the_check_of_where_it_came_from_is_held_in_memory_too(
    cast: Cast, now, no_disk
):
    """That check reads the request before any page of ours does."""
    _, secret = ways_in.make(
        returned(cast.sky, at=now), device=Device.OWN, language="en", by=cast.amina, at=now
    )
    browser = Client(enforce_csrf_checks=True)
    browser.post(f"/m/{secret}")

    def token(address: str) -> str:
        return re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(address).text)[0]

    browser.post("/m/first", {"csrfmiddlewaretoken": token("/m/first")})
    large = drawing(makings.photo() + b"\0" * (5 * making.MEGABYTE))
    browser.post("/m/say/bad", {"csrfmiddlewaretoken": token("/m/say/bad"), "drawing": large})
    assert Made.objects.count() == 1
    without = browser.post("/m/say/now", {"drawing": drawing()})
    assert without.status_code == 403
    assert Made.objects.count() == 1


def test_of_many_files_no_more_is_held_than_of_two():
    handler = uploads.InMemory()
    held = []
    for _ in range(10):
        handler.new_file("drawing", "x", "image/png", None)
        for _ in range(7):
            handler.receive_data_chunk(b"\0" * making.MEGABYTE, 0)
        held.append(handler.file_complete(0))

    assert sum(len(file.read()) for file in held) <= uploads.MOST
    assert {file.size for file in held} == {7 * making.MEGABYTE}


def test_of_a_film_nothing_is_held_and_beyond_all_measure_nobody_waits():
    handler = uploads.InMemory()
    handler.new_file("drawing", "film.mp4", "video/mp4", None)

    for _ in range(uploads.LET_GO_BY // making.MEGABYTE):
        handler.receive_data_chunk(b"\0" * making.MEGABYTE, 0)
    with pytest.raises(uploads.StopUpload):
        handler.receive_data_chunk(b"\0", 0)

    assert len(handler.file_complete(0).read()) == 0


# On the desk.


def sent(child: Client, *, drawn: bool = True, said: bool = True) -> dict[str, Made]:
    """What the child drew and said aloud, and has sent."""
    files = {"drawing": drawing()} if drawn else {}
    files |= {"recording": voice()} if said else {}
    child.post("/m/say/bad", {"words": "", **files})
    child.post("/m/yours")
    return {each.what: each for each in Made.objects.select_related("own_words")}


def test_the_worker_sees_the_drawing_and_hears_the_voice_with_who_and_when(
    child: Client, as_, cast: Cast
):
    made = sent(child)
    episode = made["drawing"].own_words.episode_id

    response = as_("amina").get(f"/episodes/{episode}/own-pages")

    page = response.content.decode()
    assert f'src="/made/{made["drawing"].pk}"' in page
    assert "What the child drew to “Did anything bad or scary happen?”" in page
    assert f'src="/made/{made["recording"].pk}"' in page
    assert "The child recorded their voice: 1 second" in words_of(response)
    assert re.search(r"The child, .*?(today|ago|at)", words_of(response))
    assert "media-src 'self'" in response.headers["Content-Security-Policy"]
    assert "microphone=()" in response.headers["Permissions-Policy"]
    assert as_("amina").get(f"/made/{made['drawing'].pk}").content.startswith(b"\xff\xd8")
    heard = as_("amina").get(f"/made/{made['recording'].pk}", headers={"Range": "bytes=0-9"})
    assert (heard.status_code, len(heard.content)) == (206, 10)
    assert heard.headers["Content-Type"] == "audio/mpeg"


def test_that_it_was_looked_at_is_written_down(child: Client, as_, cast: Cast):
    made = sent(child)["drawing"]

    as_("amina").get(f"/made/{made.pk}")
    as_("owen").get(f"/made/{made.pk}")

    looks = JournalEntry.objects.filter(kind="made", object_id=made.pk)
    assert list(looks.order_by("pk").values_list("verb", "by_id", "child_id")) == [
        ("read", cast.amina.pk, cast.sky.pk),
        ("refused", cast.owen.pk, None),
    ]


def test_whoever_may_not_read_the_account_finds_nothing_there(child: Client, as_, cast: Cast):
    made = sent(child)

    for name in ("wes", "owen", "ines", "ana"):
        for one in made.values():
            assert as_(name).get(f"/made/{one.pk}").status_code == 404, name
    assert Client().get(f"/made/{made['drawing'].pk}").status_code == 302


def test_what_is_not_sent_is_nobodys_but_the_childs(child: Client, as_):
    child.post("/m/say/bad/drawing", {"drawing": drawing()})

    assert as_("amina").get(f"/made/{Made.objects.get().pk}").status_code == 404


def test_ines_prepares_from_what_was_drawn_and_said(child: Client, as_, cast: Cast, now):
    made = sent(child)
    talk = booked(made["drawing"].own_words.episode, interviewer=cast.ines, by=cast.amina, at=now)

    response = as_("ines").get(f"/interviews/{talk.pk}/prepare")

    assert f'src="/made/{made["drawing"].pk}"' in response.content.decode()
    assert "Listen to it on the screen" in words_of(response)
    assert "media-src 'self'" in response.headers["Content-Security-Policy"]
    assert as_("ines").get(f"/made/{made['recording'].pk}").status_code == 200


def test_a_restricted_record_closes_what_was_drawn(child: Client, as_, cast: Cast, now):
    made = sent(child)["drawing"]
    restrictions.restrict(cast.sky, "A relative works here", to=[cast.mara], by=cast.mara, at=now)

    assert as_("amina").get(f"/made/{made.pk}").status_code == 404
    with acting.on_behalf_of(cast.amina), transaction.atomic():
        assert not Made.objects.exists()


def test_a_voice_alone_waits_first_on_the_work_list(child: Client, as_):
    sent(child, drawn=False)

    assert "1 child has written: read it now" in words_of(as_("amina").get("/"))
