#!/usr/bin/env bash
# Runs the small experiment of the tests on file systems that are full sooner or
# later, one a little larger than the other, and goes on in each with more room:
#
#   testdata/full_disk.sh [STEP_KB]
#
# Each run that has no room must end with 1 and a message that names a file and
# says why; given room, the same command must end with the tables of a run that
# had room all the time. Needs bash, go, and leave to mount (root, or unshare -Urm).
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "$(id -u)" -ne 0 ]; then exec unshare -Urm "$0" "$@"; fi
step=${1:-24}
work=$(mktemp -d)
trap 'umount "$work/disk" 2>/dev/null || true; rm -rf "$work"' EXIT
go build -o "$work/idiolect" .
go test . -run '^TestTinyModel$' -tiny "$work/tiny" >"$work/log"
mkdir "$work/disk"
run() { "$work/idiolect" run testdata/small/small.yaml -o "$1" --set "models.writer.name=$work/tiny" >"$work/out" 2>"$work/err"; }
run "$work/whole"
cp "$work/out" "$work/whole.out"

full=0 kb=$step
while :; do
	mount -t tmpfs -o "size=${kb}k" none "$work/disk"
	code=0
	run "$work/disk/runs" || code=$?
	if [ "$code" -ne 0 ]; then
		full=$((full + 1))
		if [ "$code" -ne 1 ] || ! grep -q "$work/disk.*no space left on device" "$work/err"; then
			echo "at $kb kB: exit code $code and"
			cat "$work/err"
			exit 1
		fi
		mount -o "remount,size=64m" "$work/disk"
		run "$work/disk/runs"
	fi
	cmp "$work/out" "$work/whole.out"
	diff -rq "$work/whole/small/latest/tables" "$work/disk/runs/small/latest/tables"
	diff -rq --exclude='*.calls.parquet' --exclude='.new-*' "$work/whole/small/latest/artifacts" "$work/disk/runs/small/latest/artifacts"
	umount "$work/disk"
	[ "$code" -ne 0 ] || break
	kb=$((kb + step))
done
echo "testdata/small/small.yaml: no room on $full file systems of $step to $((kb - step)) kB, enough on $kb kB; went on in all of them: equal"
