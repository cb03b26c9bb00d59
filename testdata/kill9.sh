#!/usr/bin/env bash
# Kills a run again and again with SIGKILL, lets it finish, and compares it byte
# for byte with one that was left alone.
#
#   testdata/kill9.sh [SPEC [KILLS [FLAG...]]]
#
# SPEC is specs/haiku.yaml unless given, KILLS 20; flags go to idiolect run. The
# spec testdata/small/small.yaml gets the tests' tiny model. Each kill comes at a
# random time, up to twice the share of the undisturbed run that falls to each, so
# that most find it at work. Needs bash and go.
set -euo pipefail
cd "$(dirname "$0")/.."
spec=${1:-specs/haiku.yaml} kills=${2:-20}
flags=("${@:3}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

go build -o "$work/idiolect" .
if [ "$spec" = testdata/small/small.yaml ]; then
	go test . -run '^TestTinyModel$' -tiny "$work/tiny" >"$work/log"
	flags+=(--set "models.writer.name=$work/tiny")
fi

# start DIR begins a run into DIR and leaves its process id in $pid.
start() {
	"$work/idiolect" run "$spec" -o "$work/$1" "${flags[@]}" >"$work/$1.out" 2>>"$work/$1.err" &
	pid=$!
}
now() { echo $(($(date +%s%N) / 1000000)); }

begun=$(now) whole=0
start whole
wait "$pid" || whole=$?
took=$(($(now) - begun))
if [ "$whole" -gt 1 ]; then
	cat "$work/whole.err"
	exit 1
fi

hit=0
for ((i = 0; i < kills; i++)); do
	start killed
	ms=$(((RANDOM * 32768 + RANDOM) % (2 * took / kills + 1)))
	sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
	kill -KILL "$pid" 2>/dev/null || true
	ended=0
	wait "$pid" 2>/dev/null || ended=$?
	if [ "$ended" -eq 137 ]; then hit=$((hit + 1)); fi # else it had come to its end
done
killed=0
start killed
wait "$pid" || killed=$?

status=0
name=$(basename "$(find "$work/whole" -mindepth 1 -maxdepth 1 ! -name '.*')")
one=$work/whole/$name/latest two=$work/killed/$name/latest
diff -rq --exclude='*.calls.parquet' "$one/artifacts" "$two/artifacts" || status=1
diff -rq "$one/tables" "$two/tables" || status=1
cmp "$one/plan.json" "$two/plan.json" || status=1
clockless() { sed '/^## Appendix: calls and times/,$d' "$1/report.md"; }
cmp <(clockless "$one") <(clockless "$two") || status=1
cmp "$work/whole.out" "$work/killed.out" || status=1
left=$(find "$work/killed/.store/v1/partial" -mindepth 1 -maxdepth 1 | wc -l)
[ "$left" -eq 0 ] || status=1
[ "$whole" -eq "$killed" ] || status=1

files=$(find "$two/artifacts" -type f ! -name '*.calls.parquet' | wc -l)
echo "$spec: undisturbed in $((took / 1000)).$(printf '%03d' $((took % 1000))) s; killed at work $hit times of $kills;" \
	"$files artifacts and $(find "$two/tables" -type f | wc -l) tables compared, $left partial left: $([ $status = 0 ] && echo equal || echo DIFFERENT)"
exit $status
