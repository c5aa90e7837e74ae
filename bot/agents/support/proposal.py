"""What the model hands in: its proposal, as untrusted JSON. No field of it is a price."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.model.turns import HandOffReason, Intent

Text = Annotated[str, Field(max_length=6000)]
Line = Annotated[str, Field(max_length=300)]
Priority = Literal["low", "medium", "high", "urgent"]
TicketType = Literal["support", "bug", "feature_request", "billing", "technical", "general"]


_SPARE = ("title", "default", "maxLength", "minLength", "maxItems", "discriminator")


def _slim(schema: Any) -> None:
    """The schema goes along with every call: what only our own check needs is left out of it."""
    if isinstance(schema, list):
        for part in schema:
            _slim(part)
    if not isinstance(schema, dict):
        return
    for word in _SPARE:
        if word in schema and not _is_property(schema, word):
            del schema[word]
    if "oneOf" in schema:
        schema["anyOf"] = schema.pop("oneOf")
    for part in schema.values():
        _slim(part)


def _is_property(schema: dict[str, Any], word: str) -> bool:
    """A quote has a property that is called title."""
    return word == "title" and isinstance(schema[word], dict)


class _Proposed(BaseModel):
    # A field that nobody asked for (a discount, say) is dropped here and reaches nothing.
    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True, json_schema_extra=_slim)


class ProposedReply(_Proposed):
    """An answer. `citations`: the numbers of the sources that it rests on."""

    kind: Literal["reply"]
    text: Annotated[str, Field(min_length=1, max_length=6000)]
    citations: list[int] = Field(default_factory=list, max_length=12)


class ProposedQuestion(_Proposed):
    """A question back. `about`: the open point in a few words; `choices`: short answers."""

    kind: Literal["ask_back"]
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    about: Line = ""
    choices: list[Line] = Field(default_factory=list, max_length=10)


class ProposedTicket(_Proposed):
    """Opens a ticket. `{number}` in the acknowledgement becomes its number."""

    kind: Literal["open_ticket"]
    subject: Annotated[str, Field(min_length=1, max_length=300)]
    description: Text = ""
    priority: Priority = "medium"
    type: TicketType = "support"
    acknowledgement: Text = ""


class ProposedUpdate(_Proposed):
    """Adds the customer's words to a ticket of theirs."""

    kind: Literal["update_ticket"]
    number: Line
    note: Text = ""
    status: Literal["open", "resolved", "cancelled"] | None = None
    priority: Priority | None = None
    acknowledgement: Text = ""


class ProposedQuote(_Proposed):
    """Has a quote drafted. `words`: the customer's own sentences, copied exactly."""

    kind: Literal["draft_quote"]
    title: Annotated[str, Field(min_length=1, max_length=300)]
    words: list[Text] = Field(default_factory=list, max_length=40)
    questions: list[Line] = Field(default_factory=list, max_length=5)
    acknowledgement: Text = ""


class ProposedRevision(_Proposed):
    """Has a quote of theirs changed. `words`: the customer's own sentences, copied exactly."""

    kind: Literal["revise_quote"]
    number: Line
    words: list[Text] = Field(default_factory=list, max_length=40)
    questions: list[Line] = Field(default_factory=list, max_length=5)
    acknowledgement: Text = ""


class ProposedHandOff(_Proposed):
    """Gives the conversation to a person. `note`: what is wanted and what was tried."""

    kind: Literal["hand_off"]
    reason: HandOffReason
    note: Text = ""
    acknowledgement: Text = ""
    priority: Priority = "medium"


class ProposedFiling(_Proposed):
    """No customer's message: a supplier's mail, an invoice, a pitch, spam."""

    kind: Literal["file_away"]
    reason: Line


class ProposedSilence(_Proposed):
    """Nothing to say: a lone thank-you, a reaction."""

    kind: Literal["stay_silent"]
    reason: Line


ProposedAction = Annotated[
    ProposedReply
    | ProposedQuestion
    | ProposedTicket
    | ProposedUpdate
    | ProposedQuote
    | ProposedRevision
    | ProposedHandOff
    | ProposedFiling
    | ProposedSilence,
    Field(discriminator="kind"),
]


class Proposal(BaseModel):
    """Your final answer: what should happen now. Call this exactly once, last."""

    model_config = ConfigDict(extra="ignore", json_schema_extra=_slim)

    intent: Intent
    language: Annotated[str, Field(max_length=8, description="ISO 639-1, of the customer")] = ""
    actions: list[ProposedAction] = Field(min_length=1, max_length=4)
