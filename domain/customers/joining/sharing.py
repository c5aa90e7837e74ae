"""Whether an address may be of several people, so that a person must look before a merge. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations

# What mailboxes of a whole office, family or department are called.
_SHARED = """
office info sales contact contacts hello hi mail email admin administration accounts account
accounting billing invoices finance purchasing procurement orders order support service help
helpdesk it reception frontdesk team staff hr jobs legal marketing press enquiries enquiry
inquiries general family home company shop store warehouse logistics
buero büro kontakt rechnung rechnungen buchhaltung einkauf vertrieb verwaltung empfang familie
bestellung oficina contacto ventas compras administracion administración facturas facturacion
familia recepcion bureau accueil achats ventes comptabilite comptabilité facturation famille
secretariat secrétariat direction ufficio contatti vendite acquisti amministrazione fatture
famiglia segreteria escritorio geral vendas faturas contabilidade
kantoor inkoop verkoop administratie facturen receptie
"""
_ROLES = frozenset(_SHARED.split())


@dataclass(frozen=True, slots=True)
class Known:
    """A person as far as it matters here. `kinds`: of their proven addresses; `names`: under
    which mails from the address came."""

    kinds: Collection[str] = ()
    is_address_proven: bool = True


def doubt(kind: str, address: str, asker: Known, owner: Known, names: Collection[str]) -> str:
    """Why a code to the address does not show that the two are one; empty: it does."""
    local = address.partition("@")[0].partition("+")[0].lower()
    if kind == "email" and local.replace("-", "").replace(".", "") in _ROLES:
        return f"{address} looks like a mailbox of several people."
    if _are_several(names):
        return f"Mails from {address} came under names of several people."
    if not owner.is_address_proven and owner.kinds:
        return f"{address} was never proven for the one who has it, who writes from elsewhere."
    both = sorted(set(asker.kinds) & set(owner.kinds) - {kind})
    if both:
        return f"Both have a {both[0]} address of their own: two people with one mailbox?"
    return ""


def _are_several(names: Collection[str]) -> bool:
    """“Anna” and “Anna Smith” are one; “Anna” and “Bob” have no word in common."""
    spoken = [words for name in names if (words := _words(name))]
    return any(not one & other for one, other in combinations(spoken, 2))


def _words(name: str) -> frozenset[str]:
    plain = "".join(c if c.isalnum() else " " for c in name.casefold() if "@" not in name)
    return frozenset(word for word in plain.split() if len(word) > 1)
