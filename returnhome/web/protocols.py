"""The council's local protocols: what is in force since when, followed, ended, or one's own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from returnhome.casework import protocols
from returnhome.casework.places import Authority
from returnhome.casework.protocols import LocalProtocol, earliest_start
from returnhome.casework.staff import Organisation, Person
from returnhome.rules import access
from returnhome.rules.access import Relation, Verb
from returnhome.rules.clock import HOUR
from returnhome.rules.codes import Concern, MeetingKind, RiskGrade, Role
from returnhome.rules.protocols import (
    MOST,
    OLDEST,
    PROTOCOLS,
    Protocol,
    Rule,
    rule_as_data,
    rule_in_words,
    seeds,
    uk_day,
)
from returnhome.rules.sources import OWN_RULE
from returnhome.web import called, days, gds, pages
from returnhome.web.asked import Request

# Whoever acts on them, and whoever looks after the accounts of those who do.
LOOKING = (Verb.SET_PROTOCOL, Verb.MEET, Verb.MANAGE_PEOPLE)


def council_of(person: Person, *verbs: Verb) -> Authority:
    """The council for which a post of the person's allows one of these; else a 404."""
    for post in person.current_posts:
        organisation = post.organisation
        if organisation.kind != Organisation.COUNCIL or organisation.authority is None:
            continue
        if any(access.may(Role(post.role), verb, Relation.RESPONSIBLE) for verb in verbs):
            return organisation.authority
    raise Http404


# What is in force.


@dataclass(frozen=True)
class Shown:
    """One protocol as the page shows it: now, what is to come, and what was."""

    key: str
    name: str
    now: Protocol | None
    is_by_default: bool
    row: LocalProtocol | None
    coming: LocalProtocol | None
    past: Sequence[LocalProtocol]

    @property
    def rules(self) -> list[str]:
        return [rule_in_words(rule) for rule in self.now.rules] if self.now else []

    @property
    def coming_rules(self) -> list[str]:
        found = self.coming.protocol if self.coming else None
        return [rule_in_words(rule) for rule in found.rules] if found else []

    @property
    def sources(self) -> list[str]:
        if self.now is None:
            return []
        if self.row and self.row.is_own:
            source = self.now.source
            part = f", {source.part}" if source.part else ""
            return [f"{source.document}{part}, agreed {pages.day(source.since)}"]
        named = [self.now.source, *(rule.source for rule in self.now.rules if rule.source)]
        return list(dict.fromkeys(map(str, named)))

    @property
    def is_followed_later(self) -> bool:
        """Whether some version is in force without an end, now or from a day to come."""
        stands = self.row is not None and self.row.until is None
        return self.is_by_default or stands or self.coming is not None

    @property
    def has_seed(self) -> bool:
        return bool(seeds(self.key))


def shown(rows: Iterable[LocalProtocol], today: date) -> list[Shown]:
    """Those that the product brings, then the council's own."""
    by_key: dict[str, list[LocalProtocol]] = {seed.key: [] for seed in PROTOCOLS}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    return [_shown(key, said, today) for key, said in by_key.items()]


def _shown(key: str, said: Sequence[LocalProtocol], today: date) -> Shown:
    started = [row for row in said if not row.never_started]
    standing = [row for row in started if row.since <= today and not _is_over(row, today)]
    coming = [row for row in started if row.since > today]
    seed = seeds(key)[-1] if seeds(key) else None
    row = standing[0] if standing else None
    now = row.protocol if row else (seed if not said else None)
    named = now or seed or next((row.protocol for row in started if row.protocol), None)
    return Shown(
        key=key,
        name=named.name if named else key,
        now=now,
        is_by_default=not said,
        row=row,
        coming=coming[0] if coming else None,
        past=[row for row in said if row.never_started or _is_over(row, today)],
    )


def _is_over(row: LocalProtocol, today: date) -> bool:
    return row.until is not None and row.until <= today


def _rows(request: Request, authority: Authority) -> list[LocalProtocol]:
    seen = LocalProtocol.objects.visible_to(request.user).filter(authority=authority)
    return list(seen.select_related("noted_by", "ended_by").newest_first())


def index(request: Request) -> HttpResponse:
    authority = council_of(request.user, *LOOKING)
    context = {
        "authority": authority,
        "protocols": shown(_rows(request, authority), uk_day(request.now)),
        "may_set": _may_set(request.user, authority),
        "version": called.version_in_words,
    }
    return render(request, "protocols/index.html", context)


def _may_set(person: Person, authority: Authority) -> bool:
    try:
        return council_of(person, Verb.SET_PROTOCOL) == authority
    except Http404:
        return False


# Changes: each from a day to come.


def _one(request: Request, key: str) -> tuple[Authority, Shown]:
    """The protocol of that key, for whoever may change it."""
    authority = council_of(request.user, Verb.SET_PROTOCOL)
    for each in shown(_rows(request, authority), uk_day(request.now)):
        if each.key == key:
            return authority, each
    raise Http404


