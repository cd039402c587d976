"""What every page has around it: macros, dates in UK words, navigation and the signed-in person."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from jinja2 import (
    ChainableUndefined,
    ChoiceLoader,
    Environment,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
)
from jinja2.utils import missing

from returnhome.casework.children import Child
from returnhome.casework.places import ATTRIBUTION
from returnhome.casework.staff import Person
from returnhome.rules import clock
from returnhome.rules.access import Relation, Verb
from returnhome.rules.ages import age_on
from returnhome.web import gds, sessions

# Label, name of the address, and what a role of the person's must allow, one of these at least,
# on some child; nothing: it is everybody's.
NAVIGATION: tuple[tuple[str, str, tuple[Verb, ...]], ...] = (
    ("Work list", "worklist", ()),
    ("Who lives here", "lives-here", (Verb.SEE_WHO_LIVES_HERE,)),
    ("Children", "children", (Verb.SEE_EPISODE,)),
    ("Hand-overs", "handovers", (Verb.ASK, Verb.ANSWER)),
    ("Actions", "actions", (Verb.SEE_EPISODE,)),
    ("Meetings", "meetings", (Verb.MEET,)),
    ("Shared with us", "shared-with-us", (Verb.RECEIVE,)),
    ("Out of area", "out-of-area", (Verb.SEE_PLACED_HERE,)),
    ("Intake", "intake", (Verb.CONFIRM_INTAKE,)),
    ("Figures", "figures", (Verb.SEE_FIGURES,)),
    ("Patterns", "patterns", (Verb.SEE_PATTERNS,)),
    ("Set-up", "set-up", (Verb.SEE_EPISODE, Verb.MANAGE_PEOPLE)),
)
# The pages that are reached by way of Set-up.
SET_UP = (
    *("/set-up", "/people", "/posts", "/duty", "/agreements", "/policies", "/protocols"),
    *("/restricted", "/services", "/own-questions", "/tokens", "/webhooks"),
)

# And by way of Intake.
PATTERNS = ("/patterns", "/same-things")
INTAKE = ("/intake", "/history")
SHARED = ("/shared-with-us", "/asks")


# Names that macros ask for before anything sets them: `caller` is whether one was given an inside,
# the others are the GOV.UK notification banner's, for one that is not of success.
ASKED_BEFORE_SET = (None, "caller", "successBanner", "typeClass")


class Absent(ChainableUndefined):
    """What a template asked for and did not get.

    The GOV.UK macros read keys that nobody passed, so a key missing from a dict is empty. A name
    or an attribute that does not exist is a slip of ours and stops the page.
    """

    def __new__(  # type: ignore[misc]
        cls, hint: str | None = None, obj: Any = missing, name: str | None = None, *rest: Any
    ) -> "Absent | StrictUndefined":
        if name in ASKED_BEFORE_SET or isinstance(obj, Mapping):
            return super().__new__(cls)
        return StrictUndefined(hint, obj, name, *rest)


def _local(value: datetime) -> datetime:
    return value.astimezone(clock.LONDON)


def day(value: date | datetime | None, *, short: bool = False) -> str:
    """3 January 2026, or 3 Jan 2026."""
    if value is None:
        return "not known"
    if isinstance(value, datetime):
        value = _local(value)
    return f"{value.day} {value:%b %Y}" if short else f"{value.day} {value:%B %Y}"


def clock_time(value: datetime) -> str:
    """7:40am, 7pm, midday, midnight: in UK time."""
    value = _local(value)
    if value.minute == 0 and value.hour in (0, 12):
        return "midday" if value.hour else "midnight"
    minutes = f":{value:%M}" if value.minute else ""
    return f"{value.hour % 12 or 12}{minutes}{'am' if value.hour < 12 else 'pm'}"


def moment(value: datetime | clock.Moment | None, *, short: bool = False) -> str:
    """3 January 2026 at 7:40am, in UK time; what is not known exactly says so."""
    if value is None:
        return "not known"
    if isinstance(value, datetime):
        return f"{day(value, short=short)} at {clock_time(value)}"
    if value.precision.kind == "date":
        return f"{day(value.day, short=short)}, time not known"
    if value.precision.minutes:
        out = counted(value.precision.minutes, "minute")
        return f"about {clock_time(value.at)} on {day(value.at, short=short)} (give or take {out})"
    return moment(value.at, short=short)


def weekday(value: date | datetime) -> str:
    """Saturday 3 January, for bookings near at hand."""
    if isinstance(value, datetime):
        value = _local(value)
    return f"{value:%A} {value.day} {value:%B}"


def near(value: datetime | clock.Moment | None, now: datetime) -> str:
    """Today at 7:40am, yesterday at 7pm, Sat 3 Jan at 7pm: for what is close at hand."""
    if value is None:
        return "not known"
    if isinstance(value, datetime):
        value = clock.Moment(value)
    local = _local(value.at)
    away = (local.date() - _local(now).date()).days
    on = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(away)
    if on is None:
        year = "" if local.year == _local(now).year else f" {local.year}"
        on = f"{local:%a} {local.day} {local:%b}{year}"
    if value.precision.kind == "date":
        return f"{on}, time not known"
    about = "about " if value.precision.minutes else ""
    return f"{on} at {about}{clock_time(value.at)}"


def name_of(child: Child) -> str:
    """The child's name as people say it; a sender may have given none."""
    return child.name.strip() or "Name not known"


