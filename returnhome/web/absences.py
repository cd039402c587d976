"""Who is absent now, in words that stand beside a name; why is nobody's business."""

from collections.abc import Iterable
from datetime import datetime

from returnhome.casework.rotas import Absence
from returnhome.web import pages


def of(people: Iterable[int | None], now: datetime) -> dict[int, str]:
    """Person → “Absent until 1 December”, of those who are absent now. One query, or none."""
    ids = {pk for pk in people if pk is not None}
    if not ids:
        return {}
    longest: dict[int, datetime | None] = {}
    absent = Absence.objects.during(now).filter(person__in=ids)
    for pk, ends_at in absent.values_list("person_id", "ends_at").order_by("pk"):
        known = longest.get(pk, ends_at)
        longest[pk] = max(known, ends_at) if known and ends_at else None
    return {pk: f"Absent until {_until(ends_at, now)}" for pk, ends_at in longest.items()}


def named(name: str, absent: str) -> str:
    """The name as a choice offers it: Bryn Hughes (absent until 1 December)."""
    return f"{name} ({absent[:1].lower()}{absent[1:]})" if absent else name


def _until(ends_at: datetime | None, now: datetime) -> str:
    if ends_at is None:
        return "further notice"
    if pages.day(ends_at) == pages.day(now):
        return f"{pages.clock_time(ends_at)} today"
    words = pages.day(ends_at)
    return words.removesuffix(f" {pages.day(now)[-4:]}")
