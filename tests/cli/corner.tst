# The corner cases of VCF records: one line of the table in src/README.md after the other.

test alleles
run $gscore score --no-version $vcf/alleles.vcf $fa $tiny
out alleles.vcf
err symbolic 11, overlap 2, ref_block 3, nonacgt 4, too_long 3
no warning

test deepvariant_gvcf
# As DeepVariant writes them: reference blocks, <*> beside an ALT, RefCall, LowQual and NoCall. Each record comes out as
# it was, its ALTs scored.
run $gscore score --no-version $vcf/deepvariant.g.vcf $fa $tiny > out.vcf
run grep -v '^#' out.vcf | sed 's/\tGS_[^\t]*\t/\t.\t/; s/;GS_[^\t]*//' > body
run grep -v '^#' $vcf/deepvariant.g.vcf | cmp - body
run grep -v '^#' out.vcf
out deepvariant
err 7 records, 12 alleles: 4 scored, 8 not \(overlap 1, ref_block 7\)
no warning

test malformed
run $gscore score --no-version $vcf/malformed.vcf $fa $tiny
out malformed.vcf
err record 2 is passed on as it is: ALT is empty
err record 3 is passed on as it is: fewer than 8 columns
err record 4 is passed on as it is: POS
err record 5 is passed on as it is: POS
err malformed 8

test alt_with_a_missing_value
run $gscore score --no-version -t chr1:30-31 $vcf/dots.vcf $fa $tiny | grep -v '^#'
out dots

test info_with_empty_items
run $gscore score --no-version -t chr1:33-40 $vcf/dots.vcf $fa $tiny | grep -v '^#'
out empty_items

test edges
run $gscore score --no-version $vcf/edges.vcf $fa $tiny
out edges.vcf
err symbolic 1, outside 3, edge 4

test circular_by_option
# chr1 becomes a circle: the ends score otherwise than in edges.vcf, and the deletion that reaches beyond the end fits.
run $gscore score --no-version --circular chr1 $vcf/edges.vcf $fa $tiny
out edges_circular.vcf

test letters_of_the_reference
run $gscore score --no-version $vcf/letters.vcf $fa $tiny
out letters.vcf
err nonacgt 8

test rcrs_ends
run $gscore score --no-version $vcf/rcrs_ends.vcf $rcrs $tiny
out rcrs_ends.vcf

test mismatch_warns
run $gscore score --no-version $vcf/mismatch.vcf $fa $tiny
out mismatch.vcf
err warning: chr1:31: REF is G, the FASTA has C
err ref_mismatch 3

test mismatch_warns_by_name
run $gscore score --no-version --check-ref w $vcf/mismatch.vcf $fa $tiny
out mismatch.vcf

test mismatch_stops
exit 3
run $gscore score --check-ref e -o out.vcf $vcf/mismatch.vcf $fa $tiny
err chr1:31: REF is G, the FASTA has C

test mismatch_stops_without_output
run ! $gscore score --check-ref e -o out.vcf $vcf/mismatch.vcf $fa $tiny
run [ -z "$(ls)" ]

test mismatch_leaves_out
run $gscore score --no-version --check-ref x $vcf/mismatch.vcf $fa $tiny
out mismatch_left_out.vcf

test undeclared_tags_and_contigs
run $gscore score --no-version $vcf/undeclared.vcf $fa $tiny
out undeclared.vcf
err contig chrUn is not declared

test undeclared_contig_to_bcf
exit 3
run $gscore score -Ob $vcf/undeclared.vcf $fa $tiny
out -
err contig chrUn, FILTER lowq, INFO AB, INFO XX, FORMAT GT, FORMAT ZZ

test undeclared_to_bcf_remedy
run for in in undeclared.vcf undeclared.vcf.gz; do
run cp $vcf/undeclared.vcf . && gzip -kf undeclared.vcf
run ! $gscore score -Ob -o out.bcf $in $fa $tiny 2> err
run sed -n 's/.*or declare them: //p' err > remedy; sh -e remedy
run $gscore score -Ob -o out.bcf new.vcf $fa $tiny; rm new.vcf
run $gscore score --no-version out.bcf $fa $tiny | grep -v '^#'; $gscore score -Oz $in $fa $tiny > out.vcf.gz
run done
out undeclared_to_bcf

test bytes_stay
run $gscore score --no-version $vcf/bytes.vcf $fa $tiny
out bytes.vcf

test bytes_stay_every_one
run $gscore score --no-version $vcf/bytes.vcf $fa $tiny | grep -v '^#' > all
run sed 's/;GS_LLR=[-0-9.]*//; s/GS_LLR=[-0-9.]*/./' all > out
run grep -v '^#' $vcf/bytes.vcf > in
run cmp in out

test own_tags_replaced
run $gscore score --no-version $vcf/own.vcf $fa $tiny
out own.vcf

