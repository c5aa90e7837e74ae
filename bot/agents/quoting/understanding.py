"""A customer's message (and what they wrote before) as a QuoteRequest, without a model."""

from bot.agents.quoting import intent
from bot.agents.quoting.files.said import Said
from bot.agents.quoting.language import layout
from bot.agents.quoting.language.recognition import language_of
from bot.agents.quoting.language.text import fold
from bot.agents.quoting.matching.index import Index
from bot.agents.quoting.message import MessageReader
from bot.agents.quoting.resolving import Resolved, Resolver
from bot.agents.quoting.vocabulary import families, marker
from domain.catalogue.product import Catalogue
from domain.quotes.norms import includes_work
from domain.quotes.questions import topics_spoken_of
from domain.quotes.request import Ask, OpenPoint, QuoteRequest, RequestedItem

_KINDS = {
    "cabling": {"outlet", "cabling", "certification"},
    "wifi": {"access_point", "wifi_survey", "wifi_system"},
    "cctv": {"camera", "nvr", "cctv_system"},
    "door": {"door_station", "door_lock", "access_controller", "reader"},
}
FEW_WORDS = 4


def understand(text: str, previous: str, catalogue: Catalogue | Index) -> QuoteRequest:
    """What is asked for in `text`, a revision of `previous` where that is not empty.

    Either may carry files (see files/wire.py); `text` in the result is the words alone.
    Give an Index when there is one: building it takes a moment on a large catalogue.
    """
    index = catalogue if isinstance(catalogue, Index) else Index(catalogue)
    said = Said.of(text, previous)
    body = layout.body(said.words)
    spoken = body if said.words.strip() else fold(said.lists)
    # “30 statt 20” has no small words: it is in the language of what it corrects.
    is_few = len(spoken.split()) <= FEW_WORDS and said.has_before
    language = language_of(f"{said.folded_before()}\n{spoken}" if is_few else spoken)
    reader = MessageReader(index)
    said.read_before(reader, language)
    reader.read(body, "new", language)
    notes = reader.notes
    if not intent.is_quote_request(body, notes, has_previous=said.has_before):
        return QuoteRequest(language=language, text=said.words)
    texts = {"new": said.words, "previous": said.before}
    resolved = Resolver(index, notes, texts, said.places).resolve()
    items = tuple(each.item for each in resolved)
    both = f"{said.folded_before()}\n{body}" if said.has_before else body
    return QuoteRequest(
        items=items,
        open_points=_left_open(items, both),
        is_quote_request=True,
        is_installation=_is_installation(resolved, both),
        already_said=topics_spoken_of(both),
        kinds_of_work=_kinds(both),
        sites=tuple(dict.fromkeys(item.site for item in items if item.site)),
        location=intent.location(said.words),
        deadline=intent.deadline(body, said.words),
        budget=intent.budget(body, said.words),
        language=language,
        text=said.words,
    )


def _kinds(body: str) -> frozenset[str]:
    named = {term.value for term in families().find(body)}
    return frozenset(kind for kind, words in _KINDS.items() if named & words)


def _left_open(items: tuple[RequestedItem, ...], body: str) -> tuple[OpenPoint, ...]:
    """A job that names no quantity of anything: outlets, access points or cameras are asked."""
    if items:
        return ()
    topics = {term.value: body[term.start : term.end] for term in families().find(body)}
    asked = {"cabling": "outlets", "wifi_system": "access points", "cctv_system": "cameras"}
    points = [OpenPoint(Ask.QUANTITY, noun) for topic, noun in asked.items() if topic in topics]
    return tuple(points) or (OpenPoint(Ask.WHAT, ""),)


def _is_installation(resolved: list[Resolved], body: str) -> bool:
    """Whether someone has to come: work among the items, or words that ask for it."""
    worked = any(
        each.entry is not None and includes_work(each.entry.product) and not _is_remote(each)
        for each in resolved
    )
    named = {term.value for term in families().find(body)}
    told = any("yes" in each.wish.attributes.get("installed", frozenset()) for each in resolved)
    asked = bool(named & {"cabling", "installation"}) and not marker("exclude").has(body)
    return worked or told or asked


def _is_remote(each: Resolved) -> bool:
    return each.wish.head in {"monitoring", "support", "health_check", "manual", "travel",
                              "zone_charge"}  # fmt: skip
