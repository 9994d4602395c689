"""prosody."""
