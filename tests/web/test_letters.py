"""The letter on its page and as a file, and the page to which its link leads."""

import re
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from returnhome.casework import episodes, handovers, staff
from returnhome.casework.models import Authority, Child, HandOver, JournalEntry
from returnhome.rules.codes import DutyGround, HandOverKind, WithdrawalReason
from returnhome.rules.responsibility import Reply
from returnhome.web import letters
from tests.cast import Cast, hours, missing, returned
from tests.web.asking import words_of

pytestmark = pytest.mark.check

NUMBER = {"telephone": "01632 960111"}
ANSWER = {
    "answer": "accepted",
    "name": "Jo Carr",
    "role": "duty manager",
    "contact": "0113 496 0000",
}
REFUSAL = ANSWER | {"answer": "refused", "reason": "nobody_in_time"}


@pytest.fixture(autouse=True)
def _nobody_guessed_before(db: None) -> None:
    cache.clear()


def ask(cast: Cast, now, *, child: Child | None = None, **changed: Any) -> HandOver:
    """Northshire asks Leeds, which is not on the system."""
    given = {
        "kind": HandOverKind.HOST_INTERVIEWS,
        "to": Authority.objects.get(name="Leeds"),
        "terms": "A woman, please",
        "by": cast.amina,
        "at": now - hours(1),
    }
    return handovers.ask(returned(child or cast.sky, at=now), **given | changed)


def link(row: HandOver, cast: Cast, now) -> str:
    instead_of = HandOver.objects.get(pk=row.pk).letter_mark
    key = handovers.new_reply_key(row, instead_of=instead_of, by=cast.amina, at=now)
    return reverse("answer-letter", args=[key])


def page_of(row: HandOver) -> str:
    return f"/hand-overs/{row.pk}/letter"


