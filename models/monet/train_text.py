"""Text the embedded Monet was trained on: open corpora, read into sentences as they would be spoken.

Each source says its licence. What the model is tested on is left out: the sentences of the STS sets and of Zorro, the
captions of the six example photos, some of AMI's meetings, and GUM altogether.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_END = re.compile(r"(?<=[.?!])[\"')]*\s+")
_SPACE = re.compile(r"\s+")
_MARK = re.compile(r"(?<!\w)[^\w\s]+|[^\w\s]+(?!\w)")

Document = list[str]


@dataclass(frozen=True)
class Source:
    """A corpus: how to read it and under which licence it comes.

    Attributes
    ----------
    spoken : bool
        Whether it was said aloud; spoken text is weighted up.
    folder : {"data", "extra"}
        Among the open data, or among files fetched for training alone.
    """

    name: str
    licence: str
    spoken: bool
    read: Callable[[Path], Iterator[Document]]
    folder: str = "data"


def sentences(text: str) -> Document:
    """Split at full stops, question and exclamation marks that white space follows."""
    return [part for piece in _END.split(_SPACE.sub(" ", text)) if (part := piece.strip())]


def unpunctuated(sentence: str) -> str:
    """As a recogniser's words joined by spaces: marks at the edges of words go, those inside them stay."""
    return _SPACE.sub(" ", _MARK.sub(" ", sentence)).strip()


def held_out(name: str) -> bool:
    """Whether a meeting is kept for validation, by its name: 5 of the 171."""
    return sum(map(ord, name)) % 20 == 0


def _zip(path: Path, member: str) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if re.fullmatch(member, name):
                yield name, archive.read(name).decode("utf-8", "replace")


def ami(data: Path, validation: bool = False) -> Iterator[Document]:
    """AMI meetings, a speaker's turns in order; fillers and broken-off words kept."""
    for path in sorted((data / "ami_transcripts" / "txt").glob("*.txt")):
        if held_out(path.stem) == validation:
            for line in path.read_text("utf-8").splitlines():
                found = sentences(line.replace("_", ""))
                if found:
                    yield found


def coco(data: Path) -> Iterator[Document]:
    """Picture captions; those of the six example photos left out."""
    folder = data / "coco_captions_pictures"
    shown = {int(path.stem) for path in (folder / "pictures").glob("*.jpg")}
    for row in json.loads((folder / "captions_val2017.json").read_text("utf-8"))["annotations"]:
        if row["image_id"] not in shown:
            yield [_SPACE.sub(" ", row["caption"]).strip()]


def _tagged(text: str, mark: str) -> Document:
    found = []
    for line in text.splitlines():
        words = [token.rsplit(mark, 1)[0] for token in line.split() if mark in token]
        if words:
            found.append(re.sub(r" ('\w+|n't)\b", r"\1", " ".join(words)))
    return found


def switchboard(data: Path) -> Iterator[Document]:
    """36 telephone calls."""
    for _, text in _zip(data / "nltk_corpora/corpora/switchboard.zip", "switchboard/tagged"):
        yield _tagged(re.sub(r"(?m)^[AB]\.\d+:", "", text), "/")


def masc(data: Path) -> Iterator[Document]:
    """The Manually Annotated Sub-Corpus of the Open American National Corpus."""
    for _, text in _zip(data / "nltk_corpora/corpora/masc_tagged.zip", r"masc_tagged/(spoken|written)/.*\.txt"):
        lines = _tagged(text, "_")
        if len(lines) < 3:
            lines = sentences(" ".join(lines))
        yield lines


def speeches(data: Path) -> Iterator[Document]:
    """Inaugural and State of the Union addresses."""
    for name in ("inaugural", "state_union"):
        for _, text in _zip(data / f"nltk_corpora/corpora/{name}.zip", rf"{name}/\d.*\.txt"):
            yield sentences(text)


def reviews(data: Path) -> Iterator[Document]:
    """Film reviews and plot summaries."""
    corpora = data / "nltk_corpora/corpora"
    for _, text in _zip(corpora / "movie_reviews.zip", r"movie_reviews/(pos|neg)/.*\.txt"):
        yield [line.strip() for line in text.splitlines() if line.strip()]
    for _, text in _zip(corpora / "subjectivity.zip", r"subjectivity/.*5000"):
        yield from ([line.strip()] for line in text.splitlines() if line.strip())


