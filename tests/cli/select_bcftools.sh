#!/bin/sh
# Which records -r -R -t -T -f take, in many random combinations, and whether the chunks of each are the whole of it:
#     select_bcftools.sh GSCORE TINY_MODEL FASTA [SEED] [FILES]
# Expected answers are bcftools view's. Records have a name each in ID.
set -eu
gscore=$1 seed=${4:-1} files=${5:-4}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$2" "$work/tiny.bin" && cp "$3" "$work/tiny.fa" && cd "$work"
export LC_ALL=C

# A file of records, and lines of options to read it with: how many parts, the file's kind, the options.
make() { # SEED
    awk -v seed="$1" '
    function pick(list,    n, p) { n = split(list, p, " "); return p[1 + int(rand() * n)] }
    function number(most) { return 1 + int(rand() * most) }
    function place(    c, a) {
        c = pick("chr1 chr1 chr2 chrM chr9")
        if (rand() < .4) return c
        a = number(90)
        return c ":" a (rand() < .3 ? "" : rand() < .3 ? "-" : "-" a + number(60))
    }
    function not() { return rand() < .3 ? "^" : "" }
    function list(    s, n) { s = place(); for (n = number(3); n > 1; n--) s = s "," place(); return s }
    function file(name, bed,    n, a) {
        printf "" > name
        for (n = number(4); n; n--) {
            a = number(90)
            print pick("chr1 chr2 chrM") "\t" a - bed "\t" a + number(40) > name
        }
        close(name)
        return name
    }
    BEGIN {
        srand(seed); OFS = "\t"
        print "##fileformat=VCFv4.2\n##FILTER=<ID=q10,Description=\"q\">" > "in.vcf"
        print "##FILTER=<ID=s50,Description=\"s\">" > "in.vcf"
        print "##INFO=<ID=END,Number=1,Type=Integer,Description=\"e\">" > "in.vcf"
        split("chr1 240 chr2 100 chrM 90", c, " ")
        for (i = 1; i < 6; i += 2) print "##contig=<ID=" c[i] ",length=" c[i + 1] ">" > "in.vcf"
        print "#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO" > "in.vcf"
        for (i = 1; i < 6; i += 2)
            for (p = number(9); p <= c[i + 1]; p += int(rand() * 9)) {
                info = rand() < .7 ? "." : "END=" p + number(30)
                print c[i], p, "r" ++n, pick("A A ACG ACGTACGTAC N"), pick("C AC . <DEL> A,C T,ACGG ACC *"), ".",
                      pick("PASS . q10 q10;s50 s50"), info > "in.vcf"
            }
        for (k = 0; k < 12; k++) {
            kind = pick("in.vcf in.vcf.gz csi.vcf.gz in.bcf"); o = ""
            if (kind != "in.vcf" && rand() < .5)
                o = o (rand() < .7 ? " -r " list() : " -R " file(k "r." (bed = pick("bed txt")), bed == "bed")) \
                    " --regions-overlap=" int(rand() * 3)
            if (rand() < .5)
                o = o (rand() < .7 ? " -t " not() list() : " -T " not() file(k "t.txt", 0)) \
                    " --targets-overlap=" int(rand() * 3)
            if (rand() < .4) o = o " -f " pick("PASS PASS,. q10 s50,. .")
            print pick("1 2 3 7"), kind, o > "runs"
        }
    }'
    bgzip -c in.vcf > in.vcf.gz && cp in.vcf.gz csi.vcf.gz
    bcftools index -ft in.vcf.gz && bcftools index -fc csi.vcf.gz
    bcftools view -Ob -o in.bcf in.vcf && bcftools index -f in.bcf
}

wrong=0 n=0
while [ "$files" -gt 0 ]; do
    make "$seed"
    while read -r parts kind options; do
        set -f; set -- $options; set +f
        bcftools view -H "$@" "$kind" 2> /dev/null | cut -f 1-3 > want
        "$gscore" score -q --force "$@" "$kind" tiny.fa tiny.bin > whole
        grep -v '^#' whole | cut -f 1-3 | cmp -s want - || {
            echo "seed $seed: not the records of bcftools view $* $kind" >&2; wrong=$((wrong + 1)); }
        i=0
        while [ $((i += 1)) -le "$parts" ]; do
            "$gscore" score -q --force --chunk "$i/$parts" "$@" "$kind" tiny.fa tiny.bin > part
            [ $i = 1 ] && grep '^#' part > joined
            grep -v '^#' part >> joined || true
        done
        cmp -s whole joined || {
            echo "seed $seed: $parts chunks are not the whole: $* $kind" >&2; wrong=$((wrong + 1)); }
        n=$((n + 1))
    done < runs
    seed=$((seed + 1)) files=$((files - 1))
done
echo "$n selections, $wrong wrong"
[ "$wrong" = 0 ] && [ "$n" -gt 0 ]
