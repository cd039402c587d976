"""The page on which a council brings its history: first what would be lost, then for good."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from returnhome.casework import restrictions
from returnhome.casework.history import Bringing
from returnhome.casework.models import Episode, JournalEntry, TaughtHeading
from tests.cast import NOW, Cast
from tests.web.asking import words_of

EARLIER = Path(__file__).parent.parent / "intake" / "earlier"
SINCE = {"live_since-day": "16", "live_since-month": "2", "live_since-year": "2026"}


def sent(client: Client, *names: str) -> Any:
    files = [SimpleUploadedFile(name, (EARLIER / name).read_bytes()) for name in names]
    return client.post("/history", {"file": files, **SINCE}, follow=True)


@pytest.fixture
def amina(as_: Any) -> Client:
    return as_("amina")


def test_a_coordinator_sees_what_would_be_lost_before_anything_is_written(
    cast: Cast, amina: Client
) -> None:
    page = words_of(sent(amina, "register.csv", "episodes.csv"))

    assert "Nothing is written yet" in page
    assert "Police log" in page
    assert "Moon was full" in page
    assert "no time: 72 hours cannot be counted, only whole days" in page
    assert "No child of this council has the number nobody" in page
    assert not Episode.objects.exists()


@pytest.mark.check
def test_it_is_brought_in_and_can_be_taken_back_with_a_reason(cast: Cast, amina: Client) -> None:
    sent(amina, "episodes.csv")
    one = Bringing.objects.get()

    done = words_of(amina.post(f"/history/{one.pk}/bring", follow=True))
    assert "7 episodes and 0 children are brought in" in done
    again = words_of(amina.post(f"/history/{one.pk}/bring", follow=True))
    assert "Nothing was written twice" in again

    unsaid = words_of(amina.post(f"/history/{one.pk}/take-back", {"because": ""}))
    assert "Enter why it is taken back" in unsaid
    back = words_of(amina.post(f"/history/{one.pk}/take-back", {"because": "Wrong"}, follow=True))
    assert "Taken back: 7 episodes" in back
    assert not Episode.objects.exists()


@pytest.mark.check
def test_files_can_be_thrown_away(cast: Cast, amina: Client) -> None:
    sent(amina, "episodes.csv")
    one = Bringing.objects.get()

    assert "thrown away" in words_of(amina.post(f"/history/{one.pk}/discard", follow=True))
    assert not Bringing.objects.exists()


@pytest.mark.check
def test_refused_rows_and_what_would_be_lost_can_be_downloaded(cast: Cast, amina: Client) -> None:
    sent(amina, "episodes.csv")
    one = Bringing.objects.get()

    rows = amina.get(f"/history/{one.pk}/refused.csv?file=episodes.csv").content.decode()
    lost = amina.get(f"/history/{one.pk}/lost.csv").content.decode()

    assert "No child of this council has the number nobody" in rows
    assert '"word that could not be placed"' in lost
    verbs = JournalEntry.objects.filter(kind="bringing").values_list("verb", flat=True)
    assert {"receive history", "read", "download refused rows"} <= set(verbs)


def test_a_file_of_something_else_is_refused_on_its_field(cast: Cast, amina: Client) -> None:
    fruit = SimpleUploadedFile("fruit.csv", b"Fruit,Colour\nPear,Green\n")

    page = words_of(amina.post("/history", {"file": [fruit], **SINCE}))

    assert "by them it is none of these" in page
    assert not Bringing.objects.exists()


def test_more_years_than_a_page_can_bring_are_refused_with_what_to_do(
    cast: Cast, amina: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("returnhome.web.history.MOST_ROWS", 5)

    page = words_of(sent(amina, "episodes.csv"))

    assert "rows, and at most 5 are brought in from a page at once: send fewer years" in page
    assert not Bringing.objects.exists()


def test_a_stranger_and_an_interviewer_find_no_such_page(
    cast: Cast, as_: Any, amina: Client
) -> None:
    sent(amina, "episodes.csv")
    one = Bringing.objects.get()
    amina.post(f"/history/{one.pk}/bring")

    for name in ("owen", "wes", "ines", "ana"):
        client = as_(name)
        for address in ("", "/take-back", "/refused.csv", "/lost.csv"):
            assert client.get(f"/history/{one.pk}{address}").status_code == 404, (name, address)
        for address in ("/bring", "/discard", "/take-back"):
            assert client.post(f"/history/{one.pk}{address}").status_code == 404, (name, address)
    assert as_("ines").get("/history").status_code == 404
    assert Episode.objects.count() == 7


@pytest.mark.check
def test_the_episode_says_what_earlier_records_say_and_to_whom(
    cast: Cast, as_: Any, amina: Client
) -> None:
    sent(amina, "episodes.csv", "missing.csv")
    amina.post(f"/history/{Bringing.objects.get().pk}/bring")
    kits = Episode.objects.get(child=cast.kit, earlier="held")
    skys = Episode.objects.filter(child=cast.sky).first()

    page = words_of(amina.get(f"/episodes/{kits.pk}"))
    assert "He said the house was loud." in page
    assert "J. Moss" in page
    assert skys is not None
    assert "What earlier records say" in words_of(amina.get(f"/episodes/{skys.pk}"))
    assert "What earlier records say" not in words_of(as_("wes").get(f"/episodes/{skys.pk}"))


@pytest.mark.check
def test_the_childs_story_tells_of_it_by_earlier_records(cast: Cast, amina: Client) -> None:
    sent(amina, "episodes.csv")
    amina.post(f"/history/{Bringing.objects.get().pk}/bring")

    story = words_of(amina.get(f"/children/{cast.kit.pk}"))

    assert "By earlier records: held." in story
    assert "By earlier records: whether an interview was offered is not known." in story
    assert "For how many hours is not known." in story


@pytest.mark.check
def test_whose_record_is_closed_to_somebody_is_nobody_to_them(cast: Cast, amina: Client) -> None:
    restrictions.keep_out(cast.kit, cast.amina, "Her nephew", by=cast.mara, at=NOW)

    page = words_of(sent(amina, "episodes.csv"))

    assert "No child of this council has the number kit" in page
    assert "No child of this council has this name and birth date" in page


@pytest.mark.check
def test_refused_rows_are_mended_in_place_and_sent_again(cast: Cast, amina: Client) -> None:
    sent(amina, "episodes.csv")
    one = Bringing.objects.get()
    amina.post(f"/history/{one.pk}/bring")
    rows = amina.get(f"/history/{one.pk}/refused.csv?file=episodes.csv").content.decode()

    mended = SimpleUploadedFile("mended.csv", rows.replace("nobody", "robin").encode())
    page = words_of(amina.post("/history", {"file": [mended], **SINCE}, follow=True))
    again = Bringing.objects.latest("pk")
    amina.post(f"/history/{again.pk}/bring")

    assert "Why it was refused" not in page
    assert Bringing.objects.get(pk=again.pk).episodes == 1
    assert Episode.objects.count() == 8


# A list of a council's own, in words that nobody else uses.
OWN_WORDS = (
    b"Kid,DOB,Gone since,Home again,RHI,Moon\n"
    b"Kit O'Dell,30/09/2012,01/11/2025 18:00,02/11/2025 09:30,Yes,full\n"
)


def own_words() -> SimpleUploadedFile:
    return SimpleUploadedFile("own.csv", OWN_WORDS)


def chosen(page: str, **meanings: str) -> dict[str, str]:
    """What the form sends when each of these headings gets this meaning."""
    labels = dict(re.findall(r'for="(?:id_)?(column_\d+)">\s*([^<]+?)\s*</label>', page))
    return {name: meanings.get(heading.replace(" ", "_"), "") for name, heading in labels.items()}


@pytest.mark.check
def test_headings_that_nobody_knows_are_asked_and_remembered_for_the_council(
    cast: Cast, amina: Client
) -> None:
    answer = amina.post("/history", {"file": [own_words()], **SINCE}, follow=True)
    one = Bringing.objects.get()
    assert answer.redirect_chain[-1][0] == f"/history/{one.pk}/columns"
    assert "“Kit O'Dell”" in words_of(answer)
    assert "Say what the columns of “own.csv” mean" in words_of(answer)

    # Who it is about is said, and not since when: nothing is remembered of it.
    half = amina.post(
        f"/history/{one.pk}/columns", chosen(answer.content.decode(), Kid="name", DOB="born")
    )
    assert "one when the episode began" in words_of(half)
    assert not TaughtHeading.objects.exists()

    whole = chosen(
        answer.content.decode(), Kid="name", DOB="born", Gone_since="started", Home_again="returned"
    )
    said = words_of(amina.post(f"/history/{one.pk}/columns", whole, follow=True))
    assert "Nothing is written yet" in said
    assert "Moon" in said
    # What nobody touched is not written down.
    said = dict(TaughtHeading.objects.values_list("heading", "column"))
    assert said == {"kid": "name", "gone since": "started", "home again": "returned"}
    amina.post(f"/history/{one.pk}/bring")
    assert Episode.objects.get().child == cast.kit

    # Next year's list comes in the same words.
    amina.post("/history", {"file": [own_words()], **SINCE})
    again = amina.get(f"/history/{Bringing.objects.latest('pk').pk}")
    assert again.status_code == 200
    assert "Nothing of it is new" in words_of(again)
    assert "Bring it in" not in words_of(again)


def test_what_one_council_says_of_headings_is_not_what_another_says(
    cast: Cast, amina: Client, as_: Any
) -> None:
    amina.post("/history", {"file": [own_words()], **SINCE})
    one = Bringing.objects.get()

    assert as_("wes").get(f"/history/{one.pk}/columns").status_code == 404
    amina.post(f"/history/{one.pk}/discard")
    assert amina.get(f"/history/{one.pk}/columns").status_code == 404


def test_a_list_in_words_of_its_own_cannot_be_brought_in_unread(cast: Cast, amina: Client) -> None:
    amina.post("/history", {"file": [own_words()], **SINCE})
    one = Bringing.objects.get()

    answers = [
        amina.post(f"/history/{one.pk}/bring"),
        amina.get(f"/history/{one.pk}/refused.csv?file=own.csv"),
        amina.get(f"/history/{one.pk}/lost.csv"),
    ]

    assert {each.headers["Location"] for each in answers} == {f"/history/{one.pk}/columns"}
    assert not Episode.objects.exists()
