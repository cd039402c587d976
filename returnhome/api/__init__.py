"""What machines say: the HTTP API below /api/v1, described by its own OpenAPI document.

An endpoint is a function of the module of its stage, on that module's router, added here.
"""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from pydantic_core import from_json

from returnhome.api import caps, notifications, problems, webhooks, who_interviews


class Strict(Parser):
    """JSON as its standard has it: no NaN, no half of a character, no depth without end."""

    def parse_body(self, request: HttpRequest) -> Any:
        return from_json(request.body, allow_inf_nan=False)


class Api(NinjaAPI):
    """The API that says no with a problem, and whose document describes that too."""

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        return problems.answer(request, exc)

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        described = super().get_openapi_schema(**options)
        described["components"]["schemas"] |= problems.schemas() | webhooks.schemas()
        described["webhooks"] = webhooks.described()
        return described


api = Api(
    title="Returnhome",
    version="1",
    description="Return home interviews of children who went missing, in England.",
    urls_namespace="api",
    docs_url=None,
    parser=Strict(),
    # Generous: a person's own program never meets it. It keeps one caller from taking all.
    throttle=caps.Cap(120),
)
api.add_router("who-interviews", who_interviews.router)
api.add_router("notifications", notifications.router)


def described() -> dict[str, Any]:
    """The OpenAPI document."""
    return api.get_openapi_schema(path_prefix="/api/v1/")


@transaction.non_atomic_requests
def index(request: HttpRequest) -> HttpResponse:
    """The endpoints and the kinds of problem, for a person who opens the address in a browser."""
    listed = [
        (method.upper(), address, each["summary"])
        for address, methods in described()["paths"].items()
        for method, each in methods.items()
    ]
    context = {"endpoints": listed, "kinds": problems.KINDS}
    return render(request, "api/index.html", context)


found = api.urls
urlpatterns = [path("api/v1/", index, name="api"), path("api/v1/", found)]

# The count of requests stands whatever becomes of them. What reads or changes a record opens a
# transaction of its own.
for route in found[0]:
    if isinstance(route, URLPattern):
        transaction.non_atomic_requests(route.callback)
