"""What a child draws or says aloud is taken from any telephone, and nothing comes along with it."""

import io
import struct
import subprocess
import zlib
from contextlib import suppress

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from returnhome.intake import decoding, made
from returnhome.rules import making
from returnhome.rules.making import CannotBeOpened, LastsTooLong, Making, NotTaken, TooBig
from tests import makings

DRAWING, RECORDING = Making.DRAWING, Making.RECORDING


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def lasts(content: bytes) -> float:
    with av.open(io.BytesIO(content)) as heard:
        return sum(each.samples / each.sample_rate for each in heard.decode(audio=0))


def test_a_photo_of_a_drawing_is_taken_by_a_process_of_its_own():
    kept = made.read(DRAWING, makings.photo())

    assert (kept.kind, kept.seconds) == ("image/jpeg", None)
    assert opened(kept.content).size == (320, 240)
    # It is still the same picture: the sun is where it was.
    red, green, blue = opened(kept.content).getpixel((275, 45))
    assert red > 200
    assert blue < 80 < green


def test_a_voice_note_is_taken_by_a_process_of_its_own():
    kept = made.read(RECORDING, makings.hum("webm", seconds=2))

    assert (kept.kind, kept.seconds) == ("audio/mpeg", 2)
    assert lasts(kept.content) == pytest.approx(2, abs=0.2)


@pytest.mark.parametrize("sort", makings.VOICES)
def test_a_recording_of_any_telephone_is_heard(sort: str):
    told, kept = decoding.read(RECORDING, makings.hum(sort, seconds=1.5))

    assert told == {"kind": "audio/mpeg", "seconds": 2}
    assert lasts(kept) == pytest.approx(1.5, abs=0.2)


def test_a_drawing_made_in_the_page_stays_a_png():
    told, kept = decoding.read(DRAWING, makings.photo(form="PNG"))

    assert told == {"kind": "image/png"}
    assert opened(kept).getpixel((275, 45)) == (255, 165, 0)


