"""What followed an interview: each figure by its parts, and all of them against the rows."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

import pytest
from django.db import transaction

from returnhome.casework import (
    acting,
    care,
    children,
    found_places,
    interviews,
    mentions,
    needs,
    places,
    receiving,
    shares,
)
from returnhome.casework.care import Where
from returnhome.casework.models import (
    Authority,
    Episode,
    HelpOffered,
    HowItWas,
    Interview,
    Mention,
    Need,
    Postcode,
    Share,
)
from returnhome.reporting import figures, helped
from returnhome.reporting.helped import Days, Helped
from returnhome.rules import Blocked, after_the_talk, measures
from returnhome.rules.after_the_talk import (
    BY_COHORT,
    DAYS,
    LOOKED_AFTER,
    MEASURES,
    SAID,
    Far,
    FoundArea,
)
from returnhome.rules.codes import ActionKind, Cohort, EpisodeKind, Means
from returnhome.rules.found_places import FoundIn
from returnhome.rules.found_places import SaidBy as WhoSays
from returnhome.rules.helping import NeedKind, NoHelpReason, NotTakenUpReason
from returnhome.rules.intelligence import PoliceAnswer
from returnhome.rules.measures import ALL, COHORTS, Count
from returnhome.rules.mentioning import MentionKind
from returnhome.rules.sharing import Recipient
from returnhome.rules.standard.parts import SaidBy
from tests.casework.test_history import LIST, brought
from tests.casework.test_row_security import refused
from tests.cast import NOW, Cast, accepted, exactly, held, hours, missing, returned, sign, signed
from tests.reporting.test_figures import VERBS, Story, northshire, whatever_is_done
from tests.sharing import CAR, begun, kept, officer, sent, told_of_a_car

FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)
LATER = NOW + hours(100)
DAY = timedelta(days=1)
QUERIES = 9


def counted(cast: Cast, first: date = FIRST, last: date = LAST) -> Helped:
    return helped.helped(northshire(cast), first, last, now=LATER)


def named(talk: Interview, words: str = "Another school") -> Need:
    how = {"said_by": SaidBy.CHILD, "by": talk.interviewer, "at": LATER}
    return needs.name(talk, NeedKind.SCHOOL, words, **how)


def offer(cast: Cast, need: Need, *, days: int = 0) -> HelpOffered:
    """Help that is offered so many days after the interview."""
    on = NOW.date() + days * DAY
    how = {"what": "A visit", "means": Means.IN_PERSON, "offered_on": on}
    return needs.offer_help(need, **how, by=cast.sol, at=LATER)


@pytest.fixture
def talk(cast: Cast) -> Interview:
    """Sky's, signed off by Ines."""
    return signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)


# Needs, and help.


def test_needs_are_helped_acted_on_left_or_have_nothing_yet(cast: Cast, talk: Interview) -> None:
    offer(cast, named(talk))
    how = {"owner": cast.sol, "due_on": LATER.date(), "by": cast.sol, "at": LATER}
    needs.act(named(talk), ActionKind.OTHER, "Ring the school", **how)
    needs.leave(named(talk), NoHelpReason.NO_LONGER, by=cast.sol, at=LATER)
    named(talk)

    report = counted(cast)

    assert report.count("needs") == Count(4)
    for part in ("help_offered", "action_alone", "no_help", "nothing_yet"):
        assert report.count(part) == Count(1, 4), part
    assert report.count("needs", Cohort.LOOKED_AFTER_OUT_OF_AREA) == Count(4)
    assert report.count("needs", Cohort.HOME) == Count(0)


def test_help_is_taken_up_and_finished_or_not_or_nobody_has_said(
    cast: Cast, talk: Interview
) -> None:
    heard = {"by": cast.sol, "at": LATER}
    needs.note_outcome(offer(cast, named(talk)), "He likes it there", **heard)
    needs.hear(offer(cast, named(talk)), is_taken_up=True, **heard)
    declined = NotTakenUpReason.CHILD_DECLINED
    needs.hear(offer(cast, named(talk)), is_taken_up=False, reason=declined, **heard)
    offer(cast, named(talk))

    report = counted(cast)

    assert report.count("taken_up") == Count(2, 4)
    assert report.count("not_taken_up") == Count(1, 4)
    assert report.count("take_up_not_known") == Count(1, 4)
    assert report.count("finished") == Count(1, 2)
    assert report.count("not_finished") == Count(1, 2)


