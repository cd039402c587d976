"""The bytes that a sender's file is made of, read as a table one record at a time."""

import io
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnhome.intake.reading import LARGEST, Record, Unreadable, read

ZOE = "Ref,Surname,Comment\r\nA1,Zoë,“home”\r\n"


def refused(content, filename="mispers.csv"):
    with pytest.raises(Unreadable) as caught:
        list(read(content, filename).records)
    return str(caught.value)


def archive(*names):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for name in names:
            packed.writestr(name, "x")
    return content.getvalue()


def table(content):
    read_table = read(content, "mispers.csv")
    return read_table.header, [record.cells for record in read_table.records]


def test_the_first_line_is_number_one():
    read_table = read(b"Ref,Surname\nA1,Evans\nA2,Shah\n", "mispers.csv")

    assert read_table.header == ["Ref", "Surname"]
    assert list(read_table.records) == [Record(2, ["A1", "Evans"]), Record(3, ["A2", "Shah"])]
    assert read_table.length == 2


def test_a_line_break_inside_quotation_marks_starts_no_new_row():
    read_table = read(b'Ref,Comment\r\nA1,"found\r\nat home"\r\nA2,\r\n', "mispers.csv")

    assert list(read_table.records) == [
        Record(2, ["A1", "found\r\nat home"]),
        Record(3, ["A2", ""]),
    ]


def test_blank_lines_keep_their_number_and_a_late_heading_is_found():
    read_table = read(b"\n,\nRef,Surname\nA1,Evans\n\nA2,Shah", "mispers.csv")

    assert (read_table.header, read_table.header_number) == (["Ref", "Surname"], 3)
    assert [record.number for record in read_table.records] == [4, 5, 6]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_a_name_with_an_accent_comes_through_whatever_the_encoding(encoding):
    assert table(ZOE.encode(encoding)) == (
        ["Ref", "Surname", "Comment"],
        [["A1", "Zoë", "“home”"]],
    )


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_usual_separators_are_known(separator):
    content = f'Ref{separator}Surname\nA1{separator}"Evans, Mia; x"\n'.encode()

    assert table(content) == (["Ref", "Surname"], [["A1", "Evans, Mia; x"]])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(end):
    content = end.join(["Ref,Surname", "A1,Evans", "A2,Shah"]).encode()

    assert table(content)[1] == [["A1", "Evans"], ["A2", "Shah"]]


def test_a_file_can_be_given_as_a_path_or_open(tmp_path):
    path = tmp_path / "mispers.csv"
    path.write_bytes(ZOE.encode())

    with path.open("rb") as file:
        opened = table(file)
        assert not file.closed

    assert opened == table(path) == table(ZOE.encode())


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \r\n\r\n  \n", b",,,\n,,,\n"])
def test_an_empty_file_says_so(content):
    sentence = refused(content)

    assert sentence == "“mispers.csv” is empty: export it again and check that it holds rows."


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"%PDF-1.7 ...", "is a PDF document, not a CSV file: ask the sender"),
        (b"\x89PNG\r\n\x1a\n", "is a picture"),
        (b"\xff\xd8\xff\xe0", "is a picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is damaged or not a workbook"),
        (b"\x1f\x8b\x08", "is a compressed file"),
        (b"<html><table>", "is a web page"),
        (b"  <!DOCTYPE html>", "is a web page"),
        (b"<?xml version='1.0'?>", "is an XML file"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "is damaged or not a workbook"),
        (archive("[Content_Types].xml", "word/document.xml"), "is a text document"),
        (archive("mispers.csv"), "is a zip archive, not a CSV file: unpack it"),
        (archive(), "is a zip archive"),
    ],
)
def test_a_file_of_another_kind_is_called_what_it_is(content, says):
    sentence = refused(content)

    assert sentence.startswith(f"“mispers.csv” {says}")
    assert sentence.endswith(".")


@pytest.mark.parametrize("content", [b"Dear colleague", b"Ref\nA1\nA2\n"])
def test_what_has_no_columns_is_not_a_table(content):
    assert "is not a table" in refused(content)


