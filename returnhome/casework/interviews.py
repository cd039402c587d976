"""Return home interviews: booked, held or not held, recorded in the child's words, signed off."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.functional import cached_property

from returnhome.casework import children, declines, episodes, journal, questions
from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode
from returnhome.casework.sealing import HasKeyring, SealedJson, SealedText
from returnhome.casework.staff import ANSWERING, Organisation, Person, check_works_with
from returnhome.rules import Blocked, interviewing, standard
from returnhome.rules.access import Relation, Verb
from returnhome.rules.clock import LONDON, Moment, Precision
from returnhome.rules.codes import Answer, NotHeldReason, Role
from returnhome.rules.reviewing import WaitsFor


class AnotherChild(Blocked):
    sentence = "An interview answers for the episodes of one child only."


class BookingClosed(Blocked):
    sentence = "This booking no longer stands: another took its place, or there was no interview."


class BookingStands(Blocked):
    sentence = "An interview is booked for this episode: record that one as held, or change it."


class HolderMissing(Blocked):
    sentence = "Say who held the interview, and what they do there."
    field = "name"


# Of whoever held an interview for no organisation of the system.
NOT_KNOWN = "organisation not known"


class NotTheInterviewer(Blocked):
    sentence = "Only the interviewer named for this interview can write its record."


class InterviewQuerySet(models.QuerySet["Interview"]):
    def visible_to(self, person: Person) -> "InterviewQuerySet":
        """Those of episodes the person may see: that it is booked or held, not what was said."""
        theirs = person.whose(Verb.SEE_EPISODE, of="episode__", child="episode__child")
        return self.filter(_answering(theirs) | own(person, Verb.SEE_EPISODE))

    def account_visible_to(self, person: Person) -> "InterviewQuerySet":
        """Those whose account the person may read: never the host's unless it interviewed."""
        theirs = person.whose(Verb.SEE_ACCOUNT, *ANSWERING, of="episode__", child="episode__child")
        return self.filter(_answering(theirs) | own(person, Verb.SEE_ACCOUNT))

    def that_may_be_reviewed_by(self, person: Person) -> "InterviewQuerySet":
        """Signed records that are another's, of an episode that was not recorded in error."""
        theirs = person.whose(Verb.REVIEW, *ANSWERING, of="episode__", child="episode__child")
        answering = _answering(theirs & Q(episode__voided_at=None))
        others = self.exclude(interviewer=person).exclude(signed_by=person)
        return others.filter(answering, signed_at__isnull=False)

    def open(self) -> "InterviewQuerySet":
        """Booked, or held and not signed off."""
        return self.filter(signed_at__isnull=True, not_held_at__isnull=True)

    def unsigned(self) -> "InterviewQuerySet":
        """Held, and the record is still a draft."""
        return self.open().filter(held_at__isnull=False)

    def booked(self) -> "InterviewQuerySet":
        """Booked, and nobody has said yet whether it took place."""
        return self.open().filter(held_at__isnull=True)

    def newest_first(self) -> "InterviewQuerySet":
        return self.order_by("-booked_for", "-pk")

    def soonest_first(self) -> "InterviewQuerySet":
        return self.order_by("booked_for", "pk")


def _answering(theirs: Q) -> Q:
    """Interviews that answer for an episode among `theirs`."""
    return Q(Exists(Coverage.objects.filter(theirs, interview=OuterRef("pk"))))


def own(person: Person, verb: Verb, of: str = "") -> Q:
    """Interviews that this person holds, while a role where they held them allows the verb.

    `of` is the way to the interview from what is filtered.
    """
    _, organisations = person.may_for(verb, Relation.OWN)
    theirs = Q(**{f"{of}interviewer": person, f"{of}organisation_id__in": organisations})
    return theirs & person.not_closed(f"{of}child")


