"""A real PostgreSQL primary with a hot standby, and a real PgBouncer, each started in a folder of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.debian import FOLDER, outside

PRIMARY, REPLICA = "127.0.0.1", "127.0.0.2"
DATABASE, ADMINISTRATOR, ADMINISTRATOR_PASSWORD = "mgx_ai", "ramp_admin", "of the administrator"


def program(name: str) -> str | None:
    """The path of a program of PostgreSQL or PgBouncer of the deployed versions, or of this machine's own; None without."""
    return outside(name) or shutil.which(name)


def path() -> str:
    """PATH, with the folder of PostgreSQL's programs."""
    return os.pathsep.join([str(FOLDER / "outside/usr/lib/postgresql/17/bin"), os.environ["PATH"]])


def command(name: str, *arguments: str) -> list[str]:
    """A command line; where root runs the tests, as another user, since neither server runs as root.

    The servers stand below this checkout, which that user may not be let into: it may read whatever there is.
    """
    user = ["--reuid=65534", "--regid=65534", "--clear-groups"]
    read = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    drop = ["setpriv", *user, *read] if os.geteuid() == 0 else []
    return [*drop, str(program(name)), *arguments]


def run(name: str, *arguments: str, environment: Mapping[str, str] | None = None, text: str | None = None) -> str:
    """What a program prints. Raises CalledProcessError, with what it said, if it fails."""
    done = subprocess.run(
        command(name, *arguments),
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **(environment or {})},
        input=text, text=True, capture_output=True, timeout=60, cwd="/",
    )  # fmt: skip
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, name, done.stdout, done.stderr)
    return done.stdout.strip()


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that the servers' user owns."""
    path = Path(tempfile.mkdtemp(prefix="ramp-"))
    try:
        if os.geteuid() == 0:
            os.chown(path, 65534, 65534)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((PRIMARY, 0))
        return listener.getsockname()[1]


@contextmanager
def serving(argv: Sequence[str], host: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server from when it listens until the block ends. Raises RuntimeError with its output if it never does."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(argv, stdout=log, stderr=log, cwd="/")
        try:
            for _ in range(200):
                if process.poll() is not None:
                    break
                try:
                    socket.create_connection((host, port), timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            if process.poll() is not None:
                log.seek(0)
                raise RuntimeError(f"{argv[-1]} ended with {process.returncode}: {log.read().decode()}")
            yield process
        finally:
            process.terminate()
            process.wait(timeout=30)


@dataclass(frozen=True)
class Servers:
    """A primary and a standby that listen on one port of two addresses, with the authority of their certificate."""

    port: int
    authority: Path

    def superuser(self, database: str) -> str:
        """The address of a database for the superuser, by the primary's socket."""
        return f"host={self.authority.parent} port={self.port} dbname={database} user=superuser"

    def administrator(self) -> dict[str, str]:
        """The environment in which a Job's psql runs."""
        return {
            "PGHOST": PRIMARY, "PGPORT": str(self.port), "PGDATABASE": DATABASE,
            "PGUSER": ADMINISTRATOR, "PGPASSWORD": ADMINISTRATOR_PASSWORD,
            "PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(self.authority),
        }  # fmt: skip


def certificate(at: Path, *hosts: str) -> None:
    """A self-signed `tls.crt` for both addresses and `hosts`, and its `tls.key`, which is its own authority."""
    names = "subjectAltName=" + ",".join([f"IP:{PRIMARY}", f"IP:{REPLICA}", *(f"DNS:{host}" for host in hosts)])
    key, crt = str(at / "tls.key"), str(at / "tls.crt")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    run("openssl", "req", "-x509", "-nodes", *curve, "-days", "2", "-subj", "/CN=servers", "-addext", names,
        "-keyout", key, "-out", crt)  # fmt: skip


@contextmanager
def servers(*hosts: str) -> Iterator[Servers]:
    """A primary as RDS gives it (TLS forced, SCRAM, an administrator who is no superuser), and its hot standby.

    Their certificate holds `hosts` too.
    """
    with folder() as at:
        certificate(at, *hosts)
        port, primary, replica = free_port(), at / "primary", at / "replica"
        run("initdb", f"--pgdata={primary}", "--username=superuser", "--auth-local=trust", "--no-sync")
        (primary / "pg_hba.conf").write_text(
            "local all all trust\nlocal replication all trust\nhostssl all all all scram-sha-256\n"
        )
        options = [f"-cunix_socket_directories={at}", "-cssl=on", f"-cssl_cert_file={at}/tls.crt", f"-cssl_key_file={at}/tls.key",
                   "-cfsync=off", "-cwal_level=logical", f"-p{port}", "-cpassword_encryption=scram-sha-256"]  # fmt: skip
        local = {"PGHOST": str(at), "PGPORT": str(port), "PGUSER": "superuser"}
        with serving(command("postgres", "-D", str(primary), f"-clisten_addresses={PRIMARY}", *options), PRIMARY, port):
            statements = f"""
                CREATE ROLE rds_superuser;
                GRANT pg_monitor TO rds_superuser WITH ADMIN OPTION;
                CREATE ROLE {ADMINISTRATOR} LOGIN CREATEDB CREATEROLE PASSWORD '{ADMINISTRATOR_PASSWORD}';
                GRANT rds_superuser TO {ADMINISTRATOR};
                CREATE DATABASE {DATABASE} OWNER {ADMINISTRATOR};
            """
            _await(local)
            run("psql", "--no-psqlrc", "--dbname=postgres", environment=local, text=statements)
            run(
                "pg_basebackup",
                f"--pgdata={replica}",
                "--write-recovery-conf",
                "--checkpoint=fast",
                "--no-sync",
                environment=local,
            )
            standby = command("postgres", "-D", str(replica), f"-clisten_addresses={REPLICA}", *options)
            with other_socket(at, standby) as argv, serving(argv, REPLICA, port):
                _await({"PGHOST": REPLICA, "PGPORT": str(port)})
                yield Servers(port, at / "tls.crt")


def _await(environment: Mapping[str, str]) -> None:
    """A server listens before it has started: waits until it takes connections. Raises TimeoutError if it never does."""
    for _ in range(200):
        asked = subprocess.run(command("pg_isready", "--quiet"), env={"PATH": path(), **environment}, check=False)
        if asked.returncode == 0:
            return
        time.sleep(0.1)
    raise TimeoutError("PostgreSQL listens and takes no connection")


@contextmanager
def other_socket(at: Path, argv: list[str]) -> Iterator[list[str]]:
    """The standby's own socket folder: both listen on one port, so one folder can't hold both sockets."""
    yield [argument for argument in argv if not argument.startswith("-cunix")] + ["-cunix_socket_directories="]


@contextmanager
def pgbouncer(files: Mapping[str, str], at: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """PgBouncer on the files given, beside a certificate of its own in the folder `at`."""
    certificate(at)
    for name, text in files.items():
        (at / name).write_text(text)
    with serving(command("pgbouncer", str(at / "pgbouncer.ini")), PRIMARY, port) as process:
        yield process
