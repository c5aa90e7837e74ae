"""Answerability tells questions that are answered from those that are not, softly."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.embeddings import WordLlama
from bot.retrieval.answerability import Features, likelihood
from bot.retrieval.passages import IndexedPassage, PassageIndex

TEXTS = {
    "Reset a desk phone": "Hold the star key for ten seconds to reset the desk phone.",
    "Invoices": "Invoices are issued on the third of the month and lie under Billing.",
    "Clean a camera": "Wipe the dome of the camera with a soft, dry cloth.",
    "Guest network": "Guests join the network that ends in -guest and accept the terms.",
    "Opening hours": "The desk is open from 8 to 18 on working days.",
    "Returns": "Unused goods can be returned within 30 days in their box.",
    "Warranty": "Hardware has two years of warranty, batteries one.",
}


@pytest.fixture(scope="module")
def index(embedder: WordLlama) -> PassageIndex:
    passages = [
        IndexedPassage(UUID(int=n), 1, title, title, text, 0)
        for n, (title, text) in enumerate(TEXTS.items(), 1)
    ]
    return PassageIndex.build(passages, embedder)


@pytest.mark.parametrize(
    ("answered", "unanswered"),
    [
        ("how do i reset my desk phone", "how do i bake sourdough bread"),
        ("when are invoices issued", "which airline flies to tokyo"),
        ("can i return unused goods", "do you sell tractors"),
    ],
)
def test_an_answered_question_is_likelier_than_one_of_something_else(
    index: PassageIndex, answered: str, unanswered: str
) -> None:
    high, low = (index.search(q).answerability for q in (answered, unanswered))
    assert high > 0.5 > low


def test_answerability_does_not_depend_on_how_many_sources_are_wanted(
    index: PassageIndex,
) -> None:
    query = "how do i reset my desk phone"
    assert index.search(query, 1).answerability == index.search(query, 5).answerability


def test_a_question_without_a_word_is_hardly_answered(index: PassageIndex) -> None:
    assert index.search("?!").answerability < 0.5


def test_one_article_alone_can_answer(embedder: WordLlama) -> None:
    passage = IndexedPassage(UUID(int=1), 1, "x", "Returns", TEXTS["Returns"], 0)
    evidence = PassageIndex.build([passage], embedder).search("return unused goods")
    assert 0 < evidence.answerability < 1


SHARES = st.floats(0, 1)
HEIGHTS = st.floats(0, 5)


@given(st.builds(Features, *[HEIGHTS] * 3, *[SHARES] * 6))
def test_the_likelihood_is_a_probability(found: Features) -> None:
    assert 0 <= likelihood(found) <= 1
