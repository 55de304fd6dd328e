"""Stand-ins for the cloud plugins of Pulumi, which no package registry serves.

They speak the provider protocol to the real engine, know nothing of this project, and reject what the real plugins
would: properties that the SDKs don't have, values outside AWS's own resource schemas, Kubernetes objects that the API
wouldn't take. What they create lives in a `Cloud` for as long as the process does.
"""

from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from .cloud import Cloud
from .sdk import PACKAGES
from .server import StandIn

__all__ = ["PACKAGES", "Cloud", "StandIn", "serve"]


@contextmanager
def serve(cloud: Cloud) -> Iterator[str]:
    """Serves a stand-in for each package; yields the value of PULUMI_DEBUG_PROVIDERS that makes the engine use them."""
    servers, attached = [], []
    unlimited = [("grpc.max_receive_message_length", -1)]
    for package in PACKAGES:
        server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), options=unlimited)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(StandIn(package, cloud), server)
        attached.append(f"{package}:{server.add_insecure_port('127.0.0.1:0')}")
        server.start()
        servers.append(server)
    try:
        yield ",".join(attached)
    finally:
        cloud.released.set()
        for server in servers:
            server.stop(grace=None).wait()
