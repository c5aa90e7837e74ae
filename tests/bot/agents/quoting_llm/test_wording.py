"""A model words a document; what says more than the quote does is not taken."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from bot.agents.quoting_llm.wording import DocumentWriter, Template
from bot.model.prompts import ShippedPrompts
from bot.model.simulator import Answer, Call
from bot.model.turns import ModelUse, TenantView
from domain.quotes.pricing import QuoteLine
from domain.quotes.writing.templates import Matter, written
from domain.types import Money

LINE = QuoteLine("OUT", "Cat6 double outlet", Decimal(24), "each", Money(Decimal(54)),
                 Money(Decimal(0)), Money(Decimal(1296)), unit_cost=Money(Decimal("31.70")),
                 supplier="Cablewise")  # fmt: skip
MATTER = Matter("Office cabling", (LINE,), location="Leeds", terms="30 days net.")


def words(content: dict[str, Any] | None, id_: str) -> tuple[str, str]:
    assert content is not None
    one = next(section for section in content["sections"] if section["id"] == id_)
    return one["content"], one["origin"]


@pytest.fixture
def word(simulate, model_settings, turn):
    async def wording(*sections: tuple[str, str], kind: str = "overview", answer=None):
        form = {"sections": [{"id": id_, "content": text} for id_, text in sections]}
        answer = answer or Answer(calls=(Call("DocumentForm", form),))
        async with simulate(answer) as simulator:
            writer = DocumentWriter(model_settings(simulator), ShippedPrompts(), seconds=20)
            template = Template(kind, written(MATTER)[kind])
            return await writer.word(turn("x").tenant, MATTER, template), simulator

    return wording


async def test_words_that_the_quote_bears_out_are_taken(word) -> None:
    made, _ = await word(
        ("benefits", "Your Leeds office gets 24 double outlets."),
        ("summary", "24 outlets for £1,555.20 in all."),
    )
    assert words(made, "benefits") == ("Your Leeds office gets 24 double outlets.", "model")
    assert words(made, "summary") == ("24 outlets for £1,555.20 in all.", "model")
    assert words(made, "exclusions")[1] == "code"


@pytest.mark.parametrize(
    "invented",
    ["Only £1 each.", "With 25 years of guarantee.", "Done by 3 December 2026.", "See www.evil.com",
     "48 outlets.", "A discount of 50 %."],
)  # fmt: skip
async def test_what_nobody_said_leaves_the_template_as_it_was(word, invented: str) -> None:
    made, _ = await word(("benefits", invented), ("next_steps", "Tell us when it suits you."))
    assert words(made, "benefits")[1] == "code"
    assert words(made, "next_steps") == ("Tell us when it suits you.", "model")


async def test_terms_are_the_companys_and_unknown_sections_are_none(word) -> None:
    made, _ = await word(("terms", "Pay whenever."), ("free_gift", "A car."))
    assert made is None


@dataclass
class Purse:
    """A meter that allows so many questions."""

    left: int
    recorded: list[ModelUse] = field(default_factory=list)

    async def allows(self, tenant: TenantView) -> bool:
        return self.left > len(self.recorded)

    async def record(self, tenant: TenantView, use: ModelUse) -> None:
        self.recorded.append(use)


@pytest.mark.parametrize("status", [200, 500])
async def test_words_are_paid_for_and_none_are_asked_for_beyond_the_budget(
    simulate, model_settings, turn, status: int
) -> None:
    form = {"sections": [{"id": "next_steps", "content": "Tell us when it suits you."}]}
    answer = Answer(calls=(Call("DocumentForm", form),), status=status)
    purse, template = Purse(1), Template("overview", written(MATTER)["overview"])
    async with simulate(answer) as simulator:
        writer = DocumentWriter(model_settings(simulator), ShippedPrompts(), purse, seconds=20)
        first = await writer.word(turn("x").tenant, MATTER, template)
        second = await writer.word(turn("x").tenant, MATTER, template)
    assert (first is None, second) == (status == 500, None)
    assert (len(simulator.asked), len(purse.recorded)) == (1, 1)


async def test_a_failing_model_leaves_it_to_code(word) -> None:
    made, _ = await word(answer=Answer(status=500))
    assert made is None


async def test_the_model_is_told_no_cost_and_no_supplier(word) -> None:
    for kind in ("overview", "technical", "build"):
        _, simulator = await word(("benefits", "x"), kind=kind)
        asked = str(simulator.asked)
        assert "Cat6 double outlet" in asked
        assert "31.7" not in asked
        assert "Cablewise" not in asked
