"""Somebody asks for a child's record: when it is due, who else is named in it, what is given."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import journal
from returnhome.casework import record_requests as requests
from returnhome.casework.children import Child
from returnhome.casework.record_requests import (
    GatheredLine,
    GatheredRecord,
    Marked,
    RecordRequest,
)
from returnhome.casework.staff import Person
from returnhome.reporting import record_paper, third_parties, whole_record
from returnhome.rules import clock as clocks
from returnhome.rules import subject_access
from returnhome.rules.access import Relation, Verb
from returnhome.rules.subject_access import (
    Asker,
    Clock,
    Decision,
    Ground,
    RequestKind,
    StepKind,
)
from returnhome.web import days, gds, looking, pages
from returnhome.web.asked import Request

LIST = "record-requests"
A_PAGE = 20
GIVE = "give"
LONGEST_NUMBER = 18
AROUND = 60


def may_note(person: Person) -> bool:
    """Whether their council answers for children at all: a home’s or a provider’s does not."""
    theirs, _ = person.may_for(Verb.NOTE_RECORD_REQUEST, Relation.RESPONSIBLE)
    return bool(theirs)


def may_note_for(child: Child, person: Person) -> bool:
    """Whether this person may note that somebody asks for this child's record; no query."""
    return child.joined_to_id is None and person.may_about(
        child, Verb.NOTE_RECORD_REQUEST, Relation.RESPONSIBLE
    )


def _today(request: Request) -> date:
    return request.now.astimezone(clocks.LONDON).date()


def _asked(request: Request, pk: int) -> RecordRequest:
    seen = RecordRequest.objects.visible_to(request.user)
    row = get_object_or_404(seen.select_related("child", "noted_by", "ended_by"), pk=pk)
    looking.at(request, row)
    return row


def _may_give(row: RecordRequest, person: Person) -> bool:
    return person.may_about(row.child, Verb.GIVE_RECORD, Relation.RESPONSIBLE)


def _newest(row: RecordRequest, person: Person) -> GatheredRecord | None:
    seen = GatheredRecord.objects.visible_to(person).filter(request=row)
    found = seen.select_related("given_by", "gathered_by").defer("copy", "letter")
    return found.newest_first().first()


def _gathered(request: Request, pk: int) -> GatheredRecord:
    """The newest of a request, for whoever may give it; before it is gathered, it is not there.

    An earlier one by its number: `?version=12`.
    """
    row = _asked(request, pk)
    record = _newest(row, request.user)
    version = request.GET.get("version", "")
    if version.isdecimal() and len(version) < LONGEST_NUMBER:
        seen = GatheredRecord.objects.visible_to(request.user)
        record = seen.filter(request=row, pk=int(version)).first()
    if record is None:
        raise Http404
    record.request, record.child = row, row.child
    return record


# All of them.


@dataclass(frozen=True)
class Shown:
    row: RecordRequest
    clock: Clock
    words: str
    is_late: bool
    is_soon: bool


def in_words(clock: Clock, today: date) -> str:
    """By when it is answered, or what it waits for."""
    if clock.waits_for is StepKind.IDENTITY_SEEN:
        return "The time begins once it is proved who asks"
    if clock.waits_for:
        return "The time stands still until they say what they want to know"
    assert clock.due_on
    left = (clock.due_on - today).days
    by = f"Due by {pages.day(clock.due_on)}"
    if left < 0:
        return f"{by}: {pages.counted(-left, 'day', 'days')} overdue"
    return f"{by}: today" if not left else f"{by}: {pages.counted(left, 'day', 'days')} left"


def _shown(row: RecordRequest, today: date) -> Shown:
    clock = row.clock()
    late, soon = clock.is_overdue(today), clock.is_soon(today)
    return Shown(row, clock, in_words(clock, today), late, soon)


def waiting_for(person: Person, today: date) -> list[Shown]:
    """What is due within a week or overdue, for the work list. Two queries."""
    if not may_note(person):
        return []
    return [_shown(row, today) for row, _ in requests.due_soon(person, today)]


def index(request: Request) -> HttpResponse:
    if not may_note(request.user):
        raise Http404
    return _list(request, RecordRequest.objects.visible_to(request.user), None)


