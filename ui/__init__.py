"""What people and programs use: pages, commands and a web API.

`web` has the pages, `cli` the commands, and `api` the web API. `warm` lets commands be answered by
a process that has its models loaded.
"""
