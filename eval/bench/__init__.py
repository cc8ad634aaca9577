"""How fast Dateline is, beside what would be built from a framework."""
