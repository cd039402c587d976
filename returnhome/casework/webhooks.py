"""Webhooks: an organisation's own program is told when an episode needs somebody.

A call says what happened to which episode by number, and where its page is: never a name. Each
waits here until it has got through, as messages do, and every try is written down.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import journal, messages
from returnhome.casework.messages import Letter
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import Organisation, Person
from returnhome.casework.tokens import kept_by
from returnhome.rules import webhooks
from returnhome.rules.codes import NotCalled, Role, Rung, WebhookEvent

# Whoever has hold of a call has so long to make it before another may try: longer than its steps.
HOLD = timedelta(minutes=1)
# What a message about a webhook is about, as `messages` names it.
ABOUT = "webhook"

ENDED = """\
The webhook of {organisation} has taken nothing for {days} days, so it is not called any more.
Nothing is lost: what it would have said is on the work list.
Put right what is in the way, and set up a webhook again.

{link}

You need to sign in. This message names no child.
"""


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def visible_to(self, person: Person) -> "WebhookQuerySet":
        """Those of organisations whose administrator the person is."""
        return self.filter(organisation__in=kept_by(person))

    def standing(self) -> "WebhookQuerySet":
        return self.filter(ended_at__isnull=True)

    def newest_first(self) -> "WebhookQuerySet":
        return self.order_by("-made_at", "-pk")


class Webhook(models.Model):
    """The address of an organisation's program, and the secret that signs what is sent there.

    `failing_since`: nothing has got through since then. The former secret signs beside the new one
    for a while, so that a program can change over.
    """

    sealed_under = ""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    address = models.CharField(max_length=webhooks.LONGEST_ADDRESS)
    secret = SealedText()
    former_secret = SealedText(blank=True)
    former_until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = WebhookQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(ended_at__isnull=True),
                name="an_organisation_has_one_webhook",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="a_webhook_is_ended_by_somebody",
            ),
        ]

    def secrets(self, at: datetime) -> list[str]:
        """What signs a call at this moment, the newest first."""
        has_former = self.former_until is not None and at < self.former_until
        return [self.secret, self.former_secret] if has_former else [self.secret]


class CallQuerySet(models.QuerySet["Call"]):
    def visible_to(self, person: Person) -> "CallQuerySet":
        return self.filter(webhook__in=Webhook.objects.visible_to(person))

    def waiting(self) -> "CallQuerySet":
        return self.filter(done_at__isnull=True, webhook__ended_at__isnull=True)

    def due(self, at: datetime) -> "CallQuerySet":
        return self.waiting().filter(send_after__lte=at).order_by("send_after", "pk")

    def newest_first(self) -> "CallQuerySet":
        return self.order_by("-made_at", "-pk")


class Call(models.Model):
    """One thing to tell one webhook. `key` names what happened, so that it is told once.

    `done_at`: it got through, or, with `is_given_up`, it never will.
    """

    webhook = models.ForeignKey(Webhook, models.PROTECT, related_name="calls", db_index=False)
    event = models.CharField(max_length=30)
    about_id = models.BigIntegerField(null=True)
    key = models.CharField(max_length=160)
    number = models.UUIDField(default=uuid4, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    send_after = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    is_given_up = models.BooleanField(default=False)

    objects = CallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["webhook", "key"], name="a_webhook_is_told_once"),
            models.CheckConstraint(
                condition=Q(is_given_up=False) | Q(done_at__isnull=False),
                name="a_call_given_up_is_done_with",
            ),
        ]
        indexes = [
            models.Index(fields=["send_after"], condition=Q(done_at__isnull=True), name="call_due"),
            models.Index(fields=["webhook", "-made_at"], name="call_newest"),
        ]

    @property
    def name(self) -> str:
        """The number as the header has it: the same at each try."""
        return f"msg_{self.number.hex}"

    @property
    def is_test(self) -> bool:
        return self.event == WebhookEvent.TEST

    @property
    def says(self) -> dict[str, Any]:
        """What is sent: the same at each try, and no name in it."""
        about: dict[str, Any] = {"organisation": self.webhook.organisation_id}
        if self.about_id is not None:
            page = f"{settings.PUBLIC_URL}/episodes/{self.about_id}"
            about |= {"episode": self.about_id, "page": page}
        return {
            "type": self.event,
            "timestamp": self.made_at.isoformat().replace("+00:00", "Z"),
            "data": about,
        }


class CallTryQuerySet(models.QuerySet["CallTry"]):
    def visible_to(self, person: Person) -> "CallTryQuerySet":
        return self.filter(call__in=Call.objects.visible_to(person))


class CallTry(models.Model):
    """One try at one call, and what came of it: the answer's code, or why there was none."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="tried")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    code = models.PositiveSmallIntegerField(null=True)
    failure = models.CharField(max_length=20, default="", blank=True)

    objects = CallTryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(code__isnull=False) | ~Q(failure=""),
                name="a_try_was_answered_or_says_why_not",
            ),
        ]

    @property
    def in_words(self) -> str:
        if not self.failure:
            return f"Taken ({self.code})"
        answer = f" ({self.code})" if self.code else ""
        return f"{NotCalled(self.failure).label}{answer}"


