"""The child has told of harm: stop, the words, danger, the telephone; then a manager decides."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from returnhome.casework import harm
from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode
from returnhome.casework.harm import Disclosure, HarmDecision, ToTelephone
from returnhome.casework.interviews import Interview
from returnhome.casework.places import Authority
from returnhome.rules import Blocked, harming
from returnhome.rules.access import Verb
from returnhome.rules.clock import DAY, LONDON
from returnhome.rules.codes import HarmCallee, HarmDecisionKind
from returnhome.web import councils, days, gds, looking, owed, pages, typed
from returnhome.web.asked import Request, covered, interview_for

NONE = HarmDecisionKind.NONE
ELSEWHERE = "elsewhere"
YES_NO = [("yes", "Yes"), ("no", "No")]


class ClockTime(gds.Text):
    """A time of today in one box, or of yesterday where it has not come yet; empty is just now."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, width=5, required=False, noun="the time of the call", **options)
        self.now: datetime | None = None

    def clean(self, value: Any) -> Any:
        text, now = super().clean(value), self.now
        assert now is not None  # the form sets it
        if not text:
            return now
        today = now.astimezone(LONDON).date()
        try:
            at = typed.read_instant(today, text)
            return at if at <= now else typed.read_instant(today - DAY, text)
        except typed.Mistyped as mistyped:
            noun = self.noun[:1].upper() + self.noun[1:]
            raise ValidationError(f"{noun} {mistyped.sentence}") from None


# Step one: whoever the child told.