def words_in(response) -> str:
    pages = PdfReader(BytesIO(response.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def stands(row: HandOver) -> HandOver:
    return HandOver.objects.get(pk=row.pk)


# The letter.


def test_amina_makes_a_letter_whose_link_works(as_, cast: Cast, now, client):
    row = ask(cast, now)
    amina = as_("amina")

    asked = words_of(amina.get(page_of(row)))
    response = amina.post(page_of(row), NUMBER)

    assert "Ask Leeds by letter" in asked
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="request-H-{row.pk}.pdf"'
    assert response["Cache-Control"] == "no-store"
    words = words_in(response)
    (address,) = set(re.findall(r"http://localhost:8000(/answer/\S+)", words))
    assert client.get(address).status_code == 200
    assert "Telephone Amina Yusuf, Northshire Council: 01632 960111." in words
    verbs = JournalEntry.objects.filter(kind="handover", object_id=row.pk).order_by("pk")
    assert [entry.verb for entry in verbs][-3:] == ["read", "write letter", "read"]
    assert 'value="01632 960111"' in amina.get(page_of(row)).content.decode()


def test_a_letter_tells_what_the_rules_allow_and_no_more(as_, cast: Cast, now):
    row = ask(cast, now, report_due_at=now + hours(50))

    words = words_in(as_("amina").post(page_of(row), NUMBER))

    for told in (
        f"Reference H-{row.pk}",
        "Asked by Northshire, ",
        "What is asked To hold the return home interview. The report is due",
        "A woman, please",
        "Answer due",
        "Age 1",
        "Stays in Westborough",
        "Returned",
        "72 hours 2 days 13 hours left. They run out on",
        "Police risk grade Medium",
        "If nobody answers The request ends by itself.",
    ):
        assert told in words, told
    for hidden in ("Sky", "Marlowe", "S.M.", "2011", "WB1 1AA", "Initials", "Born"):
        assert hidden not in words, hidden


def test_a_letter_about_the_duty_gives_initials_and_date_of_birth(as_, cast: Cast, now):
    row = ask(
        cast,
        now,
        kind=HandOverKind.DUTY,
        ground=DutyGround.LOOKED_AFTER_SINCE,
        looked_after_since=date(2026, 1, 5),
    )

    words = words_in(as_("amina").post(page_of(row), NUMBER))

    assert "Request to take over the duty for a child" in words
    assert "the episode began (5 January 2026)" in words
    assert "Initials S.M." in words
    assert "Born 4 May 2011" in words
    for hidden in ("Sky", "Marlowe", "WB1 1AA"):
        assert hidden not in words, hidden


def test_an_earlier_yes_opens_nothing_to_whoever_holds_a_later_letter(as_, cast: Cast, now):
    """Leeds has interviewed her and knows her name; whoever opens this letter may not."""
    row = ask(cast, now)
    handovers.by_reply_key(link(row, cast, now).rsplit("/", 1)[1])
    handovers.answer(stands(row), Reply.ACCEPTED, name="Jo", by=None, at=now - hours(0.5))
    duty = handovers.ask(
        row.episode,
        HandOverKind.DUTY,
        to=row.to,
        looked_after_since=now.date(),
        by=cast.amina,
        at=now,
    )

    words = words_in(as_("amina").post(page_of(duty), NUMBER))

    assert "Marlowe" not in words


def test_what_was_typed_is_text_in_the_letter_whatever_it_looks_like(as_, cast: Cast, now):
    typed = '#panic("x") *Tuesdays* $only$ <label> @ref “O’Dell’s” & <b>no</b>'
    row = ask(cast, now, terms=typed)

    response = as_("amina").post(page_of(row), {"telephone": '#eval("1") 01632 960001'})

    assert typed in words_in(response)
    assert '#eval("1") 01632 960001' in words_in(response)


def test_no_letter_is_made_of_a_request_that_names_the_child(as_, cast: Cast, now):
    named = ask(cast, now, terms="Poppy’s worker is away")
    unnamed = ask(cast, now, child=cast.kit, terms="The sky is the limit")
    # The name by which she is called is put on record only now.
    Child.objects.filter(pk=cast.sky.pk).update(forename="Poppy")

    refused = as_("amina").post(page_of(named), NUMBER)

    assert "names the child" in words_of(as_("amina").get(page_of(named)))
    assert "Withdraw it, and ask again without the name." in words_of(refused)
    assert stands(named).reply_digest is None
    assert "names the child" not in words_of(as_("amina").get(page_of(unnamed)))


def test_a_letter_needs_somebody_to_telephone(as_, cast: Cast, now):
    row = ask(cast, now)

    response = as_("amina").post(page_of(row), {"telephone": ""})

    assert "Enter a telephone number" in words_of(response)
    assert stands(row).reply_digest is None


@pytest.mark.parametrize("number", ["abc", "01632", "a@b"])
def test_a_number_that_reaches_nobody_is_asked_for_again(as_, cast: Cast, now, number: str):
    row = ask(cast, now)

    response = as_("amina").post(page_of(row), {"telephone": number})

    assert "Enter a telephone number with its area code" in words_of(response)
    assert stands(row).reply_digest is None


def test_a_second_press_does_not_stop_the_first_letters_link(as_, cast: Cast, now):
    row = ask(cast, now)
    amina = as_("amina")
    amina.post(page_of(row), NUMBER)
    first = stands(row).reply_digest

    again = amina.post(page_of(row), NUMBER)

    assert "A letter has been made since this page was opened" in words_of(again)
    assert stands(row).reply_digest == first
    mark = again.content.decode().split('name="instead_of" value="')[1].split('"')[0]
    on_purpose = amina.post(page_of(row), NUMBER | {"instead_of": mark})
    assert on_purpose["Content-Type"] == "application/pdf"
    assert stands(row).reply_digest != first


def test_whoever_needs_no_letter_gets_none(as_, cast: Cast, now):
    here = ask(cast, now, to=cast.westborough)
    amina = as_("amina")

    assert "so they need no letter" in words_of(amina.get(page_of(here), follow=True))
    assert "so they need no letter" in words_of(amina.post(page_of(here), NUMBER))

    gone = ask(cast, now, child=cast.kit)
    handovers.withdraw(gone, WithdrawalReason.NOT_NEEDED, by=cast.amina, at=now)
    assert "has come to its end" in words_of(amina.get(page_of(gone), follow=True))
    assert "has come to its end" in words_of(amina.post(page_of(gone), NUMBER))


@pytest.mark.parametrize("who", ["owen", "wes", "pat", "ines", "sol", "ana"])
def test_only_who_may_ask_makes_a_letter(as_, cast: Cast, now, who: str):
    row = ask(cast, now)

    assert as_(who).get(page_of(row)).status_code == 404
    assert as_(who).post(page_of(row), NUMBER).status_code == 404


def test_a_childs_name_is_in_no_title(as_, cast: Cast, now):
    page = as_("amina").get(page_of(ask(cast, now))).content.decode()

    assert "Marlowe" in page
    assert "Marlowe" not in page.split("</title>")[0]


def test_the_page_of_a_letter_asks_few_questions(
    as_, cast: Cast, now, django_assert_max_num_queries
):
    row, amina = ask(cast, now), as_("amina")

    with django_assert_max_num_queries(16):
        amina.get(page_of(row))


# Its link, for people without an account.


def test_the_link_opens_without_sign_in_and_shows_what_the_letter_shows(
    client: Client, cast: Cast, now
):
    row = ask(cast, now)

    response = client.get(link(row, cast, now))

    words = words_of(response)
    assert "Answer a request" in words
    assert "Stays in Westborough" in words
    for hidden in ("Sky", "Marlowe", "2011", "S.M."):
        assert hidden not in response.content.decode(), hidden
    read = JournalEntry.objects.latest("pk")
    assert (read.verb, read.by_id, read.child_id) == (
        "read",
        staff.by_letter().pk,
        cast.sky.pk,
    )


def test_the_page_gives_nothing_away_to_the_net(client: Client, cast: Cast, now):
    response = client.get(link(ask(cast, now), cast, now))

    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "sessionid" not in response.cookies
    page = response.content.decode()
    assert '<meta name="robots" content="noindex">' in page
    assert "<title>Answer a request – Returnhome</title>" in page
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page)


def test_an_answer_is_recorded_and_the_link_then_says_what_it_was(cast: Cast, now):
    # As a browser does it: Django's check of forms is on, and there is nothing for it here.
    client = Client(enforce_csrf_checks=True)
    row = ask(cast, now)
    address = link(row, cast, now)

    response = client.post(address, ANSWER | {"note": "On Tuesday"}, headers={"origin": "null"})

    assert (response.status_code, response["Location"]) == (302, address)
    row = stands(row)
    assert (row.answer, row.answer_note, row.answered_by) == ("accepted", "On Tuesday", None)
    assert row.answered_by_name == "Jo Carr, duty manager"
    assert row.answered_by_contact == "0113 496 0000"
    after = client.get(address)
    words = words_of(after)
    assert "Accepted on" in words
    assert "by Jo Carr, duty manager." in words
    assert "Northshire Council tells you by telephone who the child is" in words
    for gone in ("Westborough", "Police risk grade", "A woman, please", "0113", "On Tuesday"):
        assert gone not in words, gone


def test_a_refusal_gives_its_reason(client: Client, cast: Cast, now):
    row = ask(cast, now)
    address = link(row, cast, now)

    without = client.post(address, ANSWER | {"answer": "refused"})
    other = client.post(address, REFUSAL | {"reason": "other"})
    client.post(address, REFUSAL)

    assert "Select why" in words_of(without)
    assert "Say which other reason it is." in words_of(other)
    assert 'value="Jo Carr"' in other.content.decode()
    assert stands(row).refusal_reason == "nobody_in_time"
    assert "Refused on" in words_of(client.get(address))


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [
        ("answer", "Select whether you accept or refuse"),
        ("name", "Enter your name, so that we know who answered."),
        ("role", "Enter what you do"),
        ("contact", "Enter a telephone number or an e-mail address"),
    ],
)
def test_what_is_missing_is_asked_for(client: Client, cast: Cast, now, left_out, sentence):
    row = ask(cast, now)

    response = client.post(link(row, cast, now), ANSWER | {left_out: ""})

    assert sentence in words_of(response)
    assert not stands(row).is_answered


