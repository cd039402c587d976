"""The demonstration's police files: two that were taken in, and one that waits for the visitor."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from returnhome.casework import episodes
from returnhome.casework.models import Child, Person
from returnhome.intake import loading
from returnhome.intake.layouts import POLICE_A
from returnhome.intake.outcome import Outcome
from returnhome.management.demonstration.telling import Teller
from returnhome.rules.clock import LONDON
from returnhome.rules.naming import written_postcode
from returnhome.web import example

# No road of these names runs where these postcodes would be.
ROADS = ("Larch Road", "Quarry Rise", "Harbour View", "Tenter Lane", "Old Mill Close")
EARLIER, LATEST = "northshire-police-earlier.csv", "northshire-police-this-morning.csv"


@dataclass(frozen=True)
class Row:
    """One row as the force writes it; times are hours before the file was made."""

    reference: str
    surname: str
    forename: str
    born: str
    sex: str
    postcode: str
    last_seen: float
    found: float | None = None
    risk: str = "Medium"
    looked_after_by: str = ""
    comment: str = ""
    kind: str = "Missing"

    @property
    def address(self) -> str:
        number = int(self.reference[2:] or 7)
        return f"{number % 61 + 1} {ROADS[number % len(ROADS)]}"

    def cells(self, at: datetime) -> list[str]:
        reported = self.last_seen - min(2.0, self.last_seen / 3)
        return [
            self.reference,
            self.surname,
            self.forename,
            self.born,
            self.sex,
            self.address,
            self.postcode,
            _written(at, self.last_seen),
            _written(at, reported),
            self.risk,
            "Y" if self.looked_after_by else "N",
            self.looked_after_by,
            self.kind,
            "" if self.found is None else _written(at, self.found),
            self.comment,
        ]


def _written(at: datetime, hours: float) -> str:
    return f"{(at - timedelta(hours=hours)).astimezone(LONDON):%d/%m/%Y %H:%M}"


def _years_ago(at: datetime, years: int, day_and_month: str = "09/06") -> str:
    return f"{day_and_month}/{at.year - years}"


def _day(born: date | None) -> str:
    return f"{born:%d/%m/%Y}" if born else ""


def of(child: Child, reference: str, *, last_seen: float, found: float | None = None) -> Row:
    """What the force would write of a child we know."""
    where = child.placements.first() or child.addresses.first()
    care = child.care_periods.select_related("authority").first()
    return Row(
        reference,
        child.surname,
        child.forename,
        _day(child.born_on),
        child.sex,
        written_postcode(where.postcode) if where else "",
        last_seen,
        found,
        looked_after_by=care.authority.name if care else "",
    )


def content(rows: Iterable[Row], at: datetime, *, cut_short: Row | None = None) -> bytes:
    """The file, as a spreadsheet program saves it; `cut_short` is a last row that breaks off."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(POLICE_A.columns)
    writer.writerows(row.cells(at) for row in rows)
    if cut_short:
        writer.writerow(cut_short.cells(at)[:8])
    return text.getvalue().encode("utf-8-sig")


def this_morning(now: datetime) -> datetime:
    """When the force's last list came: at twenty to eight, today's or yesterday's."""
    local = now.astimezone(LONDON).replace(hour=7, minute=40, second=0, microsecond=0)
    at = local if local < now - timedelta(hours=1) else local - timedelta(days=1)
    return at.astimezone(now.tzinfo)


def take_in(teller: Teller) -> None:
    """Two files of the last days: opened, updated, refused, and some that wait for a person."""
    kids, amina = teller.children, teller.people["amina"]
    at = this_morning(teller.now)
    earlier = at - timedelta(days=2)
    rows = [
        replace(of(kids["leon"], "NP4411", last_seen=9), risk="Low"),
        of(kids["elin"], "NP4412", last_seen=24),
        Row("NP4413", "Ormerod", "Keith", _years_ago(at, 35), "M", "NS1 2AD", 20, comment="Adult"),
    ]
    _confirm(teller, content(rows, earlier), EARLIER, by=amina, at=earlier)
    missing = episodes.of_references(teller.places.police, ["NP4412"])["NP4412"][0]
    teller.of("elin").continues(missing, after=earlier).taken_on(2)
    _confirm(teller, content(second(kids, at), at), LATEST, by=amina, at=at)


