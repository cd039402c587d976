"""Intake: rows a second from a police file into the ledger, beside a bare COPY of the same bytes.

    python -m bench.intake [--rows 20000] [--known 5000]

Target: 2,000 rows a second and under 300 MB, at 1,000,000 rows too. Yardstick: PostgreSQL's COPY
of the file into a table of text columns, in the same run, on the same server; COPY reads and stores
the rows and decides nothing. The file is made up, of the kind of a force's list: about half of the
rows tell of a child found since, one in five names a child whom no rule can match. Everything
happens in a database made for it.
"""

import argparse
import csv
import io
import random
import resource
import statistics
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

from bench import scratch

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HEADINGS = (
    "Misper Ref", "Surname", "Forename(s)", "DOB", "Sex", "Missing From Address", "Postcode",
    "Last Seen", "Reported", "Risk", "LAC", "Placing Authority", "Classification", "Found",
    "Found Comments",
)  # fmt: skip
# No postcode in the country begins with a Q. About as many children live at one as in truth.
AREAS = {"QL": "Leeds", "QB": "Bradford", "QW": "Wakefield"}
PLACES = {
    f"{area}{district} {unit}{letters}": name
    for area, name in AREAS.items()
    for district in range(1, 31)
    for unit in range(1, 10)
    for letters in ("AB", "DE", "GH", "LN")
}
REGISTER = (
    "child_id", "forename", "surname", "sex", "date_of_birth", "home_postcode", "authority",
    "looked_after_by",
)  # fmt: skip
SYLLABLES = (
    *("bar", "ben", "cas", "col", "den", "dun", "el", "far", "gar", "had"),
    *("hal", "kel", "lam", "mar", "nor", "pen", "rad", "sel", "tre", "win"),
)
OTHERS = ("Lambeth", "Hackney", "Plymouth", "Kent", "Leeds", "Bradford")


