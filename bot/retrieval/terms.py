"""What a text is matched by: stemmed words and character 5-grams, as 40-bit keys.

Keys are hashes, the same in every process, so that an index built in one can be used in another
and an unknown term needs no vocabulary. At a million terms two of them are expected to collide.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import Stemmer

Keys = npt.NDArray[np.uint64]

KEY_BITS = 40
GRAM = 5
QUERY_LIMIT = 2_000
"""Characters of a query that are looked at: a question stands at the top of a long mail."""

_WORD = re.compile(r"[^\W_]+")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_MIX = np.uint64(0x9E3779B97F4A7C15)

_FUNCTION_WORDS = """
    a about above after again all am an and any are as at be because been before being below
    between both but by can could did do does doing down during each few for from further had
    has have having he her here hers him his how i if in into is it its itself just let me more
    most my no nor not now of off on once only or other our ours out over own please same she
    should so some such than that the their theirs them then there these they this those through
    to too under until up us very was we were what when where which while who whom whose why
    will with would you your yours s t d ll m re ve don
"""
STOP_WORDS = frozenset(_FUNCTION_WORDS.split())


def fold(text: str) -> str:
    """Lower case, one form of each letter, no accents on Latin, Greek and Cyrillic letters."""
    if text.isascii():
        return text.lower()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", plain).casefold()


def question(query: str) -> str:
    """A query as it is searched for: capped, without what cannot be encoded or printed."""
    head = query.lstrip()[:QUERY_LIMIT].encode("utf-8", "ignore").decode()
    return " ".join(head.replace("\0", " ").split())


def words(text: str) -> list[str]:
    """Folded words in order. Scripts that write no spaces give overlapping pairs of letters."""
    found = _WORD.findall(fold(text))
    if text.isascii():
        return found
    return [part for word in found for part in _parts(word)]


def telling(found: Sequence[str]) -> list[str]:
    """Without stop words; all of them when there is nothing else."""
    return [word for word in found if word not in STOP_WORDS] or list(found)


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


def word_keys(found: Sequence[str]) -> Keys:
    """One key per word, by its stem."""
    return np.fromiter(map(_word_key, found), np.uint64, len(found))


def spelt_keys(found: Sequence[str]) -> Keys:
    """The 5-grams of the telling words in a row: they see through typos and compounds."""
    return gram_keys(f"#{'#'.join(telling(found))}#")


def gram_keys(text: str) -> Keys:
    """One key for each five characters in a row."""
    letters = np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
    count = len(letters) - GRAM + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    keys = np.zeros(count, np.uint64)
    for offset in range(GRAM):
        keys = (keys + letters[offset : offset + count]) * _MIX
        keys ^= keys >> np.uint64(29)
    return keys >> np.uint64(64 - KEY_BITS)


def _parts(word: str) -> list[str]:
    if len(word) < 3 or not _UNSPACED.search(word):
        return [word]
    return [word[at : at + 2] for at in range(len(word) - 1)]


@lru_cache(maxsize=100_000)
def _word_key(word: str) -> int:
    return int.from_bytes(blake2b(stem(word).encode(), digest_size=KEY_BITS // 8).digest(), "big")


@cache
def _stemmer() -> "Stemmer.Stemmer":
    """English; other languages match by their own endings alike on both sides."""
    import Stemmer

    return Stemmer.Stemmer("english", 0)
