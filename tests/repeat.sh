#!/usr/bin/env bash
# Runs the whole test suite several times and lists every test that ever failed, with the number of runs it failed in.
#   tests/repeat.sh [RUNS]            ten runs unless said otherwise
#   tests/repeat.sh [RUNS] --busy     one endless loop beside the tests for each core of the machine
# What follows "--" goes to dotnet test. Exits with 1 when a test failed, or when a run ended without a count.
set -u
cd "$(dirname "$0")/.." || exit 1

runs=10 busy=
while [ $# -gt 0 ]; do
  case $1 in
    --busy) busy=yes ;;
    --) shift; break ;;
    *[!0-9]* | '') echo "usage: tests/repeat.sh [RUNS] [--busy] [-- dotnet test arguments]" >&2; exit 2 ;;
    *) runs=$1 ;;
  esac
  shift
done

logs=$(mktemp -d) loops=()
trap 'kill "${loops[@]}" 2>/dev/null; rm -rf "$logs"' EXIT

dotnet build -v q || exit 1
if [ -n "$busy" ]; then
  for _ in $(seq "$(nproc)"); do (while :; do :; done) & loops+=($!); done
fi

incomplete=0
for run in $(seq "$runs"); do
  started=$SECONDS
  dotnet test --no-build "$@" >"$logs/$run" 2>&1
  counts=$(grep -E -- '- Failed: +[0-9]+' "$logs/$run" | sed -E 's/ - [^ ]+\.dll.*//')
  if [ -z "$counts" ] || grep -qE 'Catastrophic failure|Test process crashed|Test Run Aborted' "$logs/$run"; then
    incomplete=$((incomplete + 1)) counts="the run ended before its end: $(tail -n 1 "$logs/$run")"
  fi
  echo "run $run of $runs, $((SECONDS - started)) s: $counts"
done

failed=$(sed -nE 's/^ +Failed (.*) \[(< )?[0-9].*\]$/\1/p' "$logs"/* | sort | uniq -c | sort -rn)
if [ -n "$failed" ]; then
  echo "Failed, and in how many of $runs runs:"
  echo "$failed"
fi
[ -z "$failed" ] && [ "$incomplete" -eq 0 ] && echo "All $runs runs are green."
