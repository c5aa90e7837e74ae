"""Sorts messages by intent: logistic regression over word vectors, words and markers."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from bot.agents.triage import features, markers, texts
from bot.agents.triage.features import Matrix
from bot.agents.triage.language import language_of
from bot.agents.triage.urgency import Urgency, urgency_of
from bot.model.embeddings import Embedder
from bot.model.turns import Intent

INTENTS = tuple(Intent)
_OTHER = INTENTS.index(Intent.OTHER)
_HUMAN = INTENTS.index(Intent.HUMAN)
_PROBLEM = INTENTS.index(Intent.PROBLEM)
_REAL = [INTENTS.index(i) for i in (Intent.HUMAN, Intent.PROBLEM, Intent.QUOTE)]
_SMALLTALK = INTENTS.index(Intent.SMALLTALK)
_CARRY = {Intent.HUMAN: 0.95, Intent.QUOTE: 0.95, Intent.PROBLEM: 0.8}
"""How much of one segment's certainty speaks for the whole message."""
_CLEAR = 0.7
_SIGNED, _UNSIGNED = 0.5, 0.85
"""How alike *other* must be with a sign of it, and without."""
_MANY_SIGNS = 3
_ROBOT_SENDERS = ("noreply", "no-reply", "newsletter", "marketing", "mailer-daemon", "invoices@")


@dataclass(frozen=True, slots=True)
class Triaged:
    intent: Intent
    urgency: Urgency
    language: str
    """ISO 639-1."""
    confidence: float


@dataclass(frozen=True, slots=True)
class _Weights:
    values: Matrix
    embedder: str
    fingerprint: str


class Triage:
    """Keeps about 0.3 MB; the weights are read at the first text.

    The weights belong to the vectors they were fitted on: another embedder is refused.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._weights: _Weights | None = None

    def triage(
        self, text: str, *, subject: str = "", sender: str = "", is_known: bool = False
    ) -> Triaged:
        """`is_known`: someone we have dealt with, who is hardly ever filed as *other*."""
        words = texts.own_words(text)
        parts = _parts(words, subject)
        if not any(c.isalnum() for c in words + subject):
            return Triaged(Intent.SMALLTALK, Urgency.LOW, "en", 0.5 if words else 0.0)
        scores = self._score(parts)
        _hear_callbacks(parts, scores)
        combined = _combine(scores)
        whole = f"{subject}\n{words}"
        signs = 0 if _asks_in_short(parts) else _signs_of_other(whole, sender)
        intent, confidence = _decide(scores, combined, signs, is_known)
        return Triaged(intent, urgency_of(whole, intent), language_of(words or subject), confidence)

    def triage_many(self, several: Sequence[str]) -> list[Triaged]:
        return [self.triage(text) for text in several]

    def _score(self, parts: list[str]) -> Matrix:
        """Shape (parts, intents): probabilities."""
        weights = self._load()
        rows = features.table(parts, self._embedder.embed(parts))
        scores = rows @ weights.values.T
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)

    def _load(self) -> _Weights:
        if self._weights is None:
            weights = load_weights()
            if weights.embedder != self._embedder.name:
                raise ValueError(
                    f"The triage weights belong to {weights.embedder}: give Triage that embedder,"
                    f" not {self._embedder.name}"
                )
            self._weights = weights
        return self._weights


def load_weights() -> _Weights:
    source = files("bot.agents.triage") / "weights.npz"
    with source.open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
        return _Weights(
            stored["weights"].astype(np.float32),
            str(stored["embedder"]),
            str(stored["fingerprint"]),
        )


def _parts(words: str, subject: str) -> list[str]:
    """The message as a whole, then each of its segments where there are several."""
    head = " ".join(words.split()[:80]) or subject
    pieces = texts.segments(words) if words else []
    if subject and words:
        pieces.append(subject)
    return [head, *pieces] if len(pieces) > 1 else [head]


def _hear_callbacks(parts: list[str], scores: Matrix) -> None:
    """ "The wifi is dead, can someone ring me" is a problem: the callback is how, not what."""
    pieces = scores[1:]
    if not len(pieces) or float(pieces[:, _PROBLEM].max()) < _CLEAR:
        return
    for at, part in enumerate(parts):
        truths = dict(zip(markers.NAMES, markers.marks(part), strict=True))
        if truths["call_me"] and not (truths["speak"] or truths["transfer"]):
            scores[at, _PROBLEM] += scores[at, _HUMAN]
            scores[at, _HUMAN] = 0.0


def _combine(scores: Matrix) -> Matrix:
    """Greetings and courtesy around the matter don't count; one clear wish carries the rest."""
    if len(scores) == 1:
        return np.asarray(scores[0])
    whole, pieces = scores[0], scores[1:]
    courtesy = pieces.argmax(axis=1) == _SMALLTALK
    matter = pieces if courtesy.all() else pieces[~courtesy]
    joined = 0.4 * whole + 0.6 * matter.mean(axis=0)
    for intent, share in _CARRY.items():
        at = INTENTS.index(intent)
        joined[at] = max(joined[at], share * float(matter[:, at].max()))
    return np.asarray(joined / joined.sum())


def _decide(scores: Matrix, combined: Matrix, signs: int, is_known: bool) -> tuple[Intent, float]:
    """*other* is never answered, so it needs a sign besides the likeness, or near certainty."""
    if _is_other(scores, combined, signs, is_known):
        return Intent.OTHER, round(float(max(scores[:, _OTHER].max(), combined[_OTHER])), 3)
    rest = combined.copy()
    rest[_OTHER] = 0
    best = int(rest.argmax())
    return INTENTS[best], round(float(rest[best]), 3)


def _is_other(scores: Matrix, combined: Matrix, signs: int, is_known: bool) -> bool:
    likeness = float(combined[_OTHER])
    pieces = scores[1:] if len(scores) > 1 else scores
    if is_known and signs < _MANY_SIGNS:
        return False
    if int(combined.argmax()) == _OTHER and likeness > (_SIGNED if signs else _UNSIGNED):
        return True
    rival = float(pieces[:, _REAL].max())
    return signs > 0 and rival < _CLEAR and float(pieces[:, _OTHER].max()) > _UNSIGNED


def _asks_in_short(parts: list[str]) -> bool:
    """ "How can I unsubscribe from your newsletter" is a customer's question."""
    truths = dict(zip(markers.NAMES, markers.marks(parts[0]), strict=True))
    asking = truths["opens_with_how"] or truths["opens_with_may"] or truths["opens_with_what"]
    return len(parts) == 1 and asking and truths["mine"]


def _signs_of_other(text: str, sender: str) -> int:
    """How many different words of a supplier, a pitch, an application or spam."""
    found = {
        match.group()
        for name in markers.OTHER_SIGNS
        for match in markers.MARKERS[name].finditer(text.lower().replace("’", "'"))
    }
    return len(found) + any(word in sender.lower() for word in _ROBOT_SENDERS)
