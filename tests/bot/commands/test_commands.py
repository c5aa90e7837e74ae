"""The `frontdesk` command as a person types it, in a process and a data directory of its own."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

pytestmark = pytest.mark.full  # every command is a process with a database of its own


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("frontdesk")


def frontdesk(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FRONTDESK_", "DATABASE_", "OPENAI_", "ANTHROPIC_"))
    }
    environment |= {"FRONTDESK_DATA_DIR": str(home / "data")} | more
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "bot", *words],
        capture_output=True,
        text=True,
        env=environment,
        cwd=Path(__file__).parents[3],
        timeout=100,
        check=False,
    )


def test_a_company_from_nothing_to_a_cited_answer(home: Path) -> None:
    assert frontdesk(home, "tenant", "add", "acme").returncode == 0
    article = home / "hours.md"
    article.write_text("# Opening hours\n\nWe are open Monday to Friday from 9:00 to 17:00.\n")
    assert "1 added" in frontdesk(home, "kb", "import", str(article)).stdout
    again = frontdesk(home, "kb", "import", str(article), "--json")
    assert json.loads(again.stdout)["unchanged"] == 1
    said = frontdesk(home, "chat", "-m", "when are you open?", "-m", "the door camera is dead")
    assert "Monday to Friday" in said.stdout
    assert "TKT-" in said.stdout
    assert json.loads(frontdesk(home, "lost", "--json").stdout) == []


def test_settings_of_a_channel_are_set_together_and_secrets_never_shown(home: Path) -> None:
    frontdesk(home, "tenant", "add", "shop")
    alone = frontdesk(home, "tenant", "set", "shop", "whatsapp_config.phone_number_id=123")
    assert alone.returncode == 1
    assert "access_token" in alone.stderr
    together = frontdesk(
        home,
        "tenant",
        "set",
        "shop",
        "whatsapp_config.phone_number_id=123",
        "whatsapp_config.access_token=very-secret-token",
        "whatsapp_config.verify_token=word",
        "whatsapp_config.app_secret=very-secret",
        "features.email=false",
    )
    assert together.returncode == 0, together.stderr
    shown = frontdesk(home, "tenant", "show", "shop").stdout
    assert '"phone_number_id": "123"' in shown
    assert "very-secret" not in shown
    assert json.loads(shown)["features"]["email"] is False


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["kb", "search", "x", "--tenant", "nobody"], "There is no tenant “nobody”."),
        (["tenant", "set", "acme", "features.teleport=true"], "There is no setting"),
        (["tenant", "set", "acme", "nonsense"], "not of the form KEY=VALUE"),
        (["channel", "parse", "pigeon", "x.json"], "There is no channel “pigeon”"),
        (["quote", "--jsonl", "/nowhere.jsonl"], "Cannot read"),
        (["quote-export", "QT-1", "xero", "--tenant", "acme"], "There is no quote “QT-1”"),
    ],
)
def test_wrong_use_is_one_sentence_and_a_failure(
    home: Path, words: list[str], sentence: str
) -> None:
    frontdesk(home, "tenant", "add", "acme")
    done = frontdesk(home, *words)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_taken_port_says_what_to_do(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = frontdesk(home, "run", FRONTDESK_PORT=str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "FRONTDESK_PORT" in done.stderr


def test_a_data_directory_that_is_a_file_says_what_to_do(home: Path) -> None:
    blocked = home / "blocked"
    blocked.write_text("")
    done = frontdesk(home, "doctor", FRONTDESK_DATA_DIR=str(blocked / "data"))
    assert done.returncode == 1
    assert "FRONTDESK_DATA_DIR" in done.stderr


def test_a_wrong_setting_is_named(home: Path) -> None:
    done = frontdesk(home, "doctor", FRONTDESK_PORT="eighty")
    assert done.returncode == 1
    assert "FRONTDESK_PORT" in done.stderr


def test_an_unreadable_line_is_told_and_the_rest_imported(home: Path) -> None:
    frontdesk(home, "tenant", "add", "books")
    file = home / "faq.jsonl"
    file.write_text('{"_id": "1", "title": "A", "text": "alpha"}\nnot json\n{"_id": "2"}\n')
    done = frontdesk(home, "kb", "import", str(file), "--tenant", "books")
    assert "1 added" in done.stdout
    assert "line 2" in done.stderr
    assert "line 3" in done.stderr


def test_triage_needs_no_database(home: Path, tmp_path: Path) -> None:
    done = frontdesk(home, "triage", "my router is broken", FRONTDESK_DATA_DIR=str(tmp_path / "x"))
    assert json.loads(done.stdout)["intent"] == "problem"
    assert not (tmp_path / "x").exists()


def test_a_price_list_with_wrong_rows_imports_the_good_ones_and_tells_the_others(
    home: Path,
) -> None:
    frontdesk(home, "tenant", "add", "prices")
    file = home / "prices.csv"
    file.write_text(
        "code,name,base_price\nA1,Cable,10.00\nA2,Plug,cheap\nA3,Box,5\nA3,Box,6\n,No code,1\n"
    )
    rejected = home / "rejected.csv"
    done = frontdesk(
        home, "catalogue", "import", str(file), "--tenant", "prices", "--rejected", str(rejected)
    )
    assert "1 added" in done.stdout
    assert "row 3" in done.stderr
    assert rejected.read_text().count("\n") >= 4
    strict = frontdesk(home, "catalogue", "import", str(file), "--tenant", "prices", "--strict")
    assert strict.returncode == 1
    assert "nothing was imported" in strict.stderr


def test_a_quote_is_put_on_paper_with_the_companys_logo(home: Path) -> None:
    frontdesk(home, "tenant", "add", "papers")
    prices = home / "outlets.csv"
    prices.write_text("code,name,base_price,cost_price\nOUT-2,Cat6 double outlet,54.00,31.70\n")
    frontdesk(home, "catalogue", "import", str(prices), "--tenant", "papers")
    logo = home / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="3"/></svg>')
    assert "image/svg+xml" in frontdesk(home, "tenant", "logo", "papers", str(logo)).stdout
    wish = "Please quote 24 Cat6 double outlets"
    done = frontdesk(home, "quote", wish, "--pdf", str(home / "out"), "--tenant", "papers")
    assert json.loads(done.stdout)["total"] == "1555.20"
    for name, has_cost in (("quote.pdf", False), ("internal.pdf", True)):
        pages = PdfReader(home / "out" / name).pages
        said = " ".join(page.extract_text() for page in pages)
        assert "£1,555.20" in said
        assert ("Installation steps" in said) is has_cost
    logo.write_bytes(b"GIF89a")
    refused = frontdesk(home, "tenant", "logo", "papers", str(logo))
    assert refused.returncode == 1
    assert "The logo is not taken" in refused.stderr
    assert frontdesk(home, "tenant", "logo", "papers", "--remove").returncode == 0


def test_a_list_is_quoted_from_a_file(home: Path) -> None:
    frontdesk(home, "tenant", "add", "lists")
    prices = home / "prices.csv"
    prices.write_text("code,name,base_price\nOUT-2,Cat6 double outlet,54.00\n")
    frontdesk(home, "catalogue", "import", str(prices), "--tenant", "lists")
    listed = home / "list.csv"
    listed.write_text("Item;Qty\nCat6 double outlet;20\n")
    wish = "everything in the list, but 30 instead of 20 of the outlets"
    done = frontdesk(home, "quote", wish, "--file", str(listed), "--tenant", "lists")
    [line] = json.loads(done.stdout)["lines"]
    assert (line["quantity"], line["note"]) == ("30", "list.csv, row 2")
    listed.write_bytes(b"\x89PNG\r\n\x1a\n")
    refused = frontdesk(home, "quote", "--file", str(listed), "--tenant", "lists")
    assert refused.returncode == 1
    assert "“list.csv” could not be read: it is a picture" in refused.stderr
    gone = frontdesk(home, "quote", "--file", str(home / "nowhere.csv"), "--tenant", "lists")
    assert "Cannot read" in gone.stderr
