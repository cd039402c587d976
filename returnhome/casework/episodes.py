"""Missing episodes: from last seen to the return, who must act, and where each one stands."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    DateTimeRangeField,
    RangeBoundary,
    RangeOperators,
)
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Case, F, Func, Q, When, prefetch_related_objects

from returnhome.casework import bulk, children, journal, policies, staff, tallies
from returnhome.casework.children import Child
from returnhome.casework.notifications import Notification
from returnhome.casework.owners import Owners, of_child
from returnhome.casework.places import Authority
from returnhome.casework.policies import LocalPolicy
from returnhome.casework.sealing import HasKeyring
from returnhome.casework.staff import ANSWERING, EPISODE_RELATIONS, Organisation, Person
from returnhome.rules import Blocked, clock, measures
from returnhome.rules import policies as local_policies
from returnhome.rules.access import Verb
from returnhome.rules.ages import is_adult_on
from returnhome.rules.clock import Moment, Standing
from returnhome.rules.codes import (
    Answer,
    Cohort,
    DeclinedBy,
    Earlier,
    EpisodeKind,
    NoOwes,
    NotHeldReason,
    OfferKind,
    RiskGrade,
)
from returnhome.rules.declining import whose_no
from returnhome.rules.facts import EpisodeFacts
from returnhome.rules.policies import PolicyKey
from returnhome.rules.progress import Progress, Step, is_settled, next_step

INSTANTS = ("last_seen", "reported", "found", "returned")
# What can change on an episode by what is told of it later.
TOLD = (
    *(f"{name}_{part}" for name in INSTANTS for part in ("at", "precision", "source")),
    *("kind", "risk", "responsible_authority", "counted_under", "host_authority", "provider"),
    *("cohort", "offer_kind", "reasons", "flags", "is_offered_by_policy", "no_owes"),
    *("started_at", "ended_at", "ended_on", "due_at", "overdue_at", "timeliness"),
    *("settled_at", "unanswered_since", "steps"),
)


class Overlaps(Blocked):
    """The child already has an episode over that time."""


class OutOfOrder(Blocked):
    """An instant that cannot come before another."""


class AlreadyVoided(Blocked):
    sentence = "This episode was recorded in error and has been taken out of the count."


class StillBooked(Blocked):
    sentence = (
        "An interview is booked for this episode. Say first that it will not take place, "
        "or book it again for the other episodes alone."
    )


class NamedMeanwhile(Blocked):
    sentence = "Somebody has just said who this child is. Look again under that child."


class AlreadyTakenOn(Blocked):
    """Somebody was quicker."""


class AlreadyReturned(Blocked):
    sentence = "Another time is recorded already. Put it right, and say why."
    field = "because"


class NothingNew(Blocked):
    sentence = "That is what is recorded already."


class ReasonMissing(Blocked):
    sentence = "Say why."
    field = "because"


class MissingTimes(Func):
    """The time a child was away, up to the return, else being found, else without end."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class QuarterOf(Func):
    """The first day of the quarter of the calendar that a day is in."""

    template = "date_trunc('quarter', (%(expressions)s)::timestamp)::date"
    output_field = models.DateField()


class HoursBetween(Func):
    template = "(extract(epoch from %(expressions)s) / 3600)::double precision"
    arg_joiner = " - "
    output_field = models.FloatField()


class EpisodeQuerySet(models.QuerySet["Episode"]):
    def visible_to(self, person: Person) -> "EpisodeQuerySet":
        """Those the person's council answers for, hosts or counts, or their provider interviews."""
        return self.filter(person.whose(Verb.SEE_EPISODE, *EPISODE_RELATIONS, child="child"))

    def answered_for_by(self, person: Person, verb: str = Verb.SEE_EPISODE) -> "EpisodeQuerySet":
        """Those for which the person's own council or provider must act, and the person may."""
        return self.filter(person.whose(verb, *ANSWERING, child="child"))

    def unsettled(self) -> "EpisodeQuerySet":
        return self.filter(settled_at__isnull=True)

    def counted(self) -> "EpisodeQuerySet":
        return self.filter(voided_at__isnull=True)

    def by_deadline(self) -> "EpisodeQuerySet":
        """The soonest deadline first; a child still missing has none and comes last."""
        return self.order_by(F("due_at").asc(nulls_last=True), "started_at", "pk")

    def newest_first(self) -> "EpisodeQuerySet":
        return self.order_by("-started_at", "-pk")


