#!/bin/sh
# Earshot's Kafka engine beside the Kafka Streams baseline of ../shared/peers/kstreams: the same transform over the same topic, in
# turn, on one broker of this machine.
#
#     bench/peers/kafka_streams/run.sh [rounds] [events] [customers] [partitions]
#
# Prints a line for each run. Needs the baseline, Maven and Java; takes about a minute a round and interval.
set -eu
cd "$(dirname "$0")/../../.."
rounds=${1:-5} events=${2:-1000000} customers=${3:-100000} partitions=${4:-4}
ours=build/release/kafka_transform_bench
peer=${EARSHOT_SHARED:-../shared}/peers/kstreams
[ -x "$ours" ] || { echo "build first: make build" >&2; exit 1; }
[ -e "$peer/run.sh" ] || { echo "there is no Kafka Streams baseline in $peer: nothing to compare with" >&2; exit 1; }
scripts/kafka fetch >/dev/null

scratch=$(mktemp -d)
cp -r "$peer" "$scratch/kstreams"  # it builds in its own folder
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free_port)
broker=127.0.0.1:$port
scripts/kafka run "$scratch/broker" "$port" "$(free_port)" >"$scratch/broker.log" 2>&1 &
broker_process=$!
trap 'kill "$broker_process" 2>/dev/null; wait "$broker_process" 2>/dev/null; rm -rf "$scratch"' EXIT

prefix=bench.
tries=0
until "$ours" fill "$broker" "$prefix" "$events" "$customers" "$partitions" 2>"$scratch/fill.log"; do
  tries=$((tries + 1))
  [ "$tries" -lt 30 ] || { cat "$scratch/fill.log" >&2; exit 1; }
  sleep 1  # the broker is starting
done
make_topic() { "$ours" topic "$broker" "$1" "$partitions"; }
earshot() { "$ours" run "$broker" "$prefix" "$partitions" "$1" "$scratch/state/$2" "$3"; }
kstreams() { BROKER=$broker IN=${prefix}earshot.feedback RUN=$1 COMMIT_MS=$3 DIR=$scratch/state/$2 EOS=1 CACHE=1 "$scratch/kstreams/run.sh"; }
kill_after() { seconds=$1; shift; timeout -s KILL "$seconds" "$@" >/dev/null 2>&1 || true; }

echo "commit $(git rev-parse --short HEAD), $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), load $(cut -d ' ' -f 1 /proc/loadavg)"
mkdir -p "$scratch/state"
for interval in 100 1000; do
  round=1
  while [ "$round" -le "$rounds" ]; do
    earshot "e$interval-$round" "e$interval-$round" "$interval"
    make_topic "k$interval-$round-out"
    kstreams "k$interval-$round" "k$interval-$round" "$interval"
    round=$((round + 1))
  done
done
echo "-- two processes of Earshot, half of the partitions each"
"$ours" run "$broker" "$prefix" "$partitions" two "$scratch/state/two-0" 100 0 2 &
"$ours" run "$broker" "$prefix" "$partitions" two "$scratch/state/two-1" 100 1 2
wait $!
echo "-- one process of Earshot with two workers"
"$ours" run "$broker" "$prefix" "$partitions" workers "$scratch/state/workers" 100 2
echo "-- full restore: the last run of each again, with an empty directory"
earshot "e1000-$rounds" restore-e 1000
kstreams "k1000-$rounds" restore-k 1000
echo "-- restart: killed in the middle, run again"
kill_after 1.3 "$ours" run "$broker" "$prefix" "$partitions" e-restart "$scratch/state/e-restart" 100
earshot e-restart e-restart 100
make_topic k-restart-out
kill_after 9 env BROKER="$broker" IN="${prefix}earshot.feedback" RUN=k-restart COMMIT_MS=100 DIR="$scratch/state/k-restart" EOS=1 CACHE=1 "$scratch/kstreams/run.sh"
kstreams k-restart k-restart 100
