"""The fixed sentences of the assistant, in the languages it can speak.

A sentence is a key in `sentences/<language>.toml`; every language has the same keys. Only the
names handed to `say` are filled in, so `{number}` stays for the step that knows the number.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files

LANGUAGES: tuple[str, ...] = ("en", "es", "de", "fr", "it", "pt", "nl")
_GAP = re.compile(r"\{(\w+)\}")


def say(key: str, language: str, /, **values: str) -> str:
    """The sentence in that language, or in English where we have no words in it.

    Values are data: a gap's name inside one is not filled again.
    """
    template = sentences(language)[key]
    return _GAP.sub(lambda gap: values.get(gap.group(1), gap.group(0)), template)


def speakable(*wishes: str) -> str:
    """The first of the wished languages that we have words in, else English."""
    return next((wish for wish in wishes if wish in LANGUAGES), "en")


@cache
def sentences(language: str) -> dict[str, str]:
    """All sentences of a language by key. Cached: they are part of the program."""
    known = language if language in LANGUAGES else "en"
    source = files("bot.agents") / "sentences" / f"{known}.toml"
    return {
        key: str(text).strip()
        for key, text in tomllib.loads(source.read_text(encoding="utf-8")).items()
    }
