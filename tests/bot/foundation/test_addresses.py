"""No private address is reached, in whatever form it is written."""

from collections.abc import Sequence

import pytest

from bot.foundation.addresses import AddressRefused, Destination, destination, exempted

NONE: frozenset[str] = frozenset()


async def as_written(host: str, port: int) -> Sequence[str]:
    return [host]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://192.168.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://198.18.0.1/",
        "http://[::1]/",
        "http://[::]/",
        "http://[fe80::1]/",
        "http://[fe80::1%25eth0]/",
        "http://[fc00::1]/",
        "http://[ff02::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:8.8.8.8]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b:1::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://127.1/",
        "http://localhost./",
        "http://127.0.0.1./",
        "http://user@example.com/",
        "http://example.com@127.0.0.1/",
        "http://example.com\\@127.0.0.1/",
        "http://exa mple.com/",
        "http://ｅxample.com/",
        "http://example.com:22/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "//example.com/",
        "http:///x",
        "",
    ],
)
async def test_an_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        await destination(url, NONE, as_written)


@pytest.mark.parametrize("private", ["127.0.0.1", "10.0.0.1", "::1", "169.254.169.254"])
async def test_a_name_that_leads_to_a_private_address_is_refused(private: str) -> None:
    async def both(host: str, port: int) -> Sequence[str]:
        return ["93.184.216.34", private]

    with pytest.raises(AddressRefused, match="public"):
        await destination("https://rebound.example/", NONE, both)


async def test_the_address_that_was_checked_is_the_one_to_connect_to() -> None:
    """A name that changes its mind is asked once."""
    answers = [["93.184.216.34"], ["127.0.0.1"]]

    async def rebinding(host: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    found = await destination("https://rebound.example:8443/a?b=1", NONE, rebinding)
    assert found == Destination("https", "rebound.example", 8443, "93.184.216.34", "/a?b=1")
    assert found.url == "https://93.184.216.34:8443/a?b=1"
    assert found.host_header == "rebound.example:8443"
    with pytest.raises(AddressRefused):
        await destination("https://rebound.example:8443/a?b=1", NONE, rebinding)


@pytest.mark.parametrize(
    ("url", "is_exempt"),
    [
        ("http://127.0.0.1:9000/hook", True),
        ("http://127.0.0.1:9001/hook", False),
        ("https://127.0.0.1:9000/hook", False),
        ("http://127.0.0.2:9000/hook", False),
    ],
)
async def test_only_the_very_origin_of_the_operator_is_exempt(url: str, is_exempt: bool) -> None:
    origins = exempted("http://127.0.0.1:9000, https://crm.internal")
    if is_exempt:
        assert (await destination(url, origins, as_written)).address == "127.0.0.1"
    else:
        with pytest.raises(AddressRefused):
            await destination(url, origins, as_written)
