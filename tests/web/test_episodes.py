"""One episode: is it answered for?"""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from markupsafe import escape
from pytest_django import DjangoAssertNumQueries

from returnhome.casework import episodes, interviews, offers, support
from returnhome.casework.journal import JournalEntry
from returnhome.casework.models import Episode, Person
from returnhome.rules import clock
from returnhome.rules.codes import ActionKind, Answer, DeclinedBy, Means, NotHeldReason
from returnhome.web import answered
from tests.cast import NOW, Cast, accepted, booked, hours, missing, offered, returned, signed


def now() -> datetime:
    """The present, as the pages have it."""
    return timezone.now().replace(second=0, microsecond=0)


def page_of(client: Client, person: Person, episode: Episode, verb: str = "") -> str:
    client.force_login(person)
    response = client.get(f"/episodes/{episode.pk}{verb}")
    assert response.status_code == 200
    return response.content.decode()


def states(episode: Episode, at: datetime = NOW) -> dict[str, str]:
    fresh = Episode.objects.get(pk=episode.pk)
    return {stage.title: stage.state for stage in answered.stages(fresh, at)}


def boxes(name: str, at: datetime, precision: str = "exact", minutes: str = "") -> dict[str, str]:
    """What somebody types into the boxes of a moment."""
    local = at.astimezone(clock.LONDON)
    typed = {"day": local.day, "month": local.month, "year": local.year, "precision": precision}
    if precision != "date":
        # With its zone, so that the hour that comes twice in autumn is no question.
        typed["time"] = f"{local:%H:%M %Z}"
    if minutes:
        typed["minutes"] = minutes
    return {f"{name}-{part}": str(value) for part, value in typed.items()}


# The eight moments.


def test_the_eight_moments_are_told_apart(cast: Cast):
    episode = returned(cast.kit)

    assert states(episode) == {
        "Reported": "doubt",
        "Found": "done",
        "Returned": "done",
        "Offered": "next",
        "Answered": "not-yet",
        "Held": "not-yet",
        "Signed off": "not-yet",
        "Acted on": "not-yet",
    }


def test_a_parents_no_leaves_the_answer_open_and_the_childs_own_closes_it(cast: Cast):
    def declined(by: DeclinedBy) -> str:
        episode = returned(cast.kit if by is DeclinedBy.CHILD else cast.robin)
        episodes.take_on(episode, by=cast.amina, at=NOW)
        offer = offers.make(
            episode, means=Means.TELEPHONE, reached="carer", made_at=NOW, by=cast.amina, at=NOW
        )
        offers.answer(offer, Answer.DECLINED, declined_by=by, reason="Busy", by=cast.amina, at=NOW)
        return states(episode)["Answered"]

    assert declined(DeclinedBy.PARENT_OR_CARER) == "no"
    assert declined(DeclinedBy.CHILD) == "done"


def test_after_a_parents_no_the_childs_own_answer_can_still_be_recorded(client: Client, cast: Cast):
    episode = returned(cast.kit, at=now())
    offer = offered(episode, by=cast.amina, at=now())
    offers.answer(
        offer,
        Answer.DECLINED,
        declined_by=DeclinedBy.PARENT_OR_CARER,
        reason="Not needed",
        by=cast.amina,
        at=now(),
    )

    page = page_of(client, cast.amina, episode)

    assert "Record the child’s own answer" in page
    assert f"/offers/{offer.pk}/answer" in page


def test_a_signed_interview_leaves_only_what_follows(cast: Cast):
    episode = signed(returned(cast.kit), interviewer=cast.ines, by=cast.amina).episodes.get()

    assert states(episode)["Signed off"] == "done"
    assert states(episode)["Acted on"] == "next"


# The page.


def test_the_page_says_where_the_clock_stands_and_what_is_next(client: Client, cast: Cast):
    episode = returned(cast.kit, at=now())

    page = page_of(client, cast.amina, episode)

    assert "2 days 13 hours left" in page
    assert "Take on" in page
    assert "Nobody yet" in page


