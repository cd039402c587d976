"""Saying who a child is whom nobody could match: the list, side by side, join, and take back."""

from datetime import date, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from returnhome.casework import (
    episodes,
    handovers,
    matching,
    notifications,
    owners,
    registers,
    restrictions,
    staff,
)
from returnhome.casework.models import (
    Address,
    Alias,
    CarePeriod,
    Child,
    Delivery,
    Episode,
    JournalEntry,
)
from returnhome.intake import loading
from returnhome.intake.layouts import POLICE_A
from returnhome.rules.codes import Cohort
from returnhome.rules.responsibility import Reply
from tests.cast import Cast, hours, missing
from tests.web.asking import words_of

HEADINGS = list(POLICE_A.columns)
KIT = {
    "Misper Ref": "A1",
    "Surname": "O'Dell",
    "Forename(s)": "Christopher",
    "DOB": "30/09/2012",
    "Sex": "M",
    "Postcode": "NS1 1AA",
    "LAC": "N",
    "Classification": "Missing",
}


def told(cast: Cast, now: datetime, *, back: int = 3, **changes: str) -> Child:
    """A child not yet named, opened from a row that names Kit in another way."""
    delivery = came(cast, now, back=back, **changes)
    return Child.objects.waiting().order_by("-pk").get(notifications__delivery=delivery)


def came(cast: Cast, now: datetime, *, back: int = 3, **changes: str) -> Delivery:
    """A file with one row in which Kit has another name, unless it is changed."""
    seen = now - timedelta(days=back)
    cells = KIT | {
        "Last Seen": f"{seen:%d/%m/%Y %H:%M}",
        "Found": f"{seen + hours(20):%d/%m/%Y %H:%M}",
    }
    names = {"reference": "Misper Ref", "forename": "Forename(s)", "born": "DOB", "lac": "LAC"}
    names |= {"surname": "Surname", "postcode": "Postcode", "placing": "Placing Authority"}
    cells |= {names[name]: text for name, text in changes.items()}
    line = ",".join(cells.get(heading, "") for heading in HEADINGS)
    delivery = loading.receive(
        f"{','.join(HEADINGS)}\n{line}\n".encode(),
        "list.csv",
        sender=notifications.sender_named("Northshire Police", by=cast.amina, at=now),
        received_for=cast.northshire_council,
        by=cast.amina,
        at=now,
    )
    loading.confirm(delivery, by=cast.amina, at=now)
    return delivery


@pytest.fixture
def stranger(cast: Cast, now: datetime) -> Child:
    return told(cast, now)


# The list.


def test_the_list_has_the_oldest_clock_first_and_says_why(as_, cast: Cast, now):
    later = told(cast, now, back=2, reference="A2", forename="Una", surname="Later")
    sooner = told(cast, now, back=9, reference="A3", forename="Una", surname="Sooner")

    page = as_("amina").get("/waiting").content.decode()

    assert page.index(f"/children/{sooner.pk}/match") < page.index(f"/children/{later.pk}/match")
    words = words_of(as_("amina").get("/waiting"))
    assert "No child on record has this name, birth date and postcode" in words
    assert "Northshire Police A3" in words
    assert "over" in words


def test_an_empty_list_says_that_every_child_is_named(as_, cast: Cast):
    assert "Every child is named" in words_of(as_("amina").get("/waiting"))


@pytest.mark.check
def test_the_list_asks_no_more_for_fifty(
    as_, cast: Cast, now, django_assert_max_num_queries: DjangoAssertNumQueries
):
    for number in range(50):
        told(cast, now, reference=f"B{number}", forename=f"Una{number}")

    amina = as_("amina")

    with django_assert_max_num_queries(12):
        words = words_of(amina.get("/waiting"))

    assert words.count("Say who it is") == 50


# Side by side.


def test_what_agrees_and_what_disagrees_are_equally_plain(as_, cast: Cast, stranger: Child):
    words = words_of(as_("amina").get(f"/children/{stranger.pk}/match"))

    assert "Forename Christopher Kit Comes near a short or other form of the forename" in words
    assert "Surname O'Dell O’Dell Same" in words
    assert "Date of birth 30 September 2012 30 September 2012 Same" in words
    assert "Postcode NS1 1AA NS1 1AA Same" in words
    assert "None of these: a child new to us" in words
    assert "The episode goes under this record. Northshire must act, as now." in words


