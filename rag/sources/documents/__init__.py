"""Documents that people write and print: one article each, or an export of many."""
