"""Standing arrangements: who interviews a council's children without being asked each time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models, transaction
from django.db.models import F, Q

from returnhome.casework import journal
from returnhome.casework.children import days_between
from returnhome.casework.places import Authority
from returnhome.casework.staff import Organisation, Person, council_of
from returnhome.rules import Blocked
from returnhome.rules.access import Relation, Verb
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Cohort, HandOverKind

COVERABLE = (
    Cohort.HOME,
    Cohort.LOOKED_AFTER_IN_AREA,
    Cohort.LOOKED_AFTER_OUT_OF_AREA,
)


class WithItself(Blocked):
    sentence = "A council needs no arrangement with itself."
    field = "to"


class OneAlready(Blocked):
    sentence = "There is an arrangement with them over that time already. End it first."
    field = "to"


class EndsFirst(Blocked):
    sentence = "It would end before it began."
    field = "until"


class EndsInThePast(Blocked):
    sentence = "Give today or a later day: what it has brought about stays."
    field = "on"


class CoversNobody(Blocked):
    sentence = "Say which children it is for."
    field = "covers"


class EndedAlready(Blocked):
    sentence = "This arrangement has an end already."


class AgreedAlready(Blocked):
    sentence = "This arrangement has been agreed to already."


class NotYoursToAgree(Blocked):
    sentence = "Only the council that was asked can agree to this."


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, person: Person) -> "AgreementQuerySet":
        """Those of the person's council, and those in which it or their provider interviews."""
        authorities, organisations = person.may_for(Verb.AGREE)
        reach = person.reach
        return self.filter(
            Q(authority__in=authorities | reach.authorities)
            | Q(to_authority__in=authorities | reach.authorities)
            | Q(to_provider__in=organisations | reach.providers)
        )

    def in_force(self, day: date) -> "AgreementQuerySet":
        return self.filter(
            Q(until__isnull=True) | Q(until__gte=day), agreed_at__isnull=False, since__lte=day
        )

    def newest_first(self) -> "AgreementQuerySet":
        return self.order_by("-since", "-pk")


class Agreement(models.Model):
    """One council's children are interviewed by another council or by a provider, between days.

    With another council on the system it holds once that council has agreed too.
    """

    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    to_authority = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="+")
    to_provider = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    # A host interviews whom the council has placed in its area; a provider the cohorts named.
    covers = ArrayField(models.CharField(max_length=30), default=list)
    since = models.DateField()
    until = models.DateField(null=True)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = AgreementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="host_interviews", to_authority__isnull=False, to_provider=None)
                | Q(kind="provider", to_authority=None, to_provider__isnull=False),
                name="an_agreement_is_with_one_body",
            ),
            models.CheckConstraint(
                condition=~Q(to_authority=F("authority")), name="an_agreement_is_with_another"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="an_agreement_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(agreed_at__isnull=True, agreed_by__isnull=True)
                | Q(agreed_at__isnull=False, agreed_by__isnull=False),
                name="a_yes_to_an_agreement_has_time_and_person",
            ),
            *(
                ExclusionConstraint(
                    name=f"one_agreement_at_a_time_with_a_{whom}",
                    expressions=[
                        ("authority", RangeOperators.EQUAL),
                        (f"to_{whom}", RangeOperators.EQUAL),
                        (days_between("since", "until"), RangeOperators.OVERLAPS),
                    ],
                )
                for whom in ("authority", "provider")
            ),
        ]

    @property
    def with_whom(self) -> str:
        body = self.to_authority or self.to_provider
        return body.name if body else ""

    @property
    def is_agreed(self) -> bool:
        return self.agreed_at is not None

    def covers_child(self, cohort: Cohort, host: Authority | None) -> bool:
        if self.kind == HandOverKind.HOST_INTERVIEWS:
            return host is not None and host.pk == self.to_authority_id
        return cohort.value in self.covers


@dataclass(frozen=True)
class Standing:
    """All arrangements, read once for many children; each applies on its own days."""

    all_of_them: tuple[Agreement, ...]

    def for_child(
        self, authority: Authority, cohort: Cohort, host: Authority | None, on: date
    ) -> Agreement | None:
        """Whoever interviews this council's child: its host before a provider, the newest first."""
        theirs = [
            each
            for each in self.all_of_them
            if each.authority_id == authority.pk
            and each.since <= on
            and (each.until is None or each.until >= on)
            and each.covers_child(cohort, host)
        ]
        return min(theirs, key=_preferred, default=None)