def test_the_look_is_written_in_the_journal_for_each_child_shown(as_, cast: Cast, stranger: Child):
    as_("amina").get(f"/children/{stranger.pk}/match")

    looked = JournalEntry.objects.filter(by_id=cast.amina.pk)
    assert looked.filter(verb="read", child_id=stranger.pk).exists()
    assert looked.about_child(cast.kit.pk).filter(verb="compare").exists()


def test_of_another_councils_child_only_the_terms_are_shown(as_, cast: Cast, now):
    registers.enter(
        register_id="W1",
        forename="Una",
        surname="Stone",
        born_on=date(2013, 3, 1),
        sex="F",
        postcode="WB1 1AA",
        lives_in=cast.westborough,
        looked_after_by=None,
        by=staff.operator(),
        at=now,
    )
    stranger = told(cast, now, forename="Unity", surname="Stone", born="01/03/2013")

    page = as_("amina").get(f"/children/{stranger.pk}/match")

    words = words_of(page)
    assert "A child known to Westborough" in words
    agrees = "another forename, same surname, same birth date, another sex and another postcode"
    assert agrees in words
    assert "Westborough is asked whether it is their child" in words
    assert "Until Westborough says yes, Northshire must act" in words
    assert "Una" not in words
    assert "WB1" not in words


def test_a_child_whom_nobody_comes_near_can_be_looked_for_by_name(as_, cast: Cast, now):
    stranger = told(cast, now, forename="Ben", surname="Nobody", born="", postcode="")
    amina = as_("amina")

    assert "Nobody comes near" in words_of(amina.get(f"/children/{stranger.pk}/match"))
    words = words_of(amina.get(f"/children/{stranger.pk}/match?q=marlowe"))

    assert "Sky Marlowe, born 4 May 2011" in words
    assert "Date of birth not given 4 May 2011 Not known" in words


def test_looking_by_name_finds_no_other_councils_child(as_, cast: Cast, stranger: Child, now):
    registers.enter(
        register_id="E1",
        forename="Secret",
        surname="Eastmoorer",
        born_on=date(2013, 3, 1),
        sex="F",
        postcode="EM1 1AA",
        lives_in=cast.eastmoor,
        looked_after_by=None,
        by=staff.operator(),
        at=now,
    )

    words = words_of(as_("amina").get(f"/children/{stranger.pk}/match?q=eastmoorer"))

    assert "Secret" not in words
    assert "known to Eastmoor" not in words


def test_another_name_and_an_earlier_home_are_judged_as_the_rules_judge_them(as_, cast: Cast, now):
    stranger = told(cast, now, forename="Kit", surname="Marsh", born="30/09/2011")
    Alias.objects.create(
        child=cast.kit,
        forename="Kit",
        surname="Marsh",
        folded_name="kit marsh",
        until=date(2024, 5, 1),
    )
    Address.objects.filter(child=cast.kit).update(until=date(2025, 1, 1))

    words = words_of(as_("amina").get(f"/children/{stranger.pk}/match"))

    assert "Surname Marsh O’Dell, Marsh Same" in words
    born = "30 September 2011 30 September 2012 Comes near birth date a year off"
    assert f"Date of birth {born}" in words
    assert "Postcode NS1 1AA NS1 1AA Same" in words
    assert "Besides: by another name, on record until 2024." in words
    assert "None of these: a child new to us" in words


def test_names_the_other_way_round_are_not_said_to_be_the_same(as_, cast: Cast, now):
    stranger = told(cast, now, forename="O'Dell", surname="Kit")

    words = words_of(as_("amina").get(f"/children/{stranger.pk}/match"))

    turned = "Comes near forename and surname the other way round"
    assert f"Forename O'Dell Kit {turned}" in words
    assert f"Surname Kit O’Dell {turned}" in words


# Joining.


def test_amina_joins_and_the_episode_is_the_childs(as_, cast: Cast, stranger: Child):
    response = as_("amina").post(
        f"/children/{stranger.pk}/match", {"who": str(cast.kit.pk)}, follow=True
    )

    assert "is joined to Kit O’Dell" in words_of(response)
    episode = cast.kit.episodes.get()
    assert episode.cohort == Cohort.HOME
    kept = cast.kit.notifications.get()
    assert kept.joined_by == cast.amina
    assert kept.joined_because == (
        "chosen by a person: a short or other form of the forename, same surname, "
        "same birth date, same sex, same postcode"
    )


