"""Layouts of files that senders were seen to send, as somebody taught them: headings, no rows.

What was taught is never changed, so that a row kept years ago can be read again as it was read;
another teaching of the same headings takes its place from then on. Headings of a council's own
earlier records are taught one by one: what they mean is asked once, when the records come.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import journal
from returnhome.casework.staff import Organisation, Person

PREFIX = "taught-"


class TaughtLayoutQuerySet(models.QuerySet["TaughtLayout"]):
    def visible_to(self, person: Person) -> "TaughtLayoutQuerySet":
        """Those taught for an organisation for which the person takes files in."""
        return self.filter(taught_for_id__in=person.reach.intake)

    def standing(self) -> "TaughtLayoutQuerySet":
        return self.filter(ended_at__isnull=True)

    def newest_first(self) -> "TaughtLayoutQuerySet":
        return self.order_by("-pk")


class TaughtLayout(models.Model):
    """How a sender's files are read that have these headings.

    `taught_for`: the organisation that takes the files in; null where the operator taught it, for
    whoever receives them. `definition`: as `intake.layouts` writes it.
    """

    sender = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    taught_for = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    definition = models.JSONField()
    taught_at = models.DateTimeField()
    taught_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = TaughtLayoutQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="an_ended_layout_has_time_and_person",
            ),
        ]
        indexes = [models.Index(fields=["sender"], name="taught_layout_sender")]

    @property
    def name(self) -> str:
        """By which a delivery names it."""
        return f"{PREFIX}{self.pk}"


def of(sender: Organisation, received_for: Organisation | None) -> TaughtLayoutQuerySet:
    """What was taught of this sender's files for who takes them in, the newest first."""
    whose = Q(taught_for=received_for) | Q(taught_for__isnull=True)
    return TaughtLayout.objects.filter(whose, sender=sender).standing().newest_first()


def named(name: str) -> TaughtLayout | None:
    """The layout of that name, also one that has ended; None for one that nobody taught."""
    number = name.removeprefix(PREFIX)
    if not name.startswith(PREFIX) or not number.isdecimal():
        return None
    return TaughtLayout.objects.filter(pk=int(number)).first()


@transaction.atomic
def teach(
    sender: Organisation,
    definition: dict[str, Any],
    *,
    taught_for: Organisation | None,
    by: Person,
    at: datetime,
) -> TaughtLayout:
    """Remember how files of this sender with these headings are read.

    The same teaching again is the one that stands; another of the same headings ends it.
    """
    # Two who teach at once wait for each other here.
    Organisation.objects.select_for_update(no_key=True).get(pk=sender.pk)
    for former in of(sender, taught_for):
        if former.definition == definition:
            return former
        if former.taught_for_id == (taught_for and taught_for.pk) and set(
            former.definition["columns"]
        ) == set(definition["columns"]):
            former.ended_at, former.ended_by = at, by
            former.save(update_fields=["ended_at", "ended_by"])
            journal.write("end layout", former, by=by, at=at)
    taught = TaughtLayout.objects.create(
        sender=sender, taught_for=taught_for, definition=definition, taught_at=at, taught_by=by
    )
    journal.write("teach layout", taught, by=by, at=at)
    return taught


class TaughtHeadingQuerySet(models.QuerySet["TaughtHeading"]):
    def visible_to(self, person: Person) -> "TaughtHeadingQuerySet":
        """Those of the councils for which the person takes files in."""
        return self.filter(council_id__in=person.reach.intake)


class TaughtHeading(models.Model):
    """What a heading of a council's earlier records means, as somebody of it said.

    `heading` and `column` as `intake.history.columns` has them; a heading of which nothing is read
    has an empty column.
    """

    council = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    heading = models.CharField(max_length=200)
    column = models.CharField(max_length=20, blank=True)
    taught_at = models.DateTimeField()
    taught_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = TaughtHeadingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["council", "heading"], name="a_heading_means_one_thing_to_a_council"
            ),
            models.CheckConstraint(
                condition=~Q(heading=""), name="a_taught_heading_says_something"
            ),
        ]


def headings_of(council: Organisation) -> dict[str, str]:
    """What this council's people have said of headings: each with its column, which may be none."""
    return dict(TaughtHeading.objects.filter(council=council).values_list("heading", "column"))


@transaction.atomic
def teach_headings(
    council: Organisation, meant: Mapping[str, str], *, by: Person, at: datetime
) -> None:
    """Remember what these headings mean; of those said before, what is said now holds."""
    # Two who teach at once wait for each other here.
    Organisation.objects.select_for_update(no_key=True).get(pk=council.pk)
    before = headings_of(council)
    for heading, column in meant.items():
        if before.get(heading) != column:
            taught, _ = TaughtHeading.objects.update_or_create(
                council=council,
                heading=heading,
                defaults={"column": column, "taught_at": at, "taught_by": by},
            )
            journal.write("teach heading", taught, by=by, at=at)