class Interview(HasKeyring):
    """One independent conversation. It may answer for several episodes of one child.

    Once signed off the database refuses every change; what comes later is an addendum.
    """

    child = models.ForeignKey(Child, models.PROTECT, related_name="interviews")
    episodes = models.ManyToManyField(Episode, through="Coverage", related_name="interviews")
    interviewer = models.ForeignKey(Person, models.PROTECT, related_name="interviews")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    standard_version = models.CharField(max_length=10)
    # Of councils' own, those that stood when it was booked: the record is read by them for ever.
    own_questions = ArrayField(models.BigIntegerField(), default=list)

    booked_at = models.DateTimeField()
    booked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    booked_for = models.DateTimeField()
    place = models.CharField(max_length=30)
    mode = models.CharField(max_length=20)
    place_note = SealedText()
    # The child's wishes about who, where and with whom, as far as they are known.
    wishes = SealedText()

    held_at = models.DateTimeField(null=True)
    held_precision = models.CharField(max_length=20, default="", blank=True)
    held_noted_at = models.DateTimeField(null=True)
    held_noted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    # Who held it, where somebody else writes it down: they are nobody of this system, or can write
    # it no longer. The interviewer is then whoever writes.
    held_by_name = models.CharField(max_length=120, default="")
    held_by_role = models.CharField(max_length=120, default="")
    held_by_organisation = models.CharField(max_length=120, default="")
    # Whether the interviewer is independent of the child's care, and if not why it was so.
    is_independent = models.BooleanField(null=True)
    independence_note = SealedText()

    not_held_at = models.DateTimeField(null=True)
    not_held_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = InterviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    held_at__isnull=True,
                    held_precision="",
                    held_noted_by__isnull=True,
                    held_noted_at__isnull=True,
                )
                | Q(
                    held_at__isnull=False,
                    held_precision__regex=r"^(exact|date|estimated:[0-9]+)$",
                    held_noted_by__isnull=False,
                    held_noted_at__isnull=False,
                ),
                name="a_held_interview_has_precision_and_person",
            ),
            models.CheckConstraint(
                condition=Q(not_held_at__isnull=True, not_held_by__isnull=True)
                | Q(not_held_at__isnull=False, not_held_by__isnull=False, held_at__isnull=True),
                name="held_or_not_held_never_both",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__isnull=False, signed_by__isnull=False, held_at__isnull=False),
                name="only_a_held_interview_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(held_by_name="", held_by_role="", held_by_organisation="")
                | (
                    Q(held_at__isnull=False)
                    & ~Q(held_by_name="")
                    & ~Q(held_by_role="")
                    & ~Q(held_by_organisation="")
                ),
                name="who_held_it_elsewhere_is_named_with_role_and_body",
            ),
        ]
        indexes = [
            models.Index(
                fields=["interviewer", "booked_for"],
                condition=Q(signed_at__isnull=True, not_held_at__isnull=True),
                name="interview_bookings",
            ),
        ]

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None

    @property
    def is_held(self) -> bool:
        return self.held_at is not None

    @property
    def is_booked(self) -> bool:
        return self.held_at is None and self.not_held_at is None

    @property
    def held(self) -> Moment | None:
        if self.held_at is None:
            return None
        return Moment(self.held_at, Precision.parse(self.held_precision))

    @property
    def is_written_for_another(self) -> bool:
        """Held by somebody who does not write it down: see `hold_elsewhere`, `take_over_record`."""
        return bool(self.held_by_name)

    @property
    def is_booked_here(self) -> bool:
        """Whether it was booked before it was held: of what was noted later only that is known."""
        return self.booked_for >= self.booked_at

    @property
    def held_by(self) -> str:
        """Who held it or is to hold it, by name, and whose they are if they do not write it."""
        if self.is_written_for_another:
            return f"{self.held_by_name}, {self.held_by_role}, {self.held_by_organisation}"
        return self.interviewer.name

    @cached_property
    def standard(self) -> standard.Standard:
        """What is asked: the version, and then the councils' own. One query where there are any."""
        return questions.beside(standard.version(self.standard_version), self.own_questions)

    def account_is_visible_to(self, person: Person) -> bool:
        return Interview.objects.account_visible_to(person).filter(pk=self.pk).exists()

    def is_own_of(self, person: Person, verb: Verb) -> bool:
        """The same question as `own`, of this one."""
        _, organisations = person.may_for(verb, Relation.OWN)
        is_theirs = self.interviewer_id == person.pk and self.organisation_id in organisations
        return is_theirs and self.child_id not in person.closed

    def may_be_recorded_by(self, person: Person, verb: Verb = Verb.RECORD) -> bool:
        """Whoever holds it records and signs it; if held elsewhere, whoever wrote that down."""
        if self.held_by_name and self.interviewer_id == person.pk:
            return person.is_active and self.child_id not in person.closed
        return self.is_own_of(person, verb)


