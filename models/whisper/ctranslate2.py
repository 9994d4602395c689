"""Whisper by CTranslate2 through faster-whisper: the default on a CPU, 8-bit integer weights."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .engine import APPENDED, BATCH, BEAM, FRAMES, NEW_TOKENS, PREPENDED, Decoded, Heard, RawWord, Sound, Text, split

MAX_THREADS = 8
"""One window of a small model gains little from more."""

_FIRST_TIMESTAMP = 50
"""Steps of 0.02 s: the first timestamp lies within the first second, as in Whisper's own decoder."""


def threads() -> int:
    """Threads to use: the environment variable LALIA_THREADS, or the processor's cores up to `MAX_THREADS`."""
    given = os.environ.get("LALIA_THREADS", "")
    return int(given) if given.isdecimal() and int(given) > 0 else min(MAX_THREADS, os.cpu_count() or 1)


class CTranslate2Engine:
    """A CTranslate2 model folder (`model.bin`, `config.json`, `tokenizer.json`) on one device.

    Parameters
    ----------
    folder : Path
        The model.
    device : str
        ``cpu`` or ``cuda``.
    compute_type : str or None
        CTranslate2's name for the arithmetic; None for int8 on a CPU and float16 on CUDA.
    beam : int
        Beam width; 1 is greedy.
    """

    name = "ctranslate2"

    def __init__(self, folder: Path, device: str, *, compute_type: str | None = None, beam: int = BEAM) -> None:
        from faster_whisper import WhisperModel

        self.compute_type = compute_type or ("int8" if device == "cpu" else "float16")
        self.batch = 1 if device == "cpu" else BATCH
        self._model = WhisperModel(
            str(folder), device=device, compute_type=self.compute_type, cpu_threads=threads(), local_files_only=True
        )
        self._beam = beam
        self.languages = tuple(self._model.supported_languages)

    def hear(self, sounds: Sequence[Sound]) -> Heard:
        """Encode windows of at most 30 s, 16 kHz."""
        from faster_whisper.audio import pad_or_trim

        # The extractor yields one frame more than the sound has.
        mels = [self._model.feature_extractor(sound)[:, :-1][:, :FRAMES] for sound in sounds]
        encoded = self._model.encode(np.stack([pad_or_trim(mel) for mel in mels]))
        return Heard(encoded, tuple(mel.shape[-1] for mel in mels))

    def detect(self, heard: Heard) -> list[Mapping[str, float]]:
        """Probability of each language the model knows, for each window."""
        found = self._model.model.detect_language(heard.encoded)
        return [{token[2:-2]: float(probability) for token, probability in window} for window in found]

    def decode(self, heard: Heard, language: str, prompt: str | None) -> list[Decoded]:
        """Decode windows, each on its own."""
        from faster_whisper.tokenizer import Tokenizer
        from faster_whisper.transcribe import get_suppressed_tokens

        model = self._model
        tokenizer = Tokenizer(model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language=language)
        start = model.get_prompt(tokenizer, tokenizer.encode(" " + prompt) if prompt else [])
        results = model.model.generate(
            heard.encoded,
            [start] * len(heard.frames),
            beam_size=self._beam,
            max_length=len(start) + NEW_TOKENS,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
            max_initial_timestamp_index=_FIRST_TIMESTAMP,
        )
        ends = tokenizer.eot, tokenizer.timestamp_begin
        texts = [split(result.sequences_ids[0], *ends) for result in results]
        aligned = self._align(tokenizer, texts, heard)
        return [_decoded(*found, tokenizer) for found in zip(results, texts, aligned, strict=True)]

    def _align(self, tokenizer: Any, texts: list[Text], heard: Heard) -> list[list[Any]]:
        if not any(text.tokens for text in texts):
            return [[] for _ in texts]
        within = [text.frames(count) for text, count in zip(texts, heard.frames, strict=True)]
        return list(self._model.find_alignment(tokenizer, [text.tokens for text in texts], heard.encoded, within))


def _decoded(result: Any, text: Text, alignment: list[Any], tokenizer: Any) -> Decoded:
    from faster_whisper.transcribe import merge_punctuations

    merge_punctuations(alignment, PREPENDED, APPENDED)
    words = tuple(
        RawWord(word["word"], float(word["start"]), float(word["end"]), float(word["probability"]))
        for word in alignment
        if word["word"].strip()
    )
    count = len(result.sequences_ids[0])
    return Decoded(
        words=words,
        text=tokenizer.decode(text.tokens).strip(),
        # CTranslate2 gives the mean over the tokens without the closing one.
        logprob=float(result.scores[0]) * count / (count + 1),
        no_speech=float(result.no_speech_prob),
        full=count >= NEW_TOKENS,
        until=text.until,
        cut=text.cut,
    )
