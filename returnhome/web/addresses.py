"""The whole address of a child, a protected one too; and who is named to be told it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import journal, named_for
from returnhome.casework.children import Address, CarePeriod, Child, Placement
from returnhome.casework.named_for import NamedFor
from returnhome.casework.staff import Organisation
from returnhome.rules import sharing
from returnhome.rules.access import Relation, Verb
from returnhome.rules.caring import About
from returnhome.web import gds, pages
from returnhome.web.asked import Request
from returnhome.web.care import child_for, fact_for, lines_of


def show_address(request: Request, pk: int, about: str, row: int) -> HttpResponse:
    """The whole address, a protected one too: looked at on purpose, and written down."""
    child = child_for(request, pk)
    fact = fact_for(request, child, about, row)
    if isinstance(fact, CarePeriod):
        raise Http404
    journal.write("read address", fact, by=request.user, at=request.now)
    lines = fact.address if isinstance(fact, Placement) else fact.line
    context = {
        "child": child,
        "is_placement": isinstance(fact, Placement),
        "area": fact.authority,
        "lines": lines_of(lines, fact.postcode),
        "is_protected": fact.is_protected,
        "named": _named(request, child, lines) if fact.is_protected else [],
        "name": reverse("name-for-address", args=[pk, about, row]),
    }
    return render(request, "care/address.html", context)


def _named(request: Request, child: Child, address: str) -> list[NamedFor]:
    """Who may be told this address, the newest first. One query."""
    rows = NamedFor.objects.visible_to(request.user).filter(child=child).standing()
    rows = rows.select_related("to", "named_by").newest_first()
    return [row for row in rows if row.address == address]


class NameForm(gds.Form):
    to = gds.Select(
        "Who may be told this address?",
        missing="Select who may be told it",
        coerce=int,
        choices=[],
        hint="Organisations that have an account here. To anybody else it never goes.",
    )
    because = gds.Textarea(
        "Why do they need it?",
        missing=sharing.WhyNamedMissing.sentence,
        rows=3,
        hint="It goes only where somebody keeps it in a share. An address recorded later is not "
        "covered.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        able = Organisation.objects.that_may(Verb.RECEIVE, Relation.NONE).order_by("name")
        self.fields["to"].choices = [(each.pk, each.name) for each in able]  # type: ignore[attr-defined]


def name_for_address(request: Request, pk: int, about: str, row: int) -> HttpResponse:
    """Say who may be told a protected address."""
    child = child_for(request, pk)
    fact = fact_for(request, child, about, row)
    if isinstance(fact, CarePeriod) or not fact.is_protected:
        raise Http404
    form = NameForm(request.POST or None)
    back = reverse("show-address", args=[pk, about, row])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            to = Organisation.objects.get(pk=form.cleaned_data["to"])
            address = fact.address if isinstance(fact, Placement) else fact.line
            because = form.cleaned_data["because"]
            named_for.name(child, address, to, because, by=request.user, at=request.now)
            messages.success(request, f"Noted: {to.name} may be told this address.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Name who may be told this address",
        caption=pages.name_of(child),
        button="Name them",
        back=back,
        cancel=back,
    )


def end_naming(request: Request, pk: int) -> HttpResponse:
    """They may be told it no more; what they were told already, they know."""
    rows = NamedFor.objects.visible_to(request.user).select_related("to")
    named = get_object_or_404(rows, pk=pk)
    child = child_for(request, named.child_id)
    back = _page_of(request, named)
    form = gds.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            named_for.end(named, by=request.user, at=request.now)
            messages.success(request, f"Noted: {named.to.name} is not told this address any more.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title=f"Tell {named.to.name} this address no more",
        caption=pages.name_of(child),
        lead="From now on it is taken out of whatever is shared with them. What they have been "
        "told already, they know: recall those shares, and ring them.",
        button="Tell them no more",
        button_classes="govuk-button--warning",
        back=back,
        cancel=back,
    )


def _page_of(request: Request, named: NamedFor) -> str:
    """The page of the address, as long as it stands on record as it was then."""
    for about, kind, words in (
        (About.PLACEMENT, Placement, "address"),
        (About.HOME, Address, "line"),
    ):
        theirs = kind.objects.visible_to(request.user).filter(child=named.child_id)
        for row in theirs.filter(is_protected=True).order_by("-pk"):
            if getattr(row, words) == named.address:
                return reverse("show-address", args=[named.child_id, about, row.pk])
    return reverse("care-of-child", args=[named.child_id])


urlpatterns = [
    path(
        "children/<int:pk>/facts/<str:about>/<int:row>/address", show_address, name="show-address"
    ),
    path(
        "children/<int:pk>/facts/<str:about>/<int:row>/named",
        name_for_address,
        name="name-for-address",
    ),
    path("named-for/<int:pk>/end", end_naming, name="end-named-for"),
]
