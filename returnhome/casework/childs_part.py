"""The child's own part: what they choose, say and ask for, on pages that a link opened to them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, Q

from returnhome.casework import episodes, journal, offers, staff, support
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Coverage, own
from returnhome.casework.sealing import SealedBytes, SealedText
from returnhome.casework.staff import ANSWERING, Person
from returnhome.casework.support import Action
from returnhome.casework.ways_in import WayIn
from returnhome.rules import choosing, ways_in
from returnhome.rules.access import Verb
from returnhome.rules.choosing import Ask, Asked
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Answer, DeclinedBy, Means, Reached, Role
from returnhome.rules.making import KINDS, Making

NO_NOTES: Mapping[str, str] = MappingProxyType({})


class Chosen(models.QuerySet["Choice"]):
    def visible_to(self, person: Person) -> "Chosen":
        """Whoever answers for the child or interviews, as they arrange the talk."""
        return self.filter(
            person.whose(Verb.SEE_EPISODE, *ANSWERING, of="episode__", child="episode__child")
        )

    def newest_first(self) -> "Chosen":
        return self.order_by("-at", "-pk")


class Choice(models.Model):
    """Who, where, when, beside whom and what makes it easier, as the child chose.

    Rows are added, never changed; the newest stands.
    """

    sealed_under = "episode"

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="choices", db_index=False)
    way_in = models.ForeignKey(WayIn, models.PROTECT, related_name="+")
    # A list of `rules.choosing` → the codes chosen of it.
    chosen = models.JSONField()
    words = SealedText()
    at = models.DateTimeField()

    objects = Chosen.as_manager()

    class Meta:
        indexes = [models.Index(fields=["episode", "-at"], name="choice_episode")]

    @property
    def child_id(self) -> int:
        return self.episode.child_id

    @property
    def notes(self) -> dict[str, str]:
        """What the child wrote to each list."""
        return choosing.apart(self.words)


class OwnWordsQuerySet(models.QuerySet["OwnWords"]):
    def visible_to(self, person: Person) -> "OwnWordsQuerySet":
        """What was sent, as an account: and to whoever holds a talk for the episode."""
        theirs = person.whose(Verb.SEE_ACCOUNT, *ANSWERING, of="episode__", child="episode__child")
        talks = Coverage.objects.filter(
            own(person, Verb.SEE_ACCOUNT, of="interview__"), episode=OuterRef("episode")
        )
        return self.filter(theirs | Q(Exists(talks)), sent_at__isnull=False)

    def unread(self) -> "OwnWordsQuerySet":
        return self.filter(sent_at__isnull=False, read_at=None)

    def in_order(self) -> "OwnWordsQuerySet":
        return self.order_by("sent_at", "pk")

    def with_made(self) -> "OwnWordsQuerySet":
        """That something was drawn or recorded with it, without what: in one query more."""
        made = Made.objects.without_content().order_by("what")
        return self.prefetch_related(models.Prefetch("made", made))


class OwnWords(models.Model):
    """What the child said to one question, in their own words and pictures.

    Saved as they go, and nobody's but theirs until they send it; from then on nobody changes it.
    """

    sealed_under = "episode"

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="own_words", db_index=False)
    way_in = models.ForeignKey(WayIn, models.PROTECT, related_name="own_words")
    question = models.CharField(max_length=20)
    language = models.CharField(max_length=20)
    words = SealedText()
    picked = ArrayField(models.CharField(max_length=20), default=list)
    saved_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = OwnWordsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["way_in", "question"],
                condition=Q(sent_at=None),
                name="one_draft_a_question",
            ),
            models.CheckConstraint(
                condition=Q(read_at=None, read_by=None)
                | Q(read_at__isnull=False, read_by__isnull=False, sent_at__isnull=False),
                name="what_was_sent_is_read_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["episode", "sent_at"], name="own_words_episode"),
            models.Index(
                fields=["sent_at"],
                condition=Q(sent_at__isnull=False, read_at=None),
                name="own_words_unread",
            ),
        ]

    @property
    def child_id(self) -> int:
        return self.episode.child_id


class MadeQuerySet(models.QuerySet["Made"]):
    def visible_to(self, person: Person) -> "MadeQuerySet":
        """With the words it belongs to."""
        return self.filter(own_words__in=OwnWords.objects.visible_to(person))

    def without_content(self) -> "MadeQuerySet":
        """For a page that says it is there: what is sealed stays sealed."""
        return self.defer("content")


class Made(models.Model):
    """A drawing or a recording of the child's, with what they answered to one question.

    It is kept apart from their words, so that no list of these loads it. Rows are added and, until
    the words are sent, taken away; never changed.
    """

    sealed_under = "own_words.episode"

    own_words = models.ForeignKey(OwnWords, models.PROTECT, related_name="made", db_index=False)
    what = models.CharField(max_length=10)
    kind = models.CharField(max_length=20)
    content = SealedBytes()
    size = models.PositiveIntegerField()
    # Of a recording.
    seconds = models.PositiveSmallIntegerField(null=True)
    at = models.DateTimeField()

    objects = MadeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["own_words", "what"], name="one_of_each_an_answer"),
            models.CheckConstraint(
                condition=Q(what="drawing", kind__in=KINDS[Making.DRAWING], seconds__isnull=True)
                | Q(what="recording", kind__in=KINDS[Making.RECORDING], seconds__isnull=False),
                name="a_drawing_is_seen_and_a_recording_lasts",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="what_is_made_is_something"),
        ]

    @property
    def child_id(self) -> int:
        return self.own_words.episode.child_id

    @property
    def is_drawing(self) -> bool:
        return self.what == Making.DRAWING


def _stands(way_in: WayIn) -> Episode:
    """The episode of a link, held still. Raises NotReadFirst, AlreadyVoided."""
    if way_in.told_at is None:
        raise ways_in.NotReadFirst
    (episode,) = episodes.lock(way_in.episode_id)
    episodes.check_stands(episode)
    return episode


@transaction.atomic
def answer(way_in: WayIn, given: Answer, *, at: datetime) -> Episode:
    """The child answers whether they would like the talk: it counts as the offer's answer.

    Where none was made, the link was the offer: it reached the child when they read this. Raises
    NotReadFirst, TalkIsSettled, and what the rules of an offer block.
    """
    episode = _stands(way_in)
    if episode.booked_for or episode.held_at:
        raise ways_in.TalkIsSettled
    by = staff.the_child()
    progress = episode.progress
    if given is Answer.ACCEPTED and ways_in.takes_up(
        answer=progress.answer, not_held=progress.not_held
    ):
        offers.take_up(episode, means=Means.ONLINE, said_at=at, by=by, at=at)
    else:
        offer = episode.offers.newest_first().prefetch_related("replies").first()
        latest = offer.latest_reply if offer else None
        if latest and latest.given is given and latest.whose_no in (None, DeclinedBy.CHILD):
            return episode
        if offer is None or (latest and latest.given is Answer.ACCEPTED):
            offer = offers.make(
                episode, means=Means.ONLINE, reached=Reached.CHILD, made_at=at, by=by, at=at
            )
        is_no = given is Answer.DECLINED
        offers.answer(
            offer,
            given,
            declined_by=DeclinedBy.CHILD if is_no else None,
            reason=ON_THEIR_PAGES if is_no else "",
            by=by,
            at=at,
        )
    episode.refresh_from_db()
    return episode


def answered(way_in: WayIn) -> str:
    """What stands of whether the child would like the talk, for the page that asks it."""
    given = Episode.objects.get(pk=way_in.episode_id).answer
    return GIVEN[Answer(given)] if given else ""


def is_settled(way_in: WayIn) -> bool:
    """A talk is booked, or has been held: whether it is wanted is not asked."""
    episode = Episode.objects.get(pk=way_in.episode_id)
    return episode.booked_for is not None or episode.held_at is not None


GIVEN = {Answer.ACCEPTED: "yes", Answer.NOT_NOW: "not_now", Answer.DECLINED: "no"}
ON_THEIR_PAGES = "Said on their own pages, which ask for no reason."


@transaction.atomic
def choose(
    way_in: WayIn,
    given: Mapping[str, Sequence[str]],
    notes: Mapping[str, str] = NO_NOTES,
    *,
    at: datetime,
) -> Choice:
    """Keep how the child would like the talk: of each list that is given, the new; else what stood.

    `notes`: by list, what they wrote to it. Where nothing is new, no row is added. Raises
    NotReadFirst, NothingChosen, TooLong.
    """
    episode = _stands(way_in)
    stands = newest_choice(way_in)
    chosen = choosing.chosen_now(stands.chosen if stands else {}, given)
    written = {key: note.strip() for key, note in notes.items()}
    written = (choosing.apart(stands.words) if stands else {}) | written
    choosing.check_chosen(chosen, written, stood=stands is not None)
    words = choosing.as_one(written)
    if words:
        ways_in.check_words(words)
    if stands and (stands.chosen, stands.words) == (chosen, words):
        return stands
    choice = Choice.objects.create(
        episode=episode, way_in=way_in, chosen=chosen, words=words, at=at
    )
    journal.write("choose", choice, by=staff.the_child(), at=at)
    return choice


def newest_choice(way_in: WayIn) -> Choice | None:
    """What stands of what was chosen by way of this link."""
    return Choice.objects.filter(way_in=way_in).newest_first().first()


@transaction.atomic
def save(
    way_in: WayIn,
    question: Asked,
    words: str,
    picked: Sequence[str] = (),
    *,
    language: str,
    at: datetime,
) -> OwnWords | None:
    """Keep what the child has written so far, for them alone; emptied, it is gone.

    What they drew or recorded is an answer without a word. Raises NotReadFirst, TooLong.
    """
    _stands(way_in)
    known = [code for code in picked if code in set(choosing.Picked)]
    draft = _draft(way_in, question)
    if not words.strip() and not known and not (draft and draft.made.exists()):
        if draft:
            draft.delete()
        return None
    if words.strip():
        ways_in.check_words(words)
    draft = draft or OwnWords(episode_id=way_in.episode_id, way_in=way_in, question=question)
    draft.words, draft.picked, draft.language, draft.saved_at = words, known, language, at
    draft.save()
    return draft


def _draft(way_in: WayIn, question: Asked) -> OwnWords | None:
    return way_in.own_words.filter(question=question, sent_at=None).first()


@transaction.atomic
def keep(
    way_in: WayIn,
    question: Asked,
    what: Making,
    content: bytes,
    *,
    kind: str,
    seconds: int | None = None,
    language: str,
    at: datetime,
) -> Made:
    """Keep what the child drew or said aloud, for them alone, in place of what was there before.

    `content` is what `intake.made` has read and written anew. Raises NotReadFirst.
    """
    _stands(way_in)
    draft = _draft(way_in, question) or OwnWords(
        episode_id=way_in.episode_id, way_in=way_in, question=question, language=language
    )
    draft.saved_at = at
    draft.save()
    draft.made.filter(what=what).delete()
    return draft.made.create(
        what=what, kind=kind, content=content, size=len(content), seconds=seconds, at=at
    )


@transaction.atomic
def take_away(way_in: WayIn, question: Asked, what: Making, *, at: datetime) -> None:
    """The child takes a drawing or recording away again, for good; what they wrote stays.

    Raises NotReadFirst.
    """
    _stands(way_in)
    if draft := _draft(way_in, question):
        draft.made.filter(what=what).delete()
        draft.saved_at = at
        draft.save(update_fields=["saved_at"])
        _drop_if_empty(draft)


def _drop_if_empty(draft: OwnWords) -> None:
    if not draft.words.strip() and not draft.picked and not draft.made.exists():
        draft.delete()


@transaction.atomic
def delete(way_in: WayIn, question: Asked, *, at: datetime) -> None:
    """The child deletes all they have to one question, not sent yet. Raises NotReadFirst."""
    _stands(way_in)
    if draft := _draft(way_in, question):
        draft.made.all().delete()
        draft.delete()


@transaction.atomic
def send(way_in: WayIn, *, at: datetime) -> list[OwnWords]:
    """Send what the child has saved: from now on it is in their record. Raises NothingWritten."""
    _stands(way_in)
    drafts = list(way_in.own_words.filter(sent_at=None).order_by("pk"))
    if not drafts:
        raise ways_in.NothingWritten
    for each in drafts:
        each.sent_at = at
        each.save(update_fields=["sent_at"])
    journal.write_all("send words", drafts, by=staff.the_child(), at=at)
    return drafts


# What was written by way of an earlier link and not sent. This one may be in another hand: what it
# says stays closed, and only whether there is any is told.


def has_unsent_before(way_in: WayIn, *, now: datetime) -> bool:
    """Whether something was written by way of an earlier link to the episode, and not sent."""
    with connection.cursor() as cursor:
        cursor.execute("select public.returnhome_unsent_before(%s)", [now - ways_in.UNSENT_KEPT])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def send_before(way_in: WayIn, *, at: datetime) -> int:
    """Send it, unread: from now on it is in their record. Raises NotReadFirst, NothingWritten."""
    sending = "select * from public.returnhome_send_before(%s, %s)"
    return _of_before(way_in, "send words", sending, at - ways_in.UNSENT_KEPT, at, at=at)


@transaction.atomic
def delete_before(way_in: WayIn, *, at: datetime) -> int:
    """Delete it, unread. Raises NotReadFirst, NothingWritten."""
    deleting = "select * from public.returnhome_delete_before(%s)"
    return _of_before(way_in, "delete unsent", deleting, at - ways_in.UNSENT_KEPT, at=at)


def _of_before(way_in: WayIn, verb: str, doing: str, *given: datetime, at: datetime) -> int:
    episode = _stands(way_in)
    with connection.cursor() as cursor:
        cursor.execute(doing, given)
        those = [OwnWords(pk=pk, episode=episode) for (pk,) in cursor.fetchall()]
    if not those:
        raise ways_in.NothingWritten
    journal.write_all(verb, those, by=staff.the_child(), at=at)
    return len(those)


def delete_unsent(*, by: Person, at: datetime) -> int:
    """Delete what no child sent and has grown old, and what is of an episode recorded in error."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select * from public.returnhome_delete_unsent(%s)", [at - ways_in.UNSENT_KEPT]
        )
        gone = cursor.fetchall()
        for pk, child_id in gone:
            journal.write("delete unsent", OwnWords(pk=pk), by=by, at=at, child_id=child_id)
    return len(gone)


