"""Questions of a council's own on every surface: Set-up, recording, review, print, data, schema."""

from datetime import datetime, timedelta
from typing import Any

import jsonschema
import pytest

from returnhome.casework import interviews, questions
from returnhome.casework.interviews import Said
from returnhome.casework.models import Interview, OwnQuestion
from returnhome.rules.standard.parts import Kind, SaidBy
from tests.cast import Cast, booked, hours, returned
from tests.web.asking import words_of
from tests.web.test_standards import text_of

pytestmark = pytest.mark.check

BUS = "Which bus did you take, and who was the driver?"


def typed(now: datetime, **so: Any) -> dict[str, Any]:
    day = now.date()
    return {
        "text": BUS,
        "why": "The bus company looks out for children.",
        "said_by": "child",
        "kind": "choice",
        "options": "The 7\n  The   12 \n\nNo bus",
        "since-day": str(day.day),
        "since-month": str(day.month),
        "since-year": str(day.year),
    } | so


def added(cast: Cast, now: datetime, **so: Any) -> OwnQuestion:
    at = now - timedelta(days=2)
    so = {"options": ["The 7", "The 12"], "since": at.date()} | so
    return questions.add(
        cast.northshire,
        BUS,
        "The bus company looks out for children.",
        Kind.CHOICE,
        said_by=SaidBy.CHILD,
        **so,
        by=cast.adi,
        at=at,
    )


def talk(cast: Cast, now: datetime) -> Interview:
    at = now - hours(12)
    return booked(returned(cast.sky, at=at), interviewer=cast.ines, by=cast.amina, at=at)


@pytest.mark.parametrize("name", ["adi", "mara"])
def test_adi_looks_at_a_question_first_and_adds_it(as_, cast: Cast, now, name):
    client = as_(name)

    tried = client.post("/own-questions/add", typed(now) | {"try": "yes"})
    assert "As interviewers will have it" in words_of(tried)
    assert words_of(tried).count("No bus") >= 2
    assert not OwnQuestion.objects.exists()
    got = client.post("/own-questions/add", typed(now))

    assert got.headers["Location"] == "/own-questions"
    question = OwnQuestion.objects.get()
    assert question.options == ["The 7", "The 12", "No bus"]
    page = words_of(client.get("/own-questions"))
    assert BUS in page
    assert "The bus company looks out for children." in page
    assert "Questions of our own" in words_of(client.get("/set-up"))


def test_the_answers_to_choose_from_stand_on_the_page_once(as_, now):
    """Twice, and a browser would send the empty one after the one that was filled in."""
    page = as_("adi").get("/own-questions/add").content.decode()

    assert page.count('name="options"') == 1


def test_a_question_in_words_takes_no_list(as_, now):
    as_("adi").post("/own-questions/add", typed(now, kind="words"))

    assert OwnQuestion.objects.get().options == []


def test_what_cannot_be_added_cannot_be_looked_at_first_either(as_, now):
    got = as_("adi").post("/own-questions/add", typed(now, options="One") | {"try": "yes"})

    assert "Give at least two answers" in words_of(got)
    assert "As interviewers will have it" not in words_of(got)


