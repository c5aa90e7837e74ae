"""One embedder for all: loading its vectors takes a quarter of a second."""

import pytest

from bot.model.embeddings import WordLlama


@pytest.fixture(scope="session")
def embedder() -> WordLlama:
    return WordLlama()
