"""Who was told that a child is missing or back, who was not and why; and the police's interview."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse

from returnhome.casework import tellings
from returnhome.casework.children import Child
from returnhome.casework.concerns import NotedConcern
from returnhome.casework.episodes import Episode
from returnhome.casework.staff import Person
from returnhome.casework.tellings import ParentalRisk, PreventionInterview, Telling
from returnhome.rules.access import Verb
from returnhome.rules.clock import Moment
from returnhome.rules.codes import Means
from returnhome.rules.telling import Need, Occasion, ToTell, Whom, still_to_tell, to_tell
from returnhome.web import before, days, gds, pages, support
from returnhome.web.asked import Request, episode_for

# The list, for the page of the episode.


@dataclass(frozen=True)
class Line:
    """Somebody on the list: what was said to them, and what has still to be said."""

    whom: Whom
    name: str
    why: str
    source: str
    badge: tuple[str, str]
    said: Sequence[tuple[str, str]]
    is_open: bool
    is_for_a_person: bool
    href: str


@dataclass(frozen=True)
class Told:
    """The whole list, the police's own interview, and whether a parent may be the risk."""

    lines: Sequence[Line]
    prevention: Sequence[tuple[str, str, str]]
    risk: ParentalRisk | None
    may_tell: bool
    may_read: bool
    is_host: bool

    @property
    def listed(self) -> list[Line]:
        """What stands in the open: all but what only a person may decide about, and has not."""
        return [line for line in self.lines if not line.is_for_a_person]

    @property
    def for_a_person(self) -> list[Line]:
        return [line for line in self.lines if line.is_for_a_person]

    @property
    def open_ones(self) -> int:
        return sum(line.is_open for line in self.lines)


def whole(episode: Episode, person: Person, now: datetime) -> Told:
    """What the page of the episode shows of this; four queries."""
    may_tell = not episode.is_voided and episode.allows(person, Verb.TELL)
    may_read = may_note(episode, person)
    is_host = episode.relation_of(person) == "host"
    rows = list(
        Telling.objects.visible_to(person)
        .filter(episode=episode)
        .select_related("told_by", "decided_by")
        .in_order()
    )
    noted = PreventionInterview.objects.visible_to(person).filter(episode=episode)
    risk = risk_for(episode.child, person)
    noted_concerns = NotedConcern.objects.visible_to(person).about(episode.child_id).standing()
    proposed = to_tell(
        tellings.about(
            episode,
            is_parent_the_risk=risk is not None,
            concerns=set(noted_concerns.values_list("concern", flat=True)),
        )
    )
    found = _lines(episode, rows, proposed, now, may_tell=may_tell, may_read=may_read)
    if episode.earlier:
        # Whom to tell was settled, or not, when it happened.
        found = [line for line in found if line.said]
    return Told(
        lines=[line for line in found if not is_host or line.whom is Whom.HOST_AUTHORITY],
        prevention=[
            _prevention(one, now, may_read)
            for one in noted.select_related("recorded_by").in_order()
        ],
        risk=risk,
        may_tell=may_tell,
        may_read=may_read,
        is_host=is_host,
    )


def prevention_of(
    episodes: Sequence[Episode], person: Person, now: datetime
) -> dict[int, list[tuple[str, str, str]]]:
    """By episode: what is noted of the police's own interview. One query."""
    found: dict[int, list[tuple[str, str, str]]] = {episode.pk: [] for episode in episodes}
    by_number = {episode.pk: episode for episode in episodes}
    noted = PreventionInterview.objects.visible_to(person).filter(episode__in=episodes)
    for row in noted.select_related("recorded_by").in_order():
        may_read = may_note(by_number[row.episode_id], person)
        found[row.episode_id].append(_prevention(row, now, may_read))
    return found


def may_note(episode: Episode, person: Person) -> bool:
    """Whether the person reads what was written beside: names, reasons, what was learnt."""
    return any(episode.allows(person, verb) for verb in (Verb.OFFER, Verb.SEE_ACCOUNT))


def risk_for(child: Child, person: Person) -> ParentalRisk | None:
    """The note that a parent may be the risk, where one stands and the person acts."""
    noted = ParentalRisk.objects.visible_to(person).about(child).standing()
    return noted.select_related("noted_by").newest_first().first()


