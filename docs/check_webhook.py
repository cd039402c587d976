"""How a program that is told by a webhook knows that it was Returnhome: Python alone.

The way is that of Standard Webhooks, for which there are programs in most languages.
"""

import base64
import hashlib
import hmac

OLDEST = 300  # seconds: what is older may be somebody who sends an old message again


def is_from_returnhome(secret, headers, body, now):
    """Whether the secret has signed this: `headers` in lower case, `body` the bytes as they came,
    `now` the seconds since 1970."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    number, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    signed = f"{number}.{timestamp}.".encode() + body
    ours = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    # While a secret is changed there are two signatures: one that is ours is enough.
    theirs = [each.partition(",")[2] for each in headers["webhook-signature"].split()]
    is_ours = any(hmac.compare_digest(ours, each) for each in theirs)
    return is_ours and abs(now - int(timestamp)) <= OLDEST
