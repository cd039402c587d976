"""Is this child already known? A register of 100,000, 5,000 notes, and how often we find the child.

    python -m bench.likeness [--folder FOLDER] [--once 400]

FOLDER holds `register.csv` and `incoming.csv` with known truth (columns: child_id or note_id,
forename, surname, other_surname, dob, sex, postcode, nhs, police_id; true_child_id of a note, empty
for a child who is not on the register). Without one, invented people are made here, by other rules
and with other names than the weights were set with.

Targets: the right child among the first ten for 99.7 %; at a chance of 0.9 precision 0.997 with
recall 0.95; one note under 15 ms at the 95th percentile; all at once under 3 s.
"""

import argparse
import csv
import os
import random
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from bench import scratch

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SEXES = {"M": "M", "F": "F"}
THRESHOLDS = (0.5, 0.9, 0.99)


# Invented people, where no folder is given.

STEMS = (
    *("ab", "ar", "bel", "bru", "cal", "dar", "eb", "fen", "gil", "hol", "ir", "jor", "kas", "lun"),
    *("mer", "nor", "ol", "per", "quin", "ros", "sil", "tam", "ul", "ver", "wes", "yar", "zel"),
)
ENDS = ("a", "an", "by", "den", "er", "field", "ie", "in", "ley", "man", "o", "ski", "ton", "us")
CALLED = (
    *(("Alexander", "Xander"), ("Benjamin", "Ben"), ("Charlotte", "Lottie"), ("Daniel", "Danny")),
    *(("Edward", "Ted"), ("Frances", "Fran"), ("Harriet", "Hattie"), ("Isabella", "Izzy")),
    *(("Joseph", "Joey"), ("Katarzyna", "Kasia"), ("Mohammed", "Mohamed"), ("Nathaniel", "Nate")),
    *(("Oliver", "Ollie"), ("Patrick", "Paddy"), ("Rebecca", "Becky"), ("Samuel", "Sam")),
    *(("Theodore", "Teddy"), ("Victoria", "Tori"), ("William", "Billy"), ("Yusuf", "Yousef")),
)


