"""Files on the pages: taken in, looked at, confirmed or thrown away."""

import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from returnhome.casework import notifications, staff
from returnhome.casework.models import Child, Delivery, Episode, JournalEntry, Notification
from returnhome.intake import loading
from returnhome.intake.layouts import POLICE_A
from returnhome.jobs import taking_in
from returnhome.web import example
from tests.cast import Cast
from tests.web.asking import words_of

HEADINGS = ",".join(POLICE_A.columns)
KIT = "A1,O'Dell,Kit,30/09/2012,M,1 High Street,NS1 1AA,{seen},{seen},High,N,,Missing,{found},"
SENDER = "Northshire Police"


def rows(*lines: str) -> bytes:
    return "\n".join([HEADINGS, *lines]).encode()


def kits(found: str = "", **changes: str) -> str:
    """Kit's row: missing from 1 February 2026."""
    line = KIT.format(seen="01/02/2026 09:00", found=found)
    for old, new in changes.items():
        line = line.replace(old, new)
    return line


MIXED = rows(
    kits(),
    kits(found="02/02/2026 09:00"),
    "A2,Stone,Una,01/03/2013,F,,WB1 1AA,03/02/2026 10:00,,Low,N,,Missing,,",
    "A3,Adult,Al,01/01/1980,M,,NS1 1AA,03/02/2026 10:00,,Low,N,,Missing,,",
    ",,,",
)


def upload(client: Client, content: bytes, name: str = "list.csv", sender: str = SENDER) -> Any:
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    return client.post("/intake", {"sender": sender, "file": file})


def received(client: Client, content: bytes = MIXED) -> Delivery:
    response = upload(client, content)
    assert response.status_code == 302, words_of(response)
    return Delivery.objects.get(pk=int(response.headers["Location"].split("/")[-1]))


def everything() -> tuple[int, ...]:
    return tuple(table.objects.count() for table in (Child, Episode, Notification))


# Taking a file in.


def test_amina_sees_what_a_file_would_do_and_nothing_is_written(as_, cast: Cast):
    amina = as_("amina")
    before = everything()

    delivery = received(amina)
    words = words_of(amina.get(f"/deliveries/{delivery.pk}"))

    assert "What “list.csv” would do" in words
    assert (
        "4 rows read = 1 refused + 1 waiting for a person + 1 opened + 1 updated + 0 unch" in words
    )
    assert "Row 5, A3 Al Adult, born 1 Jan 1980 Born 01/01/1980: 46 years old" in words
    assert "No child on record has this name, birth date and postcode nobody Westborough" in words
    assert "found 2 Feb 2026 at 9am Northshire" in words
    assert "1 row more about no child is left out: row 6 (blank row)" in words
    assert "Not yours: Westborough 1" in words
    assert everything() == before
    assert Delivery.objects.get(pk=delivery.pk).confirmed_at is None


def test_amina_confirms_and_the_rows_are_in(as_, cast: Cast):
    amina = as_("amina")
    delivery = received(amina)

    response = amina.post(f"/deliveries/{delivery.pk}/confirm", follow=True)

    words = words_of(response)
    assert "4 rows are in: 1 opened, 1 updated, 0 unchanged, 1 waiting, 1 refused." in words
    assert "What “list.csv” did" in words
    assert "not a child" in words
    assert "The row as it came" in words
    episode = Episode.objects.get(child=cast.kit)
    assert episode.found_at is not None
    assert f'href="/episodes/{episode.pk}"' in response.content.decode()
    assert Notification.objects.filter(delivery=delivery).count() == 4


def test_the_same_file_again_says_that_it_says_nothing_new(as_, cast: Cast):
    amina = as_("amina")
    content = rows(kits())
    amina.post(f"/deliveries/{received(amina, content).pk}/confirm")

    words = words_of(amina.get(f"/deliveries/{received(amina, content).pk}"))

    assert "This file says nothing new" in words


def test_a_file_thrown_away_is_gone_and_nothing_of_it_was_written(as_, cast: Cast):
    amina = as_("amina")
    delivery = received(amina)
    before = everything()

    response = amina.post(f"/deliveries/{delivery.pk}/discard", follow=True)

    assert "“list.csv” is thrown away. Nothing of it was written." in words_of(response)
    assert not Delivery.objects.filter(pk=delivery.pk).exists()
    assert everything() == before


