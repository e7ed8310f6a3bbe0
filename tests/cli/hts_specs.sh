#!/bin/sh
# Runs `gscore score` over every VCF of a folder, most of which break a rule of the VCF specification:
#   tests/cli/hts_specs.sh DIR       GSCORE_HTS_SPECS, when set, takes DIR's place
# No file may make it crash; the status must be one of the documented ones; and with status 0 the output must hold the
# input's records byte by byte, but for GS_ tags.
set -u
. "$(dirname "$0")/../workplace.sh"
dir=${GSCORE_HTS_SPECS:-$1}
cp "$root/tests/data/tiny.fa" "$work/ref.fa" && "$build/tests/tiny_model" "$work/tiny.bin" || exit 1

# Record lines without GS_ tags. An INFO column that had nothing else was "." before.
records() {
    grep -v '^#' "$1" | awk -F '\t' -v OFS='\t' '{
        if ($8 ~ /(^|;)GS_/) {
            n = split($8, tag, ";"); info = ""
            for (i = 1; i <= n; i++) if (tag[i] !~ /^GS_/) info = info (info == "" ? "" : ";") tag[i]
            $8 = info == "" ? "." : info
        }
        print
    }'
}

n=0 scored=0 failed=0
find "$dir" -name '*.vcf' | sort >"$work/list"
while IFS= read -r file; do
    n=$((n + 1))
    timeout 120 "$build/gscore" score --force --threads 1 "$file" "$work/ref.fa" "$work/tiny.bin" \
        >"$work/out" 2>"$work/err" </dev/null
    status=$?
    problem=
    case $status in
    0)
        scored=$((scored + 1))
        tr -d '\r' <"$file" >"$work/in"
        records "$work/in" >"$work/want"
        records "$work/out" >"$work/got"
        cmp -s "$work/want" "$work/got" || problem="records changed: $(diff "$work/want" "$work/got" | head -3)"
        ;;
    [1-7]) [ -s "$work/err" ] || problem="status $status without a message" ;;
    *) problem="status $status" ;;
    esac
    ! grep -qE 'Sanitizer|runtime error:' "$work/err" || problem="a sanitizer complains"
    [ -n "$problem" ] || continue
    failed=$((failed + 1))
    echo "FAILED: $file: $problem"
    sed 's/^/    | /' "$work/err" | head -20
done <"$work/list"
echo "$n files: $scored scored, $((n - scored)) refused, $failed wrong"
[ "$n" -gt 0 ] && [ "$failed" = 0 ]
