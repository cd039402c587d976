"""What others find in signed records: reviews, samples by a seed, scores. None changes one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery

from returnhome.casework import children, episodes, journal
from returnhome.casework.interviews import Coverage, Interview
from returnhome.casework.places import lineage
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import ANSWERING, Organisation, Person
from returnhome.rules import clock, reviewing
from returnhome.rules.access import Verb
from returnhome.rules.reviewing import Criterion, Mark, ReviewResult, Theme, WaitsFor


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, person: Person) -> "ReviewQuerySet":
        """Whoever may read the account, the author among them."""
        return self.filter(interview__in=Interview.objects.account_visible_to(person))

    def in_order(self) -> "ReviewQuerySet":
        return self.order_by("at", "pk")


class Review(models.Model):
    """What a colleague found on reading a signed record. Never changed, and no part of it."""

    sealed_under = "interview"

    interview = models.ForeignKey(Interview, models.PROTECT, related_name="reviews")
    result = models.CharField(max_length=20)
    comment = SealedText()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(result__in=[each.value for each in ReviewResult]),
                name="a_review_has_a_result",
            ),
        ]
        indexes = [
            models.Index(
                fields=["interview"],
                condition=Q(result=ReviewResult.TO_ADD.value),
                name="review_to_add",
            ),
        ]

    @property
    def child_id(self) -> int:
        return self.interview.child_id

    @property
    def label(self) -> str:
        return ReviewResult(self.result).label

    @property
    def asks(self) -> bool:
        return self.result == ReviewResult.TO_ADD


# Where records stand. Whom one waits for is kept with the episodes it answers for, so that the
# first screen asks it of an index.


def _covering(whom: WaitsFor, theirs: Q) -> models.QuerySet[Coverage]:
    """What the records among `theirs` that wait for this one answer for.

    Of an episode with bookings that came to nothing, the record alone.
    """
    return Coverage.objects.filter(
        theirs,
        episode__record_waits_for=whom,
        episode__voided_at=None,
        interview__signed_at__isnull=False,
    )


def _waiting(whom: WaitsFor, theirs: Q) -> list[int]:
    """Numbers of these records. One query."""
    return sorted(set(_covering(whom, theirs).values_list("interview", flat=True)))


def _to_review(person: Person) -> Q:
    """Records of others, on the way from what they answer for."""
    theirs = person.whose(Verb.REVIEW, *ANSWERING, of="episode__", child="episode__child")
    return theirs & ~Q(interview__interviewer=person) & ~Q(interview__signed_by=person)


def waiting_for(person: Person) -> list[int]:
    """Numbers of the records that wait for this person's review: nobody's, or added to since."""
    return _waiting(WaitsFor.REVIEWER, _to_review(person))


def how_many_wait_for(person: Person) -> int:
    """The same, counted where they are: old records may wait in their thousands."""
    return _covering(WaitsFor.REVIEWER, _to_review(person)).values("interview").distinct().count()


def waiting(person: Person) -> models.QuerySet[Interview]:
    """These records, the oldest first, each with what its last review `found` and `found_at`."""
    return _with_last(waiting_for(person)).order_by("signed_at", "pk")


def asked(person: Person) -> models.QuerySet[Interview]:
    """Those that this person may review and that wait for their authors."""
    rows: Any = _with_last(_waiting(WaitsFor.AUTHOR, _to_review(person)))
    return rows.order_by("found_at", "pk")


def asked_of(author: Person) -> models.QuerySet[Interview]:
    """The author's own records to which something is to be added."""
    rows: Any = _with_last(_waiting(WaitsFor.AUTHOR, Q(interview__signed_by=author)))
    return rows.order_by("found_at", "pk")


def _with_last(numbers: Collection[int]) -> models.QuerySet[Interview]:
    reviews = Review.objects.filter(interview=OuterRef("pk")).order_by("-at", "-pk")
    return Interview.objects.filter(pk__in=numbers).annotate(
        found=Subquery(reviews.values("result")[:1]), found_at=Subquery(reviews.values("at")[:1])
    )


def _last(interview: Interview) -> tuple[ReviewResult | None, bool]:
    """What the last review found, and whether something was added since."""
    last = interview.reviews.order_by("-at", "-pk").first()
    if last is None:
        return None, False
    return ReviewResult(last.result), interview.addenda.filter(written_at__gte=last.at).exists()


def can_review(interview: Interview, person: Person) -> bool:
    """Whether there is something for this person to review in it now. Three queries."""
    theirs = Interview.objects.that_may_be_reviewed_by(person).filter(pk=interview.pk)
    if not theirs.exists():
        return False
    last, is_added = _last(interview)
    return last is not ReviewResult.COMPLETE or is_added


