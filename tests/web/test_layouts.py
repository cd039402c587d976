"""A file in a layout never seen before is taught on a page, and remembered for its sender."""

import csv
import io
import re
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from returnhome.casework.models import Delivery, Episode, JournalEntry, Notification, TaughtLayout
from tests.cast import Cast
from tests.web.asking import words_of

pytestmark = pytest.mark.check

SENDER = "Northshire Police"
HEADINGS = ["Log", "Child", "Born", "Post code", "Went missing", "Back", "Category", "Officer"]
KIT = ["L1", "O'DELL Kit", "30.09.12", "NS1 1AA", "13/02/2026 0900hrs", "", "Cat 1", "PC 7"]


def as_csv(*rows: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([HEADINGS, *rows])
    return text.getvalue().encode()


def upload(client: Client, content: bytes, name: str = "list.csv") -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post("/intake", {"sender": SENDER, "file": file}, follow=True)


def came(client: Client, content: bytes, name: str = "list.csv") -> Delivery:
    upload(client, content, name)
    return Delivery.objects.latest("pk")


def sent(response: Any, **changes: str) -> dict[str, str]:
    """What the page's form would send, with some of it chosen otherwise."""
    page = response.content.decode()
    chosen = {}
    for name, inside in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        taken = re.search(r'<option value="([^"]*)" selected', inside)
        chosen[name] = taken[1] if taken else ""
    return chosen | changes


def column(response: Any, heading: str) -> str:
    """The name of the field of a column."""
    found = re.search(
        rf'for="id_(column_\d+)"[^>]*>\s*{re.escape(heading)}\s*<', response.content.decode()
    )
    assert found
    return found[1]


def word(response: Any) -> str:
    """The name of the field that asks for a word."""
    found = re.search(r'name="(word_\d+)"', response.content.decode())
    assert found
    return found[1]


def test_amina_is_shown_what_the_columns_of_an_unknown_file_may_mean(as_, cast: Cast):
    response = upload(as_("amina"), as_csv(KIT))

    words = words_of(response)
    assert "What the columns mean" in words
    assert "The headings are in row 1. 7 of 8 columns are recognised." in words
    assert "Does “Cat 1” mean missing, or away from placement?" in words
    assert "“O'DELL Kit”. The first is forename Kit, surname O'DELL." in words
    assert "“13/02/2026 0900hrs”. The first is 13 February 2026, 09:00." in words
    assert not Episode.objects.filter(child=cast.kit).exists()


def test_what_is_not_certain_has_to_be_said_and_nothing_chosen_is_lost(as_, cast: Cast):
    amina = as_("amina")
    page = upload(amina, as_csv(KIT))
    officer = column(page, "Officer")

    again = amina.post(page.request["PATH_INFO"], sent(page, **{officer: "comment"}))

    assert again.status_code == 200
    assert "Say what “cat 1” means" in words_of(again)
    assert sent(again)[officer] == "comment"
    assert not TaughtLayout.objects.exists()


def test_once_taught_the_file_goes_in_and_the_next_one_is_not_asked_about(as_, cast: Cast):
    amina = as_("amina")
    page = upload(amina, as_csv(KIT))

    done = amina.post(page.request["PATH_INFO"], sent(page, **{word(page): "missing"}), follow=True)
    delivery = Delivery.objects.latest("pk")
    confirmed = amina.post(f"/deliveries/{delivery.pk}/confirm", follow=True)

    assert "1 row read = 0 refused + 0 waiting for a person + 1 opened" in words_of(done)
    assert "1 row is in: 1 opened" in words_of(confirmed)
    episode = Episode.objects.get(child=cast.kit)
    assert episode.kind == "missing"
    assert Notification.objects.get(delivery=delivery).forename == "Kit"
    next_one = upload(amina, as_csv([*KIT[:5], "14/02/2026 0800hrs", *KIT[6:]]))
    assert "What “list.csv” would do" in words_of(next_one)
    assert "1 updated" in words_of(next_one)
    assert TaughtLayout.objects.get().sender.name == SENDER


def test_two_columns_cannot_both_be_the_reference(as_, cast: Cast):
    amina = as_("amina")
    page = upload(amina, as_csv(KIT))

    again = amina.post(
        page.request["PATH_INFO"],
        sent(page, **{word(page): "missing", column(page, "Officer"): "reference"}),
    )

    assert "“Officer” and “Log” cannot both be reference of the episode" in words_of(again)


def test_what_was_taught_can_be_changed_while_the_file_is_looked_at(as_, cast: Cast):
    amina = as_("amina")
    page = upload(amina, as_csv(KIT))
    address = page.request["PATH_INFO"]
    amina.post(address, sent(page, **{word(page): "missing"}))

    shown = amina.get(address)
    amina.post(address, sent(shown, **{column(shown, "Officer"): "comment"}))

    former, standing = TaughtLayout.objects.order_by("pk")
    assert (former.ended_by, standing.ended_at) == (cast.amina, None)
    assert standing.definition["columns"]["Officer"] == "comment"
    assert Delivery.objects.latest("pk").layout == standing.name


def test_a_workbook_with_titles_and_two_rows_of_headings_is_taught_the_same_way(as_, cast: Cast):
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        book.add_worksheet("Read me").write(0, 0, "How to use this")
        sheet = book.add_worksheet("Data")
        rows = [
            ["Weekly return"],
            ["", "", "", "", "Missing", "", "Returned", ""],
            ["Ref", "Name", "DOB", "Postcode", "Date", "Time", "Date", "Time"],
            ["L1", "O'Dell, Kit", 41182, "NS1 1AA", 46066, 0.375, "", ""],
            ["Total", 1],
        ]
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)

    amina = as_("amina")
    page = upload(amina, content.getvalue(), "weekly.xlsx")
    done = amina.post(page.request["PATH_INFO"], sent(page), follow=True)

    assert "The headings are on the sheet “Data”, in row 3." in words_of(page)
    assert "1 row read = 0 refused + 0 waiting for a person + 1 opened" in words_of(done)
    assert "row 5 (totals row)" in words_of(done)