@pytest.mark.parametrize(
    ("so", "sentence"),
    [
        ({"text": " "}, "Enter the question."),
        ({"text": "x" * 201}, "200 characters or fewer"),
        ({"why": ""}, "Say why it is asked"),
        ({"said_by": "police"}, "Select whose answer it is"),
        ({"kind": "prompt"}, "Select how it is answered"),
        ({"options": "\n \n"}, "Give at least two answers"),
        ({"options": "One"}, "Give at least two answers"),
        ({"options": "One\none"}, "Each answer stands once."),
        ({"options": "x\n" + "y" * 101}, "none longer than 100 characters"),
        ({"since-year": "2020"}, "from today on, or later"),
        ({"since-day": "45"}, "first day"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_and_comes_back(as_, now, so, sentence):
    got = as_("adi").post("/own-questions/add", typed(now, **so))

    assert got.status_code == 200
    assert sentence in words_of(got)
    assert not OwnQuestion.objects.exists()


def test_every_surface_of_a_record_draws_the_councils_question_from_the_one_list(
    as_, cast: Cast, now
):
    key = added(cast, now).own.key
    interview = talk(cast, now)
    ines, address = as_("ines"), f"/interviews/{interview.pk}"
    section = interview.standard.sections[-1].key

    saved = ines.post(f"{address}/answers/{key}", {f"{key}-codes": "o2", f"{key}-words": "Red"})

    assert saved.status_code == 200
    assert "Questions of Northshire’s own" in words_of(ines.get(f"{address}/record"))
    for asked in (f"{address}/record/{section}", f"{address}/sign", address):
        page = words_of(ines.get(asked))
        assert BUS in page
        assert "The 12" in page
    printed = text_of(ines.get(f"{address}/record.pdf").content)
    assert BUS in printed
    assert "The 12" in printed
    record = ines.get(f"{address}/record.json").json()
    assert record["answers"][key] == {"codes": ["o2"], "words": "Red"}
    amina = as_("amina")
    schema = amina.get("/own-questions/standard.schema.json").json()
    assert key in schema["properties"]["answers"]["properties"]
    assert key not in schema["properties"]["answers"]["required"]
    schema["properties"]["answers"]["required"] = []
    jsonschema.validate(record, schema)
    assert BUS in text_of(amina.get("/own-questions/form.pdf").content)
    data = amina.get("/own-questions/standard.json").json()
    assert data["sections"][-1]["questions"][0]["key"] == key


def test_the_core_that_everybody_reads_has_nothing_of_a_councils_own(as_, cast: Cast, now, client):
    added(cast, now)

    for version in ("0", "1"):
        assert BUS not in words_of(client.get(f"/standard/{version}"))
        assert '"key": "own_' not in client.get(f"/standard/{version}.json").content.decode()


def test_an_ended_question_is_asked_no_more_and_old_records_still_show_it(as_, cast: Cast, now):
    question = added(cast, now)
    interview = talk(cast, now)
    key = question.own.key
    interviews.record(interview, {key: Said(codes=["o1"])}, by=cast.ines, at=now)
    adi, day = as_("adi"), now.date()
    until = {"until-day": str(day.day), "until-month": str(day.month), "until-year": str(day.year)}

    got = adi.post(f"/own-questions/{question.pk}/end", until)

    assert got.headers["Location"] == "/own-questions"
    assert "Asked before" in words_of(adi.get("/own-questions"))
    assert BUS not in text_of(as_("amina").get("/own-questions/form.pdf").content)
    assert BUS in words_of(as_("mara").get(f"/interviews/{interview.pk}"))
    again = adi.post(f"/own-questions/{question.pk}/end", until)
    assert "has ended already" in words_of(again)


def test_an_end_in_the_past_is_refused(as_, cast: Cast, now):
    question = added(cast, now)

    got = as_("adi").post(
        f"/own-questions/{question.pk}/end",
        {"until-day": "1", "until-month": "1", "until-year": "2020"},
    )

    assert "It can end today at the earliest" in words_of(got)


@pytest.mark.parametrize("name", ["amina", "ines", "sol"])
def test_whoever_works_with_children_reads_them_and_changes_none(as_, cast: Cast, now, name):
    question, client = added(cast, now), as_(name)

    assert BUS in words_of(client.get("/own-questions"))
    assert "Add a question" not in words_of(client.get("/own-questions"))
    for address in ("/own-questions/add", f"/own-questions/{question.pk}/end"):
        assert client.get(address).status_code == 404
        assert client.post(address, typed(now)).status_code == 404


def test_another_council_sees_its_own_and_ends_none_of_ours(as_, cast: Cast, now):
    question = added(cast, now)

    assert BUS not in words_of(as_("wes").get("/own-questions"))
    assert as_("wes").get(f"/own-questions/{question.pk}/end").status_code == 404
    for name in ("pat", "ana"):
        assert as_(name).get("/own-questions").status_code == 404


def test_the_list_takes_no_query_for_each_question(
    as_, cast: Cast, now, django_assert_max_num_queries
):
    for number in range(6):
        questions.add(
            cast.northshire,
            f"Question {number}?",
            "Why",
            Kind.WORDS,
            said_by=SaidBy.WORKER,
            since=now.date(),
            by=cast.adi,
            at=now,
        )
    mara = as_("mara")

    with django_assert_max_num_queries(12):
        mara.get("/own-questions")
