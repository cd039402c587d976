"""The field's code lists."""

import pytest

from returnhome.rules import codes
from returnhome.rules.codes import Code, DeclinedBy, EpisodeKind, NotHeldReason, RiskGrade, Sex

LISTS = [thing for thing in vars(codes).values() if isinstance(thing, type)]
LISTS = [thing for thing in LISTS if issubclass(thing, Code) and thing is not Code]


@pytest.mark.parametrize("codes_of", LISTS)
def test_every_code_has_its_own_human_words(codes_of):
    labels = [member.label for member in codes_of]

    assert all(labels)
    assert len(set(labels)) == len(labels)
    assert codes_of.choices() == [(str(member), member.label) for member in codes_of]


@pytest.mark.parametrize(
    ("word", "grade"),
    [
        ("Absent", RiskGrade.VERY_LOW),
        ("No apparent risk", RiskGrade.VERY_LOW),
        ("NO APPARENT  RISK", RiskGrade.VERY_LOW),
        ("Very Low", RiskGrade.VERY_LOW),
        ("very_low", RiskGrade.VERY_LOW),
        ("low", RiskGrade.LOW),
        ("Medium risk", RiskGrade.MEDIUM),
        (" High ", RiskGrade.HIGH),
        ("", None),
        (None, None),
        ("=1+1", None),
        ("risk", None),
    ],
)
def test_the_words_of_every_era_lead_to_one_risk_grade(word, grade):
    assert codes.risk_grade(word) is grade


def test_a_sex_that_is_not_understood_is_not_known():
    assert codes.sex("Female") is Sex.FEMALE
    assert codes.sex("m") is Sex.MALE
    assert codes.sex("") is Sex.UNKNOWN
    assert codes.sex(None) is Sex.UNKNOWN
    assert codes.sex("prefer not to say") is Sex.UNKNOWN


def test_missing_and_away_have_their_903_codes():
    assert EpisodeKind.MISSING.code_903 == "M"
    assert EpisodeKind.AWAY.code_903 == "A"


def test_only_the_childs_own_no_ends_the_duty():
    assert NotHeldReason.DECLINED_BY_CHILD.closes
    assert NotHeldReason.DECLINED_BY_CHILD.declined_by is DeclinedBy.CHILD
    assert not NotHeldReason.DECLINED_BY_PARENT.closes
    assert NotHeldReason.DECLINED_BY_PARENT.declined_by is DeclinedBy.PARENT_OR_CARER


@pytest.mark.parametrize(
    "reason",
    [
        NotHeldReason.MISSING_AGAIN,
        NotHeldReason.STILL_MISSING,
        NotHeldReason.NOT_TAKEN_ON,
        NotHeldReason.MOVED_AWAY,
        NotHeldReason.DETAINED_OR_HOSPITAL,
    ],
)
def test_what_happens_to_the_child_does_not_end_the_duty(reason):
    assert not reason.closes
    assert reason.declined_by is None


def test_every_reason_that_was_seen_or_proposed_has_its_code_and_held_late_is_none_of_them():
    assert [reason.value for reason in NotHeldReason] == [
        "declined_by_child",
        "declined_by_parent",
        "not_contactable",
        "missing_again",
        "still_missing",
        "turned_18",
        "not_offered",
        "not_taken_on",
        "detained_or_hospital",
        "moved_away",
        "not_in_interests_now",
        "covered_by_another",
        "recorded_in_error",
    ]


def test_a_child_missing_in_error_or_never_offered_needs_an_explanation():
    assert NotHeldReason.RECORDED_IN_ERROR.needs_note
    assert NotHeldReason.NOT_OFFERED.needs_note
    assert not NotHeldReason.DECLINED_BY_CHILD.needs_note