class CoverageQuerySet(models.QuerySet["Coverage"]):
    def visible_to(self, person: Person) -> "CoverageQuerySet":
        return self.filter(episode__in=Episode.objects.visible_to(person))


class Coverage(models.Model):
    """An interview answers for an episode. Each episode keeps its own clock."""

    interview = models.ForeignKey(
        Interview, models.CASCADE, related_name="coverages", db_index=False
    )
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="coverages")

    objects = CoverageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["interview", "episode"], name="an_episode_once")
        ]


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, person: Person) -> "EntryQuerySet":
        return self.filter(interview__in=Interview.objects.account_visible_to(person))

    def current(self) -> "EntryQuerySet":
        return self.filter(replaced_at__isnull=True)


class Entry(models.Model):
    """What was written to one question of the standard, by whom and when; earlier wording stays."""

    sealed_under = "interview"

    interview = models.ForeignKey(Interview, models.PROTECT, related_name="entries")
    question = models.CharField(max_length=60)
    codes = ArrayField(models.CharField(max_length=60), default=list)
    words = SealedText()
    # "not_asked" or "did_not_want_to_say", where there is no answer and that is the answer.
    unanswered = models.CharField(max_length=30, default="")
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(null=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["interview", "question"],
                condition=Q(replaced_at__isnull=True),
                name="one_current_entry_a_question",
            ),
        ]


class SignedFactsQuerySet(models.QuerySet["SignedFacts"]):
    def visible_to(self, person: Person) -> "SignedFactsQuerySet":
        return self.filter(interview__in=Interview.objects.account_visible_to(person))


class SignedFacts(models.Model):
    """What the ledger knew when the record was signed off, as its author saw it. Never changed.

    The ledger goes on: a time is corrected, a council renamed. The record stays as it was signed.
    """

    sealed_under = "interview"

    interview = models.OneToOneField(Interview, models.PROTECT, related_name="signed_facts")
    known = SealedJson()
    # By the name they had then.
    signed_by_name = models.CharField(max_length=120)

    objects = SignedFactsQuerySet.as_manager()


class AddendumQuerySet(models.QuerySet["Addendum"]):
    def visible_to(self, person: Person) -> "AddendumQuerySet":
        return self.filter(interview__in=Interview.objects.account_visible_to(person))


class Addendum(models.Model):
    """What was added after the record was signed off. Never changed."""

    sealed_under = "interview"

    interview = models.ForeignKey(Interview, models.PROTECT, related_name="addenda")
    words = SealedText()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    # The name they had then: what was printed with it prints again.
    written_by_name = models.CharField(max_length=120, default="")

    objects = AddendumQuerySet.as_manager()


class NotHeldQuerySet(models.QuerySet["NotHeld"]):
    def visible_to(self, person: Person) -> "NotHeldQuerySet":
        return self.filter(episode__in=Episode.objects.visible_to(person))

    def newest_first(self) -> "NotHeldQuerySet":
        return self.order_by("-at", "-pk")


class NotHeld(models.Model):
    """That no interview took place for an episode, or not the one booked, and why."""

    sealed_under = "episode"

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="not_held_rows")
    interview = models.ForeignKey(
        Interview, models.PROTECT, null=True, related_name="not_held_rows"
    )
    reason = models.CharField(max_length=30)
    note = SealedText()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = NotHeldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="not_held_has_a_reason"),
        ]


