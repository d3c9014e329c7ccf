"""Text files that users upload: from bytes to a text, or a clear refusal."""

from __future__ import annotations

import codecs

MOST_BYTES = 5_000_000

#: How files begin that are not text, and what they are.
_SIGNATURES = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook (save it as CSV)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (save it as CSV)"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database"),
)

#: Longer ones first, because UTF-32 begins like UTF-16.
_OTHER_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def decode(data: bytes, what: str = "the file") -> str:
    """Return the text of a file in UTF-8.

    Raises
    ------
    ValueError
        If it is too large, empty, not a text, or in another encoding; says which.
    """
    if len(data) > MOST_BYTES:
        raise ValueError(f"{what} must have at most {MOST_BYTES:,} bytes, got {len(data):,}")
    for beginning, kind in _SIGNATURES:
        if data.startswith(beginning):
            raise ValueError(f"{what} must be a text in UTF-8, got {kind}")
    for beginning, encoding in _OTHER_ENCODINGS:
        if data.startswith(beginning):
            raise ValueError(f"{what} must be in UTF-8, got {encoding}: save it again as UTF-8")
    if (zero := data.find(b"\0")) >= 0:
        raise ValueError(f"{what} must be a text in UTF-8, got a binary file (zero at byte {zero})")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise ValueError(
            f"{what} must be in UTF-8, got byte 0x{data[problem.start]:02x} at {problem.start}, "
            "which looks like Windows-1252 or Latin-1: save it again as UTF-8"
        ) from None
    if not text.strip():
        raise ValueError(f"{what} must not be empty, got {len(data)} bytes")
    return text
