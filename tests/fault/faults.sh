#!/bin/sh
# Lets the n-th allocation, or the n-th writing call, of gscore fail (failing.c), for n = 1, 2, ...
#     faults.sh alloc|write [CASE]...
# Then the status is 7 or (writing) 5, nothing is published and no temporary file left; or all is well with the right
# output, for some failures do no harm (a buffer that is done without). FAULTS is how many n of each case are tried
# [80], spread evenly; FAULTS=all: each.
set -u
. "$(dirname "$0")/../workplace.sh"
shim=$build/tests/libfailing.so
cd "$work" || exit 1
cp "$root/tests/data/tiny.fa" "$root/tests/data/genes.gff3" . && "$build/tests/tiny_model" tiny.bin || exit 1
cat >in.vcf <<END
##fileformat=VCFv4.2
##INFO=<ID=AF,Number=A,Type=Float,Description="Frequency">
##FILTER=<ID=q10,Description="Low">
##contig=<ID=chr1,length=240>
#CHROM	POS	ID	REF	ALT	QUAL	FILTER	INFO
chr1	30	a	T	A,C	.	PASS	AF=0.1,0.2
chr1	31	.	C	<DEL>	.	q10	.
chr1	40	.	G	GA	.	.	.
chr2	1	.	A	C	.	.	.
END
"$gscore" score -q -Ob -W -o in.bcf in.vcf tiny.fa tiny.bin && "$gscore" score -q -Oz -W -o in.vcf.gz in.vcf tiny.fa tiny.bin ||
    exit 1

case_text="score -q -@ 1 -o out/o.vcf in.vcf tiny.fa tiny.bin"
case_threads="score -q -@ 3 --mode pll -o out/o.vcf in.vcf tiny.fa tiny.bin"
case_sides="score -@ 1 -Oz -W --stats out/o.json --skipped out/o.tsv -o out/o.vcf.gz in.vcf tiny.fa tiny.bin"
case_to_bcf="score -q -@ 1 -Ob -o out/o.bcf in.vcf tiny.fa tiny.bin"
case_from_bcf="score -q -@ 1 -o out/o.vcf in.bcf tiny.fa tiny.bin"
case_regions="score -q -@ 1 -r chr1:30-35 -f PASS -o out/o.vcf in.vcf.gz tiny.fa tiny.bin"
case_coding="score -q -@ 1 --mode pll --gff genes.gff3 -o out/o.vcf in.vcf tiny.fa tiny.bin"
case_embed="embed -q -@ 1 --window 32 --skipped out/o.skipped -o out/o tiny.bin in.vcf tiny.fa"
case_embed_fasta="embed -q -@ 2 --tokens -o out/o tiny.bin tiny.fa"
case_convert="convert -q -o out/o.bin tiny.bin"

# Runs a case with FAIL=$1; its files come to out/. Seconds are no two runs' alike.
run() {
    rm -rf out && mkdir out
    # shellcheck disable=SC2086 # words
    FAIL=$1 FAIL_COUNT=$work/count LD_PRELOAD=$shim "$gscore" $arguments >stdout 2>stderr
    status=$?
    [ ! -f out/o.json ] || sed -i '/seconds/d' out/o.json
}

left() { find out -type f ! -name '*.json'; } # --stats tells of failures too

bad() {
    echo "FAILED: $name, FAIL=$1: status $status, $2"
    sed 's/^/    /' stderr
    find out -type f | sed 's/^/    left: /'
    [ ! -d good ] || diff -r good out | cut -c 1-150 | grep '^[<>]' | head -6
    failed=$((failed + 1))
}

check() {
    run "$1"
    case $status in
    0) diff -r good out >/dev/null || bad "$1" "another output" ;;
    7) [ -z "$(left)" ] || bad "$1" "something is left" ;;
    5) [ "$kind" = write ] && [ -z "$(left)" ] || bad "$1" "something is left, or no output failed" ;;
    *) bad "$1" "which means something else" ;;
    esac
}

kind=$1 failed=0 tried=0
shift
[ $# -gt 0 ] || set -- text threads sides to_bcf from_bcf regions coding embed embed_fasta convert
for name; do
    eval "arguments=\$case_$name"
    run "$kind:0"
    [ $status = 0 ] || { bad "$kind:0" "without any fault"; continue; }
    rm -rf good && mv out good
    n=$(cat count) most=${FAULTS:-80}
    [ "$most" != all ] && [ "$n" -gt "$most" ] || most=$n
    [ "$n" -gt 0 ] || bad "$kind:0" "nothing was counted"
    i=0
    while [ $i -lt "$most" ]; do
        i=$((i + 1))
        check "$kind:$((i * n / most))"
        [ $((i % 4)) != 0 ] || check "$kind:$((i * n / most))+" # from there on all
        tried=$((tried + 1))
    done
done
echo "$tried faults tried, $failed of them wrong"
[ $failed = 0 ] && [ $tried -gt 0 ]
