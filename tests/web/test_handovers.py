"""Hand-overs on their pages: asked, answered, refused, taken back; and what each side may read."""

from datetime import date, datetime, timedelta

import pytest

from returnhome.casework import agreements, communications, concerns, handovers, staff
from returnhome.casework.models import Agreement, Dispute, HandOver, JournalEntry
from returnhome.rules.codes import Concern, HandOverKind, RefusalReason, Role, WithdrawalReason
from returnhome.rules.responsibility import Reply
from tests.cast import Cast, accepted, offered, returned
from tests.web.asking import typed_at, words_of


@pytest.fixture
def asked(cast: Cast, now: datetime) -> HandOver:
    """Northshire asks Westborough to interview Sky."""
    return handovers.ask(
        returned(cast.sky, at=now),
        HandOverKind.HOST_INTERVIEWS,
        to=cast.westborough,
        terms="She likes to be rung after school.",
        by=cast.amina,
        at=now,
    )


def test_amina_asks_the_host_and_reads_by_when_it_must_answer(as_, cast: Cast, now: datetime):
    episode = returned(cast.sky, at=now)

    page = as_("amina").get(f"/episodes/{episode.pk}/ask")
    assert "Westborough" in words_of(page)
    response = as_("amina").post(
        f"/episodes/{episode.pk}/ask",
        {"to": "host", "terms": "", **typed_at("report_due", now + timedelta(days=5))},
        follow=True,
    )

    words = words_of(response)
    assert "Westborough is asked. The answer is due" in words
    assert episode.handovers.get().to == cast.westborough


def test_what_was_typed_comes_back_when_nobody_was_chosen(as_, cast: Cast, now: datetime):
    episode = returned(cast.sky, at=now)

    response = as_("amina").post(
        f"/episodes/{episode.pk}/ask",
        {"to": "", "terms": "After school", **typed_at("report_due", now)},
    )

    words = words_of(response)
    assert "There is a problem" in words
    assert "After school" in response.content.decode()


def test_asking_twice_says_that_it_stands_already(as_, asked: HandOver, now: datetime):
    response = as_("amina").post(
        f"/episodes/{asked.episode_id}/ask",
        {"to": "host", "terms": "", **typed_at("report_due", now + timedelta(days=5))},
    )

    assert "that request still stands" in words_of(response)


def test_wes_reads_enough_to_decide(as_, asked: HandOver):
    for address in (f"/hand-overs/{asked.pk}", f"/hand-overs/{asked.pk}/answer", "/hand-overs"):
        assert f"H-{asked.pk}" in words_of(as_("wes").get(address))
    words = words_of(as_("wes").get(f"/hand-overs/{asked.pk}/answer"))
    assert "She likes to be rung after school." in words
    assert "72 hours" in words
    assert JournalEntry.objects.filter(kind="handover", object_id=asked.pk, verb="read").exists()


def test_wes_reads_what_is_feared_and_how_to_talk_with_the_child_and_not_what_it_rests_on(
    as_, cast: Cast, asked: HandOver, now: datetime
):
    concerns.note(cast.sky, Concern.EXPLOITATION, "The panel of 4 March", by=cast.sol, at=now)
    communications.note(
        cast.sky, language="Sorani", needs_interpreter=True, helps="", by=cast.sol, at=now
    )

    words = words_of(as_("wes").get(f"/hand-overs/{asked.pk}"))

    assert "Exploitation known or suspected" in words
    assert "Sorani: needs an interpreter" in words
    assert "panel" not in words


def test_a_council_that_does_not_host_reads_no_name_at_all(as_, cast: Cast, now: datetime):
    row = handovers.ask(
        returned(cast.kit, at=now),
        HandOverKind.HOST_INTERVIEWS,
        to=cast.eastmoor,
        by=cast.amina,
        at=now,
    )

    for address in (f"/hand-overs/{row.pk}", f"/hand-overs/{row.pk}/answer", "/hand-overs", "/"):
        page = as_("owen").get(address).content.decode()

        assert f"H-{row.pk}" in page
        for word in ("Kit", "O’Dell", "30 September 2012", "NS1 1AA"):
            assert word not in page, address
    assert as_("owen").get(f"/episodes/{row.episode_id}").status_code == 404
    assert as_("owen").get(f"/children/{cast.kit.pk}").status_code == 404


def test_accepting_opens_the_episode_and_says_what_is_next(as_, cast: Cast, asked: HandOver):
    response = as_("wes").post(
        f"/hand-overs/{asked.pk}/answer", {"answer": "accepted", "note": ""}, follow=True
    )

    words = words_of(response)
    assert "Accepted. Next: " in words
    assert "Sky Marlowe" in words
    assert "Northshire" in words
    mine = words_of(as_("amina").get("/"))
    assert "Westborough interviews" in mine


