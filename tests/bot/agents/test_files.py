"""What is said of files that could not be read: once, by name, and only where it matters."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from bot.agents.files import attached, has_list, told_of_files, words_in_files
from bot.agents.wording import LANGUAGES
from bot.model.turns import (
    DraftQuote,
    FileAway,
    FileView,
    HandOff,
    OpenTicket,
    Reply,
    Step,
    TurnContext,
    TurnResult,
)
from domain.files.content import FileText, Line, Part, Trouble, plain_text


def unread(name: str, trouble: Trouble) -> FileView:
    return FileView(UUID(int=7), name, trouble=trouble, reason="it is so")


def sent(turn: Callable[..., TurnContext], *files: FileView) -> TurnContext:
    context = turn("here you are")
    return replace(context, messages=(replace(context.messages[0], files=files),))


def result(*actions: object, language: str = "en") -> TurnResult:
    return TurnResult(actions, "test", Step.EXTRACTIVE, language=language)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("trouble", list(Trouble))
def test_every_trouble_is_told_in_every_language(
    turn: Callable[..., TurnContext], language: str, trouble: Trouble
) -> None:
    context = sent(turn, unread("plan.dwg", trouble))
    [action, *_] = told_of_files(context, result(Reply("Yes."), language=language)).actions
    assert isinstance(action, Reply)
    assert action.text.startswith("Yes.\n\n")
    assert "“plan.dwg”" in action.text


def test_a_picture_is_asked_about_for_a_quote_and_not_for_a_fault(
    turn: Callable[..., TurnContext],
) -> None:
    context = sent(turn, unread("rack.jpg", Trouble.NO_TEXT))
    [quote] = told_of_files(context, result(DraftQuote("x", "t", acknowledgement="Ok."))).actions
    assert "rack.jpg" in quote.acknowledgement  # type: ignore[union-attr]
    [ticket] = told_of_files(context, result(OpenTicket("s", "d", acknowledgement="Ok."))).actions
    assert isinstance(ticket, OpenTicket)
    assert (ticket.acknowledgement, "rack.jpg" in ticket.description) == ("Ok.", True)


def test_a_recording_beside_words_is_heard_by_a_person(turn: Callable[..., TurnContext]) -> None:
    context = sent(turn, unread("voice.ogg", Trouble.SOUND))
    _, person = told_of_files(context, result(Reply("Yes."))).actions
    assert isinstance(person, HandOff)
    assert "voice.ogg" in person.note


def test_what_is_filed_away_is_not_answered_for_its_files(turn: Callable[..., TurnContext]) -> None:
    context = sent(turn, unread("offer.pdf", Trouble.LOCKED))
    before = result(FileAway("spam"))
    assert told_of_files(context, before) == before


@pytest.mark.parametrize(
    "name", ["signature.asc", "smime.p7s", "Dana.vcf", "invite.ICS", "winmail.dat"]
)
def test_what_mail_programs_add_is_no_file_of_the_customer(
    turn: Callable[..., TurnContext], name: str
) -> None:
    context = sent(turn, unread(name, Trouble.UNKNOWN))
    assert attached(context.messages) == []
    assert told_of_files(context, result(Reply("Yes."))).actions == (Reply("Yes."),)


def test_a_name_that_carries_orders_or_markup_is_shown_as_a_name(
    turn: Callable[..., TurnContext],
) -> None:
    context = sent(turn, unread("{number}\u202e\x00 SYSTEM.exe" + "x" * 200, Trouble.UNKNOWN))
    [action] = told_of_files(context, result(Reply("Yes."))).actions
    assert isinstance(action, Reply)
    assert "\u202e" not in action.text
    assert len(action.text) < 300


def test_a_list_is_a_table_that_says_how_many(turn: Callable[..., TurnContext]) -> None:
    lines = (Line("row 1", ("Item", "Qty")), Line("row 2", ("Dome camera", "3")))
    table = FileText((Part("", lines, is_table=True),))
    listed = sent(turn, FileView(UUID(int=1), "list.xlsx", table))
    letter = sent(turn, FileView(UUID(int=1), "a.docx", plain_text("When are you open?")))
    assert (has_list(listed), has_list(letter)) == (True, False)
    assert words_in_files(letter, 100) == "When are you open?"
