"""What tests of the report read pages with, and the least assessment there is."""

from __future__ import annotations

from html.parser import HTMLParser

from lalia.data_schemas import (
    Assessment,
    FeatureTable,
    FeatureValue,
    Recording,
)

VOID = {"meta", "link", "input", "br", "hr", "img", "source"}


class Reader(HTMLParser):
    """Elements with their attributes and whole text, as the standard library reads HTML."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[dict] = []
        self._open: list[dict] = []
        self.feed(text)
        self.close()
        assert not self._open, [element["tag"] for element in self._open]

    def handle_starttag(self, tag, attrs):
        element = {"tag": tag, "text": "", **dict(attrs)}
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.elements.append({"tag": tag, "text": "", **dict(attrs)})

    def handle_endtag(self, tag):
        assert self._open.pop()["tag"] == tag

    def handle_data(self, data):
        for element in self._open:
            element["text"] += data

    def all(self, tag, **attrs):
        return [e for e in self.elements if e["tag"] == tag and all(e.get(k) == v for k, v in attrs.items())]


def bare(recording_id: str = "r1", **changes) -> Assessment:
    rec = Recording(recording_id=recording_id, participant_id="p1", path="a.wav")
    table = FeatureTable(recording_id=recording_id, values=changes.pop("values", ()))
    return Assessment(**{"key": "k", "recording": rec, "audio": None, "transcript": None, "features": table, **changes})


def value(feature: str = "lexical.ttr", **changes) -> FeatureValue:
    given = {"value": 0.5, "unit": "ratio", "status": "ok", "reason": None, "n": None, "ci_low": None, "ci_high": None}
    return FeatureValue(feature=feature, version=1, **{**given, **changes})
