"""secondhop: the passages that a language model sees, chosen within an exact token budget, with the reasons."""
