"""What helps a child to talk, and what is not safe to mention or to send them."""

from datetime import datetime

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import children, journal
from returnhome.casework.children import Child
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import ANSWERING, Person
from returnhome.rules import Blocked
from returnhome.rules.access import Verb


class NothingSaid(Blocked):
    sentence = "Say which language it is, what helps, or what is not safe."
    field = "language"


class LanguageMissing(Blocked):
    sentence = "Say for which language the interpreter is."
    field = "language"


class JoinedMeanwhile(Blocked):
    sentence = "Somebody has just said who this child is. Look again under that child."


class CommunicationQuerySet(models.QuerySet["Communication"]):
    def visible_to(self, person: Person) -> "CommunicationQuerySet":
        """Whoever works with the child for the council that answers, or for whoever interviews."""
        theirs = person.whose(Verb.SEE_EPISODE, *ANSWERING, of="child__", child="child")
        also = person.whose(
            Verb.SEE_EPISODE, *ANSWERING, of="child__joined_to__", child="child__joined_to"
        )
        an_episode = Child.objects.filter(
            person.whose(Verb.SEE_EPISODE, *ANSWERING, of="episodes__", child="pk")
        )
        return self.filter(person.not_closed("child"), theirs | also | Q(child__in=an_episode))

    def about(self, child: Child) -> "CommunicationQuerySet":
        """Of this child, with what was noted under records that are joined to it."""
        return self.filter(Q(child=child) | Q(child__joined_to=child))

    def newest_first(self) -> "CommunicationQuerySet":
        return self.order_by("-noted_at", "-pk")


class Communication(models.Model):
    """One note of all of it. Rows are added, never changed; the newest one stands."""

    sealed_under = "child"

    child = models.ForeignKey(Child, models.PROTECT, related_name="communications", db_index=False)
    language = models.CharField(max_length=60, default="")
    needs_interpreter = models.BooleanField(default=False)
    helps = SealedText()
    # A parent who must not know, a telephone that others read. Not for a council that is asked.
    not_safe = SealedText()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = CommunicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(needs_interpreter=False) | ~Q(language=""),
                name="an_interpreter_is_for_a_language",
            ),
        ]
        indexes = [models.Index(fields=["child", "-noted_at"], name="communication_newest")]


def standing(child: Child) -> Communication | None:
    """What stands noted, for whoever has a hand-over that shows it; else ask `visible_to`."""
    return Communication.objects.about(child).newest_first().first()


@transaction.atomic
def note(
    child: Child,
    *,
    language: str,
    needs_interpreter: bool,
    helps: str,
    not_safe: str = "",
    by: Person,
    at: datetime,
) -> Communication:
    """Note what helps the child to talk. Raises NothingSaid, LanguageMissing, JoinedMeanwhile."""
    child = children.lock(child.pk)[child.pk]
    if child.joined_to_id:
        raise JoinedMeanwhile
    language, helps, not_safe = language.strip(), helps.strip(), not_safe.strip()
    if needs_interpreter and not language:
        raise LanguageMissing
    if not (language or helps or not_safe):
        raise NothingSaid
    noted = Communication.objects.create(
        child=child,
        language=language,
        needs_interpreter=needs_interpreter,
        helps=helps,
        not_safe=not_safe,
        noted_at=at,
        noted_by=by,
    )
    journal.write("note communication", noted, by=by, at=at)
    return noted
