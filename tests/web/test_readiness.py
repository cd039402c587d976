"""Whether it is ready: the keys that are here open what is sealed, of every kind."""

from base64 import urlsafe_b64encode
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client, override_settings

from returnhome.casework import sealing, webhooks
from returnhome.casework.models import Address
from tests.casework.test_children import stranger
from tests.cast import NOW, Cast

OTHER = urlsafe_b64encode(b"another key, thirty-two bytes ok").decode()


def where_a_child_is_hidden(cast: Cast) -> None:
    Address.objects.create(child=stranger(cast), line="1 Hidden Row", is_protected=True)


def the_secret_of_a_webhook(cast: Cast) -> None:
    webhooks.set_up(cast.northshire_council, "https://told.example/", by=cast.adi, at=NOW)


def a_second_factor(cast: Cast) -> None:
    secret = sealing.seal(b"secret of a telephone").hex()
    Authenticator.objects.filter(user=cast.wes).delete()
    Authenticator.objects.create(
        user=cast.wes, type=Authenticator.Type.TOTP, data={"secret": secret}
    )


@pytest.mark.parametrize(
    "sealed", [where_a_child_is_hidden, the_secret_of_a_webhook, a_second_factor]
)
def test_it_is_not_ready_without_the_key_of_anything(
    cast: Cast, client: Client, sealed: Callable[[Cast], None]
):
    assert client.get("/readyz").status_code == 200

    with override_settings(SEALING_KEYS=[OTHER]):
        sealed(cast)

    asked = client.get("/readyz")
    assert (asked.status_code, asked.content) == (503, b"no key for what is sealed")
