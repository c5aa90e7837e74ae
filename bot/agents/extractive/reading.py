"""What a turn says, read once: the customer's own words, their intent and their language."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.agents.files import words_in_files
from bot.agents.triage import Triage, Triaged, language_of
from bot.agents.triage.texts import own_words
from bot.agents.wording import say, speakable
from bot.model.turns import Action, Source, TurnContext
from bot.retrieval import terms

_CORRECTION = re.compile(
    r"^\W*(?:no|sorry|oops|actually|oh wait|wait|correction|i mean\w*|rather|perdón|nein|nee|non"
    r"|pardon|scusi|desculpe)\b[\s,.:]",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"(?<=\?)\s+|\n+|\s+(?:and|also|plus|y|und|et|ed?|en)\s+(?=(?:how|what|when|where|which|who|why|can"
    r"|do|does|is|are|cómo|qué|cuándo|dónde|cuál|wie|was|wann|wo|welche|comment|quand|où|quel\w*|come"
    r"|quando|dove|quale|como|onde|qual|hoe|wat|wanneer|waar|welke)\b)",
    re.IGNORECASE,
)
MOST_QUESTIONS = 6
_FEW_WORDS = 3
_WEAK_WORDS = """fix help work works working use using get got need want know show tell thing
    things problem question questions information info please thanks hello look make way something
    anything one ones okay yes hey like possible"""
"""Words that say nothing about what a question is about."""
FILE_LENGTH = 1500
"""Letters of a file that stand for a message which says nothing itself."""
_POINTING_WORDS = """
    attached attachment attachments enclosed file files list document pdf excel sheet see
    find below here hello dear anbei anhang angehangt liste datei siehe adjunto adjunta
    lista archivo fichier joint jointe ci voir allegato allegata elenco vedi anexo anexa
    ficheiro veja bijlage bijgevoegd lijst zie bitte danke gracias merci grazie obrigado
"""
_POINTING = frozenset(_POINTING_WORDS.split())
_PLAIN = terms.STOP_WORDS | frozenset(_WEAK_WORDS.split())


@dataclass(frozen=True, slots=True)
class Reading:
    """`language`: what we answer in; `detected`: what the customer writes in.

    `text` is thought about: the customer's `own` words, or what stands in their files where
    these say next to nothing ("see attached").
    """

    context: TurnContext
    text: str
    triaged: Triaged
    detected: str
    language: str
    own: str = ""

    def say(self, key: str, /, **values: str) -> str:
        return say(key, self.language, **values)

    @property
    def is_short(self) -> bool:
        """Whether it may be no more than the end of what was asked before; or a short question."""
        return len(telling_words(self.text)) < 2 and len(self.context.messages) == 1

    @property
    def query(self) -> str:
        """What to search for: a correction counts twice, a mere follow-up brings its question."""
        if self.text != self.own:
            return self.text
        last = own_words(self.context.messages[-1].text)
        if len(self.context.messages) > 1 and _CORRECTION.match(last):
            return f"{self.text}\n{_CORRECTION.sub('', last)}"
        if len(telling_words(self.text)) < 2 and (before := _asked_before(self.context)):
            return f"{before}\n{self.text}"
        return self.text


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a handler proposes; the agent makes a `TurnResult` of it."""

    actions: tuple[Action, ...]
    confidence: float = 0.0
    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()


def read(context: TurnContext, triage: Triage) -> Reading:
    own = "\n".join(filter(None, (own_words(m.text) for m in context.messages if m.text)))
    filed = words_in_files(context, FILE_LENGTH) if says_little(own) else ""
    text = "\n".join(filter(None, (own, filed)))
    subject = next((m.subject for m in context.messages if m.subject), "")
    triaged = triage.triage(text, subject=subject, is_known=_is_known(context))
    likely = context.conversation.language or context.customer.language or context.tenant.language
    # “da igual” in a Spanish talk is no change to Italian: few words must speak for themselves.
    is_few = bool(context.conversation.language) and len(text.split()) <= _FEW_WORDS
    detected = language_of(text, default=likely, margin=1.0 if is_few else 0.0)
    language = speakable(detected, context.tenant.language)
    return Reading(context, text, triaged, detected, language, own)


def says_little(own: str) -> bool:
    """Hardly more than "please see attached"."""
    return len(telling_words(own) - _POINTING) < 3 and "?" not in own


def questions_in(text: str) -> list[str]:
    """The separate questions of a message, at most six; all of it where there is one."""
    parts = [part.strip() for part in _SPLIT.split(text) if part and part.strip()]
    joined: list[str] = []
    carried = ""
    for part in parts:
        carried = f"{carried} {part}".strip()
        if "?" in part or _opens_a_question(part):
            joined.append(carried)
            carried = ""
    asked = [part for part in joined if telling_words(part)]
    return asked[:MOST_QUESTIONS] if len(asked) > 1 else [text]


def telling_words(text: str) -> set[str]:
    """Folded words that say what a text is about (English function words left out)."""
    return {
        word
        for word in terms.words(text)
        if len(word) > 2 and word not in _PLAIN and not word.isdigit()
    }


def shorten(text: str, limit: int) -> str:
    """One line, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return line[: limit - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def spoken_by(context: TurnContext, authors: Iterable[str]) -> str:
    """The last words of one of these authors before this turn."""
    wanted = set(authors)
    return next((m.text for m in reversed(context.history) if m.author in wanted), "")


def _opens_a_question(part: str) -> bool:
    first = (terms.words(part) or [""])[0]
    return first in {"how", "what", "when", "where", "which", "who", "why", "can", "do", "does"}


def _asked_before(context: TurnContext) -> str:
    if not context.history or context.history[-1].author != "bot":
        return ""
    return shorten(own_words(spoken_by(context, ["customer"])), 200)


def _is_known(context: TurnContext) -> bool:
    spoken = any(m.author in ("bot", "staff") for m in context.history)
    return spoken or bool(context.tickets) or bool(context.quotes)
