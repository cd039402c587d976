"""A child's own pages: how hard they are to read, and how much a browser fetches to show one.

    python -m bench.own_pages

Targets: each page in English at Flesch-Kincaid grade 4 or below, no sentence over 15 words; a first
view under 100 KB in all. The tests hold them; this says by how much. The yardstick of the weight is
the frame with nothing in it.
"""

from datetime import UTC, datetime

from bench import scratch

AT = datetime(2026, 5, 1, 13, 32, tzinfo=UTC)
KB = 1024


def main() -> None:
    scratch.set_up()
    from returnhome.web import own_words  # noqa: PLC0415
    from tests import own_pages, reading  # noqa: PLC0415
    from tests.web import test_own_frame as frame  # noqa: PLC0415
    from tests.web import test_words_for_children as read  # noqa: PLC0415

    grades, sentences = [], []
    for code, page, texts in read.of_pages():
        told = [text for _, text in texts]
        for part in (told, [text for text in told if text.endswith((".", "?"))]):
            grades.append((reading.read(part).grade, page, code))
        sentences += [
            (len(reading.words(sentence)), sentence)
            for text in told
            for sentence in reading.sentences(text)
        ]
    grade, page, code = max(grades)
    print(f"the hardest page: grade {grade:.1f} ({page}, {code}); at most {read.HARDEST:g}")
    longest, sentence = max(sentences)
    print(f"the longest sentence: {longest} words, “{sentence}”; at most {read.LONGEST}")

    def weight(text: str) -> float:
        names = {each.removeprefix("/static/") for each in frame.Reader(text).loads()}
        return sum((frame.STATIC / name).stat().st_size for name in names) + len(text.encode())

    weights = [
        (weight(own_pages.drawn(page, code, AT)), page, code)
        for code in own_words.LANGUAGES
        for page in own_pages.PAGES
    ]
    heaviest, page, code = max(weights)
    bare = weight(own_pages.filled("", "en", AT, talk=""))
    print(
        f"the largest first view: {heaviest / KB:.1f} KB ({page}, {code}), "
        f"{heaviest / bare:.2f} times the bare frame; at most 100 KB"
    )


if __name__ == "__main__":
    main()
