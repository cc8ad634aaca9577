"""Web pages: fetched, saved, and the text of their markup."""
