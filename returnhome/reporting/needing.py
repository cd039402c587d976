"""Which episodes need somebody now, for the programs that organisations want told. Found by asking.

What nobody has answered is asked of `silences`; who is not matched, and who has returned, here.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import chain

from django.db.models import Q, QuerySet

from returnhome.casework import places, staff
from returnhome.casework.episodes import Episode
from returnhome.casework.staff import Organisation
from returnhome.casework.webhooks import News
from returnhome.reporting import silences
from returnhome.reporting.silences import EPISODE, Silence
from returnhome.rules.codes import WebhookEvent


def news(organisations: Collection[int], at: datetime) -> list[News]:
    """All that the programs of these organisations should have heard by now."""
    if not organisations:
        return []
    unanswered = chain(silences.unanswered(at, None), silences.high_risk(at, None))
    mine = _of(organisations)
    return [
        each
        for each in (
            *_silent(WebhookEvent.UNANSWERED, unanswered),
            *_silent(WebhookEvent.OVERDUE, silences.run_out(at, None)),
            *_told(
                WebhookEvent.UNMATCHED,
                mine.filter(child__confirmed_at__isnull=True, child__joined_to__isnull=True),
                "opened_at",
            ),
            *_told(WebhookEvent.RETURNED, mine.filter(returned_at__lte=at), "returned_at"),
        )
        if each.organisation_id in organisations
    ]


def _of(organisations: Collection[int]) -> QuerySet[Episode]:
    """Unsettled episodes of councils and providers, by the indexes of their work lists."""
    bodies = Organisation.objects.filter(pk__in=organisations).select_related("authority")
    areas = {pk for body in bodies if body.authority for pk in places.lineage(body.authority)}
    return Episode.objects.unsettled().filter(
        Q(responsible_authority__in=areas) | Q(provider__in=organisations)
    )


def _silent(event: WebhookEvent, found: Iterable[Silence]) -> Iterator[News]:
    for silence in found:
        kind, number = silence.about
        assert kind == EPISODE  # the sorts above are about nothing else
        yield News(
            event=event,
            organisation_id=silence.organisation_id,
            episode_id=number,
            since=silence.since,
            key=f"{event} {silence.stem}".strip(),
        )


def _told(event: WebhookEvent, episodes: QuerySet[Episode], since: str) -> Iterator[News]:
    """Each to the council that must act, or the provider where that is not on the system."""
    columns = ("pk", "responsible_authority", "provider", since)
    rows = list(episodes.order_by("pk").values_list(*columns))
    councils = staff.councils_of({row[1] for row in rows}) if rows else {}
    for pk, authority, provider, began in rows:
        organisation = councils.get(authority, provider)
        if organisation is not None:
            yield News(
                event=event,
                organisation_id=organisation,
                episode_id=pk,
                since=began,
                key=f"{event} {pk}",
            )
