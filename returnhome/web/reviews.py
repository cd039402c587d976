"""Reviews of signed records: which wait, what a colleague found, and what the author is to add."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import reviews
from returnhome.casework.interviews import Interview
from returnhome.casework.reviews import Review
from returnhome.casework.staff import ANSWERING, Person
from returnhome.rules.access import Verb
from returnhome.rules.reviewing import ReviewedAlready, ReviewResult
from returnhome.web import gds, known, looking, pages, written
from returnhome.web.asked import Request

A_PAGE = 50
# So many records that wait for their authors are shown; the number above them is of all.
SHOWN = 50
SEALED = ("place_note", "wishes", "independence_note")


def may_review(person: Person) -> bool:
    """Whether the person reviews records at all, for a council or a provider that interviews."""
    return any(any(person.may_for(Verb.REVIEW, each)) for each in ANSWERING)


def index(request: Request) -> HttpResponse:
    if not may_review(request.user):
        raise Http404
    page = Paginator(_listed(reviews.waiting(request.user)), A_PAGE).get_page(
        request.GET.get("page")
    )
    asked = _listed(reviews.asked(request.user))
    shown = list(asked[:SHOWN])
    looking.at_list(request, "reviews", [each.child_id for each in (*page, *shown)])
    context = {"page": page, "asked": shown, "asked_in_all": asked.count()}
    return render(request, "reviews/index.html", context)


def _listed(rows: Any) -> Any:
    return rows.select_related("child", "signed_by").defer(*SEALED)


class ReviewForm(gds.Form):
    result = gds.Radios(
        "What did you find?",
        choices=ReviewResult.choices(),
        coerce=ReviewResult,
        missing="Select what you found",
        hints={ReviewResult.TO_ADD: "It stands on the author’s work list until it is added."},
    )
    comment = gds.Textarea(
        "A comment to the author",
        rows=4,
        required=False,
        hint="Needed where something is to be added: say what. The record itself stays as it is.",
    )


def review(request: Request, pk: int) -> HttpResponse:
    theirs = Interview.objects.that_may_be_reviewed_by(request.user)
    interview = get_object_or_404(theirs.select_related(*known.ABOVE), pk=pk)
    looking.at(request, interview)
    back = reverse("show-interview", args=[pk])
    if request.method == "GET" and not reviews.can_review(interview, request.user):
        messages.info(request, ReviewedAlready.sentence)
        return redirect(back)
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            reviews.review(interview, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, "Your review is recorded.")
            return redirect("reviews")
    return gds.form_page(
        request,
        form,
        title="Review the record",
        caption=pages.name_of(interview.child),
        button="Record the review",
        back=back,
        cancel=back,
        template="reviews/review.html",
        interview=interview,
        account=written.account(interview),
        beside=known.beside(interview, request.user),
        reviews=_of(interview, request.user),
    )


def _of(interview: Interview, person: Person) -> list[Review]:
    theirs = Review.objects.visible_to(person).filter(interview=interview)
    return list(theirs.select_related("by").in_order())


# On other pages.


def of_interview(interview: Interview, person: Person) -> dict[str, Any]:
    """What was found of this record so far, and whether the person may review it now."""
    if not interview.is_signed:
        return {"reviews": [], "may_review": False}
    return {
        "reviews": _of(interview, person),
        "may_review": may_review(person) and reviews.can_review(interview, person),
    }


def to_review(person: Person) -> int | None:
    """How many records wait for this person's review; None for who reviews none."""
    return reviews.how_many_wait_for(person) if may_review(person) else None


def to_add(author: Person, most: int) -> list[Interview]:
    """The person’s own records to which something is to be added. One query, if there is none."""
    rows = reviews.asked_of(author).select_related("child").defer(*SEALED)[:most]
    return [each for each in rows if each.may_be_recorded_by(author)]


urlpatterns = [
    path("reviews", index, name="reviews"),
    path("interviews/<int:pk>/review", review, name="review-interview"),
]
