"""The support agent: a model thinks about one turn with read-only tools, code checks the end.

It raises a ModelFailed, with what it cost, instead of giving an answer that does not hold.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.agents.files import words_in_files
from bot.agents.support.admission import Admitted, admit, allowed_kinds
from bot.agents.support.briefing import briefing
from bot.agents.support.grounding import Seen, objections
from bot.agents.support.proposal import Proposal
from bot.agents.support.tools import Gathered, LookUpFailed, Reads, tools
from bot.model.failures import Ungrounded, Unusable, model_failure
from bot.model.llm import ModelSettings, Provider, chat_model, warm_up
from bot.model.prompts import BrokenPrompt, PromptSource, Value, render, shipped
from bot.model.turns import ModelUse, Step, TurnContext, TurnResult
from bot.model.untrusted import gives_orders
from bot.model.usage import use_of

PROMPT = "support"
GRAPHS_KEPT = 64
QUERY_LENGTH = 1500


@dataclass(frozen=True, slots=True)
class SupportLimits:
    """`calls` of the model and of tools, per attempt; `repairs`: how often objections go back."""

    seconds: float = 25.0
    calls: int = 6
    tool_calls: int = 24
    repairs: int = 1


@dataclass(slots=True)
class _Run:
    """What a turn has come to so far, kept for the case that it is cut off."""

    settings: ModelSettings
    gathered: Gathered
    instructions: str = ""
    versions: tuple[tuple[str, int], ...] = ()
    messages: list[Any] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def use(self) -> ModelUse:
        use = use_of(self.messages, self.settings.name, self.settings.prices)
        return replace(use, prompt_versions=self.versions)


class SupportAgent:
    """An agent on one model. Safe to share between turns."""

    name = "support"

    def __init__(
        self,
        settings: ModelSettings,
        reads: Reads,
        prompts: PromptSource,
        *,
        step: Step = Step.MODEL,
        limits: SupportLimits | None = None,
    ) -> None:
        self.settings = settings
        self.step = step
        self.limits = limits or SupportLimits()
        self._reads = reads
        self._prompts = prompts
        self._model: Any = None
        self._graphs: dict[str, Any] = {}
        self._building = asyncio.Lock()

    async def warm_up(self) -> None:
        """Imports the client ahead of the first turn, in a thread: it takes seconds."""
        await asyncio.to_thread(warm_up, self.settings.provider)

    async def think(self, context: TurnContext) -> TurnResult:
        """Raises ModelFailed."""
        return await self.think_within(context, self.limits.seconds)

    async def think_within(self, context: TurnContext, seconds: float) -> TurnResult:
        """One deadline for everything: reading, all calls, the repair. Raises ModelFailed."""
        run = _Run(self.settings, Gathered(context, self._reads))
        try:
            async with asyncio.timeout(seconds):
                return await self._think(run)
        except Exception as error:
            failure = model_failure(error, run.use)
            if failure is None:
                raise
            failure.use = run.use
            raise failure from error

    async def _think(self, run: _Run) -> TurnResult:
        context = run.gathered.context
        await self._instruct(run)
        if query := context.text or words_in_files(context, QUERY_LENGTH):
            await run.gathered.search_articles(query)
        graph = await self._graph(run.instructions)
        words = briefing(run.gathered)
        for attempt in range(self.limits.repairs + 1):
            proposal = await self._ask(graph, run, words)
            admitted, found = _judged(proposal, run)
            if not found:
                return self._result(proposal, admitted, run)
            run.notes.append(f"refused: {'; '.join(found)}"[:500])
            words = _objection(found)
            if attempt == self.limits.repairs:
                raise Ungrounded(f"its answer did not hold: {'; '.join(found)}"[:500])
        raise AssertionError("unreachable")

    async def _instruct(self, run: _Run) -> None:
        """The same text for every turn of a tenant and prompt version: providers cache it."""
        tenant = run.gathered.context.tenant
        version, body = await self._prompts.get(tenant.id, PROMPT)
        variables: dict[str, Value] = {
            "company": tenant.name,
            "language": tenant.language,
            "actions": allowed_kinds(tenant.features),
        }
        try:
            own = render(body, variables)
        except BrokenPrompt as error:
            run.notes.append(
                f"prompt version {version} is broken, the shipped one is used: {error}"
            )
            version, own = 0, render(shipped()[PROMPT].body, variables)
        rules = shipped()["rules"].body
        run.versions = (("rules", 0), (PROMPT, version))
        run.instructions = f"{rules}\n{own}"

    async def _ask(self, graph: Any, run: _Run, words: str) -> Proposal:
        given = [*run.messages, {"role": "user", "content": words}]
        limit = {"recursion_limit": 10 * self.limits.calls}
        states = graph.astream(
            {"messages": given}, limit, context=run.gathered, stream_mode="values"
        )
        proposal = None
        try:
            async for state in states:
                run.messages = list(state["messages"])
                proposal = state.get("structured_response")
        except LookUpFailed:
            raise
        except Exception as error:
            # Clients stumble over odd answers in as many ways as there are.
            malformed = Unusable(f"its answer was malformed ({type(error).__name__})")
            raise model_failure(error, run.use) or malformed from error
        return proposal if isinstance(proposal, Proposal) else _written_out(run.messages)

    async def _graph(self, instructions: str) -> Any:
        """Compiled once per prompt; the first time off the event loop, for the imports."""
        async with self._building:
            graph = self._graphs.get(instructions)
            if graph is None:
                if len(self._graphs) >= GRAPHS_KEPT:
                    self._graphs.clear()
                graph = await asyncio.to_thread(self._build, instructions)
                self._graphs[instructions] = graph
            return graph

    def _build(self, instructions: str) -> Any:
        from langchain.agents import create_agent
        from langchain.agents.structured_output import ToolStrategy

        self._model = self._model or chat_model(self.settings)
        return create_agent(
            self._model,
            tools(),
            system_prompt=instructions,
            middleware=self._middleware(),
            response_format=ToolStrategy(Proposal, tool_message_content="Received."),
            context_schema=Gathered,
        )

    def _middleware(self) -> Sequence[Any]:
        """Without the limits a model that hands in nonsense is asked again without end."""
        from langchain.agents.middleware import ModelCallLimitMiddleware, ToolCallLimitMiddleware

        limits: list[Any] = [
            ModelCallLimitMiddleware(run_limit=self.limits.calls, exit_behavior="error"),
            ToolCallLimitMiddleware(run_limit=self.limits.tool_calls, exit_behavior="error"),
        ]
        if self.settings.provider is not Provider.ANTHROPIC:
            return limits
        from langchain_anthropic.middleware import AnthropicPromptCachingMiddleware

        return [*limits, AnthropicPromptCachingMiddleware(unsupported_model_behavior="ignore")]

    def _result(self, proposal: Proposal, admitted: Admitted, run: _Run) -> TurnResult:
        if self.settings.prices is None:
            run.notes.append(f"no price is known for {self.settings.name}: cost counted as 0")
        for source in run.gathered.sources:
            if gives_orders(source.text):
                run.notes.append(f"the article “{source.title}” gives orders to the assistant")
        return TurnResult(
            actions=admitted.actions,
            agent=self.name,
            step=self.step,
            intent=proposal.intent,
            sources=tuple(run.gathered.sources),
            language=proposal.language.lower()[:2],
            use=run.use,
            notes=(*run.notes, *admitted.notes),
        )


def _judged(proposal: Proposal, run: _Run) -> tuple[Admitted, tuple[str, ...]]:
    gathered = run.gathered
    admitted = admit(proposal, gathered.context)
    seen = Seen(
        context=gathered.context,
        sources=tuple(gathered.sources),
        products=tuple(gathered.products),
        saw_records=gathered.saw_records,
        instructions=run.instructions,
    )
    ungrounded = objections(admitted.actions, seen, proposal.intent)
    return admitted, (*admitted.objections, *ungrounded)


def _objection(found: Sequence[str]) -> str:
    listed = "\n".join(f"- {sentence}" for sentence in found)
    return (
        f"This cannot be sent:\n{listed}\nPropose again without it: cite the source that says it, "
        "leave it out, open a ticket or hand off."
    )


def _written_out(messages: Sequence[Any]) -> Proposal:
    """A server that ignores the wish for a tool call may have written the proposal as text."""
    text = str(messages[-1].text) if messages else ""
    start, end = text.find("{"), text.rfind("}")
    if 0 <= start < end:
        return Proposal.model_validate_json(text[start : end + 1])
    raise Unusable("it answered nothing" if not text.strip() else "it answered without a proposal")
