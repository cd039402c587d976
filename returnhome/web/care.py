"""A child's care and home: what is on record, and the forms that record what has changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import care
from returnhome.casework.care import Fact, FormerFact, PlacementNotice, Recorded, Where
from returnhome.casework.children import (
    Address,
    CarePeriod,
    Child,
    Circumstances,
    Doubt,
    Placement,
    circumstances,
)
from returnhome.casework.handovers import HandOver
from returnhome.casework.staff import Organisation
from returnhome.rules import Blocked
from returnhome.rules.access import Verb
from returnhome.rules.caring import About, Conflict, Finding, IsTheirsAlready, NoticeKind
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import BirthDatePrecision
from returnhome.rules.naming import written_postcode
from returnhome.web import days, gds, looking, pages
from returnhome.web.asked import Request
from returnhome.web.councils import Council

FACTS: Mapping[str, type[CarePeriod] | type[Placement] | type[Address]] = {
    About.CARE: CarePeriod,
    About.PLACEMENT: Placement,
    About.HOME: Address,
}


def child_for(request: Request, pk: int) -> Child:
    """The child, where the person may record care and home. A look is journalled."""
    theirs = Child.objects.filter(request.user.whose(Verb.PLACE, child="pk")).confirmed()
    child = get_object_or_404(theirs.select_related("responsible_authority"), pk=pk)
    looking.at(request, child)
    return child


def _today(request: Request) -> date:
    return request.now.astimezone(LONDON).date()


# The page.


@dataclass(frozen=True)
class Line:
    """One row of the history, as the page shows it."""

    what: str
    where: str
    since: str
    until: str
    is_current: bool
    change: str
    address: str = ""
    told: str = ""


def show(request: Request, pk: int) -> HttpResponse:
    """Care and home with their dates, what is in doubt, and what follows."""
    child = child_for(request, pk)
    doubts = list(
        Doubt.objects.visible_to(request.user)
        .filter(child=child)
        .select_related("raised_by", "settled_by")
        .oldest_first()
    )
    notices = _notices(child)
    there = circumstances(child, _today(request))
    whose = there.looked_after_by or there.lives_in
    is_anothers = whose is not None and whose.pk != child.responsible_authority_id
    context = {
        "child": child,
        "age": pages.age_of(child, _today(request)),
        "born": _born(child),
        "parts": [
            ("Looked after", "council", _care_lines(child)),
            ("Placed", "area", _home_lines(child, About.PLACEMENT, notices)),
            ("Home", "area", _home_lines(child, About.HOME, notices)),
        ],
        "doubts": [(About(one.about).label, one) for one in doubts if not one.is_settled],
        "settled": [
            (About(one.about).label, Finding(one.finding).label, one)
            for one in doubts
            if one.is_settled
        ],
        "former": [
            (About(one.about).label, one)
            for one in FormerFact.objects.visible_to(request.user)
            .filter(child=child)
            .select_related("replaced_by")
            .newest_first()
        ],
        "unsent": [one for one in notices if one.sent_at is None],
        "in_words": notice_in_words,
        "asked": _asked(child),
        "whose": whose if is_anothers else None,
        "is_owed": is_anothers and care.is_still_owed(child),
        "links": _links(child, there),
    }
    return render(request, "care/show.html", context)


def _links(child: Child, there: Circumstances) -> list[tuple[str, str]]:
    """What can have changed, by what is so now."""
    is_cared, is_placed = there.looked_after_by is not None, there.placed_in is not None
    wanted = (
        (is_cared, "Placed somewhere else" if is_placed else "Where the child is placed", "place"),
        (is_placed, "Which home or foster carers it is", "name-home"),
        (is_placed, "The placement has ended", "end-placement"),
        (
            True,
            "Now looked after by another council" if is_cared else "Now looked after",
            "look-after",
        ),
        (is_cared, "Came home, or the care has ended", "end-care"),
        (True, "Home is somewhere else", "live-at"),
        (True, "Birth date", "set-birth-date"),
        (True, "Somebody says otherwise", "doubt"),
    )
    return [
        (label, reverse(f"{name}-child", args=[child.pk])) for is_so, label, name in wanted if is_so
    ]


def _born(child: Child) -> str:
    precision = BirthDatePrecision(child.born_precision)
    said = f" ({precision.label.lower()})" if precision is not BirthDatePrecision.KNOWN else ""
    return pages.day(child.born_on) + (said if child.born_on else "")


def _care_lines(child: Child) -> list[Line]:
    rows = child.care_periods.select_related("authority")
    return [_line(row, About.CARE, row.authority.name) for row in _latest_first(rows)]


def _home_lines(child: Child, about: About, notices: Sequence[PlacementNotice]) -> list[Line]:
    rows = child.placements if about is About.PLACEMENT else child.addresses
    ways = ("authority", "home") if about is About.PLACEMENT else ("authority",)
    told: dict[int | None, list[str]] = {}
    for notice in notices:
        told.setdefault(notice.placement_id, []).append(_how_told(notice))
    return [
        _line(
            row,
            about,
            row.authority.name if row.authority else "area not known",
            told="; ".join(told.get(row.pk, ())) if about is About.PLACEMENT else "",
            home=row.home.name if about is About.PLACEMENT and row.home else "",
        )
        for row in _latest_first(rows.select_related(*ways))
    ]


def _latest_first(rows: Any) -> list[Any]:
    return sorted(rows, key=lambda row: (row.since or date.min, row.pk), reverse=True)


def _line(row: Any, about: About, what: str, *, told: str = "", home: str = "") -> Line:
    args = [row.child_id, about.value, row.pk]
    where, hidden = "", ""
    if about is not About.CARE:
        lines = row.address if about is About.PLACEMENT else row.line
        where = ", ".join(lines_of(lines, row.postcode))
        if row.is_protected:
            where, hidden = "address protected", reverse("show-address", args=args)
    return Line(
        what=what,
        where=", ".join(filter(None, (home, where))),
        since=pages.day(row.since, short=True),
        until=pages.day(row.until, short=True) if row.until else "still",
        is_current=row.until is None,
        change=reverse("correct-fact", args=args),
        address=hidden,
        told=told,
    )


def lines_of(address: str, postcode: str) -> list[str]:
    parts = [*address.split("\n"), written_postcode(postcode)]
    return [part.strip() for part in parts if part.strip()]


def _notices(child: Child) -> list[PlacementNotice]:
    return list(child.placement_notices.select_related("to_authority").oldest_first())


NOTICES = {
    NoticeKind.BEGINS: "the placement has begun",
    NoticeKind.ENDS: "the placement has ended",
    NoticeKind.IN_ERROR: "an earlier notice was in error",
}


def notice_in_words(notice: PlacementNotice) -> str:
    on = f" on {pages.day(notice.on)}" if notice.on and notice.kind != NoticeKind.IN_ERROR else ""
    return f"{NOTICES[NoticeKind(notice.kind)]}{on}"


def _how_told(notice: PlacementNotice) -> str:
    """That the host was told, and whether it has seen it."""
    host = notice.to_authority.name
    what = NoticeKind(notice.kind).label.lower().replace("a placement has ", "")
    if notice.sent_at is None:
        return f"{what}: {host} is still to be told"
    if notice.seen_at:
        return f"{what}: seen by {host} on {pages.day(notice.seen_at, short=True)}"
    return f"{what}: told on {pages.day(notice.sent_at, short=True)}, not seen yet"


def _asked(child: Child) -> list[HandOver]:
    """Which councils are asked to take the duty for this child over, and have not answered."""
    rows = HandOver.objects.filter(episode__child=child).of_the_duty().unanswered().in_order()
    return list(rows.select_related("episode", "to_authority", "asked_by_authority"))


def fact_for(request: Request, child: Child, about: str, row: int) -> Fact:
    if about not in FACTS:
        raise Http404
    rows: Any = FACTS[about].objects.visible_to(request.user)
    fact: Fact = get_object_or_404(rows.select_related("authority"), pk=row, child=child)
    return fact


# Forms for what has changed.


class FactForm(gds.Form):
    """What all of them share: days, and who says so where it is kept as a doubt."""

    said_by = gds.Text("Who says so? (optional)", required=False, max_length=120)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            if isinstance(field, Council):
                field.on = today
            if isinstance(field, Home):
                field.offer()

    @property
    def asked_for(self) -> list[str]:
        return [name for name in self.fields if name != "said_by"]

    def where(self) -> Where | None:
        said = self.cleaned_data
        named = Where(
            said.get("authority") or None,
            said.get("postcode") or "",
            said.get("address") or "",
            bool(said.get("is_protected")),
            said.get("home") or None,
        )
        return named if named.authority or named.postcode or named.address else None

    @property
    def days(self) -> dict[str, date | None]:
        return {name: self.cleaned_data.get(name) for name in ("since", "until")}


def _since(label: str) -> days.Date:
    hint = "For example, 27 3 2026. Leave it empty only if nobody knows and nothing came before."
    return days.Date(label, noun="the first day", required=False, hint=hint)


def _until() -> days.Date:
    return days.Date(
        "Until when? (optional)",
        noun="the last day",
        required=False,
        hint="Only if this has ended already.",
    )


def _area(
    label: str = "In which council’s area? (optional where the postcode is known)",
) -> Council:
    return Council(label, required=False)


def _postcode() -> gds.Text:
    return gds.Text("Postcode (optional)", required=False, width=10, max_length=10)


def _address() -> gds.Textarea:
    return gds.Textarea(
        "Address (optional)", required=False, rows=3, hint="It is sealed in the database."
    )


def _protected() -> gds.Tick:
    return gds.Tick(
        "The address is protected",
        required=False,
        hint="Then its postcode is sealed too. Other councils see the area alone.",
    )


class LookAfterForm(FactForm):
    authority = Council("Which council looks after the child?")
    since = _since("Since when?")
    until = _until()


class Home(gds.Select):
    """One of the homes and foster carers who report from here."""

    def __init__(self, label: str = "Which home or foster carers? (optional)", **more: Any) -> None:
        hint = "Whoever works there sees the child’s name, and reports them missing and returned."
        options: dict[str, Any] = {"required": False, "hint": hint} | more
        super().__init__(label, empty="None that reports here", **options)

    def offer(self) -> None:
        self.choices = [(str(one.pk), one.name) for one in Organisation.objects.homes()]

    def clean(self, value: Any) -> Organisation | None:
        pk = super().clean(value)
        return Organisation.objects.homes().filter(pk=pk).first() if pk else None


class PlaceForm(FactForm):
    authority = _area()
    postcode = _postcode()
    address = _address()
    is_protected = _protected()
    home = Home()
    since = _since("Since when is the child placed there?")
    until = _until()


class NameHomeForm(gds.Form):
    home = Home("Which home or foster carers is the child placed with now?")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["home"].offer()  # type: ignore[attr-defined]


class LiveAtForm(FactForm):
    authority = _area()
    postcode = _postcode()
    address = _address()
    is_protected = _protected()
    since = _since("Since when is home there?")
    until = _until()


class EndCareForm(FactForm):
    until = days.Date("On which day did the care end?", noun="the day the care ended")
    postcode = gds.Text(
        "Postcode of where the child lives now (optional)",
        required=False,
        width=10,
        max_length=10,
    )
    authority = _area("In which council’s area is that? (optional where the postcode is known)")
    address = _address()
    is_protected = _protected()


class EndPlacementForm(FactForm):
    until = days.Date("What was the last day there?", noun="the last day")


class BirthDateForm(FactForm):
    born_on = days.Date("Date of birth", noun="the date of birth", required=False)
    precision = gds.Radios(
        "How sure is that?", choices=BirthDatePrecision.choices(), coerce=BirthDatePrecision
    )
    because = gds.Text(
        "How do you know? (needed where another day is on record)",
        required=False,
        max_length=200,
    )


Act = Callable[[Child, Any, Request], Recorded]


def _record(
    request: Request,
    pk: int,
    kind: type[FactForm],
    about: About,
    act: Act,
    *,
    title: str,
    button: str = "Record it",
    lead: str = "",
    first: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The page of one such form. What was refused as a conflict can be kept as a doubt."""
    child = child_for(request, pk)
    form = kind(request.POST or None, today=_today(request), initial=first or _first(child, about))
    can_doubt = False
    if request.method == "POST" and form.is_valid():
        if "doubt" in request.POST:
            care.doubt(
                child,
                about,
                said=_said(form, about),
                said_by=form.cleaned_data["said_by"],
                by=request.user,
                at=request.now,
            )
            messages.success(request, "Kept as a doubt. Nothing on record has changed.")
            return redirect("care-of-child", pk)
        try:
            for sentence in _what_follows(act(child, form, request)):
                messages.success(request, sentence)
        except Blocked as blocked:
            gds.blocked(form, blocked)
            can_doubt = isinstance(blocked, Conflict)
        else:
            return redirect("care-of-child", pk)
    return _page(
        request,
        child,
        form,
        title=title,
        button=button,
        lead=lead,
        template="care/record.html",
        can_doubt=can_doubt,
        now_so=_now_so(child, about),
    )


