"""Telling those who can act: to whom, the least that fits, seen as they will see it, sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST
from markupsafe import Markup

from returnhome.casework import one_time_links, releases, shares
from returnhome.casework.composing import Piece
from returnhome.casework.episodes import Episode
from returnhome.casework.shares import (
    Acknowledgement,
    Decided,
    LineAnswer,
    LineDecided,
    NotShared,
    Said,
    Share,
    SharedLine,
)
from returnhome.casework.staff import Organisation, Person
from returnhome.rules import Blocked, intelligence, philomena, sharing
from returnhome.rules.access import Relation, Verb
from returnhome.rules.intelligence import (
    Assessment,
    Grading,
    Handling,
    PoliceAnswer,
    SourceEvaluation,
)
from returnhome.rules.marking import TAKEN_OUT, Marking, MarkKind
from returnhome.rules.sharing import MarkDecision, Openness, Purpose, Recipient
from returnhome.web import communications, gds, looking, on_purpose, pages, tellings
from returnhome.web import one_time_links as links_to_shares
from returnhome.web.as_seen import Graded, graded, lines_shown, what_for
from returnhome.web.asked import Request

# Which organisations can be a recipient of each kind, where they have an account here.
ON_THE_SYSTEM = {
    Recipient.POLICE: Organisation.POLICE,
    Recipient.COUNCIL: Organisation.COUNCIL,
    Recipient.HOME: Organisation.HOME,
}


def _episode(request: Request, pk: int) -> Episode:
    """The episode, where the person may share of it; else it is not there."""
    seen = shares.episodes_of(request.user)
    if request.method == "GET":
        seen = seen.counted()
    episode = get_object_or_404(seen.select_related("child"), pk=pk)
    looking.at(request, episode)
    return episode


def index(request: Request, pk: int) -> HttpResponse:
    """All that was shared of an episode, and what was decided not to be."""
    episode = _episode(request, pk)
    rows = Share.objects.visible_to(request.user).filter(episode=episode, left=None).newest_first()
    left = NotShared.objects.visible_to(request.user).filter(episode=episode).in_order()
    context = {
        "episode": episode,
        "shares": [
            (row, to_whom(row), Purpose(row.purpose).label, state_of(row, request))
            for row in rows.select_related("to", "sent_by", "begun_by", "acknowledgement")
        ],
        "left": [(row, Recipient(row.recipient).label) for row in left.select_related("by")],
        "not_told": on_purpose.not_told(episode, request.user, request.now),
        "may_bring": on_purpose.may_bring(episode.child, request.user),
        "is_voided": episode.voided_at is not None,
    }
    return render(request, "shares/index.html", context)


def to_whom(row: Share) -> str:
    """Whom it is for: the organisation, or else what kind of recipient."""
    return row.to.name if row.to else Recipient(row.recipient).label


def state_of(row: Share, request: Request) -> tuple[str, str]:
    """How it stands, and in which colour."""
    if row.recalled_at:
        return "Recalled", "grey"
    if row.is_draft:
        return "Being written", "yellow"
    if row.sent_at is None:
        return "A second person has to look", "orange"
    if hasattr(row, "acknowledgement"):
        return "They have it", "green"
    return ("Sent", "blue") if row.is_open(request.now) else ("Sent, and open no more", "grey")


# To whom and what for.


class BeginForm(gds.Form):
    recipient = gds.Radios(
        "Who is to be told?",
        missing="Select who is to be told",
        choices=Recipient.choices(),
        coerce=Recipient,
    )

    def __init__(self, *args: Any, person: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        for recipient in Recipient:
            kind = ON_THE_SYSTEM.get(recipient)
            if kind:
                self.fields[f"to_{recipient}"] = gds.Select(
                    "Which one?",
                    required=False,
                    empty="None of these: they have no account here",
                    choices=[
                        (each.pk, each.name)
                        for each in Organisation.objects.filter(kind=kind)
                        .that_may(Verb.RECEIVE, Relation.NONE)
                        .order_by("name")
                    ],
                    coerce=int,
                )
            self.fields[f"for_{recipient}"] = gds.Radios(
                "What for?",
                missing="Select what it is for",
                choices=[(str(each), each.label) for each in sharing.purposes(recipient)],
                coerce=Purpose,
            )
        reveal = {
            str(each): tuple(name for name in (f"to_{each}", f"for_{each}") if name in self.fields)
            for each in Recipient
        }
        self.fields["recipient"].reveal = reveal  # type: ignore[attr-defined]

    def chosen(self) -> tuple[Recipient, Purpose, Organisation | None]:
        said = self.cleaned_data
        recipient = said["recipient"]
        to = said.get(f"to_{recipient}")
        return (
            recipient,
            said[f"for_{recipient}"],
            Organisation.objects.get(pk=to) if to else None,
        )


def chosen_before(request: Request) -> dict[str, str]:
    """As whoever led here had it in mind: `?recipient=panel&purpose=stop_harm`."""
    recipient = request.GET.get("recipient", "")
    return {
        "recipient": recipient,
        f"to_{recipient}": request.GET.get("to", ""),
        f"for_{recipient}": request.GET.get("purpose", ""),
    }


def begin(request: Request, pk: int) -> HttpResponse:
    episode = _episode(request, pk)
    form = BeginForm(request.POST or None, person=request.user, initial=chosen_before(request))
    back = reverse("shares-of-episode", args=[pk])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            recipient, purpose, to = form.chosen()
            begun = shares.begin(
                episode, recipient, purpose, to=to, by=request.user, at=request.now
            )
            return redirect("write-share", begun.pk)
    return gds.form_page(
        request,
        form,
        title="Share what the child told",
        caption=pages.name_of(episode.child),
        lead="The least that serves what it is for is put together. Nothing goes yet.",
        warning=tellings.warning_for(episode, request.user),
        button="Put it together",
        back=back,
        cancel=back,
    )


class LeaveForm(gds.Form):
    recipient = gds.Radios(
        "Who is not told?",
        missing="Select who is not told",
        choices=Recipient.choices(),
        coerce=Recipient,
    )
    because = gds.Textarea("Why not?", missing=sharing.WhyNotMissing.sentence, rows=3)


def leave(request: Request, pk: int) -> HttpResponse:
    episode = _episode(request, pk)
    chosen = {"recipient": request.GET.get("recipient", "")}
    form = LeaveForm(request.POST or None, initial=chosen)
    back = reverse("shares-of-episode", args=[pk])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            shares.leave(episode, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, "Noted: it is not shared, and why.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Decide not to share",
        caption=pages.name_of(episode.child),
        lead="A reason for not sharing is as much a part of the record as one for sharing.",
        button="Note it",
        back=back,
        cancel=back,
    )


# What goes, line by line.

BESIDE = ("name", "because", "openness", "openness_because", "wished")
HOW_NAMED = (
    " They are not. Somebody who records the child’s care can name them, at the address, in Care "
    "and home."
)
GRADED = ("source", "assessment", "handling", "conditions")


class WriteForm(gds.Form):
    """Each line with a tick, each marked place with its decision, and what is said beside."""

    name = gds.Text(
        "Who exactly?",
        required=False,
        max_length=120,
        hint="The name of a person, or of a unit that has a mailbox of its own.",
    )
    because = gds.Textarea("Why is it shared?", required=False, rows=3)
    because_more = gds.Textarea(
        "Why do they need more than serves this purpose?", required=False, rows=2
    )
    openness = gds.Radios(
        "Does the child know of it?",
        required=False,
        choices=Openness.choices(),
        coerce=Openness,
        reveal={
            Openness.OBJECTS: ["objects_because"],
            Openness.NOT_TOLD: ["not_told_because"],
        },
        hint="Nobody asks them for consent: that is not what sharing rests on. Be open with them, "
        "unless that puts somebody at risk.",
    )
    objects_because = gds.Textarea(
        "Why does it go although the child does not want it?", required=False, rows=2
    )
    not_told_because = gds.Textarea("Why was the child not told?", required=False, rows=2)
    wished = gds.Textarea("What did the child wish? (optional)", required=False, rows=2)
    despite = gds.Textarea("Why is it safe to tell them all the same?", required=False, rows=2)

    def __init__(
        self,
        *args: Any,
        share: Share,
        lines: Sequence[SharedLine],
        goes_beyond: bool,
        is_at_risk: bool,
        hidden: Marking | None,
        **options: Any,
    ) -> None:
        beside = {name: getattr(share, name) for name in (*BESIDE, "because_more", "despite")}
        beside |= dict.fromkeys(("objects_because", "not_told_because"), share.openness_because)
        super().__init__(*args, initial=beside, **options)
        if not goes_beyond:
            del self.fields["because_more"]
        if not is_at_risk:
            del self.fields["despite"]
        self.share, self.hidden = share, hidden
        self.drawn_once: dict[tuple[Any, ...], tuple[str, Markup]] = {}
        self.lines = [(line, shares.decided_of(line)) for line in lines]
        for line, decided in self.lines:
            self.fields[f"in_{line.pk}"] = gds.Tick("Tell them this", required=False)
            self.initial[f"in_{line.pk}"] = line.is_in
            if line.grading:
                self._grade(line)
            for number, each in enumerate(decided):
                self._ask(line, number, each)

    def _ask(self, line: SharedLine, number: int, each: Decided) -> None:
        key = f"{line.pk}_{number}"
        words = line.original[each.mark.start : each.mark.end]
        # For whom nobody has named the recipient: it is not offered to keep it.
        is_kept_out = each.mark.kind is MarkKind.PROTECTED and self._is_hidden(words)
        choices = [
            (str(one), one.label)
            for one in MarkDecision
            if not (is_kept_out and one is MarkDecision.KEEP)
        ]
        self.fields[f"do_{key}"] = gds.Radios(
            f"“{words}”",
            required=False,
            choices=choices,
            coerce=MarkDecision,
            hint=f"{each.mark.kind.label}: {each.mark.why[:1].lower()}{each.mark.why[1:]}."
            + (HOW_NAMED if is_kept_out else ""),
            reveal={MarkDecision.SAY_INSTEAD: [f"say_{key}"]},
        )
        self.fields[f"say_{key}"] = gds.Text(
            "What instead?",
            required=False,
            max_length=200,
            hint=f"Left empty, it says {TAKEN_OUT[each.mark.kind]}",
        )
        self.initial[f"do_{key}"] = each.decision
        self.initial[f"say_{key}"] = each.instead

    def _is_hidden(self, words: str) -> bool:
        """Whether they say a protected address for which the recipient is not named."""
        if self.hidden is None:
            return True
        return any(mark.kind is MarkKind.PROTECTED for mark in self.hidden.marks(words))

    def _grade(self, line: SharedLine) -> None:
        grading = Grading.read(line.grading, line.conditions)
        for name, label, codes in (
            ("source", "How far is the source known?", SourceEvaluation),
            ("assessment", "How does the source know it?", Assessment),
            ("handling", "Who may have it?", Handling),
        ):
            self.fields[f"{name}_{line.pk}"] = gds.Select(
                label, required=False, choices=codes.choices(), coerce=codes
            )
            self.initial[f"{name}_{line.pk}"] = getattr(grading, name)
        self.fields[f"conditions_{line.pk}"] = gds.Text(
            "Under which conditions?", required=False, max_length=300
        )
        self.initial[f"conditions_{line.pk}"] = grading.conditions

    def drawn(self) -> list[tuple[SharedLine, str, Graded | None, str, list[str]]]:
        """Each line with its tick, its grading as they read it and to change, its questions."""
        return [
            (
                line,
                self.fields_drawn(f"in_{line.pk}"),
                graded(line, is_for_police=self.share.is_for_police),
                self._grading_drawn(line) if line.grading else Markup(),
                [self.fields_drawn(f"do_{line.pk}_{n}") for n in range(len(decided))],
            )
            for line, decided in self.lines
        ]

    def _grading_drawn(self, line: SharedLine) -> Markup:
        """Its questions. Most of hundreds of lines have the same answers: drawn once, renamed."""
        found = []
        for name in GRADED:
            bound = self[f"{name}_{line.pk}"]
            # What somebody typed may hold anything, such as a name of a field.
            typed = line.pk if name == "conditions" and bound.value() else None
            key = (name, bound.value(), typed, *bound.errors)
            if key not in self.drawn_once:
                self.drawn_once[key] = bound.html_name, gds.draw(bound)
            before, drawn = self.drawn_once[key]
            found.append(Markup(drawn.replace(before, bound.html_name)))  # noqa: S704  drawn above
        return Markup("\n").join(found)

    def beside(self) -> str:
        names = ("name", "because", "because_more", "openness", "wished", "despite")
        return self.fields_drawn(*(name for name in names if name in self.fields))

    def decided(self) -> dict[int, LineDecided]:
        said = self.cleaned_data
        return {
            line.pk: LineDecided(
                said[f"in_{line.pk}"],
                [
                    (said[f"do_{line.pk}_{n}"], said[f"say_{line.pk}_{n}"] or "")
                    for n in range(len(decided))
                ],
                self._graded(line),
            )
            for line, decided in self.lines
        }

    def _graded(self, line: SharedLine) -> Grading | None:
        if not line.grading:
            return None
        said = {name: self.cleaned_data[f"{name}_{line.pk}"] for name in GRADED}
        return Grading(**said) if all(said[name] for name in GRADED[:3]) else None

    def said(self) -> Said:
        said = self.cleaned_data
        because = {
            Openness.OBJECTS: "objects_because",
            Openness.NOT_TOLD: "not_told_because",
        }.get(said["openness"])
        return Said(
            name=said["name"],
            because=said["because"],
            because_more=said.get("because_more") or "",
            openness=said["openness"],
            openness_because=said[because] if because else "",
            wished=said["wished"],
            despite=said.get("despite") or "",
        )


def _share(request: Request, pk: int) -> Share:
    seen = Share.objects.visible_to(request.user)
    found = seen.select_related("episode__child", "to", "begun_by", "sent_by", "recalled_by")
    share = get_object_or_404(found, pk=pk)
    looking.at(request, share)
    return share


def write(request: Request, pk: int) -> HttpResponse:
    """Each line and each marked place is decided on, and why it goes is said."""
    share = _share(request, pk)
    if request.method == "GET" and not share.is_draft:
        return redirect("show-share", pk)
    lines = list(share.lines.order_by("place"))
    # As it is typed: what is asked because of a name is asked on the page that says so.
    risk = shares.risk_of(share, request.POST.get("name"))
    form = WriteForm(
        request.POST or None,
        share=share,
        lines=lines,
        goes_beyond=shares.goes_beyond(share, lines),
        is_at_risk=any(risk.values()),
        # Nobody without an account is named.
        hidden=shares.hidden_from(share, request.user) if share.to_id else None,
    )
    back = reverse("shares-of-episode", args=[share.episode_id])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            # What was typed is kept whether it is whole or not.
            shares.keep(share, form.said(), form.decided(), by=request.user, at=request.now)
            if "see" in request.POST:
                return redirect("show-share", pk)
            if "add" in request.POST:
                return redirect("add-to-share", pk)
            return _handed_on(request, share)
    return gds.form_page(
        request,
        form,
        title="What goes, line by line",
        caption=pages.name_of(share.episode.child),
        warning=tellings.warning_for(share.episode, request.user),
        button=button_of(share, risk),
        back=back,
        cancel="",
        template="shares/write.html",
        share=share,
        to=to_whom(share),
        **what_for(share),
        talking=communications.seen_by(share.episode.child, request.user),
        sent_back=share.looks.filter(is_good=False).select_related("by").order_by("-at").first(),
    )


@require_POST
def hand_on(request: Request, pk: int) -> HttpResponse:
    """Send it, or ask a second person, from the page that shows it as they will see it."""
    share = _share(request, pk)
    try:
        return _handed_on(request, share)
    except Blocked as missing:
        messages.warning(request, f"It has not gone. {missing.sentence}")
        return redirect("write-share", pk)


def button_of(share: Share, risk: Mapping[str, bool]) -> str:
    recipient, purpose = Recipient(share.recipient), Purpose(share.purpose)
    goes = sharing.can_send(recipient, purpose, is_looked_at=False, **risk)
    return "Send it" if goes else "Ask a second person to look"


def _handed_on(request: Request, share: Share) -> HttpResponse:
    done = shares.write(share, by=request.user, at=request.now)
    if done.sent_at is None:
        messages.success(request, "Handed on: a second person looks before it goes.")
    elif done.needs_a_second:
        by = pages.near(sharing.looked_at_by(done.sent_at), request.now)
        messages.success(request, f"Sent. A second person looks at it by {by}.")
    elif done.to:
        messages.success(request, f"Sent to {done.to.name}.")
    else:
        messages.success(request, "Noted as sent. Hand it on: they have no account here.")
    return redirect("show-share", done.pk)


class AddForm(gds.Form):
    chosen = gds.Checkboxes("What else?", missing=sharing.NothingChosen.sentence)

    def __init__(self, *args: Any, pieces: Sequence[Piece], **options: Any) -> None:
        super().__init__(*args, **options)
        self.pieces = pieces
        chosen = self.fields["chosen"]
        chosen.choices = [(str(n), each.text) for n, each in enumerate(pieces)]  # type: ignore[attr-defined]
        chosen.hints = {str(n): each.heading for n, each in enumerate(pieces)}  # type: ignore[attr-defined]

    def taken(self) -> list[Piece]:
        return [self.pieces[int(each)] for each in self.cleaned_data["chosen"]]


def add(request: Request, pk: int) -> HttpResponse:
    share = _share(request, pk)
    back = reverse("write-share", args=[pk])
    form = AddForm(request.POST or None, pieces=shares.more(share, request.user))
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            shares.add(share, form.taken(), by=request.user, at=request.now)
            messages.success(request, "Added. Say why they need it before it goes.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Add more than serves this purpose",
        caption=pages.name_of(share.episode.child),
        lead=f"For {to_whom(share)}. Each needs a reason: why they cannot do without it.",
        button="Add to what goes",
        back=back,
        cancel=back,
    )


# As they see it, and what became of it.


def show(request: Request, pk: int) -> HttpResponse:
    """What is told, as they see it; who looked; whether it was opened; what came of it."""
    share = _share(request, pk)
    recipient = Recipient(share.recipient)
    looks = list(share.looks.select_related("by").order_by("at", "pk"))
    has_second = any(look.is_good for look in looks)
    left = NotShared.objects.filter(share=share).select_related("by").first()
    is_open = share.is_open(request.now)
    context = {
        "share": share,
        "episode": share.episode,
        "state": state_of(share, request),
        "to": to_whom(share),
        **what_for(share),
        "openness": Openness(share.openness).label if share.openness else "",
        "lines": lines_shown(share, share.lines.filter(is_in=True).order_by("place")),
        "answers": _answers(share),
        "looks": looks,
        "openings": openings_of(share),
        "acknowledged": Acknowledgement.objects.filter(share=share).select_related("by").first(),
        "left": left,
        "may_look": (
            not has_second
            and not share.recalled_at
            and share.needs_a_second
            and not share.is_draft
            and share.episode.allows(request.user, Verb.LOOK_AT_SHARE)
            and request.user.pk not in (share.begun_by_id, share.written_by_id)
        ),
        "look_by": sharing.looked_at_by(share.sent_at)
        if share.sent_at and share.needs_a_second and not has_second and not share.recalled_at
        else None,
        "acknowledge_by": intelligence.acknowledged_by(share.sent_at) if share.sent_at else None,
        "is_police": recipient is Recipient.POLICE,
        "ways": {},
        "release": reverse("releases-of-episode", args=[share.episode_id])
        if share.sent_at and releases.episodes_of(request.user).filter(pk=share.episode_id).exists()
        else "",
        "is_open": is_open,
        "hand_on": button_of(share, shares.risk_of(share)) if share.is_draft else "",
        "links": [] if share.to_id else links_to_shares.drawn(share, request),
        "is_update": philomena.is_update(recipient, Purpose(share.purpose)),
    }
    return render(request, "shares/show.html", context)


def openings_of(share: Share) -> list[tuple[str, int, datetime]]:
    """Who opened it, how often, and when last; whoever opened it last is last."""
    found: dict[int, tuple[str, int, datetime]] = {}
    for each in share.openings.select_related("by").order_by("at", "pk"):
        _, times, _ = found.pop(each.by_id, ("", 0, each.at))
        found[each.by_id] = (each.by.name, times + 1, each.at)
    return list(found.values())


def _answers(share: Share) -> dict[int, list[tuple[str, LineAnswer]]]:
    """By line what the recipient said came of it, the first first."""
    found: dict[int, list[tuple[str, LineAnswer]]] = {}
    rows = LineAnswer.objects.filter(line__share=share).select_related("by").order_by("at", "pk")
    for row in rows:
        found.setdefault(row.line_id, []).append((PoliceAnswer(row.answer).label, row))
    return found


class LookForm(gds.Form):
    GOOD, CHANGE = "good", "change"
    verdict = gds.Radios(
        "Can it go to them as it stands?",
        missing="Select whether it can go to them",
        choices=[(GOOD, "Yes, it can go"), (CHANGE, "No: something has to change")],
        reveal={CHANGE: ["words"]},
    )
    words = gds.Textarea("What has to change?", missing=sharing.WhySentBackMissing.sentence, rows=3)

    def __init__(self, *args: Any, is_sent: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if is_sent:
            verdict = self.fields["verdict"]
            verdict.label = "Was it right that it went?"
            verdict.choices = [  # type: ignore[attr-defined]
                (self.GOOD, "Yes"),
                (self.CHANGE, "No: I say why, and recall it"),
            ]
            self.fields["words"].label = "What was wrong?"


def look(request: Request, pk: int) -> HttpResponse:
    """The second person's page: all of it as they will see it, then one question."""
    share = _share(request, pk)
    if not share.episode.allows(request.user, Verb.LOOK_AT_SHARE):
        raise Http404
    form = LookForm(request.POST or None, is_sent=share.sent_at is not None)
    back = reverse("show-share", args=[pk])
    if request.method == "POST" and form.is_valid():
        is_good = form.cleaned_data["verdict"] == LookForm.GOOD
        with gds.refusals_into(form):
            looked = shares.look(
                share,
                is_good=is_good,
                words=form.cleaned_data["words"],
                by=request.user,
                at=request.now,
            )
            messages.success(request, _looked(looked, is_good))
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Look at it as the second person",
        caption=pages.name_of(share.episode.child),
        warning=tellings.warning_for(share.episode, request.user),
        button="Save",
        back=back,
        cancel=back,
        template="shares/look.html",
        share=share,
        to=to_whom(share),
        **what_for(share),
        openness=Openness(share.openness).label if share.openness else "",
        lines=lines_shown(share, share.lines.filter(is_in=True).order_by("place")),
    )