def test_whoever_confirms_second_is_told_and_nothing_is_written_twice(as_, cast: Cast):
    amina, mara = as_("amina"), as_("mara")
    delivery = received(amina)
    amina.post(f"/deliveries/{delivery.pk}/confirm")
    before = everything()

    response = mara.post(f"/deliveries/{delivery.pk}/confirm", follow=True)

    assert "This file has already been confirmed. Nothing was written twice." in words_of(response)
    assert everything() == before


def test_a_confirmed_file_cannot_be_thrown_away(as_, cast: Cast):
    amina = as_("amina")
    delivery = received(amina)
    amina.post(f"/deliveries/{delivery.pk}/confirm")

    response = amina.post(f"/deliveries/{delivery.pk}/discard")

    assert response.status_code == 409
    assert "This file has already been confirmed." in words_of(response)


def test_a_row_for_another_council_is_named_as_theirs_and_has_no_way_in(as_, cast: Cast):
    amina = as_("amina")
    delivery = received(amina)
    amina.post(f"/deliveries/{delivery.pk}/confirm")

    page = amina.get(f"/deliveries/{delivery.pk}")

    una = Child.objects.get(forename="Una")
    assert "Westborough must act" in words_of(page)
    assert f"/children/{una.pk}/match" not in page.content.decode()


# Bad files: one clear sentence each, on the form.


def refused(client: Client, content: bytes, name: str = "list.csv") -> str:
    response = upload(client, content, name)
    page = response.content.decode()
    assert response.status_code == 200
    assert "There is a problem" in page
    assert 'href="#id_file"' in page
    assert f'<option value="{SENDER}" selected>' in page
    assert not Delivery.objects.exists()
    return words_of(response)


def test_an_empty_file_is_said_to_be_empty(as_, cast: Cast):
    assert "The file is empty" in refused(as_("amina"), b"")


def test_a_file_of_blank_lines_is_said_to_be_empty(as_, cast: Cast):
    assert "“list.csv” is empty: export it again" in refused(as_("amina"), b"\n\n,,\n")


def test_a_file_that_is_no_table_is_said_to_be_none(as_, cast: Cast):
    words = refused(as_("amina"), b"Dear all,\nplease find below the list.\n")

    assert "“list.csv” is not a table" in words or "No layout has the headings" in words


def test_a_table_of_something_else_is_told_which_headings_are_wanted(as_, cast: Cast):
    words = refused(as_("amina"), b"Name,Colour\nKit,blue\n")

    assert "No layout has the headings “Name”, “Colour”" in words


def test_a_file_in_another_encoding_is_told_how_to_export_it(as_, cast: Cast):
    ebcdic = rows(kits()).decode().encode("cp037")

    words = refused(as_("amina"), ebcdic)

    assert "list.csv" in words
    assert "export it again" in words or "not a table" in words


def test_windows_letters_are_read_as_what_they_are(as_, cast: Cast):
    content = rows(kits(Kit="Zoë")).decode().encode("cp1252")

    delivery = received(as_("amina"), content)

    assert "Zoë" in words_of(as_("amina").get(f"/deliveries/{delivery.pk}"))


def test_a_zip_in_disguise_is_named(as_, cast: Cast):
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("list.csv", rows(kits()))

    words = refused(as_("amina"), archive.getvalue())

    assert "“list.csv” is a zip archive, not a CSV file: unpack it" in words


class Body(BytesIO):
    """What a browser sends first, then one line without end until so many bytes are read."""

    def __init__(self, head: bytes, size: int) -> None:
        super().__init__(head)
        self.left = size - len(head)

    def read(self, size: int | None = -1) -> bytes:
        taken = super().read(size)
        if not taken and size and size > 0:
            taken = b"x" * min(size, self.left)
            self.left -= len(taken)
        return taken

    def readline(self, size: int | None = -1) -> bytes:
        raise AssertionError("a line without end must never be asked for")