def warning_for(episode: Episode, person: Person) -> str:
    """What whoever is about to speak with the family must know."""
    if risk_for(episode.child, person) is None:
        return ""
    return (
        "A parent may be the risk: do not tell a parent, and do not ask through one. "
        "Why is on the page of the episode."
    )


def _lines(
    episode: Episode,
    rows: Sequence[Telling],
    proposed: Sequence[ToTell],
    now: datetime,
    *,
    may_tell: bool,
    may_read: bool,
) -> list[Line]:
    on_the_list = {each.whom for each in proposed}
    lines = [
        _line(
            episode,
            each,
            [row for row in rows if row.whom == each.whom],
            now,
            may_tell=may_tell,
            may_read=may_read,
        )
        for each in proposed
    ]
    for whom in dict.fromkeys(Whom(row.whom) for row in rows if row.whom not in on_the_list):
        theirs = [_said(row, now, may_read) for row in rows if row.whom == whom]
        badge = ("Told", "green")
        lines.append(Line(whom, "", "", "", badge, theirs, False, False, ""))
    return lines


def _line(
    episode: Episode,
    each: ToTell,
    rows: Sequence[Telling],
    now: datetime,
    *,
    may_tell: bool,
    may_read: bool,
) -> Line:
    is_back = not episode.is_open
    left = still_to_tell(
        each.whom,
        told_of=[Occasion(row.occasion) for row in rows if row.is_told],
        is_left_untold=any(not row.is_told for row in rows),
        is_back=is_back,
    )
    is_open = left is not None and each.need is Need.MUST
    return Line(
        whom=each.whom,
        name=each.name,
        # Why is no question any more once it is done.
        why="" if rows and left is None and each.need is not Need.NOT_TO_BE_TOLD else each.why,
        source=str(each.source),
        badge=_badge(each.need, rows, left),
        said=[_said(row, now, may_read) for row in rows],
        is_open=is_open,
        is_for_a_person=each.need is Need.PERSON_DECIDES and not rows,
        href=reverse("record-telling", args=[episode.pk, each.whom]) if may_tell else "",
    )


def _badge(need: Need, rows: Sequence[Telling], left: Occasion | None) -> tuple[str, str]:
    if need is Need.NOT_TO_BE_TOLD:
        return ("Do not tell", "red")
    if left is None:
        if not rows:
            return ("Once the child is back", "grey")
        return ("Told", "green") if rows[-1].is_told else ("Not told, with a reason", "grey")
    if need is Need.MUST:
        again = ": the return" if rows else ""
        return (f"Still to tell{again}", "yellow")
    return ("To decide", "blue")


def _said(row: Telling, now: datetime, may_read: bool) -> tuple[str, str]:
    """What happened in a line, and what was written beside it."""
    if not row.is_told:
        by = row.decided_by.name if row.decided_by else ""
        note = (row.not_told_because or "") if may_read else ""
        return (f"Not told: decided by {by}, {pages.near(row.decided_at, now)}", note)
    by = row.told_by_other or (row.told_by.name if row.told_by else "")
    of_what = Occasion(row.occasion).label
    words = f"{by} told them {of_what[:1].lower()}{of_what[1:]}"
    how = before.by_means(row.means)
    notes = [row.name, row.despite and f"Safe to tell: {row.despite}"] if may_read else []
    when = f"{words}, {pages.near(row.told_at, now)}, {how}"
    return (when, ". ".join(note.rstrip(".") for note in notes if note))


def _prevention(row: PreventionInterview, now: datetime, may_read: bool) -> tuple[str, str, str]:
    """What happened, what was learnt, and who noted it."""
    noted = f"Noted by {row.recorded_by.name}, {pages.near(row.recorded_at, now)}"
    if row.held is None:
        return ("Not held", (row.not_held_because or "") if may_read else "", noted)
    by = f", {row.by_whom}" if row.by_whom and may_read else ""
    words = f"Held {pages.near(row.held, now)}{by}"
    return (words, row.learnt if may_read else "", noted)


# Recording it.

YES, NO = "yes", "no"
HINTS = {
    Whom.PARENT: "The police, the home or a carer may have told them: ask.",
    Whom.OFSTED: "The home does this itself, without delay. Record what it says.",
    Whom.SCHOOL: "As little as keeps the child safe. Never what the child said.",
    Whom.HOST_AUTHORITY: "That a child placed in its area is missing or back. Never the account.",
}


