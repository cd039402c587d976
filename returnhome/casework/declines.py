"""What a no leaves to ask: whether the child was spoken to, understood it, and what carers know."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import episodes, journal, tellings
from returnhome.casework.episodes import Episode
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import ANSWERING, Person
from returnhome.rules import declining
from returnhome.rules.access import Verb
from returnhome.rules.ages import age_on
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Answer, DeclinedBy, Means, NoOwes, NotHeldReason, Understood

# Episodes that the child's own no has closed for now, for the database.
CLOSED_BY_THE_CHILD = Q(held_at__isnull=True, booked_for__isnull=True) & (
    Q(not_held=NotHeldReason.DECLINED_BY_CHILD)
    | Q(not_held="", answer=Answer.DECLINED, declined_by=DeclinedBy.CHILD)
)


class AfterANo(models.QuerySet[Any]):
    """What was asked after a no: for those who answer for the child, and never for a host."""

    def visible_to(self, person: Person) -> "AfterANo":
        return self.filter(
            person.whose(Verb.SEE_EPISODE, *ANSWERING, of="episode__", child="episode__child")
        )

    def in_order(self) -> "AfterANo":
        return self.order_by("noted_at", "pk")


class ChildSpokenTo(models.Model):
    """Somebody spoke with the child about the no, or nobody did, and why. Never changed."""

    sealed_under = "episode"

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="spoken_to")
    by_whom = SealedText()
    means = models.CharField(max_length=30, default="")
    why_not = SealedText(null=True, default=None)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = AfterANo.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(~Q(means="") & Q(why_not__isnull=True))
                | Q(means="", why_not__isnull=False),
                name="spoken_to_by_a_means_or_not_and_why",
            ),
        ]

    @property
    def is_spoken_to(self) -> bool:
        return self.means != ""

    @property
    def child_id(self) -> int:
        return self.episode.child_id


class Understanding(models.Model):
    """Under 16: whether the child understood what they said no to, and why that is thought."""

    sealed_under = "episode"

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="understandings")
    judged = models.CharField(max_length=20)
    because = SealedText()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = AfterANo.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(judged=""), name="understood_not_or_not_judged"),
        ]

    @property
    def child_id(self) -> int:
        return self.episode.child_id


class CarersAsked(models.Model):
    """A carer was asked what they know, and what they said; or they are not asked, and why.

    It is theirs: no page shows it among what the child said. Rows are added, never changed.
    """

    sealed_under = "episode"

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="carers_asked")
    whom = SealedText()
    means = models.CharField(max_length=30, default="")
    asked_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    said = SealedText()
    # While a note says that a parent may be the risk: why this one is safe to ask.
    despite = SealedText()
    why_not = SealedText(null=True, default=None)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = AfterANo.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    ~Q(means=""),
                    asked_at__isnull=False,
                    asked_by__isnull=False,
                    why_not__isnull=True,
                )
                | Q(
                    means="",
                    asked_at__isnull=True,
                    asked_by__isnull=True,
                    why_not__isnull=False,
                ),
                name="carers_are_asked_or_not_and_why",
            ),
        ]

    @property
    def is_asked(self) -> bool:
        return self.asked_at is not None

    @property
    def child_id(self) -> int:
        return self.episode.child_id


# What is owed.


def owed(episode: Episode, by: DeclinedBy, said_at: datetime) -> list[NoOwes]:
    """What a no that has just been said leaves to ask, for the verb that writes it down."""
    born, day = episode.child.born_on, said_at.astimezone(LONDON).date()
    return list(
        declining.owed(
            by=by,
            age=age_on(born, day) if born and born <= day else None,
            are_carers_done=episode.carers_asked.exists(),
        )
    )


def _done(episode: Episode, done: NoOwes, at: datetime) -> None:
    left: Iterable[str] = (each for each in episode.no_owes if each != done)
    episodes.note(episode, no_owes=list(left), at=at)


# Verbs.


@transaction.atomic
def note_spoken_to(
    episode: Episode,
    *,
    is_spoken_to: bool,
    by_whom: str = "",
    means: Means | None = None,
    why_not: str = "",
    by: Person,
    at: datetime,
) -> ChildSpokenTo:
    """Note whether the child was spoken to about the no that stands, by whom and how, or why not.

    Raises AlreadyVoided and what rules.declining blocks: NotTheirOwnNo above all.
    """
    episode = _locked(episode)
    declining.check_can_say_spoken_to(
        no_of=episode.no_of,
        is_spoken_to=is_spoken_to,
        by_whom=by_whom,
        means=means,
        why_not=why_not,
    )
    noted = ChildSpokenTo.objects.create(
        episode=episode,
        by_whom=by_whom if is_spoken_to else "",
        means=means or "" if is_spoken_to else "",
        why_not=None if is_spoken_to else why_not,
        noted_at=at,
        noted_by=by,
    )
    _done(episode, NoOwes.SPOKEN_TO, at)
    journal.write("note spoken to", noted, by=by, at=at)
    return noted


@transaction.atomic
def judge(
    episode: Episode, judged: Understood, because: str, *, by: Person, at: datetime
) -> Understanding:
    """Note whether the child understood what they said no to. Raises NotAChildsNo and kin."""
    episode = _locked(episode)
    declining.check_can_judge(no_of=episode.no_of, judged=judged, because=because)
    noted = Understanding.objects.create(
        episode=episode, judged=judged, because=because, noted_at=at, noted_by=by
    )
    _done(episode, NoOwes.UNDERSTANDING, at)
    journal.write("judge understanding", noted, by=by, at=at)
    return noted


@transaction.atomic
def ask_carers(
    episode: Episode,
    *,
    whom: str,
    means: Means,
    asked_at: datetime,
    said: str = "",
    despite: str = "",
    by: Person,
    at: datetime,
) -> CarersAsked:
    """Record that `by` asked a carer what they know, and what they said.

    Raises AlreadyVoided and what rules.declining blocks, CarerMayBeTheRisk above all.
    """
    episode = _locked(episode)
    end, risk = episode.found or episode.returned, tellings.standing_risk(episode.child)
    declining.check_can_ask_carers(
        no_of=episode.no_of,
        whom=whom,
        at=asked_at,
        now=at,
        found_at=end.earliest if end else None,
        # People give the minute.
        risk_noted_at=risk.noted_at.replace(second=0, microsecond=0) if risk else None,
        despite=despite,
    )
    asked = CarersAsked.objects.create(
        episode=episode,
        whom=whom,
        means=means,
        asked_at=asked_at,
        asked_by=by,
        said=said,
        despite=despite,
        noted_at=at,
        noted_by=by,
    )
    _done(episode, NoOwes.CARERS, at)
    journal.write("ask carers", asked, by=by, at=at)
    return asked


@transaction.atomic
def leave_carers(episode: Episode, why_not: str, *, by: Person, at: datetime) -> CarersAsked:
    """Decide that the carers are not asked, and why. Raises WhyNotAskedMissing and kin."""
    episode = _locked(episode)
    declining.check_can_leave_carers(no_of=episode.no_of, why_not=why_not)
    left = CarersAsked.objects.create(episode=episode, why_not=why_not, noted_at=at, noted_by=by)
    _done(episode, NoOwes.CARERS, at)
    journal.write("leave carers", left, by=by, at=at)
    return left


def _locked(episode: Episode) -> Episode:
    (held,) = episodes.lock(episode.pk)
    episodes.check_stands(held)
    return held
