#!/bin/bash
# A cluster of four real processes under kills, restarts and freezes, while a client submits real lines.
#
#   tests/live-chaos.sh [LINES] [SECONDS] [SEED]     default: 100000 600 1
#
# LINES lines are submitted over about SECONDS seconds. Meanwhile, every few seconds, one replica is killed (SIGKILL) and started again, and now
# and then the primary stands still for a while (SIGSTOP); one at a time, since f = 1: the next waits until the last is ready again. At the end: no line is lost, none is doubled, every replica has executed the same,
# every log is decided again byte for byte and conforms to the specification. PBFT names the program; default: the Release build. DIR names
# an empty directory for the cluster; default: a new one, which is removed if all is well.
set -eu
lines=${1:-100000} seconds=${2:-600} RANDOM=${3:-1}
root=$(cd "$(dirname "$0")/.." && pwd)
pbft=${PBFT:-$root/src/PbftReference.Cli/bin/Release/net10.0/pbft}
dir=${DIR:-$(mktemp -d)}
cluster=$dir/cluster
[ -x "$pbft" ] || { echo "$pbft is missing: build it by 'dotnet build -c Release', or name it by PBFT" >&2; exit 2; }
trap '"$pbft" cluster kill --cluster "$cluster" >/dev/null 2>&1 || true' EXIT

# Real lines: the paths of this machine's files, each once.
find /usr /etc -xdev 2>/dev/null | LC_ALL=C sort -u | sed -n "1,${lines}p" >"$dir/lines" || true
count=$(wc -l <"$dir/lines")
[ "$count" -eq "$lines" ] || echo "note: this machine has only $count such lines"
rate=$(((count + seconds - 1) / seconds))

"$pbft" cluster up --replicas 4 --cluster "$cluster" --set general.timeout.request=1s --set general.timeout.resendviewchange=1s >/dev/null
echo "submitting $count lines at $rate a second; seed ${3:-1}"
"$pbft" submit --cluster "$cluster" --input "$dir/lines" --rate "$rate" --clients 8 --outstanding 32 --patience 300 --quiet 2>"$dir/submit.err" &
submit=$!

# Until a replica is back: a second one that is away would be one more than f. One that is alone in a view change is not away.
back() {
  for _ in $(seq 300); do
    "$pbft" cluster status --cluster "$cluster" 2>/dev/null | grep -E "^ *$1 " | grep -qvE "does not|connected|fetches" && return
    sleep 0.2
  done
  echo "replica $1 is not back within a minute"
}

kills=0 freezes=0
while kill -0 "$submit" 2>/dev/null; do
  sleep "$((RANDOM % 3 + 2)).$((RANDOM % 10))"
  kill -0 "$submit" 2>/dev/null || break
  victim=$((RANDOM % 4))
  if [ $((RANDOM % 4)) -eq 0 ]; then
    primary=$("$pbft" cluster status --cluster "$cluster" --json 2>/dev/null | grep -m1 '"primary"' | tr -dc 0-9 || true)
    "$pbft" cluster freeze --cluster "$cluster" "${primary:-0}" >/dev/null
    sleep "$((RANDOM % 4 + 1))"
    "$pbft" cluster thaw --cluster "$cluster" "${primary:-0}" >/dev/null
    freezes=$((freezes + 1)) victim=${primary:-0}
  else
    "$pbft" cluster kill --cluster "$cluster" "$victim" >/dev/null
    sleep "$((RANDOM % 2)).$((RANDOM % 10))"
    "$pbft" cluster up --cluster "$cluster" "$victim" >/dev/null 2>&1
    kills=$((kills + 1))
  fi
  back "$victim"
done
wait "$submit" || { echo "submit failed:"; tail -3 "$dir/submit.err"; exit 1; }
tail -1 "$dir/submit.err"
"$pbft" cluster up --cluster "$cluster" >/dev/null 2>&1
echo "$kills kills with restart, $freezes freezes of the primary"

# Everybody ends at the same place with the same state.
for _ in $(seq 600); do
  states=$("$pbft" cluster status --cluster "$cluster" --json 2>/dev/null | grep -E '"(lastExecuted|serviceDigest)"' | paste - - | sort -u | wc -l || true)
  [ "$states" -eq 1 ] && break
  sleep 0.2
done
"$pbft" cluster status --cluster "$cluster"
[ "$states" -eq 1 ] || { echo "the replicas do not come to the same state"; exit 1; }
"$pbft" cluster stop --cluster "$cluster" >/dev/null

LC_ALL=C sort "$dir/lines" >"$dir/wanted"
for i in 0 1 2 3; do "$pbft" executed "$cluster" --replica "$i" >"$dir/executed.$i"; done
for i in 1 2 3; do cmp "$dir/executed.0" "$dir/executed.$i"; done
LC_ALL=C sort "$dir/executed.0" | cmp - "$dir/wanted" || { echo "lines are lost or doubled"; exit 1; }
echo "no line is lost, none is doubled: $count lines, executed in the same order by all"
"$pbft" replay "$cluster" --verify | tail -1
"$pbft" verify "$cluster" --expect "${EXPECT:-executed>=1,restarts>=1}" 2>/dev/null | tail -1
[ -n "${DIR:-}" ] || rm -rf "$dir"
