"""Who may ask the pages anything: hosts, origins, tokens, users.

`guard` checks hosts, origins and the token of this machine; `door` lets users in who log in. Start
with `access`, which says what a role allows.
"""