class Episode(HasKeyring):
    """One time missing, or away from placement without authorisation.

    The four instants keep their precision and source; a correction keeps the old value. Cohort,
    host and the council it counts under are as at the start; `responsible_authority` is who must
    act, and is never empty: the same, until another has taken the duty over. The later moments
    (offered to acted on) are written by the verbs of those stages and can be counted again from
    their rows.
    """

    child = models.ForeignKey(Child, models.PROTECT, related_name="episodes", db_index=False)
    kind = models.CharField(max_length=10)
    risk = models.CharField(max_length=10, default="")
    missing_from = models.CharField(max_length=10, default="")

    last_seen_at = models.DateTimeField(null=True)
    last_seen_precision = models.CharField(max_length=20, default="", blank=True)
    last_seen_source = models.CharField(max_length=120, default="", blank=True)
    reported_at = models.DateTimeField(null=True)
    reported_precision = models.CharField(max_length=20, default="", blank=True)
    reported_source = models.CharField(max_length=120, default="", blank=True)
    found_at = models.DateTimeField(null=True)
    found_precision = models.CharField(max_length=20, default="", blank=True)
    found_source = models.CharField(max_length=120, default="", blank=True)
    returned_at = models.DateTimeField(null=True)
    returned_precision = models.CharField(max_length=20, default="", blank=True)
    returned_source = models.CharField(max_length=120, default="", blank=True)

    responsible_authority = models.ForeignKey(Authority, models.PROTECT, related_name="+")
    counted_under = models.ForeignKey(Authority, models.PROTECT, related_name="+")
    host_authority = models.ForeignKey(
        Authority, models.PROTECT, null=True, related_name="+", db_index=False
    )
    provider = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", db_index=False
    )
    cohort = models.CharField(max_length=30)
    offer_kind = models.CharField(max_length=30)
    reasons = models.JSONField(default=list)
    flags = models.JSONField(default=list)
    # A person has decided cohort, duty or host: the facts no longer change them by themselves.
    is_overridden = models.BooleanField(default=False)
    # What the council's own policy says of a talk, where its policy decides and somebody noted it.
    is_offered_by_policy = models.BooleanField(null=True)

    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="owned_episodes")
    owned_since = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    voided_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", db_index=False
    )
    voided_because = models.CharField(max_length=200, default="")
    # Somebody else told of the same time: what they said is kept here, and counts there.
    same_as = models.ForeignKey("self", models.PROTECT, null=True, related_name="told_again")

    # The rest of the eight moments, first time each; and the first attempt that reached nobody.
    attempted_at = models.DateTimeField(null=True)
    offered_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    acted_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=20, default="")
    declined_by = models.CharField(max_length=20, default="")
    booked_for = models.DateTimeField(null=True)
    held_precision = models.CharField(max_length=20, default="", blank=True)
    # The interview answers for a later episode too, and is that one's own.
    is_covered = models.BooleanField(default=False)
    not_held = models.CharField(max_length=30, default="")
    # What the no that stands leaves to ask (`rules.declining`), in its order.
    no_owes = ArrayField(models.CharField(max_length=20), default=list)
    has_actions = models.BooleanField(default=False)
    # A need named in the interview has neither an action, nor help, nor a reason for none.
    has_open_need = models.BooleanField(default=False)
    # Whom the signed record waits for: `rules.reviewing.WaitsFor`, kept here for the lists.
    record_waits_for = models.CharField(max_length=10, default="", blank=True)
    # When each action that the adult pathway asks for had been added, or left out with a reason.
    pathway_decided_at = models.DateTimeField(null=True)
    # What a council's earlier records say of an interview, where it was brought in with them and
    # no interview has been written down since (docs/adr/0036).
    earlier = models.CharField(max_length=20, default="", blank=True)

    # Computed by `reckon` whenever something above changes.
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_on = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)
    timeliness = models.CharField(max_length=20, default="")
    settled_at = models.DateTimeField(null=True)
    # Since when it waits for somebody to answer for it: asked every few seconds.
    unanswered_since = models.DateTimeField(null=True)
    # How many of `rules.measures.STEPS` it took; none where it counts in no rate.
    steps = models.SmallIntegerField(null=True)

    # Kept by the database itself: the first day of the quarter of the calendar that it ended in,
    # and the hours from the return to the interview, where both are known closer than a day.
    quarter_on = models.GeneratedField(
        expression=QuarterOf("ended_on"), output_field=models.DateField(null=True), db_persist=True
    )
    hours_to_it = models.GeneratedField(
        expression=Case(
            When(
                ~Q(returned_precision=str(clock.DATE_ONLY))
                & ~Q(held_precision=str(clock.DATE_ONLY)),
                then=HoursBetween("held_at", "returned_at"),
            )
        ),
        output_field=models.FloatField(null=True),
        db_persist=True,
    )

    objects = EpisodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_seen_at__isnull=False) | Q(reported_at__isnull=False),
                name="an_episode_was_last_seen_or_reported",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}_at__isnull": True, f"{name}_precision": ""})
                    | Q(
                        **{
                            f"{name}_at__isnull": False,
                            f"{name}_precision__regex": r"^(exact|date|estimated:[0-9]+)$",
                        }
                    ),
                    name=f"{name}_has_a_precision",
                )
                for name in INSTANTS
            ),
            models.CheckConstraint(
                condition=Q(
                    ended_at__isnull=True,
                    ended_on__isnull=True,
                    found_at__isnull=True,
                    returned_at__isnull=True,
                )
                | Q(ended_at__isnull=False, ended_on__isnull=False, ended_at__gte=F("started_at")),
                name="an_episode_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, voided_by__isnull=True, voided_because="")
                | (Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(voided_because="")),
                name="a_voiding_has_time_person_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(same_as__isnull=True)
                | (Q(voided_at__isnull=False) & ~Q(same_as=F("id"))),
                name="what_is_the_same_episode_counts_once",
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=True, owned_since__isnull=True)
                | Q(owner__isnull=False, owned_since__isnull=False),
                name="an_owner_has_a_since",
            ),
            models.CheckConstraint(
                condition=Q(unanswered_since__isnull=True)
                | Q(owner__isnull=True, settled_at__isnull=True),
                name="an_unanswered_episode_has_no_owner",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="an_episode_answer_has_a_time",
            ),
            models.CheckConstraint(
                condition=(Q(answer=Answer.DECLINED) & ~Q(declined_by=""))
                | (~Q(answer=Answer.DECLINED) & Q(declined_by="")),
                name="an_episode_no_says_whose_it_was",
            ),
            models.CheckConstraint(
                condition=Q(no_owes=[])
                | Q(answer=Answer.DECLINED)
                | Q(
                    not_held__in=[
                        NotHeldReason.DECLINED_BY_CHILD,
                        NotHeldReason.DECLINED_BY_PARENT,
                    ]
                ),
                name="only_a_no_leaves_something_to_ask",
            ),
            models.CheckConstraint(
                condition=Q(held_at__isnull=True, held_precision="", signed_at__isnull=True)
                | Q(
                    held_at__isnull=False,
                    held_precision__regex=r"^(exact|date|estimated:[0-9]+)$",
                    booked_for__isnull=True,
                ),
                name="an_episode_is_booked_then_held_then_signed",
            ),
            models.CheckConstraint(
                condition=Q(steps__isnull=True)
                | Q(
                    steps__range=(1, len(measures.STEPS)),
                    ended_on__isnull=False,
                    voided_at__isnull=True,
                ),
                name="an_episode_takes_steps_once_it_has_ended",
            ),
            ExclusionConstraint(
                name="no_two_episodes_of_a_child_overlap",
                expressions=[
                    ("child", RangeOperators.EQUAL),
                    (
                        MissingTimes("started_at", "ended_at", RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(voided_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["child", "-started_at"], name="episode_child"),
            models.Index(
                fields=["responsible_authority", "due_at"],
                condition=Q(settled_at__isnull=True),
                name="episode_work_responsible",
            ),
            models.Index(
                fields=["host_authority", "due_at"],
                condition=Q(settled_at__isnull=True),
                name="episode_work_host",
            ),
            models.Index(
                fields=["provider", "due_at"],
                condition=Q(settled_at__isnull=True),
                name="episode_work_provider",
            ),
            # Of the four ways to have to do with an episode each needs its index, or the work list
            # of one council reads what is unfinished in all of them.
            models.Index(
                fields=["counted_under", "due_at"],
                condition=Q(settled_at__isnull=True),
                name="episode_work_counted",
            ),
            models.Index(
                fields=["owner"], condition=Q(settled_at__isnull=True), name="episode_work_owner"
            ),
            models.Index(
                fields=["record_waits_for", "responsible_authority"],
                condition=~Q(record_waits_for=""),
                name="episode_review_council",
            ),
            models.Index(
                fields=["record_waits_for", "provider"],
                condition=~Q(record_waits_for=""),
                name="episode_review_provider",
            ),
            models.Index(
                fields=["unanswered_since"],
                condition=Q(unanswered_since__isnull=False),
                name="episode_unanswered",
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(settled_at__isnull=True, held_at__isnull=True, booked_for__isnull=True),
                name="episode_running",
            ),
            models.Index(
                fields=["counted_under", "ended_on", "cohort"],
                include=["child", "steps", "hours_to_it"],
                condition=Q(voided_at__isnull=True),
                name="episode_figures",
            ),
            # In the order of the groups and of the hours, so that the figures of many years are
            # read as they lie there.
            models.Index(
                fields=["counted_under", "cohort", "quarter_on", "hours_to_it"],
                include=["steps"],
                condition=Q(steps__isnull=False),
                name="episode_quarters",
            ),
            models.Index(fields=["host_authority"], name="episode_host"),
            models.Index(fields=["provider"], name="episode_provider"),
        ]

    # Questions

    def moment(self, name: str) -> Moment | None:
        """One of the four instants, with its precision."""
        at = getattr(self, f"{name}_at")
        if at is None:
            return None
        return Moment(at, clock.Precision.parse(getattr(self, f"{name}_precision")))

    @property
    def found(self) -> Moment | None:
        return self.moment("found")

    @property
    def returned(self) -> Moment | None:
        return self.moment("returned")

    @property
    def held(self) -> Moment | None:
        if self.held_at is None:
            return None
        return Moment(self.held_at, clock.Precision.parse(self.held_precision))

    @property
    def started_on(self) -> date:
        return self.started_at.astimezone(clock.LONDON).date()

    @property
    def is_open(self) -> bool:
        """The child is still missing, as far as anybody has said."""
        return self.found_at is None and self.returned_at is None

    @property
    def is_voided(self) -> bool:
        return self.voided_at is not None

    @property
    def span(self) -> "Span":
        """The time that it takes up, as the database compares it."""
        return self.started_at, self.ended_at

    @property
    def told_by(self) -> str:
        """Who told of it first, as it is written beside the times."""
        return self.last_seen_source or self.reported_source

    @property
    def has_work(self) -> bool:
        """Whether the council has begun to answer for it."""
        return bool(self.offered_at or self.booked_for or self.held_at or self.not_held)

    @property
    def is_settled(self) -> bool:
        return self.settled_at is not None

    @property
    def is_unanswered(self) -> bool:
        """Somebody must answer for it, and nobody does: the child is back, or at high risk."""
        if self.owner_id is not None or self.is_settled:
            return False
        return self.ended_at is not None or self.risk == RiskGrade.HIGH

    @property
    def is_provisional(self) -> bool:
        """The clock runs from being found, because the return is not known."""
        return self.returned_at is None and self.found_at is not None

    @property
    def deadline(self) -> clock.Deadline | None:
        return clock.deadline(found=self.found, returned=self.returned)

    def standing(self, now: datetime) -> clock.Reading:
        return clock.timeliness(found=self.found, returned=self.returned, held=self.held, now=now)

    @property
    def progress(self) -> Progress:
        return Progress(
            offer_kind=OfferKind(self.offer_kind),
            is_offered_by_policy=self.is_offered_by_policy,
            is_pathway_decided=self.pathway_decided_at is not None,
            found_at=self.found_at,
            returned_at=self.returned_at,
            is_taken_on=self.owner_id is not None,
            offered_at=self.offered_at,
            answer=Answer(self.answer) if self.answer else None,
            declined_by=DeclinedBy(self.declined_by) if self.declined_by else None,
            booked_for=self.booked_for,
            held_at=self.held_at,
            not_held=NotHeldReason(self.not_held) if self.not_held else None,
            no_owes=frozenset(map(NoOwes, self.no_owes)),
            signed_at=self.signed_at,
            has_actions=self.has_actions,
            has_open_need=self.has_open_need,
            acted_at=self.acted_at,
            voided_at=self.voided_at,
            is_of_earlier_records=self.earlier != "",
        )

    @property
    def no_of(self) -> DeclinedBy | None:
        """Whose no stands; None where none does."""
        progress = self.progress
        return whose_no(
            answer=progress.answer, declined_by=progress.declined_by, not_held=progress.not_held
        )

    @property
    def can_be_taken_up(self) -> bool:
        """A no or a reason for no interview stands, and the child may come back to the offer."""
        is_free = self.held_at is None and self.booked_for is None and not self.is_voided
        is_adult = self.offer_kind == OfferKind.ADULT_PATHWAY and not self.is_offered_by_policy
        is_closed = self.answer == Answer.DECLINED or self.not_held != ""
        return is_closed and is_free and not self.is_open and not is_adult

    @property
    def next_step(self) -> Step:
        return next_step(self.progress)

    def relation_of(self, person: Person) -> str:
        """How the person stands to it: responsible, provider, host, counted or none."""
        return person.relation_to(self)

    def allows(self, person: Person, verb: str) -> bool:
        return person.may_about(self, verb, *EPISODE_RELATIONS)

    @property
    def facts(self) -> EpisodeFacts:
        """This episode as the measures read it."""
        return EpisodeFacts(
            episode=self.pk,
            child=self.child_id,
            authority=self.counted_under_id,
            cohort=Cohort(self.cohort),
            kind=EpisodeKind(self.kind),
            offer_kind=OfferKind(self.offer_kind),
            started_on=self.started_on,
            ended_on=self.ended_on,
            offered=self.offered_at is not None,
            attempted=self.attempted_at is not None,
            answer=Answer(self.answer) if self.answer else None,
            declined_by=DeclinedBy(self.declined_by) if self.declined_by else None,
            held=self.held_at is not None,
            covered=self.is_covered,
            standing=Standing(self.timeliness) if self.timeliness else None,
            not_held=NotHeldReason(self.not_held) if self.not_held else None,
            earlier=Earlier(self.earlier) if self.earlier else None,
        )

    @property
    def counts(self) -> tallies.Counted:
        """Where this episode counts in the roll-up; nowhere while open or once voided."""
        if self.voided_at or self.ended_on is None:
            return None
        return tallies.Place(
            self.counted_under_id,
            self.cohort,
            measures.quarter_of(self.ended_on),
            measures.told(measures.parts(self.facts)),
        )

    def reckon(self, at: datetime) -> None:
        """Compute from what happened what is stored for speed; `at` is when it is computed."""
        self.started_at = self.last_seen_at or self.reported_at  # type: ignore[assignment]
        end = self.returned or self.found
        # Of a day alone the start may be before the child was last seen: it was later that day.
        self.ended_at = max(end.at, self.started_at) if end else None
        self.ended_on = end.day if end else None
        deadline = self.deadline
        self.due_at = deadline.earliest if deadline else None
        self.overdue_at = deadline.latest if deadline else None
        self.timeliness = self.standing(at).standing if self.held_at else ""
        if self.no_of is None or self.held_at:
            self.no_owes = []
        settled = is_settled(self.progress)
        self.settled_at = (self.settled_at or at) if settled else None
        self.unanswered_since = (self.unanswered_since or at) if self.is_unanswered else None
        self.steps = None if self.voided_at else measures.steps(measures.parts(self.facts))


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def visible_to(self, person: Person) -> "CorrectionQuerySet":
        return self.filter(episode__in=Episode.objects.visible_to(person))

    def newest_first(self) -> "CorrectionQuerySet":
        return self.order_by("-replaced_at", "-pk")


class Correction(models.Model):
    """The value an instant had before it was corrected, and who corrected it."""

    episode = models.ForeignKey(Episode, models.CASCADE, related_name="corrections")
    instant = models.CharField(max_length=20)
    was_at = models.DateTimeField()
    was_precision = models.CharField(max_length=20)
    was_source = models.CharField(max_length=120)
    replaced_at = models.DateTimeField()
    replaced_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    because = models.CharField(max_length=200, default="")

    objects = CorrectionQuerySet.as_manager()

    @property
    def was(self) -> Moment:
        return Moment(self.was_at, clock.Precision.parse(self.was_precision))


class ClassificationQuerySet(models.QuerySet["Classification"]):
    def visible_to(self, person: Person) -> "ClassificationQuerySet":
        return self.filter(episode__in=Episode.objects.visible_to(person))


class Classification(models.Model):
    """Missing or away, or a police risk grade, from a moment on. Two axes, never one field."""

    KIND, RISK = "kind", "risk"

    episode = models.ForeignKey(Episode, models.CASCADE, related_name="classifications")
    axis = models.CharField(max_length=10)
    code = models.CharField(max_length=10)
    source = models.CharField(max_length=120)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)

    objects = ClassificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(axis__in=["kind", "risk"]), name="two_axes_of_classification"
            ),
        ]