def test_a_file_of_200_mb_is_refused_and_not_a_byte_of_it_kept(as_, cast: Cast, monkeypatch):
    size = 200 * 1024 * 1024
    head = (
        '--edge\r\nContent-Disposition: form-data; name="sender"\r\n\r\n'
        f"{SENDER}\r\n--edge\r\n"
        'Content-Disposition: form-data; name="file"; filename="year.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    ).encode()
    kept: list[int] = []
    for handler in ("MemoryFileUploadHandler", "TemporaryFileUploadHandler"):
        monkeypatch.setattr(
            f"django.core.files.uploadhandler.{handler}.receive_data_chunk",
            lambda _self, data, _start: kept.append(len(data)),
        )

    response = as_("amina").generic(
        "POST",
        "/intake",
        CONTENT_TYPE="multipart/form-data; boundary=edge",
        CONTENT_LENGTH=str(size),
        **{"wsgi.input": Body(head, size)},
    )

    words = words_of(response)
    assert "The file is 200 MB and the most that can be read is 50 MB: split it by month" in words
    assert f'<option value="{SENDER}" selected>' in response.content.decode()
    assert kept == []
    assert not Delivery.objects.exists()


def test_nothing_chosen_asks_for_both(as_, cast: Cast):
    words = words_of(as_("amina").post("/intake", {}))

    assert "Choose who sent the file" in words
    assert "Choose the file" in words


def test_a_form_from_elsewhere_is_not_taken(cast: Cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.amina)

    response = upload(client, MIXED)

    assert response.status_code == 403
    assert not Delivery.objects.exists()


# Who may.


@pytest.mark.parametrize("name", ["ines", "sol", "ana", "adi", "pat"])
def test_who_takes_no_files_in_has_no_such_page(as_, cast: Cast, name: str):
    delivery = received(as_("amina"))

    for page in ("/intake", f"/deliveries/{delivery.pk}"):
        assert as_(name).get(page).status_code == 404
    for verb in ("confirm", "discard"):
        assert as_(name).post(f"/deliveries/{delivery.pk}/{verb}").status_code == 404
    assert upload(as_(name), MIXED).status_code == 404


@pytest.mark.parametrize("name", ["owen", "wes"])
def test_owen_cannot_tell_that_the_file_exists(as_, cast: Cast, name: str):
    delivery = received(as_("amina"))
    stranger = as_(name)

    assert stranger.get(f"/deliveries/{delivery.pk}").status_code == 404
    assert stranger.post(f"/deliveries/{delivery.pk}/confirm").status_code == 404
    assert stranger.post(f"/deliveries/{delivery.pk}/discard").status_code == 404
    assert "list.csv" not in words_of(stranger.get("/intake"))
    assert Delivery.objects.get(pk=delivery.pk).confirmed_at is None


def test_looking_at_a_file_is_written_in_the_journal(as_, cast: Cast):
    amina = as_("amina")
    delivery = received(amina)

    amina.get(f"/deliveries/{delivery.pk}")

    looked = JournalEntry.objects.filter(verb="read", kind="delivery", object_id=delivery.pk)
    assert looked.count() == 1


# Queries.


@pytest.mark.check
def test_the_page_of_a_confirmed_file_asks_no_more_for_fifty_rows(
    as_, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
):
    many = rows(
        *(
            kits(
                **{
                    "A1": f"A{number}",
                    "01/02/2026": f"{number % 28 + 1:02}/{number // 28 + 1:02}/2025",
                }
            ).replace(
                "Missing,,", f"Missing,{number % 28 + 1:02}/{number // 28 + 1:02}/2025 20:00,"
            )
            for number in range(50)
        ),
        *(
            f"B{number},Stone,Una,01/03/2013,F,,NS1 1AA,03/02/2026 10:00,,Low,N,,Missing,,"
            for number in range(50)
        ),
    )
    amina = as_("amina")
    delivery = received(amina, many)
    amina.post(f"/deliveries/{delivery.pk}/confirm")

    with django_assert_max_num_queries(16):
        words = words_of(amina.get(f"/deliveries/{delivery.pk}"))

    assert "100 rows read = 0 refused + 50 waiting for a person + 50 opened" in words


def test_the_list_of_files_asks_no_more_for_fifty(
    as_, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries, now: datetime
):
    sender = notifications.sender_named(SENDER, by=cast.amina, at=now)
    for number in range(50):
        loading.receive(
            rows(kits()),
            f"{number}.csv",
            sender=sender,
            received_for=cast.northshire_council,
            by=cast.amina,
            at=now,
        )
    amina = as_("amina")

    with django_assert_max_num_queries(16):
        words = words_of(amina.get("/intake"))

    assert "49.csv" in words


def test_the_demonstrations_file_is_fetched_by_whoever_takes_files_in_alone(
    as_: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.DEMONSTRATION = True
    monkeypatch.setenv("RETURNHOME_DATA", str(tmp_path))
    example.place().parent.mkdir()
    example.place().write_bytes(MIXED)

    for name in ("ines", "sol", "ana", "adi", "pat"):
        assert as_(name).get("/intake/example").status_code == 404, name
    fetched = as_("amina").get("/intake/example")
    assert b"".join(fetched.streaming_content) == MIXED


# A long file.


@pytest.fixture
def long_from_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "WHOLE", 2)
    monkeypatch.setattr(loading, "TOGETHER", 2)


def a_worker_runs() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (%s)", [timezone.now()]
        )