def _first(child: Child, about: About) -> dict[str, Any]:
    if about is not About.BIRTH_DATE:
        return {}
    precision = child.born_precision if child.born_on else None
    return {"born_on": child.born_on, "precision": precision}


def _said(form: FactForm, about: About) -> str:
    """What was typed, in words, as a doubt keeps it."""
    said = form.cleaned_data
    if about is About.BIRTH_DATE:
        return f"born on {pages.day(said['born_on'])}"
    if "since" not in said:
        what = "not looked after any more" if about is About.CARE else "not placed there any more"
        there = form.where()
        at_home = f"; {care.in_words(About.HOME, where=there, since=None, until=None)}"
        return f"{what} after {pages.day(said['until'])}" + (at_home if there else "")
    return care.in_words(about, where=form.where(), **form.days)


def _now_so(child: Child, about: About) -> str:
    """What is on record now, above the form."""
    if about is About.BIRTH_DATE:
        return f"born {_born(child)}" if child.born_on else "birth date not known"
    rows: Any = {
        About.CARE: child.care_periods.all(),
        About.PLACEMENT: child.placements.defer("address"),
        About.HOME: child.addresses.defer("line"),
    }[about]
    current = [row for row in rows.select_related("authority") if row.until is None]
    return "; ".join(care.days_of(row).in_words for row in _latest_first(current))


