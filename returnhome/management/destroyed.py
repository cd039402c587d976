"""The list of what was erased: kept apart from the backups, and carried out again on a restore."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from returnhome.casework.models import Erasure, Person
from returnhome.casework.places import Authority
from returnhome.management import erasing

KIND, VERSION = "returnhome_erased", 1
DAYS = ("due_since", "proposed_on", "confirmed_on")
PLAIN = (
    *("child_number", "children", "status", "period", "source"),
    *("proposed_by_name", "confirmed_by_name", "rows", "to_tell"),
)


class NotAList(Exception):
    """The file is no list of what was erased, or of another installation."""


@dataclass(frozen=True)
class Done:
    """What came of carrying a list out again."""

    listed: int
    came_back: int
    rows: int
    # Those of which something is still there.
    left: Sequence[UUID] = ()

    @property
    def sentence(self) -> str:
        if not self.came_back:
            return f"Of {self.listed:,} records on the list none had come back."
        return (
            f"{self.came_back:,} of {self.listed:,} records on the list had come back and were "
            f"erased again: {self.rows:,} rows."
        )


def as_told(certificate: Erasure) -> dict[str, Any]:
    """A certificate for machines: no name of a child, and no word of one."""
    return {
        "number": str(certificate.number),
        "authority": certificate.authority_id,
        "authority_name": certificate.authority.name,
        **{name: getattr(certificate, name) for name in PLAIN},
        **{name: getattr(certificate, name).isoformat() for name in DAYS},
        "erased_at": certificate.erased_at.isoformat(),
        "keyrings": [str(each) for each in certificate.keyrings],
        "data_keys": [str(each) for each in certificate.data_keys],
    }


def write(file: Path, *, at: datetime) -> int:
    """Write the list of all that was erased into a file; gives how many there are."""
    every = list(Erasure.objects.select_related("authority").order_by("erased_at", "pk"))
    told = {
        KIND: VERSION,
        "written_at": at.isoformat(timespec="seconds"),
        "erased": [as_told(each) for each in every],
    }
    # A list that broke off must not pass for a short one.
    beside = file.with_name(f"{file.name}.new")
    beside.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    beside.replace(file)
    return len(every)


def read(file: Path) -> list[Erasure]:
    """The certificates on a list, none of them saved. Raises NotAList."""
    try:
        told = json.loads(file.read_text())
        if told[KIND] != VERSION:
            raise NotAList(f"{file} is a list of a newer Returnhome: use that one.")
        return [_certificate(each) for each in told["erased"]]
    except OSError as error:
        raise NotAList(f"{file} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotAList(f"{file} is no list of what was erased.") from None


def _certificate(told: dict[str, Any]) -> Erasure:
    return Erasure(
        number=UUID(told["number"]),
        authority_id=int(told["authority"]),
        **{name: told[name] for name in PLAIN},
        **{name: date.fromisoformat(told[name]) for name in DAYS},
        erased_at=datetime.fromisoformat(told["erased_at"]),
        keyrings=[UUID(each) for each in told["keyrings"]],
        data_keys=[UUID(each) for each in told["data_keys"]],
    )


def carry_out(listed: list[Erasure], *, by: Person, at: datetime) -> Done:
    """Erase whatever of the list is here again, as the owner of the tables. Raises NotAList."""
    known = set(Authority.objects.values_list("pk", flat=True))
    if any(each.authority_id not in known for each in listed):
        raise NotAList("The list names a council that is not here: it is of another installation.")
    rows = [erasing.erase_anew(each, by=by, at=at) for each in listed]
    left = [each.number for each in listed if not erasing.is_gone(each)]
    return Done(len(listed), sum(1 for each in rows if each), sum(rows), left)
