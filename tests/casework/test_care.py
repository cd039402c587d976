"""Facts of care and home: what they bring about, what is refused, and what stays a doubt."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import F

from returnhome.casework import care, children, handovers, staff
from returnhome.casework.care import Told, Where
from returnhome.casework.children import Circumstances, circumstances
from returnhome.casework.models import (
    Address,
    Authority,
    CarePeriod,
    Child,
    Doubt,
    FormerFact,
    HandOver,
    Interview,
    Organisation,
    Placement,
    PlacementNotice,
    Succession,
)
from returnhome.rules import Blocked, caring
from returnhome.rules.access import Verb
from returnhome.rules.caring import About, Finding, NoticeKind
from returnhome.rules.codes import BirthDatePrecision, Cohort, HandOverKind, Role
from returnhome.rules.responsibility import Flag, Reply
from tests.casework.ledger import COUNCIL, NOBODY, act, fresh, last_act, refused_by, who_sees
from tests.casework.test_children import stranger
from tests.cast import NOW, Cast, missing, returned, signed

TODAY = NOW.date()
MONTH_AGO, WEEK_AGO = TODAY - timedelta(days=30), TODAY - timedelta(days=7)
TOMORROW = TODAY + timedelta(days=1)
OFFICE_HAND = COUNCIL - {"ines"}


def looked_after(cast: Cast, authority: Authority, child: Child | None = None, **days: Any) -> Any:
    days = {"since": WEEK_AGO} | days
    return care.look_after(child or cast.sky, authority, **days, by=cast.amina, at=NOW)


def place(cast: Cast, authority: Authority | None, child: Child | None = None, **more: Any) -> Any:
    days = {name: more.pop(name, None) for name in ("since", "until")}
    days["since"] = days["since"] or WEEK_AGO
    where = Where(authority, **more)
    return care.place(child or cast.sky, where, **days, by=cast.amina, at=NOW)


def lives_at(cast: Cast, child: Child, authority: Authority, **days: Any) -> Any:
    days = {"since": WEEK_AGO} | days
    return care.live_at(child, Where(authority), **days, by=cast.amina, at=NOW)


def elsewhere(cast: Cast) -> Authority:
    """A council that is not on the system."""
    return Authority.objects.create(name="Farshire", nation="England", region="Invented")


def ended(cast: Cast) -> Authority:
    """Oldshire, which became part of Eastmoor."""
    gone = Authority.objects.create(
        name="Oldshire", nation="England", region="Invented", until=date(2025, 3, 31)
    )
    Succession.objects.create(predecessor=gone, successor=cast.eastmoor)
    return gone


# A move.


def test_a_move_ends_the_placement_before_on_the_day_before_and_keeps_it(cast: Cast) -> None:
    before = cast.sky.placements.get()

    made = place(cast, cast.eastmoor, since=WEEK_AGO)

    assert fresh(before).until == WEEK_AGO - timedelta(days=1)
    assert (made.row.since, made.row.until) == (WEEK_AGO, None)
    assert circumstances(cast.sky, MONTH_AGO).placed_in == cast.westborough
    assert circumstances(cast.sky, TODAY).placed_in == cast.eastmoor
    assert last_act() == act("record placement", made.row, cast.amina, NOW, cast.sky.pk)


def test_another_council_now_looks_after_the_child_and_the_care_before_is_kept(cast: Cast) -> None:
    before = cast.sky.care_periods.get()

    made = looked_after(cast, cast.westborough)

    assert fresh(before).until == WEEK_AGO - timedelta(days=1)
    assert circumstances(cast.sky, TODAY).looked_after_by == cast.westborough
    assert last_act() == act("record care", made.row, cast.amina, NOW, cast.sky.pk)


def test_a_child_who_came_home_is_looked_after_and_placed_no_more(cast: Cast) -> None:
    care.end_care(
        cast.sky,
        until=WEEK_AGO,
        home=Where(cast.northshire, "NS1 1AA"),
        by=cast.amina,
        at=NOW,
    )

    assert cast.sky.care_periods.get().until == WEEK_AGO
    assert cast.sky.placements.get().until == WEEK_AGO
    assert circumstances(cast.sky, TODAY) == Circumstances(None, None, cast.northshire)
    assert cast.sky.host_authority is None
    assert who_sees(cast.sky) == COUNCIL
    assert last_act()[0] == "end care"


def test_a_placement_can_end_before_anybody_knows_the_next_one(cast: Cast) -> None:
    care.end_placement(cast.sky, until=WEEK_AGO, by=cast.amina, at=NOW)

    episode = missing(cast.sky)
    assert Flag.PLACEMENT_UNKNOWN in episode.flags
    assert episode.responsible_authority == cast.northshire
    assert last_act()[0] == "open episode"


def test_a_home_moves_as_a_placement_does(cast: Cast) -> None:
    lives_at(cast, cast.kit, cast.eastmoor)

    assert circumstances(cast.kit, MONTH_AGO).lives_in == cast.northshire
    assert circumstances(cast.kit, TODAY).lives_in == cast.eastmoor
    assert last_act()[0] == "record home"


def test_an_area_is_found_by_its_postcode(cast: Cast) -> None:
    made = place(cast, None, postcode="em1 1aa")

    assert made.row.authority == cast.eastmoor
    assert made.row.postcode == "EM11AA"


def test_a_protected_address_is_sealed_with_its_postcode(cast: Cast) -> None:
    made = place(cast, None, postcode="EM1 1AA", address="7 Quiet Lane", is_protected=True)

    row = fresh(made.row)
    assert (row.authority, row.postcode) == (cast.eastmoor, "")
    assert row.address == "7 Quiet Lane\nEM1 1AA"
    lives = care.live_at(
        cast.kit,
        Where(cast.northshire, "NS1 1AA", "1 High Street", is_protected=True),
        since=WEEK_AGO,
        by=cast.amina,
        at=NOW,
    )
    assert fresh(lives.row).postcode == ""
    assert fresh(lives.row).line == "1 High Street\nNS1 1AA"


# Bad input: each a named reason.


def test_a_placement_that_ends_before_it_starts_is_refused(cast: Cast) -> None:
    with pytest.raises(caring.EndsBeforeItStarts):
        place(cast, cast.eastmoor, since=WEEK_AGO, until=MONTH_AGO)
    Placement.objects.filter(child=cast.sky).update(since=WEEK_AGO)
    with pytest.raises(caring.EndsBeforeItStarts):
        care.end_placement(cast.sky, until=MONTH_AGO, by=cast.amina, at=NOW)


def test_two_placements_at_once_are_refused(cast: Cast) -> None:
    Placement.objects.filter(child=cast.sky).update(since=WEEK_AGO)

    with pytest.raises(caring.TwoPlacements, match="On record: placed in Westborough, WB1 1AA"):
        place(cast, cast.eastmoor, since=MONTH_AGO)

    assert cast.sky.placements.count() == 1


def test_a_council_that_no_longer_exists_is_refused_and_its_successor_named(cast: Cast) -> None:
    gone = ended(cast)

    for refused in (
        lambda: looked_after(cast, gone),
        lambda: place(cast, gone),
        lambda: lives_at(cast, cast.kit, gone),
    ):
        with pytest.raises(caring.CouncilEnded, match="Its area is now that of Eastmoor: name it"):
            refused()


def test_care_by_a_council_while_it_existed_can_still_be_recorded(cast: Cast) -> None:
    made = looked_after(
        cast, ended(cast), cast.kit, since=date(2020, 1, 1), until=date(2025, 3, 31)
    )

    assert made.row.authority.name == "Oldshire"


def test_a_child_looked_after_by_two_councils_is_refused(cast: Cast) -> None:
    CarePeriod.objects.filter(child=cast.sky).update(since=WEEK_AGO)

    with pytest.raises(caring.TwoCouncils, match="On record: looked after by Northshire"):
        looked_after(cast, cast.westborough, since=MONTH_AGO)


def test_a_council_that_looks_after_the_child_already_is_no_news(cast: Cast) -> None:
    with pytest.raises(caring.NothingNew):
        looked_after(cast, cast.northshire)


def test_a_placement_of_a_child_nobody_looks_after_is_refused(cast: Cast) -> None:
    with pytest.raises(caring.NobodyLooksAfter):
        place(cast, cast.westborough, cast.kit)

    assert not cast.kit.placements.exists()


def test_a_day_in_the_future_is_refused_wherever_it_stands(cast: Cast) -> None:
    by_at: dict[str, Any] = {"by": cast.amina, "at": NOW}
    for refused in (
        lambda: looked_after(cast, cast.westborough, since=TOMORROW),
        lambda: place(cast, cast.eastmoor, since=TOMORROW),
        lambda: lives_at(cast, cast.kit, cast.eastmoor, since=TOMORROW),
        lambda: care.end_care(cast.sky, until=TOMORROW, **by_at),
        lambda: care.end_placement(cast.sky, until=TOMORROW, **by_at),
        lambda: care.set_birth_date(cast.kit, TOMORROW, because="x", **by_at),
    ):
        with pytest.raises(caring.InTheFuture):
            refused()


def test_what_does_not_go_on_cannot_end(cast: Cast) -> None:
    with pytest.raises(caring.NotLookedAfter):
        care.end_care(cast.kit, until=TODAY, by=cast.amina, at=NOW)
    with pytest.raises(caring.NotPlaced):
        care.end_placement(cast.kit, until=TODAY, by=cast.amina, at=NOW)


def test_a_place_needs_an_area_and_the_area_of_its_postcode(cast: Cast) -> None:
    with pytest.raises(caring.AreaMissing):
        place(cast, None, postcode="ZZ9 9ZZ")
    with pytest.raises(caring.AreaDiffers, match="in Westborough, not in Eastmoor"):
        place(cast, cast.eastmoor, postcode="WB1 1AA")


def test_a_child_not_named_yet_is_named_first(cast: Cast) -> None:
    with pytest.raises(caring.NotNamedYet):
        looked_after(cast, cast.northshire, stranger(cast))


def test_a_refusal_half_way_leaves_nothing_behind(cast: Cast) -> None:
    with pytest.raises(caring.AreaMissing):
        care.end_care(cast.sky, until=WEEK_AGO, home=Where(), by=cast.amina, at=NOW)

    assert cast.sky.care_periods.get().until is None
    assert cast.sky.placements.get().until is None


# Who must act, by the facts.


def test_another_council_that_looks_after_the_child_is_asked_and_until_then_ours_acts(
    cast: Cast,
) -> None:
    episode = returned(cast.kit)

    made = looked_after(cast, cast.westborough, cast.kit, since=TODAY)

    (asked,) = made.asked
    assert (asked.kind, asked.to_authority) == (HandOverKind.DUTY, cast.westborough)
    assert asked.looked_after_since == TODAY
    assert fresh(episode).responsible_authority == cast.northshire
    assert cast.kit.responsible_authority == cast.northshire

    handovers.answer(asked, Reply.ACCEPTED, by=cast.wes, at=NOW)

    assert fresh(episode).responsible_authority == cast.westborough
    assert cast.kit.responsible_authority == cast.westborough
    assert fresh(episode).counted_under == cast.northshire


def test_access_follows_responsibility_and_not_the_place_of_stay(cast: Cast) -> None:
    """SORMAS, issue: a stay entered elsewhere moved the whole record to that place."""
    interview = signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    account = Interview.objects.account_visible_to

    place(cast, cast.eastmoor)

    episode = missing(cast.sky, last_seen=NOW)
    assert cast.sky.responsible_authority == cast.northshire
    assert episode.responsible_authority == cast.northshire
    assert who_sees(cast.sky.placements.order_by("-pk")[0]) == COUNCIL | {"owen"}
    assert not episode.allows(cast.owen, Verb.OFFER)
    assert not episode.allows(cast.owen, Verb.PLACE)
    for host in (cast.owen, cast.wes):
        assert interview not in account(host)
    assert interview in account(cast.mara)


def test_a_placement_that_has_ended_gives_its_host_no_sight_of_where_the_child_is(
    cast: Cast,
) -> None:
    assert who_sees(cast.sky) == COUNCIL | {"wes"}

    place(cast, cast.eastmoor)

    assert who_sees(cast.sky) == COUNCIL | {"owen"}


def test_the_place_of_stay_is_never_filled_in_by_itself(cast: Cast) -> None:
    """SORMAS, issue: the place of stay was taken from the user's or the case's own area."""
    made = looked_after(cast, cast.northshire, cast.kit)

    assert not cast.kit.placements.exists()
    assert circumstances(cast.kit, TODAY).placed_in is None
    assert made.asked == []
    episode = missing(cast.kit)
    assert episode.cohort == Cohort.UNKNOWN
    assert Flag.PLACEMENT_UNKNOWN in episode.flags
    assert episode.responsible_authority == cast.northshire
    assert episode.host_authority is None


def test_a_move_between_councils_leaves_the_placement_where_it_was(cast: Cast) -> None:
    looked_after(cast, cast.eastmoor)

    assert cast.sky.placements.get().until is None
    assert circumstances(cast.sky, TODAY).placed_in == cast.westborough


def test_a_task_goes_by_itself_once_the_fact_is_recorded(cast: Cast) -> None:
    Placement.objects.filter(child=cast.sky).delete()
    episode = missing(cast.sky)
    assert Flag.PLACEMENT_UNKNOWN in episode.flags

    place(cast, cast.westborough, since=MONTH_AGO)

    assert fresh(episode).flags == []
    assert fresh(episode).host_authority == cast.westborough
    assert fresh(episode).cohort == Cohort.LOOKED_AFTER_OUT_OF_AREA


def test_a_placement_since_the_start_leaves_the_count_as_it_was(cast: Cast) -> None:
    episode = missing(cast.sky)

    place(cast, cast.eastmoor, since=TODAY)

    assert fresh(episode).host_authority == cast.westborough


def test_facts_that_name_nobody_still_leave_somebody_who_acts(cast: Cast) -> None:
    episode = returned(cast.sky)
    care.end_care(cast.sky, until=MONTH_AGO, by=cast.amina, at=NOW)

    again = fresh(episode)
    assert again.responsible_authority == cast.northshire
    assert Flag.PROVISIONAL in again.flags


def test_a_birth_date_settles_the_age_and_keeps_the_one_before(cast: Cast) -> None:
    Child.objects.filter(pk=cast.kit.pk).update(born_on=None, born_precision="unknown")
    episode = returned(cast.kit)
    assert Flag.AGE_UNKNOWN in episode.flags

    care.set_birth_date(cast.kit, date(2011, 1, 2), by=cast.amina, at=NOW)
    assert fresh(episode).flags == []
    assert not FormerFact.objects.exists()
    assert last_act() == act("record birth date", cast.kit, cast.amina, NOW, cast.kit.pk)

    with pytest.raises(caring.ReasonMissing):
        care.set_birth_date(cast.kit, date(2008, 1, 2), by=cast.amina, at=NOW)
    care.set_birth_date(
        cast.kit,
        date(2008, 1, 2),
        precision=BirthDatePrecision.ESTIMATED,
        because="The age assessment",
        by=cast.amina,
        at=NOW,
    )

    assert fresh(episode).offer_kind == "adult_pathway"
    assert FormerFact.objects.get().was == "born on 2 January 2011 (known)"


# The record follows when nothing is owed any more.


def test_the_record_passes_on_once_nothing_is_owed(cast: Cast) -> None:
    looked_after(cast, cast.westborough)

    care.pass_on(cast.sky, by=cast.amina, at=NOW)

    assert cast.sky.responsible_authority == cast.westborough
    assert cast.sky.host_authority is None
    assert who_sees(cast.sky) == {"wes"}
    with pytest.raises(caring.IsTheirsAlready):
        care.pass_on(cast.sky, by=cast.wes, at=NOW)


def test_whoever_takes_the_child_over_has_a_host_where_it_is_placed(cast: Cast) -> None:
    looked_after(cast, cast.eastmoor)

    care.pass_on(cast.sky, by=cast.amina, at=NOW)

    assert cast.sky.responsible_authority == cast.eastmoor
    assert cast.sky.host_authority == cast.westborough


def test_the_record_stays_while_an_episode_is_owed(cast: Cast) -> None:
    returned(cast.sky)
    looked_after(cast, cast.westborough, since=TODAY)

    with pytest.raises(caring.StillOwed):
        care.pass_on(cast.sky, by=cast.amina, at=NOW)


# Doubts.


def doubted(cast: Cast, about: About = About.PLACEMENT, child: Child | None = None) -> Doubt:
    return care.doubt(
        child or cast.sky,
        about,
        said="placed in Eastmoor since last week",
        said_by="The aunt",
        by=cast.amina,
        at=NOW,
    )


def test_a_doubt_keeps_what_was_said_and_marks_the_decision(cast: Cast) -> None:
    episode = returned(cast.sky)

    row = doubted(cast)

    assert (fresh(row).said, fresh(row).said_by) == (
        "placed in Eastmoor since last week",
        "The aunt",
    )
    assert Flag.FACTS_IN_CONFLICT in fresh(episode).flags
    assert fresh(episode).responsible_authority == cast.northshire
    assert last_act() == act("doubt placement", row, cast.amina, NOW, cast.sky.pk)
    assert list(Doubt.objects.open().oldest_first()) == [row]


def test_a_new_episode_knows_of_the_doubt_too(cast: Cast) -> None:
    doubted(cast)

    assert Flag.FACTS_IN_CONFLICT in missing(cast.sky).flags
    assert children.with_care([cast.sky.pk])[cast.sky.pk].doubts.all()[0].about == "placement"


def test_a_doubt_about_the_age_leaves_who_must_act_alone(cast: Cast) -> None:
    episode = returned(cast.sky)

    doubted(cast, About.BIRTH_DATE)

    assert fresh(episode).flags == []


def test_a_settled_doubt_marks_nothing_any_more(cast: Cast) -> None:
    episode = returned(cast.sky)
    row = doubted(cast)

    care.settle(row, Finding.RECORD_HOLDS, because="The placement rang back", by=cast.sol, at=NOW)

    assert fresh(episode).flags == []
    assert fresh(row).settled_because == "The placement rang back"
    assert list(Doubt.objects.settled()) == [row]
    assert last_act() == act("settle doubt: record_holds", row, cast.sol, NOW, cast.sky.pk)
    with pytest.raises(caring.SettledAlready):
        care.settle(row, Finding.PUT_RIGHT, because="Again", by=cast.sol, at=NOW)


def test_a_doubt_says_something_and_is_settled_with_a_reason(cast: Cast) -> None:
    with pytest.raises(caring.SaidNothing):
        care.doubt(cast.sky, About.CARE, said=" ", by=cast.amina, at=NOW)
    with pytest.raises(caring.ReasonMissing):
        care.settle(doubted(cast), Finding.PUT_RIGHT, because="", by=cast.amina, at=NOW)


def test_what_was_said_is_for_those_who_record_the_care(cast: Cast) -> None:
    assert who_sees(doubted(cast)) == OFFICE_HAND


def test_the_database_itself_refuses_half_a_settlement_and_a_doubt_about_nothing(
    cast: Cast,
) -> None:
    row = Doubt.objects.filter(pk=doubted(cast).pk)

    with refused_by("a_settled_doubt_has_time_person_and_finding"):
        row.update(settled_at=NOW)
    with refused_by("a_doubt_is_about_care_home_or_age"):
        row.update(about="the weather")


# What a register says against the record.


def test_a_register_that_contradicts_the_record_becomes_a_doubt_and_changes_nothing(
    cast: Cast,
) -> None:
    told = Told(cast.westborough, cast.eastmoor, "EM1 1AA", date(2011, 5, 5))

    sentences = care.compare(cast.sky, told, said_by="register.csv", by=cast.amina, at=NOW)

    assert sentences[0] == (
        "On record: looked after by Northshire. The register says: looked after by Westborough. "
        "Kept as a doubt to be settled"
    )
    assert "placed in Eastmoor, EM1 1AA" in sentences[1]
    assert "WB1" not in sentences[1]
    assert "born on 5 May 2011" in sentences[2]
    assert [each.about for each in Doubt.objects.oldest_first()] == [
        "care",
        "placement",
        "birth_date",
    ]
    assert circumstances(cast.sky, TODAY).looked_after_by == cast.northshire


def test_the_same_register_again_says_nothing_new(cast: Cast) -> None:
    told = Told(None, cast.eastmoor)
    for _ in range(2):
        (sentence,) = care.compare(cast.kit, told, said_by="x.csv", by=cast.amina, at=NOW)
        assert sentence.endswith("Kept as a doubt to be settled")
    row = Doubt.objects.get()
    care.settle(row, Finding.RECORD_HOLDS, because="Rang", by=cast.amina, at=NOW)

    (sentence,) = care.compare(cast.kit, told, said_by="x.csv", by=cast.amina, at=NOW)

    assert sentence.endswith("That was settled before, and the record holds")
    assert not Doubt.objects.open().exists()


def test_a_register_that_agrees_makes_no_doubt(cast: Cast) -> None:
    for child, told in (
        (cast.sky, Told(cast.northshire, cast.westborough, "WB1 1AA", date(2011, 5, 4))),
        (cast.kit, Told(None, cast.northshire, "NS1 1AA")),
    ):
        assert care.compare(child, told, said_by="x.csv", by=cast.amina, at=NOW) == []


def test_another_postcode_in_the_same_area_is_told_without_the_one_on_record(cast: Cast) -> None:
    told = Told(None, cast.northshire, "NS2 2BB")

    (sentence,) = care.compare(cast.kit, told, said_by="x.csv", by=cast.amina, at=NOW)

    assert "lives in Northshire, at another postcode" in sentence
    assert "NS1" not in sentence


# Putting right what was recorded.


def test_days_put_right_keep_the_days_before(cast: Cast) -> None:
    row = place(cast, cast.eastmoor).row
    earlier = WEEK_AGO + timedelta(days=2)

    care.correct(row, since=earlier, until=None, because="The diary", by=cast.amina, at=NOW)

    assert fresh(row).since == earlier
    kept = FormerFact.objects.get()
    assert kept.was == f"placed in Eastmoor since {WEEK_AGO.day} {WEEK_AGO:%B %Y}"
    assert (kept.because, kept.about) == ("The diary", "placement")
    assert who_sees(kept) == OFFICE_HAND
    assert last_act() == act("correct placement", row, cast.amina, NOW, cast.sky.pk)
    assert list(FormerFact.objects.newest_first()) == [kept]


def test_days_put_right_are_held_to_the_same_rules(cast: Cast) -> None:
    row = place(cast, cast.eastmoor).row
    before = WEEK_AGO - timedelta(days=3)
    wanted: tuple[tuple[type[Blocked], dict[str, Any]], ...] = (
        (caring.TwoPlacements, {"since": before, "until": None}),
        (caring.InTheFuture, {"since": WEEK_AGO, "until": TOMORROW}),
        (caring.NothingNew, {"since": WEEK_AGO, "until": None}),
    )

    for blocked, days in wanted:
        with pytest.raises(blocked):
            care.correct(row, **days, because="x", by=cast.amina, at=NOW)
    with pytest.raises(caring.ReasonMissing):
        care.correct(row, since=TODAY, until=None, because=" ", by=cast.amina, at=NOW)


def test_what_was_recorded_in_error_is_taken_out_and_kept(cast: Cast) -> None:
    row = lives_at(cast, cast.kit, cast.eastmoor).row

    care.take_out(row, because="The wrong Kit", by=cast.amina, at=NOW)

    assert not Address.objects.filter(pk=row.pk).exists()
    assert FormerFact.objects.get().was.startswith("lives in Eastmoor since")
    assert last_act() == act("take out home", cast.kit, cast.amina, NOW, cast.kit.pk)
    with pytest.raises(caring.ReasonMissing):
        care.take_out(cast.kit.addresses.get(), because="", by=cast.amina, at=NOW)


def test_care_under_which_a_child_is_placed_is_not_taken_out(cast: Cast) -> None:
    with pytest.raises(caring.NobodyLooksAfter):
        care.take_out(cast.sky.care_periods.get(), because="Error", by=cast.amina, at=NOW)


# Notices to the host.


def notices() -> list[tuple[str, str]]:
    rows = PlacementNotice.objects.oldest_first().select_related("to_authority")
    return [(row.kind, row.to_authority.name) for row in rows]


def test_both_hosts_are_told_of_a_move(cast: Cast) -> None:
    made = place(cast, cast.eastmoor)

    assert notices() == [("ends", "Westborough"), ("begins", "Eastmoor")]
    ending, beginning = made.notices
    assert ending.on == WEEK_AGO - timedelta(days=1)
    assert (beginning.on, beginning.placed_by) == (WEEK_AGO, cast.northshire)
    assert (beginning.sent_at, beginning.sent_by) == (NOW, cast.amina)
    assert who_sees(beginning) == OFFICE_HAND | {"owen"}
    assert who_sees(ending) == OFFICE_HAND | {"wes"}


def test_nobody_is_told_of_a_placement_in_ones_own_area(cast: Cast) -> None:
    assert place(cast, cast.northshire, cast.robin).notices == []


def test_a_host_is_told_when_the_placement_ends_with_the_care(cast: Cast) -> None:
    care.end_care(cast.sky, until=WEEK_AGO, by=cast.amina, at=NOW)

    assert notices() == [("ends", "Westborough")]


def test_the_host_says_that_it_has_seen_a_notice_once(cast: Cast) -> None:
    (_, notice) = place(cast, cast.eastmoor).notices
    assert list(PlacementNotice.objects.told_to(cast.owen).unseen()) == [notice]
    assert notice.is_told_to(cast.owen)
    assert not notice.is_told_to(cast.wes)

    care.see(notice, by=cast.owen, at=NOW)

    assert (fresh(notice).seen_at, fresh(notice).seen_by) == (NOW, cast.owen)
    assert last_act() == act("see placement notice", notice, cast.owen, NOW, cast.sky.pk)
    assert not PlacementNotice.objects.told_to(cast.owen).unseen().exists()
    with pytest.raises(caring.SeenAlready):
        care.see(notice, by=cast.owen, at=NOW)


def test_a_host_that_is_not_on_the_system_is_told_by_our_own_means(cast: Cast) -> None:
    (_, notice) = place(cast, elsewhere(cast)).notices

    assert notice.sent_at is None
    assert who_sees(notice) == OFFICE_HAND
    with pytest.raises(caring.NotSentYet):
        care.see(notice, by=cast.amina, at=NOW)

    care.send(notice, by=cast.amina, at=NOW)

    assert fresh(notice).sent_by == cast.amina
    assert last_act() == act("send placement notice", notice, cast.amina, NOW, cast.sky.pk)
    with pytest.raises(caring.SentAlready):
        care.send(notice, by=cast.amina, at=NOW)


def test_a_council_without_anybody_who_answers_is_told_by_our_own_means(cast: Cast) -> None:
    council = Organisation.objects.get(authority=cast.eastmoor)
    post = council.posts.get(role=Role.COORDINATOR)
    staff.end_post(post, on=TODAY, by=staff.operator(), at=NOW)

    (_, notice) = place(cast, cast.eastmoor).notices

    assert notice.sent_at is None


def test_a_notice_that_was_wrong_is_taken_back(cast: Cast) -> None:
    made = place(cast, cast.eastmoor)

    care.take_out(made.row, because="Never placed there", by=cast.amina, at=NOW)

    last = PlacementNotice.objects.order_by("-pk")[0]
    assert (last.kind, last.to_authority) == (NoticeKind.IN_ERROR, cast.eastmoor)
    assert fresh(made.notices[1]).placement is None


def test_a_notice_that_nobody_has_sent_yet_goes_with_its_placement(cast: Cast) -> None:
    made = place(cast, elsewhere(cast))

    care.take_out(made.row, because="Never placed there", by=cast.amina, at=NOW)

    assert notices() == [("ends", "Westborough")]


def test_an_end_put_right_is_told_too(cast: Cast) -> None:
    row = place(cast, cast.eastmoor).row

    care.correct(row, since=WEEK_AGO, until=TODAY, because="Left", by=cast.amina, at=NOW)
    care.correct(fresh(row), since=WEEK_AGO, until=None, because="No", by=cast.amina, at=NOW)
    care.correct(fresh(row), since=TODAY, until=None, because="Diary", by=cast.amina, at=NOW)

    assert notices()[2:] == [
        ("ends", "Eastmoor"),
        ("in_error", "Eastmoor"),
        ("begins", "Eastmoor"),
    ]


def test_the_database_itself_refuses_a_notice_that_cannot_be(cast: Cast) -> None:
    (_, notice) = place(cast, elsewhere(cast)).notices
    row = PlacementNotice.objects.filter(pk=notice.pk)

    with refused_by("a_notice_sent_has_time_and_person"):
        row.update(sent_at=NOW)
    with refused_by("a_notice_seen_has_time_and_person"):
        row.update(sent_at=NOW, sent_by=cast.amina, seen_at=NOW)
    with refused_by("only_a_notice_that_was_sent_is_seen"):
        row.update(seen_at=NOW, seen_by=cast.amina)
    with refused_by("a_notice_goes_to_another"):
        row.update(to_authority=F("placed_by"))
    with refused_by("a_notice_tells_of_a_beginning_or_an_end"):
        row.update(kind="gossip")


def test_nobody_else_can_tell_that_a_hand_over_or_a_doubt_exists(cast: Cast) -> None:
    returned(cast.kit)
    looked_after(cast, cast.westborough, cast.kit, since=TODAY)

    assert "owen" not in who_sees(HandOver.objects.get())
    assert who_sees(doubted(cast, child=cast.kit)) & {"owen", "wes", "pat"} == NOBODY
