"""syntactic."""
