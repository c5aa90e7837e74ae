"""The command that works on workflow rules."""

from bot.desk.asking.rights import Right
from bot.desk.asking.verb import Verb

RULE = Verb(
    "rule",
    "rule list | show|on|off|edit|delete N | try N [LATEST] | log [N] | move N to M | "
    'new ["NAME" on EVENT [if FIELD OPERATOR VALUE and|or …] then ACTION; …]',
    'rule new "Urgent untouched" on time_passed if priority equals urgent and minutes_open '
    'greater_than 60 then notify room "Urgent, and untouched for an hour."',
    "what is done by itself: looked at, tried on past tickets; written and switched by admins",
    Right.READ,
)
