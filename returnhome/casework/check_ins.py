"""Short check-ins: a few words now, the fuller talk later. They are no interview, stop no clock."""

from datetime import datetime

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q

from returnhome.casework import episodes, journal
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Coverage, own
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import ANSWERING, Person, check_works_with
from returnhome.rules import checking_in
from returnhome.rules.access import Verb
from returnhome.rules.codes import Indicator, Mode


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def visible_to(self, person: Person) -> "CheckInQuerySet":
        """That there was one, as of an interview that is booked or held: not what was said."""
        return self.filter(episode__in=Episode.objects.visible_to(person))

    def newest_first(self) -> "CheckInQuerySet":
        return self.order_by("-held_at", "-pk")


class CheckIn(models.Model):
    """A short talk with the child: when, how long, by whom, and when the fuller one is to be.

    Rows are added, never changed.
    """

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="check_ins", db_index=False)
    held_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    mode = models.CharField(max_length=20)
    held_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    fuller_at = models.DateTimeField(null=True)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = CheckInQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=checking_in.LONGEST),
                name="a_check_in_is_short",
            ),
            models.CheckConstraint(
                condition=Q(fuller_at__isnull=True) | Q(fuller_at__gt=models.F("held_at")),
                name="the_fuller_talk_comes_after_the_check_in",
            ),
        ]
        indexes = [models.Index(fields=["episode", "-held_at"], name="check_in_episode")]

    @property
    def child_id(self) -> int:
        return self.episode.child_id


class CheckInWordsQuerySet(models.QuerySet["CheckInWords"]):
    def visible_to(self, person: Person) -> "CheckInWordsQuerySet":
        """What the child said: as of an account, and to whoever holds a talk for the episode."""
        theirs = person.whose(
            Verb.SEE_ACCOUNT,
            *ANSWERING,
            of="check_in__episode__",
            child="check_in__episode__child",
        )
        talks = Coverage.objects.filter(
            own(person, Verb.SEE_ACCOUNT, of="interview__"),
            episode=OuterRef("check_in__episode"),
        )
        seen = Episode.objects.visible_to(person)
        wrote = Q(check_in__held_by=person, check_in__episode__in=seen)
        return self.filter(theirs | Q(Exists(talks)) | wrote)


class CheckInWords(models.Model):
    """What was said at a check-in. It lies apart, because fewer may read it. Never changed."""

    sealed_under = "check_in.episode"

    check_in = models.OneToOneField(CheckIn, models.PROTECT, related_name="words")
    how = SealedText()
    is_urgent = models.BooleanField()
    urgent = SealedText()
    any_harm = models.CharField(max_length=20)
    # With whom and where the fuller talk is, or why that is not agreed yet.
    fuller = SealedText()

    objects = CheckInWordsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(any_harm=""), name="a_check_in_asks_of_harm"),
        ]

    @property
    def child_id(self) -> int:
        return self.check_in.episode.child_id


@transaction.atomic
def note(
    episode: Episode,
    *,
    held_at: datetime,
    minutes: int,
    mode: Mode,
    held_by: Person,
    how: str,
    is_urgent: bool,
    urgent: str = "",
    any_harm: Indicator,
    fuller: str = "",
    fuller_at: datetime | None = None,
    by: Person,
    at: datetime,
) -> CheckIn:
    """Write a short check-in down. It moves none of the eight moments, and no clock.

    Raises AlreadyVoided, NotTheirChild, and what rules.checking_in blocks.
    """
    (episode,) = episodes.lock(episode.pk)
    episodes.check_stands(episode)
    checking_in.check_can_note(
        held_at=held_at,
        now=at,
        found=episode.found,
        returned=episode.returned,
        minutes=minutes,
        how=how,
        is_urgent=is_urgent,
        urgent=urgent,
        fuller=fuller,
        fuller_at=fuller_at,
        is_held=episode.held_at is not None,
    )
    check_works_with(held_by, [episode], *ANSWERING, field="held_by")
    checked = CheckIn.objects.create(
        episode=episode,
        held_at=held_at,
        minutes=minutes,
        mode=mode,
        held_by=held_by,
        fuller_at=fuller_at,
        noted_at=at,
        noted_by=by,
    )
    CheckInWords.objects.create(
        check_in=checked,
        how=how,
        is_urgent=is_urgent,
        urgent=urgent if is_urgent else "",
        any_harm=any_harm,
        fuller=fuller,
    )
    journal.write("check in", checked, by=by, at=at)
    return checked
