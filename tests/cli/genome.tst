# Do VCF and FASTA belong together, and was anything scored?

# ---- a prefix, a chunk, the whole ----

test mismatches_at_the_beginning
# 11 of the first 100 are few of 1,000, for chunks too, however small.
run awk 'BEGIN { print "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO" }
run   !/^>/ { s = s $0 } END { for (n = 1; n <= 1000; n++) { r = substr(s, n, 1); w = r == "T" ? "G" : "T"
run     print "chrM\t" n "\t.\t" (n <= 11 ? w : r) "\t" (r == "A" || n <= 11 ? "C" : "A") "\t.\t.\t." } }' $rcrs > in.vcf
run $gscore score in.vcf $rcrs $tiny > out.vcf
run for i in 1 2 10; do $gscore score -q -o part.vcf --chunk $i/10 in.vcf $rcrs $tiny; done
run $gscore score -o part.vcf --chunk 1/10 in.vcf $rcrs $tiny
err warning: 11 of 100 records \(11 %\) have another REF than the FASTA: this is another genome build; remedy
no 11 of 1000

test another_genome_stops_early
# Three of four REFs differ. All cuts of the work say the same, word for word.
run { printf '##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n'
run for i in $(seq 600); do printf 'chrM\t%d\t.\tG\tA\t.\t.\t.\n' $((i + 400)); done; } > in.vcf
run status() { s=0; $gscore score -q "$@" in.vcf $rcrs $tiny > out.vcf 2> err || s=$?; echo $s; head -n 1 err; }
run for n in 1 2 8; do status -@ $n; status -@ $n --batch $n; done | sort | uniq -c > counts; cat counts
run for i in 1 2; do status --chunk $i/2; done | cut -d ' ' -f 3,5-6
out wrong_genome_early

test another_genome_at_the_end
# A sixth of the records: as a whole this is another genome, though no prefix is.
exit 2
run awk 'BEGIN { print "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO" } !/^>/ { s = s $0 }
run   END { for (n = 1; n <= 600; n++) { r = substr(s, n, 1); w = r == "T" ? "G" : "T"
run     print "chrM\t" n "\t.\t" (n % 6 ? r : w) "\t" (r == "C" ? "A" : "C") "\t.\t.\t." } }' $rcrs > in.vcf
run $gscore score --force --chunk 2/2 in.vcf $rcrs $tiny 2> err > /dev/null; grep -q '50 of 300 records (17 %) have another' err
run $gscore score --force in.vcf $rcrs $tiny 2> err > /dev/null; grep -q 'warning: 100 of 600 records (17 %) have another' err
run rm err; $gscore score -o out.vcf in.vcf $rcrs $tiny || { s=$?; ls; exit $s; }
out in.vcf_alone
err 100 of 600 records \(17 %\) have another REF than the FASTA: this is another genome build; remedy: .*--force

# ---- REF and ALT swapped ----

test swapped_in_most_of_few_records
run { grep '^#' $vcf/rcrs_ends.vcf; printf 'chrM\t%s\t.\t%s\t%s\t.\t.\t.\n' 73 G A 263 G A 750 G A 1438 A G; } > in.vcf
run $gscore score in.vcf $rcrs $tiny > out.vcf
err chrM:73: REF is G, the FASTA has A, which is the ALT
err warning: 3 of 4 records \(75 %\) .* in 3 of them the FASTA has the ALT, .*bcftools norm --check-ref s -f REF IN -o new.vcf

test swapped_in_all
exit 2
run { grep '^#' $vcf/rcrs_ends.vcf; printf 'chrM\t%s\t.\t%s\t%s\t.\t.\t.\n' 73 G A 263 G A; } > in.vcf
run $gscore score -o out.vcf in.vcf $rcrs $tiny
err no allele could be scored \(ref_mismatch 2\): REF and ALT seem swapped; remedy: bcftools norm