@transaction.atomic
def review(
    interview: Interview, result: ReviewResult, comment: str = "", *, by: Person, at: datetime
) -> Review:
    """Write down what was found on reading somebody else's signed record.

    Raises NotSigned, OwnRecord, ReviewedAlready, AskedAlready, CommentMissing.
    """
    children.lock(interview.child_id)
    covered = episodes.lock(*interview.episodes.values_list("pk", flat=True))
    interview = Interview.objects.select_for_update(no_key=True, of=("self",)).get(pk=interview.pk)
    last, is_added = _last(interview)
    reviewing.check_can_review(
        authors=(interview.interviewer_id, interview.signed_by_id),
        reviewer=by.pk,
        is_signed=interview.is_signed,
        last=last,
        is_added_since=is_added,
        result=result,
        comment=comment,
    )
    found = Review.objects.create(
        interview=interview, result=result, comment=comment.strip(), at=at, by=by
    )
    for episode in covered:
        waits = reviewing.waits_for(result, is_added_since=False)
        episodes.note(episode, record_waits_for=waits, at=at)
    journal.write(f"review record: {result}", found, by=by, at=at)
    return found


# Samples.


class SampleQuerySet(models.QuerySet["Sample"]):
    def visible_to(self, person: Person) -> "SampleQuerySet":
        _, organisations = person.may_for(Verb.DRAW_SAMPLE)
        return self.filter(organisation_id__in=organisations)

    def newest_first(self) -> "SampleQuerySet":
        return self.order_by("-drawn_at", "-pk")


