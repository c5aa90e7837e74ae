"""Each tenant's knowledge is searched at its revision, in bounded memory."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from bot.model.embeddings import WordLlama
from bot.retrieval import library as library_module
from bot.retrieval import rebuilding
from bot.retrieval.library import Library
from bot.retrieval.passages import Changes, IndexedPassage

ACME, OTHER = UUID(int=1), UUID(int=2)
ARTICLES = {
    "reset": "Hold the star key to reset the desk phone.",
    "invoice": "Invoices are issued on the third of the month.",
    "camera": "Wipe the dome of the camera with a soft cloth.",
}


class Shelf:
    """A source in memory that keeps every revision and counts what is read."""

    def __init__(self) -> None:
        self.articles: dict[UUID, dict[str, tuple[str, int]]] = {}
        self.revisions: dict[UUID, int] = {}
        self.full_reads = 0
        self.remembers = True
        self.is_reading = asyncio.Event()
        self.may_read = asyncio.Event()
        self.may_read.set()

    def publish(self, tenant_id: UUID, name: str, text: str) -> None:
        self.revisions[tenant_id] = self.revisions.get(tenant_id, 0) + 1
        changed = (text, self.revisions[tenant_id])
        self.articles.setdefault(tenant_id, {})[name] = changed

    def archive(self, tenant_id: UUID, name: str) -> None:
        self.publish(tenant_id, name, "")

    async def revision(self, tenant_id: UUID) -> int:
        return self.revisions.get(tenant_id, 0)

    async def passages(self, tenant_id: UUID) -> Sequence[IndexedPassage]:
        self.full_reads += 1
        self.is_reading.set()
        found = self._published(tenant_id, since=0)
        await self.may_read.wait()
        return found

    async def changed_since(self, tenant_id: UUID, revision: int) -> Changes | None:
        if not self.remembers:
            return None
        touched = {n for n, (_, at) in self.articles[tenant_id].items() if at > revision}
        return Changes(
            self.revisions[tenant_id],
            frozenset(article_id(name) for name in touched),
            self._published(tenant_id, since=revision),
        )

    def _published(self, tenant_id: UUID, since: int) -> tuple[IndexedPassage, ...]:
        return tuple(
            IndexedPassage(article_id(name), revision, name, name, text, 0)
            for name, (text, revision) in self.articles.get(tenant_id, {}).items()
            if text and revision > since
        )


def article_id(name: str) -> UUID:
    return UUID(bytes=name.encode().ljust(16)[:16])


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    for name, text in ARTICLES.items():
        shelf.publish(ACME, name, text)
    return shelf


async def best(library: Library, query: str, tenant_id: UUID = ACME) -> str:
    evidence = await library.search(tenant_id, query)
    return evidence.sources[0].title if evidence.sources else ""


async def test_an_article_is_found_with_its_version_and_words(
    shelf: Shelf, embedder: WordLlama
) -> None:
    evidence = await Library(shelf, embedder).search(ACME, "how do i reset my phone", limit=2)
    assert len(evidence.sources) == 2
    first = evidence.sources[0]
    assert (first.article_id, first.article_version) == (article_id("reset"), 1)
    assert first.text == ARTICLES["reset"]
    assert first.score > evidence.sources[1].score
    assert 0 < evidence.answerability < 1


async def test_a_tenant_without_articles_gets_nothing_and_no_other_tenants(
    shelf: Shelf, embedder: WordLlama
) -> None:
    library = Library(shelf, embedder)
    assert await best(library, "reset the phone") == "reset"
    evidence = await library.search(OTHER, "reset the phone")
    assert evidence.sources == ()
    assert evidence.answerability == 0


async def test_what_was_just_published_edited_or_archived_counts_at_once(
    shelf: Shelf, embedder: WordLlama
) -> None:
    library = Library(shelf, embedder)
    assert await best(library, "voicemail pin") != "voicemail"
    shelf.publish(ACME, "voicemail", "Your voicemail PIN has six digits.")
    assert await best(library, "voicemail pin") == "voicemail"
    shelf.publish(ACME, "invoice", "Parking permits are at the front desk.")
    assert await best(library, "parking permit") == "invoice"
    shelf.archive(ACME, "voicemail")
    assert await best(library, "voicemail pin") != "voicemail"
    assert shelf.full_reads == 1


async def test_the_first_article_of_an_empty_tenant_is_found(
    shelf: Shelf, embedder: WordLlama
) -> None:
    library = Library(shelf, embedder)
    assert await best(library, "parking", OTHER) == ""
    shelf.publish(OTHER, "parking", "Parking permits are at the front desk.")
    assert await best(library, "parking", OTHER) == "parking"


async def test_changes_that_are_no_longer_known_lead_to_a_full_read(
    shelf: Shelf, embedder: WordLlama
) -> None:
    library = Library(shelf, embedder)
    await best(library, "reset")
    shelf.publish(ACME, "voicemail", "Your voicemail PIN has six digits.")
    shelf.remembers = False
    assert await best(library, "voicemail pin") == "voicemail"
    assert shelf.full_reads == 2


async def test_many_questions_at_once_build_the_index_once(
    shelf: Shelf, embedder: WordLlama
) -> None:
    library = Library(shelf, embedder)
    found = await asyncio.gather(*(best(library, "reset the phone") for _ in range(20)))
    assert set(found) == {"reset"}
    assert shelf.full_reads == 1


async def test_a_caller_that_gives_up_does_not_take_the_others_down(
    shelf: Shelf, embedder: WordLlama
) -> None:
    library = Library(shelf, embedder)
    shelf.may_read.clear()
    impatient = asyncio.create_task(best(library, "reset"))
    patient = asyncio.create_task(best(library, "reset"))
    await shelf.is_reading.wait()
    impatient.cancel()
    shelf.may_read.set()
    assert await patient == "reset"
    with pytest.raises(asyncio.CancelledError):
        await impatient


async def test_tenants_searched_longest_ago_are_let_go(shelf: Shelf, embedder: WordLlama) -> None:
    shelf.publish(OTHER, "parking", "Parking permits are at the front desk.")
    library = Library(shelf, embedder, memory_limit=1)
    for tenant_id in (ACME, OTHER, OTHER, ACME):
        await library.search(tenant_id, "desk")
    assert shelf.full_reads == 3


async def test_a_scattered_index_is_rebuilt_in_the_background_once(
    shelf: Shelf, embedder: WordLlama, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_module, "STALE_LEAST", 1)
    library = Library(shelf, embedder)
    await best(library, "reset")
    shelf.publish(ACME, "camera", "Cameras see in the dark.")
    assert await best(library, "dark camera") == "camera"
    await until_settled(library)
    assert shelf.full_reads == 2
    assert (await library.current(ACME)).index.stale == 0
    assert await best(library, "dark camera") == "camera"


async def test_a_large_tenant_is_served_as_it_was_while_very_much_is_read_in(
    shelf: Shelf, embedder: WordLlama, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "APART_FROM", 1)
    library = Library(shelf, embedder)
    await best(library, "reset")
    shelf.publish(ACME, "voicemail", "Your voicemail PIN has six digits.")
    shelf.may_read.clear()
    assert await best(library, "reset the phone") == "reset"
    assert await best(library, "voicemail pin") != "voicemail"
    shelf.may_read.set()
    await until_settled(library)
    assert await best(library, "voicemail pin") == "voicemail"


async def test_a_failed_rebuild_leaves_the_index_in_use(
    shelf: Shelf, embedder: WordLlama, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(shelf, embedder)
    await best(library, "reset")
    monkeypatch.setattr(rebuilding, "APART_FROM", 1)

    async def fail(tenant_id: UUID) -> Sequence[IndexedPassage]:
        raise ConnectionError

    monkeypatch.setattr(shelf, "passages", fail)
    shelf.publish(ACME, "voicemail", "Your voicemail PIN has six digits.")
    assert await best(library, "reset the phone") == "reset"
    await until_settled(library)
    assert await best(library, "reset the phone") == "reset"
    await library.close()


async def test_a_failed_first_read_is_told_and_tried_again(
    shelf: Shelf, embedder: WordLlama, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(shelf, embedder)

    async def fail(tenant_id: UUID) -> Sequence[IndexedPassage]:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(shelf, "passages", fail)
        with pytest.raises(ConnectionError):
            await best(library, "reset")
    assert await best(library, "reset") == "reset"


async def test_closing_ends_what_is_under_way(shelf: Shelf, embedder: WordLlama) -> None:
    library = Library(shelf, embedder)
    shelf.may_read.clear()
    waiting = asyncio.create_task(best(library, "reset"))
    await shelf.is_reading.wait()
    await library.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def until_settled(library: Library) -> None:
    await asyncio.gather(*library.rebuilds)
