"""What a council's own policy says, and what is unfinished follows it."""

from datetime import date, timedelta

import pytest

from returnhome.casework import episodes, offers, policies
from returnhome.casework.models import Child, Episode, JournalEntry, LocalPolicy, TalkName
from returnhome.rules import offering
from returnhome.rules.codes import EpisodeKind, Means, Reached
from returnhome.rules.policies import PolicyKey, SaysSoAlready, TooFarAhead
from returnhome.rules.progress import Step
from tests.casework.ledger import act, fresh, last_act, refused_by, who_sees
from tests.cast import NOW, Cast, exactly, hours, missing, returned

TODAY = NOW.date()
LONG_AGO = date(2024, 4, 1)


def set_policy(
    cast: Cast, key: PolicyKey, says_yes: bool, since: date = LONG_AGO, at=NOW
) -> LocalPolicy:
    return episodes.set_policy(
        cast.northshire, key, says_yes=says_yes, since=since, by=cast.mara, at=at
    )


def says(cast: Cast, key: PolicyKey, on: date) -> bool | None:
    policy = policies.in_force(cast.northshire, key, on)
    return policy.says_yes if policy else None


def away(cast: Cast, *, is_back: bool = True) -> Episode:
    back = NOW - hours(10) if is_back else None
    return missing(cast.robin, returned=back, kind=EpisodeKind.AWAY)


def adult(cast: Cast) -> Episode:
    Child.objects.filter(pk=cast.kit.pk).update(born_on=date(2008, 1, 1))
    return returned(cast.kit)


def reason(episode: Episode) -> str:
    return next(each["sentence"] for each in fresh(episode).reasons if each["rule"] == "policy")


def test_an_answer_counts_from_its_day_on_and_the_earlier_one_is_kept(cast: Cast) -> None:
    set_policy(cast, PolicyKey.AWAY_TALK, True)
    later = set_policy(cast, PolicyKey.AWAY_TALK, False, since=date(2026, 1, 1))

    assert says(cast, PolicyKey.AWAY_TALK, date(2024, 3, 31)) is None
    assert says(cast, PolicyKey.AWAY_TALK, date(2025, 12, 31)) is True
    assert says(cast, PolicyKey.AWAY_TALK, date(2026, 1, 1)) is False
    assert says(cast, PolicyKey.ADULT_TALK, TODAY) is None
    assert LocalPolicy.objects.newest_first().first() == later
    assert LocalPolicy.objects.count() == 2


def test_an_answer_mended_on_the_same_day_stands_over_the_one_before(cast: Cast) -> None:
    set_policy(cast, PolicyKey.AWAY_TALK, True)
    set_policy(cast, PolicyKey.AWAY_TALK, False, at=NOW + hours(1))

    assert says(cast, PolicyKey.AWAY_TALK, LONG_AGO) is False


def test_the_policy_is_journalled_and_seen_by_those_who_work_with_the_councils_children(
    cast: Cast,
) -> None:
    policy = set_policy(cast, PolicyKey.ADULT_TALK, True)

    assert last_act() == act("note policy: adult_talk", policy, cast.mara, NOW)
    assert who_sees(policy) == {"amina", "ines", "mara", "sol"}


def test_what_says_so_already_and_what_is_years_ahead_is_refused(cast: Cast) -> None:
    set_policy(cast, PolicyKey.AWAY_TALK, True)

    with pytest.raises(SaysSoAlready):
        set_policy(cast, PolicyKey.AWAY_TALK, True, since=TODAY)
    with pytest.raises(TooFarAhead):
        set_policy(cast, PolicyKey.AWAY_TALK, False, since=TODAY + timedelta(days=900))


# Away from placement.


def test_away_from_placement_a_talk_is_offered_while_nobody_has_said_what_the_policy_is(
    cast: Cast,
) -> None:
    episode = episodes.take_on(away(cast), by=cast.amina, at=NOW)

    assert episode.is_offered_by_policy is None
    assert episode.next_step is Step.OFFER
    assert "not on record" in reason(episode)


def test_where_the_policy_offers_no_talk_nothing_is_owed_once_somebody_has_looked(
    cast: Cast,
) -> None:
    set_policy(cast, PolicyKey.AWAY_TALK, False)
    episode = away(cast)
    assert fresh(episode).next_step is Step.TAKE_ON
    assert "since 1 April 2024: no talk is offered" in reason(episode)

    episodes.take_on(episode, by=cast.amina, at=NOW)
    assert fresh(episode).is_settled

    episodes.assign(episode, None, by=cast.amina, at=NOW)
    assert not fresh(episode).is_settled


