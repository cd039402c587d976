"""Every reader of what comes from outside: the samples are read, and damaged ones only refused.

`./run bench fuzz` feeds the same readers for minutes, led by what they come to.
"""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import fuzz
from bench.readers import READERS
from returnhome.rules import Blocked

pytestmark = pytest.mark.check

SAMPLES = {name: list(reader.samples()) for name, reader in READERS.items()}


def test_all_of_them_are_fed() -> None:
    assert tuple(READERS) == fuzz.NAMES


@pytest.mark.parametrize("name", READERS)
def test_what_a_reader_is_meant_for_is_read(name: str) -> None:
    for sample in SAMPLES[name]:
        with suppress(Blocked):
            READERS[name].read(sample)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(list(READERS)), st.data())
def test_what_was_damaged_on_the_way_is_read_or_refused(name: str, data: st.DataObject) -> None:
    sample = bytearray(data.draw(st.sampled_from(SAMPLES[name]))[:3000])
    for _ in range(data.draw(st.integers(1, 6))):
        where = data.draw(st.integers(0, len(sample)))
        sample[where : where + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))

    with suppress(Blocked):
        READERS[name].read(bytes(sample))