def _looked(share: Share, is_good: bool) -> str:
    if share.recalled_at:
        return "Recalled. They can open it no more."
    if not is_good:
        return f"Sent back to {share.begun_by.name}, with what has to change."
    return "Looked at. It is sent." if share.to else "Looked at. It can be handed on now."


class WhyForm(gds.Form):
    because = gds.Textarea("Why?", missing=sharing.WhyRecalledMissing.sentence, rows=3)


def recall(request: Request, pk: int) -> HttpResponse:
    share = _share(request, pk)
    form = WhyForm(request.POST or None)
    back = reverse("show-share", args=[pk])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            shares.recall(share, form.cleaned_data["because"], by=request.user, at=request.now)
            messages.success(request, "Recalled. They can open it no more.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Recall what was shared",
        caption=pages.name_of(share.episode.child),
        lead="From now on they cannot open it. What somebody has read already, they have read: "
        "ring them.",
        button="Recall it",
        button_classes="govuk-button--warning",
        back=back,
        cancel=back,
    )


class PutAwayForm(gds.Form):
    because = gds.Textarea("Why is it not shared?", missing=sharing.WhyNotMissing.sentence, rows=3)


def put_away(request: Request, pk: int) -> HttpResponse:
    share = _share(request, pk)
    form = PutAwayForm(request.POST or None)
    back = reverse("shares-of-episode", args=[share.episode_id])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            shares.put_away(share, form.cleaned_data["because"], by=request.user, at=request.now)
            messages.success(request, "Noted: it is not shared, and why.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Put this away, and do not share it",
        caption=pages.name_of(share.episode.child),
        lead=f"What was written for {to_whom(share)} stays on record, and does not go.",
        button="Put it away",
        back=back,
        cancel=back,
    )