@dataclass(frozen=True)
class Said:
    """What is to be written to one question."""

    codes: Sequence[str] = ()
    words: str = ""
    unanswered: str = ""


def _held_still(interview: Interview) -> tuple[Interview, list[Episode]]:
    """The interview with the episodes it answers for, locked in the order of `children.lock`."""
    children.lock(interview.child_id)
    covered = episodes.lock(*interview.episodes.values_list("pk", flat=True))
    return _locked(interview), covered


def _locked(interview: Interview) -> Interview:
    return Interview.objects.select_for_update(no_key=True, of=("self",)).get(pk=interview.pk)


@dataclass(frozen=True)
class _Booked:
    """Episodes, the bookings that stand for them, and what else these bookings answer for."""

    episodes: list[Episode]
    bookings: list[Interview]
    others: list[Episode]

    def close(self, verb: str, *, by: Person, at: datetime) -> None:
        """An episode has one booking at a time: end these, also for what they answered for."""
        for booking in self.bookings:
            booking.not_held_at, booking.not_held_by = at, by
            booking.save(update_fields=["not_held_at", "not_held_by"])
            journal.write(verb, booking, by=by, at=at)
        for other in self.others:
            episodes.note(other, booked_for=None, at=at)


def _booked(theirs: Sequence[Episode]) -> _Booked:
    """The same episodes and their bookings, locked in the order of `children.lock`."""
    children.lock(theirs[0].child_id)
    ids = {episode.pk for episode in theirs}
    standing = Interview.objects.booked().filter(
        Exists(Coverage.objects.filter(episode__in=ids, interview=OuterRef("pk")))
    )
    beside = Coverage.objects.filter(interview__in=standing).values_list("episode_id", flat=True)
    locked = episodes.lock(*ids.union(beside))
    return _Booked(
        [episode for episode in locked if episode.pk in ids],
        list(standing.order_by("pk").select_for_update(no_key=True, of=("self",))),
        [episode for episode in locked if episode.pk not in ids],
    )


@transaction.atomic
def book(
    covering: Iterable[Episode],
    *,
    interviewer: Person,
    booked_for: datetime,
    place: str,
    mode: str,
    place_note: str = "",
    wishes: str = "",
    by: Person,
    at: datetime,
) -> Interview:
    """Book one interview that answers for these episodes of one child.

    The child's yes to one of them is enough: it is one talk. An earlier booking of any of them is
    replaced. Raises NotAccepted, BookedInThePast, NotReturned, AlreadyHeld, AnotherChild,
    AlreadyVoided, NotTheirChild.
    """
    theirs = list(covering)
    if not theirs:
        raise AnotherChild
    booked = _booked(theirs)
    theirs = booked.episodes
    if len({episode.child_id for episode in theirs}) != 1:
        raise AnotherChild
    answers = {episode.progress.answer for episode in theirs}
    for episode in theirs:
        episodes.check_stands(episode)
        interviewing.check_can_book(
            answer=Answer.ACCEPTED if Answer.ACCEPTED in answers else None,
            booked_for=booked_for,
            now=at,
            found=episode.found,
            returned=episode.returned,
            is_held=episode.held_at is not None,
        )
    check_works_with(interviewer, theirs, *ANSWERING, field="interviewer")
    booked.close("replace booking", by=by, at=at)
    interview = Interview.objects.create(
        child_id=theirs[0].child_id,
        interviewer=interviewer,
        organisation=interviewer.organisation_for(theirs[0]),
        **_asked(theirs, at),
        booked_at=at,
        booked_by=by,
        booked_for=booked_for,
        place=place,
        mode=mode,
        place_note=place_note,
        wishes=wishes,
    )
    for episode in theirs:
        Coverage.objects.create(interview=interview, episode=episode)
        episodes.note(episode, booked_for=booked_for, not_held="", at=at)
    journal.write("book interview", interview, by=by, at=at)
    return interview


