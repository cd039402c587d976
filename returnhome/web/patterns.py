"""Who and where keeps coming up, who went again, when and where: counted, and no child scored.

Each thing opens to the words it rests on. That two are one is said by a person, and taken back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import packs, sames
from returnhome.casework.children import Child
from returnhome.casework.mentions import Mention
from returnhome.casework.sames import SameThing
from returnhome.casework.staff import Person
from returnhome.reporting import coming_up
from returnhome.rules import Blocked, mentioning
from returnhome.rules.mentioning import MentionKind
from returnhome.web import gds, looking, mentions, pages, together
from returnhome.web.asked import Request

A_PAGE = 50
# Beyond so many pages nobody turns.
LAST_PAGE = 2_000
LIST, AGAIN = "patterns", "went-again"
WRITTEN = "written"
PERIODS = {30: "Last 30 days", 90: "Last 3 months", 365: "Last 12 months", 1095: "Last 3 years"}
A_YEAR = 365
# How dark a cell of the grid is drawn: its number always stands in it too.
SHADES = 4
# So many children are drawn; the table beneath has all.
MOST_DRAWN = 24


def may_see(person: Person) -> bool:
    return bool(coming_up.areas_of(person))


def _check(request: Request) -> None:
    if not may_see(request.user):
        raise Http404


# The list.


class Filters(gds.Form):
    kind = gds.Select(
        "What",
        empty="Everything",
        required=False,
        coerce=MentionKind,
        choices=MentionKind.choices(),
    )
    days = gds.Select(
        "Noted", empty="At any time", required=False, coerce=int, choices=list(PERIODS.items())
    )

    def asked(self, name: str) -> Any:
        return self.cleaned_data.get(name) if self.is_valid() else None


class Period(gds.Form):
    days = gds.Select(
        "Which period?", empty="Last 12 months", required=False, coerce=int, choices=[]
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        others = [(days, words) for days, words in PERIODS.items() if days != A_YEAR]
        self.fields["days"].choices = others  # type: ignore[attr-defined]

    @property
    def asked(self) -> int:
        return (self.cleaned_data.get("days") if self.is_valid() else None) or A_YEAR


def index(request: Request) -> HttpResponse:
    """What two or more children told of, by how many; each opens to the words."""
    _check(request)
    form = Filters(request.GET)
    kind, days = form.asked("kind"), form.asked("days")
    number = _page_asked(request)
    asked: dict[str, Any] = {
        "kinds": [kind] if kind else tuple(MentionKind),
        "since": request.now - timedelta(days=days) if days else None,
        "most": A_PAGE,
    }
    listed = coming_up.things(request.user, **asked, beyond=(number - 1) * A_PAGE)
    if number > 1 and not listed.in_all:
        listed = coming_up.things(request.user, **asked)
        number = 1
    looking.at_list(request, LIST, [each.newest.child_id for each in listed.things])
    chosen = []
    if kind:
        chosen.append((kind.label, pages.with_query(request, kind=None, page=None)))
    if days:
        chosen.append((PERIODS[days], pages.with_query(request, days=None, page=None)))
    context = {
        "rows": [(each, *mentions.in_words(each.newest)) for each in listed.things],
        "page": Paginator(range(listed.in_all), A_PAGE).get_page(number),
        "in_all": listed.in_all,
        "form": form,
        "chosen": chosen,
        "tab": "things",
    }
    return render(request, "patterns/index.html", context)


def _page_asked(request: Request) -> int:
    said = request.GET.get("page", "")
    number = int(said) if said.isascii() and said.isdecimal() and len(said) < 6 else 1
    return min(max(number, 1), LAST_PAGE)


# One thing.


@dataclass(frozen=True)
class ToldBy:
    """One mention with its child; `anchor` where it is the first of that child on the page."""

    shown: mentions.Shown
    child: Child
    anchor: str


def _thing(request: Request, pk: int) -> Mention:
    _check(request)
    ours = coming_up.ours(request.user).select_related("interview__child__joined_to", "noted_by")
    one = get_object_or_404(ours, pk=pk)
    looking.at(request, one)
    return one


def show(request: Request, pk: int) -> HttpResponse:
    """Every mention of one thing with its words, and what may be the same."""
    person, one = request.user, _thing(request, pk)
    every = coming_up.alike(one, person)
    found = coming_up.mentions_of(every, person) or [one]
    children = list({child.pk: child for child in map(coming_up.child_of, found)}.values())
    said = _said(every, person)
    near = coming_up.perhaps(one, person)
    looking.at_list(
        request,
        LIST,
        [
            *(each.interview.child_id for each in found),
            *(each.child_id for each in near),
            *(mention.child_id for each in said for mention in (each.one, each.other)),
        ],
    )
    context = {
        "one": mentions.shown(one),
        "told": _told(found),
        "children": children,
        "most": coming_up.MOST_MENTIONS,
        "said": [
            (each, mentions.in_words(each.one)[0], mentions.in_words(each.other)[0])
            for each in said
        ],
        "near": [(each, *mentions.in_words(each)) for each in near],
        "to_ask": coming_up.councils_to_ask(found, person),
        "may_say": coming_up.council_of(person) is not None,
        "may_bring": bool(packs.areas_of(person)),
    }
    return render(request, "patterns/thing.html", context)


def _told(found: Sequence[Mention]) -> list[ToldBy]:
    seen: set[int] = set()
    told = []
    for each in found:
        child = coming_up.child_of(each)
        anchor = "" if child.pk in seen else f"child-{child.pk}"
        seen.add(child.pk)
        told.append(ToldBy(mentions.shown(each), child, anchor))
    return told


def _said(every: Sequence[sames.Thing], person: Person) -> list[SameThing]:
    """By which words these things are one, the newest first."""
    keys = {key for _, key in every}
    theirs = SameThing.objects.visible_to(person).standing().newest_first()
    rows = theirs.filter(one__kind=every[0][0], one__key__in=keys)
    return list(rows.select_related("one__interview", "other__interview", "said_by"))


class NothingOfThatName(Blocked):
    sentence = "Nothing that your children told of is written exactly like this. Look for it first."
    field = "written"


class SameForm(gds.Form):
    which = gds.Radios(
        "What is it the same as?",
        missing="Select what it is the same as",
        reveal={WRITTEN: ["written"]},
    )
    written = gds.Text(
        "How it is written there",
        max_length=200,
        hint="The whole name, plate or number, as it was noted.",
        missing="Enter how it is written there",
    )
    because = gds.Textarea(
        "How is it known that they are the same?",
        rows=3,
        count=1000,
        hint="For example: both children showed the same photograph.",
        missing="Say what it rests on",
    )

    def __init__(self, *args: Any, near: Sequence[Mention], **options: Any) -> None:
        super().__init__(*args, **options)
        which = self.fields["which"]
        titles = [(str(each.pk), *mentions.in_words(each)) for each in near]
        which.choices = [  # type: ignore[attr-defined]
            *((pk, title) for pk, title, _ in titles),
            (WRITTEN, "Something that is written in another way"),
        ]
        which.hints = {pk: "; ".join(filter(None, facts)) for pk, _, facts in titles}  # type: ignore[attr-defined]
        if near:
            which.or_before = WRITTEN  # type: ignore[attr-defined]


def say_same(request: Request, pk: int) -> HttpResponse:
    person, one = request.user, _thing(request, pk)
    council = coming_up.council_of(person)
    if council is None:
        raise Http404
    near = coming_up.perhaps(one, person)
    looking.at_list(request, LIST, [each.child_id for each in near])
    form = SameForm(
        request.POST or None, near=near, initial={"which": request.GET.get("which", "")}
    )
    back = reverse("show-pattern", args=[pk])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            sames.say_same(
                one,
                _chosen(form.cleaned_data, one, near, person),
                form.cleaned_data["because"],
                authority=council,
                by=person,
                at=request.now,
            )
            messages.success(request, "They are shown as one. It can be taken apart again.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="They are the same",
        caption=mentions.in_words(one)[0],
        inset="Each child’s words stay as they were noted. Only your own council’s list shows them "
        "together.",
        button="They are the same",
        back=back,
        cancel=back,
    )


def _chosen(
    said: Mapping[str, Any], one: Mention, near: Sequence[Mention], person: Person
) -> Mention:
    """The one that was chosen, or that is written so. Raises NothingOfThatName."""
    if said["which"] != WRITTEN:
        return next(each for each in near if str(each.pk) == said["which"])
    ways = mentioning.sought(said["written"] or "")
    found = coming_up.written_as(one.kind, sorted(ways), person)
    if not found:
        raise NothingOfThatName
    return found[0]


class ApartForm(gds.Form):
    because = gds.Textarea(
        "How is it known that they are not the same?",
        rows=3,
        count=1000,
        missing="Say what it rests on",
    )


def take_apart(request: Request, pk: int) -> HttpResponse:
    _check(request)
    seen = SameThing.objects.visible_to(request.user)
    said = get_object_or_404(seen.select_related("one__interview", "other__interview"), pk=pk)
    back = reverse("show-pattern", args=[said.one_id])
    looking.at(request, said)
    looking.at_list(request, LIST, [said.one.child_id, said.other.child_id])
    if request.method == "GET" and said.ended_at:
        messages.info(request, "This has been taken apart already.")
        return redirect(back)
    form = ApartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            sames.take_apart(said, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, "Taken apart again. The reason is kept.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Take apart again",
        caption=" and ".join(mentions.in_words(each)[0] for each in (said.one, said.other)),
        button="Take them apart",
        back=back,
        cancel=back,
    )


# Who went again, when and where.


def _period(request: Request) -> tuple[Period, datetime, datetime]:
    form = Period(request.GET)
    # A minute more, for what was recorded a moment ago.
    return form, request.now - timedelta(days=form.asked), request.now + timedelta(minutes=1)


def again(request: Request) -> HttpResponse:
    _check(request)
    form, since, until = _period(request)
    several = coming_up.went_again(request.user, since, until)
    pairs = coming_up.went_together(request.user, since, until)
    looking.at_list(request, AGAIN, [each.child.pk for each in several])
    looking.at_list(
        request, together.LIST, [child.pk for each in pairs for child in (each.one, each.other)]
    )
    context = {
        "form": form,
        "several": several,
        "pairs": pairs,
        "most": coming_up.A_LIST,
        "since": since,
        "tab": "again",
    }
    return render(request, "patterns/again.html", context)


@dataclass(frozen=True)
class Grid:
    """A week by day and part of the day: each number, and how dark it is drawn."""

    title: str
    rows: Sequence[tuple[str, Sequence[tuple[int, int]]]]
    in_all: int
    unknown: int


def times_and_places(request: Request) -> HttpResponse:
    _check(request)
    form, since, until = _period(request)
    went, back = coming_up.hours(request.user, since, until)
    found = coming_up.places(request.user, since, until)
    # The name of a place is a child's words; what is counted is of nobody.
    looking.at_list(request, LIST, {child for each in found for child in each.told_first})
    context = {
        "form": form,
        "grids": [
            _grid("When children went missing", went),
            _grid("When they came back", back),
        ],
        "parts": coming_up.PARTS,
        "places": found,
        "since": since,
        "tab": "times",
    }
    return render(request, "patterns/times_and_places.html", context)


def _grid(title: str, counted: coming_up.Hours) -> Grid:
    rows = [
        (day, [(number, _shade(number, counted.most)) for number in cells])
        for day, cells in zip(coming_up.DAYS, counted.cells, strict=True)
    ]
    return Grid(title, rows, counted.in_all, counted.unknown)


def _shade(number: int, most: int) -> int:
    return -(-SHADES * number // most) if most else 0


# The picture.


@dataclass(frozen=True)
class Drawn:
    """A word of the picture: what it says, where, and where it leads."""

    text: str
    y: int
    href: str


@dataclass(frozen=True)
class Line:
    """From a thing to a child who told of it."""

    y1: int
    y2: int
    href: str


@dataclass(frozen=True)
class Picture:
    height: int
    things: Sequence[Drawn]
    children: Sequence[Drawn]
    lines: Sequence[Line]


APART, LONGEST = 36, 30


def links(request: Request) -> HttpResponse:
    """Which child told of which thing: drawn, and the same as a table."""
    _check(request)
    form, since, _ = _period(request)
    found = coming_up.links(request.user, since)
    looking.at_list(request, LIST, [each.pk for each in found.children])
    rows = [
        (each, mentions.in_words(each.newest)[0], found.of(each))
        for each in found.things
        if found.of(each)
    ]
    context = {
        "form": form,
        "rows": rows,
        "picture": _picture(found),
        "left_out": max(0, len(found.children) - MOST_DRAWN),
        "tab": "links",
    }
    return render(request, "patterns/links.html", context)


def _picture(found: coming_up.Links) -> Picture:
    drawn = list(found.children[:MOST_DRAWN])
    things = [each for each in found.things if any(child in drawn for child in found.of(each))]
    height = APART * max(len(things), len(drawn), 1)
    left = {each.newest.pk: _at(place, len(things), height) for place, each in enumerate(things)}
    right = {child.pk: _at(place, len(drawn), height) for place, child in enumerate(drawn)}
    return Picture(
        height,
        [
            Drawn(_short(mentions.in_words(each.newest)[0]), left[pk], _thing_at(pk))
            for each in things
            for pk in [each.newest.pk]
        ],
        [Drawn(_short(pages.name_of(child)), right[child.pk], _child_at(child)) for child in drawn],
        [
            Line(left[thing], right[child], f"{_thing_at(thing)}#child-{child}")
            for thing, child in sorted(found.told)
            if thing in left and child in right
        ],
    )


def _at(place: int, of: int, height: int) -> int:
    return round(height * (place + 0.5) / of)


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _thing_at(pk: int) -> str:
    return reverse("show-pattern", args=[pk])


def _child_at(child: Child) -> str:
    return reverse("show-child", args=[child.pk])


urlpatterns = [
    path("patterns", index, name="patterns"),
    path("patterns/again", again, name="patterns-again"),
    path("patterns/times-and-places", times_and_places, name="patterns-times"),
    path("patterns/links", links, name="patterns-links"),
    path("patterns/<int:pk>", show, name="show-pattern"),
    path("patterns/<int:pk>/same", say_same, name="say-same"),
    path("same-things/<int:pk>/take-apart", take_apart, name="take-apart"),
]
