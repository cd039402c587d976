"""Offers of an interview and their answers, and attempts that reached nobody."""

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import declines, episodes, journal, tellings
from returnhome.casework.episodes import Episode
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import Person
from returnhome.rules import interviewing, offering
from returnhome.rules.ages import age_on
from returnhome.rules.codes import (
    Answer,
    DeclinedBy,
    Means,
    NotHeldReason,
    Reached,
    WayToChild,
)


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, person: Person) -> "OfferQuerySet":
        return self.filter(episode__in=Episode.objects.visible_to(person))

    def unanswered(self) -> "OfferQuerySet":
        return self.filter(replies__isnull=True)

    def newest_first(self) -> "OfferQuerySet":
        return self.order_by("-made_at", "-pk")


class Offer(models.Model):
    """One offer that reached the child, or a carer on the child's behalf, by a named means."""

    sealed_under = "episode"

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="offers", db_index=False)
    means = models.CharField(max_length=30)
    reached = models.CharField(max_length=10)
    # By whom the child was reached, where a parent's no had to be gone round.
    by_way_of = models.CharField(max_length=20, default="")
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

    sealed_under = "offer.episode"

    offer = models.ForeignKey(Offer, models.PROTECT, related_name="replies")
    answer = models.CharField(max_length=20)
    declined_by = models.CharField(max_length=20, default="")
    # Of an offer that is taken up after a no: how the child said so.
    means = models.CharField(max_length=30, default="")
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

    sealed_under = "episode"

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="attempts")
    means = models.CharField(max_length=30)
    by_way_of = models.CharField(max_length=20, default="")
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
    by_way_of: WayToChild | None = None,
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
        episode=episode,
        means=means,
        reached=reached,
        by_way_of=by_way_of or "",
        made_at=made_at,
        made_by=by,
        note=note,
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
    episode: Episode,
    *,
    means: Means,
    made_at: datetime,
    by_way_of: WayToChild | None = None,
    note: str = "",
    by: Person,
    at: datetime,
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
        episode=episode,
        means=means,
        by_way_of=by_way_of or "",
        made_at=made_at,
        made_by=by,
        note=note,
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
    _answered(episode, reply, at)
    journal.write(f"answer offer: {given}", reply, by=by, at=at)
    return reply


def _answered(episode: Episode, reply: Reply, at: datetime) -> None:
    """Write an answer onto the episode, where it is the one that stands."""
    if not _is_latest(reply):
        return
    whose, gone = reply.whose_no, _reason_gone(episode, reply.given_at)
    said_no: dict[str, Any] = {}
    # A reason written down since that names a no is the later one, with questions of its own.
    if gone or not episode.not_held or not NotHeldReason(episode.not_held).declined_by:
        said_no["no_owes"] = declines.owed(episode, whose, reply.given_at) if whose else []
    episodes.note(
        episode,
        answer=reply.given,
        declined_by=whose or "",
        answered_at=reply.given_at,
        **gone,
        **said_no,
        at=at,
    )


@transaction.atomic
def take_up(
    episode: Episode,
    *,
    means: Means,
    said_at: datetime,
    note: str = "",
    by: Person,
    at: datetime,
) -> Reply:
    """Record that the child would like the talk now, after a no or a reason for no interview.

    It is a yes to the offer that stands open; where none was made, they asked of themselves and
    that is one. Raises what rules.offering blocks: TalkIsBooked, NothingToTakeUp, BeforeTheNo.
    """
    episode = _locked(episode)
    offering.check_can_make(
        found=episode.found,
        returned=episode.returned,
        age_at_return=_age_at_return(episode),
        is_offered_by_policy=episode.is_offered_by_policy is True,
        is_voided=episode.is_voided,
    )
    said = [row.at for row in episode.not_held_rows.only("at")]
    said += [episode.answered_at] if episode.answered_at else []
    after = max(said, default=None)
    offer = episode.offers.newest_first().prefetch_related("replies").first()
    offering.check_can_take_up(
        answer=episode.progress.answer,
        not_held=NotHeldReason(episode.not_held) if episode.not_held else None,
        said_at=said_at,
        now=at,
        after=after,
        is_booked=episode.booked_for is not None,
        is_held=episode.held_at is not None,
    )
    # People give the minute, and what they took back was said before.
    said_at = max(said_at, after) if after else said_at
    if offer is None:
        offer = Offer.objects.create(
            episode=episode, means=means, reached=Reached.CHILD, made_at=said_at, made_by=by
        )
    reply = Reply.objects.create(
        offer=offer,
        answer=Answer.ACCEPTED,
        means=means,
        reason=note,
        given_at=said_at,
        recorded_at=at,
        recorded_by=by,
    )
    episodes.note(episode, offered_at=min(episode.offered_at or said_at, said_at), at=at)
    _answered(episode, reply, at)
    journal.write("take up offer", reply, by=by, at=at)
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
