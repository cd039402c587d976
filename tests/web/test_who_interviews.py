"""Who does the interview? Asked by somebody without an account, and nothing of it is kept.

Most of these tests have no database, and the page does not need one.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from returnhome.casework import places, reference
from returnhome.rules import responsibility, sources
from returnhome.rules.codes import OfferKind
from returnhome.rules.responsibility import Flag
from returnhome.rules.sources import Source
from returnhome.web import who_interviews
from returnhome.web.who_interviews import Facts, headline
from tests.cast import Cast
from tests.web.asking import words_of

CASES = json.loads(
    (Path(__file__).parent.parent / "rules" / "acceptance" / "responsibility.json").read_text()
)
ADDRESS = "/who-interviews"
SAME = ("category", "age_at_return", "missing_from", "found_in", "received_by", "moved_to")


def chosen(given: dict[str, Any]) -> dict[str, str]:
    """What somebody who knows these facts chooses and types."""
    boxes = {name: given.get(name) for name in (*SAME, "looked_after_since_start")}
    if given.get("looked_after_by"):
        boxes |= {name: given.get(name) for name in ("looked_after_by", "placed_in")}
        boxes["looked_after"] = "yes"
    elif given.get("lives_in"):
        boxes |= {"looked_after": "no", "lives_in": given["lives_in"]}
    boxes["unaccompanied"] = "on" if given.get("unaccompanied") else None
    return {name: str(value) for name, value in (boxes | asked(given)).items() if value is not None}


def asked(given: dict[str, Any]) -> dict[str, str | None]:
    other = given.get("arrangement")
    if not other:
        return {}
    refused = "refused" if other.get("answer") == "refused" else None
    if other["kind"] == "provider":
        paid_by = other.get("commissioned_by")
        return {"other": "provider", "provider_said": refused, "paid_by": paid_by}
    said = refused or ("this_time" if other.get("answer") else None)
    said = said or ("always" if other.get("standing") else None)
    return {"other": "council", "council": other["by"], "council_said": said}


def answer(client: Client, **boxes: str) -> str:
    return words_of(client.get(ADDRESS, boxes, follow=True))


# The answer.


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_every_agreed_case_is_answered_as_agreed(client: Client, case: dict[str, Any]) -> None:
    boxes = chosen(case["given"])

    page = client.get(ADDRESS, boxes, follow=True)

    form = Facts(boxes)
    if case["case"] == "R26":
        assert "is in no list of councils and districts" in words_of(page)
        return
    assert form.is_valid(), form.errors
    decision = form.cleaned_data["decision"]
    found = decision.as_answer()
    for key, expected in case["expect"].items():
        given = "Open Path" if found[key] == "The provider" else found[key]
        if isinstance(expected, list):
            given, expected = sorted(given), sorted(expected)
        assert given == expected, key
    assert headline(decision) in words_of(page)
    assert all(reason.sentence in words_of(page) for reason in decision.reasons)


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        (
            {"looked_after": "yes", "looked_after_by": "Kent", "placed_in": "Medway"},
            "Kent must offer it. Kent also provides the interviewer.",
        ),
        (
            {
                "looked_after": "yes",
                "looked_after_by": "Kent",
                "placed_in": "Medway",
                "other": "council",
                "council": "Medway",
                "council_said": "always",
            },
            "Kent must offer it. Medway provides the interviewer.",
        ),
        ({"missing_from": "Bradford"}, "For now, Bradford must offer it."),
        (
            {"looked_after": "no", "lives_in": "Leeds", "age_at_return": "18"},
            "Nobody: they are an adult now. Leeds must see what help they need.",
        ),
        (
            {"looked_after": "yes", "looked_after_by": "Leeds", "category": "away"},
            "Leeds decides, by its own policy, whether to offer it. If it does, Leeds also",
        ),
        (
            {"looked_after": "no", "lives_in": "Cardiff"},
            "Cardiff answers for this child. It is in Wales, and the duty to offer an interview is "
            "England’s alone.",
        ),
        (
            {"looked_after": "no", "lives_in": "Leeds", "other": "provider"},
            "Leeds must offer it. The provider provides the interviewer.",
        ),
    ],
)
def test_the_first_sentence_says_who(client: Client, boxes: dict[str, str], said: str) -> None:
    assert said in answer(client, **boxes)


def test_what_follows_is_said_too(client: Client) -> None:
    page = answer(
        client,
        looked_after="yes",
        looked_after_by="Kent",
        placed_in="Medway",
        missing_from="Leeds",
        unaccompanied="on",
    )

    assert "within 72 hours of the child’s return" in page
    assert "Kent and Medway will be told. Somebody decides whether to tell Leeds too." in page
    assert "A hand-over is needed." in page
    assert "think of trafficking, and of an interpreter" in page
    assert "The age is not known. That never stops an offer." in page


def test_a_reason_stands_with_its_document_and_whether_it_is_confirmed(client: Client) -> None:
    doubtful = answer(client, looked_after="no", lives_in="Leeds")
    sure = answer(client, looked_after="no", lives_in="Leeds", age_at_return="18")

    assert "“Independent return interviews”, page 14 To be confirmed by a practice lead" in doubtful
    assert "Family Law Reform Act 1969, section 9 This child" not in sure
    assert "Family Law Reform Act 1969, section 9 To be confirmed" not in sure


def test_every_flag_has_its_words_and_every_source_is_found_by_its_own() -> None:
    named = [each for each in vars(sources).values() if isinstance(each, Source)]

    assert set(who_interviews.FLAGS) == set(Flag)
    assert [sources.BY_WORDS[str(source)] for source in named] == named


@pytest.mark.parametrize("offer", OfferKind)
def test_every_duty_has_a_sentence_of_its_own(offer: OfferKind) -> None:
    decision = responsibility.decide(
        responsibility.Given(lives_in="Leeds"), known=reference.places()
    )

    said = {headline(each_offer(decision, each)) for each in OfferKind}

    assert len(said) == len(OfferKind)
    assert "Leeds" in headline(each_offer(decision, offer))


def each_offer(decision: responsibility.Decision, offer: OfferKind) -> responsibility.Decision:
    facts = {name: getattr(decision, name) for name in decision.__dataclass_fields__}
    return responsibility.Decision(**(facts | {"offer": offer}))


# What is typed.


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Kant", "“Kant” is in no list of councils and districts. Did you mean Kent?"),
        ("Maidston", "Did you mean Maidstone or Maldon?"),
        (
            "Northamptonshire",
            "Northamptonshire ended on 31 March 2021. Its area belongs to North Northamptonshire "
            "and West Northamptonshire now",
        ),
        ("Newcastle", "Did you mean Newcastle-under-Lyme or Newcastle upon Tyne?"),
        ("Xyzzy", "“Xyzzy” is in no list of councils and districts. Check how it is spelt"),
        ("<b>", "“<b>” is in no list"),
    ],
)
def test_a_misspelt_place_gets_one_sentence_and_comes_back(
    client: Client, typed: str, said: str
) -> None:
    page = client.get(ADDRESS, {"looked_after": "no", "lives_in": typed})

    assert said in words_of(page)
    assert f'value="{typed.replace("<", "&lt;").replace(">", "&gt;")}"' in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("kent county council", "Kent"),
        ("London Borough of Croydon", "Croydon"),
        ("Hull", "Kingston upon Hull, City of"),
        ("E10000016", "Kent"),
        ("e07000110", "Kent"),
        ("maidstone", "Maidstone"),
        ("Belfast", "Belfast Health and Social Care Trust"),
        ("Atlantis", None),
        ("E99999999", None),
        ("", None),
    ],
)
def test_a_place_is_known_as_people_write_it(typed: str, name: str | None) -> None:
    assert places.written(typed) == name


def test_every_name_that_is_offered_is_understood_and_leads_to_an_authority() -> None:
    names = places.names()

    assert len(names) > 350
    assert [name for name in names if places.written(name) != name] == []
    assert [name for name in names if reference.places().find(name) is None] == []


def test_a_district_is_shown_with_its_county(client: Client) -> None:
    page = answer(client, looked_after="no", lives_in="maidstone")

    assert "Kent must offer it." in page
    assert "Where does the child live? Maidstone (Kent)" in page


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        ({"show": "answer"}, "Enter at least one place: where the child went missing from"),
        ({"looked_after": "unknown"}, "Enter at least one place: where the child went missing"),
        ({"looked_after": "yes"}, "Enter at least which council looks after the child"),
        ({"looked_after": "no"}, "Enter at least where the child lives"),
        ({"lives_in": "Leeds"}, "Enter at least one place"),
        ({"missing_from": "Leeds", "other": "council"}, "Enter the council that was asked"),
        ({"missing_from": "Leeds", "age_at_return": "200"}, "Enter the age in whole years"),
        ({"missing_from": "Leeds", "age_at_return": "ten"}, "Enter the age in whole years"),
        ({"missing_from": "L" * 101}, "with 100 characters or fewer"),
    ],
)
def test_where_it_cannot_be_answered_the_page_says_what_is_needed(
    client: Client, boxes: dict[str, str], said: str
) -> None:
    page = client.get(ADDRESS, boxes)

    assert page.status_code == 200
    assert "There is a problem" in words_of(page)
    assert said in words_of(page)


def test_a_box_with_an_error_is_not_folded_away(client: Client) -> None:
    folded = client.get(ADDRESS).content.decode()
    opened = client.get(ADDRESS, {"missing_from": "Atlantis"}).content.decode()

    assert folded.count('<details class="govuk-details" open>') == 0
    assert opened.count('<details class="govuk-details" open>') == 1


def test_an_age_of_nought_is_an_age(client: Client) -> None:
    page = answer(client, missing_from="Leeds", age_at_return="0")

    assert "when they came back? 0" in page
    assert "The age is not known" not in page


def test_the_address_holds_what_counts_and_no_more(client: Client) -> None:
    boxes = {"looked_after": "no", "lives_in": "leeds city council", "looked_after_by": "Kent"}

    page = client.get(ADDRESS, boxes | {"found_in": "", "show": "answer"})

    assert page.status_code == 302
    assert page.headers["Location"] == "/who-interviews?looked_after=no&lives_in=Leeds"


# Who sees it, and what is kept.


def test_a_stranger_gets_no_cookie_and_nothing_is_kept(client: Client) -> None:
    page = client.get(ADDRESS, {"missing_from": "Leeds"})

    assert page.status_code == 200
    assert not page.cookies
    assert "no-store" in page.headers["Cache-Control"]
    assert "csrf" not in page.content.decode()


def test_it_can_only_be_looked_at(client: Client) -> None:
    assert client.post(ADDRESS, {"missing_from": "Leeds"}).status_code == 405


def test_it_leads_there_from_the_sign_in_page(client: Client, cast: Cast) -> None:
    assert client.get("/accounts/login/").content.decode().count(f'href="{ADDRESS}"') == 2


def test_somebody_signed_in_keeps_their_own_way_about(
    as_: Any, django_assert_max_num_queries: Any
) -> None:
    amina = as_("amina")

    with django_assert_max_num_queries(5):
        page = amina.get(ADDRESS, {"missing_from": "Leeds"})

    assert "Work list" in words_of(page)
    assert "For now, Leeds must offer it." in words_of(page)
