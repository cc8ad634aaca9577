"""The conversations kept in the browser, and their exports."""
