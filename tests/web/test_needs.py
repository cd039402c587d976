"""Needs and help on the pages: named, answered from the council's list, and what came of it."""

from datetime import date, datetime
from typing import Any

import pytest

from returnhome.casework import needs, services, support
from returnhome.casework.models import (
    Action,
    Episode,
    HelpOffered,
    Interview,
    JournalEntry,
    Need,
    NoHelp,
    PassedOn,
    Service,
)
from returnhome.rules.codes import ActionKind, Means
from returnhome.rules.helping import NeedKind, NotTakenUpReason
from returnhome.rules.services import Described
from returnhome.rules.standard.parts import SaidBy
from returnhome.web import steps, work
from tests.cast import Cast, booked, hours, returned, signed
from tests.web.asking import words_of


@pytest.fixture
def interview(cast: Cast, now: datetime) -> Interview:
    """Sky's, signed off by Ines of Northshire."""
    before = now - hours(12)
    return signed(returned(cast.sky, at=before), interviewer=cast.ines, by=cast.amina, at=before)


@pytest.fixture
def need(cast: Cast, interview: Interview, now: datetime) -> Need:
    words = "Somebody to talk to who isn’t staff"
    return needs.name(
        interview, NeedKind.FEELING, words, said_by=SaidBy.CHILD, by=cast.ines, at=now
    )


@pytest.fixture
def talking_room(cast: Cast, now: datetime) -> Service:
    said = Described(
        name="Talking Room",
        organisation="The Barn",
        description="Counselling",
        minimum_age=11,
        helps_with=(NeedKind.FEELING,),
    )
    return services.add(cast.northshire, said, by=cast.mara, at=now - hours(20))


def on(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month)} | {
        f"{name}-year": str(day.year)
    }


def page_of(interview: Interview) -> str:
    return f"/interviews/{interview.pk}/needs"


def offered(cast: Cast, need: Need, now: datetime, **changed: Any) -> HelpOffered:
    how = {"what": "A visit", "means": Means.IN_PERSON, "offered_on": now.date()}
    return needs.offer_help(need, **how | {"by": cast.sol, "at": now} | changed)


# Named.


def test_ines_writes_a_need_down_in_skys_words(as_, interview: Interview):
    form = {"words": "A lock\non my door", "said_by": "child", "kind": "placement"}

    response = as_("ines").post(f"/interviews/{interview.pk}/name-need", form, follow=True)

    words = words_of(response)
    assert "1 need has nothing yet." in words
    assert "In the child’s words, written down by Ines" in words
    assert Need.objects.get().words == "A lock\non my door"


def test_several_needs_are_named_one_after_the_other(as_, interview: Interview):
    form = {"words": "A coat", "said_by": "worker", "kind": "money", "another": "yes"}

    response = as_("sol").post(f"/interviews/{interview.pk}/name-need", form)

    assert response.headers["Location"] == f"/interviews/{interview.pk}/name-need"


def test_a_need_without_words_is_refused_and_the_rest_stays(as_, interview: Interview):
    form = {"words": " ", "said_by": "child", "kind": "school"}

    response = as_("ines").post(f"/interviews/{interview.pk}/name-need", form)

    assert "Say what the child needs or wishes" in words_of(response)
    assert 'value="school" checked' in response.content.decode()


def test_before_the_talk_the_page_says_that_it_is_too_early(as_, cast: Cast, now):
    talk = booked(returned(cast.kit, at=now), interviewer=cast.ines, by=cast.amina, at=now)

    assert "No interview has been held yet" in words_of(as_("ines").get(page_of(talk)))


# On the work list, and beside the account.


def test_a_need_with_nothing_is_the_next_step_of_whoever_decides(as_, cast, interview, need, now):
    episode = Episode.objects.get(pk=interview.episodes.get().pk)

    assert "Answer the needs" in words_of(as_("mara").get("/"))
    there = steps.beside([episode], cast.sol)[episode.pk]
    assert steps.next_for(episode, cast.sol, there, now).href == page_of(interview)
    assert steps.next_for(episode, cast.ines, there, now).awaited == (
        "Northshire must answer the needs that were named"
    )
    for who, group in (("sol", work.NEXT), ("ines", work.OTHERS)):
        row = work.work_of(getattr(cast, who), now).get(pk=episode.pk)
        assert work.GROUPS[row.group] is group


def test_whoever_cannot_decide_still_has_their_own_action(as_, cast, interview, need, now):
    episode = interview.episodes.get()
    support.add(
        episode,
        ActionKind.HEALTH,
        "Ask the nurse",
        owner=cast.ines,
        due_on=now.date(),
        interview=interview,
        by=cast.mara,
        at=now,
    )
    episode = Episode.objects.get(pk=episode.pk)
    there = steps.beside([episode], cast.ines)[episode.pk]

    assert steps.next_for(episode, cast.ines, there, now).label == "Complete the action"
    row = work.work_of(cast.ines, now).get(pk=episode.pk)
    assert work.GROUPS[row.group] is work.NEXT


