"""A file is made a piece at a time, and is there when the last piece is done."""

from rnnviz.ui.studio.take_away import _File, _size


def _work():
    yield 0.25
    yield 0.75
    return b"whole"


def _file() -> _File:
    return _File(name="run.npz", mime="application/zip", about="a run", work=_work())


def test_a_slice_does_one_piece_at_least_and_leaves_the_rest():
    file = _file()
    file.advance(0.0)
    assert (file.share, file.data) == (0.25, None)
    file.advance(0.0)
    assert (file.share, file.data) == (0.75, None)
    file.advance(0.0)
    assert (file.share, file.data) == (1.0, b"whole")


def test_a_long_slice_does_all():
    file = _file()
    file.advance(10.0)
    assert (file.share, file.data) == (1.0, b"whole")


def test_sizes_are_told_in_kilobytes_and_megabytes():
    assert [_size(count) for count in (1, 2_400, 999_999, 3_210_000)] == [
        "1 kB",
        "2 kB",
        "1000 kB",
        "3.2 MB",
    ]