test own_tags_second_run_changes_nothing
run $gscore score $vcf/all_snvs.vcf $fa $tiny > once.vcf
run $gscore score once.vcf $fa $tiny > twice.vcf
run cmp once.vcf twice.vcf

test own_tag_of_another_type
exit 3
run $gscore score $vcf/own_other_type.vcf $fa $tiny
err GS_LLR is already declared .*--tag.*bcftools annotate -x

test tag_of_another_program
exit 3
run $gscore score --tag DB -o out.vcf $vcf/bytes.vcf $fa $tiny || [ $? = 1 ]
run $gscore score --tag TX -o out.vcf $vcf/bytes.vcf $fa $tiny
err INFO/DB has a meaning in the VCF specification.*--tag
err INFO/TX is already declared as Number=.,Type=String.*--tag NAME.*NAME_FLAG.*bcftools annotate -x INFO/TX

test tag_that_a_record_has
exit 3
run $gscore score --tag XX -o out.vcf $vcf/undeclared.vcf $fa $tiny
err record 1 .chr1:30. has INFO/XX, which the header does not declare.*--tag

test tag_remedies
# What the messages say mends it, for the score's and the flag's name.
run for in in own_other_type own_other_flag; do
run ! $gscore score $vcf/$in.vcf $fa $tiny > /dev/null 2> err
run sed -n 's/.*what is there: //p' err > remedy && [ -s remedy ] && sh -e remedy
run $gscore score --no-version new.vcf $fa $tiny | grep -c '^chr.*GS_'
run $gscore score --no-version --tag NAME $vcf/$in.vcf $fa $tiny | grep -c '^chr.*NAME'
run done
out tag_remedies

test own_tag_of_another_type_under_another_name
run $gscore score --no-version --tag MY_LLR $vcf/own_other_type.vcf $fa $tiny
out own_other_tag.vcf

test newer_fileformat
run $gscore score --no-version $vcf/v9.vcf $fa $tiny
out v9.vcf

test header_only
run $gscore score --no-version $vcf/header_only.vcf $fa $tiny
out header_only.vcf
err 0 records

test carriage_returns
run sed 's/$/\r/' $vcf/edges.vcf > crlf.vcf
run $gscore score --no-version crlf.vcf $fa $tiny | tr -d '\r'
out edges.vcf

test no_final_newline
run printf '%s' "$(cat $vcf/edges.vcf)" > in.vcf
run $gscore score --no-version in.vcf $fa $tiny
out edges.vcf
no warning: .*(cut|line)

test cut_last_line
exit 4
run printf '%s' "$(cat $vcf/edges.vcf)" | sed '$s/\tAT\tA.*//' > in.vcf
run $gscore score -o out.vcf in.vcf $fa $tiny
err cut short within its last line, which has 3 columns.*--allow-truncated

test cut_last_line_allowed
run printf '%s' "$(cat $vcf/edges.vcf)" | sed '$s/\tAT\tA.*//' > in.vcf
run $gscore score --no-version --allow-truncated in.vcf $fa $tiny
out edges_cut.vcf
err the last line has 3 columns: the file may be cut

test short_last_line
run { printf '%s' "$(cat $vcf/edges.vcf)" | sed '$s/\tAT\tA.*//'; echo; } > in.vcf
run $gscore score --no-version in.vcf $fa $tiny
out edges_cut.vcf
err the last line has 3 columns: the file may be cut

test cut_in_sample_columns
exit 4
run $gscore score -o out.vcf $vcf/cut_in_samples.vcf $fa $tiny
err cut short within its last line, which has 10 columns

test cut_in_sample_columns_of_gzip
exit 4
run gzip -c $vcf/cut_in_samples.vcf > in.vcf.gz
run $gscore score -o out.vcf in.vcf.gz $fa $tiny
err cut short within its last line, which has 10 columns

test wrong_number_of_samples
run $gscore score --no-version $vcf/samples.vcf $fa $tiny
out samples.vcf
err record 2 is passed on as it is: fewer columns than the header
err record 4 is passed on as it is: more columns than the header
err malformed 3

test wrong_contigs
exit 2
run $gscore score --no-version -o out.vcf $vcf/no_contig.vcf $fa $tiny
err no_contig 3.*same genome

test wrong_contigs_leave_no_file
run ! $gscore score -o out.vcf $vcf/no_contig.vcf $fa $tiny
run [ -z "$(ls)" ]

test wrong_contigs_by_force
run $gscore score --no-version --force $vcf/no_contig.vcf $fa $tiny
out no_contig.vcf

test wrong_genome
# Every REF is a T: three quarters of them do not fit.
exit 2
run awk 'BEGIN { print "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
run   for (i = 1; i <= 240; i++) print "chr1\t" i "\t.\tT\tA\t.\t.\t." }' > in.vcf
run $gscore score -o out.vcf in.vcf $fa $tiny
err more warnings of kind ref_mismatch|[0-9]+ more
err genome