class BasisQuerySet(models.QuerySet["Basis"]):
    def visible_to(self, person: Person) -> "BasisQuerySet":
        return self.filter(episode__in=Episode.objects.visible_to(person))


class Basis(models.Model):
    """Which notification an episode rests on: each tells of one, an episode may have many."""

    episode = models.ForeignKey(Episode, models.CASCADE, related_name="bases")
    notification = models.OneToOneField(Notification, models.CASCADE, related_name="basis")

    objects = BasisQuerySet.as_manager()


def of_references(sender: Organisation, references: Iterable[str]) -> dict[str, list[Episode]]:
    """The episodes that this sender calls by these references, each with its child, oldest first.

    There can be several of one: a force uses a reference again, or a row could not be taken into
    the episode it belongs to.
    """
    pairs = list(
        Basis.objects.filter(
            notification__sender=sender, notification__reference__in=list(references)
        )
        .order_by("episode_id")
        .values_list("notification__reference", "episode_id")
        .distinct()
    )
    known = Episode.objects.in_bulk([pk for _, pk in pairs])
    again = [each for each in known.values() if each.same_as_id]
    prefetch_related_objects(again, "same_as")
    theirs = [*known.values(), *(each.same_as for each in again if each.same_as)]
    prefetch_related_objects(theirs, "child", "responsible_authority")
    found: defaultdict[str, list[Episode]] = defaultdict(list)
    for reference, pk in pairs:
        # What was told of twice goes on as one.
        episode = known[pk].same_as or known[pk]
        if episode not in found[reference]:
            found[reference].append(episode)
    return found


