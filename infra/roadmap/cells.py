"""The grammar of an infrastructure table's cells.

A cell is a run of terms, each of which says one thing: a count (`4x`), a size (`8vCPU, 16GB`, `1TB SSD`), a topology
(`1P + 4R`, `2 read replicas`, `3 nodes`, `2 regions`), a word (`HA`, `Cluster`, `active-passive`) or a product's name.
What is left over after all terms are taken makes the cell unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil

from infra.roadmap.model import Capacity, Size
from infra.roadmap.numbers import NUMBER, whole

ALLOWED = (
    "a count and a size (4x 8vCPU, 16GB), replicas (1P + 2R, 2 read replicas), nodes (3-node cluster), HA, "
    "regions (2 regions (active-passive)), Global CDN, or - for none"
)
# Far above what any cloud sells or any roadmap plans: a figure beyond is a slip of the keyboard.
LIMITS = {"count": 10_000, "read replicas": 15, "vCPU": 1_024, "memory GiB": 32_768, "storage GiB": 65_536 * 16}
# Memory and volumes are sold in binary units whatever the label says: a "GB" here is a GiB and a "TB" 1024 of them.
# Reading 1TB as 1000 GB would plan a volume smaller than the one that the document's authors run today.
_GIB = {"m": Fraction(1, 1024), "g": Fraction(1), "t": Fraction(1024)}


class CellError(ValueError):
    """A cell that cannot be read; the text says why."""


@dataclass
class _Cell:
    """What the terms read so far have said."""

    values: dict[str, int] = field(default_factory=dict)
    clustered: bool = False
    highly_available: bool = False
    region_mode: str | None = None

    def put(self, key: str, value: int) -> None:
        if value < 1:
            raise CellError(f"{key} is {value}, and must be at least 1")
        if value > LIMITS[key]:
            raise CellError(f"{key} is {value}, and may be at most {LIMITS[key]}")
        if self.values.get(key, value) != value:
            raise CellError(f"{key} is given twice, as {self.values[key]} and as {value}")
        self.values[key] = value


def _count(cell: _Cell, term: re.Match[str]) -> None:
    cell.put("count", whole(term[1]))


def _primary_and_replicas(cell: _Cell, term: re.Match[str]) -> None:
    cell.put("count", whole(term[1]))
    cell.put("read replicas", whole(term[2]))


def _replicas(cell: _Cell, term: re.Match[str]) -> None:
    cell.put("read replicas", whole(term[1]))


def _nodes(cell: _Cell, term: re.Match[str]) -> None:
    cell.put("count", whole(term[1]))
    cell.clustered = cell.clustered or bool(term[2])


def _one_each(cell: _Cell, term: re.Match[str]) -> None:
    cell.put("count", 1)
    cell.put("read replicas", 1)


def _single(cell: _Cell, term: re.Match[str]) -> None:
    cell.put("count", 1)


def _vcpu(cell: _Cell, term: re.Match[str]) -> None:
    cell.put("vCPU", whole(term[1]))


def _bytes(cell: _Cell, term: re.Match[str]) -> None:
    decimals, unit, kind = term[2] or "0", _GIB[term[3].lower()], (term[4] or "").lower()
    gib = ceil((whole(term[1]) + Fraction(int(decimals), 10 ** len(decimals))) * unit)  # never less than stated
    disk = kind not in ("", "ram", "memory") or (not kind and "memory GiB" in cell.values)
    cell.put("storage GiB" if disk else "memory GiB", gib)


def _cluster(cell: _Cell, term: re.Match[str]) -> None:
    cell.clustered = True


def _ha(cell: _Cell, term: re.Match[str]) -> None:
    cell.highly_available = True


def _mode(cell: _Cell, term: re.Match[str]) -> None:
    cell.region_mode = f"active-{'active' if term[1].lower() == 'active' else 'passive'}"


def _nothing(cell: _Cell, term: re.Match[str]) -> None:
    pass


_N = rf"({NUMBER})"
_PRODUCTS = (
    "redis|valkey|elasticache|postgresql|postgres|aurora|rds|rabbitmq|amazon mq|kafka|sqs|cloudfront|cloudflare|fastly|"
    "akamai|alb|nlb|elb|nginx|haproxy|global|regional|managed|cdn|load balancers?|sentinel"
)
_TERMS: tuple[tuple[re.Pattern[str], Callable[[_Cell, re.Match[str]], None]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.ASCII), say)
    for pattern, say in (
        (rf"{_N}\s*p(?:rimar(?:y|ies))?\s*[+,&]\s*{_N}\s*(?:r|(?:read[- ]?)?replicas?)\b", _primary_and_replicas),
        (r"primary\s*[+,&]\s*(?:one |a )?(?:read[- ]?)?replica\b", _one_each),
        (rf"{_N}\s*(?:read[- ]?)?replicas?\b", _replicas),
        (rf"{_N}\s*primar(?:y|ies)\b", _count),
        (rf"{_N}[\s-]*(?:nodes?|brokers?|instances?|servers?|pods?|machines?|shards?)\b(?:\s*(cluster)\b)?", _nodes),
        (rf"{_N}[\s-]*regions?\b", _count),
        (r"(?:single|one)[\s-]+(?:region|instance|node|server|primary)\b", _single),
        (rf"{_N}\s*(?:v?cpus?(?:\s+cores?)?|v?cores?)\b", _vcpu),
        (
            rf"{_N}(?:[.,](\d{{1,3}}))?\s*([mgt])i?b?\b(?:\s*(?:of\s+)?(ram|memory|ssd|nvme|hdd|disk|storage|gp3|ebs)\b)?",
            _bytes,
        ),
        (rf"{_N}\s*x(?=[\s\d(]|$)", _count),
        (r"x(?=[\s\d(])", _nothing),
        (r"cluster(?:ed|ing)?\b(?:\s+mode\b)?", _cluster),
        (r"(?:ha|highly[\s-]available|high[\s-]availability|multi-?az)\b", _ha),
        (r"active\s*[-/]\s*(active|passive|standby)\b", _mode),
        (rf"(?:{_PRODUCTS})\b", _nothing),
        (r"(?:and|with|each|of|in|per (?:node|server|instance))\b", _nothing),
        (r"[\s,;/+()&@]+", _nothing),
    )
)
_ABSENT = {"-", "--", "---", "none", "n/a", "no", "✗", "❌"}
_SIGNED = re.compile(r"-\s*\d")


def parse_cell(text: str, known: Size | None = None) -> Capacity:
    """What a cell says; sizes in GiB. Raises CellError, with the reason, for a cell that cannot be read.

    `known` is the size the row had before: it gives the memory to a cell that restates only the same vCPUs.
    """
    written = " ".join(text.split())
    plain = re.sub("[\u2010-\u2015\u2212]", "-", written.replace("\u00d7", "x"))  # any dash, and the times sign
    if not plain:
        raise CellError("the cell is empty; write - for none")
    if plain.lower() in _ABSENT:
        return Capacity(text=written, absent=True)
    if _SIGNED.match(plain):
        raise CellError("a count cannot be negative")
    cell = _terms(plain)
    return Capacity(
        text=written,
        count=cell.values.get("count"),
        size=_size(cell, known),
        read_replicas=cell.values.get("read replicas"),
        clustered=cell.clustered,
        highly_available=cell.highly_available,
        region_mode=cell.region_mode,
    )


def with_count(cell: Capacity, count: int) -> Capacity:
    """A baseline cell with the count of its own column; raises CellError if the cell states another one."""
    if cell.count not in (None, count):
        raise CellError(f"the cell says {cell.count} and the count column {count}")
    return replace(cell, count=count)


def _terms(text: str) -> _Cell:
    cell, at = _Cell(), 0
    while at < len(text):
        for pattern, say in _TERMS:
            if match := pattern.match(text, at):
                say(cell, match)
                at = match.end()
                break
        else:
            raise CellError(f"'{text[at:]}' is not understood")
    return cell


def _size(cell: _Cell, known: Size | None) -> Size | None:
    vcpu, memory = cell.values.get("vCPU"), cell.values.get("memory GiB")
    storage = cell.values.get("storage GiB")
    if vcpu is None and memory is None and storage is None:
        return None
    if known and vcpu == known.vcpu and memory is None:
        memory = known.memory_gib
    if vcpu is None or memory is None:
        raise CellError("a size needs both vCPU and memory, as in 8vCPU, 16GB")
    return Size(vcpu, memory, storage)
