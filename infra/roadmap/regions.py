"""The multi-region block: regions by their words, their pods, and what the failover strategy promises."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from infra.roadmap.document import Code, Listing, Paragraph, Section
from infra.roadmap.mistakes import Reading, meant
from infra.roadmap.model import Fact, MultiRegion, RegionPlan
from infra.roadmap.numbers import DASHES, DURATION, seconds

_ACTIVE = ("primary", "active", "main")
_STANDBY = ("secondary", "standby", "passive", "tertiary", "third", "backup", "dr", "disaster recovery", "second")
_REGION = re.compile(
    r"(?P<word>[a-z][a-z ]*?)?\s*region\s*(?:\d{1,3})?\s*"
    rf"(?:\(\s*(?P<bracket>[^()]+?)\s*\)|[:{DASHES}]\s*(?P<after>[^:]+?))\s*:?",
    re.IGNORECASE,
)
# "Region us-east-1 (active)", "US-East (primary)": what "Active Region (us-east-1)" says.
_TURNED = re.compile(
    rf"(?:region\s+)?(?P<name>[a-z]+(?:-[a-z0-9]+)+)\s*\((?P<role>{'|'.join(map(re.escape, (*_ACTIVE, *_STANDBY)))})"
    r"(?:\s+region)?\)\s*:?",
    re.IGNORECASE,
)
_FAILOVER = re.compile(r"(?:failover|recovery)(?: (?:strategy|plan|policy|targets?))?\s*:?", re.IGNORECASE)
_PODS = re.compile(r"(\d{1,9})\s*(?:pods?|servers?|instances?|replicas?)\b", re.IGNORECASE | re.ASCII)
_NAME = re.compile(r"[A-Za-z]+(?:[- ][A-Za-z0-9]+)*")
MAX_SECONDS = 86_400


@dataclass
class _Region:
    name: Fact[str]
    word: str
    items: list[Fact[str]] = field(default_factory=list)


@dataclass
class _Failover:
    check: Fact[int] | None = None
    switch: Fact[int] | None = None
    lag: Fact[int] | None = None


def code_lines(code: Code) -> list[Fact[str]]:
    """The lines of a code block that hold something."""
    return [Fact(text.strip(), code.line + i) for i, text in enumerate(code.text.split("\n")) if text.strip()]


def section_lines(section: Section) -> list[Fact[str]]:
    """A block written as Markdown, labels over lists, as the lines that it would be in a code block."""
    lines = [Fact(section.title, section.line)]
    for block in section.blocks:
        if isinstance(block, Paragraph):
            lines.append(Fact(f"- {block.text}", block.line))
        elif isinstance(block, Listing):
            lines += [Fact(f"- {entry.text}", entry.line) for entry in block.entries]
    return lines


def opens_region(title: str) -> bool:
    """Whether a line names a region or opens the failover strategy."""
    return bool(_region(title) or _FAILOVER.fullmatch(title.strip()))


def _region(line: str) -> re.Match[str] | None:
    """A line that names a region, with its word before it and its name in brackets or after a colon."""
    return _REGION.fullmatch(_TURNED.sub(r"\g<role> Region (\g<name>)", line.strip()))


def read_regions(lines: Iterable[Fact[str]], reading: Reading) -> MultiRegion | None:
    """The block's regions and promises; None, with mistakes reported, where it cannot be read."""
    lines, before = list(lines), len(reading.mistakes)
    regions: list[_Region] = []
    failover, put = _Failover(), None
    for line in lines:
        reading.use(line.line)
        item = re.match(r"(?:[-*•+]|\d+\.)\s+(.*)", line.value)
        if not item:
            put = _open(line, regions, failover, reading)
        elif put:
            put(Fact(item[1].strip(), line.line))
        else:
            allowed = "entries under a region or under Failover Strategy"
            reading.mistake(line.line, "multi-region block", line.value, allowed)
    if not regions and len(reading.mistakes) == before:
        first = lines[0].line if lines else None
        reading.report(first, "multi-region block", "no region", "Primary Region (US-East): and the regions beside it")
    plans = tuple(sorted((_plan(region, i, reading) for i, region in enumerate(regions)), key=_waits))
    if plans and _waits(plans[0]):
        allowed = "one that serves: Primary Region (US-East):"
        reading.mistake(plans[0].name.line, "multi-region block", plans[0].name.value, allowed)
    _check_names(plans, reading)
    if len(reading.mistakes) > before:
        return None
    return MultiRegion(plans, failover.check, failover.switch, failover.lag)


