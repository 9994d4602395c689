"""lalia: from recordings of people speaking to clinical speech-and-language measures."""

__version__ = "0.1.0"
