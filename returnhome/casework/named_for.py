"""Who is named for a protected address: the one organisation that may be told where it is."""

from datetime import datetime

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import journal
from returnhome.casework.children import Child
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import Organisation, Person
from returnhome.rules import sharing


class NamedForQuerySet(models.QuerySet["NamedFor"]):
    def visible_to(self, person: Person) -> "NamedForQuerySet":
        """As the address itself."""
        return self.filter(child__in=Child.objects.known_now_to(person))

    def standing(self) -> "NamedForQuerySet":
        return self.filter(ended_at=None)

    def newest_first(self) -> "NamedForQuerySet":
        return self.order_by("-named_at", "-pk")


class NamedFor(models.Model):
    """An organisation that may be told a protected address of a child, and why. Only ended.

    The address is kept as it was then: one that is recorded or put right later is not covered, and
    somebody has to name them anew.
    """

    sealed_under = "child"

    child = models.ForeignKey(Child, models.PROTECT, related_name="named_for")
    address = SealedText()
    to = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    because = SealedText()
    named_at = models.DateTimeField()
    named_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = NamedForQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="a_naming_is_ended_by_somebody",
            ),
        ]


@transaction.atomic
def name(
    child: Child, address: str, to: Organisation, because: str, *, by: Person, at: datetime
) -> NamedFor:
    """Say that they may be told this protected address. Raises WhyNamedMissing, NamedAlready."""
    child = Child.objects.select_for_update(no_key=True, of=("self",)).get(pk=child.pk)
    sharing.check_can_name(is_named=address in of(child, to), because=because)
    named = NamedFor.objects.create(
        child=child, address=address, to=to, because=because.strip(), named_at=at, named_by=by
    )
    journal.write("name for address", named, by=by, at=at)
    return named


@transaction.atomic
def end(named: NamedFor, *, by: Person, at: datetime) -> NamedFor:
    """From now on they are not told it any more. Raises NamedNoMore."""
    named = NamedFor.objects.select_for_update(no_key=True, of=("self",)).get(pk=named.pk)
    if named.ended_at is not None:
        raise sharing.NamedNoMore
    named.ended_at, named.ended_by = at, by
    named.save(update_fields=["ended_at", "ended_by"])
    journal.write("end naming for address", named, by=by, at=at)
    return named


def of(child: Child, to: Organisation | None) -> set[str]:
    """The protected addresses of a child that this organisation may be told. One query."""
    if to is None:
        return set()
    return set(
        NamedFor.objects.standing().filter(child=child, to=to).values_list("address", flat=True)
    )
