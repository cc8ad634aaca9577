"""Model servers: one of several equal servers is asked, and another one when it fails.

`names` recognises their addresses. `pool` chooses a server, tries again and gives up in time;
`breaker` avoids a server that fails; `protocol` says what is sent.
"""
