"""Every form that anybody can open is sent what nobody would send, as each of the demonstration.

    ./run bench forms [--each 30] [--a-route 3] [--seed 1]

The demonstration is made in a database of its own and walked from page to page as one person of
each role, up to so many pages of a route. What a form asks for is filled as a person might, and
then spoilt: some fields left out, doubled, or given letters of every script, formulas, numbers past
all bounds, days that are not, files that are not what they say. What was sent is taken back each
time, so that one form leaves nothing for the next. Target: no answer of 500 and above, and nothing
raised; and where a form is refused, the words that were typed stand in it again.
"""

import argparse
import os
import random
import statistics
import sys
import time
import traceback
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from bench import scratch

URL_ENCODED = "application/x-www-form-urlencoded"
HERE = "https://returnhome.test"
# What is sent by itself at the end: it ends the walk of whoever sends it.
PARTING = ("sign-out", "sign_out", "static")
# Words as somebody types them: where a form is refused, they must stand in the page again.
WORDS = "Poppy said that she walked along the canal to a friend"

TEXTS = (
    *("", " ", "\t\r\n", "0", "-1", "00", "1e999", "NaN", "９９", "٣", "²", "½"),
    *("9" * 400, "2147483648", "9223372036854775808", "-9223372036854775809", "1.5", "1,5"),
    *("31", "32", "13", "2026", "0000", "10000", "29/02/2023", "2026-02-30", "24:00", "25:61"),
    *("2026-03-29T01:30", "2026-10-25T01:30", "9999-12-31", "0001-01-01", "yesterday"),
    *("\x00", "a\x00b", "\ufffd", "\u202eevil", "\ufeff", "\u200b", "\u0301" * 50, "𝔄" * 30),
    *("=cmd|'/c calc'!A1", "+1+1", "-2", "@SUM(A1)", "'; drop table casework_child; --", "%s%n"),
    *("{{ 7*7 }}", "{% now %}", "<script>alert(1)</script>", "../../etc/passwd", "\\", '"', "%00"),
    *("a" * 10_000, "word " * 4_000, "\n" * 3_000, "Zoë Ångström-O’Neill", "李小龍", "مريم"),
    *(
        "SW1A 1AA",
        "LS1 1UR",
        "ZZ99 9ZZ",
        "nobody@example",
        "a@b.c",
        "07700 900000",
        "+44" + "0" * 40,
    ),
    *("true", "on", "None", "null", "undefined", "[]", "{}", '{"a": [' * 200, "1|2|3", "a,b,c"),
)
FILES = (
    ("nothing.csv", b""),
    ("zeros.bin", b"\x00" * 2_000),
    ("picture.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 64),
    ("photo.jpg", b"\xff\xd8\xff\xe0" + os.urandom(200)),
    ("voice.webm", b"\x1a\x45\xdf\xa3" + os.urandom(200)),
    ("book.xlsx", b"PK\x03\x04" + os.urandom(300)),
    ("paper.pdf", b"%PDF-1.7\n" + os.urandom(100)),
    ("rows.csv", b"name,born\r\n=1+1,31/02/2010\r\n?"),
    ("quotes.csv", b'"' * 4_001),
    ("utf16.csv", "name;born\nJo;2010".encode("utf-16")),
    ("x" * 300 + ".csv", b"a,b\n1,2\n"),
    ("../../up.csv", b"a,b\n1,2\n"),
    ("many.csv", b"a,b\n" + b"1,2\n" * 3_000),
    ("wide.csv", b",".join(b"c%d" % n for n in range(3_000)) + b"\n"),
)


@dataclass
class Field:
    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, Field] = field(default_factory=dict)

    def add(self, name: str, kind: str, value: str | None, *, is_chosen: bool) -> None:
        if not name:
            return
        one = self.fields.setdefault(name, Field(name, kind))
        if value is not None:
            one.values.append(value)
            if is_chosen:
                one.chosen.append(value)