class CallForm(gds.Form):
    """Danger and telephone: all of it can be left for later, and is asked for until it is there."""

    is_in_danger = gds.Radios(
        "Is the child in danger now?",
        choices=YES_NO,
        reveal={"yes": ["has_called", "emergency_at", "emergency_reference", "emergency_by"]},
        required=False,
        hint="Or will be when they leave here, or go home.",
    )
    has_called = gds.Tick("999 has been called", required=False)
    emergency_at = ClockTime("When was 999 called?", hint="Such as 2:30pm. Empty: just now.")
    emergency_reference = gds.Text(
        "Their reference number, if they gave one", required=False, max_length=60, width=20
    )
    emergency_by = gds.Text(
        "Who called, if not you", required=False, max_length=120, autocomplete="off"
    )
    whom = gds.Radios(
        "Whom did you telephone?",
        choices=[(each, each.label) for each in HarmCallee if each is not HarmCallee.EMERGENCY],
        coerce=HarmCallee,
        required=False,
    )
    name = gds.Text("Who answered? Their name", required=False, max_length=120, noun="who answered")
    called_at = ClockTime("When did you speak?", hint="Such as 2:30pm. Empty: just now.")
    called_by = gds.Text(
        "Who telephoned, if not you", required=False, max_length=120, autocomplete="off"
    )

    def __init__(
        self, *args: Any, now: datetime, telephone: ToTelephone, said: bool | None, **options: Any
    ) -> None:
        first = {"whom": telephone.whom} | (options.pop("initial", None) or {})
        super().__init__(*args, initial=first, **options)
        self.telephone, self.said = telephone, said
        for name in ("emergency_at", "called_at"):
            self.fields[name].now = now  # type: ignore[attr-defined]
        if said is not None:
            # It was said, as it was then; 999 may have been called since.
            del self.fields["is_in_danger"]

    @property
    def danger(self) -> bool | None:
        said = self.cleaned_data.get("is_in_danger")
        return None if said in (None, "") else said == "yes"

    @property
    def has_999(self) -> bool:
        return bool(self.cleaned_data.get("has_called"))

    @property
    def has_call(self) -> bool:
        return bool(self.cleaned_data.get("name"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.data.get("called_at") and not cleaned.get("name"):
            self.add_error("name", harming.NameMissing.sentence)
        if self.has_call and not cleaned.get("whom"):
            self.add_error("whom", "Select whom you telephoned")
        return cleaned

    def note(self, disclosure: Disclosure, request: Request) -> None:
        """Keep the calls that were made."""
        said, by, at = self.cleaned_data, request.user, request.now
        if self.has_999:
            harm.note_call(
                disclosure,
                HarmCallee.EMERGENCY,
                called_at=said["emergency_at"] or at,
                reference=said["emergency_reference"],
                called_by=said["emergency_by"],
                by=by,
                at=at,
            )
        if self.has_call:
            harm.note_call(
                disclosure,
                said["whom"],
                name=said["name"],
                called_at=said["called_at"],
                called_by=said["called_by"],
                by=by,
                at=at,
            )


class TellForm(CallForm):
    """The words first; the rest of the page may follow."""

    words = gds.Textarea(
        "What did the child say?",
        rows=8,
        strip=False,
        missing=harming.WordsMissing.sentence,
        hint="In the child’s own words, as they said them. Not tidied, not explained. They cannot "
        "be changed once saved; more can be added by telling again.",
    )
    told_at = days.Moment(
        "When did the child tell you?", noun="the time the child told you", exact_only=True
    )
    where = gds.Radios(
        "Where is the child now?",
        reveal={ELSEWHERE: ["stays_in"]},
        missing="Select where the child is now",
        hint="The council there acts, and the council that answers for the child is told.",
    )
    stays_in = councils.Council(
        "Which council’s area?", missing="Enter which council’s area the child is in"
    )
    where_now = gds.Text(
        "Where exactly, if it helps to find them (optional)", required=False, max_length=200
    )

    def __init__(self, *args: Any, there: Sequence[Authority], **options: Any) -> None:
        now = options["now"]
        first = {"told_at": now, "where": str(there[0].pk)}
        super().__init__(*args, said=None, initial=first, **options)
        self.there = {str(each.pk): each for each in there}
        self.fields["where"].choices = [  # type: ignore[attr-defined]
            *((pk, f"In {each.name}") for pk, each in self.there.items()),
            (ELSEWHERE, "Somewhere else"),
        ]
        self.fields["stays_in"].on = now.astimezone(LONDON).date()  # type: ignore[attr-defined]

    @property
    def now_in(self) -> Authority:
        said = self.cleaned_data
        return said["stays_in"] if said["where"] == ELSEWHERE else self.there[said["where"]]


def tell_in_interview(request: Request, pk: int) -> HttpResponse:
    interview = interview_for(request, pk, Verb.TELL_OF_HARM)
    episodes = covered(interview)
    episode = max(episodes, key=lambda each: (each.started_at, each.pk)) if episodes else None
    page = "record-interview" if _is_recording(interview, request) else "show-interview"
    back = reverse(page, args=[pk])
    return _tell(request, interview.child, interview=interview, episode=episode, back=back)


def _is_recording(interview: Interview, request: Request) -> bool:
    """Whether the person is in the middle of this conversation, and goes back to it."""
    return not interview.is_signed and interview.may_be_recorded_by(request.user)


def tell(request: Request, pk: int) -> HttpResponse:
    """Told outside an interview: on the telephone, at the door."""
    seen = Child.objects.visible_to(request.user)
    child = get_object_or_404(seen, pk=pk)
    if not child.allows(request.user, Verb.TELL_OF_HARM):
        raise Http404
    looking.at(request, child)
    episode = (
        Episode.objects.visible_to(request.user).counted().filter(child=child).newest_first()[:1]
    )
    back = reverse("show-child", args=[pk])
    return _tell(request, child, interview=None, episode=next(iter(episode), None), back=back)


def _tell(
    request: Request,
    child: Child,
    *,
    interview: Interview | None,
    episode: Episode | None,
    back: str,
) -> HttpResponse:
    there = [each for each in (child.host_authority, child.responsible_authority) if each]
    telephone = harm.to_telephone(there[0], request.now)
    form = TellForm(request.POST or None, now=request.now, telephone=telephone, there=there)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form), transaction.atomic():
            disclosure = harm.tell(
                child,
                said["words"],
                told_at=said["told_at"].at,
                is_in_danger=form.danger,
                stays_in=form.now_in,
                where_now=said["where_now"],
                interview=interview,
                episode=episode,
                by=request.user,
                at=request.now,
            )
            form.note(disclosure, request)
            return _saved(request, disclosure)
    return gds.form_page(
        request,
        form,
        title="The child has told of harm",
        caption=pages.name_of(child),
        button="Save",
        back=back,
        template="harm/tell.html",
        telephone=telephone,
    )


def _saved(request: Request, disclosure: Disclosure) -> HttpResponse:
    """On to the telephone while nobody has been telephoned; else to what happens next."""
    told = _disclosures(request).get(pk=disclosure.pk)
    at = pages.clock_time(request.now)
    if {each.step for each in harming.owed(told.facts)} & set(owed.OF_THE_TELLER):
        if "later" not in request.POST:
            messages.success(request, f"Saved at {at}. The telephone call is still to be made.")
            return redirect("call-disclosure", disclosure.pk)
        messages.info(request, f"Saved at {at}. It stays on your work list until somebody is told.")
    else:
        messages.success(request, f"Saved at {at}.")
    return redirect("show-disclosure", disclosure.pk)


def _disclosures(request: Request) -> Any:
    return Disclosure.objects.visible_to(request.user).with_what_followed()


def _disclosure(request: Request, pk: int) -> Disclosure:
    """The disclosure with what followed and its child, where the person may see it."""
    disclosure: Disclosure = get_object_or_404(_disclosures(request), pk=pk)
    harm.bring_children([disclosure])
    looking.at(request, disclosure)
    return disclosure


def call(request: Request, pk: int) -> HttpResponse:
    """The rest of the first step: whether there is danger, and who was telephoned."""
    disclosure = _disclosure(request, pk)
    telephone = harm.to_telephone(disclosure.acting_authority, request.now)
    form = CallForm(
        request.POST or None, now=request.now, telephone=telephone, said=disclosure.is_in_danger
    )
    if request.method == "POST" and form.is_valid():
        is_new_danger = disclosure.is_in_danger is None and form.danger is not None
        if not (is_new_danger or form.has_999 or form.has_call or "later" in request.POST):
            form.add_error("name", "Say who answered, or leave it for later")
        else:
            with gds.refusals_into(form), transaction.atomic():
                if is_new_danger:
                    harm.say_danger(
                        disclosure,
                        is_in_danger=bool(form.danger),
                        by=request.user,
                        at=request.now,
                    )
                form.note(disclosure, request)
                return _saved(request, disclosure)
    return gds.form_page(
        request,
        form,
        title="Who has been telephoned?",
        caption=pages.name_of(disclosure.child),
        button="Save",
        back=reverse("show-disclosure", args=[pk]),
        template="harm/call.html",
        telephone=telephone,
        disclosure=disclosure,
    )


# Shown.


def show(request: Request, pk: int) -> HttpResponse:
    disclosure = _disclosure(request, pk)
    row = owed.row_of(disclosure, request.user, request.now)
    sees_child = Child.objects.visible_to(request.user).filter(pk=disclosure.child_id).exists()
    decisions = [
        (each, owed.SHORT[HarmDecisionKind(each.kind)]) for each in disclosure.decisions.all()
    ]
    interview = _readable(request, disclosure)
    context = {
        "disclosure": disclosure,
        "row": row,
        "age": pages.age_of(disclosure.child, request.now.astimezone(LONDON).date()),
        "calls": list(disclosure.calls.all()),
        "takings": list(disclosure.takings.all()),
        "decisions": decisions,
        "sees_child": sees_child,
        "interview": interview,
        "is_recording": interview is not None and _is_recording(interview, request),
        "may_decide": bool(owed.councils(disclosure, request.user, Verb.DECIDE_ON_HARM)),
        "is_decided": bool(decisions),
    }
    return render(request, "harm/show.html", context)


def _readable(request: Request, disclosure: Disclosure) -> Interview | None:
    """The interview it was told in, for those who may read that."""
    readable = Interview.objects.account_visible_to(request.user)
    return readable.filter(disclosures=disclosure).first()


# Step two: the councils.


@require_POST
def have(request: Request, pk: int) -> HttpResponse:
    disclosure = _disclosure(request, pk)
    if not owed.councils(disclosure, request.user, Verb.SEE_HARM):
        raise Http404
    try:
        taking = harm.have(disclosure, by=request.user, at=request.now)
        messages.success(request, f"{taking.council.name} has it. A manager must decide.")
    except Blocked as refused:
        messages.info(request, refused.sentence)
    return redirect("show-disclosure", pk)


def _passed_to(kind: HarmDecisionKind) -> str:
    return f"passed_to_{kind.value}"


SAYS: dict[str, str] = {
    HarmDecisionKind.STRATEGY_DISCUSSION: "With police and health, on what to do at once.",
    HarmDecisionKind.SECTION_47: "Reasonable cause to suspect significant harm.",
    HarmDecisionKind.DESIGNATED_OFFICER: "Within one working day of the child’s telling, "
    "whoever employs the person and wherever it happened.",
    HarmDecisionKind.NRM: "Signs of trafficking or exploitation. A child need not agree.",
    HarmDecisionKind.CRIME_TO_POLICE: "Told as a crime, not only as information.",
    HarmDecisionKind.URGENT_HEALTH: "Injury, overdose, self-harm, sexual assault: the sooner "
    "the better for the child and for the evidence.",
}
LABELS = {HarmDecisionKind.DESIGNATED_OFFICER: "Allegation, to the designated officer"}


class DecideForm(gds.Form):
    kinds = gds.Checkboxes(
        "What is to be done?",
        choices=[(each, LABELS.get(each, each.label)) for each in HarmDecisionKind],
        coerce=HarmDecisionKind,
        hints=SAYS,
        or_before=NONE.value,
        reveal={each: [_passed_to(each)] for each in HarmDecisionKind if each is not NONE},
        missing=harming.NothingDecided.sentence,
        hint="Select all that apply. Each gets its due time.",
    )
    because = gds.Textarea(
        "Why?",
        rows=4,
        required=False,
        hint="Needed where none of these is. Whoever reads what the child told reads this.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for each in HarmDecisionKind:
            if each is not NONE:
                self.fields[_passed_to(each)] = gds.Text(
                    "Who has it already? Name and body (optional)",
                    required=False,
                    max_length=200,
                    autocomplete="off",
                )

    @property
    def passed_to(self) -> dict[HarmDecisionKind, str]:
        every = [each for each in HarmDecisionKind if each is not NONE]
        return {each: self.cleaned_data.get(_passed_to(each)) or "" for each in every}


def decide(request: Request, pk: int) -> HttpResponse:
    disclosure = _disclosure(request, pk)
    if not owed.councils(disclosure, request.user, Verb.DECIDE_ON_HARM):
        raise Http404
    form = DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            harm.decide(
                disclosure,
                form.cleaned_data["kinds"],
                because=form.cleaned_data["because"],
                passed_to=form.passed_to,
                by=request.user,
                at=request.now,
            )
            messages.success(request, "Your decision is recorded.")
            return redirect("show-disclosure", pk)
    back = reverse("show-disclosure", args=[pk])
    return gds.form_page(
        request,
        form,
        title="Decide what is done",
        caption=pages.name_of(disclosure.child),
        button="Record the decision",
        back=back,
        cancel=back,
        template="harm/decide.html",
        disclosure=disclosure,
        due=next(
            (
                each
                for each in owed.row_of(disclosure, request.user, request.now).dues
                if each.label == "Decide"
            ),
            None,
        ),
    )


def _decision(request: Request, pk: int) -> HarmDecision:
    """A decision that is the person's to pass on and to finish."""
    theirs = owed.decisions_for(request.user).select_related("disclosure")
    decision: HarmDecision = get_object_or_404(theirs, pk=pk)
    harm.bring_children([decision.disclosure])
    looking.at(request, decision)
    return decision


class PassOnForm(gds.Form):
    to = gds.Text(
        "Who has it now? Name and body",
        missing=harming.RecipientMissing.sentence,
        max_length=200,
        autocomplete="off",
        hint="For example: Jo Hart, team 3; DS Cole, Northshire Police.",
    )


def pass_on(request: Request, pk: int) -> HttpResponse:
    decision = _decision(request, pk)
    form = PassOnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            harm.pass_on(decision, form.cleaned_data["to"], by=request.user, at=request.now)
            messages.success(request, "It is recorded who has it. Note later what came of it.")
            return redirect("show-disclosure", decision.disclosure_id)
    return _decision_page(request, form, decision, "Pass the decision on", "Save who has it")


class FinishForm(gds.Form):
    outcome = gds.Textarea(
        "What came of it?",
        rows=5,
        missing=harming.OutcomeMissing.sentence,
        hint="What was done, and what changed for the child. Once saved it is not changed.",
    )


def finish(request: Request, pk: int) -> HttpResponse:
    decision = _decision(request, pk)
    form = FinishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            harm.finish(decision, form.cleaned_data["outcome"], by=request.user, at=request.now)
            messages.success(request, "What came of it is recorded.")
            return redirect("show-disclosure", decision.disclosure_id)
    return _decision_page(request, form, decision, "What came of it?", "Save what came of it")


def _decision_page(
    request: Request, form: gds.Form, decision: HarmDecision, title: str, button: str
) -> HttpResponse:
    back = reverse("show-disclosure", args=[decision.disclosure_id])
    return gds.form_page(
        request,
        form,
        title=title,
        caption=f"{pages.name_of(decision.disclosure.child)}: "
        f"{owed.SHORT[HarmDecisionKind(decision.kind)]}",
        button=button,
        back=back,
        cancel=back,
        template="harm/decision.html",
        decision=decision,
    )


urlpatterns = [
    path("interviews/<int:pk>/tell-of-harm", tell_in_interview, name="tell-of-harm-interview"),
    path("children/<int:pk>/tell-of-harm", tell, name="tell-of-harm-child"),
    path("disclosures/<int:pk>", show, name="show-disclosure"),
    path("disclosures/<int:pk>/call", call, name="call-disclosure"),
    path("disclosures/<int:pk>/have", have, name="have-disclosure"),
    path("disclosures/<int:pk>/decide", decide, name="decide-disclosure"),
    path("harm-decisions/<int:pk>/pass-on", pass_on, name="pass-on-harm-decision"),
    path("harm-decisions/<int:pk>/outcome", finish, name="finish-harm-decision"),
]
