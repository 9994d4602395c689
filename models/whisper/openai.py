"""Whisper by OpenAI's own package on PyTorch: the default on CUDA, in half precision there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...data_schemas import Code, LaliaError
from .convert import Checkpoint, convert
from .engine import APPENDED, BATCH, BEAM, FRAMES, NEW_TOKENS, PREPENDED, Decoded, Heard, RawWord, Sound, split


class OpenAIEngine:
    """An OpenAI checkpoint (.pt), or a CTranslate2 folder converted in memory, on one device.

    Parameters
    ----------
    path : Path
        A .pt file, or a folder with model.bin and config.json.
    device : str
        ``cpu`` (float32) or ``cuda`` (float16).
    beam : int
        Beam width; 1 is greedy.
    sha256 : str
        Of the .pt file: tells which published model it is, hence its alignment heads.
    """

    name = "openai-whisper"

    def __init__(self, path: Path, device: str, *, beam: int = BEAM, sha256: str = "") -> None:
        import whisper.tokenizer

        self.model = (_from_folder(path) if path.is_dir() else _from_checkpoint(path, sha256)).to(device).eval()
        self.batch = BATCH if device != "cpu" else 1
        self._half = device != "cpu"
        self._beam = beam
        codes = tuple(whisper.tokenizer.LANGUAGES)
        self.languages = codes[: self.model.num_languages] if self.model.is_multilingual else ("en",)

    def hear(self, sounds: Sequence[Sound]) -> Heard:
        """Encode windows of at most 30 s, 16 kHz."""
        import torch
        from whisper.audio import N_SAMPLES, log_mel_spectrogram, pad_or_trim

        # The padding keeps the last frames free of the edge, as in Whisper's own transcription.
        mels = [
            log_mel_spectrogram(torch.from_numpy(sound), self.model.dims.n_mels, padding=N_SAMPLES) for sound in sounds
        ]
        frames = tuple(min(FRAMES, mel.shape[-1] - FRAMES) for mel in mels)
        stacked = torch.stack([pad_or_trim(mel[:, :count], FRAMES) for mel, count in zip(mels, frames, strict=True)])
        with torch.no_grad():
            encoded = self.model.encoder(stacked.to(self.model.device, torch.float16 if self._half else torch.float32))
        return Heard(encoded, frames)

    def detect(self, heard: Heard) -> list[Mapping[str, float]]:
        """Probability of each language the model knows, for each window."""
        import torch

        with torch.no_grad():
            _, found = self.model.detect_language(heard.encoded)
        return list(found)

    def decode(self, heard: Heard, language: str, prompt: str | None) -> list[Decoded]:
        """Decode windows, each on its own."""
        from whisper.decoding import DecodingOptions
        from whisper.tokenizer import get_tokenizer

        tokenizer = get_tokenizer(
            self.model.is_multilingual, num_languages=self.model.num_languages, language=language, task="transcribe"
        )
        options = DecodingOptions(
            language=language,
            beam_size=None if self._beam == 1 else self._beam,
            sample_len=NEW_TOKENS,
            prompt=tokenizer.encode(" " + prompt) if prompt else None,
            fp16=self._half,
        )
        results = _search(self.model, options, heard.encoded)
        found = zip(results, heard.encoded, heard.frames, strict=True)
        return [self._decoded(*window, tokenizer) for window in found]

    def _decoded(self, result: Any, encoded: Any, frames: int, tokenizer: Any) -> Decoded:
        from whisper.timing import find_alignment, merge_punctuations

        text = split(result.tokens, tokenizer.eot, tokenizer.timestamp_begin)
        within = text.frames(frames)
        alignment = find_alignment(_Encoded(self.model, encoded), tokenizer, text.tokens, encoded, within)
        merge_punctuations(alignment, PREPENDED, APPENDED)
        return Decoded(
            words=tuple(
                RawWord(word.word, float(word.start), float(word.end), float(word.probability))
                for word in alignment
                if word.word.strip()
            ),
            text=tokenizer.decode(text.tokens).strip(),
            logprob=result.avg_logprob,
            no_speech=result.no_speech_prob,
            full=len(result.tokens) >= NEW_TOKENS,
            until=text.until,
            cut=text.cut,
        )


def _search(model: Any, options: Any, encoded: Any) -> list[Any]:
    """Decode windows together; the package's own search takes several beams or several windows, not both.

    It repeats the text once for each beam but not what was heard, which works for one window only (by broadcasting).
    """
    import torch
    from whisper.decoding import DecodingTask

    class Together(DecodingTask):  # type: ignore[misc]
        def _get_audio_features(self, mel: Any) -> Any:
            heard = super()._get_audio_features(mel)
            return heard.repeat_interleave(self.n_group, dim=0) if len(heard) > 1 else heard

        def _detect_language(self, audio_features: Any, tokens: Any) -> Any:
            languages, probabilities = super()._detect_language(audio_features, tokens)
            return languages[:: self.n_group], probabilities

    with torch.no_grad():
        return list(Together(model, options).run(encoded))


class _Encoded:
    """The model with its encoder's work done: alignment would otherwise run the encoder a second time."""

    def __init__(self, model: Any, encoded: Any) -> None:
        self._model, self._encoded = model, encoded

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def __call__(self, _mel: Any, tokens: Any) -> Any:
        return self._model.decoder(tokens, self._encoded[None])


def _from_folder(folder: Path) -> Any:
    import torch

    checkpoint = convert(folder)
    tensors = {name: torch.from_numpy(value.copy()) for name, value in checkpoint.tensors.items()}
    model = _model(checkpoint.dims, tensors)
    if checkpoint.alignment_heads:
        _set_heads(model, checkpoint)
    return model


def _set_heads(model: Any, checkpoint: Checkpoint) -> None:
    import torch

    mask = torch.zeros(model.dims.n_text_layer, model.dims.n_text_head, dtype=torch.bool)
    for layer, head in checkpoint.alignment_heads:
        mask[layer, head] = True
    model.register_buffer("alignment_heads", mask.to_sparse(), persistent=False)


def _from_checkpoint(path: Path, sha256: str) -> Any:
    import pickle

    import torch
    import whisper

    try:
        # Tensors and plain containers only: a checkpoint must not be able to run code.
        loaded = torch.load(path, map_location="cpu", weights_only=True)
        model = _model(loaded["dims"], loaded["model_state_dict"])
    except (pickle.UnpicklingError, RuntimeError, KeyError, TypeError, EOFError) as error:
        raise LaliaError(
            "A Whisper checkpoint must hold dims and model_state_dict, tensors only",
            f"a file that does not load so ({type(error).__name__})",
            "Use a .pt file of OpenAI's, or a CTranslate2 folder",
            code=Code.BAD_MODEL,
        ) from None
    heads = next(
        (whisper._ALIGNMENT_HEADS[name] for name, url in whisper._MODELS.items() if sha256 and sha256 in url), None
    )
    if heads is not None:
        model.set_alignment_heads(heads)
    return model


def _model(dims: Any, tensors: Any) -> Any:
    from whisper.model import ModelDimensions, Whisper

    model = Whisper(ModelDimensions(**dims))
    model.load_state_dict(tensors)
    return model
