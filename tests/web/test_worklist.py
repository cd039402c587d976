"""The work list: what must I do now?"""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from returnhome.casework import (
    children,
    disputes,
    episodes,
    handovers,
    offers,
    registers,
    staff,
    support,
)
from returnhome.casework.models import Action, Child, Episode, Person
from returnhome.rules.clock import Moment
from returnhome.rules.codes import (
    ActionKind,
    Answer,
    DeclinedBy,
    EpisodeKind,
    HandOverKind,
    RiskGrade,
    SettledHow,
)
from returnhome.rules.policies import PolicyKey
from returnhome.web import steps, work
from tests.cast import NOW, Cast, accepted, booked, held, hours, missing, offered, returned, signed


def part_of(episode: Episode, person: Person, now: datetime = NOW) -> str:
    """The part of the person's list in which the episode stands."""
    rank = work.work_of(person, now).get(pk=episode.pk).group
    return work.GROUPS[rank].key


def row_of(episode: Episode, person: Person, now: datetime = NOW) -> work.Row:
    [row] = work.rows_of(list(work.work_of(person, now).filter(pk=episode.pk)), person, now)
    return row


def owned(child: Child, by: Person, **more: float) -> Episode:
    return episodes.take_on(returned(child, **more), by=by, at=NOW)


# In which part of the list a child stands.


def test_a_child_who_came_back_and_whom_nobody_took_on_comes_first(cast: Cast):
    episode = returned(cast.kit, hours_ago=80)

    assert part_of(episode, cast.amina) == "unaccepted"
    assert row_of(episode, cast.amina).next.label == "Take on"


def test_an_interview_that_is_over_72_hours_due_stands_above_one_that_runs_out_today(cast: Cast):
    late = owned(cast.kit, cast.amina, hours_ago=73)
    today = owned(cast.sky, cast.amina, hours_ago=60)
    soon = owned(cast.robin, cast.amina, hours_ago=10)

    listed = list(work.in_order(work.work_of(cast.amina, NOW)))

    assert listed == [late, today, soon]
    assert [part_of(one, cast.amina) for one in listed] == ["over", "today", "next"]


def test_a_return_of_which_only_the_day_is_known_counts_as_over_once_it_may_be(cast: Cast):
    episode = missing(cast.kit, last_seen=NOW - hours(120), returned=NOW - hours(75))
    episodes.correct(
        episode, "returned", Moment.on(date(2026, 2, 27)), because="The log", by=cast.amina, at=NOW
    )
    episodes.take_on(episode, by=cast.amina, at=NOW)

    row = row_of(episode, cast.amina, NOW + hours(1))

    assert row.group is work.OVER
    assert row.clock == "May be over"


@pytest.mark.parametrize(("minutes", "part"), [(-1, "today"), (1, "next")])
def test_today_ends_at_midnight_in_the_uk(cast: Cast, minutes: int, part: str):
    # In summer UK midnight is 23:00 UTC.
    now = datetime(2026, 7, 1, 12, tzinfo=UTC)
    back = datetime(2026, 6, 28, 23, tzinfo=UTC) + timedelta(minutes=minutes)
    episode = missing(cast.kit, last_seen=back - hours(5), returned=back, at=now)
    episodes.take_on(episode, by=cast.amina, at=now)

    assert part_of(episode, cast.amina, now) == part


def test_a_child_found_whose_return_is_unknown_is_on_the_list_at_once(cast: Cast):
    episode = missing(cast.kit, found=NOW - hours(5))

    row = row_of(episode, cast.amina)

    assert row.group is work.UNACCEPTED
    assert row.clock == "2 days 19 hours left, counted from found"
    assert ("Found, return not known", "yellow") in row.badges


def test_a_child_still_missing_stands_last_with_the_button_for_the_return(cast: Cast):
    episode = missing(cast.kit)

    row = row_of(episode, cast.amina)

    assert row.group is work.MISSING
    assert row.next.href == f"/episodes/{episode.pk}/record-return"


