"""Questions as newcomers ask them, over the sample archive, and how well they are answered."""
