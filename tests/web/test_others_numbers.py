"""Numbers of other councils' records, typed where ours are meant: each is as one of nothing."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from returnhome.casework import handovers, staff, support
from returnhome.casework.models import Episode, HandOver, JournalEntry, Organisation
from returnhome.rules.codes import ActionKind, HandOverKind, Role, WithdrawalReason
from returnhome.rules.responsibility import Reply
from tests.cast import Cast, booked, hours, returned, signed
from tests.web import routes
from tests.web.asking import words_of
from tests.web.test_journalled import WORLDS, World, newest, what_follows

As = Callable[[str], Client]
NOWHERE = 987654321
SECRETS = re.compile(r'nonce="[^"]*"|value="\w{64}"|key=\w+')


def alike(one: Any, number: int, other: Any) -> bool:
    """Whether the two pages are the same to the letter, but for the number that was asked for."""
    first, second = (
        SECRETS.sub("", each.content.decode(errors="replace")) for each in (one, other)
    )
    asked = re.compile(rf"""([/="])({number}|{NOWHERE})(?=[/"?&])""")
    same = asked.sub(r"\1?", first) == asked.sub(r"\1?", second)
    return one.status_code == other.status_code and same


@pytest.fixture
def theirs(cast: Cast, now) -> dict[str, int]:
    """Table → the number of a row of Eastmoor's, of which nobody else of the cast may know."""
    eastmoor = Organisation.objects.get(name="Eastmoor Council")
    staff.appoint(
        cast.owen, Role.INTERVIEWER, eastmoor, since=date(2024, 1, 1), by=cast.adi, at=now
    )
    child = cast.robin
    child.placements.update(authority=cast.eastmoor)
    child.care_periods.update(authority=cast.eastmoor)
    child.responsible_authority, child.provider = cast.eastmoor, None
    child.save(update_fields=["responsible_authority", "provider"])
    talk = signed(
        returned(child, hours_ago=600, at=now), interviewer=cast.owen, by=cast.owen, at=now
    )
    episode = talk.episodes.get()
    action = support.add(
        episode,
        ActionKind.HEALTH,
        "See the GP",
        owner=cast.owen,
        due_on=now.date(),
        interview=talk,
        by=cast.owen,
        at=now,
    )
    asked = handovers.ask(
        returned(child, at=now), HandOverKind.PROVIDER, to=cast.open_path, by=cast.owen, at=now
    )
    handovers.withdraw(asked, WithdrawalReason.NOT_NEEDED, by=cast.owen, at=now)
    return {
        "child": child.pk,
        "episode": episode.pk,
        "interview": talk.pk,
        "action": action.pk,
        "handover": asked.pk,
        "offer": episode.offers.get().pk,
        "person": cast.owen.pk,
    }


# In an address.


def addresses(theirs: dict[str, int]) -> Iterator[tuple[str, int, Callable[[int], str]]]:
    for name, route in routes.ABOUT_A_CHILD.items():
        if route.of in theirs:
            yield (
                name,
                theirs[route.of],
                lambda pk, name=name, more=route.more: reverse(name, args=[pk, *more]),  # type: ignore[misc]
            )


@pytest.mark.check
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["mara", "wes"])
def test_anothers_number_in_an_address_is_as_one_that_is_nowhere(
    as_: As, theirs: dict[str, int], who: str, method: str
) -> None:
    client = as_(who)
    told = []
    for name, number, address in addresses(theirs):
        there = getattr(client, method)(address(number))
        nowhere = getattr(client, method)(address(NOWHERE))
        if there.status_code != 405 and (
            there.status_code != 404 or not alike(there, number, nowhere)
        ):
            told.append((name, there.status_code, nowhere.status_code))

    assert told == []


# In a field of a form.


