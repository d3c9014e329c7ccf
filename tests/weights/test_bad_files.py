"""Files that are broken, hostile or of another kind: a sentence, little memory, no half network."""

import io
import json
import pickle
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from rnnviz.weights import (
    WeightsError,
    archives,
    build,
    finding,
    read,
    reading,
    reading_mb,
    safetensors_file,
)
from tests.weights.files import contents, refusal, tensors


def safetensors_of(header, numbers=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + numbers


def entry(shape=(16, 4), kind="F32", start=0):
    size = {"F32": 4, "BF16": 2, "F8_E4M3": 1, "I8": 1, "I64": 8}[kind] * int(np.prod(shape))
    return {"dtype": kind, "shape": list(shape), "data_offsets": [start, start + size]}, size


def of_types(**kinds):
    """Return a safetensors file of an LSTM with some tensors of another type."""
    header, at = {}, 0
    for name, values in tensors().items():
        header[name], size = entry(values.shape, kinds.get(name.replace(".", "_"), "F32"), at)
        at += size
    return safetensors_of(header, bytes(at))


def npz_of(arrays, **entries):
    file = io.BytesIO()
    np.savez(file, **arrays)
    with zipfile.ZipFile(file, "a") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


def npy(header, numbers=b""):
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + numbers


def zip_of(method=zipfile.ZIP_STORED, **entries):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


WHOLE = save({name: np.ascontiguousarray(each) for name, each in tensors().items()})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "model.bin is empty: safetensors, .npz, .keras, .weights.h5 or .h5 was expected."),
        (b"GIF89a" + bytes(20), "model.bin is no file of weights that can be read"),
        (b"version https://git-lfs.github.com/spec/v1", "a pointer of Git LFS"),
        (WHOLE[:40], "its header is said to have"),
        (WHOLE[:-1], "This is no complete safetensors file"),
        (WHOLE + b"more", "This is no complete safetensors file"),
        (safetensors_of(b"{" + b"[" * 100_000), "This is no complete safetensors file"),
        (safetensors_of({"a": entry((2**20, 2**9))[0]}), "This is no complete safetensors file"),
        (struct.pack("<Q", 2**31) + b"{}" * 1000, "to have 2,147,483,648 bytes, and the whole"),
        (safetensors_of({}), "There is no recurrent layer in this file"),
        (safetensors_of({"a": entry((1,) * 65)[0]}, bytes(4)), "must have 0 to 8 axes, got 65."),
        (b"PK\x03\x04" + bytes(50), "This archive (zip) is broken"),
        (zip_of(**{"readme.txt": "x"}), "holds no weights that can be read, but readme.txt"),
        (zip_of(**{"../w.npy": "x"}), "leads out of its folder: ../w.npy"),
        (zip_of(**{"C:\\w.npy": "x"}), "leads out of its folder: C:"),
        (zip_of(zipfile.ZIP_BZIP2, **{"w.npy": "x"}), "must be stored or deflated"),
        (zip_of(**{"w.npy": "x"}), "w is no array that NumPy wrote."),
        (npz_of({"w": np.array([{}])}), "w holds Python objects, which are a pickle"),
        (npz_of({}, **{"w.npy": npy("{'descr':'<f4','fortran_order':False,'shape':(2**9,)}")}),
         "w is no array that NumPy wrote."),
        (npz_of({}, **{"w.npy": npy("{'descr':'<f4','fortran_order':False,'shape':(500000000,)}")}),
         "declares the shape (500000000,) of float32, 2,000,000,000 bytes, and the archive has 0."),
        (npz_of({}, **{"w.npy": npy("{'descr':'<f4','fortran_order':False,'shape':(-1,)}")}),
         "declares the shape (-1,)"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_weights_is_refused_in_a_sentence(data, words):
    assert words in refusal(read, data, "model.bin")


def test_a_name_that_is_there_twice_is_refused():
    one, size = entry()
    text = f'{{"w": {json.dumps(one)}, "w": {json.dumps(one)}}}'.encode()
    refusal(read, safetensors_of(text, bytes(size)))
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = npz_of({"w": np.ones(2)}, **{"w.npy": npy("")})
    assert refusal(read, twice) == "In this archive w.npy is there twice."


class Harmful:
    ran = False

    def __reduce__(self):
        return exec, ("from tests.weights import test_bad_files as t; t.Harmful.ran = True",)


@pytest.mark.parametrize(
    "data",
    [
        pickle.dumps(Harmful(), 2),
        pickle.dumps(Harmful(), 4),
        zip_of(**{"model/data.pkl": pickle.dumps(Harmful()), "model/version": "3"}),
        npz_of({"w": np.array([Harmful()], dtype=object)}),
    ],
)
def test_a_pickle_is_not_opened(data):
    assert "pickle" in refusal(read, data, "model.safetensors")
    assert not Harmful.ran


def test_a_pickle_is_refused_with_the_code_that_makes_a_safetensors_file_of_it():
    with pytest.raises(WeightsError) as error:
        read(b"\x80\x02", "../some/net'.pt")
    assert 'torch.load("net\'.pt", map_location="cpu", weights_only=True), "net\'.safe' in (
        error.value.code
    )
    compile(error.value.code, "code", "exec")


def test_the_kind_is_told_by_the_content_not_by_the_name():
    assert read(WHOLE, "model.pt").kind == "safetensors"
    assert read(npz_of(tensors()), "model.safetensors").kind == "npz"


def test_what_would_unpack_to_more_than_is_allowed_takes_no_memory(monkeypatch):
    monkeypatch.setattr(archives, "MOST_UNPACKED", 1_000_000)
    bomb = zip_of(zipfile.ZIP_DEFLATED, **{"w.npy": npy(
        "{'descr':'<f4','fortran_order':False,'shape':(2500000,)}", bytes(10_000_000)
    )})  # fmt: skip
    assert len(bomb) < 20_000
    tracemalloc.start()
    said = refusal(read, bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert said == "An archive may unpack to 1 MB, and w.npy alone is said to have 10 MB."
    assert peak < 1_000_000


def test_an_entry_that_is_longer_than_it_says_is_refused():
    data = zip_of(zipfile.ZIP_DEFLATED, **{"w.npy": npy(
        "{'descr':'<f4','fortran_order':False,'shape':(2,)}", bytes(5_000_000)
    )})  # fmt: skip
    said = struct.pack("<I", 128 + 5_000_000)
    assert data.count(said) == 2
    assert refusal(read, data.replace(said, struct.pack("<I", 136)))


def test_archives_and_files_have_limits(monkeypatch):
    monkeypatch.setattr(archives, "MOST_ENTRIES", 3)
    assert "may have 3 entries, got more" in refusal(read, npz_of(tensors()))
    monkeypatch.setattr(safetensors_file, "MOST_HEADER", 100)
    assert "may have 100 bytes here" in refusal(read, WHOLE)
    monkeypatch.setattr(reading, "MOST_BYTES", 1000)
    assert "may have 0 MB, got 0 MB" in refusal(read, WHOLE)


@pytest.mark.parametrize("kind", ["BF16", "F8_E4M3", "I8", "I64"])
def test_weights_of_another_type_are_refused_by_name_and_type(kind):
    said = refusal(read, of_types(lstm_weight_hh_l0=kind))
    assert "lstm.weight_hh_l0 must be float32 or float64, got" in said
    assert read(of_types(head_bias=kind)).networks  # not of the network itself


def test_a_readout_of_another_type_is_refused_when_it_is_chosen():
    assert "head.bias must be float32" in refusal(build, read(of_types(head_bias="BF16")))
    assert build(read(of_types(head_bias="BF16")), readout=None).output_size == 0


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_nan_and_infinity_are_refused_by_name_and_number(wrong):
    weights = tensors(dtype="float32")
    weights["lstm.bias_ih_l0"][:3] = wrong
    said = refusal(build, contents(weights))
    assert "lstm.bias_ih_l0 must be finite, and 3 of its 16 numbers are NaN" in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lstm.weight_hh_l0": None}, "In lstm, weight_hh_l0 is missing."),
        ({"lstm.weight_ih_l0": None, "lstm.bias_hh_l1": None},
         "In lstm, weight_ih_l0, bias_hh_l1 are missing."),
        ({"lstm.weight_ih_l1_reverse": np.ones((16, 4))}, "weight_ih_l0_reverse"),
        ({"lstm.weight_ih_l9": np.ones((16, 4))}, "missing."),
        ({"lstm.weight_hr_l0": np.ones((2, 4))}, "a projection (proj_size)"),
        ({"lstm.weight_hh_l0_g": np.ones((2, 4))}, "is not a name of PyTorch's"),
        ({"lstm.weight_ih_l1": np.ones((16, 5))}, "must have the shape (16, 4), as 4 units"),
        ({"lstm.weight_hh_l0": np.ones((15, 4))}, "H, 3H or 4H rows"),
        ({"lstm.weight_hh_l0": np.ones((8, 4))}, "H, 3H or 4H rows"),
        ({"lstm.weight_hh_l0": np.ones((12, 4))}, "must have the shape (12,"),
        ({"lstm.weight_ih_l0": np.ones(16)}, "must have the shape (16, 0)"),
        ({"lstm.bias_ih_l0": np.ones((16, 1))}, "must have the shape (16,)"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(change, words):
    weights = {**tensors(layers=2), **change}
    kept = {name: values for name, values in weights.items() if values is not None}
    assert words in refusal(contents, kept)


def test_a_network_that_is_larger_than_a_run_may_have_is_refused():
    weights = {"weight_ih_l0": np.ones((3000, 1)), "weight_hh_l0": np.ones((3000, 1000))}
    assert "has 1,000 hidden units, and a network here has at most" in refusal(
        build, contents(weights)
    )


def test_a_broken_network_is_left_out_and_named_where_there_is_another():
    weights = {**tensors(), "other.weight_ih_l0": np.ones((16, 3))}
    found = contents(weights)
    assert [each.path for each in found.networks] == ["lstm"]
    assert found.notes == ("Left out: In other, weight_hh_l0 is missing.",)


def test_names_and_numbers_of_tensors_have_limits_so_that_finding_takes_no_long_time(monkeypatch):
    long = {"1a" * 300 + ".weight_ih_l0": np.ones((4, 1))}
    assert "may have 500 characters here, got 613: 1a1a" in refusal(contents, long)
    assert "²" in refusal(contents, {"²³.weight_ih_l0": np.ones((4, 1))})
    many = {f"m{number}.weight_ih_l0": np.ones((4, 1)) for number in range(9)}
    assert refusal(contents, many).endswith("missing. 6 more of its modules can't be used.")
    monkeypatch.setattr(finding, "MOST_TENSORS", 8)
    assert "may hold 8 tensors here, got 9." in refusal(contents, many)
    monkeypatch.setattr(finding, "MOST_LISTED", 1)
    found = contents({"a.weight_ih": np.ones((4, 1)), "a.weight_hh": np.ones((4, 1)),
                      "b.weight_ih": np.ones((4, 1)), "b.weight_hh": np.ones((4, 1))})  # fmt: skip
    assert found.notes == ("Of its networks the first 1 are listed, 1 are not.",)


def test_a_quantised_model_and_weights_that_are_there_under_two_names_are_refused():
    packed = {"rnn._all_weight_values.0.scale": np.ones(1), "fc.zero_point": np.ones(1)}
    assert "seems to be of a quantised model" in refusal(contents, packed)
    twice = {**tensors(), "lstm.weight_ih": np.ones((16, 3))}
    assert "lstm.weight_ih_l0 are the same weights." in refusal(contents, twice)


FILES = (WHOLE, npz_of(tensors()))


def can_be_used_or_is_refused(data):
    try:
        found = read(data)
        for network in range(len(found.networks)):
            build(found, network).network()
    except WeightsError as error:
        assert str(error).endswith(".")  # noqa: PT017


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(FILES), st.data())
def test_a_file_with_changed_or_missing_bytes_gives_a_network_or_a_sentence(whole, data):
    cut = data.draw(st.integers(0, len(whole)) | st.just(len(whole)))
    changed = bytearray(whole[:cut])
    places = st.integers(0, max(0, cut - 1)) | st.integers(0, max(0, min(cut, 900) - 1))
    for at, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=8)):
        changed[at : at + 1] = bytes([value])
    can_be_used_or_is_refused(bytes(changed))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(0, 127), st.integers(0, 255)), max_size=4))
def test_a_changed_header_of_an_array_gives_a_network_or_a_sentence(changes):
    whole = bytearray(npy("{'descr':'<f4','fortran_order':False,'shape':(2,)}", bytes(8)))
    for at, value in changes:
        whole[at] = value
    can_be_used_or_is_refused(zip_of(**{"w.npy": bytes(whole)}))


def test_what_reading_takes_is_known_before_it_is_read():
    plain = save(tensors())
    packed = io.BytesIO()
    np.savez_compressed(packed, x=np.zeros(5_000_000))
    packed = packed.getvalue()
    assert reading_mb(plain) == pytest.approx(3 * len(plain) / 1e6)
    assert len(packed) < 1e6
    assert reading_mb(packed) == pytest.approx(3 * 40.0, rel=0.01)
    # A process of its own for HDF5: at least what it was measured to take.
    assert reading_mb(b"\x89HDF\r\n\x1a\n" + bytes(62_000_000)) >= 3 * 62 + 305
