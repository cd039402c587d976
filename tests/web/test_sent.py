"""What is sent to a page: nothing larger than it takes is read, and nothing is believed by name."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.web.asking import words_of
from tests.web.test_intake import SENDER

MEGABYTE = 1024 * 1024


class Unread:
    """A body of which nobody should read a byte."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError("It was read.")

    readline = readlines = read

    def close(self) -> None:
        """As a file is."""


@pytest.mark.parametrize(
    ("address", "most"), [("/", 5), ("/accounts/login/", 5), ("/services/import", 20)]
)
def test_more_than_a_page_takes_is_refused_before_any_of_it_is_read(
    as_: Callable[[str], Client], address: str, most: int
):
    announced = {"CONTENT_LENGTH": str((most + 1) * MEGABYTE), "wsgi.input": Unread()}

    response = as_("amina").post(address, **announced)

    assert response.status_code == 413
    assert f"This page takes up to {most} MB. Nothing was read" in words_of(response)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"\x7fELF\x02\x01\x01", "cannot be read|not a table|no table|Send"),
        (b"<html><script>alert(1)</script></html>", "web page"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>', "XML"),
        (b"PK\x05\x06" + b"\0" * 18, "zip archive"),
    ],
)
def test_a_file_is_what_its_content_says_whatever_it_is_called(
    as_: Callable[[str], Client], content: bytes, says: str
):
    file = SimpleUploadedFile("list.csv", content, content_type="text/csv")

    page = words_of(as_("amina").post("/intake", {"sender": SENDER, "file": file}))

    assert "There is a problem" in page
    assert any(words in page for words in says.split("|"))
    assert "passwd" not in page


def test_a_directory_that_is_none_is_refused_with_a_sentence(as_: Callable[[str], Client]):
    file = SimpleUploadedFile("services.json", b"PK\x03\x04 not json", "application/json")

    response = as_("mara").post("/services/import", {"file": file})

    assert response.status_code in (200, 404)
    assert "Traceback" not in response.content.decode()


def test_who_asks_for_many_files_within_a_minute_waits_and_others_do_not(
    as_: Callable[[str], Client],
):
    amina, mara = as_("amina"), as_("mara")

    answers = [amina.get("/out-of-area.csv")]
    while answers[-1].status_code == 200 and len(answers) < 122:
        answers.append(amina.get("/out-of-area.csv"))

    stopped = answers[-1]
    # A minute may begin on the way: then it is a few more.
    assert 61 <= len(answers) <= 121
    assert (stopped.status_code, stopped.headers["Retry-After"]) == (429, "60")
    assert "Wait a minute and try again" in words_of(stopped)
    assert mara.get("/out-of-area.csv").status_code == 200
    assert amina.get("/").status_code == 200