class DayForm(gds.Form):
    day = days.Date("From which day?", noun="the day")

    def __init__(self, *args: Any, first_day: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.first_day = first_day

    def clean_day(self) -> date:
        return _not_before(self.cleaned_data["day"], self.first_day)


def _not_before(day: date, first_day: date) -> date:
    if day < first_day:
        raise ValidationError(f"The day must be {pages.day(first_day)} or later")
    return day


def follow(request: Request, key: str) -> HttpResponse:
    authority, one = _one(request, key)
    if not one.has_seed:
        raise Http404
    form = _day_form(request, earliest_start(request.now))
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            row = protocols.follow(
                authority, key, since=form.cleaned_data["day"], by=request.user, at=request.now
            )
            version = called.version_in_words(row.version)
            said = f"{one.name}: {version} is in force from {pages.day(row.since)}."
            messages.success(request, said)
            return redirect("protocols")
    seed = seeds(key)[-1]
    return _page(
        request,
        form,
        title="Follow a protocol",
        caption=seed.name,
        button="Follow it from that day",
        rules=[rule_in_words(rule) for rule in seed.rules],
    )


def end(request: Request, key: str) -> HttpResponse:
    authority, one = _one(request, key)
    if not one.is_followed_later:
        raise Http404
    # What has not started yet ends on the day on which it would have.
    first_day = one.coming.since if one.coming else earliest_start(request.now)
    form = _day_form(request, first_day)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            row = protocols.end(
                authority, key, on=form.cleaned_data["day"], by=request.user, at=request.now
            )
            messages.success(request, f"{one.name}: followed no more from {pages.day(row.until)}.")
            return redirect("protocols")
    return _page(
        request,
        form,
        title="Take back what is to come" if one.coming else "End a protocol",
        caption=one.name,
        button="End it on that day",
        button_classes="govuk-button--warning",
        warning="From that day on it calls for nothing new. What it called for until then stays "
        "called for.",
        rules=one.coming_rules if one.coming else one.rules,
    )


def _day_form(request: Request, first_day: date) -> DayForm:
    return DayForm(request.POST or None, first_day=first_day, initial={"day": first_day})


def _page(request: Request, form: gds.Form, **given: Any) -> HttpResponse:
    back = reverse("protocols")
    return gds.form_page(
        request, form, back=back, cancel=back, template="protocols/change.html", **given
    )


# Rules of one's own.

OWNERS = (Role.SOCIAL_WORKER, Role.COORDINATOR, Role.MANAGER)
A_DAY = timedelta(days=1)


def _number(label: str, most: int, *, least: int = 1, **options: Any) -> gds.Number:
    sentence = f"Enter a whole number from {least} to {most}"
    wrong = dict.fromkeys(("invalid", "min_value", "max_value"), sentence)
    return gds.Number(
        label, min_value=least, max_value=most, width=4, error_messages=wrong, **options
    )


class OwnForm(gds.Form):
    """The rules of a protocol, each in its part of the form, filled in as they are now."""

    name = gds.Text("What is it called?", noun="what it is called", max_length=120)
    document = gds.Text("Which document of yours says so?", noun="the document", max_length=200)
    part = gds.Text("Which part of it? (optional)", required=False, max_length=200)
    agreed_on = days.Date("When was that agreed?", noun="the day it was agreed")
    since = days.Date(
        "From which day is it in force?",
        noun="the day it starts",
        hint="Tomorrow at the earliest. What was called for until then stays called for.",
    )

    def __init__(self, *args: Any, base: Protocol, first_day: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.base, self.first_day = base, first_day
        sections = []
        for number, rule in enumerate(base.rules):
            fields = _rule_fields(rule, is_one_of_several=len(base.rules) > 1)
            names = [f"{name}-{number}" for name in fields]
            self.fields.update(zip(names, fields.values(), strict=True))
            title = f"Rule {number + 1}" if len(base.rules) > 1 else "The rule"
            sections.append((title, names))
        self.sections = sections

    def clean_since(self) -> date:
        return _not_before(self.cleaned_data["since"], self.first_day)

    def written(self) -> dict[str, Any]:
        """What was typed, as `rules.protocols.from_data` reads it."""
        said = self.cleaned_data
        rules = [
            self._rule(number, rule)
            for number, rule in enumerate(self.base.rules)
            if not said.get(f"left_out-{number}")
        ]
        source = {
            "document": said["document"],
            "since": said["agreed_on"].isoformat(),
            "part": said["part"],
        }
        return {"name": said["name"], "source": source, "rules": rules}

    def _rule(self, number: int, base: Rule) -> dict[str, Any]:
        said = {
            name: self.cleaned_data.get(f"{name}-{number}")
            for name in _rule_fields(base, is_one_of_several=True)
        }
        every, early = (said.get("every") or 0) * 24, rule_as_data(base)["early"]
        only = {
            "concerns": [str(each) for each in said["concerns"] or ()],
            "age_under": said["age_under"],
            "risk_from": said["risk_from"],
            "looked_after": said["looked_after"],
        }
        numbers = {name: said[name] for name in ("times", "days", "hours") if name in said}
        return (
            rule_as_data(base)
            | numbers
            | {
                "every": every,
                # One that comes round sooner than that is never held beforehand.
                "early": early if every > early else 0,
                "within": said["within"],
                "action": said["action"],
                "owner": said["owner"],
                "only": only,
                "source": None,
            }
        )


def _rule_fields(rule: Rule, *, is_one_of_several: bool) -> dict[str, gds.Component]:
    """The fields of one rule, filled in as it is now."""
    only = rule.only
    fields: dict[str, gds.Component] = {}
    if rule.times:
        fields["times"] = _number(
            "After how many times missing?", MOST["times"], initial=rule.times
        )
        fields["days"] = _number("In how many days?", MOST["days"], initial=rule.days)
    else:
        fields["hours"] = _number(
            "After how many hours missing?", MOST["hours"], initial=rule.hours
        )
        fields["every"] = _number(
            "And then again every how many days? (optional)",
            MOST["every"] // 24,
            required=False,
            hint="Until the child is found. Leave it empty where once is enough.",
            initial=rule.every // A_DAY if rule.every else None,
        )
    fields |= {
        "action": gds.Select(
            "What is called for?", choices=MeetingKind.choices(), initial=rule.action
        ),
        "owner": gds.Select(
            "Who sees to it?",
            choices=[(role.value, role.label) for role in OWNERS],
            initial=rule.owner,
        ),
        "within": _number(
            "Within how many hours?", MOST["within"], initial=int(rule.within / HOUR)
        ),
        "concerns": gds.Checkboxes(
            "Only where there is a concern (optional)",
            choices=Concern.choices(),
            required=False,
            hint="Any one of those chosen is enough.",
            initial=[each.value for each in only.concerns],
        ),
        "age_under": _number(
            "Only under what age? (optional)",
            OLDEST,
            required=False,
            hint="A child of unknown age counts as young enough.",
            initial=only.age_under,
        ),
        "risk_from": gds.Select(
            "Only from which risk grade? (optional)",
            choices=RiskGrade.choices(),
            empty="Any",
            required=False,
            initial=only.risk_from,
        ),
        "looked_after": gds.Tick(
            "Only looked-after children", required=False, initial=only.looked_after
        ),
    }
    if is_one_of_several:
        fields["left_out"] = gds.Tick("Leave this rule out", required=False)
    return fields


def own(request: Request, key: str) -> HttpResponse:
    """Make a protocol one's own: other numbers, from a day to come."""
    authority, one = _one(request, key)
    base = (one.coming.protocol if one.coming else None) or one.now or _last(one)
    return _own(request, authority, key, base)


def _last(one: Shown) -> Protocol:
    """Of a protocol that is not in force: its last version, else the one that came along."""
    was = next((row.protocol for row in one.past if row.protocol), None)
    return was or seeds(one.key)[-1]


BLANKS = {
    "times": Rule(
        key="own",
        times=2,
        days=30,
        action=MeetingKind.STRATEGY_MEETING,
        owner=Role.MANAGER,
        within=72 * HOUR,
    ),
    "hours": Rule(
        key="own",
        hours=24,
        action=MeetingKind.MISSING_MEETING,
        owner=Role.MANAGER,
        within=24 * HOUR,
    ),
}


def new(request: Request, kind: str) -> HttpResponse:
    """A protocol of the council's own, beside those that come along."""
    authority = council_of(request.user, Verb.SET_PROTOCOL)
    if kind not in BLANKS:
        raise Http404
    known = {row.key for row in _rows(request, authority)}
    key = next(f"own-{number}" for number in range(1, 10_000) if f"own-{number}" not in known)
    base = Protocol(
        key=key,
        name="",
        version="own",
        since=uk_day(request.now),
        source=OWN_RULE,
        rules=(BLANKS[kind],),
    )
    return _own(request, authority, key, base)


def _own(request: Request, authority: Authority, key: str, base: Protocol) -> HttpResponse:
    first_day = earliest_start(request.now)
    first = {"name": base.name, "since": first_day}
    form = OwnForm(request.POST or None, base=base, first_day=first_day, initial=first)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            row = protocols.follow_own(
                authority,
                key,
                form.written(),
                since=form.cleaned_data["since"],
                by=request.user,
                at=request.now,
            )
            said = f"Your own version is in force from {pages.day(row.since)}."
            messages.success(request, said)
            return redirect("protocols")
    return _page(
        request,
        form,
        title="A version of your own",
        caption=base.name,
        button="Put it in force from that day",
        rules=[],
    )


urlpatterns = [
    path("protocols", index, name="protocols"),
    path("protocols/new/<slug:kind>", new, name="new-protocol"),
    path("protocols/<slug:key>/follow", follow, name="follow-protocol"),
    path("protocols/<slug:key>/end", end, name="end-protocol"),
    path("protocols/<slug:key>/own", own, name="own-protocol"),
]
