"""Questions of a council's own, beside the recording standard: listed, tried out, added, ended."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import questions
from returnhome.casework.places import Authority
from returnhome.casework.questions import OwnQuestion
from returnhome.casework.staff import Person
from returnhome.reporting import records
from returnhome.rules import access, standard
from returnhome.rules.access import Verb
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Role
from returnhome.rules.standard import own, published
from returnhome.rules.standard.own import LONGEST, Own
from returnhome.rules.standard.parts import Kind, SaidBy, Section, Standard
from returnhome.web import days, gds
from returnhome.web.asked import Request
from returnhome.web.questions import QuestionsForm
from returnhome.web.written import Line


def may_read(person: Person) -> bool:
    return bool(person.councils_where(Verb.SET_QUESTIONS) or person.reach.authorities)


def _authority(request: Request, *, setting: bool = False) -> Authority:
    """The council whose questions the person sets, or may read."""
    for post in request.user.current_posts:
        authority, role = post.organisation.authority, Role(post.role)
        may = access.may(role, Verb.SET_QUESTIONS)
        if authority and (may or (not setting and access.works_with_children(role))):
            return authority
    raise Http404


def index(request: Request) -> HttpResponse:
    authority = _authority(request)
    today = request.now.astimezone(LONDON).date()
    theirs = OwnQuestion.objects.visible_to(request.user).filter(authority=authority)
    rows = list(theirs.select_related("authority", "added_by", "ended_by").in_order())
    standing = [each for each in rows if each.until is None or each.until > today]
    context = {
        "authority": authority,
        "standing": [(each, each.own.question, each.since > today) for each in standing],
        "over": [(each, each.own.question) for each in rows if each not in standing],
        "may_set": authority.pk in request.user.councils_where(Verb.SET_QUESTIONS),
        "version": standard.current(today).version,
        "most": own.MOST,
    }
    return render(request, "own_questions/index.html", context)


class AddForm(gds.Form):
    text = gds.Text("The question", max_length=LONGEST["text"], missing=own.TextMissing.sentence)
    why = gds.Text(
        "Why is it asked?",
        max_length=LONGEST["why"],
        missing=own.WhyMissing.sentence,
        hint="It stands under the question, and a child may ask.",
    )
    said_by = gds.Radios(
        "Whose answer is it?",
        choices=[
            (SaidBy.CHILD.value, "The child’s, in their words"),
            (SaidBy.WORKER.value, "The interviewer’s view"),
        ],
        coerce=SaidBy,
        missing="Select whose answer it is",
    )
    kind = gds.Radios(
        "How is it answered?",
        choices=[(each.value, each.label) for each in own.KINDS],
        coerce=Kind,
        missing="Select how it is answered",
    )
    options = gds.Textarea(
        "Answers to choose from, one on each line",
        rows=5,
        required=False,
        hint="Only for a list. “Not asked” and “did not want to say” are there anyway, and words "
        "can be added.",
    )
    since = days.Date(
        "Asked in interviews booked from", noun="the first day", hint="Today, or a day to come"
    )

    def clean_options(self) -> list[str]:
        lines = (
            " ".join(line.split()) for line in (self.cleaned_data["options"] or "").splitlines()
        )
        return [line for line in lines if line]


def add(request: Request) -> HttpResponse:
    """Looked at first, as it will stand on the page; then added."""
    authority = _authority(request, setting=True)
    today = request.now.astimezone(LONDON).date()
    form = AddForm(request.POST if request.method == "POST" else None, initial={"since": today})
    tried: QuestionsForm | None = None
    if request.method == "POST" and form.is_valid():
        if "try" in request.POST:
            with gds.refusals_into(form):
                tried = _tried(authority, form.cleaned_data, today)
        else:
            with gds.refusals_into(form):
                said = form.cleaned_data
                questions.add(
                    authority,
                    said["text"],
                    said["why"],
                    said["kind"],
                    said_by=said["said_by"],
                    options=said["options"],
                    since=said["since"],
                    by=request.user,
                    at=request.now,
                )
                messages.success(request, "The question is added.")
                return redirect("own-questions")
    back = reverse("own-questions")
    return gds.form_page(
        request,
        form,
        title="Add a question of your own",
        caption=authority.name,
        inset="The standard’s questions stay as they are. Yours stand after them, and no record "
        "waits for an answer to them. A question is never reworded: another is added.",
        button="Add the question",
        back=back,
        cancel=back,
        template="own_questions/add.html",
        tried=tried,
    )


def _tried(authority: Authority, said: dict[str, Any], today: date) -> QuestionsForm:
    """The question as an interviewer will have it. Raises what adding it would."""
    asked = {name: said[name] for name in ("text", "why", "kind", "options", "since")}
    own.check_can_add(**asked, today=today, standing=())
    question = Own(
        code="x",
        council=authority.name,
        number=0,
        text=said["text"],
        why=said["why"],
        kind=said["kind"],
        said_by=said["said_by"],
        options=tuple(said["options"]) if said["kind"] is not Kind.WORDS else (),
    ).question
    section = Section(key="own", title="", questions=(question,))
    return QuestionsForm(None, lines=[Line(section, question, None)])


class EndForm(gds.Form):
    until = days.Date("Asked no more from", noun="the day", hint="Today, or a day to come")


def end(request: Request, pk: int) -> HttpResponse:
    authority = _authority(request, setting=True)
    theirs = OwnQuestion.objects.visible_to(request.user).filter(authority=authority)
    question = get_object_or_404(theirs, pk=pk)
    today = request.now.astimezone(LONDON).date()
    form = EndForm(request.POST if request.method == "POST" else None, initial={"until": today})
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            questions.end(
                question, until=form.cleaned_data["until"], by=request.user, at=request.now
            )
            messages.success(request, "The question is ended. Records that have it keep it.")
            return redirect("own-questions")
    back = reverse("own-questions")
    return gds.form_page(
        request,
        form,
        title="End a question",
        caption=authority.name,
        lead=question.text,
        inset="Interviews that are booked before that day keep it, and so do their records.",
        button="End it",
        back=back,
        cancel=back,
    )


# The standard with this council's questions: as a form on paper, as data, as a schema.


def _whole(request: Request) -> Standard:
    today = request.now.astimezone(LONDON).date()
    asked = questions.asked_of([_authority(request)], today)
    return questions.beside(standard.current(today), asked)


def as_form(request: Request) -> HttpResponse:
    made = records.pdf(records.empty_form(_whole(request)))
    name = 'attachment; filename="return-home-interview-form.pdf"'
    return HttpResponse(made, content_type="application/pdf", headers={"Content-Disposition": name})


def as_json(request: Request) -> HttpResponse:
    return _data(published.document(_whole(request)))


def as_schema(request: Request) -> HttpResponse:
    return _data(published.schema(_whole(request)))


def _data(said: dict[str, Any]) -> HttpResponse:
    return JsonResponse(said, json_dumps_params={"indent": 1, "ensure_ascii": False})


urlpatterns = [
    path("own-questions", index, name="own-questions"),
    path("own-questions/add", add, name="add-own-question"),
    path("own-questions/<int:pk>/end", end, name="end-own-question"),
    path("own-questions/form.pdf", as_form, name="form-own-questions"),
    path("own-questions/standard.json", as_json, name="json-own-questions"),
    path("own-questions/standard.schema.json", as_schema, name="schema-own-questions"),
]
