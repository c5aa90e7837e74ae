"""`frontdesk desk`: the desk from a terminal, in a process and a data directory of its own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.full  # every command is a process with a database of its own

STAFF = ("--as", "callum@brackwelltern.example")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("frontdesk")


def frontdesk(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FRONTDESK_", "DATABASE_", "OPENAI_", "ANTHROPIC_"))
    }
    environment |= {"FRONTDESK_DATA_DIR": str(home / "data")}
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "bot", *words],
        capture_output=True,
        text=True,
        env=environment,
        cwd=Path(__file__).parents[3],
        timeout=100,
        check=False,
    )


def test_a_reply_from_the_terminal_is_shown_sent_and_undone(home: Path) -> None:
    assert frontdesk(home, "seed-demo").returncode == 0
    assert "Gate camera" in frontdesk(home, "desk", "inbox mine", *STAFF).stdout
    frontdesk(home, "chat", "-m", "hola, necesito hablar con una persona")
    shown = frontdesk(home, "desk", "reply 5", *STAFF).stdout
    assert "to WhatsApp" in shown
    assert "Spanish, window closes in" in shown
    sent = frontdesk(home, "desk", "reply 5", *STAFF, "--fill", "text=Buenos días").stdout
    undo = re.search(r"--press (reply\.undo=\S+)", sent)
    assert undo is not None
    assert "Taken back" in frontdesk(home, "desk", *STAFF, "--press", undo[1]).stdout


def test_rules_are_written_and_switched_on_from_the_terminal(home: Path) -> None:
    admin = ("--as", "dev@brackwelltern.example")
    frontdesk(home, "seed-demo")
    words = 'rule new "Gates" on created if subject contains gate then add_tags gate'
    assert "cannot change workflow rules" in frontdesk(home, "desk", words, *STAFF).stdout
    assert "“Gates” is kept, and off" in frontdesk(home, "desk", words, *admin).stdout
    asked = frontdesk(home, "desk", "rule on 6", *admin).stdout
    confirm = re.search(r"--press (confirm=\S+)", asked)
    assert "tags: + gate" in asked
    assert confirm is not None
    assert "“Gates” is on" in frontdesk(home, "desk", *admin, "--press", confirm[1]).stdout
    filled = [
        word
        for pair in ("name=Doors", "do.1=set priority", "with.1=high", "then=save")
        for word in ("--fill", pair)
    ]
    assert "“Doors” is kept" in frontdesk(home, "desk", "rule new", *admin, *filled).stdout
    wrong = frontdesk(home, "desk", 'rule new "x" on moon then note a', *admin)
    assert wrong.returncode == 1
    assert "There is no event “moon”" in wrong.stdout
    assert "Example: /desk rule new" in wrong.stdout


def test_a_stranger_and_a_wrong_command_end_with_an_error(home: Path) -> None:
    stranger = frontdesk(home, "desk", "inbox", "--as", "nobody@example.com", "--json")
    assert stranger.returncode == 1
    assert json.loads(stranger.stdout)["tenant"] == "Brackwell & Tern Networks"
    wrong = frontdesk(home, "desk", "inbxo", *STAFF)
    assert wrong.returncode == 1
    assert "Usage: /desk inbox" in wrong.stdout