class Invented:
    """Families of children, and what is told of them: misspelt, cut short, put the wrong way."""

    def __init__(self, children: int, notes: int, seed: int) -> None:
        self.random = random.Random(seed)
        pick = self.random.choice
        self.forenames = sorted({(pick(STEMS) + pick(ENDS)).capitalize() for _ in range(300)})
        self.surnames = sorted(
            {(pick(STEMS) + pick(STEMS) + pick(ENDS)).capitalize() for _ in range(6_000)}
        )
        self.register: list[dict[str, str]] = []
        while len(self.register) < children:
            self.register += self.family()
        del self.register[children:]
        self.notes = [self.note(number) for number in range(notes)]

    def one_of(self, names: Sequence[str]) -> str:
        """A few names are many people's, and most are few people's."""
        return names[min(int(self.random.expovariate(8 / len(names))), len(names) - 1)]

    def family(self) -> list[dict[str, str]]:
        surname, postcode = self.one_of(self.surnames), self.postcode()
        born = self.day()
        found = []
        for place in range(self.random.choices((1, 2, 3), (55, 30, 15))[0]):
            if place and self.random.random() > 0.05:
                born += timedelta(days=self.random.randint(330, 1_100))
            found.append(self.child(surname, postcode, born))
        return found

    def child(self, surname: str, postcode: str, born: date) -> dict[str, str]:
        chance = self.random.random
        is_known_as = chance() < 0.4
        name = self.random.choice(CALLED)[0] if is_known_as else self.one_of(self.forenames)
        return {
            "child_id": f"C{len(self.register):06}-{self.random.randrange(10**6)}",
            "forename": name,
            "surname": surname,
            "other_surname": self.one_of(self.surnames) if chance() < 0.1 else "",
            "dob": born.isoformat(),
            "sex": self.random.choice("MF"),
            "postcode": postcode if chance() < 0.9 else "",
            "nhs": f"999{self.random.randrange(10**7):07}" if chance() < 0.7 else "",
            "police_id": f"{self.random.randrange(10**8):08}" if chance() < 0.3 else "",
        }

    def note(self, number: int) -> dict[str, str]:
        chance = self.random.random
        if chance() < 0.75:
            known = self.random.choice(self.register)
            told, truth = dict(known), known["child_id"]
        else:
            like = self.random.choice(self.register)
            is_family = chance() < 0.4
            surname = like["surname"] if is_family else self.one_of(self.surnames)
            postcode = like["postcode"] if is_family else self.postcode()
            told, truth = self.child(surname, postcode, self.day()), ""
        forms = dict(CALLED)
        if told["forename"] in forms and chance() < 0.3:
            told["forename"] = forms[told["forename"]]
        elif chance() < 0.1:
            told["forename"] = self.slip(told["forename"])
        if told["other_surname"] and chance() < 0.5:
            told["surname"] = told["other_surname"]
        elif chance() < 0.05:
            told["surname"] = f"{told['surname']}-{self.one_of(self.surnames)}"
        elif chance() < 0.12:
            told["surname"] = self.slip(told["surname"])
        told["dob"] = self.born(date.fromisoformat(told["dob"]))
        told["postcode"] = self.random.choices(("", self.postcode(), told["postcode"]), (3, 2, 5))[
            0
        ]
        told["nhs"] = told["nhs"] if chance() < 0.15 else ""
        told["police_id"] = told["police_id"] if chance() < 0.7 else ""
        return told | {"note_id": str(number), "true_child_id": truth}

    def born(self, day: date) -> str:
        kind = self.random.choices(("", "none", "turned", "year", "figure"), (83, 4, 5, 4, 4))[0]
        if kind == "none":
            return ""
        if kind == "turned" and day.day <= 12:
            day = date(day.year, day.day, day.month)
        if kind == "year":
            day = day.replace(year=day.year + self.random.choice((-1, 1)), day=min(day.day, 28))
        if kind == "figure":
            day = day.replace(day=self.random.randint(1, 28))
        return day.isoformat()

    def slip(self, word: str) -> str:
        place = self.random.randrange(1, len(word))
        kind = self.random.randrange(3)
        if kind == 0:
            return word[:place] + word[place + 1 :]
        if kind == 1:
            return word[:place] + self.random.choice("aeioulnrst") + word[place + 1 :]
        return word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]

    def day(self) -> date:
        return date(2009, 1, 1) + timedelta(days=self.random.randrange(365 * 11))

    def postcode(self) -> str:
        letters = "ABDEFGHJLNPQRSTUWXYZ"
        area = self.random.choice(("LS", "BD", "WF", "HX", "HD", "S", "HU", "YO", "DN"))
        inward = f"{self.random.randint(1, 9)}{''.join(self.random.choices(letters, k=2))}"
        return f"{area}{self.random.randint(1, 40)} {inward}"


# On record.


def keep(register: Sequence[dict[str, str]]) -> dict[int, str]:
    """Put the register into the scratch database; gives the number of each child → its id."""
    from returnhome.casework import staff  # noqa: PLC0415
    from returnhome.casework.models import (  # noqa: PLC0415
        Address,
        Alias,
        Authority,
        Child,
        Identifier,
    )
    from returnhome.rules.naming import folded, folded_postcode  # noqa: PLC0415

    council, by = Authority.objects.order_by("pk")[0], staff.clockwork()
    made = Child.objects.bulk_create(
        [
            Child(
                forename=each["forename"],
                surname=each["surname"],
                folded_name=folded(f"{each['forename']} {each['surname']}"),
                born_on=date.fromisoformat(each["dob"]),
                sex=SEXES.get(each["sex"], "U"),
                responsible_authority=council,
                opened_at=AT,
                opened_by=by,
                confirmed_at=AT,
                confirmed_by=by,
            )
            for each in register
        ],
        batch_size=5_000,
    )
    pairs = list(zip(made, register, strict=True))
    Alias.objects.bulk_create(
        [
            Alias(
                child=child,
                forename=each["forename"],
                surname=each["other_surname"],
                folded_name=folded(f"{each['forename']} {each['other_surname']}"),
            )
            for child, each in pairs
            if each["other_surname"]
        ],
        batch_size=5_000,
    )
    Address.objects.bulk_create(
        [
            Address(child=child, postcode=folded_postcode(each["postcode"]))
            for child, each in pairs
            if each["postcode"]
        ],
        batch_size=5_000,
    )
    Identifier.objects.bulk_create(
        [
            Identifier(child=child, kind=kind, value=each[column])
            for child, each in pairs
            for kind, column in (("nhs", "nhs"), ("police", "police_id"))
            if each[column]
        ],
        batch_size=5_000,
        ignore_conflicts=True,
    )
    return {child.pk: each["child_id"] for child, each in pairs}


