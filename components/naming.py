"""Names that reach AWS or Kubernetes: what each kind allows, and the one rule by which a long name is shortened.

A name that fits stays as it is. A longer one keeps its beginning and ends in eight hexadecimal digits of the whole
name's SHA-256: the same name always gives the same one, and two long names that begin alike still differ.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, replace

AUTONAME_SUFFIX = 8
"""Characters that Pulumi adds to a logical name where no physical one is given: a hyphen and seven random digits."""
_DIGEST = 8


@dataclass(frozen=True)
class NameRule:
    """What one kind of name allows: at most `longest` characters that match `pattern`, which `allowed` says in words.

    `reserved` are names, and `reserved_prefixes` beginnings, that AWS or Kubernetes keeps for itself; `key_words` are
    those of a language, which a message doesn't list.
    """

    what: str
    longest: int
    pattern: str
    allowed: str
    reserved: tuple[str, ...] = ()
    reserved_prefixes: tuple[str, ...] = ()
    key_words: tuple[str, ...] = ()


class InvalidName(ValueError):
    """A name that AWS or Kubernetes would refuse; the message says what is allowed and what to do."""


_HYPHENATED = r"[a-zA-Z](-?[a-zA-Z0-9])*"
_HYPHENATED_WORDS = "letters, digits and single hyphens, a letter first, no hyphen last"
_LABEL = r"[a-z]([a-z0-9-]*[a-z0-9])?"
_LABEL_WORDS = "lower-case letters, digits and hyphens, a letter first, no hyphen last"
_BALANCER = r"[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?"
_BALANCER_WORDS = "letters, digits and hyphens, none first or last"
_IAM_WORDS = "letters, digits and any of + = , . @ _ -"
_DOTTED = r"[a-zA-Z0-9_.-]+"
_DOTTED_WORDS = "letters, digits and . - _"

CLUSTER = NameRule(
    "EKS cluster", 100, r"[0-9A-Za-z][A-Za-z0-9_-]*", "letters, digits, _ and -, a letter or digit first"
)
KEY_ALIAS = NameRule(
    "KMS alias", 256, r"alias/[a-zA-Z0-9/_-]+", "alias/ and then letters, digits, / _ and -",
    reserved_prefixes=("alias/aws/",),
)  # fmt: skip
LOG_GROUP = NameRule(
    "log group", 512, r"[.\-_/#A-Za-z0-9]+", "letters, digits and . - _ / #", reserved_prefixes=("aws/",)
)
ROLE = NameRule("IAM role", 64, r"[\w+=,.@-]+", _IAM_WORDS)
POLICY = NameRule("IAM policy", 128, r"[\w+=,.@-]+", _IAM_WORDS)
LOAD_BALANCER = NameRule("load balancer", 32, _BALANCER, _BALANCER_WORDS, reserved_prefixes=("internal-",))
TARGET_GROUP = NameRule("target group", 32, _BALANCER, _BALANCER_WORDS)
DATABASE_INSTANCE = NameRule("RDS instance", 63, _HYPHENATED, _HYPHENATED_WORDS)
SNAPSHOT = NameRule("database snapshot", 255, _HYPHENATED, _HYPHENATED_WORDS, reserved_prefixes=("rds:", "aws:"))
DATABASE_GROUP = NameRule("RDS parameter or subnet group", 255, _HYPHENATED, _HYPHENATED_WORDS, reserved=("default",))
CACHE = NameRule("ElastiCache group or user", 40, _HYPHENATED, _HYPHENATED_WORDS)
CACHE_GROUP = NameRule(
    "ElastiCache parameter or subnet group", 255, _HYPHENATED, _HYPHENATED_WORDS, reserved=("default",)
)
DATASTORE = NameRule("Global Datastore", 34, _HYPHENATED, _HYPHENATED_WORDS)
"""Six short of a group's: AWS puts a prefix such as `ldgnf-` before it."""
BUCKET = NameRule(
    "S3 bucket", 63, r"[a-z0-9][a-z0-9-]*[a-z0-9]", "lower-case letters, digits and hyphens, none first or last",
    reserved_prefixes=("xn--", "sthree-", "amzn-s3-demo-"),
)  # fmt: skip
SECURITY_GROUP = NameRule(
    "security group", 255, r"[a-zA-Z0-9 ._:/()#,@\[\]+=&;{}!$*-]+",
    "letters, digits, blanks and . _ - : / ( ) # , @ [ ] + = & ; { } ! $ *",
    reserved_prefixes=("sg-",),
)  # fmt: skip
PREFIX_LIST = NameRule("prefix list", 255, r"[a-zA-Z0-9_.-]+", _DOTTED_WORDS, reserved_prefixes=("com.amazonaws",))
BUDGET = NameRule("budget", 100, r"[^:\\\x00-\x1f]+", "anything but : and \\")
ALARM = NameRule("alarm", 255, r"[\x20-\x7e]+", "printable characters")
SECRET = NameRule("secret", 512, r"[a-zA-Z0-9/_+=.@-]+", "letters, digits and / _ + = . @ -")
LOG_DELIVERY = NameRule("log delivery", 60, r"[\w-]+", "letters, digits, _ and -")
SHORT_NAME = NameRule("CloudFront object", 64, _DOTTED, _DOTTED_WORDS)
TOPIC = NameRule("SNS topic", 256, r"[A-Za-z0-9_-]+", "letters, digits, _ and -")
DASHBOARD = NameRule("dashboard", 255, r"[A-Za-z0-9_-]+", "letters, digits, _ and -")
REPOSITORY = NameRule(
    "ECR repository",
    256,
    r"[a-z][a-z0-9]*((\.|_|__|/|-+)[a-z0-9]+)*",
    "lower-case letters, digits and - . _ / between them, a letter first",
)
DOCUMENT = NameRule(
    "Systems Manager document", 128, r"[a-zA-Z0-9_.-]{3,}", _DOTTED_WORDS,
    reserved_prefixes=("aws", "amazon", "amzn"),
)  # fmt: skip
BACKUP_PLAN = NameRule("backup plan or selection", 50, _DOTTED, _DOTTED_WORDS)
BACKUP_VAULT = NameRule("backup vault", 50, r"[a-zA-Z0-9_-]{2,}", "letters, digits, _ and -")
WEB_ACL = NameRule(
    "web ACL, its rules and their metrics",
    128,
    r"[\w-]+",
    "letters, digits, _ and -",
    reserved=("All", "Default_Action"),
)
_SQL_WORDS = "lower-case letters, digits and _, a letter first"
SQL_KEY_WORDS = (
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "both", "case", "cast", "check",
    "collate", "column", "constraint", "create", "current_catalog", "current_date", "current_role", "current_time",
    "current_timestamp", "current_user", "default", "deferrable", "desc", "distinct", "do", "else", "end", "except",
    "false", "fetch", "for", "foreign", "from", "grant", "group", "having", "in", "initially", "intersect", "into",
    "lateral", "leading", "limit", "localtime", "localtimestamp", "not", "null", "offset", "on", "only", "or", "order",
    "placing", "primary", "references", "returning", "select", "session_user", "some", "symmetric", "system_user", "table",
    "then", "to", "trailing", "true", "union", "unique", "user", "using", "variadic", "when", "where", "window", "with"
)  # fmt: skip
"""PostgreSQL's reserved key words (`pg_get_keywords()`, catcode R); RDS takes none of them as a name."""
DATABASE = NameRule(
    "PostgreSQL database", 63, r"[a-z][a-z0-9_]*", _SQL_WORDS,
    reserved=("admin", "postgres", "rdsadmin", "template0", "template1"), reserved_prefixes=("pg_",),
    key_words=SQL_KEY_WORDS,
)  # fmt: skip
LOGIN = NameRule(
    "PostgreSQL login", 63, r"[a-z][a-z0-9_]*", _SQL_WORDS,
    reserved=("admin", "none", "public"), reserved_prefixes=("pg_", "rds"), key_words=SQL_KEY_WORDS,
)  # fmt: skip
"""RDS refuses `admin` and `rdsadmin`, and its own roles begin with `rds`. [cfn-lint #4425; RDS User Guide, rds_superuser]"""
MASTER_LOGIN = replace(LOGIN, what="RDS administrator", longest=16)
"""[CreateDBInstance, MasterUsername]"""
NAMESPACE = NameRule(
    "Kubernetes namespace", 63, _LABEL, _LABEL_WORDS, reserved=("default",), reserved_prefixes=("kube-",)
)
OBJECT = NameRule("Kubernetes name", 63, _LABEL, _LABEL_WORDS)
APPLICATION = NameRule(
    "application", 40, r"[a-z](-?[a-z0-9])*", "lower-case letters, digits and single hyphens, a letter first, no hyphen last",
    reserved_prefixes=(*DOCUMENT.reserved_prefixes, *LOAD_BALANCER.reserved_prefixes, *BUCKET.reserved_prefixes,
                       *SECURITY_GROUP.reserved_prefixes),
)  # fmt: skip
"""Names of every kind begin with it, so it is free of what any of them keeps. A suffix still fits behind it."""
STATEFUL_SET = NameRule("StatefulSet", 52, _LABEL, _LABEL_WORDS)
"""Shorter than other names: its pods carry a label of the name, a hyphen and ten characters of a hash."""


