"""Reviews, samples and scores of signed records: by somebody else, for good, and never in them."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from returnhome.casework import acting, episodes, interviews, restrictions, reviews, staff
from returnhome.casework.models import (
    Entry,
    Interview,
    Person,
    Review,
    Sample,
    Sampled,
    Score,
    Scoring,
)
from returnhome.reporting import quality
from returnhome.rules import reviewing
from returnhome.rules.codes import Role
from returnhome.rules.interviewing import NotSigned, OwnRecord
from returnhome.rules.reviewing import (
    AskedAlready,
    Criterion,
    DrawnAlready,
    Mark,
    NothingToDraw,
    PeriodNotOver,
    ReviewedAlready,
    ReviewResult,
    ScoredAlready,
    Theme,
)
from tests.casework.ledger import act, last_act, refused_by, who_sees, written_again
from tests.cast import NOW, Cast, booked, held, hours, returned, signed

COMPLETE, TO_ADD = ReviewResult.COMPLETE, ReviewResult.TO_ADD
LATER = NOW + hours(20)
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 3)
TODAY = NOW + timedelta(days=5)
ALL_MET = dict.fromkeys(Criterion, Mark.MET)


@pytest.fixture
def record(cast: Cast) -> Interview:
    return signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)


def waiting(person: Person) -> list[int]:
    return [each.pk for each in reviews.waiting(person)]


def asked(person: Person) -> list[int]:
    return [each.pk for each in reviews.asked(person)]


def asked_of(person: Person) -> list[int]:
    return [each.pk for each in reviews.asked_of(person)]


# Reviews.


def test_a_booking_that_came_to_nothing_is_no_record_to_review(cast: Cast) -> None:
    episode = returned(cast.sky)
    booked(episode, interviewer=cast.ines, by=cast.amina)
    record = signed(episode, interviewer=cast.ines, by=cast.amina)

    assert episode.interviews.count() == 2
    assert waiting(cast.mara) == [record.pk]
    reviews.review(record, TO_ADD, "Where did she sleep?", by=cast.mara, at=LATER)
    assert asked(cast.mara) == asked_of(cast.ines) == [record.pk]


def test_mara_reads_what_ines_signed_and_finds_nothing_missing(cast: Cast, record) -> None:
    assert waiting(cast.mara) == [record.pk]

    found = reviews.review(record, COMPLETE, by=cast.mara, at=LATER)

    assert (found.result, found.by, found.at) == (COMPLETE, cast.mara, LATER)
    assert last_act() == act("review record: complete", found, cast.mara, LATER, cast.sky.pk)
    assert waiting(cast.mara) == asked(cast.mara) == asked_of(cast.ines) == []
    assert not reviews.can_review(record, cast.mara)


def test_something_to_add_waits_for_the_author_until_it_is_added(cast: Cast, record) -> None:
    reviews.review(record, TO_ADD, "Who was there?", by=cast.mara, at=LATER)

    assert waiting(cast.mara) == []
    assert asked(cast.mara) == asked_of(cast.ines) == [record.pk]
    with pytest.raises(AskedAlready):
        reviews.review(record, TO_ADD, "Who was it?", by=cast.mara, at=LATER)

    interviews.add(record, "Her nan and June.", by=cast.ines, at=LATER + hours(1))

    assert waiting(cast.mara) == [record.pk]
    assert asked(cast.mara) == asked_of(cast.ines) == []
    reviews.review(record, COMPLETE, by=cast.mara, at=LATER + hours(2))
    assert waiting(cast.mara) == []
    with pytest.raises(ReviewedAlready):
        reviews.review(record, COMPLETE, by=cast.mara, at=LATER + hours(3))


def test_a_review_changes_nothing_of_the_record(cast: Cast, record) -> None:
    def whole() -> tuple[Any, Any]:
        return (
            Interview.objects.filter(pk=record.pk).values().get(),
            list(Entry.objects.filter(interview=record).order_by("pk").values()),
        )

    before = whole()

    reviews.review(record, TO_ADD, "Who was there?", by=cast.mara, at=LATER)

    assert whole() == before


def test_an_author_who_is_a_manager_too_does_not_review_their_own(cast: Cast) -> None:
    staff.appoint(
        cast.mara,
        Role.INTERVIEWER,
        cast.northshire_council,
        since=NOW.date(),
        by=staff.operator(),
        at=NOW,
    )
    own = signed(returned(cast.kit), interviewer=cast.mara, by=cast.amina)

    assert waiting(cast.mara) == []
    assert not reviews.can_review(own, cast.mara)
    with pytest.raises(OwnRecord):
        reviews.review(own, COMPLETE, by=cast.mara, at=LATER)


def test_a_draft_is_not_reviewed(cast: Cast) -> None:
    draft = held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    assert waiting(cast.mara) == []
    with pytest.raises(NotSigned):
        reviews.review(draft, COMPLETE, by=cast.mara, at=LATER)


def test_a_record_of_an_episode_recorded_in_error_waits_for_nobody(cast: Cast, record) -> None:
    episodes.void(record.episodes.get(), because="Another child", by=cast.mara, at=LATER)

    assert waiting(cast.mara) == []


def test_only_a_manager_of_whoever_answers_or_interviews_reviews(cast: Cast, record) -> None:
    for name in ("amina", "ines", "sol", "ana", "adi", "wes", "owen", "pat"):
        assert waiting(getattr(cast, name)) == [], name
    manager = staff.add_person("w@example.invalid", "W", password=None, by=cast.adi, at=NOW)
    staff.appoint(
        manager,
        Role.MANAGER,
        cast.westborough_council,
        since=NOW.date(),
        by=staff.operator(),
        at=NOW,
    )
    # Where Sky happens to be placed is no reason to read what she said.
    assert waiting(Person.objects.get(pk=manager.pk)) == []


def test_a_providers_manager_reviews_what_its_interviewers_signed(cast: Cast) -> None:
    talk = signed(returned(cast.robin), interviewer=cast.pat, by=cast.amina)
    manager = staff.add_person("p@example.invalid", "P", password=None, by=cast.adi, at=NOW)
    staff.appoint(
        manager, Role.MANAGER, cast.open_path, since=NOW.date(), by=staff.operator(), at=NOW
    )
    theirs = Person.objects.get(pk=manager.pk)

    assert waiting(theirs) == waiting(cast.mara) == [talk.pk]
    reviews.review(talk, COMPLETE, by=theirs, at=LATER)
    assert waiting(cast.mara) == []


def test_a_record_that_is_closed_to_a_manager_waits_for_another(cast: Cast, record) -> None:
    restrictions.keep_out(cast.sky, cast.mara, "Her aunt", by=cast.mara, at=NOW)

    assert waiting(cast.mara) == []


def test_a_review_is_read_by_whoever_reads_the_account(cast: Cast, record) -> None:
    found = reviews.review(record, TO_ADD, "Who was there?", by=cast.mara, at=LATER)

    assert who_sees(found) == {"amina", "mara", "sol", "ines"}


def test_the_database_refuses_a_review_by_the_author_and_of_a_draft(cast: Cast, record) -> None:
    for by in (cast.ines, record.interviewer):
        with refused_by("somebody who did not write it"):
            Review.objects.create(interview=record, result=COMPLETE, at=LATER, by=by)
    draft = held(returned(cast.kit), interviewer=cast.ines, by=cast.amina)
    with refused_by("only a signed record"):
        Review.objects.create(interview=draft, result=COMPLETE, at=LATER, by=cast.mara)
    with refused_by("a_review_has_a_result"):
        Review.objects.create(interview=record, result="fine", at=LATER, by=cast.mara)


def test_the_database_lets_nobody_review_who_may_not(cast: Cast, record) -> None:
    for name in ("amina", "sol"):
        with (
            pytest.raises(Exception, match="row-level security"),
            transaction.atomic(),
            acting.on_behalf_of(getattr(cast, name)),
        ):
            Review.objects.create(
                interview=record, result=COMPLETE, at=LATER, by=getattr(cast, name)
            )
    with transaction.atomic(), acting.on_behalf_of(cast.mara):
        reviews.review(record, COMPLETE, by=cast.mara, at=LATER)


def test_what_is_kept_for_the_lists_is_what_reviews_and_additions_say(cast: Cast, record) -> None:
    def kept() -> str:
        return record.episodes.get().record_waits_for

    def said() -> str:
        last, is_added = reviews._last(record)
        return reviewing.waits_for(last, is_added_since=is_added)

    draft = held(returned(cast.kit), interviewer=cast.ines, by=cast.amina)
    assert draft.episodes.get().record_waits_for == ""
    seen = [kept()]
    assert seen[-1] == said()
    for turn, step in enumerate(
        (
            lambda at: reviews.review(record, TO_ADD, "Who?", by=cast.mara, at=at),
            lambda at: interviews.add(record, "Nan", by=cast.ines, at=at),
            lambda at: interviews.add(record, "And June", by=cast.ines, at=at),
            lambda at: reviews.review(record, COMPLETE, by=cast.mara, at=at),
            lambda at: interviews.add(record, "She rang", by=cast.ines, at=at),
        ),
        1,
    ):
        step(LATER + hours(turn))
        assert kept() == said()
        seen.append(kept())

    assert seen == ["reviewer", "author", "reviewer", "reviewer", "", ""]


# Samples.


def some_signed(cast: Cast, number: int = 4) -> list[int]:
    """Records of Sky and Kit in turn, signed on Monday 2 March."""
    found = []
    for turn in range(number):
        child = (cast.sky, cast.kit)[turn % 2]
        episode = returned(child, hours_ago=10 + 60 * (number - turn))
        found.append(signed(episode, interviewer=cast.ines, by=cast.amina).pk)
    return found


def drawn(cast: Cast, **so: Any) -> Sample:
    so = {"first": FIRST, "last": LAST, "size": 2, "seed": "spring", "by": cast.mara} | so
    return reviews.draw(cast.northshire_council, at=TODAY, **so)


def numbers(sample: Sample) -> list[int]:
    return list(sample.records.in_order().values_list("interview", flat=True))


def test_a_sample_is_drawn_by_its_seed_from_the_records_of_those_days(cast: Cast) -> None:
    every = some_signed(cast)

    sample = drawn(cast, seed="  spring ")

    assert numbers(sample) == reviewing.draw(every, seed="spring", size=2)
    assert (sample.drawn_from, sample.seed, sample.drawn_by) == (4, "spring", cast.mara)
    assert last_act() == act("draw sample", sample, cast.mara, TODAY)
    assert set(numbers(drawn(cast, size=50))) == set(every)
    assert numbers(drawn(cast, seed="summer", size=4)) == reviewing.draw(
        every, seed="summer", size=4
    )


def test_the_same_draw_again_gives_the_same_and_is_not_drawn_twice(cast: Cast) -> None:
    some_signed(cast)
    sample = drawn(cast)

    again = reviews.lots(
        cast.northshire_council, FIRST, LAST, size=2, seed="spring", person=cast.mara
    )

    assert (list(again.numbers), again.digest) == (numbers(sample), sample.digest)
    with pytest.raises(DrawnAlready):
        drawn(cast)


def test_nothing_is_drawn_from_days_that_are_not_over_or_have_no_record(cast: Cast) -> None:
    some_signed(cast, 2)

    with pytest.raises(PeriodNotOver):
        drawn(cast, last=TODAY.date())
    with pytest.raises(NothingToDraw):
        drawn(cast, first=date(2026, 1, 1), last=date(2026, 1, 31))
    assert not Sample.objects.exists()


def test_a_record_is_drawn_on_the_day_on_which_it_was_signed(cast: Cast) -> None:
    (pk,) = some_signed(cast, 1)
    day = Interview.objects.get(pk=pk).signed_at.date()

    assert numbers(drawn(cast, first=day, last=day)) == [pk]
    with pytest.raises(NothingToDraw):
        drawn(cast, first=day - timedelta(days=1), last=day - timedelta(days=1))


def test_a_sample_is_drawn_only_from_records_that_whoever_draws_may_read(cast: Cast) -> None:
    every = some_signed(cast)
    restrictions.keep_out(cast.sky, cast.mara, "Her aunt", by=cast.mara, at=NOW)

    sample = drawn(cast, size=10)

    assert set(numbers(sample)) == set(every[1::2])
    assert sample.drawn_from == 2


def test_a_record_that_is_closed_later_is_in_the_sample_and_not_shown(cast: Cast) -> None:
    some_signed(cast, 2)
    sample = drawn(cast)
    restrictions.keep_out(cast.sky, cast.mara, "Her aunt", by=cast.mara, at=NOW)

    shown = Sampled.objects.visible_to(cast.mara).filter(sample=sample)

    assert sample.records.count() == 2
    assert [each.interview.child for each in shown] == [cast.kit]


def test_another_councils_records_are_not_drawn(cast: Cast) -> None:
    some_signed(cast)

    none = reviews.lots(
        cast.westborough_council, FIRST, LAST, size=5, seed="spring", person=cast.mara
    )

    assert none.numbers == []


# Scores.


@pytest.fixture
def sampled(cast: Cast) -> Sampled:
    some_signed(cast, 1)
    return drawn(cast).records.get()


def scored(cast: Cast, sampled: Sampled, **so: Any) -> Scoring:
    marks = ALL_MET | {Criterion.HARM: Mark.NOT_MET, Criterion.NEEDS: Mark.NOT_APPLICABLE}
    so = {"comments": {Criterion.HARM: "Nobody was told"}, "themes": [Theme.HARM_LATE]} | so
    return reviews.score(sampled, so.pop("marks", marks), **so, by=cast.mara, at=TODAY)


def test_a_record_is_scored_on_every_criterion_once(cast: Cast, sampled: Sampled) -> None:
    scoring = scored(cast, sampled)

    marks = dict(scoring.scores.values_list("criterion", "mark"))
    assert set(marks) == set(Criterion)
    assert marks["harm"] == "not_met"
    assert scoring.scores.get(criterion="harm").comment == "Nobody was told"
    assert scoring.themes == ["harm_late"]
    assert last_act() == act("score record", scoring, cast.mara, TODAY, cast.sky.pk)
    with pytest.raises(ScoredAlready):
        scored(cast, sampled)


def test_scores_are_seen_by_whoever_may_score_and_not_by_hosts_or_colleagues(
    cast: Cast, sampled: Sampled
) -> None:
    scoring = scored(cast, sampled)

    for thing in (sampled, scoring, scoring.scores.all()[0]):
        assert who_sees(thing) == {"mara"}
    assert who_sees(sampled.sample) == {"mara"}


def test_the_author_scores_nothing_of_their_own_not_even_round_the_verb(
    cast: Cast, sampled: Sampled
) -> None:
    with pytest.raises(OwnRecord):
        reviews.score(sampled, ALL_MET, comments={}, by=cast.ines, at=TODAY)
    with refused_by("somebody who did not write it"):
        Scoring.objects.create(sampled=sampled, at=TODAY, by=cast.ines)


def test_reviews_samples_and_scores_are_never_changed(cast: Cast, sampled: Sampled) -> None:
    scored(cast, sampled)
    reviews.review(sampled.interview, COMPLETE, by=cast.mara, at=TODAY)

    for model, change in (
        (Review, {"result": "to_add"}),
        (Sample, {"seed": "other"}),
        (Sampled, {"place": 9}),
        (Scoring, {"themes": []}),
        (Score, {"mark": "met"}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.all()._raw_delete("default")


def test_the_database_refuses_samples_and_scores_that_cannot_be(
    cast: Cast, sampled: Sampled
) -> None:
    sample, score = sampled.sample, scored(cast, sampled).scores.all()[0]

    with refused_by("a_sample_is_drawn_once"):
        written_again(sample)
    with refused_by("a_sample_ends_after_it_began"):
        written_again(sample, seed="another", last=sample.first - timedelta(days=1))
    with refused_by("a_sample_has_a_seed"):
        written_again(sample, seed="")
    with refused_by("a_record_is_in_a_sample_once"):
        written_again(sampled, place=2)
    with refused_by("a_place_in_a_sample_is_one"):
        other = signed(returned(cast.kit), interviewer=cast.ines, by=cast.amina)
        written_again(sampled, interview=other)
    with refused_by("a_criterion_once"):
        written_again(score)
    with refused_by("a_score_has_a_mark"):
        written_again(score, criterion="another", mark="7 of 10")


def test_a_draft_is_in_no_sample(cast: Cast, sampled: Sampled) -> None:
    draft = held(returned(cast.kit), interviewer=cast.ines, by=cast.amina)

    with refused_by("only a signed record"):
        Sampled.objects.create(sample=sampled.sample, interview=draft, place=2)


# What it adds up to.


def test_the_report_counts_what_was_scored_and_names_nobody(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    some_signed(cast, 3)
    one, two, _ = drawn(cast, size=3).records.in_order()
    scored(cast, one)
    scored(cast, two, marks=ALL_MET, themes=[Theme.HARM_LATE, Theme.HEARD])
    theirs = quality.organisations_of(cast.ana)

    found = quality.of_samples(theirs, FIRST, LAST)

    assert (found.samples, found.drawn, found.scored) == (1, 3, 2)
    met = found.met
    assert (met[Criterion.HARM].numerator, met[Criterion.HARM].denominator) == (1, 2)
    assert met[Criterion.HARM].percent == "50.0%"
    assert (met[Criterion.NEEDS].numerator, met[Criterion.NEEDS].denominator) == (1, 1)
    assert [(each, count.numerator) for each, count in found.themes.items()] == [
        (Theme.HARM_LATE, 2),
        (Theme.HEARD, 1),
    ]
    for criterion in Criterion:
        assert sum(found.number(criterion, mark) for mark in Mark) == 2
    with django_assert_num_queries(4), acting.as_nobody():
        quality.of_samples(theirs, FIRST, LAST)


def test_a_council_counts_its_own_samples_only(cast: Cast, sampled: Sampled) -> None:
    scored(cast, sampled)

    assert quality.of_samples(quality.organisations_of(cast.wes), FIRST, LAST).samples == 0
    assert quality.of_samples(quality.organisations_of(cast.mara), FIRST, LAST).samples == 1
    beside = quality.of_samples(quality.organisations_of(cast.mara), LAST + timedelta(days=1), LAST)
    assert beside.scored == 0
    assert quality.organisations_of(cast.pat) == frozenset()
