"""Disputes over who must act, how they were settled, and what a person decided in the rules' place.

The clock never stops for a dispute, and whoever has the duty keeps it until another takes it.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import children, episodes, handovers, journal
from returnhome.casework.episodes import Episode
from returnhome.casework.handovers import HandOver, paired
from returnhome.casework.places import Authority
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import EPISODE_RELATIONS, Organisation, Person
from returnhome.rules import disputing
from returnhome.rules.access import Relation, Verb
from returnhome.rules.ages import age_on
from returnhome.rules.caring import NotNamedYet
from returnhome.rules.codes import Cohort, DutyGround, HandOverKind, OfferKind, SettledHow
from returnhome.rules.responsibility import Reply


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def visible_to(self, person: Person) -> "DisputeQuerySet":
        """Whoever sees the episode sees that it is disputed; what was said, those who may act."""
        return self.filter(episode__in=Episode.objects.visible_to(person))

    def open(self) -> "DisputeQuerySet":
        return self.filter(settled_at__isnull=True)

    def newest_first(self) -> "DisputeQuerySet":
        return self.order_by("-raised_at", "-pk")


class Dispute(models.Model):
    """Somebody holds that another must act, or that the facts are others, until it is settled."""

    sealed_under = "episode"

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="disputes")
    raised_for = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    should_be = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="+")
    because = SealedText()
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    # The question that went to the council named, where the council that acts put it.
    request = models.ForeignKey(HandOver, models.PROTECT, null=True, related_name="disputes")
    settled_how = models.CharField(max_length=20, default="")
    settled_because = SealedText()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = DisputeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=paired("settled", "settled_how"),
                name="a_settlement_has_time_person_and_way",
            ),
            models.UniqueConstraint(
                fields=["episode"],
                condition=Q(settled_at=None),
                name="one_dispute_at_a_time",
            ),
        ]

    @property
    def child_id(self) -> int:
        return self.episode.child_id

    @property
    def is_settled(self) -> bool:
        return self.settled_at is not None


class OverrideQuerySet(models.QuerySet["Override"]):
    def visible_to(self, person: Person) -> "OverrideQuerySet":
        theirs = person.whose(
            Verb.SEE_EPISODE, *EPISODE_RELATIONS, of="episode__", child="episode__child"
        )
        return self.filter(theirs)

    def newest_first(self) -> "OverrideQuerySet":
        return self.order_by("-at", "-pk")


class Override(models.Model):
    """What a person decided in place of the rules, and what the rules had said. Never changed."""

    sealed_under = "episode"

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="overrides")
    was_cohort = models.CharField(max_length=30)
    was_offer_kind = models.CharField(max_length=30)
    was_host = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="+")
    cohort = models.CharField(max_length=30)
    offer_kind = models.CharField(max_length=30)
    host = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="+")
    because = SealedText()
    # The last one gives the decision back to the rules: its answers are theirs.
    is_given_back = models.BooleanField(default=False)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = OverrideQuerySet.as_manager()

    @property
    def child_id(self) -> int:
        return self.episode.child_id


def disputed(those: Iterable[Episode]) -> set[int]:
    """Of these episodes, by number, those over which a dispute is open."""
    found = Dispute.objects.open().filter(episode__in=[each.pk for each in those])
    return set(found.values_list("episode_id", flat=True))


def _locked(episode: Episode) -> Episode:
    children.lock(episode.child_id)
    (held,) = episodes.lock(episode.pk)
    return held


@transaction.atomic
def dispute(
    episode: Episode,
    *,
    because: str,
    should_be: Authority | None = None,
    by: Person,
    at: datetime,
) -> Dispute:
    """Dispute who must act. The council that acts asks the one it names to take the duty over.

    Raises DisputedAlready, ReasonMissing, and what `handovers.ask` blocks.
    """
    episode = _locked(episode)
    disputing.check_can_dispute(
        is_disputed=episode.disputes.open().exists(),
        because=because,
        is_voided=episode.is_voided,
    )
    request = None
    if should_be and by.may_about(episode, Verb.ASK, Relation.RESPONSIBLE):
        request = handovers.ask(
            episode,
            HandOverKind.DUTY,
            to=should_be,
            ground=DutyGround.DISPUTED,
            terms=because,
            by=by,
            at=at,
        )
    row = Dispute.objects.create(
        episode=episode,
        raised_for=by.organisation_for(episode),
        should_be=should_be,
        because=because,
        raised_at=at,
        raised_by=by,
        request=request,
    )
    journal.write("dispute who must act", row, by=by, at=at)
    return row


@transaction.atomic
def settle(row: Dispute, how: SettledHow, *, because: str, by: Person, at: datetime) -> Dispute:
    """Settle a dispute, and say how. Raises NotDisputed, ReasonMissing, NotTakenOver."""
    _locked(row.episode)
    row = Dispute.objects.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)
    since = HandOver.objects.filter(episode=row.episode_id, answered_at__gte=row.raised_at)
    disputing.check_can_settle(
        is_settled=row.is_settled,
        how=how,
        because=because,
        has_passed=since.of_the_duty().filter(answer=Reply.ACCEPTED).exists(),
    )
    row.settled_how, row.settled_because, row.settled_at, row.settled_by = how, because, at, by
    row.save(update_fields=["settled_how", "settled_because", "settled_at", "settled_by"])
    journal.write(f"settle dispute: {how}", row, by=by, at=at)
    return row


@transaction.atomic
def override(
    episode: Episode,
    *,
    cohort: Cohort,
    offer_kind: OfferKind,
    host: Authority | None,
    because: str,
    by: Person,
    at: datetime,
) -> Override:
    """Let a person's answers stand in place of the rules', in the count and in the clock.

    Later facts about care and home no longer change them. Raises ReasonMissing, NothingElse,
    AdultIsNoChild, ChildIsNoAdult, HostIsResponsible.
    """
    episode = _locked(episode)
    episodes.check_stands(episode)
    was = _decided(episode)
    disputing.check_can_override(
        was=was,
        now=(cohort, offer_kind, host),
        age_at_return=_age_at_return(episode),
        is_host_responsible=host is not None and host.pk == episode.responsible_authority_id,
        because=because,
    )
    episode = episodes.hand_to(
        episode,
        cohort=cohort,
        offer_kind=offer_kind,
        host_authority=host,
        is_overridden=True,
        at=at,
    )
    row = _noted(episode, was, because=because, by=by, at=at)
    journal.write("override decision", row, by=by, at=at)
    return row


@transaction.atomic
def follow_the_rules(episode: Episode, *, because: str, by: Person, at: datetime) -> Override:
    """Give the decision back to the rules: what they say by what is known today stands again.

    Raises NotOverridden, ReasonMissing, and caring.NotNamedYet for a child not named yet.
    """
    episode = _locked(episode)
    episodes.check_stands(episode)
    disputing.check_can_follow_the_rules(is_overridden=episode.is_overridden, because=because)
    if not episode.child.is_confirmed:
        raise NotNamedYet
    was = _decided(episode)
    episode = episodes.hand_to(episode, is_overridden=False, at=at)
    handovers.reconsider(episode.child, by=by, at=at)
    episode.refresh_from_db()
    row = _noted(episode, was, because=because, is_given_back=True, by=by, at=at)
    journal.write("follow the rules again", row, by=by, at=at)
    return row


Decided = tuple[Cohort, OfferKind, Authority | None]


def _decided(episode: Episode) -> Decided:
    return Cohort(episode.cohort), OfferKind(episode.offer_kind), episode.host_authority


def _noted(
    episode: Episode,
    was: Decided,
    *,
    because: str,
    is_given_back: bool = False,
    by: Person,
    at: datetime,
) -> Override:
    """The row that keeps what was decided before beside what is decided now."""
    before = dict(zip(("was_cohort", "was_offer_kind", "was_host"), was, strict=True))
    now = dict(zip(("cohort", "offer_kind", "host"), _decided(episode), strict=True))
    return Override.objects.create(
        episode=episode,
        **before,
        **now,
        because=because,
        is_given_back=is_given_back,
        at=at,
        by=by,
    )


def _age_at_return(episode: Episode) -> int | None:
    born, day = episode.child.born_on, episode.ended_on
    return age_on(born, day) if born and day and born <= day else None
