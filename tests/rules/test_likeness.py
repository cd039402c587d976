"""How alike two descriptions of a child are: what agrees, what does not, and how likely it is."""

from dataclasses import replace
from datetime import date

import pytest
from rapidfuzz.distance import JaroWinkler

from returnhome.rules import nicknames
from returnhome.rules.codes import Sex
from returnhome.rules.likeness import (
    TERMS,
    WEIGHTS,
    WORDS,
    Commonness,
    Described,
    Name,
    Scorer,
    chances,
    days_near,
    slip_between,
)

COMMON = Commonness(100_000, {"sky": 40, "mia": 1_200}, {"rivers": 8, "smith": 1_300})
SCORER = Scorer(JaroWinkler.similarity, COMMON)
SKY = Described(
    (Name("Sky", "Rivers"),),
    date(2012, 3, 4),
    Sex.FEMALE,
    frozenset({"LS11UR"}),
    frozenset({("nhs", "", "9990000018")}),
)


def keys(told: Described, known: Described = SKY) -> list[str]:
    return [term.key for term in SCORER.compare(told, known).terms]


def weight(told: Described, known: Described = SKY) -> float:
    return SCORER.compare(told, known).weight


def named(forename: str, surname: str) -> Described:
    return replace(SKY, names=(Name(forename, surname),))


def test_the_same_child_agrees_in_everything():
    compared = SCORER.compare(SKY, SKY)

    assert [term.words for term in compared.terms] == [
        "same NHS number",
        "same forename",
        "same surname",
        "same birth date",
        "same sex",
        "same postcode",
    ]
    assert all(term.agrees for term in compared.terms)


def test_what_one_does_not_say_is_neither_for_nor_against():
    blank = Described((Name("", ""),))
    compared = SCORER.compare(blank, SKY)

    assert compared.weight == 0
    assert {term.agrees for term in compared.terms} == {None}


@pytest.mark.parametrize(
    ("forename", "key"),
    [
        ("Sky", "forename"),
        ("SKY", "forename"),
        ("Sky Louise", "forename spelt"),
        ("S", "forename initial"),
        ("J", "other forename"),
        ("Skye", "forename short"),
        ("Robin", "other forename"),
    ],
)
def test_a_forename_is_compared_as_people_write_it(forename, key):
    assert key in keys(named(forename, "Rivers"))


@pytest.mark.parametrize(
    ("one", "other", "key"),
    [
        ("O’Brien", "OBRIEN", "surname"),
        ("Müller", "Muller", "surname"),
        ("Łukasik", "Lukasik", "surname"),
        ("Al Said", "Al-Said", "surname"),
        ("AlSaid", "Al-Said", "surname spelt"),
        ("Rivers-Jones", "Jones", "surname part"),
        ("Rivers", "Rivres", "surname slip"),
        ("Rivers", "Rivero", "surname slip"),
        ("Rivers", "Okafor", "other surname"),
    ],
)
def test_a_surname_is_compared_whatever_its_accents_apostrophes_and_hyphens(one, other, key):
    assert key in keys(named("Sky", one), named("Sky", other))


@pytest.mark.parametrize(
    ("born", "key"),
    [
        (date(2012, 3, 4), "born"),
        (date(2012, 4, 3), "born swapped"),
        (date(2011, 3, 4), "born year"),
        (date(2012, 3, 14), "born digit"),
        (date(2012, 3, 23), "born month"),
        (date(2009, 7, 30), "other birth date"),
        (None, "no birth date"),
    ],
)
def test_a_birth_date_may_be_a_slip_of_the_pen_away(born, key):
    assert key in keys(replace(SKY, born_on=born))


def test_the_days_that_a_birth_date_may_stand_for_are_days_and_others():
    assert days_near(date(2012, 2, 29)) == ()
    assert days_near(date(2011, 12, 31)) == (date(2010, 12, 31), date(2012, 12, 31))
    assert days_near(date(2012, 3, 4))[0] == date(2012, 4, 3)
    assert len(days_near(date(2012, 3, 3))) == 2


