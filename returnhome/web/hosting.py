"""Out of area: our children placed elsewhere, and other councils' children placed here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from returnhome.casework import care, places
from returnhome.casework.care import PlacementNotice
from returnhome.casework.children import Address, Child, Placement, standing_on
from returnhome.casework.episodes import Episode
from returnhome.casework.staff import Person
from returnhome.reporting.exports import csv_lines
from returnhome.rules.access import Verb
from returnhome.rules.after_the_talk import KM_PER_MILE
from returnhome.rules.ages import last_birth_of_an_adult
from returnhome.rules.caring import NoticeKind
from returnhome.rules.clock import LONDON, Standing
from returnhome.rules.codes import OfferKind
from returnhome.web import gds, looking, pages
from returnhome.web.asked import Request
from returnhome.web.care import notice_in_words

A_PAGE = 50
A_YEAR = timedelta(days=365)
# So many returns of each child are shown; the others are on the child's page.
SHOWN = 3


@dataclass(frozen=True)
class Return:
    """One episode, and whether somebody has answered for the return: never what was said."""

    episode: Episode
    words: str
    colour: str
    by: str


@dataclass(frozen=True)
class Row:
    """One child placed out of area, as either side's list shows it."""

    child: Child
    name: str
    age: int | None
    since: date | None
    area: str
    distance: str
    km: float | None
    told: str
    is_told: bool
    returns: Sequence[Return]
    earlier: int


def _areas(request: Request) -> frozenset[int]:
    """The authorities for which the person keeps these lists; else they are not there."""
    areas, _ = request.user.may_for(Verb.SEE_PLACED_HERE)
    if not areas:
        raise Http404
    return areas


def _today(request: Request) -> date:
    return request.now.astimezone(LONDON).date()


# Our children elsewhere.