def test_whether_it_is_another_councils_child_is_asked_of_that_council(as_, cast: Cast, now):
    una, _ = registers.enter(
        register_id="W1",
        forename="Una",
        surname="Stone",
        born_on=date(2013, 3, 1),
        sex="F",
        postcode="WB1 1AA",
        lives_in=cast.westborough,
        looked_after_by=None,
        by=staff.operator(),
        at=now,
    )
    stranger = told(cast, now, forename="Unity", surname="Stone", born="01/03/2013")

    response = as_("amina").post(
        f"/children/{stranger.pk}/match", {"who": str(una.pk)}, follow=True
    )

    words = words_of(response)
    assert "Westborough is asked whether this is their child" in words
    assert "Una" not in words
    assert not una.episodes.exists()
    episode = stranger.episodes.get()
    assert episode.responsible_authority == cast.northshire
    request = episode.handovers.get()
    assert (request.to, request.proposed_child) == (cast.westborough, una)
    # Who it may be stands on the page of the council that was asked, and there alone.
    page = f"/hand-overs/{request.pk}"
    assert "Una Stone" in words_of(as_("wes").get(page))
    ours = words_of(as_("amina").get(page))
    assert "It may be a child known to Westborough. Who" in ours
    assert "Una" not in ours
    looked = JournalEntry.objects.about_child(una.pk).filter(verb="read")
    assert {each.by_id for each in looked} == {cast.wes.pk}

    handovers.answer(request, Reply.ACCEPTED, by=cast.wes, at=now)

    named = una.episodes.get()
    assert (named.responsible_authority, named.counted_under) == (cast.westborough,) * 2


def test_a_child_new_to_us_gets_a_record_with_home_and_care(as_, cast: Cast, now):
    stranger = told(
        cast,
        now,
        forename="Una",
        surname="Stone",
        born="01/03/2013",
        lac="Y",
        placing="Westborough",
    )
    pk = stranger.pk
    # Westborough looks after Una, so it is Westborough that says who she is.

    response = as_("wes").post(f"/children/{pk}/match", {"who": "new"}, follow=True)

    assert "Una Stone has a record of their own now." in words_of(response)
    una = Child.objects.get(pk=pk)
    assert una.is_confirmed
    assert una.care_periods.get().authority == cast.westborough
    assert una.placements.get().authority == cast.northshire
    # The next row about her is joined by rule.
    assert not Child.objects.waiting().exists()


def test_the_next_row_about_a_child_new_to_us_is_joined_by_rule(as_, cast: Cast, now):
    stranger = told(cast, now, back=9, forename="Una", surname="Stone", born="01/03/2013")
    as_("amina").post(f"/children/{stranger.pk}/match", {"who": "new"})
    assert Address.objects.get(child=stranger).authority == cast.northshire
    assert not CarePeriod.objects.filter(child=stranger).exists()

    with pytest.raises(Child.DoesNotExist):
        told(cast, now, reference="A9", forename="Una", surname="Stone", born="01/03/2013")

    assert Child.objects.get(pk=stranger.pk).episodes.count() == 2


def test_told_of_by_somebody_else_already_it_becomes_one_missing_episode(
    as_, cast: Cast, stranger: Child, now
):
    known = missing(cast.kit, last_seen=now - timedelta(days=4), found=now, at=now)
    amina = as_("amina")

    words = words_of(amina.get(f"/children/{stranger.pk}/match"))
    amina.post(f"/children/{stranger.pk}/match", {"who": str(cast.kit.pk)})

    assert "They were missing then already, as somebody else has told: it becomes one" in words
    assert list(Episode.objects.counted().filter(child=cast.kit)) == [known]
    page = words_of(amina.get(f"/episodes/{known.pk}"))
    assert "Northshire Police" in page
    story = words_of(amina.get(f"/children/{cast.kit.pk}"))
    assert "Told of by Northshire Police too: one missing episode" in story


