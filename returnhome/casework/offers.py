"""Offers of an interview and their answers, and attempts that reached nobody."""

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import episodes, journal, tellings
from returnhome.casework.episodes import Episode
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import Person
from returnhome.rules import interviewing, offering
from returnhome.rules.ages import age_on
from returnhome.rules.codes import Answer, DeclinedBy, Means, Reached


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, person: Person) -> "OfferQuerySet":
        return self.filter(episode__in=Episode.objects.visible_to(person))

    def unanswered(self) -> "OfferQuerySet":
        return self.filter(replies__isnull=True)

    def newest_first(self) -> "OfferQuerySet":
        return self.order_by("-made_at", "-pk")


class Offer(models.Model):
    """One offer that reached the child, or a carer on the child's behalf, by a named means."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="offers")
    means = models.CharField(max_length=30)
    reached = models.CharField(max_length=10)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    note = SealedText()

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reached__in=[Reached.CHILD, Reached.CARER]) & ~Q(means=""),
                name="an_offer_reached_somebody_by_a_means",
            ),
        ]
        indexes = [models.Index(fields=["episode", "made_at"], name="offer_episode")]

    @property
    def latest_reply(self) -> "Reply | None":
        return max(self.replies.all(), key=lambda reply: (reply.given_at, reply.pk), default=None)

    @property
    def child_id(self) -> int:
        return self.episode.child_id


class ReplyQuerySet(models.QuerySet["Reply"]):
    def visible_to(self, person: Person) -> "ReplyQuerySet":
        return self.filter(offer__in=Offer.objects.visible_to(person))


class Reply(models.Model):
    """An answer to an offer. Another may follow a “not now” or a parent's no; all are kept."""

    offer = models.ForeignKey(Offer, models.PROTECT, related_name="replies")
    answer = models.CharField(max_length=20)
    declined_by = models.CharField(max_length=20, default="")
    reason = SealedText()
    given_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = ReplyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(answer=""), name="a_reply_says_something"),
            models.CheckConstraint(
                condition=(Q(answer=Answer.DECLINED) & ~Q(declined_by=""))
                | (~Q(answer=Answer.DECLINED) & Q(declined_by="")),
                name="a_no_says_whose_it_was",
            ),
        ]

    @property
    def given(self) -> Answer:
        return Answer(self.answer)

    @property
    def whose_no(self) -> DeclinedBy | None:
        return DeclinedBy(self.declined_by) if self.declined_by else None

    @property
    def child_id(self) -> int:
        return self.offer.episode.child_id


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def visible_to(self, person: Person) -> "AttemptQuerySet":
        return self.filter(episode__in=Episode.objects.visible_to(person))

    def newest_first(self) -> "AttemptQuerySet":
        return self.order_by("-made_at", "-pk")


