"""Who may ask the pages anything: hosts, origins, tokens, users."""
