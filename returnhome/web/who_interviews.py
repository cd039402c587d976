"""Who does the interview? Answered for anybody, from a few choices, and nothing of it is kept.

The form asks by GET, so that an answer can be kept as a bookmark and sent on. It asks for places
and an age, never who the child is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.boundfield import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_safe
from markupsafe import Markup

from returnhome.casework import places, reference
from returnhome.rules import clock, responsibility, sources
from returnhome.rules.codes import EpisodeKind, OfferKind
from returnhome.rules.responsibility import (
    Arrangement,
    ArrangementKind,
    Decision,
    Flag,
    Given,
    NobodyNamed,
    Reason,
    Reply,
)
from returnhome.rules.sources import Source
from returnhome.web import gds
from returnhome.web.pages import listed

# What is asked.


class Place(gds.Text):
    """A council or district as people write it; the browser offers the names of the lists."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, **({"required": False, "max_length": 100} | options))

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return ""
        if name := places.written(typed):
            return name
        near = listed(places.like(typed), last="or")
        advice = f"Did you mean {near}?" if near else "Check how it is spelt"
        raise ValidationError(f"“{typed}” is in no list of councils and districts. {advice}")

    def draw(self, bound: BoundField, params: gds.Params) -> Markup:
        return super().draw(bound, params | {"attributes": {"list": "places"}})


YES, NO, UNKNOWN = "yes", "no", "unknown"
COUNCIL, PROVIDER, NOBODY = "council", "provider", "nobody"
ALWAYS, THIS_TIME, REFUSED = "always", "this_time", "refused"


class Facts(gds.Form):
    """Nothing is needed but one place; what is left empty is not known."""

    looked_after = gds.Radios(
        "Is the child looked after by a council?",
        choices=[(YES, "Yes, in care"), (NO, "No"), (UNKNOWN, "I do not know")],
        reveal={YES: ["looked_after_by", "placed_in"], NO: ["lives_in"]},
        required=False,
    )
    looked_after_by = Place(
        "Which council looks after the child?",
        hint="The one that the child’s social worker works for.",
    )
    placed_in = Place(
        "Where is the child placed?",
        hint="The council or district in whose area the home or the foster carers are.",
    )
    lives_in = Place("Where does the child live?", hint="The council or district.")
    category = gds.Radios(
        "Was the child missing, or away from placement?",
        choices=[
            (EpisodeKind.MISSING, "Missing"),
            (EpisodeKind.AWAY, "Away from placement without authorisation"),
        ],
        hints={
            EpisodeKind.MISSING: "Nobody knew where the child was.",
            EpisodeKind.AWAY: "In care and not where they should be, but it was known where.",
        },
        coerce=EpisodeKind,
        required=False,
    )
    age_at_return = gds.Number(
        "How old was the child when they came back?",
        hint="In whole years. Leave it empty if you do not know.",
        min_value=0,
        max_value=30,
        width=3,
        required=False,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), "Enter the age in whole years, such as 15"
        ),
    )
    other = gds.Radios(
        "Has another council or a provider agreed to hold it, or been asked to?",
        choices=[
            (NOBODY, "No, or I do not know"),
            (COUNCIL, "Another council"),
            (PROVIDER, "A provider that a council pays"),
        ],
        reveal={COUNCIL: ["council", "council_said"], PROVIDER: ["provider_said", "paid_by"]},
        required=False,
    )
    council = Place("Which council?", required=True, missing="Enter the council that was asked")
    council_said = gds.Select(
        "What did it say?",
        choices=[
            (ALWAYS, "It has agreed in general"),
            (THIS_TIME, "It has agreed this time"),
            (REFUSED, "It has refused this time"),
        ],
        empty="No answer yet",
        required=False,
    )
    provider_said = gds.Select(
        "What did it say?",
        choices=[(REFUSED, "It has refused this time")],
        empty="It interviews as agreed",
        required=False,
    )
    paid_by = Place("Which council pays it?", hint="Leave it empty if you do not know.")
    unaccompanied = gds.Tick("The child came to this country alone, to seek asylum", required=False)
    missing_from = Place("Where did the child go missing from?")
    found_in = Place("Where was the child found?")
    received_by = Place("Which council was told?")
    moved_to = Place("Where has the child moved to?")
    looked_after_since_start = Place("Which council has taken the child into care since?")

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if not self.errors:
            try:
                asked["decision"] = responsibility.decide(given(asked), known=reference.places())
            except NobodyNamed:
                self.add_error(*self.nobody_named(asked))
        return asked

    def nobody_named(self, asked: dict[str, Any]) -> tuple[str, str]:
        """The one fact that is needed at least, and its box."""
        if asked.get("looked_after") == YES:
            return "looked_after_by", "Enter at least which council looks after the child"
        if asked.get("looked_after") == NO:
            return "lives_in", "Enter at least where the child lives"
        return (
            "missing_from",
            "Enter at least one place: where the child went missing from is enough",
        )

    def has(self, *names: str) -> bool:
        """Whether something stands in one of these boxes, or is wrong with it."""
        return any(self[name].value() or self[name].errors for name in names)

    def short(self) -> dict[str, str]:
        """What counts of the answers, as the shortest address holds it."""
        kept = {name: self.cleaned_data[name] for name in self.fields}
        return {
            name: "on" if value is True else str(value)
            for name, value in kept.items()
            if is_known(value)
        }

    def told(self) -> list[tuple[str, str]]:
        """Each question that was answered, and the answer in words."""
        return [
            (str(self.fields[name].label), self.in_words(name, value))
            for name, value in self.short().items()
        ]

    def in_words(self, name: str, value: str) -> str:
        field = self.fields[name]
        if isinstance(field, gds.Tick):
            return "Yes"
        if isinstance(field, Place):
            return with_county(value)
        return dict(getattr(field, "choices", ())).get(value, value)


