"""Who was told that a child is missing or back, or why not; and the police's own interview."""

from collections.abc import Collection
from datetime import datetime

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import children, episodes, journal
from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import ANSWERING, Person
from returnhome.rules import telling
from returnhome.rules.access import Relation, Verb
from returnhome.rules.adult_pathway import was_looked_after
from returnhome.rules.ages import age_on
from returnhome.rules.clock import Moment, Precision
from returnhome.rules.codes import Cohort, Concern, Means, Nation, OfferKind
from returnhome.rules.responsibility import Flag
from returnhome.rules.telling import About, Occasion, Whom


class TellingQuerySet(models.QuerySet["Telling"]):
    def visible_to(self, person: Person) -> "TellingQuerySet":
        """All of the episodes that the person's council or provider answers for.

        A host sees what was said to itself, and not who else was told.
        """
        ours = person.whose(Verb.SEE_EPISODE, *ANSWERING, of="episode__", child="episode__child")
        hosted = person.whose(
            Verb.SEE_EPISODE, Relation.HOST, of="episode__", child="episode__child"
        )
        return self.filter(ours | (Q(whom=Whom.HOST_AUTHORITY) & hosted))

    def in_order(self) -> "TellingQuerySet":
        return self.order_by("recorded_at", "pk")


class Telling(models.Model):
    """Somebody was told, of what, when and by whom; or is not told, and why.

    Rows are added, never changed. One may be told several times: of missing, and of the return.
    """

    sealed_under = "episode"

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="tellings")
    whom = models.CharField(max_length=30)
    name = SealedText()

    occasion = models.CharField(max_length=20, default="")
    means = models.CharField(max_length=30, default="")
    told_at = models.DateTimeField(null=True)
    told_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    # A children's home or the police, who have no account here: their organisation, their role.
    told_by_other = models.CharField(max_length=120, default="")
    # Of a parent, while a note says that a parent may be the risk: why this one is safe to tell.
    despite = SealedText()

    not_told_because = SealedText(null=True, default=None)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = TellingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    ~Q(occasion=""),
                    ~Q(means=""),
                    told_at__isnull=False,
                    not_told_because__isnull=True,
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                )
                | Q(
                    occasion="",
                    means="",
                    told_at__isnull=True,
                    not_told_because__isnull=False,
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
                name="told_or_left_untold_never_both",
            ),
            models.CheckConstraint(
                condition=Q(told_at__isnull=True, told_by__isnull=True, told_by_other="")
                | Q(told_at__isnull=False, told_by__isnull=False, told_by_other="")
                | Q(~Q(told_by_other=""), told_at__isnull=False, told_by__isnull=True),
                name="whoever_was_told_was_told_by_one",
            ),
        ]

    @property
    def is_told(self) -> bool:
        return self.told_at is not None

    @property
    def child_id(self) -> int:
        return self.episode.child_id


class PreventionInterviewQuerySet(models.QuerySet["PreventionInterview"]):
    def visible_to(self, person: Person) -> "PreventionInterviewQuerySet":
        return self.filter(
            person.whose(Verb.SEE_EPISODE, *ANSWERING, of="episode__", child="episode__child")
        )

    def in_order(self) -> "PreventionInterviewQuerySet":
        return self.order_by("recorded_at", "pk")


class PreventionInterview(models.Model):
    """The police's own short interview soon after the return: never an interview of ours.

    Rows are added, never changed: what is learnt later is another row.
    """

    sealed_under = "episode"

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="prevention_interviews")
    by_whom = SealedText()
    held_at = models.DateTimeField(null=True)
    held_precision = models.CharField(max_length=20, default="", blank=True)
    learnt = SealedText()
    not_held_because = SealedText(null=True, default=None)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = PreventionInterviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(held_at__isnull=True, held_precision="", not_held_because__isnull=False)
                | Q(
                    held_at__isnull=False,
                    held_precision__regex=r"^(exact|date|estimated:[0-9]+)$",
                    not_held_because__isnull=True,
                ),
                name="the_police_held_it_or_not_and_why",
            ),
        ]

    @property
    def held(self) -> Moment | None:
        if self.held_at is None:
            return None
        return Moment(self.held_at, Precision.parse(self.held_precision))

    @property
    def child_id(self) -> int:
        return self.episode.child_id


