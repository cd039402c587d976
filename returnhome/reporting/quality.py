"""How good records are: what samples of them scored against the standard, and what comes up.

Counts alone: no record, author or child is named, and no comment is read.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count as CountOf

from returnhome.casework import acting
from returnhome.casework.reviews import Sample, Sampled, Score, Scoring
from returnhome.casework.staff import Person
from returnhome.rules.access import Verb
from returnhome.rules.measures import Count
from returnhome.rules.reviewing import Criterion, Mark, Theme

HEADER = ("kind", "code", "numerator", "denominator", "value")


@dataclass(frozen=True)
class Quality:
    """What samples found whose last day is from `first` to `last`, both included."""

    first: date
    last: date
    samples: int
    drawn: int
    scored: int
    marks: Mapping[tuple[Criterion, Mark], int]
    seen: Mapping[Theme, int]

    def number(self, criterion: Criterion, mark: Mark) -> int:
        return self.marks.get((criterion, mark), 0)

    @property
    def met(self) -> dict[Criterion, Count]:
        """Of the records to which a criterion applied, how many met it."""
        applied = (Mark.MET, Mark.PARTLY, Mark.NOT_MET)
        return {
            each: Count(
                self.number(each, Mark.MET), sum(self.number(each, mark) for mark in applied)
            )
            for each in Criterion
        }

    @property
    def themes(self) -> dict[Theme, Count]:
        """Those that came up, most often first: each out of the records scored."""
        theirs = sorted(Theme, key=lambda each: -self.seen.get(each, 0))
        return {each: Count(self.seen[each], self.scored) for each in theirs if self.seen.get(each)}

    def rows(self) -> Iterator[tuple[str, str, int, int | None, float | None]]:
        """Kind, code, numerator, denominator, value; the value of a count is the count."""
        for name, number in (
            ("samples", self.samples),
            ("drawn", self.drawn),
            ("scored", self.scored),
        ):
            yield "records", name, number, None, number
        for criterion, count in self.met.items():
            yield "criterion", criterion, count.numerator, count.denominator, count.value
            for mark in Mark:
                number = self.number(criterion, mark)
                share = Count(number, self.scored)
                yield f"marked {mark}", criterion, number, self.scored, share.value
        for theme, count in self.themes.items():
            yield "theme", theme, count.numerator, count.denominator, count.value


def organisations_of(person: Person) -> frozenset[int]:
    """Those of whose samples the person may see the figures."""
    verbs = (Verb.DRAW_SAMPLE, Verb.SEE_FIGURES)
    return frozenset(pk for verb in verbs for pk in person.may_for(verb)[1])


@acting.as_system(acting.REPORTING)
def of_samples(
    organisations: frozenset[int], first: date, last: date, *, interviewed_by: int | None = None
) -> Quality:
    """What was found in the samples of these organisations. Four queries.

    `interviewed_by`: of the records of one organisation's interviewers alone.
    """
    within = {"organisation_id__in": organisations, "last__gte": first, "last__lte": last}

    def below(way: str) -> dict[str, Any]:
        found = {f"{way}sample__{name}": value for name, value in within.items()}
        if interviewed_by is not None:
            found[f"{way}interview__organisation"] = interviewed_by
        return found

    scores = Score.objects.filter(**below("scoring__sampled__"))
    marks = scores.order_by().values_list("criterion", "mark").annotate(CountOf("pk"))
    scorings = Scoring.objects.filter(**below("sampled__"))
    themes = list(scorings.values_list("themes", flat=True))
    return Quality(
        first=first,
        last=last,
        samples=Sample.objects.filter(**within).count(),
        drawn=Sampled.objects.filter(**below("")).count(),
        scored=len(themes),
        marks={(Criterion(criterion), Mark(mark)): number for criterion, mark, number in marks},
        seen=Counter(Theme(each) for row in themes for each in row),
    )
