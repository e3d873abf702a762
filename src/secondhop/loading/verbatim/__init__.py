"""Text formats that are left as they stand; `outlined` makes sections of what was found in them."""