# Nothing comes along.


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_no_place_and_no_word_of_a_photo_is_kept(form: str):
    sent = makings.photo(form=form)
    assert sent.count(makings.PLANTED.encode()) >= 3
    assert opened(sent).getexif().get_ifd(0x8825)

    _, kept = decoding.read(DRAWING, sent)

    assert b"quokka" not in kept
    assert b"Exif" not in kept
    assert b"eXIf" not in kept
    assert b"ICC" not in kept
    read = opened(kept)
    assert not read.getexif()
    assert set(read.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("sort", ["mov", "m4a", "mp3", "webm", "ogg", "wav", "3gp"])
def test_no_place_and_no_word_of_a_voice_note_is_kept(sort: str):
    sent = makings.hum(sort) + makings.PLANTED.encode()
    assert b"quokka" in sent.removesuffix(makings.PLANTED.encode()), "it is planted"
    if sort == "mov":
        assert b"\xa9xyz" in sent
    if sort == "mp3":
        assert sent.startswith(b"ID3")

    _, kept = decoding.read(RECORDING, sent)

    for trace in (b"quokka", b"51.5", b"xyz", b"ID3", b"Lavf", b"TAG"):
        assert trace not in kept
    with av.open(io.BytesIO(kept)) as read:
        assert read.metadata == {}
        assert read.chapters() == []
        assert [stream.type for stream in read.streams] == ["audio"]


def test_a_photo_is_turned_upright_before_it_forgets_how_it_was_held():
    _, kept = decoding.read(DRAWING, makings.photo(turned=6))

    assert opened(kept).size == (240, 320)


def test_a_photo_is_kept_as_large_as_a_screen():
    _, kept = decoding.read(DRAWING, makings.photo(makings.house((4000, 3000))))

    assert opened(kept).size == (2000, 1500)


def test_what_can_be_seen_through_is_on_white_paper():
    clear = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(clear, "PNG")

    _, kept = decoding.read(DRAWING, clear.getvalue())

    assert opened(kept).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_a_picture_of_any_make_is_taken(mode: str):
    drawn = io.BytesIO()
    grey = makings.house().convert("L")
    if mode == "I;16":
        turned = grey.convert("I").point(lambda value: value * 256).convert("I;16")
    else:
        turned = makings.house().convert(mode)
    turned.save(drawn, "JPEG" if mode == "CMYK" else "PNG")

    _, kept = decoding.read(DRAWING, drawn.getvalue())

    assert opened(kept).convert("L").getpixel((5, 5)) > 240


def test_a_film_by_mistake_is_taken_for_its_sound_and_one_without_is_not():
    film = io.BytesIO()
    with av.open(film, "w", format="mp4") as written:
        track = written.add_stream("mpeg4", rate=25)
        track.width, track.height, track.pix_fmt = 64, 64, "yuv420p"
        for _ in range(5):
            written.mux(track.encode(av.VideoFrame(64, 64, "yuv420p")))
        written.mux(track.encode(None))

    with pytest.raises(CannotBeOpened):
        decoding.read(RECORDING, film.getvalue())


# What is not taken.


def png_of(width: int, height: int) -> bytes:
    """A small file of a great many points."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    rows = zlib.compress(b"\0" * (1 + -(-width // 8)) * 100, 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a" + b"\0" * 100,
        b"%PDF-1.7\n",
        b"PK\x03\x04" + b"\0" * 100,
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n",
        b"\x1aE\xdf\xa3",
        b"#!AMR\n",
        b"\xff",
        b"#EXTM3U\nhttp://localhost/secret\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"\0\0\0\x18ftypmp42",
    ],
)
@pytest.mark.parametrize("what", Making)
def test_what_is_neither_is_not_taken(what: Making, content: bytes):
    with pytest.raises(CannotBeOpened):
        decoding.read(what, content)


def test_a_drawing_is_no_recording_nor_the_other_way_round():
    with pytest.raises(CannotBeOpened):
        decoding.read(RECORDING, makings.photo())
    with pytest.raises(CannotBeOpened):
        decoding.read(DRAWING, makings.hum())


def test_half_a_photo_is_not_taken_as_a_whole_one():
    whole = makings.photo()

    with pytest.raises(CannotBeOpened):
        decoding.read(DRAWING, whole[: len(whole) // 3])


def test_a_small_file_that_unpacks_to_a_wall_is_not_unpacked():
    bomb = png_of(60_000, 60_000)

    assert len(bomb) < 1000
    with pytest.raises(TooBig):
        made.read(DRAWING, bomb)


def test_what_is_too_large_or_empty_is_not_even_read():
    for what in Making:
        with pytest.raises(TooBig):
            made.read(what, b"\0" * (making.LARGEST[what] + 1))
        with pytest.raises(CannotBeOpened):
            made.read(what, b"")


@pytest.mark.check
def test_more_than_five_minutes_are_not_taken():
    with pytest.raises(LastsTooLong):
        decoding.read(RECORDING, makings.hum("wav", seconds=310, rate=8000))


def test_a_page_hidden_behind_a_picture_or_a_sound_is_not_kept():
    hidden = b"<script>alert(1)</script>PK\x03\x04"

    for what, sent in ((DRAWING, makings.photo()), (RECORDING, makings.hum("wav"))):
        _, kept = decoding.read(what, sent + hidden)
        assert b"script" not in kept
        assert b"PK\x03\x04" not in kept


def test_whoever_reads_it_has_no_key_no_name_and_no_file_to_write(tmp_path):
    """The limits of the process, asked of the process itself."""
    asking = (
        "import resource\n"
        "from returnhome.intake import decoding\n"
        "decoding._bind()\n"
        "print(*map(resource.getrlimit, (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)))\n"
        f"out = open({str(tmp_path / 'kept')!r}, 'wb')\n"
        "out.write(b'x' * 9000)\n"
    )

    asked = subprocess.run(
        [made.sys.executable, "-c", asking],
        cwd=made.HERE,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )

    assert asked.stdout == "(0, 0) (0, 0)\n"
    assert asked.returncode != 0
    assert (tmp_path / "kept").stat().st_size == 0


@pytest.mark.check
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(what=st.sampled_from(list(Making)), content=st.binary(max_size=400))
def test_whatever_bytes_come_they_are_taken_or_kindly_not(what: Making, content: bytes):
    with suppress(NotTaken):
        decoding.read(what, content)


WHOLE = [
    *((DRAWING, makings.photo(form=form)) for form in ("JPEG", "PNG", "WEBP")),
    *((RECORDING, makings.hum(sort, seconds=0.3)) for sort in ("webm", "ogg", "m4a", "mp3", "amr")),
]


@pytest.mark.check
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    which=st.sampled_from(range(len(WHOLE))),
    at=st.floats(0, 1),
    instead=st.binary(min_size=1, max_size=12),
    cut=st.booleans(),
)
def test_a_spoilt_file_is_taken_or_kindly_not(which: int, at: float, instead: bytes, cut: bool):
    what, whole = WHOLE[which]
    place = int(at * (len(whole) - 1))
    spoilt = whole[:place] + instead + (b"" if cut else whole[place + len(instead) :])

    with suppress(NotTaken):
        decoding.read(what, spoilt)


def test_where_what_reads_it_breaks_the_child_is_told_kindly_and_the_operator_too(
    monkeypatch, caplog
):
    monkeypatch.setattr(made.sys, "executable", "/bin/false")

    with pytest.raises(CannotBeOpened):
        made.read(DRAWING, makings.photo())

    assert caplog.messages == ["What reads drawings and recordings broke: CalledProcessError"]
