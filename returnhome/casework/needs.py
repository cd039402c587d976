"""What a child needs, and what answers it: an action, help that is offered, a reason for none."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import episodes, journal, support
from returnhome.casework.episodes import AlreadyVoided, Episode
from returnhome.casework.interviews import Interview
from returnhome.casework.sealing import SealedText
from returnhome.casework.services import Service
from returnhome.casework.staff import Person
from returnhome.casework.support import Action
from returnhome.rules import helping
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import ActionKind, Means
from returnhome.rules.helping import (
    NeedFacts,
    NeedKind,
    NoHelpReason,
    NotTakenUpReason,
    PassedTo,
)
from returnhome.rules.standard.parts import SaidBy


class NeedQuerySet(models.QuerySet["Need"]):
    def visible_to(self, person: Person) -> "NeedQuerySet":
        """Whoever may read what was said."""
        return self.filter(interview__in=Interview.objects.account_visible_to(person))

    def answered_how(self) -> "NeedQuerySet":
        """With all that answers them, read for a whole list at once; six queries."""
        return self.select_related("named_by").prefetch_related(
            models.Prefetch("for_actions", ActionForNeed.objects.select_related("action__owner")),
            models.Prefetch("help", HelpOffered.objects.in_order().with_people()),
            models.Prefetch("left", NoHelp.objects.order_by("at", "pk").select_related("by")),
            models.Prefetch("passed", PassedOn.objects.in_order().with_people()),
        )

    def in_order(self) -> "NeedQuerySet":
        return self.order_by("named_at", "pk")


class Need(models.Model):
    """One need or wish, in the child's words or the worker's. Never changed, only answered."""

    sealed_under = "interview"

    interview = models.ForeignKey(Interview, models.PROTECT, related_name="needs")
    kind = models.CharField(max_length=30)
    said_by = models.CharField(max_length=10)
    words = SealedText()
    named_at = models.DateTimeField()
    named_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = NeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(said_by__in=["child", "worker"]), name="a_need_is_the_childs_or_workers"
            ),
        ]

    @property
    def child_id(self) -> int:
        return self.interview.child_id

    @property
    def facts(self) -> NeedFacts:
        return NeedFacts(
            actions=len(self.for_actions.all()),
            is_left=bool(self.left.all()),
            help=tuple(each.reason for each in self.help.all()),
        )

    @property
    def is_open(self) -> bool:
        """Neither an action, nor help that stands, nor a reason for none."""
        return helping.is_open(self.facts)


class ActionForNeedQuerySet(models.QuerySet["ActionForNeed"]):
    def visible_to(self, person: Person) -> "ActionForNeedQuerySet":
        return self.filter(need__in=Need.objects.visible_to(person))


class ActionForNeed(models.Model):
    """An action that was decided on for a need."""

    need = models.ForeignKey(Need, models.PROTECT, related_name="for_actions", db_index=False)
    action = models.ForeignKey(Action, models.PROTECT, related_name="for_needs")

    objects = ActionForNeedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["need", "action"], name="an_action_is_for_a_need_once")
        ]


class HelpOfferedQuerySet(models.QuerySet["HelpOffered"]):
    def visible_to(self, person: Person) -> "HelpOfferedQuerySet":
        return self.filter(need__in=Need.objects.visible_to(person))

    def in_order(self) -> "HelpOfferedQuerySet":
        return self.order_by("offered_on", "pk")

    def with_people(self) -> "HelpOfferedQuerySet":
        return self.select_related("service", "offered_by", "heard_by", "outcome_by")


class HelpOffered(models.Model):
    """Help offered for a need, from the list or beside it; taken up or not; what came of it.

    The offer is never changed. Whether it was taken up and what came of it are written once each.
    """

    sealed_under = "need.interview"

    need = models.ForeignKey(Need, models.PROTECT, related_name="help")
    service = models.ForeignKey(Service, models.PROTECT, null=True, related_name="+")
    # What is offered, where no service on the list is meant, or more than the list says.
    what = SealedText()
    means = models.CharField(max_length=30)
    offered_on = models.DateField()
    offered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    is_taken_up = models.BooleanField(null=True)
    not_taken_up_reason = models.CharField(max_length=30, default="")
    heard = SealedText()
    heard_at = models.DateTimeField(null=True)
    heard_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    outcome = SealedText()
    outcome_at = models.DateTimeField(null=True)
    outcome_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = HelpOfferedQuerySet.as_manager()

    class Meta:
        # A check lets through what it cannot tell, so each branch says that there is an answer.
        constraints = [
            models.CheckConstraint(
                condition=Q(is_taken_up=None, not_taken_up_reason="", heard_at=None, heard_by=None)
                | Q(
                    is_taken_up__isnull=False,
                    is_taken_up=True,
                    not_taken_up_reason="",
                    heard_at__isnull=False,
                    heard_by__isnull=False,
                )
                | (
                    Q(
                        is_taken_up__isnull=False,
                        is_taken_up=False,
                        heard_at__isnull=False,
                        heard_by__isnull=False,
                    )
                    & ~Q(not_taken_up_reason="")
                ),
                name="help_not_taken_up_has_a_reason_time_and_person",
            ),
            models.CheckConstraint(
                condition=Q(outcome_at=None, outcome_by=None)
                | Q(
                    outcome_at__isnull=False,
                    outcome_by__isnull=False,
                    is_taken_up__isnull=False,
                    is_taken_up=True,
                ),
                name="only_help_taken_up_comes_to_something",
            ),
        ]

    @property
    def child_id(self) -> int:
        return self.need.child_id

    @property
    def reason(self) -> NotTakenUpReason | None:
        code = self.not_taken_up_reason
        return NotTakenUpReason(code) if code else None

    @property
    def named(self) -> str:
        """What was offered, in one line."""
        return self.service.name if self.service else self.what


class NoHelpQuerySet(models.QuerySet["NoHelp"]):
    def visible_to(self, person: Person) -> "NoHelpQuerySet":
        return self.filter(need__in=Need.objects.visible_to(person))


class NoHelp(models.Model):
    """The decision that nothing follows from a need, with its reason. Never changed."""

    sealed_under = "need.interview"

    need = models.ForeignKey(Need, models.PROTECT, related_name="left")
    reason = models.CharField(max_length=30)
    note = SealedText()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = NoHelpQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="no_help_has_a_reason"),
        ]

    @property
    def child_id(self) -> int:
        return self.need.child_id


class PassedOnQuerySet(models.QuerySet["PassedOn"]):
    def visible_to(self, person: Person) -> "PassedOnQuerySet":
        return self.filter(need__in=Need.objects.visible_to(person))

    def in_order(self) -> "PassedOnQuerySet":
        return self.order_by("passed_on", "pk")

    def with_people(self) -> "PassedOnQuerySet":
        return self.select_related("passed_by", "outcome_by")


class PassedOn(models.Model):
    """A need passed on to whoever works with the child, or to a first contact.

    That answers nothing yet. What came of it is written once.
    """

    sealed_under = "need.interview"

    need = models.ForeignKey(Need, models.PROTECT, related_name="passed")
    to = models.CharField(max_length=30)
    who = models.CharField(max_length=120)
    passed_on = models.DateField()
    passed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    outcome = SealedText()
    outcome_at = models.DateTimeField(null=True)
    outcome_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = PassedOnQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(who=""), name="a_need_is_passed_on_to_somebody"),
            models.CheckConstraint(
                condition=Q(outcome_at=None, outcome_by=None)
                | Q(outcome_at__isnull=False, outcome_by__isnull=False),
                name="what_came_of_a_need_passed_on_has_time_and_person",
            ),
        ]

    @property
    def child_id(self) -> int:
        return self.need.child_id


def _held_still(interview: Interview) -> tuple[Interview, list[Episode]]:
    """The interview with the episodes it answers for, locked in the order of `children.lock`.

    Raises AlreadyVoided where every one of them was recorded in error.
    """
    covered = episodes.lock(*interview.episodes.values_list("pk", flat=True))
    if all(each.voided_at for each in covered):
        raise AlreadyVoided
    return Interview.objects.get(pk=interview.pk), covered


def _locked(need: Need) -> tuple[Need, list[Episode]]:
    interview, covered = _held_still(need.interview)
    need = Need.objects.answered_how().get(pk=need.pk)
    need.interview = interview
    return need, covered


def _held_on(interview: Interview) -> date:
    """The first day on which it can have been."""
    return interview.held.earliest.astimezone(LONDON).date() if interview.held else date.min


def _reckon(covered: Iterable[Episode], at: datetime) -> None:
    """Say of each episode whether a need of its interviews has nothing now."""
    for each in covered:
        theirs = Need.objects.filter(interview__coverages__episode=each).answered_how()
        is_open = any(need.is_open for need in theirs)
        if each.has_open_need != is_open:
            episodes.note(each, has_open_need=is_open, at=at)


@transaction.atomic
def name(
    interview: Interview,
    kind: NeedKind,
    words: str,
    *,
    said_by: SaidBy,
    by: Person,
    at: datetime,
) -> Need:
    """Write down what the child needs or wishes: unfinished work until it is answered.

    Raises NotHeldYet, WordsMissing, AlreadyVoided.
    """
    interview, covered = _held_still(interview)
    helping.check_can_name(is_held=interview.is_held, words=words)
    need = Need.objects.create(
        interview=interview, kind=kind, said_by=said_by, words=words, named_at=at, named_by=by
    )
    _reckon(covered, at)
    journal.write(f"name need: {kind}", need, by=by, at=at)
    return need


@transaction.atomic
def act(
    need: Need,
    kind: ActionKind,
    what: str,
    *,
    owner: Person,
    due_on: date,
    by: Person,
    at: datetime,
) -> Action:
    """Decide on an action for the need. Raises what `support.add` raises."""
    need, covered = _locked(need)
    episode = next(each for each in covered if not each.voided_at)
    action = support.add(
        episode,
        kind,
        what,
        owner=owner,
        due_on=due_on,
        interview=need.interview,
        by=by,
        at=at,
    )
    ActionForNeed.objects.create(need=need, action=action)
    _reckon(episodes.lock(*(each.pk for each in covered)), at)
    journal.write("act on need", need, by=by, at=at)
    return action


@transaction.atomic
def offer_help(
    need: Need,
    *,
    service: Service | None = None,
    what: str = "",
    means: Means,
    offered_on: date,
    by: Person,
    at: datetime,
) -> HelpOffered:
    """Write down that help was offered: a service of the list, or what `what` says.

    Raises NothingOffered, NotOfferedBefore, AlreadyVoided.
    """
    need, covered = _locked(need)
    if service is None and not what.strip():
        raise helping.NothingOffered
    helping.check_can_offer_on(
        offered_on, held_on=_held_on(need.interview), today=at.astimezone(LONDON).date()
    )
    help_ = HelpOffered.objects.create(
        need=need,
        service=service,
        what=what,
        means=means,
        offered_on=offered_on,
        offered_by=by,
        noted_at=at,
    )
    _reckon(covered, at)
    journal.write("offer help", help_, by=by, at=at)
    return help_


@transaction.atomic
def hear(
    help_: HelpOffered,
    *,
    is_taken_up: bool,
    reason: NotTakenUpReason | None = None,
    words: str = "",
    by: Person,
    at: datetime,
) -> HelpOffered:
    """Note whether help was taken up. Where it was not, the need may wait again.

    Raises HeardAlready, ReasonMissing.
    """
    _, covered = _locked(help_.need)
    help_ = HelpOffered.objects.select_related("need__interview").get(pk=help_.pk)
    helping.check_can_hear(
        is_heard=help_.heard_at is not None, is_taken_up=is_taken_up, reason=reason
    )
    help_.is_taken_up, help_.heard = is_taken_up, words
    help_.not_taken_up_reason = "" if is_taken_up or reason is None else reason
    help_.heard_at, help_.heard_by = at, by
    help_.save(
        update_fields=["is_taken_up", "heard", "not_taken_up_reason", "heard_at", "heard_by"]
    )
    _reckon(covered, at)
    said = "taken up" if is_taken_up else str(reason)
    journal.write(f"hear of help: {said}", help_, by=by, at=at)
    return help_


@transaction.atomic
def note_outcome(help_: HelpOffered, outcome: str, *, by: Person, at: datetime) -> HelpOffered:
    """Note what came of help; that it was taken up goes without saying.

    Raises OutcomeNoted, NotTakenUp, OutcomeMissing.
    """
    _held_still(help_.need.interview)
    help_ = HelpOffered.objects.select_related("need__interview").get(pk=help_.pk)
    helping.check_can_note_outcome(
        outcome=outcome, is_noted=help_.outcome_at is not None, is_taken_up=help_.is_taken_up
    )
    if help_.heard_at is None:
        help_.is_taken_up, help_.heard_at, help_.heard_by = True, at, by
    help_.outcome, help_.outcome_at, help_.outcome_by = outcome, at, by
    help_.save(
        update_fields=["is_taken_up", "heard_at", "heard_by", "outcome", "outcome_at", "outcome_by"]
    )
    journal.write("note what came of help", help_, by=by, at=at)
    return help_


@transaction.atomic
def leave(need: Need, reason: NoHelpReason, *, note: str = "", by: Person, at: datetime) -> NoHelp:
    """Decide that nothing follows from the need, and why.

    Raises DecidedAlready, HelpGiven, NoteMissing, AlreadyVoided.
    """
    need, covered = _locked(need)
    helping.check_can_leave(need=need.facts, reason=reason, note=note)
    decision = NoHelp.objects.create(need=need, reason=reason, note=note, at=at, by=by)
    _reckon(covered, at)
    journal.write(f"leave need: {reason}", decision, by=by, at=at)
    return decision


@transaction.atomic
def pass_on(
    these: Sequence[Need],
    to: PassedTo,
    who: str,
    *,
    passed_on: date,
    by: Person,
    at: datetime,
) -> list[PassedOn]:
    """Write down that needs of one interview were passed on, to whom and when.

    They stay open until something is decided. Raises NothingPassedOn, NobodyNamed,
    PassedOnBefore, AlreadyVoided.
    """
    helping.check_can_pass_on(needs=these, who=who)
    interview, _ = _held_still(these[0].interview)
    helping.check_can_pass_on_day(
        passed_on, held_on=_held_on(interview), today=at.astimezone(LONDON).date()
    )
    passed = [
        PassedOn.objects.create(
            need=need, to=to, who=who.strip(), passed_on=passed_on, passed_by=by, noted_at=at
        )
        for need in these
        if need.interview_id == interview.pk
    ]
    journal.write_all(f"pass need on: {to}", passed, by=by, at=at)
    return passed


@transaction.atomic
def note_what_came(passed: PassedOn, outcome: str, *, by: Person, at: datetime) -> PassedOn:
    """Note what came of passing a need on. Raises OutcomeNoted, OutcomeMissing."""
    _held_still(passed.need.interview)
    passed = PassedOn.objects.select_related("need__interview").get(pk=passed.pk)
    helping.check_can_note_outcome(
        outcome=outcome, is_noted=passed.outcome_at is not None, is_taken_up=None
    )
    passed.outcome, passed.outcome_at, passed.outcome_by = outcome, at, by
    passed.save(update_fields=["outcome", "outcome_at", "outcome_by"])
    journal.write("note what came of need", passed, by=by, at=at)
    return passed
