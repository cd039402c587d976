"""Meetings on the pages: called for, recorded, read by whom; nobody still missing drops off."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest

from returnhome.casework import concerns, episodes, interviews, meetings
from returnhome.casework.models import Child, Episode, JournalEntry, Meeting, VoidedMeeting
from returnhome.rules.codes import Concern, MeetingKind, NotHeldReason
from returnhome.web import work
from tests.cast import Cast, exactly, hours, missing
from tests.web.asking import typed_at, words_of

pytestmark = pytest.mark.check

A_DAY = timedelta(days=1)
DECIDED = "Police to visit the flat.\nSol to see Kit on Monday."


def gone(child: Child, now: datetime, *days_ago: float, back: bool = True) -> Episode:
    """Missing on these days, for six hours each; gives the last."""
    for days in days_ago:
        start = now - days * A_DAY
        end = start + hours(6) if back else None
        last = missing(child, last_seen=start, returned=end, at=min(start + hours(1), now))
    return last


def three_times(child: Child, now: datetime) -> Episode:
    return gone(child, now, 20, 10, 1)


def typed(now: datetime, **changes: str) -> dict[str, str]:
    return {
        "kind": "strategy_meeting",
        **typed_at("held_at", now - hours(2)),
        "attended": "Mara Whitfield, manager\r\nDS Cole, police",
        "decided": DECIDED.replace("\n", "\r\n"),
    } | changes


def held(cast: Cast, child: Child, now: datetime, kind=MeetingKind.STRATEGY_MEETING) -> Meeting:
    return meetings.record(
        child,
        kind=kind,
        held_at=now - hours(3),
        attended=("Mara Whitfield", "DS Cole"),
        decided=DECIDED,
        by=cast.mara,
        at=now,
    )


# What is called for.


def test_a_manager_sees_what_is_called_for_why_and_by_when(as_, cast: Cast, now):
    episode = three_times(cast.kit, now)

    response = as_("mara").get("/meetings")

    words = words_of(response)
    assert "1 meeting called for, about 1 child." in words
    assert "Strategy meeting" in words
    assert "3 episodes in 30 days, the last from" in words
    assert "Owner: manager. Three times in 30 days, version 1" in words
    query = urlencode({"kind": "strategy_meeting", "episode": episode.pk}).replace("&", "&amp;")
    assert f"/children/{cast.kit.pk}/record-meeting?{query}" in response.content.decode()


def test_the_soonest_due_comes_first_and_what_is_over_says_so(as_, cast: Cast, now):
    gone(cast.kit, now, 20, 10, 4)
    three_times(cast.robin, now)

    words = words_of(as_("mara").get("/meetings"))

    assert words.index("Kit O’Dell") < words.index("Robin Ashdown")
    assert "2 meetings called for, about 2 children, 1 overdue." in words
    assert "Overdue since" in words


def test_all_that_is_called_for_of_one_child_is_one_row_with_the_gravest_to_record(
    as_, cast: Cast, now
):
    gone(cast.kit, now, 4, back=False)

    page = as_("sol").get("/meetings").content.decode()

    assert page.count("Record the meeting") == 1
    assert "kind=missing_meeting" in page
    assert [f"Missing for {hours} hours" in page for hours in (24, 48, 72)] == [True] * 3


def test_what_is_long_overdue_stands_apart_and_a_child_still_missing_never_does(
    as_, cast: Cast, now
):
    gone(cast.kit, now, 80, 70, 60)
    gone(cast.robin, now, 70, back=False)

    words = words_of(as_("mara").get("/meetings"))

    due, apart = words.split("Overdue for more than 30 days: 1 child")
    assert "Robin Ashdown" in due
    assert "Kit O’Dell" in apart


def test_what_was_closed_lately_says_how(as_, cast: Cast, now):
    three_times(cast.kit, now)
    held(cast, cast.kit, now)
    episode = gone(cast.robin, now, 3, back=False)
    episodes.record_return(episode, returned=exactly(now - hours(1)), by=cast.amina, at=now)

    words = words_of(as_("mara").get("/meetings"))

    assert "No meeting is due." in words
    closed = words.split("Closed in the last 14 days")[1]
    assert "Held" in closed
    assert "Found first" in closed
    assert "and no meeting was held" in closed


def test_a_day_agreed_to_meet_again_stands_there_until_they_have_met(as_, cast: Cast, now):
    def agreed(child: Child, held_days_ago: float, next_in: int, kind="strategy_meeting") -> None:
        meetings.record(
            child,
            kind=MeetingKind(kind),
            held_at=now - held_days_ago * A_DAY,
            attended=("Mara Whitfield", "DS Cole"),
            decided=DECIDED,
            next_on=(now + next_in * A_DAY).date(),
            by=cast.mara,
            at=now,
        )

    agreed(cast.kit, 20, -4)
    # A review is no such meeting; and of the other two the later one counts.
    held(cast, cast.kit, now, MeetingKind.REVIEW)
    agreed(cast.robin, 20, -6)
    agreed(cast.robin, 5, 9, "missing_meeting")
    held(cast, cast.robin, now - A_DAY)

    words = words_of(as_("mara").get("/meetings"))

    assert "Agreed to meet again" in words
    assert "None since" in words
    assert "Kit O’Dell" in words
    assert "Robin Ashdown" not in words


def test_nobody_sees_a_list_who_records_no_meeting(as_, cast: Cast, now):
    three_times(cast.kit, now)

    for name in ("ines", "ana", "adi", "pat"):
        response = as_(name).get("/meetings")
        assert response.status_code == 404, name
        assert 'href="/meetings"' not in as_(name).get("/", follow=True).content.decode()
    assert "O’Dell" not in words_of(as_("owen").get("/meetings"))
    assert 'href="/meetings"' in as_("sol").get("/").content.decode()


def test_whoever_is_listed_is_journalled(as_, cast: Cast, now):
    three_times(cast.kit, now)

    as_("mara").get("/meetings")

    entry = JournalEntry.objects.newest_first()[0]
    assert (entry.verb, entry.kind, entry.by_id) == ("list", "meetings", cast.mara.pk)
    assert entry.shown == [cast.kit.pk]


def test_many_children_take_no_more_queries_than_one(
    as_, cast: Cast, now, django_assert_max_num_queries
):
    mara = as_("mara")
    for child in (cast.kit, cast.robin, cast.sky):
        three_times(child, now)
        held(cast, child, now - A_DAY / 2)
        gone(child, now, 0.2)

    # The page's own (2); session, person, posts, areas; what is called for (8), when held, what
    # was agreed (2), journal.
    with django_assert_max_num_queries(18):
        assert mara.get("/meetings").status_code == 200


# The record of a meeting.


def test_a_meeting_is_recorded_and_what_called_for_it_is_closed(as_, cast: Cast, now):
    episode = three_times(cast.kit, now)
    address = f"/children/{cast.kit.pk}/record-meeting?kind=strategy_meeting&episode={episode.pk}"
    first = as_("sol").get(address).content.decode()
    assert 'value="strategy_meeting" checked' in first

    response = as_("sol").post(address, typed(now), follow=True)

    meeting = Meeting.objects.get()
    assert (meeting.child, meeting.episode, meeting.recorded_by) == (cast.kit, episode, cast.sol)
    assert meeting.who_came == ["Mara Whitfield, manager", "DS Cole, police"]
    assert meeting.decided == DECIDED
    words = words_of(response)
    assert "The meeting is recorded. Nothing more is called for now." in words
    assert "Police to visit the flat." in words


def test_a_lighter_meeting_leaves_the_graver_one_called_for(as_, cast: Cast, now):
    three_times(cast.kit, now)

    response = as_("sol").post(
        f"/children/{cast.kit.pk}/record-meeting", typed(now, kind="review"), follow=True
    )

    assert "Still called for: strategy meeting." in words_of(response)


def test_a_record_that_is_not_whole_is_refused_and_gives_the_words_back(as_, cast: Cast, now):
    address = f"/children/{cast.kit.pk}/record-meeting"

    empty = words_of(as_("mara").post(address, typed(now, decided=" ", attended="")))
    alone = as_("mara").post(address, typed(now, attended="Mara Whitfield"))
    to_come = as_("mara").post(address, typed(now) | typed_at("held_at", now + hours(5)))

    assert "Say who came" in empty
    assert "Say what was decided" in empty
    assert "One person alone can review, but not meet." in words_of(alone)
    assert "Police to visit the flat." in alone.content.decode()
    assert to_come.status_code == 200
    assert not Meeting.objects.exists()


def test_the_next_one_is_after_this_one(as_, cast: Cast, now):
    when = now.date() - 3 * A_DAY
    boxes = {"next_on-day": when.day, "next_on-month": when.month, "next_on-year": when.year}
    typed_boxes = {name: str(value) for name, value in boxes.items()}

    response = as_("mara").post(
        f"/children/{cast.kit.pk}/record-meeting", typed(now, **typed_boxes)
    )

    assert "The next meeting cannot be before this one." in words_of(response)


@pytest.mark.parametrize("named", ["", "x", "0", "99999999999999999999", "ⅷ"])
def test_an_address_that_names_no_episode_of_the_child_names_none(as_, cast: Cast, now, named):
    address = f"/children/{cast.kit.pk}/record-meeting?episode={named}"

    as_("mara").post(address, typed(now))

    assert Meeting.objects.get().episode is None


def test_another_childs_episode_is_not_taken_along(as_, cast: Cast, now):
    episode = gone(cast.robin, now, 2)

    as_("mara").post(f"/children/{cast.kit.pk}/record-meeting?episode={episode.pk}", typed(now))

    assert Meeting.objects.get().episode is None


def test_owen_cannot_tell_that_the_child_exists(as_, cast: Cast, now):
    meeting = held(cast, cast.sky, now)
    pages = (f"/children/{cast.sky.pk}/record-meeting", f"/meetings/{meeting.pk}/void")

    # Wes hosts Sky, Ines interviews: neither records a meeting.
    for name in ("owen", "wes", "ines", "ana", "adi", "pat"):
        assert [as_(name).get(page).status_code for page in pages] == [404, 404], name
        assert [as_(name).post(page, {}).status_code for page in pages] == [404, 404], name


def test_a_meeting_recorded_in_error_is_marked_and_calls_again(as_, cast: Cast, now):
    three_times(cast.kit, now)
    meeting = held(cast, cast.kit, now)
    address = f"/meetings/{meeting.pk}/void"
    assert as_("mara").get(address).status_code == 200

    silent = as_("mara").post(address, {"because": ""})
    response = as_("mara").post(address, {"because": "It was about Robin"}, follow=True)

    assert "Enter why it was recorded in error" in words_of(silent)
    words = words_of(response)
    assert VoidedMeeting.objects.get().because == "It was about Robin"
    assert "Recorded in error" in words
    assert "Strategy meeting called for." in words


# On the child's page.


def story(as_, name: str, child: Child) -> str:
    return words_of(as_(name).get(f"/children/{child.pk}"))


def test_the_childs_page_says_what_is_called_for_and_what_was_decided(as_, cast: Cast, now):
    held(cast, cast.kit, now - 25 * A_DAY)
    three_times(cast.kit, now)

    page = story(as_, "mara", cast.kit)

    assert "Strategy meeting called for." in page
    assert "Police to visit the flat." in page
    assert "Came: Mara Whitfield; DS Cole" in page
    assert JournalEntry.objects.filter(kind="meeting", verb="read", by_id=cast.mara.pk).exists()


def test_an_interviewer_sees_that_there_was_a_meeting_and_not_what_was_decided(
    as_, cast: Cast, now
):
    held(cast, cast.kit, now)

    page = story(as_, "ines", cast.kit)

    assert "Strategy meeting or discussion" in page
    assert "Police to visit" not in page
    assert "DS Cole" not in page
    assert "What was decided is known to those who work with the account." in page
    assert not JournalEntry.objects.filter(kind="meeting", verb="read").exists()


def test_a_hosts_coordinator_does_not_read_what_was_decided_or_why_they_met(as_, cast: Cast, now):
    concerns.note(cast.sky, Concern.EXPLOITATION, "The panel", by=cast.sol, at=now - 80 * A_DAY)
    episode = gone(cast.sky, now, 70, 40, 1)
    held(cast, cast.sky, now - 30 * A_DAY)

    for page in (f"/children/{cast.sky.pk}", f"/episodes/{episode.pk}", "/", "/meetings"):
        words = words_of(as_("wes").get(page))
        for word in ("Police to visit", "DS Cole", "trategy meeting", "xploitation", "The panel"):
            assert word not in words, (page, word)
    assert "xploitation" in story(as_, "mara", cast.sky)


def test_what_lapsed_is_told_for_a_while(as_, cast: Cast, now):
    episode = gone(cast.kit, now, 2, back=False)
    episodes.record_return(episode, returned=exactly(now - hours(2)), by=cast.amina, at=now)

    assert "not held before the child was found: review" in story(as_, "amina", cast.kit)


# On the episode's page and on the work list.


def test_the_episode_that_called_for_a_meeting_says_so_and_the_others_do_not(as_, cast: Cast, now):
    last = three_times(cast.kit, now)
    first = cast.kit.episodes.order_by("started_at")[0]

    assert "Strategy meeting called for." in words_of(as_("amina").get(f"/episodes/{last.pk}"))
    assert "called for" not in words_of(as_("amina").get(f"/episodes/{first.pk}"))


def badges(cast: Cast, episode: Episode, now: datetime, name: str = "amina") -> list[str]:
    person = getattr(cast, name)
    rows = work.rows_of(list(work.work_of(person, now).filter(pk=episode.pk)), person, now)
    return [label for row in rows for label, _ in row.badges]


def test_the_work_list_says_by_when_a_meeting_is_due(as_, cast: Cast, now):
    episode = gone(cast.kit, now, 20, 10, 0.5)

    said = [label for label in badges(cast, episode, now) if label.startswith("Strategy meeting")]

    assert len(said) == 1
    assert said[0].startswith("Strategy meeting due ")
    assert said[0] in words_of(as_("amina").get("/"))


def test_a_child_missing_for_days_has_each_kind_of_meeting_once(cast: Cast, now):
    episode = gone(cast.kit, now, 4.5, back=False)

    said = [label.split(" due")[0].split(" over")[0] for label in badges(cast, episode, now)]

    assert said[:2] == ["Missing meeting", "Review"]


@pytest.mark.parametrize("days", [1, 2, 3, 4, 30, 400])
def test_a_child_who_is_missing_never_drops_off_the_work_list(as_, cast: Cast, now, days: int):
    episode = gone(cast.kit, now, days + 0.2, back=False)
    interviews.not_hold(
        episode, NotHeldReason.NOT_OFFERED, note="Still away", by=cast.amina, at=now
    )
    held(cast, cast.kit, now, MeetingKind.MISSING_MEETING)

    assert "Kit O’Dell" in words_of(as_("amina").get("/?group=missing"))
