"""Reads one drawing or recording and writes it anew: a process of its own, with nothing else in it.

What comes from outside goes through large libraries, and one day somebody finds a fault in one. So
it does where no key, no database and no name is, with little time and room, and no file to write.
`made` starts it: what it is as argument, the file on standard input; on standard output a line of
JSON and then what is to be kept.
"""

import json
import resource
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import av
from PIL import Image, ImageOps

from returnhome.rules import making
from returnhome.rules.making import CannotBeOpened, Making, NotTaken

# The rules say how many points are too many; the library only warns.
Image.MAX_IMAGE_PIXELS = None
PICTURES = ("JPEG", "PNG", "WEBP")
# What a file begins with → how it is taken apart. The first bytes decide, never a name.
BEGINNINGS = (
    (0, b"\x1aE\xdf\xa3", "matroska"),
    (0, b"OggS", "ogg"),
    (4, b"ftyp", "mov"),
    (8, b"WAVE", "wav"),
    (0, b"#!AMR", "amr"),
    (0, b"ID3", "mp3"),
)
VOICES = ("opus", "vorbis", "aac", "alac", "mp3", "amr_nb", "amr_wb")
# A voice, clear enough to be transcribed. Plain MP3 is played by every browser there is.
RATE, BITS = 24_000, 48_000
PLAIN = {"id3v2_version": "0", "write_xing": "0", "write_id3v1": "0"}
# Of a PNG with more than this a photo was made, and a photo is smaller as JPEG.
LARGE_PNG = 2 * making.MEGABYTE
# More parts that cannot be heard than this for one that can: it is no recording.
SPOILT = 3


def drawing(content: bytes) -> tuple[dict[str, Any], bytes]:
    """A picture turned upright, at most so large, painted on a new sheet: with nothing beside it.

    Raises NotTaken, and whatever the library raises of what is no picture.
    """
    with Image.open(BytesIO(content), formats=PICTURES) as opened:
        making.check_points(*opened.size)
        is_png = opened.format == "PNG"
        # A photo is unpacked no larger than it is wanted.
        opened.draft("RGB", (making.LONGEST_SIDE, making.LONGEST_SIDE))
        upright = ImageOps.exif_transpose(opened)
    upright.thumbnail((making.LONGEST_SIDE, making.LONGEST_SIDE))
    if upright.mode.startswith("I"):
        # Sixteen bits a point: the upper eight are seen.
        upright = upright.convert("I").point(lambda value: value / 256).convert("L")
    sheet = Image.new("RGB", upright.size, "white")
    seen = upright.convert("RGBA")
    sheet.paste(seen, mask=seen.getchannel("A"))
    kept = BytesIO()
    if is_png:
        sheet.save(kept, "PNG")
        if kept.tell() <= LARGE_PNG:
            return {"kind": "image/png"}, kept.getvalue()
        kept = BytesIO()
    sheet.save(kept, "JPEG", quality=85)
    return {"kind": "image/jpeg"}, kept.getvalue()


def recording(content: bytes) -> tuple[dict[str, Any], bytes]:
    """The first sound of a file, heard and written down anew: with nothing beside it.

    Raises NotTaken, and whatever the library raises of what is no sound.
    """
    kept = BytesIO()
    length = 0
    # A file can name others, or an address: none of them is opened.
    bound = {"protocol_whitelist": "none"}
    with (
        av.open(BytesIO(content), format=_sort(content), container_options=bound) as sound,
        av.open(kept, "w", format="mp3", options=PLAIN) as written,
    ):
        track = sound.streams.audio[0]
        name = track.codec_context.codec.canonical_name
        if name not in VOICES and not name.startswith("pcm_"):
            raise CannotBeOpened
        into = written.add_stream(
            "libmp3lame", rate=RATE, layout="mono", options={"compression_level": "7"}
        )
        into.bit_rate = BITS
        voice = av.AudioResampler(format=into.codec_context.format, layout="mono", rate=RATE)
        for heard in _heard(sound, track):
            for part in voice.resample(heard):
                length += part.samples
                making.check_length(length / RATE)
                written.mux(into.encode(part))
        for part in voice.resample(None):
            length += part.samples
            written.mux(into.encode(part))
        making.check_length(length / RATE)
        written.mux(into.encode(None))
    return {"kind": "audio/mpeg", "seconds": max(1, round(length / RATE))}, kept.getvalue()


def _sort(content: bytes) -> str:
    for at, start, sort in BEGINNINGS:
        if content[at:].startswith(start):
            return sort
    # Frames without anything before them: eleven bits set, then which layer. AAC says none.
    if len(content) > 1 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0:
        return "mp3" if content[1] & 0x06 else "aac"
    raise CannotBeOpened


def _heard(sound: Any, track: Any) -> Iterator[Any]:
    """What can be heard of a track. A spoilt part, as where a call came in, is passed over."""
    good, spoilt = 0, 0
    for packet in sound.demux(track):
        try:
            parts = packet.decode()
        except av.FFmpegError:
            spoilt += 1
            continue
        good += len(parts)
        yield from parts
    if spoilt > SPOILT * good:
        raise CannotBeOpened


READ = {Making.DRAWING: drawing, Making.RECORDING: recording}


def read(what: Making, content: bytes) -> tuple[dict[str, Any], bytes]:
    """What is to be kept, and what it is. Raises NotTaken whatever is wrong with the file."""
    try:
        return READ[what](content)
    except NotTaken:
        raise
    # The libraries have a hundred ways to say that a file is none of theirs.
    except Exception as odd:
        raise CannotBeOpened from odd


def _bind() -> None:
    """No file, no core with what a child said in it, no more room and time than it takes."""
    seconds = int(making.LONGEST_READING.total_seconds())
    for what, most in (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, making.MOST_ROOM),
        (resource.RLIMIT_CPU, seconds),
    ):
        resource.setrlimit(what, (most, most))


def main() -> None:
    _bind()
    try:
        told, kept = read(Making(sys.argv[1]), sys.stdin.buffer.read())
    except NotTaken as refusal:
        told, kept = {"refused": type(refusal).__name__}, b""
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + kept)


if __name__ == "__main__":
    main()
