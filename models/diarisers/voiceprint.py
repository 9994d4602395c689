"""A voice as a vector: the CAM++ speaker network on Kaldi's filter bank.

The network is written here from its paper (Wang et al. 2023, "CAM++: A Fast and Efficient Network for Speaker
Verification Using Context-Aware Masking"), so that its weights need no other library. The filter bank follows Kaldi's
definition: 25 ms Povey windows each 10 ms, pre-emphasis 0.97, 80 mel triangles from 20 Hz to 8 kHz.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ...data_schemas.audio import Samples

if TYPE_CHECKING:
    import torch

RATE = 16_000
FRAME, SHIFT, FFT, BANDS = 400, 160, 512, 80
"""Samples of an analysis frame, of the step between frames and of a transform; mel bands."""

_BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers and dilation of the three densely connected blocks."""

_SEGMENT = 100
"""Frames over which the context mask is pooled."""

_FLOOR = float(np.finfo(np.float32).eps)
_EPS = 1e-5


class Voiceprint:
    """The speaker network with its weights, on the CPU.

    Parameters
    ----------
    weights : Path
        A file of tensors; nothing else is unpickled.
    """

    def __init__(self, weights: Path) -> None:
        import torch

        self._state: Mapping[str, torch.Tensor] = torch.load(weights, map_location="cpu", weights_only=True)

    def embed(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """The voice in one stretch of speech.

        Parameters
        ----------
        features : ndarray of float32, shape (frames, 80)
            From `filter_bank`, of one speaker; at least 2 frames.

        Returns
        -------
        ndarray of float32, shape (192,)
            Of unit length.
        """
        import torch

        centred = features - features.mean(axis=0)
        with torch.inference_mode():
            vector: npt.NDArray[np.float32] = self._forward(torch.from_numpy(centred.T[None].copy()))[0].numpy()
        length = float(np.linalg.norm(vector))
        return vector / np.float32(length) if length > 0 else vector

    def _forward(self, values: torch.Tensor) -> torch.Tensor:
        import torch

        values = self._head(values)
        values = self._relu(self._conv(values, "xvector.tdnn.linear", stride=2, padding=2), "xvector.tdnn.nonlinear")
        for number, (layers, dilation) in enumerate(_BLOCKS, start=1):
            for layer in range(1, layers + 1):
                name = f"xvector.block{number}.tdnnd{layer}"
                values = torch.cat([values, self._dense_layer(values, name, dilation)], dim=1)
            name = f"xvector.transit{number}"
            values = self._conv(self._relu(values, f"{name}.nonlinear"), f"{name}.linear")
        values = self._relu(values, "xvector.out_nonlinear")
        pooled = torch.cat([values.mean(-1), values.std(-1)], dim=1)
        return self._norm(self._conv(pooled[..., None], "xvector.dense.linear"), "xvector.dense.nonlinear.batchnorm")[
            ..., 0
        ]

    def _head(self, values: torch.Tensor) -> torch.Tensor:
        """Two-dimensional residual convolutions over frequency and time; frequency is taken an eighth as fine."""
        from torch.nn.functional import conv2d, relu

        def conv(values: torch.Tensor, name: str, norm: str, stride: int = 1, padding: int = 1) -> torch.Tensor:
            out = conv2d(values, self._state[f"head.{name}.weight"], stride=(stride, 1), padding=padding)
            return self._norm(out, f"head.{norm}")

        values = relu(conv(values[:, None], "conv1", "bn1"))
        for layer in (1, 2):
            for block in (0, 1):
                name, stride = f"layer{layer}.{block}", 2 - block
                direct = values
                if block == 0:
                    direct = conv(values, f"{name}.shortcut.0", f"{name}.shortcut.1", stride, 0)
                out = relu(conv(values, f"{name}.conv1", f"{name}.bn1", stride))
                values = relu(conv(out, f"{name}.conv2", f"{name}.bn2") + direct)
        values = relu(conv(values, "conv2", "bn2", 2))
        return values.flatten(1, 2)

    def _dense_layer(self, values: torch.Tensor, name: str, dilation: int) -> torch.Tensor:
        """One layer and its mask: the mean over everything plus that over each second or so of context."""
        import torch
        from torch.nn.functional import avg_pool1d

        values = self._conv(self._relu(values, f"{name}.nonlinear1"), f"{name}.linear1")
        values = self._relu(values, f"{name}.nonlinear2")
        local = self._conv(values, f"{name}.cam_layer.linear_local", padding=dilation, dilation=dilation)
        near = avg_pool1d(values, _SEGMENT, _SEGMENT, ceil_mode=True).repeat_interleave(_SEGMENT, dim=-1)
        context = values.mean(-1, keepdim=True) + near[..., : values.shape[-1]]
        mask = self._conv(torch.relu(self._conv(context, f"{name}.cam_layer.linear1")), f"{name}.cam_layer.linear2")
        return local * torch.sigmoid(mask)

    def _conv(
        self, values: torch.Tensor, name: str, *, stride: int = 1, padding: int = 0, dilation: int = 1
    ) -> torch.Tensor:
        from torch.nn.functional import conv1d

        bias = self._state.get(f"{name}.bias")
        return conv1d(values, self._state[f"{name}.weight"], bias, stride, padding, dilation)

    def _relu(self, values: torch.Tensor, name: str) -> torch.Tensor:
        return self._norm(values, f"{name}.batchnorm").relu()

    def _norm(self, values: torch.Tensor, name: str) -> torch.Tensor:
        from torch.nn.functional import batch_norm

        state = self._state
        return batch_norm(
            values,
            state[f"{name}.running_mean"],
            state[f"{name}.running_var"],
            state.get(f"{name}.weight"),
            state.get(f"{name}.bias"),
            eps=_EPS,
        )


def filter_bank(samples: Samples) -> npt.NDArray[np.float32]:
    """Logarithms of the mel band energies, Kaldi's way.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,)
        At 16 kHz, full scale 1.

    Returns
    -------
    ndarray of float32, shape (1 + (n - 400) // 160, 80)
        No frame for sound shorter than one.
    """
    count = max(0, 1 + (len(samples) - FRAME) // SHIFT)
    if count == 0:
        return np.zeros((0, BANDS), dtype=np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::SHIFT].astype(np.float64)
    frames -= frames.mean(axis=1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    window, triangles = _window_and_triangles()
    spectrum = np.abs(np.fft.rfft((frames - 0.97 * before) * window, FFT)) ** 2
    logs: npt.NDArray[np.float32] = np.log(np.maximum(spectrum @ triangles, _FLOOR)).astype(np.float32)
    return logs


@functools.cache
def _window_and_triangles() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / (FRAME - 1))) ** 0.85
    mel = 1127.0 * np.log1p(np.arange(FFT // 2 + 1) * RATE / FFT / 700.0)
    edges = np.linspace(1127.0 * np.log1p(20.0 / 700.0), 1127.0 * np.log1p(RATE / 2 / 700.0), BANDS + 2)
    rising = (mel[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - mel[:, None]) / (edges[2:] - edges[1:-1])
    return window, np.maximum(0.0, np.minimum(rising, falling))
