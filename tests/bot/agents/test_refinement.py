"""Triage looked at again by a model: only where unsure, and never to lose an enquiry."""

import pytest

from bot.agents.refinement import TriageRefinement
from bot.agents.triage.sorter import Triaged
from bot.agents.triage.urgency import Urgency
from bot.model.prompts import ShippedPrompts
from bot.model.simulator import Answer, Call
from bot.model.turns import Intent

UNSURE = Triaged(Intent.QUESTION, Urgency.MEDIUM, "en", 0.4)


@pytest.fixture
def refine(simulate, model_settings, turn):
    async def refined(answer, first=UNSURE, text="my screen stays black"):
        async with simulate(answer) as simulator:
            refinement = TriageRefinement(model_settings(simulator), ShippedPrompts(), seconds=15)
            result, use = await refinement.refine(turn("x").tenant, text, first)
        return result, use, simulator

    return refined


def sorting(intent: str, urgency: str = "high", language: str = "en") -> Answer:
    arguments = {"intent": intent, "urgency": urgency, "language": language}
    return Answer(calls=(Call("Sorting", arguments),))


async def test_an_unsure_finding_is_refined(refine):
    result, use, _ = await refine(sorting("problem"))

    assert (result.intent, result.urgency) == (Intent.PROBLEM, Urgency.HIGH)
    assert use.calls == 1


async def test_a_sure_finding_costs_nothing(refine):
    sure = Triaged(Intent.QUOTE, Urgency.LOW, "de", 0.9)
    result, use, simulator = await refine(sorting("problem"), sure)

    assert (result, use.calls, simulator.asked) == (sure, 0, [])


async def test_a_model_alone_files_no_enquiry_away(refine):
    result, _, _ = await refine(sorting("other"))
    assert result.intent is Intent.QUESTION


async def test_a_model_may_save_an_enquiry_from_being_filed_away(refine):
    filed = Triaged(Intent.OTHER, Urgency.LOW, "en", 0.6)
    result, _, _ = await refine(sorting("problem"), filed)
    assert result.intent is Intent.PROBLEM


@pytest.mark.parametrize("answer", [Answer(status=500), sorting("rubbish"), Answer()])
async def test_a_failure_leaves_the_first_finding(refine, answer):
    result, _, _ = await refine(answer)
    assert result == UNSURE