def new_secret() -> str:
    return webhooks.SECRET_BEGINS + base64.b64encode(token_bytes(32)).decode()


@transaction.atomic
def set_up(organisation: Organisation, address: str, *, by: Person, at: datetime) -> Webhook:
    """Have a program told from now on. Raises AddressWrong, OneAlready."""
    webhooks.check_address(address, anywhere=settings.WEBHOOKS_ANYWHERE)
    organisation = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if Webhook.objects.standing().filter(organisation=organisation).exists():
        raise webhooks.OneAlready
    made = Webhook.objects.create(
        organisation=organisation, address=address, secret=new_secret(), made_at=at, made_by=by
    )
    journal.write("set up webhook", made, by=by, at=at)
    return made


@transaction.atomic
def renew_secret(webhook: Webhook, *, by: Person, at: datetime) -> Webhook:
    """Sign with a new secret; for a day the old one signs beside it. Raises EndedAlready."""
    webhook = _standing(webhook)
    webhook.former_secret, webhook.former_until = webhook.secret, at + webhooks.OLD_SECRET_SIGNS
    webhook.secret = new_secret()
    webhook.save(update_fields=["secret", "former_secret", "former_until"])
    journal.write("renew webhook secret", webhook, by=by, at=at)
    return webhook


@transaction.atomic
def end(webhook: Webhook, *, by: Person, at: datetime) -> Webhook:
    """Call it no more; what still waits is not sent. Raises EndedAlready."""
    return _end(_standing(webhook), by=by, at=at)


def _end(webhook: Webhook, *, by: Person, at: datetime) -> Webhook:
    webhook.ended_at, webhook.ended_by = at, by
    webhook.save(update_fields=["ended_at", "ended_by"])
    journal.write("end webhook", webhook, by=by, at=at)
    return webhook


def _standing(webhook: Webhook) -> Webhook:
    held = Webhook.objects.select_for_update(no_key=True, of=("self",)).get(pk=webhook.pk)
    if held.ended_at is not None:
        raise webhooks.EndedAlready
    return held


# What is to be told.


@dataclass(frozen=True)
class News:
    """Something that an organisation's program should hear: `key` is the same as long as it is."""

    event: WebhookEvent
    organisation_id: int
    episode_id: int
    since: datetime
    key: str


@transaction.atomic
def queue(news: Iterable[News], *, by: Person, at: datetime) -> list[Call]:
    """Put down what each webhook has not been told yet; gives what was added.

    What began long before a webhook was set up is left to the work list.
    """
    hooks = {each.organisation_id: each for each in Webhook.objects.standing()}
    wanted = [
        (hooks[each.organisation_id], each)
        for each in news
        if each.organisation_id in hooks
        and each.since >= hooks[each.organisation_id].made_at - webhooks.TOLD_BACK
    ]
    known = set(
        Call.objects.filter(
            webhook__in={hook.pk for hook, _ in wanted}, key__in={each.key for _, each in wanted}
        ).values_list("webhook", "key")
    )
    drafts = [
        Call(
            webhook=hook,
            event=each.event,
            about_id=each.episode_id,
            key=each.key,
            made_at=at,
            made_by=by,
            send_after=at,
        )
        for hook, each in wanted
        if (hook.pk, each.key) not in known
    ]
    # Of two that look round at one moment the second adds nothing.
    Call.objects.bulk_create(drafts, ignore_conflicts=True)
    added = list(Call.objects.filter(number__in=[each.number for each in drafts]))
    journal.write_all("queue call", added, by=by, at=at)
    return added


