"""`python -m bench.growth <factor>`: the last phase at about that many times its resources, planned in this process."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Iterator
from typing import Final

from infra.config import PhaseConfig, load_file
from infra.config.compute import ServiceConfig
from infra.plan import plan_config
from infra.project import stack_file

FACTORS: Final = (1, 4, 16)
_SIZES: Final = {1: (2, 7, 1), 4: (4, 40, 2), 16: (8, 100, 4)}
"""By factor: regions, services and database servers with shards."""

_REGIONS: Final = ("eu-west-1", "eu-central-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "eu-north-1")


def grown(config: PhaseConfig, factor: int) -> PhaseConfig:
    """The same phase with more regions, services and shards; not checked as a whole, since no week has windows for all."""
    if factor == 1 or not config.cdn or not config.shards:
        return config
    count, services, servers = _SIZES[factor]
    few_pods = {"servers": 1, "min_replicas": 1, "max_replicas": 2}  # so that their connections still fit
    regions = {name: region.model_copy(update=few_pods) for name, region in config.regions.items()}
    model, prefix_lists = regions[config.standby_regions[0]], dict(config.cdn.origin_prefix_lists)
    for number, name in enumerate(_REGIONS[: count - len(regions)], start=2):
        zones = tuple(f"{name}{letter}" for letter in "abc")
        regions[name] = model.model_copy(update={"cidr": f"10.{number}.0.0/16", "zones": zones})
        prefix_lists[name] = f"pl-{number:08x}"
    return config.model_copy(
        update={
            "regions": regions,
            "standby_regions": tuple(name for name in regions if name != config.active_region),
            "app": config.app.model_copy(update={"services": tuple(_services(config, services))}),
            "cdn": config.cdn.model_copy(update={"origin_prefix_lists": prefix_lists}),
            "shards": config.shards.model_copy(update={"servers": servers}),
        }
    )


def _services(config: PhaseConfig, count: int) -> Iterator[ServiceConfig]:
    for n in range(count):
        path = f"/service-{n}" if n else "/"
        named = {"name": f"service-{n}", "hpa": f"service-{n}-hpa", "path": path, "share_percent": 1}
        yield config.app.services[-1].model_copy(update=named)


def main(factor: int) -> None:
    """Prints resources and seconds of processor time; a small plan first, so that imports don't count."""
    gc.disable()
    config = load_file(stack_file("phase3"))
    plan_config(config)
    large = grown(config, factor)
    begin = time.process_time()
    graph = plan_config(large)
    seconds = time.process_time() - begin
    print(json.dumps({"resources": len(list(graph)), "seconds": seconds}))
    gc.freeze()


if __name__ == "__main__":
    main(int(sys.argv[1]))
