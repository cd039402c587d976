"""Which local protocols an authority follows, in which version, from which day to which.

Where it has said nothing of one that the product brings, that one is in force: nobody falls
through because nobody has decided yet. A change is a new version from a day to come.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models, transaction
from django.db.models import F, Func, Q

from returnhome.casework import journal
from returnhome.casework.places import Authority
from returnhome.casework.staff import Organisation, Person
from returnhome.rules import Blocked, protocols
from returnhome.rules.protocols import Protocol, uk_day


class TooSoon(Blocked):
    sentence = "A protocol starts or ends on a day to come: what was called for until then stays."


class FollowedAlready(Blocked):
    sentence = "This version is in force already."


class NotFollowed(Blocked):
    sentence = "This protocol is not in force, so it cannot be ended."


class AnotherStarts(Blocked):
    """A version that is in force, or is to be, from the same day on or later."""

    field = "since"


class EndsFirst(Blocked):
    sentence = "It cannot end before it starts."
    field = "on"


class NoSuchProtocol(Blocked):
    sentence = "There is no such protocol."


class DaysInForce(Func):
    """From the first day in force up to the first on which it is so no more; equal days: none."""

    function = "DATERANGE"
    output_field = DateRangeField()


class LocalProtocolQuerySet(models.QuerySet["LocalProtocol"]):
    def visible_to(self, person: Person) -> "LocalProtocolQuerySet":
        """Those of the person's own council: its rules are no secret to whoever works there."""
        own = Organisation.objects.filter(pk__in=person.reach.organisations)
        return self.filter(authority__in=own.values("authority"))

    def newest_first(self) -> "LocalProtocolQuerySet":
        return self.order_by("key", "-since", "-pk")


