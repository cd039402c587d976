"""Offering an interview: an offer that reached somebody, an attempt that did not, the answer."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from returnhome.casework import offers
from returnhome.casework.episodes import Episode
from returnhome.casework.offers import Offer
from returnhome.rules import offering
from returnhome.rules.access import Verb
from returnhome.rules.codes import Answer, DeclinedBy, Means, Reached, WayToChild
from returnhome.web import before, days, declines, gds, looking, pages, tellings
from returnhome.web.asked import Request, episode_for

REACHED = [(whom.value, whom.label) for whom in Reached if whom is not Reached.NOBODY]
YES, NO = "yes", "no"
WAYS = {
    WayToChild.SCHOOL: "Somebody at school whom the child likes, and as little as is needed.",
    WayToChild.TRUSTED_ADULT: "For example a youth worker, a coach, a grandparent.",
}


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
            DeclinedBy.CHILD: "Only where somebody spoke with the child themselves.",
            DeclinedBy.PARENT_OR_CARER: "The offer to the child stays open. "
            "Only the child’s own no is the child’s answer.",
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


class ReachForm(gds.Form):
    by_way_of = gds.Radios(
        "Which way?",
        noun="which way",
        choices=WayToChild.choices(),
        coerce=WayToChild,
    )
    is_reached = gds.Radios(
        "Did the offer reach the child?",
        choices=[(YES, "Yes"), (NO, "No, or not yet")],
        hints={
            YES: "It is recorded as an offer, and you are asked for the child’s answer.",
            NO: "It is recorded as an attempt. The child is still to be reached.",
        },
    )
    means = gds.Select("How?", choices=Means.choices(), coerce=Means, missing="Select how")
    reached_at = days.Moment("When?", noun="the time", exact_only=True)
    note = gds.Textarea(
        "Note (optional)", required=False, rows=3, hint="Who helped, and what the child said."
    )

    def __init__(self, *args: Any, tried: Mapping[str, int], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["by_way_of"].hints = {  # type: ignore[attr-defined]
            way.value: " ".join((WAYS.get(way, ""), _tried(tried.get(way, 0)))).strip()
            for way in WayToChild
        }


class TakeUpForm(gds.Form):
    means = gds.Select(
        "How did the child say so?", choices=Means.choices(), coerce=Means, missing="Select how"
    )
    said_at = days.Moment("When?", noun="the time they said so", exact_only=True)
    note = gds.Textarea(
        "What would they like? (optional)",
        required=False,
        rows=3,
        hint="Who with, where, when, and who should be there.",
    )


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
            asked = declines.first_page(Episode.objects.get(pk=episode.pk))
            # What a no leaves to ask is known best by whoever has just heard it.
            if reply.whose_no and asked:
                return redirect(asked[1])
            return redirect("show-episode", episode.pk)
    title, button = "Record the answer to the offer", "Save the answer"
    return _page(request, episode, form, "answer", title, button)


def reach(request: Request, pk: int) -> HttpResponse:
    """Another way to a child for whom a parent or carer said no."""
    episode = episode_for(request, pk, Verb.OFFER)
    form = ReachForm(
        request.POST or None, tried=tried(episode), initial={"reached_at": request.now}
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        how = {
            "means": said["means"],
            "by_way_of": said["by_way_of"],
            "made_at": said["reached_at"].at,
            "note": said["note"],
            "by": request.user,
            "at": request.now,
        }
        with gds.refusals_into(form):
            if said["is_reached"] == YES:
                offer = offers.make(episode, reached=Reached.CHILD, **how)
                messages.success(request, "The offer is recorded. What did the child answer?")
                return redirect("answer-offer", offer.pk)
            offers.attempt(episode, **how)
            messages.success(request, "The attempt is recorded. The child is still to be reached.")
            return redirect("show-episode", episode.pk)
    return _page(request, episode, form, "reach", "Reach the child another way", "Save")


def tried(episode: Episode) -> Mapping[str, int]:
    """How often each way to the child was gone. Two queries."""
    return Counter(
        [
            *episode.offers.values_list("by_way_of", flat=True),
            *episode.attempts.values_list("by_way_of", flat=True),
        ]
    )


def _tried(times: int) -> str:
    return f"Tried {pages.counted(times, 'time')}." if times else "Not tried yet."


def take_up(request: Request, pk: int) -> HttpResponse:
    """The child would like the talk now, whatever was said before."""
    episode = episode_for(request, pk, Verb.OFFER)
    if request.method == "GET" and not episode.can_be_taken_up:
        return redirect("show-episode", episode.pk)
    form = TakeUpForm(request.POST or None, initial={"said_at": request.now})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            offers.take_up(
                episode,
                means=said["means"],
                said_at=said["said_at"].at,
                note=said["note"],
                by=request.user,
                at=request.now,
            )
            messages.success(request, "The child would like the talk. Book it next.")
            return redirect("book-interview" if _may_book(request, episode) else "show-episode", pk)
    title = "They would like the talk now"
    return _page(request, episode, form, "take_up", title, "Save")


def _may_book(request: Request, episode: Episode) -> bool:
    return episode.allows(request.user, Verb.BOOK)


def _what_now(reply: offers.Reply) -> str:
    if reply.given is Answer.ACCEPTED:
        return "Accepted. Book the interview next."
    if reply.given is Answer.NOT_NOW:
        return "Recorded. The offer stays open, to be asked again."
    if reply.whose_no is DeclinedBy.CHILD:
        return "The child’s no is recorded. The offer stays open: they can take it up at any time."
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
    """Any answer but a yes can be followed by another."""
    last = offer.latest_reply
    return last is None or last.given is not Answer.ACCEPTED


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
    path("episodes/<int:pk>/reach", reach, name="reach-child"),
    path("episodes/<int:pk>/take-up", take_up, name="take-up-offer"),
    path("offers/<int:pk>/answer", answer, name="answer-offer"),
]