# Who must know whom not to tell: those who speak with the family, and those who decide.
ACTING = (Verb.TELL, Verb.OFFER, Verb.ACT)


class ParentalRiskQuerySet(models.QuerySet["ParentalRisk"]):
    def visible_to(self, person: Person) -> "ParentalRiskQuerySet":
        """Those of children for whom, or for an episode of whom, the person acts."""
        theirs = Q(pk__in=[])
        for verb in ACTING:
            theirs |= person.whose(verb, *ANSWERING, of="child__", child="child")
            theirs |= person.whose(
                verb, *ANSWERING, of="child__joined_to__", child="child__joined_to"
            )
        acted_for = Q(pk__in=[])
        for verb in ACTING:
            acted_for |= person.whose(verb, *ANSWERING, child="child")
        of_an_episode = Episode.objects.filter(acted_for, child=models.OuterRef("child"))
        return self.filter(person.not_closed("child"), theirs | models.Exists(of_an_episode))

    def standing(self) -> "ParentalRiskQuerySet":
        return self.filter(ended_at__isnull=True)

    def about(self, child: Child) -> "ParentalRiskQuerySet":
        """Of this child, also under another record that was said to be the same child."""
        return self.filter(Q(child=child) | Q(child__joined_to=child))

    def newest_first(self) -> "ParentalRiskQuerySet":
        return self.order_by("-noted_at", "-pk")


class ParentalRisk(models.Model):
    """A parent may be the risk: do not tell. It stands until somebody ends it and says why."""

    sealed_under = "child"

    child = models.ForeignKey(Child, models.PROTECT, related_name="parental_risks")
    why = SealedText()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_because = SealedText()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = ParentalRiskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="an_ended_risk_has_time_and_person",
            ),
            models.UniqueConstraint(
                fields=["child"],
                condition=Q(ended_at__isnull=True),
                name="one_note_of_a_parental_risk_stands",
            ),
        ]

    @property
    def has_ended(self) -> bool:
        return self.ended_at is not None


# What the rules are asked with.


def about(
    episode: Episode,
    *,
    is_parent_the_risk: bool,
    concerns: Collection[str] = (),
    is_in_childrens_home: bool | None = None,
) -> About:
    """The facts of an episode, as `rules.telling` asks for them; needs child and authority.

    `concerns` are the codes that stand noted: that none is noted never means that there is none.
    """
    flags = set(episode.flags)
    return About(
        offer_kind=OfferKind(episode.offer_kind),
        is_looked_after=was_looked_after(Cohort(episode.cohort), flags),
        has_host=episode.host_authority_id is not None,
        is_in_childrens_home=is_in_childrens_home,
        has_protection_plan=Concern.CHILD_PROTECTION_PLAN in concerns or None,
        is_exploitation_feared=Concern.EXPLOITATION in concerns,
        age=_age(episode),
        is_parent_the_risk=is_parent_the_risk,
        is_responsible_elsewhere=episode.responsible_authority.nation != Nation.ENGLAND,
        is_provisional=Flag.PROVISIONAL in flags,
        is_found_by_police=_is_from_police(episode.found_source or episode.returned_source),
        others=_others(episode),
    )


def _age(episode: Episode) -> int | None:
    born, day = episode.child.born_on, episode.ended_on or episode.started_on
    return age_on(born, day) if born and born <= day else None


def _is_from_police(source: str) -> bool:
    """By the name of the force: all of them are a police or a constabulary."""
    said = source.casefold()
    return "police" in said or "constabulary" in said


def _others(episode: Episode) -> tuple[str, ...]:
    """Other councils to which a notice was proposed when it was decided who must act."""
    for reason in episode.reasons:
        if reason.get("rule") == "tell":
            return tuple(dict(reason["facts"]).get("others", ()))
    return ()


def standing_risk(child: Child) -> ParentalRisk | None:
    return ParentalRisk.objects.about(child).standing().newest_first().first()


# Verbs.


