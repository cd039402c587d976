"""A council's earlier records: looked at with what would be lost, brought in, taken back as one."""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST
from markupsafe import Markup

from returnhome.casework import history, journal
from returnhome.casework.history import Bringing, BringingFile, BringingQuerySet
from returnhome.casework.staff import Organisation, Person
from returnhome.intake import bringing
from returnhome.intake.cells import shortened
from returnhome.intake.history import report
from returnhome.intake.history.columns import SAYABLE, SPREADSHEET, Column
from returnhome.intake.history.files import Asked
from returnhome.intake.outcome import to_mend
from returnhome.reporting import exports
from returnhome.web import days, gds, pages, tables_sent
from returnhome.web.asked import Request

# Of a list, a page shows so many rows; the numbers above are of all, and the files hold the rest.
SHOWN = 100
# All of it is one, and somebody waits: by the command as many as there are.
MOST_ROWS = 10_000


class Files(gds.File):
    """Several files in one field."""

    def draw(self, bound: Any, params: dict[str, Any]) -> Markup:
        drawn = super().draw(bound, params)
        return Markup(str(drawn).replace('type="file"', 'type="file" multiple', 1))  # noqa: S704


class BringForm(gds.Form):
    file = Files(
        "The files",
        noun="the files",
        accept=".csv,.txt,.tsv,.xlsx,.xlsm,.xls,.ods,text/csv",
        hint="One or more at once, up to 50 MB and 10,000 rows together: a register of children; "
        "your own list of past episodes, a row an episode; SSDA903 missing and header; "
        "ssd_missing and ssd_person. "
        "You will see what would come of them, and what would be lost, before anything is written.",
        missing="Choose the files",
    )
    live_since = days.Date(
        "From which day on is an episode still work to be done?",
        noun="the day from which on an episode is still work",
        hint="Who came back on or after it goes to the work list. What ended earlier is settled as "
        "your records left it. A child who is still missing is always on the work list.",
    )


class ColumnsForm(gds.Form):
    """One choice for each heading of the council's own lists."""

    def __init__(self, *args: Any, asked: Sequence[Asked], **options: Any) -> None:
        super().__init__(*args, **options)
        self.names = {f"column_{number}": one for number, one in enumerate(asked)}
        for name, one in self.names.items():
            self.fields[name] = gds.Select(
                one.heading,
                empty="Nothing: keep it as received",
                choices=[(column, _first_large(column.label)) for column in SAYABLE],
                hint=_examples(one),
                initial=one.column,
                coerce=Column,
                required=False,
            )
        known = [name for name, one in self.names.items() if one.column]
        unknown = [name for name in self.names if name not in known]
        found = (("Columns not recognised", unknown), ("Columns recognised", known))
        self.sections = tuple((heading, names) for heading, names in found if names)

    @property
    def meant(self) -> dict[str, Column | None]:
        """What is said otherwise than it is known: what nobody touched is learnt by later words."""
        said = {one: self.cleaned_data[name] or None for name, one in self.names.items()}
        return {one.plain: column for one, column in said.items() if column != one.column}


def _first_large(label: str) -> str:
    return label[:1].upper() + label[1:]


def _examples(one: Asked) -> str:
    if not one.examples:
        return "Empty in the first rows."
    return f"{', '.join(f'“{shortened(text, 40)}”' for text in one.examples)}."


class TakeBackForm(gds.Form):
    because = gds.Text("Why is it taken back?", noun="why it is taken back", max_length=200)
    leave = gds.Tick(
        "Leave the episodes that somebody has worked on, and take back the rest", required=False
    )


@tables_sent.takes_tables
def index(request: Request) -> HttpResponse:
    """Take files in to be looked at, or see what was brought in."""
    council = _council(request.user)
    is_sent = request.method == "POST"
    typed = (request.POST, request.FILES) if is_sent else (None, None)
    form = BringForm(*typed, initial={"live_since": bringing.live_from(request.now)})
    if is_sent:
        tables_sent.refuse_too_large(request, form, "The files are", "send them by year")
        if form.is_valid():
            with gds.refusals_into(form):
                received = bringing.receive(
                    [(file.name or "", file.read()) for file in request.FILES.getlist("file")],
                    brought_for=council,
                    live_since=form.cleaned_data["live_since"],
                    most=MOST_ROWS,
                    by=request.user,
                    at=request.now,
                )
                return redirect("show-history", received.pk)
    return gds.form_page(
        request,
        form,
        title="Bring history",
        button="See what would come of it",
        back=reverse("intake"),
        template="history/index.html",
        bringings=list(
            _bringings(request.user)
            .newest_first()
            .defer("report")
            .prefetch_related(Prefetch("files", BringingFile.objects.defer("content")))[:SHOWN]
        ),
    )