def test_the_interview_and_the_episode_say_that_a_need_has_nothing(as_, interview, need):
    words = words_of(as_("sol").get(f"/interviews/{interview.pk}"))
    assert "Nothing yet Feeling low, worried, self-harm" in words
    episode = interview.episodes.get()

    assert "a need has nothing yet" in words_of(as_("sol").get(f"/episodes/{episode.pk}"))


# Answered.


def test_sol_finds_help_on_the_councils_list_and_offers_it(as_, need, talking_room, now):
    sol = as_("sol")
    found = sol.get(f"/needs/{need.pk}/find-help")
    assert "Talking Room" in words_of(found)
    assert "Ages" not in words_of(found)
    form = {"what": "", "means": "in_person", **on("offered_on", now.date())}

    address = f"/needs/{need.pk}/offer-help?service={talking_room.pk}"
    response = sol.post(address, form, follow=True)

    words = words_of(response)
    assert "Offered: Talking Room" in words
    assert "Not known yet" in words
    assert "Every need has its answer" in words
    assert "nothing more needs to follow" in words
    assert HelpOffered.objects.get().service == talking_room


def test_the_list_is_narrowed_by_words_and_opened_again(as_, cast, need, talking_room, now):
    services.add(cast.northshire, Described(name="Law centre"), by=cast.mara, at=now)
    find = f"/needs/{need.pk}/find-help"

    assert "Law centre" not in words_of(as_("sol").get(find))
    assert "Law centre" not in words_of(as_("sol").get(f"{find}?page=1"))
    assert "2 services" in words_of(as_("sol").get(f"{find}?about=&q="))
    assert "1 service" in words_of(as_("sol").get(f"{find}?about=&q=law"))
    assert "Nothing on the list fits" in words_of(as_("sol").get(f"{find}?q=swimming"))
    assert as_("sol").get(f"{find}?about=nonsense&page=seven").status_code == 200


def test_the_hosts_list_is_there_for_a_child_placed_there_and_no_others(as_, cast, need, now):
    services.add(cast.westborough, Described(name="Westborough club"), by=cast.wes, at=now)
    services.add(cast.eastmoor, Described(name="Eastmoor club"), by=cast.owen, at=now)

    words = words_of(as_("ines").get(f"/needs/{need.pk}/find-help?about="))

    assert "Westborough club" in words
    assert "Eastmoor club" not in words


def test_help_that_is_on_no_list_of_theirs_is_not_there(as_, cast, need, now):
    other = services.add(cast.eastmoor, Described(name="x"), by=cast.owen, at=now)
    address = f"/needs/{need.pk}/offer-help?service="

    assert as_("sol").get(f"{address}{other.pk}").status_code == 404
    assert as_("sol").get(f"{address}nonsense").status_code == 404


def test_help_that_nobody_describes_is_refused(as_, need, now):
    form = {"what": " ", "means": "in_person", **on("offered_on", now.date())}

    response = as_("sol").post(f"/needs/{need.pk}/offer-help", form)

    assert "Say what is offered" in words_of(response)
    assert not HelpOffered.objects.exists()


def test_mara_decides_on_an_action_for_the_need(as_, cast: Cast, need, now):
    form = {
        "kind": "camhs",
        "what": "Refer, with Sky",
        "owner": str(cast.sol.pk),
        **on("due_on", now.date()),
    }

    response = as_("mara").post(f"/needs/{need.pk}/act", form, follow=True)

    assert "Referral to CAMHS: Refer, with Sky" in words_of(response)
    assert Action.objects.get().owner == cast.sol


def test_that_nothing_follows_needs_a_reason_that_explains(as_, need):
    sol = as_("sol")
    form = {"reason": "nothing_here", "note": ""}

    refused = sol.post(f"/needs/{need.pk}/leave", form)
    assert "Say more: this reason must be explained." in words_of(refused)
    form["note"] = "All have a year to wait"
    response = sol.post(f"/needs/{need.pk}/leave", form, follow=True)

    assert "Nothing follows: there is no help of this kind to be had" in words_of(response)
    assert NoHelp.objects.get().note == "All have a year to wait"


def test_the_interviewer_offers_help_and_decides_nothing_away(as_, need):
    ines = as_("ines")

    assert ines.get(f"/needs/{need.pk}/find-help").status_code == 200
    assert ines.get(f"/needs/{need.pk}/leave").status_code == 404
    assert ines.get(f"/needs/{need.pk}/act").status_code == 404


# What came of it.


def test_a_parents_no_brings_the_need_back(as_, cast: Cast, need, interview, now):
    given = offered(cast, need, now)
    form = {"is_taken_up": "no", "reason": "parent_declined", "words": "Mum says later"}

    response = as_("sol").post(f"/help-offered/{given.pk}/follow", form, follow=True)

    words = words_of(response)
    assert "Not taken up" in words
    assert "A parent or carer said no. Mum says later" in words
    assert "1 need has nothing yet." in words


