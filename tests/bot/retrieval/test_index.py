"""Entries are ranked; what changed is found at once, as if all had been built afresh."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.model.embeddings import WordLlama
from bot.retrieval import rebuilding
from bot.retrieval.index import Index


@dataclass(frozen=True, slots=True)
class Product:
    owner: str
    title: str
    text: str


PRODUCTS = [
    Product("c6", "CAT6-305 Cat6 cable", "Cat6 U/UTP cable, 305 m box, LSZH, part number 57893-A"),
    Product("c6a", "CAT6A-500 Cat6A cable", "Cat6A F/FTP cable, 500 m drum, part number 57990-B"),
    Product("pp", "PP-24 Patch panel", "24 port patch panel, 1U, Cat6"),
    Product("cam", "CAM-D8 Dome camera", "8 megapixel dome camera with infrared light"),
    Product("ap", "AP-660 Access point", "WiFi 6 wireless access point, ceiling mount"),
    Product("lab", "LAB-DAY Labour", "Installation labour, one engineer, one day"),
]


def owners(index: Index[Product], query: str, limit: int = 10) -> list[str]:
    return [ranked.entry.owner for ranked in index.search(query, limit)]


@pytest.fixture(scope="module")
def index(embedder: WordLlama) -> Index[Product]:
    return Index.build(PRODUCTS, embedder)


@pytest.mark.parametrize(
    ("query", "owner"),
    [
        ("57893-A", "c6"),
        ("57893A", "c6"),
        ("dome camra", "cam"),
        ("patchpanel 24 way", "pp"),
        ("wireles acess piont", "ap"),
        ("an engineer for a day", "lab"),
        ("CAM-D8?\0\x07", "cam"),
    ],
)
def test_products_are_found_by_number_typo_and_compound(
    index: Index[Product], query: str, owner: str
) -> None:
    assert owners(index, query)[0] == owner


def test_nothing_asked_or_nothing_held_finds_nothing(
    index: Index[Product], embedder: WordLlama
) -> None:
    assert index.search(" \n\0 ", 5) == []
    assert Index.build([], embedder).search("camera", 5) == []
    assert index.changed({p.owner for p in PRODUCTS}, []).search("camera", 5) == []


def test_a_question_in_signs_alone_does_no_harm(index: Index[Product]) -> None:
    assert len(index.search("?!", 3)) == 3
    assert index.search("x" * 60_000, 3)


def test_scripts_other_than_latin_are_found(embedder: WordLlama) -> None:
    texts = {"jp": "カメラの電源を入れる方法", "ru": "Сбросить телефон", "th": "วิธีรีเซ็ตกล้อง"}
    index = Index.build([Product(key, "", text) for key, text in texts.items()], embedder)
    assert owners(index, "電源")[0] == "jp"
    assert owners(index, "телефоны")[0] == "ru"
    assert owners(index, "รีเซ็ต")[0] == "th"


def test_an_owner_counts_by_its_best_entry_and_gives_as_many_as_asked(
    embedder: WordLlama,
) -> None:
    parts = [Product("a", "Guide", f"camera setting {n}") for n in range(4)]
    index = Index.build([*parts, Product("b", "Other", "camera")], embedder)
    assert sorted(owners(index, "camera setting")) == ["a", "b"]
    several = index.search("camera setting", 10, per_owner=3)
    assert [r.entry.owner for r in several].count("a") == 3


def test_fewer_sorted_than_wanted_still_finds_every_owner(embedder: WordLlama) -> None:
    many = [Product("a", "Camera", f"dome camera {n}") for n in range(60)]
    index = Index.build([*many, Product("b", "Heat pump", "warm water")], embedder)
    assert owners(index, "dome camera", limit=2) == ["a", "b"]


def test_a_changed_entry_is_found_by_its_new_words_and_not_its_old(
    index: Index[Product],
) -> None:
    changed = index.changed({"cam"}, [Product("cam", "CAM-B4 Bullet camera", "4 megapixel bullet")])
    assert owners(changed, "bullet")[0] == "cam"
    assert "infrared" not in " ".join(e.text for e in changed.living())
    assert len(changed) == len(PRODUCTS)
    assert len(index.living()) == len(PRODUCTS)
    assert changed.stale == 2


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_base_and_changes_score_as_a_rebuild_does(embedder: WordLlama, data: st.DataObject) -> None:
    edited = data.draw(st.lists(st.sampled_from(PRODUCTS), unique=True, max_size=4))
    query = data.draw(st.sampled_from(["dome camera", "cat6 cable box", "engineer", "57990-B"]))
    new = [Product(p.owner, p.title, f"{p.text} now with warranty") for p in edited]
    changed = Index.build(PRODUCTS, embedder).changed([p.owner for p in edited], new)
    fresh = Index.build([p for p in PRODUCTS if p not in edited] + new, embedder)
    assert scored(changed, query) == pytest.approx(scored(fresh, query), abs=1e-3)


def scored(index: Index[Product], query: str) -> dict[str, float]:
    return {ranked.entry.owner: ranked.score for ranked in index.search(query, 10)}


async def test_an_index_built_in_another_process_ranks_alike(
    index: Index[Product], embedder: WordLlama
) -> None:
    apart = await rebuilding.build(PRODUCTS, embedder, apart_from=1)
    for query in ("dome camra", "57893-A", "patch panel"):
        assert scored(apart, query) == pytest.approx(scored(index, query))
    assert apart.nbytes < index.nbytes


def test_raw_scores_have_one_number_for_each_entry(index: Index[Product]) -> None:
    scores = index.scores("camera")
    assert scores is not None
    for numbers in (scores.fused, scores.words.scores, scores.grams.scores, scores.cosines):
        assert numbers.shape == (len(PRODUCTS),)
        assert np.isfinite(numbers).all()
