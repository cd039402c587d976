"""Who was told, on the page of the episode: the list, its short form, and who must not be told."""

from datetime import datetime
from typing import Any

import pytest

from returnhome.casework import concerns, episodes, tellings
from returnhome.casework.models import (
    Episode,
    JournalEntry,
    ParentalRisk,
    PreventionInterview,
    Telling,
)
from returnhome.rules.codes import Concern, Means
from returnhome.rules.telling import Occasion, Whom
from tests.cast import Cast, exactly, hours, missing, returned
from tests.web.asking import typed_at, words_of

pytestmark = pytest.mark.check


def typed(cast: Cast, at: datetime, **changes: str) -> dict[str, str]:
    return {
        "is_told": "yes",
        "occasion": "returned",
        "means": "telephone",
        "told_by": str(cast.amina.pk),
        **typed_at("told_at", at),
    } | changes


def told(cast: Cast, episode: Episode, whom: Whom, at: datetime, **more: Any) -> Telling:
    given = {"means": Means.EMAIL, "told_at": at, "by": cast.amina, "at": at} | more
    return tellings.tell(episode, whom, Occasion.RETURNED, **given)


def note_risk(cast: Cast, episode: Episode, at: datetime) -> ParentalRisk:
    return tellings.note_parental_risk(
        episode.child, "Her stepfather; nan is safe", by=cast.sol, at=at
    )


def section(words: str) -> str:
    """The list, from its heading to what comes after it."""
    return words.split("Who was told", 1)[1].split("Who must act, and why")[0]


# The list.


def test_the_page_says_who_must_be_told_and_that_nobody_has_been(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)

    words = section(words_of(as_("amina").get(f"/episodes/{episode.pk}")))

    assert "4 still to tell." in words
    for whom in ("A parent", "Social worker", "Independent reviewing officer", "Host authority"):
        assert whom in words
    assert "For a person to decide (4)" in words


def test_a_concern_noted_about_the_child_changes_who_is_told(as_, cast: Cast, now):
    episode = returned(cast.kit, at=now)
    for concern in (Concern.CHILD_PROTECTION_PLAN, Concern.EXPLOITATION):
        concerns.note(cast.kit, concern, "The panel", by=cast.sol, at=now)

    words = section(words_of(as_("amina").get(f"/episodes/{episode.pk}")))

    assert "think first whether a parent may be the risk" in words
    assert "its conference weighs what has happened" in words
    assert "Exploitation is feared" in words


