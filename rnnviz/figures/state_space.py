"""Hidden states in their principal components, packed into bytes for the canvas that draws them.

The format, which `rnnviz/ui/components/states/data/packet.js` reads:

    4 bytes         length of the header, little-endian
    header          JSON in UTF-8, padded with blanks to a multiple of 4
    points          what is the same in all frames; only if the header says `has_points`
    frames          one after the other, each starting at its `offset` behind the header

Points, of which there are N, are sorted by sequence and time step. All parts are little-endian:

    sequence        uint16 (N,)         number of the evaluation sequence
    step            uint16 (N,)         time step in it
    a colouring that stays, each:
      codes         uint16 (N,)         a class; or a number, `low + (high - low) code / 65534`

A frame is one kept iteration:

    points          int16 (N, k)        `peak v / 32767` in k principal components, k = 1, 2 or 3
    probe           int16 (T, k)        the same of the probe
    answers         float32 (T,)        class, or number, that the network answers on the probe
    a colouring that moves, each:
      codes         uint16 (N,)         a number is one of the frame's own range (`ranges`)
    padding to a multiple of 4

Of points -32768, and of codes 65535, mean that there is no number.

The browser keeps what it was sent: a picture is told by its `run` and its `set`, and each message
tells all iterations that there are (`kept`). What the browser lacks it asks for; see `Delivery`.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.memory.clouds import Cloud
from rnnviz.figures.payload import encode_arrays

Array = NDArray[Any]

#: Most bytes of all frames together; where there are more, iterations are left out evenly.
BUDGET = 1_000_000

#: Instead of a code: no class, or no number.
UNKNOWN = 65535
_NO_NUMBER = -32768
_HIGHEST = 32767


@dataclass(frozen=True)
class Colouring:
    """A way to colour the points.

    Parameters
    ----------
    key
        One word that tells it from the others, such as `input`.
    label
        What a person reads.
    values : array (N,), or such arrays by iteration
        Classes counted from 0, negative ones being unknown; or numbers. Of iterations that are not
        among them nothing is known.
    names
        Of the classes; without names the values are numbers.
    """

    key: str
    label: str
    values: Array | Mapping[int, Array]
    names: Sequence[str] = ()

    @property
    def moves(self) -> bool:
        """Whether it differs from iteration to iteration."""
        return isinstance(self.values, Mapping)


@dataclass(frozen=True)
class Points:
    """Which state each point is, in the order of the clouds' points.

    Parameters
    ----------
    sequence, step : array (N,)
        Number of the evaluation sequence, and time step in it. Sorted by both.
    colourings
        The first one is shown until another is chosen. One of key `input` and one of key `answer`
        tell what the points under the pointer are, too.
    """

    sequence: Array
    step: Array
    colourings: Sequence[Colouring] = ()


@dataclass(frozen=True)
class ProbePath:
    """The probe, whose path is drawn.

    Parameters
    ----------
    name
        As a person reads it.
    inputs, targets
        Labels of its T time steps; the targets "" where none is scored.
    answers : arrays (T,) by iteration
        What the network answers: a class, or a number.
    names
        Of the classes of the answers; without names they are numbers.
    """

    name: str
    inputs: Sequence[str]
    targets: Sequence[str] = ()
    answers: Mapping[int, Array] = field(default_factory=dict)
    names: Sequence[str] = ()


@dataclass(frozen=True)
class StateSpace:
    """A picture: what is in it, of whichever iterations.

    Parameters
    ----------
    clouds
        Of the kept iterations that have been measured, in their order. All of one count of points.
    points, probe
        What the clouds' numbers are.
    letter, label
        Of the quantity, such as `h` and `hidden state`.
    run
        Name of the run. Another name starts the picture anew.
    about
        What is measured, in a few words: it stands above the picture.
    fixed
        Fixed points by iteration, as `fixed_point_charts.fixed_points_json` describes them.
    machine
        The automaton, as `rnnviz.figures.automaton.machine_json` describes it.
    missing
        A sentence that says why there is nothing to draw.
    """

    clouds: Sequence[Cloud]
    points: Points
    probe: ProbePath
    letter: str = "h"
    label: str = "hidden state"
    run: str = ""
    about: str = ""
    fixed: Mapping[int, Any] = field(default_factory=dict)
    machine: Mapping[str, Any] | None = None
    missing: str = ""

    @property
    def set(self) -> str:
        """A short name of what all frames have in common: which points, on which probe."""
        axes = self.clouds[0].points.shape[1] if self.clouds else 0
        sums = hashlib.sha256(bytes([axes]))
        for part in (self.points.sequence, self.points.step):
            sums.update(np.ascontiguousarray(part, dtype="<u2").tobytes())
        for colouring in self.points.colourings:
            staying = "" if colouring.moves else _codes(colouring, None).tobytes().hex()
            sums.update(f"{colouring.key} {list(colouring.names)} {staying}".encode())
        probe = (self.probe.name, *self.probe.inputs, *self.probe.targets, *self.probe.names)
        sums.update(json.dumps([self.letter, self.label, probe]).encode())
        return sums.hexdigest()[:16]

    @property
    def kept(self) -> list[int]:
        """Iterations of which there is a cloud, as many as the budget allows."""
        return [cloud.iteration for cloud in self.within()]

    def within(self, budget: int = BUDGET, viewed: int | None = None) -> list[Cloud]:
        """Return clouds that fit the budget: the first, the newest, the viewed, others evenly."""
        clouds = self.clouds
        room = max(2, budget // self.frame_bytes)
        if len(clouds) <= room:
            return list(clouds)
        spread = np.linspace(0, len(clouds) - 1, room).round().astype(int).tolist()
        chosen = set(spread) | {i for i, each in enumerate(clouds) if each.iteration == viewed}
        return [clouds[place] for place in sorted(chosen)]

    def sum_of(self, cloud: Cloud) -> int:
        """Return a sum over a frame: another one where something in it has changed."""
        found = zlib.crc32(np.ascontiguousarray(cloud.points).data)
        for colouring in self.points.colourings:
            if isinstance(colouring.values, Mapping) and cloud.iteration in colouring.values:
                known = np.ascontiguousarray(colouring.values[cloud.iteration])
                found = zlib.crc32(known.data, found)
        fixed = self.fixed.get(cloud.iteration)
        if fixed is not None:
            at = np.array([point["at"] for point in fixed["points"]], dtype=np.float64)
            found = zlib.crc32(at.tobytes() + str(fixed["given"]).encode(), found)
        return found

    @property
    def frame_bytes(self) -> int:
        """How many bytes a frame takes."""
        N, T = len(self.points.sequence), len(self.probe.inputs)
        k = self.clouds[0].points.shape[1] if self.clouds else 0
        moving = sum(colouring.moves for colouring in self.points.colourings)
        return _padded(2 * k * (N + T) + 4 * T + 2 * N * moving)


@dataclass
class Delivery:
    """What a browser has been sent of a picture, so that no frame is sent twice.

    A browser may lose what it has: the page is loaded again. Then it tells what it lacks.
    """

    of: tuple[str, str] = ("", "")
    sent: dict[int, int] = field(default_factory=dict)

    def due(self, space: StateSpace, lacking: Collection[int] = ()) -> set[int]:
        """Return the iterations to send now, and note that they were sent.

        Parameters
        ----------
        lacking
            What the browser says that it lacks.
        """
        of = (space.run, space.set)
        if of != self.of:
            self.of, self.sent = of, {}
        sums = {cloud.iteration: space.sum_of(cloud) for cloud in space.within()}
        due = {at for at, what in sums.items() if at in lacking or self.sent.get(at) != what}
        self.sent = sums
        return due


def pack(
    space: StateSpace,
    *,
    send: Collection[int] | None = None,
    viewed: int | None = None,
    start: Mapping[str, object] = MappingProxyType({}),
    budget: int = BUDGET,
) -> bytes:
    """Pack a picture for the canvas.

    Parameters
    ----------
    space
        What is in it.
    send
        Iterations whose frames are sent; None sends all. What all frames have in common comes along
        unless a single frame is sent, as in a live tick.
    viewed
        The iteration that is looked at; None is the newest.
    start
        Where to look first: `Start` in types.d.ts. The picture goes there once for each word.
    budget
        Most bytes for all frames.

    Returns
    -------
    bytes
        2,000 points in 3 components with one colouring that moves take 16 kB for each iteration.

    Raises
    ------
    ValueError
        If the clouds differ in their number of points or components, or do not fit the points.
    """
    _check(space)
    within = space.within(budget, viewed)
    chosen = [cloud for cloud in within if send is None or cloud.iteration in send]
    has_points = len(chosen) > 1 or len(within) < 2
    common = _common(space) if has_points else b""
    about = _header(space, within) | {
        "viewed": viewed,
        "start": dict(start),
        "has_points": has_points,
        "frames": [],
    }
    parts, offset = [common], len(common)
    for cloud in chosen:
        frame, peak = _frame(space, cloud)
        about["frames"].append(_about_frame(space, cloud, peak, offset))
        parts.append(frame)
        offset += len(frame)
    return b"".join([_encoded(about), *parts])


def _check(space: StateSpace) -> None:
    N, T = len(space.points.sequence), len(space.probe.inputs)
    for cloud in space.clouds:
        k = space.clouds[0].points.shape[1]
        shapes = (cloud.points.shape, cloud.probe.shape)
        if shapes != ((N, k), (T, k)) or not 1 <= k <= 3:
            raise ValueError(
                f"every cloud needs points ({N}, k) and a probe ({T}, k) with one k from 1 to 3, "
                f"got {shapes[0]} and {shapes[1]} at iteration {cloud.iteration}"
            )


def _header(space: StateSpace, within: Sequence[Cloud]) -> dict[str, Any]:
    probe = space.probe
    iterations = [cloud.iteration for cloud in within]
    return {
        "run": space.run,
        "set": space.set,
        "letter": space.letter,
        "label": space.label,
        "about": space.about,
        "missing": space.missing,
        "count": len(space.points.sequence),
        "axes": within[0].points.shape[1] if within else 0,
        "kept": iterations,
        "offered": len(space.clouds),
        "colourings": [_about_colouring(each) for each in space.points.colourings],
        "probe": {
            "name": probe.name,
            "inputs": list(probe.inputs),
            "targets": list(probe.targets),
            "names": list(probe.names),
        },
        "machine": space.machine,
    }


def _about_colouring(colouring: Colouring) -> dict[str, Any]:
    low, high = _range(colouring)
    return {
        "key": colouring.key,
        "label": colouring.label,
        "names": list(colouring.names),
        "low": low,
        "high": high,
        "moves": colouring.moves,
    }


def _about_frame(space: StateSpace, cloud: Cloud, peak: float, offset: int) -> dict[str, Any]:
    moving = (colouring for colouring in space.points.colourings if colouring.moves)
    return {
        "iteration": cloud.iteration,
        "shares": np.asarray(cloud.plane.shares, dtype=np.float64)[: cloud.points.shape[1]],
        "peak": peak,
        "ranges": [_range(each, cloud.iteration) for each in moving],
        "fixed": space.fixed.get(cloud.iteration),
        "offset": offset,
    }


def _encoded(header: Mapping[str, Any]) -> bytes:
    """Return the header as JSON, after its length."""
    plain = _plain(header)
    text = json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    body = text.encode("utf-8", "backslashreplace")
    body = body.ljust(_padded(len(body)))
    return len(body).to_bytes(4, "little") + body


def _plain(value: Any) -> Any:
    """Return the document with lists for arrays, and None for what JSON has no number for."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(part) for part in value]
    return encode_arrays(value)


