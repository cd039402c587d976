"""Signing in by a council's own directory, a real one that the tests run on loopback."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone

from returnhome import directories
from returnhome.casework import accounts, staff
from returnhome.casework.models import DirectoryIdentity, JournalEntry, Person
from returnhome.directories import Directory, GroupRole
from returnhome.rules.codes import Role
from tests.cast import Cast, app_shows
from tests.directory import Provider, running
from tests.web.asking import words_of
from tests.web.test_second_factor import give_password

pytestmark = pytest.mark.check

SIGN_IN = "/accounts/login/by/northshire/"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Provider]:
    with running() as started:
        yield started


@pytest.fixture
def northshire(provider: Provider, settings) -> Directory:
    made = Directory(
        id="northshire",
        name="Northshire Council",
        issuer=provider.issuer,
        client_id="returnhome",
        client_secret="only-for-tests",
        roles=(
            GroupRole("missing-team", Role.COORDINATOR, "Northshire Council"),
            GroupRole("managers", Role.MANAGER, "Northshire Council"),
        ),
        accepts_amr=frozenset({"mfa"}),
    )
    settings.DIRECTORIES = (made,)
    return made


@pytest.fixture
def westborough(elsewhere: Provider, northshire: Directory, settings) -> Directory:
    made = replace(
        northshire,
        id="westborough",
        name="Westborough Council",
        issuer=elsewhere.issuer,
        roles=(GroupRole("missing-team", Role.COORDINATOR, "Westborough Council"),),
    )
    settings.DIRECTORIES = (northshire, made)
    return made


def comes_by(provider: Provider, subject: str, by: str = "northshire") -> tuple[Client, str]:
    """Somebody signs in by the directory: their browser, and where it is led."""
    client = Client()
    asked = client.get(f"/accounts/login/by/{by}/").headers["Location"]
    back = urlsplit(provider.signs_in(asked, subject))
    answer = client.get(f"{back.path}?{back.query}")
    return client, answer.headers["Location"]


def joan(provider: Provider, **claims) -> None:
    known = {"name": "Joan Pike", "email": "joan@example.invalid", "groups": ["missing-team"]}
    provider.knows("s-1", **known | claims)


def roles_of(email: str) -> set[str]:
    return {post.role for post in Person.objects.get(email=email).current_posts}


def test_the_sign_in_page_names_each_directory(client: Client, cast: Cast, westborough):
    words = words_of(client.get("/accounts/login/"))

    assert "With the account of Northshire Council" in words
    assert "With the account of Westborough Council" in words


def test_somebody_new_gets_the_role_of_their_group(cast: Cast, provider, northshire):
    joan(provider)

    client, led_to = comes_by(provider, "s-1")

    assert led_to == "/"
    assert client.get("/").headers["Location"] == "/account/second-factor"
    assert roles_of("joan@example.invalid") == {"coordinator"}
    person = Person.objects.get(email="joan@example.invalid")
    assert not person.has_usable_password()
    done = JournalEntry.objects.filter(by_id=staff.directory().pk).order_by("pk")
    assert list(done.values_list("verb", flat=True)) == [
        "add person",
        "know by directory",
        "appoint coordinator",
    ]


@pytest.mark.parametrize(("amr", "led_to"), [(["pwd"], "/account/second-factor"), (["mfa"], None)])
def test_the_factor_of_the_directory_stands_for_ours_where_that_is_set(
    cast: Cast, provider, northshire, amr, led_to
):
    joan(provider, amr=amr)

    client, _ = comes_by(provider, "s-1")

    assert client.get("/").headers.get("Location") == led_to


def test_whoever_has_a_factor_here_is_asked_for_it_unless_the_directorys_is_accepted(
    cast: Cast, provider, northshire
):
    provider.knows(
        "s-2", name="Amina Yusuf", email="amina@example.invalid", groups=["missing-team"]
    )

    client, led_to = comes_by(provider, "s-2")
    code = client.post(led_to, {"code": app_shows(timezone.now())})
    provider.knows("s-2", name="Amina Yusuf", groups=["missing-team"], amr=["mfa"])
    accepted, _ = comes_by(provider, "s-2")

    assert led_to == "/accounts/login/code/"
    assert code.headers["Location"] == "/"
    assert accepted.get("/").status_code == 200


def test_roles_follow_the_groups_at_each_sign_in(cast: Cast, provider, northshire):
    joan(provider, amr=["mfa"])
    comes_by(provider, "s-1")
    first = roles_of("joan@example.invalid")
    joan(provider, groups=["managers"], amr=["mfa"])

    comes_by(provider, "s-1")

    assert first == {"coordinator"}
    assert roles_of("joan@example.invalid") == {"manager"}


def test_whoever_is_in_no_group_any_more_is_out_and_told_why(cast: Cast, provider, northshire):
    joan(provider, amr=["mfa"])
    before, _ = comes_by(provider, "s-1")
    joan(provider, groups=["parking"], amr=["mfa"])

    client, led_to = comes_by(provider, "s-1")

    assert led_to == "/accounts/login/"
    assert "puts you into no group that works with Returnhome" in words_of(client.get(led_to))
    assert roles_of("joan@example.invalid") == set()
    assert before.get("/").headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("groups", [["parking"], [], "parking"])
def test_whoever_is_in_no_group_gets_no_account(cast: Cast, provider, northshire, groups):
    joan(provider, groups=groups)

    _, led_to = comes_by(provider, "s-1")

    assert led_to == "/accounts/login/"
    assert not Person.objects.filter(email="joan@example.invalid").exists()


def test_an_account_of_the_council_is_found_by_its_address_once_and_by_its_subject_then(
    cast: Cast, provider, northshire
):
    provider.knows("s-3", name="A. Yusuf", email="AMINA@example.invalid", groups=["missing-team"])
    comes_by(provider, "s-3")
    provider.knows("s-3", name="A. Yusuf", email="other@example.invalid", groups=["missing-team"])

    comes_by(provider, "s-3")

    assert DirectoryIdentity.objects.get(subject="s-3").person == cast.amina
    assert not Person.objects.filter(email="other@example.invalid").exists()


@pytest.mark.parametrize("email", ["amina@example.invalid", "adi@example.invalid"])
def test_the_address_of_a_person_elsewhere_opens_nothing(
    cast: Cast, elsewhere, westborough, email: str
):
    elsewhere.knows("s-9", name="Amina Yusuf", email=email, groups=["missing-team"], amr=["mfa"])

    client, led_to = comes_by(elsewhere, "s-9", "westborough")

    assert led_to == "/accounts/login/"
    assert "your directory does not look after" in words_of(client.get(led_to))
    assert not DirectoryIdentity.objects.exists()
    assert client.get("/").status_code == 302


def test_a_subject_is_somebody_else_in_another_directory(
    cast: Cast, provider, elsewhere, westborough
):
    joan(provider)
    comes_by(provider, "s-1")
    elsewhere.knows("s-1", name="Will Fox", email="will@example.invalid", groups=["missing-team"])

    comes_by(elsewhere, "s-1", "westborough")

    assert roles_of("will@example.invalid") == {"coordinator"}
    assert Person.objects.get(email="will@example.invalid").organisation == cast.westborough_council
    assert DirectoryIdentity.objects.filter(subject="s-1").count() == 2


def test_an_address_that_the_directory_has_not_checked_is_not_used(
    cast: Cast, provider, northshire
):
    provider.knows(
        "s-5",
        name="Amina Yusuf",
        email="amina@example.invalid",
        email_verified=False,
        groups=["missing-team"],
    )

    client, led_to = comes_by(provider, "s-5")

    assert "gives no email address" in words_of(client.get(led_to))


def test_whom_a_directory_answers_for_signs_in_by_it_alone(
    cast: Cast, provider, northshire, mailoutbox, settings
):
    provider.knows("s-6", name="Amina", email="amina@example.invalid", groups=["missing-team"])
    comes_by(provider, "s-6")

    by_password = give_password(Client())
    Client().post("/accounts/password/reset/", {"email": "amina@example.invalid"})
    settings.DIRECTORIES = ()
    after_the_council_left_it = give_password(Client())

    assert "The email address or password is not right" in words_of(by_password)
    assert [letter.subject for letter in mailoutbox] == ["No Returnhome account with this address"]
    assert after_the_council_left_it.headers["Location"] == "/accounts/login/code/"


def test_a_closed_account_stays_closed(cast: Cast, provider, northshire):
    joan(provider, amr=["mfa"])
    comes_by(provider, "s-1")
    person = Person.objects.get(email="joan@example.invalid")
    accounts.close(person, cast.northshire_council, by=cast.adi, at=timezone.now())

    client, led_to = comes_by(provider, "s-1")

    assert "Your account is closed." in words_of(client.get(led_to))
    assert roles_of("joan@example.invalid") == set()


def test_an_answer_that_nobody_asked_for_and_a_no_are_refused(
    client: Client, cast: Cast, northshire
):
    for answer in ("code=abc&state=made-up", "error=access_denied&state=made-up"):
        response = client.get(f"{SIGN_IN}answer/?{answer}", follow=True)

        assert "did not say who you are" in words_of(response)


def test_a_directory_that_does_not_answer_is_said_so(client: Client, cast: Cast, settings):
    settings.DIRECTORIES = (
        Directory("gone", "Gone Council", "http://localhost:9", "returnhome", "x", ()),
    )

    response = client.get("/accounts/login/by/gone/", follow=True)

    assert "The sign-in of Gone Council does not answer." in words_of(response)
    assert client.get("/accounts/login/by/nobody/").status_code == 404


# The file.

ENTRY = {
    "id": "northshire",
    "name": "Northshire Council",
    "issuer": "https://login.example/northshire/",
    "client_id": "returnhome",
    "client_secret": "secret",
    "accepts_amr": ["mfa"],
    "roles": [{"group": "g", "role": "manager", "organisation": "Northshire Council"}],
}


@pytest.fixture
def read(tmp_path) -> Callable[..., tuple[Directory, ...]]:
    def reading(*entries: dict, live: bool = True) -> tuple[Directory, ...]:
        file = tmp_path / "directories.json"
        file.write_text(json.dumps(entries))
        return directories.load({"DIRECTORIES_FILE": str(file)}, live=live)

    return reading


def test_the_file_names_directories_groups_and_roles(read):
    [found] = read(ENTRY)

    assert found.issuer == "https://login.example/northshire"
    assert found.roles == (GroupRole("g", Role.MANAGER, "Northshire Council"),)
    assert found.has_second_factor({"amr": ["pwd", "mfa"]})
    assert not found.has_second_factor({"amr": ["pwd"], "acr": "1"})
    assert not found.has_second_factor({})


@pytest.mark.parametrize(
    "slip",
    [
        {"issuer": "http://login.example"},
        {"roles": [{"group": "g", "role": "king", "organisation": "Northshire Council"}]},
        {"roles": [{"group": "g"}]},
        {"colour": "blue"},
    ],
)
def test_a_file_with_a_slip_stops_the_product_from_starting(read, slip):
    with pytest.raises(ImproperlyConfigured, match="DIRECTORIES_FILE"):
        read(ENTRY | slip)


def test_two_directories_of_one_issuer_are_a_slip(read):
    with pytest.raises(ImproperlyConfigured, match="one issuer"):
        read(ENTRY, ENTRY | {"id": "other"})