def of_child(request: Request, pk: int) -> HttpResponse:
    child = _child(request, pk)
    return _list(request, RecordRequest.objects.visible_to(request.user).filter(child=child), child)


def _child(request: Request, pk: int) -> Child:
    seen = Child.objects.filter(
        requests.theirs(request.user, Verb.NOTE_RECORD_REQUEST, of="", child="pk"),
        joined_to__isnull=True,
    )
    child = get_object_or_404(seen, pk=pk)
    looking.at(request, child)
    return child


def _list(request: Request, rows: Any, child: Child | None) -> HttpResponse:
    today, with_child = _today(request), rows.select_related("child").prefetch_related("steps")
    still = [_shown(row, today) for row in with_child.open().oldest_first()]
    still.sort(key=lambda each: (each.clock.due_on or date.max, each.row.pk))
    open_ids = [each.row.pk for each in still]
    done = list(with_child.exclude(pk__in=open_ids).order_by("-received_on", "-pk")[:A_PAGE])
    if child is None:
        shown = [*(each.row.child_id for each in still), *(row.child_id for row in done)]
        looking.at_list(request, LIST, shown)
    context = {"open": still, "done": done, "child": child, "kinds": RequestKind}
    return render(request, "record_requests/index.html", context)


class NoteForm(gds.Form):
    asker = gds.Radios(
        "Who asks, and for what?",
        missing="Select who asks",
        choices=[
            (str(Asker.SELF), "The child, or the adult that they are now, for their own record"),
            (str(Asker.PARENT), "Somebody with parental responsibility, for the child’s record"),
            (str(Asker.ENTITLED), "Somebody else with authority to act for them"),
            (str(Asker.ANYBODY), "Anybody, under the Freedom of Information Act"),
        ],
        coerce=Asker,
        hint="A child who understands what it means asks for themself, at whatever age. Then "
        "nobody else asks for them unless they want that.",
    )
    name = gds.Text(
        "What is the name of whoever asks?",
        noun="the name",
        required=False,
        max_length=subject_access.LONGEST_NAME,
    )
    received_on = days.Date(
        "When did the request come in?",
        noun="the day",
        hint="The day itself, at whichever desk of the council. For example, 27 3 2026",
    )


def note(request: Request, pk: int) -> HttpResponse:
    child = _child(request, pk)
    form = NoteForm(request.POST or None)
    back = reverse("record-requests-of-child", args=[pk])
    if request.method == "POST" and form.is_valid():
        asker = form.cleaned_data["asker"]
        kind = RequestKind.FOI if asker is Asker.ANYBODY else RequestKind.SAR
        with gds.refusals_into(form):
            row = requests.note(
                child,
                kind,
                asker,
                name=form.cleaned_data["name"],
                received_on=form.cleaned_data["received_on"],
                by=request.user,
                at=request.now,
            )
            messages.success(request, "Noted. Below stands what to do next.")
            return redirect("show-record-request", row.pk)
    return gds.form_page(
        request,
        form,
        title="Somebody asks for a record",
        caption=pages.name_of(child),
        button="Note it",
        back=back,
        cancel=back,
    )


# One of them.


@dataclass(frozen=True)
class Next:
    """What is to be done now: in words, and where."""

    words: str
    label: str = ""
    href: str = ""


def show(request: Request, pk: int) -> HttpResponse:
    row, person, today = _asked(request, pk), request.user, _today(request)
    record = _newest(row, person)
    numbers = requests.numbers(record) if record else None
    steps = list(row.steps.select_related("by"))
    given = GatheredRecord.objects.visible_to(person).filter(request=row, given_at__isnull=False)
    versions = list(given.select_related("given_by").defer("copy", "letter").newest_first())
    is_answered = not RecordRequest.objects.filter(pk=row.pk).open().exists()
    is_open = row.ended_at is None and not (record and record.given_at)
    context = {
        "row": row,
        "number": record_paper.number_of(row),
        "shown": _shown(row, today),
        "kind": RequestKind(row.kind),
        "asker": Asker(row.asker),
        "steps": [(step, StepKind(step.kind).label) for step in steps],
        "can_note": []
        if is_answered
        else [
            (each.label, each.value)
            for each in subject_access.next_steps(RequestKind(row.kind), row.done())
        ],
        "record": record,
        "numbers": numbers,
        "versions": versions,
        "is_answered": is_answered,
        "is_open": is_open,
        "may_give": _may_give(row, person),
        "next": None if not is_open else _next(row, record, numbers, _may_give(row, person)),
    }
    return render(request, "record_requests/show.html", context)


