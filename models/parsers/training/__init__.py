"""How the shipped constituency model is made: trees, word vectors, training, scoring."""