@dataclass(frozen=True)
class Became:
    """What became of what a sender told under one reference, as far as the sender is told.

    `is_joined`: somebody, or a rule, has said who the child is. `is_open`: the council still has
    work to do on the episode; None where there is no episode.
    """

    notification_id: int
    received_at: datetime
    result: str
    reason: str
    is_joined: bool
    is_open: bool | None


def what_became_of(sender: Organisation, reference: str) -> Became | None:
    """Of the last that this sender told under this reference; None where it told nothing.

    A row that was refused changed nothing, so what came before it still stands.
    """
    theirs = Notification.objects.filter(sender=sender, reference=reference).order_by("-pk")
    last = theirs.values_list("pk", "received_at", "result", "reason").first()
    if last is None:
        return None
    taken = theirs.filter(basis__isnull=False).values_list("basis__episode", "joined_at").first()
    times = taken and (
        Episode.objects.filter(pk=taken[0]).values_list("settled_at", "voided_at").get()
    )
    return Became(
        notification_id=last[0],
        received_at=last[1],
        result=last[2],
        reason=last[3],
        is_joined=bool(taken and taken[1]),
        is_open=times == (None, None) if times else None,
    )


def seen(sender: Organisation, digests: Iterable[str]) -> dict[str, int | None]:
    """Which of these rows the sender has sent before, and the episode each was about."""
    with connection.cursor() as cursor:
        cursor.execute(SEEN, {"sender": sender.pk, "digests": list(digests)})
        return dict(cursor.fetchall())


# One after the other by its own index, whatever is thought of the size of a table that has just
# begun to grow.
SEEN = """
select told.digest, told.episode_id from unnest(%(digests)s::text[]) wanted(digest)
cross join lateral (
    select notification.digest, basis.episode_id from casework_notification notification
    left join casework_basis basis on basis.notification_id = notification.id
    where notification.sender_id = %(sender)s and notification.digest = wanted.digest
    offset 0
) told
"""


Span = tuple[datetime, datetime | None]
"""From when to when a child was missing; without an end they still are."""


def span(moments: Mapping[str, Moment | None]) -> Span:
    """The time that an episode with these instants takes up, as the database compares it."""
    start = moments.get("last_seen") or moments.get("reported")
    end = moments.get("returned") or moments.get("found")
    if start is None:
        raise OutOfOrder("Say when the child was last seen, or when that was reported.")
    return start.at, max(end.at, start.at) if end else None