@pytest.mark.parametrize(
    ("other", "slip"),
    [
        (date(2012, 3, 5), "born digit"),
        (date(2012, 8, 4), "born digit"),
        (date(2017, 3, 4), "born digit"),
        (date(2022, 3, 4), "born digit"),
        (date(2013, 3, 4), "born year"),
        (date(2012, 4, 3), "born swapped"),
        (date(1912, 3, 4), ""),
        (date(2012, 3, 15), ""),
    ],
)
def test_a_slip_is_one_figure_a_year_or_the_order(other, slip):
    assert slip_between(date(2012, 3, 4), other) == slip
    assert slip_between(other, date(2012, 3, 4)) == slip


def test_names_the_other_way_round_are_seen_and_said():
    assert keys(named("Rivers", "Sky"))[1:4] == ["forename", "surname", "swapped"]


def test_an_earlier_surname_agrees_and_says_which_it_was():
    known = replace(SKY, names=(Name("Sky", "Marsh"), Name("Sky", "Rivers", "surname until 2024")))
    compared = SCORER.compare(SKY, known)

    assert "surname until 2024" in [term.words for term in compared.terms]
    assert weight(SKY) > compared.weight > weight(SKY, replace(SKY, names=(Name("Sky", "Marsh"),)))


def test_another_number_of_the_same_kind_speaks_against_and_of_another_kind_says_nothing():
    assert "other number" in keys(replace(SKY, numbers=frozenset({("nhs", "", "1")})))
    assert "other number" not in keys(replace(SKY, numbers=frozenset({("upn", "", "1")})))


def test_a_twin_is_shown_below_the_child_and_is_never_as_likely():
    twin = replace(SKY, names=(Name("Mia", "Rivers"),), numbers=frozenset())
    told = replace(SKY, numbers=frozenset())
    child, other = chances([weight(told), weight(told, twin)], 100_000)

    assert child > 0.99
    assert other < 0.01


def test_a_twin_of_a_child_who_is_not_on_the_register_is_not_taken_for_that_child():
    told = replace(SKY, names=(Name("Mia", "Rivers"),), numbers=frozenset())

    assert chances([weight(told)], 100_000)[0] < 0.9


def test_a_rare_name_says_more_than_a_common_one():
    assert weight(named("Sky", "Rivers"), named("Sky", "Rivers")) > weight(
        named("Mia", "Smith"), named("Mia", "Smith")
    )


def test_two_who_come_equally_near_share_what_there_is():
    assert chances([30.0, 30.0], 1_000) == pytest.approx([0.5, 0.5], abs=0.001)
    assert chances([], 1_000) == []
    assert chances([-20.0], 1_000)[0] < 0.001


def test_the_more_children_there_are_the_less_a_likeness_proves():
    assert chances([15.0], 100)[0] > chances([15.0], 1_000_000)[0]


def test_every_term_has_its_words_and_every_fixed_one_its_weight():
    assert set(WEIGHTS) == set(TERMS) <= set(WORDS)
    assert all(WORDS[key] for key in WORDS)


def test_whichever_of_two_is_told_and_which_is_known_the_same_things_agree():
    other = Described((Name("Skye", "Rivers-Marsh"),), date(2012, 4, 3), Sex.FEMALE)

    assert keys(SKY, other) == keys(other, SKY)


# Forms of names.


@pytest.mark.parametrize(
    ("one", "other"),
    [("kit", "chris"), ("mo", "mohammed"), ("liz", "beth"), ("ayesha", "aisha"), ("kuba", "jakub")],
)
def test_two_forms_of_one_name_go_together(one, other):
    assert nicknames.go_together(one, other)
    assert nicknames.go_together(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("oliver", "olivia"), ("sky", "robin"), ("anna", "hannahbel")]
)
def test_two_names_with_one_short_form_do_not(one, other):
    assert not nicknames.go_together(one, other)


def test_the_table_is_in_the_form_in_which_names_are_compared():
    for line in nicknames.FORMS.strip().splitlines():
        name, _, forms = line.partition(":")
        assert line.islower()
        assert line.isascii()
        assert forms.split(), name
        assert len(forms.split()) == len(set(forms.split())), name
        assert name not in forms.split()

    names = [line.partition(":")[0] for line in nicknames.FORMS.strip().splitlines()]
    assert names == sorted(names)
    assert len(names) == len(set(names))