class Page(HTMLParser):
    """The links and forms of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select = self._area = ""
        self._typed: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None:
            self._handle_field(tag, given)

    def _handle_field(self, tag: str, given: dict[str, str]) -> None:
        assert self._form is not None
        name = given.get("name", "")
        if tag in {"input", "button"}:
            kind = given.get("type", "text" if tag == "input" else "submit")
            is_set = "checked" in given if kind in {"radio", "checkbox"} else kind != "submit"
            self._form.add(name, kind, given.get("value", "on"), is_chosen=is_set)
        elif tag == "select":
            self._select = name
            self._form.add(name, "select", None, is_chosen=False)
        elif tag == "option" and self._select:
            value = given.get("value", "")
            self._form.add(self._select, "select", value, is_chosen="selected" in given)
        elif tag == "textarea":
            self._area, self._typed = name, []

    def handle_data(self, data: str) -> None:
        if self._area:
            self._typed.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._form is not None:
            self._form.add(self._area, "textarea", "".join(self._typed), is_chosen=True)
            self._area = ""


@dataclass
class Told:
    """What came of it all."""

    answers: Counter[int] = field(default_factory=Counter)
    pages: set[str] = field(default_factory=set)
    forms: set[tuple[str, str]] = field(default_factory=set)
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    lost: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    refused: int = 0
    held: int = 0
    taken: list[float] = field(default_factory=list)

    @property
    def inputs(self) -> int:
        return sum(self.answers.values())


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--each", type=int, default=30, help="how often a form is sent")
    asked.add_argument("--a-route", type=int, default=3, help="pages of one route, for each person")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--only", help="routes that have this in their name")
    options = asked.parse_args()
    os.environ["RETURNHOME_DEMO"] = "1"
    scratch.set_up()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["*"]
    settings.DEMONSTRATION = True
    told, now = Told(), datetime.now(UTC)
    with scratch.scratch(now, called="_forms"):
        call_command("migrate", verbosity=0)
        from returnhome.management.demonstration import building  # noqa: PLC0415

        began = time.perf_counter()
        print(f"{building.build(now):,} episodes made in {time.perf_counter() - began:.0f} s")
        for person in _one_of_each_role():
            before = told.inputs
            Walk(person, told, options).go()
            print(f"  {person.name}: {told.inputs - before:,} sent", flush=True)
    return _tell(told, options.seed)


def _one_of_each_role() -> list[Any]:
    from returnhome.casework.models import Person, Post  # noqa: PLC0415

    first: dict[tuple[str, str], int] = {}
    posts = Post.objects.current().filter(person__is_active=True).order_by("pk")
    for role, kind, person in posts.values_list("role", "organisation__kind", "person"):
        first.setdefault((role, kind), person)
    return list(Person.objects.filter(pk__in=first.values()).order_by("pk"))


class Walk:
    """One person, from page to page."""

    def __init__(self, person: Any, told: Told, options: argparse.Namespace) -> None:
        from bench import pages  # noqa: PLC0415

        self.client = pages._signed_in(person, datetime.now(UTC))
        self.person = person
        self.told = told
        self.options = options
        self.chance = random.Random(f"{options.seed} {person.email}")
        self.of_route: Counter[str] = Counter()
        self.sent: set[tuple[str, str]] = set()

    def go(self) -> None:
        waiting, seen = deque(["/"]), {"/"}
        while waiting:
            address = waiting.popleft()
            route = _route(address)
            if not route or self.of_route[route] >= self.options.a_route:
                continue
            self.of_route[route] += 1
            text = self._asked("GET", address, {}, route)
            if text is None:
                continue
            self.told.pages.add(route)
            page = Page(text)
            for link in page.links:
                there = urldefrag(urljoin(HERE + address, link))[0]
                if there.startswith(HERE) and (path := there[len(HERE) :]) not in seen:
                    seen.add(path)
                    waiting.append(path)
            for form in page.forms:
                self._spoil(address, form)

    def _spoil(self, address: str, form: Form) -> None:
        target = urlsplit(urljoin(HERE + address, form.action or address))
        route = _route(target.path)
        kind = (route, f"{form.method} {' '.join(sorted(form.fields))}")
        if not route or route in PARTING or kind in self.sent:
            return
        if self.options.only and self.options.only not in route:
            return
        self.sent.add(kind)
        self.told.forms.add(kind)
        path = target.path + (f"?{target.query}" if target.query and form.method == "post" else "")
        for number in range(self.options.each):
            # The first time as a person might, and then ever more spoilt.
            spoilt = 0.0 if number == 0 else self.chance.choice((0.1, 0.3, 0.7))
            given = self._filled(form, spoilt)
            if number and form.method == "post" and self.chance.random() < 0.05:
                self._asked("POST", path, _bytes_of_no_script(given), route)
            else:
                self._asked(form.method.upper(), path, given, route)

    def _filled(self, form: Form, spoilt: float) -> dict[str, Any]:
        from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415

        chance = self.chance
        given: dict[str, Any] = {}
        buttons = [each for each in form.fields.values() if each.kind == "submit"]
        pressed = chance.choice(buttons).name if buttons else ""
        for name, each in form.fields.items():
            is_spoilt = chance.random() < spoilt
            if name == "csrfmiddlewaretoken" or (each.kind == "submit" and name != pressed):
                continue
            if each.kind == "file":
                if is_spoilt or chance.random() < 0.5:
                    called, content = chance.choice(FILES)
                    given[name] = SimpleUploadedFile(called, content)
            elif is_spoilt:
                if (how := chance.random()) < 0.15:
                    continue
                some = [chance.choice(TEXTS) for _ in range(1 if how < 0.8 else 3)]
                given[name] = some if chance.random() < 0.8 else [*each.values[:2], *some]
            elif each.kind in {"radio", "select", "submit"}:
                given[name] = chance.choice(each.values or [""])
            elif each.kind == "checkbox":
                given[name] = [value for value in each.values if chance.random() < 0.5]
            elif each.kind in {"hidden", "password"}:
                given[name] = each.chosen or each.values
            else:
                given[name] = self._typed(each)
        if chance.random() < spoilt / 3:
            given[chance.choice(TEXTS)[:30] or "x"] = chance.choice(TEXTS)
        return given

    def _typed(self, each: Field) -> str:
        """As somebody might have, by what the field is called."""
        name, chance = each.name.rpartition("-")[2], self.chance
        if each.chosen and each.chosen[0].strip() and chance.random() < 0.5:
            return each.chosen[0]
        now = datetime.now(UTC)
        known = {"day": now.day, "month": now.month, "year": now.year, "hour": 9, "minute": 30}
        if name in known:
            return str(known[name])
        if each.kind == "textarea":
            return f"{WORDS} {chance.randrange(10**6)}"
        return chance.choice((WORDS, "Riley", "3", "09:30", f"{now:%Y-%m-%d}", "LS1 1UR", ""))

    def _asked(self, method: str, path: str, given: Any, route: str) -> str | None:
        from django.core.cache import cache  # noqa: PLC0415
        from django.db import transaction  # noqa: PLC0415

        cache.clear()
        kept = self.client.cookies.copy()
        began = time.perf_counter()
        try:
            with transaction.atomic():
                ask = self.client.get if method == "GET" else self.client.post
                more = {"content_type": URL_ENCODED} if isinstance(given, bytes) else {}
                answer = ask(path, given, secure=True, headers={"host": "returnhome.test"}, **more)
                text = self._read(answer)
                transaction.set_rollback(True)
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)
            ours = [each for each in last if "/returnhome/" in each.filename] or last
            where = f"{route}: {type(error).__name__} at {ours[-1].name}:{ours[-1].lineno}"
            self.told.faults[where].append(f"{self.person.email} {method} {path} {given!r}"[:700])
            self.told.answers[0] += 1
            return None
        finally:
            self.client.cookies = kept
            self.told.taken.append(time.perf_counter() - began)
        self.told.answers[answer.status_code] += 1
        if answer.status_code >= 500:
            self.told.faults[f"{route}: {answer.status_code}"].append(
                f"{method} {path} {given!r}"[:700]
            )
        if method == "POST" and answer.status_code in {200, 400, 422}:
            self.told.refused += 1
        if isinstance(given, dict) and method == "POST" and answer.status_code in {200, 400, 422}:
            self._hold(route, path, given, text)
        if method == "GET" and answer.has_header("Location"):
            return f'<a href="{escape(answer["Location"])}"></a>'
        return text if answer.status_code == 200 and "html" in answer["Content-Type"] else None

    def _read(self, answer: Any) -> str:
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return (
            content.decode("utf-8", "replace") if "html" in answer.get("Content-Type", "") else ""
        )

    def _hold(self, route: str, path: str, given: dict[str, Any], text: str) -> None:
        for name, typed in given.items():
            if not isinstance(typed, str) or not typed.startswith(WORDS):
                continue
            self.told.held += 1
            if escape(typed) not in text:
                self.told.lost[f"{route}: {name}"].append(f"{path} {given!r}"[:700])


def _bytes_of_no_script(given: dict[str, Any]) -> bytes:
    """What no browser sends: bytes that are no letters in UTF-8, in names and in values."""
    names = [name.encode("utf-8") for name in given]
    return b"&".join(name + b"=%ED%A0%BD%FF\xfe" for name in [*names, b"%C3", b"\x80"])


def _route(address: str) -> str:
    from django.urls import Resolver404, resolve  # noqa: PLC0415

    try:
        return resolve(urlsplit(address).path).url_name or urlsplit(address).path
    except Resolver404:
        return ""


def _tell(told: Told, seed: int) -> int:
    by_answer = ", ".join(f"{code}: {number:,}" for code, number in sorted(told.answers.items()))
    where = f"{len(told.forms)} forms and {len(told.pages)} pages"
    print(f"\n{told.inputs:,} sent to {where}, seed {seed}")
    print(f"answers {by_answer}; {told.refused:,} refused with the form shown again,")
    missed = sum(map(len, told.lost.values()))
    print(f"in which {told.held:,} texts were looked for, and {missed:,} were not there")
    print(f"median {statistics.median(told.taken) * 1000:.0f} ms, longest {max(told.taken):.1f} s")
    for what, found in (("FAULT", told.faults), ("LOST", told.lost)):
        for where, examples in sorted(found.items()):
            print(f"\n{what} {where} ({len(examples)} times)\n    {examples[0][:400]}")
    print(f"\ntarget: no fault: {'met' if not told.faults else 'NOT MET'}")
    return bool(told.faults)


if __name__ == "__main__":
    sys.exit(main())
