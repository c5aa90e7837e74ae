"""Plain words about tickets in depth ("link 3 and 4", "when is 12 due?"), each as a command."""

TICKET = r"TKT-\d{6}-\d+|#?\d{1,9}"
N = rf"(?P<n>{TICKET})"
THIS = rf"(?:(?:the )?(?:ticket |number |no\.? )?(?:{N}|this(?: one| ticket| conversation)?|it))"
_SHOW = r"(?:what(?:'s| is| are)|which|show(?: me)?|list)(?: are)?(?: the| our| my| all(?: the)?)?"
_A = rf"(?:ticket )?(?P<a>{TICKET})"
_B = rf"(?:ticket )?(?P<b>{TICKET})"
_NUMBER = r"(?:PR-?|#)?(?P<p>\d{1,9})"
_WHEN = r"(?:today|tomorrow|this week|next|soon)"

TICKET_RULES: tuple[tuple[str, str, str], ...] = (
    (rf"(?:link|connect|relate) {_A} (?:to|with|and) {_B}", "link", "{a} related {b}"),
    (rf"(?:mark )?{_A} (?:is |as )?(?:a )?duplicate(?:s)?(?: of)? {_B}", "link",
     "{a} duplicate {b}"),
    (rf"{_A} (?P<kind>blocks|follows) {_B}", "link", "{a} {kind} {b}"),
    (rf"(?:undo the merge of|unmerge) {_A}", "merge", "undo {a}"),
    (rf"(?:un-?snooze|wake(?: up)?) {THIS}(?: up)?", "snooze", "{n} off"),
    (rf"when is {THIS} due", "sla", "{n}"),
    (rf"is {THIS} (?:late|overdue|at risk)", "sla", "{n}"),
    (rf"(?:what(?:'s| is)|show(?: me)?)(?: the)? (?:sla|service level|times?) (?:of|for|on) {THIS}",
     "sla", "{n}"),
    (rf"(?:assign|give|move|pass) {THIS} to (?:the )?(?:team (?P<t>.+)|(?P<u>.+?) team)", "team",
     "give {n} {t}{u}"),
    (rf"{_SHOW} teams|who(?:'s| is) (?:in|on) (?:which|the|our) teams?.*|who(?:'s| is) (?:in|on) "
     r"team .+", "team", "list"),
    (rf"{_SHOW} (?:macros|canned replies)", "macro", "list"),
    (rf"(?:use|apply|send)(?: the)? macro (?P<rest>.+?) (?:on|for|to|with) {THIS}", "macro",
     "use {rest} {n}"),
    (r"(?:show|open)(?: me)?(?: the| my)? (?P<rest>.+?) view", "view", "{rest}"),
    (rf"promise {_NUMBER} (?:is|was|has been) (?:kept|done)|(?:i|we)(?:'ve| have)? kept promise "
     r"(?:PR-?|#)?(?P<q>\d{1,9})", "promise", "done {p}{q}"),
    (rf"(?:mark|set) promise {_NUMBER} (?:as )?(?:kept|done)", "promise", "done {p}"),
    (rf"(?:withdraw|take back) promise {_NUMBER}", "promise", "withdraw {p}"),
    (rf"{_SHOW} (?:late|broken|overdue|open|due) promises|which promises (?:are|were) "
     r"(?:late|broken|overdue|not kept)", "promise", "list"),
    (r"what (?:did|have) i promised?", "promise", "mine"),
    (rf"(?:what(?:'s| is)|which tickets are)(?: all)? due(?: {_WHEN})?", "inbox", "at-risk"),
    (rf"{_SHOW}(?: tickets)?(?: have| has)?(?: are| is| were| been)*(?: about to be| running)? "
     r"(?:late|breached|missed|at[- ]risk|overdue)(?: tickets)?", "inbox", "at-risk"),
    (rf"{_SHOW}(?: tickets)? (?P<p>urgent|high|medium|low)(?:[- ]priority)?(?: tickets)?", "inbox",
     "{p}"),
    (rf"{_SHOW}(?: open)? tickets(?: are)? (?:tagged(?: with| as)?|with (?:the )?tag) "
     r"(?P<rest>[\w.:/-]+)", "inbox", "tag={rest}"),
    (rf"{_SHOW}(?: open)? tickets(?: do we have)? (?:of|from|by|for) (?P<rest>[^\"“”]+)", "inbox",
     'customer="{rest}"'),
    (rf"(?:tag|label) {THIS} (?:with|as) (?P<rest>\S+)", "tag", "{n} +{rest}"),
    (rf"add (?:the )?(?:tag|label) (?P<rest>\S+) to {THIS}", "tag", "{n} +{rest}"),
    (rf"(?:remove|take off) (?:the )?(?:tag|label) (?P<rest>\S+) (?:from|of) {THIS}", "tag",
     "{n} -{rest}"),
    (rf"(?:the )?next(?: step| action| point of action| thing)? (?:for|on|of) {THIS}"
     r"(?:\s*[:,]|\s+is)?\s+(?:to )?(?P<rest>.+)", "next", "{n} {rest}"),
    (rf"remind me (?!of\b|about\b)(?P<rest>.+) (?:of|about|on) {THIS}", "remind", "{n} {rest}"),
    (r"remind me (?!of\b|about\b)(?P<rest>.+)", "remind", "{rest}"),
)  # fmt: skip