class Filters(gds.Form):
    host = gds.Select("Placed in", empty="Any council’s area", required=False, coerce=int)

    def __init__(self, *args: Any, hosts: Mapping[int, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.hosts = hosts
        self.fields["host"].choices = list(hosts.items())  # type: ignore[attr-defined]

    @property
    def asked(self) -> int | None:
        return self.cleaned_data.get("host") if self.is_valid() else None


def elsewhere(request: Request) -> HttpResponse:
    """Children of ours placed in other areas: how far from home, and answered for or not."""
    areas = _areas(request)
    ours = _ours(areas, request)
    form = Filters(request.GET, hosts=_hosts(ours))
    host = form.asked
    if host:
        ours = ours.filter(host_authority=host)
    page = Paginator(ours, A_PAGE).get_page(request.GET.get("page"))
    rows = _rows(list(page.object_list), request, is_host=False)
    owed = PlacementNotice.objects.visible_to(request.user).unsent().oldest_first()
    unsent = list(owed.select_related("to_authority", "child")[:A_PAGE])
    shown = [*(row.child.pk for row in rows), *(notice.child_id for notice in unsent)]
    looking.at_list(request, "out-of-area", shown)
    context = {
        "page": page,
        "rows": rows,
        "form": form,
        "chosen": [(form.hosts[host], pages.with_query(request, host=None, page=None))]
        if host
        else [],
        "host": host,
        "unsent": unsent,
        "in_words": notice_in_words,
        "tab": "elsewhere",
    }
    return render(request, "hosting/elsewhere.html", context)


def _ours(areas: frozenset[int], request: Request) -> QuerySet[Child]:
    known = Child.objects.known_now_to(request.user)
    ours = known.filter(responsible_authority__in=areas, host_authority__isnull=False)
    return _under_18(ours.exclude(host_authority__in=areas), _today(request))


def _under_18(those: QuerySet[Child], today: date) -> QuerySet[Child]:
    """Who is known by name and not an adult; nobody is left out for a birth date not known."""
    is_young = Q(born_on=None) | Q(born_on__gt=last_birth_of_an_adult(today))
    named = those.filter(is_young, confirmed_at__isnull=False)
    return named.select_related("responsible_authority", "host_authority").order_by(
        "folded_name", "pk"
    )


def _hosts(ours: QuerySet[Child]) -> dict[int, str]:
    named = ours.order_by("host_authority__name").values_list(
        "host_authority", "host_authority__name"
    )
    return dict(named.distinct())


HEADER = (
    "Child",
    "Age",
    "Placed in",
    "Placed since",
    "Kilometres from home",
    "Notice to the host",
    "Missing episodes in 12 months",
    "Last missing from",
    "Last return",
    "Answered for",
    "By",
)


def elsewhere_csv(request: Request) -> HttpResponse:
    """The same list as a file, all pages of it; each child on it is journalled."""
    ours = _ours(_areas(request), request)
    host = request.GET.get("host", "")
    if host.isdecimal():
        ours = ours.filter(host_authority=int(host))
    rows = _rows(list(ours), request, is_host=False)
    looking.at_list(request, "out-of-area", [row.child.pk for row in rows], verb="export")
    return HttpResponse(
        "".join(csv_lines(HEADER, (_cells(row) for row in rows))),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="out-of-area.csv"'},
    )


def _cells(row: Row) -> Sequence[Any]:
    last = row.returns[0] if row.returns else None
    host = row.child.host_authority
    return (
        row.name,
        row.age,
        host.name if host else "",
        row.since,
        round(row.km, 1) if row.km is not None else row.distance,
        row.told,
        len(row.returns) + row.earlier,
        last.episode.started_at.astimezone(LONDON).date() if last else None,
        last.episode.ended_on if last else None,
        last.words if last else "",
        last.by if last else "",
    )


# Other councils' children here.


def here(request: Request) -> HttpResponse:
    """The host's register: who is placed here, by whom, and what has come of their returns."""
    areas = _areas(request)
    theirs = Child.objects.known_now_to(request.user).filter(host_authority__in=areas)
    theirs = theirs.exclude(responsible_authority__in=areas)
    page = Paginator(_under_18(theirs, _today(request)), A_PAGE).get_page(request.GET.get("page"))
    rows = _rows(list(page.object_list), request, is_host=True)
    told = PlacementNotice.objects.told_to(request.user).unseen().oldest_first()
    new = list(told.select_related("placed_by")[:A_PAGE])
    known = Child.objects.in_bulk([notice.child_id for notice in new])
    shown = [*(row.child.pk for row in rows), *(notice.child_id for notice in new)]
    looking.at_list(request, "placed-here", shown)
    context = {
        "page": page,
        "rows": rows,
        "new": [
            (notice, _whom(notice, known.get(notice.child_id), areas, _today(request)))
            for notice in new
        ],
        "in_words": notice_in_words,
        "ended": care.ended_in(areas, _today(request) - A_YEAR)[:A_PAGE],
        "tab": "here",
    }
    return render(request, "hosting/here.html", context)


def _whom(notice: PlacementNotice, child: Child | None, areas: frozenset[int], today: date) -> str:
    """Name and age, as long as the child is placed here; after that no more than that it was."""
    if child is None or child.host_authority_id not in areas or notice.kind == NoticeKind.ENDS:
        return ""
    age = pages.age_of(child, today)
    return pages.name_of(child) + (f", aged {age}" if age is not None else ", age not known")


# Rows: eight queries at the most, however many there are.


def _rows(theirs: Sequence[Child], request: Request, *, is_host: bool) -> list[Row]:
    today = _today(request)
    ids = [child.pk for child in theirs]
    placed = _placed(ids, today)
    homes = {} if is_host else _homes(ids)
    told = {} if is_host else _told(placed.values())
    distances = _distances(placed, homes)
    returns = _returns(theirs, request.user, request.now, is_host=is_host)
    rows = []
    for child in theirs:
        placement = placed.get(child.pk)
        done = returns.get(child.pk, [])
        km = distances.get(child.pk)
        notice = told.get(placement.pk) if placement else None
        rows.append(
            Row(
                child=child,
                name=pages.name_of(child),
                age=pages.age_of(child, today),
                since=placement.since if placement else None,
                area=_area(placement),
                distance=_distance(km, placement, homes.get(child.pk)),
                km=km,
                told=_how_told(notice),
                is_told=notice is not None and notice.seen_at is not None,
                returns=done[:SHOWN],
                earlier=max(len(done) - SHOWN, 0),
            )
        )
    return rows


def _placed(ids: Sequence[int], today: date) -> dict[int, Placement]:
    """Child → where it is placed today. The address stays sealed."""
    rows = Placement.objects.filter(child__in=ids).on(today).defer("address")
    by_child: dict[int, list[Placement]] = {}
    for row in rows:
        by_child.setdefault(row.child_id, []).append(row)
    found = {pk: standing_on(those, today) for pk, those in by_child.items()}
    return {pk: row for pk, row in found.items() if row}


def _homes(ids: Sequence[int]) -> dict[int, Address]:
    """Child → the last home on record."""
    rows = Address.objects.filter(child__in=ids).defer("line")
    homes: dict[int, Address] = {}
    for row in sorted(rows, key=lambda row: (row.since or date.min, row.pk)):
        homes[row.child_id] = row
    return homes


def _distances(
    placed: Mapping[int, Placement], homes: Mapping[int, Address]
) -> dict[int, float | None]:
    pairs = {
        pk: (homes[pk].postcode, placement.postcode)
        for pk, placement in placed.items()
        if pk in homes and homes[pk].postcode and placement.postcode
    }
    found = places.distances_km(list(pairs.values())) if pairs else []
    return dict(zip(pairs, found, strict=True))


def _distance(km: float | None, placement: Placement | None, home: Address | None) -> str:
    if (placement and placement.is_protected) or (home and home.is_protected):
        return "not shown: address protected"
    if km is None:
        return "not known"
    return f"{km:,.0f} km ({km / KM_PER_MILE:,.0f} miles)"


def _area(placement: Placement | None) -> str:
    """The first half of the postcode: near enough for a list."""
    if placement is None:
        return "not known"
    return "address protected" if placement.is_protected else placement.postcode[:-3]


def _told(placed: Iterable[Placement]) -> dict[int, PlacementNotice]:
    """Placement → the last notice of it."""
    rows = PlacementNotice.objects.filter(placement__in=[row.pk for row in placed])
    return {row.placement_id: row for row in rows.oldest_first() if row.placement_id}


def _how_told(notice: PlacementNotice | None) -> str:
    if notice is None:
        return "No notice is on record"
    if notice.sent_at is None:
        return "Still to be told"
    if notice.seen_at is None:
        return f"Told on {pages.day(notice.sent_at, short=True)}, not seen yet"
    return f"Seen on {pages.day(notice.seen_at, short=True)}"


def _returns(
    theirs: Sequence[Child], person: Person, now: datetime, *, is_host: bool
) -> dict[int, list[Return]]:
    """Child → its episodes of the last year, newest first; a host's own are those it hosted."""
    seen = (
        Episode.objects.visible_to(person)
        .counted()
        .filter(child__in=[child.pk for child in theirs], started_at__gte=now - A_YEAR)
        .select_related("responsible_authority", "provider")
        .defer("reasons", "flags")
        .newest_first()
    )
    if is_host:
        seen = seen.filter(host_authority__in=person.may_for(Verb.SEE_PLACED_HERE)[0])
    found: dict[int, list[Return]] = {}
    for episode in seen:
        words, colour = answered_for(episode, now)
        who = episode.provider or episode.responsible_authority
        found.setdefault(episode.child_id, []).append(Return(episode, words, colour, who.name))
    return found


HELD = {
    Standing.IN_TIME: ("Held in time", "green"),
    Standing.LATE: ("Held late", "orange"),
}


def answered_for(episode: Episode, now: datetime) -> tuple[str, str]:
    """Whether somebody has answered for the return: words and a colour, and no word of a child."""
    if episode.is_open:
        return "Still missing", "grey"
    if episode.held_at:
        return HELD.get(
            episode.standing(now).standing, ("Held, in time or late cannot be told", "purple")
        )
    if episode.offer_kind == OfferKind.ADULT_PATHWAY:
        return "Turned 18", "grey"
    is_late = episode.overdue_at is not None and episode.overdue_at < now
    if episode.offered_at is None:
        if episode.is_settled:
            return "Not offered, settled otherwise", "grey"
        return ("Not offered, over 72 hours", "red") if is_late else ("Not offered yet", "yellow")
    if episode.is_settled:
        return "Offered, no interview held", "grey"
    return ("Offered, over 72 hours", "red") if is_late else ("Offered, not held yet", "blue")


# Notices.


@require_POST
def see(request: Request, pk: int) -> HttpResponse:
    """The host has seen it."""
    theirs = PlacementNotice.objects.told_to(request.user).select_related("placed_by")
    notice = get_object_or_404(theirs, pk=pk)
    care.see(notice, by=request.user, at=request.now)
    messages.success(request, f"{notice.placed_by.name} can see that you have seen its notice.")
    return redirect("placed-here")


@require_POST
def send(request: Request, pk: int) -> HttpResponse:
    """The placing council has told a host that is not on the system."""
    theirs = PlacementNotice.objects.filter(
        request.user.whose(Verb.PLACE, of="child__", child="child")
    )
    notice = get_object_or_404(theirs.select_related("to_authority"), pk=pk)
    care.send(notice, by=request.user, at=request.now)
    messages.success(request, f"It is recorded that {notice.to_authority.name} has been told.")
    return redirect("care-of-child", notice.child_id)


urlpatterns = [
    path("out-of-area", elsewhere, name="out-of-area"),
    path("out-of-area.csv", elsewhere_csv, name="csv-out-of-area"),
    path("out-of-area/here", here, name="placed-here"),
    path("placement-notices/<int:pk>/see", see, name="see-placement-notice"),
    path("placement-notices/<int:pk>/send", send, name="send-placement-notice"),
]
