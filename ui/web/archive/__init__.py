"""The archive page: what an archive holds, browsed and added to."""
