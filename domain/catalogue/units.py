"""Units of measure: what a word means, and a quantity told in one unit as another."""

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from types import MappingProxyType

from domain.catalogue.product import Product

_WORDS = {
    "each": "each ea pc pcs piece pieces unit units no nr off item st stk stck stuck stueck uds ud "
    "unidad unidades un piece pz pezzi pezzo st. stuks stuk unite unites unidade unidades",
    "m": "m mtr mtrs metre metres meter meters metro metros metri mtr. metrs lm lfm",
    "length": "length lengths lgth lgths stick sticks tramo tramos barra barras longueur longueurs "
    "lange langen stange stangen barre lunghezza lengte lengtes vara varas",
    "box": "box boxes bx bxs caja cajas karton kartons boite boites carton cartons scatola scatole "
    "doos dozen caixa caixas",
    "reel": "reel reels drum drums spool spools bobina bobinas rolle rollen trommel trommeln "
    ""
    "touret tourets rouleau rouleaux bobine bobines "
    "matassa haspel haspels rol rollen roll rolls rollo rollos",
    "pack": "pack packs pk pks packet packets paquete paquetes packung packungen paquet paquets "
    "pacco pacchi confezione confezioni pak pakken pacote pacotes set sets lot lots",
    "hour": "hour hours hr hrs h hora horas stunde stunden std heure heures ora ore uur uren",
    "day": "day days dia dias tag tage tagen jour jours giorno giorni dag dagen",
    "month": "month months mo mth mths mes meses monat monate monaten mois mese mesi maand "
    "maanden monthly pcm",
    "year": "year years yr yrs ano anos jahr jahre jahren an ans annee annees anno anni jaar jaren",
    "week": "week weeks wk wks semana semanas woche wochen semaine semaines settimana settimane",
    "km": "km kms kilometre kilometres kilometer kilometers kilometro kilometros chilometri",
    "visit": "visit visits visita visitas besuch visite visites bezoek",
    "floor": "floor floors storey planta plantas etage etagen etages piano piani verdieping "
    "verdiepingen andar andares stock stockwerk",
    "core": "core cores fibre fibres fiber fibers",
    "splice": "splice splices",
    "outlet": "outlet outlets port ports link links",
    "copy": "copy copies",
}
UNITS = MappingProxyType({word: unit for unit, words in _WORDS.items() for word in words.split()})
PACKAGES = frozenset({"length", "box", "reel", "pack"})
TIMES = frozenset({"hour", "day", "month", "year", "week"})
_PACK = re.compile(
    r"\b(?:pack|packet|box|bag|set)\s+of\s+(\d+)\b|\b(\d+)\s*(?:pcs|pack|pk)\b", re.I
)
_METRES = re.compile(r"\b(\d+(?:[.,]\d+)?)\s?m(?:etres?|eters?|trs?)?\b", re.I)


@dataclass(frozen=True, slots=True)
class Converted:
    """A quantity in the catalogue's unit; `rule` tells how it came about when it changed."""

    quantity: Decimal
    rule: str = ""


def canonical(word: str) -> str:
    """The unit a word means, or the word itself where it is none that we know."""
    folded = word.strip().casefold()
    return UNITS.get(folded, UNITS.get(folded.rstrip("."), folded))


def package_size(product: Product) -> tuple[Decimal, str] | None:
    """How much one unit holds: `(3, "m")` for a length of 3 m, `(10, "each")` for a pack of 10."""
    unit = canonical(product.unit)
    if unit not in PACKAGES:
        return None
    text = f"{product.name} {product.description}"
    if product.pack_size:
        return product.pack_size, "each" if unit == "pack" else "m"
    if unit != "pack" and (metres := _METRES.search(text)):
        return Decimal(metres[1].replace(",", ".")), "m"
    if pieces := _PACK.search(text):
        return Decimal(pieces[1] or pieces[2]), "each"
    return None


def convert(quantity: Decimal, unit: str, product: Product) -> Converted | None:
    """`quantity` of the customer's `unit` in the product's unit; None when they don't go together.

    Packages are rounded up to whole ones: 20 m in lengths of 3 m are 7.
    """
    wanted, sold = canonical(unit) if unit else "", canonical(product.unit)
    if wanted == "km" and sold in {"m", "length", "box", "reel"}:
        quantity, wanted = quantity * 1000, "m"
    if wanted in TIMES and sold in TIMES and wanted != sold:
        return _time(quantity, wanted, sold)
    package = package_size(product)
    if package and wanted == package[1]:
        return _packages(quantity, package, sold)
    if package and package[1] == "each" and wanted in {"", "each"}:
        return _packages(quantity, package, sold)
    if wanted == "m" and sold not in {"m", "each"}:
        return None
    if wanted in {"box", "reel", "length"} and sold == "m":
        return None
    return Converted(quantity)


def _packages(quantity: Decimal, package: tuple[Decimal, str], sold: str) -> Converted:
    size, measure = package
    count = (quantity / size).to_integral_value(ROUND_CEILING)
    piece = "pieces" if measure == "each" else measure
    return Converted(count, f"{quantity.normalize():f} {piece} in {sold}s of {size.normalize():f}")


def _time(quantity: Decimal, wanted: str, sold: str) -> Converted | None:
    if wanted == "year" and sold == "month":
        return Converted(quantity * 12, f"{quantity.normalize():f} years in months")
    if wanted == "week" and sold == "day":
        return Converted(quantity * 5, f"{quantity.normalize():f} weeks of five days")
    return None
