"""What a worker released for the child to see, line by line, and what the child says back."""

from datetime import date, datetime

from django.db import models, transaction
from django.db.models import Exists, Max, OuterRef, Q

from returnhome.casework import episodes, journal, staff
from returnhome.casework.episodes import Episode, EpisodeQuerySet
from returnhome.casework.interviews import Coverage, Entry, own
from returnhome.casework.journal import JournalEntry
from returnhome.casework.needs import Need
from returnhome.casework.sealing import SealedText
from returnhome.casework.shares import LineAnswer, Share
from returnhome.casework.staff import ANSWERING, Person
from returnhome.casework.support import Action
from returnhome.casework.ways_in import WayIn
from returnhome.rules import releasing, ways_in
from returnhome.rules.access import Verb
from returnhome.rules.clock import LONDON
from returnhome.rules.releasing import Kind

# What the journal calls a look of the child's at each page.
LOOKS = {"see": "look at what was written", "heard": "hear back"}
ON_PAGE = {"see": (Kind.WORDS, Kind.SHARE), "heard": (Kind.CAME_OF_IT,)}


def _theirs(person: Person, of: str) -> Q:
    """Lines, or what hangs below them, of episodes whose account the person may read."""
    theirs = person.whose(
        Verb.SEE_ACCOUNT, *ANSWERING, of=f"{of}episode__", child=f"{of}episode__child"
    )
    talks = Coverage.objects.filter(
        own(person, Verb.SEE_ACCOUNT, of="interview__"), episode=OuterRef(f"{of}episode")
    )
    return theirs | Q(Exists(talks))


def episodes_of(person: Person) -> EpisodeQuerySet:
    """The episodes of which the person may release something: whose account they may read."""
    theirs = person.whose(Verb.SEE_ACCOUNT, *ANSWERING, child="child")
    talks = Coverage.objects.filter(
        own(person, Verb.SEE_ACCOUNT, of="interview__"), episode=OuterRef("pk")
    )
    return Episode.objects.filter(theirs | Q(Exists(talks)))


class ReleaseQuerySet(models.QuerySet["Release"]):
    def visible_to(self, person: Person) -> "ReleaseQuerySet":
        """As an account: and to whoever holds a talk for the episode."""
        return self.filter(_theirs(person, ""))

    def shown(self) -> "ReleaseQuerySet":
        return self.filter(taken_back_at=None)

    def on_page(self, page: str) -> "ReleaseQuerySet":
        """Those of one of the child's pages: see or heard."""
        return self.filter(kind__in=ON_PAGE[page])

    def in_order(self) -> "ReleaseQuerySet":
        return self.order_by("released_at", "pk")

    def newest_first(self) -> "ReleaseQuerySet":
        return self.order_by("-released_at", "-pk")


class Release(models.Model):
    """One line about one episode, as the child sees it. Never changed, but for taking it back."""

    sealed_under = "episode"

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="releases", db_index=False)
    kind = models.CharField(max_length=20)
    # What was written down; what is passed on; what was asked for or promised.
    text = SealedText()
    # Of a share with whom; why it is shared, or what came of what was asked for.
    whom = SealedText()
    because = SealedText()
    promise = models.CharField(max_length=10, default="")
    state = models.CharField(max_length=10, default="")
    # When it was written down, or passed on, or by when we said that it is done.
    named_on = models.DateField(null=True)
    # What it rests on.
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    action = models.ForeignKey(Action, models.PROTECT, null=True, related_name="+")
    need = models.ForeignKey(Need, models.PROTECT, null=True, related_name="+")
    share = models.ForeignKey(Share, models.PROTECT, null=True, related_name="+")
    told_back = models.ForeignKey(LineAnswer, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField()
    released_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_back_at=None, taken_back_by=None)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="a_line_is_taken_back_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(kind="words", state="", promise="", named_on__isnull=False)
                | Q(kind="share", state="still", promise="")
                | Q(kind="share", state="done", promise="", named_on__isnull=False)
                | Q(
                    kind="came_of_it",
                    state__in=["done", "not_done", "still"],
                    promise__in=["asked", "promised"],
                ),
                name="a_line_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["episode", "released_at"], name="release_episode")]

    @property
    def child_id(self) -> int:
        return self.episode.child_id

    @property
    def is_shown(self) -> bool:
        return self.taken_back_at is None


class SaidBackQuerySet(models.QuerySet["SaidBack"]):
    def visible_to(self, person: Person) -> "SaidBackQuerySet":
        return self.filter(_theirs(person, "release__"))

    def unanswered(self) -> "SaidBackQuerySet":
        return self.filter(answer=None)

    def in_order(self) -> "SaidBackQuerySet":
        return self.order_by("at", "pk")


class SaidBack(models.Model):
    """What the child says to a line: not what they meant, an objection, a question. Never changed.

    An objection is answered, and is no veto.
    """

    sealed_under = "release.episode"

    release = models.ForeignKey(Release, models.PROTECT, related_name="said_back")
    way_in = models.ForeignKey(WayIn, models.PROTECT, related_name="+")
    words = SealedText()
    at = models.DateTimeField()

    objects = SaidBackQuerySet.as_manager()

    @property
    def child_id(self) -> int:
        return self.release.child_id

    @property
    def due_on(self) -> date:
        """The day by which the child was told that there is an answer."""
        on = self.at.astimezone(LONDON).date()
        return releasing.answered_by(Kind(self.release.kind), on=on)


class AnswerToChildQuerySet(models.QuerySet["AnswerToChild"]):
    def visible_to(self, person: Person) -> "AnswerToChildQuerySet":
        return self.filter(_theirs(person, "release__"))