@transaction.atomic
def try_out(webhook: Webhook, *, by: Person, at: datetime) -> Call:
    """Send a call that is about nothing, to see whether it gets through. Raises EndedAlready."""
    webhook = _standing(webhook)
    call = Call.objects.create(
        webhook=webhook,
        event=WebhookEvent.TEST,
        key=f"test {uuid4()}",
        made_at=at,
        made_by=by,
        send_after=at,
    )
    journal.write("queue call", call, by=by, at=at)
    return call


# What comes of it.


@transaction.atomic
def claim(*, at: datetime) -> Call | None:
    """Take hold of the call that has been due longest; None where none is due.

    It counts as a try, and comes up again by itself unless what came of it is written down.
    """
    due = Call.objects.due(at).select_related("webhook")
    call = due.select_for_update(skip_locked=True, no_key=True, of=("self",)).first()
    if call is None:
        return None
    call.tries += 1
    call.send_after = at + HOLD
    call.save(update_fields=["tries", "send_after"])
    return call


@transaction.atomic
def mark_taken(call: Call, code: int, *, by: Person, at: datetime) -> Call:
    call.done_at = at
    call.save(update_fields=["done_at"])
    CallTry.objects.create(call=call, at=at, by=by, code=code)
    Webhook.objects.filter(pk=call.webhook_id, failing_since__isnull=False).update(
        failing_since=None
    )
    journal.write("make call", call, by=by, at=at)
    return call


@transaction.atomic
def mark_failed(
    call: Call, why: NotCalled, *, code: int | None = None, by: Person, at: datetime
) -> Call:
    """It did not get through: it is tried again, each time later, and at last given up.

    What else waits for the same address waits along: it would fare no better. A webhook that takes
    nothing for days is ended, and its administrators are told.
    """
    CallTry.objects.create(call=call, at=at, by=by, code=code, failure=why)
    wait = None if call.is_test else webhooks.again_after(call.tries)
    if wait is None:
        call.done_at, call.is_given_up = at, True
    else:
        call.send_after = at + wait
        others = Call.objects.waiting().filter(webhook=call.webhook_id).exclude(pk=call.pk)
        others.filter(send_after__lt=call.send_after).update(send_after=call.send_after)
    call.save(update_fields=["send_after", "done_at", "is_given_up"])
    journal.write(f"make call failed: {why}", call, by=by, at=at)
    webhook = Webhook.objects.select_for_update(no_key=True, of=("self",)).get(pk=call.webhook_id)
    if webhook.failing_since is None:
        webhook.failing_since = at
        webhook.save(update_fields=["failing_since"])
    elif (
        webhook.ended_at is None
        and at >= webhook.failing_since + webhooks.ENDED_AFTER
        and call.tries >= webhooks.ENDED_TRIES
    ):
        _end(webhook, by=by, at=at)
        _tell_administrators(webhook, by=by, at=at)
    return call


def _tell_administrators(webhook: Webhook, *, by: Person, at: datetime) -> None:
    organisation = webhook.organisation
    holding = Person.objects.at_work().in_organisation(organisation.pk)
    administrators = [
        person
        for person in holding
        if any(
            post.role == Role.ADMINISTRATOR and post.organisation_id == organisation.pk
            for post in person.current_posts
        )
    ]
    letter = Letter(
        key=f"webhook ended {webhook.pk}",
        waiting_for=ABOUT,
        about=(ABOUT, webhook.pk),
        organisation_id=organisation.pk,
        rung=Rung.ADMINISTRATORS,
        subject="Returnhome: your webhook is not called any more",
        text=ENDED.format(
            organisation=organisation.name,
            days=webhooks.ENDED_AFTER.days,
            link=f"{settings.PUBLIC_URL}/webhooks",
        ),
    )
    messages.queue(letter, people=administrators, by=by, at=at)
