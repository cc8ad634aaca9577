"""What the pages share: the archives, the models, jobs, and pieces of markup."""
