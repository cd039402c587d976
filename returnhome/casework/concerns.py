"""What makes going missing graver for a child: exploitation, being unaccompanied, a plan."""

from datetime import datetime

from django.db import models, transaction
from django.db.models import F, Q

from returnhome.casework import children, journal
from returnhome.casework.children import Child
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import ANSWERING, Person
from returnhome.rules import Blocked
from returnhome.rules.access import Relation, Verb
from returnhome.rules.codes import Concern

# Who may know of a concern: whoever works with what the child says, or to whom it was noted. Never
# by being the host alone.
KNOWING: tuple[tuple[Verb, tuple[str, ...]], ...] = (
    (Verb.SEE_ACCOUNT, ANSWERING),
    (Verb.OFFER, ANSWERING),
    (Verb.ACT, (Relation.RESPONSIBLE,)),
)


class NotedAlready(Blocked):
    sentence = "This concern is noted already."
    field = "concern"


class EndedAlready(Blocked):
    sentence = "This concern has been ended already."


class SourceMissing(Blocked):
    sentence = "Say who says so, and what it rests on."
    field = "source"


class ReasonMissing(Blocked):
    sentence = "Say why it is a concern no more."
    field = "because"


class JoinedMeanwhile(Blocked):
    sentence = "Somebody has just said who this child is. Look again under that child."


class NotedConcernQuerySet(models.QuerySet["NotedConcern"]):
    def visible_to(self, person: Person) -> "NotedConcernQuerySet":
        theirs = Q(pk__in=[])
        for verb, relations in KNOWING:
            theirs |= person.whose(verb, *relations, of="child__", child="child")
            theirs |= person.whose(
                verb, *relations, of="child__joined_to__", child="child__joined_to"
            )
        return self.filter(person.not_closed("child"), theirs)

    def about(self, *child_ids: int) -> "NotedConcernQuerySet":
        """Of these children, with what was noted under records that are joined to them."""
        return self.filter(Q(child__in=child_ids) | Q(child__joined_to__in=child_ids))

    def standing(self) -> "NotedConcernQuerySet":
        return self.filter(ended_at__isnull=True)

    def newest_first(self) -> "NotedConcernQuerySet":
        return self.order_by("-noted_at", "-pk")


class NotedConcern(models.Model):
    """A concern, from when it was noted until it was ended; noted again it is another row."""

    sealed_under = "child"

    child = models.ForeignKey(Child, models.PROTECT, related_name="concerns")
    concern = models.CharField(max_length=30)
    source = SealedText()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_because = SealedText()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = NotedConcernQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False, ended_at__gte=F("noted_at")),
                name="an_ended_concern_has_time_and_person",
            ),
            models.UniqueConstraint(
                fields=["child", "concern"],
                condition=Q(ended_at__isnull=True),
                name="a_concern_stands_once",
            ),
        ]

    @property
    def is_ended(self) -> bool:
        return self.ended_at is not None


def are_known_to(person: Person, child: Child) -> bool:
    """Whether the person may know of the concerns about this child."""
    return any(person.may_about(child, verb, *relations) for verb, relations in KNOWING)


def may_note(person: Person, child: Child) -> bool:
    """Whoever offers or decides for the council that answers for the child."""
    return any(
        person.may_about(child, verb, Relation.RESPONSIBLE) for verb in (Verb.ACT, Verb.OFFER)
    )


@transaction.atomic
def note(child: Child, concern: Concern, source: str, *, by: Person, at: datetime) -> NotedConcern:
    """Note a concern about the child. Raises NotedAlready, SourceMissing, JoinedMeanwhile."""
    child = children.lock(child.pk)[child.pk]
    if child.joined_to_id:
        raise JoinedMeanwhile
    if not source.strip():
        raise SourceMissing
    if NotedConcern.objects.about(child.pk).standing().filter(concern=concern).exists():
        raise NotedAlready
    noted = NotedConcern.objects.create(
        child=child, concern=concern, source=source, noted_at=at, noted_by=by
    )
    journal.write(f"note concern: {concern}", noted, by=by, at=at)
    return noted


@transaction.atomic
def end(noted: NotedConcern, because: str, *, by: Person, at: datetime) -> NotedConcern:
    """End a concern: from now on it calls for nothing new. Raises EndedAlready, ReasonMissing."""
    noted = NotedConcern.objects.select_for_update(no_key=True, of=("self",)).get(pk=noted.pk)
    if noted.is_ended:
        raise EndedAlready
    if not because.strip():
        raise ReasonMissing
    noted.ended_because, noted.ended_at, noted.ended_by = because, at, by
    noted.save(update_fields=["ended_because", "ended_at", "ended_by"])
    journal.write("end concern", noted, by=by, at=at)
    return noted
