"""The recording standard and the guide to good practice, for anybody, with no account.

All of it is drawn from the rules: page, form on paper, JSON and JSON Schema say the same.
"""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from returnhome.reporting import records
from returnhome.rules import measures, standard
from returnhome.rules.standard import published
from returnhome.rules.standard.parts import Standard
from returnhome.rules.telling import About, to_tell

# Nothing here is about anybody, so that others may keep it for an hour.
KEPT = {"Cache-Control": "public, max-age=3600"}


@dataclass(frozen=True)
class Guide:
    """A page of the guide: one confusion that the national study found."""

    slug: str
    title: str
    found: str


GUIDES = (
    Guide(
        "who-acts",
        "Who acts",
        "Nobody knew who should interview a child placed in another area.",
    ),
    Guide(
        "what-to-record",
        "What to record",
        "One council in five recorded interviews in no consistent way.",
    ),
    Guide(
        "what-to-share",
        "What to share",
        "Nobody was sure what of an interview may be passed on, and to whom.",
    ),
    Guide(
        "what-to-follow-up",
        "What to follow up",
        "Many councils could not say what help came of an interview.",
    ),
    Guide(
        "what-to-count",
        "What to count",
        "Most councils could not count how many interviews were offered or held.",
    ),
)


def _version(number: str) -> Standard:
    try:
        return standard.version(number)
    except KeyError as never:
        raise Http404 from never


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    context = {"versions": list(reversed(standard.VERSIONS)), "guides": GUIDES}
    return render(request, "standards/index.html", context)


@require_safe
def show(request: HttpRequest, version: str) -> HttpResponse:
    return render(request, "standards/show.html", {"standard": _version(version)})


@require_safe
def as_json(request: HttpRequest, version: str) -> HttpResponse:
    return _data(published.document(_version(version)))


@require_safe
def as_schema(request: HttpRequest, version: str) -> HttpResponse:
    return _data(published.schema(_version(version)))


def _data(said: dict[str, Any]) -> HttpResponse:
    shape = {"indent": 1, "ensure_ascii": False}
    return JsonResponse(said, json_dumps_params=shape, headers=KEPT)


@require_safe
def as_form(request: HttpRequest, version: str) -> HttpResponse:
    made = records.pdf(records.empty_form(_version(version)))
    name = f'attachment; filename="return-home-interview-form-{version}.pdf"'
    headers = {"Content-Disposition": name, **KEPT}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    page = next((each for each in GUIDES if each.slug == slug), None)
    if page is None:
        raise Http404
    context = {
        "guide": page,
        "guides": GUIDES,
        "standard": standard.VERSIONS[-1],
        "measures": measures.UPTAKE,
        "told": to_tell(About()),
    }
    return render(request, f"guide/{page.slug}.html", context)


urlpatterns = [
    path("standard", index, name="standard"),
    path("standard/<slug:version>", show, name="show-standard"),
    path("standard/<slug:version>.json", as_json, name="json-standard"),
    path("standard/<slug:version>.schema.json", as_schema, name="schema-standard"),
    path("standard/<slug:version>.pdf", as_form, name="form-standard"),
    path("guide/<slug:slug>", guide, name="guide"),
]