def _what_follows(made: Recorded) -> list[str]:
    """What the page says after it: who is asked, who is told."""
    sentences = ["It is recorded."]
    for row in made.asked:
        to, by = row.to.name, row.asked_by_authority.name
        said = f"{to} is asked to take over the duty; until it accepts {by} must act."
        if row.is_by_letter:
            said += f" {to} is not on Returnhome: send it the letter."
        sentences.append(said)
    for notice in made.notices:
        host = notice.to_authority.name
        if notice.sent_at:
            sentences.append(f"{host} is told that {notice_in_words(notice)}.")
        else:
            sentences.append(
                f"{host} is not on Returnhome. Tell it yourselves that {notice_in_words(notice)}, "
                "and record here that you did."
            )
    return list(dict.fromkeys(sentences))


def _page(request: Request, child: Child, form: gds.Form, **more: Any) -> HttpResponse:
    back = reverse("care-of-child", args=[child.pk])
    return gds.form_page(
        request, form, caption=pages.name_of(child), back=back, cancel=back, child=child, **more
    )


def look_after(request: Request, pk: int) -> HttpResponse:
    return _record(
        request,
        pk,
        LookAfterForm,
        About.CARE,
        lambda child, form, asked: care.look_after(
            child,
            form.cleaned_data["authority"],
            **form.days,
            by=asked.user,
            at=asked.now,
        ),
        title="Who looks after the child now?",
        lead="Where the child is placed stays as it is. If that has changed too, record it next.",
    )


