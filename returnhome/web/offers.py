"""Offering an interview: an offer that reached somebody, an attempt that did not, the answer."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from returnhome.casework import offers
from returnhome.casework.episodes import Episode
from returnhome.casework.offers import Offer
from returnhome.rules import offering
from returnhome.rules.access import Verb
from returnhome.rules.codes import Answer, DeclinedBy, Means, Reached
from returnhome.web import before, days, gds, looking, pages, tellings
from returnhome.web.asked import Request, episode_for

REACHED = [(whom.value, whom.label) for whom in Reached if whom is not Reached.NOBODY]


class OfferForm(gds.Form):
    means = gds.Radios("How was it offered?", choices=Means.choices(), coerce=Means)
    reached = gds.Radios(
        "Whom did it reach?",
        choices=REACHED,
        coerce=Reached,
        hint="An offer counts once it has reached the child, or a carer on the child’s behalf.",
    )
    offered_at = days.Moment(
        "When was it offered?", noun="the time it was offered", exact_only=True
    )
    note = gds.Textarea(
        "Note (optional)", required=False, rows=3, hint="What was said, and what the child asked."
    )


class AttemptForm(gds.Form):
    means = gds.Radios("How did you try?", choices=Means.choices(), coerce=Means)
    attempted_at = days.Moment("When did you try?", noun="the time you tried", exact_only=True)
    note = gds.Textarea(
        "Note (optional)", required=False, rows=3, hint="Messages left, and when to try again."
    )


class AnswerForm(gds.Form):
    answer = gds.Radios(
        "What was the answer?",
        choices=Answer.choices(),
        coerce=Answer,
        hints={Answer.NOT_NOW: "The offer stays open. The child can be asked again at any time."},
        reveal={Answer.DECLINED: ["declined_by"]},
    )
    declined_by = gds.Radios(
        "Who declined?",
        choices=DeclinedBy.choices(),
        coerce=DeclinedBy,
        hints={
            DeclinedBy.PARENT_OR_CARER: "The offer to the child stays open. "
            "Only the child’s own no is the child’s answer."
        },
    )
    reason = gds.Textarea(
        "Why?",
        required=False,
        rows=3,
        hint="In their own words if you can. Needed if somebody declined: "
        "“did not want to say” is a reason.",
    )
    given_at = days.Moment("When did they answer?", noun="the time of the answer", exact_only=True)


def make(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.OFFER)
    form = OfferForm(request.POST or None, initial={"offered_at": request.now})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            offer = offers.make(
                episode,
                means=said["means"],
                reached=said["reached"],
                made_at=said["offered_at"].at,
                note=said["note"],
                by=request.user,
                at=request.now,
            )
            messages.success(request, "The offer is recorded.")
            # Whoever spoke with the child mostly has the answer already.
            if offer.reached == Reached.CHILD:
                return redirect("answer-offer", offer.pk)
            return redirect("show-episode", episode.pk)
    return _page(request, episode, form, "make", "Offer an interview", "Save the offer")


def attempt(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.OFFER)
    form = AttemptForm(request.POST or None, initial={"attempted_at": request.now})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            offers.attempt(
                episode,
                means=said["means"],
                made_at=said["attempted_at"].at,
                note=said["note"],
                by=request.user,
                at=request.now,
            )
            messages.success(request, "The attempt is recorded. The interview is still to offer.")
            return redirect("show-episode", episode.pk)
    title = "Record an attempt that reached nobody"
    return _page(request, episode, form, "attempt", title, "Save the attempt")


def answer(request: Request, pk: int) -> HttpResponse:
    offer = _offer(request, pk)
    episode = offer.episode
    form = AnswerForm(request.POST or None, initial={"given_at": request.now})
    if request.method == "GET" and not _is_open(offer):
        messages.info(request, offering.AlreadyAnswered.sentence)
        return redirect("show-episode", episode.pk)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            reply = offers.answer(
                offer,
                said["answer"],
                declined_by=said["declined_by"],
                reason=said["reason"],
                given_at=said["given_at"].at,
                by=request.user,
                at=request.now,
            )
            messages.success(request, _what_now(reply))
            return redirect("show-episode", episode.pk)
    title, button = "Record the answer to the offer", "Save the answer"
    return _page(request, episode, form, "answer", title, button)


def _what_now(reply: offers.Reply) -> str:
    if reply.given is Answer.ACCEPTED:
        return "Accepted. Book the interview next."
    if reply.given is Answer.NOT_NOW:
        return "Recorded. The offer stays open, to be asked again."
    if reply.whose_no is DeclinedBy.CHILD:
        return "The child’s no is recorded. They can come back to it: make a new offer then."
    return (
        "Recorded: a parent or carer declined. The offer to the child stays open, "
        "and the episode stays on the work list."
    )


def _offer(request: Request, pk: int) -> Offer:
    seen = Offer.objects.visible_to(request.user)
    if request.method == "GET":
        seen = seen.filter(episode__voided_at__isnull=True)
    offer = get_object_or_404(seen.select_related("episode__child"), pk=pk)
    if not offer.episode.allows(request.user, Verb.OFFER):
        raise Http404
    looking.at(request, offer)
    return offer


def _is_open(offer: Offer) -> bool:
    last = offer.latest_reply
    if last is None:
        return True
    return offering.is_open(answer=last.given, declined_by=last.whose_no)


def _page(
    request: Request,
    episode: Episode,
    form: gds.Form,
    name: str,
    title: str,
    button: str,
) -> HttpResponse:
    back = reverse("show-episode", args=[episode.pk])
    return gds.form_page(
        request,
        form,
        title=title,
        caption=pages.name_of(episode.child),
        button=button,
        back=back,
        cancel="" if name == "answer" else back,
        warning=tellings.warning_for(episode, request.user),
        template=f"offers/{name}.html",
        episode=episode,
        clock=before.clock_of(episode, request.now),
        done=before.done(episode),
    )


urlpatterns = [
    path("episodes/<int:pk>/offer", make, name="make-offer"),
    path("episodes/<int:pk>/attempt", attempt, name="make-attempt"),
    path("offers/<int:pk>/answer", answer, name="answer-offer"),
]