# What waits for somebody, for the work list.


@dataclass(frozen=True)
class Waiting:
    """A share for which this person is to do something."""

    share: Share
    href: str
    what: str
    is_late: bool = False


def waiting_for(person: Person, now: datetime) -> list[Waiting]:
    """Second looks, what was sent back, what nobody acknowledged or opened. Four queries."""
    found = []
    if person.may(Verb.LOOK_AT_SHARE, Relation.RESPONSIBLE):
        for row in shares.to_look_at(person):
            by = sharing.looked_at_by(row.sent_at) if row.sent_at else None
            what = (
                f"went at once: look at it by {pages.near(by, now)}"
                if by
                else "cannot go before a second person has looked"
            )
            found.append(Waiting(row, _to("look-at-share", row), what, bool(by and by < now)))
    if any(person.may(Verb.SHARE, relation) for relation in Relation):
        found += [
            Waiting(row, _to("write-share", row), "was sent back to you: something has to change")
            for row in shares.to_go_on_with(person)
        ]
        for row in shares.not_acknowledged(person, now):
            since = pages.near(row.sent_at, now)
            what = f"{to_whom(row)} has not said that it has it; sent {since}: ring them"
            found.append(Waiting(row, _to("show-share", row), what, is_late=True))
        for link in one_time_links.came_to_nothing(person, now):
            what = "nobody could open the link to it: ring them, and make a new one"
            found.append(Waiting(link.share, _to("show-share", link.share), what, is_late=True))
    return found


def _to(name: str, row: Share) -> str:
    return reverse(name, args=[row.pk])


urlpatterns = [
    path("episodes/<int:pk>/shares", index, name="shares-of-episode"),
    path("episodes/<int:pk>/share", begin, name="begin-share"),
    path("episodes/<int:pk>/not-share", leave, name="not-share"),
    path("shares/<int:pk>/write", write, name="write-share"),
    path("shares/<int:pk>/hand-on", hand_on, name="hand-on-share"),
    path("shares/<int:pk>/add", add, name="add-to-share"),
    path("shares/<int:pk>", show, name="show-share"),
    path("shares/<int:pk>/look", look, name="look-at-share"),
    path("shares/<int:pk>/recall", recall, name="recall-share"),
    path("shares/<int:pk>/put-away", put_away, name="put-away-share"),
]
