"""A drawing and two notes for the demonstration, made by code: no child's."""

import math
from array import array
from io import BytesIO

import av
from PIL import Image, ImageDraw

RATE = 24_000
HIGH, LOW = 523, 392


def house() -> bytes:
    """A house, a tree, somebody at the window, and the word that it is invented."""
    sheet = Image.new("RGB", (800, 800), "white")
    pen = ImageDraw.Draw(sheet)
    pen.line((140, 640, 140, 360, 300, 220, 460, 360, 460, 640, 140, 640), fill="#111111", width=8)
    pen.line((140, 360, 460, 360), fill="#c22222", width=8)
    pen.line((270, 640, 270, 500, 350, 500, 350, 640), fill="#1453b8", width=8)
    pen.rectangle((180, 400, 250, 460), outline="#1453b8", width=8)
    pen.ellipse((200, 412, 226, 438), outline="#111111", width=6)
    pen.line((620, 640, 620, 470), fill="#111111", width=8)
    pen.ellipse((540, 300, 700, 480), outline="#1d7a35", width=8)
    pen.line((60, 640, 760, 640), fill="#1d7a35", width=8)
    pen.text((60, 740), "Invented for the demonstration", fill="#47565f", font_size=32)
    kept = BytesIO()
    sheet.save(kept, "PNG")
    return kept.getvalue()


def two_notes() -> bytes:
    """Two seconds, as MP3."""
    kept = BytesIO()
    plain = {"id3v2_version": "0", "write_xing": "0"}
    with av.open(kept, "w", format="mp3", options=plain) as written:
        into = written.add_stream("libmp3lame", rate=RATE, layout="mono")
        into.bit_rate = 48_000
        fit = av.AudioResampler(format=into.codec_context.format, layout="mono", rate=RATE)
        for number, note in enumerate((HIGH, LOW)):
            wave = (int(6000 * math.sin(2 * math.pi * note * n / RATE)) for n in range(RATE))
            frame = av.AudioFrame(format="s16", layout="mono", samples=RATE)
            whole = array("h", wave).tobytes()
            frame.planes[0].update(whole.ljust(frame.planes[0].buffer_size, b"\0"))
            frame.sample_rate, frame.pts = RATE, number * RATE
            for part in fit.resample(frame):
                written.mux(into.encode(part))
        written.mux(into.encode(None))
    return kept.getvalue()
