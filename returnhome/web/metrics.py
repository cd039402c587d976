"""Figures for Prometheus: how often, how fast and what waits; of nobody, and for a token alone."""

import hmac
import os
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from returnhome import __version__
from returnhome.reporting import readiness, running
from returnhome.web.logs import route_of

ADDRESS = "/metrics"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

_counted = CollectorRegistry()
_requests = Counter(
    "returnhome_requests",
    "Requests answered, by the name of the page",
    ["route", "method", "code"],
    registry=_counted,
)
_took = Histogram(
    "returnhome_request_seconds",
    "How long an answer took, by the name of the page",
    ["route"],
    buckets=SECONDS,
    registry=_counted,
)


def count(request: HttpRequest, code: int, seconds: float) -> None:
    """Count one answer. What is not ours, as a method that somebody made up, has one name."""
    is_static = request.path.startswith(settings.STATIC_URL)
    route = "static" if is_static else route_of(request)
    method = request.method if request.method in METHODS else "other"
    _requests.labels(route, method, code).inc()
    _took.labels(route).observe(seconds)


def answer(request: HttpRequest) -> HttpResponse:
    """All figures; 404 where no token is set, 401 for whoever has it not."""
    if not settings.METRICS_TOKEN:
        return HttpResponse("Not found", content_type="text/plain", status=404)
    if not _has_token(request):
        refused = HttpResponse("A token is needed", content_type="text/plain", status=401)
        refused.headers["WWW-Authenticate"] = 'Bearer realm="Returnhome figures"'
        return refused
    return HttpResponse(generate_latest(_all()), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").encode()
    return hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())


def _all() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Asked())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(_counted)
    return registry


class _Asked(Collector):
    """What the database tells at this moment. Where it does not answer, that alone is told."""

    def collect(self) -> Iterator[Metric]:
        info = GaugeMetricFamily("returnhome_info", "The version that runs", labels=["version"])
        info.add_metric([__version__], 1)
        yield info
        try:
            found = running.now(timezone.now())
        except DatabaseError:
            yield GaugeMetricFamily("returnhome_database_up", UP, value=0)
            return
        yield GaugeMetricFamily("returnhome_database_up", UP, value=1)
        yield GaugeMetricFamily(
            "returnhome_ready", "Whether /readyz answers 200", value=not readiness.missing()
        )
        yield from _told(found)


UP = "Whether the database answers"


def _told(found: running.Running) -> Iterator[Metric]:
    jobs = GaugeMetricFamily(
        "returnhome_jobs", "Jobs by where they stand; those that failed for a day", labels=["state"]
    )
    jobs.add_metric(["waiting"], found.jobs_waiting)
    jobs.add_metric(["in hand"], found.jobs_in_hand)
    jobs.add_metric(["failed"], found.jobs_failed)
    yield jobs
    yield CounterMetricFamily(
        "returnhome_jobs_put_down", "Jobs put down since the first", value=found.jobs_put_down
    )
    told: dict[str, tuple[str, float | None]] = {
        "workers": ("Workers heard of within a minute", found.workers),
        "oldest_job_seconds": ("How long the oldest job waits", found.oldest_job),
        "messages_waiting": ("Messages not sent yet", found.messages_waiting),
        "messages_not_getting_through": (
            "Messages that were tried three times or more",
            found.messages_not_getting_through,
        ),
        "oldest_message_seconds": (
            "Age of the oldest message that is due",
            found.oldest_message,
        ),
        "calls_waiting": ("Calls of webhooks not made yet", found.calls_waiting),
        "journal_rows_not_sealed": (
            "Rows of the journal after the newest seal, at the most",
            found.rows_not_sealed,
        ),
        "journal_newest_seal_seconds": ("Age of the journal’s newest seal", found.newest_seal),
    }
    for name, (words, value) in told.items():
        if value is not None:
            yield GaugeMetricFamily(f"returnhome_{name}", words, value=value)