def test_days_run_from_the_interview_to_the_first_help(cast: Cast, talk: Interview) -> None:
    for days in (0, 2, 4):
        offer(cast, named(talk), days=days)
    again = offer(cast, named(talk), days=1).need
    offer(cast, again, days=3)
    named(talk)

    report = counted(cast)

    assert report.days[ALL] == Days(4, (0.8, 1.5, 2.5))
    rows = {row[:2]: row[2:] for row in report.rows()}
    assert rows[ALL, "days_to_help_median"] == (4, 5, 1.5)


def test_an_interview_that_answers_for_two_episodes_counts_once_with_the_later(
    cast: Cast,
) -> None:
    first, second = returned(cast.kit, hours_ago=60), returned(cast.kit, hours_ago=20)
    Episode.objects.filter(pk=first.pk).update(cohort=Cohort.UNKNOWN)
    talk = twice_held(cast, first, second)
    offer(cast, named(talk))

    report = counted(cast)

    assert report.count("talks") == Count(1)
    assert report.days[ALL] == report.days[Cohort.HOME] == Days(1, (0.0, 0.0, 0.0))
    assert report.count("needs", Cohort.HOME) == Count(1)
    assert report.count("needs", Cohort.UNKNOWN) == Count(0)


def twice_held(cast: Cast, first: Episode, second: Episode) -> Interview:
    accepted(second, by=cast.amina)
    talk = interviews.book(
        [first, second],
        interviewer=cast.ines,
        booked_for=NOW + hours(1),
        place="office",
        mode="in_person",
        by=cast.amina,
        at=NOW,
    )
    return interviews.hold(
        talk, exactly(NOW + hours(2)), is_independent=True, by=cast.ines, at=NOW + hours(3)
    )


# The record.


def test_what_is_signed_off_is_recorded_fully_and_a_draft_is_not(
    cast: Cast, talk: Interview
) -> None:
    held(returned(cast.kit), interviewer=cast.ines, by=cast.amina)

    report = counted(cast)

    assert report.count("recorded_fully") == Count(1, 2)
    assert report.count("record_open") == Count(1, 2)
    assert report.count("record_not_known") == Count(0, 2)


def test_of_an_interview_in_earlier_records_neither_record_nor_sharing_is_known(
    cast: Cast,
) -> None:
    brought(cast, LIST)
    ended = Episode.objects.get(earlier="held").ended_on

    report = counted(cast, ended, ended)

    assert report.count("record_not_known") == Count(1, 1)
    assert report.count("share_not_known") == Count(1, 1)


def test_the_interviews_are_those_that_the_figures_of_uptake_have(cast: Cast) -> None:
    held(returned(cast.robin), interviewer=cast.ines, by=cast.amina)
    twice_held(cast, returned(cast.kit, hours_ago=60), returned(cast.kit, hours_ago=20))

    uptake = figures.uptake(northshire(cast), FIRST, LAST, now=LATER)

    assert counted(cast).number("talks") == 2
    assert uptake.number("held_of_ended") - uptake.number("covered") == 2


def test_outside_the_statutory_duty_they_are_counted_apart(cast: Cast) -> None:
    away = missing(cast.robin, returned=NOW - hours(10), kind=EpisodeKind.AWAY)
    named(held(away, interviewer=cast.ines, by=cast.amina))

    report = counted(cast)

    assert report.number("talks") == report.number("needs") == 0
    assert report.number("talks_apart") == report.number("needs_apart") == 1
    assert report.number("started_apart") == 1


# Sharing.


def test_what_the_police_had_sent_said_they_have_and_told_back(cast: Cast) -> None:
    pia, draft = officer(cast), begun(cast, told_of_a_car(cast), at=LATER)
    share = shares.write(kept(cast, draft, at=LATER), by=cast.ines, at=LATER)

    assert counted(cast).count("shared") == Count(1, 1)
    assert counted(cast).count("shared_with_police") == Count(1, 1)
    assert counted(cast).count("not_acknowledged") == Count(1, 1)
    receiving.acknowledge(share.pk, by=pia, at=LATER)
    line = share.lines.filter(is_in=True).first().pk
    receiving.answer(share.pk, line, PoliceAnswer.KNOWN, by=pia, at=LATER)

    report = counted(cast)

    assert report.count("to_share") == Count(1, 1)
    assert report.count("acknowledged") == Count(1, 1)
    assert report.count("told_back") == Count(1, 1)