def second(kids: Mapping[str, Child], at: datetime) -> list[Row]:
    """The last file: what each of its rows becomes is what the intake can do."""
    zuzanna, femi, caitlin = kids["zuzanna"], kids["femi"], kids["caitlin"]
    assert femi.born_on
    swapped = f"{femi.born_on.month:02}/{femi.born_on.day:02}/{femi.born_on.year}"
    return [
        replace(
            of(kids["leon"], "NP4411", last_seen=57, found=8),
            risk="Low",
            comment="At friend's address",
        ),
        of(kids["hope"], "NP4431", last_seen=6),
        # Near to a child who is known, and not the same to the letter.
        replace(of(zuzanna, "NP4432", last_seen=18, found=11), forename="Zuzana"),
        replace(of(femi, "NP4433", last_seen=16, found=5), born=swapped),
        replace(of(caitlin, "NP4434", last_seen=14, found=9), born=""),
        # Police have left the first one open.
        of(kids["elin"], "NP4435", last_seen=30),
        Row("NP4436", "Smythe", "Jordan", _years_ago(at, 14), "M", "NS3 1AE", 20),
        Row("NP4437", "Braithwaite", "Imanni", _years_ago(at, 15, "31/02"), "F", "NS1 1AD", 20),
        replace(
            of(kids["yusuf"], "NP4438", last_seen=5, found=9), comment="Found before last seen"
        ),
    ]


def for_the_visitor(kids: Mapping[str, Child], now: datetime) -> bytes:
    """The file that lies ready: each row of it becomes something else."""
    at = this_morning(now)
    since = (now - at) / timedelta(hours=1)
    rows = [
        replace(
            of(kids["leon"], "NP4411", last_seen=57 + since, found=8 + since),
            risk="Low",
            comment="At friend's address",
        ),
        replace(
            of(kids["hope"], "NP4431", last_seen=6 + since, found=0.75),
            comment="Hospital, visiting family",
        ),
        of(kids["rory"], "NP4451", last_seen=9, found=3),
        of(kids["gwen"], "NP4452", last_seen=8, found=1.5),
        replace(of(kids["amelie"], "NP4453", last_seen=13), risk="High"),
        replace(of(kids["dominic"], "NP4454", last_seen=12, found=2), postcode="NS4 2AG"),
        Row("NP4436", "Smythe", "Jordan", _years_ago(at, 14), "M", "NS3 1AE", 20 + since, 1),
        Row("NP4455", "Fairbrother", "Tilly", _years_ago(at, 13), "F", "NS2 2AF", 6, 2),
        Row("NP4456", "Marino", "Luca", _years_ago(at, 13, "30/02"), "M", "NS1 1AG", 10, 4),
        Row("", "Wrona", "Jakub", "", "M", "NS1 1AD", 7, 2),
        Row("NP4457", "Holroyd", "Denise", _years_ago(at, 38), "F", "NS1 2AE", 30, 11),
    ]
    torn = Row("NP4458", "Teale", "Bryony", "", "F", "NS2 1AD", 3)
    return content(rows, now, cut_short=torn)


def lay_ready(kids: Mapping[str, Child], now: datetime) -> None:
    """Put the visitor's file where the intake page offers it."""
    example.place().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    example.place().write_bytes(for_the_visitor(kids, now))


def _confirm(teller: Teller, file: bytes, name: str, *, by: Person, at: datetime) -> Outcome:
    delivery = loading.receive(
        file,
        name,
        sender=teller.places.police,
        received_for=teller.places.organisations["Northshire"],
        by=by,
        at=at,
    )
    return loading.confirm(delivery, by=by, at=at + timedelta(minutes=12))
