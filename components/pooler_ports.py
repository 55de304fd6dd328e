"""The ports of a pooler's pod beside the one that clients connect to; its read proxy shows metrics as every Envoy does."""

EXPORTER_PORT = 9127
"""Where PgBouncer's exporter answers Prometheus. [pgbouncer_exporter, web.listen-address]"""