def end_care(request: Request, pk: int) -> HttpResponse:
    return _record(
        request,
        pk,
        EndCareForm,
        About.CARE,
        lambda child, form, asked: care.end_care(
            child,
            until=form.cleaned_data["until"],
            home=form.where(),
            by=asked.user,
            at=asked.now,
        ),
        title="Has the care ended?",
        lead="The child came home, or is looked after no more. A placement ends with the care.",
    )


def place(request: Request, pk: int) -> HttpResponse:
    return _record(
        request,
        pk,
        PlaceForm,
        About.PLACEMENT,
        lambda child, form, asked: care.place(
            child, form.where() or Where(), **form.days, by=asked.user, at=asked.now
        ),
        title="Where is the child placed?",
        lead="The placement before ends on the day before. Another council in whose area it is "
        "gets a notice.",
    )


def name_home(request: Request, pk: int) -> HttpResponse:
    """Of the placement that there is: with whom the child lives, and so who reports from there."""
    child = child_for(request, pk)
    placed = child.placements.on(_today(request)).filter(until=None).defer("address").first()
    first = {"home": str(placed.home_id)} if placed and placed.home_id else {}
    form = NameHomeForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            care.name_home(child, form.cleaned_data["home"], by=request.user, at=request.now)
            messages.success(request, "It is recorded.")
            return redirect("care-of-child", pk)
    return _page(request, child, form, title="Which home is it?", button="Record it")