def _common(space: StateSpace) -> bytes:
    points = space.points
    parts = [np.ascontiguousarray(part, dtype="<u2") for part in (points.sequence, points.step)]
    parts += [_codes(each, None) for each in points.colourings if not each.moves]
    packed = b"".join(part.tobytes() for part in parts)
    return packed.ljust(_padded(len(packed)), b"\0")


def _frame(space: StateSpace, cloud: Cloud) -> tuple[bytes, float]:
    """Return the bytes of a frame, and what its largest code stands for."""
    both = np.concatenate([cloud.points, cloud.probe]).astype(np.float64)
    finite = np.isfinite(both)
    peak = float(np.abs(both[finite]).max(initial=0.0)) or 1.0
    with np.errstate(invalid="ignore"):
        scaled = np.rint(both * (_HIGHEST / peak))
    quantised = np.where(finite, scaled, _NO_NUMBER).astype("<i2")
    answers = space.probe.answers.get(cloud.iteration)
    nothing = np.full(len(space.probe.inputs), np.nan)
    parts = [
        quantised,
        np.asarray(nothing if answers is None else answers).astype("<f4"),
        *(_codes(each, cloud.iteration) for each in space.points.colourings if each.moves),
    ]
    packed = b"".join(np.ascontiguousarray(part).tobytes() for part in parts)
    return packed.ljust(_padded(len(packed)), b"\0"), peak


