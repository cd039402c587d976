"""Drawings and recordings as telephones make them, drawn and hummed by code: nobody's."""

import io
import math
from array import array
from collections.abc import Iterator
from functools import cache

import av
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

# In nothing that a child would draw or say.
PLANTED = "quokkaberry 51.5007 0.1246"
RATE = 48_000


def house(size: tuple[int, int] = (320, 240)) -> Image.Image:
    """A house under a sun."""
    drawn = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((80, 120, 200, 220), outline="black", width=4)
    pen.line((70, 120, 140, 60, 210, 120), fill="red", width=5)
    pen.ellipse((250, 20, 300, 70), fill="orange")
    return drawn


def photo(drawn: Image.Image | None = None, *, turned: int = 1, form: str = "JPEG") -> bytes:
    """As a telephone takes it: with the place, the make, a comment, and what hangs on behind."""
    drawn = drawn or house()
    exif = Image.Exif()
    exif[0x010F] = PLANTED
    exif[0x0112] = turned
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 2.5), 3: "W", 4: (0.0, 7.0, 28.6)})
    kept = io.BytesIO()
    if form == "PNG":
        told = PngInfo()
        told.add_text("Comment", PLANTED)
        drawn.save(kept, form, exif=exif, pnginfo=told, icc_profile=PLANTED.encode())
    elif form == "WEBP":
        drawn.save(kept, form, exif=exif, xmp=PLANTED.encode(), icc_profile=PLANTED.encode())
    else:
        drawn.save(kept, form, exif=exif, comment=PLANTED, icc_profile=PLANTED.encode())
    return kept.getvalue() + PLANTED.encode()


# What each telephone sends → its container, and how the voice is packed.
VOICES = {
    "webm": ("webm", "libopus"),
    "ogg": ("ogg", "libopus"),
    "m4a": ("ipod", "aac"),
    "mov": ("mov", "aac"),
    "mp3": ("mp3", "libmp3lame"),
    "wav": ("wav", "pcm_s16le"),
    "aac": ("adts", "aac"),
    "amr": ("amr", "libopencore_amrnb"),
    "3gp": ("3gp", "libopencore_amrnb"),
    "alac": ("ipod", "alac"),
}


def hum(sort: str = "webm", *, seconds: float = 1.0, rate: int = 0) -> bytes:
    """A hum of so many seconds, with words and a place written beside it where it takes them."""
    container, codec = VOICES[sort]
    rate = rate or (8000 if "amr" in codec else RATE)
    kept = io.BytesIO()
    with av.open(kept, "w", format=container) as written:
        written.metadata.update(
            {"title": PLANTED, "comment": PLANTED, "location": "+51.5007-000.1246/"}
        )
        track = written.add_stream(codec, rate=rate, layout="mono")
        if "amr" in codec:
            track.bit_rate = 12200
        fit = av.AudioResampler(
            format=track.codec_context.format,
            layout="mono",
            rate=rate,
            frame_size=track.codec_context.frame_size or 0,
        )
        for frame in _waves(seconds, rate):
            for part in fit.resample(frame):
                written.mux(track.encode(part))
        for part in fit.resample(None):
            written.mux(track.encode(part))
        written.mux(track.encode(None))
    return kept.getvalue()


@cache
def _second(rate: int) -> bytes:
    hum = (int(9000 * math.sin(2 * math.pi * 330 * n / rate)) for n in range(rate))
    return array("h", hum).tobytes()


def _waves(seconds: float, rate: int) -> Iterator[av.AudioFrame]:
    left, at = int(seconds * rate), 0
    while left > 0:
        count = min(left, rate)
        frame = av.AudioFrame(format="s16", layout="mono", samples=count)
        room = frame.planes[0].buffer_size
        frame.planes[0].update(_second(rate)[: count * 2].ljust(room, b"\0"))
        frame.sample_rate, frame.pts = rate, at
        yield frame
        left, at = left - count, at + count
