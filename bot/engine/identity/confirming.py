"""What a customer is told when the code for one more address of theirs was right."""

from bot.agents.wording import say
from bot.engine.context import Loaded
from bot.engine.identity.offering import AGENT, spoken
from bot.engine.mailing.proving import Heard
from bot.model.turns import Reply, Step, TurnResult
from domain.customers.joining.proof import Outcome
from domain.tickets.lifecycle import FINISHED

LISTED = 5


def confirmed(loaded: Loaded, heard: Heard) -> TurnResult:
    """With the open tickets that are theirs to see now."""
    context = loaded.context
    language = spoken(context)
    waits = heard.outcome is Outcome.SUGGESTED
    key = "proof_looked_at" if waits else "proof_confirmed"
    lines = [say(key, language, address=heard.address)]
    for ticket in context.tickets if not waits else ():
        if ticket.status not in FINISHED and len(lines) <= LISTED:
            status = say(f"status_{ticket.status}", language)
            told = {"ticket": ticket.number, "subject": ticket.subject, "status": status}
            date = ticket.updated_at.date().isoformat()
            lines.append(say("ticket_status", language, date=date, **told))
    return TurnResult(actions=(Reply("\n".join(lines)),), agent=AGENT, step=Step.EXTRACTIVE)
