"""What a customer's answer to “how did it go?” says: a score from 1 to 5, and a comment. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from bot.agents.triage.markers import MARKERS
from bot.agents.wording import LANGUAGES, say

BEST = 5
LONGEST = 1000
CHOICE = "csat:"
_SIGNS = ("broken", "broken_abroad", "lost", "refused", "unable", "quote", "how_much", "person")
"""What a customer who wants something says: no remark, an enquiry."""
_OF_FIVE = r"(?:\s*(?:/|out of|of|von|de|sur|su|van|auf)\s*5)?"
_STARS = r"(?:\s*(?:stars?|estrellas?|sterne?|étoiles?|stelle|stella|estrelas?|sterren|points?))?"
_NUMBER = re.compile(
    rf"^\W*(\d{{1,2}})(?:\s*/\s*10|{_OF_FIVE}{_STARS})(?P<rest>$|\W.*$)", re.I | re.S
)
_TEN = re.compile(r"^\W*(\d{1,2})\s*/\s*10\b")
_REMARK = re.compile(r"^\s*(?:[,.:;!–—-]+\s*|\n+)(?P<comment>\S.*)$", re.S)
_SEPARATORS = re.compile(r"^[\s,.:;!–—-]+|\s+$")
_WORDS: dict[int, str] = {
    1: "one uno eins un uma één een terrible awful horrible schrecklich furchtbar pésimo pessimo"
    " péssimo horrible verschrikkelijk slecht",
    2: "two dos zwei deux due duas dois twee bad poor malo schlecht mauvais cattivo mau matig",
    3: "three tres drei trois tre três drie ok okay average regular mittel moyen discreto razoável"
    " gemiddeld neutral",
    4: "four cuatro vier quatre quattro quatro good bueno bien gut bon buono bene bom boa goed",
    5: "five cinco fünf cinq cinque vijf excellent great perfect excelente perfecto ausgezeichnet"
    " perfekt super parfait eccellente ottimo perfetto ótimo perfeito uitstekend fantastic",
}
_SAID = {word: score for score, words in _WORDS.items() for word in words.split()}
_FACES = {
    **dict.fromkeys("😡🤬👎😠", 1),
    **dict.fromkeys("🙁😕😞☹😟", 2),
    **dict.fromkeys("😐😑🤷", 3),
    **dict.fromkeys("🙂👌", 4),
    **dict.fromkeys("😀😃😄😁😊😍🥰🤩👍❤🙌👏💯", 5),
}
_FULL, _EMPTY = "⭐★🌟", "☆"


@dataclass(frozen=True, slots=True)
class Scored:
    score: int
    comment: str = ""


def score_in(text: str) -> Scored | None:
    """None: it says no score, or more than one thing."""
    words = _plain(text)
    if not words or len(words) > LONGEST:
        return None
    return _by_sign(words) or _by_number(words) or _by_word(words)


def pressed(choice: str) -> tuple[str, int] | None:
    """The survey's id and the score of a button of ours."""
    survey, _, score = choice.removeprefix(CHOICE).rpartition(":")
    if not choice.startswith(CHOICE) or not survey or score not in "12345" or len(score) != 1:
        return None
    return survey, int(score)


def titles(language: str) -> tuple[str, ...]:
    """Of the five choices, worst first: numbered, the number is the score."""
    return tuple(f"{'★' * n} {say(f'csat_{n}', language)}" for n in range(1, BEST + 1))


def is_remark(text: str) -> bool:
    """Whether these words add to a score, rather than ask for something."""
    lowered = text.lower().replace("’", "'")
    if "?" in text or len(text) > LONGEST or not any(c.isalpha() for c in text):
        return False
    return not any(MARKERS[name].search(lowered) for name in _SIGNS)


def _plain(text: str) -> str:
    """Without the marks that make an emoji of a digit or give it a colour."""
    normal = unicodedata.normalize("NFC", text).strip()
    return re.sub("[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]", "", normal)


def _by_sign(words: str) -> Scored | None:
    signs = [c for c in words if c in _FULL + _EMPTY]
    stars = sum(c in _FULL for c in signs)
    rest = "".join(c for c in words if c not in _FULL + _EMPTY)
    if 1 <= stars <= BEST and len(signs) <= BEST:
        title = rest.strip().casefold()
        is_title = any(title == say(f"csat_{stars}", one).casefold() for one in LANGUAGES)
        return Scored(stars, "" if is_title else _SEPARATORS.sub("", rest))
    faces = {_FACES[c] for c in words if c in _FACES}
    if len(faces) == 1 and not any(c.isalnum() for c in words):
        return Scored(faces.pop())
    return None


def _by_number(words: str) -> Scored | None:
    found = _NUMBER.match(words)
    if found is None:
        return None
    number, rest = int(found[1]), found["rest"]
    if _TEN.match(words):
        number = max(1, round(number / 2)) if 0 <= number <= 10 else 0
    if not 1 <= number <= BEST:
        return None
    if not any(c.isalnum() or c in "%€$£" for c in rest):
        return Scored(number)
    remark = _REMARK.match(rest)
    return Scored(number, remark["comment"].strip()) if remark else None


def _by_word(words: str) -> Scored | None:
    bare = re.sub(r"[^\w\s]", "", words).casefold().strip()
    for language in LANGUAGES:
        for score in range(1, BEST + 1):
            if bare == say(f"csat_{score}", language).casefold():
                return Scored(score)
    return Scored(_SAID[bare]) if bare in _SAID else None
