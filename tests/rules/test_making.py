"""A drawing and a recording: how large, how long, and what a child is told of one not taken."""

import pytest

from returnhome.rules import making
from returnhome.rules.making import CannotBeOpened, LastsTooLong, Making, NotTaken, TooBig

MB = 1024 * 1024


@pytest.mark.parametrize(
    ("what", "size", "refusal"),
    [
        (Making.DRAWING, 8 * MB, None),
        (Making.DRAWING, 8 * MB + 1, TooBig),
        (Making.RECORDING, 10 * MB, None),
        (Making.RECORDING, 10 * MB + 1, TooBig),
        (Making.RECORDING, 0, CannotBeOpened),
    ],
)
def test_a_drawing_has_eight_megabytes_and_a_recording_ten(what, size, refusal):
    if refusal is None:
        making.check_size(what, size)
        return
    with pytest.raises(refusal):
        making.check_size(what, size)


@pytest.mark.parametrize(
    ("seconds", "refusal"),
    [
        (0.4, None),
        (300, None),
        # The recorder stopped a moment late: nothing is lost for that.
        (304, None),
        (306, LastsTooLong),
        (0, CannotBeOpened),
    ],
)
def test_a_recording_lasts_five_minutes_at_most(seconds, refusal):
    if refusal is None:
        making.check_length(seconds)
        return
    with pytest.raises(refusal):
        making.check_length(seconds)


def test_the_largest_photo_of_a_telephone_is_taken_and_a_wall_is_not():
    making.check_points(8160, 6144)
    with pytest.raises(TooBig):
        making.check_points(60_000, 60_000)


def test_each_refusal_has_a_sentence_of_its_own():
    refusals = (CannotBeOpened, TooBig, LastsTooLong)

    assert len({each.sentence for each in refusals}) == 3
    assert len({each.says for each in refusals}) == 3
    assert all(issubclass(each, NotTaken) for each in refusals)