def test_a_refusal_needs_a_reason_and_comes_back_to_the_council_that_asked(as_, asked: HandOver):
    client = as_("wes")

    without = client.post(f"/hand-overs/{asked.pk}/answer", {"answer": "refused", "note": "x"})
    assert "Select the reason" in words_of(without)
    client.post(
        f"/hand-overs/{asked.pk}/answer",
        {"answer": "refused", "reason": "nobody_in_time", "note": ""},
    )

    words = words_of(as_("amina").get(f"/hand-overs/{asked.pk}"))
    assert "Westborough refused" in words
    assert "Ask again, or ask another" in words


def test_a_request_taken_back_while_its_page_is_open_says_so(as_, asked: HandOver):
    as_("amina").post(
        f"/hand-overs/{asked.pk}/withdraw", {"reason": "arranged_otherwise", "note": ""}
    )

    response = as_("wes").post(f"/hand-overs/{asked.pk}/answer", {"answer": "accepted", "note": ""})

    assert "This request has come to its end" in words_of(response)
    assert HandOver.objects.get().answer == ""


def test_an_interview_that_goes_back_is_northshires_again(as_, cast: Cast, asked: HandOver):
    client = as_("wes")
    client.post(f"/hand-overs/{asked.pk}/answer", {"answer": "accepted", "note": ""})

    response = client.post(
        f"/hand-overs/{asked.pk}/hand-back",
        {"reason": "other", "note": "She asked for Ines."},
        follow=True,
    )

    assert "Handed back: Northshire arranges the interview again" in words_of(response)
    words = words_of(as_("amina").get(f"/hand-overs/{asked.pk}"))
    assert "She asked for Ines." in words


@pytest.mark.parametrize("who", ["owen", "pat", "ana", "adi", "sol"])
def test_to_a_stranger_there_is_no_such_request(as_, asked: HandOver, who: str):
    client = as_(who)

    for verb in ("answer", "withdraw", "hand-back"):
        assert client.get(f"/hand-overs/{asked.pk}/{verb}").status_code == 404
    assert client.post(f"/hand-overs/{asked.pk}/report").status_code == 404
    if who != "sol":
        assert client.get(f"/hand-overs/{asked.pk}").status_code == 404
    for verb in ("ask", "dispute", "override", "decline"):
        assert client.get(f"/episodes/{asked.episode_id}/{verb}").status_code == 404


def test_the_side_that_asks_cannot_answer_for_the_other(as_, asked: HandOver):
    assert as_("amina").get(f"/hand-overs/{asked.pk}/answer").status_code == 404
    assert as_("wes").get(f"/hand-overs/{asked.pk}/withdraw").status_code == 404


def test_what_waits_for_us_stands_at_the_head_of_the_work_list(as_, asked: HandOver):
    words = words_of(as_("wes").get("/"))

    assert "Other councils ask you" in words
    assert "Hold the interview, asks Northshire" in words
    assert "Westborough asked, answer due" in words_of(as_("amina").get("/"))


def test_the_list_asks_the_database_as_often_for_one_request_as_for_many(
    as_, cast: Cast, now: datetime, asked: HandOver, django_assert_num_queries
):
    client = as_("amina")
    client.get("/hand-overs")
    with django_assert_num_queries(QUERIES):
        client.get("/hand-overs")
    for number in range(1, 4):
        handovers.ask(
            returned(cast.kit, hours_ago=60 * number, at=now),
            HandOverKind.PROVIDER,
            to=cast.open_path,
            by=cast.amina,
            at=now,
        )
    with django_assert_num_queries(QUERIES):
        client.get("/hand-overs")


# The last is the journal of who was on the list.
QUERIES = 13


def test_pages_of_one_request_ask_little(as_, asked: HandOver, django_assert_max_num_queries):
    wes = as_("wes")

    with django_assert_max_num_queries(32):
        wes.get(f"/hand-overs/{asked.pk}")


# Disputes and decisions in the rules' place.


def test_amina_disputes_and_the_page_says_who_acts_meanwhile(as_, cast: Cast, now: datetime):
    episode = returned(cast.kit, at=now)

    response = as_("amina").post(
        f"/episodes/{episode.pk}/dispute",
        {"should_be": str(cast.eastmoor.pk), "because": "They moved in January."},
        follow=True,
    )

    words = words_of(response)
    assert "Eastmoor is asked to take it over. Until then Northshire must act" in words
    assert "In dispute" in words
    row = Dispute.objects.get()
    assert as_("owen").get(f"/disputes/{row.pk}/settle").status_code == 404
    assert as_("amina").get(f"/disputes/{row.pk}/settle").status_code == 404
    settled = as_("mara").post(
        f"/disputes/{row.pk}/settle", {"how": "stays", "because": "They came back."}, follow=True
    )
    assert "The dispute is settled" in words_of(settled)