def test_an_interview_booked_in_time_waits_on_the_interviewer(cast: Cast):
    interview = booked(returned(cast.kit), interviewer=cast.ines, by=cast.amina)
    episode = interview.episodes.get()

    assert row_of(episode, cast.amina).next == steps.Next(
        awaited="Ines Okafor holds it today at 1pm"
    )
    assert part_of(episode, cast.amina) == "others"
    assert part_of(episode, cast.ines) == "next"


def test_a_booking_that_has_passed_is_everybodys_to_chase(cast: Cast):
    episode = booked(returned(cast.kit), interviewer=cast.ines, by=cast.amina).episodes.get()
    later = NOW + hours(6)

    assert part_of(episode, cast.amina, later) == "next"
    assert row_of(episode, cast.amina, later).next.label == "Check the booking"
    assert row_of(episode, cast.ines, later).next.label == "Record if it was held"


def test_a_booking_after_the_72_hours_does_not_make_the_child_in_time(cast: Cast):
    episode = booked(
        returned(cast.kit, hours_ago=71), interviewer=cast.ines, by=cast.amina
    ).episodes.get()

    assert part_of(episode, cast.amina, NOW + hours(2)) == "over"


def test_a_record_waits_on_the_one_who_held_the_interview(cast: Cast):
    episode = held(returned(cast.kit), interviewer=cast.ines, by=cast.amina).episodes.get()

    assert part_of(episode, cast.amina, NOW + hours(6)) == "others"
    assert row_of(episode, cast.ines, NOW + hours(6)).next.label == "Finish the record"


def test_a_signed_record_without_actions_is_for_those_who_decide_what_follows(cast: Cast):
    episode = signed(returned(cast.kit), interviewer=cast.ines, by=cast.amina).episodes.get()
    later = NOW + hours(9)

    assert row_of(episode, cast.sol, later).next.label == "Decide what follows"
    assert [part_of(episode, who, later) for who in (cast.sol, cast.mara, cast.ines)] == [
        "next",
        "next",
        "others",
    ]


def test_an_action_waits_on_its_owner(cast: Cast):
    interview = signed(returned(cast.kit), interviewer=cast.ines, by=cast.amina)
    episode = interview.episodes.get()
    support.add(
        episode,
        ActionKind.SAFETY_PLAN,
        "Write it again",
        owner=cast.sol,
        due_on=date(2026, 3, 9),
        interview=interview,
        by=cast.mara,
        at=NOW + hours(8),
    )

    assert row_of(episode, cast.sol, NOW + hours(9)).next.label == "Complete the action"
    assert part_of(episode, cast.mara, NOW + hours(9)) == "others"


def adult(cast: Cast, *, hours_ago: float = 10) -> Episode:
    Child.objects.filter(pk=cast.kit.pk).update(born_on=date(2008, 1, 1))
    return owned(cast.kit, cast.amina, hours_ago=hours_ago)


def decide_all(cast: Cast, episode: Episode) -> Action:
    return support.add(
        episode,
        ActionKind.ADULT_SAFEGUARDING,
        "Think it over",
        owner=cast.sol,
        due_on=NOW.date(),
        by=cast.mara,
        at=NOW,
    )


def test_the_adult_pathway_is_for_those_who_decide_and_then_for_whoever_has_the_action(cast: Cast):
    episode = adult(cast, hours_ago=80)

    assert part_of(episode, cast.amina) == "next"
    assert row_of(episode, cast.amina).next.label == "Decide the adult pathway"
    assert part_of(episode, cast.ines) == "others"

    decide_all(cast, episode)
    assert part_of(episode, cast.sol) == "next"
    assert row_of(episode, cast.sol).next.label == "Complete the action"
    assert part_of(episode, cast.amina) == "others"


