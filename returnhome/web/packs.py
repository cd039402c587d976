"""Packs for an exploitation panel: which children, why, and what the panel is told of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import journal, packs
from returnhome.casework.children import Child
from returnhome.casework.packs import Pack, PackChild
from returnhome.casework.shares import Share
from returnhome.casework.staff import Person
from returnhome.reporting import coming_up, panel, shared_paper
from returnhome.reporting.panel import NothingPutTogether, Part
from returnhome.rules import clock, packing
from returnhome.rules.sharing import Purpose, Recipient
from returnhome.web import days, errors, finding, gds, looking, mentions, on_purpose, pages
from returnhome.web.as_seen import Graded, graded
from returnhome.web.asked import Request

LIST = "panel"
A_LIST = 50


def may_see(person: Person) -> bool:
    return bool(packs.areas_of(person))


def _check(request: Request) -> None:
    if not may_see(request.user):
        raise Http404


def _today(request: Request) -> Any:
    return request.now.astimezone(clock.LONDON).date()


def _pack(request: Request, pk: int) -> Pack:
    seen = Pack.objects.visible_to(request.user)
    seen = seen.select_related("authority", "made_by", "ended_by")
    pack = get_object_or_404(seen, pk=pk)
    looking.at(request, pack)
    return pack


# Packs.


def index(request: Request) -> HttpResponse:
    """The packs of the council, those to come first; no child is named."""
    _check(request)
    rows = Pack.objects.visible_to(request.user).select_related("made_by").newest_first()[:A_LIST]
    today = _today(request)
    context = {
        "to_come": [row for row in reversed(rows) if not (row.ended_at or row.has_met(today))],
        "met": [row for row in rows if row.has_met(today) and not row.ended_at],
        "away": [row for row in rows if row.ended_at],
        "may_make": packs.council_of(request.user) is not None,
    }
    return render(request, "packs/index.html", context)


class MakeForm(gds.Form):
    name = gds.Text(
        "What is the panel called?",
        noun="the name of the panel",
        max_length=packing.LONGEST_NAME,
        hint="For example, multi-agency child exploitation panel. No child’s name.",
    )
    meets_on = days.Date("On which day does it meet?", noun="the day on which it meets")


def make(request: Request) -> HttpResponse:
    council = packs.council_of(request.user)
    if council is None:
        raise Http404
    form = MakeForm(request.POST or None)
    back = reverse("packs")
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            pack = packs.make(council, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, "The pack is made. Now say which children are brought.")
            return redirect("show-pack", pack.pk)
    return gds.form_page(
        request,
        form,
        title="Make a pack for a panel",
        button="Make the pack",
        back=back,
        cancel=back,
    )


def put_right(request: Request, pk: int) -> HttpResponse:
    """Another name or another day: whoever is brought to it stays brought."""
    pack = _pack(request, pk)
    packing.check_stands(
        is_taken_away=pack.ended_at is not None, has_met=pack.has_met(_today(request))
    )
    before = {"name": pack.name, "meets_on": pack.meets_on}
    form = MakeForm(request.POST or None, initial=before)
    back = reverse("show-pack", args=[pk])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            packs.put_right(pack, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, "Put right. The children who are brought stay brought.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Change the name or the day",
        caption=f"{pack.name}, {pages.day(pack.meets_on)}",
        lead="What was printed before says the old name and day.",
        button="Save",
        back=back,
        cancel=back,
    )


class TakeAwayForm(gds.Form):
    because = gds.Textarea(
        "Why is the pack taken away?",
        rows=3,
        count=1000,
        hint="For example, it was made twice, or the panel does not meet.",
        missing=packing.WhyAwayMissing.sentence,
    )


def take_away(request: Request, pk: int) -> HttpResponse:
    pack = _pack(request, pk)
    packing.check_stands(
        is_taken_away=pack.ended_at is not None, has_met=pack.has_met(_today(request))
    )
    form = TakeAwayForm(request.POST or None)
    back = reverse("show-pack", args=[pk])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            packs.take_away(pack, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, "Taken away. That it was made, and who was on it, is kept.")
            return redirect("packs")
    return gds.form_page(
        request,
        form,
        title="Take the pack away",
        caption=f"{pack.name}, {pages.day(pack.meets_on)}",
        lead="Nobody is brought to it any more. Bring the children to another panel where they are "
        "still to be talked about.",
        button="Take it away",
        button_classes="govuk-button--warning",
        back=back,
        cancel=back,
    )


# One pack.


@dataclass(frozen=True)
class Told:
    """A line that the panel is told, with the talk that it rests on."""

    heading: str
    text: str
    grading: Graded | None
    held: str
    href: str


@dataclass(frozen=True)
class Shown:
    """A child of the pack as the page has it."""

    part: Part
    told: Sequence[Told]
    shares: Sequence[tuple[Share, str]]
    href: str
    label: str

    @property
    def child(self) -> Child:
        return self.part.child


def show(request: Request, pk: int) -> HttpResponse:
    """Who is brought and why, what the panel is told of each, and what links them."""
    pack, person = _pack(request, pk), request.user
    rows, off = panel.brought(pack, person), panel.taken_off(pack, person)
    looking.at_list(request, LIST, sorted({row.child_id for row in (*rows, *off)}))
    those = panel.parts(rows, person, request.now)
    context = {
        "pack": pack,
        "number": panel.number_of(pack),
        "children": [_shown(part) for part in those],
        "off": off,
        "is_open": not (pack.ended_at or pack.has_met(_today(request))),
        "ready": sum(bool(part.told) for part in those),
        "links": [
            (mention, *mentions.in_words(mention), [pages.name_of(child) for child in children])
            for mention, children in panel.links(rows, person)
        ],
        "may_see_patterns": bool(coming_up.areas_of(person)),
        "has_met": pack.has_met(_today(request)),
        "today": _today(request),
    }
    return render(request, "packs/show.html", context)


def _shown(part: Part) -> Shown:
    href, label = _next(part)
    told = []
    for line in part.lines:
        talk, held = panel.rests_on(line), panel.held_at(line)
        told.append(
            Told(
                line.heading,
                line.text,
                graded(line),
                pages.day(held) if held else "",
                reverse("show-interview", args=[talk]) if talk else "",
            )
        )
    return Shown(
        part, told, [(share, Purpose(share.purpose).label) for share in part.told], href, label
    )


def _next(part: Part) -> tuple[str, str]:
    """Where something is put together for the panel, or gone on with; nothing without a talk."""
    if part.draft:
        return reverse("write-share", args=[part.draft.pk]), "Go on writing what goes to the panel"
    if part.latest is None:
        return "", ""
    begin = on_purpose.begins(part.latest.pk, Recipient.PANEL, Purpose.STOP_HARM)
    return begin, "Put more together for the panel" if part.told else "Put it together"


def as_pdf(request: Request, pk: int) -> HttpResponse:
    """What was put together for the panel, for those children alone of whom something was."""
    person = request.user
    seen = Pack.objects.visible_to(person).select_related("authority")
    pack = get_object_or_404(seen, pk=pk)
    those = panel.parts(panel.brought(pack, person), person, request.now)
    try:
        made = panel.paper(pack, those, by=person, at=request.now)
    except NothingPutTogether as refused:
        looking.at(request, pack)
        return errors.refused(request, refused)
    told = [part.child.pk for part in those if part.told]
    journal.write("print", pack, shown=told, by=person, at=request.now)
    # A number only: the file's name stays in lists of downloads.
    name = f"panel-{made.number}.pdf"
    return HttpResponse(
        shared_paper.pdf(made),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


# Who is brought.


def find(request: Request, pk: int) -> HttpResponse:
    """Look for a child to bring. By POST: a child's name is never in an address."""
    pack, person = _pack(request, pk), request.user
    form = finding.FindForm(request.POST or None)
    rows = None
    if form.is_valid():
        found = finding.found(form.cleaned_data["q"], person)
        ours = set(
            packs.children_of(person)
            .filter(pk__in=[child.pk for child in found])
            .values_list("pk", flat=True)
        )
        came_up = [child for child in found if child.pk in ours]
        journal.write(
            "find child",
            person,
            shown=[child.pk for child in came_up],
            by=person,
            at=request.now,
        )
        there = {row.child_id for row in panel.brought(pack, person)}
        today = _today(request)
        rows = [
            (child, pages.age_of(child, today), child.pk in there)
            for child in came_up[: finding.A_PAGE]
        ]
    looking.again(request)
    return render(request, "packs/find.html", {"pack": pack, "form": form, "rows": rows})


