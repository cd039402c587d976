"""Asking which council holds something about a child; and what a council answers that is asked."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import asks, shares
from returnhome.casework.asks import AskedOf, NothingToTell, OwnAsk, Sought
from returnhome.casework.staff import Organisation, Person
from returnhome.rules import knowing, sharing
from returnhome.rules.access import Relation, Verb
from returnhome.rules.knowing import SignedInBy
from returnhome.rules.sharing import Purpose, Recipient
from returnhome.web import days, gds, looking, pages, sign_in
from returnhome.web.asked import Request

IN_DANGER = (
    "If a child may be in danger now, do not wait for an answer here: call 999, or the council’s "
    "duty team."
)
LEAD = (
    "You learn which council holds something about the child, and nothing of what. It is asked, "
    "and reads what you write here, with your name."
)


@contextmanager
def _not_theirs_is_404() -> Iterator[None]:
    """What others asked and what nobody asked: the same."""
    try:
        yield
    except asks.NotTheirs:
        raise Http404 from None


# Whoever asks.


class AskForm(gds.Form):
    forename = gds.Text(
        "Given name", max_length=100, missing="Enter the child’s given name", width=20
    )
    surname = gds.Text(
        "Family name", max_length=100, missing="Enter the child’s family name", width=20
    )
    born_on = days.Date(
        "Date of birth",
        missing=knowing.BornMissing.sentence,
        hint="The exact day. For example, 27 3 2012",
    )
    postcode = gds.Text(
        "Postcode (optional)",
        required=False,
        max_length=10,
        width=10,
        hint="It helps the council to be sure who is meant, and does not change what you read.",
    )
    number = gds.Text(
        "Police number or another reference (optional)",
        required=False,
        max_length=40,
        width=20,
    )
    purpose = gds.Radios("What is it for?", missing="Select what it is for", coerce=Purpose)
    because = gds.Textarea(
        "Why do you need to know?",
        missing=knowing.WhyMissing.sentence,
        rows=4,
        count=2000,
        hint="What has happened, and what you would do with it.",
    )
    sections = (
        ("The child", ("forename", "surname", "born_on", "postcode", "number")),
        ("Your reason", ("purpose", "because")),
    )

    def __init__(self, *args: Any, ours: Sequence[Organisation], **options: Any) -> None:
        super().__init__(*args, **options)
        self.ours = {each.pk: each for each in ours}
        purposes = {each for one in ours for each in sharing.purposes(asks.AS[one.kind])}
        self.fields["purpose"].choices = [  # type: ignore[attr-defined]
            (str(each), each.label) for each in Purpose if each in purposes
        ]
        if len(ours) > 1:
            self.fields["organisation"] = gds.Radios(
                "For which organisation do you ask?",
                missing="Select for which organisation you ask",
                choices=[(each.pk, each.name) for each in ours],
                coerce=int,
            )

    @property
    def organisation(self) -> Organisation:
        only = next(iter(self.ours))
        return self.ours[self.cleaned_data.get("organisation", only)]

    @property
    def sought(self) -> Sought:
        names = ("forename", "surname", "born_on", "postcode", "number")
        return Sought(**{name: self.cleaned_data[name] for name in names})


def ask(request: Request) -> HttpResponse:
    """Nothing is looked up before it is sent: no search, and no answer without a reason."""
    ours = asks.may_ask_for(request.user)
    if not ours:
        raise Http404
    form = AskForm(request.POST or None, ours=ours)
    back = reverse("asks")
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            row = asks.ask(
                form.sought,
                form.cleaned_data["purpose"],
                form.cleaned_data["because"],
                organisation=form.organisation,
                signed_in_by=sign_in.signed_in_by(request),
                by=request.user,
                at=request.now,
            )
            return redirect("show-ask", row.pk)
    return gds.form_page(
        request,
        form,
        title="Ask about a child",
        lead=LEAD,
        inset=IN_DANGER,
        button="Ask",
        back=back,
        cancel=back,
    )


def index(request: Request) -> HttpResponse:
    """What we asked, the newest first."""
    if not asks.may_ask_for(request.user):
        raise Http404
    rows = asks.asked_by_ours(request.user)
    looking.at_list(request, "asks", [child for one in rows for child in one.children])
    context = {"rows": [(one, _state(one, request.now)) for one in rows]}
    return render(request, "asks/index.html", context)


def show(request: Request, pk: int) -> HttpResponse:
    with _not_theirs_is_404():
        one = asks.asked_by_ours_one(request.user, pk)
    looking.at(request, one.ask, shown=one.children)
    context = {
        "one": one,
        "ask": one.ask,
        "state": _state(one, request.now),
        "purpose": Purpose(one.ask.purpose).label,
        "nothing_to_tell": knowing.NOTHING_TO_TELL,
    }
    return render(request, "asks/show.html", context)


def _state(one: OwnAsk, now: datetime) -> tuple[str, str]:
    """How it stands for whoever asked, and in which colour."""
    if not one.holding:
        return "Nothing held", "grey"
    if one.is_answered:
        is_shared = any(each.shares for each in one.holding)
        return ("They shared something", "green") if is_shared else ("Nothing to tell you", "grey")
    return ("No answer in time", "red") if one.due_at < now else ("Asked", "blue")


# The council that is asked.


def asked_about(request: Request) -> HttpResponse:
    """What others asked about our children: what waits first, then what is answered."""
    person = request.user
    if not _may_answer(person):
        raise Http404
    waiting = asks.waiting_for(person)
    rows = (
        AskedOf.objects.visible_to(person)
        .exclude(pk__in=[row.pk for row in waiting])
        .newest_first()
        .select_related("child", "ask__organisation")[: asks.MOST]
    )
    answered = list(rows)
    looking.at_list(request, "asked-about", [row.child_id for row in (*waiting, *answered)])
    context = {"waiting": listed(waiting, request.now), "answered": listed(answered)}
    return render(request, "asks/asked_about.html", context)


def _may_answer(person: Person) -> bool:
    return bool(person.may_for(Verb.SHARE, Relation.RESPONSIBLE)[0])


@dataclass(frozen=True)
class Listed:
    """An ask as it stands on a list. `is_late`: its answer is."""

    row: AskedOf
    is_late: bool

    @property
    def is_danger(self) -> bool:
        return self.row.ask.purpose == Purpose.DANGER_NOW

    @property
    def purpose(self) -> str:
        return Purpose(self.row.ask.purpose).label

    @property
    def is_pressing(self) -> bool:
        return self.is_danger or self.is_late


def listed(rows: Iterable[AskedOf], now: datetime | None = None) -> list[Listed]:
    return [Listed(row, bool(now and row.is_late(now))) for row in rows]


@dataclass(frozen=True)
class Waiting:
    """For the work list: what somebody asked and nobody has answered, the gravest first."""

    rows: Sequence[Listed]

    @property
    def children(self) -> list[int]:
        return [one.row.child_id for one in self.rows]

    @property
    def in_words(self) -> str:
        """How many asks, of how many children."""
        number = len(set(self.children))
        if number == len(self.rows):
            are = "child is asked about" if number == 1 else "children are asked about"
            return f"{number} {are}"
        asked = pages.counted(len(self.rows), "ask")
        return f"{asked} about {pages.counted(number, 'child', 'children')}"


def waiting_for(person: Person, now: datetime) -> Waiting:
    """One query, for whoever may answer."""
    return Waiting(listed(asks.waiting_for(person), now) if _may_answer(person) else [])


def _asked(request: Request, pk: int) -> AskedOf:
    rows = AskedOf.objects.visible_to(request.user)
    row = get_object_or_404(
        rows.select_related("child", "ask__organisation", "ask__asked_by"), pk=pk
    )
    looking.at(request, row)
    return row


def show_asked(request: Request, pk: int) -> HttpResponse:
    row = _asked(request, pk)
    nothing = NothingToTell.objects.visible_to(request.user).filter(asked=row)
    context = {
        "row": row,
        "ask": row.ask,
        "purpose": Purpose(row.ask.purpose).label,
        "signed_in_by": SignedInBy(row.ask.signed_in_by).label,
        "is_late": row.is_late(request.now),
        "is_danger": row.ask.purpose == Purpose.DANGER_NOW,
        "nothing": nothing.select_related("by").first(),
        "nothing_to_tell": knowing.NOTHING_TO_TELL,
        "answers": asks.answers_to(row, request.user),
        "begun": [
            (share, Purpose(share.purpose).label) for share in asks.on_the_way_to(row, request.user)
        ],
        "episodes": _to_share_of(row, request.user),
    }
    return render(request, "asks/show_asked.html", context)


def _to_share_of(row: AskedOf, person: Person) -> list[tuple[Any, str]]:
    """The child's last episodes of which the person may share, each with where that begins.

    Those with a signed talk: it is what the child told that is shared. Of a child without any, the
    last time missing.
    """
    theirs = shares.episodes_of(person).filter(child=row.child, voided_at=None).newest_first()
    told = list(theirs.filter(signed_at__isnull=False)[:5]) or list(theirs[:1])
    ask = row.ask
    given = {
        "recipient": asks.AS.get(ask.organisation.kind, Recipient.OTHER),
        "to": ask.organisation_id,
        "purpose": ask.purpose,
    }
    return [
        (episode, f"{reverse('begin-share', args=[episode.pk])}?{urlencode(given)}")
        for episode in told
    ]


class NothingForm(gds.Form):
    because = gds.Textarea(
        "Why is there nothing to share?",
        missing=knowing.WhyNothingMissing.sentence,
        rows=3,
        count=2000,
        hint="It stays with you: whoever asked does not read it.",
    )


def tell_nothing(request: Request, pk: int) -> HttpResponse:
    row = _asked(request, pk)
    form = NothingForm(request.POST or None)
    back = reverse("show-asked-about", args=[pk])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            asks.tell_nothing(row, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, "Noted: there is nothing to share.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Nothing to share",
        caption=pages.name_of(row.child),
        lead=f"{row.ask.organisation.name} reads: “{_as_they_read(row)}”",
        button="Say that there is nothing",
        back=back,
        cancel=back,
    )


def _as_they_read(row: AskedOf) -> str:
    return "Nobody here holds anything" if row.is_hidden else knowing.NOTHING_TO_TELL


urlpatterns = [
    path("asks", index, name="asks"),
    path("asks/new", ask, name="ask-about"),
    path("asks/<int:pk>", show, name="show-ask"),
    path("asked-about", asked_about, name="asked-about"),
    path("asked-about/<int:pk>", show_asked, name="show-asked-about"),
    path("asked-about/<int:pk>/nothing", tell_nothing, name="tell-nothing"),
]
