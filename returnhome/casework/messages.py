"""Messages to people: each waits here until it is sent, so that none is lost and none is new twice.

They say what they are about by kind and number alone. Whatever is sent again after a failure
carries the Message-ID of the first time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import journal
from returnhome.casework.staff import Organisation, Person
from returnhome.rules import Blocked
from returnhome.rules.codes import NotSent, Role

# Whoever has hold of a message has so long to send it before another may try. Longer than every
# step of a slow mail server together (settings.EMAIL_TIMEOUT is for each step).
HOLD = timedelta(minutes=2)
# How long after each failure it is tried again; from the last on as often as that, for as long as
# there is something to say.
AGAIN_AFTER = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
)
# From so many tries on somebody should look at it.
TRIES = 3
# Whose business it is that a message does not get through.
KEEPERS = (Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)


class DoneWith(Blocked):
    sentence = "This message has been sent, or there is nothing to say any more."


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, person: Person) -> "MessageQuerySet":
        """Those of organisations where the person is coordinator, manager or administrator."""
        posts = person.current_posts if person.is_active else []
        return self.filter(organisation__in={p.organisation_id for p in posts if p.role in KEEPERS})

    def waiting(self) -> "MessageQuerySet":
        return self.filter(sent_at__isnull=True, overtaken_at__isnull=True)

    def due(self, at: datetime) -> "MessageQuerySet":
        """One that would wait longer than any does was put off by a clock that ran ahead."""
        ahead = at + 2 * AGAIN_AFTER[-1]
        is_time = Q(send_after__lte=at) | Q(send_after__gt=ahead)
        return self.waiting().filter(is_time).order_by("send_after", "pk")

    def not_getting_through(self) -> "MessageQuerySet":
        return self.waiting().filter(tries__gte=TRIES).exclude(failure="")

    def about(self, kind: str, ids: Iterable[int]) -> "MessageQuerySet":
        return self.filter(about_kind=kind, about_id__in=list(ids))

    def newest_first(self) -> "MessageQuerySet":
        return self.order_by("-created_at", "-pk")


class Message(models.Model):
    """One message to one person, or to one address that several people read.

    `key` names what happened and for which level; the text is kept as it was, or will be, sent.
    """

    key = models.CharField(max_length=160)
    waiting_for = models.CharField(max_length=20)
    about_kind = models.CharField(max_length=20)
    about_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    rung = models.CharField(max_length=20)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    address = models.EmailField(default="", blank=True)
    subject = models.CharField(max_length=160)
    text = models.TextField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    send_after = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=20, default="", blank=True)
    sent_at = models.DateTimeField(null=True)
    overtaken_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            # The key first: whether anybody was told of it is asked of thousands at once.
            models.UniqueConstraint(
                fields=["key", "person", "address"],
                nulls_distinct=False,
                name="a_recipient_is_told_once",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, address="")
                | (Q(person__isnull=True) & ~Q(address="")),
                name="a_message_goes_to_a_person_or_an_address",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(overtaken_at__isnull=True, tries__gt=0),
                name="a_message_sent_was_tried_and_not_overtaken",
            ),
        ]
        indexes = [
            models.Index(
                fields=["send_after"],
                condition=Q(sent_at__isnull=True, overtaken_at__isnull=True),
                name="message_due",
            ),
            models.Index(fields=["about_kind", "about_id"], name="message_about"),
            models.Index(fields=["organisation", "-created_at"], name="message_organisation"),
        ]

    @property
    def recipient(self) -> str:
        """The address it goes to: a person's as it is now."""
        return self.person.email if self.person else self.address

    @property
    def number(self) -> str:
        """Made of what happened and to whom it is told, so that a repetition is known as one."""
        to = f"person {self.person_id}" if self.person_id else self.address
        return str(uuid5(NAMESPACE_URL, f"returnhome:{self.key}:{to}"))

    @property
    def is_waiting(self) -> bool:
        return self.sent_at is None and self.overtaken_at is None

    @property
    def is_not_getting_through(self) -> bool:
        return self.is_waiting and self.tries >= TRIES and self.failure != ""