class TellingForm(gds.Form):
    is_told = gds.Radios(
        "Were they told?", choices=[(YES, "Yes"), (NO, "No, and they will not be")]
    )
    name = gds.Text(
        "Who was told? (optional)",
        required=False,
        max_length=200,
        hint="Name or role. It is kept sealed.",
    )
    despite = gds.Textarea(
        "Why is it safe to tell this person?",
        required=False,
        rows=2,
        hint="A note says that a parent may be the risk. Say who this is, and why they are safe.",
    )
    occasion = gds.Radios("What were they told?", coerce=Occasion, noun="what they were told")
    means = gds.Select("How?", choices=Means.choices(), coerce=Means, missing="Select how")
    told_at = days.Moment("When?", noun="the time they were told", exact_only=True)
    told_by = gds.Select("Who told them?", coerce=int, missing="Select who told them")
    told_by_other = gds.Text(
        "Or somebody outside (optional)",
        required=False,
        max_length=120,
        hint="Their organisation and role, such as: manager of the children’s home.",
    )
    reason = gds.Textarea(
        "Why not?",
        missing="Say why they are not told",
        rows=3,
        hint="For example: it would put the child at risk, or the child has none.",
    )

    def __init__(
        self,
        *args: Any,
        colleagues: Sequence[Person],
        whom: Whom,
        is_back: bool,
        is_risk: bool,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.colleagues = {each.pk: each for each in colleagues}
        told_by: Any = self.fields["told_by"]
        told_by.choices = [(each.pk, each.name) for each in colleagues]
        occasion: Any = self.fields["occasion"]
        occasion.choices = Occasion.choices() if is_back else Occasion.choices()[:1]
        if not (is_risk and whom is Whom.PARENT):
            del self.fields["despite"]
        if whom in (Whom.OTHER, Whom.OTHER_AUTHORITY):
            self.fields["name"].label = "Who was told?"
        inside = [name for name in self.fields if name not in ("is_told", "reason")]
        self.fields["is_told"].reveal = {YES: tuple(inside), NO: ("reason",)}  # type: ignore[attr-defined]


def record(request: Request, pk: int, whom: str) -> HttpResponse:
    """Record that one on the list was told, or is not told and why."""
    if whom not in list(Whom):
        raise Http404
    episode = episode_for(request, pk, Verb.TELL)
    one, risk = Whom(whom), tellings.standing_risk(episode.child)
    form = TellingForm(
        request.POST or None,
        colleagues=_tellers(request.user),
        whom=one,
        is_back=not episode.is_open,
        is_risk=risk is not None,
        initial=_first(request, episode, one, risk),
    )
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            _write(request, episode, one, form)
            messages.success(request, f"Recorded: {_lower(one.label)}.")
            return redirect(_back(episode))
    is_parent_at_risk = one is Whom.PARENT and risk is not None
    return gds.form_page(
        request,
        form,
        title=f"Record who was told: {_lower(one.label)}",
        caption=pages.name_of(episode.child),
        inset="" if is_parent_at_risk else HINTS.get(one, ""),
        warning=DO_NOT_TELL if is_parent_at_risk else "",
        button="Save",
        back=_back(episode),
        cancel=_back(episode),
    )


DO_NOT_TELL = "A note says that a parent may be the risk: do not tell a parent."


def _write(request: Request, episode: Episode, whom: Whom, form: TellingForm) -> None:
    said = form.cleaned_data
    if said["is_told"] == NO:
        reason = said["reason"]
        tellings.leave_untold(episode, whom, reason, by=request.user, at=request.now)
        return
    tellings.tell(
        episode,
        whom,
        said["occasion"],
        means=said["means"],
        told_at=said["told_at"].at,
        name=said["name"],
        told_by=form.colleagues[said["told_by"]],
        told_by_other=said["told_by_other"],
        despite=said.get("despite", ""),
        by=request.user,
        at=request.now,
    )


def _tellers(person: Person) -> list[Person]:
    """The person, then the colleagues who work with the same organisation's children."""
    others = [each for each in support.colleagues_of(person) if each.pk != person.pk]
    return [person, *others]


def _first(
    request: Request, episode: Episode, whom: Whom, risk: ParentalRisk | None
) -> dict[str, Any]:
    """What is mostly so: told just now, by whoever writes it down."""
    is_to_be_told = not (whom is Whom.PARENT and risk)
    return {
        "is_told": YES if is_to_be_told else None,
        "occasion": Occasion.MISSING if episode.is_open else Occasion.RETURNED,
        "told_at": request.now,
        "told_by": request.user.pk,
    }


class PreventionForm(gds.Form):
    is_held = gds.Radios(
        "Did the police hold a prevention interview?",
        choices=[(YES, "Yes"), (NO, "No")],
        reveal={YES: ["held", "by_whom", "learnt"], NO: ["why_not"]},
    )
    held = days.Moment("When?", noun="when the police held it")
    by_whom = gds.Text(
        "Who held it? (optional)",
        required=False,
        max_length=200,
        hint="The force, and the officer’s role.",
    )
    learnt = gds.Textarea(
        "What was learnt? (optional)",
        required=False,
        rows=4,
        hint="What the police passed on. It is not the child’s account to us.",
    )
    why_not = gds.Textarea("Why not?", missing="Say why they did not", rows=3)


def note_prevention_interview(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.TELL)
    form = PreventionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        held: Moment | None = said["held"]
        with gds.refusals_into(form):
            tellings.note_prevention_interview(
                episode,
                held=held,
                by_whom=said["by_whom"],
                learnt=said["learnt"],
                why_not=said["why_not"],
                by=request.user,
                at=request.now,
            )
            messages.success(request, "The police’s prevention interview is noted.")
            return redirect(_back(episode))
    return gds.form_page(
        request,
        form,
        title="Note the police’s prevention interview",
        caption=pages.name_of(episode.child),
        inset="This is the police’s own short interview soon after the return. It is not the "
        "return home interview, and stops no clock.",
        button="Save",
        back=_back(episode),
        cancel=_back(episode),
    )


# A parent who may be the risk.


class RiskForm(gds.Form):
    why = gds.Textarea(
        "Which parent, and what is the worry?",
        missing="Say which parent, and what the worry is",
        rows=4,
        hint="It is kept sealed, and shown to those who act for the child. "
        "Say also who in the family is safe to tell.",
    )


def note_parental_risk(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.TELL)
    form = RiskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            tellings.note_parental_risk(
                episode.child, form.cleaned_data["why"], by=request.user, at=request.now
            )
            messages.success(request, "Noted. While it stands, a parent is not to be told.")
            return redirect(_back(episode))
    return gds.form_page(
        request,
        form,
        title="Note that a parent may be the risk",
        caption=pages.name_of(episode.child),
        inset="It holds for this child and every episode, until somebody ends it.",
        button="Save the note",
        back=_back(episode),
        cancel=_back(episode),
    )


class EndRiskForm(gds.Form):
    because = gds.Textarea("Why is it no longer so?", missing="Say why it is no longer so", rows=3)


def end_parental_risk(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.TELL)
    risk = risk_for(episode.child, request.user)
    if risk is None:
        messages.info(request, "There is no such note now.")
        return redirect(_back(episode))
    form = EndRiskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            tellings.end_parental_risk(
                risk, form.cleaned_data["because"], by=request.user, at=request.now
            )
            messages.success(request, "The note is ended. It stays on record.")
            return redirect(_back(episode))
    return gds.form_page(
        request,
        form,
        title="End the note that a parent may be the risk",
        caption=pages.name_of(episode.child),
        warning="From then on a parent is on the list to be told again.",
        button="End the note",
        button_classes="govuk-button--warning",
        back=_back(episode),
        cancel=_back(episode),
        template="tellings/end_risk.html",
        risk=risk,
    )


def _back(episode: Episode) -> str:
    return reverse("show-episode", args=[episode.pk]) + "#told"


def _lower(label: str) -> str:
    return label if label.startswith("Ofsted") else before.lower(label)


urlpatterns = [
    path("episodes/<int:pk>/tell/<str:whom>", record, name="record-telling"),
    path(
        "episodes/<int:pk>/prevention-interview",
        note_prevention_interview,
        name="note-prevention-interview",
    ),
    path("episodes/<int:pk>/parental-risk", note_parental_risk, name="note-parental-risk"),
    path("episodes/<int:pk>/parental-risk/end", end_parental_risk, name="end-parental-risk"),
]
