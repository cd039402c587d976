"""What people decide on records whose time is over, what is on hold, and what was erased.

A record is put forward by its number, a person reviews it, and a second one confirms that it is to
be erased. The certificate of what was erased has no name and hangs below no child.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Self, TypeVar
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Q

from returnhome.casework import children, journal
from returnhome.casework.children import Child
from returnhome.casework.places import Authority
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import Person
from returnhome.rules import retention
from returnhome.rules.access import Relation, Verb
from returnhome.rules.clock import LONDON
from returnhome.rules.retention import HoldFor, OutcomeOfReview, Standing, Status


def areas_of(person: Person) -> frozenset[int]:
    """The authorities on whose records the person decides."""
    theirs, _ = person.may_for(Verb.RETAIN, Relation.RESPONSIBLE)
    return theirs


Row = TypeVar("Row", bound=models.Model)


class OfChildQuerySet(models.QuerySet[Row]):
    def visible_to(self, person: Person) -> Self:
        """Those of children on whose record the person decides."""
        return self.filter(
            person.whose(Verb.RETAIN, Relation.RESPONSIBLE, of="child__", child="child")
        )

    def about(self, *child_ids: int) -> Self:
        """Of these children, with those of records that are joined to them."""
        return self.filter(Q(child__in=child_ids) | Q(child__joined_to__in=child_ids))


class PutForwardQuerySet(OfChildQuerySet["PutForward"]):
    def oldest_first(self) -> "PutForwardQuerySet":
        return self.order_by("due_since", "child")


class PutForward(models.Model):
    """A record that a person has to review. Found over all records at once, and found anew."""

    child = models.OneToOneField(Child, models.PROTECT, related_name="+")
    standing = models.CharField(max_length=20)
    status = models.CharField(max_length=20)
    period = models.CharField(max_length=80)
    source = models.CharField(max_length=300)
    due_since = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = PutForwardQuerySet.as_manager()


class HoldQuerySet(OfChildQuerySet["Hold"]):
    def standing(self) -> "HoldQuerySet":
        return self.filter(ended_at__isnull=True)

    def newest_first(self) -> "HoldQuerySet":
        return self.order_by("-made_at", "-pk")


class Hold(models.Model):
    """A record is on hold: nothing of it is erased, however old. Only its end is added."""

    sealed_under = "child"

    child = models.ForeignKey(Child, models.PROTECT, related_name="+")
    held_for = models.CharField(max_length=20)
    because = SealedText()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_because = SealedText()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False, ended_at__gte=F("made_at")),
                name="a_hold_that_ended_has_time_and_person",
            ),
            models.UniqueConstraint(
                fields=["child"],
                condition=Q(ended_at__isnull=True),
                name="a_record_is_on_hold_once",
            ),
        ]


class RetentionReviewQuerySet(OfChildQuerySet["RetentionReview"]):
    def newest_first(self) -> "RetentionReviewQuerySet":
        return self.order_by("-at", "-pk")

    def waiting(self) -> "RetentionReviewQuerySet":
        """Put forward to be erased, and not answered by a second person."""
        return self.filter(outcome=OutcomeOfReview.ERASE, second_at__isnull=True)


class RetentionReview(models.Model):
    """What a person said of a record at its review. Of an erasure a second one says yes or no."""

    sealed_under = "child"

    child = models.ForeignKey(Child, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=20)
    kept_until = models.DateField(null=True)
    status = models.CharField(max_length=20, default="", blank=True)
    because = SealedText()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    is_confirmed = models.BooleanField(null=True)
    second_because = SealedText()
    second_at = models.DateTimeField(null=True)
    second_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = RetentionReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome=OutcomeOfReview.KEEP_LONGER, kept_until__isnull=False)
                | (~Q(outcome=OutcomeOfReview.KEEP_LONGER) & Q(kept_until__isnull=True)),
                name="what_is_kept_longer_is_kept_until_a_day",
            ),
            models.CheckConstraint(
                condition=(Q(outcome=OutcomeOfReview.STATUS) & ~Q(status=""))
                | (~Q(outcome=OutcomeOfReview.STATUS) & Q(status="")),
                name="a_status_is_said_by_its_own_outcome",
            ),
            models.CheckConstraint(
                condition=Q(is_confirmed__isnull=True, second_at__isnull=True, second_by=None)
                | Q(
                    is_confirmed__isnull=False,
                    second_at__isnull=False,
                    second_by__isnull=False,
                    outcome=OutcomeOfReview.ERASE,
                ),
                name="of_an_erasure_a_second_person_says_when",
            ),
            models.CheckConstraint(
                condition=Q(second_by__isnull=True) | ~Q(second_by=F("by")),
                name="nobody_confirms_what_they_put_forward",
            ),
        ]

    @property
    def is_waiting(self) -> bool:
        return self.outcome == OutcomeOfReview.ERASE and self.second_at is None


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def visible_to(self, person: Person) -> "ErasureQuerySet":
        return self.filter(authority__in=areas_of(person))

    def newest_first(self) -> "ErasureQuerySet":
        return self.order_by("-erased_at", "-pk")


class Erasure(models.Model):
    """The certificate of a record that was erased: numbers and days, no name and no word of it.

    It names no row of the ledger but the council, so that it can be laid beside an older backup.
    """

    number = models.UUIDField(default=uuid4, unique=True)
    child_number = models.BigIntegerField()
    # With those that were joined to it.
    children = ArrayField(models.BigIntegerField())
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+")
    status = models.CharField(max_length=20)
    period = models.CharField(max_length=80)
    source = models.CharField(max_length=300)
    due_since = models.DateField()
    proposed_on = models.DateField()
    proposed_by_name = models.CharField(max_length=200)
    confirmed_on = models.DateField()
    confirmed_by_name = models.CharField(max_length=200)
    erased_at = models.DateTimeField()
    # Table → how many rows went.
    rows = models.JSONField()
    # Whose keys were destroyed, and which.
    keyrings = ArrayField(models.UUIDField())
    data_keys = ArrayField(models.UUIDField())
    # Organisations that were given something of it, and have to be told.
    to_tell = ArrayField(models.CharField(max_length=200))

    objects = ErasureQuerySet.as_manager()

    @property
    def all_rows(self) -> int:
        return sum(self.rows.values())


# Verbs.


def _today(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def is_theirs(child: Child, person: Person) -> bool:
    return person.may_about(child, Verb.RETAIN, Relation.RESPONSIBLE)


@transaction.atomic
def hold(child: Child, held_for: HoldFor, because: str, *, by: Person, at: datetime) -> Hold:
    """Put a child’s record on hold.

    Raises NotTheirs, JoinedToAnother, OnHoldAlready, WhyMissing.
    """
    child = children.lock(child.pk)[child.pk]
    retention.check_can_hold(
        is_theirs=is_theirs(child, by),
        is_joined=child.joined_to_id is not None,
        is_on_hold=Hold.objects.filter(child=child).standing().exists(),
        because=because,
    )
    held = Hold.objects.create(
        child=child, held_for=held_for, because=because.strip(), made_at=at, made_by=by
    )
    journal.write(f"hold record: {held_for}", held, by=by, at=at)
    return held


@transaction.atomic
def end_hold(held: Hold, because: str, *, by: Person, at: datetime) -> Hold:
    """End a hold: from now on the record is kept as long as its period says.

    Raises NotTheirs, NotOnHold, WhyMissing.
    """
    held = Hold.objects.select_for_update(no_key=True, of=("self",)).get(pk=held.pk)
    retention.check_can_end_hold(
        is_theirs=is_theirs(held.child, by), is_ended=held.ended_at is not None, because=because
    )
    held.ended_because, held.ended_at, held.ended_by = because.strip(), at, by
    held.save(update_fields=["ended_because", "ended_at", "ended_by"])
    journal.write("end hold", held, by=by, at=at)
    return held


@transaction.atomic
def review(
    child: Child,
    outcome: OutcomeOfReview,
    because: str,
    *,
    standing: Standing,
    known: Status,
    is_open: bool,
    kept_until: date | None = None,
    status: Status | None = None,
    by: Person,
    at: datetime,
) -> RetentionReview:
    """Say what becomes of a record. Raises whatever `retention.check_can_review` does.

    `standing`, `known`, `is_open`: as `reporting.retaining` has it today.
    """
    child = children.lock(child.pk)[child.pk]
    retention.check_can_review(
        outcome,
        is_theirs=is_theirs(child, by),
        is_joined=child.joined_to_id is not None,
        waits_for_a_second=RetentionReview.objects.filter(child=child).waiting().exists(),
        because=because,
        today=_today(at),
        kept_until=kept_until,
        status=status,
        known=known,
        is_open=is_open,
        standing=standing,
    )
    is_kept, is_said = outcome is OutcomeOfReview.KEEP_LONGER, outcome is OutcomeOfReview.STATUS
    said = RetentionReview.objects.create(
        child=child,
        outcome=outcome,
        kept_until=kept_until if is_kept else None,
        status=(status or "") if is_said else "",
        because=because.strip(),
        at=at,
        by=by,
    )
    journal.write(f"review retention: {outcome}", said, by=by, at=at)
    return said


@transaction.atomic
def answer(
    said: RetentionReview, *, is_confirmed: bool, because: str = "", by: Person, at: datetime
) -> RetentionReview:
    """The second person confirms that a record is to be erased, or refuses.

    Raises NotTheirs, NothingToConfirm, ASecondPerson, WhyMissing.
    """
    said = RetentionReview.objects.select_for_update(no_key=True, of=("self",)).get(pk=said.pk)
    retention.check_can_answer(
        is_theirs=is_theirs(said.child, by),
        is_waiting=said.is_waiting,
        is_the_same=said.by_id == by.pk,
        is_confirmed=is_confirmed,
        because=because,
    )
    said.is_confirmed, said.second_because = is_confirmed, because.strip()
    said.second_at, said.second_by = at, by
    said.save(update_fields=["is_confirmed", "second_because", "second_at", "second_by"])
    journal.write("confirm erasure" if is_confirmed else "refuse erasure", said, by=by, at=at)
    return said


@transaction.atomic
def put_forward(due: Iterable[PutForward], *, by: Person, at: datetime) -> list[PutForward]:
    """Put these forward instead of all that were: as the owner, who alone reads across tables.

    Gives those that were not put forward before.
    """
    rows = list(due)
    before = set(PutForward.objects.values_list("child", flat=True))
    PutForward.objects.all().delete()
    for row in rows:
        row.at, row.by = at, by
    PutForward.objects.bulk_create(rows)
    new = [row for row in rows if row.child_id not in before]
    journal.write_all("put record forward", new, by=by, at=at)
    return new


def confirmed(child_id: int) -> RetentionReview | None:
    """The erasure that two people want, if nobody has said anything else since."""
    last = RetentionReview.objects.filter(child=child_id).newest_first().first()
    return last if last and last.is_confirmed else None
