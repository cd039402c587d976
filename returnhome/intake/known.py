"""An episode that a sender has told of before: in the ledger, or about to be opened there."""

from datetime import timedelta

from returnhome.casework import episodes
from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode, Opening, Span
from returnhome.casework.owners import Owners
from returnhome.casework.places import Authority
from returnhome.intake.parsing import Row
from returnhome.rules.clock import Moment
from returnhome.rules.codes import EpisodeKind
from returnhome.rules.naming import folded, folded_postcode

# A correction moves a time by less than that, as seen from the times known before.
APART = timedelta(days=1)


class Known:
    """What the episode holds after the rows so far, without asking the database again.

    One that is about to be opened has no `episode` yet, and its child may have no number.
    """

    def __init__(self, child: Child, responsible: Authority) -> None:
        self.child, self.responsible = child, responsible
        self.episode: Episode | None = None
        self.opening: Opening | None = None
        self.row: Row | None = None
        self.moments: dict[str, Moment | None] = {}
        self.kind, self.risk = "", ""
        # Postcodes of where the child was found that are no news from this sender.
        self.found_in: set[str] = set()

    @classmethod
    def of(cls, episode: Episode) -> "Known":
        known = cls(episode.child, episode.responsible_authority)
        known.episode = episode
        known.moments = {name: episode.moment(name) for name in episodes.INSTANTS}
        known.kind, known.risk = episode.kind, episode.risk
        return known

    @classmethod
    def to_open(cls, child: Child, row: Row, owners: Owners) -> "Known":
        """Raises episodes.OutOfOrder where the row's times cannot follow each other so."""
        known = cls(child, owners.responsible_authority)
        known.moments = {name: getattr(row, name) for name in episodes.INSTANTS}
        known.kind, known.risk = row.kind or EpisodeKind.MISSING, row.risk or ""
        known.row = row
        episodes.check_order(known.moments)
        known.opening = Opening(child, EpisodeKind(known.kind), known.moments, owners, row.risk)
        return known

    @property
    def is_pending(self) -> bool:
        return self.episode is None

    @property
    def key(self) -> int:
        """Its episode's number; while it has none, one that no episode has."""
        return self.episode.pk if self.episode else -id(self)

    @property
    def span(self) -> Span:
        return episodes.span(self.moments)

    @property
    def authorities(self) -> dict[str, int | None]:
        """Whose it is, for the notification that it rests on."""
        held = self.episode or (self.opening and self.opening.owners)
        assert held
        if isinstance(held, Episode):
            return {
                "responsible_authority_id": held.responsible_authority_id,
                "host_authority_id": held.host_authority_id,
                "provider_id": held.provider_id,
            }
        return {
            "responsible_authority_id": held.responsible_authority.pk,
            "host_authority_id": held.host_authority.pk if held.host_authority else None,
            "provider_id": held.provider.pk if held.provider else None,
        }

    def doubt(self, row: Row) -> str:
        """Why the row can hardly be about this episode: a force does use a reference again."""
        is_named_so = folded(f"{row.forename} {row.surname}") == self.child.folded_name
        if row.born and self.child.born_on not in (None, row.born) and not is_named_so:
            return f"The reference {row.reference} stands for another child here"
        if self._is_another_time(row):
            return f"The reference {row.reference} stands for another time here"
        return ""

    def _is_another_time(self, row: Row) -> bool:
        if row.last_seen is None:
            return False
        began, ended = self.moments["last_seen"], self.moments["returned"] or self.moments["found"]
        told_end = row.returned or row.found
        is_after = ended is not None and row.last_seen.earliest > ended.latest + APART
        is_before = (
            began is not None and told_end is not None and told_end.latest < began.earliest - APART
        )
        return is_after or is_before

    def is_news(self, name: str, moment: Moment) -> bool:
        """Whether the moment says more than is known; a time known less well says nothing new."""
        held = self.moments[name]
        if held is None:
            return True
        knows_less = moment.earliest <= held.earliest and held.latest <= moment.latest
        return moment != held and not knows_less

    def is_found_anew(self, postcode: str) -> bool:
        """Whether the postcode of where the child was found is news; a blank never is."""
        return bool(postcode) and folded_postcode(postcode) not in self.found_in

    def lacks_what_is_said_of_the_child(self, row: Row) -> bool:
        return bool(
            (row.born and not self.child.born_on)
            or (row.forename and not self.child.forename)
            or (row.surname and not self.child.surname)
        )
