"""Who of up to three local speakers talks at each moment of ten seconds: pyannote's segmentation network 3.0.

The network is written here from its descriptions, so that its weights need no other library: a SincNet front end
(Ravanelli and Bengio 2018, with sine and cosine filters as in Pariente et al. 2020), four bidirectional LSTM layers
and powerset classes (Plaquet and Bredin 2023).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ...data_schemas.audio import Samples

if TYPE_CHECKING:
    import torch

RATE = 16_000
WINDOW = 10 * RATE
"""Samples of a window: what the network was trained on."""

STEP = 270
"""Samples between frames: the filters' stride of 10 and three poolings by 3."""

FRAMES = 589
"""Frames of a window."""

CENTRE = 495
"""Sample in the middle of what the first frame sees."""

SPEAKERS = 3
"""Local speakers of a window."""

_CLASSES = ((), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2))
"""Local speakers that talk in each class of the powerset."""

_LOWEST_HZ = 50.0
"""Lowest corner frequency and least width of a filter."""


class Segmenter:
    """The network with its weights, on the CPU.

    Parameters
    ----------
    weights : Path
        A file of tensors with ``state_dict``; nothing but tensors and plain values is unpickled.
    """

    def __init__(self, weights: Path) -> None:
        import torch

        state = torch.load(weights, map_location="cpu", weights_only=True)["state_dict"]
        self._state: Mapping[str, torch.Tensor] = state
        self._filters = _filters(state)
        self._lstm = torch.nn.LSTM(60, 128, num_layers=4, bidirectional=True, batch_first=True)
        self._lstm.load_state_dict({name[5:]: value for name, value in state.items() if name.startswith("lstm.")})
        self._lstm.eval()

    def activity(self, windows: Samples) -> npt.NDArray[np.bool_]:
        """Which local speakers talk.

        Parameters
        ----------
        windows : ndarray of float32, shape (n, 160000)
            Ten seconds each at 16 kHz.

        Returns
        -------
        ndarray of bool, shape (n, 589, 3)
            The likeliest set of at most two speakers at each frame; which number a speaker has means nothing from
            one window to the next.
        """
        import torch

        with torch.inference_mode():
            scores = self._scores(torch.from_numpy(np.ascontiguousarray(windows))[:, None])
        table = np.zeros((len(_CLASSES), SPEAKERS), dtype=np.bool_)
        for row, talking in enumerate(_CLASSES):
            table[row, list(talking)] = True
        found: npt.NDArray[np.bool_] = table[scores.argmax(-1).numpy()]
        return found

    def _scores(self, sound: torch.Tensor) -> torch.Tensor:
        from torch.nn.functional import conv1d, instance_norm, leaky_relu, linear, max_pool1d

        state = self._state

        def level(values: torch.Tensor, name: str) -> torch.Tensor:
            return instance_norm(values, weight=state[f"{name}.weight"], bias=state[f"{name}.bias"])

        values = conv1d(level(sound, "sincnet.wav_norm1d"), self._filters, stride=10).abs()
        values = leaky_relu(level(max_pool1d(values, 3), "sincnet.norm1d.0"))
        for layer in (1, 2):
            name = f"sincnet.conv1d.{layer}"
            values = max_pool1d(conv1d(values, state[f"{name}.weight"], state[f"{name}.bias"]), 3)
            values = leaky_relu(level(values, f"sincnet.norm1d.{layer}"))
        values = self._lstm(values.transpose(1, 2))[0]
        for layer in (0, 1):
            values = leaky_relu(linear(values, state[f"linear.{layer}.weight"], state[f"linear.{layer}.bias"]))
        return linear(values, state["classifier.weight"], state["classifier.bias"])


def _filters(state: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """The band-pass filters that the learnt corner frequencies stand for: 40 even, then 40 odd, of 251 samples."""
    import torch

    name = "sincnet.conv1d.0.filterbank"
    time, window = state[f"{name}.n_"], state[f"{name}.window_"]
    low = _LOWEST_HZ + state[f"{name}.low_hz_"].abs()
    high = torch.clamp(low + _LOWEST_HZ + state[f"{name}.band_hz_"].abs(), _LOWEST_HZ, RATE / 2)
    width = 2 * (high - low)
    even = (torch.sin(high @ time) - torch.sin(low @ time)) / (time / 2) * window
    odd = (torch.cos(low @ time) - torch.cos(high @ time)) / (time / 2) * window
    nothing = torch.zeros_like(width)
    filters = torch.cat(
        [
            torch.cat([even, width, even.flip(1)], dim=1),
            torch.cat([odd, nothing, -odd.flip(1)], dim=1),
        ]
    )
    return (filters / torch.cat([width, width]))[:, None]
