"""Nodes behind a node pool: how many the pods fill, which type, the fee, the disks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.cost.workloads import mebibytes, millicores
from infra.graph import Resource
from tests.unit.cost.handmade import amounts, bill_of, resource


def pool(types: tuple[str, ...] = ("c7g.2xlarge",), name: str = "app") -> Resource:
    spec = {
        "template": {
            "metadata": {"labels": {"ramp/pool": name}},
            "spec": {
                "nodeClassRef": {"name": "private"},
                "requirements": [{"key": "node.kubernetes.io/instance-type", "operator": "In", "values": list(types)}],
            },
        }
    }
    return resource("kubernetes:karpenter.sh/v1:NodePool", name, {"metadata": {"name": name}, "spec": spec})


def pods(
    kind: str, name: str, cpu: str = "7000m", memory: str = "12Gi", replicas: int | None = None, **more: Any
) -> Resource:
    container = {"resources": {"requests": {"cpu": cpu, "memory": memory}}}
    spec = {
        "template": {"spec": {"nodeSelector": {"ramp/pool": "app"}, "containers": [container], **more}},
        **({"replicas": replicas} if replicas else {}),
    }
    return resource(f"kubernetes:apps/v1:{kind}", name, {"metadata": {"name": name}, "spec": spec})


def hpa(name: str, low: int, high: int) -> Resource:
    spec = {"minReplicas": low, "maxReplicas": high, "scaleTargetRef": {"kind": "Deployment", "name": name}}
    return resource(
        "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", name, {"metadata": {"name": name}, "spec": spec}
    )


def test_auto_modes_fee_is_added_to_every_node_as_in_awss_own_example() -> None:
    """Worked example: AWS's EKS pricing page, c6a.2xlarge: $0.306 for the instance, $0.03672 for Auto Mode, an hour."""
    found = amounts(bill_of(pool(("c6a.2xlarge",)), pods("Deployment", "api", replicas=1)))
    assert found == {
        "ec2: c6a.2xlarge": "223.38",
        "eks-auto-mode: c6a.2xlarge": "26.8056",
        "ebs: gp3 storage": "6.72",
    }


def test_one_large_pod_fills_a_node_and_the_range_is_the_hpas_around_the_documents_count() -> None:
    """Phase 3's active region counts 50 servers; the HPA lets them range, and the bill with them."""
    bill = bill_of(pool(), pods("Deployment", "api"), hpa("api", 25, 63))
    (nodes,) = (i.quantity for i in bill.items if i.price.service == "ec2")
    assert (nodes.low / 730, nodes.expected / 730, nodes.high / 730) == (25, 50, 63)


def test_services_that_share_a_server_need_no_more_nodes_than_one_that_fills_it() -> None:
    """Guards against counting a node for each service: seven services of a share each run one of each on every server."""
    parts = [pods("Deployment", f"s{n}", "1000m", "1700Mi") for n in range(7)]
    scaled = [hpa(f"s{n}", 25, 63) for n in range(7)]
    bill = bill_of(pool(), *parts, *scaled)
    (nodes,) = (i.quantity for i in bill.items if i.price.service == "ec2")
    assert nodes.expected == 50 * 730


def test_services_of_uneven_shares_still_need_the_documents_count_of_servers() -> None:
    """Phase 3: one pod of each service a server, whatever their shares. Guards against packing that wastes a server."""
    shares = {"api": 40, "agent": 20, "task": 15, "llm": 10, "work": 10, "note": 5}
    parts = [pods("Deployment", name, f"{77 * share}m", f"{130 * share}Mi") for name, share in shares.items()]
    bill = bill_of(pool(), *parts, *(hpa(name, 25, 63) for name in shares))
    (nodes,) = (i.quantity for i in bill.items if i.price.service == "ec2")
    assert (nodes.low / 730, nodes.expected / 730, nodes.high / 730) == (25, 50, 63)


def test_a_pod_that_no_node_can_hold_is_unpriced_and_says_so() -> None:
    """Guards against a bill for nodes that never hold anything."""
    bill = bill_of(pool(), pods("Deployment", "api", "9000m", replicas=1))
    assert [one.reason for one in bill.unpriced] == [
        "a pod of api asks for more than a node leaves to pods, so it never starts"
    ]


def test_pods_that_may_not_share_a_host_get_a_node_each() -> None:
    """Guards the queue: three small brokers that stand apart need three nodes, not one."""
    apart = {
        "affinity": {
            "podAntiAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "kubernetes.io/hostname"}]
            }
        }
    }
    together = bill_of(pool(), pods("StatefulSet", "queue", "100m", "128Mi", 3))
    spread = bill_of(pool(), pods("StatefulSet", "queue", "100m", "128Mi", 3, **apart))
    hours = [[i.quantity.expected / 730 for i in bill.items if i.price.service == "ec2"] for bill in (together, spread)]
    assert hours == [[1], [3]]


def test_room_that_is_left_on_one_host_alone_does_not_do_for_pods_that_stand_apart() -> None:
    """Two nodes are full of the application: two small brokers that stand apart need two more, and not one."""
    apart = {
        "affinity": {
            "podAntiAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "kubernetes.io/hostname"}]
            }
        }
    }
    full = pods("Deployment", "api", "7600m", "12Gi", 2)
    bill = bill_of(pool(), full, pods("StatefulSet", "queue", "200m", "128Mi", 2, **apart))
    (nodes,) = (i.quantity for i in bill.items if i.price.service == "ec2")
    assert nodes.expected == 4 * 730


def test_the_cheapest_type_is_the_one_that_is_started() -> None:
    """Guards against the order of a list deciding the bill: Karpenter starts the cheapest type that fits."""
    for types in (("c8g.2xlarge", "c7g.2xlarge"), ("c7g.2xlarge", "c8g.2xlarge")):
        assert "ec2: c7g.2xlarge" in amounts(bill_of(pool(types), pods("Deployment", "api", replicas=1)))


def test_a_pool_that_no_pod_chooses_has_no_node() -> None:
    """Guards against paying for what Karpenter never starts, and against pods of another pool."""
    bill = bill_of(pool(name="platform"), pods("Deployment", "api", replicas=2))
    assert bill.items == () and bill.unpriced == ()


@given(fewer=st.integers(1, 40), more=st.integers(1, 40))
def test_the_bill_grows_with_the_pods(fewer: int, more: int) -> None:
    """Guards against a count that a rounding loses."""
    one, other = (bill_of(pool(), pods("Deployment", "api", replicas=n)) for n in (fewer, fewer + more))
    assert one.total.expected < other.total.expected


@pytest.mark.parametrize(("quantity", "expected"), [("250m", "250"), ("2", "2000"), ("0.5", "500")])
def test_cpu_quantities_of_kubernetes_are_read(quantity: str, expected: str) -> None:
    """Guards the units of CPU requests."""
    assert millicores(quantity) == Decimal(expected)


def test_memory_quantities_of_kubernetes_are_read_and_others_refused() -> None:
    """Guards the units of memory requests and of volumes."""
    assert [mebibytes(q) for q in ("512Mi", "80Gi", "1Ti", "2048Ki")] == [512, 81920, 1048576, 2]
    with pytest.raises(ValueError, match="not a quantity of memory: 5"):
        mebibytes("5")
