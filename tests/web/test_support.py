"""Actions on the pages: added, listed late ones first, completed, or none and why."""

from datetime import date, datetime, timedelta

import pytest

from returnhome.casework import support
from returnhome.casework.models import Action, Episode, Interview, JournalEntry, NothingNeeded
from returnhome.rules.codes import ActionKind
from tests.cast import Cast, hours, returned, signed
from tests.web.asking import words_of


@pytest.fixture
def interview(cast: Cast, now: datetime) -> Interview:
    """Sky's, signed off by Ines of Northshire."""
    before = now - hours(12)
    return signed(returned(cast.sky, at=before), interviewer=cast.ines, by=cast.amina, at=before)


@pytest.fixture
def episode(interview: Interview) -> Episode:
    return interview.episodes.get()


def typed(cast: Cast, due: date, **changes: str) -> dict[str, str]:
    return {
        "kind": "safety_plan",
        "what": "Write a safety plan\nwith Sky",
        "owner": str(cast.sol.pk),
        "due_on-day": str(due.day),
        "due_on-month": str(due.month),
        "due_on-year": str(due.year),
    } | changes


def added(cast: Cast, episode: Episode, now: datetime, *, owner: str, days: int) -> Action:
    return support.add(
        episode,
        ActionKind.CAMHS,
        f"Refer, in {days} days",
        owner=getattr(cast, owner),
        due_on=now.date() + timedelta(days=days),
        interview=episode.interviews.first(),
        by=cast.mara,
        at=now,
    )


def test_whoever_reads_an_account_is_offered_their_own_actions_alone(
    as_, cast: Cast, interview, episode, now
) -> None:
    hers = added(cast, episode, now, owner="ines", days=1)
    his = added(cast, episode, now, owner="sol", days=2)
    ines, sol = as_("ines"), as_("sol")

    for page in (f"/interviews/{interview.pk}", "/actions"):
        told = ines.get(page).content.decode()
        assert f"/actions/{hers.pk}/complete" in told
        assert "Refer" in told
        assert f"/actions/{his.pk}/complete" not in told
        # A social worker decides about both.
        assert f"/actions/{hers.pk}/complete" in sol.get(page).content.decode()


def test_mara_decides_what_follows_and_who_does_it(as_, cast: Cast, interview, episode, now):
    form = typed(cast, now.date() + timedelta(days=5))

    response = as_("mara").post(f"/episodes/{episode.pk}/add-action", form, follow=True)

    action = Action.objects.get()
    assert "Added for Sol Bennett" in words_of(response)
    assert (action.owner, action.interview) == (cast.sol, interview)
    assert action.what == "Write a safety plan\nwith Sky"


def test_several_actions_are_added_one_after_the_other(as_, cast: Cast, episode, now):
    form = typed(cast, now.date() + timedelta(days=5), another="yes")

    response = as_("mara").post(f"/episodes/{episode.pk}/add-action", form, follow=True)

    assert "Actions so far" in words_of(response)
    assert "Add an action" in words_of(response)


def test_an_action_that_says_nothing_is_refused_and_the_rest_stays(as_, cast: Cast, episode, now):
    form = typed(cast, now.date(), what=" ", **{"due_on-month": "13"})

    response = as_("mara").post(f"/episodes/{episode.pk}/add-action", form)

    words = words_of(response)
    assert "Say what is to be done" in words
    assert "The day it is due must be a real date" in words
    assert 'value="safety_plan" selected' in response.content.decode()


def test_an_action_cannot_be_due_before_today(as_, cast: Cast, episode, now):
    form = typed(cast, now.date() - timedelta(days=2))

    response = as_("mara").post(f"/episodes/{episode.pk}/add-action", form)

    assert "must be today or later" in words_of(response)
    assert "Write a safety plan" in words_of(response)
    assert not Action.objects.exists()


def test_only_colleagues_who_work_with_children_are_given_an_action(as_, cast: Cast, episode):
    words = words_of(as_("mara").get(f"/episodes/{episode.pk}/add-action"))

    assert "Sol Bennett" in words
    for stranger in ("Ana Petrov", "Adi Rao", "Wes Carter", "Pat Lindqvist"):
        assert stranger not in words


def test_sol_completes_the_action_and_says_what_came_of_it(as_, cast: Cast, episode, now):
    action = added(cast, episode, now, owner="sol", days=5)

    response = as_("sol").post(
        f"/actions/{action.pk}/complete", {"outcome": "First appointment on Monday."}
    )

    action.refresh_from_db()
    assert response.headers["Location"] == "/actions"
    assert (action.outcome, action.done_by) == ("First appointment on Monday.", cast.sol)
    assert Episode.objects.get(pk=episode.pk).is_settled


