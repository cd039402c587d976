"""Recording on the pages: topic by topic, read through, signed off, added to, shown."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from returnhome.casework import interviews, support
from returnhome.casework.interviews import Said
from returnhome.casework.models import Addendum, Entry, Interview, JournalEntry
from returnhome.rules import standard
from returnhome.rules.codes import ActionKind
from returnhome.rules.standard import v0
from returnhome.rules.standard.parts import Kind, Question, SaidBy
from returnhome.web import pages
from tests.cast import Cast, booked, everything_said, held, hours, returned, signed
from tests.web.asking import words_of

NAN = "I wanted to see my nan.\nNobody   asked me.\n\n“Nobody” <ever> asks."


@pytest.fixture
def before(now: datetime) -> datetime:
    """Early enough for a whole interview to have happened since."""
    return now - hours(12)


@pytest.fixture
def interview(cast: Cast, before: datetime) -> Interview:
    """Sky's, booked with Ines of Northshire."""
    episode = returned(cast.sky, at=before)
    return booked(episode, interviewer=cast.ines, by=cast.amina, at=before)


def held_one(cast: Cast, before: datetime) -> Interview:
    return held(returned(cast.sky, at=before), interviewer=cast.ines, by=cast.amina, at=before)


def signed_one(cast: Cast, before: datetime) -> Interview:
    return signed(returned(cast.sky, at=before), interviewer=cast.ines, by=cast.amina, at=before)


def why(**changes) -> dict:
    return {
        "why_words-words": NAN,
        "push-codes": ["conflict", "school"],
        "push-words": "",
        "pull-codes": ["family"],
        "pull-words": "Nan in Leeds",
        "why_judged-words": "",
    } | changes


def seen_all(interview: Interview) -> dict[str, str]:
    """As from a page that was drawn after everything that stands written."""
    return {f"{question.key}-seen": "999999999" for question in interview.standard.questions}


# The conversation.


def test_every_topic_of_the_standard_stands_on_the_page_with_how_far_it_is(
    as_, cast: Cast, interview, now
):
    said = {"why_words": Said(words="Bored"), "push": Said(codes=["school"])}
    interviews.record(interview, said, by=cast.ines, at=now)

    words = words_of(as_("ines").get(f"/interviews/{interview.pk}/record"))

    for section in interview.standard.sections:
        assert section.title in words
    assert "Why they went 2 of 6 answered" in words
    assert "Harm Nothing yet" in words
    assert "Saved today at" in words


def test_saving_a_topic_keeps_the_words_as_typed_and_goes_on_to_the_next(
    as_, cast: Cast, interview
):
    response = as_("ines").post(f"/interviews/{interview.pk}/record/why", why())

    answers = interviews.answers(interview)
    assert response.headers["Location"] == f"/interviews/{interview.pk}/record/where"
    assert answers["why_words"].words == NAN
    assert answers["push"].codes == ["conflict", "school"]
    assert (answers["pull"].codes, answers["pull"].words) == (["family"], "Nan in Leeds")
    assert "why_judged" not in answers
    assert Entry.objects.filter(written_by=cast.ines).count() == 3


def test_saving_and_leaving_goes_back_to_the_topics(as_, cast: Cast, interview):
    response = as_("ines").post(f"/interviews/{interview.pk}/record/why", why(leave="yes"))

    assert response.headers["Location"] == f"/interviews/{interview.pk}/record"


def test_what_was_written_stands_in_the_page_when_it_is_opened_again(as_, cast: Cast, interview):
    ines = as_("ines")
    ines.post(f"/interviews/{interview.pk}/record/why", why())

    page = ines.get(f"/interviews/{interview.pk}/record/why").content.decode()

    assert "Nobody   asked me.&#10;&#10;“Nobody” &lt;ever&gt; asks." in page
    assert 'value="conflict" checked' in page
    assert "Nan in Leeds" in page
    assert "Saved" in page


