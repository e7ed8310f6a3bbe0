# Kinds of input, whole and broken.

test stdin
run $gscore score --no-version - $fa $tiny < $vcf/edges.vcf
out edges.vcf

test stdin_of_bcf
run $gscore score -Ob $vcf/edges.vcf $fa $tiny > in.bcf
run $gscore score --no-version - $fa $tiny < in.bcf | grep -v '^##'
out edges_body

test gzip
run gzip -c $vcf/edges.vcf > in.vcf.gz
run $gscore score --no-version in.vcf.gz $fa $tiny
out edges.vcf

test gzip_without_suffix
run gzip -c $vcf/edges.vcf > in.vcf
run $gscore score --no-version in.vcf $fa $tiny
out edges.vcf

test bgzip
run $gscore score --no-version -Oz $vcf/edges.vcf $fa $tiny > in.vcf.gz
run $gscore score --no-version in.vcf.gz $fa $tiny
out edges.vcf

test bcf
run $gscore score --no-version -Ob $vcf/edges.vcf $fa $tiny > in.bcf
run $gscore score --no-version in.bcf $fa $tiny | grep -v '^##'
out edges_body

test plain_bcf
run $gscore score --no-version -Ou $vcf/edges.vcf $fa $tiny > in.bcf
run $gscore score --no-version in.bcf $fa $tiny | grep -v '^##'
out edges_body

test all_kinds_give_the_same
run for t in v z b u; do
run     $gscore score -q -O$t $vcf/all_snvs.vcf $fa $tiny > in.$t; $gscore score -q in.$t $fa $tiny > out.$t
run done
run cmp out.v out.z
run grep -v '^##' out.v > v; grep -v '^##' out.b > b; grep -v '^##' out.u > u
run cmp v b
run cmp v u

test absent
exit 3
run $gscore score absent.vcf $fa $tiny
err absent.vcf.*No such file

test a_folder
exit 3
run $gscore score . $fa $tiny
err .

test empty
exit 3
run : > in.vcf
run $gscore score in.vcf $fa $tiny
err in.vcf.*empty file

test empty_stdin
exit 3
run $gscore score - $fa $tiny
err empty

test not_a_vcf
exit 3
run $gscore score $fa $fa $tiny
err FASTA

test html
exit 3
run echo '<html><body>Not found</body></html>' > in.vcf
run $gscore score in.vcf $fa $tiny
err HTML

test utf16
exit 3
run iconv -f UTF-8 -t UTF-16 $vcf/edges.vcf > in.vcf
run $gscore score in.vcf $fa $tiny
err UTF-16.*iconv

test byte_order_mark
exit 3
run { printf '\357\273\277'; cat $vcf/edges.vcf; } > in.vcf
run $gscore score in.vcf $fa $tiny
err byte-order mark

test spaces_for_tabs
exit 3
run $gscore score $vcf/spaces.vcf $fa $tiny
err spaces instead of tabs

test no_column_line
exit 3
run grep -v '^#CHROM' $vcf/edges.vcf > in.vcf
run $gscore score in.vcf $fa $tiny
err #CHROM

test header_cut
exit 4
run head -3 $vcf/edges.vcf > in.vcf
run $gscore score in.vcf $fa $tiny
err header.*cut

test bgzip_without_end_marker
exit 4
run $gscore score -q -Oz $vcf/all_snvs.vcf $fa $tiny > whole.vcf.gz
run head -c -28 whole.vcf.gz > in.vcf.gz
run $gscore score -o out.vcf in.vcf.gz $fa $tiny
err end marker.*--allow-truncated

test bgzip_without_end_marker_allowed
run $gscore score -q -Oz $vcf/all_snvs.vcf $fa $tiny > whole.vcf.gz
run head -c -28 whole.vcf.gz > in.vcf.gz
run $gscore score --allow-truncated in.vcf.gz $fa $tiny > out.vcf
run $gscore score -q whole.vcf.gz $fa $tiny > want.vcf
run cmp want.vcf out.vcf
err warning: .*cut short

test bgzip_cut_within
exit 4
run $gscore score -q -Oz $vcf/all_snvs.vcf $fa $tiny > whole.vcf.gz
run head -c -500 whole.vcf.gz > in.vcf.gz
run $gscore score -o out.vcf in.vcf.gz $fa $tiny
err cut short|corrupt

test bgzip_cut_within_is_never_allowed
exit 4
run $gscore score -q -Oz $vcf/all_snvs.vcf $fa $tiny > whole.vcf.gz
run head -c -500 whole.vcf.gz > in.vcf.gz
run $gscore score --allow-truncated -o out.vcf in.vcf.gz $fa $tiny
err cut short|corrupt

test bgzip_cut_on_stdin
exit 4
run $gscore score -q -Oz $vcf/all_snvs.vcf $fa $tiny > whole.vcf.gz
run head -c -500 whole.vcf.gz | $gscore score -o out.vcf - $fa $tiny
err cut short|corrupt

test cut_leaves_no_file
run $gscore score -q -Oz $vcf/all_snvs.vcf $fa $tiny > whole.vcf.gz
run head -c -500 whole.vcf.gz > in.vcf.gz
run rm whole.vcf.gz
run ! $gscore score -o out.vcf in.vcf.gz $fa $tiny
run [ "$(ls)" = in.vcf.gz ]

test gzip_cut
exit 4
run gzip -c $vcf/all_snvs.vcf | head -c -100 > in.vcf.gz
run $gscore score -o out.vcf in.vcf.gz $fa $tiny
err cut short|corrupt

test bcf_cut
exit 4
run $gscore score -q -Ob $vcf/all_snvs.vcf $fa $tiny | head -c -500 > in.bcf
run $gscore score -o out.vcf in.bcf $fa $tiny
err cut short|corrupt

test plain_bcf_cut
exit 4
run $gscore score -q -Ou $vcf/all_snvs.vcf $fa $tiny | head -c -5 > in.bcf
run $gscore score -o out.vcf in.bcf $fa $tiny
err cut short|corrupt

test sample_without_a_name
exit 3
run printf '##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t\tS\n' > in.vcf
run printf 'chr1\t9\t.\tA\tC\t.\t.\t.\tGT\t0/1\t0/1\n' >> in.vcf
run $gscore score in.vcf $fa $tiny
err #CHROM line has a column without a name