def test_a_sheet_for_each_month_is_one_list_and_says_what_is_left_aside(as_, cast: Cast):
    headings = ["Ref", "Name", "DOB", "Postcode", "Missing", "Returned"]
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for month, name in enumerate(("Jan", "Feb"), start=1):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, headings)
            sheet.write_row(1, 0, [f"L{month}", "O'Dell, Kit", "30.09.12", "NS1 1AA"])
            sheet.write_row(1, 4, [f"13.{month:02}.26 09:00", f"14.{month:02}.26 09:00"])
        book.get_worksheet_by_name("Feb").write_row(
            2, 0, ["L9", "O'Dell, Kit", "31.02.12", "", "x"]
        )
        book.add_worksheet("Totals").write_row(0, 0, ["Month", "Children"])

    amina = as_("amina")
    page = upload(amina, content.getvalue(), "year.xlsx")
    done = amina.post(page.request["PATH_INFO"], sent(page), follow=True)
    confirmed = amina.post(done.request["PATH_INFO"] + "/confirm", follow=True)

    said = words_of(page)
    assert "2 sheets with these headings are read as one list: “Jan”, “Feb”." in said
    assert "Left aside, because of other headings: “Totals”." in said
    words = words_of(done)
    assert "3 rows read = 1 refused + 0 waiting for a person + 2 opened" in words
    assert "Left aside, because its headings are others: sheet “Totals”." in words
    for where in ("Jan row 2, L1", "Feb row 2, L2", "Feb row 3, L9"):
        assert where in words
        assert where in words_of(confirmed)


# Refused rows.