@dataclass
class Form(HTMLParser):
    """The fields of the form of a page that is sent by POST, each as it stands there."""

    typed: dict[str, str] = field(default_factory=dict)
    choices: dict[str, set[str]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    is_within: bool = False
    select: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        has = dict(attributes)
        name, value = has.get("name") or "", has.get("value") or ""
        if tag == "form":
            self.is_within = (has.get("method") or "").lower() == "post" and not has.get("action")
        elif not self.is_within or name == "csrfmiddlewaretoken":
            return
        elif tag == "select":
            self.select = name
        elif tag == "option":
            self._choice(self.select, value, is_taken="selected" in has)
        elif tag == "textarea":
            self.typed[name] = "Because we know"
        elif tag == "input" and has.get("type") in ("radio", "checkbox"):
            self._choice(name, value, is_taken="checked" in has)
        elif tag == "input" and name:
            self.typed[name] = value or "Said"
            if has.get("type") == "hidden":
                self.hidden.add(name)

    def _choice(self, name: str, value: str, *, is_taken: bool) -> None:
        self.choices.setdefault(name, set()).add(value)
        if is_taken or (value and name not in self.typed):
            self.typed[name] = value

    def of_numbers(self) -> set[str]:
        """The fields that take the number of something, or hold one where nobody sees it."""
        chosen = {name for name, values in self.choices.items() if any(map(str.isdigit, values))}
        return chosen | self.hidden


def form_of(page: Any) -> Form:
    form = Form()
    form.feed(page.content.decode())
    return form


def sent(client: Client, address: str, typed: dict[str, str], theirs: int) -> Any:
    """The answer to the form, which changed nothing of `theirs`; what else it did is taken back."""
    point, before = transaction.savepoint(), newest()
    got = client.post(address, typed)
    about = JournalEntry.objects.filter(pk__gt=before).exclude(verb__in=["read", "refused"])
    assert not about.filter(child_id=theirs).exists(), address
    transaction.savepoint_rollback(point)
    return got


def told_by(
    client: Client, address: str, numbers: set[int], child: int
) -> list[tuple[str, str, int]]:
    """Fields in which a number of another's is answered otherwise than one that is nowhere."""
    page = client.get(address)
    if page.status_code != 200 or "html" not in page.headers["Content-Type"]:
        return []
    form = form_of(page)
    told = []
    for name in sorted(form.of_numbers()):
        nowhere = sent(client, address, {**form.typed, name: str(NOWHERE)}, child)
        for number in sorted(
            numbers - {int(each) for each in form.choices.get(name, ()) if each.isdigit()}
        ):
            got = sent(client, address, {**form.typed, name: str(number)}, child)
            if not alike(got, number, nowhere):
                # A page that says what time it is may have been asked on either side of a minute.
                nowhere = sent(client, address, {**form.typed, name: str(NOWHERE)}, child)
                got = sent(client, address, {**form.typed, name: str(number)}, child)
                if not alike(got, number, nowhere):
                    told.append((address, name, number))
    return told


def walk_forms(cast: Cast, as_: As, now: Any, theirs: dict[str, int], world: World) -> None:
    _, shown = world(cast, now)
    told = []
    for who, name, args in shown:
        if who:
            told += told_by(
                as_(who), reverse(name, args=args), set(theirs.values()), theirs["child"]
            )

    assert told == []


@pytest.mark.parametrize("world", [what_follows], ids=lambda each: each.__name__)
def test_anothers_number_in_a_form_is_as_one_that_is_nowhere(
    cast: Cast, as_: As, now, theirs: dict[str, int], world: World
) -> None:
    walk_forms(cast, as_, now, theirs, world)


@pytest.mark.check
@pytest.mark.parametrize(
    "world",
    [each for each in WORLDS if each.__name__ not in ("what_follows", "somebody_who_turned_18")],
    ids=lambda each: each.__name__,
)
def test_anothers_number_in_any_form_is_as_one_that_is_nowhere(
    cast: Cast, as_: As, now, theirs: dict[str, int], world: World
) -> None:
    walk_forms(cast, as_, now, theirs, world)


# In a filter, an order, a page number, an export.

PROGRAMS = Path(__file__).parents[2] / "returnhome" / "web"
READ = re.compile(r"""request\.GET(?:\.get\(|\[)\s*"(\w+)""")
LISTS = ("/", "/actions", "/hand-overs", "/out-of-area", "/out-of-area.csv", "/out-of-area/here",
         "/waiting", "/meetings", "/people", "/figures", "/children", "/duty/messages", "/patterns",
         "/patterns/again", "/packs")  # fmt: skip


def asked_for() -> set[str]:
    """Every word that a page reads from behind the question mark, or offers as a filter."""
    programs = "\n".join(path.read_text() for path in PROGRAMS.rglob("*.py"))
    filters = {"whose", "team", "cohort", "kind", "group", "host", "q", "sort", "order"}
    return set(READ.findall(programs)) | filters


@pytest.mark.check
@pytest.mark.parametrize("who", ["mara"])
def test_anothers_number_in_a_filter_is_as_one_that_is_nowhere(
    as_: As, cast: Cast, now, theirs: dict[str, int], who: str
) -> None:
    returned(cast.sky, at=now)
    client = as_(who)
    told = []
    for address in LISTS:
        for name in sorted(asked_for()):
            nowhere = client.get(address, {name: NOWHERE})
            number = theirs["person" if name in ("whose", "owner") else "episode"]
            there = client.get(address, {name: number})
            if not alike(there, number, nowhere) and b"Robin" in there.content:
                told.append((address, name))
            if b"Ashdown" in there.content:
                told.append((address, name))

    assert told == []


def test_a_meeting_is_recorded_for_no_episode_of_anothers(
    as_: As, cast: Cast, now, theirs: dict[str, int]
) -> None:
    sol, address = as_("sol"), reverse("record-meeting", args=[cast.sky.pk])

    there = sol.get(address, {"episode": theirs["episode"]})

    assert alike(there, theirs["episode"], sol.get(address, {"episode": NOWHERE}))


# What changes while the page is open.


def test_a_request_taken_back_while_its_page_was_open_is_answered_no_more(
    as_: As, cast: Cast, now
) -> None:
    episode = returned(cast.sky, at=now)
    row = handovers.ask(
        episode, HandOverKind.HOST_INTERVIEWS, to=cast.westborough, by=cast.amina, at=now
    )
    wes, address = as_("wes"), reverse("answer-handover", args=[row.pk])
    assert wes.get(address).status_code == 200

    handovers.withdraw(row, WithdrawalReason.ARRANGED_OTHERWISE, by=cast.amina, at=now)
    answer = wes.post(address, {"answer": "accepted"}, follow=True)

    row = HandOver.objects.get(pk=row.pk)
    assert (row.answer, row.answered_at) == ("", None)
    assert Episode.objects.get(pk=episode.pk).provider is None
    assert "There is a problem" in words_of(answer)


def test_an_interview_taken_back_while_its_form_was_open_is_not_booked(
    as_: As, cast: Cast, now
) -> None:
    """Westborough had taken it on; what its page of the child still shows opens nothing more."""
    episode = returned(cast.sky, at=now)
    row = handovers.ask(
        episode, HandOverKind.HOST_INTERVIEWS, to=cast.westborough, by=cast.amina, at=now
    )
    row = handovers.answer(row, Reply.ACCEPTED, by=cast.wes, at=now)
    wes, address = as_("wes"), reverse("book-interview", args=[episode.pk])
    assert wes.get(address).status_code == 200

    handovers.withdraw(row, WithdrawalReason.ARRANGED_OTHERWISE, by=cast.amina, at=now)

    assert wes.post(address, {}).status_code == 404
    assert not episode.interviews.exists()


def test_a_form_that_was_open_when_the_role_ended_changes_nothing(as_: As, cast: Cast, now) -> None:
    from_ = booked(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    amina, address = as_("amina"), reverse("move-interview", args=[from_.pk])
    assert amina.get(address).status_code == 200

    for post in cast.amina.posts.all():
        post.until = now.date()
        post.save(update_fields=["until"])
    answer = amina.post(address, {"interviewer": cast.ines.pk})

    assert answer.status_code == 404
    assert from_.booked_for == now + hours(4)
