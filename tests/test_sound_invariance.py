"""What must not depend on how a voice was stored: its sample rate, and which channel it is in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import soundfile
import soxr
from lalia.data_schemas import Limits, Measured, Recording
from lalia.features import FEATURES, evaluate
from lalia.pipeline.check import check
from lalia.pipeline.decode import decode
from lalia.pipeline.ingest import Located

FAMILIES = ("timing", "prosody", "voice", "articulation")

ALIKE = 0.01
"""Relative: frames, cycles and peaks fall elsewhere between samples. Measured: 0.9 % at most, most below 0.1 %."""

LESS_ALIKE = {"voice.h1_a3": 0.06}
"""The third formant's harmonic changes where the formant falls between two."""


def test_sample_rate_does_not_matter(sample):
    """The same band-limited voice at 16 and 44.1 kHz: every measure of it but the rate itself."""
    names = [name for name, found in FEATURES.items() if found.spec.family in FAMILIES]
    audio = sample.audio
    finer = soxr.resample(audio.samples, audio.rate, 44_100, quality="VHQ").astype(np.float32)
    other = replace(sample, audio=replace(audio, samples=finer, rate=44_100))
    before, after = evaluate(sample, names), evaluate(other, names)
    measured = {name: value for name, value in before.items() if isinstance(value, Measured)}
    assert len(measured) > 80
    far = {
        name: (value.value, str(after[name]))
        for name, value in measured.items()
        if not isinstance(after[name], Measured)
        or after[name].value != pytest.approx(value.value, rel=LESS_ALIKE.get(name, ALIKE), abs=1e-9)
    }
    assert not far


@pytest.fixture
def voices(sample):
    """The voice, and somebody else's: two seconds later, half as loud."""
    mine = sample.audio.samples[: 10 * sample.audio.rate]
    return mine, 0.5 * np.roll(mine, 2 * sample.audio.rate), sample.audio.rate


def taken(folder, channels, rate, channel):
    path = folder / "voices.wav"
    soundfile.write(path, np.stack(channels, axis=1), rate, subtype="PCM_24")
    item = Located(Recording(recording_id="r", participant_id="p", path=path.name, participant_channel=channel), path)
    return check(decode(item, Limits()))


def test_a_speaker_may_be_in_either_channel(voices, tmp_path):
    mine, other, rate = voices
    left, right = taken(tmp_path, (mine, other), rate, 0), taken(tmp_path, (other, mine), rate, 1)
    assert np.array_equal(left.samples, right.samples)
    assert (left.speech, left.flags) == (right.speech, right.flags)
    assert not np.array_equal(left.samples, taken(tmp_path, (mine, other), rate, 1).samples)


def test_the_mean_of_two_channels_has_no_order(voices, tmp_path):
    mine, other, rate = voices
    one, two = taken(tmp_path, (mine, other), rate, None), taken(tmp_path, (other, mine), rate, None)
    assert np.array_equal(one.samples, two.samples)
    assert (one.speech, one.flags) == (two.speech, two.flags)