def test_a_no_without_why_is_refused(as_, cast: Cast, need, now):
    given = offered(cast, need, now)

    response = as_("sol").post(f"/help-offered/{given.pk}/follow", {"is_taken_up": "no"})

    assert "Say why it was not taken up" in words_of(response)


def test_what_came_of_help_is_noted_at_once_or_later(as_, cast: Cast, need, now):
    sol, first, second = as_("sol"), offered(cast, need, now), offered(cast, need, now)
    form = {"is_taken_up": "yes", "outcome": "Goes on Tuesdays"}

    sol.post(f"/help-offered/{first.pk}/follow", form)
    sol.post(f"/help-offered/{second.pk}/follow", form | {"outcome": ""})
    later = sol.get(f"/help-offered/{second.pk}/follow")
    assert "Was it taken up?" not in words_of(later)
    sol.post(f"/help-offered/{second.pk}/follow", {"outcome": "Sleeps better"})

    outcomes = HelpOffered.objects.order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == ["Goes on Tuesdays", "Sleeps better"]
    over = sol.post(f"/help-offered/{second.pk}/follow", {"outcome": "And more"})
    assert "What came of it is noted already." in words_of(over)


def test_needs_are_passed_on_to_the_review_and_what_came_of_it_is_noted(
    as_, cast: Cast, need, interview, now
):
    ines = as_("ines")
    form = {"needs": [str(need.pk)], "to": "review", "who": "Irma", **on("passed_on", now.date())}

    response = ines.post(f"/interviews/{interview.pk}/pass-needs-on", form, follow=True)
    passed = PassedOn.objects.get()
    said = "Passed on to the statutory review: the independent reviewing officer: Irma"
    assert said in words_of(response)
    ines.post(f"/passed-on/{passed.pk}/follow", {"outcome": "Put into the plan"})

    assert PassedOn.objects.get().outcome == "Put into the plan"
    refused = ines.post(f"/interviews/{interview.pk}/pass-needs-on", form | {"needs": []})
    assert "Choose which needs are passed on" in words_of(refused)


def test_the_childs_story_says_what_was_promised_and_whether_it_happened(
    as_, cast: Cast, need, talking_room, now
):
    given = offered(cast, need, now, service=talking_room, what="")
    needs.note_outcome(given, "Goes on Tuesdays", by=cast.sol, at=now)

    words = words_of(as_("mara").get(f"/children/{cast.sky.pk}"))

    promised = words.split("What was promised last time")[1].split("What has happened")[0]
    assert "Somebody to talk to who isn’t staff" in promised
    assert "Taken up Offered: Talking Room" in promised
    assert "What came of it: Goes on Tuesdays" in promised
    assert "Talking Room" not in words_of(as_("wes").get(f"/children/{cast.sky.pk}"))


def test_whoever_talks_next_sees_what_was_promised_if_they_may_read_the_last_talk(
    as_, cast: Cast, need, now
):
    again = returned(cast.sky, hours_ago=1, at=now)
    talk = booked(again, interviewer=cast.ines, by=cast.amina, at=now)

    words = words_of(as_("ines").get(f"/interviews/{talk.pk}"))
    assert "What was promised last time" in words
    assert "Nothing yet Somebody to talk to who isn’t staff" in words


# Strangers, and the journal.


@pytest.mark.parametrize("who", ["owen", "wes", "pat", "ana", "adi"])
def test_whoever_may_not_read_what_was_said_finds_no_needs(as_, cast, need, interview, now, who):
    given = offered(cast, need, now)
    stranger = as_(who)

    for address in (
        *(page_of(interview), f"/interviews/{interview.pk}/name-need"),
        *(f"/needs/{need.pk}/{verb}" for verb in ("find-help", "offer-help", "act", "leave")),
        f"/help-offered/{given.pk}/follow",
    ):
        assert stranger.get(address).status_code == 404, address


def test_a_refusal_says_what_was_asked_for(as_, cast: Cast, need):
    as_("owen").get(f"/needs/{need.pk}/find-help")

    entry = JournalEntry.objects.newest_first()[0]
    assert (entry.verb, entry.kind, entry.object_id) == ("refused", "need", need.pk)


def test_no_need_stands_in_an_address_or_a_title(as_, need, interview):
    page = as_("sol").get(page_of(interview)).content.decode()

    assert "Somebody to talk" not in page.split("</head>")[0]


def test_the_page_asks_as_often_for_many_needs_as_for_one(
    as_, cast, need, interview, now, django_assert_max_num_queries
):
    for number in range(6):
        more = needs.name(
            interview, NeedKind.OTHER, f"{number}", said_by=SaidBy.CHILD, by=cast.ines, at=now
        )
        given = offered(cast, more, now)
        no = NotTakenUpReason.CHILD_DECLINED
        needs.hear(given, is_taken_up=False, reason=no, by=cast.sol, at=now)
    sol = as_("sol")

    # The page's own (2), session, person, posts, areas; the interview, the journal, its episodes;
    # the needs and what answers them (5).
    with django_assert_max_num_queries(17):
        assert "1 need has nothing yet." in words_of(sol.get(page_of(interview)))