def do_overlap(one: Span, other: Span) -> bool:
    """Whether both take up some time; a child last seen and found at once takes up none."""
    is_empty = one[0] == one[1] or other[0] == other[1]
    starts_in_time = other[1] is None or one[0] < other[1]
    return not is_empty and starts_in_time and (one[1] is None or other[0] < one[1])


def spans(child_ids: Iterable[int], *, since: datetime | None = None) -> dict[int, dict[int, Span]]:
    """The times that these children were missing, by child and episode.

    `since`: only those that had not ended before.
    """
    found: dict[int, dict[int, Span]] = defaultdict(dict)
    theirs = Episode.objects.counted().filter(child__in=list(child_ids))
    if since:
        theirs = theirs.filter(Q(ended_at=None) | Q(ended_at__gte=since))
    for child_id, pk, start, end in theirs.values_list("child_id", "pk", "started_at", "ended_at"):
        found[child_id][pk] = (start, end)
    return found


def was_put_right(episode: Episode, name: str, moment: Moment, *, source: str) -> bool:
    """Whether somebody else has since corrected just this value of this source."""
    if getattr(episode, f"{name}_source") == source[:120]:
        return False
    return episode.corrections.filter(
        instant=name,
        was_at=moment.at,
        was_precision=str(moment.precision),
        was_source=source[:120],
    ).exists()


def last_said(episode: Episode, axis: str, *, source: str) -> str | None:
    """The kind or risk that this source gave last; None where it never gave one."""
    theirs = episode.classifications.filter(axis=axis, source=source[:120])
    return theirs.order_by("-pk").values_list("code", flat=True).first()


def lock(*ids: int) -> list[Episode]:
    """Hold these episodes still until the transaction ends, in the order of `children.lock`."""
    held = Episode.objects.filter(pk__in=ids).order_by("pk")
    return list(held.select_for_update(no_key=True, of=("self",)))


def _locked(episode: Episode) -> Episode:
    (held,) = lock(episode.pk)
    return held


def _store(episode: Episode, before: tallies.Counted, *, at: datetime) -> Episode:
    """Reckon, save and move the figures; an overlap with another episode becomes a sentence."""
    check_order({name: episode.moment(name) for name in INSTANTS})
    episode.reckon(at)
    with _overlaps_in_words():
        episode.save()
    tallies.shift(before, episode.counts)
    return episode


@contextmanager
def _overlaps_in_words() -> Iterator[None]:
    """The database's refusal of two episodes at once, as a sentence.

    Every verb is atomic, and the refusal leaves it: what it wrote before goes with it.
    """
    try:
        yield
    except IntegrityError as error:
        if "no_two_episodes_of_a_child_overlap" in str(error):
            raise Overlaps("The child already has an episode over that time.") from error
        raise


def check_order(moments: Mapping[str, Moment | None]) -> None:
    """Whether the instants can follow each other so. Raises OutOfOrder.

    A report may come after the child was found, so it bounds nothing.
    """
    start, found, returned = (moments.get(name) for name in ("last_seen", "found", "returned"))
    for name, moment in (("found", found), ("returned", returned)):
        if moment and start and moment.latest < start.earliest:
            raise OutOfOrder(
                f"The child cannot have been {name} before being last seen.", field=name
            )
    if found and returned and returned.latest < found.earliest:
        raise OutOfOrder("The child cannot have returned before being found.", field="returned")


def _set(episode: Episode, name: str, moment: Moment | None, source: str) -> None:
    setattr(episode, f"{name}_at", moment.at if moment else None)
    setattr(episode, f"{name}_precision", str(moment.precision) if moment else "")
    setattr(episode, f"{name}_source", source[:120] if moment else "")


@dataclass(frozen=True)
class Opening:
    """An episode to be opened: whose, of which kind, when, and who must act."""

    child: Child
    kind: EpisodeKind
    moments: Mapping[str, Moment | None]
    owners: Owners
    risk: RiskGrade | None = None
    missing_from: str = ""
    # Of a past episode: what earlier records say of an interview, and when it was held.
    earlier: Earlier | None = None
    held: Moment | None = None
    not_held: NotHeldReason | None = None


@transaction.atomic
def open(
    child: Child,
    *,
    kind: EpisodeKind,
    risk: RiskGrade | None = None,
    missing_from: str = "",
    moments: Mapping[str, Moment | None],
    source: str,
    owners: Owners,
    by: Person,
    at: datetime,
) -> Episode:
    """Open a missing episode. `moments` holds the known ones of last_seen to returned.

    Raises Overlaps when the child already has one over that time, OutOfOrder when the instants
    contradict each other, NamedMeanwhile when the child has been joined to another.
    """
    opening = Opening(child, kind, moments, owners, risk, missing_from)
    return open_all([opening], source=source, by=by, at=at)[0]


@transaction.atomic
def open_all(
    openings: Sequence[Opening], *, source: str, by: Person, at: datetime
) -> list[Episode]:
    """Open many episodes at once, in their order; all or none, and it raises what `open` does."""
    if children.hold(opening.child.pk for opening in openings):
        raise NamedMeanwhile
    opened = [_begun(each, source, by=by, at=at) for each in openings]
    with _overlaps_in_words():
        bulk.insert(opened)
    with tallies.gathered():
        for episode in opened:
            tallies.shift(None, episode.counts)
    for axis in (Classification.KIND, Classification.RISK):
        _classify([each for each in opened if getattr(each, axis)], axis, source, by=by, at=at)
    journal.write_all("open episode", opened, by=by, at=at)
    return opened


def _begun(opening: Opening, source: str, *, by: Person, at: datetime) -> Episode:
    episode = Episode(
        child=opening.child,
        kind=opening.kind,
        risk=opening.risk or "",
        missing_from=opening.missing_from,
        opened_at=at,
        opened_by=by,
        earlier=opening.earlier or "",
        held_at=opening.held.at if opening.held else None,
        held_precision=str(opening.held.precision) if opening.held else "",
        not_held=opening.not_held or "",
        is_covered=opening.earlier is Earlier.COVERED,
    )
    _own(episode, opening.owners)
    for name in INSTANTS:
        _set(episode, name, opening.moments.get(name), source)
    check_order(opening.moments)
    _follow_policy(episode)
    episode.reckon(at)
    return episode


