"""What was told to whom, on which basis, whether the child knew; who looked first; what came back.

A share is written as a draft, line by line. Once it is sent, neither it nor its lines ever change:
what the recipient saw can be shown years later. Answers are rows beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import composing, episodes, journal, named_for, tellings
from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode, EpisodeQuerySet
from returnhome.casework.interviews import Coverage, Entry, own
from returnhome.casework.mentions import Mention
from returnhome.casework.sealing import HasKeyring, SealedJson, SealedText
from returnhome.casework.staff import ANSWERING, Organisation, Person
from returnhome.casework.support import Action
from returnhome.rules import intelligence, sharing
from returnhome.rules.access import Verb
from returnhome.rules.intelligence import Grading
from returnhome.rules.marking import TAKEN_OUT, Mark, Marking, MarkKind
from returnhome.rules.mentioning import MentionKind
from returnhome.rules.sharing import MarkDecision, Openness, Purpose, Recipient, ShareItem

# How long what was shared is there to be opened, unless somebody says otherwise.
STANDS = timedelta(days=30)
# So many of each are on a work list.
MOST = 30


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

    def sent_back(self) -> "ShareQuerySet":
        """A second person wants something changed, and its author has not handed it on again."""
        looked = SecondLook.objects.filter(share=models.OuterRef("pk"), is_good=False)
        return self.drafts().filter(models.Exists(looked))

    def drafts(self) -> "ShareQuerySet":
        """Being written, and not put away."""
        return self.filter(written_at=None, left=None)

    def unacknowledged(self) -> "ShareQuerySet":
        """Sent to a police unit that is on the system and has not said that it has it."""
        return self.sent().filter(
            recipient=Recipient.POLICE,
            to__isnull=False,
            acknowledgement=None,
            recalled_at=None,
            episode__voided_at=None,
        )

    def newest_first(self) -> "ShareQuerySet":
        return self.order_by("-begun_at", "-pk")


class Share(HasKeyring):
    """What is told of one episode to one recipient for one purpose. Once sent, never changed."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="shares", db_index=False)
    # So that a list of restricted records closes it, and the recipient needs no episode.
    child = models.ForeignKey(Child, models.PROTECT, related_name="+")
    # The child as the recipient is told of them: the name, and the birth date where it is known.
    about = SealedText()
    recipient = models.CharField(max_length=30)
    purpose = models.CharField(max_length=30)
    # An organisation with an account here; others have a name alone.
    to = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", db_index=False
    )
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
    # Who sent it, and of which organisation, as the recipient reads it.
    sent_from = SealedText()
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
    def is_draft(self) -> bool:
        return self.written_at is None

    @property
    def is_for_police(self) -> bool:
        return self.recipient == Recipient.POLICE

    @property
    def acknowledged_by(self) -> datetime:
        """Of one that was sent: by when a police unit has said that it has it."""
        assert self.sent_at
        return intelligence.acknowledged_by(self.sent_at)

    def is_open(self, now: datetime) -> bool:
        """Whether the recipient can open it."""
        return bool(self.until and self.recalled_at is None and now < self.until)


class BelowQuerySet(models.QuerySet[Any]):
    """Rows that hang below a share: `OF` of their model is the way to it."""

    def visible_to(self, person: Person) -> "BelowQuerySet":
        return self.filter(theirs(person, self.model.OF))


class SharedLineQuerySet(models.QuerySet["SharedLine"]):
    def visible_to(self, person: Person) -> "SharedLineQuerySet":
        return self.filter(theirs(person, self.model.OF))

    def in_order(self) -> "SharedLineQuerySet":
        return self.order_by("share", "place")


