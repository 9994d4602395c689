"""The acoustic model of PocketSphinx: how well each 10 ms of sound fits each third of a speech sound in its context.

A phonetically tied mixture: every speech sound has one codebook of 128 Gaussian densities for each of three streams
(cepstra, slopes, curvatures), and every senone (a state of a triphone) its own weights of them. The files are read
here, not by the library: its aligner prunes its search and fails on some clips (docs/validation/alignment.md), and
gives neither the scores of sounds not sought nor a state to stop at.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

INSIDE, BEGIN, END, SINGLE = 0, 1, 2, 3
"""Places of a speech sound in its word; triphones differ by them."""

STATES = 3
LOG_BASE = 1024 * np.log(1.0001)
"""Nats of one step of the weights' 8 bits."""

VARIANCE_FLOOR = 1e-4
LEAST = 1e-30
"""Density below which a mixture counts as zero, so that its logarithm stays finite."""

_ORDER = 0x11223344
_HEADER = b"endhdr\n"
_PHONE = np.dtype([("senones", "<i4"), ("transitions", "<i4"), ("place", "u1"), ("context", "u1", 3)])

Scores = npt.NDArray[np.float32]


class AcousticModel:
    """A phonetically tied model in PocketSphinx's file formats.

    Parameters
    ----------
    folder : Path
        Holds ``mdef``, ``means``, ``variances``, ``sendump`` and ``transition_matrices``.

    Attributes
    ----------
    phones : tuple of str
        The speech sounds, silence ``SIL`` and the noises ``+NSN+`` and ``+SPN+`` among them.
    sequences : ndarray of int, shape (n, 3)
        The senones of each kind of triphone.
    stay, leave : ndarray of float32, shape (phones, 3)
        Log probabilities of staying in a state and of going on to the next.
    """

    def __init__(self, folder: Path) -> None:
        self._read_definition((folder / "mdef").read_bytes())
        means, variances = _gaussians(folder / "means"), _gaussians(folder / "variances")
        inverse = 0.5 / np.maximum(variances, VARIANCE_FLOOR)
        # A density is linear in (x squared, x): all of a codebook are one matrix product.
        self._matrices = np.concatenate([-inverse, 2 * means * inverse], axis=3).swapaxes(2, 3).copy()
        self._constants = -(0.5 * np.log(np.pi / inverse) + means**2 * inverse).sum(axis=3)
        self._weights = np.exp(-LOG_BASE * _weights(folder / "sendump", *means.shape[1:3])).astype(np.float32)
        moves = _transitions(folder / "transition_matrices")
        moves = np.log(moves / moves.sum(axis=2, keepdims=True) + LEAST)
        states = np.arange(STATES)
        self.stay = moves[:, states, states].astype(np.float32)
        self.leave = moves[:, states, states + 1].astype(np.float32)

    def _read_definition(self, data: bytes) -> None:
        (described,) = struct.unpack_from("<i", data, 8)
        counts = struct.unpack_from("<10i", data, 12 + described)
        simple, triphones, _, alone, senones, _, sequences, _, tree, _ = counts
        at = 12 + described + 40
        names = data[at:].split(b"\0", simple)[:simple]
        at += -(-sum(len(name) + 1 for name in names) // 4) * 4 + 8 * tree
        table = np.frombuffer(data, _PHONE, triphones, at)
        at += table.nbytes + 4
        self.phones = tuple(name.decode() for name in names)
        self.sequences = np.frombuffer(data, "<u2", sequences * STATES, at).reshape(-1, STATES).astype(np.intp)
        self._simple = table["senones"][:simple].astype(np.intp)
        keys = _keys(table["place"], *table["context"].T)[simple:]
        order = np.argsort(keys, kind="stable")
        self._keys, self._of_key = keys[order], table["senones"][simple:][order].astype(np.intp)
        self._codebook = np.empty(senones, np.intp)
        self._codebook[self.sequences[table["senones"]]] = table["transitions"][:, None]
        self.alone = alone
        number = {name: place for place, name in enumerate(self.phones)}
        self.number = number
        self.silence = number["SIL"]
        self._noises = frozenset(place for name, place in number.items() if name == "SIL" or not name.isalpha())

    def sequence(self, phone: int, left: int, right: int, place: int) -> int:
        """Which of `sequences` a speech sound has between two others; the nearest trained one where that is rare.

        Parameters
        ----------
        phone, left, right : int
            Of `phones`.
        place : int
            INSIDE, BEGIN, END or SINGLE: where in its word the sound is.
        """
        if phone in self._noises:
            return int(self._simple[phone])
        left, right = (self.silence if side in self._noises else side for side in (left, right))
        for tried in (place, INSIDE, BEGIN, END, SINGLE):
            key = int(_keys(np.uint8(tried), np.uint8(phone), np.uint8(left), np.uint8(right)))
            at = int(np.searchsorted(self._keys, key))
            if at < len(self._keys) and self._keys[at] == key:
                return int(self._of_key[at])
        return int(self._simple[phone])

    def score(self, features: Scores, senones: Sequence[int] | npt.NDArray[np.intp]) -> tuple[Scores, Scores]:
        """Log likelihoods of frames.

        Parameters
        ----------
        features : ndarray of float32, shape (frames, 3, 13)
        senones : sequence of int

        Returns
        -------
        scores : ndarray of float32, shape (frames, senones)
        best : ndarray of float32, shape (frames,)
            Of the speech sound, context left aside, that fits a frame best: what any guess could reach.
        """
        wanted = np.concatenate([np.asarray(senones, np.intp), np.arange(self.alone)])
        found = np.zeros((len(features), len(wanted)), np.float32)
        for codebook in range(len(self.phones)):
            columns = np.flatnonzero(self._codebook[wanted] == codebook)
            for stream in range(features.shape[1]):
                given = features[:, stream]
                density = np.concatenate([given**2, given], axis=1) @ self._matrices[codebook, stream]
                density += self._constants[codebook, stream]
                peak = density.max(axis=1, keepdims=True)
                mixed = np.exp(density - peak) @ self._weights[stream][:, wanted[columns]]
                found[:, columns] += np.log(mixed + LEAST) + peak
        return found[:, : len(senones)], found[:, len(senones) :].max(axis=1)


def _keys(place: npt.NDArray[np.uint8] | np.uint8, *context: npt.NDArray[np.uint8] | np.uint8) -> npt.NDArray[np.int64]:
    key = np.asarray(place, np.int64)
    for phone in context:
        key = key * 64 + np.asarray(phone, np.int64)
    return key


def _body(path: Path) -> bytes:
    data = path.read_bytes()
    at = data.index(_HEADER) + len(_HEADER)
    if struct.unpack_from("<I", data, at)[0] != _ORDER:
        raise ValueError(f"{path.name} is not little endian")
    return data[at + 4 :]


def _gaussians(path: Path) -> npt.NDArray[np.float32]:
    """Means or variances, shape (codebooks, streams, densities, 13)."""
    data = _body(path)
    codebooks, streams, densities = struct.unpack_from("<3i", data)
    at = 12 + 4 * streams
    (count,) = struct.unpack_from("<i", data, at)
    return np.frombuffer(data, "<f4", count, at + 4).reshape(codebooks, streams, densities, -1).astype(np.float32)


def _transitions(path: Path) -> npt.NDArray[np.float64]:
    data = _body(path)
    shape = struct.unpack_from("<3i", data)
    return np.frombuffer(data, "<f4", int(np.prod(shape)), 16).reshape(shape).astype(np.float64)


def _weights(path: Path, streams: int, densities: int) -> npt.NDArray[np.float32]:
    """Steps of the mixture weights below one, shape (streams, densities, senones)."""
    data = path.read_bytes()
    at = 0
    while length := struct.unpack_from("<i", data, at)[0]:
        at += 4 + length
    rows, columns = struct.unpack_from("<2i", data, at + 4)
    if rows != densities:
        raise ValueError(f"{path.name} has {rows} densities, not {densities}")
    steps = np.frombuffer(data, np.uint8, streams * rows * columns, at + 12)
    return steps.reshape(streams, rows, columns).astype(np.float32)