class Sample(models.Model):
    """Signed records drawn by lot: of which days, how many, by which seed, from how many.

    `digest` is of the numbers of those it was drawn from, so that it can be told whether they are
    the same when it is drawn again. Never changed.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    first = models.DateField()
    last = models.DateField()
    size = models.PositiveSmallIntegerField()
    seed = models.CharField(max_length=60)
    drawn_from = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = SampleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "first", "last", "size", "seed"],
                name="a_sample_is_drawn_once",
            ),
            models.CheckConstraint(
                condition=Q(last__gte=F("first")), name="a_sample_ends_after_it_began"
            ),
            models.CheckConstraint(condition=~Q(seed=""), name="a_sample_has_a_seed"),
        ]


class SampledQuerySet(models.QuerySet["Sampled"]):
    def visible_to(self, person: Person) -> "SampledQuerySet":
        """Whoever may score such records."""
        theirs = person.whose(Verb.REVIEW, *ANSWERING, of="episode__", child="episode__child")
        covering = Coverage.objects.filter(theirs, interview=OuterRef("interview"))
        return self.filter(Exists(covering))

    def in_order(self) -> "SampledQuerySet":
        return self.order_by("place")


class Sampled(models.Model):
    """A record of a sample, at its place in the order of the lot."""

    sample = models.ForeignKey(Sample, models.PROTECT, related_name="records", db_index=False)
    interview = models.ForeignKey(Interview, models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()

    objects = SampledQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sample", "interview"], name="a_record_is_in_a_sample_once"
            ),
            models.UniqueConstraint(fields=["sample", "place"], name="a_place_in_a_sample_is_one"),
        ]

    @property
    def child_id(self) -> int:
        return self.interview.child_id


class ScoringQuerySet(models.QuerySet["Scoring"]):
    def visible_to(self, person: Person) -> "ScoringQuerySet":
        return self.filter(sampled__in=Sampled.objects.visible_to(person))


class Scoring(models.Model):
    """That somebody scored a record of a sample, with the themes they saw. Never changed."""

    sampled = models.OneToOneField(Sampled, models.PROTECT, related_name="scoring")
    themes = ArrayField(models.CharField(max_length=30), default=list)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = ScoringQuerySet.as_manager()

    @property
    def child_id(self) -> int:
        return self.sampled.child_id

    @property
    def theme_labels(self) -> list[str]:
        return [Theme(each).label for each in self.themes]


class ScoreQuerySet(models.QuerySet["Score"]):
    def visible_to(self, person: Person) -> "ScoreQuerySet":
        return self.filter(scoring__in=Scoring.objects.visible_to(person))


class Score(models.Model):
    """How far the record meets one criterion, and what is missing."""

    sealed_under = "scoring.sampled.interview"

    scoring = models.ForeignKey(Scoring, models.PROTECT, related_name="scores", db_index=False)
    criterion = models.CharField(max_length=30)
    mark = models.CharField(max_length=20)
    comment = SealedText()

    objects = ScoreQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scoring", "criterion"], name="a_criterion_once"),
            models.CheckConstraint(
                condition=Q(mark__in=[each.value for each in Mark]), name="a_score_has_a_mark"
            ),
        ]

    @property
    def label(self) -> str:
        return Criterion(self.criterion).label

    @property
    def mark_label(self) -> str:
        return Mark(self.mark).label


@dataclass(frozen=True)
class Drawn:
    """The numbers of a sample in the order of the lot, and of all that it was drawn from."""

    numbers: Sequence[int]
    among: Sequence[int]

    @property
    def digest(self) -> str:
        return sha256(",".join(map(str, self.among)).encode()).hexdigest()


def lots(
    organisation: Organisation, first: date, last: date, *, size: int, seed: str, person: Person
) -> Drawn:
    """The sample of the organisation's records signed off on these days, as this person draws it.

    Only what the person may read is drawn from, so a record that is closed to them is not there.
    Nothing is written.
    """
    areas = lineage(organisation.authority) if organisation.authority else frozenset()
    its = Q(episode__responsible_authority_id__in=areas) | Q(episode__provider=organisation)
    theirs = person.whose(Verb.REVIEW, *ANSWERING, of="episode__", child="episode__child")
    covering = Coverage.objects.filter(
        its & theirs, episode__voided_at=None, interview=OuterRef("pk")
    )
    signed = Interview.objects.filter(
        Exists(covering),
        signed_at__gte=clock.midnight(first),
        signed_at__lt=clock.midnight(last + timedelta(days=1)),
    )
    among = sorted(signed.values_list("pk", flat=True))
    return Drawn(reviewing.draw(among, seed=seed, size=size), among)


@transaction.atomic
def draw(
    organisation: Organisation,
    first: date,
    last: date,
    *,
    size: int,
    seed: str,
    by: Person,
    at: datetime,
) -> Sample:
    """Draw a sample of the records signed off from `first` to `last`, both days included.

    Raises PeriodTurned, PeriodNotOver, WrongSize, SeedMissing, DrawnAlready, NothingToDraw.
    """
    # Two who draw the same at once: the second sees that the first has.
    Organisation.objects.select_for_update(no_key=True, of=("self",)).get(pk=organisation.pk)
    seed = reviewing.seed_of(seed)
    same = Sample.objects.filter(
        organisation=organisation, first=first, last=last, size=size, seed=seed
    )
    reviewing.check_can_draw(
        first=first,
        last=last,
        today=at.astimezone(clock.LONDON).date(),
        size=size,
        seed=seed,
        is_drawn=same.exists(),
    )
    drawn = lots(organisation, first, last, size=size, seed=seed, person=by)
    if not drawn.numbers:
        raise reviewing.NothingToDraw
    sample = Sample.objects.create(
        organisation=organisation,
        first=first,
        last=last,
        size=size,
        seed=seed,
        drawn_from=len(drawn.among),
        digest=drawn.digest,
        drawn_at=at,
        drawn_by=by,
    )
    Sampled.objects.bulk_create(
        Sampled(sample=sample, interview_id=number, place=place)
        for place, number in enumerate(drawn.numbers, 1)
    )
    journal.write("draw sample", sample, by=by, at=at)
    return sample


@transaction.atomic
def score(
    sampled: Sampled,
    marks: Mapping[Criterion, Mark],
    *,
    comments: Mapping[Criterion, str],
    themes: Iterable[Theme] = (),
    by: Person,
    at: datetime,
) -> Scoring:
    """Score a record of a sample on every criterion. The record stays as it is.

    Raises OwnRecord, ScoredAlready, MarkMissing, CommentMissing.
    """
    sampled = (
        Sampled.objects.select_for_update(no_key=True, of=("self",))
        .select_related("interview")
        .get(pk=sampled.pk)
    )
    reviewing.check_can_score(
        authors=(sampled.interview.interviewer_id, sampled.interview.signed_by_id),
        scorer=by.pk,
        is_scored=Scoring.objects.filter(sampled=sampled).exists(),
        marks=marks,
        comments=comments,
    )
    chosen = set(themes)
    scoring = Scoring.objects.create(
        sampled=sampled, themes=[each for each in Theme if each in chosen], at=at, by=by
    )
    Score.objects.bulk_create(
        Score(
            scoring=scoring,
            criterion=each,
            mark=marks[each],
            comment=comments.get(each, "").strip(),
        )
        for each in Criterion
    )
    journal.write("score record", scoring, by=by, at=at)
    return scoring
