"""The mailboxes of the fetching tests, and the operator's hands."""

from pathlib import Path

import pytest

from bot.desk.mail.mailboxes import Mailroom
from bot.engine.accounts import Account
from bot.runtime import Runtime
from tests.bot.engine.fetching.conftest import (  # noqa: F401 - fixtures
    MailFirm,
    firm,
    mail,
    rival,
)


@pytest.fixture
def room(runtime: Runtime) -> Mailroom:
    return Mailroom(runtime.database, runtime.accounts, runtime.fetching, runtime.intake)


@pytest.fixture
async def account(firm: MailFirm) -> Account:  # noqa: F811
    return await firm.runtime.accounts.get(firm.tenant_id, firm.account_id)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "mails"
    found.mkdir()
    return found
