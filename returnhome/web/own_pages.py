"""The child's own pages: behind a link that opens once, with nothing of the staff's around them."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_exempt

from returnhome.casework import childs_part, how_it_was, policies, releases, ways_in
from returnhome.casework.childs_part import Choice, OwnWords
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
# To what the child wants of it; to a yes it is replied on the way.
REPLIES = {
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
    asked = request.GET.dict()
    languages = [
        (each, f"?{urlencode(asked | {'in': each.code})}")
        for each in own_words.offered(drafts=_drafts())
    ]
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
            try:
                visit = Visit(request, way_in, _words(request, way_in), now)
                return view(visit, *args, **named)
            except ObjectDoesNotExist:
                # The child left, or somebody ended it, while this was on its way: from then on the
                # database opens no row. Anything else is a fault.
                if WayIn.objects.filter(pk=way_in.pk, ended_at=None).exists():
                    raise
                return _shut(request)

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
    return let_in(its_pass, language=request.GET.get("in", ""))


def let_in(its_pass: str, *, language: str = "") -> HttpResponse:
    """Give the pass to this browser, and lead to what comes first.

    `language`: as it was picked at the door. What whoever was here before picked is forgotten.
    """
    response = redirect("own-first")
    _remember(response, COOKIE, its_pass)
    if language:
        _remember(response, LANGUAGE, own_words.of(language, drafts=_drafts()).code)
    else:
        response.delete_cookie(LANGUAGE, path=WITHIN)
    return response


@for_child
def first(visit: Visit) -> HttpResponse:
    if visit.is_sent_in:
        is_known = visit.way_in.told_at is not None
        ways_in.told(visit.way_in, language=visit.words.code, at=visit.now)
        # Asked here and nowhere else: once a link.
        if not is_known and childs_part.has_unsent_before(visit.way_in, now=visit.now):
            return redirect("own-before")
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


def _asked_of_choice(visit: Visit) -> list[str]:
    """What is asked, one at a time: once a talk is booked or was held, not whether it is wanted."""
    is_settled = childs_part.is_settled(visit.way_in)
    return [key for key in choosing.CHOICES if key != "want" or not is_settled]


@for_child
def choose(visit: Visit) -> HttpResponse:
    """The first question; where something stands, all of it."""
    if childs_part.newest_choice(visit.way_in):
        return redirect("own-chosen")
    return redirect("own-choose-one", _asked_of_choice(visit)[0])


@for_child
def choose_one(visit: Visit, group: str) -> HttpResponse:
    """One question of what can be chosen: kept as they go, and each can be skipped."""
    order = _asked_of_choice(visit)
    if group == "want" and visit.is_sent_in and group not in order:
        # The talk was booked while the page was open: what they said is kept all the same.
        order = ["want", *order]
    if group not in order:
        return redirect("own-choose")
    stands = childs_part.newest_choice(visit.way_in)
    picked = list(stands.chosen.get(group, ())) if stands else []
    note = stands.notes.get(group, "") if stands else ""
    number, problem = order.index(group), ""
    is_change = "change" in visit.request.GET
    following = order[number + 1 : number + 2]
    if visit.is_sent_in:
        picked, note = visit.request.POST.getlist(group), visit.request.POST.get("own", "")
        try:
            if group == "want" and (given := WANTS.get("".join(picked[:1]))):
                _answer(visit, given)
            kept = childs_part.choose(visit.way_in, {group: picked}, {group: note}, at=visit.now)
        except rules.TooLong:
            problem = "frame.too_long"
        except choosing.NothingChosen:
            return _after_choice(following)
        else:
            return _after_choice([] if _is_all(kept, group, is_change=is_change) else following)
    elif group == "want":
        picked = picked or [childs_part.answered(visit.way_in)]
    before = order[number - 1 : number]
    return visit.draw(
        "choose",
        group=group,
        many=group in choosing.MORE_THAN_ONE,
        picked=picked,
        note=note,
        number=number + 1,
        total=len(order),
        is_change=is_change,
        says_yes=before == ["want"] and stands is not None and stands.chosen["want"] == ["yes"],
        skip_href=_after_choice(following).url,
        back_href=reverse("own-chosen")
        if is_change
        else reverse("own-choose-one", args=before)
        if before
        else reverse("own-home"),
        problem=problem,
    )


def _after_choice(following: list[str]) -> HttpResponseRedirect:
    return redirect("own-choose-one", *following) if following else redirect("own-chosen")


def _is_all(kept: Choice, group: str, *, is_change: bool) -> bool:
    """A no and a not now lead through no further question; a change leads back to where all stands.

    But whoever says yes after all has not been asked the rest.
    """
    if kept.chosen["want"] in (["no"], ["not_now"]):
        return True
    rest = (codes for key, codes in kept.chosen.items() if key != "want")
    return is_change and (group != "want" or any(rest) or bool(kept.words))


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
    """All that stands, each to be changed, and what else there is to do."""
    stands = childs_part.newest_choice(visit.way_in)
    picked, notes = (stands.chosen, stands.notes) if stands else ({}, {})
    want = "".join(picked.get("want", ()))
    order = _asked_of_choice(visit)
    is_settled = "want" not in order
    replies = () if is_settled else REPLIES.get(want, ())
    rows = [
        (key, picked.get(key, ()), notes.get(key, ""))
        for key in order
        # Whoever does not want it now has skipped nothing.
        if picked.get(key) or notes.get(key) or not replies
    ]
    return visit.draw(
        "chosen",
        replies=replies or (SAVED[:1] if is_settled else SAVED) if stands else (),
        is_tried=bool(stands) and not replies,
        rows=rows,
        others=[
            ("home.say", reverse("own-say"), ""),
            *_heard(visit.way_in),
            ("home.help", reverse("own-help"), ""),
        ],
    )


SAVED = ("choose.saved", "choose.saved_next")


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


@for_child
def before(visit: Visit) -> HttpResponse:
    """What was not sent by way of an earlier link: send it, delete it, or leave it; all unread."""
    act = visit.request.POST.get("act", "")
    try:
        if act == "send":
            childs_part.send_before(visit.way_in, at=visit.now)
            when = visit.words.by(rules.read_by(visit.now), visit.now)
            return visit.draw("sent", when=when)
        if act == "delete":
            childs_part.delete_before(visit.way_in, at=visit.now)
            return visit.draw("before", is_gone=True, is_sure=False)
    except rules.NothingWritten:
        return redirect("own-home")
    if not childs_part.has_unsent_before(visit.way_in, now=visit.now):
        return redirect("own-home")
    is_sure = "delete" in visit.request.GET
    return visit.draw(
        "before",
        is_gone=False,
        is_sure=is_sure,
        days=rules.UNSENT_KEPT.days,
        back_href=reverse("own-before" if is_sure else "own-home"),
    )


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
    # No child is promised somebody new where there is nobody else.
    is_alone = asked is Ask.COMPLAINT and childs_part.somebody_apart(visit.way_in) is None
    next_words = "help.complaint_here" if is_alone else f"help.{asked}_next"
    if visit.is_sent_in:
        try:
            action = childs_part.ask(visit.way_in, asked, words, at=visit.now)
            day = visit.words.day(action.due_on)
            return visit.draw("asked", ask=asked, next_words=next_words, day=day)
        except rules.NothingWritten:
            problem = "frame.not_empty"
        except rules.TooLong:
            problem = "frame.too_long"
    return visit.draw(
        "ask",
        ask=asked,
        next_words=next_words,
        day=visit.words.day(choosing.answered_by(asked, on=today)),
        value=words,
        problem=problem,
        back_href=reverse("own-help"),
    )


# Leaving.


@for_child
def leaving(visit: Visit) -> HttpResponse:
    return visit.draw("leaving", days=rules.UNSENT_KEPT.days)


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
    path("m/choose/<str:group>", choose_one, name="own-choose-one"),
    path("m/chosen", chosen, name="own-chosen"),
    path("m/say", say, name="own-say"),
    path("m/say/<str:question>", say_one, name="own-say-one"),
    path("m/yours", yours, name="own-yours"),
    path("m/sent", sent, name="own-sent"),
    path("m/before", before, name="own-before"),
    path("m/help", get_help, name="own-help"),
    path("m/help/<str:what>", ask, name="own-ask"),
    path("m/leaving", leaving, name="own-leaving"),
    path("m/leave", leave, name="own-leave"),
    path("m/<str:secret>", door, name="own-door"),
]
