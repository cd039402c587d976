"""The child's own pages from the worker's side: let the child in, end it, read what they sent."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import qrcode
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST
from qrcode.image.svg import SvgPathImage

from returnhome.casework import childs_part, journal, releases, ways_in
from returnhome.casework.childs_part import Choice, Made, OwnWords
from returnhome.casework.episodes import Episode
from returnhome.casework.staff import Person
from returnhome.casework.ways_in import WayIn
from returnhome.rules import choosing
from returnhome.rules import ways_in as rules
from returnhome.rules.access import Verb
from returnhome.rules.choosing import Asked, Picked
from returnhome.rules.codes import Device
from returnhome.web import communications as talking
from returnhome.web import gds, looking, made, own_pages, own_words, pages
from returnhome.web.asked import Request, episode_for
from returnhome.web.own_words import Language


@dataclass(frozen=True)
class Sent:
    """What the child said to one question, as a page shows it."""

    row: OwnWords
    question: str
    picked: list[str]
    made: list[Made]

    @property
    def is_new(self) -> bool:
        return self.row.read_at is None

    @property
    def written_at(self) -> datetime | None:
        """When it was written, where it was sent by way of a later link."""
        sent_at = self.row.sent_at
        is_later = sent_at is not None and sent_at - self.row.saved_at > rules.LONGEST
        return self.row.saved_at if is_later else None


def in_words(row: Choice) -> list[tuple[str, str]]:
    """What the child chose, a line for each list."""
    lines = []
    for key, codes in choosing.CHOICES.items():
        labels = [codes(code).label for code in row.chosen.get(key, ())]
        if labels:
            lines.append((choosing.ABOUT[key], pages.listed(labels)))
    return lines


def state_of(row: WayIn, now: datetime) -> str:
    """What became of a link, in one line."""
    if row.ended_at:
        by = row.ended_by.name if row.ended_by else "the child"
        opened = "" if row.opened_at else ", never opened"
        return f"Ended by {by} {pages.near(row.ended_at, now)}{opened}"
    if row.opened_at:
        state = "Open now" if row.is_standing(now) else "Opened, and closed by itself"
        return f"{state}: opened {pages.near(row.opened_at, now)}"
    if row.is_standing(now):
        return f"Not opened yet: it can be until {pages.near(row.until, now)}"
    return "Never opened"


def show(request: Request, pk: int) -> HttpResponse:
    """What the child chose and sent, and the links to their pages."""
    person, now = request.user, request.now
    seen = Episode.objects.visible_to(person).select_related("child")
    episode = get_object_or_404(seen, pk=pk)
    may_let_in = episode.allows(person, Verb.OFFER)
    # Whoever holds a talk for the episode reads before they go what the child wrote.
    may_read = releases.episodes_of(person).filter(pk=episode.pk).exists()
    if not (may_let_in or may_read):
        raise Http404
    looking.at(request, episode)
    links = list(
        WayIn.objects.visible_to(person)
        .filter(episode=episode)
        .select_related("made_by", "ended_by")
        .newest_first()
    )
    choice = Choice.objects.visible_to(person).filter(episode=episode).newest_first().first()
    rows = (
        OwnWords.objects.visible_to(person)
        .filter(episode=episode)
        .select_related("episode", "read_by")
        .with_made()
    )
    said = [_sent(each) for each in rows.in_order()]
    journal.write_all("read", [each.row for each in said], by=person, at=now)
    waiting = [each.row.sent_at for each in said if each.is_new and each.row.sent_at]
    context = {
        "episode": episode,
        "child": episode.child,
        "links": [(each, state_of(each, now)) for each in links],
        "is_standing": any(each.is_standing(now) for each in links),
        "choice": choice,
        "chosen": in_words(choice) if choice else [],
        "said": said,
        "unread": len(waiting),
        "read_by": rules.read_by(min(waiting)) if waiting else None,
        "may_let_in": may_let_in and not episode.is_voided,
        "may_read": may_read,
    }
    return made.may_play(request, render(request, "ways_in/show.html", context))


def _sent(row: OwnWords) -> Sent:
    picked = [Picked(code).label for code in row.picked]
    return Sent(row, Asked(row.question).label, picked, list(row.made.all()))


def show_made(request: Request, pk: int) -> HttpResponse:
    """A drawing that the child sent, to be looked at; a recording, to be listened to."""
    seen = Made.objects.visible_to(request.user).select_related("own_words__episode")
    one = get_object_or_404(seen, pk=pk)
    looking.at(request, one)
    return made.given(request, one)


class LetInForm(gds.Form):
    device = gds.Radios(
        "Where does the child open them?",
        coerce=Device,
        choices=Device.choices(),
        missing="Select where the child opens their pages",
        reveal={Device.OWN: ["is_safe"]},
        hints={
            Device.OWN: "You get a link and a code to scan. It opens once, within 3 days.",
            Device.WORKERS: "You are signed out first, so that nothing else can be reached from "
            "it. Save what you are writing before you go on.",
        },
    )
    language = gds.Select("In which words?", choices=[])
    is_safe = gds.Tick(
        "I know of nobody who reads this telephone and must not know",
        hint="For a link on the child’s own telephone. If you are not sure, hand over your own "
        "device instead.",
        required=False,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = own_words.offered(drafts=settings.DEMONSTRATION)
        self.fields["language"].choices = [(each.code, _named(each)) for each in offered]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("device") is Device.OWN and not said.get("is_safe"):
            self.add_error(
                "is_safe",
                "Say that the telephone is safe, or hand over your own device instead",
            )
        return said


def _named(language: Language) -> str:
    """Of a draft, which the demonstration shows, how much of it is there."""
    if not language.is_draft:
        return language.name
    lacks = f", {language.lacks} texts in English" if language.lacks else ""
    return f"{language.name} (a draft{lacks})"


def let_in(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.OFFER)
    form = LetInForm(request.POST or None, initial={"language": own_words.ENGLISH})
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            way_in, secret = ways_in.make(
                episode,
                device=form.cleaned_data["device"],
                language=form.cleaned_data["language"],
                by=request.user,
                at=request.now,
            )
            if way_in.is_on_workers_device:
                return _hand_over(request, secret)
            return _link_page(request, way_in, secret)
    back = reverse("own-pages-episode", args=[pk])
    return gds.form_page(
        request,
        form,
        title="Let the child in to their own pages",
        caption=pages.name_of(episode.child),
        lead="First it tells them what stays private and what cannot. Then they choose, write and "
        "ask as they like. Earlier links of the child are ended.",
        inset=_not_safe(episode, request.user),
        button="Go on",
        back=back,
        cancel=back,
    )


def _not_safe(episode: Episode, person: Person) -> str:
    noted = talking.standing_for(episode.child, person)
    return f"Not safe to mention or to send: {noted.not_safe}" if noted and noted.not_safe else ""


def _hand_over(request: Request, secret: str) -> HttpResponse:
    """Nothing but the child's pages is open on the device: whoever signs in again is the worker."""
    logout(request)
    with ways_in.scope(secret):
        _, its_pass = ways_in.open_link(secret, at=request.now)
    return own_pages.let_in(its_pass)