def _asked(theirs: Iterable[Episode], at: datetime) -> dict[str, Any]:
    """By which version an interview booked now is recorded, and which councils' own questions.

    Those of the councils that answer for the child in these episodes: never a host's or provider's.
    """
    today = at.astimezone(LONDON).date()
    councils = {episode.responsible_authority for episode in theirs}
    return {
        "standard_version": standard.current(today).version,
        "own_questions": questions.asked_of(councils, today),
    }


@transaction.atomic
def release(
    episode: Episode, organisation: Organisation, *, by: Person, at: datetime
) -> list[Interview]:
    """End what this organisation has booked for the episode: it interviews the child no more.

    What it has held stays its own to write down. Gives the bookings that ended.
    """
    booked = _booked([episode])
    ended = [each for each in booked.bookings if each.organisation_id == organisation.pk]
    if ended:
        theirs = Coverage.objects.filter(interview__in=ended).values_list("episode_id", flat=True)
        others = [each for each in booked.others if each.pk in set(theirs)]
        _Booked(booked.episodes, ended, others).close("close booking", by=by, at=at)
        episodes.note(booked.episodes[0], booked_for=None, at=at)
        journal.write("release booking", episode, by=by, at=at)
    return ended


@transaction.atomic
def give_up(interview: Interview, *, by: Person, at: datetime) -> None:
    """End one booking: whoever was to hold it cannot. Its episodes wait for another."""
    interview, covered = _held_still(interview)
    interview.not_held_at, interview.not_held_by = at, by
    interview.save(update_fields=["not_held_at", "not_held_by"])
    for episode in covered:
        episodes.note(episode, booked_for=None, at=at)
    journal.write("release booking", interview, by=by, at=at)


@transaction.atomic
def move_booking(
    interview: Interview,
    *,
    booked_for: datetime,
    interviewer: Person,
    place: str | None = None,
    mode: str | None = None,
    place_note: str | None = None,
    wishes: str | None = None,
    by: Person,
    at: datetime,
) -> Interview:
    """Give a booking another time, interviewer or place; what is None stays as it was.

    Raises AlreadyHeld, BookingClosed, BookedInThePast, NotTheirChild.
    """
    interview, covered = _held_still(interview)
    if interview.is_held:
        raise interviewing.AlreadyHeld
    if not interview.is_booked:
        raise BookingClosed
    if booked_for < at:
        raise interviewing.BookedInThePast
    check_works_with(interviewer, covered, *ANSWERING, field="interviewer")
    interview.booked_for, interview.interviewer = booked_for, interviewer
    interview.organisation = interviewer.organisation_for(covered[0])
    agreed = {"place": place, "mode": mode, "place_note": place_note, "wishes": wishes}
    for name, value in agreed.items():
        if value is not None:
            setattr(interview, name, value)
    interview.save(update_fields=["booked_for", "interviewer", "organisation", *agreed])
    for episode in covered:
        episodes.note(episode, booked_for=booked_for, at=at)
    journal.write("move booking", interview, by=by, at=at)
    return interview


def bookings_of(interviewer: Person, *, as_seen_by: Person) -> "InterviewQuerySet":
    """What an interviewer still has to hold, of the children whom the other answers for."""
    answering = Coverage.objects.filter(episode__in=Episode.objects.answered_for_by(as_seen_by))
    return (
        Interview.objects.booked()
        .filter(interviewer=interviewer, pk__in=answering.values("interview"))
        .soonest_first()
    )


@transaction.atomic
def reassign_all(interviewer: Person, to: Person, *, by: Person, at: datetime) -> int:
    """Give an absent interviewer's bookings, where `by` answers for the child, to another.

    Gives how many there were. Raises NotTheirChild where one of them is not for the other to hold.
    """
    theirs = list(
        bookings_of(interviewer, as_seen_by=by)
        .order_by("pk")
        .prefetch_related("episodes")
        .select_for_update(no_key=True, of=("self",))
    )
    for interview in theirs:
        covered = list(interview.episodes.all())
        check_works_with(to, covered, *ANSWERING, field="to")
        interview.interviewer, interview.organisation = to, to.organisation_for(covered[0])
    Interview.objects.bulk_update(theirs, ["interviewer", "organisation"])
    journal.write_all("reassign booking", theirs, by=by, at=at)
    return len(theirs)


