"""What makes two articles the same: identity, content, and near-duplicates."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import numpy as np
import numpy.typing as npt

from rag.text.lexicon import MONTH
from rag.text.sentences import words
from rag.types import Article

Signature = npt.NDArray[np.uint64]

# 20 bands of 6 rows find a pair of Jaccard similarity 0.7 with probability 0.92 and one of
# 0.3 with 0.01 (Leskovec et al., Mining of Massive Datasets, section 3.4).
BANDS, ROWS = 20, 6
# Two articles whose five-word runs agree this far are copies with edits.
DUPLICATE_SIMILARITY = 0.6
# Articles of the same title that share less than this are different stories.
SAME_STORY_SIMILARITY = 0.1
SHINGLE_WORDS = 5
# Of two texts with at least this many figures each, copies share at least this many of them:
# a corrected story changes a few, this week's report of prices nearly all.
_FEWEST_FIGURES, _SHARED_FIGURES = 3, 0.5
_FIGURE = re.compile(r"\d+(?:[.,:/]\d+)*|\b(?:" + MONTH + r")\b")


def article_id(article: Article) -> str:
    """Return the id an article keeps when it is edited.

    That is its own id, else one derived from its address, else from publisher, date
    and title (or the opening of the text where there is no title). The address of a whole site,
    which tables give to all of its articles, is none of an article.
    """
    if article.id:
        return article.id
    if article.url and not is_site(article.url):
        return _digest("url", canonical_url(article.url))
    name = article.title.strip() or article.text[:80]
    return _digest("title", article.publisher or "", article.date or "", name.casefold())


def distinct_id(article: Article) -> str:
    """Return an id for a story whose publisher, date and title another one has."""
    return _digest("story", article_id(article), article.text)


def content_hash(article: Article) -> str:
    """Return a digest of what readers see; where it was read from does not count."""
    seen = (
        article.title,
        article.text,
        article.date,
        article.url,
        article.publisher,
        article.author,
        article.language,
    )
    return _digest(*(part or "" for part in seen))


def fingerprint(article_id: str, digest: str) -> int:
    """Return one number of 64 bits for an article's id and its content hash."""
    return int(_digest(article_id, digest), 16)


def fingerprints(stored: Iterable[tuple[str, str]]) -> npt.NDArray[np.uint64]:
    """Return the fingerprints of ids and content hashes, in order of the numbers."""
    found = np.fromiter((fingerprint(*pair) for pair in stored), np.uint64)
    found.sort()
    return found


def is_site(url: str) -> bool:
    """Return whether an address leads to a site as a whole and to no page of it."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return not parts.path.strip("/") and not parts.query


def canonical_url(url: str) -> str:
    """Return `url` without fragment and campaign parameters, host in lower case.

    What cannot be taken apart as an address is returned as it is.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url.strip()
    query = [
        (key, value)
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if not key.startswith("utm_") and key not in {"fbclid", "gclid"}
    ]
    host = parts.netloc.lower()
    return urlunsplit((parts.scheme.lower(), host, parts.path.rstrip("/"), urlencode(query), ""))


def signature(text: str) -> Signature:
    """Return the MinHash signature of a text's five-word runs, BANDS * ROWS numbers."""
    # Imported here because it brings half of SciPy, for which a search need not wait.
    from datasketch import MinHash

    sketch = MinHash(num_perm=BANDS * ROWS, seed=1)
    sketch.update_batch([run.encode() for run in shingles(text)])
    return np.asarray(sketch.hashvalues, dtype=np.uint64)


def similarity(first: Signature, second: Signature) -> float:
    """Estimate the Jaccard similarity of two texts from their signatures."""
    return float(np.mean(first == second))


def is_other_issue(first: Article, second: Article) -> bool:
    """Tell whether two articles of like wording are issues of one periodic report.

    Such reports (yearly results, weekly prices) keep their sentences and change their figures
    and dates. A longer version of a story keeps the figures of the shorter one.
    """
    one, two = _figures(first), _figures(second)
    fewest = min(len(one), len(two))
    return fewest >= _FEWEST_FIGURES and len(one & two) < _SHARED_FIGURES * fewest


def _figures(article: Article) -> set[str]:
    """Return the numbers and months that an article names."""
    return set(_FIGURE.findall(f"{article.title}\n{article.text}"))


def band_keys(sketch: Signature) -> list[bytes]:
    """Return one key a band; articles that share a key are candidate duplicates."""
    rows = sketch.reshape(BANDS, ROWS)
    return [
        hashlib.blake2b(bytes([band]) + row.tobytes(), digest_size=8).digest()
        for band, row in enumerate(rows)
    ]


def shingles(text: str) -> set[str]:
    """Return the five-word runs of `text`; a shorter text is one run."""
    found = words(text)
    last = max(1, len(found) - SHINGLE_WORDS + 1)
    return {" ".join(found[start : start + SHINGLE_WORDS]) for start in range(last)}


def jaccard(first: set[str], second: set[str]) -> float:
    """Return the size of the common part over that of the whole; 0.0 for two empty sets."""
    return len(first & second) / (len(first | second) or 1)


def _digest(*parts: str) -> str:
    joined: Sequence[bytes] = [part.encode() for part in parts]
    return hashlib.sha256(b"\x1f".join(joined)).hexdigest()[:16]
