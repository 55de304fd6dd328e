"""Bad settings through the command line: each value that AWS, Kubernetes or a server would refuse, told at its line."""

import re

import pytest

from infra.catalogue.waf import rule_groups
from infra.patterns import RULE_GROUP
from infra.project import ROOT
from tests.unit.folder import SETTINGS, Folder, line

SETTINGS_CASES = [
    ("max_pods: 110", "max_pod: 110", "app.server.max_pod: got an unknown key; allowed: architecture, "
     "burst_capacity_type, daemon_cpu_millicores, daemon_memory_mib, families, max_pods, surge. Did you mean max_pods?"),
    ("max_pods: 110", "max_pods: lots", 'app.server.max_pods: got "lots"; allowed: a valid integer'),
    ('account_id: "111122223333"', "account_id: 011122223333", "account_id: got 11122223333; allowed: text. "
     "Put it in quotes: without them it is not text, and a leading zero would be lost."),
    ("domain: mgx.example.com", "domain: mgx_example", 'domain: got "mgx_example"; allowed: '
     "a domain in lower case such as mgx.example.com"),
    ("10.1.0.0/16", "10.0.128.0/17", "regions.names.US-West.cidr: 10.0.128.0/17 overlaps the network of US-East, 10.0.0.0/16"),
    ("10.1.0.0/16", "10.1.0.0/24", 'regions.names.US-West.cidr: got "10.1.0.0/24"; allowed: '
     "a /16 to a /20: a VPC takes at most a /16, and a smaller one has no room for pods"),
    ("10.1.0.0/16", "10.1.0.1/16", 'regions.names.US-West.cidr: got "10.1.0.1/16"; allowed: '
     "an IPv4 network such as 10.0.0.0/16; probably 10.1.0.0/16"),
    ("zones: [us-west-2a, us", "zones: [us-east-1a, us", "regions.names.US-West.zones: us-east-1a is not in us-west-2, "
     "which has us-west-2a, us-west-2b, us-west-2c, us-west-2d"),
    ("zones: [us-west-2a, us-west-2b", "zones: [us-west-2a, us-west-2a",
     "regions.names.US-West.zones: us-west-2a, us-west-2a, us-west-2c are not all different"),
    ("home: US-East", "home: US-Eest", "regions.home: US-Eest is not one of names: US-East, US-West, EU-West, "
     "EU-Central, EU-North, AP-Southeast, AP-Northeast, AP-South"),
    ("families: [m7g, m8g]", "families: [m7g, zz9]", "platform.families: no ec2 family zz9 of arm64; allowed: "
     "c6g, c6gd, c7g, c7gd, c8g, m6g, m7g, m8g, r6g, r7g, r8g, t4g"),
    ("ttl_seconds: 20", "ttl_seconds: 30", "failover.ttl_seconds: 30 is too much, since failover takes "
     "check_interval_seconds × failure_threshold + timeout + ttl_seconds = 30 × 1 + 6 + 30 = 66 s, allowed: below 60 s"),
    ("standby_ratio: 0.2", "standby_ratio: .nan", "regions.standby_ratio: got NaN; allowed: less than or equal to 1"),
    ("-{number}", "-{numbr}", 'database.replica_host: got "db-replica-{numbr}.internal"; allowed: '
     "a private name with {number} in it, such as db-replica-{number}.internal"),
    ("AWSManagedRulesCommonRuleSet:", "CommonRuleSet:", 'web_acl.managed_rules.CommonRuleSet: got "CommonRuleSet"; '
     "allowed: AWSManagedRules and then one of AdminProtectionRuleSet, AmazonIpReputationList, AnonymousIpList, CommonRuleSet, "
     "KnownBadInputsRuleSet, LinuxRuleSet, PHPRuleSet, SQLiRuleSet, UnixRuleSet, WindowsRuleSet, WordPressRuleSet"),
    ("us-west-2c]", "us-west-2z]", "regions.names.US-West.zones: us-west-2z is not in us-west-2, "
     "which has us-west-2a, us-west-2b, us-west-2c, us-west-2d"),
    ('"1.36"', '"1.99"',
     'cluster.kubernetes_version: got "1.99"; allowed: one of 1.35, 1.36 (infra/catalogue/data/versions.csv)'),
    ("log_retention_days: 90", "log_retention_days: 91", "cluster.log_retention_days: got 91; allowed: 1, 3, 5, 7, 14, 30, "
     "60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653"),
    ("administrator: ramp_admin", "administrator: admin", 'database.administrator: got "admin"; allowed: '
     "a name that PostgreSQL and RDS don't keep for themselves: not admin, user or pg_…"),
    ("administrator: ramp_admin", "administrator: mgx_ai_b",
     "database.administrator: mgx_ai_b is a role of the application or of monitoring"),
    ("backup_retention_days: 14", "backup_retention_days: 36",
     "database.backup_retention_days: got 36; allowed: less than or equal to 35"),
    ("backup_window: 03:00-04:00", "backup_window: 03:00-03:10", 'database.backup_window: got "03:00-03:10"; allowed: '
     "at least 30 minutes and less than a day; this is 10 minutes"),
    ("backup_window: 03:00-04:00", "backup_window: 25:00-26:00", 'database.backup_window: got "25:00-26:00"; allowed: '
     "a window of every day in UTC, such as 03:00-04:00"),
    ('start: "08:30"', 'start: "02:30"', "backup.start: 02:30 is in, or less than an hour before, the database's backup "
     "window 03:00-04:00"),
    ('start: "08:30"', 'start: "05:30"', "backup.start: 05:30 is in, or less than an hour before, sun:05:00-sun:06:00, "
     "when database 1 in us-east-1 is maintained"),
    ("port: 5432", "port: 22", "database.port: got 22; allowed: greater than or equal to 1150"),
    ("rabbitmq:4.3.4-management", "rabbitmq", 'queue.image: got "docker.io/library/rabbitmq"; allowed: '
     "a container image with its tag or digest, such as docker.io/library/postgres:17.6"),
    ("  message_ttl_seconds: 604800", "  message_ttl_seconds: 6048000",
     "queue.message_ttl_seconds: got 6048000; allowed: less than or equal to 4294967"),
    ('image_tag: "1.0.0"', "image_tag: latest", 'app.image_tag: got "latest"; allowed: '
     "the tag of one image; `latest` would be another one each time, and a tag can't be pushed twice"),
    ("emails: [platform-team@mgx.example.com]", "emails: [on-call]",
     'monitoring.emails.0: got "on-call"; allowed: an e-mail address such as on-call@example.com'),
    ("  namespace: monitoring", "  namespace: mgx-ai", "monitoring.namespace: mgx-ai is the application's"),
    ("owner: platform-team", "owner: a, b",
     'owner: got "a, b"; allowed: letters, digits, blanks and . : / = + - @ _, as a tag takes them'),
    ("cpu_down_percent: 40", "cpu_down_percent: 75",
     "app.scaling.cpu_down_percent: 75 is not below cpu_percent 70: it would scale up and down at once"),
    ("    task: {", "    gateway: {", "app.services: got gateway; allowed: another name; the gateway has it"),
    ("    task: {", "    mgx-api: {", "app.services: got mgx-api; allowed: another name; the main service (line 125) has it"),
    ("[ecr.api, ecr.dkr", "[ecr-api, ecr.dkr", 'network.interface_endpoints.0: got "ecr-api"; allowed: '
     "a service of infra/catalogue/data/endpoints.csv; probably ecr.api or execute-api or ecr-public.api"),
    ("[SizeRestrictions_BODY,", "[SizeRestrictions_Body,", "web_acl.managed_rules.AWSManagedRulesCommonRuleSet: "
     "SizeRestrictions_Body is none of its rules: CrossSiteScripting_BODY, CrossSiteScripting_COOKIE, "
     "CrossSiteScripting_QUERYARGUMENTS, CrossSiteScripting_URIPATH, EC2MetaDataSSRF_BODY, EC2MetaDataSSRF_COOKIE, "
     "EC2MetaDataSSRF_QUERYARGUMENTS, EC2MetaDataSSRF_URIPATH, GenericLFI_BODY, GenericLFI_QUERYARGUMENTS, "
     "GenericLFI_URIPATH, GenericRFI_BODY, GenericRFI_QUERYARGUMENTS, GenericRFI_URIPATH, NoUserAgent_HEADER, "
     "RestrictedExtensions_QUERYARGUMENTS, RestrictedExtensions_URIPATH, SizeRestrictions_BODY, "
     "SizeRestrictions_Cookie_HEADER, SizeRestrictions_QUERYSTRING, SizeRestrictions_URIPATH, UserAgent_BadBots_HEADER"),
    ('engine_version: "17.6"', 'engine_version: "17.60"', 'database.engine_version: got "17.60"; allowed: '
     "one of 17, 17.5, 17.6, 17.7, 17.8, 17.9, 17.10, 17.11 (infra/catalogue/data/versions.csv)"),
    ('engine_version: "17.6"', 'engine_version: "17.06"', 'database.engine_version: got "17.06"; allowed: '
     "a version of PostgreSQL such as 17.6, in quotes"),
    ("rabbitmq:4.3.4-management", "rabbitmq:3.13-management", 'queue.image: got "docker.io/library/rabbitmq:3.13-management"; '
     "allowed: an image of RabbitMQ 4.1 or newer"),
    ("prometheus/prometheus:v3.5.0", "prometheus/prometheus:latest", "monitoring.prometheus_image: got "
     '"quay.io/prometheus/prometheus:latest"; allowed: an image by another tag or a digest; '
     "`latest` would be another one each time"),
    ("  port: 6432", "  port: 9127", "pooler.port: 9127 is that of the exporter in the same pod"),
    ("203.0.113.0/24", "10.0.0.0/8", 'endpoint_cidrs.0: got "10.0.0.0/8"; allowed: '
     "a network as the internet sees it, such as 203.0.113.0/24: EKS takes no reserved addresses"),
    ("keepalive_timeout_seconds: 50", "keepalive_timeout_seconds: 120", "cdn.keepalive_timeout_seconds: 120 is not below "
     "load_balancer.idle_timeout_seconds 120: the CDN would use connections that the balancer has closed"),
    ("read_timeout_seconds: 120", "read_timeout_seconds: 60", "cdn.read_timeout_seconds: 60 is below "
     "gateway.timeout_seconds 120: the CDN gives up while an answer may still come"),
    ("idle_timeout_seconds: 120", "idle_timeout_seconds: 119", "load_balancer.idle_timeout_seconds: 119 is below "
     "gateway.timeout_seconds 120: the balancer gives up while an answer may still come"),
    ("termination_grace_seconds: 120", "termination_grace_seconds: 90", "app.termination_grace_seconds: 90 is below "
     "gateway.timeout_seconds 120: a pod that goes ends while an answer may still come"),
    ("us-west-2: pl-82a045eb", "us-west-2: pl-3b927c52", "cdn.origin_prefix_lists.us-west-2: pl-3b927c52 is that of us-east-1; "
     "each region has its own"),
    ("max_pods: 110", "max_pods: 6", "app.server.max_pods: 6 is fewer than the 7 services, of which each server runs a pod each"),
    ("phases: {} ", "phases: {phase9: {}} ", "usage.phases: got phase9; allowed: baseline, phase1, phase2, phase3. "
     "Probably meant: 'phase3'."),
    ("phases: {} ", "phases: {phase3: {cdn_hit_percent: 101}} ",
     "usage.phases.phase3.cdn_hit_percent: got 101; allowed: less than or equal to 100"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "said"), SETTINGS_CASES)