@transaction.atomic
def hold(
    interview: Interview,
    held: Moment,
    *,
    is_independent: bool,
    independence_note: str = "",
    by: Person,
    at: datetime,
) -> Interview:
    """Record that the interview took place, and when; again, to put that right before signing.

    Also one that was first said not to have taken place. Raises InTheFuture, BeforeFound,
    AlreadySigned, and BookingClosed where another interview has taken its place.
    """
    interview, covered = _held_still(interview)
    interviewing.check_can_record(is_signed=interview.is_signed)
    if _has_another(interview, covered):
        raise BookingClosed
    for episode in covered:
        interviewing.check_can_hold(
            held=held, now=at, found=episode.found, returned=episode.returned
        )
    interview.held_at, interview.held_precision = held.at, str(held.precision)
    interview.held_noted_at, interview.held_noted_by = at, by
    interview.is_independent = is_independent
    interview.independence_note = independence_note
    interview.not_held_at = interview.not_held_by = None
    interview.save()
    _note_held(covered, held, at)
    journal.write("hold interview", interview, by=by, at=at)
    return interview


def _note_held(covered: Sequence[Episode], held: Moment, at: datetime) -> None:
    latest = max(covered, key=lambda episode: (episode.started_at, episode.pk))
    for episode in covered:
        episodes.note(
            episode,
            held_at=held.at,
            held_precision=str(held.precision),
            is_covered=episode.pk != latest.pk,
            booked_for=None,
            not_held="",
            at=at,
        )


@transaction.atomic
def hold_unbooked(
    episode: Episode,
    held: Moment,
    *,
    interviewer: Person,
    place: str,
    mode: str,
    is_independent: bool,
    independence_note: str = "",
    by: Person,
    at: datetime,
) -> Interview:
    """Record that an interview took place which nobody had booked.

    Raises BookingStands where one is booked, and what booking and holding raise: NotAccepted,
    NotReturned, AlreadyHeld, InTheFuture, BeforeFound, AlreadyVoided, NotTheirChild.
    """
    booked = _booked([episode])
    (episode,) = booked.episodes
    episodes.check_stands(episode)
    if booked.bookings:
        raise BookingStands
    interviewing.check_can_book(
        answer=episode.progress.answer,
        booked_for=at,
        now=at,
        found=episode.found,
        returned=episode.returned,
        is_held=episode.held_at is not None,
    )
    interviewing.check_can_hold(held=held, now=at, found=episode.found, returned=episode.returned)
    check_works_with(interviewer, [episode], *ANSWERING, field="interviewer")
    interview = _held_at_once(
        episode,
        held,
        interviewer=interviewer,
        place=place,
        mode=mode,
        is_independent=is_independent,
        independence_note=independence_note,
        by=by,
        at=at,
    )
    journal.write("hold interview unbooked", interview, by=by, at=at)
    return interview


@transaction.atomic
def hold_elsewhere(
    episode: Episode,
    held: Moment,
    *,
    name: str,
    role: str,
    organisation: str,
    place: str,
    mode: str,
    is_independent: bool,
    independence_note: str = "",
    by: Person,
    at: datetime,
) -> Interview:
    """Record that somebody of a body that is not on the system held the interview, and when.

    It counts as any other. `by` writes its record, from the report that came. A booking that
    stands is replaced. Raises HolderMissing, AlreadyVoided, AlreadyHeld, InTheFuture, BeforeFound,
    NotTheirChild.
    """
    if not (name.strip() and role.strip()):
        raise HolderMissing
    booked = _booked([episode])
    (episode,) = booked.episodes
    episodes.check_stands(episode)
    interviewing.check_can_hold(
        held=held,
        now=at,
        found=episode.found,
        returned=episode.returned,
        is_held=episode.held_at is not None,
    )
    check_works_with(by, [episode], *ANSWERING, field="name")
    booked.close("replace booking", by=by, at=at)
    interview = _held_at_once(
        episode,
        held,
        interviewer=by,
        place=place,
        mode=mode,
        is_independent=is_independent,
        independence_note=independence_note,
        held_by_name=name.strip(),
        held_by_role=role.strip(),
        held_by_organisation=organisation,
        by=by,
        at=at,
    )
    journal.write("hold interview elsewhere", interview, by=by, at=at)
    return interview


