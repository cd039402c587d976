"""Whoever the lists of a record keep out is told nothing of the child in other ways either."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from returnhome.casework import childs_part, restrictions, reviews
from returnhome.casework.models import (
    Action,
    BreakGlass,
    Characteristics,
    Communication,
    Disclosure,
    HowItWas,
    Interview,
    Meeting,
    NotedConcern,
    Organisation,
    ParentalRisk,
    PlacementNotice,
    SignedFacts,
    TalkName,
)
from returnhome.rules.access import Relation, Verb
from returnhome.rules.choosing import Ask
from returnhome.rules.codes import Role
from tests.casework.ledger import fresh, who_sees
from tests.casework.test_care import place
from tests.casework.test_check_ins import checked
from tests.casework.test_children import stranger
from tests.casework.test_harm import employed
from tests.casework.test_homes import report
from tests.casework.test_matching import join, told_of
from tests.casework.test_own_pages import as_child, opened
from tests.cast import NOW, PEOPLE, Cast, booked, held, lives_at, returned, signed

pytestmark = pytest.mark.check

WHY = "Her aunt works in the contact centre"


def test_a_host_who_is_kept_out_is_told_of_no_placement(cast: Cast) -> None:
    (_, notice) = place(cast, cast.eastmoor).notices
    assert list(PlacementNotice.objects.told_to(cast.owen)) == [notice]

    restrictions.keep_out(cast.sky, cast.owen, WHY, by=cast.mara, at=NOW)

    assert list(PlacementNotice.objects.told_to(cast.owen)) == []


def test_whoever_wrote_a_check_in_down_and_is_kept_out_reads_it_no_more(cast: Cast) -> None:
    words = checked(cast, returned(cast.sky)).words
    assert "ines" in who_sees(words)

    restrictions.keep_out(cast.sky, cast.ines, WHY, by=cast.mara, at=NOW)

    assert who_sees(words) == {"amina", "mara", "sol"}


def test_somebody_else_with_a_talk_does_not_open_what_was_said_at_a_check_in(cast: Cast) -> None:
    episode = returned(cast.sky)
    words = checked(cast, episode, held_by=cast.amina).words
    booked(episode, interviewer=cast.ines, by=cast.amina)

    assert who_sees(words) == {"amina", "ines", "mara", "sol"}


def test_how_the_talk_was_is_for_those_who_see_the_councils_figures(cast: Cast) -> None:
    row = HowItWas.objects.create(
        authority=cast.northshire, quarter_on=date(2026, 1, 1), listened="yes"
    )

    assert who_sees(row) == {"amina", "ana", "mara"}


def test_what_a_council_calls_the_talk_is_for_those_who_work_with_its_children(cast: Cast) -> None:
    said = {"name": "A chat", "noted_at": NOW, "noted_by": cast.mara}

    row = TalkName.objects.create(authority=cast.northshire, **said)

    assert who_sees(row) == {"amina", "ines", "mara", "sol"}


def test_only_a_manager_of_the_council_reviews_who_opened_a_record(cast: Cast) -> None:
    returned(cast.sky)
    restrictions.restrict(cast.sky, WHY, to=[cast.amina], by=cast.mara, at=NOW)
    opened_by = {"because": "She rings from a bus", "hours": 1, "by": cast.ines}
    opening = restrictions.break_glass([cast.sky.pk], at=timezone.now(), **opened_by)

    reviews = {name: BreakGlass.objects.to_review(getattr(cast, name)) for name, *_ in PEOPLE}

    assert {name for name, rows in reviews.items() if opening in rows} == {"mara"}


def test_what_is_kept_with_a_signed_record_is_for_whoever_reads_it(cast: Cast) -> None:
    talk = signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    assert who_sees(SignedFacts.objects.get(interview=talk)) == {"amina", "ines", "mara", "sol"}


def test_an_interview_is_not_its_interviewers_once_the_lists_keep_them_out(cast: Cast) -> None:
    talk = held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    assert "ines" in who_sees(talk)

    restrictions.keep_out(cast.sky, cast.ines, WHY, by=cast.mara, at=NOW)

    assert "ines" not in who_sees(talk)
    readable = Interview.objects.account_visible_to(cast.ines)
    assert not readable.filter(pk=talk.pk).exists()
    assert not fresh(talk).may_be_recorded_by(cast.ines)


def test_a_link_of_a_childs_is_for_those_who_interview_for_the_council(cast: Cast) -> None:
    assert who_sees(opened(returned(cast.sky), cast)) == {"amina", "ines", "mara", "sol"}


def test_what_somebodys_roles_let_them_do_is_no_more_than_that(cast: Cast) -> None:
    assert cast.amina.reach.policies == frozenset()
    assert cast.mara.reach.policies == {cast.northshire.pk}
    assert not cast.amina.has_role(Role.MANAGER)
    assert cast.mara.has_role(Role.MANAGER, Role.INTERVIEWER)


def test_only_a_body_in_which_somebody_can_answer_is_one_to_ask(cast: Cast) -> None:
    asked = Organisation.objects.that_may(Verb.ANSWER, Relation.ASKED)

    assert cast.westborough_council in asked
    # Pat, who is all of Open Path, interviews and answers no request.
    assert cast.open_path not in asked


def test_a_sample_is_drawn_from_records_that_whoever_draws_may_review(cast: Cast) -> None:
    signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    days = {"first": NOW.date(), "last": NOW.date(), "size": 5, "seed": "x"}

    among = {
        name: len(reviews.lots(cast.northshire_council, person=getattr(cast, name), **days).among)
        for name in ("mara", "amina", "wes")
    }

    assert among == {"mara": 1, "amina": 0, "wes": 0}


def test_a_complaint_goes_to_a_manager_who_may_see_the_child(cast: Cast) -> None:
    zoe = employed("zoe", Role.MANAGER, cast.northshire_council)
    restrictions.keep_out(cast.sky, cast.mara, WHY, by=zoe, at=NOW)
    way_in = opened(returned(cast.sky), cast)

    with as_child(way_in):
        childs_part.ask(way_in, Ask.COMPLAINT, "Nobody asked me", at=NOW)

    assert zoe.name > "Mara Whitfield"
    assert Action.objects.get().owner == zoe
    assert Action.objects.get().due_on == NOW.date() + timedelta(days=14)


@pytest.mark.parametrize(
    ("model", "more"),
    [
        (Communication, {"noted_at": NOW}),
        (Characteristics, {"noted_at": NOW, "said_by": "child"}),
        (NotedConcern, {"noted_at": NOW, "concern": "exploitation"}),
        (ParentalRisk, {"noted_at": NOW}),
        (Meeting, {"kind": "strategy", "held_at": NOW, "recorded_at": NOW}),
        (Disclosure, {"told_at": NOW, "made_at": NOW}),
    ],
)
def test_what_came_with_a_restricted_record_stays_closed_under_another(
    cast: Cast, model: Any, more: dict[str, Any]
) -> None:
    """A child nobody had named was restricted, and turned out to be Kit, who is not."""
    child = stranger(cast)
    told_of(cast, child)
    by = next(each for each in ("noted_by", "recorded_by", "made_by") if hasattr(model, each))
    if model is Disclosure:
        more = {**more, "responsible_authority": cast.northshire}
    row = model.objects.create(child=child, **{by: cast.ines}, **more)
    restrictions.restrict(child, WHY, to=[cast.sol], by=cast.mara, at=NOW)

    join(cast, fresh(child), cast.kit)

    if model is Disclosure:
        theirs = Disclosure.objects.for_councils_of(cast.amina, Verb.SEE_HARM)
        assert not theirs.filter(pk=row.pk).exists()
    assert who_sees(row) <= {"mara", "sol"}
    assert "sol" in who_sees(row)


# Homes.


def test_what_a_home_reported_is_for_those_who_may_see_the_episode(cast: Cast) -> None:
    row = report(lives_at(cast.robin, cast.larchwood, by=cast.sol), cast)
    assert who_sees(row) == {"amina", "ines", "mara", "sol", "pat"}

    restrictions.keep_out(cast.robin, cast.sol, WHY, by=cast.mara, at=NOW)

    assert who_sees(row) == {"amina", "ines", "mara", "pat"}


def test_whoever_looks_after_the_accounts_of_a_home_is_told_of_nobody_there(cast: Cast) -> None:
    robin = lives_at(cast.robin, cast.larchwood, by=cast.sol)
    lori = employed("lori", Role.ADMINISTRATOR, cast.larchwood)

    assert cast.lara.homes_where(Verb.SEE_WHO_LIVES_HERE) == {cast.larchwood.pk}
    assert lori.homes_where(Verb.SEE_WHO_LIVES_HERE) == frozenset()
    assert list(restrictions.of_the_home(robin, NOW)) == [cast.lara]