def test_once_nothing_more_is_owed_no_hours_are_counted(client: Client, cast: Cast):
    episode = returned(cast.kit, at=now() - hours(100))
    before = page_of(client, cast.amina, episode)
    interviews.not_hold(
        episode, NotHeldReason.NOT_OFFERED, note="Moved abroad", by=cast.amina, at=now()
    )

    page = page_of(client, cast.amina, episode)

    assert "hours over" in before
    assert "No interview held" in page
    assert "hours over" not in page


def test_the_reasons_stand_on_the_page_with_their_sources(client: Client, cast: Cast):
    episode = returned(cast.sky, at=now())

    page = page_of(client, cast.amina, episode)

    assert episode.reasons
    for reason in episode.reasons:
        assert escape(reason["sentence"]) in page
        assert escape(reason["source"]) in page
    assert "Westborough" in page


def test_no_childs_name_is_in_the_title_of_the_tab(client: Client, cast: Cast):
    page = page_of(client, cast.amina, returned(cast.kit, at=now()))

    title = page.split("<title>")[1].split("</title>")[0]
    assert "Dell" not in title
    assert "Kit" not in title


def test_reading_the_page_is_written_down_and_a_manager_sees_who_read(client: Client, cast: Cast):
    episode = returned(cast.kit, at=now())
    page_of(client, cast.sol, episode)

    page = page_of(client, cast.mara, episode)

    looked = JournalEntry.objects.filter(verb="read", kind="episode", object_id=episode.pk)
    assert {entry.by_id for entry in looked} == {cast.sol.pk, cast.mara.pk}
    assert "Sol Bennett, today" in page.split("Who has looked")[1]


@pytest.mark.parametrize("who", ["owen", "ana", "adi", "pat"])
def test_owen_cannot_tell_that_the_episode_exists(client: Client, cast: Cast, who: str):
    episode = returned(cast.kit, at=now())
    client.force_login(getattr(cast, who))

    for verb in ("", "/assign", "/record-return", "/correct", "/void"):
        assert client.get(f"/episodes/{episode.pk}{verb}").status_code == 404
    assert client.post(f"/episodes/{episode.pk}/take-on").status_code == 404


def test_wes_sees_the_episode_and_its_clock_and_no_button(client: Client, cast: Cast):
    episode = returned(cast.sky, at=now())

    page = page_of(client, cast.wes, episode)

    assert "2 days 13 hours left" in page
    assert "Northshire acts for this child" in page
    assert "Take on" not in page
    assert "Dispute who must act" in page
    for verb in ("assign", "record-return", "correct", "void"):
        assert client.get(f"/episodes/{episode.pk}/{verb}").status_code == 404
    assert client.post(f"/episodes/{episode.pk}/take-on").status_code == 404


def test_wes_does_not_read_notes_or_what_follows(client: Client, cast: Cast):
    then = now() - hours(9)
    interview = signed(returned(cast.sky, at=then), interviewer=cast.ines, by=cast.amina, at=then)
    episode = interview.episodes.get()
    offers.make(
        episode,
        means=Means.TELEPHONE,
        reached="child",
        made_at=then,
        note="She was in tears",
        by=cast.amina,
        at=then,
    )
    support.add(
        episode,
        ActionKind.CAMHS,
        "Ask about her sleep",
        owner=cast.sol,
        due_on=date(2030, 1, 1),
        interview=interview,
        by=cast.mara,
        at=now(),
    )

    ours, theirs = (page_of(client, who, episode) for who in (cast.amina, cast.wes))

    assert "She was in tears" in ours
    assert "Ask about her sleep" in ours
    assert "She was in tears" not in theirs
    assert "Ask about her sleep" not in theirs
    assert f"/interviews/{interview.pk}" not in theirs


def test_an_episode_recorded_in_error_says_so_and_offers_nothing(client: Client, cast: Cast):
    episode = returned(cast.kit, at=now())
    episodes.void(episode, because="About another child", by=cast.amina, at=now())

    page = page_of(client, cast.amina, episode)

    assert "About another child" in page
    assert "You can also" not in page
    assert "Take on" not in page


def test_other_returns_that_one_interview_may_answer_for_are_named(client: Client, cast: Cast):
    earlier = missing(
        cast.kit, last_seen=now() - hours(90), returned=now() - hours(60), at=now() - hours(59)
    )
    episode = returned(cast.kit, at=now())

    page = page_of(client, cast.amina, episode)

    assert "One interview may answer for these too" in page
    assert f'href="/episodes/{earlier.pk}"' in page


