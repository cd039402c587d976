"""Asking who holds something about a child: what is told and kept, what the database refuses."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from returnhome.casework import acting, asks, registers, restrictions, shares, staff
from returnhome.casework.asks import NotTheirs, OwnAsk, Sought
from returnhome.casework.models import (
    Ask,
    AskedOf,
    Authority,
    Child,
    JournalEntry,
    NothingToTell,
    Organisation,
    Person,
)
from returnhome.rules import knowing
from returnhome.rules.codes import Role
from returnhome.rules.sharing import Purpose, Recipient
from tests.casework.ledger import refused_by
from tests.cast import NOW, Cast, hours, returned
from tests.sharing import begun, kept, officer, told_of_a_car

pytestmark = pytest.mark.check
WHY = "Seen tonight in a car that we stopped"


@pytest.fixture
def pia(cast: Cast) -> Person:
    return officer(cast)


def asked(
    cast: Cast,
    by: Person,
    forename: str = "Sky",
    surname: str = "Marlowe",
    born_on: date = date(2011, 5, 4),
    purpose: Purpose = Purpose.STOP_HARM,
    at: Any = NOW,
    **more: Any,
) -> OwnAsk:
    """Asked for Northshire's police, and what they read."""
    row = asks.ask(
        Sought(forename, surname, born_on, **more),
        purpose,
        WHY,
        organisation=cast.northshire_police,
        by=by,
        at=at,
    )
    return asks.asked_by_ours_one(by, row.pk)


def councils(one: OwnAsk) -> list[str]:
    return [each.council for each in one.holding]


def entered(cast: Cast, key: str, forename: str, surname: str, born_on: date) -> Child:
    """Another child on Northshire's register."""
    return registers.enter(
        register_id=key,
        forename=forename,
        surname=surname,
        born_on=born_on,
        sex="F",
        postcode="NS1 1AA",
        lives_in=Authority.objects.get(name="Northshire"),
        looked_after_by=None,
        provider=None,
        by=cast.adi,
        at=NOW,
    )[0]


def restricted(cast: Cast) -> None:
    restrictions.restrict(cast.sky, "Her father works there", to=[cast.amina], by=cast.mara, at=NOW)


# What the one who asks is told.


def test_a_unit_learns_which_council_holds_something_and_no_more(cast: Cast, pia):
    returned(cast.sky)

    one = asked(cast, pia)

    assert councils(one) == ["Northshire"]
    assert not one.is_answered


def test_where_the_child_is_placed_is_not_told(cast: Cast, pia):
    returned(cast.sky)

    # Placed in Westborough, which is host: to name it would say where she lives.
    assert "Westborough" not in councils(asked(cast, pia))


def test_of_a_child_who_was_never_missing_nobody_holds_anything(cast: Cast, pia):
    assert councils(asked(cast, pia)) == []
    assert not AskedOf.objects.exists()


@pytest.mark.parametrize(
    ("forename", "surname", "born_on", "is_held"),
    [
        ("sky", " MARLOWE ", date(2011, 5, 4), True),
        ("Skye", "Marlowe", date(2011, 5, 4), True),
        ("Skyler", "Marlowe", date(2011, 5, 4), False),
        ("Sky", "Marlow", date(2011, 5, 4), False),
        ("Sky", "Marlowe", date(2011, 4, 5), False),
        ("Sky", "Marlowe", date(2011, 5, 5), False),
        ("Rain", "Marlowe", date(2011, 5, 4), False),
        ("Marlowe", "Sky", date(2011, 5, 4), False),
    ],
)
def test_name_and_birth_date_both_have_to_agree(
    cast: Cast, pia, forename, surname, born_on, is_held
):
    returned(cast.sky)

    assert bool(councils(asked(cast, pia, forename, surname, born_on))) is is_held


def test_a_twin_by_another_name_is_not_meant(cast: Cast, pia):
    entered(cast, "anna", "Anna", "Birch", date(2012, 2, 2))
    hannah = entered(cast, "hannah", "Hannah", "Birch", date(2012, 2, 2))
    returned(hannah)

    # “Anna” and “Hannah” can be forms of one name; here one goes by the very name, and holds none.
    assert councils(asked(cast, pia, "Anna", "Birch", date(2012, 2, 2))) == []
    assert councils(asked(cast, pia, "Hannah", "Birch", date(2012, 2, 2))) == ["Northshire"]


def test_a_short_form_of_the_forename_and_another_name_are_the_childs_too(cast: Cast, pia):
    returned(entered(cast, "alex", "Alexander", "Birch", date(2012, 2, 2)))
    cast.sky.aliases.create(
        forename="Star", surname="Marlowe", folded_name="star marlowe", until=None
    )
    returned(cast.sky)

    assert councils(asked(cast, pia, "Alex", "Birch", date(2012, 2, 2))) == ["Northshire"]
    assert councils(asked(cast, pia, "Star")) == ["Northshire"]


@pytest.mark.parametrize("more", [{"postcode": "ZZ9 9ZZ"}, {"number": "NSP/1"}])
def test_a_postcode_or_number_does_not_change_the_answer(cast: Cast, pia, more):
    returned(cast.sky)

    assert councils(asked(cast, pia, **more)) == ["Northshire"]


