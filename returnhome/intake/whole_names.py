"""A name that stands in one cell, parted into forename and surname.

Source: how forces write them: “SMITH, Jo”, “Jo SMITH”, “SMITH Jo”, “Jo Smith”, and behind it a
remark or the birth date.
"""

import re

_TITLES = re.compile(r"^(?:miss|mrs?|ms|master|mx)\.?\s+", re.IGNORECASE)
_REMARK = re.compile(r"\s*\([^)]*\)\s*$")
_BORN = re.compile(
    r"[\s,]*(?:\b(?:d\.?o\.?b\.?|born)\b:?\s*)?\d{1,4}[/.\-]\d{1,2}[/.\-]\d{2,4}\s*$", re.IGNORECASE
)
# What a surname of several words begins with.
_PARTICLES = {"al", "bin", "da", "de", "del", "den", "der", "di", "dos", "el", "la", "le", "mac",
              "san", "st", "ter", "van", "von"}  # fmt: skip


def parted(text: str, *, is_surname_first: bool = False) -> tuple[str, str]:
    """Forename and surname. A comma or capitals say which is which; else `is_surname_first`."""
    whole = " ".join(_TITLES.sub("", _BORN.sub("", _REMARK.sub("", text.strip()))).split())
    before, comma, after = whole.partition(",")
    if comma:
        return after.strip(), before.strip()
    words = whole.split(" ")
    if len(words) == 1:
        return "", whole
    loud = [_is_loud(word) for word in words]
    if any(loud) and not all(loud):
        if loud[0]:
            first = loud.index(False)
            return " ".join(words[first:]), " ".join(words[:first])
        first = _of_particles(words, loud.index(True))
        return " ".join(words[:first]), " ".join(words[first:])
    if is_surname_first:
        own = (n for n, word in enumerate(words) if word.casefold() not in _PARTICLES)
        end = next(own, 0) + 1
        return " ".join(words[end:]), " ".join(words[:end])
    first = _of_particles(words, len(words) - 1)
    return " ".join(words[:first]), " ".join(words[first:])


def _is_loud(word: str) -> bool:
    """In capitals; an initial is not."""
    letters = [letter for letter in word if letter.isalpha()]
    return len(letters) > 1 and all(letter.isupper() for letter in letters)


def _of_particles(words: list[str], first: int) -> int:
    """Where the surname begins, with the particles before it; a forename always stays."""
    while first > 1 and words[first - 1].casefold() in _PARTICLES:
        first -= 1
    return first
