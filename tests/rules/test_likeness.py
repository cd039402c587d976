"""How alike two descriptions of a child are: what agrees, what does not, and how likely it is."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from rapidfuzz.distance import JaroWinkler

from returnhome.rules import nicknames
from returnhome.rules.codes import Sex
from returnhome.rules.likeness import (
    ABOUT,
    TERMS,
    WEIGHTS,
    WORDS,
    Commonness,
    Described,
    Name,
    Scorer,
    Subject,
    Verdict,
    chances,
    days_a_slip_away,
    days_near,
    near_in_words,
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


@pytest.mark.parametrize(
    ("forename", "surname", "goes_by"),
    [
        ("Sky", "Rivers", 0),
        ("SKY", " rivers", 0),
        ("Sky Ann", "Rivers", 1),
        ("Skye", "Rivers", 2),
        # A slip of the pen, the first letter, a part of the surname, the other way round: another.
        ("Sku", "Rivers", None),
        ("S", "Rivers", None),
        ("Sky", "Rivers-Lee", None),
        ("Sky", "River", None),
        ("Rivers", "Sky", None),
        ("Rain", "Rivers", None),
        ("", "Rivers", None),
        ("Sky", "", None),
    ],
)
def test_a_child_goes_by_a_name_or_does_not_and_no_slip_is_made_up_for(forename, surname, goes_by):
    assert SCORER.goes_by(named(forename, surname), SKY) == goes_by


@pytest.mark.parametrize("born_on", [None, date(2012, 4, 3), date(2012, 3, 5), date(2011, 3, 4)])
def test_with_another_birth_date_or_none_nobody_goes_by_a_name(born_on):
    assert SCORER.goes_by(replace(SKY, born_on=born_on), SKY) is None


def test_another_name_on_record_is_the_childs_too():
    known = replace(SKY, names=(*SKY.names, Name("Star", "Hale", "by another name")))

    assert SCORER.goes_by(named("Star", "Hale"), known) == 0
    # But not the forename of the one with the surname of the other.
    assert SCORER.goes_by(named("Star", "Rivers"), known) is None


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
        # Two figures, though the numbers are as far apart as one could make them.
        (date(2007, 3, 4), ""),
        (date(2012, 3, 4), ""),
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


def test_a_form_of_the_forename_born_that_day_with_another_surname_is_no_likely_child():
    """Of all who are born on a day somebody has a name that is a form of any other."""
    known = Described((Name("William", "Hussain"),), date(2013, 1, 9), Sex.MALE)
    told = Described((Name("Liam", "Brown"),), date(2013, 1, 9), Sex.MALE)

    compared = SCORER.compare(told, known)

    assert "neither name the same" in [term.words for term in compared.terms]
    assert chances([compared.weight], 100_000)[0] < 0.9
    # With the surname, or the very forename, nothing is taken off.
    for other in (Name("Liam", "Hussain"), Name("William", "Brown")):
        assert "no name" not in keys(replace(told, names=(other,)), known)


def test_two_who_come_equally_near_share_what_there_is():
    assert chances([30.0, 30.0], 1_000) == pytest.approx([0.5, 0.5], abs=0.001)
    assert chances([], 1_000) == []
    assert chances([-20.0], 1_000)[0] < 0.001


def test_the_more_children_there_are_the_less_a_likeness_proves():
    assert chances([15.0], 100)[0] > chances([15.0], 1_000_000)[0]


@pytest.mark.parametrize(
    ("known", "verdicts"),
    [
        (SKY, {Verdict.SAME}),
        (Described((Name("", ""),)), {Verdict.UNSAID}),
        (named("Skye", "Rivers-Jones"), {Verdict.SAME, Verdict.NEAR}),
        (named("Robin", "Okafor"), {Verdict.SAME, Verdict.DIFFERS}),
    ],
)
def test_of_each_thing_it_is_said_whether_it_is_the_same_near_or_another(known, verdicts):
    assert {term.verdict for term in SCORER.compare(SKY, known).terms} == verdicts


def test_every_term_says_what_it_is_about():
    assert set(ABOUT) == set(WORDS)
    about = [term.about for term in SCORER.compare(SKY, SKY).terms]
    assert about == [each for each in Subject if each is not Subject.OTHER]


def test_every_term_has_its_words_and_every_fixed_one_its_weight():
    assert set(WEIGHTS) == set(TERMS) <= set(WORDS)
    assert all(WORDS[key] for key in WORDS)


def test_whichever_of_two_is_told_and_which_is_known_the_same_things_agree():
    other = Described((Name("Skye", "Rivers-Marsh"),), date(2012, 4, 3), Sex.FEMALE)

    assert keys(SKY, other) == keys(other, SKY)


# What holds a join by rule back.


def near(known: Described, told: Described = SKY) -> str:
    return near_in_words(SCORER.comes_near(told, replace(known, numbers=frozenset())))


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (SKY, "same name, same birth date"),
        (replace(SKY, places=frozenset({"M11AA"})), "same name, same birth date"),
        (
            replace(SKY, born_on=date(2012, 4, 3)),
            "same name, birth date with day and month swapped",
        ),
        (replace(SKY, born_on=date(2013, 3, 4)), "same name, birth date a year off"),
        (
            replace(SKY, born_on=date(2012, 3, 24)),
            "same name, birth date with one figure different",
        ),
        (replace(SKY, born_on=None), "same name, birth date not given"),
        (
            named("Skye", "Rivers"),
            "a short or other form of the forename, same surname, same birth date",
        ),
        (named("S", "Rivers"), "the forename’s first letter alone, same surname, same birth date"),
        (
            named("Sky", "Rivers-Jones"),
            "same forename, a part of the same double surname, same birth date",
        ),
        (named("Sky", "Rivres"), "same forename, surname a letter or two off, same birth date"),
        (
            named("Rivers", "Sky"),
            "same name, forename and surname the other way round, same birth date",
        ),
        (named("", "Rivers"), "forename not given, same surname, same birth date"),
    ],
)
def test_a_namesake_comes_near_whatever_the_postcode_and_it_is_said_how(known, words):
    assert near(known) == words


@pytest.mark.parametrize(
    "known",
    [
        named("Mia", "Rivers"),
        named("", "Okafor"),
        replace(named("", "Rivers"), born_on=None),
        named("Sky", "Okafor"),
        replace(SKY, born_on=date(2009, 7, 30)),
        replace(SKY, born_on=date(2012, 3, 15)),
    ],
)
def test_a_twin_of_another_forename_and_whoever_is_clearly_another_do_not(known):
    assert near(known) == ""


def test_of_triplets_known_by_one_letter_each_is_clearly_another():
    told = named("A", "Rivers")

    assert near(named("B", "Rivers"), told) == ""
    assert near(named("A", "Rivers"), told) == "same name, same birth date"
    assert near(named("Anna", "Rivers"), told).startswith("the forename’s first letter alone")


def test_twins_whose_forenames_are_a_slip_of_the_pen_apart_come_near():
    assert near(named("Amira", "Rivers"), named("Amina", "Rivers"))


def test_another_name_on_record_comes_near_as_much_as_the_name_now():
    known = replace(SKY, names=(Name("Robin", "Marsh"), Name("Sky", "Rivers", "until 2024")))

    assert near(known) == "same name, same birth date"


def test_whoever_has_the_number_comes_near_whatever_the_name():
    known = replace(named("Robin", "Okafor"), born_on=date(2009, 7, 30))

    assert near_in_words(SCORER.comes_near(SKY, known)) == "same NHS number"


@pytest.mark.parametrize(
    ("known", "is_meant"),
    [
        (SKY, True),
        (replace(SKY, places=frozenset()), True),
        (replace(SKY, born_on=None), True),
        (replace(SKY, born_on=date(2012, 4, 3)), True),
        (named("SKY", "Rivers"), True),
        (named("Skye", "Rivers"), False),
        (named("Sky", "Marsh"), False),
        (named("Rivers", "Sky"), False),
        (replace(SKY, born_on=date(2009, 7, 30)), False),
        (replace(SKY, numbers=frozenset({("upn", "", "1")})), False),
    ],
)
def test_a_shared_number_says_who_is_meant_only_together_with_the_name(known, is_meant):
    assert SCORER.agrees_by_number(SKY, known) is is_meant


def test_another_number_of_a_kind_leaves_it_to_a_person():
    told = replace(SKY, numbers=SKY.numbers | {("upn", "", "1")})

    assert SCORER.agrees_by_number(told, SKY)
    assert not SCORER.agrees_by_number(told, replace(SKY, numbers=SKY.numbers | {("upn", "", "2")}))


@pytest.mark.parametrize("born", [date(2012, 3, 4), date(2012, 2, 29), date(2009, 12, 31)])
def test_the_days_a_slip_away_are_just_those_of_which_the_rule_says_so(born):
    every = (date(1999, 1, 1) + timedelta(days=each) for each in range(12_000))

    assert set(days_a_slip_away(born)) >= {day for day in every if slip_between(born, day)}
    assert all(slip_between(born, day) for day in days_a_slip_away(born))


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


@pytest.mark.parametrize(("name", "letters"), [("bill", "wbl"), ("mia", "m"), ("zzz", "z")])
def test_the_first_letters_of_a_names_forms_are_known(name, letters):
    assert nicknames.initials_of(name) >= frozenset(letters)


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
