"""Councils' registers of the children they know, each with numbers of its own."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import Coalesce

from returnhome.casework import bulk, children
from returnhome.casework.children import Child, Circumstances, Identifier
from returnhome.casework.places import Authority
from returnhome.casework.staff import Organisation, Person
from returnhome.rules import Blocked
from returnhome.rules.naming import folded


def numbers_of(child_ids: Iterable[int]) -> dict[int, str]:
    """The number by which a council's register knows each of these children, where one does.

    Of several, that of the council that answers for the child.
    """
    known = Identifier.objects.filter(kind=Identifier.REGISTER, child_id__in=list(child_ids))
    own = "child__responsible_authority"
    is_own = ExpressionWrapper(
        Q(issuer=Coalesce(f"{own}__gss_code", f"{own}__name")), BooleanField()
    )
    return dict(known.order_by(is_own, "-pk").values_list("child_id", "value"))


def issuer(authority: Authority) -> str:
    """By what name a council stands beside the numbers of its register."""
    return authority.gss_code or authority.name


class NumberTaken(Blocked):
    """A register's number that is another child's: neither name nor birth date is the same."""

    def __init__(self, number: str, child: Child) -> None:
        self.child = child
        super().__init__(
            f"The child_id {number} is that of another child, of another name and birth date"
        )


@dataclass(frozen=True)
class Entry:
    """A child as a council's register has it.

    For a looked-after child the postcode and `lives_in` are those of the placement. `register_of`
    is the council whose register it is; without, each child's own council's.
    """

    register_id: str
    forename: str
    surname: str
    born_on: date | None
    sex: str
    postcode: str
    lives_in: Authority
    looked_after_by: Authority | None
    provider: Organisation | None = None
    register_of: Authority | None = None

    @property
    def there(self) -> Circumstances:
        return Circumstances(self.looked_after_by, self.lives_in, self.lives_in)

    @property
    def issuer(self) -> str:
        return issuer(self.register_of or self.looked_after_by or self.lives_in)

    def is_like(self, child: Child) -> bool:
        """Whether a name or a birth date says that it may be this child."""
        return self._has_name_of(child) or self._is_born_with(child)

    def is_certainly(self, child: Child) -> bool:
        return self._has_name_of(child) and self._is_born_with(child)

    def _has_name_of(self, child: Child) -> bool:
        return child.folded_name == folded(f"{self.forename} {self.surname}")

    def _is_born_with(self, child: Child) -> bool:
        return self.born_on is not None and child.born_on == self.born_on


@transaction.atomic
def enter(*, by: Person, at: datetime, **entry: Any) -> tuple[Child, bool]:
    """Load a known child from a council's register; the same id again changes nothing.

    `entry`: as `Entry` has it. Gives the child and whether it was new. Raises NumberTaken.
    """
    registered = enter_all([Entry(**entry)], by=by, at=at)[0]
    if isinstance(registered, NumberTaken):
        raise registered
    return registered


Entered = tuple[Child, bool] | NumberTaken


@transaction.atomic
def enter_all(entries: Sequence[Entry], *, by: Person, at: datetime) -> list[Entered]:
    """The same of many, in their order; what cannot be is told in its place and not raised."""
    known = _Numbered(entries)
    new: list[tuple[Child, Entry]] = []
    found: list[Entered] = []
    for entry in entries:
        child = known.child_of(entry)
        if child is None:
            child = known.note(entry, _drafted(entry, by=by, at=at))
            new.append((child, entry))
            found.append((child, True))
        elif entry.is_like(child):
            found.append((child, False))
        else:
            found.append(NumberTaken(entry.register_id, child))
    children.open_all([child for child, _ in new], by=by, at=at)
    bulk.insert(
        [
            Identifier(
                child=child,
                kind=Identifier.REGISTER,
                issuer=entry.issuer,
                value=entry.register_id,
            )
            for child, entry in new
        ]
    )
    children.settle_all([(child, entry.there, entry.postcode) for child, entry in new])
    return found


class _Numbered:
    """Whom registers know by the numbers of these entries."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        numbers = [entry.register_id for entry in entries]
        held = Identifier.objects.filter(kind=Identifier.REGISTER, value__in=numbers)
        self._known: defaultdict[str, dict[str, Child]] = defaultdict(dict)
        for each in held.select_related("child").order_by("pk"):
            self._known[each.value][each.issuer] = each.child

    def child_of(self, entry: Entry) -> Child | None:
        """Its council's child of that number.

        A list of several councils' children has a child under another council once the child's
        own council changes: then name and birth date say that it is the same.
        """
        known = self._known[entry.register_id]
        own = known.get(entry.issuer)
        if entry.register_of or (own and entry.is_like(own)):
            return own
        same = (child for child in known.values() if entry.is_certainly(child))
        return next(same, own)

    def note(self, entry: Entry, child: Child) -> Child:
        self._known[entry.register_id][entry.issuer] = child
        return child


def _drafted(entry: Entry, *, by: Person, at: datetime) -> Child:
    elsewhere = entry.looked_after_by is not None and entry.looked_after_by != entry.lives_in
    return children.draft(
        forename=entry.forename,
        surname=entry.surname,
        born_on=entry.born_on,
        sex=entry.sex,
        responsible_authority=entry.looked_after_by or entry.lives_in,
        host_authority=entry.lives_in if elsewhere else None,
        provider=entry.provider,
        is_confirmed=True,
        by=by,
        at=at,
    )
