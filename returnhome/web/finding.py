"""Finding a child by name or number, among those whom the person may see."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, Max, OuterRef, Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path

from returnhome.casework import journal
from returnhome.casework.children import Alias, Child, Identifier
from returnhome.casework.episodes import Episode
from returnhome.casework.notifications import Notification, ToldNumber
from returnhome.casework.staff import Person
from returnhome.rules import clock, numbers
from returnhome.rules.access import Relation, Verb
from returnhome.rules.naming import folded
from returnhome.web import gds, mentions, pages
from returnhome.web.asked import Request

A_PAGE = 50
SHORTEST = 2
MOST = 1000


class FindForm(gds.Form):
    q = gds.Text(
        "Name or number",
        noun="a name or number",
        hint="The start of a forename or surname, or a whole number: NHS, UPN, police reference.",
        width=20,
        max_length=100,
    )

    def clean_q(self) -> str:
        said = self.cleaned_data["q"].strip()
        if len(said) < SHORTEST:
            raise ValidationError("Enter at least 2 letters or figures")
        return said


def found(said: str, person: Person) -> list[Child]:
    """Children whose names begin so, or who have just this number: a page of them and one more.

    Those of today come by their council's index; only of the others that fit is it asked whether
    the person may see an episode of theirs.
    """
    fits = _numbered(said) if any(letter.isdigit() for letter in said) else _named(said)
    theirs = Episode.objects.visible_to(person).filter(child=OuterRef("pk"))
    alone = Child.objects.filter(fits, joined_to__isnull=True)
    either = alone.known_now_to(person).union(alone.filter(Exists(theirs)))
    return list(either.order_by("folded_name", "id")[: A_PAGE + 1])


def _named(said: str) -> Q:
    """By the start of a forename or of a surname, also of another name of the child's."""
    name = folded(said)
    begins = Q(folded_name__startswith=name) | Q(folded_name__contains=f" {name}")
    others = Alias.objects.filter(begins).values_list("child", flat=True)
    return begins | Q(pk__in=list(others[:MOST]))


def _numbered(said: str) -> Q:
    """By a number of the child's, or by the reference of a notification about them."""
    known = Identifier.objects.filter(value__in={said, said.replace(" ", "")})
    told = Notification.objects.filter(
        Q(reference=said) | Q(pk__in=_telling(said)), child__isnull=False
    )
    return Q(
        pk__in={
            *known.values_list("child", flat=True)[:MOST],
            *told.values_list("child", flat=True)[:MOST],
        }
    )


def _telling(said: str) -> list[int]:
    """Notifications that name the child by this number."""
    ways = Q(pk__in=[])
    for kind, read in numbers.AS_COMPARED.items():
        if value := read(said):
            ways |= Q(kind=kind, value=value)
    told = ToldNumber.objects.filter(ways)
    return list(told.values_list("notification", flat=True)[:MOST])


def children(request: Request) -> HttpResponse:
    """By POST, although it changes nothing: a child's name is never in an address."""
    person, now = request.user, request.now
    if not any(person.may(Verb.SEE_EPISODE, relation) for relation in Relation):
        raise Http404
    form = FindForm(request.POST or None)
    rows = None
    if form.is_valid():
        theirs = found(form.cleaned_data["q"], person)
        # That somebody searched and who came up, never for whom: the journal holds no names.
        came_up = [child.pk for child in theirs]
        journal.write("find child", person, shown=came_up, by=person, at=now)
        rows = _rows(theirs, person, now)
    context = {
        "form": form,
        "rows": rows,
        "most": A_PAGE,
        "may_search": mentions.may_search(person),
    }
    return render(request, "children/find.html", context)


def _rows(theirs: list[Child], person: Person, now: datetime) -> list[dict[str, Any]]:
    """Each child with age and the last time they went missing; one query."""
    last = dict(
        Episode.objects.visible_to(person)
        .counted()
        .filter(child__in=theirs)
        .values_list("child")
        .annotate(Max("started_at"))
        .order_by()
    )
    today = now.astimezone(clock.LONDON).date()
    return [
        {
            "child": child,
            "age": pages.age_of(child, today),
            "last": last.get(child.pk),
        }
        for child in theirs
    ]


urlpatterns = [path("children", children, name="children")]
