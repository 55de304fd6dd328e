"""The patterns that several values share, and what each of them says in words."""

ACCOUNT_ID = r"^[0-9]{12}$"
API_VERSION = r"^v[1-9][0-9]*$"
ARCHITECTURE = r"^(arm64|amd64)$"
ASSETS_PATH = r"^/[a-z0-9_-]+(/[a-z0-9_-]+)*/\*$"
COUNTED_RULE = r"^[A-Za-z0-9_-]{1,128}$"
DAILY_WINDOW = r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$"
DAY_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
DOMAIN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"
EMAIL = r"^[^@\s,;<>]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,63}$"
ENDPOINT = r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"
ENGINE_VERSION = r"^[0-9]{2}(\.[1-9]?[0-9])?$"
HEADER = r"^[a-z0-9-]{1,64}$"
IMAGE = (
    r"^([a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?/)?[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*"
    r"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|@sha256:[0-9a-f]{64}|:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}@sha256:[0-9a-f]{64})$"
)
IDENTITY = r"^arn:aws:iam::[0-9]{12}:(role|user)/[A-Za-z0-9+=,.@_/-]+$"
MOMENT = r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]Z$"
LABEL = r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$"
PHASE = r"^(baseline|phase[1-9][0-9]?)$"
PRIVATE_NAME = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9-]{1,63})+$"
PREFIX_LIST = r"^pl-[0-9a-f]{8,17}$"
REGION = r"^[a-z]{2}(-gov)?-[a-z]+-[1-9]$"
REPLICA_HOST = r"^[a-z0-9.-]*\{number\}[a-z0-9.-]*$"
PATH = r"^/$|^(/[a-z0-9_-]+)+$"
_RULE_GROUPS = (
    "AdminProtectionRuleSet", "AmazonIpReputationList", "AnonymousIpList", "CommonRuleSet", "KnownBadInputsRuleSet",
    "LinuxRuleSet", "PHPRuleSet", "SQLiRuleSet", "UnixRuleSet", "WindowsRuleSet", "WordPressRuleSet",
)  # fmt: skip
RULE_GROUP = rf"^AWSManagedRules({'|'.join(_RULE_GROUPS)})$"
SQL_NAME = r"^[a-z][a-z0-9_]{0,62}$"
TAG = r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$"
TAG_VALUE = r"^[\w .:/=+@-]+$"
WEEKDAY = "(mon|tue|wed|thu|fri|sat|sun)"
WEEKLY_WINDOW = rf"^{WEEKDAY}:([01][0-9]|2[0-3]):[0-5][0-9]-{WEEKDAY}:([01][0-9]|2[0-3]):[0-5][0-9]$"
ZONE = r"^[a-z]{2}(-gov)?-[a-z]+-[1-9][a-z]$"

WORDS = {
    ACCOUNT_ID: "the 12 digits of an AWS account, in quotes",
    API_VERSION: "a version as it stands in a path, such as v1",
    ARCHITECTURE: "arm64 or amd64",
    ASSETS_PATH: "a path of lower-case letters, digits, - and _ with /* at its end, such as /assets/*",
    COUNTED_RULE: "the name of a rule of its group, such as SizeRestrictions_BODY",
    DAILY_WINDOW: "a window of every day in UTC, such as 03:00-04:00",
    DAY_TIME: "a time of day in UTC such as 08:30",
    DOMAIN: "a domain in lower case such as mgx.example.com",
    EMAIL: "an e-mail address such as on-call@example.com",
    ENDPOINT: "an AWS service as its endpoints name it, such as ecr.api",
    ENGINE_VERSION: "a version of PostgreSQL such as 17.6, in quotes",
    HEADER: "a header's name in lower case such as x-api-key",
    IDENTITY: "the ARN of an IAM role or user, such as arn:aws:iam::111122223333:role/platform-admin",
    IMAGE: "a container image with its tag or digest, such as docker.io/library/postgres:17.6",
    LABEL: "at most 40 lower-case letters, digits and hyphens, a letter first and no hyphen last",
    MOMENT: "a minute in UTC such as 2026-11-24T10:00Z, in quotes",
    PHASE: "baseline, phase1, phase2 …",
    PRIVATE_NAME: "a name in lower case with a zone behind it, such as db-primary.internal",
    PREFIX_LIST: "the id of a prefix list such as pl-3b927c52",
    REGION: "an AWS region such as us-east-1",
    REPLICA_HOST: "a private name with {number} in it, such as db-replica-{number}.internal",
    PATH: "a path of lower-case letters, digits, - and _, such as /tasks",
    RULE_GROUP: f"AWSManagedRules and then one of {', '.join(_RULE_GROUPS)}",
    SQL_NAME: "at most 63 lower-case letters, digits and _, a letter first",
    TAG: "an image's tag: at most 128 letters, digits, dots, - and _, neither a dot nor - first",
    TAG_VALUE: "letters, digits, blanks and . : / = + - @ _, as a tag takes them",
    WEEKLY_WINDOW: "a window of every week in UTC, such as sun:05:00-sun:06:00",
    ZONE: "an availability zone such as us-east-1a",
}