class SharedLine(models.Model):
    """One thing as the recipient sees it, and beside it what it was made of."""

    OF = "share__"

    sealed_under = "share"

    share = models.ForeignKey(Share, models.PROTECT, related_name="lines", db_index=False)
    place = models.PositiveSmallIntegerField()
    item = models.CharField(max_length=30)
    heading = models.CharField(max_length=200)
    # Of an answer: which question of the standard it is to, by its key.
    question = models.CharField(max_length=60, default="")
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

    OF = "share__"

    sealed_under = "share"

    share = models.ForeignKey(Share, models.PROTECT, related_name="looks")
    is_good = models.BooleanField()
    words = SealedText()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = BelowQuerySet.as_manager()


class Opening(models.Model):
    """The recipient opened it. Never changed."""

    OF = "share__"

    share = models.ForeignKey(Share, models.PROTECT, related_name="openings")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = BelowQuerySet.as_manager()


class Acknowledgement(models.Model):
    """The recipient says that they have it. Once, and never changed."""

    OF = "share__"

    share = models.OneToOneField(Share, models.PROTECT, related_name="acknowledgement")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = BelowQuerySet.as_manager()


class LineAnswer(models.Model):
    """What the recipient did with one piece; the last said stands. Never changed."""

    OF = "line__share__"

    sealed_under = "line.share"

    line = models.ForeignKey(SharedLine, models.PROTECT, related_name="answers")
    answer = models.CharField(max_length=20)
    because = SealedText()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = BelowQuerySet.as_manager()


class NotSharedQuerySet(models.QuerySet["NotShared"]):
    def visible_to(self, person: Person) -> "NotSharedQuerySet":
        return self.filter(theirs(person))

    def in_order(self) -> "NotSharedQuerySet":
        return self.order_by("at", "pk")


class NotShared(models.Model):
    """It was decided that something is not told to somebody, and why. Never changed.

    `share`: where somebody had begun to write it, and put the draft away.
    """

    sealed_under = "episode"

    share = models.OneToOneField(Share, models.PROTECT, null=True, related_name="left")
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="not_shared")
    recipient = models.CharField(max_length=30)
    because = SealedText()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = NotSharedQuerySet.as_manager()

    @property
    def child_id(self) -> int:
        return self.episode.child_id


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
        episode=episode,
        child=episode.child,
        about=composing.called(episode.child),
        recipient=recipient,
        purpose=purpose,
        to=to,
        begun_at=at,
        begun_by=by,
    )
    marking = composing.marking(episode, by)
    found = composing.fitting(composing.pieces(episode, by), fit.items)
    SharedLine.objects.bulk_create(
        _line(share, place, piece, marking) for place, piece in enumerate(found)
    )
    journal.write("begin share", share, by=by, at=at)
    return share


def _line(share: Share, place: int, piece: composing.Piece, marking: Marking) -> SharedLine:
    decided = [Decided(mark) for mark in marking.marks(piece.text) if piece.asks_of(mark)]
    grading = piece.grading and graded_for(share, piece.grading)
    return SharedLine(
        share=share,
        place=place,
        item=piece.item,
        heading=piece.heading,
        question=piece.rests_on["entry"].question if "entry" in piece.rests_on else "",
        original=piece.text,
        decided=_kept(decided),
        text=as_seen(piece.text, decided),
        # What a child let go to the police alone waits for somebody to tick it for another.
        is_in=share.is_for_police or not (piece.grading and piece.grading.is_for_police_alone),
        grading=str(grading or ""),
        conditions=grading.conditions if grading else "",
        **piece.rests_on,
    )


def graded_for(share: Share, grading: Grading) -> Grading:
    """As its recipient is told of it."""
    return grading if share.is_for_police else grading.to_others()


def _kept(decided: Sequence[Decided]) -> list[list[object]]:
    return [
        [
            *(each.mark.start, each.mark.end, str(each.mark.kind), each.mark.why),
            *(str(each.decision or ""), each.instead),
        ]
        for each in decided
    ]


