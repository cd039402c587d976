"""Pages with the first lock taken out: what the database alone still keeps from a stranger."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client
from django.urls import get_resolver

from returnhome.casework import acting, restrictions, staff
from returnhome.casework.models import Child, Episode, Interview, Person
from tests.cast import NOW, Cast, returned, signed

HOUSE = Path(__file__).parent.parent.parent / "returnhome"
NAMES = ("Sky", "Marlowe", "Kit", "O’Dell", "Robin", "Ashdown")
LISTS = (
    "/",
    "/children",
    "/children?q=Marlowe",
    "/actions",
    "/agreements",
    "/duty",
    "/people",
    "/protocols",
    "/waiting",
    "/hand-overs",
    "/out-of-area",
    "/out-of-area/here",
    "/intake",
    "/meetings",
    "/figures",
)


@pytest.fixture
def without_the_first_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody forgot it: every question of whose child it is answers “yours”."""
    monkeypatch.setattr(Person, "whose", lambda *_, **__: Q())
    monkeypatch.setattr(Person, "may_about", lambda *_, **__: True)
    monkeypatch.setattr(Person, "relation_to", lambda *_: "responsible")
    monkeypatch.setattr(Person, "closed", frozenset())


@pytest.fixture
def story(cast: Cast) -> Interview:
    episode = returned(cast.sky)
    interview = signed(episode, interviewer=cast.ines, by=cast.amina)
    returned(cast.kit)
    returned(cast.robin)
    return interview


def pages_of(story: Interview) -> Iterator[str]:
    """Every page that has a number in its address, with the number of each of the story's rows."""
    numbers = {story.pk, story.child_id, *Episode.objects.values_list("pk", flat=True)}
    numbers |= set(Child.objects.values_list("pk", flat=True))
    for address in addresses(get_resolver().url_patterns):
        if address.count("<") == 1 and "<int:pk>" in address:
            for number in sorted(numbers):
                yield "/" + address.replace("<int:pk>", str(number))


def addresses(patterns: Any, before: str = "") -> Iterator[str]:
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern.url_patterns, address)
        else:
            yield address


def names_in(page: bytes) -> set[str]:
    words = page.decode(errors="replace")
    return {name for name in NAMES if re.search(rf"\b{name}\b", words)}


@pytest.mark.usefixtures("without_the_first_lock", "story")
def test_a_stranger_finds_nobody_on_any_list(as_: Any) -> None:
    owen: Client = as_("owen")

    for address in LISTS:
        got = owen.get(address)
        assert got.status_code in (200, 302, 404), address
        # What was asked for stands on the page that found nothing.
        page = got.content.replace(b"Marlowe", b"") if "?q=" in address else got.content
        assert names_in(page) == set(), address


@pytest.mark.check
@pytest.mark.usefixtures("without_the_first_lock")
def test_a_stranger_opens_no_record(as_: Any, story: Interview) -> None:
    owen: Client = as_("owen")
    opened = []

    for address in pages_of(story):
        got = owen.get(address)
        if got.status_code == 200 and names_in(got.content):
            opened.append(address)

    assert opened == []


@pytest.mark.check  # every page of a story, a quarter of a minute
@pytest.mark.usefixtures("without_the_first_lock")
def test_whoever_is_kept_out_of_a_record_opens_nothing_of_it(
    as_: Any, cast: Cast, story: Interview
) -> None:
    restrictions.keep_out(cast.sky, cast.sol, "Her uncle", by=cast.mara, at=NOW)
    sol: Client = as_("sol")
    opened = []

    for address in (*LISTS, *pages_of(story)):
        got = sol.get(address)
        if got.status_code == 200 and names_in(got.content) & {"Sky", "Marlowe"}:
            opened.append(address)

    assert [address for address in opened if "?q=" not in address] == []


@pytest.mark.usefixtures("without_the_first_lock")
def test_with_the_first_lock_out_a_colleague_sees_what_they_saw(as_: Any, story: Interview) -> None:
    """The other side: else a database that opens nothing to anybody would pass."""
    assert "Marlowe" in names_in(as_("amina").get(f"/children/{story.child_id}").content)


@pytest.mark.usefixtures("without_the_first_lock")
def test_a_host_reads_no_account_though_no_page_stops_it(as_: Any, story: Interview) -> None:
    wes: Client = as_("wes")

    got = wes.get(f"/interviews/{story.pk}")

    assert b"I wanted to see my nan" not in got.content
    assert b"I wanted to see my nan" in as_("mara").get(f"/interviews/{story.pk}").content


def test_a_role_that_ends_while_the_page_is_open_opens_nothing_after(
    as_: Any, cast: Cast, story: Interview
) -> None:
    amina: Client = as_("amina")
    assert amina.get(f"/children/{story.child_id}").status_code == 200

    for post in cast.amina.posts.all():
        staff.end_post(post, on=NOW.date(), by=cast.adi, at=NOW)

    # Their sessions ended with it, so there is no page at all.
    assert amina.get(f"/children/{story.child_id}").status_code == 302


def test_a_page_is_drawn_before_its_transaction_ends() -> None:
    """What is drawn later finds no row and says nothing of it: no page is put off."""
    late = {"TemplateResponse", "SimpleTemplateResponse", "StreamingHttpResponse"}
    found = [
        f"{path.relative_to(HOUSE)}:{node.lineno}"
        for path in sorted(HOUSE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Name | ast.alias)
        and (node.id if isinstance(node, ast.Name) else node.name) in late
    ]

    assert found == []


def test_the_second_lock_costs_a_page_one_statement(
    as_: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes past what counts a page's questions: so it is counted here.

    In a test the page's transaction stands within the test's, so that its end is told too.
    """
    told = []
    tell = acting._tell
    monkeypatch.setattr(
        acting, "_tell", lambda scope, **how: (told.append(scope), tell(scope, **how))
    )
    amina = cast.amina.pk
    client: Client = as_("amina")

    client.get("/")

    assert [scope.person for scope in told] == [amina, None]
