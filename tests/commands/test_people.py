"""How the first people of a real installation get in."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from returnhome.casework.models import Authority, Organisation, Person
from returnhome.rules.codes import Role
from tests.cast import Cast

LEEDS = {"organisation": "Leeds City Council", "kind": "council", "authority": "Leeds"}
LINA = {"email": "Lina@leeds.example", "name": "Lina Marsh"}


def people(**given: Any) -> str:
    said = io.StringIO()
    call_command("people", stderr=said, **given)
    return said.getvalue()


def test_a_council_and_its_first_administrator_are_added(cast: Cast) -> None:
    said = people(**LEEDS, **LINA, role="administrator")

    lina = Person.objects.get(email="lina@leeds.example")
    assert lina.organisation is not None
    assert lina.organisation.authority == Authority.objects.get(gss_code="E08000035")
    assert lina.has_role(Role.ADMINISTRATOR)
    assert not lina.has_usable_password()
    assert "sets a password" in said


def test_a_council_needs_no_authority_named_where_it_has_its_own_name(cast: Cast) -> None:
    people(organisation="Bradford Council", kind="council")

    bradford = Organisation.objects.get(name="Bradford Council")
    assert bradford.authority == Authority.objects.get(gss_code="E08000032")


def test_a_first_password_can_come_by_standard_input(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a lamp left on in the porch\n"))

    people(**LEEDS, **LINA, password_from_stdin=True)

    lina = Person.objects.get(email="lina@leeds.example")
    assert lina.check_password("a lamp left on in the porch")


def test_a_second_person_joins_the_organisation_that_is_there(cast: Cast) -> None:
    people(organisation="Northshire Council", **LINA, role="coordinator")

    lina = Person.objects.get(email="lina@leeds.example")
    assert lina.organisation == cast.northshire_council
    assert Organisation.objects.filter(name="Northshire Council").count() == 1


def test_somebody_who_has_an_account_is_given_another_role(cast: Cast) -> None:
    people(organisation="Northshire Council", email="Amina@example.invalid", role="manager")

    assert cast.amina.has_role(Role.COORDINATOR, Role.MANAGER)
    assert len(cast.amina.current_posts) == 2


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"organisation": "Somewhere Council"}, "say with --kind"),
        ({"organisation": "Somewhere", "kind": "council"}, "no authority of today"),
        ({"organisation": "Northshire Council", "kind": "provider"}, "there already, as a council"),
        ({"organisation": "X Police", "kind": "police", "force": "X"}, "no police force “X”"),
        ({**LEEDS, "email": "lina"}, "not an email address"),
        ({**LEEDS, "email": "lina@leeds.example"}, "--name"),
        (
            {"organisation": "Northshire Council", "email": "amina@example.invalid"}
            | {"role": "coordinator"},
            "hold this role already",
        ),
        (
            {"organisation": "Northshire Council", "email": "amina@example.invalid"}
            | {"password_from_stdin": True},
            "changed on the pages",
        ),
    ],
)
def test_wrong_use_is_one_sentence_and_adds_nobody(
    cast: Cast, given: dict[str, Any], sentence: str
) -> None:
    before = (Organisation.objects.count(), Person.objects.count())

    with pytest.raises(CommandError, match=sentence) as refused:
        people(**given)

    assert refused.value.returncode == 2
    assert (Organisation.objects.count(), Person.objects.count()) == before


def test_a_weak_first_password_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))

    with pytest.raises(CommandError, match="too short"):
        people(**LEEDS, **LINA, password_from_stdin=True)

    assert not Person.objects.filter(email="lina@leeds.example").exists()
