"""Messages without words: reactions, stickers, voice notes, pictures, unknown kinds."""

from bot.agents.extractive.reading import Proposal, Reading
from bot.agents.files import attached, sentence
from bot.model.turns import AskBack, HandOff, HandOffReason, MessageView, StaySilent, TurnContext
from domain.files.content import Trouble

ABOUT = "what the attachment is about"
_NO_ANSWER_NEEDED = frozenset({"reaction", "sticker", "system", "ephemeral"})


def is_wordless(message: MessageView) -> bool:
    """Nothing to think about: no text, or only the note that the kind is not supported."""
    if any(file.content for file in message.files):
        return False
    text = message.text.strip()
    return not text or text.startswith("[unsupported")


def needs_nothing(context: TurnContext) -> bool:
    return all(
        m.content_kind == "reaction" or (m.content_kind in _NO_ANSWER_NEEDED and is_wordless(m))
        for m in context.messages
    )


def silent(context: TurnContext) -> Proposal:
    kinds = ", ".join(sorted({m.content_kind for m in context.messages})) or "nothing"
    return Proposal((StaySilent(f"Needs no answer: {kinds}."),), 1.0)


def ask_for_words(reading: Reading) -> Proposal:
    """Asks once; the second time in a row a person looks. A recording goes to a person at once."""
    context = reading.context
    troubled = [file for file in attached(context.messages) if file.trouble]
    if any(file.trouble is Trouble.SOUND for file in troubled):
        heard = [file for file in troubled if file.trouble is Trouble.SOUND]
        said = sentence(heard, Trouble.SOUND, reading.language)
        note = "The customer sent a recording without words: please listen to it."
        return Proposal((HandOff(HandOffReason.TOOL_FAILURE, note, said),), 0.8)
    kinds = ", ".join(sorted({m.content_kind for m in context.messages}))
    names = ", ".join(name for m in context.messages for name in m.attachment_names)
    if context.conversation.open_question == ABOUT or context.conversation.questions_asked > 1:
        note = f"Sent without words, twice: {kinds} {names}".strip()
        action = HandOff(HandOffReason.UNSUPPORTED_REQUEST, note, reading.say("words_missing"))
        return Proposal((action,), 0.8)
    words = reading.say("ask_words")
    if troubled and all(file.trouble is troubled[0].trouble for file in troubled):
        words = sentence(troubled, troubled[0].trouble, reading.language)
    return Proposal((AskBack(words, ABOUT),), 0.8)
