"""From missing to returned: the four instants, who answers for it, and what stands corrected."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F

from returnhome.casework import episodes, offers
from returnhome.casework.episodes import (
    AlreadyReturned,
    AlreadyTakenOn,
    AlreadyVoided,
    NamedMeanwhile,
    NothingNew,
    OutOfOrder,
    Overlaps,
    ReasonMissing,
    StillBooked,
)
from returnhome.casework.models import (
    Basis,
    Classification,
    Correction,
    Episode,
    JournalEntry,
    Notification,
)
from returnhome.casework.staff import NotTheirChild
from returnhome.rules.access import Verb
from returnhome.rules.clock import DATE_ONLY, Moment, Standing, estimated
from returnhome.rules.codes import Answer, DeclinedBy, EpisodeKind, RiskGrade
from returnhome.rules.progress import Step
from tests.casework.ledger import COUNCIL, act, fresh, last_act, refused_by, who_sees
from tests.casework.test_children import stranger
from tests.casework.test_notifications import delivered, kept
from tests.cast import (
    NOW,
    Cast,
    asked_after_no,
    booked,
    exactly,
    held,
    hours,
    missing,
    offered,
    returned,
)

DAY = timedelta(days=1)


# Opening.


def test_an_episode_is_opened_with_kind_and_risk_as_dated_rows(cast: Cast) -> None:
    episode = missing(cast.kit)

    rows = episode.classifications.order_by("axis").values_list("axis", "code", "recorded_at")
    assert list(rows) == [("kind", "missing", NOW), ("risk", "medium", NOW)]
    operator = episode.opened_by
    assert last_act() == act("open episode", episode, operator, NOW, cast.kit.pk)
    assert episode.is_open
    assert fresh(episode).next_step is Step.RECORD_RETURN


def test_who_sees_the_episode_of_a_child_placed_out_of_area(cast: Cast) -> None:
    assert who_sees(returned(cast.sky)) == COUNCIL | {"wes"}


def test_who_sees_the_episode_of_a_child_whom_a_provider_interviews(cast: Cast) -> None:
    assert who_sees(returned(cast.robin)) == COUNCIL | {"pat"}


def test_who_sees_what_hangs_below_an_episode(cast: Cast) -> None:
    episode = returned(cast.sky)
    episodes.correct(
        episode, "found", exactly(NOW - hours(11)), because="Log", by=cast.amina, at=NOW
    )
    row = kept(cast, delivered(cast), child=cast.sky, joined_because="name")
    episodes.rest_all([(episode, row)])

    for thing in (
        episode.corrections.get(),
        episode.classifications.all()[0],
        episode.bases.get(),
    ):
        assert who_sees(thing) == COUNCIL | {"wes"}


def test_a_host_sees_and_does_nothing(cast: Cast) -> None:
    episode = returned(cast.sky)

    assert episode.allows(cast.wes, Verb.SEE_EPISODE)
    for verb in (Verb.OFFER, Verb.BOOK, Verb.SEE_ACCOUNT, Verb.ACT, Verb.REASSIGN):
        assert not episode.allows(cast.wes, verb)
    assert episode.relation_of(cast.wes) == "host"
    assert not Episode.objects.answered_for_by(cast.wes).exists()


def test_the_work_of_a_council_is_listed_in_one_query_soonest_deadline_first(
    cast: Cast, django_assert_num_queries
) -> None:
    late, soon = returned(cast.sky, hours_ago=60), returned(cast.kit, hours_ago=5)
    still = missing(cast.robin)
    amina = cast.amina
    assert amina.reach.authorities

    with django_assert_num_queries(1):
        listed = list(Episode.objects.visible_to(amina).unsettled().counted().by_deadline())

    assert listed == [late, soon, still]
    assert Episode.objects.newest_first()[0] == still_or_latest(listed)


def still_or_latest(listed: list[Episode]) -> Episode:
    return max(listed, key=lambda episode: episode.started_at)


def test_a_child_cannot_be_missing_twice_at_once(cast: Cast) -> None:
    missing(cast.kit)

    with pytest.raises(Overlaps):
        missing(cast.kit, last_seen=NOW - hours(10))

    assert cast.kit.episodes.count() == 1


def test_a_second_open_episode_of_one_child_is_never_opened(cast: Cast) -> None:
    missing(cast.kit, last_seen=NOW - hours(10))

    with pytest.raises(Overlaps):
        missing(cast.kit, last_seen=NOW - hours(40))


def test_a_child_found_can_go_missing_again_before_the_return_is_known(cast: Cast) -> None:
    first = missing(cast.kit, last_seen=NOW - hours(40), found=NOW - hours(30))

    second = missing(cast.kit, last_seen=NOW - hours(30))

    assert first.is_provisional
    assert second.is_open


def test_the_database_refuses_two_episodes_over_the_same_time(cast: Cast) -> None:
    first = missing(cast.kit, last_seen=NOW - hours(40), returned=NOW - hours(30))
    second = missing(cast.kit, last_seen=NOW - hours(20))

    with refused_by("no_two_episodes_of_a_child_overlap"):
        Episode.objects.filter(pk=second.pk).update(started_at=first.started_at)


def test_an_episode_recorded_in_error_stands_in_nobodys_way(cast: Cast) -> None:
    wrong = missing(cast.kit)
    episodes.void(wrong, because="Was at his nan's", by=cast.amina, at=NOW)

    assert missing(cast.kit).is_open


def test_nothing_is_opened_under_a_child_who_has_just_been_named(cast: Cast) -> None:
    child = stranger(cast)
    type(child).objects.filter(pk=child.pk).update(
        joined_to=cast.kit, joined_at=NOW, joined_by=cast.amina
    )

    with pytest.raises(NamedMeanwhile):
        missing(child)


def test_a_later_notification_may_tell_of_the_same_episode(cast: Cast) -> None:
    episode = missing(cast.kit)
    row = kept(cast, delivered(cast), child=cast.kit, joined_because="name")

    episodes.rest_all([(episode, row)])

    found = episodes.of_references(cast.northshire_police, ["A1", "A2"])
    assert found == {"A1": [episode]}
    assert episodes.seen(cast.northshire_police, ["1", "2"]) == {"1": episode.pk}


# The order of the instants, and how precisely they are known.


@pytest.mark.parametrize("end", ["found", "returned"])
def test_a_child_is_not_found_or_back_before_being_last_seen(cast: Cast, end: str) -> None:
    with pytest.raises(OutOfOrder) as refusal:
        missing(cast.kit, last_seen=NOW - hours(2), **{end: NOW - hours(3)})

    assert refusal.value.field == end


def test_a_child_is_not_found_after_the_return(cast: Cast) -> None:
    episode = missing(cast.kit, found=NOW - hours(4), returned=NOW - hours(3))

    with pytest.raises(OutOfOrder) as refusal:
        episodes.correct(
            episode, "found", exactly(NOW - hours(2)), because="Log", by=cast.amina, at=NOW
        )

    assert refusal.value.field == "returned"
    assert fresh(episode).found_at == NOW - hours(4)
    assert not Correction.objects.exists()


def test_found_after_the_return_is_possible_where_the_times_are_not_exact(cast: Cast) -> None:
    episode = missing(cast.kit, returned=NOW - hours(3))

    episodes.update(
        episode,
        moments={"found": Moment(NOW - hours(2), estimated(90))},
        source="Police",
        by=cast.amina,
        at=NOW,
    )

    assert fresh(episode).found == Moment(NOW - hours(2), estimated(90))


def test_a_return_known_only_as_a_day_may_be_the_day_the_child_was_last_seen(cast: Cast) -> None:
    seen = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
    episode = missing(cast.kit, last_seen=seen)

    episodes.record_return(episode, returned=Moment.on(date(2026, 3, 1)), by=cast.amina, at=NOW)

    back = fresh(episode)
    assert back.returned == Moment.on(date(2026, 3, 1))
    assert (back.ended_on, back.ended_at) == (date(2026, 3, 1), seen)
    # Seventy-two hours from the first and from the last reading of that day.
    assert back.due_at == datetime(2026, 3, 4, tzinfo=UTC)
    assert back.overdue_at == datetime(2026, 3, 5, tzinfo=UTC)


def test_a_return_is_not_the_day_before_the_child_was_last_seen(cast: Cast) -> None:
    episode = missing(cast.kit, last_seen=datetime(2026, 3, 1, 14, 0, tzinfo=UTC))

    with pytest.raises(OutOfOrder):
        episodes.record_return(
            episode, returned=Moment.on(date(2026, 2, 28)), by=cast.amina, at=NOW
        )


def test_a_report_may_come_after_the_child_was_found(cast: Cast) -> None:
    episode = missing(cast.kit, found=NOW - hours(10))

    episodes.update(
        episode,
        moments={"reported": exactly(NOW - hours(2))},
        source="Police",
        by=cast.amina,
        at=NOW,
    )

    assert fresh(episode).reported_at == NOW - hours(2)


def test_an_estimated_return_makes_the_deadline_a_stretch_of_time(cast: Cast) -> None:
    episode = missing(cast.kit)
    back = NOW - hours(10)

    episodes.record_return(episode, returned=Moment(back, estimated(30)), by=cast.amina, at=NOW)

    again = fresh(episode)
    assert again.overdue_at - again.due_at == timedelta(hours=1)
    assert again.standing(back + hours(72)).standing is Standing.INDETERMINATE


def test_found_and_not_known_to_be_back_starts_a_provisional_clock(cast: Cast) -> None:
    episode = missing(cast.kit, found=NOW - hours(10))

    assert episode.is_provisional
    assert episode.due_at == NOW + hours(62)
    assert episode.overdue_at is None
    assert fresh(episode).next_step is Step.TAKE_ON


# What is said later: news, blanks, and corrections.


def test_a_blank_never_erases_and_the_same_again_is_no_news(cast: Cast) -> None:
    episode = returned(cast.sky)
    entries = JournalEntry.objects.count()

    changed = episodes.update(
        episode,
        kind=EpisodeKind.MISSING,
        risk=None,
        moments={"found": None, "returned": fresh(episode).returned},
        source="Police",
        by=cast.amina,
        at=NOW,
    )

    assert changed == ()
    assert JournalEntry.objects.count() == entries
    assert fresh(episode).found_at is not None
    assert not Correction.objects.exists()


def test_a_later_row_adds_what_was_not_known(cast: Cast) -> None:
    episode = missing(cast.kit)

    changed = episodes.update(
        episode,
        risk=RiskGrade.HIGH,
        moments={"found": exactly(NOW - hours(1))},
        source="Northshire Police",
        by=cast.amina,
        at=NOW,
    )

    again = fresh(episode)
    assert changed == ("found", "risk")
    assert (again.found_at, again.found_source) == (NOW - hours(1), "Northshire Police")
    assert last_act() == act("update episode", episode, cast.amina, NOW, cast.kit.pk)
    assert not Correction.objects.exists()
    codes = Classification.objects.filter(episode=episode, axis="risk").order_by("pk")
    assert list(codes.values_list("code", flat=True)) == ["medium", "high"]
    assert episodes.last_said(episode, "risk", source="Northshire Police") == "high"
    assert episodes.last_said(episode, "risk", source="Somebody else") is None


def test_a_correction_keeps_the_old_value_its_precision_its_source_and_the_reason(
    cast: Cast,
) -> None:
    episode = returned(cast.sky, hours_ago=10)

    episodes.correct(
        episode,
        "returned",
        Moment(NOW - hours(9), estimated(15)),
        because="The carer's log",
        by=cast.amina,
        at=NOW,
    )

    old = Correction.objects.newest_first().get()
    assert (old.instant, old.was_at, old.was_precision, old.was_source) == (
        "returned",
        NOW - hours(10),
        "exact",
        "Northshire Police",
    )
    assert (old.replaced_by, old.replaced_at, old.because) == (cast.amina, NOW, "The carer's log")
    again = fresh(episode)
    assert again.returned == Moment(NOW - hours(9), estimated(15))
    assert again.returned_source == "Amina Yusuf"
    was = exactly(NOW - hours(10))
    assert episodes.was_put_right(again, "returned", was, source="Northshire Police")
    assert not episodes.was_put_right(again, "returned", was, source="Amina Yusuf")


def test_a_correction_says_why_and_says_something_new(cast: Cast) -> None:
    episode = returned(cast.sky)
    again = fresh(episode)

    with pytest.raises(ReasonMissing):
        episodes.correct(episode, "returned", exactly(NOW), because="  ", by=cast.amina, at=NOW)
    with pytest.raises(NothingNew):
        episodes.correct(episode, "returned", again.returned, because="Log", by=cast.amina, at=NOW)


@pytest.mark.parametrize("name", ["returned", "found"])
def test_a_time_still_to_come_is_not_recorded(cast: Cast, name: str) -> None:
    episode = missing(cast.kit)
    times = {"returned": exactly(NOW)} | {name: exactly(NOW + hours(1))}

    with pytest.raises(OutOfOrder) as refusal:
        episodes.record_return(episode, **times, by=cast.amina, at=NOW)

    assert refusal.value.field == name
    with pytest.raises(OutOfOrder):
        episodes.correct(episode, name, exactly(NOW + DAY), because="x", by=cast.amina, at=NOW)


def test_a_day_that_has_begun_is_not_still_to_come(cast: Cast) -> None:
    episode = missing(cast.kit)

    episodes.record_return(episode, returned=Moment(NOW, DATE_ONLY), by=cast.amina, at=NOW)

    assert fresh(episode).returned_at is not None


def test_a_return_is_recorded_with_who_said_so(cast: Cast) -> None:
    episode = missing(cast.kit)

    back = episodes.record_return(
        episode,
        returned=exactly(NOW - hours(2)),
        found=exactly(NOW - hours(3)),
        by=cast.amina,
        at=NOW,
    )

    assert (back.returned_at, back.returned_source) == (NOW - hours(2), "Amina Yusuf")
    assert back.found_at == NOW - hours(3)
    assert back.due_at == NOW + hours(70)
    assert last_act() == act("update episode", episode, cast.amina, NOW, cast.kit.pk)


def test_another_return_is_a_correction_and_says_why(cast: Cast) -> None:
    episode = returned(cast.sky)

    with pytest.raises(AlreadyReturned):
        episodes.record_return(episode, returned=exactly(NOW), by=cast.amina, at=NOW)
    episodes.record_return(
        episode, returned=exactly(NOW), because="He left again", by=cast.amina, at=NOW
    )

    assert Correction.objects.get().because == "He left again"


def test_a_return_put_right_after_the_interview_moves_its_standing(cast: Cast) -> None:
    episode = returned(cast.sky, hours_ago=60)
    held(episode, interviewer=cast.ines, by=cast.amina)
    assert fresh(episode).timeliness == Standing.IN_TIME

    episodes.correct(
        fresh(episode),
        "found",
        exactly(NOW - hours(71)),
        because="Log",
        by=cast.amina,
        at=NOW + hours(9),
    )
    episodes.correct(
        fresh(episode),
        "returned",
        exactly(NOW - hours(70)),
        because="Log",
        by=cast.amina,
        at=NOW + hours(9),
    )

    assert fresh(episode).timeliness == Standing.LATE


# Who answers for it.


def test_taking_on_makes_somebody_answer_for_it(cast: Cast) -> None:
    episode = returned(cast.sky)

    episodes.take_on(episode, by=cast.amina, at=NOW)

    assert (fresh(episode).owner, fresh(episode).owned_since) == (cast.amina, NOW)
    assert last_act() == act("assign episode", episode, cast.amina, NOW, cast.sky.pk)
    episodes.take_on(episode, by=cast.amina, at=NOW)


def test_whoever_is_second_hears_who_was_first(cast: Cast) -> None:
    episode = returned(cast.sky)
    episodes.take_on(episode, by=cast.amina, at=NOW)

    with pytest.raises(AlreadyTakenOn, match="Amina Yusuf"):
        episodes.take_on(episode, by=cast.mara, at=NOW)

    assert fresh(episode).owner == cast.amina


def test_an_episode_is_given_to_another_and_given_back(cast: Cast) -> None:
    episode = returned(cast.sky)

    episodes.assign(episode, cast.ines, by=cast.mara, at=NOW)
    assert fresh(episode).owner == cast.ines

    episodes.assign(episode, None, by=cast.mara, at=NOW)
    assert (fresh(episode).owner, fresh(episode).owned_since) == (None, None)
    assert last_act() == act("give back episode", episode, cast.mara, NOW, cast.sky.pk)


@pytest.mark.parametrize("name", ["wes", "owen", "pat", "ana", "adi"])
def test_an_episode_is_not_given_to_somebody_who_does_not_work_for_it(
    cast: Cast, name: str
) -> None:
    episode = returned(cast.sky)

    with pytest.raises(NotTheirChild) as refusal:
        episodes.assign(episode, getattr(cast, name), by=cast.mara, at=NOW)

    assert refusal.value.field == "owner"


def test_all_of_an_absent_workers_unfinished_episodes_go_to_another_at_once(cast: Cast) -> None:
    mine, other, done = returned(cast.sky), returned(cast.kit), returned(cast.robin)
    for episode in (mine, done):
        episodes.assign(episode, cast.amina, by=cast.mara, at=NOW)
    episodes.assign(other, cast.sol, by=cast.mara, at=NOW)
    episodes.void(done, because="Not missing", by=cast.mara, at=NOW)

    moved = episodes.reassign_all(cast.amina, cast.ines, by=cast.mara, at=NOW + hours(1))

    assert moved == 1
    owners = [fresh(episode).owner for episode in (mine, other, done)]
    assert owners == [cast.ines, cast.sol, cast.amina]
    assert last_act() == act("assign episode", mine, cast.mara, NOW + hours(1), cast.sky.pk)


def test_nobody_reassigns_what_they_may_not_see(cast: Cast) -> None:
    episode = returned(cast.sky)
    episodes.assign(episode, cast.amina, by=cast.mara, at=NOW)

    for name in ("owen", "wes", "pat"):
        assert episodes.reassign_all(cast.amina, None, by=getattr(cast, name), at=NOW) == 0

    assert fresh(episode).owner == cast.amina


def test_an_absent_workers_episodes_are_not_given_to_somebody_who_cannot_see_them(
    cast: Cast,
) -> None:
    theirs, mine = returned(cast.robin), returned(cast.sky)
    for episode in (theirs, mine):
        episodes.assign(episode, cast.amina, by=cast.mara, at=NOW)

    with pytest.raises(NotTheirChild):
        episodes.reassign_all(cast.amina, cast.pat, by=cast.mara, at=NOW)

    assert fresh(theirs).owner == cast.amina


def test_all_of_an_absent_workers_episodes_can_be_given_back_to_everybody(cast: Cast) -> None:
    episode = returned(cast.sky)
    episodes.assign(episode, cast.amina, by=cast.mara, at=NOW)

    assert episodes.reassign_all(cast.amina, None, by=cast.mara, at=NOW) == 1

    assert fresh(episode).owner is None
    assert fresh(episode).next_step is Step.TAKE_ON


# Since when nobody answers for it.


def test_an_episode_waits_for_an_answer_from_when_its_end_was_told(cast: Cast) -> None:
    told_at_once = returned(cast.sky)
    told_later = missing(cast.kit)
    assert fresh(told_later).unanswered_since is None

    episodes.record_return(
        told_later, returned=exactly(NOW + hours(1)), by=cast.amina, at=NOW + hours(5)
    )

    assert fresh(told_at_once).unanswered_since == NOW
    assert fresh(told_later).unanswered_since == NOW + hours(5)


def test_a_return_put_right_does_not_begin_the_wait_anew(cast: Cast) -> None:
    episode = returned(cast.sky)

    episodes.correct(
        episode,
        "returned",
        exactly(NOW - hours(9)),
        because="Log",
        by=cast.amina,
        at=NOW + hours(1),
    )

    assert fresh(episode).unanswered_since == NOW


def test_a_child_still_missing_waits_for_an_answer_only_at_high_risk(cast: Cast) -> None:
    episode = missing(cast.sky)
    for grade, at, since in (
        (RiskGrade.HIGH, NOW + hours(1), NOW + hours(1)),
        (RiskGrade.LOW, NOW + hours(2), None),
    ):
        episodes.update(episode, risk=grade, moments={}, source="Police", by=cast.amina, at=at)

        assert fresh(episode).unanswered_since == since


def test_taking_on_ends_the_wait_and_giving_back_begins_it_anew(cast: Cast) -> None:
    episode = returned(cast.sky)

    episodes.take_on(episode, by=cast.amina, at=NOW + hours(1))
    assert fresh(episode).unanswered_since is None

    episodes.reassign_all(cast.amina, None, by=cast.mara, at=NOW + hours(2))
    assert fresh(episode).unanswered_since == NOW + hours(2)

    episodes.void(fresh(episode), because="At school", by=cast.amina, at=NOW + hours(3))
    assert fresh(episode).unanswered_since is None


def test_another_council_is_asked_from_when_it_became_its_own(cast: Cast) -> None:
    episode = returned(cast.kit)

    episodes.hand_to(episode, responsible_authority=cast.eastmoor, at=NOW + hours(6))

    assert fresh(episode).unanswered_since == NOW + hours(6)


def test_the_database_refuses_an_owner_of_what_nobody_answers(cast: Cast) -> None:
    returned(cast.sky)

    with refused_by("an_unanswered_episode_has_no_owner"):
        Episode.objects.update(owner=cast.amina, owned_since=NOW)


# Recorded in error.


def test_what_was_recorded_in_error_is_kept_and_no_longer_counts(cast: Cast) -> None:
    episode = returned(cast.sky)

    episodes.void(episode, because="At school all day", by=cast.amina, at=NOW + hours(1))

    gone = fresh(episode)
    assert gone.is_voided
    assert gone.is_settled
    assert gone.counts is None
    assert gone not in Episode.objects.counted()
    assert (gone.voided_by, gone.voided_because) == (cast.amina, "At school all day")
    assert last_act() == act("void episode", episode, cast.amina, NOW + hours(1), cast.sky.pk)


def test_voiding_says_why_and_happens_once(cast: Cast) -> None:
    episode = returned(cast.sky)

    with pytest.raises(ReasonMissing):
        episodes.void(episode, because=" ", by=cast.amina, at=NOW)
    episodes.void(episode, because="At school", by=cast.amina, at=NOW)
    with pytest.raises(AlreadyVoided):
        episodes.void(episode, because="At school", by=cast.amina, at=NOW)


def test_nothing_is_done_any_more_for_an_episode_recorded_in_error(cast: Cast) -> None:
    episode = returned(cast.sky)
    episodes.void(episode, because="At school", by=cast.amina, at=NOW)

    with pytest.raises(AlreadyVoided):
        episodes.take_on(episode, by=cast.amina, at=NOW)
    with pytest.raises(AlreadyVoided):
        episodes.assign(episode, cast.ines, by=cast.amina, at=NOW)
    with pytest.raises(AlreadyVoided):
        episodes.record_return(episode, returned=exactly(NOW), by=cast.amina, at=NOW)
    with pytest.raises(AlreadyVoided):
        episodes.correct(episode, "found", exactly(NOW - DAY), because="x", by=cast.amina, at=NOW)


def test_nobody_waits_for_a_child_whose_episode_was_recorded_in_error(cast: Cast) -> None:
    episode = returned(cast.sky)
    booked(episode, interviewer=cast.ines, by=cast.amina)

    with pytest.raises(StillBooked):
        episodes.void(episode, because="At school", by=cast.amina, at=NOW)


# Settled, and open again.


def test_a_childs_no_settles_and_a_later_offer_opens_it_again(cast: Cast) -> None:
    episode = returned(cast.sky)
    offer = offered(episode, by=cast.amina)

    offers.answer(
        offer,
        Answer.DECLINED,
        declined_by=DeclinedBy.CHILD,
        reason="Does not want to",
        by=cast.amina,
        at=NOW + hours(1),
    )
    asked_after_no(episode, by=cast.amina, at=NOW + hours(1))
    assert fresh(episode).settled_at == NOW + hours(1)

    offered(episode, by=cast.amina, at=NOW + hours(2))
    assert fresh(episode).settled_at is None
    assert fresh(episode).next_step is Step.ANSWER


# What the database itself refuses.


def test_the_database_refuses_an_episode_without_a_beginning(cast: Cast) -> None:
    episode = missing(cast.kit)

    with refused_by("an_episode_was_last_seen_or_reported"):
        Episode.objects.filter(pk=episode.pk).update(last_seen_at=None, last_seen_precision="")


@pytest.mark.parametrize(
    "constraint",
    [
        "last_seen_has_a_precision",
        "reported_has_a_precision",
        "found_has_a_precision",
        "returned_has_a_precision",
    ],
)
def test_the_database_refuses_an_instant_without_its_precision(cast: Cast, constraint: str) -> None:
    episode, name = returned(cast.kit), constraint.removesuffix("_has_a_precision")
    Episode.objects.filter(pk=episode.pk).update(reported_at=NOW, reported_precision="exact")

    for precision in ("", "about", "estimated:"):
        with refused_by(constraint):
            Episode.objects.filter(pk=episode.pk).update(**{f"{name}_precision": precision})


def test_the_database_refuses_an_episode_that_ends_before_it_begins(cast: Cast) -> None:
    episode = returned(cast.kit)

    with refused_by("an_episode_ends_after_it_began"):
        Episode.objects.filter(pk=episode.pk).update(ended_at=F("started_at") - hours(1))
    with refused_by("an_episode_ends_after_it_began"):
        Episode.objects.filter(pk=episode.pk).update(ended_at=None)


def test_the_database_refuses_a_voiding_by_nobody_or_for_no_reason(cast: Cast) -> None:
    episode = returned(cast.kit)

    with refused_by("a_voiding_has_time_person_and_reason"):
        Episode.objects.filter(pk=episode.pk).update(voided_at=NOW, voided_because="x")
    with refused_by("a_voiding_has_time_person_and_reason"):
        Episode.objects.filter(pk=episode.pk).update(voided_at=NOW, voided_by=cast.amina)


def test_the_database_refuses_an_owner_since_never(cast: Cast) -> None:
    episode = returned(cast.kit)

    with refused_by("an_owner_has_a_since"):
        Episode.objects.filter(pk=episode.pk).update(owner=cast.amina)


def test_the_database_refuses_an_answer_given_at_no_time(cast: Cast) -> None:
    episode = returned(cast.kit)

    with refused_by("an_episode_answer_has_a_time"):
        Episode.objects.filter(pk=episode.pk).update(answer="accepted")


def test_the_database_refuses_a_no_that_is_nobodys(cast: Cast) -> None:
    episode = returned(cast.kit)

    with refused_by("an_episode_no_says_whose_it_was"):
        Episode.objects.filter(pk=episode.pk).update(answer="declined", answered_at=NOW)
    with refused_by("an_episode_no_says_whose_it_was"):
        Episode.objects.filter(pk=episode.pk).update(declined_by="child")


def test_the_database_refuses_an_interview_signed_and_not_held_or_held_and_still_booked(
    cast: Cast,
) -> None:
    episode = returned(cast.kit)

    for wrong in (
        {"signed_at": NOW},
        {"held_at": NOW},
        {"held_at": NOW, "held_precision": "exact", "booked_for": NOW},
    ):
        with refused_by("an_episode_is_booked_then_held_then_signed"):
            Episode.objects.filter(pk=episode.pk).update(**wrong)


def test_the_database_refuses_a_third_axis_of_classification(cast: Cast) -> None:
    episode = returned(cast.kit)

    with refused_by("two_axes_of_classification"):
        episode.classifications.update(axis="absent")


def test_the_database_lets_a_notification_tell_of_one_episode_only(cast: Cast) -> None:
    row = kept(cast, delivered(cast), child=cast.kit, joined_because="name")
    episodes.rest_all([(returned(cast.kit), row)])

    with refused_by("casework_basis_notification_id_key"):
        Basis.objects.create(episode=missing(cast.sky), notification=Notification.objects.get())


def test_an_episode_with_an_interview_is_never_deleted(cast: Cast) -> None:
    episode = returned(cast.sky)
    held(episode, interviewer=cast.ines, by=cast.amina)

    with refused_by("foreign key"), connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("delete from casework_episode where id = %s", [episode.pk])