def age_of(child: Child, today: date) -> int | None:
    """Whole years; None where the birth date is not known, or cannot be right."""
    born = child.born_on
    return age_on(born, today) if born and born <= today else None


def counted(number: int, one: str, many: str | None = None) -> str:
    """1 child, 2 children, 1,204 episodes."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def lasting(seconds: int) -> str:
    """12 seconds, 1 minute, 2 minutes 5 seconds."""
    minutes, rest = divmod(seconds, 60)
    parts = [counted(minutes, "minute")] if minutes else []
    parts += [counted(rest, "second")] if rest or not minutes else []
    return " ".join(parts)


def listed(words: Iterable[Any], last: str = "and") -> str:
    """a, b and c."""
    words = [str(word) for word in words]
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def with_query(request: HttpRequest, **changes: Any) -> str:
    """This page's address with some of its filters changed; None takes one away."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else request.path


def address(name: str, *args: Any, **named: Any) -> str:
    return reverse(name, args=args, kwargs=named)


def environment(**options: Any) -> Environment:
    """Django's Jinja with the GOV.UK macros, our filters, and faults that show."""
    macros = PackageLoader("govuk_frontend_jinja")
    options["loader"] = ChoiceLoader(
        [options["loader"], PrefixLoader({"govuk_frontend_jinja": macros})]
    )
    # Letters are plain text: escaping would put &#39; into an e-mail.
    options["autoescape"] = lambda name: not (name or "").endswith(".txt")
    options |= {"undefined": Absent, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**options)  # noqa: S701
    made.globals |= {
        "static": static,
        "url": address,
        "with_query": with_query,
        "counted": counted,
        "name_of": name_of,
        "draw": gds.draw,
        "error_summary": gds.error_summary,
        "attribution": ATTRIBUTION,
        # The GOV.UK macros say `undefined` and `null` where they mean nothing.
        "undefined": Absent(),
        "null": None,
    }
    made.filters |= {
        "day": day,
        "clock_time": clock_time,
        "moment": moment,
        "near": near,
        "weekday": weekday,
        "hours": clock.duration,
        "lasting": lasting,
        "listed": listed,
    }
    return made


def _navigation(person: Person, path: str) -> list[dict[str, Any]]:
    """The sections that this person has a use for, the one that `path` is in marked."""
    items: list[dict[str, Any]] = []
    for label, name, verbs in NAVIGATION:
        try:
            href = reverse(name)
        except NoReverseMatch:
            continue
        if Verb.SEE_FIGURES in verbs and not person.reach.figures:
            # A provider has a report of its own, and no authority whose figures there are.
            href = reverse("partnership")
        if _has_use_for(person, verbs):
            items.append({"text": label, "href": href})
    for item in items:
        ways = (each for each in (SET_UP, INTAKE, PATTERNS, SHARED) if item["href"] in each)
        beginnings = next(ways, (item["href"],))
        # The work list stands at the root, which every address begins with.
        item["active"] = path == "/" if item["href"] == "/" else path.startswith(beginnings)
    return items


def _has_use_for(person: Person, verbs: tuple[Verb, ...]) -> bool:
    if Verb.SEE_FIGURES in verbs:
        return any(person.may_for(Verb.SEE_FIGURES))
    if Verb.MEET in verbs:
        # Nor children for whom its council answers.
        return person.may(Verb.MEET) and bool(person.reach.authorities)
    if Verb.SEE_PATTERNS in verbs:
        return bool(person.may_for(Verb.SEE_PATTERNS, Relation.RESPONSIBLE)[0])
    if Verb.SEE_PLACED_HERE in verbs:
        return bool(person.may_for(Verb.SEE_PLACED_HERE)[0])
    if not verbs:
        # A home's own list is its work list.
        return not sessions.is_at_a_home(person)
    return any(person.may(verb, each) for verb in verbs for each in Relation)


def frame(request: HttpRequest) -> dict[str, Any]:
    """What layout.html needs on every page."""
    user = getattr(request, "user", None)
    person = user if user is not None and user.is_authenticated else None
    return {
        "service_name": "Returnhome",
        "person": person,
        "organisation": person.organisation if person else None,
        "navigation": _navigation(person, request.path)
        # Before the second factor no other page is open, so none is led to.
        if person and sessions.is_full(request)
        else [],
        "signs_out_after": sessions.lasts_unused(person)
        if person
        else settings.SIGN_OUT_AFTER_MINUTES * 60,
        "demonstration": settings.DEMONSTRATION,
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "now": getattr(request, "now", None),
    }
