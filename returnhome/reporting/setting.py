"""Words set on A4 by typst, as a tagged PDF (PDF/UA-1): what people typed is data, never code."""

import json
import re

import typst

# Beyond these scripts its typefaces may have no sign, and a tagged paper must not lack one.
LATIN, GREEK = r"\n -~\u00a0-\u024f", r"\u0386-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce"
UNSET = re.compile(rf"[^{LATIN}{GREEK}\u0400-\u045f\u2010-\u2027€]")


def pdf(setting: bytes, name: str, words: object, **drawn: str) -> bytes:
    """The words, which the setting knows by that name, on paper; `drawn` are pictures as SVG.

    The same words give the same bytes, whenever and on whatever machine. A sign that no typeface
    here has stands as an empty box.
    """
    try:
        return _set(setting, {name: json.dumps(words), **drawn})
    except typst.TypstError:
        return _set(setting, {name: json.dumps(in_known_signs(words)), **drawn})


def _set(setting: bytes, inputs: dict[str, str]) -> bytes:
    return typst.compile(
        setting, sys_inputs=inputs, pdf_standards=["ua-1"], ignore_system_fonts=True
    )


def in_known_signs(value: object) -> object:
    """The same words, an empty box for every sign that no typeface here has."""
    if isinstance(value, str):
        return UNSET.sub("□", value)
    if isinstance(value, dict):
        return {key: in_known_signs(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [in_known_signs(each) for each in value]
    return value