def _classify(
    theirs: Iterable[Episode], axis: str, source: str, *, by: Person, at: datetime
) -> None:
    """Date the kind or the risk that the episodes have now."""
    dated = list(theirs)
    bulk.add(
        Classification,
        len(dated),
        episode_id=[episode.pk for episode in dated],
        axis=axis,
        code=[getattr(episode, axis) for episode in dated],
        source=source[:120],
        recorded_at=at,
        recorded_by_id=by.pk,
    )


def rest_all(pairs: Iterable[tuple[Episode, Notification]]) -> None:
    """Note on which notifications episodes rest."""
    both = list(pairs)
    bulk.add(
        Basis,
        len(both),
        episode_id=[episode.pk for episode, _ in both],
        notification_id=[notification.pk for _, notification in both],
    )


@dataclass(frozen=True)
class News:
    """What is told later of an episode. A blank never erases."""

    episode: Episode
    moments: Mapping[str, Moment | None]
    kind: EpisodeKind | None = None
    risk: RiskGrade | None = None


@transaction.atomic
def update(
    episode: Episode,
    *,
    kind: EpisodeKind | None = None,
    risk: RiskGrade | None = None,
    moments: Mapping[str, Moment | None],
    source: str,
    because: str = "",
    by: Person,
    at: datetime,
) -> tuple[str, ...]:
    """Take what a later notification or a person says; gives the names of what changed.

    A blank never erases, and what is already known is not news. Old values are kept.
    """
    news = News(episode, moments, kind, risk)
    return update_all([news], source=source, because=because, by=by, at=at)[0]


@transaction.atomic
def update_all(
    told: Sequence[News], *, source: str, because: str = "", by: Person, at: datetime
) -> list[tuple[str, ...]]:
    """The same of many episodes, each of another child; all or none."""
    held = {each.pk: each for each in lock(*(news.episode.pk for news in told))}
    prefetch_related_objects(list(held.values()), "child")
    changes = {pk: Change(episode, source, because) for pk, episode in held.items()}
    for news in told:
        changes[news.episode.pk].take(news)
    changed = [change for change in changes.values() if change.names]
    for change in changed:
        change.settle(at)
    moved = [change.episode for change in changed]
    bulk.insert([was for change in changed for was in change.corrections(by=by, at=at)])
    with _overlaps_in_words():
        bulk.update(moved, TOLD)
    with tallies.gathered():
        for change in changed:
            tallies.shift(change.before, change.episode.counts)
    for axis in (Classification.KIND, Classification.RISK):
        theirs = (change.episode for change in changed if axis in change.names)
        _classify(theirs, axis, source, by=by, at=at)
    journal.write_all("update episode", moved, by=by, at=at)
    return [tuple(changes[news.episode.pk].names) for news in told]


class Change:
    """What becomes of one episode by what is told of it; nothing is written."""

    def __init__(self, episode: Episode, source: str, because: str) -> None:
        self.episode, self.source, self.because = episode, source, because
        self.before, self.was_started_on = episode.counts, episode.started_on
        self.names: list[str] = []
        self.were: list[tuple[str, Moment, str]] = []

    def take(self, news: News) -> None:
        episode = self.episode
        for name in INSTANTS:
            moment, was = news.moments.get(name), episode.moment(name)
            if moment is None or moment == was:
                continue
            if was:
                self.were.append((name, was, getattr(episode, f"{name}_source")))
            _set(episode, name, moment, self.source)
            self.names.append(name)
        for axis in (Classification.KIND, Classification.RISK):
            code = getattr(news, axis)
            if code and code != getattr(episode, axis):
                setattr(episode, axis, code)
                self.names.append(axis)

    def settle(self, at: datetime) -> None:
        """Decide and reckon again. Raises OutOfOrder."""
        episode = self.episode
        check_order({name: episode.moment(name) for name in INSTANTS})
        episode.reckon(at)
        _decide_again(
            episode,
            is_another_day=episode.started_on != self.was_started_on,
            is_another_kind=Classification.KIND in self.names,
        )
        _follow_policy(episode)
        episode.reckon(at)

    def corrections(self, *, by: Person, at: datetime) -> list[Correction]:
        return [
            Correction(
                episode=self.episode,
                instant=name,
                was_at=was.at,
                was_precision=str(was.precision),
                was_source=source,
                replaced_at=at,
                replaced_by=by,
                because=self.because[:200],
            )
            for name, was, source in self.were
        ]


def _decide_again(episode: Episode, *, is_another_day: bool, is_another_kind: bool) -> None:
    """Put right what the rules decided from a day, a kind or an age that was not so.

    Cohort and authorities are as at the start; which duty it is hangs on the kind, and on the age
    at the return. Of a child not yet named only the age is known better than from what was told.
    """
    child = episode.child
    became_adult = child.born_on and is_adult_on(child.born_on, episode.ended_on or date.min)
    is_for_adult = episode.offer_kind == OfferKind.ADULT_PATHWAY
    if not (is_another_day or is_another_kind or bool(became_adult) != is_for_adult):
        return
    decided = of_child(
        child,
        kind=EpisodeKind(episode.kind),
        started_on=episode.started_on,
        ended_on=episode.ended_on,
        received_by=episode.responsible_authority,
    )
    is_about_age = OfferKind.ADULT_PATHWAY in (decided.offer_kind, episode.offer_kind)
    if is_another_day and child.is_confirmed:
        _own(episode, decided)
    elif is_another_kind and child.is_confirmed and not episode.is_overridden:
        # The duty may be the same, and yet not in doubt any more.
        _explain(episode, decided)
    elif decided.offer_kind != episode.offer_kind and (child.is_confirmed or is_about_age):
        _explain(episode, decided)


def _is_news(episode: Episode, name: str, moment: Moment | None) -> bool:
    return moment is not None and moment != episode.moment(name)


def _keep_old(episode: Episode, name: str, *, because: str, by: Person, at: datetime) -> None:
    was = episode.moment(name)
    if was:
        Correction.objects.create(
            episode=episode,
            instant=name,
            was_at=was.at,
            was_precision=str(was.precision),
            was_source=getattr(episode, f"{name}_source"),
            replaced_at=at,
            replaced_by=by,
            because=because[:200],
        )