def test_the_page_asks_the_database_as_often_for_a_long_story_as_for_a_short_one(
    client: Client, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
):
    then = now() - hours(30)
    episode = returned(cast.kit, at=then)
    interview = booked(episode, interviewer=cast.ines, by=cast.amina, at=then)
    interviews.not_hold(
        episode, NotHeldReason.MISSING_AGAIN, note="Ran off", by=cast.amina, at=then + hours(5)
    )
    for each in range(12):
        offers.attempt(
            episode, means=Means.TEXT, made_at=then + hours(6 + each), by=cast.amina, at=now()
        )
    assert interview.episodes.get() == episode
    client.force_login(cast.mara)

    with django_assert_max_num_queries(51):
        client.get(f"/episodes/{episode.pk}")


# Taking on, giving to a colleague.


def test_taking_on_names_the_owner_and_goes_on_down_the_list(client: Client, cast: Cast):
    episode = returned(cast.kit, at=now())
    client.force_login(cast.amina)

    response = client.post(f"/episodes/{episode.pk}/take-on?list")

    assert response.headers["Location"] == "/"
    assert Episode.objects.get(pk=episode.pk).owner == cast.amina


def test_whoever_was_slower_is_told_who_took_it_on(client: Client, cast: Cast):
    episode = episodes.take_on(returned(cast.kit, at=now()), by=cast.mara, at=now())
    client.force_login(cast.amina)

    response = client.post(f"/episodes/{episode.pk}/take-on")

    assert response.status_code == 409
    assert "Mara Whitfield has taken this on already." in response.content.decode()
    assert Episode.objects.get(pk=episode.pk).owner == cast.mara


def test_looking_at_the_address_of_a_verb_without_a_form_changes_nothing(
    client: Client, cast: Cast
):
    episode = returned(cast.kit, at=now())
    client.force_login(cast.amina)

    assert client.get(f"/episodes/{episode.pk}/take-on").status_code == 405
    assert Episode.objects.get(pk=episode.pk).owner is None


def test_an_episode_is_given_to_a_colleague_and_back(client: Client, cast: Cast):
    episode = returned(cast.kit, at=now())
    client.force_login(cast.mara)

    client.post(f"/episodes/{episode.pk}/assign", {"owner": cast.ines.pk})
    given = Episode.objects.get(pk=episode.pk).owner
    client.post(f"/episodes/{episode.pk}/assign", {"owner": "nobody"})

    assert given == cast.ines
    assert Episode.objects.get(pk=episode.pk).owner is None


def test_nobody_of_another_council_can_be_made_the_owner(client: Client, cast: Cast):
    episode = returned(cast.kit, at=now())
    client.force_login(cast.mara)

    response = client.post(f"/episodes/{episode.pk}/assign", {"owner": cast.owen.pk})

    assert "There is a problem" in response.content.decode()
    assert Episode.objects.get(pk=episode.pk).owner is None


# The return, and putting times right.


def test_recording_the_return_starts_the_72_hours(client: Client, cast: Cast):
    episode = missing(cast.kit, last_seen=now() - hours(40), at=now())
    back = now() - hours(2)
    client.force_login(cast.amina)

    response = client.post(
        f"/episodes/{episode.pk}/record-return", boxes("returned", back, "estimated", "30")
    )

    recorded = Episode.objects.get(pk=episode.pk)
    assert response.status_code == 302
    assert recorded.returned == clock.Moment(back, clock.estimated(30))
    assert recorded.due_at == back - timedelta(minutes=30) + hours(72)


def test_a_return_still_to_come_is_refused_and_what_was_typed_stays(client: Client, cast: Cast):
    episode = missing(cast.kit, last_seen=now() - hours(40), at=now())
    client.force_login(cast.amina)

    response = client.post(
        f"/episodes/{episode.pk}/record-return", boxes("returned", now() + hours(30))
    )

    page = response.content.decode()
    assert "The time is still to come." in page
    assert f'value="{(now() + hours(30)).astimezone(clock.LONDON):%H:%M %Z}"' in page
    assert Episode.objects.get(pk=episode.pk).is_open