def test_two_episodes_over_the_same_time_refuse_the_join_and_nothing_is_lost(
    as_, cast: Cast, stranger: Child, now
):
    missing(cast.kit, last_seen=now - timedelta(days=4), found=now - hours(60), at=now)
    missing(cast.kit, last_seen=now - hours(58), found=now, at=now)

    response = as_("amina").post(f"/children/{stranger.pk}/match", {"who": str(cast.kit.pk)})

    words = words_of(response)
    assert "The child has more than one episode over that time." in words
    assert f'value="{cast.kit.pk}" checked' in response.content.decode()
    assert Child.objects.get(pk=stranger.pk).is_waiting


def test_nothing_chosen_asks_who_it_is(as_, cast: Cast, stranger: Child):
    words = words_of(as_("amina").post(f"/children/{stranger.pk}/match", {"who": ""}))

    assert "Say who this child is, or leave it waiting" in words


def test_whoever_is_second_is_told_that_somebody_was_quicker(as_, cast: Cast, stranger: Child):
    as_("mara").post(f"/children/{stranger.pk}/match", {"who": "new"})

    response = as_("amina").post(f"/children/{stranger.pk}/match", {"who": str(cast.kit.pk)})

    assert "Somebody has already said who this child is." in words_of(response)


def test_the_page_of_a_child_who_is_named_leads_on(as_, cast: Cast, stranger: Child):
    amina = as_("amina")
    amina.post(f"/children/{stranger.pk}/match", {"who": str(cast.kit.pk)})

    response = amina.get(f"/children/{stranger.pk}/match")

    assert response.headers["Location"] == f"/children/{stranger.pk}/separate"


# Taking it back.


def test_taking_it_back_a_second_time_says_that_nothing_is_joined(as_, cast: Cast, stranger: Child):
    amina = as_("amina")
    amina.post(f"/children/{stranger.pk}/match", {"who": str(cast.kit.pk)})
    first = amina.post(f"/children/{stranger.pk}/separate")
    assert first.status_code == 302
    # Somebody else is on the page still.
    assert amina.post(f"/children/{stranger.pk}/separate").status_code == 404


def test_a_join_taken_back_leaves_the_child_as_before(as_, cast: Cast, stranger: Child):
    amina = as_("amina")
    amina.post(f"/children/{stranger.pk}/match", {"who": str(cast.kit.pk)})

    page = words_of(amina.get(f"/children/{stranger.pk}/separate"))
    response = amina.post(f"/children/{stranger.pk}/separate", follow=True)

    assert "Amina Yusuf said on" in page
    assert "1 episode and what we were sent about it leave that record" in page
    assert "Christopher O'Dell waits again to be named." in words_of(response)
    assert not cast.kit.episodes.exists()
    assert not cast.kit.notifications.exists()
    back = Child.objects.get(pk=stranger.pk)
    assert back.is_waiting
    assert back.episodes.get().responsible_authority == cast.northshire


def test_who_joined_what_when_and_why_and_who_took_it_back_stays_to_be_read(
    as_, cast: Cast, stranger: Child
):
    amina, mara = as_("amina"), as_("mara")
    page = f"/children/{stranger.pk}"
    amina.post(f"{page}/match", {"who": str(cast.kit.pk)})
    assert "Everything that was joined here, and taken back (1)" in words_of(
        amina.get(f"{page}/separate")
    )
    mara.post(f"{page}/separate")
    of_kit = words_of(amina.get(f"/children/{cast.kit.pk}"))
    of_stranger = words_of(amina.get(f"{page}/match"))

    assert "joined here, and taken back (2)" in of_kit
    assert "Amina Yusuf joined Christopher O'Dell to this record (chosen by a person:" in of_kit
    assert "Mara Whitfield took Christopher O'Dell back out of it" in of_kit
    assert "Amina Yusuf said that this is Kit O’Dell (chosen by a person:" in of_stranger
    assert "Mara Whitfield took back that this is Kit O’Dell" in of_stranger

    looked = JournalEntry.objects.filter(kind="joined", by_id=cast.amina.pk)
    assert looked.about_child(cast.kit.pk).exists()
    assert looked.about_child(stranger.pk).exists()
    amina.post(f"{page}/match", {"who": str(cast.kit.pk)})
    assert "joined here, and taken back (3)" in words_of(amina.get(f"/children/{cast.kit.pk}"))