def is_known(value: Any) -> bool:
    """Whether something was answered; an age of 0 was."""
    return value is not None and value is not False and value != ""


def given(asked: dict[str, Any]) -> Given:
    """The facts as the rules take them."""
    names = {field.name for field in fields(Given)} & set(asked)
    known = {name: asked[name] for name in names if is_known(asked[name])}
    return Given(**known, arrangement=arrangement(asked))


def arrangement(asked: dict[str, Any]) -> Arrangement | None:
    if asked["other"] == COUNCIL:
        said = asked["council_said"]
        answers = {THIS_TIME: Reply.ACCEPTED, REFUSED: Reply.REFUSED}
        return Arrangement(
            ArrangementKind.HOST_INTERVIEWS,
            by=asked["council"],
            standing=said == ALWAYS,
            answer=answers.get(said),
        )
    if asked["other"] == PROVIDER:
        return Arrangement(
            ArrangementKind.PROVIDER,
            by="The provider",
            commissioned_by=asked["paid_by"] or None,
            answer=Reply.REFUSED if asked["provider_said"] == REFUSED else None,
        )
    return None


def with_county(name: str) -> str:
    """Maidstone (Kent): a district with the council that answers for it."""
    authority = reference.places().find(name)
    return name if authority is None or authority.name == name else f"{name} ({authority.name})"


# What is answered.