def test_what_was_told_of_and_went_to_nobody_is_not_shared_yet_or_decided_so(cast: Cast) -> None:
    episode = told_of_a_car(cast)
    assert counted(cast).count("not_shared_yet") == Count(1, 1)

    shares.leave(episode, Recipient.POLICE, "They know of it", by=cast.ines, at=LATER)

    assert counted(cast).count("left_unshared") == Count(1, 1)
    assert counted(cast).count("not_shared_yet") == Count(0, 1)


def test_a_share_that_was_recalled_is_none(cast: Cast) -> None:
    shares.recall(sent(cast), "The wrong unit", by=cast.ines, at=LATER)

    assert counted(cast).count("not_shared_yet") == Count(1, 1)


def test_what_went_before_the_talk_is_not_of_the_talk(cast: Cast) -> None:
    """It was sent at nine, and the interview was held at one."""
    assert sent(cast).sent_at == NOW < Interview.objects.get().held_at

    assert counted(cast).count("not_shared_yet") == Count(1, 1)


def test_nothing_told_of_is_nothing_to_share_once_it_is_signed_off(
    cast: Cast, talk: Interview
) -> None:
    held(returned(cast.kit), interviewer=cast.ines, by=cast.amina)

    assert counted(cast).count("nothing_to_share") == Count(1, 2)
    assert counted(cast).count("share_not_known") == Count(1, 2)


# Started, and ended.


def test_started_and_ended_are_two_counts_by_two_days(cast: Cast) -> None:
    missing(cast.sky)
    returned(cast.kit, hours_ago=10)
    started = (NOW - hours(30)).date()
    assert started == date(2026, 3, 1)

    on_that_day, next_day = counted(cast, started, started), counted(cast, NOW.date(), NOW.date())

    assert on_that_day.number("started") == 1
    assert on_that_day.count("started_ended_within") == Count(1, 1)
    assert next_day.number("started") == next_day.number("ended_in_period") == 0
    all_days = counted(cast)
    assert all_days.count("started") == Count(2)
    assert all_days.count("started_still_missing") == Count(1, 2)
    assert all_days.count("ended_in_period") == Count(1)
    assert all_days.count("ended_started_within") == Count(1, 1)


def test_ended_is_the_same_as_among_the_figures_of_uptake(cast: Cast, talk: Interview) -> None:
    returned(cast.kit)

    uptake = figures.uptake(northshire(cast), FIRST, LAST, now=LATER)

    for cohort in measures.COHORTS:
        assert counted(cast).number("ended_in_period", cohort) == uptake.number("ended", cohort)


# How far from home.


def on_the_map(code: str, east: int, authority: Authority) -> str:
    """A postcode so many kilometres east of the origin."""
    Postcode.objects.update_or_create(
        code=code, defaults={"authority": authority, "easting": east * 1000, "northing": 0}
    )
    return code


def live_and_be_placed(cast: Cast, km: int) -> None:
    home, there = cast.northshire, cast.westborough
    at_home = Where(home, postcode=on_the_map("NS11AA", 0, home))
    care.live_at(cast.sky, at_home, since=date(2020, 1, 1), by=cast.amina, at=NOW)
    placed = Where(there, postcode=on_the_map("WB12AA", km, there))
    care.place(cast.sky, placed, since=date(2026, 1, 1), by=cast.amina, at=NOW)


@pytest.mark.parametrize(
    ("km", "band"), [(0, Far.NEAR), (8, Far.NEAR), (9, Far.MIDDLE), (32, Far.MIDDLE), (33, Far.FAR)]
)
def test_how_far_from_home_a_looked_after_child_was_placed(cast: Cast, km: int, band: Far) -> None:
    live_and_be_placed(cast, km)
    returned(cast.sky)
    returned(cast.kit)

    report = counted(cast)

    assert report.count("placed") == Count(1)
    assert report.count(f"placed_{band}") == Count(1, 1)
    assert after_the_talk.far(km) is band
    assert report.count("found_where_not_known") == Count(2, 2)


def test_a_protected_address_and_one_that_is_not_on_the_map_are_not_known(cast: Cast) -> None:
    returned(cast.sky)
    returned(cast.robin)

    assert counted(cast).count("placed_unknown") == Count(2, 2)


