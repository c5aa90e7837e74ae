"""Word vectors of the package's own files."""

import logging
import pickle

import numpy as np

from bot.model.embeddings import DIMENSIONS, WordLlama


def test_like_texts_have_like_vectors_of_length_one() -> None:
    phone, handset, bread = WordLlama().embed(["reset the phone", "restart a handset", "bread"])
    assert phone.shape == (DIMENSIONS,)
    assert np.linalg.norm(phone) == np.float32(1) or abs(np.linalg.norm(phone) - 1) < 1e-5
    assert phone @ handset > phone @ bread


def test_no_texts_and_empty_texts_are_no_trouble() -> None:
    embedder = WordLlama()
    assert embedder.embed([]).shape == (0, DIMENSIONS)
    assert not embedder.embed([""]).any()


def test_batches_do_not_change_a_vector() -> None:
    embedder = WordLlama()
    texts = [f"camera number {n} " * (n % 7) for n in range(100)]
    together = embedder.embed(texts)
    assert np.allclose(together[57], embedder.embed([texts[57]])[0], atol=1e-6)


def test_common_words_are_known_and_slips_are_not() -> None:
    known = WordLlama().whole_words()
    assert {"camera", "password", "please"} <= known
    assert not {"camra", "passwrod"} & known


def test_loading_leaves_the_log_alone_and_another_process_loads_its_own() -> None:
    handlers = list(logging.getLogger().handlers)
    embedder = WordLlama()
    embedder.embed(["x"])
    assert logging.getLogger().handlers == handlers
    assert len(pickle.dumps(embedder)) < 200