FLAGS = {
    Flag.PROVISIONAL: "Nobody knows yet which council this child belongs to. Find out; until then "
    "this answer stands.",
    Flag.PLACE_UNKNOWN: "A place is in no list, so it is taken as not known.",
    Flag.PLACEMENT_UNKNOWN: "Find out where the child is placed: another council may have a part.",
    Flag.PLACED_BY_UNKNOWN: "Find out which council placed the child: that one must act.",
    Flag.TURNED_18: "They were 18 or over when they came back.",
    Flag.AGE_UNKNOWN: "The age is not known. That never stops an offer.",
    Flag.CATEGORY_IN_DOUBT: "Only a looked-after child can be away from placement. Check which it "
    "was; until then it counts as missing.",
    Flag.HOST_OUTSIDE_ENGLAND: "The child is placed outside England.",
    Flag.RESPONSIBLE_OUTSIDE_ENGLAND: "The council that answers for the child is outside England.",
    Flag.MOVED_SINCE: "The child has moved since. That changes nothing in who must act.",
    Flag.LOOKED_AFTER_SINCE_START: "The child has been taken into care since. Until the duty is "
    "passed on and accepted, it stays where it was.",
    Flag.UNACCOMPANIED: "An unaccompanied child: think of trafficking, and of an interpreter.",
    Flag.FACTS_IN_CONFLICT: "People say different things of care or home. Settle it; until then "
    "this answer stands.",
    Flag.COMMISSIONED_BY_ANOTHER: "Another council pays the provider. Agree who pays for this one.",
}


@dataclass(frozen=True)
class Why:
    """A document, and what follows from it here."""

    source: Source
    sentences: list[str]


def headline(decision: Decision) -> str:
    """Who must offer it and who provides the interviewer, as one would say it by telephone."""
    responsible, by = decision.responsible, decision.interviewing
    for_now = "For now, " if Flag.PROVISIONAL in decision.flags else ""
    provides = f"{by} {'also ' if by == responsible else ''}provides the interviewer."
    if decision.offer is OfferKind.ADULT_PATHWAY:
        return (
            f"Nobody: they are an adult now. {for_now}{responsible} must see what help they need."
        )
    if decision.offer is OfferKind.NOT_STATUTORY_HERE:
        authority = reference.places().find(responsible)
        nation = f"in {authority.nation}" if authority else "outside England"
        return (
            f"{for_now}{responsible} answers for this child. It is {nation}, and the duty to "
            f"offer an interview is England’s alone. If one is offered, {provides}"
        )
    if decision.offer is OfferKind.LOCAL_POLICY:
        return (
            f"{for_now}{responsible} decides, by its own policy, whether to offer it. "
            f"If it does, {provides}"
        )
    return f"{for_now}{responsible} must offer it. {provides}"


def follows(decision: Decision) -> list[str]:
    """What there is to do next: the time, who hears of it, the hand-over."""
    said = {reason.rule: reason.sentence for reason in decision.reasons}
    steps = []
    if decision.offer is OfferKind.STATUTORY:
        hours = clock.LIMIT // clock.HOUR
        steps.append(
            f"It is to be held within {hours} hours of the child’s return. "
            "Nights and weekends count."
        )
    steps.append(f"{said['tell']} A notice carries nothing that the child says.")
    steps.append(f"A hand-over is needed. {said['handover']}" if decision.handover else "")
    return [step for step in steps if step]


def why(reasons: Iterable[Reason]) -> list[Why]:
    """The reasons under the documents they rest on, in the order in which these come first."""
    found: dict[str, list[str]] = {}
    for reason in reasons:
        found.setdefault(reason.source, []).append(reason.sentence)
    return [Why(sources.BY_WORDS[words], sentences) for words, sentences in found.items()]


@require_safe
@transaction.non_atomic_requests
def who_interviews(request: HttpRequest) -> HttpResponse:
    form = Facts(request.GET or None)
    context: dict[str, Any] = {"form": form, "places": places.names()}
    if form.is_valid():
        if request.GET.dict() != form.short():
            # What was left empty, or stands in a branch not taken, need not be sent on.
            return redirect(f"{request.path}?{urlencode(form.short())}")
        decision = form.cleaned_data["decision"]
        context |= {
            "headline": headline(decision),
            "follows": follows(decision),
            "flags": [FLAGS[flag] for flag in decision.flags],
            "reasons": why(decision.reasons),
            "told": form.told(),
        }
    return render(request, "who_interviews/index.html", context)


urlpatterns = [path("who-interviews", who_interviews, name="who-interviews")]
