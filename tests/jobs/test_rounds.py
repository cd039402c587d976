"""A look round: who is told of what nobody answers, level by level, and in which words."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from returnhome.casework import (
    childs_part,
    episodes,
    harm,
    homes,
    messages,
    rotas,
    staff,
    tokens,
    ways_in,
)
from returnhome.casework.models import Episode, FromHome, Message, OwnWords
from returnhome.jobs import rounds, wording
from returnhome.reporting import silences
from returnhome.rules.choosing import Asked
from returnhome.rules.codes import (
    Device,
    EpisodeKind,
    HarmDecisionKind,
    RiskGrade,
    Rung,
    TokenScope,
    Waiting,
)
from returnhome.rules.homing import Known
from tests.cast import (
    CHILDREN,
    NOW,
    PEOPLE,
    Cast,
    exactly,
    hours,
    lives_at,
    missing,
    returned,
    wrote,
)

MINUTE = timedelta(minutes=1)
# Nobody of ours: no silence climbs to them.
OUTSIDE = {Rung.RECIPIENT}


def look(at: datetime = NOW) -> list[tuple[str, str]]:
    """Look round; gives whom that told, as what."""
    before = set(Message.objects.values_list("pk", flat=True))
    rounds.look_round(by=staff.clockwork(), at=at)
    added = Message.objects.exclude(pk__in=before).order_by("pk").select_related("person")
    return [(each.recipient.partition("@")[0], each.rung) for each in added]


@pytest.fixture(autouse=True)
def _on_duty(cast: Cast) -> None:
    staff.put_on_duty(
        cast.ines,
        cast.northshire_council,
        starts_at=NOW - hours(9),
        ends_at=NOW + hours(99),
        by=cast.mara,
        at=NOW,
    )


# Who is told.


def test_a_silence_climbs_and_each_level_is_told_once(cast: Cast) -> None:
    returned(cast.kit)

    told = {minutes: look(NOW + minutes * MINUTE) for minutes in (0, 1, 60, 61, 120, 180, 999)}

    assert told == {
        0: [("ines", "on_duty")],
        1: [],
        60: [("amina", "team")],
        61: [],
        120: [("mara", "manager")],
        180: [("mara", "head_of_service")],
        999: [],
    }


def test_a_night_a_weekend_and_christmas_stop_nothing(cast: Cast) -> None:
    christmas = datetime(2026, 12, 25, 3, tzinfo=NOW.tzinfo)
    returned(cast.kit, at=christmas)

    assert look(christmas) == [("amina", "team")]
    assert look(christmas + hours(2)) == [("mara", "manager")]


def test_a_high_risk_episode_climbs_faster(cast: Cast) -> None:
    episode = missing(cast.kit)
    episodes.update(
        episode, risk=RiskGrade.HIGH, moments={}, source="Police", by=cast.amina, at=NOW
    )

    told = [look(NOW + minutes * MINUTE) for minutes in (0, 15, 30, 60)]

    assert [rung for [(_, rung)] in told] == ["on_duty", "team", "manager", "head_of_service"]


def test_once_somebody_takes_it_on_nobody_more_is_told(cast: Cast) -> None:
    episode = returned(cast.kit)
    look()
    episodes.take_on(episode, by=cast.amina, at=NOW + MINUTE)

    assert look(NOW + hours(5)) == []


def test_given_back_it_is_told_again_from_the_bottom(cast: Cast) -> None:
    episode = returned(cast.kit)
    look(NOW + hours(4))
    episodes.take_on(episode, by=cast.amina, at=NOW + hours(5))
    episodes.assign(episode, None, by=cast.amina, at=NOW + hours(6))

    assert look(NOW + hours(6)) == [("ines", "on_duty")]


def test_after_a_pause_the_level_reached_by_then_is_told(cast: Cast) -> None:
    returned(cast.kit)

    assert look(NOW + hours(2.5)) == [("mara", "manager")]


def test_who_stands_there_is_looked_up_at_that_moment(cast: Cast) -> None:
    returned(cast.kit)
    look()
    rotas.note_absence(cast.amina, starts_at=NOW, by=cast.mara, at=NOW)

    assert look(NOW + hours(1)) == [("mara", "manager")]


def test_whoever_comes_on_duty_later_is_not_told_of_what_the_level_was_told(cast: Cast) -> None:
    returned(cast.kit)
    look()
    staff.put_on_duty(
        cast.amina,
        cast.northshire_council,
        starts_at=NOW,
        ends_at=NOW + hours(9),
        by=cast.mara,
        at=NOW,
    )

    assert look(NOW + MINUTE) == []


def test_the_owner_is_told_that_the_72_hours_end(cast: Cast) -> None:
    episodes.take_on(returned(cast.kit, hours_ago=59), by=cast.ines, at=NOW)

    assert [look(NOW + hours(each)) for each in (0, 1, 2, 13, 14)] == [
        [],
        [("ines", "owner")],
        [],
        [("ines", "owner")],
        [],
    ]


def test_each_council_is_told_of_its_own(cast: Cast) -> None:
    returned(cast.sky)
    missing_there = missing(cast.kit, found=NOW - hours(1))
    whose = {"responsible_authority": cast.eastmoor, "counted_under": cast.eastmoor}
    episodes.hand_to(missing_there, **whose, at=NOW)

    assert look() == [("ines", "on_duty"), ("owen", "team")]


def test_what_a_child_wrote_is_told_once_and_climbs_from_the_hour_they_were_told(
    cast: Cast,
) -> None:
    episode = returned(cast.kit)
    episodes.take_on(episode, by=cast.amina, at=NOW)
    wrote(episode, by=cast.amina)

    assert [look(NOW + hours(each)) for each in (0, 1, 9, 9.25, 9.5, 10)] == [
        [("amina", "owner")],
        [],
        [("ines", "on_duty")],
        [("amina", "team")],
        [("mara", "manager")],
        [("mara", "head_of_service")],
    ]


# What they are told.


def everything_told(cast: Cast) -> list[Message]:
    """Every sort of message there is, to every level."""
    for child in (cast.kit, cast.robin):
        returned(child, hours_ago=59)
    episodes.take_on(Episode.objects.get(child=cast.robin), by=cast.amina, at=NOW)
    episode = missing(cast.sky)
    episodes.update(
        episode, risk=RiskGrade.HIGH, moments={}, source="Police", by=cast.amina, at=NOW
    )
    episodes.record_return(
        episode, returned=exactly(NOW + hours(1)), by=cast.amina, at=NOW + hours(1)
    )
    harm.tell(cast.sky, "He hits me", told_at=NOW - hours(2), by=cast.ines, at=NOW - hours(2))
    for hours_ago, kinds in ((25, []), (5, [HarmDecisionKind.URGENT_HEALTH])):
        before = NOW - hours(hours_ago)
        told = harm.tell(cast.kit, f"{hours_ago}", told_at=before, by=cast.mara, at=before)
        harm.have(told, by=cast.amina, at=before)
        if kinds:
            harm.decide(told, kinds, by=cast.mara, at=before)
    wrote(Episode.objects.get(child=cast.kit), by=cast.amina, at=NOW)
    reported_back(cast)
    for minutes in (0, 15, 30, 60, 120, 180, 240, 900):
        look(NOW + minutes * MINUTE)
    for person in (cast.ines, cast.amina, cast.mara):
        rotas.note_absence(person, starts_at=NOW, by=cast.mara, at=NOW)
    look(NOW + hours(16))
    return list(Message.objects.all())


def test_no_message_of_any_sort_holds_a_name_of_anybody_or_a_word_of_a_story(cast: Cast) -> None:
    told = everything_told(cast)
    names = {word for _, name, *_ in PEOPLE for word in name.split()}
    names |= {word for _, forename, surname, *_ in CHILDREN for word in (forename, surname)}
    names |= {"Northshire", "Westborough", "Open Path", "NS1", "WB1"}

    assert {each.waiting_for for each in told} == {str(each) for each in Waiting}
    assert {each.rung for each in told} == {str(each) for each in set(Rung) - OUTSIDE}
    for message in told:
        words = f"{message.subject}\n{message.text}"
        found = [name for name in names if re.search(rf"\b{name}\b", words, re.IGNORECASE)]
        assert found == []


def test_a_message_says_what_must_be_done_by_when_and_where(cast: Cast, settings) -> None:
    settings.PUBLIC_URL = "https://returnhome.example"
    episode = returned(cast.kit, hours_ago=10)
    look()

    message = Message.objects.get()

    assert message.subject == (
        f"Returnhome: a child has come back and nobody has accepted (reference E-{episode.pk})"
    )
    assert "Somebody must take this child on" in message.text
    assert "The 72 hours end on Wednesday 4 March, 23:00." in message.text
    assert f"\nhttps://returnhome.example/episodes/{episode.pk}\n" in message.text
    assert "You are on duty." in message.text
    assert "Nights, weekends and bank holidays do not stop the 72 hours." in message.text
    assert all(len(line) < 100 for line in message.text.splitlines())


def test_where_no_end_is_known_none_is_named(cast: Cast) -> None:
    episode = missing(cast.kit)
    episodes.update(
        episode, risk=RiskGrade.HIGH, moments={}, source="Police", by=cast.amina, at=NOW
    )
    look()

    assert "72 hours end" not in Message.objects.get().text


def test_every_sort_of_silence_has_its_words_and_its_page() -> None:
    sorts = {(each.waiting, each.kind) for each in silences.SORTS}

    assert sorts == set(wording.WORDS)
    assert {kind for _, kind in sorts} == set(wording.MATTERS)
    assert set(wording.BECAUSE) == set(Rung) - OUTSIDE


def test_looking_round_costs_as_much_for_many_that_were_told_as_for_few(
    cast: Cast, django_assert_max_num_queries
) -> None:
    for child in (cast.kit, cast.sky, cast.robin):
        returned(child)
    look()

    with django_assert_max_num_queries(27):
        assert look(NOW + MINUTE) == []


def test_what_is_told_is_in_the_outbox_and_due(cast: Cast) -> None:
    returned(cast.kit)
    look()

    message = messages.claim(at=NOW)

    assert message is not None
    assert message.created_by == staff.clockwork()


# What no child sent.


def test_what_a_child_did_not_send_is_deleted_by_night(cast: Cast) -> None:
    episode = returned(cast.sky)
    _, secret = ways_in.make(episode, device=Device.OWN, language="en", by=cast.amina, at=NOW)
    with ways_in.scope(secret):
        way_in, _ = ways_in.open_link(secret, at=NOW)
        way_in = ways_in.told(way_in, language="en", at=NOW)
        childs_part.save(way_in, Asked.BAD, "He scares me", language="en", at=NOW)

    by = staff.clockwork()
    deleted = [
        rounds.forget_unsent(by=by, at=NOW + timedelta(days=days)) for days in (1, 27, 28, 29)
    ]

    assert deleted == [0, 0, 1, 0]
    assert not OwnWords.objects.exists()


# What a home said.


def reported_back(cast: Cast, **more: Any) -> FromHome:
    lives_at(cast.robin, cast.larchwood, by=cast.sol)
    gone = homes.Missing(
        last_seen=exactly(NOW - hours(9)),
        kind=EpisodeKind.MISSING,
        police_told=Known.YES,
        words={"Where": "The bus stop"},
    )
    homes.report_missing(cast.robin.pk, gone, key=uuid4(), by=cast.lara, at=NOW - hours(8))
    back = {
        "returned": exactly(NOW - hours(1)),
        "needs_doctor": Known.YES,
        "police_spoke": Known.NO,
        "words": {"What the home sees": "Her wrist"},
    }
    told = homes.Returned(**(back | more))
    return homes.report_returned(cast.robin.pk, told, key=uuid4(), by=cast.lara, at=NOW)


def test_a_child_who_may_need_a_doctor_climbs_until_somebody_has_seen_to_it(cast: Cast) -> None:
    made = reported_back(cast)
    about = Message.objects.filter(waiting_for=Waiting.FROM_HOME)

    look(NOW)
    assert [(one.person, one.rung) for one in about] == [(cast.ines, Rung.ON_DUTY)]
    look(NOW + 31 * MINUTE)
    assert about.newest_first()[0].rung == Rung.MANAGER
    homes.see(made, by=cast.amina, at=NOW + 40 * MINUTE)
    before = about.count()
    look(NOW + 61 * MINUTE)

    assert about.count() == before


def test_the_message_of_it_says_what_to_do_and_not_a_word_of_what_the_home_wrote(
    cast: Cast,
) -> None:
    reported_back(cast)

    look(NOW)

    message = Message.objects.get(waiting_for=Waiting.FROM_HOME)
    assert "a home says something that somebody must look at" in message.subject
    assert "may need a doctor" in message.text
    for hidden in ("wrist", "Robin", "Larchwood"):
        assert hidden not in message.subject + message.text


def test_of_a_child_who_is_well_the_council_is_told_as_of_any_return(cast: Cast) -> None:
    reported_back(cast, needs_doctor=Known.NO)

    look(NOW)

    told = Message.objects.values_list("waiting_for", flat=True)
    assert set(told) == {Waiting.REQUEST}


# Tokens of programs.


def test_of_a_token_that_soon_runs_out_the_administrators_have_a_letter(cast: Cast) -> None:
    until = NOW.date() + timedelta(days=90)
    tokens.make(
        cast.northshire_council,
        "Case system",
        scopes=[TokenScope.SEND],
        until=until,
        by=cast.adi,
        at=NOW,
    )

    told = [
        rounds.remind_of_tokens(by=staff.clockwork(), at=NOW + timedelta(days=day))
        for day in (1, 60, 61, 83)
    ]

    assert told == [0, 1, 0, 1]
    assert {message.person for message in Message.objects.all()} == {cast.adi}
