#!/bin/sh
# Scores of published-format checkpoints against upstream's (golden/*/score.tsv and its kin): the rows of parity.tsv
# from the published files, and the sites of the mitochondrion also from the container that `gscore convert` makes of
# them, which must give the same bytes. Prints the largest difference of each column. More than 0.00002 (and the sixth
# digit, which is the last one that VCF text has), or a score where upstream has none or the other way round, is a
# failure. A COLUMN that begins with - has the other sign; one that ends in ? is of SNVs alone, gscore scores more; @X
# allows X instead: sums over windows, twice what was measured.
#     parity.sh GSCORE [GOLDEN...]
# GSCORE_GOLDENS=DIR adds checkpoints that are not in the repository (for want of a licence).
set -u
gscore=$1
shift
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0 done=
export XDG_CACHE_HOME="$tmp/cache"

compare() { # VCF TAG TSV COLUMN WINDOW OPTIONS: with -t only some rows are there
    awk -F '\t' -v tag="$2=" -v column="$4" -v window="$5" -v some="$(case "$6" in *"-t "*) echo 1 ;; esac)" '
        BEGIN {
            most = match(column, /@/) ? substr(column, RSTART + 1) + 0 : 2e-5; sub(/@.*/, "", column)
            negated = sub(/^-/, "", column); fewer = sub(/[?]$/, "", column)
        }
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
            if (want == "." && fewer) next
            if ((got == ".") != (want == ".")) {
                print "  " $1 ":" $2 " " $3 ">" $4 " is " got ", upstream " want
                bad++
                next
            }
            if (want == ".") next
            if (negated) want = -want
            d = got - want; if (d < 0) d = -d
            if (d > largest) largest = d
            size = want < 0 ? -want : want
            if (!(d <= most + 6e-6 * size)) { print "  " $1 ":" $2 " " $3 ">" $4 " is " got ", upstream " want; bad++ }
        }
        END { printf "%d rows, largest difference %.1e\n", rows, largest; exit bad > 0 || rows == 0 || c == 0 }' "$1" "$3"
}

score() { # MODEL OPTIONS OUT
    # shellcheck disable=SC2086
    "$gscore" score -q --no-version --digits 6 $2 -o "$3" common/sites.vcf common/ref.fa "$1" ||
        { echo "FAILED: $1 $2"; failed=1; return 1; }
}

row() { # GOLDEN OPTIONS COLUMNS
    score "$dir" "$2" "$tmp/out.vcf" || return
    for column in $3; do
        tag=${column%%=*} file=${column#*=}
        name=${file#*:} file=${file%%:*}
        window=${name#*:} name=${name%%:*}
        [ "$window" = "$name" ] && window=
        said=$(compare "$tmp/out.vcf" "$tag" "$dir/$file" "$name" "$window" "$2") || { said="FAILED $said"; failed=1; }
        echo "$1 $2 $name: $said"
    done
}

# The same numbers, so the same records.
container() { # GOLDEN OPTIONS
    "$gscore" convert -q "$dir" -o "$tmp/$1.bin" || { failed=1; return; }
    score "$dir" "$2 -t Mito" "$tmp/published.vcf" && score "$tmp/$1.bin" "$2 -t Mito" "$tmp/container.vcf" || return
    for f in published container; do grep -v '^##' "$tmp/$f.vcf" >"$tmp/$f"; done
    cmp -s "$tmp/published" "$tmp/container" || { echo "FAILED: $1 $2: container and directory differ"; failed=1; }
}

tab=$(printf '\t')
while IFS= read -r line; do
    case $line in '#'* | '') continue ;; esac
    golden=${line%%"$tab"*} rest=${line#*"$tab"}
    options=${rest%%"$tab"*} columns=${rest#*"$tab"}
    case " ${*:-$golden} " in *" $golden "*) ;; *) continue ;; esac
    dir=$golden
    [ -d "$dir" ] || dir=${GSCORE_GOLDENS:-none}/$golden
    [ -d "$dir" ] || continue
    case $options in *--msa*) options=$(echo "$options" | sed "s|--msa |--msa $dir/|") ;; esac
    done=1
    row "$golden" "$options" "$columns"
    [ -f "$tmp/$golden.bin" ] || container "$golden" "$options"
done <parity.tsv
[ -n "$done" ] || { echo "not here: $*"; exit 77; }   # skipped, says ctest
exit $failed