def _next(
    row: RecordRequest,
    record: GatheredRecord | None,
    numbers: Any,
    may_give: bool,
) -> Next:
    if not may_give:
        return Next("A manager gathers the record, decides what is withheld, and gives it.")
    if record is None:
        return Next(
            "Gather the record: all that it holds is put together, and what may be about others "
            "is marked. You can do that before it is proved who asks.",
            "Gather the record",
            reverse("gather-record", args=[row.pk]),
        )
    if numbers["undecided"]:
        places = pages.counted(numbers["undecided"], "place is", "places are")
        return Next(
            f"{places} marked and not decided yet.",
            "Go through what is marked",
            reverse("record-words", args=[row.pk]),
        )
    try:
        subject_access.check_can_give(
            kind=RequestKind(row.kind), steps=row.done(), is_gathered=True, undecided=0
        )
    except subject_access.IdentityNotProved as refused:
        href = reverse("step-record-request", args=[row.pk, StepKind.IDENTITY_SEEN.value])
        return Next(refused.sentence, "Note how they proved it", href)
    return Next(
        "All is decided. Read it as it would be given, and have a second person look where you "
        "are in doubt.",
        "Give the record",
        reverse("give-record", args=[row.pk]),
    )


HOW = {
    StepKind.IDENTITY_ASKED: "What was asked for?",
    StepKind.IDENTITY_SEEN: "What was seen, and how do you know them?",
    StepKind.CLARITY_ASKED: "What were they asked?",
    StepKind.CLARITY_GIVEN: "What did they say?",
    StepKind.EXTENDED: "Why is more time needed, and how were they told?",
}
LEADS = {
    StepKind.IDENTITY_ASKED: "Ask only for as much as you need to be sure. The time begins once "
    "you have it.",
    StepKind.CLARITY_ASKED: "The time stands still from this day until the day on which they "
    "answer. Ask only what you need to know.",
    StepKind.EXTENDED: "Two more months, where the request is complex or one of many of theirs. "
    "They must be told before the first month is over.",
}


