"""How tests type into forms and read pages."""

import re
from datetime import datetime
from html import unescape
from typing import Any

from returnhome.rules.clock import LONDON


def typed_at(name: str, at: datetime) -> dict[str, str]:
    """A UK day and time in the boxes of one field."""
    local = at.astimezone(LONDON)
    parts = {"day": local.day, "month": local.month, "year": local.year, "time": f"{local:%H:%M}"}
    return {f"{name}-{part}": str(value) for part, value in parts.items()}


def words_of(response: Any) -> str:
    """The page as it is read: without its tags, one space between words."""
    page = response.content.decode()
    page = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", " ", page)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
