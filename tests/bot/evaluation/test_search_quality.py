"""The search finds what customers ask for, in their words and with their slips."""

from pathlib import Path

import benchmarks
from benchmarks.search import passages_of, typos
from bot.evaluation.ranking import Query, evaluate, read_qrels, read_queries
from bot.model.embeddings import WordLlama
from bot.retrieval.passages import PassageIndex
from domain.knowledge.documents import Document, read

FOLDER = Path(benchmarks.__file__).with_name("questions")


def test_paraphrased_questions_find_their_article_with_and_without_typos() -> None:
    documents = [d for d in read(FOLDER / "corpus.jsonl") if isinstance(d, Document)]
    queries = read_queries((FOLDER / "queries.jsonl").read_text("utf-8").splitlines())
    qrels = read_qrels((FOLDER / "qrels.tsv").read_text("utf-8").splitlines())
    index = PassageIndex.build(list(passages_of(documents)), WordLlama())
    asked = evaluate(index.documents, queries, qrels)
    mistyped = [Query(id=q.id, text=typos(q.text, seed)) for seed, q in enumerate(queries)]
    slipped = evaluate(index.documents, mistyped, qrels)
    assert asked.ndcg_at_10 > 0.60
    assert asked.recall_at_5 > 0.68
    assert slipped.ndcg_at_10 > 0.54
