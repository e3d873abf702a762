"""What a question asks for by name comes first: files and pages, parts of a text by number, definitions in code."""
