"""A share as a PDF, and the carers' update: what stands in the files, and who gets them."""

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from returnhome.casework import interviews, mentions, restrictions, shares
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Said as Words
from returnhome.casework.mentions import Told
from returnhome.casework.models import JournalEntry, Organisation, Share
from returnhome.casework.shares import LineDecided, Said
from returnhome.rules.mentioning import MentionKind
from returnhome.rules.philomena import VERSION, SheetPart
from returnhome.rules.sharing import MarkDecision, Openness, Purpose, Recipient, ShareItem
from tests.cast import Cast, everything_said, held, hours, returned, sign
from tests.sharing import CAR, begun, officer, sent, told_of_a_car
from tests.web.asking import words_of

pytestmark = pytest.mark.check

PAGES = ("pdf-share", "pdf-philomena", "json-philomena")
SAID = Said(
    name="The night team",
    because="She told where she goes",
    because_more="The car is how she is fetched",
    openness=Openness.AGREES,
)
TOLD = {
    "where_words": "We went to 4 Larkhill Close and then the café. Ring 07700 900123.",
    "with_words": "Jordan Quillfeather was there, and a mate.",
}


def told_of_the_night(cast: Cast, at: Any) -> Episode:
    """Sky's, with an interview signed off by Ines: where she went, with whom, and in which car."""
    episode = returned(cast.sky, at=at)
    talk = held(episode, interviewer=cast.ines, by=cast.amina, at=at)
    said = everything_said(talk) | {key: Words(words=words) for key, words in TOLD.items()}
    interviews.record(talk, said, by=cast.ines, at=at + hours(6))
    sign(talk, by=cast.ines, at=at + hours(6))
    mentions.note(talk, MentionKind.PERSON, Told(name="Jordan Quillfeather"), by=cast.ines, at=at)
    mentions.note(talk, MentionKind.VEHICLE, CAR, by=cast.ines, at=at)
    return episode


def sent_to_carers(
    cast: Cast, at: Any, *, without: str = "", to: Organisation | None = None
) -> Share:
    """By Ines to the carers: what serves finding Sky sooner, and the car. `without`: not told."""
    episode = told_of_the_night(cast, at)
    draft = begun(cast, episode, Recipient.HOME, Purpose.FIND_SOONER, at, to)
    car = [piece for piece in shares.more(draft, cast.ines) if piece.item is ShareItem.VEHICLE]
    shares.add(draft, car, by=cast.ines, at=at)
    decided = {
        line.pk: LineDecided(
            not without or without not in line.heading,
            [(MarkDecision.TAKE_OUT, "") for _ in line.decided],
        )
        for line in draft.lines.all()
    }
    kept = shares.keep(draft, SAID, decided, by=cast.ines, at=at)
    return shares.write(kept, by=cast.ines, at=at)


def get(client: Any, name: str, share: Share) -> HttpResponse:
    return client.get(reverse(name, args=[share.pk]))


