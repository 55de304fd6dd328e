"""One rule a resource type: from its inputs to charges. A module a service; each has `PRICED` and `FREE`."""