def test_of_a_restricted_record_the_one_who_asks_reads_that_nobody_holds_anything(cast: Cast, pia):
    returned(cast.sky)
    restricted(cast)

    one = asked(cast, pia)

    assert (councils(one), one.children, one.is_answered) == ([], [], True)
    # Nor does the list of what they themselves did tell of it.
    own = JournalEntry.objects.filter(by_id=pia.pk, verb="ask about child").get()
    assert (own.child_id, own.shown) == (None, None)


def test_those_who_may_see_a_restricted_record_read_who_asked(cast: Cast, pia):
    returned(cast.sky)
    restricted(cast)
    asked(cast, pia)

    with transaction.atomic(), acting.on_behalf_of(cast.amina):
        assert [row.child for row in asks.waiting_for(cast.amina)] == [cast.sky]
    with transaction.atomic(), acting.on_behalf_of(cast.sol):
        assert asks.waiting_for(cast.sol) == []
        assert not Ask.objects.visible_to(cast.sol).exists()
    # And in the record it stands that somebody asked.
    assert JournalEntry.objects.about_child(cast.sky.pk).filter(verb="be asked about").exists()


def test_somebody_kept_from_the_record_by_name_is_told_nothing_either(cast: Cast):
    returned(cast.sky)
    restrictions.keep_out(cast.sky, cast.wes, "Her uncle", by=cast.mara, at=NOW)

    row = asks.ask(
        Sought("Sky", "Marlowe", date(2011, 5, 4)),
        Purpose.STOP_HARM,
        WHY,
        organisation=cast.westborough_council,
        by=cast.wes,
        at=NOW,
    )

    assert councils(asks.asked_by_ours_one(cast.wes, row.pk)) == []


def test_once_it_is_shared_with_them_all_the_same_the_ask_says_so(cast: Cast, pia):
    episode = told_of_a_car(cast)
    restrictions.restrict(
        cast.sky, "Her father works there", to=[cast.amina, cast.ines], by=cast.mara, at=NOW
    )
    one = asked(cast, pia)
    assert councils(one) == []

    shares.write(kept(cast, begun(cast, episode)), by=cast.ines, at=NOW)

    assert councils(asks.asked_by_ours_one(pia, one.ask.pk)) == ["Northshire"]


# Who may ask, and how often.


def test_nobody_asks_for_an_organisation_of_others(cast: Cast, pia):
    with pytest.raises(NotTheirs):
        asks.ask(
            Sought("Sky", "Marlowe", date(2011, 5, 4)),
            Purpose.STOP_HARM,
            WHY,
            organisation=cast.northshire_council,
            by=pia,
            at=NOW,
        )


@pytest.mark.parametrize("who", ["ines", "ana", "adi", "pat"])
def test_whoever_receives_no_shares_asks_nothing(cast: Cast, who):
    assert asks.may_ask_for(getattr(cast, who)) == []


@pytest.mark.parametrize("who", ["amina", "wes", "lara", "ferry", "sol", "mara"])
def test_whoever_receives_shares_may_ask(cast: Cast, who):
    assert len(asks.may_ask_for(getattr(cast, who))) == 1


def test_after_twenty_in_a_day_one_sentence_says_so_and_a_day_later_it_goes_on(cast: Cast, pia):
    for number in range(knowing.MOST_A_DAY):
        asked(cast, pia, surname=f"Nobody{number}")

    with pytest.raises(knowing.AskedTooOften):
        asked(cast, pia)

    assert Ask.objects.count() == knowing.MOST_A_DAY
    asked(cast, pia, at=NOW + timedelta(hours=25))


def test_asks_of_another_organisation_are_not_there(cast: Cast, pia):
    one = asked(cast, pia)
    other = officer(cast, "quin", cast.larchwood)

    with pytest.raises(NotTheirs):
        asks.asked_by_ours_one(other, one.ask.pk)
    assert asks.asked_by_ours(other) == []


def test_a_colleague_of_the_unit_sees_what_was_asked(cast: Cast, pia):
    one = asked(cast, pia)
    colleague = officer(cast, "quin")

    assert [each.ask.pk for each in asks.asked_by_ours(colleague)] == [one.ask.pk]


# How it is answered.


def test_what_is_shared_since_answers_it(cast: Cast, pia):
    episode = told_of_a_car(cast, NOW - hours(2))
    one = asked(cast, pia, at=NOW - hours(1))

    shares.write(kept(cast, begun(cast, episode)), by=cast.ines, at=NOW)

    (holding,) = asks.asked_by_ours_one(pia, one.ask.pk).holding
    assert holding.is_answered
    assert len(holding.shares) == 1
    assert asks.waiting_for(cast.amina) == []


