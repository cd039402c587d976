"""Ethnicity and disability of a child, for figures of equality: as somebody last said.

What a child said of it in a talk stands there, in the record; `reporting.characteristics` reads
both.
"""

from datetime import datetime

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import children, journal
from returnhome.casework.children import Child
from returnhome.casework.staff import ANSWERING, Person
from returnhome.rules import Blocked
from returnhome.rules.access import Verb
from returnhome.rules.characteristics import ETHNICITIES, Disability, SaidBy


class NothingSaid(Blocked):
    sentence = "Say the ethnicity, or whether the child is disabled."
    field = "ethnicity"


class NotADifference(Blocked):
    sentence = "That is on record already."
    field = "ethnicity"


class JoinedMeanwhile(Blocked):
    sentence = "Somebody has just said who this child is. Look again under that child."


class CharacteristicsQuerySet(models.QuerySet["Characteristics"]):
    def visible_to(self, person: Person) -> "CharacteristicsQuerySet":
        """Whoever works with the child today, for the council or for whoever interviews."""
        theirs = person.whose(Verb.SEE_EPISODE, *ANSWERING, of="child__", child="child")
        also = person.whose(
            Verb.SEE_EPISODE, *ANSWERING, of="child__joined_to__", child="child__joined_to"
        )
        return self.filter(person.not_closed("child"), theirs | also)

    def about(self, child: Child) -> "CharacteristicsQuerySet":
        """Of this child, with what was noted under records that are joined to it."""
        return self.filter(Q(child=child) | Q(child__joined_to=child))

    def newest_first(self) -> "CharacteristicsQuerySet":
        return self.order_by("-noted_at", "-pk")


class Characteristics(models.Model):
    """One note of both, empty where not known. Rows are added, never changed; the newest stands."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="characteristics", db_index=False)
    ethnicity = models.CharField(max_length=10, default="")
    disability = models.CharField(max_length=20, default="")
    said_by = models.CharField(max_length=20)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = CharacteristicsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ethnicity__in=["", *ETHNICITIES]), name="an_ethnicity_of_the_list"
            ),
            models.CheckConstraint(
                condition=Q(disability__in=["", *map(str, Disability)]),
                name="a_disability_of_the_list",
            ),
            models.CheckConstraint(
                condition=Q(said_by__in=[*map(str, SaidBy)]), name="somebody_said_it"
            ),
        ]
        indexes = [models.Index(fields=["child", "-noted_at"], name="characteristics_newest")]


@transaction.atomic
def note(
    child: Child, *, ethnicity: str, disability: str, said_by: SaidBy, by: Person, at: datetime
) -> Characteristics:
    """Note them as they now are. Raises NothingSaid, NotADifference, JoinedMeanwhile."""
    child = children.lock(child.pk)[child.pk]
    if child.joined_to_id:
        raise JoinedMeanwhile
    standing = Characteristics.objects.about(child).newest_first().first()
    if not (ethnicity or disability or standing):
        raise NothingSaid
    if standing and _said(standing) == (ethnicity, disability, str(said_by)):
        raise NotADifference
    noted = Characteristics.objects.create(
        child=child,
        ethnicity=ethnicity,
        disability=disability,
        said_by=said_by,
        noted_at=at,
        noted_by=by,
    )
    journal.write("note characteristics", noted, by=by, at=at)
    return noted


def _said(row: Characteristics) -> tuple[str, str, str]:
    return row.ethnicity, row.disability, row.said_by
