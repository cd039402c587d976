"""What the guidance says: pure rules, kept apart from tables, pages and clocks."""

from collections.abc import Callable
from typing import ParamSpec

Facts = ParamSpec("Facts")


class Blocked(Exception):
    """The one base of every "you cannot do that yet".

    `sentence` is what a caseworker reads, `field` the form field it belongs to, where there is one.
    """

    sentence = "This cannot be done yet."
    field: str | None = None

    def __init__(self, sentence: str | None = None, *, field: str | None = None) -> None:
        self.sentence = sentence or type(self).sentence
        self.field = field or type(self).field
        super().__init__(self.sentence)

    def __str__(self) -> str:
        return self.sentence


def allowed(check: Callable[Facts, None]) -> Callable[Facts, bool]:
    """The question that belongs to a check: `can_make = allowed(check_can_make)`."""

    def can(*args: Facts.args, **kwargs: Facts.kwargs) -> bool:
        try:
            check(*args, **kwargs)
        except Blocked:
            return False
        return True

    can.__name__ = check.__name__.removeprefix("check_")
    can.__doc__ = f"Whether `{check.__name__}` lets it through."
    return can