def test_a_mistake_in_the_settings_is_told_once_at_its_line(folder: Folder, before: str, after: str, said: str) -> None:
    """Guards each message as a person reads it: the key to change, its line, what stands there, what may."""
    assert folder.settings(before, after) == f"settings.yaml:{line(before, SETTINGS)}: {said}"


def test_a_misspelt_figure_of_one_phases_use_is_told_at_its_line(folder: Folder) -> None:
    """Guards against a mistake that is told of the whole section, or of no line."""
    said = folder.settings("phases: {} ", "phases:\n    phase3:\n      respons_kib: 20 ")
    at = line("phases: {}", SETTINGS) + 2
    assert said.startswith(f"settings.yaml:{at}: usage.phases.phase3.respons_kib: got an unknown key;")
    assert said.endswith(". Did you mean response_kib?")


def test_pods_that_fit_on_no_node_are_told_each_at_its_line(folder: Folder) -> None:
    """Guards a plan whose pods wait for ever, and a validator's sentences against being one mistake."""
    said = folder.settings("  vcpu: 4\n  memory_gib: 16", "  vcpu: 1\n  memory_gib: 16")
    assert [each.split(": ", 1)[1] for each in said.splitlines()] == [
        "gateway.cpu_millicores: 1000 is more than a platform node has for pods: 740",
        "monitoring.cpu_millicores: 1000 is more than a platform node has for pods: 740",
        "pooler.cpu_millicores: 750 is more than a platform node has for pods: 740",
    ]


