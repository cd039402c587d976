"""What a council's own policy decides."""

from datetime import date, timedelta

import pytest

from returnhome.rules.codes import OfferKind
from returnhome.rules.policies import (
    DECIDES,
    PolicyKey,
    SaysSoAlready,
    TooFarAhead,
    check_can_set,
    in_words,
    key_of,
)

TODAY = date(2026, 3, 2)


def test_a_policy_decides_only_where_no_duty_does():
    assert key_of(OfferKind.LOCAL_POLICY) is PolicyKey.AWAY_TALK
    assert key_of(OfferKind.ADULT_PATHWAY) is PolicyKey.ADULT_TALK
    assert key_of(OfferKind.STATUTORY) is None
    assert key_of(OfferKind.NOT_STATUTORY_HERE) is None


def test_every_question_but_who_joins_decides_about_a_talk_and_can_be_asked():
    assert set(DECIDES.values()) == set(PolicyKey) - {PolicyKey.PERSON_ALWAYS}
    for key in PolicyKey:
        assert key.question.endswith("?")
        assert str(key.source)


@pytest.mark.parametrize("before", [None, False])
def test_an_answer_can_be_noted_for_a_day_that_has_passed_or_is_near(before):
    for since in (date(2019, 4, 1), TODAY, TODAY + timedelta(days=366)):
        check_can_set(says_yes=True, before=before, since=since, today=TODAY)


def test_an_answer_that_is_in_force_already_and_a_year_mistyped_are_refused():
    with pytest.raises(SaysSoAlready):
        check_can_set(says_yes=True, before=True, since=TODAY, today=TODAY)
    with pytest.raises(TooFarAhead):
        check_can_set(says_yes=True, before=None, since=date(2062, 3, 2), today=TODAY)


@pytest.mark.parametrize("key", list(PolicyKey))
def test_the_reason_says_whose_policy_it_is_and_since_when(key):
    yes = in_words(key, True, authority="Kent", since="1 April 2025")
    no = in_words(key, False, authority="Kent", since="1 April 2025")

    assert "Kent" in yes
    assert "1 April 2025" in no
    assert yes != no
    assert "not on record" in in_words(key, None, authority="Kent")
