"""The demonstration's councils, provider, police, home and carers, and the places they serve.

The postcode areas NS, WB and EM are in no directory, and their places on the map lie in the sea.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from returnhome.casework import staff
from returnhome.casework.models import Authority, Force, Organisation, Person, Postcode, Team

AREAS = {"Northshire": "NS", "Westborough": "WB", "Eastmoor": "EM"}
# Metres on the national grid, all of them off the coast of Northumberland.
MIDDLES = {"Northshire": (520_000, 640_000), "Westborough": (504_000, 634_000)} | {
    "Eastmoor": (548_000, 652_000)
}
FORCE = "Northshire Police"
PROVIDER = "Open Path"
HOME = "Larchwood House"
CARERS = "Ferry and Ruth Aalto"
TEAMS = {
    "Northshire": ("Missing children team", "Looked-after children team", "Assessment team"),
    "Open Path": ("Return interviews",),
    "Westborough": ("Front door", "Looked-after children team"),
    "Eastmoor": ("Front door",),
    HOME: ("Staff",),
    CARERS: ("Carers",),
    FORCE: ("Missing-person unit",),
}


@dataclass(frozen=True)
class Places:
    """The authorities and organisations by their short names, and each area's postcodes."""

    authorities: Mapping[str, Authority]
    organisations: Mapping[str, Organisation]
    teams: Mapping[tuple[str, str], Team]
    postcodes: Mapping[str, tuple[str, ...]]

    @property
    def police(self) -> Organisation:
        return self.organisations[FORCE]

    @property
    def provider(self) -> Organisation:
        return self.organisations[PROVIDER]


def postcodes_of(council: str) -> tuple[str, ...]:
    """Forty-eight invented postcodes, such as NS1 1AA."""
    letters = ("AA", "AB", "AD", "AE", "AF", "AG")
    pairs = product((1, 2, 3, 4), (1, 2), letters)
    return tuple(f"{AREAS[council]}{district} {sector}{unit}" for district, sector, unit in pairs)


def found(*, by: Person, at: datetime) -> Places:
    """Make the councils and all who work with them, Northshire first."""
    force, _ = Force.objects.get_or_create(name=FORCE)
    authorities, postcodes = {}, {}
    for name in AREAS:
        authorities[name], _ = Authority.objects.get_or_create(
            name=name, defaults={"nation": "England", "region": "Invented", "force": force}
        )
        postcodes[name] = postcodes_of(name)
        _map(name, authorities[name])

    police, council = Organisation.POLICE, Organisation.COUNCIL
    organisations = {
        name: staff.add_organisation(
            f"{name} Council" if kind == council else name,
            kind=kind,
            authority=authorities.get(name),
            force=force if kind == police else None,
            by=by,
            at=at,
        )
        for name, kind in (
            ("Northshire", council),
            (PROVIDER, Organisation.PROVIDER),
            (FORCE, police),
            (HOME, Organisation.HOME),
            (CARERS, Organisation.HOME),
            ("Westborough", council),
            ("Eastmoor", council),
        )
    }
    teams = {
        (name, team): Team.objects.create(organisation=organisations[name], name=team)
        for name, theirs in TEAMS.items()
        for team in theirs
    }
    return Places(authorities, organisations, teams, postcodes)


def _map(council: str, authority: Authority) -> None:
    east, north = MIDDLES[council]
    Postcode.objects.bulk_create(
        [
            Postcode(
                code=postcode.replace(" ", ""),
                authority=authority,
                easting=east + 1_500 * (number % 7 - 3),
                northing=north + 1_500 * (number // 7 - 3),
            )
            for number, postcode in enumerate(postcodes_of(council))
        ],
        ignore_conflicts=True,
    )
