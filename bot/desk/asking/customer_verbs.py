"""The command that works on customers."""

from bot.desk.asking.verb import Verb

CUSTOMER_VERBS = (
    Verb(
        "customer",
        "customer find WORDS | show [WHO] | merge WHO into WHO [because WHY] | unmerge WHO | "
        "link WHO with WHO [because WHY] | unlink LINK | suggestions",
        "customer suggestions",
        "who a customer is on every channel: found, linked, merged into one, taken apart; "
        "`merge company A into B` for companies",
    ),
)
