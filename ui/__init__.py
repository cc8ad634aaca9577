"""What people and programs use: pages, commands and a web API.

`web` has the pages, `cli` the commands, and `api` the web API. `watching` keeps archives current,
and `warm` lets commands be answered by a process that has its models loaded.
"""