class StepForm(gds.Form):
    on = days.Date("On which day?", noun="the day")
    because = gds.Textarea("How?", rows=3, count=1000, missing=subject_access.HowMissing.sentence)

    def __init__(self, *args: Any, kind: StepKind, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["because"].label = HOW[kind]


def step(request: Request, pk: int, kind: str) -> HttpResponse:
    row = _asked(request, pk)
    if kind not in dict(StepKind.choices()):
        raise Http404
    what = StepKind(kind)
    form = StepForm(request.POST or None, kind=what, initial={"on": _today(request)})
    back = reverse("show-record-request", args=[pk])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            said = form.cleaned_data
            requests.take_step(
                row, what, said["on"], said["because"], by=request.user, at=request.now
            )
            messages.success(request, "Noted.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title=what.label,
        caption=pages.name_of(row.child),
        lead=LEADS.get(what, ""),
        button="Note it",
        back=back,
        cancel=back,
    )


class EndForm(gds.Form):
    because = gds.Textarea(
        "Why is there no answer?",
        rows=3,
        count=1000,
        hint="For example, they took it back, or it was noted in error.",
        missing=subject_access.WhyEndedMissing.sentence,
    )


def end(request: Request, pk: int) -> HttpResponse:
    row = _asked(request, pk)
    form = EndForm(request.POST or None)
    back = reverse("show-record-request", args=[pk])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            requests.end(row, form.cleaned_data["because"], by=request.user, at=request.now)
            messages.success(request, "Ended. That they asked is kept.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="End the request without an answer",
        caption=pages.name_of(row.child),
        button="End it",
        button_classes="govuk-button--warning",
        back=back,
        cancel=back,
    )


# Gathering it.


def gather(request: Request, pk: int) -> HttpResponse:
    row = _asked(request, pk)
    if not _may_give(row, request.user):
        raise Http404
    form = gds.Form(request.POST if request.method == "POST" else None)
    back = reverse("show-record-request", args=[pk])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            lines = whole_record.gather(row.child, request.user)
            marks = third_parties.marks(row.child, lines, RequestKind(row.kind), request.user)
            found = whole_record.gathered(lines, marks)
            requests.gather(row, found, by=request.user, at=request.now)
            messages.success(request, "Gathered. What may be about somebody else is marked.")
            return redirect(back)
    again = _newest(row, request.user) is not None
    return gds.form_page(
        request,
        form,
        title="Gather the record anew" if again else "Gather the record",
        caption=pages.name_of(row.child),
        lead="All that the record holds of the child is put together as it stands now. Names, "
        "numbers and addresses of others are marked for you to decide on.",
        inset="What was decided before of the same words stays decided. What was given before "
        "stays as it was given."
        if again
        else "",
        button="Gather it",
        back=back,
        cancel=back,
    )


# Going through what is marked.


def _choices(row: RecordRequest) -> list[tuple[str, str]]:
    return [
        (GIVE, Decision.GIVE.label),
        *((each.value, f"Withhold: {_small(each.label)}") for each in row.grounds),
    ]


def _small(words: str) -> str:
    return f"{words[:1].lower()}{words[1:]}"


def _decided(said: str) -> tuple[Decision, Ground | None]:
    return (Decision.GIVE, None) if said == GIVE else (Decision.WITHHOLD, Ground(said))


def _said(each: Marked) -> str:
    if each.decision is Decision.GIVE:
        return GIVE
    return each.ground.value if each.ground else ""


@dataclass
class Group:
    """The same words wherever they are marked and not decided yet."""

    words: str
    kind: str
    why: str
    places: int
    line: GatheredLine
    before: str
    after: str


def _groups(record: GatheredRecord, person: Person) -> list[Group]:
    found: dict[str, Group] = {}
    for line in (
        GatheredLine.objects.visible_to(person).filter(record=record).undecided().in_order()
    ):
        for each in requests.marked_in(line):
            if each.decision is not None:
                continue
            words = requests.words_of(line, each.mark)
            group = found.get(requests.alike(words))
            if group:
                group.places += 1
                continue
            start, stop = each.mark.start, each.mark.end
            found[requests.alike(words)] = Group(
                words,
                each.mark.kind.label,
                each.mark.why,
                1,
                line,
                line.text[max(0, start - AROUND) : start].rpartition("\n")[2],
                line.text[stop : stop + AROUND].partition("\n")[0],
            )
    return list(found.values())


class WordsForm(gds.Form):
    def __init__(
        self, *args: Any, groups: Sequence[Group], choices: Sequence[tuple[str, str]], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.groups = groups
        for group in groups:
            self.fields[self.key(group)] = gds.Select(
                f"What becomes of “{group.words}”?",
                required=False,
                empty="Not decided",
                choices=choices,
            )

    @staticmethod
    def key(group: Group) -> str:
        # By its place in the record: two people may be at it at once.
        return f"at_{group.line.pk}_{requests.alike(group.words).replace(' ', '_')}"

    def drawn(self) -> Iterator[tuple[Group, Any]]:
        for group in self.groups:
            yield group, gds.draw(self[self.key(group)])


def words(request: Request, pk: int) -> HttpResponse:
    """The same words decided on at once, wherever they stand."""
    record = _gathered(request, pk)
    row, person = record.request, request.user
    groups = _groups(record, person)
    page = groups[:A_PAGE]
    form = WordsForm(request.POST or None, groups=page, choices=_choices(row))
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            number = 0
            for group in page:
                if said := form.cleaned_data.get(form.key(group)):
                    decision, ground = _decided(said)
                    number += requests.decide_alike(
                        record, group.words, decision, ground, by=person, at=request.now
                    )
            decided = pages.counted(number, "place is", "places are")
            messages.success(request, f"{decided} decided.")
            left = len(_groups(record, person))
            return redirect("record-words" if left else "show-record-request", pk)
    return gds.form_page(
        request,
        form,
        title="What may be about somebody else",
        caption=pages.name_of(row.child),
        button="Decide these",
        back=reverse("show-record-request", args=[pk]),
        template="record_requests/words.html",
        row=row,
        groups=groups,
        shown=len(page),
        is_given=record.given_at is not None,
    )


@dataclass(frozen=True)
class Piece:
    words: str
    mark: Marked | None = None


def pieces(line: GatheredLine) -> list[Piece]:
    """A line with what is marked in it apart."""
    found, before = [], 0
    for each in requests.marked_in(line):
        found.append(Piece(line.text[before : each.mark.start]))
        found.append(Piece(requests.words_of(line, each.mark), each))
        before = each.mark.end
    return [piece for piece in (*found, Piece(line.text[before:])) if piece.words]


def lines(request: Request, pk: int) -> HttpResponse:
    """Line by line, with what is marked: all of it, or what is not decided yet."""
    record = _gathered(request, pk)
    rows = GatheredLine.objects.visible_to(request.user).filter(record=record)
    only = request.GET.get("only") == "undecided"
    if only:
        rows = rows.undecided()
    page = Paginator(rows.in_order(), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "row": record.request,
        "record": record,
        "page": page,
        "lines": [
            (line, pieces(line), Ground(line.ground).label if line.ground else "")
            for line in page.object_list
        ],
        "only": only,
        "numbers": requests.numbers(record),
    }
    return render(request, "record_requests/lines.html", context)


class LineForm(gds.Form):
    """Each marked place with what becomes of it, and the line as a whole."""

    whole = gds.Select("The line as a whole", required=False, empty="As decided above")

    def __init__(self, *args: Any, line: GatheredLine, row: RecordRequest, **more: Any) -> None:
        super().__init__(*args, **more)
        self.marked, choices = requests.marked_in(line), _choices(row)
        for number, each in enumerate(self.marked):
            self.fields[f"at_{number}"] = gds.Select(
                f"“{requests.words_of(line, each.mark)}”",
                required=False,
                empty="Not decided",
                choices=choices,
                hint=f"{each.mark.kind.label}: {_small(each.mark.why)}.",
            )
            self.initial[f"at_{number}"] = _said(each)
        self.fields["whole"].choices = choices[1:]  # type: ignore[attr-defined]
        self.initial["whole"] = line.ground
        self.order_fields([*(f"at_{n}" for n in range(len(self.marked))), "whole"])

    def decided(self) -> dict[int, tuple[Decision, Ground | None]]:
        said = {n: self.cleaned_data.get(f"at_{n}") for n in range(len(self.marked))}
        return {number: _decided(each) for number, each in said.items() if each}


def line(request: Request, pk: int) -> HttpResponse:
    seen = GatheredLine.objects.visible_to(request.user)
    one = get_object_or_404(seen.select_related("record__request", "record__child"), pk=pk)
    row = one.record.request
    looking.at(request, row)
    form = LineForm(request.POST or None, line=one, row=row)
    back = f"{reverse('record-lines', args=[row.pk])}?page={one.place // A_PAGE + 1}"
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            whole = form.cleaned_data["whole"]
            requests.decide(
                one,
                form.decided(),
                whole=Ground(whole) if whole else None,
                by=request.user,
                at=request.now,
            )
            messages.success(request, "Decided.")
            following = seen.filter(record=one.record, place__gt=one.place).undecided()
            next_one = following.in_order().first()
            if next_one:
                return redirect("decide-record-line", next_one.pk)
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title=one.heading,
        caption=one.part,
        button="Decide",
        back=back,
        cancel=back,
        template="record_requests/line.html",
        line=one,
        pieces=pieces(one),
        row=row,
    )


class MarkForm(gds.Form):
    words = gds.Text(
        "Which words?",
        noun="the words",
        max_length=200,
        missing="Enter the words",
        hint="A name, a number or a few words, as they stand in the record. They are marked "
        "wherever they stand.",
    )


def mark(request: Request, pk: int) -> HttpResponse:
    record = _gathered(request, pk)
    form = MarkForm(request.POST or None)
    back = reverse("record-words", args=[pk])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            number = requests.mark(
                record, form.cleaned_data["words"], by=request.user, at=request.now
            )
            marked = pages.counted(number, "place is", "places are")
            messages.success(request, f"{marked} marked. Now decide on them.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Mark words that are about somebody else",
        caption=pages.name_of(record.child),
        button="Mark them",
        back=back,
        cancel=back,
    )


# On paper, and given.


def _file(content: bytes, name: str) -> HttpResponse:
    # A number only: the file's name stays in lists of downloads.
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )


