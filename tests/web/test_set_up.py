"""Set-up: the pages about no child, each for whoever has a use for it."""

import pytest
from django.urls import reverse

from returnhome.web import set_up
from tests.cast import Cast
from tests.web.asking import words_of

pytestmark = pytest.mark.check

OPEN = "Open a restricted record"
OPENED = "Restricted records that were opened"
OVER = "Records whose time is over"
OWN = "Questions of our own"
KEPT = ["Duty", "Rota", "Messages", "People", "Standing arrangements"]


@pytest.mark.parametrize(
    ("who", "labels"),
    [
        ("mara", [*KEPT, "Local policy", "Services", OWN, "Local protocols", OPENED, OVER, OPEN]),
        ("amina", [*KEPT, "Services", OWN, "Local protocols", OPEN]),
        ("ines", ["Duty", "Standing arrangements", "Services", OWN, OPEN]),
        (
            "adi",
            [
                "Duty",
                "Rota",
                "Messages",
                "People",
                "Services",
                OWN,
                "Local protocols",
                "Tokens for programs",
                "Webhook",
            ],
        ),
    ],
)
def test_everybody_finds_what_they_have_a_use_for(as_, cast: Cast, who: str, labels: list[str]):
    assert [entry.label for entry in set_up.entries(getattr(cast, who))] == labels
    words = words_of(as_(who).get("/set-up"))
    assert all(label in words for label in labels)


@pytest.mark.check
@pytest.mark.parametrize(
    "who", ["amina", "ines", "sol", "mara", "ana", "adi", "wes", "pat", "owen"]
)
def test_no_entry_leads_nowhere(as_, cast: Cast, who: str):
    for entry in set_up.entries(getattr(cast, who)):
        assert as_(who).get(f"/{_address(entry.page)}").status_code == 200, entry.label


def _address(page: str) -> str:
    return reverse(page).removeprefix("/")


def test_an_analyst_sets_nothing_up(as_, cast: Cast):
    assert as_("ana").get("/set-up").status_code == 404
    assert "Set-up" not in words_of(as_("ana").get("/figures"))


def test_the_section_is_marked_on_each_of_its_pages(as_, cast: Cast):
    for page in ("/set-up", "/people", "/duty/rota", "/agreements", "/policies", "/services"):
        marked = as_("mara").get(page).content.decode().split('aria-current="true"')[1]
        assert "Set-up" in marked[:200], page