def test_the_duty_is_taken_over_by_letter(client: Client, cast: Cast, now):
    row = ask(cast, now, kind=HandOverKind.DUTY, looked_after_since=now.date() - timedelta(days=1))
    address = link(row, cast, now)

    asked = words_of(client.get(address))
    after = words_of(client.post(address, ANSWER, follow=True))

    assert "We accept: the duty is ours from now on" in asked
    assert "Initials S.M." in asked
    assert "The duty is yours." in after
    assert "S.M." not in after
    row.episode.refresh_from_db()
    assert row.episode.responsible_authority == row.to


# Two at once, and too late.


def test_a_second_press_says_the_same_and_writes_nothing(client: Client, cast: Cast, now):
    row = ask(cast, now)
    address = link(row, cast, now)
    client.post(address, ANSWER)
    answered_at = stands(row).answered_at

    again = client.post(address, ANSWER)

    assert again.status_code == 200
    assert "was not recorded" not in words_of(again)
    assert stands(row).answered_at == answered_at
    assert JournalEntry.objects.filter(verb__startswith="answer request").count() == 1


def test_a_colleague_who_was_slower_is_told_so(client: Client, cast: Cast, now):
    row = ask(cast, now)
    address = link(row, cast, now)
    client.post(address, ANSWER)

    late = client.post(address, REFUSAL | {"name": "Sam Dale"})

    assert late.status_code == 409
    assert "Your answer was not recorded. Accepted on" in words_of(late)
    assert stands(row).answer == "accepted"


