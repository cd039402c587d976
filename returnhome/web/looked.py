"""Who has looked at a child's record: for those who answer for it, for the child, for oneself."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path

from returnhome.casework import journal
from returnhome.casework.children import Child
from returnhome.casework.journal import JournalEntry, JournalQuerySet
from returnhome.reporting import looked
from returnhome.reporting.looked import Line, Look
from returnhome.rules.access import Verb
from returnhome.rules.clock import LONDON
from returnhome.web import days, gds, looking, pages
from returnhome.web.asked import Request
from returnhome.web.story import seen_child

A_PAGE = 50
# Beyond so many lines of the journal the paper for the child tells of the latest.
MOST_ON_PAPER = 5000
ON_PAPER = (
    "This is what was done with the record that is kept about you, and by whom, the newest first.",
    "Names of staff are left out. If you want to know who somebody was, or why they looked, ask "
    "your social worker or an advocate: they can find out with you.",
)
TITLE = "Who has looked at your record"


class Filters(gds.Form):
    by = gds.Select("Who", empty="Everybody", required=False, coerce=int)
    on = days.Date("On which day", required=False, noun="the day")

    def __init__(self, *args: Any, who: Mapping[int, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.who = who
        self.fields["by"].choices = list(who.items())  # type: ignore[attr-defined]

    @property
    def asked(self) -> dict[str, Any]:
        """What was asked for and makes sense; anything else is as if it were not there."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def chosen(self, request: Request) -> list[tuple[str, str]]:
        found = []
        if by := self.asked.get("by"):
            found.append((self.who[by], pages.with_query(request, by=None, page=None)))
        if on := self.asked.get("on"):
            boxes = {"on-day": None, "on-month": None, "on-year": None}
            found.append((pages.day(on), pages.with_query(request, page=None, **boxes)))
        return found

    def narrow(self, entries: JournalQuerySet) -> JournalQuerySet:
        if by := self.asked.get("by"):
            entries = entries.filter(by_id=by)
        if on := self.asked.get("on"):
            entries = entries.filter(at__gte=_begin(on), at__lt=_begin(on + timedelta(days=1)))
        return entries


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=LONDON)


def _child(request: Request, pk: int) -> Child:
    """The child, where the person may know who looked. A look at that is a look, too."""
    child = seen_child(request, pk)
    if not child.allows(request.user, Verb.SEE_JOURNAL):
        raise Http404
    return child


def show(request: Request, pk: int) -> HttpResponse:
    child = _child(request, pk)
    about = looked.about(child)
    form = Filters(request.GET, who=looked.who_looked(about))
    page = Paginator(form.narrow(about).newest_first(), A_PAGE).get_page(request.GET.get("page"))
    looks = looked.told(page)
    _write(request, child, "read")
    context = {"child": child, "form": form, "page": page, "looks": looks}
    return render(request, "looked/show.html", context | {"chosen": form.chosen(request)})


def _write(request: Request, child: Child, verb: str) -> None:
    journal.write_of_journal(verb, child.pk, by=request.user, at=request.now)


def plain(request: Request, pk: int) -> HttpResponse:
    """The same for the child, to be read together or printed."""
    child = _child(request, pk)
    context = {"child": child, "title": TITLE, "opening": ON_PAPER, "lines": _lines(child)}
    _write(request, child, "print")
    return render(request, "looked/plain.html", context)


def plain_pdf(request: Request, pk: int) -> HttpResponse:
    child = _child(request, pk)
    made = looked.pdf(
        title=TITLE,
        about=pages.name_of(child),
        opening=[*ON_PAPER, f"This was made on {pages.moment(request.now)}."],
        rows=[(pages.day(line.day), line.who, in_full(line)) for line in _lines(child)],
    )
    _write(request, child, "print")
    return HttpResponse(
        made,
        content_type="application/pdf",
        # A number only: the file's name stays in lists of downloads.
        headers={"Content-Disposition": f'attachment; filename="looked-at-{child.pk}.pdf"'},
    )


def _lines(child: Child) -> list[Line]:
    return looked.for_the_child(looked.about(child).newest_first()[:MOST_ON_PAPER])


def in_full(line: Line) -> str:
    return f"{line.what} ({line.times} times)" if line.times > 1 else line.what


# One's own.


def mine(request: Request) -> HttpResponse:
    """What the person has looked at and done; a child by name only as long as they may know."""
    own = JournalEntry.objects.visible_to(request.user).newest_first()
    page = Paginator(own, A_PAGE).get_page(request.GET.get("page"))
    looks = looked.told(page)
    names = _names(looks, request)
    looking.at_list(request, "my-looks", names)
    rows = [(look, _whom(look, names)) for look in looks]
    return render(request, "looked/mine.html", {"page": page, "rows": rows})


def _names(looks: list[Look], request: Request) -> dict[int, str]:
    ids = {look.entry.child_id for look in looks} - {None}
    seen = Child.objects.visible_to(request.user).filter(pk__in=ids)  # type: ignore[misc]
    return {child.pk: pages.name_of(child) for child in seen}


def _whom(look: Look, names: Mapping[int, str]) -> tuple[int | None, str]:
    """Whose record it was: number where there is a page for it, and words."""
    entry = look.entry
    if entry.child_id is not None and entry.child_id in names:
        return entry.child_id, names[entry.child_id]
    if entry.child_id:
        return None, "A child whom you may not see now"
    if entry.shown:
        return None, pages.counted(len(entry.shown), "child", "children")
    return None, ""


urlpatterns = [
    path("children/<int:pk>/looked-at", show, name="looked-at-child"),
    path("children/<int:pk>/looked-at/plain", plain, name="plain-looked-at-child"),
    path("children/<int:pk>/looked-at.pdf", plain_pdf, name="pdf-looked-at-child"),
    path("account/looked-at", mine, name="my-looks"),
]
