"""What was told of, on the pages: noted by type, corrected, printed, and looked for."""

from datetime import datetime

import pytest

from returnhome.casework import mentions
from returnhome.casework.mentions import Told
from returnhome.casework.models import Interview, JournalEntry, Mention
from returnhome.rules.mentioning import MentionKind
from tests.cast import Cast, hours, returned, signed
from tests.web.asking import words_of

HOW = {"reliability": "seen", "expectation": "not_that_i_said_it"}


@pytest.fixture
def interview(cast: Cast, now: datetime) -> Interview:
    before = now - hours(12)
    return signed(returned(cast.sky, at=before), interviewer=cast.ines, by=cast.amina, at=before)


@pytest.fixture
def sam(cast: Cast, interview: Interview, now: datetime) -> Mention:
    told = Told(nickname="Big Sam", age="about 30")
    return mentions.note(interview, MentionKind.PERSON, told, by=cast.ines, at=now)


@pytest.mark.parametrize(
    ("kind", "said", "shown"),
    [
        ("person", {"nickname": "Big Sam", "age": "about 30"}, "Big Sam aged about 30"),
        ("place", {"place_kind": "hotel", "postcode": "nn1 1nn"}, "NN1 1NN Hotel"),
        ("vehicle", {"registration": "ab12 cde", "colour": "silver"}, "AB12CDE silver"),
        ("phone", {"number": "+44 7700 900123", "name": "Sam"}, "07700900123 of Sam"),
        ("handle", {"name": "@big_sam", "platform": "Snap"}, "@big_sam Snap"),
    ],
)
def test_ines_notes_what_sky_told_of(as_, interview, kind, said, shown):
    address = f"/interviews/{interview.pk}/note-mention/{kind}"

    response = as_("ines").post(address, HOW | said, follow=True)

    words = words_of(response)
    assert shown in words
    assert (
        "Rests on: the child saw or heard it themselves. What the child expects: it may be "
        in words
    )


def test_the_sentence_it_was_said_in_stands_with_its_question(as_, interview):
    question = interview.standard.questions[0]
    form = {"name": "Sam", "sentence": "Sam had\na dog", "question": question.key} | HOW

    address = f"/interviews/{interview.pk}/note-mention/person"
    response = as_("sol").post(address, form | {"another": "yes"})

    assert response.headers["Location"] == address
    words = words_of(as_("sol").get(f"/interviews/{interview.pk}/mentions"))
    assert f"Sam had a dog To “{question.text}”" in words
    assert "Sam" in words_of(as_("sol").get(f"/interviews/{interview.pk}"))


@pytest.mark.parametrize(
    ("kind", "said", "sentence"),
    [
        ("person", {}, "Write down at least one thing that is known."),
        ("vehicle", {}, "Enter the registration, or the make and colour."),
        ("phone", {"number": "ask him"}, "Enter a telephone number"),
        ("handle", {}, "Enter the name"),
    ],
)
def test_nothing_at_all_is_refused_and_the_rest_stays(as_, interview, kind, said, sentence):
    address = f"/interviews/{interview.pk}/note-mention/{kind}"

    response = as_("ines").post(address, HOW | {"sentence": "What she said"} | said)

    assert sentence in words_of(response)
    assert "What she said" in response.content.decode()
    assert not Mention.objects.exists()


def test_a_kind_that_there_is_not_is_not_there(as_, interview):
    assert as_("ines").get(f"/interviews/{interview.pk}/note-mention/rumour").status_code == 404


def test_sol_corrects_it_and_the_earlier_wording_stays(as_, sam, interview):
    sol = as_("sol")
    assert 'value="about 30"' in sol.get(f"/mentions/{sam.pk}/correct").content.decode()

    response = sol.post(f"/mentions/{sam.pk}/correct", HOW | {"name": "Sam Reed"}, follow=True)

    assert "Sam Reed" in words_of(response)
    assert "Big Sam" not in words_of(response)
    assert Mention.objects.count() == 2
    stale = sol.post(f"/mentions/{sam.pk}/correct", HOW | {"name": "Sam"})
    assert "corrected or taken out already" in words_of(stale)
    assert sol.get(f"/mentions/{sam.pk}/correct").status_code == 404


def test_what_was_noted_in_error_is_taken_out(as_, sam, interview):
    response = as_("sol").post(f"/mentions/{sam.pk}/correct", {"take-out": "yes"}, follow=True)

    assert "Nothing is noted yet" in words_of(response)


# Looked for.


def test_a_name_is_looked_for_among_the_accounts_one_may_read(as_, cast: Cast, sam):
    sol = as_("sol")
    assert "Who and where has come up" in words_of(sol.get("/children"))

    words = words_of(sol.post("/mentions", {"q": "big sam"}))

    assert "1 time" in words
    assert "Sky Marlowe" in words
    assert "This has not come up" in words_of(sol.post("/mentions", {"q": "silver car"}))
    for stranger in ("owen", "wes", "pat"):
        assert "This has not come up" in words_of(as_(stranger).post("/mentions", {"q": "big sam"}))


def test_a_search_of_two_letters_is_too_short(as_, sam):
    assert "at least 3 letters or figures" in words_of(as_("sol").post("/mentions", {"q": "b-i"}))


@pytest.mark.parametrize("who", ["ana", "adi"])
def test_whoever_reads_no_account_has_no_search(as_, who: str):
    assert as_(who).get("/mentions").status_code == 404


@pytest.mark.parametrize("who", ["owen", "wes", "pat", "ana"])
def test_a_stranger_finds_nothing_of_it_and_is_written_down(as_, cast, sam, interview, who):
    for address in (
        f"/interviews/{interview.pk}/mentions",
        f"/interviews/{interview.pk}/note-mention/person",
        f"/mentions/{sam.pk}/correct",
    ):
        assert as_(who).get(address).status_code == 404, address

    entry = JournalEntry.objects.newest_first()[0]
    assert (entry.verb, entry.kind, entry.object_id) == ("refused", "mention", sam.pk)


def test_the_page_asks_as_often_for_many_as_for_one(
    as_, cast, interview, now, django_assert_max_num_queries
):
    for number in range(9):
        told = Told(name=f"Sam {number}")
        mentions.note(interview, MentionKind.PERSON, told, by=cast.ines, at=now)
    sol = as_("sol")

    # The page's own (2), session, person, posts, areas; the interview, the journal, its episodes,
    # what was told of.
    with django_assert_max_num_queries(12):
        assert "Sam 8" in words_of(sol.get(f"/interviews/{interview.pk}/mentions"))
    # The search, and whom it shows.
    with django_assert_max_num_queries(9):
        assert "9 times" in words_of(sol.post("/mentions", {"q": "sam"}))