def _link_page(request: Request, way_in: WayIn, secret: str) -> HttpResponse:
    """The link, shown once: nothing but its digest is kept."""
    link = settings.PUBLIC_URL + reverse("own-door", args=[secret])
    drawn = qrcode.make(link, image_factory=SvgPathImage).to_string(encoding="unicode")
    context = {
        "way_in": way_in,
        "episode": way_in.episode,
        "link": link,
        "code": f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}",
    }
    return render(request, "ways_in/link.html", context)


@require_POST
def end_links(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.OFFER)
    ended = ways_in.end_all(episode.child_id, by=request.user, at=request.now)
    said = f"{pages.counted(ended, 'link')} ended." if ended else "No link was open."
    messages.success(request, f"{said} Nothing of the child’s pages can be seen by way of a link.")
    return redirect("own-pages-episode", pk)


@require_POST
def read(request: Request, pk: int) -> HttpResponse:
    episode = get_object_or_404(releases.episodes_of(request.user), pk=pk)
    childs_part.read(episode, by=request.user, at=request.now)
    messages.success(request, "Noted that you have read it.")
    return redirect("own-pages-episode", pk)


def before_the_talk(
    episodes: Sequence[Episode], person: Person
) -> tuple[list[tuple[str, str]], str, list[Sent]]:
    """What the child chose, what they noted to it, and what they sent: for whoever prepares.

    Three queries.
    """
    choices = Choice.objects.visible_to(person).filter(episode__in=episodes)
    choice = choices.newest_first().first()
    seen = OwnWords.objects.visible_to(person).filter(episode__in=episodes)
    sent = seen.select_related("episode").with_made()
    said = [_sent(each) for each in sent.in_order()]
    return (in_words(choice), choice.words, said) if choice else ([], "", said)


# On the work list.


@dataclass(frozen=True)
class Waiting:
    """A child who has written, and by when they were told that somebody reads it."""

    episode: Episode
    sent_at: datetime
    read_by: datetime


def waiting_for(person: Person) -> Sequence[Waiting]:
    """Children whose words nobody has read yet, those first who have waited longest. One query."""
    rows = (
        OwnWords.objects.visible_to(person)
        .unread()
        .filter(episode__voided_at=None)
        .select_related("episode__child")
        .defer("words")
        .in_order()
    )
    first: dict[int, Waiting] = {}
    for row in rows:
        if row.sent_at and row.episode_id not in first:
            first[row.episode_id] = Waiting(row.episode, row.sent_at, rules.read_by(row.sent_at))
    return list(first.values())


urlpatterns = [
    path("episodes/<int:pk>/own-pages", show, name="own-pages-episode"),
    path("episodes/<int:pk>/let-in", let_in, name="let-child-in"),
    path("episodes/<int:pk>/end-links", end_links, name="end-links-episode"),
    path("episodes/<int:pk>/read-own-words", read, name="read-own-words"),
    path("made/<int:pk>", show_made, name="show-made"),
]
