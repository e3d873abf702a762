"""Pure functions on text: words, sentences, tokens, prompts. No file, no network, no index."""
