#!/bin/sh
# README.md says what the program does: the scores behind <!-- quickstart --> (numbers within 0.002), and the
# table of options.
#     check_readme.sh GSCORE             compare
#     check_readme.sh GSCORE --refresh   rewrite both
set -eu
cd "$(dirname "$0")/.."
now=$(mktemp)
was=$(mktemp)
options=$(mktemp)
trap 'rm -f "$now" "$was" "$options"' EXIT
GSCORE_MODELS=models "$1" score -q tests/data/example.vcf tests/data/chrM.fa mito | grep -v '^##' >"$now"
"$1" help --format markdown score >"$options"
if [ "${2-}" = --refresh ]; then
    awk -v now="$now" -v options="$options" '
        function put(file,    line) { while ((getline line < file) > 0) print line; skip = 1 }
        /^<!-- quickstart -->/ { print; getline; print; put(now); next }
        /^<!-- options/ { print; put(options); next }
        skip && (/^```/ || /^<!-- .options -->/) { skip = 0 }
        !skip' README.md >"$was"
    cp "$was" README.md
    exit 0
fi
awk '/^<!-- .options -->/ { exit } on; /^<!-- options/ { on = 1 }' README.md | diff - "$options" || {
    echo "README.md: the table of options is old; sh tests/check_readme.sh GSCORE --refresh" >&2
    exit 1
}
awk '/^<!-- quickstart -->/ { getline; on = 1; next } on && /^```/ { exit } on' README.md >"$was"
[ -s "$was" ] || { echo "README.md has no quickstart block" >&2; exit 1; }
# Both sides cut into text and scores.
paste -d '\n' "$was" "$now" | awk '
    { split($0, part, "GS_LLR="); text[NR % 2] = part[1]; n = split(part[2], score, ",") }
    NR % 2 { for (i = 1; i <= n; i++) old[i] = score[i]; was_n = n; next }
    {
        bad = text[0] != text[1] || n != was_n
        for (i = 1; i <= n; i++) { d = score[i] - old[i]; if (d > 0.002 || d < -0.002) bad = 1 }
        if (bad) { print "README.md differs from: " $0; failed = 1 }
    }
    END { exit failed }'
