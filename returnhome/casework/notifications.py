"""Notifications as received, the deliveries that brought them, and whom they were taken to name."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from hashlib import sha256
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Exists, F, OuterRef, Prefetch, Q, prefetch_related_objects

from returnhome.casework import acting, bulk, journal
from returnhome.casework.children import Child
from returnhome.casework.places import Authority, Force
from returnhome.casework.sealing import HasKeyring, SealedBytes, SealedText
from returnhome.casework.staff import Organisation, Person, add_organisation
from returnhome.rules import Blocked
from returnhome.rules.access import Verb
from returnhome.rules.naming import folded
from returnhome.rules.numbers import Number, NumberKind


class AlreadyConfirmed(Blocked):
    sentence = "This file has already been confirmed."


class AlreadyGoingIn(Blocked):
    sentence = "The rows of this file are going in already."


class NotGoingIn(Blocked):
    sentence = "The rows of this file are not going in just now."


class UnknownSender(Blocked):
    """A name that no organisation and no force has."""

    field = "sender"


class NeverSent(Blocked):
    sentence = "Nothing has been taken in under this reference."


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, person: Person) -> "DeliveryQuerySet":
        """Those that the person takes in for their organisation, or sent for it."""
        reach = person.reach
        return self.filter(Q(received_for_id__in=reach.intake) | Q(sender_id__in=reach.sending))

    def unconfirmed(self) -> "DeliveryQuerySet":
        return self.filter(confirmed_at__isnull=True)

    def going_in(self) -> "DeliveryQuerySet":
        """Those whose rows go in piece by piece, and are not through."""
        begun = self.unconfirmed().filter(begun_at__isnull=False, stopped_at__isnull=True)
        return begun.order_by("begun_at", "pk")

    def for_the_worker(self) -> "DeliveryQuerySet":
        """Those of them that the worker takes in.

        What lies where a command found it is that command's to go on with.
        """
        return self.going_in().filter(content__isnull=False).defer("content")

    def newest_first(self) -> "DeliveryQuerySet":
        return self.order_by("-received_at", "-pk")


class Delivery(HasKeyring):
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
    # A long file goes in piece by piece: how far it is, and whether somebody has stopped it.
    begun_at = models.DateTimeField(null=True)
    begun_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    records = models.PositiveIntegerField(default=0)
    records_done = models.PositiveIntegerField(default=0)
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    stopped_because = models.CharField(max_length=400, default="")
    # What became of the rows that are in.
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
            models.CheckConstraint(
                condition=Q(begun_at__isnull=True, begun_by__isnull=True, records_done=0)
                | Q(begun_at__isnull=False, begun_by__isnull=False),
                name="a_delivery_is_begun_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True, stopped_by__isnull=True)
                | Q(
                    stopped_at__isnull=False,
                    stopped_by__isnull=False,
                    begun_at__isnull=False,
                ),
                name="a_delivery_is_stopped_by_somebody_once_begun",
            ),
            models.CheckConstraint(
                condition=Q(records_done__lte=F("records")),
                name="no_more_is_done_than_there_is",
            ),
        ]

    @property
    def is_going_in(self) -> bool:
        return bool(self.begun_at and not self.stopped_at and not self.confirmed_at)

    @property
    def is_stopped(self) -> bool:
        return bool(self.stopped_at and not self.confirmed_at)

    @property
    def left_out(self) -> int:
        """How many records of a file did not go in, because somebody stopped it."""
        return self.records - self.records_done

    @property
    def read(self) -> int:
        return self.opened + self.updated + self.unchanged + self.waiting + self.refused


@acting.as_system(acting.PASSING_ON)
def results_of(delivery: "Delivery", children: Iterable[int]) -> list[str]:
    """What the rows of a file about these children came to: for whoever may not see the rows."""
    theirs = Notification.objects.filter(delivery=delivery, child__in=list(children))
    return list(theirs.values_list("result", flat=True))


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, person: Person) -> "NotificationQuerySet":
        """Those of children the person works with, and of files the person takes in.

        Not the sender's: what became of a row names whom it was taken for.
        """
        # Not by a join: the file itself may be closed to whoever works with a child in it.
        taken_in = Delivery.objects.filter(received_for_id__in=person.reach.intake)
        return self.filter(
            person.not_closed("child"),
            person.whose(Verb.SEE_EPISODE, child="child") | Q(delivery__in=taken_in),
        )

    def refused(self) -> "NotificationQuerySet":
        return self.filter(result="refused")

    def in_order(self) -> "NotificationQuerySet":
        return self.order_by("delivery_id", "row_number", "pk")


class Notification(HasKeyring):
    """One row as it was received: never changed, only joined to a child or taken back."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="notifications")
    sender = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    # Of a workbook of which several sheets are read, each with numbers of its own.
    sheet = models.CharField(max_length=80, default="")
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
        Authority, models.PROTECT, null=True, related_name="+", db_index=False
    )
    host_authority = models.ForeignKey(
        Authority, models.PROTECT, null=True, related_name="+", db_index=False
    )
    provider = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", db_index=False
    )

    # Whom it tells of; while nobody has said who that is, the child not yet named it opened under.
    child = models.ForeignKey(Child, models.PROTECT, null=True, related_name="notifications")
    opened_under = models.ForeignKey(Child, models.PROTECT, null=True, related_name="+")
    joined_at = models.DateTimeField(null=True)
    joined_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", db_index=False
    )
    joined_because = models.CharField(max_length=400, default="")

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


