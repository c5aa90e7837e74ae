"""The last step: nothing could be found out, so the customer is told so and a person takes over."""

from bot.model.turns import HandOff, HandOffReason, Step, TurnContext, TurnResult

_SORRY = {
    "en": "Thank you for your message. I cannot look this up at the moment, so I have passed it "
    "to a colleague, who will answer you here.",
    "de": "Danke für Ihre Nachricht. Ich kann das im Moment nicht nachsehen und habe sie an eine "
    "Kollegin oder einen Kollegen weitergegeben; die Antwort kommt hier.",
    "fr": "Merci pour votre message. Je ne peux pas vérifier cela pour le moment ; je l'ai "
    "transmis à un collègue, qui vous répondra ici.",
    "es": "Gracias por su mensaje. En este momento no puedo consultarlo; se lo he pasado a un "
    "compañero, que le responderá aquí.",
    "it": "Grazie per il suo messaggio. Al momento non posso verificare; l'ho passato a un "
    "collega, che le risponderà qui.",
    "nl": "Bedankt voor uw bericht. Ik kan dit nu niet opzoeken en heb het doorgegeven aan een "
    "collega, die u hier antwoordt.",
    "pt": "Obrigado pela sua mensagem. Neste momento não consigo consultar isso; passei-a a um "
    "colega, que lhe responderá aqui.",
}


def acknowledgement(context: TurnContext, reason: HandOffReason) -> TurnResult:
    """A hand-off, which opens a ticket, in the conversation's language where we know it."""
    language = (
        context.conversation.language or context.customer.language or context.tenant.language
    )[:2].lower()
    return TurnResult(
        actions=(
            HandOff(
                reason=reason,
                note=f"No agent could think about this. The customer wrote:\n{context.text[:2000]}",
                acknowledgement=_SORRY.get(language, _SORRY["en"]),
            ),
        ),
        agent="acknowledgement",
        step=Step.ACKNOWLEDGEMENT,
        language=language,
    )
