"""The child's own pages: behind a link that opens once, with nothing of the staff's around them."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_exempt

from returnhome.casework import childs_part, how_it_was, policies, releases, ways_in
from returnhome.casework.childs_part import OwnWords
from returnhome.casework.ways_in import WayIn
from returnhome.rules import Blocked, choosing
from returnhome.rules import ways_in as rules
from returnhome.rules.choosing import Ask, Asked
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Answer
from returnhome.rules.making import Making
from returnhome.rules.ways_in import ShutReason
from returnhome.web import guessing, made, own_words
from returnhome.web.own_words import Words

COOKIE, LANGUAGE = "m", "ml"
WITHIN = "/m/"
# Where "leave this page" leads: a plain page that anybody may have open.
ELSEWHERE = "https://www.bbc.co.uk/weather"
WANTS = {"yes": Answer.ACCEPTED, "not_now": Answer.NOT_NOW, "no": Answer.DECLINED}
REPLIES = {
    "yes": ("choose.yes_reply",),
    "not_now": ("choose.not_now_reply",),
    "no": ("choose.no_reply", "choose.still_check"),
}


@dataclass(frozen=True)
class Visit:
    """One look of a child at their pages: by which link, in which language, when."""

    request: HttpRequest
    way_in: WayIn
    words: Words
    now: datetime

    @property
    def is_sent_in(self) -> bool:
        return self.request.method == "POST"

    @property
    def today(self) -> date:
        return self.now.astimezone(LONDON).date()

    def draw(self, name: str, status: int = 200, **context: Any) -> HttpResponse:
        context = {"back_href": reverse("own-home"), **context}
        return _draw(self.request, self.words, name, status, visit=self, **context)


Page = Callable[..., HttpResponse]


def _words(request: HttpRequest, way_in: WayIn | None = None) -> Words:
    asked = request.GET.get("in") or request.COOKIES.get(LANGUAGE)
    language = asked or (way_in.language if way_in else None)
    talk = policies.name_of_the_talk(way_in.episode.responsible_authority_id) if way_in else ""
    return own_words.of(language, talk=talk, drafts=_drafts())


def _drafts() -> bool:
    """A language that nobody has signed is shown in the demonstration alone."""
    return settings.DEMONSTRATION


def _draw(
    request: HttpRequest, words: Words, name: str, status: int = 200, **context: Any
) -> HttpResponse:
    visit = context.get("visit")
    languages = [(each, f"?in={each.code}") for each in own_words.offered(drafts=_drafts())]
    context = {
        "words": words,
        "languages": languages,
        "home_href": reverse("own-home") if visit else "",
        "help_href": reverse("own-help") if visit else "",
        "is_workers": bool(visit) and visit.way_in.is_on_workers_device,  # type: ignore[union-attr]
    } | context
    response = render(request, f"own/{name}.html", context, status=status)
    if code := request.GET.get("in"):
        _remember(response, LANGUAGE, own_words.of(code, drafts=_drafts()).code)
    response["Referrer-Policy"] = "same-origin" if visit else "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _remember(response: HttpResponse, name: str, value: str) -> None:
    """For as long as the browser is open, and sent to these pages alone."""
    response.set_cookie(
        name,
        value,
        path=WITHIN,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def _shut(request: HttpRequest) -> HttpResponse:
    """The same page whatever the reason: expired, used, ended, guessed."""
    return _draw(request, _words(request), "shut", status=404, back_href="")


def for_child(view: Page) -> Page:
    """A page behind an opened link; what stays private comes before every other."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        its_pass = request.COOKIES.get(COOKIE, "")
        if not its_pass:
            return _shut(request)
        now: datetime = request.now  # type: ignore[attr-defined]
        with ways_in.scope(its_pass):
            try:
                way_in = ways_in.by_pass(its_pass, at=now)
            except ShutReason:
                return _shut(request)
            if way_in.told_at is None and view.__name__ not in ("first", "leave"):
                return redirect("own-first")
            visit = Visit(request, way_in, _words(request, way_in), now)
            return view(visit, *args, **named)

    return page


