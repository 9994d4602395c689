"""In which language a transcript is read: the manifest's, else its own, else English where the words allow it."""

from __future__ import annotations

import json
import re
import zipfile

import numpy as np
import pytest
from lalia.data_schemas import Audio, Kind, Missing, Reason, Recording, Sample, Settings
from lalia.features import FEATURES, evaluate
from lalia.pipeline.annotate import annotate
from lalia.pipeline.formats import english, read, write_chat
from lalia.pipeline.ingest import Located
from lalia.pipeline.transcribe import transcribe
from lalia.tests.chat_text import RECORDING

GERMAN = "PAR: Er hat den Hund gesehen. Er sagte äh nein.\n"
TEXTS = {
    "de": "Auf dem Bild sieht man eine Küche. Die Mutter steht am Spülbecken und trocknet einen Teller ab, das Wasser "
    "läuft über. Der Junge steht auf einem Hocker und holt Kekse aus dem Schrank. Das Mädchen lacht.",
    "fr": "Alors on voit une cuisine. La mère essuie une assiette et l'eau déborde de l'évier. Le garçon est monté sur "
    "un tabouret et il prend des biscuits dans le placard. La petite fille rit et elle tend la main.",
    "es": "Pues se ve una cocina. La madre está secando un plato y el agua se sale del fregadero. El niño está subido "
    "en un taburete y coge galletas del armario. La niña se ríe y le pide una galleta.",
    "nl": "Je ziet een keuken. De moeder staat bij de gootsteen en droogt een bord af, en het water loopt over de "
    "rand. De jongen staat op een krukje en pakt koekjes uit de kast. Het meisje lacht en steekt haar hand uit.",
    "it": "Si vede una cucina. La mamma asciuga un piatto e l'acqua esce dal lavandino. Il bambino è salito su uno "
    "sgabello e prende i biscotti dalla credenza. La bambina ride e gli chiede un biscotto.",
    "da": "Man kan se et køkken. Moren tørrer en tallerken af, og vandet løber over kanten. Drengen står på en skammel "
    "og tager småkager fra skabet. Pigen griner og rækker hånden ud efter en af dem.",
    "pl": "Widzę kuchnię. Matka wyciera talerz, a woda przelewa się przez zlew. Chłopiec stoi na stołku i bierze "
    "ciastka z szafki. Dziewczynka śmieje się i wyciąga rękę. Za oknem widać ogród i krzaki.",
    "cy": "Mae'r bachgen yn sefyll ar y stôl ac mae'n ceisio cael bisgedi o'r cwpwrdd. Mae'r ferch yn chwerthin ac "
    "mae'r fam yn golchi'r llestri ond mae'r dŵr yn gorlifo ar y llawr. Mae'r ffenestr ar agor.",
    "animals": " ".join(
        "Hund Katze Pferd Kuh Schwein Schaf Ziege Huhn Ente Gans Maus Ratte Hase Kaninchen Fuchs Wolf Bär Hirsch Reh "
        "Löwe Tiger Elefant Giraffe Zebra Affe Gorilla Krokodil Schlange Frosch Fisch Hai Wal".split()
    ),
    "he": "אני רואה מטבח. האמא מנגבת צלחת והמים נשפכים מהכיור. הילד עומד על שרפרף ולוקח עוגיות מהארון.",
    "zh": "我看到一个厨房妈妈在擦盘子水从水槽里流出来男孩站在凳子上拿饼干女孩笑着伸出手",
}  # fmt: skip
ENGLISH = {
    "talk": "I can see a kitchen. The mother is drying a plate and the water runs over. The boy stands on a stool and "
    "takes cookies from the cupboard. The girl is laughing and holds out her hand.",
    "telegraphic": "Boy cookie jar fall stool girl reach water sink overflow mother dish dry window curtain plate cup "
    "shoe kitchen boy fall down cookie girl laugh mother wash dish water floor.",
    "jargon": "Well the flimmer is going to the bodle and he is splanking the tooka because it was glasty and then the "
    "dreen came over with the perk and it was all fadden you know.",
    "answers": "Mm-hmm. Yeah. Mm. Yeah. Okay. Mm-hmm. Yep. Mm-hmm. " * 8,
    "animals": "dog cat horse cow pig sheep goat chicken duck goose mouse rat hare rabbit fox wolf bear deer lion "
    "tiger elephant giraffe zebra monkey gorilla crocodile snake frog fish shark whale dolphin eagle owl sparrow",
    "shopping": "milk bread butter cheese eggs bananas pasta spaghetti lasagna mozzarella salami basil oregano "
    "tortilla salsa taco avocado mango papaya kiwi broccoli zucchini yogurt espresso croissant paprika tofu pesto",
    "cities": "Paris London Berlin Madrid Rome Lisbon Amsterdam Brussels Vienna Prague Budapest Warsaw Moscow Oslo "
    "Stockholm Helsinki Dublin Barcelona Milan Naples Venice Munich Hamburg Zurich Geneva Athens Istanbul Cairo Tokyo "
    "Sydney",
}


