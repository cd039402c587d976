"""What was told to whom, on which basis, whether the child knew; who looked first; what came back.

A share is written as a draft, line by line. Once it is sent, neither it nor its lines ever change:
what the recipient saw can be shown years later. Answers are rows beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import composing, episodes, journal, tellings
from returnhome.casework.episodes import Episode, EpisodeQuerySet
from returnhome.casework.interviews import Coverage, Entry, own
from returnhome.casework.mentions import Mention
from returnhome.casework.sealing import SealedJson, SealedText
from returnhome.casework.staff import ANSWERING, Organisation, Person
from returnhome.casework.support import Action
from returnhome.rules import intelligence, sharing
from returnhome.rules.access import Verb
from returnhome.rules.intelligence import PoliceAnswer
from returnhome.rules.marking import TAKEN_OUT, Mark, Marking, MarkKind
from returnhome.rules.mentioning import MentionKind
from returnhome.rules.sharing import MarkDecision, Openness, Purpose, Recipient, ShareItem

# How long what was shared is there to be opened, unless somebody says otherwise.
STANDS = timedelta(days=30)


def theirs(person: Person, of: str = "", verb: Verb = Verb.SHARE) -> Q:
    """Rows of episodes whose account the person may share, or look at what is to be shared."""
    acting = person.whose(verb, *ANSWERING, of=f"{of}episode__", child=f"{of}episode__child")
    talks = Coverage.objects.filter(
        own(person, verb, of="interview__"), episode=models.OuterRef(f"{of}episode")
    )
    return acting | Q(models.Exists(talks))


def episodes_of(person: Person) -> EpisodeQuerySet:
    """The episodes of which the person may share something."""
    acting = person.whose(Verb.SHARE, *ANSWERING, child="child")
    talks = Coverage.objects.filter(
        own(person, Verb.SHARE, of="interview__"), episode=models.OuterRef("pk")
    )
    return Episode.objects.filter(acting | Q(models.Exists(talks)))


class ShareQuerySet(models.QuerySet["Share"]):
    def visible_to(self, person: Person) -> "ShareQuerySet":
        """As an account, and to whoever holds a talk for the episode."""
        return self.filter(theirs(person))

    def sent(self) -> "ShareQuerySet":
        return self.filter(sent_at__isnull=False)

    def waiting_for_a_second(self) -> "ShareQuerySet":
        """Written and not sent; or sent at once, and nobody has looked since."""
        looked = SecondLook.objects.filter(share=models.OuterRef("pk"), is_good=True)
        return self.filter(
            ~models.Exists(looked), needs_a_second=True, written_at__isnull=False, recalled_at=None
        )

    def newest_first(self) -> "ShareQuerySet":
        return self.order_by("-begun_at", "-pk")


class Share(models.Model):
    """What is told of one episode to one recipient for one purpose. Once sent, never changed."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="shares")
    recipient = models.CharField(max_length=30)
    purpose = models.CharField(max_length=30)
    # An organisation with an account here; others have a name alone.
    to = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    name = SealedText()
    because = SealedText()
    because_more = SealedText()
    openness = models.CharField(max_length=20, default="")
    openness_because = SealedText()
    wished = SealedText()
    # Of a parent who may be the risk, or of somebody the child told of: why all the same.
    despite = SealedText()
    needs_a_second = models.BooleanField(default=False)

    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(null=True)
    written_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    until = models.DateTimeField(null=True)
    recalled_because = SealedText()
    recalled_at = models.DateTimeField(null=True)
    recalled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = ShareQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at=None, sent_by=None, until=None)
                | Q(
                    sent_at__isnull=False,
                    sent_by__isnull=False,
                    until__isnull=False,
                    written_at__isnull=False,
                ),
                name="what_was_sent_was_written_and_has_its_end",
            ),
            models.CheckConstraint(
                condition=Q(written_at=None, written_by=None)
                | Q(written_at__isnull=False, written_by__isnull=False) & ~Q(openness=""),
                name="a_written_share_says_what_the_child_knows",
            ),
            models.CheckConstraint(
                condition=Q(recalled_at=None, recalled_by=None)
                | Q(recalled_at__isnull=False, recalled_by__isnull=False, sent_at__isnull=False),
                name="only_what_was_sent_is_recalled",
            ),
        ]
        indexes = [
            models.Index(fields=["episode", "-begun_at"], name="share_episode"),
            models.Index(fields=["to", "-sent_at"], name="share_to"),
        ]

    @property
    def child_id(self) -> int:
        return self.episode.child_id

    @property
    def is_draft(self) -> bool:
        return self.written_at is None

    def is_open(self, now: datetime) -> bool:
        """Whether the recipient can open it."""
        return bool(self.until and self.recalled_at is None and now < self.until)


class SharedLineQuerySet(models.QuerySet["SharedLine"]):
    def visible_to(self, person: Person) -> "SharedLineQuerySet":
        return self.filter(theirs(person, "share__"))

    def in_order(self) -> "SharedLineQuerySet":
        return self.order_by("share", "place")