def test_an_empty_topic_is_no_mistake_while_talking(as_, cast: Cast, interview):
    response = as_("ines").post(f"/interviews/{interview.pk}/record/harm", {"minutes-words": ""})

    assert response.status_code == 302
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("ticked", "kept"),
    [
        (["no:not_asked"], "not_asked"),
        (["no:did_not_want_to_say"], "did_not_want_to_say"),
        (["no:not_asked", "no:did_not_want_to_say"], "did_not_want_to_say"),
    ],
)
def test_any_question_can_be_not_asked_or_not_answered(as_, cast: Cast, interview, ticked, kept):
    form = {"why_words-codes": ticked, "push-codes": ticked}

    as_("ines").post(f"/interviews/{interview.pk}/record/why", form)

    answers = interviews.answers(interview)
    assert answers["why_words"].unanswered == answers["push"].unanswered == kept


def test_an_answer_stands_above_a_tick_that_there_is_none(as_, cast: Cast, interview):
    form = {"why_words-words": "To see nan", "why_words-codes": ["no:not_asked"]}

    response = as_("ines").post(f"/interviews/{interview.pk}/record/why", form)

    said = interviews.answers(interview)["why_words"]
    assert response.status_code == 302
    assert (said.words, said.unanswered) == ("To see nan", "")


def test_a_choice_of_one_takes_one_or_says_there_was_none(as_, cast: Cast, interview):
    form = {"harm-codes": "possible", "told_police-codes": "no:not_asked"}

    as_("ines").post(f"/interviews/{interview.pk}/record/harm", form)

    answers = interviews.answers(interview)
    assert answers["harm"].codes == ["possible"]
    assert answers["told_police"].unanswered == "not_asked"


def test_ten_thousand_words_are_kept_whole(as_, cast: Cast, interview):
    long = "word " * 10_000 + "end"

    response = as_("ines").post(
        f"/interviews/{interview.pk}/record/why", why(**{"why_words-words": long})
    )

    assert response.status_code == 302
    assert interviews.answers(interview)["why_words"].words == long


def test_words_from_another_device_are_not_overwritten_unseen(as_, cast: Cast, interview, now):
    ines, page = as_("ines"), f"/interviews/{interview.pk}/record/why"
    said = {"why_words": Said(words="Typed on the phone")}
    interviews.record(interview, said, by=cast.ines, at=now)

    warned = ines.post(page, why())
    seen = warned.content.decode().split('name="why_words-seen" value="')[1].split('"')[0]
    again = ines.post(page, why() | {"why_words-seen": seen})

    assert "“Typed on the phone”" in words_of(warned)
    assert "Nobody   asked me.&#10;" in warned.content.decode()
    assert again.status_code == 302
    assert interviews.answers(interview)["why_words"].words == NAN
    assert Entry.objects.filter(question="why_words").count() == 2


def test_only_the_interviewer_of_the_booking_writes(as_, cast: Cast, interview):
    pages = (f"/interviews/{interview.pk}/record", f"/interviews/{interview.pk}/record/why")

    for name in ("amina", "mara", "sol", "wes", "owen", "pat", "adi"):
        assert [as_(name).get(page).status_code for page in pages] == [404, 404]
        assert as_(name).post(pages[1], why()).status_code == 404
        assert as_(name).get(f"/interviews/{interview.pk}/sign").status_code == 404
    assert not Entry.objects.exists()


def test_words_typed_for_an_interview_given_to_a_colleague_are_not_lost(
    as_, cast: Cast, before, now
):
    interview = booked(
        returned(cast.robin, at=before), interviewer=cast.ines, by=cast.amina, at=before
    )
    interviews.reassign_all(cast.ines, cast.pat, by=cast.amina, at=now)

    response = as_("ines").post(f"/interviews/{interview.pk}/record/why", why())

    assert "This interview is now Pat Lindqvist’s, so this was not saved." in words_of(response)
    assert "Nobody   asked me.&#10;" in response.content.decode()
    assert not Entry.objects.exists()


def test_words_typed_after_signing_are_not_lost(as_, cast: Cast, before):
    interview = signed_one(cast, before)

    response = as_("ines").post(
        f"/interviews/{interview.pk}/record/why", seen_all(interview) | why()
    )

    assert "This record is signed off." in words_of(response)
    assert "Nobody   asked me.&#10;" in response.content.decode()