def end_placement(request: Request, pk: int) -> HttpResponse:
    return _record(
        request,
        pk,
        EndPlacementForm,
        About.PLACEMENT,
        lambda child, form, asked: care.end_placement(
            child, until=form.cleaned_data["until"], by=asked.user, at=asked.now
        ),
        title="Has the placement ended?",
        lead="If you know where the child is placed now, record that instead: it ends this one.",
    )


def live_at(request: Request, pk: int) -> HttpResponse:
    return _record(
        request,
        pk,
        LiveAtForm,
        About.HOME,
        lambda child, form, asked: care.live_at(
            child, form.where() or Where(), **form.days, by=asked.user, at=asked.now
        ),
        title="Where is home?",
        lead="Where the child lives; of a looked-after child, where home was. The distance of a "
        "placement is counted from there.",
    )


def set_birth_date(request: Request, pk: int) -> HttpResponse:
    return _record(
        request,
        pk,
        BirthDateForm,
        About.BIRTH_DATE,
        lambda child, form, asked: care.set_birth_date(
            child,
            form.cleaned_data["born_on"],
            precision=form.cleaned_data["precision"],
            because=form.cleaned_data["because"],
            by=asked.user,
            at=asked.now,
        ),
        title="When was the child born?",
    )


# Putting right, and doubts.


class PutRightForm(gds.Form):
    DAYS, OUT = "days", "out"

    how = gds.Radios(
        "What is wrong?",
        choices=[(DAYS, "The days"), (OUT, "All of it: it was recorded in error")],
        hints={OUT: "It is taken off the record. What it said is kept with your reason."},
        reveal={DAYS: ["since", "until"]},
    )
    since = days.Date("First day", required=False, hint="Empty: long ago")
    until = days.Date("Last day", required=False, hint="Empty: still")
    because = gds.Text("How do you know?", noun="how you know", max_length=200)


def correct(request: Request, pk: int, about: str, row: int) -> HttpResponse:
    child = child_for(request, pk)
    fact = fact_for(request, child, about, row)
    first = {"how": PutRightForm.DAYS, "since": fact.since, "until": fact.until}
    form = PutRightForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            if said["how"] == PutRightForm.OUT:
                made = care.take_out(fact, because=said["because"], by=request.user, at=request.now)
            else:
                made = care.correct(
                    fact,
                    since=said["since"],
                    until=said["until"],
                    because=said["because"],
                    by=request.user,
                    at=request.now,
                )
            for sentence in _what_follows(made):
                messages.success(request, sentence)
            return redirect("care-of-child", pk)
    title = "Put the record right"
    inset = f"On record: {care.days_of(fact).in_words}."
    return _page(request, child, form, title=title, inset=inset, button="Put it right")


