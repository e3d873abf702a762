"""Documents of office programs: text, slides, spreadsheets, and what is drawn in them."""