def _council(person: Person) -> Organisation:
    """The council for which the person takes files in; without one there is no such page."""
    for post in person.current_posts:
        is_council = post.organisation.kind == Organisation.COUNCIL
        if is_council and post.organisation_id in person.reach.intake:
            return post.organisation
    raise Http404


def _bringings(person: Person) -> BringingQuerySet:
    theirs = Bringing.objects.visible_to(person)
    return theirs.select_related(
        *("brought_for__authority", "received_by", "brought_by", "taken_back_by")
    )


def _said(request: Request, one: Bringing) -> dict[str, Any]:
    """The report: as it was when it was brought in, or what would come of it just now."""
    if one.is_taken_back:
        raise Http404
    if one.is_brought:
        assert one.report is not None
        return one.report
    return bringing.preview(one, by=request.user, at=request.now)


View = Callable[[Request, int], HttpResponse]


def when_taught(view: View) -> View:
    """A page about files as they are read: what no one has said the meaning of is asked first."""

    @wraps(view)
    def asked_first(request: Request, pk: int) -> HttpResponse:
        try:
            return view(request, pk)
        except bringing.Untaught:
            return redirect("columns-of-history", pk)

    return asked_first


@when_taught
def show(request: Request, pk: int) -> HttpResponse:
    """What would come of it and what would be lost; once it is in, what did and was."""
    one = get_object_or_404(_bringings(request.user), pk=pk)
    journal.write("read", one, by=request.user, at=request.now)
    said = None if one.is_taken_back else _said(request, one)
    return render(
        request,
        "history/show.html",
        {
            "one": one,
            "said": said,
            "shown": SHOWN,
            "facts": _facts(said, one) if said else (),
            "title": _title(one),
            "lost": _numbers(said) if said else 0,
            "has_own_words": any(each["is"] == SPREADSHEET.title for each in said["files"])
            if said
            else False,
            "to_mend": [(name, len(rows)) for name, rows in report.by_file(said)] if said else (),
        },
    )


def _title(one: Bringing) -> str:
    if one.is_taken_back:
        return "History taken back"
    return "What was brought in" if one.is_brought else "What would come of these files"


def _facts(said: dict[str, Any], one: Bringing) -> Sequence[tuple[str, str]]:
    counts = said["counts"]
    since = pages.day(one.live_since)
    return (
        ("Children’s records opened", f"{counts['children']:,}"),
        ("Episodes", f"{counts['episodes']:,}"),
        ("of these, live work", f"{counts['live']:,} (still missing, or back since {since})"),
        ("of these, settled as the records left them", f"{counts['settled']:,}"),
        ("Offers that the records tell of", f"{counts['offers']:,}"),
        ("Interviews held", f"{counts['interviews']:,}"),
        ("Rows that are there already", f"{counts['unchanged']:,}"),
        ("Rows refused", f"{counts['refused']:,}"),
    )


def _numbers(said: dict[str, Any]) -> int:
    lost = said["lost"]
    return len(lost["columns"]) + len(lost["words"]) + len(lost["precision"])


def columns(request: Request, pk: int) -> HttpResponse:
    """Say what the headings of the council's own lists mean; it is remembered for the council."""
    one = get_object_or_404(
        _bringings(request.user).filter(brought_at__isnull=True, taken_back_at__isnull=True), pk=pk
    )
    asking = bringing.asked(one)
    form = ColumnsForm(request.POST or None, asked=asking.headings)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            bringing.teach(one, form.meant, by=request.user, at=request.now)
            return redirect("show-history", pk)
    journal.write("read", one, by=request.user, at=request.now)
    return gds.form_page(
        request,
        form,
        title="What the columns mean",
        caption=f"{one.brought_for.name}’s own lists",
        lead="Of each heading choose what stands below it. Every row is kept whole as it was "
        "received, whatever you choose. What you say is remembered for your council’s next files.",
        inset="" if form.is_bound else asking.first,
        button="See what would come of it",
        back=reverse("history"),
        template="history/columns.html",
        one=one,
    )