def test_refused_rows_are_downloaded_with_their_reasons_mended_and_sent_again(as_, cast: Cast):
    amina = as_("amina")
    wrong = ["L2", "=1+1", "30.02.12", *KIT[3:]]
    page = upload(amina, as_csv(KIT, wrong))
    amina.post(page.request["PATH_INFO"], sent(page, **{word(page): "missing"}))
    delivery = Delivery.objects.latest("pk")

    before = amina.get(f"/deliveries/{delivery.pk}/refused.csv")
    amina.post(f"/deliveries/{delivery.pk}/confirm")
    after = amina.get(f"/deliveries/{delivery.pk}/refused.csv")

    header, row = csv.reader(io.StringIO(after.content.decode("utf-8-sig")))
    assert before.content == after.content
    assert header == [*HEADINGS, "Why it was refused"]
    assert row[:2] == ["L2", "'=1+1"]
    assert "Born 30.02.12 is not a date" in row[-1]
    mended = after.content.decode("utf-8-sig").replace("'=1+1", "Stone, Una")
    mended = mended.replace('"30.02.12"', '"01.03.13"')
    words = words_of(upload(amina, mended.encode()))
    assert "What “list.csv” would do" in words
    assert "1 row read = 0 refused + 1 waiting" in words


def test_a_file_none_of_whose_rows_was_refused_has_no_such_list(as_, cast: Cast):
    amina = as_("amina")
    page = upload(amina, as_csv(KIT))
    amina.post(page.request["PATH_INFO"], sent(page, **{word(page): "missing"}))

    delivery = Delivery.objects.latest("pk")
    assert amina.get(f"/deliveries/{delivery.pk}/refused.csv").status_code == 404


# Who may, and what is written.


@pytest.mark.parametrize("name", ["owen", "wes", "ines", "sol", "ana", "adi", "pat"])
def test_nobody_else_can_teach_it_or_see_what_was_refused(as_, cast: Cast, name: str):
    amina = as_("amina")
    unknown = came(amina, as_csv(KIT))
    refused = came(amina, as_csv(["", *KIT[1:]]))
    page = amina.get(f"/deliveries/{refused.pk}/layout")
    amina.post(f"/deliveries/{refused.pk}/layout", sent(page, **{word(page): "missing"}))
    assert amina.get(f"/deliveries/{refused.pk}/refused.csv").status_code == 200

    stranger = as_(name)

    assert stranger.get(f"/deliveries/{unknown.pk}/layout").status_code == 404
    assert stranger.post(f"/deliveries/{unknown.pk}/layout", {}).status_code == 404
    assert stranger.get(f"/deliveries/{refused.pk}/refused.csv").status_code == 404


def test_what_one_council_was_taught_is_not_another_councils(as_, cast: Cast):
    amina, wes = as_("amina"), as_("wes")
    page = upload(amina, as_csv(KIT))
    amina.post(page.request["PATH_INFO"], sent(page, **{word(page): "missing"}))

    assert "What the columns mean" in words_of(upload(wes, as_csv(KIT)))
    assert not TaughtLayout.objects.visible_to(cast.wes).exists()
    assert TaughtLayout.objects.visible_to(cast.amina).exists()


def test_looking_at_the_columns_and_taking_the_refused_rows_are_in_the_journal(as_, cast: Cast):
    amina = as_("amina")
    delivery = came(amina, as_csv(["", *KIT[1:]]))
    page = amina.get(f"/deliveries/{delivery.pk}/layout")
    amina.post(f"/deliveries/{delivery.pk}/layout", sent(page, **{word(page): "missing"}))
    amina.get(f"/deliveries/{delivery.pk}/refused.csv")

    verbs = set(
        JournalEntry.objects.filter(kind="delivery", object_id=delivery.pk).values_list(
            "verb", flat=True
        )
    )
    assert {"read", "set layout of delivery", "download refused rows"} <= verbs
    taught = JournalEntry.objects.get(verb="teach layout")
    assert taught.object_id == TaughtLayout.objects.get().pk
