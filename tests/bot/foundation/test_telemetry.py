"""Logs: what an error tells, and what it must not."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog

from bot.foundation.telemetry import configure_logging, log


@pytest.fixture(params=["terminal", "file"])
def written(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[io.StringIO]:
    """What is logged, to a terminal or elsewhere; afterwards all is as before."""
    stream, before, root = io.StringIO(), structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(stream, "isatty", lambda: request.param == "terminal")
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging("info")
    structlog.configure(cache_logger_on_first_use=False)
    yield stream
    structlog.configure(**before)
    root.handlers, root.level = handlers, level


def fail() -> None:
    words_of_a_customer = "My alarm code is 4711"
    raise ValueError(len(words_of_a_customer))


@pytest.mark.parametrize("theirs", [False, True], ids=["ours", "a library's"])
def test_an_error_is_logged_with_its_place_and_without_the_values_of_variables(
    written: io.StringIO, theirs: bool
) -> None:
    try:
        fail()
    except ValueError as error:
        if theirs:
            logging.getLogger("a.library").error("request.failed", exc_info=error)
        else:
            log.error("request.failed", exc_info=error)
    said = written.getvalue()
    assert "request.failed" in said
    assert "in fail" in said
    assert "ValueError: 21" in said
    assert "4711" not in said
    if not written.isatty():
        assert "in fail" in json.loads(said)["exception"]


def test_secrets_are_redacted(written: io.StringIO) -> None:
    log.info("account.opened", access_token="xoxb-1", name="front")
    assert "xoxb-1" not in written.getvalue()
    assert "front" in written.getvalue()
