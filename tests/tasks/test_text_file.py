"""A file becomes a text, or is refused with the reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.tasks.text_file import decode


def test_a_text_file_may_begin_with_a_mark_of_utf_8():
    assert decode(b"\xef\xbb\xbfa,b\n1,\xc3\xa9\n2,3") == "a,b\n1,é\n2,3"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"x" * 5_000_001, "at most 5,000,000 bytes, got 5,000,001"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0", "old Excel"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"a,b\n1,\x00", "binary file (zero at byte 6)"),
        ("a,b".encode("utf-16"), "UTF-16"),
        ("a,b".encode("utf-32"), "UTF-32"),
        ("a,é".encode("latin-1"), "byte 0xe9 at 2, which looks like Windows-1252 or Latin-1"),
    ],
)
def test_a_file_that_is_no_text_in_utf_8_is_refused_with_the_reason(data, reason):
    with pytest.raises(ValueError, match=r".") as refused:
        decode(data)
    assert reason in str(refused.value)


@given(data=st.binary(max_size=60) | st.text(max_size=30).map(lambda text: text.encode("utf-8")))
@settings(derandomize=True, max_examples=200, deadline=None)
def test_any_bytes_are_a_text_or_a_value_error(data):
    try:
        text = decode(data)
    except ValueError as refused:
        check_that_it_is_ours(refused)
    else:
        assert text.encode("utf-8") in (data, data.removeprefix(b"\xef\xbb\xbf"))


def check_that_it_is_ours(refused):
    """Check that it is our own error, not one of a library that happens to be a ValueError."""
    assert type(refused) is ValueError
    assert str(refused).startswith("the file must")
