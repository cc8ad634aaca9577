"""Servers of models: one of several alike is asked, and another one when it fails.

`names` tells their addresses from other names of models. `pool` chooses a server, tries again
and gives up in time; `breaker` keeps away from one that fails; `protocol` is what is said.
"""
