"""A Kubernetes API server on this machine, with etcd and the controllers that make pods; no pod ever runs."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ruamel.yaml import YAML

from infra.project import ROOT
from tests.servers.envoy import free_port

BUILT = ROOT / ".cache" / "kubernetes"
CONTROLLERS = ("deployment", "replicaset", "statefulset", "job", "serviceaccount", "resourcequota", "namespace")
TOKEN = "the-administrator"
Object = dict[str, Any]


def program(name: str) -> str | None:
    """The path of a program that tools/kubernetes.sh built, or None where it didn't."""
    return str(BUILT / name) if (BUILT / name).exists() else None


class Refused(Exception):
    """The server's answer to a request that it refused."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """A client of one server, in the name of its administrator."""

    def __init__(self, port: int, certificate: Path, token: str = TOKEN) -> None:
        self.port, self.certificate, self._token = port, certificate, token
        self._connection = http.client.HTTPSConnection(
            "127.0.0.1", port, timeout=60, context=ssl.create_default_context(cafile=str(certificate))
        )
        self._plurals: dict[str, dict[str, tuple[str, bool]]] = {}

    def named(self, namespace: str, account: str) -> Api:
        """A client in the name of a service account, as a pod of it is one."""
        asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        made = self.ask("POST", f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token", asked)
        return Api(self.port, self.certificate, made["status"]["token"])

    def kubeconfig(self) -> Object:
        """By which another program asks the server in this client's name."""
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": "test",
                    "cluster": {
                        "server": f"https://127.0.0.1:{self.port}",
                        "certificate-authority": str(self.certificate),
                    },
                }
            ],
            "users": [{"name": "test", "user": {"token": self._token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
            "current-context": "test",
        }

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Returns the answer's JSON. Raises Refused."""
        text = None if body is None else json.dumps(body)
        told = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", **headers}
        self._connection.request(method, path, text, told)
        response = self._connection.getresponse()
        answer = response.read().decode()
        if response.status >= 400:
            raise Refused(response.status, json.loads(answer)["message"] if answer.startswith("{") else answer)
        return json.loads(answer) if answer.startswith("{") else answer

    def apply(self, made: Object) -> Object:
        """Applies an object as pulumi-kubernetes does, by server-side apply and without force, but more strictly."""
        query = urlencode({"fieldManager": "pulumi-kubernetes", "fieldValidation": "Strict"})
        kind = {"Content-Type": "application/apply-patch+yaml"}
        return self.ask("PATCH", f"{self.path(made)}?{query}", made, **kind)

    def patch(self, path: str, change: Object) -> Object:
        """Changes some fields of what stands at a path, as someone else would."""
        return self.ask("PATCH", path, change, **{"Content-Type": "application/merge-patch+json"})

    def delete(self, made: Object) -> None:
        self.ask("DELETE", self.path(made), {"propagationPolicy": "Background"})

    def get(self, made: Object) -> Object:
        return self.ask("GET", self.path(made))

    def list(self, api: str, plural: str) -> list[Object]:
        return self.ask("GET", f"{_root(api)}/{plural}")["items"]

    def path(self, made: Object) -> str:
        """Where an object stands. Raises LookupError for a kind that the server doesn't serve."""
        api, kind, metadata = made["apiVersion"], made["kind"], made["metadata"]
        plural, namespaced = self._served(api)[kind]
        within = f"/namespaces/{metadata['namespace']}" if namespaced else ""
        return f"{_root(api)}{within}/{plural}/{metadata['name']}"

    def serves(self, api: str, kind: str) -> bool:
        """Whether the server knows the kind by now."""
        self._plurals.pop(api, None)
        try:
            return kind in self._served(api)
        except Refused:
            return False

    def close(self) -> None:
        """Ends the connection; the next request opens one."""
        self._connection.close()

    def _served(self, api: str) -> Mapping[str, tuple[str, bool]]:
        if api not in self._plurals:
            found = self.ask("GET", _root(api))["resources"]
            self._plurals[api] = {r["kind"]: (r["name"], r["namespaced"]) for r in found if "/" not in r["name"]}
        return self._plurals[api]


def _root(api: str) -> str:
    return f"/api/{api}" if "/" not in api else f"/apis/{api}"


def until(done: Callable[[], Any], seconds: float, what: Callable[[], str]) -> Any:
    """Returns the first true answer of `done`. Raises AssertionError with `what` is wrong after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := done():
            return answer
        time.sleep(0.2)
    raise AssertionError(what())


@contextmanager
def running(folder: Path, *, autoscales: bool = False) -> Iterator[Api]:
    """A server with nothing in it but the definitions of the kinds that Amazon adds, and its controllers.

    Where it `autoscales`, its autoscaler looks once a second, and each controller comes with an account of its own.
    """
    etcd_port, peers, port = free_port(), free_port(), free_port()
    key, certificates = folder / "accounts.key", folder / "certificates"
    _openssl(folder, "genrsa", "-out", str(key), "2048")
    _front_proxy(folder)
    (folder / "tokens.csv").write_text(f"{TOKEN},administrator,1,system:masters\n")
    etcd = f"http://127.0.0.1:{etcd_port}"
    with ExitStack() as stack:
        stack.enter_context(_started(folder, "etcd", *_etcd(folder, etcd, f"http://127.0.0.1:{peers}")))
        server = stack.enter_context(
            _started(folder, "kube-apiserver", *_server(folder, etcd, port, key, certificates))
        )
        until(lambda: (certificates / "apiserver.crt").exists(), 30, server.complaint)
        api = Api(port, certificates / "apiserver.crt")
        until(lambda: _ready(api), 60, server.complaint)
        _define(api)
        config = folder / "kubeconfig.json"
        config.write_text(json.dumps(api.kubeconfig()))
        stack.enter_context(_started(folder, "kube-controller-manager", *_controllers(config, key, autoscales)))
        yield api


def _etcd(folder: Path, clients: str, peers: str) -> list[str]:
    listens = [f"--listen-client-urls={clients}", f"--advertise-client-urls={clients}", f"--listen-peer-urls={peers}"]
    return [f"--data-dir={folder / 'etcd'}", *listens, "--unsafe-no-fsync", "--log-level=error"]


def _server(folder: Path, etcd: str, port: int, key: Path, certificates: Path) -> list[str]:
    return [
        f"--etcd-servers={etcd}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--secure-port={port}",
        f"--cert-dir={certificates}",
        "--service-cluster-ip-range=172.20.0.0/16",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={key}",
        f"--service-account-signing-key-file={key}",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--authorization-mode=RBAC",
        f"--requestheader-client-ca-file={folder / 'front-proxy.crt'}",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={folder / 'front-proxy.crt'}",
        f"--proxy-client-key-file={folder / 'front-proxy.key'}",
    ]


def _front_proxy(folder: Path) -> None:
    """By this certificate a server that is asked through the API server knows that it is the API server which asks."""
    names = ["-subj", "/CN=front-proxy", "-addext", "extendedKeyUsage=clientAuth"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "front-proxy.key"]
    _openssl(folder, "req", "-x509", *key, "-out", "front-proxy.crt", "-days", "2", *names)


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, timeout=30)


def _controllers(config: Path, key: Path, autoscales: bool) -> list[str]:
    names = (*CONTROLLERS, "horizontal-pod-autoscaler") if autoscales else CONTROLLERS
    looks = ["--use-service-account-credentials", "--horizontal-pod-autoscaler-sync-period=1s"] if autoscales else []
    return [
        f"--kubeconfig={config}",
        f"--service-account-private-key-file={key}",
        f"--controllers={','.join(f'{name}-controller' for name in names)}",
        *looks,
        "--leader-elect=false",
        "--secure-port=0",
        "--kube-api-qps=500",
        "--kube-api-burst=500",
    ]


class _Program:
    def __init__(self, log: Path) -> None:
        self._log = log

    def complaint(self) -> str:
        return f"not ready: {self._log.read_text()[-3000:]}"


@contextmanager
def _started(folder: Path, name: str, *options: str) -> Iterator[_Program]:
    log = folder / f"{name}.log"
    with log.open("w") as output:
        process = subprocess.Popen([str(BUILT / name), *options], stdout=output, stderr=output, cwd=folder)
        try:
            yield _Program(log)
        finally:
            process.kill()
            process.wait(timeout=30)


def _ready(api: Api) -> bool:
    try:
        return api.ask("GET", "/readyz") == "ok"
    except (OSError, http.client.HTTPException, Refused):
        api.close()
        return False


def _define(api: Api) -> None:
    """Karpenter's own definition of a NodePool; Amazon's own kinds are not public, and get one that takes anything."""
    api.apply(YAML(typ="safe").load(BUILT / "crds" / "karpenter.sh_nodepools.yaml"))
    for kind, scope in (("NodeClass", "Cluster"), ("TargetGroupBinding", "Namespaced")):
        api.apply(_anything("eks.amazonaws.com", kind, scope))
    for group, kind in (("karpenter.sh", "NodePool"), ("eks.amazonaws.com", "TargetGroupBinding")):
        until(lambda group=group, kind=kind: api.serves(f"{group}/v1", kind), 20, lambda kind=kind: f"no {kind}")


def _anything(group: str, kind: str, scope: str) -> Object:
    plural = f"{kind.lower()}es" if kind.endswith("s") else f"{kind.lower()}s"
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": scope,
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "versions": [version],
        },
    }
