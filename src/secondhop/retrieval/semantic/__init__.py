"""Retrieval by meaning: vectors, indexes over many of them, fusion with the words, reranking."""