def test_distances_are_those_that_the_facts_of_a_child_give(cast: Cast) -> None:
    live_and_be_placed(cast, 41)
    early = NOW - timedelta(days=80)
    for at in (NOW, early):
        returned(cast.sky, at=at)
    returned(cast.robin)

    report = counted(cast, date(2025, 1, 1))

    found = dict.fromkeys(Far, 0)
    for episode in Episode.objects.filter(cohort__in=LOOKED_AFTER):
        day, child = episode.started_at.date(), episode.child
        placed = children.standing_on(child.placements.all(), day)
        homes = [each for each in child.addresses.all() if each.since is None or each.since <= day]
        lived = max(homes, key=lambda each: (each.since or date.min, each.pk), default=None)
        km = places.distance_km(placed.postcode, lived.postcode) if placed and lived else None
        found[after_the_talk.far(km)] += 1
    assert {each: report.number(f"placed_{each}") for each in Far} == found
    assert found[Far.FAR] == 1


# Where the child was found.


def found(cast: Cast, episode: Episode, **where: object) -> None:
    how = {"said_by": WhoSays.POLICE, "by": cast.amina, "at": NOW}
    found_places.say(episode, found_places.Where(**where), **how)  # type: ignore[arg-type]


def only(report: Helped, *, far: Far, area: FoundArea, is_known: bool = True) -> None:
    """Of one episode ended: where it was is known or not, one band and one area."""
    said = {"found_where_known": is_known, "found_where_not_known": not is_known}
    said |= {f"found_{each}": each is far for each in Far}
    said |= {f"found_{each}": each is area for each in FoundArea}
    assert {key: report.count(key) for key in said} == {
        key: Count(int(is_so), 1) for key, is_so in said.items()
    }


def test_where_nobody_said_where_the_child_was_found_it_is_not_known_and_not_no(
    cast: Cast,
) -> None:
    returned(cast.kit)

    only(counted(cast), far=Far.UNKNOWN, area=FoundArea.UNKNOWN, is_known=False)


@pytest.mark.parametrize(
    ("km", "band"), [(0, Far.NEAR), (8, Far.NEAR), (9, Far.MIDDLE), (32, Far.MIDDLE), (33, Far.FAR)]
)
def test_how_far_a_child_was_found_from_the_home_they_were_missing_from(
    cast: Cast, km: int, band: Far
) -> None:
    home = Where(cast.northshire, postcode=on_the_map("NS11AA", 0, cast.northshire))
    care.live_at(cast.kit, home, since=date(2020, 1, 1), by=cast.amina, at=NOW)

    found(cast, returned(cast.kit), postcode=on_the_map("NS19ZZ", km, cast.northshire))

    only(counted(cast), far=band, area=FoundArea.OWN)


def test_a_looked_after_child_is_measured_from_the_placement_and_home_is_a_former_area(
    cast: Cast,
) -> None:
    live_and_be_placed(cast, 100)
    episode = returned(cast.sky)
    found(cast, episode, postcode=on_the_map("NS19ZZ", 1, cast.northshire))
    only(counted(cast), far=Far.FAR, area=FoundArea.FORMER)

    found(cast, episode, postcode=on_the_map("WB19ZZ", 101, cast.westborough))

    only(counted(cast), far=Far.NEAR, area=FoundArea.OWN)
    cohort = Cohort.LOOKED_AFTER_OUT_OF_AREA
    assert counted(cast).count("found_own_area", cohort) == Count(1, 1)


def test_an_area_without_a_postcode_has_no_distance_and_abroad_is_another_area(
    cast: Cast,
) -> None:
    episode = returned(cast.kit)
    found(cast, episode, authority=cast.eastmoor)
    only(counted(cast), far=Far.UNKNOWN, area=FoundArea.OTHER)
    found(cast, episode, found_in=FoundIn.ABROAD)
    only(counted(cast), far=Far.UNKNOWN, area=FoundArea.OTHER)

    found(cast, episode, found_in=FoundIn.NOT_KNOWN)

    only(counted(cast), far=Far.UNKNOWN, area=FoundArea.UNKNOWN, is_known=False)


def test_where_the_child_lived_later_is_no_former_area(cast: Cast) -> None:
    found(cast, returned(cast.kit), authority=cast.westborough)
    later = Where(cast.westborough, postcode="WB1 2AA")
    since = NOW.date() + 5 * DAY
    care.live_at(cast.kit, later, since=since, by=cast.amina, at=NOW + 10 * DAY)

    only(counted(cast), far=Far.UNKNOWN, area=FoundArea.OTHER)