def genesis(data: Path) -> Iterator[Document]:
    """The World English Bible's Genesis."""
    for _, text in _zip(data / "nltk_corpora/corpora/genesis.zip", "genesis/english-web.txt"):
        yield sentences(text)


def learners(data: Path) -> Iterator[Document]:
    """Spoken learner English, the training split."""
    text = (data / "ud_english_eslspok/en_eslspok-ud-train.conllu").read_text("utf-8")
    yield re.findall(r"(?m)^# text = (.*)$", text)


def wordnet(extra: Path) -> Iterator[Document]:
    """Definitions and example sentences."""
    for part in ("noun", "verb", "adj", "adv"):
        for line in (extra / "wordnet-3.0" / f"data.{part}").read_text("utf-8").splitlines():
            if line.startswith(" ") or " | " not in line:
                continue
            gloss = line.split(" | ", 1)[1].strip()
            yield from ([quoted] for quoted in re.findall(r'"([^"]{8,})"', gloss))
            meaning = re.sub(r'[;,:]?\s*"[^"]*"?', "", gloss).strip(" ;:")
            if meaning:
                yield [meaning]


def wikitext(extra: Path) -> Iterator[Document]:
    """Encyclopaedic text: the validation and test parts of WikiText-2."""
    for name in ("valid", "test"):
        for line in (extra / f"wikitext2_{name}.txt").read_text("utf-8").splitlines():
            if line.strip() and not line.strip().startswith("="):
                clean = line.replace("<unk>", "it").replace(" @-@ ", "-").replace(" @,@ ", ",").replace(" @.@ ", ".")
                yield sentences(clean)


def web(extra: Path) -> Iterator[Document]:
    """The English Web Treebank's blogs, mails, reviews, answers and newsgroups."""
    yield [line.strip() for line in (extra / "ewt.txt").read_text("utf-8").splitlines() if line.strip()]


def opinions(extra: Path) -> Iterator[Document]:
    """Sentences of film reviews and lists of products' merits."""
    for _, text in _zip(extra / "sentence_polarity.zip", r"sentence_polarity/rt-polarity\.(pos|neg)"):
        yield from ([line.strip()] for line in text.splitlines() if line.strip())
    for _, text in _zip(extra / "pros_cons.zip", r"pros_cons/Integrated.*\.txt"):
        yield from ([found] for found in re.findall(r"<(?:Pros|Cons)>(.{12,})</", text))


SOURCES = (
    Source("AMI meetings", "CC BY 4.0", True, ami),
    Source("Switchboard sample (NLTK)", "Open Content Licence", True, switchboard),
    Source("UD English ESLSpok", "CC BY-SA 4.0", True, learners),
    Source("COCO captions 2017 val", "CC BY 4.0", True, coco),
    Source("MASC", "open, commercial use included", False, masc),
    Source("Inaugural and State of the Union addresses", "public domain", True, speeches),
    Source("Film reviews and subjectivity (Pang and Lee)", "CC BY 4.0", False, reviews),
    Source("Genesis, World English Bible", "public domain", False, genesis),
    Source("WordNet 3.0 glosses", "WordNet 3.0 licence", False, wordnet, "extra"),
    Source("WikiText-2 valid and test", "CC BY-SA 3.0", False, wikitext, "extra"),
    Source("UD English EWT (without the train file)", "CC BY-SA 4.0", False, web, "extra"),
    Source("Sentence polarity, pros and cons (Pang, Lee; Liu)", "CC BY 4.0", False, opinions, "extra"),
)


def excluded(data: Path) -> set[str]:
    """Sentences of the tests, unpunctuated and lower-cased: none may be trained on."""
    found: set[str] = set()
    for path in sorted((data / "sts_semeval").glob("*/*.tsv")):
        for line in path.read_text("utf-8").splitlines():
            found.update(unpunctuated(text).lower() for text in line.split("\t")[1:])
    for path in sorted((data / "zorro" / "sentences").glob("*.txt")):
        found.update(unpunctuated(line).lower() for line in path.read_text("utf-8").splitlines())
    return found
