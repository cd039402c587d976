"""The interview that a council held which is not on the system: noted here, its report come."""

from typing import Any

import pytest

from returnhome.casework import episodes, handovers, interviews
from returnhome.casework.models import Authority, Child, Episode, HandOver, Interview
from returnhome.rules.codes import HandOverKind, WithdrawalReason
from returnhome.rules.responsibility import Reply
from returnhome.web import work
from tests.casework.ledger import refused_by
from tests.cast import Cast, everything_said, hours, returned, sign
from tests.web.asking import typed_at, words_of

pytestmark = pytest.mark.check


def taken_on(cast: Cast, now, *, child: Child | None = None, to: str = "Leeds") -> HandOver:
    """Leeds accepted by its letter to interview, two days ago."""
    row = handovers.ask(
        returned(child or cast.sky, hours_ago=60, at=now),
        HandOverKind.HOST_INTERVIEWS,
        to=Authority.objects.get(name=to),
        by=cast.amina,
        at=now - hours(50),
    )
    asked = handovers.by_reply_key(handovers.new_reply_key(row, by=cast.amina, at=now - hours(50)))
    assert asked
    jo = {"name": "Jo Carr, duty manager", "contact": "0113 496 0000"}
    return handovers.answer(asked, Reply.ACCEPTED, **jo, by=None, at=now - hours(49))


def told(at, **changed: str) -> dict[str, Any]:
    return {
        "name": "Chris Denby",
        "role": "return interview worker",
        "place": "youth_centre",
        "mode": "in_person",
        "is_independent": "yes",
        "has_report": "yes",
        **typed_at("held_at", at),
        "held_at-precision": "exact",
        **changed,
    }


def test_amina_notes_what_leeds_held_and_writes_its_record(as_, cast: Cast, now):
    row = taken_on(cast, now)
    amina = as_("amina")

    asked = words_of(amina.get(f"/hand-overs/{row.pk}/held"))
    response = amina.post(f"/hand-overs/{row.pk}/held", told(now - hours(20)), follow=True)

    assert "Leeds accepted on" in asked
    assert "Jo Carr, duty manager, 0113 496 0000" in asked
    interview = Interview.objects.get()
    assert response.redirect_chain[-1][0] == f"/interviews/{interview.pk}/record"
    assert "Now write the record from their report." in words_of(response)
    assert interview.held_by == "Chris Denby, return interview worker, Leeds"
    assert HandOver.objects.get().reported_at is not None


def test_the_interview_is_shown_as_theirs_and_written_down_by_ours(as_, cast: Cast, now):
    row = taken_on(cast, now)
    amina = as_("amina")
    amina.post(f"/hand-overs/{row.pk}/held", told(now - hours(20)))
    interview = Interview.objects.get()
    said = everything_said(interview)
    interviews.record(interview, said, by=cast.amina, at=now)
    sign(interview, by=cast.amina, at=now)

    page = words_of(amina.get(f"/interviews/{interview.pk}"))
    episode = words_of(amina.get(f"/episodes/{row.episode_id}"))
    story = words_of(amina.get(f"/children/{cast.sky.pk}"))

    assert "by Chris Denby, return interview worker, Leeds." in page
    assert "Written down by Amina Yusuf" in page
    assert "Chris Denby, return interview worker, Leeds" in episode
    assert "Chris Denby, return interview worker, Leeds" in story
    assert "Interview noted that Leeds held" in story
    assert "Interview booked with" not in story


def test_word_that_it_took_place_is_enough_and_the_report_comes_later(as_, cast: Cast, now):
    row = taken_on(cast, now)
    amina, report = as_("amina"), f"/hand-overs/{row.pk}/report"

    response = amina.post(
        f"/hand-overs/{row.pk}/held", told(now - hours(20), has_report="no"), follow=True
    )
    later = amina.post(report, follow=True)

    assert "Saved. Ask Leeds to report." in words_of(response)
    assert Episode.objects.get(pk=row.episode_id).held_at is not None
    assert "Recorded that the report came back." in words_of(later)
    assert "Record the interview they held" not in words_of(later)