def test_what_was_shared_before_or_with_others_does_not_answer_it(cast: Cast, pia):
    episode = told_of_a_car(cast, NOW - hours(3))
    shares.write(
        kept(cast, begun(cast, episode, at=NOW - hours(2))), by=cast.ines, at=NOW - hours(2)
    )
    one = asked(cast, pia, at=NOW - hours(1))
    draft = shares.begin(
        episode,
        Recipient.HOME,
        Purpose.FIND_SOONER,
        to=cast.larchwood,
        by=cast.ines,
        at=NOW,
    )
    shares.write(kept(cast, draft), by=cast.ines, at=NOW)

    assert not asks.asked_by_ours_one(pia, one.ask.pk).is_answered
    assert len(asks.waiting_for(cast.amina)) == 1


def test_a_share_that_was_recalled_answers_nothing(cast: Cast, pia):
    episode = told_of_a_car(cast, NOW - hours(2))
    one = asked(cast, pia, at=NOW - hours(1))
    sent = shares.write(kept(cast, begun(cast, episode)), by=cast.ines, at=NOW)

    shares.recall(sent, "The wrong unit", by=cast.amina, at=NOW)

    assert not asks.asked_by_ours_one(pia, one.ask.pk).is_answered
    assert len(asks.waiting_for(cast.amina)) == 1


def test_that_there_is_nothing_is_said_once_and_why_stays_with_the_council(cast: Cast, pia):
    returned(cast.sky)
    one = asked(cast, pia)
    row = AskedOf.objects.get()

    with pytest.raises(knowing.WhyNothingMissing):
        asks.tell_nothing(row, " ", by=cast.amina, at=NOW)
    told = asks.tell_nothing(row, "It is not about a car", by=cast.amina, at=NOW)
    with pytest.raises(knowing.AnsweredAlready):
        asks.tell_nothing(row, "Again", by=cast.amina, at=NOW)

    (holding,) = asks.asked_by_ours_one(pia, one.ask.pk).holding
    assert (holding.nothing_at, holding.shares) == (NOW, [])
    with pytest.raises(DatabaseError), transaction.atomic(), acting.for_partner(pia):
        list(NothingToTell.objects.filter(pk=told.pk).values_list("because"))


def test_the_council_that_answers_for_the_child_now_is_asked(cast: Cast, pia):
    returned(cast.sky)
    asked(cast, pia)

    for who, number in {"amina": 1, "mara": 1, "sol": 1, "wes": 0, "owen": 0, "ines": 0}.items():
        person = getattr(cast, who)
        with transaction.atomic(), acting.on_behalf_of(person):
            assert len(asks.waiting_for(person)) == number, who
            # The second lock is no wider than the first.
            assert AskedOf.objects.count() == number, who
            assert Ask.objects.count() == number, who


# What the database itself refuses.


@pytest.mark.parametrize("model", [Ask, AskedOf, NothingToTell])
def test_what_was_asked_and_answered_never_changes(cast: Cast, pia, model):
    returned(cast.sky)
    asked(cast, pia)
    asks.tell_nothing(AskedOf.objects.get(), "Nothing about that", by=cast.amina, at=NOW)
    table = model._meta.db_table
    column = {"casework_ask": "purpose", "casework_askedof": "due_at"}.get(table, "at")

    for statement in (f"update {table} set {column} = {column}", f"delete from {table}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_database_refuses_an_ask_for_nothing_and_one_passed_on_twice(cast: Cast, pia):
    returned(cast.sky)
    asked(cast, pia)
    row = AskedOf.objects.get()

    with refused_by("an_ask_is_for_something"):
        Ask.objects.create(
            organisation=cast.northshire_police,
            born_on=date(2011, 5, 4),
            purpose="",
            signed_in_by="unknown",
            asked_at=NOW,
            asked_by=pia,
        )
    with refused_by("of_a_child_an_ask_is_passed_on_once"):
        AskedOf.objects.create(
            ask=row.ask, child=row.child, authority=row.authority, is_hidden=False, due_at=NOW
        )


def test_of_a_hidden_ask_no_row_is_there_for_the_one_who_asked(cast: Cast, pia):
    returned(cast.sky)
    restricted(cast)
    asked(cast, pia)
    assert AskedOf.objects.get().is_hidden

    with transaction.atomic(), acting.for_partner(pia):
        assert AskedOf.objects.values_list("pk").count() == 0
    with pytest.raises(DatabaseError), transaction.atomic(), acting.for_partner(pia):
        list(Child.objects.values_list("pk"))


def test_nobody_files_an_ask_for_others_behind_the_verb(cast: Cast, pia):
    with pytest.raises(DatabaseError), transaction.atomic(), acting.for_partner(pia):
        Ask.objects.create(
            organisation=cast.larchwood,
            born_on=date(2011, 5, 4),
            purpose="stop_harm",
            signed_in_by="unknown",
            asked_at=NOW,
            asked_by=pia,
        )


def test_two_posts_ask_each_for_its_own_organisation(cast: Cast, pia):
    staff.appoint(pia, Role.HOME, cast.larchwood, since=NOW.date(), by=cast.adi, at=NOW)
    both = asks.may_ask_for(Person.objects.get(pk=pia.pk))

    assert [each.kind for each in both] == [Organisation.HOME, Organisation.POLICE]