@transaction.atomic
def record_return(
    episode: Episode,
    *,
    returned: Moment,
    found: Moment | None = None,
    because: str = "",
    by: Person,
    at: datetime,
) -> Episode:
    """Record when the child came back, and when they were found if that is known and new.

    Raises OutOfOrder, Overlaps, AlreadyVoided, and AlreadyReturned where another time is known and
    nobody says why it was wrong.
    """
    episode = _locked(episode)
    check_stands(episode)
    _check_past(returned, "returned", at)
    _check_past(found, "found", at)
    for name, moment in (("returned", returned), ("found", found)):
        if episode.moment(name) and _is_news(episode, name, moment) and not because.strip():
            raise AlreadyReturned
    update(
        episode,
        moments={"returned": returned, "found": found},
        source=by.name,
        because=because,
        by=by,
        at=at,
    )
    return Episode.objects.get(pk=episode.pk)


def _check_past(moment: Moment | None, name: str, at: datetime) -> None:
    if moment and moment.earliest > at:
        raise OutOfOrder("The time is still to come.", field=name)


def check_stands(episode: Episode) -> None:
    """Whether anything can still be added to the episode. Raises AlreadyVoided."""
    if episode.voided_at:
        raise AlreadyVoided


@transaction.atomic
def correct(
    episode: Episode, name: str, moment: Moment, *, because: str, by: Person, at: datetime
) -> Episode:
    """Put one of the four instants right; the old value is kept. Raises ReasonMissing and kin."""
    check_stands(_locked(episode))
    _check_past(moment, name, at)
    if not because.strip():
        raise ReasonMissing
    if not update(episode, moments={name: moment}, source=by.name, because=because, by=by, at=at):
        raise NothingNew(field=name)
    return Episode.objects.get(pk=episode.pk)


@transaction.atomic
def classify(episode: Episode, kind: EpisodeKind, *, by: Person, at: datetime) -> Episode:
    """Say that it was missing, or away from placement. Raises AlreadyVoided, NothingNew."""
    check_stands(_locked(episode))
    if not update(episode, kind=kind, moments={}, source=by.name, by=by, at=at):
        raise NothingNew(field="kind")
    return Episode.objects.get(pk=episode.pk)


@transaction.atomic
def void(episode: Episode, *, because: str, by: Person, at: datetime) -> Episode:
    """Take out of the count what was recorded in error. Nothing is deleted.

    Raises AlreadyVoided, ReasonMissing, StillBooked.
    """
    episode = _locked(episode)
    check_stands(episode)
    if not because.strip():
        raise ReasonMissing
    if episode.booked_for:
        raise StillBooked
    before = episode.counts
    episode.voided_at, episode.voided_by, episode.voided_because = at, by, because[:200]
    _store(episode, before, at=at)
    journal.write("void episode", episode, by=by, at=at)
    return episode


class HasWork(Blocked):
    sentence = (
        "An offer has been made, or a talk booked or held, for what was told here. The child was "
        "missing then already: correct the times of the one that is wrong."
    )


SAME = "the same missing episode, told of by somebody else"


@transaction.atomic
def count_as(told: Episode, known: Episode, *, by: Person, at: datetime) -> Episode:
    """Say that what was told of is the episode that is known: it counts once.

    What the known one lacks is taken over; where both have something, what is known stands, and
    the other is kept as it was told. Raises AlreadyVoided, HasWork.
    """
    held = {each.pk: each for each in lock(told.pk, known.pk)}
    told, known = held[told.pk], held[known.pk]
    check_stands(told)
    check_stands(known)
    if told.has_work:
        raise HasWork
    before = told.counts
    told.voided_at, told.voided_by, told.voided_because = at, by, SAME
    told.same_as = known
    _store(told, before, at=at)
    journal.write("count episode as", told, by=by, at=at, child_id=known.child_id)
    lacking = {name: told.moment(name) for name in INSTANTS if known.moment(name) is None}
    update(
        known,
        risk=RiskGrade(told.risk) if told.risk and not known.risk else None,
        moments={name: moment for name, moment in lacking.items() if moment},
        source=told.told_by,
        by=by,
        at=at,
    )
    return told


@transaction.atomic
def stand_apart(told: Episode, *, by: Person, at: datetime) -> Episode:
    """Take back that it is the same as another: what was taken over from it goes again."""
    known_id = Episode.objects.values_list("same_as_id", flat=True).get(pk=told.pk)
    if known_id is None:
        return told
    held = {each.pk: each for each in lock(told.pk, known_id)}
    told, known = held[told.pk], held[known_id]
    before = known.counts
    for name in INSTANTS:
        is_taken_over = known.moment(name) == told.moment(name) is not None
        if is_taken_over and getattr(known, f"{name}_source") == told.told_by:
            _keep_old(known, name, because="it was another episode", by=by, at=at)
            _set(known, name, None, "")
    said = known.classifications.filter(axis=Classification.RISK).values_list("source", flat=True)
    if known.risk == told.risk and set(said) == {told.told_by}:
        # Nobody but the other ever gave a grade. What was dated stays on record.
        known.risk = ""
    _store(known, before, at=at)
    journal.write("update episode", known, by=by, at=at)
    # Rows of its reference that came meanwhile are about it.
    names = Notification.objects.filter(basis__episode=told).values("sender", "reference")
    for each in names.distinct():
        Basis.objects.filter(
            episode=known,
            notification__sender=each["sender"],
            notification__reference=each["reference"],
        ).update(episode=told)
    told.voided_at, told.voided_by, told.voided_because = None, None, ""
    told.same_as = None
    _store(told, told.counts, at=at)
    journal.write("let episode stand apart", told, by=by, at=at)
    return told


@transaction.atomic
def take_on(episode: Episode, *, by: Person, at: datetime) -> Episode:
    """Answer for the episode oneself. Raises AlreadyTakenOn when a colleague was quicker."""
    episode = _locked(episode)
    check_stands(episode)
    if episode.owner is not None and episode.owner_id != by.pk:
        raise AlreadyTakenOn(f"{episode.owner.name} has taken this on already.")
    return assign(episode, by, by=by, at=at)


@transaction.atomic
def assign(episode: Episode, owner: Person | None, *, by: Person, at: datetime) -> Episode:
    """Give the episode to somebody: taking it on oneself, or reassigning it; None gives it back.

    Raises NotTheirChild for somebody who does not work where the child is answered for.
    """
    episode = _locked(episode)
    check_stands(episode)
    if owner:
        staff.check_works_with(owner, [episode], *ANSWERING, field="owner")
    _give(episode, owner, at)
    episode.save(update_fields=GIVEN)
    journal.write("assign episode" if owner else "give back episode", episode, by=by, at=at)
    return episode


GIVEN = ("owner", "owned_since", "unanswered_since", "settled_at")


