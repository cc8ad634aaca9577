"""The evaluation page: how good the answers are, and runs started from it."""
