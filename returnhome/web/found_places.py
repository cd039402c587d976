"""Where a child was found, on the page of the episode, and the small page that says it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse

from returnhome.casework import found_places
from returnhome.casework.episodes import Episode
from returnhome.casework.found_places import LONGEST_WORDS, FoundPlace, Where
from returnhome.casework.staff import ANSWERING, RELATIONS, Person
from returnhome.rules import found_places as rules
from returnhome.rules.access import Verb
from returnhome.rules.clock import LONDON
from returnhome.rules.found_places import FoundIn, SaidBy
from returnhome.rules.naming import written_postcode
from returnhome.web import gds, pages
from returnhome.web.asked import Request, episode_for
from returnhome.web.councils import Council


@dataclass(frozen=True)
class Said:
    """What was said of the place, as this person may read it."""

    row: FoundPlace
    text: str
    source: str


@dataclass(frozen=True)
class Shown:
    """What stands, and what was said before, the newest first. `href`: where it is said anew."""

    standing: Said | None
    before: Sequence[tuple[Said, datetime]]
    href: str
    link: str


def of_episode(episode: Episode, person: Person) -> Shown:
    """At most two queries."""
    said = _said(episode, person)
    whose = episode.child.forename or "the child"
    return Shown(
        standing=said[0] if said else None,
        before=[(old, new.row.noted_at) for new, old in pairwise(said)],
        href=reverse("say-where-found-episode", args=[episode.pk])
        if may_say(episode, person)
        else "",
        link=f"Correct where {whose} was found" if said else f"Say where {whose} was found",
    )


def may_say(episode: Episode, person: Person) -> bool:
    is_over = not (episode.is_voided or episode.is_open)
    return is_over and person.may_about(episode, Verb.OFFER, *ANSWERING)


def _said(episode: Episode, person: Person) -> list[Said]:
    seen = FoundPlace.objects.visible_to(person).about(episode)
    rows = list(seen.select_related("authority", "noted_by").newest_first(episode))
    # Where a child is to be found is no business of those who had to do with them once.
    knows = person.may_about(episode.child, Verb.SEE_EPISODE, *RELATIONS)
    is_exact = knows and any(row.postcode or row.words for row in rows)
    hidden = found_places.protected_addresses(episode.child) if is_exact else []
    return [Said(row, in_words(row, knows, hidden), source_of(row)) for row in rows]


def is_hidden(row: FoundPlace, hidden: Sequence[str]) -> bool:
    """Whether it says a protected address: one that was protected then, or has been since."""
    return row.is_protected or rules.tells_any(hidden, postcode=row.postcode, words=row.words)


def in_words(row: FoundPlace, knows: bool, hidden: Sequence[str]) -> str:
    there = area_of(row)
    if knows and is_hidden(row, hidden):
        return f"A protected address: {there}"
    if not knows:
        return there
    where = ", ".join(filter(None, (written_postcode(row.postcode), there)))
    return f"{where}: {row.words}" if row.words else where


def standing_of(those: Iterable[Episode], person: Person) -> dict[int, FoundPlace]:
    """Episode → what stands, for a list: its area, and not the place. One query."""
    by_pk = {episode.pk: episode for episode in those}
    seen = FoundPlace.objects.visible_to(person).filter(episode__in=by_pk)
    rows = list(seen.select_related("authority").defer("words", "sealed_postcode").in_order())
    again = {by_pk[row.episode_id].same_as_id: row for row in rows}
    return {pk: row for pk, row in again.items() if pk} | {row.episode_id: row for row in rows}


def found_in_words(row: FoundPlace) -> str:
    """A sentence that names the area alone: the place stands on the page of the episode."""
    if row.found_in == FoundIn.NOT_KNOWN:
        return "Where the child was found is not known."
    if row.found_in == FoundIn.ABROAD:
        return "Found outside the UK."
    return (
        f"Found in {row.authority.name}."
        if row.authority
        else "Found at a postcode not on the map."
    )


def area_of(row: FoundPlace) -> str:
    if row.found_in != FoundIn.PLACE:
        return FoundIn(row.found_in).label
    return row.authority.name if row.authority else "in no council’s area that is known"


def source_of(row: FoundPlace) -> str:
    """Who knows it, and whom we have it from where that says more."""
    if row.source != row.noted_by.name:
        return row.source
    said_by = SaidBy(row.said_by)
    known = {SaidBy.POLICE: "the police", SaidBy.CHILD: "the child"}
    told = known.get(said_by, said_by.label[:1].lower() + said_by.label[1:])
    return f"{row.source}, as {told} said"


class PlaceForm(gds.Form):
    found_in = gds.Radios(
        "Where was the child found?",
        missing="Select where the child was found",
        reveal={FoundIn.PLACE: ["postcode", "authority"]},
    )
    postcode = gds.Text(
        "Postcode (optional)",
        required=False,
        width=10,
        max_length=10,
        hint="Of the place where the child was found. It says in which council’s area that is.",
    )
    authority = Council(
        "In which council’s area? (optional where the postcode is known)", required=False
    )
    words = gds.Text(
        "Say more about the place (optional)",
        noun="more about the place",
        required=False,
        max_length=LONGEST_WORDS,
        hint="For example: at a friend’s, at the railway station. It is sealed in the database.",
    )
    said_by = gds.Radios("Who says so?", choices=SaidBy.choices(), coerce=SaidBy)

    def __init__(self, *args: Any, today: date, may_take_back: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["found_in"].choices = [  # type: ignore[attr-defined]
            (str(each), "Not known after all" if each is FoundIn.NOT_KNOWN else each.label)
            for each in FoundIn
            if may_take_back or each is not FoundIn.NOT_KNOWN
        ]
        self.fields["authority"].on = today  # type: ignore[attr-defined]

    @property
    def where(self) -> Where:
        said = self.cleaned_data
        return Where(
            FoundIn(said["found_in"]),
            said.get("postcode") or "",
            said.get("authority") or None,
            said.get("words") or "",
        )


def say_where_found(request: Request, pk: int) -> HttpResponse:
    """Say where the child was found, or put it right; what was said before is kept."""
    episode = episode_for(request, pk, Verb.OFFER)
    if not request.user.may_about(episode, Verb.OFFER, *ANSWERING):
        raise Http404
    if episode.is_open and request.method == "GET":
        return redirect("record-return-episode", pk)
    standing = next(iter(_said(episode, request.user)), None)
    form = PlaceForm(
        request.POST or None,
        today=request.now.astimezone(LONDON).date(),
        may_take_back=standing is not None and standing.row.found_in != FoundIn.NOT_KNOWN,
        initial=_as_it_stands(standing, episode, request.user),
    )
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            said_by = SaidBy(form.cleaned_data["said_by"])
            found_places.say(episode, form.where, said_by=said_by, by=request.user, at=request.now)
            messages.success(request, "It is recorded. What was said before is kept.")
            return redirect("show-episode", pk)
    back = reverse("show-episode", args=[pk])
    return gds.form_page(
        request,
        form,
        title="Where the child was found",
        caption=pages.name_of(episode.child),
        lead="Those who answer for the child see it, and nobody else. Figures count how far from "
        "home children are found, and never say where.",
        button="Record it",
        back=back,
        cancel=back,
    )


def _as_it_stands(said: Said | None, episode: Episode, person: Person) -> Mapping[str, str]:
    """What the form shows first; of a place that is hidden from this person the area alone."""
    if said is None or said.row.found_in == FoundIn.NOT_KNOWN:
        return {"found_in": str(FoundIn.PLACE)}
    row = said.row
    shown = {"found_in": row.found_in, "said_by": row.said_by}
    if row.authority:
        shown["authority"] = row.authority.name
    knows = person.may_about(episode.child, Verb.SEE_EPISODE, *RELATIONS)
    if knows and not is_hidden(row, found_places.protected_addresses(episode.child)):
        shown |= {"postcode": written_postcode(row.postcode), "words": row.words}
        if row.postcode:
            # Else a new postcode would have to be in the area of the old one.
            shown.pop("authority", None)
    return shown


urlpatterns = [
    path("episodes/<int:pk>/say-where-found", say_where_found, name="say-where-found-episode"),
]
