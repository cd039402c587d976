"""Composing a share: what is put together, marked and kept, from a record with 200 things to tell.

    python -m bench.sharing [--items 200] [--runs 15]

Target: composing under 300 ms in the median: the form that puts it together; and, beside it, the
page with every line and every marked place. Yardstick: the same for a record with a tenth of the
things, asked in turn in the same run. The time is that of the whole request through Django's test
client, with row security on: sign-in, queries, marks, page, journal.
"""

import argparse
import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from bench import scratch

UNDER_MS = 300
TENTH = 10


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--items", type=int, default=200)
    asked.add_argument("--runs", type=int, default=15)
    options = asked.parse_args()
    scratch.set_up()
    from tests import cast  # noqa: PLC0415

    with scratch.scratch(datetime.now(UTC)):
        cast.assemble()
        at = datetime.now(UTC) - timedelta(days=2)
        # Each of its own episode: the smaller of a month before.
        many = _made(options.items, at)
        few = _made(options.items // TENTH, at - timedelta(days=30))
        took: dict[tuple[str, str], list[float]] = {}
        lines = {}
        for _ in range(options.runs):
            for name, (episode, client) in (("many", many), ("few", few)):
                began, address = _begun(episode, client)
                opened, lines[name] = _opened(address, client)
                took.setdefault((name, "put together"), []).append(began)
                took.setdefault((name, "its page"), []).append(opened)
    medians = {key: statistics.median(times) for key, times in took.items()}
    for step in ("put together", "its page"):
        large, small = medians["many", step], medians["few", step]
        print(
            f"{step}: {large:.0f} ms with {lines['many']} things, "
            f"{small:.0f} ms with {lines['few']} ({large / small:.1f} times)"
        )
        print(f"  target under {UNDER_MS} ms: {'met' if large < UNDER_MS else 'NOT MET'}")


def _made(items: int, at: datetime) -> tuple[Any, Any]:
    """An episode with so many things to tell, and the browser of whoever held its interview."""
    from django.test import Client  # noqa: PLC0415

    from returnhome.casework import mentions  # noqa: PLC0415
    from returnhome.casework.mentions import Told  # noqa: PLC0415
    from returnhome.rules.mentioning import MentionKind  # noqa: PLC0415
    from returnhome.web import sessions  # noqa: PLC0415
    from tests.cast import Cast, returned, signed  # noqa: PLC0415

    cast = Cast()
    episode = returned(cast.sky, at=at)
    talk = signed(episode, interviewer=cast.ines, by=cast.amina, at=at)
    # A third of them say nothing that is marked; the others name people, places and numbers.
    for number in range(items - len(shared_of(episode, cast.ines))):
        kind, told = (
            (MentionKind.PERSON, Told(name=f"Dan Hale {number}", relationship="Drives")),
            (MentionKind.PLACE, Told(name=f"Flat {number}", address="14 Quarry Terrace")),
            (MentionKind.PHONE, Told(number=f"07700 9{number:05}", name="Dan")),
        )[number % 3]
        mentions.note(talk, kind, told, by=cast.ines, at=at)
    client = Client()
    client.force_login(cast.ines)
    session = client.session
    sessions.begin(session, datetime.now(UTC), full=True)
    session.save()
    return episode, client


def shared_of(episode: Any, person: Any) -> list[Any]:
    """What could be told of it to its social worker, where somebody may be in danger."""
    from returnhome.casework import composing  # noqa: PLC0415
    from returnhome.rules import sharing  # noqa: PLC0415
    from returnhome.rules.sharing import Purpose, Recipient  # noqa: PLC0415

    fit = sharing.fit(Recipient.SOCIAL_WORKER, Purpose.DANGER_NOW)
    return composing.fitting(composing.pieces(episode, person), fit.items if fit else ())


def _begun(episode: Any, client: Any) -> tuple[float, str]:
    typed = {"recipient": "social_worker", "for_social_worker": "danger_now"}
    began = time.perf_counter()
    response = client.post(f"/episodes/{episode.pk}/share", typed)
    took = (time.perf_counter() - began) * 1000
    assert response.status_code == 302, response.content[:400]
    return took, response.headers["Location"]


def _opened(address: str, client: Any) -> tuple[float, int]:
    began = time.perf_counter()
    response = client.get(address)
    took = (time.perf_counter() - began) * 1000
    assert response.status_code == 200
    return took, response.content.count(b'name="in_')


if __name__ == "__main__":
    main()
