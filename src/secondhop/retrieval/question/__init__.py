"""What a question asks for: its words, and the other ways in which the texts may write them."""