def _codes(colouring: Colouring, iteration: int | None) -> NDArray[np.uint16]:
    """Return the codes of a colouring; of an iteration where it moves."""
    values = colouring.values
    if isinstance(values, Mapping):
        known = values.get(-1 if iteration is None else iteration)
        if known is None:
            some = next(iter(values.values()), np.zeros(0))
            return np.full(len(some), UNKNOWN, dtype="<u2")
        values = known
    if colouring.names:
        classes = np.asarray(values, dtype=np.int64)
        known_class = (classes >= 0) & (classes < len(colouring.names))
        return np.where(known_class, classes, UNKNOWN).astype("<u2")
    low, high = _range(colouring, iteration)
    numbers = np.asarray(values, dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        shares = (numbers - low) / (high - low if high > low else 1.0)
        scaled = np.rint(shares.clip(0, 1) * (UNKNOWN - 1))
    return np.where(np.isfinite(numbers), scaled, UNKNOWN).astype("<u2")


def _range(colouring: Colouring, iteration: int | None = None) -> tuple[float, float]:
    """Return the lowest and the highest number of a colouring; 0 and 0 where it has classes.

    Of all iterations, or of one, where the colouring moves.
    """
    if colouring.names:
        return 0.0, 0.0
    values = colouring.values
    parts: list[Array] = []
    if not isinstance(values, Mapping):
        parts = [values]
    else:
        known = np.zeros(0) if iteration is None else values.get(iteration, np.zeros(0))
        parts = list(values.values()) if iteration is None else [known]
    numbers = np.concatenate([np.zeros(0), *(np.ravel(part) for part in parts)])
    finite = numbers[np.isfinite(numbers)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def _padded(count: int) -> int:
    """Return the next multiple of 4."""
    return -(-count // 4) * 4
