"""Where a child was found, as somebody said and somebody noted: rows are added, the newest stands.

A place can tell as much as an address. What says a protected address of the child has no postcode
in the plain, and its area alone is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models, transaction
from django.db.models import Case, Q, When

from returnhome.casework import bulk, episodes, journal, places
from returnhome.casework.children import Address, Child, Placement
from returnhome.casework.episodes import Episode
from returnhome.casework.places import Authority
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import ANSWERING, Organisation, Person
from returnhome.rules import found_places as rules
from returnhome.rules.access import Verb
from returnhome.rules.found_places import FoundIn, NoPostcode, Said, SaidBy
from returnhome.rules.naming import folded_postcode, written_postcode

LONGEST_WORDS = 300


class FoundPlaceQuerySet(models.QuerySet["FoundPlace"]):
    def visible_to(self, person: Person) -> "FoundPlaceQuerySet":
        """Whoever answers for the episode, for the council or for whoever interviews."""
        return self.filter(
            person.whose(Verb.SEE_EPISODE, *ANSWERING, of="episode__", child="episode__child")
        )

    def about(self, episode: Episode) -> "FoundPlaceQuerySet":
        """Of this episode, and of what was told of the same time by somebody else."""
        return self.filter(Q(episode=episode) | Q(episode__same_as=episode))

    def in_order(self) -> "FoundPlaceQuerySet":
        return self.order_by("noted_at", "pk")

    def newest_first(self, episode: Episode) -> "FoundPlaceQuerySet":
        """What was said of the episode itself stands before what came with another."""
        own = Case(When(episode=episode, then=0), default=1)
        return self.order_by(own, "-noted_at", "-pk")


class FoundPlace(models.Model):
    """What somebody said of the place. Rows are added, never changed; the newest stands.

    `source`: who told us, by name, as beside the four times; `said_by`: who knows it.
    """

    sealed_under = "episode"

    episode = models.ForeignKey(
        Episode, models.PROTECT, related_name="found_places", db_index=False
    )
    found_in = models.CharField(max_length=20)
    postcode = models.CharField(max_length=8, default="")
    authority = models.ForeignKey(
        Authority, models.PROTECT, null=True, related_name="+", db_index=False
    )
    words = SealedText()
    # What says a protected address of the child has its postcode in here, and none in the plain.
    is_protected = models.BooleanField(default=False)
    sealed_postcode = SealedText()
    said_by = models.CharField(max_length=20)
    source = models.CharField(max_length=120)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)

    objects = FoundPlaceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    Q(authority__isnull=False) | ~Q(postcode="") | Q(is_protected=True),
                    found_in="place",
                )
                | Q(
                    found_in__in=["abroad", "not_known"],
                    authority=None,
                    postcode="",
                ),
                name="a_place_found_is_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(postcode="")
                | Q(postcode__regex=r"^([A-Z]{1,2}[0-9][A-Z0-9]?|GIR)[0-9][A-Z]{2}$"),
                name="a_place_found_has_a_postcode_well_formed",
            ),
            models.CheckConstraint(
                condition=Q(is_protected=False) | Q(postcode=""),
                name="a_protected_place_found_has_no_plain_postcode",
            ),
            models.CheckConstraint(
                condition=Q(said_by__in=["police", "carer", "child", "other"]),
                name="somebody_said_where",
            ),
        ]
        indexes = [models.Index(fields=["episode", "-noted_at"], name="found_place_newest")]

    @property
    def whole_postcode(self) -> str:
        return self.postcode or self.sealed_postcode

    @property
    def said(self) -> Said:
        """What was said of the place, as the rules read it."""
        return Said(
            found_in=FoundIn(self.found_in),
            postcode=self.whole_postcode,
            area=self.authority.name if self.authority else "",
            words=self.words,
            said_by=SaidBy(self.said_by),
        )


@dataclass(frozen=True)
class Where:
    """A place as somebody gives it: the postcode as it is written, the area where it is named."""

    found_in: FoundIn = FoundIn.PLACE
    postcode: str = ""
    authority: Authority | None = None
    words: str = ""


# Questions.


def protected_addresses(child: Child) -> list[str]:
    """The protected addresses of a child, as far as whoever acts may see them. One query."""
    placed = Placement.objects.filter(child=child, is_protected=True).values_list("address")
    lives = Address.objects.filter(child=child, is_protected=True).values_list("line")
    return [address for (address,) in placed.union(lives, all=True)]


def known_to(sender: Organisation, those: Iterable[Episode]) -> dict[int, set[str]]:
    """Episode → postcodes that are no news from this sender: what stands, and what it said before.

    What a person has put right is not undone by the sender saying the same again.
    """
    rows = FoundPlace.objects.filter(episode__in=[each.pk for each in those])
    found: dict[int, set[str]] = {}
    seen: set[int] = set()
    for row in rows.order_by("-noted_at", "-pk"):
        is_standing = row.episode_id not in seen
        seen.add(row.episode_id)
        if is_standing or row.source == sender.name[:120]:
            found.setdefault(row.episode_id, set()).add(row.whole_postcode)
    return found


def sender_says(sender: Organisation) -> SaidBy:
    kinds = {Organisation.POLICE: SaidBy.POLICE, Organisation.HOME: SaidBy.CARER}
    return kinds.get(sender.kind, SaidBy.OTHER)


def day_of(episode: Episode) -> date:
    moment = episode.found or episode.returned
    return moment.day if moment else episode.started_on


# The verb.


@transaction.atomic
def say(episode: Episode, where: Where, *, said_by: SaidBy, by: Person, at: datetime) -> FoundPlace:
    """Say where the child was found; what was said before is kept. Raises what the rules block,
    NoPostcode and AlreadyVoided.
    """
    (episode,) = episodes.lock(episode.pk)
    episodes.check_stands(episode)
    postcode = folded_postcode(where.postcode)
    if postcode and not written_postcode(postcode):
        raise NoPostcode
    if where.found_in is not FoundIn.PLACE:
        where, postcode = Where(where.found_in, words=where.words), ""
    there = places.authority_at(postcode, day_of(episode)) if postcode else None
    authority = there or where.authority
    words = where.words.strip()
    known = FoundPlace.objects.about(episode).select_related("authority").newest_first(episode)
    standing = known.first()
    given = Said(
        found_in=where.found_in,
        postcode=postcode,
        area=where.authority.name if where.authority else there.name if there else "",
        words=words,
        said_by=said_by,
    )
    rules.check_can_say(
        given,
        is_open=episode.is_open,
        before=standing.said if standing else None,
        postcode_is_in=there.name if there else "",
    )
    row = _row(episode, postcode, authority, words, protected_addresses(episode.child))
    row.found_in, row.said_by, row.source = where.found_in, said_by, by.name[:120]
    row.noted_at, row.noted_by = at, by
    row.save()
    journal.write("say where found", row, by=by, at=at)
    return row


def _row(
    episode: Episode,
    postcode: str,
    authority: Authority | None,
    words: str,
    protected: Sequence[str],
) -> FoundPlace:
    """The place, with no postcode in the plain where it is a protected address of the child."""
    is_protected = rules.tells_any(protected, postcode=postcode, words=words)
    return FoundPlace(
        episode=episode,
        found_in=FoundIn.PLACE,
        postcode="" if is_protected else postcode,
        sealed_postcode=postcode if is_protected else "",
        authority=authority,
        words=words,
        is_protected=is_protected,
    )


@transaction.atomic
def say_all(
    told: Mapping[Episode, str], *, sender: Organisation, by: Person, at: datetime
) -> list[FoundPlace]:
    """Take the postcodes that a sender says of many episodes, each of which is news.

    A sender may say where before it says when. Five queries.
    """
    if not told:
        return []
    lines = places.lines_at(told.values())
    hidden = _protected_of(told)
    said_by = sender_says(sender)
    rows = []
    for episode, postcode in told.items():
        authority = lines[postcode].on(day_of(episode))
        folded = folded_postcode(postcode)
        row = _row(episode, folded, authority, "", hidden.get(episode.child_id, ()))
        row.said_by, row.source = said_by, sender.name[:120]
        row.noted_at, row.noted_by = at, by
        rows.append(row)
    bulk.insert(rows)
    journal.write_all("say where found", rows, by=by, at=at)
    return rows


def _protected_of(those: Iterable[Episode]) -> dict[int, list[str]]:
    """Child → their protected addresses. Two queries."""
    children = {each.child_id for each in those}
    placed = Placement.objects.filter(child__in=children, is_protected=True)
    lives = Address.objects.filter(child__in=children, is_protected=True)
    found: dict[int, list[str]] = {}
    for child, address in (
        *placed.values_list("child_id", "address"),
        *lives.values_list("child_id", "line"),
    ):
        found.setdefault(child, []).append(address)
    return found
