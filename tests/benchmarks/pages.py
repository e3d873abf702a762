"""Tables in Markdown, and their places in pages."""


def table(head, rows):
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def between(page, begin, end, text):
    """The page with the text between two comments of it, in place of what stands there."""
    before, _, rest = page.partition(begin)
    _, found, after = rest.partition(end)
    assert found, f"the page has lost {begin} or {end}"
    return f"{before}{begin}\n\n{text}\n\n{end}{after}"