def _printed(request: Request, pk: int) -> GatheredRecord:
    record = _gathered(request, pk)
    journal.write("print", record.request, by=request.user, at=request.now)
    return record


def working_pdf(request: Request, pk: int) -> HttpResponse:
    record = _printed(request, pk)
    content = record_paper.pdf(record_paper.working(record, request.user))
    return _file(content, f"working-{record_paper.number_of(record.request)}")


def copy_pdf(request: Request, pk: int) -> HttpResponse:
    """What was given; before that, as it would be given."""
    record = _printed(request, pk)
    if record.given_at:
        content = bytes(record.copy)
    else:
        content = record_paper.pdf(record_paper.to_give(record, request.user, is_draft=True))
    return _file(content, f"record-{record_paper.number_of(record.request)}")


def letter_pdf(request: Request, pk: int) -> HttpResponse:
    record = _printed(request, pk)
    if record.given_at:
        content = bytes(record.letter)
    else:
        content = record_paper.pdf(record_paper.letter(record, request.user, request.now))
    return _file(content, f"letter-{record_paper.number_of(record.request)}")


class GiveForm(gds.Form):
    sure = gds.Tick(
        "I have read the copy as it would be given",
        missing="Confirm that you have read it",
    )


def give(request: Request, pk: int) -> HttpResponse:
    record = _gathered(request, pk)
    row = record.request
    form = GiveForm(request.POST or None)
    back = reverse("show-record-request", args=[pk])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            files = record_paper.given(record, request.user, request.now)
            requests.give(record, files.copy, files.letter, by=request.user, at=request.now)
            messages.success(
                request, "Kept as given. Download the copy and the letter, and send them safely."
            )
            return redirect(back)
    used = record_paper.grounds_used(record_paper.lines_of(record, request.user))
    withheld = ", ".join(f"{_small(ground.label)} ({number})" for ground, number in used.items())
    return gds.form_page(
        request,
        form,
        title="Give the record",
        caption=pages.name_of(row.child),
        lead="The copy and the letter are kept as they go out, and the request is answered. A "
        "correction is gathered and given anew.",
        inset=f"Withheld: {withheld}." if withheld else "Nothing is withheld.",
        button="Give it",
        back=back,
        cancel=back,
    )


urlpatterns = [
    path("record-requests", index, name="record-requests"),
    path("children/<int:pk>/record-requests", of_child, name="record-requests-of-child"),
    path("children/<int:pk>/record-requests/note", note, name="note-record-request"),
    path("record-requests/<int:pk>", show, name="show-record-request"),
    path("record-requests/<int:pk>/note/<str:kind>", step, name="step-record-request"),
    path("record-requests/<int:pk>/end", end, name="end-record-request"),
    path("record-requests/<int:pk>/gather", gather, name="gather-record"),
    path("record-requests/<int:pk>/words", words, name="record-words"),
    path("record-requests/<int:pk>/lines", lines, name="record-lines"),
    path("record-requests/<int:pk>/mark", mark, name="mark-in-record"),
    path("record-requests/<int:pk>/give", give, name="give-record"),
    path("record-requests/<int:pk>/working.pdf", working_pdf, name="pdf-working-record"),
    path("record-requests/<int:pk>/copy.pdf", copy_pdf, name="pdf-record-copy"),
    path("record-requests/<int:pk>/letter.pdf", letter_pdf, name="pdf-record-letter"),
    path("record-lines/<int:pk>", line, name="decide-record-line"),
]
