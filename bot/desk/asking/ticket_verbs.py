"""The commands that work on tickets in depth."""

from bot.desk.asking.rights import Right
from bot.desk.asking.verb import Verb

TICKET_VERBS = (
    Verb(
        "merge",
        "merge A into B | merge undo A",
        "merge 12 into 14",
        "two tickets become one; can be undone for 30 days",
        Right.ACT,
    ),
    Verb(
        "split",
        "split [N] [SUBJECT]",
        "split 12",
        "what you tick becomes a ticket of its own",
        Right.ACT,
    ),
    Verb(
        "link",
        "link [A] related|duplicate|blocks|follows B | link A | link remove A B",
        "link 12 blocks 14",
        "tickets that belong together, seen from both",
        Right.ACT,
    ),
    Verb(
        "article",
        "article [N] | article link|unlink|resolved|unhelpful N ARTICLE",
        "article resolved 12 password",
        "articles suggested for a ticket, linked to it, or that it was resolved with",
    ),
    Verb(
        "snooze",
        "snooze [N] WHEN|off",
        "snooze 12 2d",
        "out of the inbox until then, or until the customer replies",
        Right.ACT,
    ),
    Verb(
        "remind",
        "remind [N] WHEN [NOTE] | remind [N] off",
        "remind 12 monday 14:00 ask for the serial number",
        "you are told once when the time has come",
        Right.ACT,
    ),
    Verb(
        "next",
        "next [N] WORDS [by WHEN] | next [N] done",
        "next 12 order the camera by friday",
        "the next point of action",
        Right.ACT,
    ),
    Verb(
        "macro",
        "macro list | macro use NAME [N] | macro save NAME: TEXT [| status=… tag=… assign=me]",
        "macro save thanks: Thank you {customer}, {number} is done. | status=resolved",
        "canned replies with variables, and what they change",
        Right.ACT,
    ),
    Verb(
        "view",
        "view list | view NAME | view save|share NAME: FILTERS",
        "view save warranty: tag=warranty priority=high",
        "lists of tickets under a name, yours or everybody's",
    ),
    Verb(
        "team",
        "team list | team new NAME | team add|remove NAME PERSON | team give N NAME",
        "team list",
        "teams, and whose team a ticket is",
        Right.ACT,
    ),
    Verb(
        "bulk",
        "bulk N …|FILTERS: status S|priority P|assign WHO|team NAME|tag +a -b",
        "bulk tag=warranty status=open: priority high",
        "changes many tickets: the list is shown first",
        Right.ACT,
    ),
    Verb(
        "promise",
        "promise list [CUSTOMER]|mine | promise done|withdraw N | promise add [N] WHEN WORDS",
        "promise list",
        "what was promised to customers, and by when",
    ),
    Verb(
        "react",
        "react [N] EMOJI",
        "react 12 👍",
        "puts an emoji to the customer's last message",
        Right.ACT,
    ),
    Verb(
        "template",
        "template list | template sync | template submit [NAME [LANGUAGE]]",
        "template submit reply_waiting de",
        "words approved beforehand, for when a channel takes no free text (submit: admins)",
    ),
)