class Invented:
    """Children and their episodes, the same at every run."""

    def __init__(self, known: int) -> None:
        self.random = random.Random(7)
        self.known = [self.child(number) for number in range(known)]
        # Nobody is missing twice at once: each child's next episode starts after the last.
        self.free = {child["ref"]: datetime(2025, 3, 1, 8) for child in self.known}
        self.most_days = 60

    def name(self, parts: int) -> str:
        return "".join(self.random.choices(SYLLABLES, k=parts)).capitalize()

    def child(self, number: int) -> dict[str, str]:
        postcode = self.random.choice(list(PLACES))
        is_looked_after = self.random.random() < 0.5
        born = date(2009, 1, 1) + timedelta(days=self.random.randrange(2500))
        return {
            "ref": f"CH{number:06}",
            "forename": self.name(2),
            "surname": self.name(3),
            "sex": self.random.choice("MF"),
            "born": f"{born:%d/%m/%Y}",
            "postcode": postcode,
            "looked_after_by": self.random.choice(OTHERS) if is_looked_after else "",
        }

    def register(self) -> str:
        text = io.StringIO()
        write = csv.writer(text).writerow
        write(REGISTER)
        for child in self.known:
            there = {"child_id": child["ref"], "date_of_birth": child["born"]}
            there |= {"home_postcode": child["postcode"], "authority": PLACES[child["postcode"]]}
            write([(child | there)[heading] for heading in REGISTER])
        return text.getvalue()

    def file(self, rows: int) -> str:
        told: list[tuple[datetime, list[str]]] = []
        # Three rows are two episodes of a day and a half each, and all of them are of one year.
        times = rows / len(self.known) / 1.5
        self.most_days = min(60, max(1, int((300 / max(times, 1) - 1.5) * 2)))
        while len(told) < rows:
            told += self.episode(len(told))
        told.sort(key=lambda pair: pair[0])
        text = io.StringIO()
        write = csv.writer(text).writerow
        write(HEADINGS)
        for _, cells in told[:rows]:
            write(cells)
        return text.getvalue()

    def episode(self, number: int) -> list[tuple[datetime, list[str]]]:
        child = self.random.choice(self.known)
        gone = timedelta(minutes=self.random.randrange(60, 60 * 24 * self.most_days))
        begun = self.free[child["ref"]] + gone
        found = begun + timedelta(minutes=self.random.randrange(60, 60 * 72))
        self.free[child["ref"]] = found
        said = child | {"begun": begun, "found": found}
        luck = self.random.random()
        if luck < 0.08:
            said["forename"] = self.name(2)
        elif luck < 0.12:
            said["born"] = ""
        elif luck < 0.19:
            said |= {"forename": self.name(2), "surname": self.name(3)}
        elif luck < 0.3:
            said["surname"] = said["surname"].upper()
        last = (found, self.row(number, said, is_found=True))
        return [(begun, self.row(number, said)), last] if self.random.random() < 0.5 else [last]

    def row(self, number: int, said: dict, *, is_found: bool = False) -> list[str]:
        written = "%d/%m/%Y %H:%M"
        return [
            f"B{number:06}", said["surname"], said["forename"], said["born"], said["sex"],
            "12 Station Road", said["postcode"], said["begun"].strftime(written),
            (said["begun"] + timedelta(hours=4)).strftime(written), "Medium",
            "Y" if said["looked_after_by"] else "N", said["looked_after_by"], "Missing",
            said["found"].strftime(written) if is_found else "",
            "Returned home of own accord" if is_found else "",
        ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--known", type=int, default=5_000, help="children on the register")
    given = parser.parse_args()
    scratch.set_up()
    with scratch.scratch(AT), tempfile.TemporaryDirectory() as folder:
        # In a process of its own: what inventing them takes is not what taking them in takes.
        inventing = get_context("spawn").Process(
            target=invent, args=(given.known, given.rows, folder)
        )
        inventing.start()
        inventing.join()
        measure(given.rows, Path(folder))


def invent(known: int, rows: int, folder: str) -> None:
    invented = Invented(known)
    (Path(folder) / "register.csv").write_text(invented.register())
    (Path(folder) / "police.csv").write_text(invented.file(rows))


def measure(rows: int, folder: Path) -> None:
    # Models can be imported only now that Django is set up.
    from returnhome.casework import staff  # noqa: PLC0415
    from returnhome.casework.places import Authority, Postcode  # noqa: PLC0415
    from returnhome.intake import loading, registering  # noqa: PLC0415
    from returnhome.intake.outcome import Outcome, RowOutcome  # noqa: PLC0415

    class Counted(Outcome):
        """As the command has it: no row is held."""

        def keep(self, row: RowOutcome) -> RowOutcome:
            return row

    there = {name: Authority.objects.get(name=name, until=None) for name in AREAS.values()}
    Postcode.objects.bulk_create(
        Postcode(code=postcode.replace(" ", ""), authority=there[name])
        for postcode, name in PLACES.items()
    )
    register, file = folder / "register.csv", folder / "police.csv"
    by = staff.operator()

    before = time.perf_counter()
    known = len(registering.load(register, by=by, at=AT).rows)
    seconds = time.perf_counter() - before
    print(f"register  {seconds:8.2f} s  {known / seconds:8.0f} rows a second", flush=True)

    copying = [_copy(file) for _ in range(3)]
    copied = statistics.median(copying)
    print(f"COPY      {copied:8.3f} s  {rows / copied:8.0f} rows a second (median of 3)")
    for title in ("intake", "again"):
        before = time.perf_counter()
        outcome = loading.bring(
            file, sender="West Yorkshire Police", by=by, at=AT, outcome=Counted()
        )
        seconds = time.perf_counter() - before
        counted = ", ".join(f"{number} {result}" for result, number in outcome.counts.items())
        print(
            f"{title:9} {seconds:8.2f} s  {rows / seconds:8.0f} rows a second, "
            f"{seconds / copied:.0f} times COPY: {counted}",
            flush=True,
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory    {peak:8.0f} MB at most in this process")


def _copy(file: Path) -> float:
    from django.db import connection, transaction  # noqa: PLC0415

    columns = ", ".join(f"c{number} text" for number in range(len(HEADINGS)))
    with transaction.atomic(), connection.cursor() as cursor:
        before = time.perf_counter()
        cursor.execute(f"create temp table bare ({columns}) on commit drop")
        copying = cursor.copy("copy bare from stdin (format csv, header)")
        with copying as copy, file.open("rb") as opened:
            while some := opened.read(1 << 20):
                copy.write(some)
        return time.perf_counter() - before


if __name__ == "__main__":
    main()
