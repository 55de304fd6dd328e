#!/bin/sh
# Prints what `ramp` says of a settings file with one mistake in it; the README shows it.
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 2
sed 's/max_pods: 110/max_pods: lots/' roadmap/settings.yaml >.cache-mistake.yaml
trap 'rm -f .cache-mistake.yaml' EXIT
echo '$ ramp plan phase2 --settings your-settings.yaml'
.venv/bin/python -m infra.entry plan phase2 --settings .cache-mistake.yaml 2>&1 | sed 's/.cache-mistake/your-settings/'
