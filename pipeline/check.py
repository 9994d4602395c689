"""Is the signal sound? Voice activity, and flags for what will limit the measures."""

from __future__ import annotations

from dataclasses import replace

from ..data_schemas import Audio, Flag, Missing, Span

CLIPPED = 5e-4
"""Share of clipped samples: 0.5 ms in each second of sound, at the crests of its loudest vowels."""

LOW_SNR = 15.0
"""Decibels: on spliced pauses a tenth of the measured lengths errs by over 0.07 s at 20 dB, 0.1 s at 10 dB."""

NARROW_BAND = 22.0
"""Decibels of `band_drop`: 15 clips of full-band speech stay below 18, telephone sound lies above."""

SILENT = 1e-3
"""Peak re full scale (-60 dB): 33 steps of 16-bit sound, too few to carry a voice."""

HUM = -30.0
"""Mains hum in decibels relative to the speech: at -20 dB a vowel's harmonics-to-noise ratio and shimmer halve and
double."""

LITTLE_SPEECH = 3.0
"""Seconds of voice activity: about ten words, too few for any measure of language or rhythm."""

LITTLE_SHARE = 0.05
"""The same as a share of the recording: below it most sound is not what was meant to be recorded."""

DC_OFFSET = 0.01
"""Mean re full scale: a fault of the recorder that eats headroom and shifts zero crossings."""


def check(audio: Audio) -> Audio:
    """The same audio with voice activity and quality flags.

    Parameters
    ----------
    audio : Audio
        As decoded; its samples are read in blocks and not copied.

    Returns
    -------
    Audio
        With ``speech`` (empty where there is none) and, after the flags it had, those of CLIPPED, LOW_SNR,
        NARROW_BAND, SILENT, LITTLE_SPEECH, HUM and DC_OFFSET that apply, in this order.
    """
    silent, offset = _amplitude(audio)
    audio = replace(audio, speech=() if silent else _speech(audio))
    found = {
        Flag.CLIPPED: _clipped(audio),
        Flag.LOW_SNR: _noisy(audio),
        Flag.NARROW_BAND: not silent and _narrow(audio),
        Flag.SILENT: silent,
        Flag.LITTLE_SPEECH: _little(audio),
        Flag.HUM: not silent and _hums(audio),
        Flag.DC_OFFSET: offset,
    }
    raised = tuple(flag for flag, is_so in found.items() if is_so and flag not in audio.flags)
    return replace(audio, flags=audio.flags + raised)


def _amplitude(audio: Audio) -> tuple[bool, bool]:
    """Whether the signal is silent, and whether it is offset."""
    from ..features.views.signal import BLOCK, mean_of

    mean = mean_of(audio.samples)
    blocks = (audio.samples[start : start + BLOCK] for start in range(0, len(audio.samples), BLOCK))
    peak = max((max(float(block.max()) - mean, mean - float(block.min())) for block in blocks), default=0.0)
    return peak < SILENT, abs(mean) > DC_OFFSET


def _speech(audio: Audio) -> tuple[Span, ...]:
    from ..models.vad import speech_spans

    return speech_spans(audio.samples, audio.rate)


def _clipped(audio: Audio) -> bool:
    from ..features.quality.recording import clipping

    share = clipping(audio)
    return not isinstance(share, Missing) and share > CLIPPED


def _noisy(audio: Audio) -> bool:
    from ..features.quality.recording import snr
    from ..features.views.signal import signal_levels

    levels = signal_levels(audio)
    ratio = levels if isinstance(levels, Missing) else snr(levels)
    return not isinstance(ratio, Missing) and ratio < LOW_SNR


def _hums(audio: Audio) -> bool:
    from ..features.quality.hum import hum
    from ..features.views.signal import signal_levels

    levels = signal_levels(audio)
    return not isinstance(levels, Missing) and hum(audio, levels) > HUM


def _narrow(audio: Audio) -> bool:
    from ..features.quality.recording import band_drop
    from ..features.views.signal import long_term_spectrum

    spectrum = long_term_spectrum(audio)
    return not isinstance(spectrum, Missing) and band_drop(spectrum) > NARROW_BAND


def _little(audio: Audio) -> bool:
    spoken = sum(span.end - span.start for span in audio.speech or ())
    return spoken < max(LITTLE_SPEECH, LITTLE_SHARE * audio.duration)