def test_a_topic_that_the_standard_does_not_have_is_not_there(as_, cast: Cast, interview):
    assert as_("ines").get(f"/interviews/{interview.pk}/record/weather").status_code == 404


# Each answer saved as its field is left.


def save(client, interview: Interview, key: str, **typed):
    return client.post(f"/interviews/{interview.pk}/answers/{key}", typed)


def test_an_answer_is_saved_as_its_field_is_left_and_says_when(as_, cast: Cast, interview, now):
    response = save(as_("ines"), interview, "why_words", **{"why_words-words": NAN})

    entry = Entry.objects.get()
    assert response.json() == {"saved": pages.clock_time(entry.written_at), "seen": entry.pk}
    assert (entry.question, entry.words, entry.written_by) == ("why_words", NAN, cast.ines)
    assert JournalEntry.objects.filter(verb="record interview", object_id=interview.pk).exists()


def test_a_sign_is_saved_with_how_it_is_known(as_, interview):
    typed = {"vehicles-codes": "possible", "vehicles-evidence": ["told", "inferred"]}

    assert save(as_("ines"), interview, "vehicles", **typed).status_code == 200
    assert interviews.answers(interview)["vehicles"].codes == ["possible", "told", "inferred"]


def test_an_answer_can_be_taken_back(as_, interview):
    ines = as_("ines")
    seen = save(ines, interview, "push", **{"push-codes": ["school"]}).json()["seen"]

    response = save(ines, interview, "push", **{"push-seen": seen})

    assert response.status_code == 200
    assert not standard.is_answered(interviews.answers(interview)["push"])
    assert Entry.objects.filter(question="push").count() == 2


def test_of_two_devices_neither_loses_a_word(as_, cast: Cast, interview):
    phone, desk = as_("ines"), as_("ines")
    seen = save(phone, interview, "why_words", **{"why_words-words": "Nan rang"}).json()["seen"]

    stopped = save(desk, interview, "why_words", **{"why_words-words": "I was cold"})

    assert stopped.status_code == 409
    assert (stopped.json()["words"], stopped.json()["seen"]) == ("Nan rang", seen)
    assert "something else was saved here" in stopped.json()["sentences"][0]
    assert interviews.answers(interview)["why_words"].words == "Nan rang"
    both = {"why_words-words": "Nan rang\n\nI was cold", "why_words-seen": seen}
    assert save(desk, interview, "why_words", **both).status_code == 200
    assert interviews.answers(interview)["why_words"].words == "Nan rang\n\nI was cold"


@pytest.mark.parametrize(
    ("key", "typed", "sentence"),
    [
        ("minutes", {"minutes-words": "an hour"}, "Write a whole number, in figures."),
        ("harm", {"harm-codes": "perhaps"}, "Answer “Did the child come to harm"),
    ],
)
def test_what_cannot_be_saved_says_why_and_writes_nothing(as_, interview, key, typed, sentence):
    response = save(as_("ines"), interview, key, **typed)

    assert response.status_code == 409
    assert response.json()["sentences"][0].startswith(sentence)
    assert not Entry.objects.exists()


def test_an_answer_that_comes_after_signing_is_not_saved_and_says_so(as_, cast: Cast, before):
    interview = signed_one(cast, before)

    response = save(
        as_("ines"), interview, "why_words", **{"why_words-words": NAN, "why_words-seen": "9" * 9}
    )

    assert (response.status_code, response.json()["seen"]) == (409, None)
    assert "This record is signed off." in response.json()["sentences"][0]


def test_only_the_interviewer_saves_an_answer_and_only_to_a_question_there_is(as_, interview):
    for name in ("amina", "mara", "wes", "owen", "pat"):
        assert (
            save(as_(name), interview, "why_words", **{"why_words-words": "x"}).status_code == 404
        )
    assert save(as_("ines"), interview, "shoe_size", **{"shoe_size-words": "x"}).status_code == 404
    assert as_("ines").get(f"/interviews/{interview.pk}/answers/why_words").status_code == 404


# Read through and signed off.