def test_a_protected_address_has_no_distance_and_its_area_is_counted(cast: Cast) -> None:
    code = on_the_map("NS11AA", 0, cast.northshire)
    hidden = Where(cast.northshire, postcode=code, address="3 Quarry Bank", is_protected=True)
    care.live_at(cast.kit, hidden, since=date(2020, 1, 1), by=cast.amina, at=NOW)

    found(cast, returned(cast.kit), postcode=code)

    only(counted(cast), far=Far.UNKNOWN, area=FoundArea.OWN)


def test_what_was_told_twice_is_found_where_either_said(cast: Cast) -> None:
    told, known = returned(cast.robin), returned(cast.kit)
    found(cast, told, authority=cast.eastmoor)
    Episode.objects.filter(pk=told.pk).update(
        voided_at=NOW, voided_by=cast.amina, voided_because="the same", same_as=known, steps=None
    )

    only(counted(cast), far=Far.UNKNOWN, area=FoundArea.OTHER)


# What children said.


def said(cast: Cast, *answers: str) -> None:
    for given in answers:
        HowItWas.objects.create(
            authority=cast.northshire, quarter_on=FIRST, listened=given, safe="yes"
        )


def test_what_children_said_adds_up_and_is_of_all_together(cast: Cast) -> None:
    said(cast, "yes", "yes", "a_bit", "no", "")

    report = counted(cast)

    assert report.count("said") == Count(5)
    assert report.count("listened_answered") == Count(4, 5)
    assert report.count("listened_skipped") == Count(1, 5)
    assert report.count("listened_yes") == Count(2, 4)
    assert report.count("choose_answered") == Count(0, 5)
    assert {cohort for cohort, *_ in report.rows() if cohort == ALL}
    assert not any(key.startswith("listened") for cohort, key in report.counts if cohort != ALL)


def test_of_fewer_than_five_who_said_something_nothing_is_shown(cast: Cast) -> None:
    said(cast, "no", "no", "no", "no")

    report = counted(cast)

    assert not report.has_answers
    rows = {row[:2]: row[2:] for row in report.rows()}
    assert rows[ALL, "said"] == rows[ALL, "safe_yes"] == (None, None, None)


# All of it.


def test_every_figure_is_in_the_rows_with_its_denominator(cast: Cast, talk: Interview) -> None:
    rows = [row[:2] for row in counted(cast).rows()]

    assert (
        len(rows)
        == len(set(rows))
        == len(COHORTS) * (len(BY_COHORT) + len(DAYS)) + len(SAID.measures)
    )
    assert {key for _, key in rows} == {each.key for each in MEASURES} | set(DAYS)


def test_the_number_of_queries_does_not_grow_with_what_followed(
    cast: Cast, django_assert_num_queries: Callable
) -> None:
    scope = northshire(cast)
    with django_assert_num_queries(QUERIES):
        helped.helped(scope, FIRST, LAST, now=LATER)
    sent(cast)
    talk = signed(returned(cast.kit), interviewer=cast.ines, by=cast.amina)
    for days in range(4):
        offer(cast, named(talk), days=days)

    with django_assert_num_queries(QUERIES):
        helped.helped(scope, FIRST, LAST, now=LATER)


def test_another_council_has_no_figure_of_a_child_placed_there(cast: Cast, talk: Interview) -> None:
    named(talk)

    report = helped.helped(figures.of_authority(cast.westborough), FIRST, LAST, now=LATER)

    assert not any(count.numerator for count in report.counts.values())


FOLLOWED = (
    *("sign", "name", "name", "name", "help", "help", "hear", "outcome", "decide", "leave"),
    *("mention", "share", "share", "acknowledge", "tell_back", "recall", "not_share"),
    *("say_where", "say_where", "say_where"),
)


