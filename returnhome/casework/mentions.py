"""What was told of in an interview: people, places, vehicles, telephones, handles, as rows."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q

from returnhome.casework import journal
from returnhome.casework.interviews import Coverage, Interview
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import Person
from returnhome.rules import mentioning, naming
from returnhome.rules.mentioning import Expectation, MentionKind, Reliability


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is written down of one thing; what does not belong to its kind stays empty."""

    name: str = ""
    nickname: str = ""
    relationship: str = ""
    age: str = ""
    description: str = ""
    address: str = ""
    postcode: str = ""
    place_kind: str = ""
    registration: str = ""
    make: str = ""
    colour: str = ""
    number: str = ""
    platform: str = ""
    question: str = ""
    sentence: str = ""
    reliability: Reliability = Reliability.TOLD
    expectation: Expectation = Expectation.NOT_ASKED


class MentionQuerySet(models.QuerySet["Mention"]):
    def visible_to(self, person: Person) -> "MentionQuerySet":
        """Whoever may read what was said."""
        return self.filter(interview__in=Interview.objects.account_visible_to(person))

    def of_children_of(self, authorities: Iterable[int]) -> "MentionQuerySet":
        """Told in interviews for which these authorities answer."""
        covering = Coverage.objects.filter(
            interview=OuterRef("interview"),
            episode__responsible_authority__in=authorities,
            episode__voided_at__isnull=True,
        )
        return self.filter(Exists(covering))

    def current(self) -> "MentionQuerySet":
        """Not corrected since, and not taken out."""
        later = Mention.objects.filter(replaces=OuterRef("pk"))
        return self.filter(~Exists(later), is_in_error=False)

    def saying(self, words: str) -> "MentionQuerySet":
        """Those in which this name, plate, number, address or handle comes up."""
        found = Q(pk__in=[])
        for way in mentioning.sought(words):
            found |= Q(key__contains=way)
        return self.filter(found)

    def in_order(self) -> "MentionQuerySet":
        return self.order_by("kind", "noted_at", "pk")


class Mention(models.Model):
    """One thing that the child told of. Never changed: a correction is the next row.

    The columns are plain, so that a plate is found again; the child's sentence is sealed, as the
    account is, and stays in the account as it was said.
    """

    sealed_under = "interview"

    interview = models.ForeignKey(
        Interview, models.PROTECT, related_name="mentions", db_index=False
    )
    kind = models.CharField(max_length=20)
    # One way of writing can be longer than another, so these hold more than a form lets through.
    key = models.TextField(default="")
    name = models.CharField(max_length=200, default="")
    nickname = models.CharField(max_length=100, default="")
    relationship = models.CharField(max_length=100, default="")
    age = models.CharField(max_length=40, default="")
    address = models.CharField(max_length=300, default="")
    postcode = models.CharField(max_length=60, default="")
    place_kind = models.CharField(max_length=20, default="")
    registration = models.CharField(max_length=60, default="")
    make = models.CharField(max_length=60, default="")
    colour = models.CharField(max_length=40, default="")
    number = models.CharField(max_length=40, default="")
    platform = models.CharField(max_length=60, default="")
    description = SealedText()
    # The question of the standard under which it was said, and the sentence itself.
    question = models.CharField(max_length=60, default="")
    sentence = SealedText()
    reliability = models.CharField(max_length=20)
    expectation = models.CharField(max_length=30)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    is_in_error = models.BooleanField(default=False)

    objects = MentionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in MentionKind]),
                name="a_mention_is_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(is_in_error=False) | Q(replaces__isnull=False),
                name="only_what_was_noted_is_taken_out",
            ),
        ]
        indexes = [
            # All that counting what several children told of needs (docs/adr/0039).
            models.Index(
                fields=["interview"],
                include=["kind", "key", "noted_at", "is_in_error", "id"],
                name="mention_coming_up",
            ),
            models.Index(fields=["key", "kind"], name="mention_key"),
        ]

    @property
    def child_id(self) -> int:
        return self.interview.child_id

    @property
    def told(self) -> Told:
        said = {name: getattr(self, name) for name in Told.__dataclass_fields__}
        return Told(
            **said
            | {
                "reliability": Reliability(self.reliability),
                "expectation": Expectation(self.expectation),
            }
        )


def _normal(kind: MentionKind, said: Told) -> dict[str, str]:
    """As it is stored: plates, postcodes and numbers in one way of writing."""
    row = {name: str(value) for name, value in asdict(said).items()}
    row["registration"] = mentioning.registration(row["registration"])
    row["postcode"] = naming.folded_postcode(row["postcode"])
    row["number"] = mentioning.telephone(row["number"])
    checked = ("name", "nickname", "description", "address", "postcode", "registration")
    mentioning.check_told(
        kind, **{name: row[name] for name in (*checked, "make", "colour", "number")}
    )
    row["key"] = mentioning.key(
        kind,
        name=row["name"],
        nickname=row["nickname"],
        address=row["address"],
        postcode_=row["postcode"],
        registration_=row["registration"],
        number=row["number"],
    )
    return row


@transaction.atomic
def note(
    interview: Interview, kind: MentionKind, said: Told, *, by: Person, at: datetime
) -> Mention:
    """Write down what the child told of. Raises NoInterview, and what `check_told` does."""
    if Interview.objects.get(pk=interview.pk).not_held_at:
        raise mentioning.NoInterview
    mention = Mention.objects.create(
        interview=interview, kind=kind, **_normal(kind, said), noted_at=at, noted_by=by
    )
    journal.write(f"note mention: {kind}", mention, by=by, at=at)
    return mention


def _standing(mention: Mention) -> Mention:
    """Raises CorrectedAlready for one that stands no more."""
    # Two who correct the same at once: the second sees what the first has written.
    mention = Mention.objects.select_for_update(no_key=True, of=("self",)).get(pk=mention.pk)
    if mention.is_in_error or Mention.objects.filter(replaces=mention).exists():
        raise mentioning.CorrectedAlready
    return mention


@transaction.atomic
def correct(mention: Mention, said: Told, *, by: Person, at: datetime) -> Mention:
    """Write it down anew; the old row stays. Raises CorrectedAlready, NothingNew."""
    mention = _standing(mention)
    kind = MentionKind(mention.kind)
    row = _normal(kind, said)
    if all(getattr(mention, name) == value for name, value in row.items()):
        raise mentioning.NothingNew
    corrected = Mention.objects.create(
        interview_id=mention.interview_id,
        kind=kind,
        replaces=mention,
        **row,
        noted_at=at,
        noted_by=by,
    )
    journal.write("correct mention", corrected, by=by, at=at)
    return corrected


@transaction.atomic
def take_out(mention: Mention, *, by: Person, at: datetime) -> Mention:
    """Say that it was noted in error: it is found no more. Raises CorrectedAlready."""
    mention = _standing(mention)
    row = {name: getattr(mention, name) for name in (*Told.__dataclass_fields__, "key", "kind")}
    out = Mention.objects.create(
        interview_id=mention.interview_id,
        replaces=mention,
        is_in_error=True,
        **row,
        noted_at=at,
        noted_by=by,
    )
    journal.write("take out mention", out, by=by, at=at)
    return out
