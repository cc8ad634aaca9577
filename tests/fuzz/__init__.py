"""Readers fed with bytes that a fuzzer makes, by hand; see `readers`."""