def told(note: dict[str, str]) -> Any:
    from returnhome.casework.likeness import Person  # noqa: PLC0415
    from returnhome.rules.codes import Sex  # noqa: PLC0415

    numbers = {
        (kind, "", note[column])
        for kind, column in (("nhs", "nhs"), ("police", "police_id"))
        if note[column]
    }
    return Person(
        note["forename"],
        note["surname"],
        date.fromisoformat(note["dob"]) if note["dob"] else None,
        note["postcode"],
        Sex(SEXES.get(note["sex"], "U")),
        frozenset(numbers),
    )


# What came of it.


def report(found: Sequence[Any], truth: Sequence[str], ids: dict[int, str]) -> None:
    known = max(sum(map(bool, truth)), 1)
    for most in (1, 5, 10):
        hits = sum(
            wanted in [ids[each.child_id] for each in theirs[:most]]
            for theirs, wanted in zip(found, truth, strict=True)
            if wanted
        )
        print(f"  the right child among the first {most}: {hits / known:.2%}")
    for least in THRESHOLDS:
        taken = [
            ids[theirs[0].child_id] == wanted
            for theirs, wanted in zip(found, truth, strict=True)
            if theirs and theirs[0].chance >= least
        ]
        right = sum(taken)
        print(
            f"  at a chance of {least}: precision {right / max(len(taken), 1):.4f}, "
            f"recall {right / known:.4f}, {len(taken) - right} wrong"
        )
    shown = sum(sum(each.chance >= 0.01 for each in theirs) for theirs in found)
    print(f"  shown a note, at a chance of 0.01 or more: {shown / len(found):.2f}")


LOT = 1_000


def by_rule(register: Sequence[dict[str, str]]) -> None:
    """A notification of each child as the register has them: whom would a rule join?"""
    from returnhome.casework import certainty  # noqa: PLC0415

    people = [told(each | {"nhs": "", "police_id": ""}) for each in register if each["postcode"]]
    finding = certainty.Finding()
    spent, held = [], 0
    for again in range(2):
        begun = time.perf_counter()
        for start in range(0, len(people), LOT):
            found = finding.look_up(people[start : start + LOT])
            held += sum(bool(each.near) for each in found.values()) if not again else 0
        spent.append((time.perf_counter() - begun) * 1000 / len(people))
    print(
        f"by rule, {len(people):,} with a postcode: {held / len(people):.2%} wait because another "
        f"comes near; {spent[0]:.3f} ms each, {spent[1]:.3f} ms told of again"
    )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--children", type=int, default=100_000)
    asked.add_argument("--notes", type=int, default=5_000)
    asked.add_argument("--seed", type=int, default=11)
    asked.add_argument("--once", type=int, default=5_000, help="notes looked for one by one")
    asked.add_argument("--joined", type=int, default=20_000, help="children joined by rule")
    options = asked.parse_args()
    if options.folder:
        register, notes = (
            list(csv.DictReader((options.folder / f"{name}.csv").open(encoding="utf-8")))
            for name in ("register", "incoming")
        )
    else:
        invented = Invented(options.children, options.notes, options.seed)
        register, notes = invented.register, invented.notes
    scratch.set_up()
    with scratch.scratch(AT):
        from returnhome.casework import likeness  # noqa: PLC0415

        ids = keep(register)
        # Only the owner may; a server does it by itself within minutes of such a change.
        with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
            owner.execute("vacuum analyze")
        by_rule(register[: options.joined])
        people = [told(note) for note in notes]
        truth = [note["true_child_id"] for note in notes]
        print(f"{len(register):,} children, {len(notes):,} notes, {sum(map(bool, truth)):,} known")
        for _ in range(3):
            begun = time.perf_counter()
            found = likeness.resembling_each(people)
            print(f"all at once: {time.perf_counter() - begun:.2f} s")
        report(found, truth, ids)
        for person in people[-30:]:
            likeness.resembling(person)
        taken, singly = [], []
        for person in people[: options.once]:
            begun = time.perf_counter()
            singly.append(likeness.resembling(person))
            taken.append((time.perf_counter() - begun) * 1000)
        taken.sort()
        print("one by one, and where nobody likely is found by letters too")
        report(singly, truth[: options.once], ids)
        middle, late = statistics.median(taken), taken[int(len(taken) * 0.95)]
        print(f"one by one, {len(taken)} of them: median {middle:.1f} ms, 95th {late:.1f} ms")


if __name__ == "__main__":
    main()