class World(Story):
    """What may follow an interview, in any order; what the rules refuse is not done."""

    def __init__(self, cast: Cast) -> None:
        super().__init__(cast)
        self.cast, self.pia = cast, officer(cast)

    def talk_of_two(self, child: int) -> None:
        """Back twice, and then one interview, which another need follows."""
        for verb in ("missing", "return", "missing", "return"):
            self.act(verb, *((child, 0) if verb == "missing" else (self.newest, 0)))
        self.act("offer", self.newest, 0)
        self.act("accept", self.newest, 0)
        self.act("book", self.newest, 2)
        self.act("hold", 0, 1)
        self.act("name", Interview.objects.count() - 1, 0)
        self.act("help", Need.objects.count() - 1, 0)

    @property
    def newest(self) -> int:
        return Episode.objects.count() - 1

    def one_of(self, rows: object, one: int) -> object:
        those = list(rows)  # type: ignore[call-overload]
        if not those:
            raise Blocked
        return those[one % len(those)]

    def sign(self, one: int, other: int) -> None:
        talk = self.one_of(Interview.objects.unsigned().order_by("pk"), one)
        said = {
            question.key: interviews.Said(unanswered="not_asked")
            for question in talk.standard.questions
        }
        interviews.record(talk, said, by=self.interviewer, at=self.at)
        sign(talk, by=self.interviewer, at=self.at)

    def name(self, one: int, other: int) -> None:
        talk = self.one_of(Interview.objects.filter(held_at__isnull=False).order_by("pk"), one)
        how = {"said_by": SaidBy.CHILD, "by": self.interviewer, "at": self.at}
        needs.name(talk, NeedKind.SCHOOL, "Another school", **how)

    def need(self, one: int) -> Need:
        return self.one_of(Need.objects.order_by("pk"), one)  # type: ignore[return-value]

    def help(self, one: int, other: int) -> None:
        on = self.at.date() - (other % 3) * DAY
        how = {"what": "A visit", "means": Means.IN_PERSON, "offered_on": on}
        needs.offer_help(self.need(one), **how, by=self.by, at=self.at)

    def given(self, one: int) -> HelpOffered:
        return self.one_of(HelpOffered.objects.order_by("pk"), one)  # type: ignore[return-value]

    def hear(self, one: int, other: int) -> None:
        reason = None if other % 2 else NotTakenUpReason.NEVER_BEGUN
        needs.hear(
            self.given(one), is_taken_up=bool(other % 2), reason=reason, by=self.by, at=self.at
        )

    def outcome(self, one: int, other: int) -> None:
        needs.note_outcome(self.given(one), "It went well", by=self.by, at=self.at)

    def decide(self, one: int, other: int) -> None:
        how = {"owner": self.by, "due_on": self.at.date(), "by": self.by, "at": self.at}
        needs.act(self.need(one), ActionKind.OTHER, "Ring the school", **how)

    def leave(self, one: int, other: int) -> None:
        needs.leave(self.need(one), NoHelpReason.NO_LONGER, by=self.by, at=self.at)

    def mention(self, one: int, other: int) -> None:
        if other % 4 == 0:
            told = self.one_of(Mention.objects.order_by("pk"), one)
            mentions.take_out(told, by=self.interviewer, at=self.at)
        talk = self.one_of(Interview.objects.filter(held_at__isnull=False).order_by("pk"), one)
        mentions.note(talk, MentionKind.VEHICLE, CAR, by=self.interviewer, at=self.at)

    def share(self, one: int, other: int) -> None:
        draft = begun(self.cast, self.episode(one), at=self.at)
        shares.write(kept(self.cast, draft, at=self.at), by=self.interviewer, at=self.at)

    def sent(self, one: int) -> Share:
        return self.one_of(Share.objects.sent().order_by("pk"), one)  # type: ignore[return-value]

    def acknowledge(self, one: int, other: int) -> None:
        receiving.acknowledge(self.sent(one).pk, by=self.pia, at=self.at)

    def tell_back(self, one: int, other: int) -> None:
        share = self.sent(one)
        line = self.one_of(share.lines.filter(is_in=True).order_by("pk"), other)
        receiving.answer(share.pk, line.pk, PoliceAnswer.KNOWN, by=self.pia, at=self.at)

    def recall(self, one: int, other: int) -> None:
        if other < 3:
            shares.recall(self.sent(one), "The wrong unit", by=self.interviewer, at=self.at)

    def say_where(self, one: int, other: int) -> None:
        council = self.one_of((self.cast.northshire, self.cast.westborough), other)
        code = on_the_map(("NS11AA", "WB12AA")[other % 2], 10 * other, council)  # type: ignore[arg-type]
        places_ = (
            found_places.Where(postcode=code),
            found_places.Where(authority=self.cast.eastmoor),
            found_places.Where(FoundIn.ABROAD),
            found_places.Where(FoundIn.NOT_KNOWN),
        )
        how = {"said_by": WhoSays.POLICE, "by": self.by, "at": self.at}
        found_places.say(self.episode(one), places_[other % 4], **how)

    def not_share(self, one: int, other: int) -> None:
        shares.leave(
            self.episode(one), Recipient.POLICE, "They know of it", by=self.interviewer, at=self.at
        )