@pytest.mark.parametrize("suffix", [".txt", ".vtt", ".eaf", ".TextGrid", ".json"])
def test_german_words_are_no_fillers(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_text(in_format(suffix, "Er hat äh den Hund gesehen"), encoding="utf-8")
    words = read(path, language="de-AT").utterances[0].words
    assert {word.text for word in words if word.kind is Kind.FILLER} == {"äh"}
    assert read(path, language="de-AT").language == "de-AT"
    assert "er" in {word.text.lower() for word in read(path).utterances[0].words if word.kind is Kind.FILLER}
    assert read(path, otherwise="de").language == "de"


def in_format(suffix: str, text: str) -> str:
    if suffix == ".vtt":
        return f"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n<v PAR>{text}\n"
    if suffix == ".json":
        return json.dumps({"segments": [{"start": 0, "end": 1, "text": text}]})
    if suffix == ".eaf":
        return (
            '<ANNOTATION_DOCUMENT><TIER TIER_ID="PAR"><ANNOTATION><ALIGNABLE_ANNOTATION><ANNOTATION_VALUE>'
            f"{text}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>"
        )
    if suffix == ".TextGrid":
        words = text.split()
        rows = "".join(f'{at} {at + 1} "{word}"\n' for at, word in enumerate(words))
        end = len(words)
        head = f'"ooTextFile"\n"TextGrid"\n0 {end}\n<exists>\n1\n"IntervalTier" "PAR - words" 0 {end}\n{end}\n'
        return head + rows
    return f"PAR: {text}.\n"


def given(tmp_path, text: str, **fields) -> Located:
    path = tmp_path / "r.txt"
    path.write_text(text, encoding="utf-8")
    recording = Recording(recording_id="r", participant_id="p", path="r.wav", **fields)
    return Located(recording, tmp_path / "r.wav", path)


SILENCE = Audio(samples=np.zeros(16_000, dtype=np.float32), rate=16_000, speech=())
PLAIN = Settings(aligner="none", constituency="none", language_model="none", embedder="minilm")


def fillers(transcript) -> list[str]:
    return [w.text for u in transcript.utterances for w in u.words if w.kind is Kind.FILLER]


def test_the_manifest_s_language_reaches_the_reader(tmp_path):
    transcript = transcribe(given(tmp_path, GERMAN, language="de"), SILENCE, Settings(aligner="none", language="en"))
    assert (transcript.language, fillers(transcript)) == ("de", ["äh"])
    transcript = transcribe(given(tmp_path, GERMAN), SILENCE, Settings(aligner="none", language="de"))
    assert (transcript.language, fillers(transcript)) == ("de", ["äh"])


def test_the_manifest_goes_before_the_file_and_the_file_before_the_run(chat, tmp_path):
    assert read_chat(chat, tmp_path).language == "en"
    assert read_chat(chat, tmp_path, otherwise="de").language == "en"
    other = read_chat(chat, tmp_path, language="de", otherwise="fr")
    assert other.language == "de"
    assert "The transcript names the language en; the manifest's, de, was followed." in other.notes
    assert read_chat(chat, tmp_path, language="en-GB").notes == ()


def read_chat(chat, tmp_path, **named):
    chat("*PAR:\tyes .\n")
    return read(tmp_path / "t.cha", **named)


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_clearly_not_english_is_of_an_unknown_language(reading, name):
    transcript = reading("a.txt", TEXTS[name])
    assert transcript.language == "und"
    assert any("manifest's column language" in note for note in transcript.notes)
    assert not fillers(transcript)
    # Written as CHAT it is read as unknown again.
    assert "@Languages:\tund\n" in write_chat(transcript, RECORDING)


@pytest.mark.parametrize("name", ENGLISH)
def test_english_talk_and_lists_are_english(reading, name):
    transcript = reading("a.txt", ENGLISH[name])
    assert transcript.language is None
    assert "No language is named; English was assumed." in transcript.notes


def test_short_texts_stay_as_they_are(reading):
    assert english.is_english([" ".join(TEXTS["de"].split()[:29])]) is None
    assert reading("a.txt", GERMAN).language is None


def test_a_chat_file_without_a_language_is_looked_at_too(chat):
    lines = "".join(f"*PAR:\t{line} .\n" for line in re.split(r"[.,] ?", TEXTS["de"]) if line)
    assert chat(f"@UTF8\n@Begin\n@Participants:\tPAR Participant\n{lines}@End\n").language == "und"
    assert chat(f"@UTF8\n@Begin\n@Languages:\tdeu\n@Participants:\tPAR Participant\n{lines}@End\n").language == "de"


def test_measures_of_english_are_missing_for_what_is_not(tmp_path):
    item = given(tmp_path, TEXTS["de"] * 3)
    transcript = transcribe(item, SILENCE, PLAIN)
    sample: Sample = annotate(item, SILENCE, transcript, PLAIN)
    names = [name for name, found in FEATURES.items() if found.spec.languages == {"en"}]
    results = evaluate(sample, names)
    assert len(names) > 20
    assert {r.reason for r in results.values() if isinstance(r, Missing)} <= {Reason.WRONG_LANGUAGE, Reason.WRONG_TASK}
    assert all(isinstance(result, Missing) for result in results.values())


def words_of(shared, archive: str, name: str) -> list[str]:
    with zipfile.ZipFile(shared / "data/nltk_corpora/corpora" / archive) as file:
        data = file.read(name)
    try:
        return data.decode("utf-8").split()
    except UnicodeDecodeError:
        return data.decode("latin-1").split()


def share(words: list[str], size: int = 60) -> tuple[int, int]:
    """Pieces of so many words that are judged to be no English, and all; every tenth is looked at."""
    pieces = [" ".join(words[at : at + size]) for at in range(0, len(words) - size, 10 * size)]
    return sum(english.is_english([piece]) is False for piece in pieces), len(pieces)


def test_english_corpora_are_english(shared):
    talk = words_of(shared, "switchboard.zip", "switchboard/transcript")
    talk = [word for word in talk if not word.startswith(("A.", "B."))]
    meetings = [w for p in sorted((shared / "data/ami_transcripts/txt").glob("*")) for w in p.read_text().split()]
    bible = words_of(shared, "genesis.zip", "genesis/english-web.txt")
    for words in (talk, meetings, bible):
        other, pieces = share(words)
        assert (other, pieces > 50) == (0, True)


@pytest.mark.parametrize("name", ["german", "french", "portuguese", "finnish", "swedish"])
def test_other_corpora_are_not(shared, name):
    other, pieces = share(words_of(shared, "genesis.zip", f"genesis/{name}.txt"))
    assert other == pieces > 30


def test_word_lists_of_english_speakers_are_english(shared):
    lists: dict[str, list[str]] = {}
    for line in (shared / "data/fluency_schizophrenia/sz_data.txt").read_text().splitlines():
        speaker, _, word = line.partition("\t")
        lists.setdefault(speaker, []).append(word)
    everything = [word for words in lists.values() for word in words]
    assert sum(english.is_english(words) is False for words in lists.values()) == 0
    assert share(everything, 40)[0] == 0
