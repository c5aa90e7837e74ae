"""The command that looks after the catalogue."""

from bot.desk.asking.rights import Right
from bot.desk.asking.verb import Verb

CATALOGUE = Verb(
    "catalogue",
    "catalogue | catalogue find WORDS | drift [REVISION] | lists [SUPPLIER] | synonyms | "
    "synonym WORDS = CODE | synonym remove WORDS | proposals",
    "catalogue drift",
    "products and suppliers, what a change of prices makes wrong, customers' words for products",
    Right.READ,
)
