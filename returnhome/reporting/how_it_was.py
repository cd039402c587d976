"""How the talk was: what children answered to three questions, by council and quarter.

Counts alone, of rows that lead to no child; of a few answers, only that there are few.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count as CountOf

from returnhome.casework import acting
from returnhome.casework.how_it_was import HowItWas
from returnhome.rules.measures import Count
from returnhome.rules.releasing import FEWEST, HOW_IT_WAS, Felt


@dataclass(frozen=True)
class Answers:
    """What was answered in the quarters that begin in these days."""

    said: int
    counted: Mapping[tuple[str, str], int]

    @property
    def are_shown(self) -> bool:
        return self.said >= FEWEST

    def of(self, question: str) -> dict[Felt, Count]:
        """Each answer, out of those who answered the question."""
        answered = sum(self.counted.get((question, each), 0) for each in Felt)
        return {each: Count(self.counted.get((question, each), 0), answered) for each in Felt}


@acting.as_system(acting.REPORTING)
def of_authorities(authorities: frozenset[int], first: date, last: date) -> Answers:
    """How many said what. One query."""
    rows = (
        HowItWas.objects.filter(authority_id__in=authorities)
        .between(first, last)
        .values_list(*HOW_IT_WAS)
        .annotate(CountOf("pk"))
    )
    said, counted = 0, Counter[tuple[str, str]]()
    for *given, number in rows.order_by():
        said += number
        for question, answer in zip(HOW_IT_WAS, given, strict=True):
            if answer:
                counted[question, answer] += number
    return Answers(said, counted)