def _held_at_once(
    episode: Episode,
    held: Moment,
    *,
    interviewer: Person,
    by: Person,
    at: datetime,
    **said: Any,
) -> Interview:
    """The row of an interview that took place without a booking: booked for when it was held."""
    interview = Interview.objects.create(
        child_id=episode.child_id,
        interviewer=interviewer,
        organisation=interviewer.organisation_for(episode),
        **_asked([episode], at),
        booked_at=at,
        booked_by=by,
        booked_for=held.at,
        held_at=held.at,
        held_precision=str(held.precision),
        held_noted_at=at,
        held_noted_by=by,
        **said,
    )
    Coverage.objects.create(interview=interview, episode=episode)
    _note_held([episode], held, at)
    return interview


def _has_another(interview: Interview, covered: Iterable[Episode]) -> bool:
    """Whether one of these episodes has another interview, booked or held."""
    others = Interview.objects.filter(episodes__in=covered, not_held_at__isnull=True)
    return others.exclude(pk=interview.pk).exists()


@transaction.atomic
def not_hold(
    episode: Episode, reason: NotHeldReason, *, note: str = "", by: Person, at: datetime
) -> NotHeld:
    """Record that there was no interview for an episode, or not the one booked, and why.

    Other episodes that the booking answered for wait for another one. Raises AlreadyHeld,
    AlreadyVoided, NoteMissing, NobodyTried, CoveringInterviewMissing.
    """
    booked = _booked([episode])
    (episode,) = booked.episodes
    episodes.check_stands(episode)
    interviewing.check_not_held(
        reason=reason,
        note=note,
        attempts=episode.attempts.count(),
        is_held=episode.held_at is not None,
        is_covering_named=bool(note.strip()),
    )
    row = NotHeld.objects.create(
        episode=episode,
        interview=booked.bookings[0] if booked.bookings else None,
        reason=reason,
        note=note,
        at=at,
        by=by,
    )
    booked.close("close booking", by=by, at=at)
    whose = reason.declined_by
    said_no = {"no_owes": declines.owed(episode, whose, at)} if whose else {}
    episodes.note(episode, booked_for=None, not_held=reason, **said_no, at=at)
    journal.write(f"not held: {reason}", row, by=by, at=at, child_id=episode.child_id)
    return row


@transaction.atomic
def record(
    interview: Interview, said: Mapping[str, Said], *, by: Person, at: datetime
) -> Interview:
    """Write answers to questions of the standard; earlier wording is kept.

    `said` is keyed by question. What has not changed is not written again. Raises AlreadySigned,
    BookingClosed, NotTheInterviewer, and what `standard.check_answer` blocks.
    """
    interview = _locked(interview)
    interviewing.check_can_record(is_signed=interview.is_signed)
    if interview.not_held_at:
        raise BookingClosed
    if not interview.may_be_recorded_by(by):
        raise NotTheInterviewer
    for key, new in said.items():
        standard.check_answer(interview.standard, key, new)
    now = {entry.question: entry for entry in interview.entries.current()}
    changed = [key for key, new in said.items() if _is_new(now.get(key), new)]
    interview.entries.current().filter(question__in=changed).update(replaced_at=at)
    Entry.objects.bulk_create(
        Entry(
            interview=interview,
            question=key,
            codes=list(said[key].codes),
            words=said[key].words,
            unanswered=said[key].unanswered,
            written_at=at,
            written_by=by,
        )
        for key in changed
    )
    if changed:
        journal.write("record interview", interview, by=by, at=at)
    return interview


