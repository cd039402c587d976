"""What follows an interview: actions with an owner and a day, or the reason why there are none."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import episodes, journal
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Interview, own
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import ANSWERING, Person, check_works_with
from returnhome.rules import Blocked, adult_pathway
from returnhome.rules.access import Verb
from returnhome.rules.codes import ActionKind, Cohort
from returnhome.rules.helping import NeedsOpen
from returnhome.rules.progress import is_on_adult_pathway


class NotSignedYet(Blocked):
    sentence = "No interview for this episode has been signed off yet, so this cannot be decided."


class NotOfThisEpisode(Blocked):
    sentence = "This interview was about another episode."


class AlreadyDone(Blocked):
    sentence = "This action has already been completed."


class ActionsStand(Blocked):
    sentence = "There are actions for this interview: complete them instead."


class OutcomeMissing(Blocked):
    sentence = "Say what came of it."
    field = "outcome"


class ReasonMissing(Blocked):
    sentence = "Say why nothing needs to follow."
    field = "reason"


class ActionQuerySet(models.QuerySet["Action"]):
    def visible_to(self, person: Person) -> "ActionQuerySet":
        """The person's own, those of interviews they held, and their council's or provider's.

        What is to be done tells of what was said, so the last are for whoever may read accounts.
        """
        given = Q(owner=person) & person.whose(
            Verb.SEE_EPISODE, of="episode__", child="episode__child"
        )
        return self.filter(
            given
            | own(person, Verb.SEE_ACCOUNT, of="interview__")
            | person.whose(Verb.SEE_ACCOUNT, *ANSWERING, of="episode__", child="episode__child")
        )

    def outstanding(self) -> "ActionQuerySet":
        return self.filter(done_at__isnull=True)

    def by_due_day(self) -> "ActionQuerySet":
        return self.order_by("due_on", "pk")


class Action(models.Model):
    """Something that must follow: what, who, by when; and once done, what came of it."""

    sealed_under = "episode"

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="actions")
    interview = models.ForeignKey(Interview, models.PROTECT, null=True, related_name="actions")
    kind = models.CharField(max_length=30)
    what = SealedText()
    owner = models.ForeignKey(Person, models.PROTECT, related_name="actions")
    due_on = models.DateField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    outcome = SealedText()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = ActionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="a_completed_action_has_time_and_person",
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "due_on"],
                condition=Q(done_at__isnull=True),
                name="action_outstanding",
            ),
        ]

    @property
    def child_id(self) -> int:
        return self.episode.child_id

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    def is_late(self, today: date) -> bool:
        return not self.is_done and self.due_on < today


class NothingNeededQuerySet(models.QuerySet["NothingNeeded"]):
    def visible_to(self, person: Person) -> "NothingNeededQuerySet":
        return self.filter(
            own(person, Verb.SEE_ACCOUNT, of="interview__")
            | person.whose(Verb.SEE_ACCOUNT, *ANSWERING, of="episode__", child="episode__child")
        )


class NothingNeeded(models.Model):
    """The decision that nothing needs to follow, with its reason.

    With a `kind` it is about that one action alone, which the adult pathway asks for.
    """

    sealed_under = "episode"

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="nothing_needed")
    interview = models.ForeignKey(Interview, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=30, default="")
    reason = SealedText()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = NothingNeededQuerySet.as_manager()

    @property
    def is_about_all(self) -> bool:
        return not self.kind


@transaction.atomic
def add(
    episode: Episode,
    kind: ActionKind,
    what: str,
    *,
    owner: Person,
    due_on: date,
    interview: Interview | None = None,
    by: Person,
    at: datetime,
) -> Action:
    """Decide that something must follow: opens the episode again if it was settled.

    Raises AlreadyVoided, NotOfThisEpisode, and NotTheirChild for an owner who cannot see it.
    """
    episode, covered = _held_still(episode, interview)
    episodes.check_stands(episode)
    check_works_with(owner, [episode], field="owner")
    action = Action.objects.create(
        episode=episode,
        interview=interview,
        kind=kind,
        what=what,
        owner=owner,
        due_on=due_on,
        added_at=at,
        added_by=by,
    )
    for each in covered:
        episodes.note(each, has_actions=True, acted_at=None, **_pathway(each, at), at=at)
    journal.write(f"add action: {kind}", action, by=by, at=at)
    return action


@transaction.atomic
def complete(action: Action, outcome: str, *, by: Person, at: datetime) -> Action:
    """Record that the action was done and what came of it. Raises AlreadyDone, OutcomeMissing."""
    # Two who complete the last two actions at once: the second must see that the first is done.
    _, covered = _held_still(action.episode, action.interview)
    action = Action.objects.select_for_update(no_key=True, of=("self",)).get(pk=action.pk)
    if action.is_done:
        raise AlreadyDone
    if not outcome.strip():
        raise OutcomeMissing
    action.outcome, action.done_at, action.done_by = outcome, at, by
    action.save(update_fields=["outcome", "done_at", "done_by"])
    for each in covered:
        if not _outstanding(each):
            episodes.note(each, acted_at=at, at=at)
    journal.write("complete action", action, by=by, at=at)
    return action


@transaction.atomic
def decide_nothing_needed(
    episode: Episode, reason: str, *, interview: Interview | None = None, by: Person, at: datetime
) -> NothingNeeded:
    """Decide that nothing needs to follow, or nothing more than was done already.

    Raises ActionsStand, NeedsOpen, NotSignedYet, ReasonMissing, AlreadyVoided, NotOfThisEpisode.
    """
    episode, covered = _held_still(episode, interview)
    episodes.check_stands(episode)
    is_adult = is_on_adult_pathway(episode.progress)
    if not (interview.is_signed if interview else is_adult):
        raise NotSignedYet
    if not reason.strip():
        raise ReasonMissing
    if any(_outstanding(each) for each in covered):
        raise ActionsStand
    if any(each.has_open_need for each in covered):
        raise NeedsOpen
    decision = NothingNeeded.objects.create(
        episode=episode, interview=interview, reason=reason, at=at, by=by
    )
    for each in covered:
        episodes.note(each, acted_at=at, **_pathway(each, at), at=at)
    journal.write("decide nothing needed", decision, by=by, at=at, child_id=episode.child_id)
    return decision


@transaction.atomic
def leave_out(
    episode: Episode, kind: ActionKind, reason: str, *, by: Person, at: datetime
) -> NothingNeeded:
    """Decide that one action which the adult pathway asks for is not taken, with the reason.

    Raises NotOnThePathway, NotOwed, DecidedAlready, ReasonMissing, AlreadyVoided.
    """
    episode, _ = _held_still(episode, None)
    episodes.check_stands(episode)
    adult_pathway.check_can_leave_out(
        kind,
        is_on_pathway=is_on_adult_pathway(episode.progress),
        is_looked_after=_was_looked_after(episode),
        decided=_kinds(episode),
        reason=reason,
    )
    decision = NothingNeeded.objects.create(episode=episode, kind=kind, reason=reason, at=at, by=by)
    moments = _pathway(episode, at)
    if moments and not _outstanding(episode):
        moments["acted_at"] = at
    episodes.note(episode, **moments, at=at)
    journal.write(f"leave out: {kind}", decision, by=by, at=at, child_id=episode.child_id)
    return decision


def _was_looked_after(episode: Episode) -> bool:
    return adult_pathway.was_looked_after(Cohort(episode.cohort), episode.flags)


def _kinds(episode: Episode) -> Collection[str]:
    """The kinds of action that were added or left out for the episode or its interviews."""
    about = Q(episode=episode) | Q(interview__coverages__episode=episode)
    added = Action.objects.filter(about).values_list("kind", flat=True)
    left_out = list(NothingNeeded.objects.filter(about).values_list("kind", flat=True))
    if "" in left_out:
        return set(ActionKind)
    return {*added, *left_out}


def _pathway(episode: Episode, at: datetime) -> dict[str, Any]:
    """The moment at which all that the adult pathway asks for has been decided, if it is now.

    Noted of everybody: who is 18 by the return may have been prepared for it before.
    """
    if episode.pathway_decided_at:
        return {}
    looked_after = _was_looked_after(episode)
    if not adult_pathway.is_decided(_kinds(episode), is_looked_after=looked_after):
        return {}
    return {"pathway_decided_at": at}


@transaction.atomic
def reassign_all(owner: Person, to: Person, *, by: Person, at: datetime) -> int:
    """Give an absent colleague's outstanding actions that `by` may see to another; how many.

    Raises NotTheirChild where the other cannot see one of the children.
    """
    theirs = list(
        Action.objects.visible_to(by)
        .outstanding()
        .filter(owner=owner)
        .order_by("pk")
        .select_related("episode")
        .select_for_update(no_key=True, of=("self",))
    )
    check_works_with(to, [action.episode for action in theirs], field="to")
    Action.objects.filter(pk__in=[action.pk for action in theirs]).update(owner=to)
    journal.write_all("reassign action", theirs, by=by, at=at)
    return len(theirs)


def _held_still(episode: Episode, interview: Interview | None) -> tuple[Episode, list[Episode]]:
    """The episode, and all that the interview answers for, locked in the order of `children.lock`.

    Raises NotOfThisEpisode.
    """
    answered = interview.episodes.values_list("pk", flat=True) if interview else [episode.pk]
    covered = episodes.lock(*answered)
    this = next((each for each in covered if each.pk == episode.pk), None)
    if this is None:
        raise NotOfThisEpisode
    return this, covered


def _outstanding(episode: Episode) -> bool:
    of_its_interviews = Q(interview__coverages__episode=episode)
    return Action.objects.filter(Q(episode=episode) | of_its_interviews).outstanding().exists()
