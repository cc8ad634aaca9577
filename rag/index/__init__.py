"""Two indexes that know nothing of the store: vectors, and words.

In: chunk ids with their vectors or texts. Out: ids with scores, best first. Start with
`vectors`; `full_text` has the same shape.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# Chunk ids.
Ids = npt.NDArray[np.int64]
