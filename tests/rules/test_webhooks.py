"""Webhooks: which addresses are called, and the signature that others check by themselves."""

from ipaddress import ip_address

import pytest

from returnhome.rules import webhooks
from returnhome.rules.webhooks import AddressWrong


@pytest.mark.parametrize(
    "address",
    [
        "https://example.gov.uk/returnhome",
        "https://example.gov.uk",
        "https://example.gov.uk:443/a?b=c",
        "https://93.184.216.34/",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/",
    ],
)
def test_an_address_on_the_internet_in_cipher_is_called(address: str) -> None:
    webhooks.check_address(address, anywhere=False)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "example.gov.uk",
        "http://example.gov.uk/",
        "ftp://example.gov.uk/",
        "https://",
        "https:///path",
        "https://localhost/",
        "https://intranet/",
        "https://example.gov.uk:8443/",
        "https://example.gov.uk:99999/",
        "https://user:password@example.gov.uk/",
        "https://user@example.gov.uk/",
        "https://example.gov.uk/#part",
        "https://example.gov.uk/a b",
        "https://exämple.gov.uk/",
        "https://example.gov.uk/\r\nHost: other",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fe80::1]/",
        "https://[broken/",
        "https://example.gov.uk/" + "x" * 300,
    ],
)
def test_no_other_address_is_taken(address: str) -> None:
    with pytest.raises(AddressWrong):
        webhooks.check_address(address, anywhere=False)


def test_with_invented_data_alone_it_may_lead_anywhere() -> None:
    webhooks.check_address("http://127.0.0.1:8200/told", anywhere=True)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.53", "169.254.169.254", "172.16.0.1"),
        *("192.168.1.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fc00::1", "fe80::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1"),
        *("64:ff9b::7f00:1", "2002:7f00:1::", "64:ff9b::a00:1"),
    ],
)
def test_no_address_of_a_network_of_ones_own_is_called(address: str) -> None:
    assert not webhooks.may_call(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_an_address_of_the_internet_is(address: str) -> None:
    assert webhooks.may_call(ip_address(address))


def test_the_signature_is_that_of_the_published_example() -> None:
    """The example of the specification: its secret, number, time and body, and its signature."""
    signed = webhooks.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        number="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_each_wait_is_longer_and_there_is_an_end() -> None:
    waits = [webhooks.again_after(tries) for tries in range(1, webhooks.MOST_TRIES + 1)]

    assert waits[-1] is None
    assert waits[:-1] == sorted(waits[:-1])  # type: ignore[type-var]