test wrong_genome_leaves_no_file
run awk 'BEGIN { print "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
run   for (i = 1; i <= 240; i++) print "chr1\t" i "\t.\tT\tA\t.\t.\t." }' > in.vcf
run ! $gscore score -o out.vcf in.vcf $fa $tiny
run [ "$(ls)" = in.vcf ]

test few_mismatches_are_no_wrong_genome
run awk 'BEGIN { print "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
run   for (i = 1; i <= 99; i++) print "chr1\t" i "\t.\tT\tA\t.\t.\t." }' > in.vcf
run $gscore score --no-version in.vcf $fa $tiny
out -
err [0-9]+ more warnings?

test wrong_genome_by_force
run awk 'BEGIN { print "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
run   for (i = 1; i <= 240; i++) print "chr1\t" i "\t.\tT\tA\t.\t.\t." }' > in.vcf
run $gscore score --force --no-version in.vcf $fa $tiny | grep -c ref_mismatch
out wrong_genome_count

test names_without_chr
run $gscore score --no-version $vcf/names.vcf $fa $tiny
out names.vcf
err '1' is taken to be 'chr1'

test names_with_chr
run sed 's/^>chrM/>MT/; s/^>chr/>/' $fa > plain.fa
run $gscore score --no-version $vcf/edges.vcf plain.fa $tiny
out edges.vcf
err 'chr1' is taken to be '1'

test names_of_the_mitochondrion
# One list: whatever the FASTA and the VCF call it, it is found, a circle, and within the model's scope.
run body() { grep -v '^#' | cut -f 2-; }
run $gscore score $vcf/rcrs_ends.vcf $rcrs $tiny | body > want
run for name in MT M chrMT mtDNA NC_012920.1; do
run rm -f other.fa.fai; sed "s/^>chrM/>$name/" $rcrs > other.fa
run grep -v '^##contig' $vcf/rcrs_ends.vcf | sed "s/^chrM/$name/" > other.vcf
run $gscore score $vcf/rcrs_ends.vcf other.fa $tiny | body | cmp want -
run $gscore score other.vcf $rcrs $tiny | body | cmp want -
run $gscore score other.vcf other.fa $tiny | body | cmp want -
run $gscore score -Ou other.vcf $rcrs $tiny > out.bcf
run $gscore score other.vcf other.fa mito > /dev/null
run done
no is not mitochondrial

test undeclared_alias_in_bcf
run printf '##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nMT\t73\t.\tA\tG\t.\t.\t.\n' > in.vcf
run $gscore score -q -Ob --no-version in.vcf $rcrs $tiny > out.bcf
run $gscore score -q --no-version out.bcf $rcrs $tiny | grep '^##contig\|^MT'
out alias_in_bcf

test missing_contig
exit 2
run cp $vcf/refseq.fa .
run $gscore score -o out.vcf $vcf/refseq.vcf refseq.fa $tiny
err 'chr1' is not in the FASTA: .* 2 contigs: NC_000001.11 \(Homo sapiens chromosome 1, GRCh38.*'chr1 NC_000001.11' > names.txt
err 'chr2' .*'chr2 NC_000002.12' >> names.txt

test missing_contig_remedy
# What the warnings say mends it, with contigs declared or not, in any kind of file.
run grep -v '^##contig' $vcf/refseq.vcf > undeclared.vcf; cp $vcf/refseq.fa .; cp $vcf/refseq.vcf declared.vcf
run bgzip -c undeclared.vcf > undeclared.vcf.gz; gzip -c undeclared.vcf > plain.vcf.gz
run bcftools view -Ob -o declared.bcf declared.vcf
run for in in declared.vcf undeclared.vcf undeclared.vcf.gz plain.vcf.gz declared.bcf; do
run rm -f new.vcf names.txt
run $gscore score --force $in refseq.fa $tiny 2>&1 > /dev/null | sed -n 's/.*to rename it\( too\)*: //p' > remedy
run sed '1!b; s/; /\n/g' remedy > lines; { sed -n '/names.txt$/p' lines; sed '/names.txt$/d' lines; } > remedy
run sh -e remedy
run $gscore score new.vcf refseq.fa $tiny | grep -v "^#" > scored
run [ $(grep -c "GS_LLR=" scored) = 4 ]
run done
no no_contig [0-9]+\)

test names_of_another_length
exit 2
run $gscore score --no-version -o out.vcf $vcf/names_other_length.vcf $fa $tiny
err 248956422 .*240
no is taken to be

test mitochondrial_model_elsewhere
run $gscore score --no-version -t chr1:30-40 $vcf/alleles.vcf $fa mito
out -
err warning: contig 'chr1' is not mitochondrial