def test_where_policy_still_offers_a_talk_at_18_its_time_presses(cast: Cast):
    episode = adult(cast, hours_ago=80)
    episodes.set_policy(
        cast.northshire,
        PolicyKey.ADULT_TALK,
        says_yes=True,
        since=date(2024, 4, 1),
        by=cast.mara,
        at=NOW,
    )

    assert part_of(episode, cast.amina) == "over"
    decide_all(cast, episode)
    assert row_of(episode, cast.amina).next.label == "Offer an interview"
    assert part_of(episode, cast.amina) == "over"


def test_where_policy_offers_no_talk_after_being_away_the_child_is_looked_at_and_leaves(
    cast: Cast,
):
    episodes.set_policy(
        cast.northshire,
        PolicyKey.AWAY_TALK,
        says_yes=False,
        since=date(2024, 4, 1),
        by=cast.mara,
        at=NOW,
    )
    episode = missing(cast.robin, returned=NOW - hours(9), kind=EpisodeKind.AWAY)
    assert part_of(episode, cast.amina) == "unaccepted"

    episodes.take_on(episode, by=cast.amina, at=NOW)

    assert not work.work_of(cast.amina, NOW).filter(pk=episode.pk).exists()


def test_a_host_council_sees_the_child_placed_with_it_and_waits_on_the_other(cast: Cast):
    episode = owned(cast.sky, cast.amina, hours_ago=80)

    row = row_of(episode, cast.wes)

    assert row.group is work.OTHERS
    assert not row.next.is_ours
    assert ("Placed here by Northshire", "purple") in row.badges


def test_a_provider_sees_the_children_whose_interviews_it_holds_and_no_others(cast: Cast):
    robin, kit = returned(cast.robin), returned(cast.kit)

    seen = set(work.work_of(cast.pat, NOW))

    assert robin in seen
    assert kit not in seen


def test_every_row_with_a_button_stands_in_a_part_with_work_and_every_other_waits(cast: Cast):
    later = NOW + hours(7)
    refused = offered(returned(cast.sky, hours_ago=50), by=cast.amina)
    offers.answer(
        refused,
        Answer.DECLINED,
        declined_by=DeclinedBy.PARENT_OR_CARER,
        reason="Not today",
        by=cast.amina,
        at=NOW,
    )
    held(returned(cast.kit), interviewer=cast.ines, by=cast.amina)
    accepted(returned(cast.robin), by=cast.pat)

    for person in (cast.amina, cast.ines, cast.sol, cast.mara, cast.wes, cast.pat):
        for row in work.rows_of(list(work.work_of(person, later)), person, later):
            assert row.next.is_ours == (row.group is not work.OTHERS), (person.name, row.name)


# What a row says.


def test_a_child_who_keeps_going_missing_is_counted_over_90_days(cast: Cast):
    for days in (100, 60, 10):
        missing(
            cast.kit,
            last_seen=NOW - timedelta(days=days),
            returned=NOW - timedelta(days=days) + hours(9),
            at=NOW - timedelta(days=days) + hours(10),
        )
    latest = returned(cast.kit)

    assert ("3rd time in 90 days", "orange") in row_of(latest, cast.amina).badges


def test_high_risk_and_placement_elsewhere_are_flagged_in_words(cast: Cast):
    episode = returned(cast.sky)
    episodes.update(
        episode, risk=RiskGrade.HIGH, moments={}, source="Police", by=cast.amina, at=NOW
    )

    labels = [label for label, _ in row_of(episode, cast.amina).badges]

    assert labels == ["High risk", "Placed in Westborough"]


# The page itself. Its clock is the present one.


