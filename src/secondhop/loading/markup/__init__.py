"""Markup, and what holds it: HTML, XML, books, mail, notebooks."""