def test_the_found_time_on_record_is_kept_when_the_return_is_added(client: Client, cast: Cast):
    found = now() - hours(9)
    episode = missing(cast.kit, last_seen=now() - hours(40), found=found, at=now())
    page = page_of(client, cast.amina, episode, "/record-return")

    client.post(
        f"/episodes/{episode.pk}/record-return",
        boxes("returned", now() - hours(5)) | boxes("found", found),
    )

    recorded = Episode.objects.get(pk=episode.pk)
    assert f'value="{found.astimezone(clock.LONDON):%H:%M}"' in page
    assert recorded.found_at == found
    assert recorded.returned_at == now() - hours(5)
    assert not recorded.corrections.exists()


def test_a_corrected_time_keeps_the_old_value_and_the_reason(client: Client, cast: Cast):
    episode = missing(cast.kit, last_seen=now() - hours(40), returned=now() - hours(10), at=now())
    right = now() - hours(12)
    client.force_login(cast.amina)

    response = client.post(
        f"/episodes/{episode.pk}/correct",
        {"instant": "returned", "because": "The home’s log says so"} | boxes("moment", right),
    )

    page = page_of(client, cast.amina, episode)
    assert response.status_code == 302
    assert Episode.objects.get(pk=episode.pk).returned_at == right
    assert "The home’s log says so" in page
    assert "Values before" in page


def test_a_correction_without_a_reason_is_refused(client: Client, cast: Cast):
    episode = missing(cast.kit, last_seen=now() - hours(40), returned=now() - hours(10), at=now())
    client.force_login(cast.amina)

    response = client.post(
        f"/episodes/{episode.pk}/correct",
        {"instant": "returned", "because": ""} | boxes("moment", now() - hours(12)),
    )

    assert "Enter how you know" in response.content.decode()
    assert Episode.objects.get(pk=episode.pk).returned_at == now() - hours(10)


def test_a_return_before_the_child_was_last_seen_is_refused_in_the_summary(
    client: Client, cast: Cast
):
    episode = missing(cast.kit, last_seen=now() - hours(40), returned=now() - hours(10), at=now())
    client.force_login(cast.amina)

    response = client.post(
        f"/episodes/{episode.pk}/correct",
        {"instant": "returned", "because": "The log"} | boxes("moment", now() - hours(100)),
    )

    page = response.content.decode()
    assert "There is a problem" in page
    assert "cannot have" in page


def test_a_return_already_recorded_is_corrected_and_not_recorded_twice(client: Client, cast: Cast):
    episode = returned(cast.kit, at=now())
    client.force_login(cast.amina)

    response = client.get(f"/episodes/{episode.pk}/record-return")

    assert response.headers["Location"] == f"/episodes/{episode.pk}/correct"


# Recorded in error.


def test_what_was_recorded_in_error_leaves_the_list_with_its_reason(client: Client, cast: Cast):
    episode = returned(cast.kit, at=now())
    client.force_login(cast.amina)

    client.post(f"/episodes/{episode.pk}/void", {"because": "About another child"})

    voided = Episode.objects.get(pk=episode.pk)
    assert voided.is_voided
    assert voided.voided_because == "About another child"
    assert "O’Dell" not in client.get("/").content.decode().split("<h1")[1]


def test_an_interviewer_cannot_take_an_episode_out_of_the_count(client: Client, cast: Cast):
    episode = returned(cast.kit, at=now())
    client.force_login(cast.ines)

    assert client.post(f"/episodes/{episode.pk}/void", {"because": "x"}).status_code == 404
    assert not Episode.objects.get(pk=episode.pk).is_voided


def test_nothing_can_be_done_to_what_was_recorded_in_error(client: Client, cast: Cast):
    episode = returned(cast.kit, at=now())
    episodes.void(episode, because="About another child", by=cast.amina, at=now())
    client.force_login(cast.amina)

    for verb in ("assign", "record-return", "correct", "void"):
        assert client.get(f"/episodes/{episode.pk}/{verb}").status_code == 404


def test_an_accepted_offer_can_be_booked_from_the_page(client: Client, cast: Cast):
    episode = accepted(returned(cast.kit, at=now()), by=cast.amina, at=now()).episode

    page = page_of(client, cast.amina, episode)

    assert f'href="/episodes/{episode.pk}/book"' in page
    assert "Book the interview" in page
