"""What could be told of an episode, each thing a line, and what is known to name others in it.

Nothing is kept here: `shares` keeps what somebody chose of it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from returnhome.casework import together
from returnhome.casework.children import Address, Child, Placement
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Entry, Interview
from returnhome.casework.mentions import Mention
from returnhome.casework.staff import Person
from returnhome.casework.support import Action
from returnhome.rules import intelligence, schooling, sharing
from returnhome.rules.clock import LONDON
from returnhome.rules.intelligence import Grading, NothingTyped, Typed
from returnhome.rules.marking import Known, Mark, Marking, MarkKind
from returnhome.rules.mentioning import Expectation, MentionKind, Reliability
from returnhome.rules.sharing import ShareItem
from returnhome.rules.standard.parts import Question

OF_MENTION = {
    MentionKind.PERSON: ShareItem.PERSON,
    MentionKind.PLACE: ShareItem.PLACE,
    MentionKind.VEHICLE: ShareItem.VEHICLE,
    MentionKind.PHONE: ShareItem.PHONE,
    MentionKind.HANDLE: ShareItem.HANDLE,
}


@dataclass(frozen=True)
class Piece:
    """One thing that can be told: under which words, and what it rests on.

    `is_written_from`: what stands before, nobody wrote: labels of codes, days and times.
    """

    item: ShareItem
    heading: str
    text: str
    grading: Grading | None = None
    rests_on: dict[str, Any] = field(default_factory=dict)
    is_written_from: int = 0

    def asks_of(self, mark: Mark) -> bool:
        """Whether somebody decides on these words before they go: what is hidden, wherever it is.

        A mention says who or where it is: that is what is told, but for other children.
        """
        if mark.kind is MarkKind.PROTECTED:
            return True
        if "mention" in self.rests_on and mark.kind is not MarkKind.OTHER_CHILD:
            return False
        return mark.end > self.is_written_from


def _fixed(item: ShareItem, heading: str, text: str) -> Piece:
    """Of which nobody wrote a word."""
    return Piece(item, heading, text, is_written_from=len(text))


def pieces(episode: Episode, person: Person) -> list[Piece]:
    """All that could be told of an episode by somebody who may read its account. Five queries."""
    talks = list(
        Interview.objects.account_visible_to(person)
        .filter(episodes=episode, signed_at__isnull=False)
        .select_related("interviewer")
        .prefetch_related("entries")
        .distinct()
        .order_by("held_at", "pk")
    )
    return [
        _of_episode(episode),
        *(_of_talk(talk) for talk in talks),
        *(piece for talk in talks for piece in _of_entries(talk)),
        *_of_mentions(talks, person),
        *_of_actions(episode, person),
        *_of_school(episode),
    ]


def fitting(found: Iterable[Piece], items: Iterable[ShareItem]) -> list[Piece]:
    """Those of these items, in the order of the items."""
    order = {item: place for place, item in enumerate(items)}
    return sorted(
        (piece for piece in found if piece.item in order), key=lambda each: order[each.item]
    )


def _of_episode(episode: Episode) -> Piece:
    times = []
    for name, words in (("last_seen", "Last seen"), ("found", "found"), ("returned", "back")):
        moment = episode.moment(name)
        if moment:
            times.append(f"{words} {_when(moment.at)}")
    return _fixed(ShareItem.EPISODE, "When the child was missing", ", ".join(times))


def school_days(episode: Episode, now: datetime | None = None) -> schooling.Missed | None:
    """The school days that the child may have missed; of one still missing, up to now."""
    return schooling.missed(
        born_on=episode.child.born_on,
        went=episode.moment("last_seen") or episode.moment("reported"),
        came_back=episode.returned or episode.found,
        now=now,
    )


def _of_school(episode: Episode) -> Iterator[Piece]:
    missed = school_days(episode)
    if missed:
        yield _fixed(ShareItem.SCHOOL_DAYS, "School days that were missed", missed.in_words)


def _of_talk(talk: Interview) -> Piece:
    held = f"Held {_when(talk.held_at)}" if talk.held_at else "Held"
    # Whose the words are, not where they were said: the place may be where the child lives.
    return _fixed(ShareItem.TALK, "Return home interview", held)


def _when(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B %Y} at {local:%H:%M}"


def _of_entries(talk: Interview) -> Iterator[Piece]:
    rows = {row.question: row for row in talk.entries.all() if row.replaced_at is None}
    for section in talk.standard.sections:
        for question in section.questions:
            item = sharing.item_of(section.key, question.key)
            row = rows.get(question.key)
            if item and row and (piece := _of_entry(item, question, row)):
                yield piece


def _of_entry(item: ShareItem, question: Question, row: Entry) -> Piece | None:
    """The answer in words; that there was none is nothing to tell."""
    labels = dict((*question.options, *question.evidence))
    coded = "; ".join(labels.get(code, code) for code in row.codes)
    text = ". ".join(part for part in (coded, row.words.strip()) if part)
    rests_on = {"entry": row}
    return Piece(item, question.text, text, None, rests_on, len(coded)) if text else None


def _of_mentions(talks: Sequence[Interview], person: Person) -> Iterator[Piece]:
    rows = Mention.objects.visible_to(person).filter(interview__in=talks).current()
    for row in rows.in_order():
        kind = MentionKind(row.kind)
        try:
            text = intelligence.in_words(typed(row))
        except NothingTyped:
            continue
        graded = intelligence.proposed(Reliability(row.reliability), Expectation(row.expectation))
        yield Piece(OF_MENTION[kind], kind.label, text, graded, {"mention": row})


def typed(row: Mention) -> Typed:
    return Typed(
        kind=MentionKind(row.kind),
        **{name: getattr(row, name) for name in Typed.__dataclass_fields__ if name != "kind"},
    )


def _of_actions(episode: Episode, person: Person) -> Iterator[Piece]:
    for row in Action.objects.visible_to(person).filter(episode=episode).by_due_day():
        done = f". {row.outcome}" if row.is_done and row.outcome else ""
        yield Piece(
            ShareItem.ACTIONS, "What was decided", f"{row.what}{done}", None, {"action": row}
        )


def called(child: Child) -> str:
    """The child as a recipient is told of them."""
    born = child.born_on
    return f"{child.name}, born {born.day} {born:%B %Y}" if born else child.name


# What names others.


def marking(episode: Episode, person: Person) -> Marking:
    """Marks words by all that the person may know of: hidden addresses before all else."""
    child = episode.child
    return Marking(known_of(episode, person), own=names_of(child))


def hidden_from(person: Person, child: Child, named: Collection[str]) -> Marking:
    """Marks the hidden addresses which a recipient may not be told: all but those of `named`."""
    return Marking(protected(person, but=named), own=names_of(child))


def known_of(episode: Episode, person: Person) -> Iterator[Known]:
    yield from protected(person)
    for name in together.names_for(episode, person):
        yield Known(name, MarkKind.OTHER_CHILD, "A child who went too", is_name=True)
    theirs = {"child": episode.child, "is_protected": False}
    for placed in Placement.objects.visible_to(person).filter(**theirs).select_related("home"):
        for words in (placed.address, placed.postcode, placed.home.name if placed.home else ""):
            if words:
                yield Known(words, MarkKind.PLACE, "Where the child is or was placed")
    for lived in Address.objects.visible_to(person).filter(**theirs):
        for words in (lived.line, lived.postcode):
            if words:
                yield Known(words, MarkKind.PLACE, "Where the child lives or lived")
    told = Mention.objects.visible_to(person).filter(interview__episodes=episode).current()
    for row in told.distinct():
        yield from of_told(row)


def protected(person: Person, but: Collection[str] = ()) -> Iterator[Known]:
    """Every hidden address of a child whom the person works with, not of this one alone."""
    why = "Nobody is told it who is not named for it"
    for text in (
        *Address.objects.visible_to(person)
        .filter(is_protected=True)
        .values_list("line", flat=True),
        *Placement.objects.visible_to(person)
        .filter(is_protected=True)
        .values_list("address", flat=True),
    ):
        if text and text not in but:
            yield Known(text, MarkKind.PROTECTED, why)


def of_told(row: Mention) -> Iterator[Known]:
    """Whom or what a child told of, by each name and number of theirs."""
    is_person = row.kind == MentionKind.PERSON
    kind = MarkKind.PERSON if is_person else MarkKind.PLACE
    for words in (row.name, row.nickname):
        if words and row.kind in (MentionKind.PERSON, MentionKind.PLACE):
            yield Known(words, kind, "The child told of them", is_name=is_person)
    for words in (row.address, row.postcode):
        if words:
            yield Known(words, MarkKind.PLACE, "The child told of this place")
    for words in (row.number, row.registration):
        if words:
            yield Known(words, MarkKind.NUMBER, "The child told of it")
    if row.kind == MentionKind.HANDLE and row.name:
        yield Known(row.name, MarkKind.NUMBER, "The child told of it")


def names_of(child: Child) -> list[str]:
    """Every name that the child has or had."""
    return [child.name, *(f"{a.forename} {a.surname}" for a in child.aliases.all())]
