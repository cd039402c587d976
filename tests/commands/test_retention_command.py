"""`returnhome retention` says which records are due, by number and no name."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from returnhome.casework.models import Child, Episode
from tests.casework.conftest import apart
from tests.cast import NOW, Cast, returned

__all__ = ["apart"]


def run(*given: str) -> str:
    out = io.StringIO()
    call_command("retention", *given, stdout=out)
    return out.getvalue()


def test_it_names_what_is_due_by_the_childs_number_alone(apart: Cast) -> None:
    returned(apart.kit)
    Episode.objects.update(settled_at=NOW, unanswered_since=None, owner=None, owned_since=None)
    kit = Child.objects.get(pk=apart.kit.pk)

    said = run("--authority", "Northshire", "--on", "2100-01-01")
    told = json.loads(run("--authority", "Northshire", "--on", "2100-01-01", "--json"))

    assert "To be reviewed on 1 January 2100, by the child’s number:" in said
    assert f"  {kit.pk}  Northshire  not looked after, on a plan or in need, kept until " in said
    assert kit.forename not in said
    assert kit.surname not in said
    assert kit.pk in [each["child"] for each in told["due"]]
    assert sum(each["records"] for each in told["counts"] if each["standing"] == "due") == len(
        told["due"]
    )
    # Nothing is erased.
    assert Child.objects.filter(pk=kit.pk).exists()


def test_where_nothing_is_due_it_says_when_the_next_is(apart: Cast) -> None:
    said = run("--on", "2026-03-02")

    assert "Nothing is due on 2 March 2026." in said
    assert "The next is due on " in said


def test_a_council_nobody_knows_is_wrong_use(apart: Cast) -> None:
    with pytest.raises(
        CommandError, match="There is no authority “Nowhere” on 2026-03-02"
    ) as raised:
        run("--authority", "Nowhere", "--on", "2026-03-02")
    assert raised.value.returncode == 2


def test_whoever_does_not_see_every_row_is_not_told_that_nothing_is_due(
    apart: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.delenv("DATABASE_OWNER_URL")
        with pytest.raises(CommandError, match="name it in DATABASE_OWNER_URL") as refused:
            run("--on", "2026-03-02")
    assert refused.value.returncode == 2
