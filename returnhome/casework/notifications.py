"""Notifications as received, the deliveries that brought them, and whom they were taken to name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import journal
from returnhome.casework.children import Child
from returnhome.casework.places import Authority
from returnhome.casework.sealing import SealedBytes, SealedText
from returnhome.casework.staff import Organisation, Person
from returnhome.rules import Blocked


class AlreadyConfirmed(Blocked):
    """A delivery that somebody has confirmed before."""


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, person: Person) -> "DeliveryQuerySet":
        """Those that the person's own organisation took in, or sent."""
        own = person.reach.organisations
        return self.filter(Q(received_for_id__in=own) | Q(sender_id__in=own))

    def unconfirmed(self) -> "DeliveryQuerySet":
        return self.filter(confirmed_at__isnull=True)

    def newest_first(self) -> "DeliveryQuerySet":
        return self.order_by("-received_at", "-pk")


class Delivery(models.Model):
    """A file that somebody sent. Nothing of it is in the ledger until it is confirmed."""

    sender = models.ForeignKey(Organisation, models.PROTECT, related_name="deliveries")
    received_for = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    filename = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    layout = models.CharField(max_length=40)
    content = SealedBytes(null=True)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    # What became of the rows, as counted when it was confirmed.
    opened = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="a_delivery_is_confirmed_by_somebody",
            ),
        ]

    @property
    def read(self) -> int:
        return self.opened + self.updated + self.unchanged + self.waiting + self.refused


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, person: Person) -> "NotificationQuerySet":
        reach = person.reach
        return self.filter(
            Q(responsible_authority_id__in=reach.authorities)
            | Q(host_authority_id__in=reach.authorities)
            | Q(provider_id__in=reach.providers)
            | Q(delivery__received_for_id__in=reach.organisations)
        )

    def refused(self) -> "NotificationQuerySet":
        return self.filter(result="refused")

    def in_order(self) -> "NotificationQuerySet":
        return self.order_by("delivery_id", "row_number", "pk")


class Notification(models.Model):
    """One row as it was received: never changed, only joined to a child or taken back."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="notifications")
    sender = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    row_number = models.PositiveIntegerField()
    reference = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    as_received = SealedText()
    forename = models.CharField(max_length=100, default="")
    surname = models.CharField(max_length=100, default="")
    born_on = models.DateField(null=True)
    sex = models.CharField(max_length=10, default="")
    postcode = models.CharField(max_length=10, default="")
    result = models.CharField(max_length=20)
    reason = models.CharField(max_length=400, default="")
    received_at = models.DateTimeField()

    responsible_authority = models.ForeignKey(
        Authority, models.PROTECT, null=True, related_name="+"
    )
    host_authority = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="+")
    provider = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")

    # Whom it tells of; while nobody has said who that is, the child not yet named it opened under.
    child = models.ForeignKey(Child, models.PROTECT, null=True, related_name="notifications")
    opened_under = models.ForeignKey(Child, models.PROTECT, null=True, related_name="+")
    joined_at = models.DateTimeField(null=True)
    joined_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    joined_because = models.CharField(max_length=200, default="")

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sender", "digest"], name="the_same_row_is_kept_once"),
            models.CheckConstraint(
                condition=Q(joined_at__isnull=True, joined_by__isnull=True)
                | Q(joined_at__isnull=False, joined_by__isnull=False, child__isnull=False),
                name="a_match_has_time_person_and_child",
            ),
        ]
        indexes = [
            models.Index(fields=["sender", "reference"], name="notification_reference"),
            models.Index(fields=["responsible_authority"], name="notification_responsible"),
            models.Index(fields=["host_authority"], name="notification_host"),
            models.Index(fields=["provider"], name="notification_provider"),
        ]


@dataclass(frozen=True)
class Told:
    """What one row says of the child, as the intake read it."""

    row_number: int
    reference: str
    digest: str
    as_received: str
    forename: str = ""
    surname: str = ""
    born_on: date | None = None
    sex: str = ""
    postcode: str = ""


@transaction.atomic
def take_delivery(
    content: bytes,
    *,
    sender: Organisation,
    received_for: Organisation | None,
    filename: str,
    layout: str,
    by: Person,
    at: datetime,
) -> Delivery:
    """Keep a file as it arrived, to be looked at and then confirmed."""
    delivery = Delivery.objects.create(
        sender=sender,
        received_for=received_for,
        filename=filename[:200],
        digest=sha256(content).hexdigest(),
        layout=layout,
        content=content,
        received_at=at,
        received_by=by,
    )
    journal.write("receive delivery", delivery, by=by, at=at)
    return delivery


@transaction.atomic
def confirm_delivery(
    delivery: Delivery, *, counts: Mapping[str, int], by: Person, at: datetime
) -> Delivery:
    """Close a delivery with what became of its rows. The file itself is no longer needed."""
    delivery = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if delivery.confirmed_at:
        raise AlreadyConfirmed("This file has already been confirmed.")
    delivery.confirmed_at, delivery.confirmed_by, delivery.content = at, by, None
    for result in ("opened", "updated", "unchanged", "waiting", "refused"):
        setattr(delivery, result, counts.get(result, 0))
    delivery.save()
    journal.write("confirm delivery", delivery, by=by, at=at)
    return delivery


@transaction.atomic
def discard_delivery(delivery: Delivery, *, by: Person, at: datetime) -> None:
    """Throw away a file that was looked at and not confirmed."""
    delivery = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if delivery.confirmed_at:
        raise AlreadyConfirmed("This file has already been confirmed.")
    journal.write("discard delivery", delivery, by=by, at=at)
    delivery.delete()


def keep(
    told: Told,
    *,
    delivery: Delivery,
    result: str,
    reason: str = "",
    child: Child | None = None,
    joined_because: str = "",
    by: Person,
    at: datetime,
    **authorities: Any,
) -> Notification:
    """Keep one row as received, with what became of it.

    `authorities` are responsible_authority, host_authority and provider. A child joined by rule
    carries the rule in `joined_because`; without one the row waits for a person.
    """
    is_joined = child is not None and bool(joined_because)
    notification = Notification.objects.create(
        delivery=delivery,
        sender=delivery.sender,
        row_number=told.row_number,
        reference=told.reference[:60],
        digest=told.digest,
        as_received=told.as_received,
        forename=told.forename[:100],
        surname=told.surname[:100],
        born_on=told.born_on,
        sex=told.sex,
        postcode=told.postcode[:10],
        result=result,
        reason=reason[:400],
        received_at=at,
        child=child,
        opened_under=None if is_joined else child,
        joined_at=at if is_joined else None,
        joined_by=by if is_joined else None,
        joined_because=joined_because,
        **authorities,
    )
    journal.write(f"receive notification: {result}", notification, by=by, at=at)
    return notification


def join(stranger: Child, child: Child, *, because: str, by: Person, at: datetime) -> int:
    """Move the stranger's notifications to the child; gives how many there were."""
    return Notification.objects.filter(child=stranger).update(
        child=child, joined_at=at, joined_by=by, joined_because=because[:200]
    )


def separate(stranger: Child) -> int:
    """Give a stranger's notifications back to it; gives how many there were."""
    return Notification.objects.filter(opened_under=stranger).update(
        child=stranger, joined_at=None, joined_by=None, joined_because=""
    )