class DoubtForm(gds.Form):
    about = gds.Radios("What is it about?", choices=About.choices(), coerce=About)
    said = gds.Textarea("What were you told?", rows=3, missing="Say what you were told")
    said_by = gds.Text("Who says so?", noun="who says so", max_length=120)


def doubt(request: Request, pk: int) -> HttpResponse:
    child = child_for(request, pk)
    form = DoubtForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            care.doubt(child, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, "Kept as a doubt. Nothing on record has changed.")
            return redirect("care-of-child", pk)
    return _page(
        request,
        child,
        form,
        title="Somebody says otherwise",
        lead="What is on record stays, and whoever must act goes on acting, until one of you has "
        "found out which is right.",
        button="Keep it as a doubt",
    )


class SettleForm(gds.Form):
    finding = gds.Radios(
        "What did you find?",
        choices=Finding.choices(),
        coerce=Finding,
        hints={Finding.PUT_RIGHT: "Record what is right first, then say so here."},
    )
    because = gds.Textarea("How do you know?", rows=3, missing="Say how you know")


def settle(request: Request, pk: int) -> HttpResponse:
    theirs = Doubt.objects.visible_to(request.user).select_related("child", "raised_by")
    row = get_object_or_404(theirs, pk=pk)
    looking.at(request, row)
    if request.method == "GET" and row.is_settled:
        return redirect("care-of-child", row.child_id)
    form = SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            care.settle(row, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, "The doubt is settled.")
            return redirect("care-of-child", row.child_id)
    about = About(row.about)
    return _page(
        request,
        row.child,
        form,
        title=f"{about.label}: which is right?",
        button="Settle it",
        template="care/settle.html",
        doubt=row,
        now_so=_now_so(row.child, about),
        change=reverse(CHANGES[about], args=[row.child_id]),
    )


CHANGES = {
    About.CARE: "look-after-child",
    About.PLACEMENT: "place-child",
    About.HOME: "live-at-child",
    About.BIRTH_DATE: "set-birth-date-child",
}


class PassOnForm(gds.Form):
    pass


def pass_on(request: Request, pk: int) -> HttpResponse:
    """Give the record to the council whose child it is: asked once more, as it cannot be undone."""
    child = child_for(request, pk)
    whose = care.whose_by_the_facts(child, _today(request))
    is_ours = whose is None or whose.pk == child.responsible_authority_id
    if request.method == "GET" and is_ours:
        messages.info(request, IsTheirsAlready.sentence)
        return redirect("care-of-child", pk)
    form = PassOnForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            care.pass_on(child, by=request.user, at=request.now)
            name = whose.name if whose else "the other council"
            messages.success(request, f"The record is with {name} now.")
            seen = Child.objects.visible_to(request.user).filter(pk=pk).exists()
            return redirect("show-child", pk) if seen else redirect("worklist")
    name = whose.name if whose else ""
    return _page(
        request,
        child,
        form,
        title="Pass the record on",
        button=f"Pass it to {name}" if whose else "Pass it on",
        warning=f"{name} answers for the child from now on and sees the record. Episodes in which "
        "your council acted stay in your sight; where the child lives does not. You cannot take "
        "it back.",
    )


urlpatterns = [
    path("children/<int:pk>/care", show, name="care-of-child"),
    path("children/<int:pk>/look-after", look_after, name="look-after-child"),
    path("children/<int:pk>/end-care", end_care, name="end-care-child"),
    path("children/<int:pk>/place", place, name="place-child"),
    path("children/<int:pk>/name-home", name_home, name="name-home-child"),
    path("children/<int:pk>/end-placement", end_placement, name="end-placement-child"),
    path("children/<int:pk>/live-at", live_at, name="live-at-child"),
    path("children/<int:pk>/birth-date", set_birth_date, name="set-birth-date-child"),
    path("children/<int:pk>/doubt", doubt, name="doubt-child"),
    path("children/<int:pk>/pass-on", pass_on, name="pass-on-child"),
    path("children/<int:pk>/facts/<str:about>/<int:row>/correct", correct, name="correct-fact"),
    path("doubts/<int:pk>/settle", settle, name="settle-doubt"),
]
