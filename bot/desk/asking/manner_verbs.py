"""The commands about manners."""

from bot.desk.asking.verb import Verb

MANNER_VERBS = (
    Verb(
        "optout",
        "optout show|set|clear [N | CHANNEL ADDRESS]",
        "optout show 12",
        "who wrote STOP: nothing automatic goes there until they write START",
    ),
    Verb(
        "away",
        "away [until WHEN|off]",
        "away until monday 9:00",
        "nobody is there until then: customers who need a person are told so",
    ),
)