@transaction.atomic
def tell(
    episode: Episode,
    whom: Whom,
    occasion: Occasion,
    *,
    means: Means,
    told_at: datetime,
    name: str = "",
    told_by: Person | None = None,
    told_by_other: str = "",
    despite: str = "",
    by: Person,
    at: datetime,
) -> Telling:
    """Record that somebody was told; `told_by` is whoever did it, `by` who writes it down.

    Raises AlreadyVoided and what rules.telling blocks, ParentMayBeTheRisk above all.
    """
    episode = _locked(episode)
    episodes.check_stands(episode)
    risk = standing_risk(episode.child)
    telling.check_can_tell(
        whom,
        occasion,
        at=told_at,
        now=at,
        missing_since=_began(episode),
        is_back=not episode.is_open,
        name=name,
        risk_noted_at=_minute(risk.noted_at) if risk else None,
        despite=despite,
    )
    other = told_by_other.strip()[:120]
    told = Telling.objects.create(
        episode=episode,
        whom=whom,
        name=name,
        occasion=occasion,
        means=means,
        told_at=told_at,
        told_by=None if other else told_by or by,
        told_by_other=other,
        despite=despite,
        recorded_at=at,
        recorded_by=by,
    )
    journal.write(f"tell: {whom}", told, by=by, at=at)
    return told


@transaction.atomic
def leave_untold(
    episode: Episode, whom: Whom, reason: str, *, name: str = "", by: Person, at: datetime
) -> Telling:
    """Decide that somebody is not told, with the reason. Raises ReasonMissing, AlreadyVoided."""
    episode = _locked(episode)
    episodes.check_stands(episode)
    telling.check_can_leave_untold(reason=reason)
    left = Telling.objects.create(
        episode=episode,
        whom=whom,
        name=name,
        not_told_because=reason,
        decided_at=at,
        decided_by=by,
        recorded_at=at,
        recorded_by=by,
    )
    journal.write(f"leave untold: {whom}", left, by=by, at=at)
    return left


@transaction.atomic
def note_prevention_interview(
    episode: Episode,
    *,
    held: Moment | None = None,
    by_whom: str = "",
    learnt: str = "",
    why_not: str = "",
    by: Person,
    at: datetime,
) -> PreventionInterview:
    """Note the police's own interview: when, by whom and what was learnt, or why there was none.

    It moves none of the eight moments. Raises AlreadyVoided and what rules.telling blocks.
    """
    episode = _locked(episode)
    episodes.check_stands(episode)
    end = episode.found or episode.returned
    telling.check_prevention_interview(
        held_at=held.earliest if held else None,
        latest=held.latest if held else None,
        why_not=why_not,
        found_at=end.earliest if end else None,
        now=at,
    )
    noted = PreventionInterview.objects.create(
        episode=episode,
        by_whom=by_whom,
        held_at=held.at if held else None,
        held_precision=str(held.precision) if held else "",
        learnt=learnt if held else "",
        not_held_because=None if held else why_not,
        recorded_at=at,
        recorded_by=by,
    )
    journal.write("note prevention interview", noted, by=by, at=at)
    return noted


@transaction.atomic
def note_parental_risk(child: Child, why: str, *, by: Person, at: datetime) -> ParentalRisk:
    """Note that a parent may be the risk and is not told. Raises RiskNotedAlready, WhyMissing."""
    child = children.lock(child.pk)[child.pk]
    telling.check_can_note_risk(why=why, stands_already=standing_risk(child) is not None)
    risk = ParentalRisk.objects.create(child=child, why=why, noted_at=at, noted_by=by)
    journal.write("note parental risk", risk, by=by, at=at)
    return risk


@transaction.atomic
def end_parental_risk(
    risk: ParentalRisk, because: str, *, by: Person, at: datetime
) -> ParentalRisk:
    """Say that it is no longer so, and why. Raises RiskEnded, ReasonMissing."""
    risk = ParentalRisk.objects.select_for_update(of=("self",)).get(pk=risk.pk)
    telling.check_can_end_risk(because=because, has_ended=risk.has_ended)
    risk.ended_because, risk.ended_at, risk.ended_by = because, at, by
    risk.save(update_fields=["ended_because", "ended_at", "ended_by"])
    journal.write("end parental risk", risk, by=by, at=at)
    return risk


def _locked(episode: Episode) -> Episode:
    (held,) = episodes.lock(episode.pk)
    return held


def _began(episode: Episode) -> datetime:
    began = episode.moment("last_seen") or episode.moment("reported")
    return began.earliest if began else episode.started_at


def _minute(at: datetime) -> datetime:
    """People give the minute."""
    return at.replace(second=0, microsecond=0)
