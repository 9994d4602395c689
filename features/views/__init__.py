"""Views of a sample: what features read, each with its inclusion rule stated once.

`language` says which words, tokens and utterances count; `speech` turns word times and voice activity into
speech, pauses and turns; `acoustic` derives contours from the signal.
"""
