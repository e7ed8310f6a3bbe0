#!/bin/sh
# Scores of published-format checkpoints against upstream's (golden/*/score.tsv and its kin): every row of parity.tsv from
# the published files, the first of each golden also from the container that `gscore convert` makes of them. Prints the
# largest difference of each; more than 0.0001 (plus the sixth digit that VCF text has for large numbers), or a score where upstream has none or the
# other way round, is a failure.
#     parity.sh GSCORE
# GSCORE_GOLDENS=DIR adds checkpoints that are not in the repository (for want of a licence).
set -u
gscore=$1
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0

compare() { # VCF TAG TSV COLUMN WINDOW OPTIONS: with -t only some rows are there
    awk -F '\t' -v tag="$2=" -v column="$4" -v window="$5" -v some="$(case "$6" in *" -t "*) echo 1 ;; esac)" '
        FNR == NR && /^#/ { next }
        FNR == NR {
            n = split($5, alt, ",")
            m = split($8, info, ";")
            split("", value)
            for (i = 1; i <= m; i++) if (index(info[i], tag) == 1) split(substr(info[i], length(tag) + 1), value, ",")
            for (i = 1; i <= n; i++) score[$1, $2, $4, alt[i]] = (i in value) ? value[i] : "."
            next
        }
        FNR == 1 { for (i = 1; i <= NF; i++) { if ($i == column) c = i; if ($i == "window") w = i }; next }
        window != "" && $w != window { next }
        {
            if (some && !(($1, $2, $3, $4) in score)) next
            got = score[$1, $2, $3, $4]; want = $c; rows++
            if ((got == ".") != (want == ".")) { print "  " $1 ":" $2 " " $3 ">" $4 " is " got ", upstream " want; bad++; next }
            if (want == ".") next
            d = got - want; if (d < 0) d = -d
            if (d > most) most = d
            size = want < 0 ? -want : want
            if (!(d <= 1e-4 + 6e-6 * size)) { print "  " $1 ":" $2 " " $3 ">" $4 " is " got ", upstream " want; bad++ }
        }
        END { printf "%d rows, largest difference %.1e\n", rows, most; exit bad > 0 || rows == 0 || c == 0 }' "$1" "$3"
}

try() { # MODEL WHAT GOLDEN OPTIONS TAG FILE COLUMN
    case $4 in *--msa*) used=$(echo "$4" | sed "s|--msa |--msa $dir/|") ;; *) used=$4 ;; esac
    # shellcheck disable=SC2086
    "$gscore" score -q --no-version --digits 6 $used -o "$tmp/out.vcf" common/sites.vcf common/ref.fa "$1" ||
        { echo "FAILED: $3 $4"; failed=1; return; }
    window=${6#*:}
    [ "$window" = "$6" ] && window=
    said=$(compare "$tmp/out.vcf" "$5" "$dir/${6%%:*}" "$7" "$window" "$4") || { said="FAILED $said"; failed=1; }
    echo "$3 $2 $4 $7: $said"
}

tab=$(printf '\t')
while IFS= read -r line; do
    case $line in '#'* | '') continue ;; esac
    golden=${line%%"$tab"*}; rest=${line#*"$tab"}
    options=${rest%%"$tab"*}; rest=${rest#*"$tab"}
    tag=${rest%%"$tab"*}; rest=${rest#*"$tab"}
    file=${rest%%"$tab"*}; column=${rest#*"$tab"}
    dir=$golden
    [ -d "$dir" ] || dir=${GSCORE_GOLDENS:-none}/$golden
    [ -d "$dir" ] || continue
    try "$dir" published "$golden" "$options" "$tag" "$file" "$column"
    [ -f "$tmp/$golden.bin" ] && continue
    # With the first row of each, the container too: the same bits, so the same records.
    "$gscore" convert "$dir" -o "$tmp/$golden.bin" 2>"$tmp/err" || { cat "$tmp/err"; failed=1; }
    grep -v '^##' "$tmp/out.vcf" >"$tmp/published"
    try "$tmp/$golden.bin" container "$golden" "$options" "$tag" "$file" "$column"
    grep -v '^##' "$tmp/out.vcf" | cmp -s - "$tmp/published" || { echo "FAILED: $golden $options: container and directory differ"; failed=1; }
done <parity.tsv
exit $failed
