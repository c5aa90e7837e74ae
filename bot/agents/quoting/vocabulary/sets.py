"""Sets of words, read once from sets.toml."""

import tomllib
from functools import cache
from importlib import resources


@cache
def _all() -> dict[str, str]:
    return tomllib.loads(resources.files(__package__).joinpath("sets.toml").read_text("utf-8"))


@cache
def word_set(name: str) -> frozenset[str]:
    return frozenset(_all()[name].split())


@cache
def by_language(name: str) -> dict[str, frozenset[str]]:
    """The sets of one name per language: `small` → {"en": …, "de": …}."""
    prefix = f"{name}_"
    return {key[len(prefix) :]: word_set(key) for key in _all() if key.startswith(prefix)}


@cache
def stop_words() -> frozenset[str]:
    """Words that say nothing of a thing, in any language."""
    return word_set("stop").union(*by_language("small").values())
