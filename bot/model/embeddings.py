"""Turns text into vectors without a key: the mean of wordllama's static token vectors.

Only the files that the wordllama package ships are read, with the two libraries it reads them
with (tokenizers, safetensors). Importing the package itself gives the same vectors for 45 MB
more, loads an HTTP client, and turns on the root logger.
"""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Vectors = npt.NDArray[np.float32]

DIMENSIONS = 256
_WEIGHTS = Path("weights", "l2_supercat_256.safetensors")
_TOKENIZER = Path("tokenizers", "l2_supercat_tokenizer_config.json")
_BATCH = 32
_SHORT = 4


class Embedder(Protocol):
    """Gives one L2-normalised row per text. `name` tells vectors of different models apart."""

    @property
    def name(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> Vectors: ...

    def whole_words(self) -> frozenset[str]:
        """Common words the model knows, lower case: none of them is a slip of the pen."""
        ...


_LOADING = Lock()


class WordLlama:
    """256 dimensions, about 35 MB, loaded on first use; safe to share between threads."""

    name = "wordllama-l2-supercat-256"

    def __init__(self) -> None:
        self._whole_words: frozenset[str] | None = None

    def __reduce__(self) -> tuple[type["WordLlama"], tuple[()]]:
        """Another process loads its own."""
        return (WordLlama, ())

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), 256). A text without any token gets the zero vector."""
        rows = [self._batch(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)]
        return np.concatenate(rows) if rows else np.zeros((0, DIMENSIONS), np.float32)

    def whole_words(self) -> frozenset[str]:
        if self._whole_words is None:
            pieces = self._load()[0].get_vocab()
            self._whole_words = frozenset(p[1:].lower() for p in pieces if _is_word(p))
        return self._whole_words

    def _batch(self, texts: Sequence[str]) -> Vectors:
        tokenizer, weights = self._load()
        encoded = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        tokens = [e.ids for e in encoded]
        pooled = np.zeros((len(tokens), DIMENSIONS), np.float32)
        for row, ids in zip(pooled, tokens, strict=True):
            if ids:
                np.sum(weights[ids], axis=0, dtype=np.float32, out=row)
        lengths = np.linalg.norm(pooled, axis=1, keepdims=True)
        lengths[lengths == 0] = 1
        pooled /= lengths
        return pooled

    def _load(self) -> "tuple[Tokenizer, npt.NDArray[np.float16]]":
        with _LOADING:
            return _load_files()


def _is_word(piece: str) -> bool:
    return piece[0] == "▁" and len(piece) > _SHORT and piece[1:].isalpha()


@cache
def _load_files() -> "tuple[Tokenizer, npt.NDArray[np.float16]]":
    """One copy for all who share the process."""
    from safetensors import safe_open
    from tokenizers import Tokenizer

    package = find_spec("wordllama")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("The package wordllama, which ships the word vectors, is missing")
    folder = Path(package.submodule_search_locations[0])
    tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    with safe_open(folder / _WEIGHTS, framework="np") as weights:
        return tokenizer, weights.get_tensor("embedding.weight")