def test_a_region_word_without_a_region_is_told_at_the_documents_line(folder: Folder) -> None:
    """Guards against a KeyError for a word that the settings lack."""
    said = folder.settings("    US-West: {", "    US-Wast: {")
    assert said.startswith(f"{ROOT}/roadmap/mgx-ai.md:")
    assert (
        ": region: got 'US-West'; allowed: a region word of settings.yaml, regions.names: US-East, US-Wast, EU-West"
        in said
    )


def test_several_mistakes_are_told_together(folder: Folder) -> None:
    """Guards against a user who mends one mistake only to be told the next."""
    text = SETTINGS.replace("max_pods: 110", "max_pods: lots").replace("domain: mgx.", "domain: -mgx.")
    folder.write("settings.yaml", text)
    said = folder.refused("plan", "--settings", "settings.yaml").splitlines()
    assert [each.split(": ")[1] for each in said] == ["domain", "app.server.max_pods"]


def test_windows_that_meet_are_told_at_the_window(folder: Folder) -> None:
    """Guards a sentence that begins like a key: it was told of the section's first value, and lost its first word."""
    said = folder.settings("snapshot_window: 02:00-03:00", "snapshot_window: 00:00-01:00").splitlines()
    at = line("maintenance_window: sun:00:30", SETTINGS)
    assert said[0] == (
        f"settings.yaml:{at}: cache.maintenance_window: cache in us-east-1 is maintained in sun:00:30-sun:01:30, which "
        "meets its backup window 00:00-01:00; AWS refuses that"
    )


def test_a_rule_applied_to_settings_alone_is_told_at_the_setting(folder: Folder) -> None:
    """Guards a mistake told at the heading of a phase that says nothing of it."""
    said = folder.settings("take_overs: []", "take_overs: [{to: US-East, servers: 1, former: keep}]")
    assert said.startswith(
        f"settings.yaml:{line('take_overs: []', SETTINGS)}: regions.take_overs.0.to: us-east-1 led already"
    )


def test_every_rule_group_that_may_be_named_has_its_rules() -> None:
    """Guards a group that is allowed and of whose rules nothing is known."""
    assert all(re.fullmatch(RULE_GROUP, group) for group in rule_groups())
    assert len(rule_groups()) == RULE_GROUP.count("|") + 1