# The door.


# The address itself is the secret; see `letters.answer` for why Django's own check is left out.
@csrf_exempt
def door(request: HttpRequest, secret: str) -> HttpResponse:
    """A message that shows a preview of a link fetches it: only the button opens it, and once."""
    now: datetime = request.now  # type: ignore[attr-defined]
    guess = guessing.at_link(request)
    if guess is None:
        return _shut(request)
    with ways_in.scope(secret):
        try:
            way_in = ways_in.by_secret(secret, at=now)
            guess.was_right()
            if request.method != "POST":
                return _draw(request, _words(request, way_in), "door", back_href="")
            _, its_pass = ways_in.open_link(secret, at=now)
        except ShutReason:
            return _shut(request)
    return let_in(its_pass)


def let_in(its_pass: str) -> HttpResponse:
    """Give the pass to this browser, and lead to what comes first."""
    response = redirect("own-first")
    _remember(response, COOKIE, its_pass)
    response.delete_cookie(LANGUAGE, path=WITHIN)
    return response


@for_child
def first(visit: Visit) -> HttpResponse:
    if visit.is_sent_in:
        ways_in.told(visit.way_in, language=visit.words.code, at=visit.now)
        return redirect("own-home")
    known = visit.way_in.told_at is not None
    return visit.draw("first", back_href=reverse("own-home") if known else "", is_known=known)


@for_child
def home(visit: Visit) -> HttpResponse:
    waiting = visit.way_in.own_words.filter(sent_at=None).exists()
    sent = visit.way_in.own_words.filter(sent_at__isnull=False).exists()
    chosen = childs_part.newest_choice(visit.way_in) is not None
    things = [
        ("home.choose", reverse("own-choose"), "done" if chosen else ""),
        ("home.say", reverse("own-say"), "not_sent" if waiting else "done" if sent else ""),
        *_heard(visit.way_in),
        ("home.help", reverse("own-help"), ""),
        ("home.first", reverse("own-first"), ""),
        ("home.leave", reverse("own-leaving"), ""),
    ]
    return visit.draw("home", things=things, back_href="")


def _heard(way_in: WayIn) -> list[tuple[str, str, str]]:
    """What there is to see and to hear, and how the talk was: each where there is something."""
    marks = releases.marks(way_in)
    found = [(f"home.{page}", reverse(f"own-{page}"), mark) for page, mark in marks.items()]
    if way_in.has_said_how or how_it_was.may_say(way_in):
        found.append(("home.talk", reverse("own-talk"), "done" if way_in.has_said_how else ""))
    return found


# Choosing.


@for_child
def choose(visit: Visit) -> HttpResponse:
    posted, problem = visit.request.POST, ""
    want = posted.get("want", "") if visit.is_sent_in else ""
    if visit.is_sent_in:
        chosen = {key: posted.getlist(key) for key in choosing.CHOICES}
        lines = [(key, posted.get(f"{key}_own", "").strip()) for key in choosing.CHOICES]
        words = "\n".join(f"{OF[key]}: {text}" for key, text in lines if text)
        try:
            if want in WANTS:
                _answer(visit, WANTS[want])
            childs_part.choose(visit.way_in, chosen, words, at=visit.now)
        except rules.TooLong:
            problem = "frame.too_long"
        except choosing.NothingChosen:
            problem = "frame.pick_one"
        else:
            return redirect(f"{reverse('own-chosen')}?want={want}" if want else "own-chosen")
    stands = childs_part.newest_choice(visit.way_in)
    return visit.draw(
        "choose",
        groups=[(key, key in choosing.MORE_THAN_ONE) for key in choosing.CHOICES if key != "want"],
        chosen={key: posted.getlist(key) for key in choosing.CHOICES}
        if visit.is_sent_in
        else (stands.chosen if stands else {}),
        own={key: posted.get(f"{key}_own", "") for key in choosing.CHOICES},
        want=want or childs_part.answered(visit.way_in),
        is_settled=childs_part.is_settled(visit.way_in),
        problem=problem,
    )


