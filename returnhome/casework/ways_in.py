"""A child's way in to pages of their own: a link that opens once, for a short time."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import acting, episodes, journal, staff
from returnhome.casework.episodes import Episode
from returnhome.casework.staff import ANSWERING, Person
from returnhome.rules import ways_in
from returnhome.rules.access import Verb
from returnhome.rules.codes import Device
from returnhome.rules.ways_in import ShutReason


class WayInQuerySet(models.QuerySet["WayIn"]):
    def visible_to(self, person: Person) -> "WayInQuerySet":
        """That there is a link, and whether it was opened: whoever answers or interviews."""
        return self.filter(
            person.whose(Verb.SEE_EPISODE, *ANSWERING, of="episode__", child="episode__child")
        )

    def newest_first(self) -> "WayInQuerySet":
        return self.order_by("-made_at", "-pk")


class WayIn(models.Model):
    """One link, and the pages behind it once it is opened. It opens once and is never reopened.

    Of its secret, and of the pass that a browser is given for it, only digests are kept.
    """

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="ways_in", db_index=False)
    device = models.CharField(max_length=10)
    language = models.CharField(max_length=20)
    secret = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    until = models.DateTimeField()

    opened_at = models.DateTimeField(null=True)
    pass_digest = models.CharField(max_length=64, unique=True, null=True)
    seen_at = models.DateTimeField(null=True)
    # When the child said that they have read what stays private, and in which words.
    told_at = models.DateTimeField(null=True)
    told_in = models.CharField(max_length=20, default="")
    # That they said how the talk was: not what, which is nowhere beside their name.
    has_said_how = models.BooleanField(default=False)

    ended_at = models.DateTimeField(null=True)
    # Nobody: the child left.
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = WayInQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=models.F("made_at")), name="a_link_lasts"),
            models.CheckConstraint(
                condition=Q(opened_at=None, pass_digest=None, seen_at=None)
                | Q(opened_at__isnull=False, pass_digest__isnull=False, seen_at__isnull=False),
                name="an_opened_link_has_its_pass",
            ),
            models.CheckConstraint(
                condition=Q(told_at=None, told_in="")
                | Q(told_at__isnull=False, opened_at__isnull=False) & ~Q(told_in=""),
                name="told_what_stays_private_in_some_words",
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(ended_at__isnull=False),
                name="a_link_ended_by_somebody_is_ended",
            ),
        ]
        indexes = [models.Index(fields=["episode", "-made_at"], name="way_in_episode")]

    @property
    def child_id(self) -> int:
        return self.episode.child_id

    @property
    def facts(self) -> ways_in.WayIn:
        return ways_in.WayIn(
            until=self.until,
            opened_at=self.opened_at,
            seen_at=self.seen_at,
            ended_at=self.ended_at,
        )

    @property
    def is_on_workers_device(self) -> bool:
        return self.device == Device.WORKERS

    def is_standing(self, now: datetime) -> bool:
        return ways_in.is_standing(self.facts, now=now)


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return sha256(secret.encode()).hexdigest()


@transaction.atomic
def make(
    episode: Episode, *, device: Device, language: str, by: Person, at: datetime
) -> tuple[WayIn, str]:
    """Make a link for the child of this episode; the secret is given once and kept nowhere.

    Earlier links of the child that are still open are ended: one at a time is easy to think of.
    Raises AlreadyVoided.
    """
    (episode,) = episodes.lock(episode.pk)
    episodes.check_stands(episode)
    end_all(episode.child_id, by=by, at=at)
    secret = token_urlsafe(24)
    made = WayIn.objects.create(
        episode=episode,
        device=device,
        language=language,
        secret=digest(secret),
        made_at=at,
        made_by=by,
        until=ways_in.lasts_until(device, made_at=at),
    )
    journal.write("make link", made, by=by, at=at)
    return made, secret


def end_all(child_id: int, *, by: Person, at: datetime) -> int:
    """End every link of a child at once, opened or not. Gives how many there were."""
    standing = [
        each
        for each in WayIn.objects.filter(
            episode__child_id=child_id, ended_at=None, made_at__gt=at - ways_in.OLDEST
        ).select_for_update(no_key=True, of=("self",))
        if each.is_standing(at)
    ]
    for each in standing:
        _end(each, by=by, at=at)
    return len(standing)


@transaction.atomic
def end(way_in: WayIn, *, by: Person, at: datetime) -> WayIn:
    """End one link. Raises AlreadyEnded."""
    way_in = _locked(way_in)
    if way_in.ended_at is not None:
        raise ways_in.AlreadyEnded
    return _end(way_in, by=by, at=at)


def _end(way_in: WayIn, *, by: Person | None, at: datetime) -> WayIn:
    way_in.ended_at, way_in.ended_by = at, by
    way_in.save(update_fields=["ended_at", "ended_by"])
    journal.write("end link", way_in, by=by or staff.the_child(), at=at)
    return way_in


def _locked(way_in: WayIn) -> WayIn:
    found = WayIn.objects.select_related("episode")
    return found.select_for_update(no_key=True, of=("self",)).get(pk=way_in.pk)


# What whoever holds a link does: `acting.by_link` opens nothing else to them. That a link was tried
# in vain is written down and then raised, outside of what a refusal takes back.


def by_secret(secret: str, *, at: datetime) -> WayIn:
    """The link of this secret, if it opens now. Raises a ShutReason."""
    found = WayIn.objects.filter(secret=digest(secret)).first()
    return _checked(found, ways_in.check_can_open, at)


def open_link(secret: str, *, at: datetime) -> tuple[WayIn, str]:
    """Open a link, once; gives the pass for the one browser that opened it. Raises a ShutReason."""
    with transaction.atomic():
        # Of two who open it at once the second waits here, and finds it used.
        held = WayIn.objects.select_for_update(no_key=True, of=("self",))
        found = held.filter(secret=digest(secret)).first()
        if found and ways_in.can_open(found.facts, now=at):
            its_pass = token_urlsafe(24)
            found.opened_at, found.seen_at, found.pass_digest = at, at, digest(its_pass)
            found.save(update_fields=["opened_at", "seen_at", "pass_digest"])
            journal.write("open link", found, by=staff.the_child(), at=at)
            return found, its_pass
    return _checked(found, ways_in.check_can_open, at), ""


def by_pass(its_pass: str, *, at: datetime) -> WayIn:
    """The opened link of this browser; that it was looked at is kept. Raises a ShutReason."""
    found = WayIn.objects.filter(pass_digest=digest(its_pass)).first()
    way_in = _checked(found, ways_in.check_is_open, at)
    way_in.seen_at = at
    way_in.save(update_fields=["seen_at"])
    return way_in


def _checked(found: WayIn | None, check: Callable[..., None], at: datetime) -> WayIn:
    try:
        check(found.facts if found else None, now=at)
    except ShutReason:
        journal.refuse("wayin", found.pk if found else None, by=staff.the_child(), at=at)
        raise
    if found is None:
        raise ways_in.NeverMade
    return found


@transaction.atomic
def told(way_in: WayIn, *, language: str, at: datetime) -> WayIn:
    """The child has read what stays private and what cannot. Once is enough."""
    way_in = _locked(way_in)
    if way_in.told_at is None:
        way_in.told_at, way_in.told_in = at, language
        way_in.save(update_fields=["told_at", "told_in"])
        journal.write("told what stays private", way_in, by=staff.the_child(), at=at)
    return way_in


@transaction.atomic
def leave(way_in: WayIn, *, at: datetime) -> WayIn:
    """The child closes their pages in this browser. A second press does no harm."""
    way_in = _locked(way_in)
    return way_in if way_in.ended_at else _end(way_in, by=None, at=at)


def scope(secret_or_pass: str) -> AbstractContextManager[None]:
    """For whom the block acts: whoever holds this secret or pass."""
    return acting.by_link(digest(secret_or_pass))
