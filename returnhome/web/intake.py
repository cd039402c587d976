"""Files that senders send: looked at, confirmed or discarded, and what became of their rows."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from returnhome.casework import homes, journal, layouts, notifications
from returnhome.casework.children import Child
from returnhome.casework.notifications import (
    AlreadyConfirmed,
    AlreadyGoingIn,
    Delivery,
    NotGoingIn,
    Notification,
)
from returnhome.casework.staff import Organisation, Person
from returnhome.intake import lasting, loading, reading, told
from returnhome.intake.outcome import Outcome, Result, RowOutcome, to_mend
from returnhome.intake.parsing import Skipped
from returnhome.reporting import exports, silences
from returnhome.rules.access import Verb
from returnhome.web import example, gds, pages, tables_sent
from returnhome.web.asked import Request

# Of a part of a file, a page shows so many rows; the numbers above them are of all.
SHOWN = 200


class UploadForm(gds.Form):
    sender = gds.Select(
        "Who sent it?",
        empty="Choose a sender",
        missing="Choose who sent the file",
    )
    file = gds.File(
        "The file",
        noun="the file",
        accept=".csv,.txt,.tsv,.xlsx,.xlsm,.xls,.ods,text/csv",
        hint="A list as it was sent: a workbook or a CSV file, up to 50 MB, in any layout. "
        "You will see what it would do before anything is written.",
        missing="Choose the file",
    )

    def __init__(self, *args: Any, council: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        names = notifications.senders_for(council)
        self.fields["sender"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]


@tables_sent.takes_tables
def index(request: Request) -> HttpResponse:
    """Take a file in, or see which have come."""
    council = _council(request.user)
    is_sent = request.method == "POST"
    typed = (request.POST, request.FILES) if is_sent else (None, None)
    form = UploadForm(*typed, council=council)
    if is_sent:
        tables_sent.refuse_too_large(
            request, form, "The file is", "split it by month and send the parts"
        )
        if form.is_valid():
            delivery = _received(request, form, council)
            if delivery:
                return redirect("show-delivery", delivery.pk)
    theirs = deliveries(request.user).newest_first().defer("content")
    return gds.form_page(
        request,
        form,
        title="Intake",
        button="See what it would do",
        template="deliveries/index.html",
        unconfirmed=list(theirs.unconfirmed()[:SHOWN]),
        confirmed=Paginator(theirs.filter(confirmed_at__isnull=False), 20).get_page(
            request.GET.get("page")
        ),
        waiting=Child.objects.filter(request.user.whose(Verb.MATCH, child="pk")).waiting().count(),
    )


def _received(request: Request, form: UploadForm, council: Organisation) -> Delivery | None:
    """The file kept to be looked at; None, with its sentence on the form, where it is no table."""
    file = form.cleaned_data["file"]
    try:
        return loading.receive(
            file.file,
            file.name,
            sender=notifications.sender_named(
                form.cleaned_data["sender"], by=request.user, at=request.now
            ),
            received_for=council,
            by=request.user,
            at=request.now,
        )
    except reading.Unreadable as unreadable:
        # Also where it is the headings that no layout has: on this page the file is at fault.
        form.add_error("file", unreadable.sentence)
        return None


def _council(person: Person) -> Organisation:
    """The organisation for which the person takes files in; without one there is no such page."""
    for post in person.current_posts:
        if post.organisation_id in person.reach.intake:
            return post.organisation
    raise Http404


def deliveries(person: Person) -> notifications.DeliveryQuerySet:
    return (
        Delivery.objects.visible_to(person)
        .filter(received_for__in=person.reach.intake)
        .select_related("sender", "received_by", "confirmed_by")
    )


# One file.


@dataclass(frozen=True)
class Part:
    """The rows of one result, and what that means."""

    result: Result
    title: str
    says: str
    number: int
    rows: Sequence[Any]

    @property
    def is_cut(self) -> bool:
        return len(self.rows) < self.number


# What a result would mean, and once confirmed what it has meant.
SAYS = {
    Result.REFUSED: (
        "Refused",
        "Nothing of these rows goes in. Ask the sender to put them right and send them again.",
        "Nothing of these rows went in. Ask the sender to put them right and send them again.",
    ),
    Result.WAITING: (
        "Waiting for a person",
        "An episode opens under a child not yet named, so that the clock runs. "
        "Then somebody says who the child is.",
        "Their clock runs. Somebody must say who the child is.",
    ),
    Result.OPENED: (
        "Opened",
        "A new episode opens under the child whose name, birth date and postcode all agree.",
        "Joined to the child whose name, birth date and postcode all agree.",
    ),
    Result.UPDATED: (
        "Updated",
        "What is new goes into an episode that is known. Old values are kept.",
        "What was new went into an episode that was known. Old values are kept.",
    ),
    Result.UNCHANGED: (
        "Unchanged",
        "These rows say nothing new.",
        "These rows said nothing new.",
    ),
}


# What a home reports on its page comes as a delivery too.
OF_A_HOME = "The home named the child, from the list of those who live there."


def show(request: Request, pk: int) -> HttpResponse:
    """What confirming the file would do; how far it is; once it is in, what it did."""
    delivery = get_object_or_404(deliveries(request.user), pk=pk)
    if delivery.confirmed_at:
        return _show_outcome(request, delivery)
    if delivery.begun_at:
        return _show_going_in(request, delivery)
    if not delivery.layout:
        return redirect("teach-delivery", pk)
    outcome = Preview(request.user.closed)
    loading.preview(delivery, by=request.user, at=request.now, outcome=outcome)
    parts = [_part(result, outcome.counts[result], outcome.having(result), 1) for result in SAYS]
    journal.write("read", delivery, shown=_known(parts), by=request.user, at=request.now)
    return render(
        request,
        "deliveries/preview.html",
        {
            "delivery": delivery,
            "outcome": outcome,
            "is_taught": delivery.layout.startswith(layouts.PREFIX),
            "parts": [part for part in parts if part.number],
            "sum": _sum(outcome.counts[result] for result in SAYS),
            "elsewhere": _elsewhere(outcome, delivery),
        },
    )


def _show_going_in(request: Request, delivery: Delivery) -> HttpResponse:
    """How far a long file is. It shows no row, and so no child."""
    assert delivery.begun_at
    done, records = delivery.records_done, delivery.records
    seconds = (request.now - delivery.begun_at).total_seconds()
    numbers = _numbers(delivery, request.user)
    is_workers = Delivery.objects.for_the_worker().filter(pk=delivery.pk).exists()
    return render(
        request,
        "deliveries/going_in.html",
        {
            "delivery": delivery,
            "nobody_is_at_it": is_workers and not silences.is_anybody_listening(request.now),
            "left": lasting.left(seconds, done, records) if done else "",
            "sum": _sum(numbers[result] for result in SAYS),
        },
    )


class Preview(Outcome):
    """As much of what becomes of a file as a page shows, and as whoever looks may see it."""

    def __init__(self, closed: Collection[int]) -> None:
        super().__init__()
        self.closed = set(closed)
        self.goes_to: Counter[str] = Counter()

    def keep(self, row: RowOutcome) -> RowOutcome:
        row = masked(row, self.closed)
        self.goes_to[row.goes_to] += 1
        if self.counts[row.result] < SHOWN:
            self.rows.append(row)
        return row

    def keep_skipped(self, skipped: Skipped) -> None:
        if len(self.skipped) < SHOWN:
            self.skipped.append(skipped)


def masked(row: RowOutcome, closed: Set[int]) -> RowOutcome:
    """A row about a record that is closed to whoever looks stands there as if nobody matched it.

    In truth it goes under that record, or waits for somebody who may see it.
    """
    if not closed or closed.isdisjoint((row.child, *row.candidates)):
        return row
    return replace(
        row,
        result=Result.WAITING,
        reason=row.reason if row.reason.startswith("No child") else told.NOBODY_MATCHES,
        child=None,
        candidates=(),
        changed=(),
    )


def _known(parts: Iterable[Part]) -> set[int]:
    """The children on record whom the rows that are shown may be about."""
    rows = [row for part in parts for row in part.rows]
    return {pk for row in rows for pk in (row.child, *row.candidates) if pk is not None}


def _part(result: Result, number: int, rows: Iterable[Any], tense: int) -> Part:
    title, *says = SAYS[result]
    return Part(result, title, says[tense - 1], number, list(rows)[:SHOWN])


def _sum(numbers: Iterable[int]) -> list[tuple[str, int]]:
    """The numbers with their names, in the order in which they are read."""
    return [(SAYS[result][0], number) for result, number in zip(SAYS, numbers, strict=True)]


def _elsewhere(outcome: Preview, delivery: Delivery) -> list[tuple[str, int]]:
    """How many rows go to another council than the one that received the file."""
    council = delivery.received_for
    own = council.authority.name if council and council.authority else ""
    others = (pair for pair in outcome.goes_to.items() if pair[0] not in ("", own))
    return sorted(others, key=lambda pair: (-pair[1], pair[0]))


@dataclass(frozen=True)
class Kept:
    """A row that went in, with where to go from it as far as this person may."""

    notification: Notification
    episode_id: int | None
    stranger_id: int | None
    cells: dict[str, str]


def _show_outcome(request: Request, delivery: Delivery) -> HttpResponse:
    kept = Notification.objects.visible_to(request.user).filter(delivery=delivery).in_order()
    parts: list[Part] = []
    shown: set[int] = set()
    numbers = _numbers(delivery, request.user)
    for result in SAYS:
        number = numbers[result]
        rows = kept.filter(result=result).select_related(
            "basis__episode__child", "responsible_authority"
        )[:SHOWN]
        if number:
            said = [_kept(each, request.user) for each in rows]
            # A row that had come before is not kept a second time.
            part = _part(result, number, said, 2)
            by_home = delivery.layout == homes.LAYOUT
            parts.append(replace(part, says=OF_A_HOME) if by_home else part)
            shown |= {row.notification.child_id for row in said if row.notification.child_id}
    journal.write("read", delivery, shown=shown, by=request.user, at=request.now)
    return render(
        request,
        "deliveries/show.html",
        {
            "delivery": delivery,
            "parts": parts,
            "sum": _sum(numbers[result] for result in SAYS),
        },
    )


def _numbers(delivery: Delivery, person: Person) -> dict[Result, int]:
    """How many rows came to what; those of records closed to the person count as waiting."""
    numbers = {result: getattr(delivery, result) for result in SAYS}
    for result in notifications.results_of(delivery, person.closed) if person.closed else ():
        numbers[Result(result)] -= 1
        numbers[Result.WAITING] += 1
    return numbers


def _kept(notification: Notification, person: Person) -> Kept:
    is_refused = notification.result == Result.REFUSED
    basis = None if is_refused else getattr(notification, "basis", None)
    episode = basis.episode if basis else None
    may_see = episode is not None and episode.allows(person, Verb.SEE_EPISODE)
    may_match = (
        episode is not None
        and episode.child.is_waiting
        and episode.child.allows(person, Verb.MATCH)
    )
    return Kept(
        notification,
        episode.pk if episode and may_see else None,
        episode.child_id if episode and may_match else None,
        json.loads(notification.as_received) if is_refused else {},
    )


class Refused(Outcome):
    """The refused rows alone."""

    def keep(self, row: RowOutcome) -> RowOutcome:
        return super().keep(row) if row.result is Result.REFUSED else row


def refused(request: Request, pk: int) -> HttpResponse:
    """The refused rows of a file as CSV, each with its reason: to be mended and sent again."""
    delivery = get_object_or_404(deliveries(request.user).exclude(layout=""), pk=pk)
    if delivery.confirmed_at:
        kept = Notification.objects.visible_to(request.user).filter(delivery=delivery)
        rows = [(json.loads(each.as_received), each.reason) for each in kept.refused().in_order()]
    else:
        outcome = Refused()
        loading.preview(delivery, by=request.user, at=request.now, outcome=outcome)
        rows = [(row.as_received, row.reason) for row in outcome.rows]
    if not rows:
        raise Http404
    journal.write("download refused rows", delivery, by=request.user, at=request.now)
    header, lines = to_mend(rows)
    response = HttpResponse(
        "".join(["\ufeff", *exports.csv_lines(header, lines)]),
        content_type="text/csv; charset=utf-8",
    )
    response.headers["Content-Disposition"] = f'attachment; filename="refused-rows-{pk}.csv"'
    return response


@require_POST
def confirm(request: Request, pk: int) -> HttpResponse:
    """Take the file in; a long one begins, or goes on where somebody stopped it."""
    delivery = get_object_or_404(deliveries(request.user), pk=pk)
    shown = Preview(request.user.closed)
    try:
        outcome = loading.begin(delivery, by=request.user, at=request.now, outcome=shown)
    except AlreadyConfirmed as quicker:
        messages.info(request, f"{quicker.sentence} Nothing was written twice.")
    except AlreadyGoingIn as quicker:
        messages.info(request, quicker.sentence)
    else:
        if outcome:
            messages.success(request, f"{_are_in(outcome.read)}: {_counted(outcome.counts)}.")
    return redirect("show-delivery", pk)


def _are_in(number: int) -> str:
    return f"{pages.counted(number, 'row')} {'is' if number == 1 else 'are'} in"


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts[result]} {result}" for result in Result)


@require_POST
def stop(request: Request, pk: int) -> HttpResponse:
    """Let no more rows of a long file go in for now."""
    delivery = get_object_or_404(deliveries(request.user), pk=pk)
    try:
        notifications.stop_delivery(delivery, by=request.user, at=request.now)
    except (AlreadyConfirmed, NotGoingIn):
        messages.info(request, "There was nothing left to stop.")
    return redirect("show-delivery", pk)


@require_POST
def leave(request: Request, pk: int) -> HttpResponse:
    """Leave out the rest of a long file that was stopped: what is in stays."""
    delivery = get_object_or_404(deliveries(request.user), pk=pk)
    try:
        notifications.leave_rest(delivery, by=request.user, at=request.now)
    except (AlreadyConfirmed, AlreadyGoingIn) as quicker:
        messages.info(request, quicker.sentence)
    return redirect("show-delivery", pk)


@require_POST
def discard(request: Request, pk: int) -> HttpResponse:
    delivery = get_object_or_404(deliveries(request.user), pk=pk)
    try:
        notifications.discard_delivery(delivery, by=request.user, at=request.now)
    except AlreadyGoingIn as quicker:
        messages.info(request, quicker.sentence)
        return redirect("show-delivery", pk)
    messages.success(request, f"“{delivery.filename}” is thrown away. Nothing of it was written.")
    return redirect("intake")


urlpatterns = [
    path("intake", index, name="intake"),
    path("intake/example", example.fetch, name="fetch-example"),
    path("deliveries/<int:pk>", show, name="show-delivery"),
    path("deliveries/<int:pk>/refused.csv", refused, name="refused-delivery"),
    path("deliveries/<int:pk>/confirm", confirm, name="confirm-delivery"),
    path("deliveries/<int:pk>/stop", stop, name="stop-delivery"),
    path("deliveries/<int:pk>/leave", leave, name="leave-delivery"),
    path("deliveries/<int:pk>/discard", discard, name="discard-delivery"),
]
