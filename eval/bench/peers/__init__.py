"""The other systems. Each script runs by itself, in an environment of its own."""
