"""The council's list of services: what help there is, kept by hand or from a directory."""

import json
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import services
from returnhome.casework.places import Authority
from returnhome.casework.services import Service
from returnhome.casework.staff import Person
from returnhome.intake import open_referral as directories
from returnhome.reporting import open_referral
from returnhome.rules import access
from returnhome.rules.access import Verb
from returnhome.rules.codes import Role
from returnhome.rules.helping import NeedKind
from returnhome.rules.services import LONGEST, OLDEST, Described
from returnhome.web import before, gds, needs
from returnhome.web.asked import Request

A_PAGE = 50
# So many refused services are shown; the numbers above them are of all.
SHOWN = 100


def _authority(request: Request, *, keeping: bool = False) -> Authority:
    """The council whose list the person keeps, or may read."""
    for post in request.user.current_posts:
        authority, role = post.organisation.authority, Role(post.role)
        may = access.may(role, Verb.KEEP_SERVICES)
        if authority and (may or (not keeping and access.works_with_children(role))):
            return authority
    raise Http404


def may_keep(person: Person) -> bool:
    return bool(person.councils_where(Verb.KEEP_SERVICES))


def may_read(person: Person) -> bool:
    return may_keep(person) or bool(person.reach.authorities)


def _standing(request: Request, authority: Authority) -> Any:
    return Service.objects.visible_to(request.user).of(authority.pk).standing()


def index(request: Request) -> HttpResponse:
    authority = _authority(request)
    form = needs.FindForm(request.GET)
    asked = form.asked
    every = _standing(request, authority)
    found = every.saying(asked.get("q", ""))
    if about := asked.get("about"):
        found = found.filter(helps_with__contains=[about])
    page = Paginator(found.by_name(), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "authority": authority,
        "form": form,
        "is_narrowed": bool(asked),
        "page": page,
        "rows": [(each, needs.ages(each), helps_with(each)) for each in page],
        "may_keep": may_keep(request.user),
    }
    return render(request, "services/index.html", context)


def helps_with(service: Service) -> str:
    return "; ".join(before.lower(kind.label) for kind in service.described.helps_with)


class ServiceForm(gds.Form):
    name = gds.Text("Name of the service", max_length=LONGEST["name"], missing="Enter the name")
    organisation = gds.Text(
        "Who gives it? (optional)", required=False, max_length=LONGEST["organisation"]
    )
    description = gds.Textarea(
        "What is it? (optional)", required=False, rows=4, count=LONGEST["description"]
    )
    helps_with = gds.Checkboxes(
        "What does it help with?",
        required=False,
        choices=NeedKind.choices(),
        coerce=NeedKind,
        classes="govuk-checkboxes--small rh-columns",
    )
    who_for = gds.Textarea(
        "Who is it for? (optional)", required=False, rows=2, count=LONGEST["who_for"]
    )
    minimum_age = gds.Number("Youngest age (optional)", required=False)
    maximum_age = gds.Number("Oldest age (optional)", required=False)
    phone = gds.Text("Telephone (optional)", required=False, max_length=LONGEST["phone"], width=20)
    email = gds.Email("E-mail address (optional)", required=False, max_length=LONGEST["email"])
    url = gds.Text(
        "Web address (optional)",
        required=False,
        max_length=LONGEST["url"],
        hint="It begins with https://",
    )
    address = gds.Text("Address (optional)", required=False, max_length=LONGEST["address"])
    town = gds.Text("Town (optional)", required=False, max_length=LONGEST["town"], width=20)
    postcode = gds.Text(
        "Postcode (optional)", required=False, max_length=LONGEST["postcode"], width=10
    )

    @property
    def described(self) -> Described:
        said = {**self.cleaned_data}
        chosen = set(said["helps_with"])
        said["helps_with"] = tuple(kind for kind in NeedKind if kind in chosen)
        return Described(**said)

    def clean_minimum_age(self) -> int | None:
        return _checked_age(self.cleaned_data["minimum_age"])

    def clean_maximum_age(self) -> int | None:
        return _checked_age(self.cleaned_data["maximum_age"])