def test_characters_that_no_text_has_name_their_row():
    sentence = refused(b"Ref,Surname\nA1,Evans\nA2,Sh\0ah\n")

    assert sentence.startswith("Row 3 of “mispers.csv” holds characters that no text has")


def test_bytes_that_are_no_known_encoding_say_so():
    assert "neither UTF-8 nor Windows-1252" in refused(b"Ref,Surname\nA1,\x81\x8d\n")


def test_a_file_that_claims_utf_8_and_is_not_says_so():
    assert "export it again as “CSV UTF-8”" in refused(b"\xef\xbb\xbfRef,Surname\nA1,Zo\xeb\n")


def test_a_file_in_two_encodings_spoils_no_name():
    sentence = refused("Ref,Surname\nA1,Zoë\n".encode() + b"A2,Zo\xeb\n")

    assert "mixes two encodings" in sentence
    assert "row 2" in sentence


def test_a_file_that_is_too_large_is_refused_unread(tmp_path):
    path = tmp_path / "mispers.csv"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)

    with path.open("rb") as file:
        sentence = refused(file)

    assert sentence == (
        "“mispers.csv” is 200 MB and the most that can be read is 50 MB: "
        "split it by month and send the parts."
    )
    assert LARGEST == 50 * 1024 * 1024


def test_fifty_thousand_columns_are_too_many():
    assert "columns and the most that can be read is 200" in refused(b"a," * 50_000 + b"\n1,2\n")


def test_a_quotation_mark_that_is_never_closed_names_its_row():
    content = b'Ref,Comment\nA1,"found\n' + b"A2,at home again and again\n" * 20_000

    assert refused(content).startswith("Row 2 of “mispers.csv” is longer than a row can be")


def test_a_line_without_end_is_refused():
    content = b"Ref,Comment\nA1," + b"x," * 600_000

    assert refused(content).startswith("Row 2 of “mispers.csv” is longer than a row can be")


@pytest.mark.parametrize("path", ["absent.csv", "", "."])
def test_a_file_that_cannot_be_opened_says_why(tmp_path, path):
    assert "cannot be opened" in refused(tmp_path / path, "mispers.csv")


def test_a_sentence_shows_the_files_name_without_its_folder():
    assert refused(b"", "C:\\Users\\jo\\mis\x07pers.csv").startswith("“mispers.csv” is empty")
    assert refused(b"", "/home/jo/mispers.csv").startswith("“mispers.csv” is empty")
    assert refused(b"", "").startswith("The file is empty")


def test_nothing_is_handed_out_from_a_file_that_is_refused_further_down():
    content = b"Ref,Surname\n" + b"A1,Evans\n" * 1_000 + b"A2,\0\n"

    with pytest.raises(Unreadable):
        read(content, "mispers.csv")


@pytest.mark.check
def test_a_long_file_is_read_without_holding_it_in_memory(tmp_path):
    path = tmp_path / "mispers.csv"
    path.write_bytes(b"Ref,Surname,Comment\n" + b"A100110,Wright,Brought back by carer\n" * 60_000)
    tracemalloc.start()

    count = sum(1 for _ in read(path, "mispers.csv").records)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 60_000
    assert peak < 1_000_000


def read_or_refuse(content):
    try:
        read_table = read(content, "mispers.csv")
        records = list(read_table.records)
    except Unreadable as blocked:
        reason = blocked.sentence
    else:
        assert len(records) == read_table.length
        assert len(read_table.header) > 1
        return
    assert reason.endswith(".")
    assert "\n" not in reason


@given(st.binary(max_size=2_000))
def test_any_bytes_at_all_are_read_or_refused_with_a_sentence(content):
    read_or_refuse(content)


@given(
    st.sampled_from(
        [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"PK\3\4", b"a,b\n"]
    ),
    st.binary(max_size=500),
)
def test_any_bytes_after_a_familiar_start_are_read_or_refused(start, content):
    read_or_refuse(start + content)


@given(st.lists(st.sampled_from([*'ab,;\t|"\n\r=é', '"a\n"', ",,", "\u2028", "\x85"])))
def test_any_text_that_looks_like_a_table_is_read_or_refused(pieces):
    read_or_refuse("".join(pieces).encode())