def test_the_page_says_who_told_them_when_how_and_what_is_still_to_tell(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    told(cast, episode, Whom.HOST_AUTHORITY, now - hours(1), name="Front door", told_by=cast.sol)
    tellings.tell(
        episode,
        Whom.PARENT,
        Occasion.MISSING,
        means=Means.TELEPHONE,
        told_at=now - hours(20),
        by=cast.amina,
        at=now,
    )
    tellings.leave_untold(episode, Whom.SCHOOL, "Between schools", by=cast.amina, at=now)

    words = section(words_of(as_("amina").get(f"/episodes/{episode.pk}")))

    assert "Sol Bennett told them that the child is back" in words
    assert "by e-mail" in words
    assert "Front door" in words
    assert "Still to tell: the return" in words
    assert "Not told: decided by Amina Yusuf" in words
    assert "Between schools" in words


def test_once_all_are_told_the_page_says_so(as_, cast: Cast, now):
    episode = returned(cast.kit, at=now)
    told(cast, episode, Whom.PARENT, now)

    words = section(words_of(as_("amina").get(f"/episodes/{episode.pk}")))

    assert "Everybody who must be told has been" in words


def test_wes_sees_what_was_said_to_his_council_and_nothing_of_the_others(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    told(cast, episode, Whom.HOST_AUTHORITY, now, name="Front door")
    told(cast, episode, Whom.PARENT, now, name="Her mum")
    tellings.note_prevention_interview(
        episode, held=exactly(now), learnt="At a friend’s", by=cast.amina, at=now
    )
    note_risk(cast, episode, now)

    words = words_of(as_("wes").get(f"/episodes/{episode.pk}"))

    assert "Amina Yusuf told them that the child is back" in words
    for secret in ("Her mum", "Front door", "A parent", "prevention interview", "stepfather"):
        assert secret not in words


def test_pat_sees_who_was_told_and_records_nothing(as_, cast: Cast, now):
    episode = returned(cast.robin, at=now)
    told(cast, episode, Whom.PARENT, now)

    page = as_("pat").get(f"/episodes/{episode.pk}")

    assert "Amina Yusuf told them" in words_of(page)
    assert f"/episodes/{episode.pk}/tell/" not in page.content.decode()


def test_an_episode_recorded_in_error_asks_for_nobody_to_be_told(as_, cast: Cast, now):
    episode = returned(cast.kit, at=now)
    episodes.void(episode, because="At school", by=cast.amina, at=now)

    page = as_("amina").get(f"/episodes/{episode.pk}")

    assert "nobody is to be told any more" in words_of(page)
    assert "/tell/" not in page.content.decode()


def test_the_list_leads_from_what_can_also_be_done(as_, cast: Cast, now):
    episode = returned(cast.kit, at=now)

    page = as_("amina").get(f"/episodes/{episode.pk}").content.decode()

    assert 'href="#told">Record who was told' in page
    assert 'id="told"' in page


# The form.


def test_amina_records_that_the_school_was_told(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    form = typed(cast, now - hours(1), name="Head of year")

    response = as_("amina").post(f"/episodes/{episode.pk}/tell/school", form)

    row = Telling.objects.get()
    assert response.headers["Location"] == f"/episodes/{episode.pk}#told"
    assert (row.whom, row.name, row.told_by) == ("school", "Head of year", cast.amina)


def test_the_form_begins_with_what_is_mostly_so(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)

    page = as_("sol").get(f"/episodes/{episode.pk}/tell/host_authority").content.decode()

    assert 'value="yes" checked' in page
    assert 'value="returned" checked' in page
    assert f'value="{cast.sol.pk}" selected' in page
    assert "Never the account" in page


def test_while_the_child_is_missing_there_is_no_return_to_tell_of(as_, cast: Cast, now):
    episode = missing(cast.kit, last_seen=now - hours(9), at=now)
    page = f"/episodes/{episode.pk}/tell/parent"

    assert 'value="returned"' not in as_("amina").get(page).content.decode()
    as_("amina").post(page, typed(cast, now, occasion="missing"))

    assert Telling.objects.get().occasion == "missing"


def test_the_home_tells_ofsted_and_is_named_as_who_did(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    form = typed(cast, now, told_by_other="Manager, Larchwood House")

    as_("amina").post(f"/episodes/{episode.pk}/tell/ofsted", form)

    assert Telling.objects.get().told_by_other == "Manager, Larchwood House"


def test_that_somebody_is_not_told_is_recorded_with_the_reason(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)

    as_("sol").post(
        f"/episodes/{episode.pk}/tell/school", {"is_told": "no", "reason": "Between schools"}
    )

    row = Telling.objects.get()
    assert (row.not_told_because, row.decided_by) == ("Between schools", cast.sol)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"is_told": "no", "reason": ""}, "Say why they are not told"),
        ({"is_told": ""}, "Answer “Were they told?”"),
        ({"means": ""}, "Select how"),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(
    as_, cast: Cast, now, changes: dict[str, str], sentence: str
):
    episode = returned(cast.sky, at=now)
    form = typed(cast, now, name="Head of year") | changes

    response = as_("amina").post(f"/episodes/{episode.pk}/tell/school", form)

    assert sentence in words_of(response)
    assert "Head of year" in response.content.decode()
    assert not Telling.objects.exists()


def test_a_time_before_the_child_went_missing_is_refused(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)

    response = as_("amina").post(
        f"/episodes/{episode.pk}/tell/school", typed(cast, now - hours(90))
    )

    assert "This is before the child went missing." in words_of(response)


def test_somebody_else_who_was_told_is_named(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    page = f"/episodes/{episode.pk}/tell/other"

    assert "Say who was told." in words_of(as_("amina").post(page, typed(cast, now)))
    as_("amina").post(page, typed(cast, now, name="School nurse"))

    words = words_of(as_("amina").get(f"/episodes/{episode.pk}"))
    assert "Somebody else" in words
    assert "School nurse" in words


def test_nobody_is_told_who_is_on_no_list(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)

    assert as_("amina").get(f"/episodes/{episode.pk}/tell/the-press").status_code == 404


# A parent who may be the risk.


def test_the_page_says_plainly_that_a_parent_is_not_to_be_told(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    as_("sol").post(f"/episodes/{episode.pk}/parental-risk", {"why": "Her stepfather; nan is safe"})

    words = words_of(as_("amina").get(f"/episodes/{episode.pk}"))

    assert "A parent may be the risk: do not tell a parent." in words
    assert "Her stepfather; nan is safe" in words
    assert "Do not tell" in section(words)
    assert "3 still to tell." in section(words)


def test_it_stands_on_the_childs_page_and_where_somebody_is_about_to_ring_the_family(
    as_, cast: Cast, now
):
    episode = returned(cast.robin, at=now)
    note_risk(cast, episode, now)

    for page in (f"/children/{cast.robin.pk}", f"/episodes/{episode.pk}/offer"):
        assert "A parent may be the risk" in words_of(as_("pat").get(page))
    assert "stepfather" not in words_of(as_("pat").get(f"/children/{cast.robin.pk}"))
    assert "stepfather" in words_of(as_("amina").get(f"/children/{cast.robin.pk}"))


def test_a_parent_is_not_recorded_as_told_until_somebody_says_why_this_one_is_safe(
    as_, cast: Cast, now
):
    episode = returned(cast.sky, at=now)
    note_risk(cast, episode, now - hours(2))
    page, form = f"/episodes/{episode.pk}/tell/parent", typed(cast, now, despite="")

    assert 'value="yes" checked' not in as_("amina").get(page).content.decode()
    refused = as_("amina").post(page, form)
    assert "A note says that a parent may be the risk, and nobody tells them." in words_of(refused)
    assert not Telling.objects.exists()

    as_("amina").post(page, form | {"despite": "Her father, who lives elsewhere"})
    assert Telling.objects.get().despite == "Her father, who lives elsewhere"
    words = section(words_of(as_("amina").get(f"/episodes/{episode.pk}")))
    assert "Do not tell" in words
    assert "Safe to tell: Her father, who lives elsewhere" in words


def test_the_note_is_ended_with_a_reason_and_not_without(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    risk = note_risk(cast, episode, now)
    page = f"/episodes/{episode.pk}/parental-risk/end"

    assert "Her stepfather" in words_of(as_("sol").get(page))
    assert "Say why it is no longer so" in words_of(as_("sol").post(page, {"because": ""}))
    as_("sol").post(page, {"because": "He has moved out"})

    assert ParentalRisk.objects.get(pk=risk.pk).has_ended
    assert "do not tell" not in words_of(as_("sol").get(f"/episodes/{episode.pk}"))
    assert as_("sol").get(page).headers["Location"] == f"/episodes/{episode.pk}#told"


def test_a_second_note_is_refused_and_one_without_words_is(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    page = f"/episodes/{episode.pk}/parental-risk"

    assert "Say which parent" in words_of(as_("sol").post(page, {"why": ""}))
    note_risk(cast, episode, now)
    again = as_("sol").post(page, {"why": "The same again"})

    assert "There is such a note already." in words_of(again)
    assert "The same again" in words_of(again)


# The police's own interview.


def test_the_police_interview_stands_apart_from_ours(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    form = {
        "is_held": "yes",
        "by_whom": "Missing-person unit",
        "learnt": "At a friend’s, unhurt",
        "held-precision": "exact",
        **typed_at("held", now - hours(2)),
    }

    as_("amina").post(f"/episodes/{episode.pk}/prevention-interview", form)

    page = as_("amina").get(f"/episodes/{episode.pk}")
    words = words_of(page)
    assert "It is not the return home interview" in words
    assert "At a friend’s, unhurt" in words
    assert "Interview held" not in words
    assert not Episode.objects.get(pk=episode.pk).held_at


def test_that_there_was_none_is_noted_with_why(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    page = f"/episodes/{episode.pk}/prevention-interview"

    assert "Say why they did not" in words_of(
        as_("amina").post(page, {"is_held": "no", "why_not": ""})
    )
    as_("amina").post(page, {"is_held": "no", "why_not": "Asleep"})

    assert PreventionInterview.objects.get().not_held_because == "Asleep"
    assert "Not held" in words_of(as_("amina").get(f"/episodes/{episode.pk}"))


def test_one_before_the_child_was_found_is_refused(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    form = {"is_held": "yes", "held-precision": "exact", **typed_at("held", now - hours(20))}

    response = as_("amina").post(f"/episodes/{episode.pk}/prevention-interview", form)

    assert "The police hold it once the child is found" in words_of(response)


# Strangers, the journal, and how often the database is asked.


@pytest.mark.parametrize("who", ["owen", "wes", "pat", "ana", "adi"])
def test_owen_cannot_tell_that_there_is_anything_to_record(as_, cast: Cast, now, who: str):
    episode = returned(cast.sky, at=now)
    note_risk(cast, episode, now)

    for page in (
        "tell/parent",
        "prevention-interview",
        "parental-risk",
        "parental-risk/end",
    ):
        assert as_(who).get(f"/episodes/{episode.pk}/{page}").status_code == 404
        assert as_(who).post(f"/episodes/{episode.pk}/{page}", {}).status_code == 404
    assert not Telling.objects.exists()


def test_opening_the_form_is_written_down(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)

    as_("amina").get(f"/episodes/{episode.pk}/tell/parent")

    read = JournalEntry.objects.filter(verb="read", kind="episode", object_id=episode.pk)
    assert read.count() == 1


def test_the_form_asks_a_fixed_number_of_times(as_, cast: Cast, now, django_assert_max_num_queries):
    episode = returned(cast.sky, at=now)
    note_risk(cast, episode, now)
    amina = as_("amina")

    with django_assert_max_num_queries(11):
        assert amina.get(f"/episodes/{episode.pk}/tell/parent").status_code == 200


@pytest.mark.check
def test_a_long_list_costs_no_more_than_a_short_one(
    as_, cast: Cast, now, django_assert_max_num_queries
):
    episode = returned(cast.sky, at=now)
    note_risk(cast, episode, now)
    for each in range(12):
        told(cast, episode, Whom.SCHOOL, now - hours(each / 4), told_by=cast.sol)
        tellings.note_prevention_interview(episode, why_not="x", by=cast.ines, at=now)
    amina = as_("amina")

    with django_assert_max_num_queries(44):
        assert amina.get(f"/episodes/{episode.pk}").status_code == 200
