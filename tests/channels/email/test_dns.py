"""What the DNS says of a domain's mail, and the line that is missing there."""

import asyncio
from collections.abc import Sequence

import pytest

from channels.email import dns
from channels.email.settings import EmailSettings

KEY = "v=DKIM1; k=rsa; p=MIGfMA0"


def settings(**changes: object) -> EmailSettings:
    values = {"email": "help@firm.example", "password": "x", "imap_server": "imap.gmail.com"}
    return EmailSettings.model_validate(values | changes)


def zone(records: dict[str, Sequence[str]]) -> dns.Lookup:
    async def lookup(name: str) -> Sequence[str]:
        return records.get(name, ())

    return lookup


async def test_a_domain_that_has_all_is_well() -> None:
    told = {
        "firm.example": ["google-site=1", "v=spf1 include:_spf.google.com ~all"],
        "google._domainkey.firm.example": [KEY],
        "_dmarc.firm.example": ["v=DMARC1; p=quarantine"],
    }
    findings = await dns.check(settings(), zone(told))
    assert [(f.what, f.is_good, f.line) for f in findings] == [
        ("spf", True, ""),
        ("dkim", True, ""),
        ("dmarc", True, ""),
    ]


async def test_a_domain_that_has_nothing_gets_three_lines_to_add() -> None:
    spf, dkim, dmarc = await dns.check(settings(), zone({}))
    assert spf.line == 'firm.example. TXT "v=spf1 include:_spf.google.com ~all"'
    assert dkim.line.startswith("google._domainkey.firm.example. TXT")
    assert "Google Admin" in dkim.text
    assert (
        dmarc.line
        == '_dmarc.firm.example. TXT "v=DMARC1; p=none; rua=mailto:postmaster@firm.example"'
    )
    assert [spf.is_good, dkim.is_good, dmarc.is_good] == [False] * 3


async def test_a_selector_from_the_settings_is_asked_for_first() -> None:
    told = {"acme2026._domainkey.firm.example": [KEY]}
    _, dkim, _ = await dns.check(settings(dkim_selectors="acme2026"), zone(told))
    assert dkim.is_good
    assert "acme2026" in dkim.text


async def test_a_subdomain_is_covered_by_its_parents_policy() -> None:
    told = {"_dmarc.firm.example": ["v=DMARC1;p=reject"]}
    own = settings(email="help@desk.firm.example")
    assert (await dns.check(own, zone(told)))[2].is_good


async def test_a_resolver_that_fails_is_told_and_not_taken_for_an_empty_answer() -> None:
    async def broken(name: str) -> Sequence[str]:
        raise OSError("no network")

    [finding] = await dns.check(settings(), broken)
    assert finding.what == "dns"
    assert "could not be looked up" in finding.text


async def test_a_resolver_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(name: str) -> Sequence[str]:
        await asyncio.Event().wait()
        return ()

    monkeypatch.setattr(dns, "LOOKUP_SECONDS", 0.01)
    [finding] = await dns.check(settings(), silent)
    assert "could not be looked up" in finding.text


@pytest.mark.parametrize(
    ("records", "is_good", "line"),
    [
        (["v=spf1 include:_spf.google.com -all"], True, ""),
        (["v=spf1 redirect=_spf.firm.example"], True, ""),
        (["V=SPF1 INCLUDE:_spf.google.com ~ALL"], True, ""),
        (["v=spf1 mx -all"], False, "v=spf1 include:_spf.google.com mx -all"),
        (["v=spf1 include:_spf.google.com +all"], False, "v=spf1 include:_spf.google.com ~all"),
        (["v=spf1 include:_spf.google.com all"], False, "v=spf1 include:_spf.google.com ~all"),
        (["v=spf1 mx ~all", "v=spf1 a -all"], False, "v=spf1 mx a ~all"),
        (["v=spf10 mx"], False, "v=spf1 include:_spf.google.com ~all"),
    ],
)
def test_spf(records: list[str], is_good: bool, line: str) -> None:
    finding = dns.spf("firm.example", records, settings())
    assert finding.is_good is is_good
    assert finding.line == (f'firm.example. TXT "{line}"' if line else "")


def test_spf_of_an_unknown_provider_names_its_server() -> None:
    own = settings(imap_server="imap.host.example")
    assert "a:smtp.host.example" in dns.spf("firm.example", [], own).line
    assert dns.spf("firm.example", ["v=spf1 mx -all"], own).is_good


def test_a_withdrawn_key_is_no_key() -> None:
    assert not dns.dkim("firm.example", {"google": ["v=DKIM1; p="]}, settings()).is_good


@pytest.mark.parametrize(
    ("records", "is_good"),
    [
        (["v=DMARC1; p=none"], True),
        (["v=DMARC1; p=REJECT; rua=mailto:x@y.example"], True),
        (["v=DMARC1; rua=mailto:x@y.example"], False),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], False),
        (["something else"], False),
    ],
)
def test_dmarc(records: list[str], is_good: bool) -> None:
    finding = dns.dmarc("firm.example", records)
    assert finding.is_good is is_good
    assert bool(finding.line) is not is_good