class BringForm(gds.Form):
    pack = gds.Radios("To which panel?", missing="Select to which panel")
    because = gds.Textarea(
        "Why is the child brought?",
        rows=3,
        count=1000,
        hint="For whoever prepares the panel. It is not on the paper that the panel is given.",
        missing=packing.WhyMissing.sentence,
    )

    def __init__(self, *args: Any, to_come: Sequence[Pack], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(str(row.pk), f"{row.name}, {pages.day(row.meets_on)}") for row in to_come]
        self.fields["pack"].choices = choices  # type: ignore[attr-defined]


def _only(to_come: Sequence[Pack]) -> str:
    """The one panel to choose from, where it is one."""
    return str(to_come[0].pk) if len(to_come) == 1 else ""


def bring(request: Request, pk: int) -> HttpResponse:
    """Bring one child to a panel that is still to meet."""
    person = request.user
    child = get_object_or_404(packs.children_of(person), pk=pk)
    looking.at(request, child)
    to_come = list(
        Pack.objects.visible_to(person)
        .filter(authority=child.responsible_authority_id)
        .to_come(_today(request))
        .newest_first()[:A_LIST]
    )
    if not to_come:
        messages.info(request, "No panel is to come. Make a pack for the next one first.")
        return redirect("packs")
    before = request.GET.get("pack") or _only(to_come)
    form = BringForm(request.POST or None, to_come=to_come, initial={"pack": before})
    if request.method == "POST" and form.is_valid():
        chosen = next(row for row in to_come if str(row.pk) == form.cleaned_data["pack"])
        with gds.refusals_into(form):
            because = form.cleaned_data["because"]
            packs.bring(chosen, child, because, by=person, at=request.now)
            messages.success(request, f"{pages.name_of(child)} is brought to the panel.")
            return redirect("show-pack", chosen.pk)
    back = reverse("show-child", args=[pk])
    return gds.form_page(
        request,
        form,
        title="Bring to a panel",
        caption=pages.name_of(child),
        button="Bring to the panel",
        back=back,
        cancel=back,
    )