# Why a row was joined to a child by rule, with nobody looking.
BY_RULE = "name, birth date and postcode all agree"
BY_NUMBER = "a number and the name agree"
BY_REFERENCE = "the reference is one of this child's"
RULES = frozenset({BY_RULE, BY_NUMBER, BY_REFERENCE})


class ToldNumberQuerySet(models.QuerySet["ToldNumber"]):
    def visible_to(self, person: Person) -> "ToldNumberQuerySet":
        return self.filter(notification__in=Notification.objects.visible_to(person))


class ToldNumber(models.Model):
    """A number by which a notification names the child: a child's as long as it is joined to them.

    So nothing has to be taken back when somebody says that another child was meant.
    """

    notification = models.ForeignKey(
        Notification, models.CASCADE, related_name="numbers", db_index=False
    )
    kind = models.CharField(max_length=20)
    # Whose numbers they are, as with `children.Identifier`.
    issuer = models.CharField(max_length=120, default="")
    value = models.CharField(max_length=40)

    objects = ToldNumberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notification", "kind"], name="one_number_of_a_kind_is_told"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[str(each) for each in NumberKind]),
                name="a_told_number_is_of_a_known_kind",
            ),
        ]
        indexes = [models.Index(fields=["kind", "issuer", "value"], name="told_number")]


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
    sheet: str = ""


@transaction.atomic
def take_delivery(
    content: bytes | None,
    *,
    digest: str = "",
    sender: Organisation,
    received_for: Organisation | None,
    filename: str,
    layout: str,
    by: Person,
    at: datetime,
) -> Delivery:
    """Keep a file as it arrived, to be looked at and then confirmed.

    Of one that goes in at once from where it lies nothing is kept but its SHA-256 `digest`.
    """
    delivery = Delivery.objects.create(
        sender=sender,
        received_for=received_for,
        filename=filename[:200],
        digest=digest or sha256(content or b"").hexdigest(),
        layout=layout,
        content=content,
        received_at=at,
        received_by=by,
    )
    journal.write("receive delivery", delivery, by=by, at=at)
    return delivery


@transaction.atomic
def set_layout(delivery: Delivery, layout: str, *, by: Person, at: datetime) -> Delivery:
    """Say in which layout a delivery is. Raises AlreadyConfirmed."""
    held = _unconfirmed(delivery)
    held.layout = layout
    held.save(update_fields=["layout"])
    journal.write("set layout of delivery", held, by=by, at=at)
    return held


RESULTS = ("opened", "updated", "unchanged", "waiting", "refused")


@transaction.atomic
def confirm_delivery(
    delivery: Delivery, *, counts: Mapping[str, int], by: Person, at: datetime
) -> Delivery:
    """Close a delivery with what became of its rows. The file itself is no longer needed."""
    delivery = _unconfirmed(delivery)
    delivery.confirmed_at, delivery.confirmed_by, delivery.content = at, by, None
    _count(delivery, counts)
    delivery.save()
    journal.write("confirm delivery", delivery, by=by, at=at)
    return delivery


def _unconfirmed(delivery: Delivery) -> Delivery:
    """The delivery, held. Raises AlreadyConfirmed, also for one that has been discarded."""
    held = Delivery.objects.select_for_update().filter(pk=delivery.pk).first()
    if held is None or held.confirmed_at:
        raise AlreadyConfirmed
    return held


