"""Pickles are refused unread: to load one is to run what it says. What to do instead is said."""

from __future__ import annotations

from pathlib import PurePosixPath

from rnnviz.weights.errors import WeightsError, named

_CODE = """\
import torch
from safetensors.torch import save_file
save_file(torch.load({old!r}, map_location="cpu", weights_only=True), {new!r})
"""


def is_pickle(data: bytes) -> bool:
    """Tell whether a file begins as a pickle of protocol 2 or later does."""
    return data[:1] == b"\x80" and data[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")


def pickle_refusal(filename: str) -> WeightsError:
    """Return why a pickle is refused, with the code that makes a safetensors file of it."""
    old = PurePosixPath(filename.replace("\\", "/")).name or "model.pt"
    old = named(old)
    new = old.removesuffix(PurePosixPath(old).suffix) + ".safetensors"
    return WeightsError(
        f"{old} is a pickle, as PyTorch's .pt and .pth are: opening one can run code, so it is "
        "refused. Save the state_dict as safetensors instead, where PyTorch is. If the file holds "
        "a whole module or a checkpoint, take its state_dict first.",
        _CODE.format(old=old, new=new),
    )
