"""Questions of councils' own, beside the recording standard: added and ended, never reworded."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Max, Q

from returnhome.casework import journal
from returnhome.casework.places import Authority, heirs
from returnhome.casework.staff import Person
from returnhome.rules.access import Verb
from returnhome.rules.clock import LONDON
from returnhome.rules.standard import own
from returnhome.rules.standard.own import LONGEST, Own
from returnhome.rules.standard.parts import Kind, SaidBy, Standard


class OwnQuestionQuerySet(models.QuerySet["OwnQuestion"]):
    def visible_to(self, person: Person) -> "OwnQuestionQuerySet":
        """Those of the councils whose children the person works with, or for which they keep them.

        Whoever records an interview has its questions by the interview.
        """
        theirs = person.reach.authorities | person.councils_where(Verb.SET_QUESTIONS)
        return self.filter(authority_id__in=theirs)

    def asked_on(self, day: date) -> "OwnQuestionQuerySet":
        return self.not_over_on(day).filter(since__lte=day)

    def not_over_on(self, day: date) -> "OwnQuestionQuerySet":
        """Asked that day, or going to be."""
        return self.filter(Q(until=None) | Q(until__gt=day))

    def in_order(self) -> "OwnQuestionQuerySet":
        return self.order_by("authority__name", "authority", "number")


class OwnQuestion(models.Model):
    """One question of a council's own. Never changed: only its end is written, once."""

    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+", db_index=False)
    # Counted in each council, from 1; no number is used again.
    number = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=LONGEST["text"])
    why = models.CharField(max_length=LONGEST["why"])
    kind = models.CharField(max_length=20)
    said_by = models.CharField(max_length=10)
    options = ArrayField(models.CharField(max_length=LONGEST["option"]), default=list)
    since = models.DateField()
    # The first day on which it is asked no more.
    until = models.DateField(null=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = OwnQuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "number"], name="a_councils_question_has_its_number"
            ),
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(why="") & Q(kind__in=[each.value for each in own.KINDS]),
                name="a_councils_question_says_what_and_why",
            ),
            models.CheckConstraint(
                condition=Q(until=None, ended_at=None, ended_by=None)
                | Q(
                    until__isnull=False,
                    until__gte=F("since"),
                    ended_at__isnull=False,
                    ended_by__isnull=False,
                ),
                name="a_councils_question_ends_by_somebody",
            ),
        ]

    @property
    def own(self) -> Own:
        return Own(
            code=self.authority.gss_code or f"a{self.authority_id}",
            council=self.authority.name,
            number=self.number,
            text=self.text,
            why=self.why,
            kind=Kind(self.kind),
            said_by=SaidBy(self.said_by),
            options=tuple(self.options),
        )


def asked_of(authorities: Iterable[Authority], on: date) -> list[int]:
    """The numbers of the questions that these councils, or whoever took over, ask on that day."""
    theirs = {pk for authority in authorities for pk in heirs(authority)}
    standing = OwnQuestion.objects.filter(authority_id__in=theirs).asked_on(on).in_order()
    return list(standing.values_list("pk", flat=True))


def beside(standard: Standard, numbers: Sequence[int]) -> Standard:
    """The version with these questions of councils' own after it; one query, where there is any."""
    if not numbers:
        return standard
    rows = OwnQuestion.objects.filter(pk__in=numbers).select_related("authority").in_order()
    return own.with_own(standard, [each.own for each in rows])


@transaction.atomic
def add(
    authority: Authority,
    text: str,
    why: str,
    kind: Kind,
    *,
    said_by: SaidBy,
    options: Sequence[str] = (),
    since: date,
    by: Person,
    at: datetime,
) -> OwnQuestion:
    """Add a question to what this council asks, for interviews that are booked from `since` on.

    Raises what `own.check_can_add` does.
    """
    # Two at once: the second sees the number that the first has taken.
    authority = Authority.objects.select_for_update(no_key=True).get(pk=authority.pk)
    today = at.astimezone(LONDON).date()
    theirs = OwnQuestion.objects.filter(authority=authority)
    own.check_can_add(
        text=text,
        why=why,
        kind=kind,
        options=options,
        since=since,
        today=today,
        standing=list(theirs.not_over_on(today).values_list("text", flat=True)),
    )
    last = theirs.aggregate(last=Max("number"))["last"] or 0
    question = OwnQuestion.objects.create(
        authority=authority,
        number=last + 1,
        text=text.strip(),
        why=why.strip(),
        kind=kind,
        said_by=said_by,
        options=list(options) if kind is not Kind.WORDS else [],
        since=since,
        added_at=at,
        added_by=by,
    )
    journal.write("add question", question, by=by, at=at)
    return question


@transaction.atomic
def end(question: OwnQuestion, *, until: date, by: Person, at: datetime) -> OwnQuestion:
    """Ask it no more from the day `until` on. Interviews booked before keep it.

    Raises EndedAlready, EndsBefore.
    """
    question = OwnQuestion.objects.select_for_update(no_key=True, of=("self",)).get(pk=question.pk)
    own.check_can_end(
        until=until,
        since=question.since,
        today=at.astimezone(LONDON).date(),
        is_ended=question.ended_at is not None,
    )
    question.until, question.ended_at, question.ended_by = until, at, by
    question.save(update_fields=["until", "ended_at", "ended_by"])
    journal.write("end question", question, by=by, at=at)
    return question