@dataclass(frozen=True)
class LineDecided:
    """What somebody decided of one line: whether it is told, and of each marked place in it."""

    is_in: bool
    marks: Sequence[tuple[MarkDecision | None, str]]
    # Of intelligence: where the proposed grading is not taken.
    grading: Grading | None = None


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is written beside the lines."""

    name: str
    because: str
    because_more: str = ""
    openness: Openness | None = None
    openness_because: str = ""
    wished: str = ""
    despite: str = ""


def _locked(share: Share) -> Share:
    episodes.lock(share.episode_id)
    found = Share.objects.select_related("episode__child", "to")
    return found.select_for_update(no_key=True, of=("self",)).get(pk=share.pk)


def _draft(share: Share) -> Share:
    share = _locked(share)
    if not share.is_draft:
        raise sharing.WrittenAlready
    if NotShared.objects.filter(share=share).exists():
        raise sharing.PutAwayAlready
    return share


@transaction.atomic
def keep(
    share: Share,
    said: Said,
    decided: Mapping[int, LineDecided],
    *,
    by: Person,
    at: datetime,
) -> Share:
    """Keep a draft as it is, whole or not: nothing typed is lost.

    Raises WrittenAlready, PutAwayAlready.

    `decided` is by the number of the line; a line that is not named stays as it was.
    """
    share = _draft(share)
    for line in share.lines.filter(pk__in=decided):
        _decide(share, line, decided[line.pk])
        line.save(update_fields=["is_in", "decided", "text", "grading", "conditions"])
    share.name, share.because, share.because_more = said.name, said.because, said.because_more
    share.openness, share.openness_because = said.openness or "", said.openness_because
    share.wished, share.despite = said.wished, said.despite
    share.save(
        update_fields=[
            *("name", "because", "because_more", "openness", "openness_because"),
            *("wished", "despite"),
        ]
    )
    journal.write("keep share", share, by=by, at=at)
    return share


def _decide(share: Share, line: SharedLine, its: LineDecided) -> None:
    decided = [
        Decided(each.mark, decision, instead)
        for each, (decision, instead) in zip(decided_of(line), its.marks, strict=True)
    ]
    line.is_in, line.decided = its.is_in, _kept(decided)
    line.text = as_seen(line.original, decided)
    if its.grading:
        intelligence.check_can_grade(its.grading)
        grading = graded_for(share, its.grading)
        line.grading, line.conditions = str(grading), grading.conditions


def more(share: Share, person: Person) -> list[composing.Piece]:
    """What else is on record of the episode than the share has. The share's own queries, and one.

    A piece is known again by its heading and words: what it rests on may have none of its own.
    """
    has = {(line.item, line.heading, line.original) for line in share.lines.all()}
    return [
        piece
        for piece in composing.pieces(share.episode, person)
        if (piece.item, piece.heading, piece.text) not in has
    ]


@transaction.atomic
def add(share: Share, chosen: Sequence[composing.Piece], *, by: Person, at: datetime) -> Share:
    """Put more into a draft than serves the purpose; why, is said before it goes.

    Raises WrittenAlready, PutAwayAlready, NothingChosen.
    """
    share = _draft(share)
    if not chosen:
        raise sharing.NothingChosen
    marking, place = composing.marking(share.episode, by), share.lines.count()
    SharedLine.objects.bulk_create(
        _line(share, place + number, piece, marking) for number, piece in enumerate(chosen)
    )
    journal.write("add to share", share, by=by, at=at)
    return share


def goes_beyond(share: Share, lines: Sequence[SharedLine]) -> bool:
    """Whether one of its lines does not serve its purpose with its recipient."""
    fit = sharing.fit(Recipient(share.recipient), Purpose(share.purpose))
    fits = set(fit.items) if fit else set()
    return any(ShareItem(line.item) not in fits for line in lines)


def risk_of(share: Share, name: str | None = None) -> dict[str, bool]:
    """What speaks against its recipient, as `sharing` asks for it. Two queries.

    `name`: of the recipient, where another is typed than the one that is kept.
    """
    return {
        "is_parent_the_risk": share.recipient == Recipient.PARENT
        and tellings.standing_risk(share.episode.child) is not None,
        "is_told_of": _is_told_of(share, share.name if name is None else name),
    }


@transaction.atomic
def write(share: Share, *, by: Person, at: datetime) -> Share:
    """Say that the share is whole. It goes at once where it may; else a second person looks.

    Raises WrittenAlready, PutAwayAlready, AlreadyVoided, and what `sharing.check_can_write` does.
    """
    share = _draft(share)
    episodes.check_stands(share.episode)
    told = [line for line in share.lines.all() if line.is_in]
    marked = [each for line in told for each in decided_of(line)]
    hidden = hidden_from(share, by)
    risk = risk_of(share)
    sharing.check_can_write(
        Recipient(share.recipient),
        Purpose(share.purpose),
        items={ShareItem(line.item) for line in told},
        name=share.name,
        because=share.because,
        because_more=share.because_more,
        openness=Openness(share.openness) if share.openness else None,
        openness_because=share.openness_because,
        undecided=sum(each.decision is None for each in marked),
        # Of what goes, not of what was decided: somebody may have typed it as other words.
        protected_left=sum(
            mark.kind is MarkKind.PROTECTED for line in told for mark in hidden.marks(line.text)
        ),
        despite=share.despite,
        **risk,
    )
    share.needs_a_second = sharing.needs_a_second(Recipient(share.recipient), **risk)
    share.written_at, share.written_by = at, by
    share.save(update_fields=["needs_a_second", "written_at", "written_by"])
    journal.write("write share", share, by=by, at=at)
    if sharing.can_send(
        Recipient(share.recipient), Purpose(share.purpose), is_looked_at=False, **risk
    ):
        _send(share, by=by, at=at)
    return share


def _send(share: Share, *, by: Person, at: datetime) -> None:
    share.sent_at, share.sent_by, share.until = at, by, at + STANDS
    share.sent_from = _from_whom(share, by)
    share.save(update_fields=["sent_at", "sent_by", "sent_from", "until"])
    journal.write("send share", share, by=by, at=at)


def _from_whom(share: Share, by: Person) -> str:
    """Who sends it and of which organisation, and for which council where that is another."""
    said = f"{by.name}, {by.organisation.name}" if by.organisation else by.name
    council = share.episode.responsible_authority.name
    return said if council in said else f"{said}, for {council}"


def hidden_from(share: Share, person: Person) -> Marking:
    """Marks the hidden addresses for which the recipient is not named. Three queries."""
    child = share.episode.child
    return composing.hidden_from(person, child, named_for.of(child, share.to))


def _is_told_of(share: Share, name: str) -> bool:
    """Whether the recipient has the name of somebody whom the child told of."""
    said = f"{name} {share.to.name}" if share.to else name
    persons = Mention.objects.filter(
        interview__episodes=share.episode, kind=MentionKind.PERSON
    ).current()
    names = [name for row in persons.distinct() for name in (row.name, row.nickname) if name]
    return sharing.is_told_of(said, names)


@transaction.atomic
def look(share: Share, *, is_good: bool, words: str = "", by: Person, at: datetime) -> Share:
    """Look at it as the second person. Good: it goes, if it has not. Else back to its author.

    What went at once cannot come back to be changed: it is recalled. Raises NotWritten,
    SecondIsTheSame, LookedAtAlready, RecalledAlready, WhySentBackMissing.
    """
    share = _locked(share)
    sharing.check_can_look(is_by_its_author=by.pk in (share.begun_by_id, share.written_by_id))
    if share.is_draft:
        raise sharing.NotWritten
    if share.recalled_at:
        raise sharing.RecalledAlready
    if share.looks.filter(is_good=True).exists():
        raise sharing.LookedAtAlready
    if not is_good and not words.strip():
        raise sharing.WhySentBackMissing
    SecondLook.objects.create(share=share, is_good=is_good, words=words.strip(), at=at, by=by)
    journal.write("look at share", share, by=by, at=at)
    if share.sent_at is None and is_good:
        _send(share, by=by, at=at)
    elif share.sent_at is None:
        share.written_at = share.written_by = None
        share.save(update_fields=["written_at", "written_by"])
    elif not is_good:
        _recall(share, words, by=by, at=at)
    return share


@transaction.atomic
def recall(share: Share, because: str, *, by: Person, at: datetime) -> Share:
    """It can be opened no more. Raises NotSent, RecalledAlready, WhyRecalledMissing."""
    share = _locked(share)
    sharing.check_can_recall(
        is_sent=share.sent_at is not None,
        is_recalled=share.recalled_at is not None,
        because=because,
    )
    _recall(share, because, by=by, at=at)
    return share


def _recall(share: Share, because: str, *, by: Person, at: datetime) -> None:
    share.recalled_because, share.recalled_at, share.recalled_by = because.strip(), at, by
    share.save(update_fields=["recalled_because", "recalled_at", "recalled_by"])
    journal.write("recall share", share, by=by, at=at)


@transaction.atomic
def leave(
    episode: Episode, recipient: Recipient, because: str, *, by: Person, at: datetime
) -> NotShared:
    """Decide that it is not shared. Raises AlreadyVoided, WhyNotMissing."""
    (episode,) = episodes.lock(episode.pk)
    episodes.check_stands(episode)
    return _leave(episode, recipient, because, by=by, at=at)


@transaction.atomic
def put_away(share: Share, because: str, *, by: Person, at: datetime) -> NotShared:
    """Decide that what somebody has begun to write is not shared.

    Raises WrittenAlready, PutAwayAlready, WhyNotMissing.
    """
    share = _draft(share)
    return _leave(share.episode, Recipient(share.recipient), because, share=share, by=by, at=at)


def _leave(
    episode: Episode,
    recipient: Recipient,
    because: str,
    *,
    share: Share | None = None,
    by: Person,
    at: datetime,
) -> NotShared:
    sharing.check_can_leave(because=because)
    left = NotShared.objects.create(
        episode=episode, recipient=recipient, because=because.strip(), share=share, at=at, by=by
    )
    journal.write("leave unshared", left, by=by, at=at)
    return left


# What waits for somebody, for the work list.


def to_look_at(person: Person) -> list[Share]:
    """What waits for a second person and this one may be it, the oldest first. One query."""
    rows = Share.objects.filter(theirs(person, verb=Verb.LOOK_AT_SHARE)).waiting_for_a_second()
    rows = rows.exclude(begun_by=person).exclude(written_by=person)
    return list(rows.select_related("episode__child").order_by("written_at", "pk")[:MOST])


def to_go_on_with(person: Person) -> list[Share]:
    """What the person wrote and a second person sent back. One query."""
    rows = Share.objects.visible_to(person).sent_back().filter(begun_by=person)
    return list(rows.select_related("episode__child").order_by("begun_at", "pk")[:MOST])


def not_acknowledged(person: Person, at: datetime) -> list[Share]:
    """What a police unit should have acknowledged and has not, the oldest first. One query.

    For whoever sent it, and for those who may look at what is shared.
    """
    seen = (
        Share.objects.visible_to(person)
        .unacknowledged()
        .filter(Q(sent_by=person) | Q(written_by=person) | theirs(person, verb=Verb.LOOK_AT_SHARE))
    )
    # Two weekdays are two days at the least.
    rows = seen.filter(sent_at__lt=at - timedelta(days=intelligence.ACKNOWLEDGED_IN))
    rows = rows.select_related("episode__child", "to").order_by("sent_at", "pk")
    return [row for row in rows[:MOST] if row.sent_at and row.acknowledged_by < at]