def _count(delivery: Delivery, counts: Mapping[str, int]) -> None:
    for result in RESULTS:
        setattr(delivery, result, getattr(delivery, result) + counts.get(result, 0))


# A long file, piece by piece.


@transaction.atomic
def begin_delivery(delivery: Delivery, *, records: int, by: Person, at: datetime) -> Delivery:
    """Let the rows of a long file go in, or go on going in where somebody stopped it.

    `records`: how many the file has. Raises AlreadyConfirmed, AlreadyGoingIn.
    """
    delivery = _unconfirmed(delivery)
    if delivery.is_going_in:
        raise AlreadyGoingIn
    if delivery.begun_at is None:
        delivery.begun_at, delivery.begun_by, delivery.records = at, by, records
    delivery.stopped_at = delivery.stopped_by = None
    delivery.stopped_because = ""
    delivery.save()
    journal.write("begin delivery", delivery, by=by, at=at)
    return delivery


def note_done(delivery: Delivery, records_done: int, counts: Mapping[str, int]) -> Delivery:
    """Write down how far a delivery that is held is: with the rows themselves, or not at all."""
    delivery.records_done = records_done
    _count(delivery, counts)
    delivery.save(update_fields=["records_done", *RESULTS])
    return delivery


@transaction.atomic
def stop_delivery(delivery: Delivery, *, because: str = "", by: Person, at: datetime) -> Delivery:
    """Let no more rows of it go in for now; what is in stays. Raises NotGoingIn."""
    delivery = _unconfirmed(delivery)
    if not delivery.is_going_in:
        raise NotGoingIn
    delivery.stopped_at, delivery.stopped_by = at, by
    delivery.stopped_because = shortened(because, 400)
    delivery.save(update_fields=["stopped_at", "stopped_by", "stopped_because"])
    journal.write("stop delivery", delivery, by=by, at=at)
    return delivery


@transaction.atomic
def leave_rest(delivery: Delivery, *, by: Person, at: datetime) -> Delivery:
    """Close a delivery that was stopped: what is in stays, and the rest stays out.

    Raises AlreadyConfirmed, AlreadyGoingIn for one that nobody has stopped.
    """
    delivery = _unconfirmed(delivery)
    if not delivery.is_stopped:
        raise AlreadyGoingIn
    return confirm_delivery(delivery, counts={}, by=by, at=at)


# By this number of its own the database knows who takes long files in.
TAKING_IN = 7_401_126


@contextmanager
def alone() -> Iterator[bool]:
    """Whether nobody else takes long files in, as long as the block lasts.

    The database lets it go with the connection: nobody waits for a worker who is gone.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [TAKING_IN])
        (is_alone,) = cursor.fetchone()
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s)", [TAKING_IN])


def begun_before(sender: Organisation, digest: str) -> Delivery | None:
    """A delivery of just this file that was begun from where it lies, and is not through."""
    theirs = Delivery.objects.unconfirmed().filter(sender=sender, digest=digest, content=None)
    return theirs.filter(begun_at__isnull=False).first()


@transaction.atomic
def discard_delivery(delivery: Delivery, *, by: Person, at: datetime) -> None:
    """Throw away a file that was looked at and not confirmed.

    Raises AlreadyConfirmed, and AlreadyGoingIn once rows of it are in the ledger.
    """
    held = _unconfirmed(delivery)
    if held.begun_at:
        raise AlreadyGoingIn
    journal.write("discard delivery", held, by=by, at=at)
    held.delete()


def take_up(delivery: Delivery) -> Delivery:
    """Hold a delivery so that its rows can go in: nobody else can until the transaction ends.

    Files of one sender go in one after the other, or two could open the same episode. Raises
    AlreadyConfirmed, also for one that has been discarded meanwhile.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=delivery.sender_id)
    held = _unconfirmed(delivery)
    # A file can make a table a thousand times larger, and a plan made at its first row would read
    # all of it for each of the others. Planning anew each time, foreign keys too, takes longer.
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
    return held


