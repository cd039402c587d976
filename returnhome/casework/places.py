"""Authorities and police forces with their dates, and every UK postcode with its authority."""

import hashlib
import json
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any, Self, TypeVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce

from returnhome.casework import reference
from returnhome.rules.naming import folded_postcode

ATTRIBUTION = (
    "Postcodes and authorities: Office for National Statistics, licensed under the Open "
    "Government Licence v3.0. Contains National Statistics data © Crown copyright and database "
    "right 2025. Contains OS data © Crown copyright and database right 2025. Contains Royal Mail "
    "data © Royal Mail copyright and database right 2025. Contains Northern Ireland data of Land "
    "& Property Services © Crown copyright 2025, under its own licence."
)

# What people write where the official name is another; keys and values as `_key` makes them.
ALSO_CALLED = {
    "hull": "kingston upon hull",
    "bcp": "bournemouth christchurch and poole",
    "city of london corporation": "city of london",
    "corporation of london": "city of london",
    "southend": "southend on sea",
    "stockton": "stockton on tees",
    "stoke": "stoke on trent",
    "anglesey": "isle anglesey",
    "ynys mon": "isle anglesey",
    "rhondda cynon taff": "rhondda cynon taf",
    "western isles": "na h eileanan siar",
    "comhairle nan eilean siar": "na h eileanan siar",
    "eilean siar": "na h eileanan siar",
}

# What sort of council it is says nothing of which.
SORT_OF_COUNCIL = re.compile(
    r"\b(?:council|city|county|borough|district|metropolitan|royal|london|unitary|authority"
    r"|corporation|of|the|mbc|mdc|cc|bc|lb)\b"
)

GSS_CODE = re.compile(r"[ENSW]\d{8}")

Row = TypeVar("Row", bound=models.Model)


class PlacesQuerySet(models.QuerySet[Any]):
    def visible_to(self, person: object) -> Self:
        """Places are public: everyone who is signed in sees them all."""
        return self.all()


class AuthorityQuerySet(PlacesQuerySet):
    def existing_on(self, day: date) -> Self:
        began = Q(since=None) | Q(since__lte=day)
        return self.filter(began, Q(until=None) | Q(until__gte=day))