@transaction.atomic
def ask(way_in: WayIn, what: Ask, words: str, *, at: datetime) -> Action:
    """An advocate, a complaint, a correction: an action with an owner and a day.

    It is for whoever has the episode, else for whoever made the link. Raises NotReadFirst,
    TooLong, and NothingWritten where words are wanted.
    """
    episode = _stands(way_in)
    if what is not Ask.ADVOCATE or words.strip():
        ways_in.check_words(words)
    return support.add(
        episode,
        choosing.ACTION[what],
        "\n".join(part for part in (ASKED_FOR[what], words.strip()) if part),
        owner=_owner(episode, way_in, what),
        due_on=choosing.answered_by(what, on=at.astimezone(LONDON).date()),
        by=staff.the_child(),
        at=at,
    )


def _owner(episode: Episode, way_in: WayIn, what: Ask) -> Person:
    first = episode.owner or way_in.made_by
    if what is Ask.ADVOCATE:
        return first
    return somebody_apart(way_in) or first


def somebody_apart(way_in: WayIn) -> Person | None:
    """Who can look at a complaint and was no part of it: a manager, else a colleague.

    None where a council has nobody else: then the child must not be told that there is somebody.
    """
    episode = way_in.episode
    for roles in ((Role.MANAGER,), (Role.COORDINATOR, Role.SOCIAL_WORKER)):
        theirs = (
            Person.objects.at_work()
            .filter(
                posts__role__in=roles,
                posts__until__isnull=True,
                posts__organisation__authority=episode.responsible_authority_id,
            )
            .exclude(pk__in={episode.owner_id or way_in.made_by_id, way_in.made_by_id})
            .distinct()
            .by_name()
        )
        for each in theirs:
            if episode.allows(each, Verb.SEE_EPISODE):
                return each
    return None


ASKED_FOR = {
    Ask.ADVOCATE: "The child asks for an advocate, on their own pages.",
    Ask.COMPLAINT: "The child complains, on their own pages:",
    Ask.WRONG: "The child says that something written about them is wrong:",
}


# What the worker does.


@transaction.atomic
def read(episode: Episode, *, by: Person, at: datetime) -> int:
    """Whoever may read it has read what the child sent. Gives how much was new."""
    new = list(
        OwnWords.objects.visible_to(by)
        .filter(episode=episode)
        .unread()
        .select_for_update(no_key=True, of=("self",))
    )
    for each in new:
        each.read_at, each.read_by = at, by
        each.save(update_fields=["read_at", "read_by"])
    journal.write_all("read words", new, by=by, at=at)
    return len(new)