def _is_new(entry: Entry | None, new: Said) -> bool:
    if entry is None:
        return bool(new.codes or new.words or new.unanswered)
    return (entry.codes, entry.words, entry.unanswered) != (
        list(new.codes),
        new.words,
        new.unanswered,
    )


def answers(interview: Interview) -> dict[str, Said]:
    """What stands written now, by question."""
    return {
        entry.question: Said(entry.codes, entry.words, entry.unanswered)
        for entry in interview.entries.current()
    }


def without_writer(theirs: Iterable[Interview]) -> frozenset[int]:
    """By number, those whose record whoever has it can no longer write: they left, or are kept out.

    Three queries, and none for no interviews.
    """
    talks = list(theirs)
    if not talks:
        return frozenset()
    people = Person.objects.with_posts().in_bulk({each.interviewer_id for each in talks})
    return frozenset(
        each.pk for each in talks if not each.may_be_recorded_by(people[each.interviewer_id])
    )


@transaction.atomic
def take_over_record(interview: Interview, *, by: Person, at: datetime) -> Interview:
    """`by` finishes the record of an interview whose interviewer can no longer write it.

    Who held it stays on the record, and what they wrote stays theirs; `by` writes and signs the
    rest as of an interview held elsewhere. Raises AlreadySigned, NotHeldYet, StillTheirs,
    NotTheirChild.
    """
    interview, covered = _held_still(interview)
    interviewing.check_can_take_over_record(
        is_held=interview.is_held,
        is_signed=interview.is_signed,
        can_write=interview.pk not in without_writer([interview]),
    )
    check_works_with(by, covered, *ANSWERING, field="interviewer")
    if not interview.is_written_for_another:
        whose = interview.organisation
        interview.held_by_name = interview.interviewer.name
        interview.held_by_role = Role.INTERVIEWER.label
        interview.held_by_organisation = whose.name if whose else NOT_KNOWN
    interview.interviewer = by
    interview.save(
        update_fields=["interviewer", "held_by_name", "held_by_role", "held_by_organisation"]
    )
    journal.write("take over record", interview, by=by, at=at)
    return interview


@transaction.atomic
def sign(interview: Interview, *, facts: Mapping[str, Any], by: Person, at: datetime) -> Interview:
    """Sign the record off: it can no longer be changed.

    `facts` is what the ledger holds that belongs to it, as its author sees it; it is kept with the
    record. Raises NotTheInterviewer, and what `interviewing.check_can_sign` blocks.
    """
    interview, covered = _held_still(interview)
    interviewing.check_can_sign(
        author=interview.interviewer_id,
        signer=by.pk,
        is_held=interview.is_held,
        is_signed=interview.is_signed,
        missing=standard.missing(interview.standard, answers(interview)),
    )
    if not interview.may_be_recorded_by(by, Verb.SIGN):
        raise NotTheInterviewer
    SignedFacts.objects.create(interview=interview, known=facts, signed_by_name=by.name)
    interview.signed_at, interview.signed_by = at, by
    interview.save(update_fields=["signed_at", "signed_by"])
    for episode in covered:
        episodes.note(episode, signed_at=at, record_waits_for=WaitsFor.REVIEWER, at=at)
    journal.write("sign interview", interview, by=by, at=at)
    return interview


@transaction.atomic
def add(interview: Interview, words: str, *, by: Person, at: datetime) -> Addendum:
    """Add to a signed record: what was asked for so waits for review again.

    Raises NotSigned, NothingToAdd.
    """
    interview, covered = _held_still(interview)
    interviewing.check_can_add(is_signed=interview.is_signed, words=words)
    addendum = Addendum.objects.create(
        interview=interview, words=words, written_at=at, written_by=by, written_by_name=by.name
    )
    for episode in covered:
        if episode.record_waits_for == WaitsFor.AUTHOR:
            episodes.note(episode, record_waits_for=WaitsFor.REVIEWER, at=at)
    journal.write("add to interview", addendum, by=by, at=at, child_id=interview.child_id)
    return addendum
