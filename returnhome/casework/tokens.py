"""Tokens by which an organisation's programs send and ask, and the answers kept for who asks twice.

A program acts as an account of its token's own, which holds no role and never signs in: so the
journal tells which one did what.
"""

from collections.abc import Collection
from contextlib import AbstractContextManager, suppress
from datetime import date, datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.db.models import Q

from returnhome.casework import acting, journal, messages
from returnhome.casework.messages import Letter, Message
from returnhome.casework.sealing import SealedJson
from returnhome.casework.staff import Organisation, Person
from returnhome.rules import Blocked, access, tokens
from returnhome.rules.access import Verb
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Role, Rung, TokenScope

# A program waits so long for what somebody else holds, a large file of the same sender's for one.
WAITS_AT_MOST = "10s"
# So that whoever finds one lying about knows what it is, and a search of a disk finds it.
BEGINS = "rht_"
# What a message about a token is about, as `messages` names it.
ABOUT = "token"

RUNS_OUT = """\
The token of the program “{name}” of {organisation}, ending in {ending}, is good until the end of
{until}. From then on the program is let in no more.

If it is still wanted, make another, have the program changed over, and end the old one.

{link}

You need to sign in. This message names no child.
"""


class InHand(Blocked):
    sentence = (
        "A request with this idempotency key is still being worked on. Ask again in a moment."
    )


class UsedForAnother(Blocked):
    sentence = "This idempotency key was used for another request. Take a new one."


def kept_by(person: Person) -> frozenset[int]:
    """The organisations whose tokens and webhooks the person makes and ends."""
    posts = person.current_posts if person.is_active else []
    return frozenset(p.organisation_id for p in posts if access.may(Role(p.role), Verb.KEEP_TOKENS))


class TokenQuerySet(models.QuerySet["Token"]):
    def visible_to(self, person: Person) -> "TokenQuerySet":
        """Those of organisations whose administrator the person is."""
        return self.filter(organisation__in=kept_by(person))

    def standing(self) -> "TokenQuerySet":
        return self.filter(ended_at__isnull=True)

    def newest_first(self) -> "TokenQuerySet":
        return self.order_by("-made_at", "-pk")