def _open(
    line: Fact[str], regions: list[_Region], failover: _Failover, reading: Reading
) -> Callable[[Fact[str]], None] | None:
    """What takes the entries under a heading line of the block."""
    if _FAILOVER.fullmatch(line.value):
        return lambda item: _promise(item, failover, reading)
    match = _region(line.value)
    name = (match["bracket"] or match["after"] or "").split(",")[0].strip() if match else ""
    if not match or not _NAME.fullmatch(name):
        reading.mistake(
            line.line,
            "multi-region block",
            line.value,
            "Primary Region (US-East):, Secondary Region (US-West):, Failover Strategy:",
            meant(line.value, ("Primary Region (US-East):", "Secondary Region (US-West):", "Failover Strategy:")),
        )
        return lambda item: None
    rest = [part.strip() for part in (match["bracket"] or match["after"]).split(",")[1:]]
    if not all(_says_role(part) for part in rest):
        reading.mistake(
            line.line,
            "multi-region block",
            line.value,
            "one region, and what it is: Region 2 (US-West, standby):",
        )
    region = _Region(Fact(name, line.line), f"{match['word'] or ''} {' '.join(rest)}".lower())
    regions.append(region)
    return region.items.append


def _plan(region: _Region, index: int, reading: Reading) -> RegionPlan:
    pods = None
    for item in region.items:
        if (match := _PODS.search(item.value)) and "replica" not in match[0]:
            count, ranges = int(match[1]), re.search(rf"\d\s*[{DASHES}]\s*$", item.value[: match.start()])
            if 1 <= count <= 10_000 and not ranges:
                pods = pods or Fact(count, item.line)
                if re.search(r"\d", _PODS.sub("", item.value)):
                    reading.remark(item.value, item.line, region.name.value)
            else:
                reading.mistake(item.line, "pods of a region", item.value, "a whole number from 1 to 10000")
    return RegionPlan(_role(region, index), region.name, pods, tuple(region.items))


def _says_role(text: str) -> bool:
    return any(re.search(rf"\b{word}\b", text.lower()) for word in (*_ACTIVE, *_STANDBY))


def _role(region: _Region, index: int) -> str:
    """What its servers are said to be; else the heading's word; else the first region is the active one."""
    servers = next((i.value.lower() for i in region.items if re.search(r"server|pod|application", i.value, re.I)), "")
    for text in (servers, region.word):
        words = text.replace("-", " ")
        if any(re.search(rf"\b{word}\b", words) for word in _STANDBY):
            return "standby"
        if any(re.search(rf"\b{word}\b", words) for word in _ACTIVE):
            return "active"
    return "active" if index == 0 else "standby"


def _waits(plan: RegionPlan) -> bool:
    return plan.role == "standby"


def _promise(item: Fact[str], failover: _Failover, reading: Reading) -> None:
    time = seconds(item.value)
    text = item.value.lower()
    rest = DURATION.sub("", item.value)
    if time is not None and 0 < time <= MAX_SECONDS and len(DURATION.findall(item.value)) == 1:
        if re.search(r"\d", rest):
            reading.remark(item.value, item.line, "failover strategy")
        if "lag" in text or "rpo" in text:
            failover.lag = Fact(round(time * 1000), item.line)
            return
        if "check" in text or "probe" in text:
            failover.check = Fact(_at_least_one(time), item.line)
            return
        if "failover" in text or "rto" in text:
            failover.switch = Fact(_at_least_one(time), item.line)
            return
    reading.mistake(
        item.line,
        "failover strategy",
        item.value,
        "health checks every 30s, DNS failover (< 60s), replication lag < 5s",
    )


def _at_least_one(time: float) -> int:
    return max(1, round(time))


def _check_names(plans: tuple[RegionPlan, ...], reading: Reading) -> None:
    seen: dict[str, int] = {}
    for plan in plans:
        name = plan.name.value.casefold()
        if name in seen:
            reading.mistake(
                plan.name.line,
                "multi-region block",
                plan.name.value,
                f"a region of its own (it is named on line {seen[name]} already)",
            )
        seen.setdefault(name, plan.name.line)