def read(response: HttpResponse) -> str:
    assert response["Content-Type"] == "application/pdf"
    pages = PdfReader(BytesIO(response.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def lines_in(response: HttpResponse) -> list[dict[str, str]]:
    return [line for part in json.loads(response.content)["parts"] for line in part["lines"]]


# The share.


def test_what_the_police_were_sent_is_put_on_paper_with_its_grading(as_, cast: Cast, now):
    share = sent(cast, now)

    words = read(get(as_("ines"), "pdf-share", share))

    assert f"About {share.about}" in words
    assert "From Ines Okafor, Northshire" in words
    assert "To The missing-person unit, Northshire Police" in words
    assert "What for Stop whoever does harm" in words
    assert "It rests on UK GDPR, articles 6(1)(e)" in words
    assert "Vehicle: silver Ford, AB12CDE" in words
    assert "2: Untested" in words
    assert "C: Known indirectly to the source" in words
    assert "Conditions: Ask the council before anything is done" in words
    assert "Say by" in words
    assert cast.ines.email in words
    assert f"S-{share.pk}" in words


def test_what_was_not_ticked_and_why_it_was_shared_is_not_on_the_paper(as_, cast: Cast, now):
    share = sent_to_carers(cast, now, without="Where did you go")

    words = read(get(as_("ines"), "pdf-share", share))

    assert "Who were you with?" in words
    assert "Where did you go?" not in words
    assert SAID.because not in words


def test_neither_the_name_of_a_file_nor_the_file_itself_says_whom_it_is_about(as_, cast: Cast, now):
    share = sent_to_carers(cast, now)
    named = ["Sky", "Marlowe", "Northshire", "Westborough", "Larchwood", "Ines", "Okafor"]
    named += ["Quillfeather", "Larkhill"]

    for name in PAGES:
        response = get(as_("ines"), name, share)
        of_itself = response["Content-Disposition"]
        if name.startswith("pdf"):
            reader = PdfReader(BytesIO(response.content))
            root: Any = reader.trailer["/Root"]
            of_itself += str(reader.metadata) + root["/Metadata"].get_object().get_data().decode()
        assert f"S-{share.pk}." in of_itself
        assert [each for each in named if each in of_itself] == []


def test_the_same_share_is_the_same_file_each_time(as_, cast: Cast, now):
    share, ines = sent_to_carers(cast, now), as_("ines")

    for name in PAGES:
        assert get(ines, name, share).content == get(ines, name, share).content


# The carers' update.


def test_the_update_tells_all_of_the_share_and_nothing_else(as_, cast: Cast, now):
    share = sent_to_carers(cast, now)

    said = lines_in(get(as_("ines"), "json-philomena", share))

    told = share.lines.filter(is_in=True).order_by("place")
    assert len(said) > 2
    assert sorted((each["heading"], each["words"]) for each in said) == sorted(
        told.values_list("heading", "text")
    )


def test_a_line_that_was_not_ticked_is_in_neither_form_of_the_update(as_, cast: Cast, now):
    share, ines = sent_to_carers(cast, now, without="Where did you go"), as_("ines")

    assert "Where did you go?" not in read(get(ines, "pdf-philomena", share))
    assert "Where did you go?" not in get(ines, "json-philomena", share).content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_words_that_were_taken_out_are_in_no_file(as_, cast: Cast, now, name):
    share = sent_to_carers(cast, now)
    originals = " ".join(share.lines.values_list("original", flat=True))
    planted = ["Larkhill", "07700 900123", "Quillfeather"]
    assert all(each in originals for each in planted)

    response = get(as_("ines"), name, share)

    said = read(response) if name.startswith("pdf") else response.content.decode()
    assert [each for each in planted if each in said] == []
    assert "the café" in said
    assert "[number taken out]" in said


def test_where_and_with_whom_stand_in_their_parts_of_the_sheet(as_, cast: Cast, now):
    share = sent_to_carers(cast, now)

    said = json.loads(get(as_("ines"), "json-philomena", share).content)
    words = read(get(as_("ines"), "pdf-philomena", share))

    parts = {part["part"]: [line["heading"] for line in part["lines"]] for part in said["parts"]}
    assert list(parts) == [str(part) for part in SheetPart]
    assert "Where did you go?" in parts["places"]
    assert "Who were you with?" in parts["people"]
    assert parts["travel"] == ["Vehicle"]
    places = ["Missing now", "Ring 999.", "People they may be with", "Who were you with?"]
    places += ["Places to look", "Where did you go?", "What stays as it is on your sheet"]
    where = [words.index(each) for each in places]
    assert where == sorted(where)
    assert "Conditions: Ask whoever sent it before anything is done" in words
    assert "Known indirectly" not in words
    assert "Nothing new on: telephone numbers;" in words


def test_the_data_says_what_its_page_of_the_docs_says(as_, cast: Cast, now):
    share = sent_to_carers(cast, now)
    page = (Path(__file__).resolve().parents[2] / "docs/philomena.md").read_text()
    example = json.loads(page.partition("```json\n")[2].partition("```")[0])

    said = json.loads(get(as_("ines"), "json-philomena", share).content)

    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shape(each) for key, each in value.items()}
        return type(value).__name__

    assert (said["version"], example["version"]) == (VERSION, VERSION)
    assert said["format"] == example["format"]
    assert shape(said) == shape(example)
    part, line = example["parts"][0], example["parts"][0]["lines"][0]
    assert shape(said["parts"][0]) == shape(part)
    assert shape(lines_in(get(as_("ines"), "json-philomena", share))[0]) == shape(line)
    assert said["number"] == f"S-{share.pk}"
    assert said["about"] == share.about


@pytest.mark.parametrize("name", ["pdf-philomena", "json-philomena"])
def test_of_what_the_police_were_sent_there_is_no_update(as_, cast: Cast, now, name):
    assert get(as_("ines"), name, sent(cast, now)).status_code == 404


# Who gets it, and when not.


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("who", ["owen", "wes", "ana", "pat"])
def test_whoever_may_not_share_of_the_episode_finds_no_file(as_, cast: Cast, now, name, who):
    share = sent_to_carers(cast, now)

    assert get(as_(who), name, share).status_code == 404
    assert JournalEntry.objects.order_by("-pk")[0].verb == "refused"


@pytest.mark.parametrize("name", PAGES)
def test_a_draft_has_no_file(as_, cast: Cast, now, name):
    draft = begun(cast, told_of_a_car(cast, now), Recipient.HOME, Purpose.FIND_SOONER, now)

    assert get(as_("ines"), name, draft).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_what_was_recalled_is_not_put_on_paper_and_one_sentence_says_so(as_, cast: Cast, now, name):
    share = sent_to_carers(cast, now)
    shares.recall(share, "To the wrong home", by=cast.ines, at=now)

    response = get(as_("ines"), name, share)

    assert response.status_code == 409
    assert "This was recalled, or its time is over" in words_of(response)
    assert share.about not in words_of(response)


def test_what_is_past_its_time_is_not_put_on_paper(as_, cast: Cast, now):
    share = sent_to_carers(cast, now - timedelta(days=40))

    assert get(as_("ines"), "pdf-share", share).status_code == 409


@pytest.mark.parametrize("name", PAGES)
def test_each_file_that_was_taken_is_written_down(as_, cast: Cast, now, name):
    share = sent_to_carers(cast, now - hours(1))

    get(as_("ines"), name, share)

    entry = JournalEntry.objects.order_by("-pk")[0]
    assert (entry.verb, entry.kind, entry.object_id) == ("print", "share", share.pk)
    assert (entry.by_id, entry.child_id) == (cast.ines.pk, cast.sky.pk)


def test_a_file_of_many_lines_asks_the_database_no_more_than_one_of_few(
    as_, cast: Cast, now, django_assert_max_num_queries
):
    share, ines = sent_to_carers(cast, now), as_("ines")
    get(ines, "pdf-philomena", share)

    with django_assert_max_num_queries(26):
        get(ines, "pdf-philomena", share)


@pytest.mark.parametrize("who", ["mara", "sol"])
def test_whoever_may_share_of_the_episode_takes_what_a_colleague_sent(as_, cast: Cast, now, who):
    share = sent_to_carers(cast, now)

    assert [get(as_(who), name, share).status_code for name in PAGES] == [200] * 3


@pytest.mark.parametrize("name", PAGES)
def test_once_the_record_is_restricted_whoever_is_not_named_finds_no_file(
    as_, cast: Cast, now, name
):
    share = sent_to_carers(cast, now)
    restrictions.restrict(cast.sky, "A relative works here", by=cast.mara, at=now)

    assert get(as_("sol"), name, share).status_code == 404


# As the one who received it takes it.

RECEIVED = ("pdf-shared-with-us", "pdf-received-philomena", "json-received-philomena")


def test_a_home_with_an_account_takes_the_same_files_as_whoever_sent_them(as_, cast: Cast, now):
    share = sent_to_carers(cast, now, to=cast.larchwood)
    ines, lara = as_("ines"), as_("lara")

    page = words_of(lara.get(f"/shared-with-us/{share.pk}"))
    assert "On paper (PDF)" in page
    assert "Update for the Philomena sheet (PDF)" in page
    for ours, theirs in zip(PAGES, RECEIVED, strict=True):
        assert get(lara, theirs, share).content == get(ines, ours, share).content
        printed = JournalEntry.objects.filter(verb="print", by_id=cast.lara.pk)
        assert printed.about_child(cast.sky.pk).exists()


def test_a_unit_takes_its_paper_and_there_is_no_update_of_it(cast: Cast, now):
    share, unit = sent(cast, now), Client()
    unit.force_login(officer(cast))

    assert "AB12CDE" in read(get(unit, "pdf-shared-with-us", share))
    assert get(unit, "pdf-received-philomena", share).status_code == 404
    assert "Philomena" not in words_of(unit.get(f"/shared-with-us/{share.pk}"))


def test_nobody_else_takes_it_and_after_a_recall_nobody(as_, cast: Cast, now):
    share = sent_to_carers(cast, now, to=cast.larchwood)

    for who in ("ferry", "owen", "ines"):
        assert {get(as_(who), name, share).status_code for name in RECEIVED} == {404}
    shares.recall(share, "The wrong home", by=cast.ines, at=now)
    assert {get(as_("lara"), name, share).status_code for name in RECEIVED} == {409}