# What a note of the child's is about, for whoever reads it.
OF = {
    "want": "Would they like the talk?",
    "who": "With whom",
    "where": "Where",
    "when": "When",
    "beside": "Who else is there",
    "needs": "What makes it easier",
}


def _answer(visit: Visit, given: Answer) -> None:
    """What no answer can be given to any more is no fault of the child's: the wish is kept."""
    try:
        childs_part.answer(visit.way_in, given, at=visit.now)
    except rules.NotReadFirst:
        raise
    except Blocked:
        return


@for_child
def chosen(visit: Visit) -> HttpResponse:
    want = visit.request.GET.get("want", "")
    stands = childs_part.newest_choice(visit.way_in)
    return visit.draw(
        "chosen",
        replies=REPLIES.get(want, ()),
        kept=("choose.saved", "choose.saved_next") if stands and want in ("", "yes") else (),
        groups=[key for key in choosing.CHOICES if stands and stands.chosen.get(key)],
        stands=stands,
    )


# Saying.


def _draft(visit: Visit, question: Asked) -> OwnWords | None:
    return visit.way_in.own_words.filter(question=question, sent_at=None).with_made().first()


@for_child
def say(visit: Visit) -> HttpResponse:
    """The first question that nothing stands to yet."""
    answered = set(visit.way_in.own_words.values_list("question", flat=True))
    waiting = [each for each in Asked if each not in answered]
    return redirect("own-say-one", waiting[0] if waiting else Asked.ELSE)


@for_child
def say_one(visit: Visit, question: str) -> HttpResponse:
    if question not in set(Asked):
        return redirect("own-say")
    asked, problem = Asked(question), ""
    draft, posted = _draft(visit, asked), visit.request.POST
    if visit.is_sent_in:
        is_saving = "saving" in posted
        picked = (draft.picked if draft else []) if is_saving else posted.getlist("pick")
        try:
            childs_part.save(
                visit.way_in,
                asked,
                posted.get("words", ""),
                picked,
                language=visit.words.code,
                at=visit.now,
            )
        except rules.TooLong:
            problem = "frame.too_long"
            if is_saving:
                return JsonResponse({}, status=400)
        else:
            if is_saving:
                return JsonResponse({"saved": visit.words.clock(visit.now)})
            if "delete" in posted:
                childs_part.delete(visit.way_in, asked, at=visit.now)
                return redirect("own-yours")
            problem = made.take_in(
                *(visit.way_in, asked, visit.request.FILES),
                language=visit.words.code,
                at=visit.now,
            )
            if posted.get("take") in set(Making):
                childs_part.take_away(visit.way_in, asked, Making(posted["take"]), at=visit.now)
            if not problem:
                stays = "take" in posted or "add" in posted
                return redirect("own-say-one", asked) if stays else redirect(_after(asked))
        draft = _draft(visit, asked)
    order = list(Asked)
    page = visit.draw(
        "say",
        question=asked,
        number=order.index(asked) + 1,
        total=len(order),
        value=posted.get("words", draft.words if draft else ""),
        picked=posted.getlist("pick") if visit.is_sent_in else (draft.picked if draft else []),
        saved_at=visit.words.clock(draft.saved_at) if draft else "",
        kept={each.what: each for each in draft.made.all()} if draft else {},
        next_href=_after(asked),
        problem=problem,
    )
    return made.may_record(visit.request, page)


def _after(asked: Asked) -> str:
    order = list(Asked)
    number = order.index(asked) + 1
    if number == len(order):
        return reverse("own-yours")
    return reverse("own-say-one", args=[order[number]])