def open_list(client: Client, person: Person, query: str = "") -> str:
    client.force_login(person)
    response = client.get(f"/{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_shows_who_must_be_seen_to_and_the_button_that_does_it(client: Client, cast: Cast):
    episode = returned(cast.kit, at=timezone.now())

    page = open_list(client, cast.amina)

    assert "Kit O’Dell" in page
    assert "2 days 13 hours left" in page
    assert f'action="/episodes/{episode.pk}/take-on?list"' in page


def test_owen_cannot_tell_from_his_list_that_the_episode_exists(client: Client, cast: Cast):
    returned(cast.kit, at=timezone.now())

    page = open_list(client, cast.owen)

    assert "O’Dell" not in page
    assert "Nothing is waiting" in page


def test_an_analyst_is_sent_to_the_figures_and_an_administrator_to_the_people(
    client: Client, cast: Cast
):
    client.force_login(cast.ana)
    figures = client.get("/")
    client.force_login(cast.adi)
    people = client.get("/")

    assert figures.headers["Location"] == "/figures"
    assert people.headers["Location"] == "/people"


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("?whose=mine", True),
        ("?whose=nobody", False),
        ("?cohort=home", True),
        ("?cohort=looked_after_in_area", False),
        ("?kind=away", False),
        ("?group=next", True),
        ("?group=others", False),
        ("?group=nonsense&page=seven", True),
    ],
)
def test_filters_narrow_the_list_and_nonsense_is_as_if_not_there(
    client: Client, cast: Cast, query: str, is_there: bool
):
    now = timezone.now()
    episodes.take_on(returned(cast.kit, hours_ago=1, at=now), by=cast.amina, at=now)

    assert ("O’Dell" in open_list(client, cast.amina, query)) is is_there


def test_a_team_and_a_colleague_can_be_filtered_by(client: Client, cast: Cast):
    now = timezone.now()
    team = cast.northshire_council.teams.create(name="Night team")
    cast.mara.posts.update(team=team)
    episodes.assign(returned(cast.kit, at=now), cast.mara, by=cast.amina, at=now)

    by_team = open_list(client, cast.amina, f"?whose=team-{team.pk}")
    by_person = open_list(client, cast.amina, f"?whose=person-{cast.ines.pk}")

    assert "O’Dell" in by_team
    assert "Nobody is in this part of the list" in by_person


