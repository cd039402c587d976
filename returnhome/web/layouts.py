"""A file in a layout never seen before: what its columns mean, as proposed and as somebody says."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from returnhome.casework import journal
from returnhome.intake import guessing, instants, loading, whole_names
from returnhome.intake.guessing import ORDER, Column, Proposal
from returnhome.intake.instants import Order
from returnhome.intake.layouts import MOMENTS, Meaning, listed
from returnhome.intake.loading import Teaching
from returnhome.rules import numbers
from returnhome.rules.codes import EpisodeKind, Sex, sex
from returnhome.web import gds, intake, pages
from returnhome.web.asked import Request

# As a person chooses; the words of Meaning stand in a sentence.
CALLED = {
    Meaning.REFERENCE: "Reference of the episode",
    Meaning.NAME: "The child’s whole name",
    Meaning.FORENAME: "Forename",
    Meaning.SURNAME: "Surname",
    Meaning.BORN: "Date of birth",
    Meaning.AGE: "Age",
    Meaning.SEX: "Sex",
    Meaning.ADDRESS: "Address missing from",
    Meaning.POSTCODE: "Postcode missing from",
    Meaning.LAST_SEEN: "When last seen",
    Meaning.REPORTED: "When reported",
    Meaning.FOUND: "When found",
    Meaning.RETURNED: "When returned",
    Meaning.FOUND_POSTCODE: "Postcode where found",
    Meaning.RISK: "Risk grade",
    Meaning.KIND: "Missing, or away from placement",
    Meaning.GRADING: "Risk grade, and missing or away, in one",
    Meaning.LOOKED_AFTER: "Whether looked after (yes or no)",
    Meaning.PLACING_AUTHORITY: "Council that looks after the child",
    Meaning.POLICE_NUMBER: "Police number of the child",
    Meaning.NHS_NUMBER: "NHS number",
    Meaning.UPN: "Unique pupil number",
    Meaning.COMMENT: "Comment",
}


CODES, ORDERS = frozenset(map(str, Meaning)), frozenset(map(str, Order))


class TeachForm(gds.Form):
    """One choice for each column, and what else has to be asked."""

    def __init__(self, *args: Any, proposal: Proposal, **options: Any) -> None:
        super().__init__(*args, **options)
        self.proposal = proposal
        asked = {question.about for question in proposal.questions}
        if ORDER in asked or (args and args[0] and ORDER in args[0]):
            self.fields[ORDER] = gds.Radios(
                f"Which day is “{_either(proposal)}”?",
                choices=[
                    (order, _spoken(instants.read(_either(proposal), order))) for order in Order
                ],
                missing="Say whether the day or the month stands first",
                coerce=Order,
            )
        self.words: dict[str, str] = {}
        for number, question in enumerate(proposal.questions):
            if not question.is_word:
                continue
            name = f"word_{number}"
            self.words[name] = question.about
            self.fields[name] = gds.Radios(
                question.sentence,
                choices=[(kind, kind.label) for kind in EpisodeKind],
                missing=f"Say what “{question.about}” means",
                coerce=EpisodeKind,
            )
        unsure: list[str] = []
        sure: list[str] = []
        for column in proposal.columns:
            name = f"column_{column.number}"
            self.fields[name] = gds.Select(
                column.heading,
                empty="Nothing: keep it as received",
                choices=[(meaning, CALLED[meaning]) for meaning in CALLED],
                hint=_example(column, proposal),
                initial=column.meaning,
                coerce=Meaning,
                required=False,
            )
            (unsure if column.heading in asked or column.meaning is None else sure).append(name)
        first = [name for name in (ORDER, *self.words) if name in self.fields]
        self.sections = tuple(
            (heading, names)
            for heading, names in (
                ("What only you can say", first),
                ("Columns not recognised", unsure),
                ("Columns recognised", sure),
            )
            if names
        )

    @property
    def teaching(self) -> Teaching:
        """What the form says, sent and found whole."""
        said = self.cleaned_data
        return Teaching(
            meant={
                column.heading: said[f"column_{column.number}"] for column in self.proposal.columns
            },
            order=said.get(ORDER),
            kinds={
                **self.proposal.kinds,
                **{word: said[name] for name, word in self.words.items()},
            },
        )

    def clean(self) -> dict[str, Any] | None:
        """No two columns say one thing, but for those that are read together."""
        super().clean()
        for column, other in guessing.clashes(self.proposal.columns, self._meant()):
            self.add_error(
                f"column_{column.number}",
                f"“{column.heading}” and “{other.heading}” cannot both be "
                f"{CALLED[self._meant()[column.heading]].lower()}",  # type: ignore[index]
            )
        return None

    def _meant(self) -> dict[str, Meaning | None]:
        return {
            column.heading: self.cleaned_data.get(f"column_{column.number}")
            for column in self.proposal.columns
        }


def teach(request: Request, pk: int) -> HttpResponse:
    """Say what the columns of a file mean; it is remembered for its sender."""
    delivery = get_object_or_404(
        intake.deliveries(request.user).filter(confirmed_at__isnull=True), pk=pk
    )
    proposal = loading.propose(delivery, loading.taught(delivery), at=request.now)
    if request.method == "POST":
        proposal = loading.propose(delivery, _said(request, proposal), at=request.now)
    form = TeachForm(request.POST if request.method == "POST" else None, proposal=proposal)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            loading.teach(delivery, form.teaching, by=request.user, at=request.now)
            return redirect("show-delivery", pk)
    journal.write("read", delivery, by=request.user, at=request.now)
    return gds.form_page(
        request,
        form,
        title="What the columns mean",
        caption=f"{delivery.sender.name}, {delivery.filename}",
        lead=_lead(proposal),
        button="See what it would do",
        back=reverse("intake"),
        template="deliveries/layout.html",
        proposal=proposal,
        delivery=delivery,
    )


def _said(request: Request, proposal: Proposal) -> Teaching:
    """What has been chosen so far: what is still to be asked follows from it."""
    order = request.POST.get(ORDER, "")
    chosen = {
        column.heading: request.POST.get(f"column_{column.number}", "")
        for column in proposal.columns
    }
    return Teaching(
        meant={
            heading: Meaning(code) if code in CODES else None for heading, code in chosen.items()
        },
        order=Order(order) if order in ORDERS else None,
        kinds=proposal.kinds,
    )


def _lead(proposal: Proposal) -> str:
    table = proposal.table
    where = f"on the sheet “{table.sheet}”, " if table.sheet else ""
    found = sum(column.meaning is not None for column in proposal.columns)
    said = [
        f"The headings are {where}in row {table.header_number}.",
        f"{found} of {len(proposal.columns)} columns are recognised.",
    ]
    if table.more:
        names = listed([part.sheet for part in table.parts])
        said.append(f"{len(table.parts)} sheets with these headings are read as one list: {names}.")
    if table.aside:
        said.append(f"Left aside, because of other headings: {listed(table.aside)}.")
    return " ".join(said)


def _either(proposal: Proposal) -> str:
    """A date of the file that can be read both ways."""
    return next(
        (
            example
            for column in proposal.columns
            for example in column.examples
            if (read := instants.read(example)) and read.is_either
        ),
        "03/04/2026",
    )


def _example(column: Column, proposal: Proposal) -> str:
    """Values of the column, and how the first would be read."""
    if not column.examples:
        return "Empty in every row."
    values = ", ".join(f"“{_short(text)}”" for text in column.examples)
    read = _read(column, column.examples[0], proposal)
    is_news = read and read != column.examples[0]
    return f"{values}. The first is {read}." if is_news else f"{values}."


def _short(text: str) -> str:
    most = 8 if text.startswith("0.") else 40
    return text if len(text) <= most else f"{text[:most]}…"


def _read(column: Column, text: str, proposal: Proposal) -> str:
    if column.meaning in (*MOMENTS, Meaning.BORN):
        return _spoken(instants.read(text, proposal.order))
    if column.meaning is Meaning.NAME:
        forename, surname = whole_names.parted(text, is_surname_first=proposal.is_surname_first)
        return f"forename {forename or 'not given'}, surname {surname}"
    if check := CHECKED.get(column.meaning):
        return "" if check(text) else "none that can be right, and is not used"
    if column.meaning is Meaning.SEX and (said := sex(text)) is not Sex.UNKNOWN:
        return said.label.lower()
    return ""


CHECKED: Mapping[Meaning | None, Callable[[str], str]] = {
    Meaning.POLICE_NUMBER: numbers.police,
    Meaning.NHS_NUMBER: numbers.nhs,
    Meaning.UPN: numbers.upn,
}


def _spoken(read: instants.Written | None) -> str:
    if read is None:
        return ""
    parts = [pages.day(read.day)] if read.day else []
    parts += [f"{read.at:%H:%M}"] if read.at else []
    return ", ".join(parts)


urlpatterns = [path("deliveries/<int:pk>/layout", teach, name="teach-delivery")]
