"""What the servers of an installation share: users, log-ins, conversations, feedback, alerts.

`database` is the seam: PostgreSQL where the settings name one, so that a second server sees what
the first has written, and a SQLite file otherwise. `engines` connects to either and makes the
tables, `tables` says what is kept, and `takeover` brings in the files of before.
"""
