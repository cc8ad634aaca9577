"""The chat page: `page` lays it out, `conversation` is what is said on it."""
