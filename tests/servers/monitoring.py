"""What tools/monitoring.sh built, and a real Prometheus on made-up series."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from components.templates import dump_yaml
from infra.project import ROOT
from tests.servers.debian import outside
from tests.servers.envoy import free_port
from tests.servers.postgres import serving

HOST = "127.0.0.1"


def built(name: str) -> str | None:
    """The path of a program that tools/monitoring.sh built, or None where it didn't."""
    path = ROOT / ".cache" / "monitoring" / name
    return str(path) if path.exists() else None


def version(module: str) -> str:
    """The version of a module that is built, such as "v1.2.3"."""
    files = (path.read_text() for path in (ROOT / "tools" / "monitoring").glob("*/go.mod"))
    (found,) = (
        line.split()[1] for text in files for line in text.splitlines() if line.strip().startswith(f"{module} v")
    )
    return found


@contextmanager
def exporting(text: str) -> Iterator[int]:
    """A pod that tells these metrics; gives its port."""

    class Metrics(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer((HOST, 0), Metrics)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()


@contextmanager
def prometheus(folder: Path, rules: str, metrics: str) -> Iterator[str]:
    """Prometheus that records `rules` of pods which tell `metrics`, once a second; gives its URL."""
    port = free_port()
    with exporting(metrics) as exporter:
        configuration = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(folder / "rules.yml")],
            "scrape_configs": [
                {"job_name": "pods", "honor_labels": True, "static_configs": [{"targets": [f"{HOST}:{exporter}"]}]}
            ],
        }
        (folder / "rules.yml").write_text(rules.replace("interval: 15s", "interval: 1s"))
        (folder / "prometheus.yml").write_text(dump_yaml(configuration))
        options = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
        listens = f"--web.listen-address={HOST}:{port}"
        with serving([str(outside("prometheus")), *options, listens, "--log.level=error"], HOST, port):
            yield f"http://{HOST}:{port}"
