"""Arithmetic of time spans: union, intersection, difference."""

from __future__ import annotations

from collections.abc import Iterable

from ...data_schemas.audio import Span

Spans = tuple[Span, ...]


def union(*many: Iterable[Span]) -> Spans:
    """Everything in any of `many`, in order, touching spans joined.

    >>> union([Span(0, 1), Span(3, 4)], [Span(1, 2)])
    (Span(start=0, end=2), Span(start=3, end=4))
    """
    merged: list[Span] = []
    for span in sorted(span for spans in many for span in spans if span.end > span.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def overlap(one: Iterable[Span], other: Iterable[Span]) -> Spans:
    """What is in both."""
    first, second = union(one), union(other)
    found, i, j = [], 0, 0
    while i < len(first) and j < len(second):
        start, end = max(first[i].start, second[j].start), min(first[i].end, second[j].end)
        if start < end:
            found.append(Span(start, end))
        if first[i].end < second[j].end:
            i += 1
        else:
            j += 1
    return tuple(found)


def without(one: Iterable[Span], other: Iterable[Span]) -> Spans:
    """What is in `one` and not in `other`.

    >>> without([Span(0, 4)], [Span(1, 2)])
    (Span(start=0, end=1), Span(start=2, end=4))
    """
    found: list[Span] = []
    holes, j = union(other), 0
    for start, end in union(one):
        while j < len(holes) and holes[j].end <= start:
            j += 1
        k = j
        while k < len(holes) and holes[k].start < end:
            if holes[k].start > start:
                found.append(Span(start, holes[k].start))
            start = max(start, holes[k].end)
            k += 1
        if start < end:
            found.append(Span(start, end))
    return tuple(found)


def seconds(spans: Iterable[Span]) -> float:
    """Summed length; spans are taken not to overlap."""
    return float(sum(end - start for start, end in spans))