class BringToldForm(BringForm):
    children = gds.Checkboxes("Who is brought?", missing=packing.NobodyChosen.sentence, coerce=int)
    field_order = ("children", "pack", "because")

    def __init__(self, *args: Any, those: Sequence[Child], **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = self.fields["children"]
        chosen.choices = [(each.pk, pages.name_of(each)) for each in those]  # type: ignore[attr-defined]
        self.fields["because"].label = "Why are they brought?"
        self.order_fields(self.field_order)


def bring_told(request: Request, pk: int) -> HttpResponse:
    """Bring those who told of one person, place or thing, as far as the person may bring them."""
    person = request.user
    if not coming_up.areas_of(person):
        raise Http404
    one = get_object_or_404(coming_up.ours(person).select_related("interview__child"), pk=pk)
    found = coming_up.mentions_of(coming_up.alike(one, person), person) or [one]
    told = {child.pk for child in map(coming_up.child_of, found)}
    to_come = list(Pack.objects.visible_to(person).to_come(_today(request)).newest_first()[:A_LIST])
    councils = {row.authority_id for row in to_come}
    theirs = packs.children_of(person).filter(pk__in=told, responsible_authority__in=councils)
    those = list(theirs.order_by("surname", "forename", "pk"))
    looking.at_list(request, LIST, sorted({one.child_id, *told}))
    back = reverse("show-pattern", args=[pk])
    if not those:
        none = "No panel is to come. Make a pack for the next one first."
        messages.info(request, "You can bring none of these children." if to_come else none)
        return redirect(back if to_come else "packs")
    title = mentions.in_words(one)[0]
    start = {
        "children": [each.pk for each in those],
        "pack": _only(to_come),
        "because": f"They told of: {title}",
    }
    form = BringToldForm(request.POST or None, to_come=to_come, those=those, initial=start)
    if request.method == "POST" and form.is_valid():
        chosen = next(row for row in to_come if str(row.pk) == form.cleaned_data["pack"])
        with gds.refusals_into(form):
            wanted = [each for each in those if each.pk in form.cleaned_data["children"]]
            because = form.cleaned_data["because"]
            new = packs.bring_all(chosen, wanted, because, by=person, at=request.now)
            said = pages.counted(len(new), "child is", "children are")
            messages.success(request, f"{said} brought to the panel.")
            return redirect("show-pack", chosen.pk)
    return gds.form_page(
        request,
        form,
        title="Bring this to a panel",
        caption=title,
        lead="Nothing that they said goes with it: what the panel is told of each is put together "
        "later.",
        button="Bring to the panel",
        back=back,
        cancel=back,
    )


class TakeOffForm(gds.Form):
    because = gds.Textarea(
        "Why is the child taken off?",
        rows=3,
        count=1000,
        missing=packing.WhyOffMissing.sentence,
    )


def take_off(request: Request, pk: int) -> HttpResponse:
    seen = PackChild.objects.visible_to(request.user).select_related("child", "pack")
    row = get_object_or_404(seen, pk=pk)
    back = reverse("show-pack", args=[row.pack_id])
    looking.at(request, row)
    if request.method == "GET" and row.ended_at:
        messages.info(request, "Somebody has taken this child off already.")
        return redirect(back)
    form = TakeOffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            packs.take_off(row, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, "Taken off. That the child was brought is kept.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Take off the panel",
        caption=pages.name_of(row.child),
        lead=f"{row.pack.name}, {pages.day(row.pack.meets_on)}",
        button="Take off",
        back=back,
        cancel=back,
    )


urlpatterns = [
    path("packs", index, name="packs"),
    path("packs/make", make, name="make-pack"),
    path("packs/<int:pk>", show, name="show-pack"),
    path("packs/<int:pk>.pdf", as_pdf, name="pdf-pack"),
    path("packs/<int:pk>/put-right", put_right, name="put-pack-right"),
    path("packs/<int:pk>/take-away", take_away, name="take-pack-away"),
    path("packs/<int:pk>/find", find, name="find-for-pack"),
    path("children/<int:pk>/bring", bring, name="bring-child"),
    path("patterns/<int:pk>/bring", bring_told, name="bring-pattern"),
    path("brought/<int:pk>/take-off", take_off, name="take-off-panel"),
]
