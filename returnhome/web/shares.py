"""Telling those who can act: to whom, the least that fits, seen as they will see it, sent."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import shares
from returnhome.casework.episodes import Episode
from returnhome.casework.shares import Decided, LineDecided, NotShared, Said, Share, SharedLine
from returnhome.casework.staff import Organisation, Person
from returnhome.rules import sharing
from returnhome.rules.access import Relation, Verb
from returnhome.rules.marking import TAKEN_OUT
from returnhome.rules.sharing import MarkDecision, Openness, Purpose, Recipient, ShareItem
from returnhome.web import communications, gds, looking, pages, tellings
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
    rows = Share.objects.visible_to(request.user).filter(episode=episode).newest_first()
    context = {
        "episode": episode,
        "shares": [
            (
                row,
                Recipient(row.recipient).label,
                Purpose(row.purpose).label,
                state_of(row, request),
            )
            for row in rows.select_related("to", "sent_by", "begun_by", "acknowledgement")
        ],
        "left": [
            (row, Recipient(row.recipient).label)
            for row in NotShared.objects.filter(episode=episode).select_related("by").order_by("at")
        ],
        "is_voided": episode.voided_at is not None,
    }
    return render(request, "shares/index.html", context)


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


def begin(request: Request, pk: int) -> HttpResponse:
    episode = _episode(request, pk)
    form = BeginForm(request.POST or None, person=request.user)
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


# What goes, line by line.


class WriteForm(gds.Form):
    """Each line with a tick, each marked place with its decision, and what is said beside."""

    name = gds.Text("Who exactly? A name, or the unit", required=False, max_length=120)
    because = gds.Textarea("Why is it shared?", required=False, rows=3)
    openness = gds.Radios(
        "Does the child know of it?",
        required=False,
        choices=Openness.choices(),
        coerce=Openness,
        hint="They are not asked to consent: that is not what it rests on. Be open with them, "
        "unless that puts somebody at risk.",
    )
    openness_because = gds.Textarea(
        "If they were not told, or do not want it: why does it go?", required=False, rows=2
    )
    wished = gds.Textarea("What did the child wish? (optional)", required=False, rows=2)
    despite = gds.Textarea(
        "Why is it safe to tell them? (where a parent may be the risk, or the child told of them)",
        required=False,
        rows=2,
    )

    def __init__(self, *args: Any, lines: Sequence[SharedLine], **options: Any) -> None:
        super().__init__(*args, **options)
        self.lines = [(line, shares.decided_of(line)) for line in lines]
        for line, decided in self.lines:
            self.fields[f"in_{line.pk}"] = gds.Tick("Tell this", required=False)
            self.initial[f"in_{line.pk}"] = line.is_in
            for number, each in enumerate(decided):
                self._ask(line, number, each)

    def _ask(self, line: SharedLine, number: int, each: Decided) -> None:
        key = f"{line.pk}_{number}"
        words = line.original[each.mark.start : each.mark.end]
        self.fields[f"do_{key}"] = gds.Radios(
            f"“{words}”",
            required=False,
            choices=MarkDecision.choices(),
            coerce=MarkDecision,
            hint=f"{each.mark.kind.label}. {each.mark.why}.",
            reveal={MarkDecision.SAY_INSTEAD: [f"say_{key}"]},
        )
        self.fields[f"say_{key}"] = gds.Text(
            "What instead?", required=False, max_length=200, hint=TAKEN_OUT[each.mark.kind]
        )
        self.initial[f"do_{key}"] = each.decision
        self.initial[f"say_{key}"] = each.instead

    def drawn(self) -> list[tuple[SharedLine, str, list[str]]]:
        """Each line with its tick and its questions."""
        return [
            (
                line,
                self.fields_drawn(f"in_{line.pk}"),
                [self.fields_drawn(f"do_{line.pk}_{n}") for n in range(len(decided))],
            )
            for line, decided in self.lines
        ]

    def beside(self) -> str:
        names = ("name", "because", "openness", "openness_because", "wished", "despite")
        return self.fields_drawn(*names)

    def decided(self) -> dict[int, LineDecided]:
        said = self.cleaned_data
        return {
            line.pk: LineDecided(
                said[f"in_{line.pk}"],
                [
                    (said[f"do_{line.pk}_{n}"], said[f"say_{line.pk}_{n}"] or "")
                    for n in range(len(decided))
                ],
            )
            for line, decided in self.lines
        }

    def said(self) -> Said:
        names = ("name", "because", "openness", "openness_because", "wished", "despite")
        return Said(**{name: self.cleaned_data[name] for name in names})


def _share(request: Request, pk: int) -> Share:
    seen = Share.objects.visible_to(request.user)
    share = get_object_or_404(seen.select_related("episode__child", "to"), pk=pk)
    looking.at(request, share)
    return share


def write(request: Request, pk: int) -> HttpResponse:
    share = _share(request, pk)
    if request.method == "GET" and not share.is_draft:
        return redirect("show-share", pk)
    beside = {name: getattr(share, name) for name in Said.__dataclass_fields__}
    form = WriteForm(
        request.POST or None,
        lines=list(share.lines.order_by("place")),
        initial=beside,
    )
    back = reverse("shares-of-episode", args=[share.episode_id])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            # What was typed is kept whether it is whole or not.
            shares.keep(share, form.said(), form.decided(), by=request.user, at=request.now)
            if "later" in request.POST:
                messages.success(request, "Kept. Nothing has gone yet.")
                return redirect(back)
            done = shares.write(share, by=request.user, at=request.now)
            if done.sent_at:
                messages.success(request, "Sent.")
            else:
                messages.success(request, "Handed on: a second person looks before it goes.")
            return redirect("show-share", pk)
    recipient, purpose = Recipient(share.recipient), Purpose(share.purpose)
    fit = sharing.fit(recipient, purpose)
    return gds.form_page(
        request,
        form,
        title="What goes, as they will see it",
        caption=pages.name_of(share.episode.child),
        warning=tellings.warning_for(share.episode, request.user),
        button="Ask a second person to look" if sharing.needs_a_second(recipient) else "Send it",
        back=back,
        cancel="",
        template="shares/write.html",
        share=share,
        to=share.to.name if share.to else recipient.label,
        purpose=purpose.label,
        basis=fit.basis if fit else (),
        talking=communications.seen_by(share.episode.child, request.user),
    )


def show(request: Request, pk: int) -> HttpResponse:
    """What was told, as they see it; who looked; whether it was opened; what came of it."""
    share = _share(request, pk)
    lines = share.lines.filter(is_in=True).order_by("place").prefetch_related("answers__by")
    context = {
        "share": share,
        "episode": share.episode,
        "state": state_of(share, request),
        "to": share.to.name if share.to else Recipient(share.recipient).label,
        "purpose": Purpose(share.purpose).label,
        "lines": [(line, ShareItem(line.item).label) for line in lines],
        "looks": share.looks.select_related("by").order_by("at"),
        "openings": share.openings.select_related("by").order_by("at"),
    }
    return render(request, "shares/show.html", context)


urlpatterns = [
    path("episodes/<int:pk>/shares", index, name="shares-of-episode"),
    path("episodes/<int:pk>/share", begin, name="begin-share"),
    path("shares/<int:pk>/write", write, name="write-share"),
    path("shares/<int:pk>", show, name="show-share"),
]