def test_an_interviewer_sees_their_own_talks_and_records_first(client: Client, cast: Cast):
    now = timezone.now()
    booked(returned(cast.kit, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    held(
        returned(cast.sky, hours_ago=30, at=now - hours(10)),
        interviewer=cast.ines,
        by=cast.amina,
        at=now - hours(10),
    )

    page = open_list(client, cast.ines)

    assert page.index("Yours") < page.index('id="part-')
    assert "Records to finish" in page
    assert "Interviews " in page


def test_who_is_on_duty_stands_at_the_top(client: Client, cast: Cast):
    now = timezone.now()
    nobody = open_list(client, cast.amina)
    staff.put_on_duty(
        cast.mara,
        cast.northshire_council,
        starts_at=now - hours(1),
        ends_at=now + hours(8),
        by=cast.mara,
        at=now,
    )

    somebody = open_list(client, cast.amina)

    assert "Nobody is on duty now." in nobody
    assert "Mara Whitfield until" in somebody


def test_children_not_matched_yet_are_counted_for_those_who_can_say_who_they_are(
    client: Client, cast: Cast
):
    children.open_record(
        forename="Tilly",
        surname="Harker",
        born_on=None,
        sex="F",
        responsible_authority=cast.northshire,
        is_confirmed=False,
        by=staff.operator(),
        at=timezone.now(),
    )

    assert "1 child not matched yet" in open_list(client, cast.amina)
    assert "not matched yet" not in open_list(client, cast.ines)


# The page's own transaction (2); session, person, posts and the areas of their councils; the parts
# counted, the rows of one page, what stands beside them (4), how often before, who was told, what
# was asked of others; the meetings called for (4); what others ask of us; one's own talks, records
# to add to and actions; who told of harm; shares that wait (4); whom others asked about; whose
# record was asked for; duty, children not matched, the names to filter by (2), and the journal of
# who was shown.
QUERIES = 41


def test_a_dispute_is_told_beside_the_child_until_it_is_settled(client: Client, cast: Cast):
    now = timezone.now()
    episode = returned(cast.kit, at=now - hours(9))
    row = disputes.dispute(episode, because="Kit left in June", by=cast.amina, at=now)

    disputed = open_list(client, cast.amina)
    disputes.settle(
        row,
        how=SettledHow.STAYS,
        because="The move was in July",
        by=cast.mara,
        at=now,
    )

    assert "In dispute" in disputed
    assert "In dispute" not in open_list(client, cast.amina)


def many(cast: Cast, number: int) -> None:
    """Children of Northshire in every state there is, all of them on Amina's list."""
    now = timezone.now()
    for each in range(number):
        child, is_new = registers.enter(
            register_id=f"many-{each}",
            forename="Child",
            surname=f"Number {each}",
            born_on=date(2012, 1, 1),
            sex="F",
            postcode="NS1 1AA",
            lives_in=cast.northshire,
            looked_after_by=None,
            by=staff.operator(),
            at=now,
        )
        if not is_new:
            continue
        episode = returned(child, hours_ago=20 + each % 70, at=now)
        in_turn = (
            lambda episode: offered(episode, by=cast.amina, at=now),
            lambda episode: accepted(episode, by=cast.amina, at=now),
            lambda episode: booked(episode, interviewer=cast.ines, by=cast.amina, at=now),
            lambda _: None,
        )
        in_turn[each % 4](episode)


@pytest.mark.check
def test_the_list_asks_the_database_as_often_for_fifty_children_as_for_four(
    client: Client, cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
):
    many(cast, 4)
    client.force_login(cast.amina)
    with django_assert_num_queries(QUERIES):
        client.get("/")
    many(cast, 56)

    with django_assert_num_queries(QUERIES):
        page = client.get("/").content.decode()

    assert page.count("rh-work__name") == 50
    assert "1 to 50 of 56" in page


@pytest.mark.check
def test_fifty_rows_are_a_page_and_the_rest_follow(client: Client, cast: Cast):
    many(cast, 52)

    second = open_list(client, cast.amina, "?page=2")

    assert second.count("rh-work__name") == 2


def test_a_social_worker_sees_their_actions_first(client: Client, cast: Cast):
    now = timezone.now()
    interview = signed(
        returned(cast.kit, at=now - hours(9)),
        interviewer=cast.ines,
        by=cast.amina,
        at=now - hours(9),
    )
    support.add(
        interview.episodes.get(),
        ActionKind.SAFETY_PLAN,
        "Write it again",
        owner=cast.sol,
        due_on=(now - hours(48)).date(),
        interview=interview,
        by=cast.mara,
        at=now,
    )

    page = open_list(client, cast.sol)

    assert "Actions to complete" in page
    assert "Late" in page


def test_what_presses_is_named_above_the_list_while_others_stand_before_it(
    client: Client, cast: Cast
):
    now = timezone.now()
    over = returned(cast.kit, hours_ago=80, at=now)
    episodes.take_on(over, by=cast.amina, at=now)

    assert "Presses most" not in open_list(client, cast.amina)
    returned(cast.sky, at=now)

    page = open_list(client, cast.amina)
    assert "Presses most" in page
    assert page.index("Presses most") < page.index(f"/episodes/{over.pk}") < page.index("part-")


def test_what_other_councils_ask_is_one_line(client: Client, cast: Cast):
    now = timezone.now()
    for child in (cast.sky, cast.kit):
        handovers.ask(
            returned(child, at=now),
            HandOverKind.HOST_INTERVIEWS,
            to=cast.westborough,
            by=cast.amina,
            at=now,
        )

    assert "Other councils ask you: 2 requests, the first answer due" in open_list(client, cast.wes)
