"""What an exploitation panel reads of the children brought to it, and what it is told on paper.

What is still to be done and the links between the children are for whoever prepares the panel. On
paper stands how often each was missing, what was put together for the panel and sent, a child at a
time, and nothing else: that a name was taken out of one child's part is not undone by another's.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from returnhome.casework import composing, sames
from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode
from returnhome.casework.mentions import Mention
from returnhome.casework.needs import Need
from returnhome.casework.packs import Pack, PackChild
from returnhome.casework.sames import Thing
from returnhome.casework.shares import Share, SharedLine, episodes_of
from returnhome.casework.staff import Person
from returnhome.casework.support import Action
from returnhome.reporting import coming_up, shared_paper
from returnhome.reporting.shared_paper import Line, Paper
from returnhome.reporting.shared_paper import Part as OnPaper
from returnhome.rules import Blocked, clock, intelligence, packing
from returnhome.rules.helping import NeedKind
from returnhome.rules.sharing import Purpose, Recipient

TITLE = "For an exploitation panel"
FOR_YOU = (
    "It is for this panel, for what is said below and for nothing else. Do not pass it on without "
    "asking, and keep it where nobody else can read it.",
    "It is what children said in talks after they had been missing, and proof of nothing. Words in "
    "square brackets stand for something that was left out on purpose.",
)


class NothingPutTogether(Blocked):
    sentence = (
        "Nothing has been put together for the panel about any of these children, so there is "
        "nothing to print yet."
    )


@dataclass(frozen=True)
class Times:
    """How often and how long in the months before, and how many talks were offered and held."""

    number: int = 0
    length: timedelta = timedelta()
    offered: int = 0
    held: int = 0

    @property
    def in_words(self) -> str:
        if not self.number:
            return "Not missing in the last 12 months"
        often = f"Missing {clock.counted(self.number, 'time')} in the last 12 months"
        return (
            f"{often}, {clock.duration(self.length)} in all; a talk was offered for "
            f"{self.offered} and held for {self.held}"
        )


@dataclass(frozen=True)
class Part:
    """One child of a pack, as whoever prepares the panel reads it.

    `told` are the shares that the panel can still be given; `draft` one that is being written;
    `latest` the episode of the last talk, of which something can be put together.
    """

    brought: PackChild
    times: Times
    actions: Sequence[Action]
    needs: Sequence[tuple[str, Need]]
    told: Sequence[Share]
    lines: Sequence[SharedLine]
    draft: Share | None
    latest: Episode | None
    is_over: bool

    @property
    def child(self) -> Child:
        return self.brought.child


def brought(pack: Pack, person: Person) -> list[PackChild]:
    """The children of a pack whom this person may bring themselves, with their child. One query."""
    theirs = PackChild.objects.visible_to(person).standing().filter(pack=pack)
    return list(theirs.select_related("child", "brought_by").in_order())


def taken_off(pack: Pack, person: Person) -> list[PackChild]:
    """Those who were on it and are not any more, as far as the person may see them. One query."""
    off = PackChild.objects.visible_to(person).taken_off().filter(pack=pack)
    return list(off.select_related("child", "ended_by").order_by("ended_at", "pk"))


def parts(rows: Sequence[PackChild], person: Person, now: datetime) -> list[Part]:
    """What is known of each, child by child; eleven queries, however many they are."""
    children = [row.child_id for row in rows]
    times = _times(children, person, now)
    actions: defaultdict[int, list[Action]] = defaultdict(list)
    for action in (
        Action.objects.visible_to(person)
        .outstanding()
        .filter(episode__child__in=children)
        .select_related("episode", "owner")
        .by_due_day()
    ):
        actions[action.episode.child_id].append(action)
    needs = _needs(children, person, now)
    shares: defaultdict[int, list[Share]] = defaultdict(list)
    for share in _shares(children, person):
        shares[share.child_id].append(share)
    told = {child: [share for share in shares[child] if share.is_open(now)] for child in children}
    lines = _lines([share for each in told.values() for share in each], person)
    latest = _latest(children, person)
    return [
        Part(
            row,
            times.get(row.child_id, Times()),
            actions[row.child_id],
            needs[row.child_id],
            told[row.child_id],
            [line for share in told[row.child_id] for line in lines[share.pk]],
            next((share for share in shares[row.child_id] if share.is_draft), None),
            latest.get(row.child_id),
            bool(shares[row.child_id]) and not told[row.child_id],
        )
        for row in rows
    ]


def _times(children: Sequence[int], person: Person, now: datetime) -> dict[int, Times]:
    found: dict[int, Times] = {}
    # A minute more, for what was recorded a moment ago.
    since, until = now - packing.LOOKS_BACK, now + timedelta(minutes=1)
    rows = Episode.objects.visible_to(person).counted()
    for child, began, ended, offered, held in (
        rows.filter(child__in=children, started_at__gte=since, started_at__lt=until)
        .order_by("pk")
        .values_list("child", "started_at", "ended_at", "offered_at", "held_at")
        .distinct()
    ):
        so_far = found.get(child, Times())
        found[child] = Times(
            so_far.number + 1,
            so_far.length + max((ended or now) - began, timedelta()),
            so_far.offered + bool(offered),
            so_far.held + bool(held),
        )
    return found


def _needs(
    children: Sequence[int], person: Person, now: datetime
) -> dict[int, list[tuple[str, Need]]]:
    """By child the needs and wishes of these months that nothing answers yet; six queries."""
    found: defaultdict[int, list[tuple[str, Need]]] = defaultdict(list)
    rows = Need.objects.visible_to(person).filter(
        interview__child__in=children, named_at__gte=now - packing.LOOKS_BACK
    )
    for need in rows.answered_how().select_related("interview").in_order():
        if need.is_open:
            found[need.child_id].append((NeedKind(need.kind).label, need))
    return found


def _shares(children: Sequence[int], person: Person) -> list[Share]:
    """What was put together for a panel, the newest first; not what was put away or recalled."""
    theirs = Share.objects.visible_to(person).filter(child__in=children, left=None)
    of_panel = theirs.filter(recipient=Recipient.PANEL, recalled_at=None)
    return list(of_panel.filter(episode__voided_at=None).newest_first())


def _lines(shares: Iterable[Share], person: Person) -> dict[int, list[SharedLine]]:
    """By share what was told; what two shares of one child both say stands once."""
    by_pk = {share.pk: share for share in shares}
    found: dict[int, list[SharedLine]] = {pk: [] for pk in by_pk}
    said: set[tuple[int, str, str]] = set()
    rows = SharedLine.objects.visible_to(person).filter(share__in=by_pk, is_in=True)
    for line in rows.in_order().select_related("entry__interview", "mention__interview"):
        key = (by_pk[line.share_id].child_id, line.heading, line.text)
        if key not in said:
            found[line.share_id].append(line)
        said.add(key)
    return found


def _latest(children: Sequence[int], person: Person) -> dict[int, Episode]:
    """By child the last episode with a talk that was signed off, where the person may share it."""
    theirs = episodes_of(person).counted().filter(child__in=children, signed_at__isnull=False)
    return {each.child_id: each for each in theirs.order_by("started_at", "pk").distinct()}


# Links between them.


def links(rows: Sequence[PackChild], person: Person) -> list[tuple[Mention, list[Child]]]:
    """What two or more of them told of, as far as the person may read both. 2 queries.

    One mention of each such thing, the newest, with the children who told of it.
    """
    children = {row.child_id: row.child for row in rows}
    if len(children) < packing.FEWEST:
        return []
    theirs = coming_up.ours(person).filter(interview__child__in=children).exclude(key="")
    same = sames.together(coming_up.areas_of(person), person)
    told: defaultdict[int, set[Thing]] = defaultdict(set)
    newest: dict[Thing, Mention] = {}
    for mention in theirs.select_related("interview").order_by("noted_at", "pk").distinct():
        thing = (mention.kind, mention.key)
        thing = same.get(thing, thing)
        told[mention.interview.child_id].add(thing)
        newest[thing] = mention
    found = packing.links(told)
    return [
        (newest[thing], [children[pk] for pk in theirs])
        for thing, theirs in sorted(found.items(), key=lambda each: (-len(each[1]), each[0]))
    ]


def links_on_paper(those: Sequence[Part]) -> list[tuple[str, list[str]]]:
    """What the parts of two or more children name in the same way: its name alone, and who.

    Only where nothing was taken out of the line: else one part would tell what another left out.
    """
    told: dict[int, set[Thing]] = {}
    words: dict[Thing, str] = {}
    called: dict[int, str] = {}
    for part in those:
        for line in part.lines:
            if line.mention and line.mention.key and line.text == line.original:
                thing = (line.mention.kind, line.mention.key)
                told.setdefault(part.child.pk, set()).add(thing)
                words.setdefault(thing, intelligence.named(composing.typed(line.mention)))
        if part.told:
            called[part.child.pk] = part.told[0].about
    found = packing.links(told)
    return [
        (words[thing], [called[pk] for pk in children])
        for thing, children in sorted(found.items(), key=lambda each: each[0])
    ]


# On paper.


def number_of(pack: Pack) -> str:
    return f"P-{pack.pk}"


def paper(pack: Pack, those: Sequence[Part], *, by: Person, at: datetime) -> Paper:
    """What the panel is given. Raises NothingPutTogether."""
    ready = [part for part in those if part.told]
    if not ready:
        raise NothingPutTogether
    linked = [
        Line(heading="Told of by more than one of them", words=f"{said}\n{'; '.join(who)}")
        for said, who in links_on_paper(ready)
    ]
    return Paper(
        title=TITLE,
        number=number_of(pack),
        about="About 1 child" if len(ready) == 1 else f"About {len(ready)} children",
        opening=FOR_YOU,
        facts=[
            ("Panel", pack.name),
            ("Meets on", f"{pack.meets_on.day} {pack.meets_on:%B %Y}"),
            ("From", pack.authority.name),
            ("Put on paper", f"{shared_paper.moment(at)}, {by.name}"),
        ],
        parts=[
            *(_on_paper(part, f"Child {n} of {len(ready)}") for n, part in enumerate(ready, 1)),
            *([OnPaper("What links them", linked)] if linked else []),
        ],
        closing=[("How to answer", _ask(pack, by))],
        footer="Keep this safe. Destroy it when the panel has met and its time is over.",
    )


def _on_paper(part: Part, title: str) -> OnPaper:
    # The title is a bookmark, seen beside a page and in previews: no name stands in it.
    rests_on = "; ".join(
        f"{shared_paper.number_of(share)}, put together by {share.sent_from} on "
        f"{shared_paper.day(share.sent_at)}. What for: {Purpose(share.purpose).label}"
        for share in part.told
    )
    who = Line(heading="About", words=part.told[0].about)
    often = Line(heading="How often missing", words=f"{part.times.in_words}.")
    lines = [shared_paper.line_of(line) for line in part.lines]
    return OnPaper(title, [who, often, *lines, Line(heading="Where it is from", words=rests_on)])


def _ask(pack: Pack, by: Person) -> list[str]:
    return [
        "Say what the panel decided about each child, and who does it by when.",
        f"To answer, or if something is not clear, wrong or not for you: {by.name}, "
        f"{pack.authority.name} ({by.email}). Say that it is about {number_of(pack)}.",
    ]


def rests_on(line: SharedLine) -> int | None:
    """The talk that the words of a line are from, by number."""
    below = line.entry or line.mention
    return below.interview_id if below else None


def held_at(line: SharedLine) -> datetime | None:
    """When that talk was held."""
    below = line.entry or line.mention
    return below.interview.held_at if below else None
