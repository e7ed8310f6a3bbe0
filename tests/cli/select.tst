# Which records: -r -R -t -T -f as in bcftools.

test regions
run $gscore score -q --no-version -W -o in.vcf.gz $vcf/all_snvs.vcf $fa $tiny
run $gscore score --no-version -r chr1:10-12,chrM:90 in.vcf.gz $fa $tiny | grep -v '^#'
out regions

test regions_of_a_tbi
run $gscore score -q --no-version -W=tbi -o in.vcf.gz $vcf/all_snvs.vcf $fa $tiny
run $gscore score --no-version -r chr1:10-12,chrM:90 in.vcf.gz $fa $tiny | grep -v '^#'
out regions

test regions_of_a_bcf
run $gscore score -q --no-version -W -o in.bcf $vcf/all_snvs.vcf $fa $tiny
run $gscore score --no-version -r chr1:10-12,chrM:90 in.bcf $fa $tiny | grep -v '^#'
out regions

test regions_overlap_by_position
# The deletions at 8 reach into 9-10 and count by default, but not with 0.
run $gscore score -q --no-version -W -o in.vcf.gz $vcf/all_snvs.vcf $fa $tiny
run $gscore score -q --no-version -r chr1:9-9 in.vcf.gz $fa $tiny | grep -v '^#' | cut -f 1-5
run echo
run $gscore score -q --no-version --regions-overlap 0 -r chr1:9-9 in.vcf.gz $fa $tiny | grep -v '^#' | cut -f 1-5
out regions_overlap

test regions_file
run printf 'chr1\t9\t12\nchrM\t89\t90\n' > regions.bed
run printf 'chr1\t10\t12\nchrM\t90\t90\n' > regions.txt
run $gscore score -q --no-version -W -o in.vcf.gz $vcf/all_snvs.vcf $fa $tiny
run $gscore score -q --no-version -R regions.bed in.vcf.gz $fa $tiny | grep -v '^#' > bed
run $gscore score -q --no-version -R regions.txt in.vcf.gz $fa $tiny | grep -v '^#' > txt
run cmp bed txt
run cat bed
out regions

test regions_file_of_positions
run printf 'chr1\t11\nchrM\t90\n' > regions.txt
run $gscore score -q --no-version -W -o in.vcf.gz $vcf/all_snvs.vcf $fa $tiny
run $gscore score -q --no-version -R regions.txt in.vcf.gz $fa $tiny | grep -v '^#'
out regions_positions

test regions_need_an_index
exit 3
run $gscore score -q --no-version -o in.vcf.gz $vcf/all_snvs.vcf $fa $tiny
run $gscore score -r chr1:10 in.vcf.gz $fa $tiny
err bcftools index

test regions_of_plain_vcf
exit 3
run $gscore score -r chr1:10 $vcf/all_snvs.vcf $fa $tiny
err bgzip

test regions_of_plain_gzip
exit 3
run gzip -c $vcf/all_snvs.vcf > in.vcf.gz
run $gscore score -r chr1:10 in.vcf.gz $fa $tiny
err bgzip

test regions_of_stdin
exit 1
run $gscore score -r chr1:10 - $fa $tiny < $vcf/all_snvs.vcf
err -t

test regions_unknown
run $gscore score -q -W -o in.vcf.gz $vcf/all_snvs.vcf $fa $tiny
run $gscore score --no-version -r chr7 in.vcf.gz $fa $tiny | grep -vc '^#' || true
out zero
err no records on contig chr7: names must match exactly

test regions_up_to_a_place
run $gscore score -q --no-version -W -o in.vcf.gz $vcf/all_snvs.vcf $fa $tiny
run $gscore score -q --no-version -r chr1:1-12 in.vcf.gz $fa $tiny > want
run $gscore score -q --no-version -r chr1:-12 in.vcf.gz $fa $tiny > got
run cmp want got
run [ $(grep -vc '^#' got) -gt 0 ]

test regions_of_contigs_with_colons
# Contigs c:1-9 and c: the longer name is meant first, braces say which one.
run cp $vcf/colons.fa . && $gscore score -q --no-version -W -o in.vcf.gz $vcf/colons.vcf colons.fa $tiny
run for r in 'A*01:01' 'A*01:01:5-' 'c:1-9' '{c}:1-9' 'c:-4'; do
run echo "$r"
run $gscore score -q --no-version -r "$r" in.vcf.gz colons.fa $tiny | grep -v '^#' | cut -f 1-3 | tee by_index
run $gscore score -q --no-version -t "$r" $vcf/colons.vcf colons.fa $tiny | grep -v '^#' | cut -f 1-3 | cmp by_index -
run done
out regions_colons

