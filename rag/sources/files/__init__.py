"""Find files, tell what they are, unpack and decode them."""
