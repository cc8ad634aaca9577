"""The same archives for other programs: a web API of our own, and one that speaks as OpenAI's."""
