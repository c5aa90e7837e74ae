"""Which models are configured, what they cost, and that nothing heavy is imported early."""

import subprocess
import sys
from decimal import Decimal

import pytest
from pydantic import SecretStr

from bot.foundation.errors import Misconfigured
from bot.model.llm import Provider, ProviderAccess, chat_model, configured_models, parse_model
from bot.model.turns import ModelUse
from bot.model.usage import Prices, parse_prices, prices_of, together, use_of

OPEN = ProviderAccess(keys={Provider.OPENAI: SecretStr("k1"), Provider.ANTHROPIC: SecretStr("k2")})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("openai:gpt-5-mini", (Provider.OPENAI, "gpt-5-mini")),
        (" Anthropic:claude-haiku-4-5 ", (Provider.ANTHROPIC, "claude-haiku-4-5")),
        ("claude-haiku-4-5", (Provider.ANTHROPIC, "claude-haiku-4-5")),
        ("gpt-5-mini", (Provider.OPENAI, "gpt-5-mini")),
        ("llama3:8b", (Provider.OPENAI, "llama3:8b")),
        ("openai:org/model:free", (Provider.OPENAI, "org/model:free")),
    ],
)
def test_a_model_is_named_with_or_without_its_provider(text, expected):
    assert parse_model(text) == expected


@pytest.mark.parametrize("text", ["openai:", " ", "two words", "anthropic: "])
def test_a_text_without_a_name_is_refused(text):
    with pytest.raises(Misconfigured):
        parse_model(text)


def test_the_ladder_gets_two_models_in_order():
    models = configured_models(["gpt-5-mini", "claude-haiku-4-5"], OPEN)

    assert [model.label for model in models] == ["openai:gpt-5-mini", "anthropic:claude-haiku-4-5"]
    assert models[1].api_key.get_secret_value() == "k2"


def test_a_model_without_a_key_is_left_out():
    only_openai = ProviderAccess(keys={Provider.OPENAI: SecretStr("k")})

    assert (
        configured_models(["claude-haiku-4-5", "gpt-5-mini"], only_openai)[0].name == "gpt-5-mini"
    )
    assert configured_models(["gpt-5-mini"], ProviderAccess()) == ()
    assert configured_models([None, ""], OPEN) == ()


def test_a_server_of_ones_own_needs_no_key():
    own = ProviderAccess(base_urls={Provider.OPENAI: "http://127.0.0.1:9/v1"})

    (model,) = configured_models(["llama3:8b"], own)
    assert model.base_url == "http://127.0.0.1:9/v1"


def test_the_client_does_not_try_again_by_itself(provider):
    name = "gpt-5-mini" if provider is Provider.OPENAI else "claude-haiku-4-5"
    (settings,) = configured_models([name], OPEN, timeout=7)
    client = chat_model(settings)

    assert client.max_retries == 0
    assert "k1" not in repr(settings)


def test_prices_come_from_the_operator_first_then_from_the_list():
    own = parse_prices("gpt-5-mini=9/10, local = 0/0")

    assert prices_of("gpt-5-mini", own).input == 9
    assert prices_of("gpt-4o-2024-08-06", own) == prices_of("gpt-4o", {})
    assert prices_of("gpt-4o-mini", {}) != prices_of("gpt-4o", {})
    assert prices_of("gpt-4.1-nano", {}) is None
    assert prices_of("unheard-of", own) is None


@pytest.mark.parametrize("text", ["gpt-5-mini", "x=1", "x=a/b", "x=-1/2"])
def test_a_price_that_is_none_is_refused(text):
    with pytest.raises(Misconfigured):
        parse_prices(text)


def test_cached_tokens_cost_less():
    class Message:
        usage_metadata = {  # noqa: RUF012 - as langchain has it
            "input_tokens": 1000,
            "output_tokens": 100,
            "input_token_details": {"cache_read": 800},
        }

    prices = Prices(input=Decimal(1), output=Decimal(10), cached_input=Decimal("0.1"))
    use = use_of([object(), Message()], "m", prices)

    assert (use.calls, use.input_tokens, use.output_tokens) == (1, 1000, 100)
    assert use.cost == Decimal("0.00128")
    assert use_of([Message()], "m", None).cost == 0


def test_uses_add_up_and_name_the_last_model():
    first = ModelUse("a", (("support", 2),), 10, 1, 1, Decimal("0.1"))
    second = ModelUse("b", (("support", 3),), 20, 2, 2, Decimal("0.2"))

    assert together([first, ModelUse(), second]) == ModelUse(
        "b", (("support", 3),), 30, 3, 3, Decimal("0.3")
    )
    assert together([]) == ModelUse()


@pytest.mark.parametrize(
    "module",
    [
        "bot.model.llm",
        "bot.model.prompts",
        "bot.model.structured",
        "bot.agents.ladder",
        "bot.agents.refinement",
        "bot.agents.support.agent",
        "bot.agents.quoting_llm.agent",
    ],
)
def test_importing_costs_no_langchain(module):
    heavy = "'langchain', 'langchain_core', 'langgraph', 'openai', 'anthropic', 'tiktoken'"
    code = f"import sys, {module}; sys.exit(str([m for m in ({heavy}) if m in sys.modules] or ''))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603

    assert done.stderr.strip() == ""
