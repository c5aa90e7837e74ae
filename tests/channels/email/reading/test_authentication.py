"""Who may be believed, by the word of our own mail server only."""

import pytest

from channels.email.reading.authentication import proof
from channels.email.reading.envelope import Envelope
from channels.email.reading.mime.headers import split
from channels.messages import Proof

OURS = "mx.acme.example"
ADA = "From: Ada <ada@lund.example>"


def judged(*fields: str, server: str = OURS) -> Proof:
    headers, _ = split("\n".join(fields).encode() + b"\n\n")
    return proof(headers, Envelope(authserv_id=server))


BELIEVED = {
    "dmarc": "mx.acme.example; dmarc=pass (p=REJECT) header.from=lund.example",
    "dkim": "mx.acme.example; dkim=pass header.d=lund.example header.s=s1",
    "dkim by identity": "mx.acme.example; dkim=pass header.i=@lund.example",
    "spf": "mx.acme.example; spf=pass smtp.mailfrom=bounce@lund.example",
    "spf of the domain": "mx.acme.example; spf=pass smtp.mailfrom=lund.example",
    "one of several": "mx.acme.example; spf=fail smtp.mailfrom=x.example; dkim=pass "
    "header.d=lund.example",
    "with a version": "mx.acme.example 1; dmarc=pass header.from=lund.example",
    "folded": "mx.acme.example;\n\tdkim=pass\n\theader.d=lund.example",
    "with comments": "mx.acme.example (ours); dmarc=pass (all; good) header.from=lund.example",
}


@pytest.mark.parametrize("results", BELIEVED.values(), ids=BELIEVED)
def test_a_pass_for_the_senders_domain_is_believed(results: str) -> None:
    assert judged(f"Authentication-Results: {results}", ADA) is Proof.AUTHENTICATED


def test_the_domain_above_the_senders_vouches_too() -> None:
    results = "Authentication-Results: mx.acme.example; dkim=pass header.d=lund.example"
    assert judged(results, "From: ada@mail.lund.example") is Proof.AUTHENTICATED


REFUSED = {
    "another server": "mx.evil.example; dmarc=pass header.from=lund.example",
    "a server that begins alike": "mx.acme.example.evil; dmarc=pass header.from=lund.example",
    "another case": "MX.acme.example; dmarc=pass header.from=lund.example",
    "failed": "mx.acme.example; dmarc=fail header.from=lund.example",
    "dkim passed, dmarc failed": "mx.acme.example; dkim=pass header.d=lund.example; dmarc=fail",
    "another domain": "mx.acme.example; dkim=pass header.d=evil.example",
    "a domain that ends alike": "mx.acme.example; dkim=pass header.d=nd.example",
    "a domain below": "mx.acme.example; dkim=pass header.d=mail.lund.example",
    "a top-level domain": "mx.acme.example; dkim=pass header.d=example",
    "dmarc of another domain": "mx.acme.example; dmarc=pass header.from=evil.example",
    "spf of another domain": "mx.acme.example; spf=pass smtp.mailfrom=ada@evil.example",
    "in a comment": "mx.acme.example; spf=fail (dmarc=pass header.from=lund.example)",
    "in a string": 'mx.acme.example; spf=fail reason="; dmarc=pass header.from=lund.example"',
    "in an open comment": "mx.acme.example; spf=fail (; dmarc=pass header.from=lund.example",
    "nothing": "mx.acme.example; none",
    "another method": "mx.acme.example; iprev=pass policy.iprev=192.0.2.1",
}


@pytest.mark.parametrize("results", REFUSED.values(), ids=REFUSED)
def test_anything_else_is_not(results: str) -> None:
    assert judged(f"Authentication-Results: {results}", ADA) is Proof.NONE


PASS = "Authentication-Results: mx.acme.example; dmarc=pass header.from=lund.example"


def test_only_the_topmost_results_of_our_server_count() -> None:
    failed = "Authentication-Results: mx.acme.example; dmarc=fail header.from=lund.example"
    strange = "Authentication-Results: mx.evil.example; dmarc=fail"
    assert judged(failed, PASS, ADA) is Proof.NONE
    assert judged(strange, PASS, ADA) is Proof.AUTHENTICATED


def test_without_a_configured_server_nobody_is_believed() -> None:
    assert judged(PASS, ADA, server="") is Proof.NONE


@pytest.mark.parametrize(
    "sender",
    [
        "From: a@lund.example, b@lund.example",
        "From: a@lund.example\nFrom: b@lund.example",
        "From: <a@lund.example> <b@evil.example>",
        "From: a@lund.example <b@evil.example>",
        "From: Team: a@lund.example;",
        "From: Ada",
        "Subject: no sender",
    ],
)
def test_where_the_sender_is_in_doubt_nobody_is_believed(sender: str) -> None:
    assert judged(PASS, sender) is Proof.NONE


def test_an_address_in_the_name_does_not_count() -> None:
    assert judged(PASS, 'From: "ada@lund.example" <x@evil.example>') is Proof.NONE