@for_child
def yours(visit: Visit) -> HttpResponse:
    """What the child has so far, to read through, change, delete, and send."""
    if visit.is_sent_in:
        try:
            childs_part.send(visit.way_in, at=visit.now)
        except rules.NothingWritten:
            return redirect("own-yours")
        return redirect("own-sent")
    order = list(Asked)
    drafts = list(visit.way_in.own_words.filter(sent_at=None).with_made())
    drafts.sort(key=lambda each: order.index(Asked(each.question)))
    asked = visit.request.GET.get("delete", "")
    if one := next((each for each in drafts if each.question == asked), None):
        page = visit.draw("delete", draft=one, back_href=reverse("own-yours"))
    else:
        page = visit.draw("yours", drafts=drafts)
    return made.may_play(visit.request, page)


@for_child
def sent(visit: Visit) -> HttpResponse:
    newest = visit.way_in.own_words.filter(sent_at__isnull=False).order_by("-sent_at").first()
    if newest is None or newest.sent_at is None:
        return redirect("own-home")
    when = visit.words.by(rules.read_by(newest.sent_at), visit.now)
    return visit.draw("sent", when=when)


# Help.


@for_child
def get_help(visit: Visit) -> HttpResponse:
    return visit.draw("help", asks=list(Ask))


@for_child
def ask(visit: Visit, what: str) -> HttpResponse:
    if what not in set(Ask):
        return redirect("own-help")
    asked, problem = Ask(what), ""
    today = visit.now.astimezone(LONDON).date()
    words = visit.request.POST.get("words", "")
    if visit.is_sent_in:
        try:
            action = childs_part.ask(visit.way_in, asked, words, at=visit.now)
            return visit.draw("asked", ask=asked, day=visit.words.day(action.due_on))
        except rules.NothingWritten:
            problem = "frame.not_empty"
        except rules.TooLong:
            problem = "frame.too_long"
    return visit.draw(
        "ask",
        ask=asked,
        day=visit.words.day(choosing.answered_by(asked, on=today)),
        value=words,
        problem=problem,
        back_href=reverse("own-help"),
    )


# Leaving.


@for_child
def leaving(visit: Visit) -> HttpResponse:
    return visit.draw("leaving")


@for_child
def leave(visit: Visit) -> HttpResponse:
    """Close the pages in this browser, with nothing of them left on it, and go elsewhere.

    What was typed and not saved yet comes along, so that nobody has to wait for it.
    """
    question = visit.request.POST.get("question", "")
    if question in set(Asked) and visit.way_in.told_at:
        draft = _draft(visit, Asked(question))
        with suppress(rules.TooLong):
            childs_part.save(
                visit.way_in,
                Asked(question),
                visit.request.POST.get("words", ""),
                draft.picked if draft else [],
                language=visit.words.code,
                at=visit.now,
            )
    ways_in.leave(visit.way_in, at=visit.now)
    if visit.way_in.is_on_workers_device:
        return emptied(_draw(visit.request, visit.words, "back", back_href=""))
    return emptied(HttpResponseRedirect(ELSEWHERE))


def emptied(response: HttpResponse) -> HttpResponse:
    """Nothing of the pages stays in the browser."""
    for name in (COOKIE, LANGUAGE):
        response.delete_cookie(name, path=WITHIN, samesite="Strict")
    response.delete_cookie(settings.CSRF_COOKIE_NAME)
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


urlpatterns = [
    path("m/", home, name="own-home"),
    path("m/first", first, name="own-first"),
    path("m/choose", choose, name="own-choose"),
    path("m/chosen", chosen, name="own-chosen"),
    path("m/say", say, name="own-say"),
    path("m/say/<str:question>", say_one, name="own-say-one"),
    path("m/yours", yours, name="own-yours"),
    path("m/sent", sent, name="own-sent"),
    path("m/help", get_help, name="own-help"),
    path("m/help/<str:what>", ask, name="own-ask"),
    path("m/leaving", leaving, name="own-leaving"),
    path("m/leave", leave, name="own-leave"),
    path("m/<str:secret>", door, name="own-door"),
]
