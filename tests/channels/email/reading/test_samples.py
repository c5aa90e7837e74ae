"""The samples of the channel are understood as written beside them."""

import json
from pathlib import Path

import pytest

import channels.email
from channels.email.reading.inbound import parse
from channels.parsed import as_json

SAMPLES = Path(channels.email.__path__[0]) / "samples"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.eml")), ids=lambda path: path.stem)
def test_a_sample_is_understood_as_expected(path: Path) -> None:
    events = parse(path.read_bytes())
    assert [as_json(event) for event in events] == EXPECTED[path.stem]
    assert events == parse(path.read_bytes())
    assert events[0].account


def test_every_sample_has_an_expectation() -> None:
    assert set(EXPECTED) == {path.stem for path in SAMPLES.glob("*.eml")}
