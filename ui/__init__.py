"""What people touch: the browser's pages in `web`, the commands in `cli`."""
