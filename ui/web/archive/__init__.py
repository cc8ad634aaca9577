"""The archive page: what an archive holds, browsed and added to.

`page` lays it out; start there. `listing` and `browsing` show articles, `adding` ingests files and
addresses, and `alerts` keeps saved questions.
"""