def look(client: Client, delivery: Delivery) -> str:
    return words_of(client.get(f"/deliveries/{delivery.pk}"))


@pytest.mark.usefixtures("long_from_three")
def test_of_a_long_file_the_first_rows_are_tried_and_the_page_says_so(as_, cast: Cast):
    amina = as_("amina")

    words = look(amina, received(amina))

    assert "It is a long file: the first 2 of 5 rows were tried" in words


@pytest.mark.usefixtures("long_from_three")
def test_amina_sees_how_far_a_long_file_is_stops_it_and_goes_on(as_, cast: Cast):
    amina, by = as_("amina"), staff.clockwork()
    delivery = received(amina)
    a_worker_runs()

    words = words_of(amina.post(f"/deliveries/{delivery.pk}/confirm", follow=True))
    assert "“list.csv” is going in" in words
    assert "The worker is not running" not in words
    assert "0 of 5 rows are in. It begins in a moment." in words
    assert not Episode.objects.exists()
    taking_in.take_in(by=by, clock=timezone.now, should_stop=iter([False, False, True]).__next__)
    words = look(amina, delivery)
    assert "2 of 5 rows are in. Under a minute left." in words
    assert "2 rows read = 0 refused + 0 waiting for a person + 1 opened + 1 updated" in words
    assert "Going in" in words_of(amina.get("/intake"))

    words = words_of(amina.post(f"/deliveries/{delivery.pk}/stop", follow=True))
    assert "“list.csv” was stopped" in words
    assert "Amina Yusuf stopped it" in words
    assert "no clock runs for them" in words
    assert taking_in.take_in(by=by, clock=timezone.now) == 0

    amina.post(f"/deliveries/{delivery.pk}/confirm")
    assert taking_in.take_in(by=by, clock=timezone.now) == 1
    words = look(amina, delivery)
    assert "What “list.csv” did" in words
    assert "4 rows read = 1 refused + 1 waiting for a person + 1 opened + 1 updated" in words


@pytest.mark.usefixtures("long_from_three")
def test_that_no_worker_runs_is_said_where_a_file_waits_for_one(as_, cast: Cast):
    amina = as_("amina")
    delivery = received(amina)

    words = words_of(amina.post(f"/deliveries/{delivery.pk}/confirm", follow=True))

    assert "0 of 5 rows are in. 0 rows read" in words
    assert "The worker is not running, so nothing goes in just now." in words
    amina.post(f"/deliveries/{delivery.pk}/stop")
    assert "The worker is not running" not in look(amina, delivery)


@pytest.mark.usefixtures("long_from_three")
def test_amina_leaves_the_rest_of_a_stopped_file_out(as_, cast: Cast):
    amina = as_("amina")
    delivery = received(amina)
    amina.post(f"/deliveries/{delivery.pk}/confirm")
    words = words_of(amina.post(f"/deliveries/{delivery.pk}/leave", follow=True))
    assert "are going in already" in words
    amina.post(f"/deliveries/{delivery.pk}/stop")
    words = words_of(amina.post(f"/deliveries/{delivery.pk}/discard", follow=True))
    assert "are going in already" in words

    words = words_of(amina.post(f"/deliveries/{delivery.pk}/leave", follow=True))

    assert "5 rows were left out" in words
    words = words_of(amina.post(f"/deliveries/{delivery.pk}/stop", follow=True))
    assert "There was nothing left to stop." in words
