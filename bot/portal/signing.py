"""What the pages of quotes and of contracts share: coming by a link, asking, signing by a code."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Generic, Protocol, Self, TypeVar
from uuid import UUID

from fastapi import Depends, Response

from bot.dependencies import RuntimeOf
from bot.desk.signing import proving
from bot.desk.signing.finding import At, LinkUnknown
from bot.desk.signing.mailing import Letter
from bot.desk.signing.telling import Question
from bot.desk.signing.words import PageWords, page_words
from bot.paper.page import House
from bot.portal.pages import rendered
from bot.portal.showing import LONGEST_QUESTION, NOTHING, Said, contact, marked, picture, see
from bot.portal.visiting import Gate, Gated, Visit, Visiting
from bot.runtime import Runtime
from domain.errors import DomainError, NotFound
from domain.signing.requests import Tried
from domain.signing.signatories import Shown, Signatory, SignatoryUnknown, signatory
from domain.tenants.logos import Logos


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody with a link, at the gate."""

    runtime: Runtime
    gate: Gate
    visit: Visit
    token: str

    async def open(self, noun: str) -> At:
        """Raises LinkUnknown, TooOften."""
        return await self.gate.open(self.runtime, self.visit, self.token, noun)


def entry_of(token: str, runtime: RuntimeOf, gate: Gated, visit: Visiting) -> Entry:
    return Entry(runtime, gate, visit, token)


Entering = Annotated[Entry, Depends(entry_of)]


class Page(Protocol):
    """A quote or a contract as its page was read. `shown`: what can be signed; None: nothing."""

    @property
    def language(self) -> str: ...
    @property
    def shown(self) -> Shown | None: ...
    @property
    def asks_for_code(self) -> bool: ...


P_co = TypeVar("P_co", bound=Page, covariant=True)


@dataclass(frozen=True, slots=True)
class Act:
    """What is done by signing, and the letter about it."""

    sign: proving.Signs
    letter: Callable[[Signatory], Letter]


@dataclass(frozen=True, slots=True)
class Desk(ABC, Generic[P_co]):
    """One visit to one page: as it was read, and how to answer."""

    noun: ClassVar[str]
    prefix: ClassVar[str]

    runtime: Runtime
    at: At
    token: str
    visit: Visit
    page: P_co

    @classmethod
    async def entered(cls, entry: Entry) -> Self:
        """Raises LinkUnknown, TooOften."""
        at = await entry.open(cls.noun)
        page = await cls.read(entry.runtime, at)
        return cls(entry.runtime, at, entry.token, entry.visit, page)

    @classmethod
    async def acting(cls, entry: Entry) -> Self:
        """Counted as an act. Raises LinkUnknown, TooOften."""
        desk = await cls.entered(entry)
        entry.gate.act(desk.at, entry.visit)
        return desk

    @staticmethod
    @abstractmethod
    async def read(runtime: Runtime, at: At) -> P_co: ...

    @property
    @abstractmethod
    def number(self) -> str: ...

    @property
    @abstractmethod
    def house(self) -> House: ...

    @property
    @abstractmethod
    def is_open(self) -> bool: ...

    @property
    @abstractmethod
    def act(self) -> Act: ...

    @abstractmethod
    async def ask(self, question: Question) -> None: ...

    @abstractmethod
    def shown(self, said: Said = NOTHING) -> Response: ...

    @property
    def path(self) -> str:
        return f"{self.prefix}/{self.token}"

    @property
    def words(self) -> PageWords:
        return page_words(self.page.language)

    def errors(self, name: str) -> str:
        return self.words.errors[name]

    def proof(self, request_id: UUID, email: str, said: Said = NOTHING) -> Response:
        own = {
            "action": f"{self.path}/proof/{request_id}",
            "title": f"{self.words.page['proof_title']} · {self.number}",
            "email": email,
        }
        return self.filled("proof.html", own, said)

    def filled(self, template: str, own: dict[str, Any], said: Said) -> Response:
        """`own`: the values besides those that every page has."""
        words, house = self.words, self.house
        values = {
            "lang": words.language,
            "path": self.path,
            "w": words.page,
            "house": house,
            "contact": contact(house.branding),
            "said": said,
            **own,
        }
        return rendered(template, values, status=said.status, colour=house.branding.colour)

    async def overtaken(self) -> Response:
        """Something happened meanwhile: the page says what, by itself or in a sentence."""
        page = await self.read(self.runtime, self.at)
        now = type(self)(self.runtime, self.at, self.token, self.visit, page)
        return now.shown(Said(news="newer" if now.is_open else "", status=409))