def _checked_age(age: int | None) -> int | None:
    if age is not None and not 0 <= age <= OLDEST:
        raise ValidationError(f"An age is a whole number of years from 0 to {OLDEST}")
    return age


def add(request: Request) -> HttpResponse:
    authority = _authority(request, keeping=True)
    form = ServiceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            service = services.add(authority, form.described, by=request.user, at=request.now)
            messages.success(request, f"{service.name} is on the list.")
            return redirect("services")
    return _page(request, form, authority, title="Add a service", button="Add the service")


def _page(
    request: Request, form: gds.Form, authority: Authority, *, title: str, button: str, **more: Any
) -> HttpResponse:
    back = reverse("services")
    return gds.form_page(
        request,
        form,
        title=title,
        caption=authority.name,
        button=button,
        back=back,
        cancel=back,
        **more,
    )


def _service(request: Request, pk: int) -> tuple[Service, Authority]:
    authority = _authority(request, keeping=True)
    # One that was changed meanwhile is let through to the verb, whose refusal gives the words back.
    seen = Service.objects.visible_to(request.user).of(authority.pk)
    if request.method == "GET":
        seen = seen.standing()
    return get_object_or_404(seen.select_related("authority"), pk=pk), authority


def change(request: Request, pk: int) -> HttpResponse:
    service, authority = _service(request, pk)
    said = service.described
    first = {name: getattr(said, name) for name in ServiceForm.base_fields}
    form = ServiceForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            now = replace(form.described, reference=service.reference)
            services.change(service, now, by=request.user, at=request.now)
            messages.success(request, "The entry is changed. What was offered stays as it was.")
            return redirect("services")
    return _page(request, form, authority, title="Change a service", button="Save the change")


def end(request: Request, pk: int) -> HttpResponse:
    service, authority = _service(request, pk)
    form = gds.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            services.end(service, by=request.user, at=request.now)
            messages.success(request, f"{service.name} is off the list.")
            return redirect("services")
    return _page(
        request,
        form,
        authority,
        title="Take a service off the list",
        lead=service.name,
        inset="It is offered to nobody any more. What was offered before stays on record.",
        button="Take it off",
        button_classes="govuk-button--warning",
    )


# From a directory, and to one.


class ImportForm(gds.Form):
    file = gds.File(
        "The directory",
        noun="the file",
        accept=".json,application/json",
        largest=directories.LARGEST,
        hint="A JSON file as Open Referral UK describes it: a page of /services, or a list.",
        missing="Choose the file",
    )


def take_in(request: Request) -> HttpResponse:
    authority = _authority(request, keeping=True)
    is_sent = request.method == "POST"
    form = ImportForm(*((request.POST, request.FILES) if is_sent else (None, None)))
    found: dict[str, Any] = {}
    if is_sent and form.is_valid():
        with gds.refusals_into(form):
            directory = directories.read(form.cleaned_data["file"].read())
            taken = services.take_in(
                authority, directory.described, over=directory.over, by=request.user, at=request.now
            )
            found = {
                "taken": taken,
                "directory": directory,
                "refused": directory.refused[:SHOWN],
            }
    return _page(
        request,
        form,
        authority,
        title="Take services in from a directory",
        button="Take them in",
        template="services/import.html",
        found=found,
    )


def export(request: Request) -> HttpResponse:
    """The list as a page of Open Referral UK; it is about no child."""
    authority = _authority(request)
    standing = _standing(request, authority).by_name()
    return HttpResponse(
        json.dumps(open_referral.page(standing), ensure_ascii=False, indent=1),
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="services.json"'},
    )


urlpatterns = [
    path("services", index, name="services"),
    path("services/add", add, name="add-service"),
    path("services/import", take_in, name="import-services"),
    path("services/export", export, name="export-services"),
    path("services/<int:pk>/change", change, name="change-service"),
    path("services/<int:pk>/end", end, name="end-service"),
]
