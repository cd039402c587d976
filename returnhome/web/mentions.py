"""What was told of: noted beside the account by type, corrected, found again by name or plate."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import journal, mentions
from returnhome.casework.interviews import Interview
from returnhome.casework.mentions import Mention, Told
from returnhome.casework.staff import Person
from returnhome.rules import standard
from returnhome.rules.access import Relation, Verb
from returnhome.rules.mentioning import Expectation, MentionKind, PlaceKind, Reliability
from returnhome.rules.naming import written_postcode
from returnhome.rules.standard import own
from returnhome.web import gds, looking, needs, pages
from returnhome.web.asked import Request

A_PAGE = 50
SHORTEST = 3
MOST_SENTENCE = 1000


# What the pages show.


@dataclass(frozen=True)
class Shown:
    """One thing that was told of, in words."""

    mention: Mention
    title: str
    facts: Sequence[str]
    question: str
    reliability: str
    expectation: str
    may_correct: bool = False

    @property
    def kind(self) -> str:
        return MentionKind(self.mention.kind).label


def shown(mention: Mention, *, may_correct: bool = False) -> Shown:
    title, facts = in_words(mention)
    return Shown(
        mention,
        title,
        [fact for fact in facts if fact],
        _question(mention),
        Reliability(mention.reliability).label,
        Expectation(mention.expectation).label,
        may_correct,
    )


def in_words(one: Mention) -> tuple[str, list[str]]:
    """What names it, and what else is known."""
    kind = MentionKind(one.kind)
    if kind is MentionKind.PERSON:
        name = one.name or one.nickname or "Name not known"
        also = f"called {one.nickname}" if one.name and one.nickname else ""
        return name, [also, one.relationship, one.age and f"aged {one.age}", one.address]
    if kind is MentionKind.PLACE:
        label = PlaceKind(one.place_kind).label if one.place_kind else ""
        postcode = written_postcode(one.postcode) or one.postcode
        name = one.name or one.address or postcode or label or "A place"
        return name, [part for part in (label, one.address, postcode) if part != name]
    if kind is MentionKind.VEHICLE:
        what = " ".join(part for part in (one.colour, one.make) if part)
        return one.registration or what, [what if one.registration else "plate not known"]
    if kind is MentionKind.PHONE:
        return one.number, [one.name and f"of {one.name}"]
    return one.name, [one.platform]


def _question(mention: Mention) -> str:
    # Of a version without a query; a search lists many.
    interview = mention.interview
    is_own = own.is_own(mention.question)
    version = interview.standard if is_own else standard.version(interview.standard_version)
    asked = version.questions
    return next((each.text for each in asked if each.key == mention.question), "")


def of_interview(interview: Interview, person: Person) -> list[Shown]:
    """What stands of one interview. One query, and the caller has asked who may read it."""
    may = needs.may_help(interview, person)
    theirs = Mention.objects.visible_to(person).filter(interview=interview).current()
    found = []
    for mention in theirs.in_order().select_related("noted_by"):
        mention.interview = interview
        found.append(shown(mention, may_correct=may))
    return found


def _interview(request: Request, pk: int) -> Interview:
    readable = Interview.objects.account_visible_to(request.user)
    interview = get_object_or_404(readable.select_related("child", "interviewer"), pk=pk)
    looking.at(request, interview)
    return interview


def of(request: Request, pk: int) -> HttpResponse:
    """The list beside the account, by type; made to be printed too."""
    interview = _interview(request, pk)
    every = of_interview(interview, request.user)
    groups = [
        (kind, [one for one in every if one.mention.kind == kind])
        for kind in MentionKind
        if any(one.mention.kind == kind for one in every)
    ]
    context = {
        "interview": interview,
        "groups": groups,
        "kinds": list(MentionKind),
        "may_note": needs.may_help(interview, request.user) and not interview.not_held_at,
    }
    return render(request, "mentions/of.html", context)


# Noted and corrected.


class MentionForm(gds.Form):
    """What all kinds share; `asked` are the fields of the kind, which stand first."""

    question = gds.Select(
        "Under which question was it said? (optional)", required=False, empty="Not known"
    )
    sentence = gds.Textarea(
        "The sentence it was said in (optional)",
        rows=2,
        required=False,
        strip=False,
        count=MOST_SENTENCE,
        hint="Copied from the account, which stays as it is.",
    )
    reliability = gds.Radios(
        "What does it rest on?",
        choices=Reliability.choices(),
        coerce=Reliability,
        missing="Select what it rests on",
    )
    expectation = gds.Radios(
        "What does the child expect to happen with it?",
        choices=Expectation.choices(),
        coerce=Expectation,
        hint="Be honest with the child: what keeps a child safe may have to be passed on.",
    )

    def __init__(
        self, *args: Any, kind: MentionKind, asked: standard.Standard, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        shared = self.fields
        self.fields = {**_fields(kind), **shared}
        self.fields["question"].choices = [(each.key, each.text) for each in asked.questions]  # type: ignore[attr-defined]

    @property
    def told(self) -> Told:
        said: dict[str, Any] = {name: value or "" for name, value in self.cleaned_data.items()}
        return Told(**said)


def _line(label: str, most: int, **options: Any) -> gds.Text:
    return gds.Text(f"{label} (optional)", required=False, max_length=most, **options)


def _more() -> gds.Textarea:
    return gds.Textarea(
        "Description (optional)", rows=2, required=False, count=MOST_SENTENCE, strip=False
    )


def _fields(kind: MentionKind) -> dict[str, gds.Component]:
    address = _line("Address", 300)
    if kind is MentionKind.PERSON:
        return {
            "name": _line("Name", 200),
            "nickname": _line("Nickname", 100),
            "relationship": _line("Who are they to the child?", 100),
            "age": _line("Age, as far as the child knows", 40, width=10),
            "description": _more(),
            "address": address,
        }
    if kind is MentionKind.PLACE:
        return {
            "name": _line("What is it called?", 200),
            "place_kind": gds.Select(
                "What sort of place? (optional)", required=False, choices=PlaceKind.choices()
            ),
            "address": address,
            "postcode": _line("Postcode", 10, width=10),
            "description": _more(),
        }
    if kind is MentionKind.VEHICLE:
        return {
            "registration": _line("Registration", 20, width=10),
            "make": _line("Make and model", 60),
            "colour": _line("Colour", 40, width=20),
            "description": _more(),
        }
    if kind is MentionKind.PHONE:
        return {
            "number": gds.Text("Number", max_length=40, width=20, missing="Enter the number"),
            "name": _line("Whose is it?", 200),
        }
    return {
        "name": gds.Text("Name or handle", max_length=200, missing="Enter the name"),
        "platform": _line("On which platform?", 60, width=20),
        "description": _more(),
    }


def _kind(name: str) -> MentionKind:
    if name not in list(MentionKind):
        raise Http404
    return MentionKind(name)


def _of(interview: int) -> str:
    return reverse("mentions-of-interview", args=[interview])


def note(request: Request, pk: int, kind: str) -> HttpResponse:
    sort = _kind(kind)
    interview = _interview(request, pk)
    if not needs.may_help(interview, request.user):
        raise Http404
    first = {"expectation": Expectation.NOT_ASKED}
    form = MentionForm(request.POST or None, kind=sort, asked=interview.standard, initial=first)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            mentions.note(interview, sort, form.told, by=request.user, at=request.now)
            messages.success(request, f"Noted: {sort.label.lower()}.")
            if "another" in request.POST:
                return redirect("note-mention", pk, sort)
            return redirect(_of(pk))
    return gds.form_page(
        request,
        form,
        title=f"What was told of: {sort.label.lower()}",
        caption=pages.name_of(interview.child),
        button="Save",
        back=_of(pk),
        cancel=_of(pk),
        template="needs/name.html",
        another="Save, then note another",
    )


def _mention(request: Request, pk: int) -> Mention:
    """One that the person may correct. An earlier row is let through to the verb when sent in."""
    seen = Mention.objects.visible_to(request.user)
    if request.method == "GET":
        seen = seen.current()
    mention = get_object_or_404(seen.select_related("interview__child", "noted_by"), pk=pk)
    if not needs.may_help(mention.interview, request.user):
        raise Http404
    looking.at(request, mention)
    return mention


def correct(request: Request, pk: int) -> HttpResponse:
    mention = _mention(request, pk)
    kind, said = MentionKind(mention.kind), mention.told
    names = [*_fields(kind), *MentionForm.base_fields]
    first = {name: getattr(said, name) for name in names}
    form = MentionForm(
        request.POST or None, kind=kind, asked=mention.interview.standard, initial=first
    )
    back = _of(mention.interview_id)
    is_taken_out = "take-out" in request.POST
    if request.method == "POST" and (is_taken_out or form.is_valid()):
        form.is_valid()
        with gds.refusals_into(form):
            if is_taken_out:
                mentions.take_out(mention, by=request.user, at=request.now)
            else:
                mentions.correct(mention, form.told, by=request.user, at=request.now)
            messages.success(request, "Taken out." if is_taken_out else "Corrected.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title=f"Correct: {kind.label.lower()}",
        caption=pages.name_of(mention.interview.child),
        inset="The earlier wording stays on record. The account itself is not changed.",
        button="Save the correction",
        back=back,
        cancel=back,
        template="mentions/correct.html",
    )


# Found again.


class SearchForm(gds.Form):
    q = gds.Text(
        "Name, nickname, address, plate, number or online name",
        noun="what to look for",
        hint="Any part of it, at least 3 letters or figures.",
        width=20,
        max_length=100,
    )

    def clean_q(self) -> str:
        said: str = self.cleaned_data["q"].strip()
        if sum(letter.isalnum() for letter in said) < SHORTEST:
            raise ValidationError(f"Enter at least {SHORTEST} letters or figures")
        return said


def may_search(person: Person) -> bool:
    return any(person.may(Verb.SEE_ACCOUNT, relation) for relation in Relation)


def search(request: Request) -> HttpResponse:
    """Who and where has come up. By POST: no name or plate stands in an address."""
    person = request.user
    if not may_search(person):
        raise Http404
    form = SearchForm(request.POST or None)
    rows = None
    if form.is_valid():
        theirs = Mention.objects.visible_to(person).current().saying(form.cleaned_data["q"])
        theirs = theirs.select_related("interview__child").order_by("-noted_at", "-pk")
        found = list(theirs[: A_PAGE + 1])
        # That somebody searched and who came up, never for what: the journal holds no names.
        came_up = [each.interview.child_id for each in found[:A_PAGE]]
        journal.write("find mention", person, shown=came_up, by=person, at=request.now)
        rows = [(MentionKind(each.kind).label, shown(each)) for each in found]
    context = {"form": form, "rows": rows, "most": A_PAGE}
    return render(request, "mentions/search.html", context)


urlpatterns = [
    path("mentions", search, name="mentions"),
    path("interviews/<int:pk>/mentions", of, name="mentions-of-interview"),
    path("interviews/<int:pk>/note-mention/<slug:kind>", note, name="note-mention"),
    path("mentions/<int:pk>/correct", correct, name="correct-mention"),
]