def test_the_childs_words_come_first_and_what_is_missing_leads_to_its_topic(
    as_, cast: Cast, before, now
):
    interview = held_one(cast, before)
    said = {
        "why_words": Said(words=NAN),
        "harm": Said(codes=["possible"]),
        "present_kinds": Said(words="Nobody else was there."),
    }
    interviews.record(interview, said, by=cast.ines, at=now)

    response = as_("ines").get(f"/interviews/{interview.pk}/sign")

    words, page = words_of(response), response.content.decode()
    assert words.index("What the child said") < words.index("I wanted to see my nan.")
    assert words.index("I wanted to see my nan.") < words.index("What you noted")
    assert words.index("What you noted") < words.index("Nobody else was there.")
    assert f'href="/interviews/{interview.pk}/record/where#question-with_words"' in page
    assert "Sign off the record" not in page


def test_a_record_with_a_gap_is_not_signed_off_and_says_what_is_missing(as_, cast: Cast, before):
    interview = held_one(cast, before)

    response = as_("ines").post(f"/interviews/{interview.pk}/sign")

    assert "Answer these, or say that they were not asked" in words_of(response)
    assert not Interview.objects.get(pk=interview.pk).is_signed


def test_what_is_missing_is_said_not_to_have_been_asked_on_the_same_page(
    as_, cast: Cast, before, now
):
    interview = held_one(cast, before)
    said = everything_said(interview)
    for key in ("told_of", "wishes"):
        del said[key]
    interviews.record(interview, said, by=cast.ines, at=now)
    ines, address = as_("ines"), f"/interviews/{interview.pk}/sign"
    typed = {
        "none": "yes",
        "none-told_of": "not_asked",
        "none-wishes": "did_not_want_to_say",
        "none-why_words": "not_asked",
    }

    offered = words_of(ines.get(address))
    page = words_of(ines.post(address, typed, follow=True))

    assert "Whom did you tell the child may hear of this? Not asked Did not want to say" in offered
    assert "Sign off the record" in page
    answers = interviews.answers(interview)
    assert answers["told_of"].unanswered == "not_asked"
    assert answers["wishes"].unanswered == "did_not_want_to_say"
    # What has an answer keeps it.
    assert answers["why_words"].words == "I wanted to see my nan."


def test_ines_signs_off_and_the_record_is_final(as_, cast: Cast, before, now):
    interview = held_one(cast, before)
    interviews.record(interview, everything_said(interview), by=cast.ines, at=now)
    ines = as_("ines")

    offered_button = "Sign off the record" in words_of(ines.get(f"/interviews/{interview.pk}/sign"))
    response = ines.post(f"/interviews/{interview.pk}/sign", follow=True)

    assert offered_button
    assert "The record is signed off." in words_of(response)
    assert Interview.objects.get(pk=interview.pk).signed_by == cast.ines
    assert ines.get(f"/interviews/{interview.pk}/record").status_code == 302


def test_what_comes_later_is_added_below_with_name_and_time(as_, cast: Cast, before):
    interview = signed_one(cast, before)
    form = {"words": "Sky rang: the man’s name is Dean."}

    response = as_("mara").post(f"/interviews/{interview.pk}/add", form, follow=True)

    assert Addendum.objects.get().written_by == cast.mara
    assert "by Mara Whitfield Sky rang: the man’s name is Dean." in words_of(response)


def test_an_empty_addition_is_refused(as_, cast: Cast, before):
    interview = signed_one(cast, before)

    response = as_("ines").post(f"/interviews/{interview.pk}/add", {"words": " "})

    assert "Write what is to be added." in words_of(response)


def test_nothing_is_added_to_a_draft(as_, cast: Cast, before):
    interview = held_one(cast, before)

    assert as_("ines").get(f"/interviews/{interview.pk}/add").status_code == 404


# Shown.


