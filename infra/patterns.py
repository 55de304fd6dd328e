"""The patterns that several values share, and what each of them says in words."""

ACCOUNT_ID = r"^[0-9]{12}$"
ARCHITECTURE = r"^(arm64|amd64)$"
ARN = r"^arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:[0-9]*:.+$"
DOMAIN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"
HEADER = r"^[a-z0-9-]{1,64}$"
IMAGE = r"^[^\s]+$"
LABEL = r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$"
PHASE = r"^(baseline|phase[1-9][0-9]?)$"
PREFIX_LIST = r"^pl-[0-9a-f]{8,17}$"
REGION = r"^[a-z]{2}(-gov)?-[a-z]+-[1-9]$"
REPLICA_HOST = r"^[a-z0-9.-]*\{number\}[a-z0-9.-]*$"
RULE_GROUP = r"^AWSManagedRules[A-Za-z0-9]+$"
ZONE = r"^[a-z]{2}(-gov)?-[a-z]+-[1-9][a-z]$"

WORDS = {
    ACCOUNT_ID: "the 12 digits of an AWS account, in quotes",
    ARCHITECTURE: "arm64 or amd64",
    ARN: "an ARN such as arn:aws:iam::111122223333:role/platform-admin",
    DOMAIN: "a domain in lower case such as mgx.example.com",
    HEADER: "a header's name in lower case such as x-api-key",
    IMAGE: "the reference of a container image, without blanks",
    LABEL: "at most 40 lower-case letters, digits and hyphens, a letter first and no hyphen last",
    PHASE: "baseline, phase1, phase2 …",
    PREFIX_LIST: "the id of a prefix list such as pl-3b927c52",
    REGION: "an AWS region such as us-east-1",
    REPLICA_HOST: "a private name with {number} in it, such as db-replica-{number}.internal",
    RULE_GROUP: "one of AWS's managed rule groups, such as AWSManagedRulesCommonRuleSet",
    ZONE: "an availability zone such as us-east-1a",
}