test swapped_in_many
exit 2
run awk 'BEGIN { print "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO" } !/^>/ { s = s $0 }
run   END { for (n = 1; n <= 300; n++) { r = substr(s, n, 1); a = r == "T" ? "G" : "T"
run     print "chrM\t" n "\t.\t" (n % 4 ? a "\t" r : r "\t" a) "\t.\t.\t." } }' $rcrs > in.vcf
run $gscore score -o out.vcf in.vcf $rcrs $tiny
err 75 of the first 100 records \(75 %\) .* in 75 of them the FASTA has the ALT, so REF and ALT seem swapped
no another genome build

test swapped_remedy
run { grep '^#' $vcf/rcrs_ends.vcf; printf 'chrM\t%s\t.\t%s\t%s\t.\t.\t.\n' 73 G A 263 G A 750 G A 1438 A G; } > in.vcf
run bcftools norm --check-ref s -f $rcrs in.vcf -o new.vcf
run $gscore score new.vcf $rcrs $tiny > out.vcf
err 4 scored, 0 not
no warning

# ---- another chrM ----

test length_of_another_chrM
run { grep '^#' $vcf/rcrs_ends.vcf | sed 's/16569/16571/'; printf 'chrM\t73\t.\tA\tG\t.\t.\t.\n'; } > in.vcf
run $gscore score in.vcf $rcrs $tiny > out.vcf
err warning: contig 'chrM' has 16571 bases .* has 16569: is it the right reference\? \(hg19's chrM

test positions_of_another_chrM
run { printf '##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n'
run   printf 'chrM\t%s\t.\t%s\t%s\t.\t.\t.\n' 73 A G 263 A G 16571 G A; } > in.vcf
run $gscore score in.vcf $rcrs $tiny > out.vcf
err warning: chrM:16571 reaches beyond the end of 'chrM' in the FASTA, which has 16569 bases: .*\(hg19's chrM
run printf 'chrM\t752\t.\tA\tG\t.\t.\t.\n' >> in.vcf; $gscore score -t chrM:1-16000 in.vcf $rcrs $tiny > out.vcf
err warning: REF and FASTA differ on 'chrM' \(hg19's chrM

test name_of_another_chrM
# An accession stands for one sequence: hg19's is not rCRS, whatever else is called chrM.
exit 2
run { grep '^#' $vcf/rcrs_ends.vcf | grep -v contig; printf 'NC_001807.4\t73\t.\tA\tG\t.\t.\t.\n'; } > in.vcf
run $gscore score -o out.vcf in.vcf $rcrs $tiny
err 'NC_001807.4' is not in the FASTA
no is taken to be

# ---- nothing scored ----

test all_malformed
exit 2
run { grep '^#' $vcf/cut_in_samples.vcf; printf 'chr1\t20\t.\tA\tC\t.\t.\t.\nchr1\tx\t.\tA\tC\t.\t.\t.\n'; } > in.vcf
run $gscore score -o out.vcf in.vcf $fa $tiny
err no allele could be scored \(malformed 2\): the warnings say

test all_unsupported
exit 2
run { grep '^#' $vcf/rcrs_ends.vcf; printf 'chrM\t73\t.\tA\tAG\t.\t.\t.\n'; } > in.vcf
run $gscore score --indels skip -o out.vcf in.vcf $rcrs $tiny
err no allele could be scored \(unsupported 1\): try --indels pll
err --force keeps the output

test all_symbolic
exit 2
run { grep '^#' $vcf/rcrs_ends.vcf; printf 'chrM\t73\t.\tA\t<DEL>\t.\t.\t.\n'; } > in.vcf
run $gscore score -o out.vcf in.vcf $rcrs $tiny
err no allele could be scored \(symbolic 1\): only alleles with all their bases

test all_outside
exit 2
run { grep '^#' $vcf/rcrs_ends.vcf; printf 'chrM\t20000\t.\tA\tC\t.\t.\t.\n'; } > in.vcf
run $gscore score -o out.vcf in.vcf $rcrs $tiny
err no allele could be scored \(outside 1\): .*same genome

test nothing_scored_by_force
run { grep '^#' $vcf/rcrs_ends.vcf; printf 'chrM\t73\t.\tA\t<DEL>\t.\t.\t.\n'; } > in.vcf
run $gscore score --force --skipped - -o out.vcf in.vcf $rcrs $tiny
out symbolic_skipped
err warning: no allele could be scored \(symbolic 1\)

test nothing_to_score
# No records; reference blocks; no ALT; a deletion that another record tells of.
run { grep '^#' $vcf/rcrs_ends.vcf; printf 'chrM\t73\t.\tA\t%s\t.\t.\t.\n' '<*>' '<NON_REF>' . '*'; } > in.vcf
run $gscore score $vcf/header_only.vcf $fa $tiny > out.vcf; $gscore score in.vcf $rcrs $tiny > out.vcf
err 4 records, 3 alleles: 0 scored, 3 not \(overlap 1, ref_block 2\)
no warning

test nothing_selected
run $gscore score -t chr7 $vcf/rcrs_ends.vcf $rcrs $tiny > out.vcf
err no record is selected by -t chr7

test nothing_scored_of_a_chunk
# The other chunks may have what can be scored; a job array goes on.
run { grep '^#' $vcf/rcrs_ends.vcf; printf 'chrM\t73\t.\tA\t<DEL>\t.\t.\t.\nchr9\t73\t.\tA\tC\t.\t.\t.\nchrM\t73\t.\tA\tG\t.\t.\t.\n'; } > in.vcf
run for i in 1 2 3 4; do $gscore score -o $i.vcf --chunk $i/4 in.vcf $rcrs $tiny; done; ls [1-4].vcf | wc -l > n; echo 4 | cmp n -
err no allele of this chunk could be scored \(symbolic 1\)
err no allele of this chunk could be scored \(no_contig 1\)

test a_chunk_of_foreign_contigs
exit 2
run $gscore score -o out.vcf --chunk 1/2 $vcf/no_contig.vcf $fa $tiny
err no allele could be scored \(no_contig

test standard_output_without_scores
# What was written cannot be taken back.
exit 2
run $gscore score $vcf/no_contig.vcf $fa $tiny > out.vcf
err what was written to standard output is incomplete and unscored: it must not be used

test standard_output_of_another_genome
exit 2
run { printf '##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n'
run for i in $(seq 100); do printf 'chrM\t%d\t.\tG\tA\t.\t.\t.\n' $((i + 400)); done; } > in.vcf
run $gscore score -o /dev/stdout in.vcf $rcrs $tiny > out.vcf
err what was written to .*out is incomplete and partly unscored: it must not be used

test standard_output_after_an_error
exit 3
run $gscore score --check-ref e $vcf/mismatch.vcf $fa $tiny > out.vcf
err what was written to standard output is incomplete: it must not be used

test a_file_is_not_there_after_an_error
exit 3
run $gscore score --check-ref e -o out.vcf $vcf/mismatch.vcf $fa $tiny
no must not be used

test md5_of_another_sequence
run md5=$(grep -v '>' $rcrs | tr -d '\n' | md5sum | cut -c 1-32)
run make() { printf '##fileformat=VCFv4.2\n##contig=<ID=chrM,length=16569,%s>\n' "$1"; tail -n 2 $vcf/rcrs_ends.vcf | sed '1i#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO'; }
run for m in "md5=$md5" "M5=$(echo $md5 | tr a-f A-F)" "md5=unknown" 'md5="'$md5'"'; do make "$m" > in.vcf; $gscore score in.vcf $rcrs $tiny > out.vcf; done 2> err
run ! grep MD5 err; make md5=0123456789abcdef0123456789abcdef > in.vcf; $gscore score -Oz in.vcf $rcrs $tiny > out.vcf.gz
err warning: contig 'chrM' has the MD5 0123456789abcdef0123456789abcdef in the VCF header, but 'chrM' in the FASTA has