class Attempt(models.Model):
    """A call, text, letter or visit that reached nobody: not an offer."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="attempts")
    means = models.CharField(max_length=30)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    note = SealedText()

    objects = AttemptQuerySet.as_manager()

    @property
    def child_id(self) -> int:
        return self.episode.child_id


def _age_at_return(episode: Episode) -> int | None:
    born, end = episode.child.born_on, episode.returned or episode.found
    return age_on(born, end.day) if born and end else None


def _check_not_held_by(episode: Episode, when: datetime) -> None:
    """What came before the interview can still be written down after it."""
    if episode.held and episode.held.latest <= when:
        raise interviewing.AlreadyHeld


@transaction.atomic
def make(
    episode: Episode,
    *,
    means: Means,
    reached: Reached,
    made_at: datetime,
    note: str = "",
    by: Person,
    at: datetime,
) -> Offer:
    """Record an offer that reached the child or a carer.

    Raises what rules.offering blocks, and AlreadyHeld for an offer made after the interview.
    """
    episode = _locked(episode)
    offering.check_can_make(
        found=episode.found,
        returned=episode.returned,
        age_at_return=_age_at_return(episode),
        is_offered_by_policy=episode.is_offered_by_policy is True,
        is_voided=episode.is_voided,
    )
    _check_not_held_by(episode, made_at)
    risk = tellings.standing_risk(episode.child)
    offering.check_can_count(
        means=means,
        reached=reached,
        at=made_at,
        now=at,
        found=episode.found,
        returned=episode.returned,
        risk_noted_at=risk.noted_at if risk else None,
        note=note,
    )
    offer = Offer.objects.create(
        episode=episode, means=means, reached=reached, made_at=made_at, made_by=by, note=note
    )
    first = min(episode.offered_at or made_at, made_at)
    episodes.note(episode, offered_at=first, **_open_again(episode, made_at), at=at)
    journal.write("make offer", offer, by=by, at=at)
    return offer


def _open_again(episode: Episode, made_at: datetime) -> dict[str, Any]:
    """A new offer waits for a new answer: an earlier no, “not now” or reason no longer stands.

    What came after an offer that is only now written down stands.
    """
    no_longer: dict[str, Any] = {}
    if episode.answered_at is None or episode.answered_at <= made_at:
        no_longer |= {"answer": "", "answered_at": None, "declined_by": ""}
    return no_longer | _reason_gone(episode, made_at)


def _reason_gone(episode: Episode, when: datetime) -> dict[str, Any]:
    """Whoever has been asked, or has answered, since: the reason for no interview is an old one."""
    later = episode.not_held_rows.filter(at__gt=when)
    return {} if later.exists() else {"not_held": ""}


@transaction.atomic
def attempt(
    episode: Episode, *, means: Means, made_at: datetime, note: str = "", by: Person, at: datetime
) -> Attempt:
    """Record a call, text, letter or visit that reached nobody."""
    episode = _locked(episode)
    offering.check_can_make(
        found=episode.found, returned=episode.returned, is_voided=episode.is_voided
    )
    _check_not_held_by(episode, made_at)
    offering.check_attempt(
        means=means,
        reached=Reached.NOBODY,
        at=made_at,
        now=at,
        found=episode.found,
        returned=episode.returned,
    )
    tried = Attempt.objects.create(
        episode=episode, means=means, made_at=made_at, made_by=by, note=note
    )
    first = min(episode.attempted_at or made_at, made_at)
    episodes.note(episode, attempted_at=first, at=at)
    journal.write("attempt offer", tried, by=by, at=at)
    return tried


@transaction.atomic
def answer(
    offer: Offer,
    given: Answer,
    *,
    declined_by: DeclinedBy | None = None,
    reason: str = "",
    given_at: datetime | None = None,
    by: Person,
    at: datetime,
) -> Reply:
    """Record what the child, or a parent, answered, and when if that was not just now.

    Raises AlreadyAnswered and its kin, AlreadyVoided.
    """
    episode = _locked(offer.episode)
    episodes.check_stands(episode)
    offer = Offer.objects.select_for_update(no_key=True, of=("self",)).get(pk=offer.pk)
    earlier = offer.latest_reply
    given_at = given_at or at
    offering.check_answered_when(
        at=given_at, now=at, after=earlier.given_at if earlier else offer.made_at
    )
    offering.check_can_answer(
        earlier=earlier.given if earlier else None,
        given=given,
        earlier_declined_by=earlier.whose_no if earlier else None,
        declined_by=declined_by,
        reason=reason,
    )
    reply = Reply.objects.create(
        offer=offer,
        answer=given,
        declined_by=declined_by or "",
        reason=reason,
        given_at=given_at,
        recorded_at=at,
        recorded_by=by,
    )
    if _is_latest(reply):
        episodes.note(
            episode,
            answer=given,
            declined_by=declined_by or "",
            answered_at=given_at,
            **_reason_gone(episode, given_at),
            at=at,
        )
    journal.write(f"answer offer: {given}", reply, by=by, at=at)
    return reply


def _is_latest(reply: Reply) -> bool:
    """Whether the answer stands: no later one is on record, no later offer waits for its own."""
    offers = Offer.objects.filter(episode=reply.offer.episode_id).exclude(pk=reply.offer_id)
    answered_later = Reply.objects.filter(offer__in=offers, given_at__gt=reply.given_at)
    # People give the minute: of two things in one minute, the one written down later is later.
    in_the_same_minute = Q(made_at=reply.given_at, pk__gt=reply.offer_id)
    asked_later = offers.unanswered().filter(Q(made_at__gt=reply.given_at) | in_the_same_minute)
    return not (answered_later.exists() or asked_later.exists())


def _locked(episode: Episode) -> Episode:
    (held,) = episodes.lock(episode.pk)
    return held
