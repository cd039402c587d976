"""Meetings about a child who goes missing: when, who came, what was decided, and when next.

A meeting is what closes an escalation, so its record is added and never changed; one recorded in
error is marked so by a row of its own, and what it had closed is open again.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import models, transaction
from django.db.models import DateField, F, Func, Q

from returnhome.casework import children, episodes, journal
from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import ANSWERING, Person
from returnhome.rules import Blocked, escalation
from returnhome.rules.access import Verb
from returnhome.rules.codes import MeetingKind


class NotOfThisChild(Blocked):
    sentence = "This episode is another child’s."


class RecordedAlready(Blocked):
    sentence = "A meeting of this kind is on record for the same time already."
    field = "held_at"


class VoidedAlready(Blocked):
    sentence = "This meeting has been marked as recorded in error already."


class ReasonMissing(Blocked):
    sentence = "Say why it was recorded in error."
    field = "because"


class UkDay(Func):
    """The UK day on which an instant falls, as the database tells it."""

    template = "(%(expressions)s AT TIME ZONE 'Europe/London')::date"
    output_field = DateField()


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, person: Person) -> "MeetingQuerySet":
        """That there was one; what was decided is for those who may read accounts."""
        return self.filter(
            person.not_closed("child"),
            person.whose(Verb.SEE_EPISODE, *ANSWERING, of="child__", child="child")
            | person.whose(
                Verb.SEE_EPISODE, *ANSWERING, of="child__joined_to__", child="child__joined_to"
            ),
        )

    def about(self, *child_ids: int) -> "MeetingQuerySet":
        """Of these children, with what was recorded under records that are joined to them."""
        return self.filter(Q(child__in=child_ids) | Q(child__joined_to__in=child_ids))

    def counted(self) -> "MeetingQuerySet":
        return self.filter(voiding__isnull=True)

    def newest_first(self) -> "MeetingQuerySet":
        return self.order_by("-held_at", "-pk")


class Meeting(models.Model):
    """One meeting about one child. The database refuses to change or remove it."""

    sealed_under = "child"

    child = models.ForeignKey(Child, models.PROTECT, related_name="meetings", db_index=False)
    # The episode that called for it, where one did.
    episode = models.ForeignKey(Episode, models.PROTECT, null=True, related_name="meetings")
    kind = models.CharField(max_length=20)
    held_at = models.DateTimeField()
    attended = SealedText()
    decided = SealedText()
    next_on = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = MeetingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(recorded_at__gte=F("held_at")),
                name="a_meeting_is_recorded_once_it_was_held",
            ),
            models.CheckConstraint(
                condition=Q(next_on__isnull=True) | Q(next_on__gt=UkDay("held_at")),
                name="the_next_meeting_is_after_this_one",
            ),
        ]
        indexes = [models.Index(fields=["child", "held_at"], name="meeting_child")]

    @property
    def label(self) -> str:
        return MeetingKind(self.kind).label

    @property
    def who_came(self) -> list[str]:
        return _names(self.attended.splitlines())


class VoidedMeetingQuerySet(models.QuerySet["VoidedMeeting"]):
    def visible_to(self, person: Person) -> "VoidedMeetingQuerySet":
        return self.filter(meeting__in=Meeting.objects.visible_to(person))


class VoidedMeeting(models.Model):
    """That a meeting was recorded in error: it closes nothing any more, and nothing is deleted."""

    sealed_under = "meeting.child"

    meeting = models.OneToOneField(Meeting, models.PROTECT, related_name="voiding")
    because = SealedText()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = VoidedMeetingQuerySet.as_manager()


def _names(lines: Iterable[str]) -> list[str]:
    """One name a line, those left empty taken out."""
    return [name for line in lines if (name := " ".join(line.split()))]


@transaction.atomic
def record(
    child: Child,
    *,
    kind: MeetingKind,
    held_at: datetime,
    attended: Iterable[str],
    decided: str,
    next_on: date | None = None,
    episode: Episode | None = None,
    by: Person,
    at: datetime,
) -> Meeting:
    """Record a meeting that was held, and so close what called for it.

    Raises what rules.escalation.check_can_record blocks, RecordedAlready, NotOfThisChild,
    AlreadyVoided for an episode recorded in error, NamedMeanwhile for a child joined to another.
    """
    child = children.lock(child.pk)[child.pk]
    if child.joined_to_id:
        raise episodes.NamedMeanwhile
    if episode is not None:
        (episode,) = episodes.lock(episode.pk)
        episodes.check_stands(episode)
        if episode.child_id != child.pk:
            raise NotOfThisChild
    names = _names(attended)
    escalation.check_can_record(
        escalation.Meeting(
            key=None,
            kind=kind,
            held_at=held_at,
            attended=tuple(names),
            decided=decided,
            next_on=next_on,
        ),
        now=at,
    )
    if Meeting.objects.about(child.pk).counted().filter(kind=kind, held_at=held_at).exists():
        raise RecordedAlready
    meeting = Meeting.objects.create(
        child=child,
        episode=episode,
        kind=kind,
        held_at=held_at,
        attended="\n".join(names),
        decided=decided,
        next_on=next_on,
        recorded_at=at,
        recorded_by=by,
    )
    journal.write(f"record meeting: {kind}", meeting, by=by, at=at)
    return meeting


@transaction.atomic
def void(meeting: Meeting, *, because: str, by: Person, at: datetime) -> VoidedMeeting:
    """Say that a meeting was recorded in error: what it had closed is open again.

    Raises VoidedAlready, ReasonMissing.
    """
    children.lock(meeting.child_id)
    if VoidedMeeting.objects.filter(meeting=meeting).exists():
        raise VoidedAlready
    if not because.strip():
        raise ReasonMissing
    voiding = VoidedMeeting.objects.create(meeting=meeting, because=because, at=at, by=by)
    journal.write("void meeting", voiding, by=by, at=at, child_id=meeting.child_id)
    return voiding