@dataclass(frozen=True)
class Letter:
    """What is to be said, about what, by which key; to whom is said beside it."""

    key: str
    waiting_for: str
    about: tuple[str, int]
    organisation_id: int
    rung: str
    subject: str
    text: str


def told_already(keys: Iterable[str]) -> set[str]:
    """Those keys of which somebody has been told."""
    known = Message.objects.filter(key__in=list(keys))
    return set(known.values_list("key", flat=True).distinct())


@transaction.atomic
def queue(
    letter: Letter,
    *,
    people: Iterable[Person] = (),
    addresses: Iterable[str] = (),
    by: Person,
    at: datetime,
) -> list[Message]:
    """Put a letter to all of these into the outbox, once: a key that is there already adds nothing.

    Whoever is told first is told, even if others would be by now. Gives what was added.
    """
    # Two that look round at one moment would each find nobody told.
    organisation = Organisation.objects.select_for_update(no_key=True).get(
        pk=letter.organisation_id
    )
    if told_already([letter.key]):
        return []
    kind, number = letter.about
    to: list[dict[str, Person | str]] = [{"person": each} for each in dict.fromkeys(people)]
    to += [{"address": each} for each in dict.fromkeys(addresses)]
    added = Message.objects.bulk_create(
        [
            Message(
                key=letter.key,
                waiting_for=letter.waiting_for,
                about_kind=kind,
                about_id=number,
                organisation=organisation,
                rung=letter.rung,
                subject=letter.subject,
                text=letter.text,
                created_at=at,
                created_by=by,
                send_after=at,
                **recipient,
            )
            for recipient in to
        ]
    )
    journal.write_all("queue message", added, by=by, at=at)
    return added


@transaction.atomic
def claim(*, at: datetime) -> Message | None:
    """Take hold of the message that has been due longest; None where none is due.

    It counts as a try, and comes up again by itself unless what came of it is written down: so
    nothing is forgotten by who is stopped in the middle. What comes of it is journalled, not this.
    """
    held = Message.objects.due(at).select_related("person")
    message = held.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
    if message is None:
        return None
    message.tries += 1
    message.send_after = at + HOLD
    message.save(update_fields=["tries", "send_after"])
    return message


@transaction.atomic
def mark_sent(message: Message, *, by: Person, at: datetime) -> Message:
    """Raises DoneWith."""
    message = _locked(message)
    message.sent_at, message.failure = at, ""
    message.save(update_fields=["sent_at", "failure"])
    journal.write("send message", message, by=by, at=at)
    return message


@transaction.atomic
def mark_failed(message: Message, why: NotSent, *, by: Person, at: datetime) -> Message:
    """It did not get through and is tried again, each time later. Raises DoneWith."""
    message = _locked(message)
    message.failure = why
    message.send_after = at + AGAIN_AFTER[min(max(message.tries, 1), len(AGAIN_AFTER)) - 1]
    message.save(update_fields=["failure", "send_after"])
    journal.write(f"send message failed: {why}", message, by=by, at=at)
    return message


@transaction.atomic
def mark_overtaken(message: Message, *, by: Person, at: datetime) -> Message:
    """What it would say is no longer so: it is not sent. Raises DoneWith."""
    message = _locked(message)
    message.overtaken_at = at
    message.save(update_fields=["overtaken_at"])
    journal.write("message overtaken", message, by=by, at=at)
    return message


@transaction.atomic
def try_again(message: Message, *, by: Person, at: datetime) -> Message:
    """Somebody has put right what was in the way: try at once. Raises DoneWith."""
    message = _locked(message)
    message.send_after = at
    message.save(update_fields=["send_after"])
    journal.write("try message again", message, by=by, at=at)
    return message


def _locked(message: Message) -> Message:
    held = Message.objects.select_for_update(no_key=True, of=("self",)).get(pk=message.pk)
    if not held.is_waiting:
        raise DoneWith
    return held