def test_an_action_is_not_completed_without_an_outcome(as_, cast: Cast, episode, now):
    action = added(cast, episode, now, owner="sol", days=5)

    response = as_("sol").post(f"/actions/{action.pk}/complete", {"outcome": ""})

    assert "Say what came of it." in words_of(response)
    assert not Action.objects.get().is_done


def test_an_action_already_completed_says_so(as_, cast: Cast, episode, now):
    action = added(cast, episode, now, owner="sol", days=5)
    support.complete(action, "Done", by=cast.sol, at=now)

    response = as_("sol").post(f"/actions/{action.pk}/complete", {"outcome": "Again"})

    assert "already been completed" in words_of(response)


def test_that_nothing_needs_to_follow_is_decided_with_a_reason(as_, cast: Cast, episode):
    form = {"reason": "Sky has what she asked for."}

    as_("sol").post(f"/episodes/{episode.pk}/nothing-needed", form)

    assert NothingNeeded.objects.get().reason == "Sky has what she asked for."
    assert Episode.objects.get(pk=episode.pk).is_settled


def test_it_cannot_be_decided_before_there_was_an_interview(as_, cast: Cast, now):
    episode = returned(cast.kit, at=now)

    response = as_("mara").post(f"/episodes/{episode.pk}/nothing-needed", {"reason": "Busy"})

    assert "No interview for this episode has been signed off yet" in words_of(response)
    assert not Episode.objects.get(pk=episode.pk).is_settled


def test_it_cannot_be_decided_while_an_action_stands(as_, cast: Cast, episode, now):
    added(cast, episode, now, owner="sol", days=5)

    response = as_("mara").post(f"/episodes/{episode.pk}/nothing-needed", {"reason": "Enough"})

    assert "There are actions for this interview" in words_of(response)


def test_ones_own_actions_come_first_and_late_ones_before_the_rest(as_, cast: Cast, episode, now):
    for owner, days in (("sol", 4), ("sol", -3), ("mara", -9), ("sol", 0)):
        added(cast, episode, now, owner=owner, days=days)

    words = words_of(as_("sol").get("/actions"))

    order = [
        "Yours",
        "3 days late",
        "Due today",
        "Due in 4 days",
        "Your colleagues’",
        "9 days late",
    ]
    places = [words.index(part) for part in order]
    assert places == sorted(places)


def test_an_empty_list_says_so(as_, cast: Cast):
    assert "No action is waiting for you." in words_of(as_("sol").get("/actions"))


def test_a_colleague_who_may_not_read_accounts_sees_only_their_own_actions(
    as_, cast: Cast, episode, now
):
    added(cast, episode, now, owner="sol", days=1)

    assert "Refer, in 1 days" not in words_of(as_("wes").get("/actions"))
    assert as_("adi").get("/actions").status_code == 404
    assert as_("ana").get("/actions").status_code == 404


def test_owen_cannot_tell_that_there_is_an_action(as_, cast: Cast, episode, now):
    action = added(cast, episode, now, owner="sol", days=1)
    pages = (
        f"/actions/{action.pk}/complete",
        f"/episodes/{episode.pk}/add-action",
        f"/episodes/{episode.pk}/nothing-needed",
    )

    for name in ("owen", "wes", "pat", "adi"):
        assert [as_(name).get(page).status_code for page in pages] == [404] * 3
        assert [as_(name).post(page, {}).status_code for page in pages] == [404] * 3
    assert "Refer" not in words_of(as_("owen").get("/actions"))


def test_every_action_on_the_list_is_journalled_as_read(as_, cast: Cast, episode, now):
    added(cast, episode, now, owner="sol", days=1)

    as_("mara").get("/actions")

    entry = JournalEntry.objects.newest_first().first()
    assert (entry.verb, entry.kind, entry.by_id) == ("list", "actions", cast.mara.pk)
    assert entry.shown == [cast.sky.pk]


@pytest.mark.check
def test_fifty_actions_take_no_more_queries_than_one(
    as_, cast: Cast, episode, now, django_assert_max_num_queries
):
    for number in range(60):
        added(cast, episode, now, owner="sol" if number % 2 else "mara", days=number - 5)
    sol = as_("sol")

    with django_assert_max_num_queries(13):
        assert sol.get("/actions").status_code == 200