def _give(episode: Episode, owner: Person | None, at: datetime) -> None:
    """To somebody, or back to everybody: then it waits again, from now on."""
    episode.owner, episode.owned_since = owner, at if owner else None
    episode.unanswered_since = None
    # Where policy offers no talk, nothing more is owed once somebody has looked.
    episode.reckon(at)


@transaction.atomic
def reassign_all(owner: Person, to: Person | None, *, by: Person, at: datetime) -> int:
    """Give all the unfinished episodes of an absent worker to another, or back to everybody.

    Only those that `by` may see move; gives how many there were. Raises NotTheirChild where one of
    them would be given to somebody who cannot see it.
    """
    theirs = list(
        Episode.objects.answered_for_by(by)
        .unsettled()
        .filter(owner=owner)
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",))
    )
    if to:
        staff.check_works_with(to, theirs, *ANSWERING, field="to")
    for episode in theirs:
        _give(episode, to, at)
    Episode.objects.bulk_update(theirs, GIVEN)
    journal.write_all("assign episode" if to else "give back episode", theirs, by=by, at=at)
    return len(theirs)


@transaction.atomic
def note(episode: Episode, *, at: datetime, **moments: Any) -> Episode:
    """Write what a later stage brought about onto the episode's eight moments.

    For the verbs of offers, interviews and support, which journal what they did themselves.
    """
    episode = _locked(episode)
    before = episode.counts
    is_left_off = episode.earlier not in ("", Earlier.HELD, Earlier.COVERED)
    if is_left_off and LIVE & moments.keys():
        # An offer, a talk or a reason that is written down here now is what counts from now on.
        episode.earlier, episode.not_held = "", ""
    for name, value in moments.items():
        setattr(episode, name, value)
    return _store(episode, before, at=at)


LIVE = frozenset({"offered_at", "answer", "booked_for", "held_at", "not_held"})


@transaction.atomic
def move(
    episode: Episode, child: Child, *, owners: Owners | None, by: Person, at: datetime
) -> Episode:
    """Put an episode under another child, with who must act now. Raises Overlaps.

    Its notifications are for whoever must act to see.
    """
    episode = _locked(episode)
    before = episode.counts
    episode.child = child
    if owners:
        _own(episode, owners)
        _follow_policy(episode)
    _store(episode, before, at=at)
    Notification.objects.filter(basis__episode=episode).update(
        responsible_authority=episode.responsible_authority_id,
        host_authority=episode.host_authority_id,
        provider=episode.provider_id,
    )
    journal.write("move episode", episode, by=by, at=at)
    return episode


@transaction.atomic
def decide_again(episode: Episode, owners: Owners, *, by: Person, at: datetime) -> bool:
    """Take what the rules decide by what is known now; gives whether anything changed.

    Who must act stays who it is, until the other authority takes the duty over.
    """
    episode = _locked(episode)
    before, were = episode.counts, _decided(episode)
    _own(episode, owners)
    if _decided(episode) == were:
        return False
    _store(episode, before, at=at)
    journal.write("decide again", episode, by=by, at=at)
    return True


def _decided(episode: Episode) -> tuple[Any, ...]:
    return (
        episode.counted_under_id,
        episode.host_authority_id,
        episode.provider_id,
        episode.cohort,
        episode.offer_kind,
        episode.flags,
        episode.reasons,
    )


@transaction.atomic
def hand_to(episode: Episode, *, at: datetime, **whose: Any) -> Episode:
    """Write who must act, interviews and answers for it, as a hand-over has settled it.

    For the verbs of hand-overs, which journal what they did themselves.
    """
    episode = _locked(episode)
    before = episode.counts
    if "responsible_authority" in whose:
        # Another council is asked only now.
        episode.unanswered_since = None
    for name, value in whose.items():
        setattr(episode, name, value)
    return _store(episode, before, at=at)


def _own(episode: Episode, owners: Owners) -> None:
    """What the rules decided. The duty itself never moves so: another authority must take it."""
    episode.counted_under = owners.responsible_authority
    episode.host_authority = owners.host_authority
    episode.cohort = owners.cohort
    if episode.responsible_authority_id in (None, owners.responsible_authority.pk):
        episode.responsible_authority = owners.responsible_authority
        episode.provider = owners.provider
    _explain(episode, owners)


def _explain(episode: Episode, owners: Owners) -> None:
    episode.offer_kind = owners.offer_kind
    episode.reasons = [dict(reason) for reason in owners.reasons]
    episode.flags = list(owners.flags)


# What the council's own policy says.


def _follow_policy(episode: Episode) -> None:
    """Put down what the policy of the day says of a talk, with the reason, where it decides.

    The day of the return counts, else of being found, else the first day.
    """
    key = local_policies.key_of(OfferKind(episode.offer_kind))
    rest = [reason for reason in episode.reasons if reason.get("rule") != "policy"]
    if key is None:
        episode.is_offered_by_policy, episode.reasons = None, rest
        return
    known = (episode.moment(name) for name in ("returned", "found", "last_seen", "reported"))
    day = next(moment.day for moment in known if moment)
    authority = episode.responsible_authority
    policy = policies.in_force(authority, key, day)
    says_yes = policy.says_yes if policy else None
    since = f"{policy.since.day} {policy.since:%B %Y}" if policy else ""
    reason = {
        "rule": "policy",
        "facts": [["key", str(key)], ["says_yes", says_yes]],
        "sentence": local_policies.in_words(key, says_yes, authority=authority.name, since=since),
        "source": str(key.source),
    }
    episode.is_offered_by_policy, episode.reasons = says_yes, [*rest, reason]


@transaction.atomic
def set_policy(
    authority: Authority, key: PolicyKey, *, says_yes: bool, since: date, by: Person, at: datetime
) -> LocalPolicy:
    """Note what the council's own policy says, and let what is unfinished follow it.

    What is settled stays settled. Raises SaysSoAlready, TooFarAhead.
    """
    policy = policies.note(authority, key, says_yes=says_yes, since=since, by=by, at=at)
    kinds = [kind for kind, its in local_policies.DECIDES.items() if its is key]
    theirs = Episode.objects.unsettled().filter(
        responsible_authority=authority, offer_kind__in=kinds
    )
    moved = []
    for episode in lock(*theirs.values_list("pk", flat=True)):
        before, was = episode.counts, episode.is_offered_by_policy
        _follow_policy(episode)
        _store(episode, before, at=at)
        if episode.is_offered_by_policy is not was:
            moved.append(episode)
    journal.write_all("follow policy", moved, by=by, at=at)
    return policy
