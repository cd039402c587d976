"""Disputing who must act, settling that, and deciding in the rules' place."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from returnhome.casework import disputes, journal
from returnhome.casework.disputes import Dispute
from returnhome.casework.episodes import Episode
from returnhome.casework.places import Authority
from returnhome.rules import disputing
from returnhome.rules.access import Relation, Verb
from returnhome.rules.codes import Cohort, OfferKind, SettledHow
from returnhome.web import gds, interviewers, pages
from returnhome.web.asked import Request, episode_for


def councils(request: Request, *, but: Authority | None = None) -> Sequence[Authority]:
    """Councils of today, for a choice."""
    today = interviewers.today(request.now)
    known = Authority.objects.existing_on(today)
    if but:
        known = known.exclude(pk=but.pk)
    return list(known.order_by("name", "pk"))


class DisputeForm(gds.Form):
    should_be = gds.Select(
        "Which council should act?",
        required=False,
        coerce=int,
        empty="Nobody knows yet",
        hint="It is asked to take the duty over.",
    )
    because = gds.Textarea(
        "Why?",
        missing=disputing.ReasonMissing.sentence,
        rows=4,
        hint="What you know, and from whom. The council you name reads it. Write no name.",
    )

    def __init__(self, *args: Any, known: Sequence[Authority], **options: Any) -> None:
        super().__init__(*args, **options)
        self.known = {each.pk: each for each in known}
        self.fields["should_be"].choices = [(each.pk, each.name) for each in known]  # type: ignore[attr-defined]


def dispute(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.DISPUTE)
    acts = episode.responsible_authority
    form = DisputeForm(request.POST or None, known=councils(request, but=acts))
    is_acting = request.user.may_about(episode, Verb.ASK, Relation.RESPONSIBLE)
    if request.method == "POST" and form.is_valid():
        named = form.cleaned_data["should_be"]
        with gds.refusals_into(form):
            row = disputes.dispute(
                episode,
                because=form.cleaned_data["because"],
                should_be=form.known[named] if named else None,
                by=request.user,
                at=request.now,
            )
            messages.success(request, _disputed_in_words(row, acts))
            return redirect("show-episode", pk)
    return _page(
        request,
        form,
        episode,
        title="Dispute who must act",
        button="Dispute it",
        lead=f"The clock does not stop. {acts.name} must act until another council has taken "
        "the duty over.",
        inset=""
        if is_acting
        else f"Only {acts.name} can ask another council to take the duty over: it reads this.",
    )


def _disputed_in_words(row: Dispute, acts: Authority) -> str:
    if row.request and row.should_be:
        return f"{row.should_be.name} is asked to take it over. Until then {acts.name} must act."
    return f"Recorded. Until it is settled {acts.name} must act."


class SettleForm(gds.Form):
    how = gds.Radios("How is it settled?", choices=SettledHow.choices(), coerce=SettledHow)
    because = gds.Textarea("Why?", missing=disputing.ReasonMissing.sentence, rows=3)


def settle(request: Request, pk: int) -> HttpResponse:
    seen = Dispute.objects.visible_to(request.user).select_related("episode__child", "raised_by")
    row = get_object_or_404(seen, pk=pk)
    if not row.episode.allows(request.user, Verb.OVERRIDE):
        raise Http404
    if request.method == "GET":
        journal.write("read", row, by=request.user, at=request.now)
    form = SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            disputes.settle(row, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, "The dispute is settled.")
            return redirect("show-episode", row.episode_id)
    return _page(
        request,
        form,
        row.episode,
        title="Settle the dispute",
        button="Settle it",
        template="disputes/settle.html",
        row=row,
    )


class OverrideForm(gds.Form):
    cohort = gds.Radios("Counted under", noun="the cohort", choices=Cohort.choices(), coerce=Cohort)
    offer_kind = gds.Radios(
        "Which duty is it?", noun="the duty", choices=OfferKind.choices(), coerce=OfferKind
    )
    host = gds.Select(
        "In whose area is the child placed?", required=False, empty="Nobody else’s", coerce=int
    )
    because = gds.Textarea(
        "Why?",
        missing=disputing.ReasonMissing.sentence,
        rows=4,
        hint="It stays beside what the rules had decided.",
    )

    def __init__(self, *args: Any, known: Sequence[Authority], **options: Any) -> None:
        super().__init__(*args, **options)
        self.known = {each.pk: each for each in known}
        self.fields["host"].choices = [(each.pk, each.name) for each in known]  # type: ignore[attr-defined]


def override(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.OVERRIDE)
    first = {
        "cohort": episode.cohort,
        "offer_kind": episode.offer_kind,
        "host": episode.host_authority_id,
    }
    known = councils(request, but=episode.responsible_authority)
    form = OverrideForm(request.POST or None, known=known, initial=first)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            disputes.override(
                episode,
                cohort=said["cohort"],
                offer_kind=said["offer_kind"],
                host=form.known[said["host"]] if said["host"] else None,
                because=said["because"],
                by=request.user,
                at=request.now,
            )
            messages.success(request, "Your decision stands now. What the rules said is kept.")
            return redirect("show-episode", pk)
    return _page(
        request,
        form,
        episode,
        title="Decide otherwise than the rules",
        button="Decide so",
        lead="Who must act is not among these: that passes only to a council that takes it over.",
        warning="Later facts about care and home no longer change it by themselves.",
    )


class BackForm(gds.Form):
    because = gds.Textarea("Why?", missing=disputing.ReasonMissing.sentence, rows=3)


def follow_the_rules(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.OVERRIDE)
    if request.method == "GET" and not episode.is_overridden:
        messages.info(request, disputing.NotOverridden.sentence)
        return redirect("show-episode", pk)
    form = BackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            because = form.cleaned_data["because"]
            row = disputes.follow_the_rules(
                episode, because=because, by=request.user, at=request.now
            )
            said = OfferKind(row.offer_kind).label
            messages.success(request, f"The rules decide again: {said[:1].lower()}{said[1:]}.")
            return redirect("show-episode", pk)
    return _page(
        request,
        form,
        episode,
        title="Let the rules decide again",
        button="Let them decide",
        lead="What a person decided ends, and stays on record with what you write here. The rules "
        "answer by the care, home and age that are on record today.",
    )


def _page(request: Request, form: gds.Form, episode: Episode, **given: Any) -> HttpResponse:
    back = reverse("show-episode", args=[episode.pk])
    return gds.form_page(
        request, form, caption=pages.name_of(episode.child), back=back, cancel=back, **given
    )


urlpatterns = [
    path("episodes/<int:pk>/dispute", dispute, name="dispute-episode"),
    path("episodes/<int:pk>/override", override, name="override-episode"),
    path("episodes/<int:pk>/follow-the-rules", follow_the_rules, name="follow-the-rules-episode"),
    path("disputes/<int:pk>/settle", settle, name="settle-dispute"),
]