def shorten(name: str, longest: int) -> str:
    """The name if it has at most `longest` characters, else its beginning and a digest of all of it."""
    if len(name) <= longest:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST]
    return f"{name[: longest - _DIGEST - 1].rstrip('-._/')}-{digest}"


def latin(text: str) -> str:
    """The text in lower case and without accents: "Über Straße" is "uber strasse". Other alphabets stay as they are."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def reserved(rule: NameRule, name: str) -> bool:
    """Whether AWS, Kubernetes or PostgreSQL keeps the name for itself."""
    return name in (*rule.reserved, *rule.key_words) or name.startswith(rule.reserved_prefixes)


def physical(rule: NameRule, name: str) -> str:
    """A name that is given by hand, shortened to fit its kind. Raises InvalidName where AWS or Kubernetes would refuse it."""
    return _checked(rule, shorten(name, rule.longest))


def logical(rule: NameRule, name: str) -> str:
    """The logical name of a resource that Pulumi names, shortened so that Pulumi's suffix still fits.

    Raises InvalidName where AWS would refuse the name that Pulumi makes of it.
    """
    return _checked(rule, shorten(name, rule.longest - AUTONAME_SUFFIX))


def _checked(rule: NameRule, name: str) -> str:
    if not re.fullmatch(rule.pattern, name, re.ASCII):
        raise InvalidName(
            f'{rule.what} "{name}": allowed are {rule.allowed}. Choose another application or service name.'
        )
    if reserved(rule, name):
        key_words = ["key words"] if rule.key_words else []
        words = ", ".join((*rule.reserved, *(f"{prefix}…" for prefix in rule.reserved_prefixes), *key_words))
        raise InvalidName(f'{rule.what} "{name}" is reserved ({words}). Choose another application or service name.')
    return name
