#!/usr/bin/env bash
# Kills 'pbft run' (SIGKILL) at a random moment, resumes it, and checks that the log replays and that every operation that was
# acknowledged to this script stands in the ledger at the place that the acknowledgement named. Usage:
#   tests/kill-and-resume.sh [TIMES] [FIRST-SEED]        (20 times from seed 1 by default)
set -euo pipefail
cd "$(dirname "$0")/.."
times=${1:-20}
first=${2:-1}
dotnet build src/PbftReference.Cli -c Release -v q --nologo
pbft() { dotnet exec src/PbftReference.Cli/bin/Release/net10.0/pbft.dll "$@"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for ((seed = first; seed < first + times; seed++)); do
    log="$work/run-$seed"
    acks="$work/acks-$seed"
    : > "$acks"
    # The moment is a number of acknowledgements, drawn from the seed; the run has far more to do.
    moment=$(awk -v seed="$seed" 'BEGIN { srand(seed); print 20 + int(rand() * 3000) }')
    dotnet exec src/PbftReference.Cli/bin/Release/net10.0/pbft.dll run --seed "$seed" --operations 8000 --acks --log "$log" >> "$acks" 2> /dev/null &
    child=$!
    until [ "$(wc -l < "$acks")" -ge "$moment" ]; do
        kill -0 "$child" 2> /dev/null || { echo "seed $seed: the run ended before it was killed"; exit 1; }
        sleep 0.01
    done
    kill -9 "$child"
    wait "$child" 2> /dev/null || true
    # Half a line at the end is none.
    [ -z "$(tail -c 1 "$acks")" ] || sed -i '$d' "$acks"
    pbft run --resume "$log" > "$work/resumed" 2> /dev/null || { cat "$work/resumed"; exit 1; }
    pbft replay "$log" --verify > "$work/replayed" 2> /dev/null || { cat "$work/replayed"; exit 1; }
    pbft executed "$log" --replica 0 > "$work/executed"
    # Client c's t-th operation is number (t-1) * 4 + c, and is called so.
    awk 'NR == FNR { place[NR] = $0; next } place[$3] != "op " (($2 - 1) * 4 + $1) { print "missing: " $0; bad = 1 } END { exit bad }' \
        "$work/executed" "$acks" || { echo "seed $seed: an acknowledged operation is missing"; exit 1; }
    [ "$(sort -u "$work/executed" | wc -l)" -eq 8000 ] || { echo "seed $seed: an operation is lost or doubled"; exit 1; }
    echo "seed $seed: killed after $(wc -l < "$acks") acknowledgements, resumed, verified; all of them are there"
    rm -rf "$log"
done
echo "holds: $times runs were killed, and nothing that was acknowledged is missing"
