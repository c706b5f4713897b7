#!/usr/bin/env bash
# Prints how many lines of code there are, in all and for each exported command. Blank lines and lines of comment alone do not count.
set -eu
cd "$(dirname "$0")/.."

lines() { git ls-files "$@" | xargs cat | grep -cvE '^\s*($|//|#)'; }
commands=$(sed -nE "/(Cmdlets|Functions)ToExport/,/\)/s/^ +'([A-Z][a-z]+-[A-Za-z]+)'.*/\1/p" RollbackTools.psd1 | wc -l)
row() { printf '%-10s %7d lines, %5d a command\n' "$1" "$2" $(($2 / commands)); }

echo "$commands exported commands"
row product "$(lines 'src/RollbackTools.Cmdlets/*.cs' 'src/RollbackTools.Operations/*.cs' 'src/RollbackTools.Integrations/*.cs' 'src/RollbackTools.Runbooks/*.ps1')"
row practice "$(lines 'src/RollbackTools.Practice/*.cs')"
row tests "$(lines 'tests/*.cs' 'tests/*.ps1')"
