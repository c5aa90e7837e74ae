"""Plain words become a command by rules; what is not understood is said to be so."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.asking.parsing import Parsed
from bot.desk.asking.plainly import NotUnderstood, understand
from bot.desk.asking.verbs import VERBS


@pytest.mark.parametrize(
    ("text", "verb", "words"),
    [
        ("how many urgent tickets are open?", "count", "urgent tickets are open"),
        ("<@U123ABC> how many tickets are unassigned", "count", "tickets are unassigned"),
        (
            "@desk draft a quote for Acme: 24 doubles, certified",
            "quote",
            "new Acme: 24 doubles, certified",
        ),
        ("close everything that only says thanks", "close", "thanks"),
        ("Could you assign 12 to Marta please", "assign", "#12 Marta"),
        ("make TKT-202611-00007 urgent", "priority", "TKT-202611-00007 urgent"),
        ("mark it as resolved", "status", "resolved"),
        ("resolve 12", "status", "#12 resolved"),
        ("I'll take this one", "take", ""),
        ("hand it back to the bot", "hand-back", ""),
        ("what's on my plate?", "inbox", "mine"),
        ("show me unassigned tickets", "inbox", "unassigned"),
        ("which tickets are at risk?", "inbox", "at-risk"),
        ("who is still waiting?", "lost", ""),
        ("approve QT-20261123-0001", "quote", "approve QT-20261123-0001"),
        (
            "QT-20261123-0001: make it 30 and add 5 % discount",
            "quote",
            "edit QT-20261123-0001 make it 30 and add 5 % discount",
        ),
        ("stop the bot everywhere", "stop", "all"),
        ("what do we tell customers about warranty?", "kb", "search warranty"),
        ("inbox mine", "inbox", "mine"),
        ("what have we promised Acme?", "promise", "list Acme"),
        ("what did we promise to Acme Dental?", "promise", "list Acme Dental"),
        ("which promises are due?", "promise", "list"),
        ("my promises", "promise", "mine"),
        ("show me the view Urgent", "view", "Urgent"),
        ("which views do we have?", "view", "list"),
        ("which articles are suggested for ticket 12?", "article", "#12"),
        ("link the article Recorder password to 12", "article", "link #12 Recorder password"),
        ("what rules do we have?", "rule", "list"),
        ("which contracts end soon?", "contract", "expiring"),
        ("how well did we keep our service levels?", "sla", "report"),
        ("link 3 and 4", "link", "3 related 4"),
        ("mark 3 as a duplicate of 4", "link", "3 duplicate 4"),
        ("ticket 3 blocks ticket 4", "link", "3 blocks 4"),
        ("undo the merge of 2", "merge", "undo 2"),
        ("wake up 3", "snooze", "#3 off"),
        ("when is 12 due?", "sla", "#12"),
        ("is this late?", "sla", ""),
        ("what's the SLA of TKT-202611-00003", "sla", "TKT-202611-00003"),
        ("assign 3 to the Field team", "team", "give #3 Field"),
        ("give it to team Field Service", "team", "give  Field Service"),
        ("who is on team Field?", "team", "list"),
        ("show me the macros", "macro", "list"),
        ("use the macro solved on 3", "macro", "use solved #3"),
        ("show me my Urgent view", "view", "Urgent"),
        ("promise 3 is kept", "promise", "done 3"),
        ("I kept promise 2", "promise", "done 2"),
        ("withdraw promise 4", "promise", "withdraw 4"),
        ("which promises are late?", "promise", "list"),
        ("what did I promise?", "promise", "mine"),
        ("what's due today?", "inbox", "at-risk"),
        ("what is late?", "inbox", "at-risk"),
        ("which tickets have been breached?", "inbox", "at-risk"),
        ("show me the urgent tickets", "inbox", "urgent"),
        ("which tickets are tagged warranty?", "inbox", "tag=warranty"),
        ("show me all tickets of Acme Dental", "inbox", 'customer="Acme Dental"'),
        ("tag 3 with warranty", "tag", "#3 +warranty"),
        ("add the tag warranty to this", "tag", "+warranty"),
        ("remove the tag spam from 3", "tag", "#3 -spam"),
        ("next for 3: order the injector by friday", "next", "#3 order the injector by friday"),
        ("the next step of 3 is to call Ana", "next", "#3 call Ana"),
        ("remind me tomorrow to call Ana about 3", "remind", "#3 tomorrow to call Ana"),
        ("remind me about 3 tomorrow at 10", "remind", "#3 tomorrow at 10"),
        ("remind me on monday", "remind", "on monday"),
        ("close 2 and 3", "close", "2 and 3"),
    ],
)
def test_plain_words_are_a_command(text: str, verb: str, words: str) -> None:
    assert understand(text) == Parsed(verb, words)


@pytest.mark.parametrize("text", ["order me a pizza", "why is the sky blue?", "🙂"])
def test_what_is_not_understood_says_so_and_what_to_try(text: str) -> None:
    with pytest.raises(NotUnderstood, match="Try"):
        understand(text)


def test_only_the_name_of_the_desk_asks_for_help() -> None:
    assert understand("@desk") == Parsed("help")


@given(st.text(max_size=300))
def test_no_words_break_it(text: str) -> None:
    with suppress(NotUnderstood):
        assert understand(text).verb in VERBS


def test_a_long_flood_of_words_is_read_quickly() -> None:
    with pytest.raises(NotUnderstood):
        understand("please could you " * 5000)