def test_a_request_withdrawn_while_the_page_was_open_says_so(client: Client, cast: Cast, now):
    row = ask(cast, now)
    address = link(row, cast, now)
    handovers.withdraw(row, WithdrawalReason.NOT_NEEDED, by=cast.amina, at=now)

    late, after = client.post(address, ANSWER), client.get(address)

    assert late.status_code == 409
    assert "Your answer was not recorded. Northshire Council took this" in words_of(late)
    assert "took this request back on" in words_of(after)
    assert "telephone Northshire Council" in words_of(after)
    assert "Westborough" not in words_of(after)
    assert not stands(row).is_answered


def test_a_request_whose_time_ran_out_says_so(client: Client, cast: Cast, now):
    row = ask(cast, now, at=now - hours(9))
    address = link(row, cast, now - hours(8))

    assert "The time for an answer ran out on" in words_of(client.get(address))
    assert "Your answer was not recorded." in words_of(client.post(address, ANSWER))
    assert not stands(row).is_answered


def test_a_request_that_was_asked_anew_says_so(client: Client, cast: Cast, now):
    row = ask(cast, now, at=now - hours(9))
    address = link(row, cast, now - hours(8))
    handovers.ask(row.episode, HandOverKind.HOST_INTERVIEWS, to=row.to, by=cast.amina, at=now)

    words = words_of(client.get(address))

    assert "has asked anew since, so this request is over. Look for a newer letter." in words


def test_a_request_about_an_episode_recorded_in_error_needs_no_answer(
    client: Client, cast: Cast, now
):
    row = ask(cast, now)
    address = link(row, cast, now)
    episodes.void(row.episode, because="At school", by=cast.amina, at=now)

    assert "needs no answer any more" in words_of(client.get(address))
    assert client.post(address, ANSWER).status_code == 409


def test_the_link_of_an_older_letter_leads_nowhere(client: Client, cast: Cast, now):
    row = ask(cast, now)
    old = link(row, cast, now)
    link(row, cast, now)

    assert client.get(old).status_code == 404
    assert client.post(old, ANSWER).status_code == 404
    assert not stands(row).is_answered


def test_a_child_still_missing_has_no_clock_yet(client: Client, cast: Cast, now):
    episode = missing(cast.sky, last_seen=now - hours(4), at=now)
    row = handovers.ask(
        episode,
        HandOverKind.HOST_INTERVIEWS,
        to=Authority.objects.get(name="Leeds"),
        by=cast.amina,
        at=now,
    )

    words = words_of(client.get(link(row, cast, now)))

    assert "Still missing" in words
    assert "72 hours" not in words


# Guessing.


def test_an_unknown_key_is_not_there_as_anything_else_is_not(as_, client: Client):
    amina, unknown_key = as_("amina"), "/answer/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    unknown = amina.get(unknown_key)

    assert unknown.status_code == 404
    assert "A newer letter may have taken its place" in words_of(unknown)
    assert client.get(unknown_key).status_code == client.post(unknown_key).status_code == 404


def test_guessing_is_capped_and_the_cap_is_for_the_guesser_alone(client: Client, cast: Cast, now):
    address = link(ask(cast, now), cast, now)
    for number in range(letters.MOST_WRONG_LINKS):
        assert client.get(f"/answer/{number:032}").status_code == 404

    assert client.get(f"/answer/{99:032}").status_code == 429
    assert "Wait five minutes" in words_of(client.get(address))
    assert client.get(address, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_the_page_of_a_link_asks_few_questions(
    client: Client, cast: Cast, now, django_assert_max_num_queries
):
    address = link(ask(cast, now), cast, now)
    client.get(address)

    with django_assert_max_num_queries(18):
        client.get(address)
