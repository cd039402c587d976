"""The standard, its guide, and the record drawn from it: every surface says the same."""

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import jsonschema
import pytest
from django.test import Client
from pypdf import PdfReader

from returnhome.casework import episodes, interviews, mentions, questions, reviews, staff, support
from returnhome.casework.interviews import Said
from returnhome.casework.mentions import Told
from returnhome.casework.models import Attempt, Child, JournalEntry
from returnhome.rules import standard
from returnhome.rules.codes import ActionKind
from returnhome.rules.mentioning import Expectation, MentionKind
from returnhome.rules.standard import own, published
from returnhome.rules.standard.parts import Kind, Question, SaidBy
from returnhome.web import pages, standards
from tests.cast import Cast, booked, everything_said, exactly, held, hours, returned, sign, signed
from tests.web.asking import words_of

V1 = standard.version("1")
PET = Question(
    key="pet",
    text="Who looked after your pet while you were away?",
    kind=Kind.CHOICE,
    options=(("friend", "A friend of the pet"), ("nobody", "Nobody did")),
    said_by=SaidBy.CHILD,
    core=True,
    why="A child who worries about an animal comes back for it.",
    source="Invented for this test",
)


@pytest.fixture
def with_a_question_more(monkeypatch):
    """The change drill: one question more, in one list, as a version of its own."""
    first, *rest = V1.sections
    wider = replace(first, questions=(*first.questions, PET))
    v2 = replace(V1, version="2", since=date(2026, 4, 2), sections=(wider, *rest))
    monkeypatch.setattr(standard, "VERSIONS", (*standard.VERSIONS, v2))


def text_of(pdf: bytes) -> str:
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split()
    )


def utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def plain(words: str) -> str:
    return " ".join(words.split())


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("version", [each.version for each in standard.VERSIONS])
def test_page_form_json_and_schema_have_the_same_questions(client: Client, version):
    asked = standard.version(version).questions
    page = words_of(client.get(f"/standard/{version}"))
    form = text_of(client.get(f"/standard/{version}.pdf").content)
    data = client.get(f"/standard/{version}.json").json()
    schema = client.get(f"/standard/{version}.schema.json").json()

    in_data = [each for section in data["sections"] for each in section["questions"]]
    assert [each["key"] for each in in_data] == [each.key for each in asked]
    assert list(schema["properties"]["answers"]["properties"]) == [each.key for each in asked]
    for question in asked:
        assert plain(question.text) in page
        assert plain(question.why) in page
        assert plain(question.text) in form


@pytest.mark.usefixtures("with_a_question_more")
def test_a_question_added_to_the_list_is_asked_reviewed_printed_and_published(
    as_, cast: Cast, now, client: Client
):
    interview = booked(
        returned(cast.sky, at=now - hours(12)),
        interviewer=cast.ines,
        by=cast.amina,
        at=now - hours(12),
    )
    ines, address = as_("ines"), f"/interviews/{interview.pk}"
    first = V1.sections[0].key
    ines.post(f"{address}/answers/pet", {"pet-codes": "friend"})

    assert interview.standard_version == "2"
    for asked in (f"{address}/record/{first}", f"{address}/sign", address):
        assert PET.text in words_of(ines.get(asked))
    assert PET.text in text_of(ines.get(f"{address}/record.pdf").content)
    assert ines.get(f"{address}/record.json").json()["answers"] == {"pet": {"codes": ["friend"]}}
    for asked in ("/standard/2", "/guide/what-to-record"):
        assert PET.text in words_of(client.get(asked))
    assert PET.text in text_of(client.get("/standard/2.pdf").content)
    assert (
        "pet" in client.get("/standard/2.schema.json").json()["properties"]["answers"]["required"]
    )
    assert any(
        each["key"] == "pet"
        for section in client.get("/standard/2.json").json()["sections"]
        for each in section["questions"]
    )