def test_of_a_child_whom_amina_may_not_know_the_history_says_no_name(as_, cast: Cast, now):
    stranger = told(cast, now)
    matching.join(stranger, cast.robin, owners={}, because="looked alike", by=cast.wes, at=now)
    matching.separate(stranger, owners={}, by=cast.wes, at=now)
    hidden = not cast.robin.allows(cast.amina, "see_episode")

    words = words_of(as_("amina").get(f"/children/{stranger.pk}/match"))

    assert ("took back that this is a child known to another council" in words) is hidden
    assert ("took back that this is Robin" in words) is not hidden


def test_who_must_act_is_again_as_the_police_said(as_, cast: Cast, now):
    stranger = told(cast, now, lac="Y", placing="Westborough")
    before = stranger.episodes.get()
    matching.join(
        stranger,
        cast.kit,
        owners={
            before.pk: owners.of_child(
                cast.kit, kind=before.kind, started_on=before.started_on, ended_on=before.ended_on
            )
        },
        because="chosen by a person",
        by=cast.wes,
        at=now,
    )
    assert cast.kit.episodes.get().cohort == Cohort.HOME

    as_("wes").post(f"/children/{stranger.pk}/separate")

    after = Child.objects.get(pk=stranger.pk).episodes.get()
    assert (after.responsible_authority, after.host_authority, after.cohort) == (
        cast.westborough,
        cast.northshire,
        Cohort.LOOKED_AFTER_OUT_OF_AREA,
    )


def test_the_council_that_got_a_wrong_join_can_take_it_back(as_, cast: Cast, now):
    stranger = told(cast, now, lac="Y", placing="Westborough")
    as_("wes").post(f"/children/{stranger.pk}/match", {"who": str(cast.kit.pk)})
    request = stranger.episodes.get().handovers.get()
    handovers.answer(request, Reply.ACCEPTED, by=cast.amina, at=request.asked_at)

    response = as_("amina").post(f"/children/{stranger.pk}/separate")

    assert response.headers["Location"] == f"/children/{cast.kit.pk}"
    assert Child.objects.get(pk=stranger.pk).is_waiting


def test_later_rows_of_the_reference_go_back_too(as_, cast: Cast, stranger: Child, now):
    as_("amina").post(f"/children/{stranger.pk}/match", {"who": str(cast.kit.pk)})
    with pytest.raises(Child.DoesNotExist):
        told(cast, now, back=3, forename="Kit")
    assert cast.kit.notifications.count() == 2

    as_("amina").post(f"/children/{stranger.pk}/separate")

    assert cast.kit.notifications.count() == 0
    assert stranger.notifications.count() == 2


# Who may.


@pytest.mark.parametrize("name", ["owen", "wes", "ines", "sol", "ana", "pat"])
def test_owen_cannot_tell_that_a_child_waits(as_, cast: Cast, stranger: Child, name: str):
    client = as_(name)

    assert client.get(f"/children/{stranger.pk}/match").status_code == 404
    assert client.post(f"/children/{stranger.pk}/match", {"who": "new"}).status_code == 404
    assert client.get(f"/children/{stranger.pk}/separate").status_code == 404
    assert client.post(f"/children/{stranger.pk}/separate").status_code == 404
    listed = client.get("/waiting")
    assert listed.status_code == 404 or "O'Dell" not in words_of(listed)
    assert Child.objects.get(pk=stranger.pk).is_waiting


def test_nobody_can_be_chosen_who_was_not_shown(as_, cast: Cast, stranger: Child):
    response = as_("amina").post(f"/children/{stranger.pk}/match", {"who": str(cast.robin.pk)})

    assert response.status_code == 200
    assert Child.objects.get(pk=stranger.pk).is_waiting


def test_the_page_asks_no_more_for_ten_who_come_near(
    as_, cast: Cast, now, django_assert_max_num_queries: DjangoAssertNumQueries
):
    for number in range(10):
        registers.enter(
            register_id=f"K{number}",
            forename=f"Chris{number}",
            surname="O'Dell",
            born_on=date(2012, 9, 30),
            sex="M",
            postcode="NS1 1AA",
            lives_in=cast.northshire,
            looked_after_by=None,
            by=staff.operator(),
            at=now,
        )
    stranger = told(cast, now)
    amina = as_("amina")

    with django_assert_max_num_queries(29):
        words = words_of(amina.get(f"/children/{stranger.pk}/match"))

    assert words.count("Their story") == 10


def test_an_episode_recorded_in_error_does_not_count_for_the_clock(as_, cast, stranger, now):
    episodes.void(stranger.episodes.get(), because="twice", by=cast.amina, at=now)

    assert "still missing" in words_of(as_("amina").get("/waiting"))
    assert Episode.objects.counted().filter(child=stranger).count() == 0