class LocalProtocol(models.Model):
    """A protocol in one version, as an authority follows it; `until` is the first day no more.

    `written`: the rules of an own version, as `rules.protocols.as_data` writes them; null where
    it is one that the product brings, which stays code.
    """

    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+")
    key = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    written = models.JSONField(null=True)
    since = models.DateField()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    until = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = LocalProtocolQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True, ended_at__isnull=True, ended_by__isnull=True)
                | Q(until__isnull=False, ended_at__isnull=False, ended_by__isnull=False),
                name="an_ended_protocol_has_time_and_person",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="a_protocol_ends_no_sooner_than_it_starts",
            ),
            models.UniqueConstraint(
                fields=["authority", "key", "version"],
                condition=Q(written__isnull=False),
                name="an_own_version_has_its_own_number",
            ),
            ExclusionConstraint(
                name="one_version_of_a_protocol_at_a_time",
                expressions=[
                    ("authority", RangeOperators.EQUAL),
                    ("key", RangeOperators.EQUAL),
                    (DaysInForce("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    @property
    def is_own(self) -> bool:
        return self.written is not None

    @property
    def never_started(self) -> bool:
        """Ended before its first day came."""
        return self.until is not None and self.until <= self.since

    @property
    def protocol(self) -> Protocol | None:
        """As the rules read it; None where it never started."""
        if self.never_started:
            return None
        if self.written is not None:
            return protocols.from_data(
                self.written,
                key=self.key,
                version=self.version,
                since=self.since,
                until=self.until,
            )
        for seed in protocols.seeds(self.key):
            if seed.version == self.version:
                return Protocol(
                    key=seed.key,
                    name=seed.name,
                    version=seed.version,
                    since=self.since,
                    until=self.until,
                    source=seed.source,
                    rules=seed.rules,
                )
        return None


def followed_by(authority_ids: Iterable[int]) -> dict[int, tuple[Protocol, ...]]:
    """By authority: every protocol it follows or followed, with what nobody has spoken of.

    One query.
    """
    ids = set(authority_ids)
    said: dict[int, dict[str, list[Protocol]]] = {pk: defaultdict(list) for pk in ids}
    for row in LocalProtocol.objects.filter(authority__in=ids).order_by("since", "pk"):
        versions = said[row.authority_id][row.key]
        if protocol := row.protocol:
            versions.append(protocol)
    return {
        pk: (
            *(each for versions in spoken.values() for each in versions),
            *(seed for seed in protocols.PROTOCOLS if seed.key not in spoken),
        )
        for pk, spoken in said.items()
    }


@transaction.atomic
def follow(
    authority: Authority, key: str, *, since: date, by: Person, at: datetime
) -> LocalProtocol:
    """Follow a protocol that the product brings, in its version of that day.

    Raises TooSoon, FollowedAlready, AnotherStarts, NoSuchProtocol.
    """
    seed = protocols.protocol_on(key, since)
    if seed is None:
        raise NoSuchProtocol
    return _start(authority, key, seed.version, None, since=since, by=by, at=at)


@transaction.atomic
def follow_own(
    authority: Authority, key: str, written: Any, *, since: date, by: Person, at: datetime
) -> LocalProtocol:
    """Follow rules of one's own under a key: a variant of a known protocol, or a new one.

    `written` as `rules.protocols.as_data` gives it. Raises what `from_data` blocks, and what
    `follow` raises.
    """
    protocol = protocols.from_data(written, key=key, version="own", since=since)
    return _start(authority, key, None, protocols.as_data(protocol), since=since, by=by, at=at)


def _start(
    authority: Authority,
    key: str,
    version: str | None,
    written: dict[str, Any] | None,
    *,
    since: date,
    by: Person,
    at: datetime,
) -> LocalProtocol:
    """Begin a version on its day; the one in force ends on that day."""
    rows = _held_still(authority, key)
    if since <= uk_day(at):
        raise TooSoon(field="since")
    version = version or f"own {sum(row.is_own for row in rows) + 1}"
    if not rows:
        rows = _write_down_seeds(authority, key, by=by, at=at)
    for row in rows:
        if row.never_started or (row.until is not None and row.until <= since):
            continue
        if row.until is not None:
            raise AnotherStarts("The version in force ends later. Start this one on its last day.")
        if row.since >= since:
            raise AnotherStarts("Another version starts on that day or later. Take it back first.")
        is_same = row.written == written if row.is_own else (row.version == version and not written)
        if is_same:
            raise FollowedAlready
        _end(row, since, by=by, at=at)
    row = LocalProtocol.objects.create(
        authority=authority,
        key=key,
        version=version,
        written=written,
        since=since,
        noted_at=at,
        noted_by=by,
    )
    journal.write("follow protocol", row, by=by, at=at)
    return row


@transaction.atomic
def end(authority: Authority, key: str, *, on: date, by: Person, at: datetime) -> LocalProtocol:
    """Follow a protocol no more from the day `on`; one that has not started yet is taken back.

    What it called for until then stays called for. Raises TooSoon, NotFollowed, EndsFirst.
    """
    rows = _held_still(authority, key)
    if on <= uk_day(at):
        raise TooSoon(field="on")
    if not rows:
        rows = _write_down_seeds(authority, key, by=by, at=at)
    standing = [row for row in rows if row.until is None]
    if not standing:
        raise NotFollowed
    row = standing[-1]
    if on < row.since:
        raise EndsFirst
    _end(row, on, by=by, at=at)
    journal.write("end protocol", row, by=by, at=at)
    return row


def _held_still(authority: Authority, key: str) -> list[LocalProtocol]:
    """What the authority has said of this protocol so far, the oldest first."""
    Authority.objects.select_for_update(no_key=True).get(pk=authority.pk)
    said = LocalProtocol.objects.filter(authority=authority, key=key)
    return list(said.order_by("since", "pk"))


def _write_down_seeds(
    authority: Authority, key: str, *, by: Person, at: datetime
) -> list[LocalProtocol]:
    """What was in force because nobody had spoken stands written once somebody does."""
    rows = [
        LocalProtocol(
            authority=authority,
            key=key,
            version=seed.version,
            since=seed.since,
            noted_at=at,
            noted_by=by,
            until=seed.until,
            ended_at=at if seed.until else None,
            ended_by=by if seed.until else None,
        )
        for seed in sorted(protocols.seeds(key), key=lambda seed: seed.since)
    ]
    return LocalProtocol.objects.bulk_create(rows)


def _end(row: LocalProtocol, until: date, *, by: Person, at: datetime) -> None:
    row.until, row.ended_at, row.ended_by = until, at, by
    row.save(update_fields=["until", "ended_at", "ended_by"])


A_DAY = timedelta(days=1)


def earliest_start(at: datetime) -> date:
    """The first day on which a version can start or end."""
    return uk_day(at) + A_DAY
