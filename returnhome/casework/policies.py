"""What a council's own policy says, from which day on; what it said before is kept."""

from datetime import date, datetime

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import journal
from returnhome.casework.places import Authority
from returnhome.casework.staff import Person
from returnhome.rules import policies
from returnhome.rules.clock import LONDON
from returnhome.rules.policies import PolicyKey


class LocalPolicyQuerySet(models.QuerySet["LocalPolicy"]):
    def visible_to(self, person: Person) -> "LocalPolicyQuerySet":
        """Those of the councils whose children the person works with."""
        return self.filter(authority_id__in=person.reach.authorities)

    def newest_first(self) -> "LocalPolicyQuerySet":
        """The last of two that begin on one day stands."""
        return self.order_by("-since", "-noted_at", "-pk")


class LocalPolicy(models.Model):
    """One answer of a council to one question, from a day on. Rows are added, never changed."""

    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=30)
    says_yes = models.BooleanField()
    since = models.DateField()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = LocalPolicyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(key=""), name="a_policy_answers_a_question"),
        ]
        indexes = [models.Index(fields=["authority", "key", "-since"], name="policy_in_force")]


class TalkNameQuerySet(models.QuerySet["TalkName"]):
    def visible_to(self, person: Person) -> "TalkNameQuerySet":
        """Those of the councils whose children the person works with."""
        return self.filter(authority_id__in=person.reach.authorities)


class TalkName(models.Model):
    """What a council calls the interview to a child. Rows are added, never changed."""

    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=policies.LONGEST_NAME)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = TalkNameQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="a_talk_is_called_something"),
        ]
        indexes = [models.Index(fields=["authority", "-noted_at"], name="talk_name_newest")]


def name_of_the_talk(authority_id: int) -> str:
    """What the council calls it to a child; empty where nobody has said."""
    named = TalkName.objects.filter(authority=authority_id).order_by("-noted_at", "-pk").first()
    return named.name if named else ""


@transaction.atomic
def name_the_talk(authority: Authority, name: str, *, by: Person, at: datetime) -> TalkName:
    """Choose what children read. Raises NameMissing, NameTooLong, NameBlames."""
    policies.check_name(name)
    named = TalkName.objects.create(
        authority=authority, name=" ".join(name.split()), noted_at=at, noted_by=by
    )
    journal.write("name the talk", named, by=by, at=at)
    return named


def in_force(authority: Authority, key: PolicyKey, on: date) -> LocalPolicy | None:
    """What the council's policy says on that day; None where nobody has said."""
    theirs = LocalPolicy.objects.filter(authority=authority, key=key, since__lte=on)
    return theirs.newest_first().first()


def saying_yes(key: PolicyKey, on: date) -> set[int]:
    """The councils whose policy says yes on that day, by number."""
    rows = LocalPolicy.objects.filter(key=key, since__lte=on)
    newest = rows.order_by("authority", "-since", "-noted_at", "-pk").distinct("authority")
    return {policy.authority_id for policy in newest if policy.says_yes}


@transaction.atomic
def note(
    authority: Authority, key: PolicyKey, *, says_yes: bool, since: date, by: Person, at: datetime
) -> LocalPolicy:
    """Write down what the policy says from `since` on. Raises SaysSoAlready, TooFarAhead.

    `episodes.set_policy` does this and decides again what is unfinished.
    """
    # Two managers at once: the second sees what the first has noted.
    authority = Authority.objects.select_for_update(no_key=True).get(pk=authority.pk)
    before = in_force(authority, key, since)
    policies.check_can_set(
        says_yes=says_yes,
        before=before.says_yes if before else None,
        since=since,
        today=at.astimezone(LONDON).date(),
    )
    policy = LocalPolicy.objects.create(
        authority=authority, key=key, says_yes=says_yes, since=since, noted_at=at, noted_by=by
    )
    journal.write(f"note policy: {key}", policy, by=by, at=at)
    return policy