def test_a_dispute_without_a_reason_loses_nothing(as_, cast: Cast, now: datetime):
    episode = returned(cast.kit, at=now)

    response = as_("amina").post(
        f"/episodes/{episode.pk}/dispute", {"should_be": str(cast.eastmoor.pk), "because": ""}
    )

    assert "Say why." in words_of(response)
    assert f'value="{cast.eastmoor.pk}" selected' in response.content.decode()


def test_owen_takes_the_duty_over_and_northshire_keeps_sight_of_the_clock(
    as_, cast: Cast, now: datetime
):
    episode = returned(cast.kit, at=now)
    row = handovers.ask(
        episode,
        HandOverKind.DUTY,
        to=cast.eastmoor,
        looked_after_since=now.date() - timedelta(days=1),
        by=cast.amina,
        at=now,
    )
    words = words_of(as_("owen").get(f"/hand-overs/{row.pk}/answer"))
    assert "K.O." in words
    assert "O’Dell" not in words

    as_("owen").post(f"/hand-overs/{row.pk}/answer", {"answer": "accepted", "note": ""})

    theirs = words_of(as_("owen").get(f"/episodes/{episode.pk}"))
    assert "Counts under Northshire, responsible at the start" in theirs
    ours = as_("amina").get(f"/episodes/{episode.pk}")
    assert ours.status_code == 200
    assert "Offer an interview" not in words_of(ours)


def test_mara_decides_otherwise_and_what_the_rules_said_is_kept(as_, cast: Cast, now: datetime):
    episode = returned(cast.kit, at=now)
    said = {
        "cohort": "unknown",
        "offer_kind": "statutory",
        "host": "",
        "because": "Nobody knows where he lives.",
    }

    response = as_("mara").post(f"/episodes/{episode.pk}/override", said, follow=True)

    assert "Your decision stands now" in words_of(response)
    assert "Nobody knows where he lives." in words_of(response)
    again = as_("mara").post(f"/episodes/{episode.pk}/override", said)
    assert "That is what was decided already" in words_of(again)
    assert as_("amina").get(f"/episodes/{episode.pk}/override").status_code == 404


def test_mara_lets_the_rules_decide_again_and_both_stay_on_the_page(as_, cast: Cast, now: datetime):
    episode = returned(cast.kit, at=now)
    page = f"/episodes/{episode.pk}/follow-the-rules"
    assert "The rules decide here already." in words_of(as_("mara").get(page, follow=True))
    as_("mara").post(
        f"/episodes/{episode.pk}/override",
        {
            "cohort": "unknown",
            "offer_kind": "statutory",
            "host": "",
            "because": "Nobody knows where he lives.",
        },
    )
    assert "Let the rules decide again" in words_of(as_("mara").get(f"/episodes/{episode.pk}"))

    silent = as_("mara").post(page, {"because": ""})
    after = as_("mara").post(page, {"because": "His mother rang."}, follow=True)

    assert "Say why." in words_of(silent)
    assert "The rules decide again: statutory: must be offered." in words_of(after)
    assert "Given back to the rules" in words_of(after)
    assert "Nobody knows where he lives." in words_of(after)
    assert as_("amina").get(page).status_code == 404
    assert as_("owen").post(page, {"because": "x"}).status_code == 404


def test_pat_refuses_one_child_under_an_arrangement(as_, cast: Cast, now: datetime):
    tomasz = staff.add_person("t@example.invalid", "T", password=None, by=staff.operator(), at=now)
    staff.appoint(
        tomasz, Role.MANAGER, cast.open_path, since=date(2024, 1, 1), by=staff.operator(), at=now
    )
    agreements.agree(
        cast.northshire,
        to_provider=cast.open_path,
        covers=["home"],
        since=date(2024, 1, 1),
        by=cast.mara,
        at=now,
    )
    assert Agreement.objects.get().is_agreed
    episode = returned(cast.kit, at=now)
    assert episode.provider == cast.open_path
    client = as_("pat")
    client.force_login(tomasz)

    response = client.post(
        f"/episodes/{episode.pk}/decline", {"reason": "nobody_in_time", "note": ""}, follow=True
    )

    assert "Refused. Northshire is told" in words_of(response)
    episode.refresh_from_db()
    assert episode.provider is None
    assert HandOver.objects.get().answer == Reply.REFUSED


# What comes after a no, and what is said beside it.


def _refused(row: HandOver, cast: Cast, at: datetime) -> None:
    handovers.answer(row, Reply.REFUSED, reason=RefusalReason.NOBODY_IN_TIME, by=cast.wes, at=at)