def test_a_report_that_came_first_leads_on_to_who_held_it(as_, cast: Cast, now):
    row = taken_on(cast, now)
    amina = as_("amina")

    response = amina.post(f"/hand-overs/{row.pk}/report", follow=True)
    asked = amina.get(f"/hand-overs/{row.pk}/held")
    saved = amina.post(f"/hand-overs/{row.pk}/held", told(now - hours(20)), follow=True)

    assert "Record the interview they held" in words_of(response)
    assert "Has their report come?" not in words_of(asked)
    assert "Now write the record from their report." in words_of(saved)
    assert Interview.objects.get().is_written_for_another


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "Say who held the interview, and what they do there."),
        ({"role": ""}, "Enter what they do there"),
        ({"place": ""}, "Select where it was"),
        ({"mode": ""}, "Select how it was held"),
        ({"is_independent": "no"}, "Say why the interviewer was not independent"),
        ({"has_report": ""}, "Select whether their report has come"),
        ({"held_at-day": ""}, "the time of the interview must include a day"),
    ],
)
def test_what_is_missing_is_asked_for(as_, cast: Cast, now, changed, sentence):
    row = taken_on(cast, now)

    response = as_("amina").post(f"/hand-overs/{row.pk}/held", told(now - hours(20)) | changed)

    assert sentence.lower() in words_of(response).lower()
    assert "return interview worker" in response.content.decode() or "role" in changed
    assert not Interview.objects.exists()


def test_a_time_before_the_child_was_found_is_refused_and_nothing_is_written(as_, cast: Cast, now):
    row = taken_on(cast, now)

    response = as_("amina").post(f"/hand-overs/{row.pk}/held", told(now - hours(70)))

    assert response.status_code == 200
    assert "There is a problem" in words_of(response)
    assert not Interview.objects.exists()
    assert HandOver.objects.get().reported_at is None


def test_a_second_press_writes_nothing_more(as_, cast: Cast, now):
    row = taken_on(cast, now)
    amina, page = as_("amina"), f"/hand-overs/{row.pk}/held"
    amina.post(page, told(now - hours(20)))

    again = amina.post(page, told(now - hours(20)))

    assert "This interview has been held." in words_of(again)
    assert "recorded for this episode already" in words_of(amina.get(page, follow=True))
    assert Interview.objects.count() == 1


def test_what_was_withdrawn_meanwhile_says_so(as_, cast: Cast, now):
    row = taken_on(cast, now)
    amina, page = as_("amina"), f"/hand-overs/{row.pk}/held"
    handovers.withdraw(row, WithdrawalReason.ARRANGED_OTHERWISE, by=cast.amina, at=now)

    assert "has come to its end" in words_of(amina.post(page, told(now - hours(20))))
    assert "has come to its end" in words_of(amina.get(page, follow=True))
    assert not Interview.objects.exists()


def test_an_episode_recorded_in_error_takes_no_interview(as_, cast: Cast, now):
    row = taken_on(cast, now)
    episodes.void(row.episode, because="At school", by=cast.amina, at=now)

    response = as_("amina").post(f"/hand-overs/{row.pk}/held", told(now - hours(20)))

    assert "recorded in error" in words_of(response)


def test_whoever_is_on_the_system_writes_down_their_own(as_, cast: Cast, now):
    row = handovers.ask(
        returned(cast.sky, at=now),
        HandOverKind.HOST_INTERVIEWS,
        to=cast.westborough,
        by=cast.amina,
        at=now - hours(1),
    )
    handovers.answer(row, Reply.ACCEPTED, by=cast.wes, at=now)

    assert as_("amina").get(f"/hand-overs/{row.pk}/held").status_code == 404


@pytest.mark.parametrize("who", ["owen", "wes", "pat", "sol", "ana"])
def test_a_stranger_finds_nothing(as_, cast: Cast, now, who: str):
    row = taken_on(cast, now)

    assert as_(who).get(f"/hand-overs/{row.pk}/held").status_code == 404
    assert as_(who).post(f"/hand-overs/{row.pk}/held").status_code == 404


def test_it_stands_in_nobodys_calendar(as_, cast: Cast, now, client):
    row = taken_on(cast, now)
    as_("amina").post(f"/hand-overs/{row.pk}/held", told(now - hours(20)))

    feed = client.get(f"/calendar/{cast.amina.calendar_key}.ics").content.decode()

    assert "VEVENT" not in feed


def test_the_page_asks_few_questions(as_, cast: Cast, now, django_assert_max_num_queries):
    row, amina = taken_on(cast, now), as_("amina")

    with django_assert_max_num_queries(14):
        amina.get(f"/hand-overs/{row.pk}/held")