def test_at_intake_the_children_of_ones_own_council_that_wait_are_counted(as_, cast: Cast, now):
    told(cast, now, lac="Y", placing="Westborough")

    assert "not matched yet" not in words_of(as_("amina").get("/intake"))
    assert "1 child not matched yet" in words_of(as_("wes").get("/intake"))


# What a rule joined, with nobody looking.


@pytest.fixture
def kits(cast: Cast, now: datetime) -> Episode:
    """Kit's episode, which the rule joined to him."""
    came(cast, now, forename=cast.kit.forename, surname=cast.kit.surname)
    return cast.kit.episodes.get()


def test_amina_says_that_what_a_rule_joined_is_about_another_child(as_, cast: Cast, kits: Episode):
    amina = as_("amina")

    page = words_of(amina.get(f"/episodes/{kits.pk}"))
    assert "joined because name, birth date and postcode all agree" in page
    assert "It is about another child" in page
    asked = words_of(amina.get(f"/episodes/{kits.pk}/unmatch"))
    assert "Nobody has looked: a rule joined what we were sent to Kit O’Dell" in asked
    response = amina.post(f"/episodes/{kits.pk}/unmatch", follow=True)

    stranger = Child.objects.waiting().get()
    assert response.redirect_chain[-1][0] == f"/children/{stranger.pk}/match"
    words = words_of(response)
    assert "The episode is no longer Kit O’Dell’s. Say whose it is." in words
    assert "Amina Yusuf took back that this is Kit O’Dell" in words
    assert not cast.kit.episodes.exists()
    assert stranger.episodes.get().responsible_authority == cast.northshire
    assert "It is about another child" not in words_of(amina.get(f"/episodes/{kits.pk}"))


def test_that_it_can_be_taken_apart_is_shown_to_those_who_may(as_, kits: Episode):
    assert "It is about another child" not in words_of(as_("sol").get(f"/episodes/{kits.pk}"))
    assert "It is about another child" in words_of(as_("mara").get(f"/episodes/{kits.pk}"))


def test_what_another_council_must_say_whose_it_is_leads_back_to_the_child(as_, cast: Cast, now):
    told_of = {"forename": cast.kit.forename, "surname": cast.kit.surname}
    came(cast, now, **told_of, lac="Y", placing="Westborough")
    kits = cast.kit.episodes.get()

    response = as_("amina").post(f"/episodes/{kits.pk}/unmatch", follow=True)

    assert Child.objects.waiting().get().responsible_authority == cast.westborough
    assert response.redirect_chain[-1][0] == f"/children/{cast.kit.pk}"
    assert "The episode is no longer Kit O’Dell’s. Say whose it is." in words_of(response)


def test_a_second_press_says_that_nothing_is_joined_by_rule(as_, kits: Episode):
    amina = as_("amina")
    amina.post(f"/episodes/{kits.pk}/unmatch")

    response = amina.post(f"/episodes/{kits.pk}/unmatch")

    assert "No rule joined this episode to the child" in words_of(response)
    assert amina.get(f"/episodes/{kits.pk}/unmatch").status_code == 404


def test_a_stranger_cannot_tell_that_there_is_anything_to_take_apart(as_, kits: Episode):
    for who in ("owen", "wes", "ines"):
        assert as_(who).get(f"/episodes/{kits.pk}/unmatch").status_code == 404
        assert as_(who).post(f"/episodes/{kits.pk}/unmatch").status_code == 404
    assert kits.child.episodes.exists()


def test_who_is_kept_from_the_child_is_kept_from_what_was_taken_away_too(
    as_, cast: Cast, kits: Episode, now
):
    restrictions.restrict(cast.kit, "His aunt works here", to=[cast.mara], by=cast.mara, at=now)

    as_("mara").post(f"/episodes/{kits.pk}/unmatch")

    stranger = Child.objects.waiting().get()
    assert stranger.restrictions.filter(ended_at=None).exists()
    assert as_("amina").get(f"/children/{stranger.pk}/match").status_code == 404
    assert as_("amina").get(f"/episodes/{kits.pk}").status_code == 404
    assert as_("mara").get(f"/children/{stranger.pk}/match").status_code == 200
