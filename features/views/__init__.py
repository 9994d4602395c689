"""Views of a sample: what features read, each with its inclusion rule stated once.

`language` says which words, tokens and utterances count; `speech` turns word times and voice activity into
speech and pauses, `turns` into turns; `acoustic` derives contours from the signal.
"""