def test_a_refusal_stays_on_the_work_list_until_somebody_arranges_otherwise(
    as_, cast: Cast, asked: HandOver, now: datetime
):
    amina = as_("amina")
    _refused(asked, cast, now)
    assert "Westborough refused" in words_of(amina.get("/"))
    assert "Westborough refused" in words_of(amina.get(f"/episodes/{asked.episode_id}"))

    offered(asked.episode, by=cast.amina, at=now + timedelta(seconds=1))

    assert "Westborough refused" not in words_of(amina.get("/"))


def test_see_to_it_stays_though_a_later_request_was_asked_and_taken_back(
    as_, cast: Cast, asked: HandOver, now: datetime
):
    amina = as_("amina")
    _refused(asked, cast, now)
    later = handovers.ask(
        asked.episode, HandOverKind.PROVIDER, to=cast.open_path, by=cast.amina, at=now
    )
    assert "See to it" not in words_of(amina.get("/hand-overs"))
    assert "Westborough refused" not in words_of(amina.get("/"))

    handovers.withdraw(later, WithdrawalReason.ASKED_IN_ERROR, by=cast.amina, at=now)

    listed = words_of(amina.get("/hand-overs"))
    assert "Refused To be arranged another way See to it" in listed
    assert "Westborough refused" in words_of(amina.get("/"))


def test_a_request_taken_back_as_arranged_otherwise_leaves_nothing_to_see_to(
    as_, cast: Cast, asked: HandOver, now: datetime
):
    handovers.withdraw(asked, WithdrawalReason.ARRANGED_OTHERWISE, by=cast.amina, at=now)

    assert "not asked any more" not in words_of(as_("amina").get("/"))
    assert "See to it" not in words_of(as_("amina").get("/hand-overs"))


def test_a_request_taken_back_for_another_reason_says_so_until_it_is_arranged(
    as_, cast: Cast, asked: HandOver, now: datetime
):
    handovers.withdraw(asked, WithdrawalReason.ASKED_IN_ERROR, by=cast.amina, at=now)

    assert "Westborough is not asked any more" in words_of(as_("amina").get("/"))


def test_whoever_accepts_for_a_child_who_said_yes_already_reads_to_book_next(
    as_, cast: Cast, now: datetime
):
    episode = returned(cast.sky, at=now)
    accepted(episode, by=cast.amina, at=now)
    row = handovers.ask(
        episode, HandOverKind.HOST_INTERVIEWS, to=cast.westborough, by=cast.amina, at=now
    )

    response = as_("wes").post(f"/hand-overs/{row.pk}/answer", {"answer": "accepted"}, follow=True)

    words = words_of(response)
    assert "Accepted. Next: book the interview. Northshire stays accountable." in words
    assert "Wes Carter, Westborough Council for Northshire" in words


def test_only_where_an_arrangement_is_in_force_this_one_can_be_refused(
    as_, cast: Cast, asked: HandOver, now: datetime
):
    as_("wes").post(f"/hand-overs/{asked.pk}/answer", {"answer": "accepted"})

    assert "Refuse this one" not in words_of(as_("wes").get(f"/episodes/{asked.episode_id}"))


def test_the_host_knows_the_child_by_name_and_the_page_says_so(as_, cast: Cast, now: datetime):
    sky, kit = returned(cast.sky, at=now), returned(cast.kit, at=now)
    amina = as_("amina")

    known = "Westborough knows the child by name already"

    assert known in words_of(amina.get(f"/episodes/{sky.pk}/ask"))
    assert "by name already" not in words_of(amina.get(f"/episodes/{kit.pk}/ask"))


def test_only_the_council_that_was_asked_is_given_the_answer_to_send(
    as_, cast: Cast, asked: HandOver
):
    page = f"/hand-overs/{asked.pk}/answer"

    for address in ("/hand-overs", f"/hand-overs/{asked.pk}"):
        assert page in as_("wes").get(address).content.decode()
        assert page not in as_("amina").get(address).content.decode()


def test_whoever_is_asked_of_a_child_elsewhere_is_led_to_no_episode(as_, cast: Cast, now: datetime):
    """Eastmoor has nothing to do with her until it has said yes."""
    row = handovers.ask(
        returned(cast.sky, at=now),
        HandOverKind.HOST_INTERVIEWS,
        to=cast.eastmoor,
        terms="She is with her aunt this week",
        by=cast.amina,
        at=now,
    )

    episode = f"/episodes/{row.episode_id}"

    assert episode in as_("amina").get(f"/hand-overs/{row.pk}").content.decode()
    assert episode not in as_("owen").get(f"/hand-overs/{row.pk}").content.decode()


def test_mara_is_led_to_the_standing_arrangements_and_amina_is_not(as_):
    link = 'href="/agreements">Standing arrangements'

    assert link in as_("mara").get("/hand-overs").content.decode()
    assert link not in as_("amina").get("/hand-overs").content.decode()
