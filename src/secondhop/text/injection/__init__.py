"""Sentences of documents that give orders to a language model, also where they are disguised."""