PARTS = (
    ("needs", ("help_offered", "action_alone", "no_help", "nothing_yet")),
    ("help_offered", ("taken_up", "not_taken_up", "take_up_not_known")),
    ("taken_up", ("finished", "not_finished")),
    ("talks", ("recorded_fully", "record_open", "record_not_known")),
    ("talks", ("to_share", "nothing_to_share", "share_not_known")),
    ("to_share", ("shared", "left_unshared", "not_shared_yet")),
    ("shared", ("acknowledged", "not_acknowledged")),
    ("shared", ("told_back", "not_told_back")),
    ("started", ("started_ended_within", "started_ended_outside", "started_still_missing")),
    ("ended_in_period", ("ended_started_within", "ended_started_before")),
    ("placed", tuple(f"placed_{each}" for each in Far)),
    ("ended_in_period", ("found_where_known", "found_where_not_known")),
    ("ended_in_period", tuple(f"found_{each}" for each in Far)),
    ("ended_in_period", tuple(f"found_{each}" for each in FoundArea)),
)


@pytest.mark.parametrize("examples", [3])
def test_a_world_is_counted_as_its_rows_are(cast: Cast, examples: int) -> None:
    for seed in range(examples):
        agree(cast, seed)


@pytest.mark.check
@whatever_is_done(25)
def test_every_world_is_counted_as_its_rows_are_and_adds_up(cast: Cast, seed: int) -> None:
    agree(cast, seed)


def agree(cast: Cast, seed: int) -> None:
    chance = Random(seed)
    with transaction.atomic():
        world = World(cast)
        for child in range(5):
            world.begin(child, chance.choice([2, 4, 5, 5, 5]))
        world.talk_of_two(chance.randrange(3))
        for _ in range(45):
            world.act(chance.choice((*VERBS, *FOLLOWED, *FOLLOWED)), *two(chance))

        for scope in (northshire(cast), figures.of_authority(cast.westborough)):
            for first, last in ((FIRST, date(2026, 12, 31)), (date(2026, 3, 2), date(2026, 3, 4))):
                kept_, days = helped.recount(scope, first, last)
                report = helped.helped(scope, first, last, now=world.at)
                alone = {key for _, key in kept_ if key.startswith(("placed", "found"))}
                assert {k: v for k, v in report.counts.items() if k[1] not in alone} == {
                    k: v for k, v in kept_.items() if k[1] not in alone
                }
                assert {k: v for k, v in report.days.items() if v.known} == days
                adds_up(report)
        transaction.set_rollback(True)


def two(chance: Random) -> tuple[int, int]:
    return chance.randrange(8), chance.randrange(8)


def adds_up(report: Helped) -> None:
    for cohort in COHORTS:
        for whole, parts in PARTS:
            summed = sum(report.number(part, cohort) for part in parts)
            assert summed == report.number(whole, cohort), (whole, cohort)
        offered = report.number("help_offered", cohort)
        assert report.days.get(cohort, Days()).known == offered
        assert report.number("shared_with_police", cohort) <= report.number("shared", cohort)
        in_period = report.number("ended_started_within", cohort)
        assert report.number("started_ended_within", cohort) == in_period
    for measure in BY_COHORT:
        if measure.key not in ("talks_apart", "needs_apart", "started_apart"):
            theirs = [report.number(measure.key, each) for each in measures.ADDED]
            assert report.number(measure.key) == sum(theirs), measure.key


def test_the_role_that_counts_reads_what_followed_and_not_a_word_of_it(cast: Cast) -> None:
    sent(cast)

    with acting.as_system(acting.REPORTING):
        assert Share.objects.values_list("pk").count() == 1
        for asked in (
            "select name from casework_mention",
            "select key from casework_mention",
            "select text from casework_sharedline",
            "select because from casework_lineanswer",
            "select because from casework_notshared",
            "select note from casework_nohelp",
            "select postcode from casework_placement",
            "select postcode from casework_address",
            "select postcode from casework_foundplace",
            "select found_in from casework_foundplace",
        ):
            assert refused(asked), asked