@require_POST
@when_taught
def bring(request: Request, pk: int) -> HttpResponse:
    one = get_object_or_404(_bringings(request.user), pk=pk)
    try:
        counts = bringing.bring(one, by=request.user, at=request.now)["counts"]
    except history.BroughtAlready as quicker:
        messages.info(request, f"{quicker.sentence} Nothing was written twice.")
    else:
        messages.success(
            request,
            f"{pages.counted(counts['episodes'], 'episode')} and "
            f"{pages.counted(counts['children'], 'child', 'children')} are brought in; "
            f"{pages.counted(counts['refused'], 'row')} refused.",
        )
    return redirect("show-history", pk)


@require_POST
def discard(request: Request, pk: int) -> HttpResponse:
    one = get_object_or_404(_bringings(request.user), pk=pk)
    try:
        history.discard(one, by=request.user, at=request.now)
    except history.BroughtAlready as quicker:
        messages.info(request, f"{quicker.sentence} Take it back instead.")
        return redirect("show-history", pk)
    messages.success(request, "The files are thrown away. Nothing of them was written.")
    return redirect("history")


def take_back(request: Request, pk: int) -> HttpResponse:
    """Take all of it back, or all that nobody has worked on since."""
    one = get_object_or_404(
        _bringings(request.user).filter(brought_at__isnull=False, taken_back_at__isnull=True), pk=pk
    )
    undone = history.undoing(one)
    form = TakeBackForm(request.POST or None)
    if not undone.kept:
        del form.fields["leave"]
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            done = history.take_back(
                one,
                because=form.cleaned_data["because"],
                leave=form.cleaned_data.get("leave", False),
                by=request.user,
                at=request.now,
            )
            gone = (
                pages.counted(len(done.episodes), "episode"),
                pages.counted(len(done.children), "child", "children"),
            )
            said = f"Taken back: {' and '.join(gone)}. {done.sentence}"
            messages.success(request, said.strip())
            return redirect("show-history", pk)
    journal.write("read", one, by=request.user, at=request.now)
    return gds.form_page(
        request,
        form,
        title="Take history back",
        lead=f"{pages.counted(len(undone.episodes), 'episode')} and "
        f"{pages.counted(len(undone.children), 'child’s record', 'children’s records')} that it "
        "opened go, with what the records said of interviews. The figures change back.",
        warning=undone.sentence,
        button="Take it back",
        button_classes="govuk-button--warning",
        back=reverse("show-history", args=[pk]),
        cancel=reverse("show-history", args=[pk]),
    )


@when_taught
def refused(request: Request, pk: int) -> HttpResponse:
    """The refused rows of a file as CSV, each with its reason: to be mended and sent again."""
    one = get_object_or_404(_bringings(request.user), pk=pk)
    rows = dict(report.by_file(_said(request, one))).get(request.GET.get("file", ""), [])
    if not rows:
        raise Http404
    journal.write("download refused rows", one, by=request.user, at=request.now)
    return _csv(*to_mend(rows), name=f"refused-rows-{pk}.csv")


@when_taught
def lost(request: Request, pk: int) -> HttpResponse:
    """What would be, or was, lost, as CSV."""
    one = get_object_or_404(_bringings(request.user), pk=pk)
    said = _said(request, one)
    journal.write("download what was lost", one, by=request.user, at=request.now)
    return _csv(report.HEADER, report.lines(said), name=f"lost-{pk}.csv")


def _csv(header: Sequence[str], lines: Iterable[Sequence[str]], *, name: str) -> HttpResponse:
    response = HttpResponse(
        "".join(["\ufeff", *exports.csv_lines(header, lines)]),
        content_type="text/csv; charset=utf-8",
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


urlpatterns = [
    path("history", index, name="history"),
    path("history/<int:pk>", show, name="show-history"),
    path("history/<int:pk>/columns", columns, name="columns-of-history"),
    path("history/<int:pk>/bring", bring, name="bring-history"),
    path("history/<int:pk>/discard", discard, name="discard-history"),
    path("history/<int:pk>/take-back", take_back, name="take-back-history"),
    path("history/<int:pk>/refused.csv", refused, name="refused-history"),
    path("history/<int:pk>/lost.csv", lost, name="lost-history"),
]