class PostcodeField(models.CharField):
    """A postcode without its space.

    Under the name varchar, Django gives a text key a second index for LIKE. Collation "C" needs
    none, and over 2.7 million rows it would double the time to load them.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return f"character varying({self.max_length})"


class Nation(models.TextChoices):
    ENGLAND = "England"
    WALES = "Wales"
    SCOTLAND = "Scotland"
    NORTHERN_IRELAND = "Northern Ireland"


class Force(models.Model):
    """A police force that sends notifications; `code` is the ONS code of its area."""

    name = models.CharField(max_length=100, unique=True)
    # British Transport Police cover the railways and no single area.
    code = models.CharField(max_length=9, unique=True, null=True)

    objects = PlacesQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Authority(models.Model):
    """Who answers for children's services in an area, and from when until when it did."""

    name = models.CharField(max_length=100)
    # Northern Ireland's Trusts have no code. A code is never used again for another area.
    gss_code = models.CharField(max_length=9, unique=True, null=True)
    dfe_code = models.CharField(max_length=3, blank=True)
    region = models.CharField(max_length=40, blank=True)
    nation = models.CharField(max_length=20)
    force = models.ForeignKey(Force, models.PROTECT, null=True, related_name="authorities")
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    objects = AuthorityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("since")), name="authority_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(nation__in=Nation.values), name="authority_in_a_nation_of_the_uk"
            ),
            ExclusionConstraint(
                name="authority_name_once_at_a_time",
                expressions=[
                    ("name", RangeOperators.EQUAL),
                    (
                        Func(
                            "since",
                            "until",
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def existed_on(self, day: date) -> bool:
        return not self.begins_after(day) and (self.until is None or day <= self.until)

    def begins_after(self, day: date) -> bool:
        return self.since is not None and day < self.since


class Succession(models.Model):
    """One authority took over from another that ended; both may have several such."""

    predecessor = models.ForeignKey(
        Authority, models.CASCADE, related_name="taken_over_by", db_index=False
    )
    successor = models.ForeignKey(Authority, models.CASCADE, related_name="took_over_from")

    objects = PlacesQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="succession_once"),
            models.CheckConstraint(
                condition=~Q(predecessor=F("successor")), name="succession_to_another"
            ),
        ]


class Postcode(models.Model):
    """A postcode, also one no longer in use, with the authority that has its area today."""

    code = PostcodeField(primary_key=True, max_length=7, db_collation="C")
    # Checking 2.7 million rows that one program writes would take longer than writing them.
    authority = models.ForeignKey(
        Authority, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    easting = models.IntegerField(null=True)
    northing = models.IntegerField(null=True)

    objects = PlacesQuerySet.as_manager()


class ReferenceLoad(models.Model):
    """Which edition of a reference list the tables hold."""

    name = models.CharField(max_length=20, unique=True)
    version = models.CharField(max_length=100)
    rows = models.IntegerField()
    loaded_at = models.DateTimeField()

    objects = PlacesQuerySet.as_manager()


# Questions


def authority_at(postcode: str, on: date) -> Authority | None:
    """Who answered for the place on that day; None for a postcode that the directory lacks.

    The directory knows the areas of today. Before today's authority began, its predecessor is
    named if exactly one is on record, else the authority of today, who has the records.
    """
    return lines_at([postcode])[postcode].on(on)


class Line(tuple[Authority, ...]):
    """The authority that answers for a place today, and then those that did before it."""

    def on(self, day: date) -> Authority | None:
        return _of_the_day(self[0], list(self[1:]), day) if self else None


def lines_at(postcodes: Iterable[str]) -> dict[str, Line]:
    """Of each postcode who has answered for the place; nobody for one that the directory lacks."""
    codes = {postcode: folded_postcode(postcode) for postcode in postcodes}
    rows = Authority.objects.raw(
        """
        with recursive line (code, id, is_present) as (
            select code, authority_id, true from casework_postcode where code = any(%s)
            union
            select line.code, s.predecessor_id, false
            from line join casework_succession s on s.successor_id = line.id
        )
        select a.*, line.code from line join casework_authority a on a.id = line.id
        order by line.is_present desc
        """,
        [sorted(set(codes.values()))],
    )
    found: defaultdict[str, list[Authority]] = defaultdict(list)
    for authority in rows:
        found[authority.code].append(authority)  # type: ignore[attr-defined]
    return {postcode: Line(found[code]) for postcode, code in codes.items()}


def authority_named(name_or_gss: str, on: date) -> Authority | None:
    """The authority of that day by its name, however written, or its GSS code.

    A district stands for its county. An authority that had ended, or had not begun, stands for
    the one that had its area; where its area was shared out among several, nobody is meant.
    """
    named = _named(name_or_gss)
    there = [authority for authority in named if authority.existed_on(on)]
    if there or not named:
        return there[0] if len(there) == 1 else None

    coming = [authority for authority in named if authority.begins_after(on)]
    if coming:
        return _of_the_day(coming[0], _related(coming[0], to_successors=False), on)
    heirs = {heir for gone in named for heir in _related(gone, to_successors=True)}
    living = [heir for heir in heirs if heir.existed_on(on)]
    return living[0] if len(living) == 1 else None


def called(codes: Iterable[str]) -> dict[str, str]:
    """Authorities and forces by their codes, as people call them; what is none is its own name."""
    asked = set(codes)
    councils = Authority.objects.filter(gss_code__in=asked).values_list("gss_code", "name")
    forces = Force.objects.filter(code__in=asked).values_list("code", "name")
    known = councils.union(forces) if asked else ()
    return {code: code for code in asked} | {str(code): name for code, name in known}


def lineage(authority: Authority) -> frozenset[int]:
    """Ids of the authority and of all it took over from: their records are now its own."""
    ended = (earlier.pk for earlier in _related(authority, to_successors=False) if earlier.until)
    return frozenset({authority.pk, *ended})


def heirs(authority: Authority) -> frozenset[int]:
    """Ids of the authority and of all that took over from it: whoever has its records now."""
    later = _related(authority, to_successors=True) if authority.until else []
    return frozenset({authority.pk, *(each.pk for each in later)})


def meant_by(name_or_gss: str, on: date) -> Authority | None:
    """The authority that people mean by the name, one that has ended by that day included.

    `authority_named` would give whoever has its area now; this one asks what was said.
    """
    named = _named(name_or_gss)
    there = [authority for authority in named if authority.existed_on(on)]
    gone = sorted((each for each in named if each.until), key=lambda each: each.until or on)
    return next(iter([*there, *gone[::-1], *named]), None)


def successors(authority: Authority, on: date) -> list[Authority]:
    """Who has the area of an authority that had ended by that day, by name."""
    later = _related(authority, to_successors=True) if authority.until else []
    return sorted((each for each in later if each.existed_on(on)), key=lambda each: each.name)


def distance_km(a: str, b: str) -> float | None:
    """Straight line between two postcodes in kilometres; None where one has no place on the map.

    Northern Ireland is measured on a grid of its own, so nothing is said across the Irish Sea.
    """
    return distances_km([(a, b)])[0]


def distances_km(pairs: Sequence[tuple[str, str]]) -> list[float | None]:
    """The same for many pairs, in their order: one query."""
    folded = [(folded_postcode(a), folded_postcode(b)) for a, b in pairs]
    known = Postcode.objects.filter(pk__in={code for pair in folded for code in pair})
    places = {
        place.code: (place.easting, place.northing)
        for place in known
        if place.easting is not None and place.northing is not None
    }
    return [
        None
        if first.startswith("BT") != second.startswith("BT")
        or first not in places
        or second not in places
        else math.dist(places[first], places[second]) / 1000
        for first, second in folded
    ]


def _of_the_day(present: Authority, earlier: Iterable[Authority], on: date) -> Authority:
    there = [authority for authority in earlier if authority.existed_on(on)]
    return there[0] if present.begins_after(on) and len(there) == 1 else present


def _related(authority: Authority, *, to_successors: bool) -> list[Authority]:
    """All that followed the authority, or all that came before it."""
    ends = ("predecessor_id", "successor_id")
    steps = list(Succession.objects.values_list(*(ends if to_successors else ends[::-1])))
    found = {authority.pk}
    while more := {there for here, there in steps if here in found} - found:
        found |= more
    return list(Authority.objects.filter(pk__in=found - {authority.pk}))


def _named(name_or_gss: str) -> list[Authority]:
    text = name_or_gss.strip()
    if GSS_CODE.fullmatch(text.upper()):
        code, place = text.upper(), _districts().get(text.upper())
        return list(Authority.objects.filter(place or Q(gss_code=code)))
    key = _key(text)
    known = Authority.objects.values_list("pk", "name")
    if matching := [pk for pk, name in known if _key(name) == key]:
        return list(Authority.objects.filter(pk__in=matching))
    place = _districts().get(key)
    return list(Authority.objects.filter(place)) if place else []


@lru_cache(maxsize=4096)
def _key(name: str) -> str:
    """A name without case, accents, punctuation and the words for its sort of council."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    plain = re.sub(r"['’\u0300-\u036f]", "", plain)
    plain = re.sub(r"\b(?:hsct|hsc trust)\b", "health and social care trust", plain)
    plain = re.sub(r"[^a-z0-9]+", " ", plain)
    # All of "City of London" says what sort of council it is: such a name stays whole.
    key = " ".join(SORT_OF_COUNCIL.sub(" ", plain).split()) or plain.strip()
    return ALSO_CALLED.get(key, key)


@cache
def _districts() -> dict[str, Q]:
    """The authority for each district's code and name: its county's, or its Trust's.

    Some districts of Northern Ireland are split between Trusts; trusts.csv says which, and the
    Trust taken is the one that has the larger part.
    """
    places: dict[str, Q] = {}
    for row in reference.read("districts"):
        place = Q(gss_code=row["authority_gss_code"])
        places |= {row["gss_code"]: place, _key(row["name"]): place}
    for row in reference.read("trusts"):
        place = Q(name=row["trust"], gss_code=None)
        places |= {row["gss_code"]: place, _key(row["name"]): place}
    return places


# Names of the published lists, for pages that need no table


def written(name: str) -> str | None:
    """The name in the published lists behind what somebody wrote; None where there is none.

    A district keeps its own name; one of Northern Ireland is its Trust's.
    """
    text = name.strip()
    if GSS_CODE.fullmatch(text.upper()):
        place = reference.places().find(text.upper())
        return place.name if place else None
    return _names().get(_key(text))


def names() -> list[str]:
    """Every name that can be chosen: authorities of the four nations, and districts."""
    return sorted(set(_names().values()))


def like(name: str, most: int = 3) -> list[str]:
    """Names that begin with one that is in no list; else those near to it, the nearest first."""
    key, known = _key(name), _names()
    begins = [each for each in known if each.startswith(f"{key} ")]
    found = begins or get_close_matches(key, known, n=most, cutoff=0.7)
    return [known[each] for each in found[:most]]


def ended(name: str) -> tuple[date, list[str]] | None:
    """The last day of a council that is no more, and who has its area now; None for any other."""
    today = {row["gss_code"]: row["name"] for row in reference.read("authorities")}
    rows = [row for row in reference.read("predecessors") if _key(row["name"]) == _key(name)]
    if not rows:
        return None
    last = max(date.fromisoformat(row["until"]) for row in rows)
    return last, sorted({today[row["successor_gss_code"]] for row in rows})


@cache
def _names() -> dict[str, str]:
    rows = [
        row for name in ("districts", "elsewhere", "authorities") for row in reference.read(name)
    ]
    trusts = {_key(row["name"]): row["trust"] for row in reference.read("trusts")}
    return trusts | {_key(row["name"]): row["name"] for row in rows}


# Loading


@transaction.atomic
def load_reference(*, at: datetime) -> int:
    """Bring forces, authorities and successions to the lists in `reference`; returns their rows.

    May be called at any time: what is not in the lists stays, what is in them is put right.
    """
    forces = _bring(Force, _force_rows(), key=lambda force: force.code or force.name)
    authorities = _bring(
        Authority, _authority_rows(forces), key=lambda place: place.gss_code or place.name
    )
    successions = [
        Succession(
            predecessor=authorities[row["gss_code"]],
            successor=authorities[row["successor_gss_code"]],
        )
        for row in reference.read("predecessors")
    ]
    Succession.objects.bulk_create(successions, ignore_conflicts=True)

    rows = len(_force_rows()) + len(_authority_rows(forces)) + len(successions)
    _note("authorities", reference.edition(), rows, at)
    return rows


def load_postcodes(connection: BaseDatabaseWrapper, *, at: datetime) -> int:
    """Copy the ONS directory into the table, once an edition; returns the rows copied.

    Takes about six seconds and 200 MB, so it belongs in a command, never in a web process.
    Readers keep the old edition until the new one is whole. Call `load_reference` first.
    """
    authorities = _authority_of_each_code()
    version = _edition(authorities)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        # Two commands that start together must not both load.
        cursor.execute("lock table casework_referenceload in share row exclusive mode")
        if ReferenceLoad.objects.filter(name="postcodes", version=version).exists():
            return 0
        cursor.execute("delete from casework_postcode")
        rows = sum(_copy(cursor, lines) for lines in reference.directory(authorities))
        cursor.execute("analyze casework_postcode")
        _note("postcodes", version, rows, at)
    return rows


def _force_rows() -> dict[str, dict[str, Any]]:
    return {
        row["code"] or row["name"]: {"name": row["name"], "code": row["code"] or None}
        for row in reference.read("forces")
    }


def _authority_rows(forces: Mapping[str, Force]) -> dict[str, dict[str, Any]]:
    """The authorities of today and those before them, by code, where there is none by name.

    predecessors.csv starts thin: what ended or was coded anew in 2013 and in 2019 to 2025.
    """
    force_id = {force.name: force.pk for force in forces.values()}
    rows: dict[str, dict[str, Any]] = {}
    for row in reference.read("authorities"):
        rows[row["gss_code"]] = {
            **{field: row[field] for field in ("name", "gss_code", "dfe_code", "region")},
            "nation": Nation.ENGLAND.value,
            "force_id": force_id[row["police_force"]],
        }
    for row in reference.read("elsewhere"):
        rows[row["gss_code"] or row["name"]] = {
            "name": row["name"],
            "gss_code": row["gss_code"] or None,
            "dfe_code": "",
            "region": "",
            "nation": row["nation"],
            "force_id": None,
        }
    for dates in rows.values():
        dates |= {"since": None, "until": None}

    for row in reference.read("predecessors"):
        successor, until = rows[row["successor_gss_code"]], date.fromisoformat(row["until"])
        successor["since"] = until + timedelta(days=1)
        # Region and force did not change with any of them.
        fields = {field: row[field] for field in ("name", "gss_code", "dfe_code")}
        rows[row["gss_code"]] = successor | fields | {"since": None, "until": until}
    return rows


def _bring(
    model: type[Row], rows: Mapping[str, dict[str, Any]], key: Callable[[Row], str]
) -> dict[str, Row]:
    """Write what differs; returns every row of the table by its key."""
    kept = {key(row): row for row in model._default_manager.all()}
    changed, new = [], []
    for name, values in rows.items():
        if name not in kept:
            kept[name] = model(**values)
            new.append(kept[name])
        elif any(getattr(kept[name], field) != value for field, value in values.items()):
            for field, value in values.items():
                setattr(kept[name], field, value)
            changed.append(kept[name])
    # Changes first: an authority must have ended before its namesake can begin.
    if changed:
        model._default_manager.bulk_update(changed, list(next(iter(rows.values()))))
    model._default_manager.bulk_create(new)
    return kept


def _note(name: str, version: str, rows: int, at: datetime) -> None:
    if ReferenceLoad.objects.filter(name=name, version=version).exists():
        return
    values = {"version": version, "rows": rows, "loaded_at": at}
    ReferenceLoad.objects.update_or_create(name=name, defaults=values)


def _authority_of_each_code() -> dict[str, int]:
    """The authority's id for each area code that the directory uses."""
    known = dict(Authority.objects.values_list(Coalesce("gss_code", "name"), "pk"))
    heads = reference.read("authorities") + reference.read("elsewhere")
    keys = {row["gss_code"]: row["gss_code"] for row in heads if row["gss_code"]}
    keys |= {row["gss_code"]: row["authority_gss_code"] for row in reference.read("districts")}
    keys |= {row["gss_code"]: row["trust"] for row in reference.read("trusts")}
    if missing := set(keys.values()) - set(known):
        raise LookupError(f"Load the authorities before the postcodes: no {min(missing)}.")
    return {code: known[key] for code, key in keys.items()}


def _edition(authorities: Mapping[str, int]) -> str:
    """The package's version and who has which area: when either changes, the table is stale."""
    areas = hashlib.sha256(json.dumps(authorities, sort_keys=True).encode()).hexdigest()
    return f"{reference.directory_edition()}+{areas[:16]}"


def _copy(cursor: Any, lines: list[str]) -> int:
    statement = "copy casework_postcode (code, authority_id, easting, northing) from stdin"
    with cursor.copy(statement) as copy:
        for start in range(0, len(lines), 5000):
            copy.write("".join(lines[start : start + 5000]))
    return len(lines)
