"""What a customer reads behind a link: what was sent, in their words, and nothing of ours."""

import hashlib
from uuid import UUID

import httpx
import pytest

from bot.portal.visiting import is_preview
from tests.bot.engine.mailing.conftest import Firm
from tests.bot.portal.conftest import PHONE, Phone, Shop

pytestmark = pytest.mark.full


async def test_the_page_shows_what_was_sent_and_nothing_of_ours(phone: Phone) -> None:
    page = await phone.open()
    for told in ("Office cabling", "Double outlet", "£1,296.00", "£1,555.20", "24 pcs", "£54.00",
                 "Acme & Söhne <GmbH>", "Valid until"):  # fmt: skip
        assert told in page, told
    for secret in ("Cablewise", "30.00", "720.00", "Margin", "Installation steps", "base price"):
        assert secret not in page, secret


async def test_the_page_is_locked_down(phone: Phone) -> None:
    page = await phone.client.get(phone.path)
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in page.headers["x-robots-tag"]
    assert "<script" not in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "Acme &amp; Söhne &lt;GmbH&gt;" in page.text


async def test_the_paper_is_the_very_bytes_that_were_sent(
    phone: Phone, shop: Shop, quote_id: UUID
) -> None:
    paper = await phone.client.get(f"{phone.path}/paper.pdf")
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.headers["cache-control"] == "no-store"
    assert hashlib.sha256(paper.content).hexdigest() in await phone.mark()
    await shop.revise(quote_id)
    again = await phone.client.get(f"{phone.path}/paper.pdf")
    assert again.content == paper.content


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ("Angebot annehmen", "1.555,20 €", "Für 1.555,20", 'lang="de"')),
        ("fr", ("Accepter ce devis", "1 555,20", 'lang="fr"')),
        ("es", ("Aceptar este presupuesto", "1555,20", 'lang="es"')),
        ("it", ("Accetta questo preventivo", 'lang="it"')),
        ("nl", ("Deze offerte aanvaarden", 'lang="nl"')),
        ("pt", ("Aceitar este orçamento", 'lang="pt"')),
        ("sv", ("Accept this quote", 'lang="en"')),
    ],
)
async def test_the_page_speaks_the_quotes_language(
    shop: Shop, client: httpx.AsyncClient, language: str, words: tuple[str, ...]
) -> None:
    made = await shop.quote()
    await shop.change(made, language=language, currency="EUR")
    await shop.send(made)
    page = await Phone(client, await shop.link(made)).open()
    for told in words:
        assert told in page.replace("\xa0", " "), told


async def test_a_draft_is_shown_to_nobody(shop: Shop, client: httpx.AsyncClient) -> None:
    made = await shop.quote()
    phone = Phone(client, await shop.link(made))
    page = await phone.open()
    assert "not ready yet" in page
    assert "Double outlet" not in page
    assert "Office cabling" not in page
    assert (await client.get(f"{phone.path}/paper.pdf")).status_code == 404


async def test_the_next_revision_takes_the_place_of_the_last(
    phone: Phone, shop: Shop, quote_id: UUID
) -> None:
    await shop.revise(quote_id)
    await shop.change(quote_id, title="A secret draft")
    page = await phone.open()
    assert "preparing a new version" in page
    assert "A secret draft" not in page
    await shop.send(quote_id)
    page = await phone.open()
    assert "This is revision 2. It replaces revision 1" in page
    assert "A secret draft" in page


async def test_an_unknown_a_revoked_and_a_mixed_up_link_say_the_same(
    phone: Phone, shop: Shop, quote_id: UUID, rival: Firm
) -> None:
    client, token = phone.client, phone.path.removeprefix("/q/")
    unknown = await client.get(f"/q/{'x' * 32}")
    assert (unknown.status_code, "This link does not work" in unknown.text) == (404, True)
    mixed = await client.get(f"/c/{token}")
    from domain.signing.links import Links

    async with rival.runtime.database.transaction(rival.tenant_id) as session:
        assert not await Links(session, rival.tenant_id, rival.runtime.vault).revoke(
            quote_id=quote_id
        )
    assert (await client.get(phone.path)).status_code == 200
    async with shop.runtime.database.transaction(shop.firm.tenant_id) as session:
        assert await Links(session, shop.firm.tenant_id, shop.runtime.vault).revoke(
            quote_id=quote_id
        )
    revoked = await client.get(phone.path)
    assert unknown.text == mixed.text == revoked.text
    assert revoked.status_code == 404
    posted = await phone.post("question", question="Hello?")
    assert posted.status_code == 404
    german = await client.get(phone.path, headers={"Accept-Language": "xx, de-DE;q=0.9"})
    assert "Dieser Link funktioniert nicht" in german.text


async def test_a_look_is_noted_once_and_a_preview_never(
    phone: Phone, shop: Shop, quote_id: UUID
) -> None:
    whatsapp = {"User-Agent": "WhatsApp/2.24.20 A"}
    assert "/seen/" not in (await phone.client.get(phone.path, headers=whatsapp)).text
    assert (await phone.client.head(phone.path)).status_code == 405
    await phone.client.get(f"{phone.path}/seen/1", headers=whatsapp)
    await phone.client.get(f"{phone.path}/seen/1", headers={"Sec-Purpose": "prefetch;prerender"})
    await phone.open()  # fetched, but nothing on it: a scanner that claims to be a phone
    assert (await shop.row(quote_id)).status == "sent"
    await phone.client.get(f"{phone.path}/seen/7")
    assert (await shop.row(quote_id)).status == "sent"
    await phone.look()
    await phone.look()
    assert (await shop.row(quote_id)).status == "viewed"
    await shop.react()
    assert len(await shop.firm.events("quote.viewed")) == 1


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (PHONE, False),
        ("Mozilla/5.0 (Linux; Android 14; CUBOT X70) AppleWebKit/537.36 Chrome/130 Mobile", False),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130 Mobile Telegram-Android/11.2", False),
        ("TelegramBot (like TwitterBot)", True),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", True),
        ("facebookexternalhit/1.1", True),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", True),
        ("Mozilla/5.0 (Windows NT 6.1) SkypeUriPreview Preview/0.5", True),
        ("python-requests/2.32", True),
        ("", True),
    ],
)
def test_previews_are_told_from_people(user_agent: str, expected: bool) -> None:
    assert is_preview(user_agent, "") is expected
    assert is_preview(user_agent, "prefetch")


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7*7 }}{% raw %}",
        "</style><svg onload=alert(1)>",
        "javascript:alert(1)",
        "a\u202eb\u0000"[:2] + "<!--",
    ],
)
async def test_hostile_words_are_shown_as_words(
    shop: Shop, client: httpx.AsyncClient, hostile: str
) -> None:
    await shop.set(
        quoting__branding__company_name=hostile,
        quoting__branding__phone=hostile,
        quoting__branding__address=hostile,
        quoting__branding__terms=hostile,
    )
    made = await shop.quote()
    fields = ("title", "location", "deadline", "customer_reference", "request")
    await shop.change(made, **dict.fromkeys(fields, hostile))
    await shop.send(made)
    phone = Phone(client, await shop.link(made))
    asked = await phone.post("question", question="", name=hostile, email=hostile)
    for page in ((await client.get(phone.path)).text, asked.text):
        for live in ("<script", "<img src=x", "<svg", "<!--", 'href="javascript', "49{%"):
            assert live not in page, live
        assert page.count("<style>") == page.count("</style>") == 1
