"""A council's list of services: what help there is, as it was described on the day."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Q

from returnhome.casework import journal
from returnhome.casework.places import Authority
from returnhome.casework.staff import Person
from returnhome.rules import Blocked
from returnhome.rules.access import Verb
from returnhome.rules.helping import NeedKind
from returnhome.rules.services import LONGEST, NAMES, Described, check_described


class ListedAlready(Blocked):
    sentence = "A service of this name and organisation is on the list already."
    field = "name"


class ChangedMeanwhile(Blocked):
    sentence = "Somebody has changed or ended this entry meanwhile. Look again."


class NothingNew(Blocked):
    sentence = "Nothing was changed."


class ServiceQuerySet(models.QuerySet["Service"]):
    def visible_to(self, person: Person) -> "ServiceQuerySet":
        """Those of the councils whose children the person works with, or whose list they keep."""
        kept = person.councils_where(Verb.KEEP_SERVICES)
        return self.filter(authority_id__in=person.reach.authorities | kept)

    def of(self, *authorities: int | None) -> "ServiceQuerySet":
        """Those of these councils: what can be offered to a child of theirs, by whoever sees it."""
        return self.filter(authority_id__in=[each for each in authorities if each])

    def standing(self) -> "ServiceQuerySet":
        return self.filter(ended_at__isnull=True)

    def saying(self, words: str) -> "ServiceQuerySet":
        """Every one of these words stands in name, organisation, description or town."""
        found = self
        for word in words.split():
            anywhere = Q()
            for name in ("name", "organisation", "description", "who_for", "town"):
                anywhere |= Q(**{f"{name}__icontains": word})
            found = found.filter(anywhere)
        return found

    def by_name(self) -> "ServiceQuerySet":
        return self.order_by("name", "organisation", "pk")


class Service(models.Model):
    """One entry of the list as it stood between two moments. A change ends it and adds the next.

    What was offered to a child so stays as it was described on that day. `reference` is the
    directory's own id, by which an entry is known again.
    """

    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+")
    reference = models.CharField(max_length=LONGEST["reference"])
    name = models.CharField(max_length=LONGEST["name"])
    organisation = models.CharField(max_length=LONGEST["organisation"], default="")
    description = models.TextField(default="")
    who_for = models.TextField(default="")
    url = models.CharField(max_length=LONGEST["url"], default="")
    email = models.CharField(max_length=LONGEST["email"], default="")
    phone = models.CharField(max_length=LONGEST["phone"], default="")
    address = models.CharField(max_length=LONGEST["address"], default="")
    town = models.CharField(max_length=LONGEST["town"], default="")
    postcode = models.CharField(max_length=LONGEST["postcode"], default="")
    minimum_age = models.PositiveSmallIntegerField(null=True)
    maximum_age = models.PositiveSmallIntegerField(null=True)
    helps_with = ArrayField(models.CharField(max_length=30), default=list)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = ServiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "reference"],
                condition=Q(ended_at__isnull=True),
                name="a_service_stands_once_on_a_list",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="a_service_has_a_name"),
            models.CheckConstraint(
                condition=Q(minimum_age=None)
                | Q(maximum_age=None)
                | Q(minimum_age__lte=F("maximum_age")),
                name="the_youngest_age_of_a_service_is_not_over_the_oldest",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False, ended_at__gte=F("added_at")),
                name="an_ended_service_has_time_and_person",
            ),
        ]

    @property
    def described(self) -> Described:
        said = {name: getattr(self, name) for name in NAMES}
        known = [NeedKind(code) for code in self.helps_with if code in set(NeedKind)]
        return Described(**said | {"helps_with": tuple(known)})

    @property
    def where(self) -> str:
        """Address, town and postcode on one line."""
        return ", ".join(part for part in (self.address, self.town, self.postcode) if part)


def _locked(service: Service) -> Service:
    """Raises ChangedMeanwhile for an entry that stands no more."""
    service = Service.objects.select_for_update(no_key=True, of=("self",)).get(pk=service.pk)
    if service.ended_at:
        raise ChangedMeanwhile
    return service


def _held_still(authority: Authority) -> Authority:
    """Two who change one list at once: the second sees what the first has done."""
    return Authority.objects.select_for_update(no_key=True).get(pk=authority.pk)


def _put(authority: Authority, said: Described, *, by: Person, at: datetime) -> Service:
    columns: dict[str, Any] = {name: getattr(said, name) for name in NAMES}
    columns["helps_with"] = [kind.value for kind in said.helps_with]
    return Service.objects.create(authority=authority, added_at=at, added_by=by, **columns)


def _close(service: Service, *, by: Person, at: datetime) -> None:
    service.ended_at, service.ended_by = at, by
    service.save(update_fields=["ended_at", "ended_by"])


@transaction.atomic
def add(authority: Authority, said: Described, *, by: Person, at: datetime) -> Service:
    """Put a service on the list. Raises ListedAlready, and what `check_described` does."""
    check_described(said)
    authority = _held_still(authority)
    there = Service.objects.of(authority.pk).standing()
    if there.filter(name__iexact=said.name, organisation__iexact=said.organisation).exists():
        raise ListedAlready
    reference = said.reference or str(uuid4())
    service = _put(authority, replace(said, reference=reference), by=by, at=at)
    journal.write("add service", service, by=by, at=at)
    return service


@transaction.atomic
def change(service: Service, said: Described, *, by: Person, at: datetime) -> Service:
    """Describe it anew: the entry ends and the next one stands; what was offered stays as it was.

    Raises ChangedMeanwhile, NothingNew, and what `check_described` does.
    """
    check_described(said)
    _held_still(service.authority)
    service = _locked(service)
    said = replace(said, reference=service.reference)
    if said == service.described:
        raise NothingNew
    _close(service, by=by, at=at)
    changed = _put(service.authority, said, by=by, at=at)
    journal.write("change service", changed, by=by, at=at)
    return changed


@transaction.atomic
def end(service: Service, *, by: Person, at: datetime) -> Service:
    """Take it off the list: it is offered to nobody any more. Raises ChangedMeanwhile."""
    _held_still(service.authority)
    service = _locked(service)
    _close(service, by=by, at=at)
    journal.write("end service", service, by=by, at=at)
    return service


@dataclass
class Taken:
    """How many entries of a directory were added, changed, ended, or there already."""

    added: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0


@transaction.atomic
def take_in(
    authority: Authority,
    described: Iterable[Described],
    *,
    over: Iterable[str] = (),
    by: Person,
    at: datetime,
) -> Taken:
    """Bring the list up to what a directory says, all of it or nothing.

    `over` are the references of services that the directory says are no more. What it does not
    name stays. The same directory again changes nothing.
    """
    authority = _held_still(authority)
    standing = {each.reference: each for each in Service.objects.of(authority.pk).standing()}
    taken = Taken()
    for said in described:
        check_described(said)
        there = standing.get(said.reference)
        if there and there.described == said:
            taken.unchanged += 1
            continue
        if there:
            _close(there, by=by, at=at)
        now = _put(authority, said, by=by, at=at)
        journal.write("change service" if there else "add service", now, by=by, at=at)
        standing[said.reference] = now
        if there:
            taken.changed += 1
        else:
            taken.added += 1
    for reference in over:
        if there := standing.pop(reference, None):
            _close(there, by=by, at=at)
            journal.write("end service", there, by=by, at=at)
            taken.ended += 1
        else:
            taken.unchanged += 1
    return taken