def test_a_child_who_was_away_can_be_offered_a_talk_whatever_the_policy_says(cast: Cast) -> None:
    set_policy(cast, PolicyKey.AWAY_TALK, False)
    episode = episodes.take_on(away(cast), by=cast.amina, at=NOW)

    offers.make(
        episode,
        means=Means.TELEPHONE,
        reached=Reached.CHILD,
        made_at=NOW,
        by=cast.amina,
        at=NOW,
    )

    assert fresh(episode).next_step is Step.ANSWER


def test_the_policy_of_the_day_of_the_return_counts(cast: Cast) -> None:
    set_policy(cast, PolicyKey.AWAY_TALK, True)
    set_policy(cast, PolicyKey.AWAY_TALK, False, since=TODAY)
    episode = away(cast, is_back=False)
    assert episode.is_offered_by_policy is True

    episodes.record_return(episode, returned=exactly(NOW), by=cast.amina, at=NOW)

    assert fresh(episode).is_offered_by_policy is False


def test_an_episode_that_turns_out_to_be_missing_is_no_longer_for_the_policy(cast: Cast) -> None:
    set_policy(cast, PolicyKey.AWAY_TALK, False)
    episode = away(cast)

    episodes.update(
        episode, kind=EpisodeKind.MISSING, moments={}, source="Police", by=cast.amina, at=NOW
    )

    assert fresh(episode).is_offered_by_policy is None
    assert not [each for each in fresh(episode).reasons if each["rule"] == "policy"]


def test_what_is_unfinished_follows_a_policy_that_is_noted_later(cast: Cast) -> None:
    episode = episodes.take_on(away(cast), by=cast.amina, at=NOW)

    set_policy(cast, PolicyKey.AWAY_TALK, False, at=NOW + hours(1))

    assert fresh(episode).settled_at == NOW + hours(1)
    followed = JournalEntry.objects.filter(verb="follow policy")
    assert [entry.object_id for entry in followed] == [episode.pk]


def test_what_is_settled_stays_settled_when_the_policy_changes(cast: Cast) -> None:
    set_policy(cast, PolicyKey.AWAY_TALK, False)
    episode = episodes.take_on(away(cast), by=cast.amina, at=NOW)

    set_policy(cast, PolicyKey.AWAY_TALK, True, since=date(2025, 1, 1))

    assert fresh(episode).is_settled


def test_another_councils_policy_changes_nothing(cast: Cast) -> None:
    episode = away(cast)

    episodes.set_policy(
        cast.westborough,
        PolicyKey.AWAY_TALK,
        says_yes=False,
        since=LONG_AGO,
        by=cast.mara,
        at=NOW,
    )

    assert fresh(episode).is_offered_by_policy is None


# At 18.


def test_at_18_a_talk_is_offered_only_where_the_policy_says_so(cast: Cast) -> None:
    episode = adult(cast)

    def offer() -> offers.Offer:
        return offers.make(
            episode,
            means=Means.TELEPHONE,
            reached=Reached.CHILD,
            made_at=NOW,
            by=cast.amina,
            at=NOW,
        )

    with pytest.raises(offering.AdultPathway):
        offer()
    set_policy(cast, PolicyKey.ADULT_TALK, False)
    with pytest.raises(offering.AdultPathway):
        offer()
    set_policy(cast, PolicyKey.ADULT_TALK, True, since=TODAY - timedelta(days=1))

    assert offer().pk


def test_the_database_refuses_a_policy_that_answers_nothing(cast: Cast) -> None:
    policy = set_policy(cast, PolicyKey.AWAY_TALK, True)

    with refused_by("a_policy_answers_a_question"):
        LocalPolicy.objects.create(
            authority=policy.authority,
            key="",
            says_yes=True,
            since=TODAY,
            noted_at=NOW,
            noted_by=cast.mara,
        )


def test_the_database_refuses_a_talk_without_a_name(cast: Cast) -> None:
    with refused_by("a_talk_is_called_something"):
        TalkName.objects.create(
            authority=cast.northshire, name="", noted_at=NOW, noted_by=cast.mara
        )
