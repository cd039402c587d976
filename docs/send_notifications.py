"""An example of a program that sends notifications to Returnhome: Python alone, nothing else.

    TOKEN=rht_... python send_notifications.py http://localhost:8000 notifications.json
    TOKEN=rht_... python send_notifications.py http://localhost:8000 --return NSP/26/0001 \\
        2026-03-02T07:40:00Z

The file holds a list of notifications, as docs/api.md describes them. Exit 0: all were taken in,
1: some were refused or must be mended, 2: nobody answered.
"""

import json
import os
import sys
import time
import uuid
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

WAITS = (1, 5, 30)  # seconds before each further try


class Refused(Exception):
    """The answer is no, and asking again would not change it."""


def ask(base, path, body=None, *, token, waits=WAITS):
    """One request; sent again where that can help, always with the same idempotency key."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    if body is not None:
        headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        body = json.dumps(body).encode()
    left = iter((*waits, None))
    while True:
        wait = next(left)
        try:
            with urlopen(Request(base + path, body, headers), timeout=60) as answer:  # noqa: S310
                return json.load(answer)
        except HTTPError as error:
            kind, detail = problem(error)
            again = error.code in (429, 500, 502, 503, 504) or kind == "busy"
            if wait is None or not again:
                raise Refused(f"{error.code} {detail}") from None
            wait = max(wait, int(error.headers.get("Retry-After", 0)))
        except OSError:
            # No answer is no no: it may have been done. The key sees to it that it is done once.
            if wait is None:
                raise
        time.sleep(wait)


def problem(error):
    """The kind of the no and its words; what stands before Returnhome may answer without them."""
    try:
        said = json.load(error)
        return said["type"].partition("#")[2], said["detail"]
    except (ValueError, KeyError):
        return "", error.reason


def send(base, notifications, **how):
    """New ones and updates, 500 at a time; gives what became of each."""
    taken = []
    for first in range(0, len(notifications), 500):
        body = {"notifications": notifications[first : first + 500]}
        taken += ask(base, "/api/v1/notifications", body, **how)["results"]
    return taken


def say_returned(base, reference, at, **how):
    """The child is back: `at` is when, with its offset."""
    return ask(base, f"/api/v1/notifications/{quote(reference)}/return", {"at": at}, **how)


def what_became(base, reference, **how):
    """Whether it is known who the child is, and whether the council has work to do."""
    return ask(base, f"/api/v1/notifications/{quote(reference)}", **how)


def main(base, *rest, token):
    if rest[0] == "--return":
        taken = [say_returned(base, rest[1], rest[2], token=token)]
    else:
        with open(rest[0], encoding="utf-8") as file:
            taken = send(base, json.load(file), token=token)
    for each in taken:
        print(each["reference"], each["result"], each["reason"])
    return 1 if any(each["result"] == "refused" for each in taken) else 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:], token=os.environ["TOKEN"]))
    except (IndexError, KeyError, TypeError):
        sys.exit(__doc__)
    except Refused as no:
        sys.exit(f"Not taken in: {no}")
    except OSError as error:
        print(f"Not sent, or nobody answered: {error}", file=sys.stderr)
        sys.exit(2)
