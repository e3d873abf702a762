"""Source code, verbatim: a section for the whole file, and one for each definition inside the one around it."""