def test_the_interview_shows_the_childs_words_first_then_what_was_decided_and_is_owed(
    as_, cast: Cast, before, now
):
    interview = signed_one(cast, before)
    support.add(
        interview.episodes.get(),
        ActionKind.SAFETY_PLAN,
        "Write a safety plan with Sky",
        owner=cast.sol,
        due_on=now.date() + timedelta(days=3),
        interview=interview,
        by=cast.mara,
        at=now,
    )

    words = words_of(as_("sol").get(f"/interviews/{interview.pk}"))

    order = [
        "Sky Marlowe",
        "Signed off",
        "What the child said",
        "I wanted to see my nan.",
        "What the interviewer noted",
        "What was decided",
        "Write a safety plan with Sky",
        "Still owed",
        "Complete the action",
    ]
    places = [words.index(part) for part in order]
    assert places == sorted(places)


def test_wes_the_host_cannot_read_the_account(as_, cast: Cast, before):
    interview = signed_one(cast, before)
    wes = as_("wes")

    assert wes.get(f"/interviews/{interview.pk}").status_code == 404
    assert wes.get(f"/interviews/{interview.pk}/add").status_code == 404


@pytest.mark.parametrize("name", ["owen", "pat", "ana", "adi"])
def test_a_stranger_cannot_tell_that_the_interview_exists(as_, cast: Cast, before, name):
    interview = signed_one(cast, before)

    assert as_(name).get(f"/interviews/{interview.pk}").status_code == 404


def test_reading_the_account_is_journalled(as_, cast: Cast, before):
    interview = signed_one(cast, before)

    as_("mara").get(f"/interviews/{interview.pk}")

    entry = JournalEntry.objects.newest_first().first()
    assert (entry.verb, entry.kind, entry.by_id) == ("read", "interview", cast.mara.pk)
    assert entry.child_id == cast.sky.pk


def test_no_childs_name_stands_in_the_title_of_a_page(as_, cast: Cast, before):
    interview = held_one(cast, before)

    for page in ("", "/record", "/record/why", "/sign", "/hold"):
        html = as_("ines").get(f"/interviews/{interview.pk}{page}").content.decode()
        title = html.split("<title>")[1].split("</title>")[0]
        assert "Sky" not in title
        assert "Marlowe" not in title


def test_a_new_question_in_the_standard_appears_wherever_the_record_does(
    as_, cast: Cast, before, now, monkeypatch
):
    asked = Question(
        key="travel",
        text="How did you get there and back?",
        kind=Kind.WORDS,
        said_by=SaidBy.CHILD,
        core=True,
        why="Who drives a child is a lead.",
        source="Knowsley",
    )
    first, *rest = v0.STANDARD.sections
    longer = replace(first, questions=(*first.questions, asked))
    changed = replace(v0.STANDARD, sections=(longer, *rest))
    monkeypatch.setattr(standard, "VERSIONS", (changed,))
    interview = held_one(cast, before)
    ines = as_("ines")

    form = why(**{"travel-words": "In a red car"})
    recording = words_of(ines.get(f"/interviews/{interview.pk}/record/why"))
    reviewed_before = words_of(ines.get(f"/interviews/{interview.pk}/sign"))
    ines.post(f"/interviews/{interview.pk}/record/why", form)
    reviewed = words_of(ines.get(f"/interviews/{interview.pk}/sign"))
    shown = words_of(ines.get(f"/interviews/{interview.pk}"))

    for page in (recording, reviewed_before, reviewed, shown):
        assert asked.text in page
    assert "In a red car" in reviewed
    assert "In a red car" in shown


@pytest.mark.check
@pytest.mark.parametrize(
    ("page", "most"), [("", 26), ("/record", 12), ("/record/why", 12), ("/sign", 12)]
)
def test_the_pages_of_a_record_ask_the_database_a_fixed_number_of_times(
    as_, cast: Cast, before, now, django_assert_max_num_queries, page, most
):
    interview = held_one(cast, before)
    interviews.record(interview, everything_said(interview), by=cast.ines, at=now)
    for number in range(10):
        support.add(
            interview.episodes.get(),
            ActionKind.OTHER,
            f"Action {number}",
            owner=cast.sol,
            due_on=now.date(),
            interview=interview,
            by=cast.mara,
            at=now,
        )
    ines = as_("ines")

    with django_assert_max_num_queries(most):
        assert ines.get(f"/interviews/{interview.pk}{page}").status_code == 200
