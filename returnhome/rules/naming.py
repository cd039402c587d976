"""When two spellings of a name, or of a postcode, are the same.

Source: Unicode Standard Annex 15 (compatibility composition); BS 7666 (a postcode's last three).
"""

import re
import unicodedata
from functools import lru_cache

_APOSTROPHES = "'’‘‛`´ʼʻʹʽʾʿˈ′‵"
_HYPHENS = "-‐‑‒–—―−﹣－⁃˗"
_ONE_FORM = str.maketrans(
    {**dict.fromkeys(_APOSTROPHES, "'"), **dict.fromkeys(_HYPHENS, "-")}
)  # before composing, which would turn “´” into a space and an accent

# Letters that do not come apart into a letter and an accent.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "ħ": "h", "æ": "ae", "œ": "oe", "þ": "th"}
)

_IN_TEXT = re.compile(r"\b[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}\b")
_POSTCODE = re.compile(r"(?:[A-Z]{1,2}[0-9][A-Z0-9]?|GIR)(?:[0-9][A-Z]{2})")


def folded(name: str) -> str:
    """One form of a name for exact matching: “ O’BRIEN” and “O'Brien” are the same.

    Case, the form of apostrophes and hyphens, spaces and composition are set aside; letters are
    not: “Zoë” and “Zoe” stay apart, because only a person can say that they are one child.
    """
    if name.isascii() and name.isprintable():
        return " ".join(name.lower().replace("`", "'").split())
    text = "".join(c for c in name.translate(_ONE_FORM) if not _is_invisible(c))
    # Folding case can undo the composition and composing can bring capitals back; twice settles it.
    for _ in range(2):
        text = unicodedata.normalize("NFKC", text).translate(_ONE_FORM).casefold()
    return " ".join(unicodedata.normalize("NFKC", text).split())


@lru_cache(100_000)
def bare(name: str) -> str:
    """A name as it is compared, not kept: “Zoë O’Brien-Lee” is “zoe obrien lee”."""
    text = folded(name)
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text.translate(_LETTERS))
        text = "".join(c for c in parts if not unicodedata.combining(c))
    return " ".join(text.replace("'", "").replace(".", " ").replace("-", " ").split())


def says(text: str, forename: str, surname: str) -> bool:
    """Whether a text says the child's name: a forename with its capital, a surname anyhow.

    “Hope” is a name and “we hope” is none.
    """
    said = re.findall(r"\w+", text.translate(_ONE_FORM))
    capitals = {folded(word) for word in said if word[0].isupper()}
    known = set(re.findall(r"\w+", folded(forename))) & capitals
    known |= set(re.findall(r"\w+", folded(surname))) & {folded(word) for word in said}
    return any(len(word) > 1 for word in known)


def folded_postcode(text: str) -> str:
    """A postcode's letters and digits, in capitals: “ls1 1ur” and “LS11UR” are the same."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).upper() if c.isalnum())


def written_postcode(text: str) -> str:
    """A postcode as it is written, “LS1 1UR”; empty when the text has not a postcode's shape."""
    folded_text = folded_postcode(text)
    if not _POSTCODE.fullmatch(folded_text):
        return ""
    return f"{folded_text[:-3]} {folded_text[-3:]}"


def postcode_in(text: str) -> str:
    """The last postcode that stands in a text, “LS1 1UR”; empty where none does."""
    found = _IN_TEXT.findall(unicodedata.normalize("NFKC", text))
    return written_postcode(found[-1]) if found else ""


def _is_invisible(character: str) -> bool:
    # Soft hyphens, zero-width marks and the like: a name copied from a web page carries them.
    return unicodedata.category(character) in ("Cf", "Cc") and not character.isspace()