def visited(desk: Desk[Page], said: str) -> Response:
    return desk.shown(Said(news="asked") if said == "asked" else NOTHING)


async def logo_picture(entry: Entry, noun: str) -> Response:
    """Raises LinkUnknown, also where there is no logo."""
    at = await entry.open(noun)
    async with entry.runtime.database.transaction(at.tenant_id) as session:
        row = await Logos(session, at.tenant_id).get()
        if row is None:
            raise LinkUnknown
        return picture(row.content, row.content_type)


async def asked(desk: Desk[Page], form: dict[str, str]) -> Response:
    words = form.get("question", "")[:LONGEST_QUESTION]
    if not words:
        wrong = {"question": desk.errors("question")}
        return desk.shown(Said(form="ask", wrong=wrong, typed=form, status=400))
    name, email = form.get("name", "")[:120], form.get("email", "")[:254]
    await desk.ask(Question(words, " ".join(name.split()), email.lower()))
    return see(f"{desk.path}?said=asked")


async def signed(desk: Desk[Page], form: dict[str, str], order: str = "") -> Response:
    """At once, or sent on to the code. `order`: the customer's purchase order."""
    shown = marked(desk.runtime, desk.at, form)
    if shown is None:
        return desk.shown(Said(news="out_of_date", status=403))
    if shown != desk.page.shown or not desk.is_open:
        return await desk.overtaken()
    try:
        by = _signatory(form, order)
    except SignatoryUnknown as error:
        wrong = {error.field: desk.errors(error.field)}
        return desk.shown(Said(form="sign", wrong=wrong, typed=form, status=400))
    if desk.page.asks_for_code:
        return await _begun(desk, form, shown, by)
    try:
        await desk.act.sign(shown, by, desk.visit.trace, is_code_proven=False)
    except DomainError:
        return await desk.overtaken()
    return see(desk.path)


async def asked_for_code(desk: Desk[Page], request_id: UUID, said: str) -> Response:
    if not desk.is_open:
        return see(desk.path)
    by = await _waiting(desk, request_id)
    news = Said(news="sent_again") if said == "again" else NOTHING
    return desk.proof(request_id, by.email, news)


async def proven(desk: Desk[Page], request_id: UUID, form: dict[str, str]) -> Response:
    by = await _waiting(desk, request_id)
    digits = "".join(letter for letter in form.get("code", "")[:20] if letter.isdecimal())
    try:
        tried = await proving.proven(
            desk.runtime, desk.at, request_id, digits, desk.visit.trace, desk.act.sign
        )
    except DomainError:
        return await desk.overtaken()
    if tried is Tried.RIGHT:
        return see(desk.path)
    wrong = {"code": desk.errors(f"{tried.value}_code")}
    return desk.proof(request_id, by.email, Said(form="code", wrong=wrong, status=400))


async def sent_again(desk: Desk[Page], request_id: UUID) -> Response:
    by = await _waiting(desk, request_id)
    refused = await proving.again(desk.runtime, desk.at, request_id, desk.act.letter(by))
    if refused:
        wrong = {"code": desk.errors(refused.value)}
        return desk.proof(request_id, by.email, Said(form="code", wrong=wrong, status=409))
    return see(f"{desk.path}/proof/{request_id}?said=again")


def _signatory(form: dict[str, str], order: str) -> Signatory:
    return signatory(
        form.get("name", ""),
        form.get("role", ""),
        form.get("email", ""),
        may_sign=form.get("authority", "") == "yes",
        purchase_order=order,
    )


async def _begun(desk: Desk[Page], form: dict[str, str], shown: Shown, by: Signatory) -> Response:
    begun = await proving.begin(desk.runtime, desk.at, shown, by, desk.act.letter(by))
    if begun.refused:
        wrong = {"": desk.errors(begun.refused.value)}
        return desk.shown(Said(form="sign", wrong=wrong, typed=form, status=409))
    return see(f"{desk.path}/proof/{begun.request_id}")


async def _waiting(desk: Desk[Page], request_id: UUID) -> Signatory:
    """Whom the code went to. Raises LinkUnknown."""
    try:
        return await proving.waiting(desk.runtime, desk.at, request_id)
    except NotFound as error:
        raise LinkUnknown from error
