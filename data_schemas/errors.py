"""One voice for every error: what must hold, what was got, what to do."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """Why an item was rejected; the `code` column of errors.csv."""

    BAD_MANIFEST = "bad_manifest"
    UNSAFE_PATH = "unsafe_path"
    MISSING_FILE = "missing_file"
    UNSUPPORTED_FORMAT = "unsupported_format"
    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    BAD_HEADER = "bad_header"
    CORRUPT = "corrupt"
    BAD_SAMPLES = "bad_samples"
    BAD_TRANSCRIPT = "bad_transcript"
    MODEL_ABSENT = "model_absent"
    BAD_MODEL = "bad_model"
    BAD_SETTING = "bad_setting"
    STAGE_FAILED = "stage_failed"
    MACHINE_FAULT = "machine_fault"


class LaliaError(ValueError):
    """An error a user can act on.

    Parameters
    ----------
    must : str
        What must hold, as a sentence without its full stop.
    got : str
        What was found instead.
    do : str
        What the user can do about it, as a sentence without its full stop.
    code : Code
        Machine-readable kind of the error.

    Examples
    --------
    >>> print(LaliaError("The sample rate must be 8-192 kHz", "4000 Hz", "Record at 16 kHz or more"))
    The sample rate must be 8-192 kHz. Got 4000 Hz. Record at 16 kHz or more.
    """

    def __init__(self, must: str, got: str, do: str, *, code: Code = Code.BAD_SETTING) -> None:
        self.must, self.got, self.do, self.code = must, got, do, code
        super().__init__(must, got, do)

    def __str__(self) -> str:
        return f"{self.must}. Got {self.got}. {self.do}."

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments would be lost when the error crosses a process boundary.
        return _rebuild, (type(self), self.must, self.got, self.do, self.code)


def _rebuild(cls: type[LaliaError], must: str, got: str, do: str, code: Code) -> LaliaError:
    return cls(must, got, do, code=code)
