"""Who can hold an interview, with their training and checks beside their names."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from returnhome.casework.episodes import Episode
from returnhome.casework.staff import Credential, Organisation, Person, PersonQuerySet
from returnhome.rules import interviewing
from returnhome.rules.access import Relation, Verb
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import CredentialKind
from returnhome.web import pages


@dataclass(frozen=True)
class Interviewer:
    """One who can be booked. `credentials` are the newest of each kind."""

    person: Person
    credentials: tuple[Credential, ...]

    @property
    def named(self) -> str:
        """Name and organisation."""
        organisation = self.person.organisation
        return f"{self.person.name}, {organisation.name}" if organisation else self.person.name

    @property
    def _next_due(self) -> dict[CredentialKind, date | None]:
        return {CredentialKind(one.kind): one.next_due_on for one in self.credentials}

    @property
    def training_due(self) -> date | None:
        return interviewing.good_until(self._next_due, CredentialKind.INTERVIEWING)

    @property
    def checks_due(self) -> date | None:
        return interviewing.good_until(self._next_due, CredentialKind.DBS)

    def in_words(self, today: date) -> str:
        """Training and checks: when last done, when next due."""
        if not self.credentials:
            return "No training or checks are recorded."
        return " ".join(f"{in_words(one, today)}." for one in self.credentials)


def in_words(credential: Credential, today: date) -> str:
    """Enhanced DBS check: done 3 March 2025, next due 3 March 2028."""
    label = CredentialKind(credential.kind).label
    done = f"{label}: done {pages.day(credential.done_on, short=True)}"
    if credential.next_due_on is None:
        return done
    due = pages.day(credential.next_due_on, short=True)
    return f"{done}, {'overdue since' if credential.is_out_of_date(today) else 'next due'} {due}"


def of_people(people: Iterable[Person]) -> list[Interviewer]:
    """The people with their training and checks: one query for all."""
    people = list(people)
    by_person: dict[int, list[Credential]] = {}
    for credential in Credential.objects.filter(person__in=people).newest_of_each_kind():
        by_person.setdefault(credential.person_id, []).append(credential)
    order = list(CredentialKind)
    for credentials in by_person.values():
        credentials.sort(key=lambda one: order.index(CredentialKind(one.kind)))
    return [Interviewer(person, tuple(by_person.get(person.pk, ()))) for person in people]


def of_episode(episode: Episode, asked_by: Person) -> list[Interviewer]:
    """Interviewers of the council that answers for the child and of its provider, by name.

    A council or provider that was asked books its own people: whom the other has is not its matter.
    """
    if not asked_by.may_about(episode, Verb.BOOK, Relation.RESPONSIBLE):
        own = Person.objects.interviewing_for(asked_by.reach.organisations).at_work().by_name()
        return of_people(_let_in(own, episode))
    councils = Organisation.objects.filter(
        Q(authority_id=episode.responsible_authority_id) | Q(pk=episode.provider_id)
    )
    # A council that took over another's records interviews for those children too.
    organisations = {*councils.values_list("pk", flat=True), *asked_by.reach.organisations}
    people = Person.objects.interviewing_for(organisations).at_work().by_name()
    return of_people(_let_in(people, episode))


def _let_in(people: PersonQuerySet, episode: Episode) -> list[Person]:
    """Those whom no list of a restricted record keeps out."""
    return [each for each in people.with_posts() if not each.is_shut_out_of(episode.child_id)]


def today(now: datetime) -> date:
    """The UK day."""
    return now.astimezone(LONDON).date()