def sender_named(name: str, *, by: Person, at: datetime) -> Organisation:
    """The organisation of this name, or the force's, which is added when it first sends.

    Raises UnknownSender, naming what comes near.
    """
    known = Organisation.objects.exclude(kind=Organisation.SYSTEM)
    sender = known.filter(name__iexact=name.strip()).first()
    if sender:
        return sender
    force = Force.objects.filter(name__iexact=name.strip()).first()
    if force:
        return known.filter(kind=Organisation.POLICE, force=force).first() or add_organisation(
            force.name, kind=Organisation.POLICE, force=force, by=by, at=at
        )
    names = {*known.values_list("name", flat=True), *Force.objects.values_list("name", flat=True)}
    folds = {folded(each): each for each in sorted(names)}
    near = [folds[each] for each in get_close_matches(folded(name), folds, n=3, cutoff=0.5)]
    listed = " or ".join(f"“{each}”" for each in near) or "a force's full name"
    raise UnknownSender(f"There is no sender “{name}”: did you mean {listed}?")


def last_told(sender: Organisation, reference: str) -> "Notification":
    """The last row taken in from this sender under this reference. Raises NeverSent."""
    theirs = Notification.objects.filter(sender=sender, reference=reference)
    found = theirs.exclude(result="refused").select_related("delivery").order_by("-pk").first()
    if found is None:
        raise NeverSent
    return found


def senders_for(council: Organisation) -> list[str]:
    """The names of those who may send this council a file, its own force first."""
    known = Organisation.objects.filter(kind__in=(Organisation.POLICE, Organisation.HOME))
    names = list(known.order_by("name").values_list("name", flat=True))
    force = council.authority.force if council.authority else None
    own = known.filter(force=force).values_list("name", flat=True).first() if force else None
    first = own or (force.name if force else None)
    return [first, *(name for name in names if name != first)] if first else names


def receiver(delivery: Delivery) -> Authority | None:
    """Which council a row goes to that says nothing of where: the one that received the file.

    A file that no council received goes to one of the sender's area, first of all to one that
    works with the system, so that it is never nobody's.
    """
    for organisation in (delivery.received_for, delivery.sender):
        if organisation and organisation.authority:
            return organisation.authority
    here = Organisation.objects.councils().filter(authority=OuterRef("pk"))
    return (
        Authority.objects.existing_on(delivery.received_at.date())
        .filter(force__isnull=False, force=delivery.sender.force_id)
        .order_by(Exists(here).desc(), "name")
        .first()
    )


def draft(
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
    """One row as received, with what became of it, to be kept by `keep_all`.

    `authorities` are responsible_authority, host_authority and provider. A child joined by rule
    carries the rule in `joined_because`; without one the row waits for a person.
    """
    is_joined = child is not None and bool(joined_because)
    return Notification(
        delivery=delivery,
        sender_id=delivery.sender_id,
        sheet=told.sheet,
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
        reason=shortened(reason, 400),
        received_at=at,
        child=child,
        opened_under=None if is_joined else child,
        joined_at=at if is_joined else None,
        joined_by=by if is_joined else None,
        joined_because=joined_because,
        **authorities,
    )


@transaction.atomic
def keep_all(drafts: Sequence[Notification], *, by: Person, at: datetime) -> None:
    """Keep rows as received, each with what became of it."""
    bulk.insert(drafts)
    for result in sorted({each.result for each in drafts}):
        those = [each for each in drafts if each.result == result]
        journal.write_all(f"receive notification: {result}", those, by=by, at=at)


def note_numbers(told: Sequence[tuple[Notification, Number]]) -> None:
    """Note by which numbers notifications that are kept name the child."""
    bulk.add(
        ToldNumber,
        len(told),
        notification_id=[notification.pk for notification, _ in told],
        kind=[str(number.kind) for _, number in told],
        issuer=[number.issuer for _, number in told],
        value=[number.value for _, number in told],
    )


@acting.as_system(acting.PASSING_ON)
def bring_deliveries(rows: Sequence[Notification]) -> None:
    """Put to each of these, which the person sees, who sent it to whom; the file stays closed."""
    sent = Delivery.objects.select_related("sender__authority", "received_for__authority")
    prefetch_related_objects(rows, Prefetch("delivery", sent.defer("content")))


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def join(stranger: Child, child: Child, *, because: str, by: Person, at: datetime) -> int:
    """Move the stranger's notifications to the child; gives how many there were."""
    return Notification.objects.filter(child=stranger).update(
        child=child, joined_at=at, joined_by=by, joined_because=shortened(because, 400)
    )


def separate(stranger: Child, ids: Iterable[int]) -> int:
    """Give a stranger's notifications back to it; gives how many there were.

    Why they were joined stays, as what was thought then.
    """
    return Notification.objects.filter(Q(opened_under=stranger) | Q(pk__in=list(ids))).update(
        child=stranger,
        opened_under=stranger,
        joined_at=None,
        joined_by=None,
    )