class SharedLine(models.Model):
    """One thing as the recipient sees it, and beside it what it was made of."""

    share = models.ForeignKey(Share, models.PROTECT, related_name="lines")
    place = models.PositiveSmallIntegerField()
    item = models.CharField(max_length=30)
    heading = models.CharField(max_length=200)
    original = SealedText()
    # [start, end, kind, why, decision, instead] of each place that was marked.
    decided = SealedJson()
    is_in = models.BooleanField(default=True)
    text = SealedText()
    grading = models.CharField(max_length=10, default="")
    conditions = SealedText()
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    mention = models.ForeignKey(Mention, models.PROTECT, null=True, related_name="+")
    action = models.ForeignKey(Action, models.PROTECT, null=True, related_name="+")

    objects = SharedLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["share", "place"], name="one_line_a_place"),
        ]


class SecondLook(models.Model):
    """A second person looked: it may go, or why not yet. Never changed."""

    share = models.ForeignKey(Share, models.PROTECT, related_name="looks")
    is_good = models.BooleanField()
    words = SealedText()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")


class Opening(models.Model):
    """The recipient opened it. Never changed."""

    share = models.ForeignKey(Share, models.PROTECT, related_name="openings")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")


class Acknowledgement(models.Model):
    """The recipient says that they have it. Once, and never changed."""

    share = models.OneToOneField(Share, models.PROTECT, related_name="acknowledgement")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")


class LineAnswer(models.Model):
    """What the recipient did with one piece; the last said stands. Never changed."""

    line = models.ForeignKey(SharedLine, models.PROTECT, related_name="answers")
    answer = models.CharField(max_length=20)
    because = SealedText()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")


class NotShared(models.Model):
    """It was decided that something is not told to somebody, and why. Never changed."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="not_shared")
    recipient = models.CharField(max_length=30)
    because = SealedText()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")


# Marks and what is decided of them.


@dataclass(frozen=True)
class Decided:
    """One marked place of a line, and what was decided of it; None: nobody has."""

    mark: Mark
    decision: MarkDecision | None = None
    instead: str = ""


def decided_of(line: SharedLine) -> list[Decided]:
    return [
        Decided(
            Mark(start, end, MarkKind(kind), why),
            MarkDecision(decision) if decision else None,
            instead,
        )
        for start, end, kind, why, decision, instead in line.decided
    ]


def as_seen(original: str, decided: Sequence[Decided]) -> str:
    """The words as the recipient sees them; what nobody decided of is taken out."""
    text, before = "", 0
    for each in decided:
        words = original[each.mark.start : each.mark.end]
        put = {
            MarkDecision.KEEP: words,
            MarkDecision.SAY_INSTEAD: each.instead.strip() or TAKEN_OUT[each.mark.kind],
        }.get(each.decision or MarkDecision.TAKE_OUT, TAKEN_OUT[each.mark.kind])
        text += original[before : each.mark.start] + put
        before = each.mark.end
    return text + original[before:]


# Verbs.


@transaction.atomic
def begin(
    episode: Episode,
    recipient: Recipient,
    purpose: Purpose,
    *,
    to: Organisation | None = None,
    by: Person,
    at: datetime,
) -> Share:
    """Begin a share: the least that fits is put together, and nothing of it goes yet.

    Raises AlreadyVoided, DoesNotFit.
    """
    (episode,) = episodes.lock(episode.pk)
    episodes.check_stands(episode)
    fit = sharing.fit(recipient, purpose)
    if fit is None:
        raise sharing.DoesNotFit
    share = Share.objects.create(
        episode=episode, recipient=recipient, purpose=purpose, to=to, begun_at=at, begun_by=by
    )
    marking = composing.marking(episode, by)
    found = composing.fitting(composing.pieces(episode, by), fit.items)
    SharedLine.objects.bulk_create(
        _line(share, place, piece, marking) for place, piece in enumerate(found)
    )
    journal.write("begin share", share, by=by, at=at)
    return share


def _line(share: Share, place: int, piece: composing.Piece, marking: Marking) -> SharedLine:
    # A mention says who or where it is: that is what is told. What is hidden is asked of all the
    # same, and so are other children.
    asked = [
        mark
        for mark in marking.marks(piece.text)
        if "mention" not in piece.rests_on
        or mark.kind in (MarkKind.PROTECTED, MarkKind.OTHER_CHILD)
    ]
    decided = [Decided(mark) for mark in asked]
    return SharedLine(
        share=share,
        place=place,
        item=piece.item,
        heading=piece.heading,
        original=piece.text,
        decided=_kept(decided),
        text=as_seen(piece.text, decided),
        grading=str(piece.grading) if piece.grading else "",
        conditions=piece.grading.conditions if piece.grading else "",
        **piece.rests_on,
    )


def _kept(decided: Sequence[Decided]) -> list[list[object]]:
    return [
        [
            *(each.mark.start, each.mark.end, str(each.mark.kind), each.mark.why),
            *(str(each.decision or ""), each.instead),
        ]
        for each in decided
    ]