class AnswerToChild(models.Model):
    """What the child is told to it, once, after the same question: is it safe on this phone?

    A row of its own: a later link shows the answer, and not what was typed by way of an earlier.
    """

    sealed_under = "release.episode"

    said_back = models.OneToOneField(SaidBack, models.PROTECT, related_name="answer")
    release = models.ForeignKey(Release, models.PROTECT, related_name="answers")
    words = SealedText()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = AnswerToChildQuerySet.as_manager()

    @property
    def child_id(self) -> int:
        return self.release.child_id


# What the worker does.


@transaction.atomic
def release(
    episode: Episode,
    kind: Kind,
    text: str,
    *,
    is_safe: bool,
    whom: str = "",
    because: str = "",
    promise: str = "",
    state: str = "",
    named_on: date | None = None,
    entry: Entry | None = None,
    action: Action | None = None,
    need: Need | None = None,
    share: Share | None = None,
    told_back: LineAnswer | None = None,
    by: Person,
    at: datetime,
) -> Release:
    """Release a line for the child to see. Raises what `releasing.check_can_release` does,
    AlreadyVoided.
    """
    (episode,) = episodes.lock(episode.pk)
    episodes.check_stands(episode)
    releasing.check_can_release(
        kind,
        text=text,
        whom=whom,
        because=because,
        promise=promise,
        state=state,
        named_on=named_on,
        is_safe=is_safe,
    )
    released = Release.objects.create(
        episode=episode,
        kind=kind,
        text=text.strip(),
        whom=whom.strip() if kind is Kind.SHARE else "",
        because="" if kind is Kind.WORDS else because.strip(),
        promise=promise if kind is Kind.CAME_OF_IT else "",
        state="" if kind is Kind.WORDS else state,
        named_on=named_on,
        entry=entry,
        action=action,
        need=need,
        share=share,
        told_back=told_back,
        released_at=at,
        released_by=by,
    )
    journal.write("release line", released, by=by, at=at)
    return released


@transaction.atomic
def take_back(line: Release, *, by: Person, at: datetime) -> Release:
    """The child does not see the line any more. Raises TakenBackAlready."""
    line = _locked(line.pk)
    if line.taken_back_at is not None:
        raise releasing.TakenBackAlready
    line.taken_back_at, line.taken_back_by = at, by
    line.save(update_fields=["taken_back_at", "taken_back_by"])
    journal.write("take line back", line, by=by, at=at)
    return line


def _locked(pk: int) -> Release:
    found = Release.objects.select_related("episode")
    return found.select_for_update(no_key=True, of=("self",)).get(pk=pk)


@transaction.atomic
def answer(said: SaidBack, words: str, *, is_safe: bool, by: Person, at: datetime) -> AnswerToChild:
    """Answer what the child said to a line. Raises NotSafe, AnswerMissing, AnsweredAlready."""
    line = _locked(said.release_id)
    if not is_safe:
        raise releasing.NotSafe
    if not words.strip():
        raise releasing.AnswerMissing
    if AnswerToChild.objects.filter(said_back=said).exists():
        raise releasing.AnsweredAlready
    given = AnswerToChild.objects.create(
        said_back=said, release=line, words=words.strip(), at=at, by=by
    )
    journal.write("answer child", given, by=by, at=at)
    return given


def waiting_for(person: Person) -> list[SaidBack]:
    """What children said to a line and nobody has answered, the oldest first. One query."""
    return list(
        SaidBack.objects.visible_to(person)
        .unanswered()
        .filter(release__episode__voided_at=None)
        .select_related("release__episode__child")
        .in_order()
    )


# What the child does. The database opens the lines of this episode that stand, and no others.


def lines(way_in: WayIn, page: str) -> list[Release]:
    """The lines of one of the child's pages: see or heard."""
    found = Release.objects.filter(episode=way_in.episode_id).shown().on_page(page).in_order()
    return list(found.select_related("episode").prefetch_related("said_back", "answers"))


def look(way_in: WayIn, page: str, *, at: datetime) -> None:
    """Write down that the child was shown a page; what is released after that is new."""
    journal.write(LOOKS[page], way_in, by=staff.the_child(), at=at)


def marks(way_in: WayIn) -> dict[str, str]:
    """Page → "new" where a line was released since the child last looked, else ""; absent: none.

    Two queries.
    """
    looks = (
        JournalEntry.objects.filter(child_id=way_in.child_id, verb__in=LOOKS.values())
        .values_list("verb")
        .annotate(Max("at"))
    )
    seen = dict(looks.order_by())
    standing = Release.objects.filter(episode=way_in.episode_id).shown()
    newest = dict(standing.values_list("kind").annotate(Max("released_at")).order_by())
    found = {}
    for page, kinds in ON_PAGE.items():
        of_page = [newest[kind] for kind in kinds if kind in newest]
        if of_page:
            before = seen.get(LOOKS[page])
            found[page] = "new" if before is None or max(of_page) > before else ""
    return found


def line_of(way_in: WayIn, pk: int) -> Release | None:
    """The line of this number, while the child may see it."""
    standing = Release.objects.filter(episode=way_in.episode_id).shown()
    return standing.select_related("episode").filter(pk=pk).first()


@transaction.atomic
def say_back(way_in: WayIn, line: Release, words: str, *, at: datetime) -> SaidBack:
    """Keep what the child says to a line. Raises NotReadFirst, NothingWritten, TooLong."""
    if way_in.told_at is None:
        raise ways_in.NotReadFirst
    ways_in.check_words(words)
    said = SaidBack.objects.create(release=line, way_in=way_in, words=words.strip(), at=at)
    journal.write("say back", said, by=staff.the_child(), at=at)
    return said