@pytest.mark.check
def test_a_signed_record_is_what_the_schema_describes(as_, cast: Cast, now):
    at = now - hours(12)
    interview = held(returned(cast.sky, at=at), interviewer=cast.ines, by=cast.amina, at=at)
    interviews.record(interview, everything_said(interview), by=cast.ines, at=at + hours(6))
    mentions.note(
        interview, MentionKind.VEHICLE, Told(registration="ab12 cde"), by=cast.ines, at=now
    )
    sign(interview, by=cast.ines, at=now - hours(1))
    interviews.add(interview, "She rang.", by=cast.amina, at=now)
    record = as_("mara").get(f"/interviews/{interview.pk}/record.json").json()

    assert [each["registration"] for each in record["told_of"]] == ["AB12CDE"]
    assert record["signed_off"] == {"at": utc(now - hours(1)), "by": "Ines Okafor"}
    assert record["added"] == [{"at": utc(now), "by": "Amina Yusuf", "words": "She rang."}]
    schema = published.schema(interview.standard)
    jsonschema.validate(record, schema)
    jsonschema.validate(record | {"signed_off": None, "added": []}, schema)
    for slip in ({"signed_off": {}}, {"added": [{"words": "She rang."}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(record | slip, schema)
    assert set(record["facts"]) == {fact.key for fact in V1.facts}
    for slip in (
        {"vehicles": {"codes": ["yes", "no"]}},
        {"minutes": {"words": "an hour"}},
        {"push": {"codes": ["aliens"]}},
        {"push": {"codes": ["school"], "unanswered": "not_asked"}},
        {"shoe_size": {"words": "5"}},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(record | {"answers": record["answers"] | slip}, schema)


def test_a_record_printed_again_is_the_same_to_the_byte(as_, cast: Cast, now):
    interview = signed(
        returned(cast.sky, at=now - hours(12)),
        interviewer=cast.ines,
        by=cast.amina,
        at=now - hours(12),
    )
    address = f"/interviews/{interview.pk}/record.pdf"

    first, again = as_("mara").get(address), as_("sol").get(address)

    assert first.content == again.content
    assert JournalEntry.objects.filter(verb="print", object_id=interview.pk).count() == 2
    words = text_of(first.content)
    assert "Sky Marlowe" in words
    assert "Signed off" in words


def test_a_record_stays_as_it_was_signed_whatever_is_corrected_later(as_, cast: Cast, now):
    at = now - hours(30)
    episode = returned(cast.sky, at=at)
    talk = held(episode, interviewer=cast.ines, by=cast.amina, at=at)
    interviews.record(talk, everything_said(talk), by=cast.ines, at=at + hours(6))
    big_sam = Told(nickname="Big Sam", age="about 30", expectation=Expectation.BETWEEN_US)
    sam = mentions.note(talk, MentionKind.PERSON, big_sam, by=cast.ines, at=at + hours(6))
    visit = support.add(
        *(episode, ActionKind.EARLY_HELP, "A visit"),
        owner=cast.sol,
        due_on=now.date(),
        interview=talk,
        by=cast.mara,
        at=at + hours(6),
    )
    sign(talk, by=cast.ines, at=at + hours(7))
    address = f"/interviews/{talk.pk}/record"

    def printed(name: str) -> tuple[bytes, bytes]:
        client = as_(name)
        return client.get(f"{address}.pdf").content, client.get(f"{address}.json").content

    first = printed("mara")
    words = text_of(first[0])
    for said in ("Sky Marlowe", "Northshire", "Person: Big Sam", "kept between us", "A visit"):
        assert said in words
    assert "What was known when it was signed off" in words

    back = exactly(episode.returned_at + hours(1))
    episodes.correct(episode, "returned", back, because="Log", by=cast.amina, at=now)
    mentions.correct(sam, Told(nickname="Tall Sam"), by=cast.ines, at=now)
    mentions.note(talk, MentionKind.PERSON, Told(name="June"), by=cast.ines, at=now)
    support.complete(visit, "Seen", by=cast.sol, at=now)
    Attempt.objects.create(episode=episode, means="letter", made_at=at, made_by=cast.amina)
    for row in (cast.northshire, cast.ines, Child.objects.get(pk=cast.sky.pk)):
        name = "surname" if isinstance(row, Child) else "name"
        type(row).objects.filter(pk=row.pk).update(**{name: "Another"})

    assert printed("mara") == printed("sol") == printed("amina") == first

    interviews.add(talk, "Sky rang later.", by=cast.mara, at=now)
    later = printed("sol")
    assert later == printed("mara") != first
    assert "Since it was signed off" in text_of(later[0])
    assert f"Added {pages.moment(now)} by Mara Whitfield" in text_of(later[0])
    type(cast.mara).objects.filter(pk=cast.mara.pk).update(name="Another")
    assert printed("mara") == later
    before, data = json.loads(first[1]), json.loads(later[1])
    assert data.pop("added")[0]["words"] == "Sky rang later."
    assert before.pop("added") == []
    assert data == before


def test_pages_show_a_record_as_signed_and_apart_what_is_corrected_since(as_, cast: Cast, now):
    at = now - hours(30)
    episode = returned(cast.sky, at=at)
    talk = signed(episode, interviewer=cast.ines, by=cast.amina, at=at)
    then = f"returned {pages.moment(episode.returned)}"
    now_known = exactly(episode.returned_at + hours(1))
    episodes.correct(episode, "returned", now_known, because="Log", by=cast.amina, at=now)
    mentions.note(talk, MentionKind.PERSON, Told(name="June"), by=cast.ines, at=now)
    sample = reviews.draw(
        staff.council_of(cast.northshire),
        *(now.date() - timedelta(days=9), now.date() - timedelta(days=0)),
        size=1,
        seed="7",
        by=cast.mara,
        at=now + timedelta(days=1),
    )
    mara = as_("mara")

    for address in (
        f"/interviews/{talk.pk}",
        f"/interviews/{talk.pk}/review",
        f"/sampled/{sample.records.get().pk}/score",
    ):
        page = words_of(mara.get(address))
        record, since = page.split("Since it was signed off")[:2]
        if "What it rests on" in since:
            since, record = since.split("What it rests on")[:2]
        assert then in record, address
        assert f"returned {pages.moment(now_known)}" in since, address
        assert "What was told of has been added to or corrected" in since, address


def test_what_a_child_says_is_printed_whatever_its_script(as_, cast: Cast, now):
    interview = booked(
        returned(cast.kit, at=now - hours(12)),
        interviewer=cast.ines,
        by=cast.amina,
        at=now - hours(12),
    )
    words = "O’Dell said 😀 and مرحبا, then #let x = [1] \\ $"
    interviews.record(interview, {"why_words": Said(words=words)}, by=cast.ines, at=now)

    ines = as_("ines")
    printed = text_of(ines.get(f"/interviews/{interview.pk}/record.pdf").content)
    data = ines.get(f"/interviews/{interview.pk}/record.json").json()

    assert "O’Dell said" in printed
    assert "#let x = [1]" in printed
    assert data["answers"]["why_words"]["words"] == words


@pytest.mark.parametrize("name", ["wes", "owen", "ana", "adi"])
@pytest.mark.parametrize("kind", ["pdf", "json"])
def test_a_stranger_and_the_host_print_nothing(as_, cast: Cast, now, name, kind):
    interview = signed(
        returned(cast.sky, at=now - hours(12)),
        interviewer=cast.ines,
        by=cast.amina,
        at=now - hours(12),
    )

    assert as_(name).get(f"/interviews/{interview.pk}/record.{kind}").status_code == 404


@pytest.mark.usefixtures("db")
def test_anybody_reads_the_guide_and_each_page_ends_in_a_check_list(client: Client):
    index = client.get("/standard")

    for guide in standards.GUIDES:
        assert f'href="/guide/{guide.slug}"' in index.content.decode()
        page = client.get(f"/guide/{guide.slug}")
        words = words_of(page)
        assert guide.found in words
        assert page.content.decode().count("<li>") >= 5
        assert words.index("Check list") > words.index(guide.found)
    assert "Draft" in words_of(index)
    assert client.get("/guide/weather").status_code == 404
    assert client.get("/standard/99").status_code == 404
    assert client.get("/standard/99.json").status_code == 404


def test_the_review_page_asks_few_questions_of_the_database_however_long_the_record(
    as_, cast: Cast, now, django_assert_max_num_queries
):
    at = now - hours(30)
    day = (at - timedelta(days=1)).date()
    for number in range(own.MOST):
        questions.add(
            cast.northshire,
            f"Question {number} of the council’s own?",
            "The council counts it.",
            Kind.WORDS,
            said_by=SaidBy.CHILD,
            since=day,
            by=cast.adi,
            at=at - timedelta(days=2),
        )
    talk = held(returned(cast.sky, at=at), interviewer=cast.ines, by=cast.amina, at=at)
    assert len(talk.standard.questions) == len(V1.questions) + own.MOST
    said = {
        each.key: Said(
            words="I wanted to see my nan. " * 2000,
            codes=[each.options[0][0]] if each.options else [],
        )
        for each in talk.standard.questions
        if each.kind is not Kind.NUMBER
    }
    ines, address = as_("ines"), f"/interviews/{talk.pk}/sign"

    with django_assert_max_num_queries(14):
        empty = words_of(ines.get(address))
    interviews.record(talk, said, by=cast.ines, at=at + hours(6))
    interviews.record(talk, everything_said(talk), by=cast.ines, at=at + hours(7))
    interviews.record(talk, said, by=cast.ines, at=at + hours(8))
    with django_assert_max_num_queries(14):
        full = words_of(ines.get(address))

    assert "Question 0 of the council’s own?" in full
    assert "Sign off the record" in full
    assert len(full) > len(empty) + 100_000