class Token(models.Model):
    """What one program shows to be let in. Of the token itself only a digest is kept.

    `until` is the last day on which it is good; `ending` are its last letters, to know it by.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    name = models.CharField(max_length=tokens.LONGEST_NAME)
    scopes = ArrayField(models.CharField(max_length=20))
    digest = models.CharField(max_length=64, unique=True)
    ending = models.CharField(max_length=4)
    account = models.OneToOneField(Person, models.PROTECT, related_name="token")
    until = models.DateField()
    last_used_on = models.DateField(null=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = TokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(scopes=[]), name="a_token_is_for_something"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="a_token_is_ended_by_somebody",
            ),
        ]

    def is_good(self, today: date) -> bool:
        return tokens.is_good(until=self.until, is_ended=self.ended_at is not None, today=today)

    def may(self, scope: TokenScope) -> bool:
        return scope in self.scopes

    @property
    def in_words(self) -> str:
        return "; ".join(TokenScope(each).label for each in self.scopes)


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


@transaction.atomic
def make(
    organisation: Organisation,
    name: str,
    *,
    scopes: Collection[TokenScope],
    until: date,
    by: Person,
    at: datetime,
) -> tuple[Token, str]:
    """Make a token; what is to be shown is given once and kept nowhere.

    Raises NameMissing, NothingToDo, LastsTooLong.
    """
    name = " ".join(name.split())
    today = at.astimezone(LONDON).date()
    tokens.check_can_make(name=name, scopes=scopes, until=until, today=today)
    secret = BEGINS + token_urlsafe(32)
    account = Person(
        email=f"program-{uuid4().hex}@returnhome.invalid",
        name=f"{name} (program of {organisation.name})"[:120],
        is_active=False,
    )
    account.set_unusable_password()
    account.save()
    made = Token.objects.create(
        organisation=organisation,
        name=name,
        scopes=[scope for scope in TokenScope if scope in scopes],
        digest=digest(secret),
        ending=secret[-4:],
        account=account,
        until=until,
        made_at=at,
        made_by=by,
    )
    journal.write("make token", made, by=by, at=at)
    return made, secret


@transaction.atomic
def end(token: Token, *, by: Person, at: datetime) -> Token:
    """End a token: from now on it opens nothing, and nobody is reminded. Raises EndedAlready."""
    token = Token.objects.select_for_update(no_key=True, of=("self",)).get(pk=token.pk)
    if token.ended_at is not None:
        raise tokens.EndedAlready
    token.ended_at, token.ended_by = at, by
    token.save(update_fields=["ended_at", "ended_by"])
    for reminder in Message.objects.about(ABOUT, [token.pk]).waiting():
        # One that leaves at this moment has left.
        with suppress(messages.DoneWith):
            messages.mark_overtaken(reminder, by=by, at=at)
    journal.write("end token", token, by=by, at=at)
    return token


@transaction.atomic
def shown(secret: str, *, at: datetime) -> Token | None:
    """The token that a program has shown, if it is good now; that it was used today is noted.

    None alike for one that never was, has ended or is over.
    """
    today = at.astimezone(LONDON).date()
    found = Token.objects.select_related("organisation", "account")
    token = found.filter(digest=digest(secret)).first()
    if token is None or not token.is_good(today):
        return None
    if token.last_used_on != today:
        Token.objects.filter(pk=token.pk).exclude(last_used_on=today).update(last_used_on=today)
    return token


def scope(secret: str) -> AbstractContextManager[None]:
    """For whom the block acts: whoever has shown this token, for what its organisation sent."""
    return acting.by_token(digest(secret))


# Before it runs out.


@transaction.atomic
def remind(*, by: Person, at: datetime) -> int:
    """Tell those who keep them of tokens that soon run out, each time once; gives how many letters.

    Found by asking: what a night has missed the next one tells.
    """
    today = at.astimezone(LONDON).date()
    soon = Token.objects.standing().filter(
        until__gte=today, until__lte=today + max(tokens.REMIND_BEFORE)
    )
    added = 0
    for token in soon.select_related("organisation", "made_by").order_by("pk"):
        before = tokens.reminder(
            until=token.until,
            made_on=token.made_at.astimezone(LONDON).date(),
            today=today,
        )
        if before is not None:
            letter = _letter_about(token, f"{before.days} days before")
            added += len(messages.queue(letter, people=_keepers(token), by=by, at=at))
    return added


def _keepers(token: Token) -> list[Person]:
    """The administrators of its organisation; where none is left, whoever made it."""
    colleagues = Person.objects.at_work().in_organisation(token.organisation_id)
    keepers = [
        person
        for person in colleagues.with_posts().by_name()
        if token.organisation_id in kept_by(person)
    ]
    return keepers or ([token.made_by] if token.made_by.is_active else [])


def _letter_about(token: Token, when: str) -> Letter:
    return Letter(
        key=f"token {token.pk} runs out: {when}",
        waiting_for=ABOUT,
        about=(ABOUT, token.pk),
        organisation_id=token.organisation_id,
        rung=Rung.ADMINISTRATORS,
        subject="Returnhome: a token of one of your programs soon runs out",
        text=RUNS_OUT.format(
            name=token.name,
            organisation=token.organisation.name,
            ending=token.ending,
            until=f"{token.until:%A} {token.until.day} {token.until:%B %Y}",
            link=f"{settings.PUBLIC_URL}/tokens",
        ),
    )


# Asked twice, answered once.


class KeptAnswerQuerySet(models.QuerySet["KeptAnswer"]):
    def visible_to(self, person: Person) -> "KeptAnswerQuerySet":
        """Nobody's: they are for the program that asked."""
        return self.none()


class KeptAnswer(models.Model):
    """What a request was answered, for a program that sends the same again.

    `name` is a digest of the idempotency key, `asked` one of the request that came with it.
    """

    sealed_under = ""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=64)
    asked = models.CharField(max_length=64)
    answer = SealedJson()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = KeptAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], name="an_idempotency_key_is_answered_once"
            ),
        ]
        indexes = [models.Index(fields=["at"], name="kept_answer_age")]


def begin(organisation: Organisation, name: str, asked: str) -> Any | None:
    """The answer given before to this very request; None where it is a new one.

    Holds the idempotency key until the transaction ends, in every process; from here on whatever
    is held by somebody else is waited for, and not for long. Raises InHand, UsedForAnother.
    """
    name = digest(name)
    held = int.from_bytes(sha256(f"{organisation.pk} {name}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("select set_config('lock_timeout', %s, true)", [WAITS_AT_MOST])
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [held])
        if cursor.fetchone() != (True,):
            raise InHand
    kept = KeptAnswer.objects.filter(organisation=organisation, name=name).first()
    if kept is None:
        return None
    if kept.asked != digest(asked):
        raise UsedForAnother
    return kept.answer


def keep(token: Token, name: str, asked: str, answer: Any, *, at: datetime) -> None:
    """Keep an answer, in the transaction of what was done for it. What was done is journalled."""
    KeptAnswer.objects.create(
        organisation_id=token.organisation_id,
        name=digest(name),
        asked=digest(asked),
        answer=answer,
        at=at,
        by_id=token.account_id,
    )


@transaction.atomic
def forget_answers(*, by: Person, at: datetime) -> int:
    """Delete the answers that nobody will ask for again; gives how many there were."""
    return KeptAnswer.objects.filter(at__lt=at - tokens.ANSWERS_KEPT).delete()[0]