test targets_with_a_number_too_large
exit 1
run $gscore score -t chr1:5-99999999999999999999 $vcf/all_snvs.vcf $fa $tiny
err region 'chr1:5-99999999999999999999' is not understood.*\{NAME\}

test targets_unknown
run $gscore score --no-version -t chr7 $vcf/all_snvs.vcf $fa $tiny | grep -vc '^#' || true
out zero
err no record is selected by -t chr7; names of contigs must match exactly

test filters_unknown
run $gscore score --no-version -f q99 $vcf/all_snvs.vcf $fa $tiny | grep -vc '^#' || true
out zero
err no record is selected by -f q99

test targets
run $gscore score -q --no-version -t chr1:10-12,chrM:90 $vcf/all_snvs.vcf $fa $tiny | grep -v '^#'
out targets

test targets_file
run printf 'chr1\t9\t12\nchrM\t89\t90\n' > targets.bed
run $gscore score -q --no-version -T targets.bed $vcf/all_snvs.vcf $fa $tiny | grep -v '^#'
out targets

test targets_negated
run $gscore score -q --no-version -t ^chr1,chrM:1-87 $vcf/all_snvs.vcf $fa $tiny | grep -v '^#' | cut -f 1-5
out targets_negated

test targets_on_stdin
run $gscore score -q --no-version -t chr1:10-12,chrM:90 - $fa $tiny < $vcf/all_snvs.vcf | grep -v '^#'
out targets

test regions_and_regions_file
exit 1
run $gscore score -r chr1 -R x $vcf/all_snvs.vcf $fa $tiny
err -R

test targets_file_absent
exit 3
run $gscore score -T absent.bed $vcf/all_snvs.vcf $fa $tiny
err absent.bed

test filters
run $gscore score -q --no-version -f PASS,. $vcf/bytes.vcf $fa $tiny | grep -v '^#' | cut -f 1-7
out filters_pass

test filters_one
run $gscore score -q --no-version -f s50 $vcf/bytes.vcf $fa $tiny | grep -v '^#' | cut -f 1-7
out filters_s50

test chunks_together_are_the_whole
run $gscore score -q $vcf/all_snvs.vcf $fa $tiny > whole
run for i in 1 2 3 4 5 6 7; do $gscore score -q --chunk $i/7 $vcf/all_snvs.vcf $fa $tiny > $i; done
run { grep '^#' 1; for i in 1 2 3 4 5 6 7; do grep -v '^#' $i; done; } | cmp whole -

test chunks_of_a_selection
run $gscore score -q --no-version -W -o in.vcf.gz $vcf/all_snvs.vcf $fa $tiny
run $gscore score -q --no-version -Ob -W -o in.bcf $vcf/all_snvs.vcf $fa $tiny
run part() { want=$1; shift; $gscore score -q "$@" $fa $tiny > whole
run   for i in 1 2 3 4 5; do $gscore score -q --chunk $i/5 "$@" $fa $tiny > $i; done
run   { grep '^#' 1; for i in 1 2 3 4 5; do grep -v '^#' $i || true; done; } | cmp whole -
run   [ $(grep -vc '^#' whole) = $want ]; }
run part 16 -t chr1:10-20,chrM:1-3 $vcf/all_snvs.vcf
run part 16 -t chr1:10-20,chrM:1-3 in.vcf.gz
run part 13 -r chr1:10-19 in.vcf.gz
run part 13 -r chr1:10-19 in.bcf
run part 0 -f q99 in.bcf

test chunk_out_of_range
exit 1
run $gscore score --chunk 8/7 $vcf/all_snvs.vcf $fa $tiny
err --chunk

test targets_without_an_end
exit 3
run timeout 10 $gscore score -T /dev/zero $vcf/edges.vcf $fa $tiny
err region file /dev/zero is a device

test chunk_beyond_numbers
exit 1
run $gscore score --chunk 4294967297/4294967299 $vcf/edges.vcf $fa $tiny
err --chunk wants I/N
