"""Prometheus rules on the certificates that the stack's authority issued: that an update renews each in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

DAY_SECONDS = 86_400
RENEWAL_OVERDUE_DAYS = 60
"""An update renews a certificate in its last 90 days. With 60 left there was no update for a month."""
EXPIRY_NEAR_DAYS = 14


def certificate_groups(ends: Mapping[str, str]) -> dict[str, Any]:
    """The content of a rule file, of when each certificate `ends` (RFC 3339), by name.

    The expiry is recorded as it was issued, and not probed: a pod reads its certificate when it starts, and is made anew
    with it, so that what is served is what was issued. None of the servers tells the expiry as a metric in one way.
    """
    recorded = [
        {
            "record": "ramp:certificate_ends_seconds",
            "expr": f"vector({int(datetime.fromisoformat(moment).timestamp())})",
            "labels": {"certificate": name},
        }
        for name, moment in sorted(ends.items())
    ]
    alerts = [
        _alert("CertificateNotRenewed", RENEWAL_OVERDUE_DAYS, "ticket"),
        _alert("CertificateExpires", EXPIRY_NEAR_DAYS, "page"),
    ]
    return {"groups": [{"name": "certificates", "interval": "1m", "rules": [*recorded, *alerts]}]}


def _alert(name: str, days: int, severity: str) -> dict[str, Any]:
    return {
        "alert": name,
        "expr": f"ramp:certificate_ends_seconds - time() < {days * DAY_SECONDS}",
        "for": "10m",
        "labels": {"severity": severity},
        "annotations": {"summary": f"{{{{ $labels.certificate }}}} expires in less than {days} days: run pulumi up"},
    }