def test_the_page_of_the_request_leads_to_letter_and_interview(as_, cast: Cast, now):
    amina = as_("amina")
    asked = handovers.ask(
        returned(cast.kit, at=now),
        HandOverKind.HOST_INTERVIEWS,
        to=Authority.objects.get(name="Leeds"),
        by=cast.amina,
        at=now,
    )
    accepted = taken_on(cast, now)

    waiting = amina.get(f"/hand-overs/{asked.pk}")
    taken = amina.get(f"/hand-overs/{accepted.pk}")

    assert f'href="/hand-overs/{asked.pk}/letter"' in waiting.content.decode()
    assert "Record the interview they held" not in words_of(waiting)
    assert f'href="/hand-overs/{accepted.pk}/held"' in taken.content.decode()
    assert "Jo Carr, duty manager (0113 496 0000), by letter" in words_of(taken)


# Telephoning whoever accepted by the link of a letter.


def test_the_council_that_accepted_by_letter_is_to_be_telephoned_until_that_is_recorded(
    as_, cast: Cast, now
):
    row = taken_on(cast, now)
    amina, call = as_("amina"), "Telephone Leeds"

    listed, page = words_of(amina.get("/")), words_of(amina.get(f"/hand-overs/{row.pk}"))

    assert f"{call} for Sky Marlowe 0113 496 0000, Jo Carr, duty manager" in listed
    assert f"{call}: 0113 496 0000, Jo Carr, duty manager" in page
    assert call in words_of(amina.get(f"/episodes/{row.episode_id}"))

    told = words_of(amina.post(f"/hand-overs/{row.pk}/tell", follow=True))

    assert "Recorded that Leeds was told by telephone." in told
    assert "Told by telephone who it is" in told
    assert not [
        each for each in ("/", f"/episodes/{row.episode_id}") if call in words_of(amina.get(each))
    ]


def test_the_call_is_ours_to_make_in_the_list_too(as_, cast: Cast, now):
    row = taken_on(cast, now)

    (in_list,) = work.in_order(work.work_of(cast.amina, now))
    (shown,) = work.rows_of([in_list], cast.amina, now)

    assert shown.next.is_ours
    assert shown.group is not work.OTHERS
    handovers.note_told(row, by=cast.amina, at=now)
    told = work.work_of(cast.amina, now).get(pk=row.episode_id)
    assert work.rows_of([told], cast.amina, now)[0].next.is_ours == (
        work.GROUPS[told.group] is not work.OTHERS
    )


def test_each_letter_is_told_with_who_made_it(as_, cast: Cast, now):
    row = taken_on(cast, now)

    assert "Letter made" in words_of(as_("amina").get(f"/hand-overs/{row.pk}"))


def test_wes_can_neither_see_nor_record_that_leeds_was_told(as_, cast: Cast, now):
    row = taken_on(cast, now)

    assert "Telephone Leeds" not in words_of(as_("wes").get("/"))
    assert as_("wes").post(f"/hand-overs/{row.pk}/tell").status_code == 404


def test_sol_reads_the_request_and_leaves_what_is_done_with_it_to_amina(as_, cast: Cast, now):
    """She knows of it as the child’s social worker; who asked is who goes on with it."""
    row = taken_on(cast, now)
    page = f"/hand-overs/{row.pk}"
    sol = as_("sol")

    shown = sol.get(page).content.decode()

    for step in ("tell", "report", "hand-back", "withdraw"):
        assert f"{page}/{step}" in as_("amina").get(page).content.decode()
        assert f"{page}/{step}" not in shown
        assert sol.post(f"{page}/{step}", {"reason": "not_needed"}).status_code == 404
    assert "Telephone Leeds" not in shown
    assert sol.get(f"{page}/hand-back").status_code == 404
    left = HandOver.objects.get(pk=row.pk)
    assert (left.told_at, left.reported_at, left.handed_back_at, left.withdrawn_at) == (None,) * 4


def test_once_told_or_over_there_is_nobody_to_telephone(as_, cast: Cast, now):
    row = taken_on(cast, now)
    handovers.note_told(row, by=cast.amina, at=now)

    with pytest.raises(handovers.NobodyToTelephone):
        handovers.note_told(row, by=cast.amina, at=now)
    with refused_by("who_is_told_by_telephone_has_accepted"):
        HandOver.objects.filter(pk=row.pk).update(told_by=None)