def _preferred(agreement: Agreement) -> tuple[bool, int, int]:
    is_provider = agreement.kind == HandOverKind.PROVIDER
    return is_provider, -agreement.since.toordinal(), -agreement.pk


def standing(authorities: Iterable[Authority | None] | None = None) -> Standing:
    """The arrangements that are agreed; of these authorities, or of all."""
    known = Agreement.objects.filter(agreed_at__isnull=False)
    if authorities is not None:
        known = known.filter(authority__in={each.pk for each in authorities if each})
    return Standing(tuple(known.select_related("to_authority", "to_provider").order_by("pk")))


@transaction.atomic
def agree(
    authority: Authority,
    *,
    to_authority: Authority | None = None,
    to_provider: Organisation | None = None,
    covers: Iterable[Cohort] = (),
    since: date,
    until: date | None = None,
    by: Person,
    at: datetime,
) -> Agreement:
    """Note that a host council or a provider interviews this council's children from a day on.

    Exactly one of the two is named. Raises WithItself, OneAlready, EndsFirst, CoversNobody.
    """
    if to_authority == authority:
        raise WithItself
    if until is not None and until < since:
        raise EndsFirst
    cohorts = [cohort.value for cohort in COVERABLE if cohort in set(covers)]
    if to_provider and not cohorts:
        raise CoversNobody
    # Two who note the same at once: one of them hears of the other.
    Authority.objects.select_for_update(no_key=True).get(pk=authority.pk)
    over = Agreement.objects.filter(authority=authority, to_authority=to_authority)
    if _overlapping(over.filter(to_provider=to_provider), since, until).exists():
        raise OneAlready
    must_agree = to_authority is not None and is_on_the_system(to_authority)
    agreement = Agreement.objects.create(
        authority=authority,
        kind=HandOverKind.HOST_INTERVIEWS if to_authority else HandOverKind.PROVIDER,
        to_authority=to_authority,
        to_provider=to_provider,
        covers=cohorts,
        since=since,
        until=until,
        noted_at=at,
        noted_by=by,
        agreed_at=None if must_agree else at,
        agreed_by=None if must_agree else by,
    )
    journal.write("note agreement", agreement, by=by, at=at)
    return agreement


def _overlapping(those: AgreementQuerySet, since: date, until: date | None) -> AgreementQuerySet:
    found = those.filter(Q(until__isnull=True) | Q(until__gte=since))
    return found.filter(since__lte=until) if until else found


def is_on_the_system(authority: Authority) -> bool:
    """Whether somebody of that council can answer here."""
    council = council_of(authority)
    return council is not None and answering().filter(pk=council.pk).exists()


def answering() -> models.QuerySet[Organisation]:
    """Organisations in which somebody at work can answer a request."""
    return Organisation.objects.that_may(Verb.ANSWER, Relation.ASKED)


@transaction.atomic
def accept(agreement: Agreement, *, by: Person, at: datetime) -> Agreement:
    """Agree to another council's arrangement.

    Raises AgreedAlready, EndedAlready, NotYoursToAgree.
    """
    agreement = _locked(agreement)
    if agreement.is_agreed:
        raise AgreedAlready
    if agreement.until is not None and agreement.until < at.astimezone(LONDON).date():
        raise EndedAlready
    authorities, _ = by.may_for(Verb.AGREE)
    if agreement.to_authority_id not in authorities:
        raise NotYoursToAgree
    agreement.agreed_at, agreement.agreed_by = at, by
    agreement.save(update_fields=["agreed_at", "agreed_by"])
    journal.write("accept agreement", agreement, by=by, at=at)
    return agreement


@transaction.atomic
def end(agreement: Agreement, *, on: date, by: Person, at: datetime) -> Agreement:
    """Let it end after a day, today or later: what it has brought about stays.

    Raises EndedAlready, EndsFirst, EndsInThePast.
    """
    agreement = _locked(agreement)
    if agreement.until is not None and agreement.until <= on:
        raise EndedAlready
    if on < agreement.since:
        raise EndsFirst(field="on")
    if on < at.astimezone(LONDON).date():
        raise EndsInThePast
    agreement.until = on
    agreement.save(update_fields=["until"])
    journal.write("end agreement", agreement, by=by, at=at)
    return agreement


def _locked(agreement: Agreement) -> Agreement:
    return Agreement.objects.select_for_update(no_key=True, of=("self",)).get(pk=agreement.pk)
