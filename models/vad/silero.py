"""Speech probabilities by Silero VAD v6, run by ONNX Runtime on one thread.

The model reads frames of 512 samples at 16 kHz, each preceded by the last 64 samples of the frame before, and
carries two recurrent states (inputs ``input``, ``h``, ``c``; outputs ``speech_probs``, ``hn``, ``cn``).
"""

from __future__ import annotations

import functools
from array import array
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from ...data_schemas.audio import Samples
from .. import registry

NAME, FILE = "silero-vad", "silero_vad_v6.onnx"
"""As the registry of weights knows it, and the file within."""

FRAME = 512
"""Samples of one probability: 32 ms at 16 kHz, the only rate these lengths are for."""

CONTEXT = 64
BATCH = 512
"""Frames a call: 16 s. Fixed, so that the same recording gives the same bits however it was read."""


def probabilities(blocks: Iterable[Samples]) -> npt.NDArray[np.float32]:
    """Probability of speech in each 32 ms frame.

    Parameters
    ----------
    blocks : iterable of float32 arrays
        A 16 kHz signal in pieces of any length; the last frame is filled up with zeros.

    Returns
    -------
    ndarray of float32, shape (ceil(n / 512),), in [0, 1]

    Raises
    ------
    LaliaError
        model_absent or bad_model.
    """
    session = _session()
    state = np.zeros((1, 1, 128), dtype=np.float32), np.zeros((1, 1, 128), dtype=np.float32)
    context = np.zeros(CONTEXT, dtype=np.float32)
    # One growing row: little ones kept between large passing ones would not let the heap shrink.
    found = array("f")
    for batch in _batches(blocks):
        frames = np.concatenate([context, batch])
        windows = np.lib.stride_tricks.sliding_window_view(frames, CONTEXT + FRAME)[::FRAME]
        given = {"input": np.ascontiguousarray(windows), "h": state[0], "c": state[1]}
        probability, *rest = session.run(["speech_probs", "hn", "cn"], given)
        state, context = (rest[0], rest[1]), batch[-CONTEXT:]
        found.frombytes(probability.tobytes())
    return np.array(found, dtype=np.float32)


def _batches(blocks: Iterable[Samples]) -> Iterator[Samples]:
    size = FRAME * BATCH
    held: list[Samples] = []
    count = 0
    for block in blocks:
        held.append(block)
        count += len(block)
        if count < size:
            continue
        joined = np.concatenate(held)
        whole = count // size * size
        yield from joined[:whole].reshape(-1, size)
        held, count = [joined[whole:]], count - whole
    if count:
        joined = np.concatenate(held)
        yield np.pad(joined, (0, -count % FRAME))


@functools.cache
def _session() -> Any:
    import onnxruntime

    path = registry.locate(NAME) / FILE  # its SHA-256 is verified there
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), sess_options=options, providers=["CPUExecutionProvider"])
