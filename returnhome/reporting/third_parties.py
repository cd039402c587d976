"""What in a child's whole record may be about somebody else: proposals, for a person to decide on.

Known names are found whole, by surname, by nickname and as a slip of the pen writes them; numbers,
e-mail addresses and postcodes by their shape. Colleagues and bodies are not marked: what people did
in their work for the child is given.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from returnhome.casework import composing, together
from returnhome.casework.children import Address, Child, Identifier, Placement
from returnhome.casework.declines import CarersAsked
from returnhome.casework.episodes import Episode
from returnhome.casework.mentions import Mention
from returnhome.casework.record_requests import alike
from returnhome.casework.staff import Organisation, Person
from returnhome.casework.tellings import Telling
from returnhome.reporting.whole_record import Line
from returnhome.rules.marking import Known, Mark, Marking, MarkKind, split
from returnhome.rules.naming import bare
from returnhome.rules.subject_access import RequestKind

TOLD = "Somebody who was told, or was asked, about the child"


def marks(
    child: Child, lines: Sequence[Line], kind: RequestKind, person: Person
) -> Mapping[int, Sequence[Mark]]:
    """By the place of a line, where somebody else may be named in what people wrote."""
    own = [] if kind is RequestKind.FOI else composing.names_of(child)
    known = [*_known(child, person)]
    if kind is RequestKind.FOI:
        known += [
            Known(name, MarkKind.PERSON, "The child whose record this is", is_name=True)
            for name in composing.names_of(child)
        ]
    marking = Marking(known, own=own)
    found = {
        place: [
            (each, Mark(start + mark.start, start + mark.end, mark.kind, mark.why))
            for start, each in line.written()
            for mark in marking.marks(each.words)
        ]
        for place, line in enumerate(lines)
    }
    away = _Away(child, kind)
    # What looks like a name where somebody wrote is one wherever the product has put it since.
    likely = {
        alike(lines[place].text[mark.start : mark.end])
        for place, those in found.items()
        for each, mark in those
        if each.is_written and mark.kind is MarkKind.LIKELY
    }
    asked = {
        place: [
            mark
            for each, mark in those
            if away.asks(said := lines[place].text[mark.start : mark.end], mark)
            and (each.is_written or mark.kind is not MarkKind.LIKELY or alike(said) in likely)
        ]
        for place, those in found.items()
    }
    return {place: those for place, those in asked.items() if those}


class _Away:
    """What is about nobody else: colleagues and bodies, the child’s own homes and numbers."""

    def __init__(self, child: Child, kind: RequestKind) -> None:
        self.in_role = _in_role()
        # To the public the child’s own are somebody’s too.
        self.own = frozenset() if kind is RequestKind.FOI else _own_of(child)

    def asks(self, said: str, mark: Mark) -> bool:
        if mark.kind is MarkKind.RELATION:
            # Who their own brother is, the child knows.
            return False
        if mark.kind is MarkKind.LIKELY:
            return not _all_in(said, self.in_role)
        return mark.kind not in (MarkKind.PLACE, MarkKind.NUMBER) or alike(said) not in self.own


def _known(child: Child, person: Person) -> Iterator[Known]:
    """Who and what is known to be about others; hidden addresses before all else."""
    yield from composing.protected(person)
    ids = [child.pk, *child.joined.values_list("pk", flat=True)]
    for episode in Episode.objects.visible_to(person).filter(child__in=ids):
        for name in together.names_for(episode, person):
            yield Known(name, MarkKind.OTHER_CHILD, "A child who went too", is_name=True)
    told = Mention.objects.visible_to(person).filter(interview__child__in=ids).current()
    for row in told:
        yield from composing.of_told(row)
    for words in (
        *Telling.objects.visible_to(person)
        .filter(episode__child__in=ids)
        .values_list("name", flat=True),
        *CarersAsked.objects.visible_to(person)
        .filter(episode__child__in=ids)
        .values_list("whom", flat=True),
    ):
        for name in _names_in(words):
            yield Known(name, MarkKind.PERSON, TOLD, is_name=True)
    # Of foster carers the name of the home is their own.
    homes = Placement.objects.visible_to(person).filter(child__in=ids, home__isnull=False)
    for name in homes.values_list("home__name", flat=True).distinct():
        yield Known(name, MarkKind.PERSON, "The home or the carers")


def _names_in(words: str) -> Iterator[str]:
    """What has a capital in who was told: of “her mum, Dawn Ash” it is Dawn Ash."""
    run: list[str] = []
    for word in [*split(words), None]:
        if word and word.has_capital and len(word.bare) > 1:
            run.append(word.written)
        elif run:
            yield " ".join(run)
            run = []


def _in_role() -> frozenset[str]:
    """Words of the names of colleagues and bodies, by which nobody else is likely meant."""
    names = (
        *Person.objects.values_list("name", flat=True),
        *Organisation.objects.exclude(kind=Organisation.HOME).values_list("name", flat=True),
    )
    return frozenset(word for name in names for word in bare(name).split())


def _all_in(said: str, words: Iterable[str]) -> bool:
    return all(word.bare in words for word in split(said))


def _own_of(child: Child) -> frozenset[str]:
    """The child's own numbers, homes and placements, as far as these are not protected."""
    theirs = {"child": child, "is_protected": False}
    found = [
        *Address.objects.filter(**theirs).values_list("line", "postcode"),
        *Placement.objects.filter(**theirs).values_list("address", "postcode"),
        *Identifier.objects.filter(child=child).values_list("value", "issuer"),
    ]
    return frozenset(
        joined
        for pair in found
        for words in pair
        if words
        for joined in (alike(words), alike(words).replace(" ", ""))
    )
