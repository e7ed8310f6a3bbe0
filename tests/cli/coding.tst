# Variants in the coding sequences of a GFF3 file.

test coding_sequences
run $gscore score -q --no-version --mode pll --gff $data/genes.gff3 $vcf/coding.vcf $fa $tiny > a
run sed -E 's/\|-?[0-9]+(\.[0-9]+)?\|/|score|/g' a
out coding_sequences

# each ALT has the lowest of its transcripts
test lowest_of_transcripts
run $gscore score -q --no-version --mode pll --gff $data/genes.gff3 $vcf/coding.vcf $fa $tiny > a
run awk -F'\t' '!/^#/ && match($8, /GS_TX=[^;]*/) { n++
run     split(substr($8, RSTART + 6, RLENGTH - 6), tx, ","); match($8, /GS_LLR=[^;]*/)
run     split(substr($8, RSTART + 7, RLENGTH - 7), llr, ","); split($5, alt, ",")
run     for (i in alt) { low = "."
run         for (k in tx) { split(tx[k], f, "|"); if (f[1] == alt[i] && (low == "." || f[3] + 0 < low + 0)) low = f[3] }
run         if (low != llr[i]) { print $3, alt[i], low, llr[i]; bad = 1 } } } END { exit bad || n < 10 }' a

test coding_file_may_be_bgzip
run bgzip -c $data/genes.gff3 > g.gff3.gz
run $gscore score -q --no-version --mode pll --gff $data/genes.gff3 $vcf/coding.vcf $fa $tiny > a
run $gscore score -q --no-version --mode pll --gff g.gff3.gz $vcf/coding.vcf $fa $tiny | cmp - a
run sed 's/$/\r/' $data/genes.gff3 > crlf.gff3
run $gscore score -q --no-version --mode pll --gff crlf.gff3 $vcf/coding.vcf $fa $tiny | cmp - a

test outside_coding_sequences
run $gscore score --no-version --mode pll --gff $data/genes.gff3 --stats s --skipped k $vcf/coding.vcf $fa $tiny > a
run grep '"outside_coding_sequences": 5' s
run grep -c unsupported k
out outside_coding_sequences
err unsupported 5 \(5 outside coding sequences\)
err genes.gff3: coding sequence 'transcript:wrong' is left out: its phases

# a second run replaces what the first one wrote; text and BCF say the same
test coding_again
run $gscore score -q --no-version --mode pll --gff $data/genes.gff3 $vcf/coding.vcf $fa $tiny > a
run $gscore score -q --no-version --mode pll --gff $data/genes.gff3 a $fa $tiny | cmp - a
run $gscore score -q --no-version --mode pll --gff $data/genes.gff3 -Ob -o b.bcf $vcf/coding.vcf $fa $tiny
run bcftools view -H b.bcf > b
run grep -v '^#' a | cmp - b

test coding_tag
run $gscore score -q --no-version --mode pll --tag X --gff $data/genes.gff3 $vcf/coding.vcf $fa $tiny > a
run grep -c 'X=[^;]*;X_TX=' a
run grep -o '^##INFO=<ID=[A-Z_]*' a
out coding_tag

# what was scored in it does not depend on what else the file has, nor on threads
test coding_alone
run $gscore score -q --no-version --mode pll --gff $data/genes.gff3 $vcf/coding.vcf $fa $tiny | grep -v '^#' > a
run grep -v '^#' $vcf/coding.vcf | while read -r line; do
run     (grep '^#' $vcf/coding.vcf; echo "$line" | tr ' ' '\t') > one.vcf
run     $gscore score -q --no-version --mode pll --gff $data/genes.gff3 --force one.vcf $fa $tiny | grep -v '^#' >> b
run done
run cmp a b
run $gscore score -q --no-version --mode pll --batch 1 -@ 3 --gff $data/genes.gff3 $vcf/coding.vcf $fa $tiny > c
run grep -v '^#' c | cmp - a

test coding_options
run $gscore score --mode pll --gff $data/genes.gff3 --no-version --force --window 64 --indels skip $vcf/coding.vcf $fa $tiny > a
run grep -o 'those over 64 bp' a
run grep 'frame' a | cut -f 8
run $gscore score -q --mode pll --gff $data/genes.gff3 $vcf/coding.vcf $fa $tiny | grep -o 'Options="[^"]*"\|GffBytes="[0-9]*"'
out coding_options

test coding_of_two_modes
exit 1
run $gscore score --mode pll,mlm --gff $data/genes.gff3 $vcf/coding.vcf $fa $tiny
err --gff: one mode at a time

test coding_by_distance
exit 1
run $gscore score --mode cosine --gff $data/genes.gff3 $vcf/coding.vcf $fa $tiny
err --gff: mode cosine compares windows

test coding_on_a_strand
exit 1
run $gscore score --mode pll --strand both --gff $data/genes.gff3 $vcf/coding.vcf $fa $tiny
err --gff: .* own direction

test no_gff3
exit 3
run sed '6s/\t71\t/\tx\t/' $data/genes.gff3 > bad.gff3
run $gscore score --gff bad.gff3 $vcf/coding.vcf $fa $tiny
err bad.gff3: line 6: columns 4 and 5

test gff3_that_is_not_there
exit 3
run $gscore score --gff none.gff3 $vcf/coding.vcf $fa $tiny
err the GFF3 file none.gff3 cannot be opened

test gff3_of_another_genome
exit 3
run sed 's/^1\t/chr7\t/; s/^MT\t/scaffold\t/' $data/genes.gff3 > other.gff3
run $gscore score --gff other.gff3 $vcf/coding.vcf $fa $tiny
err no coding sequence .* on the contigs of the FASTA

test no_variant_is_coding
exit 2
run (grep '^#' $vcf/coding.vcf; grep outside $vcf/coding.vcf) > one.vcf
run $gscore score --mode pll --gff $data/genes.gff3 -o a one.vcf $fa $tiny
err no variant changes a coding sequence of --gff

test gff3_from_a_pipe
run $gscore score -q --no-version --mode pll --gff $data/genes.gff3 $vcf/coding.vcf $fa $tiny > a
run cat $data/genes.gff3 | $gscore score -q --no-version --mode pll --gff - $vcf/coding.vcf $fa $tiny | cmp - a

test gff3_and_vcf_from_a_pipe
exit 1
run $gscore score --gff - - $fa $tiny < $data/genes.gff3
err IN and --gff cannot both be standard input

test gff3_as_the_output
exit 1
run cp $data/genes.gff3 g.gff3
run $gscore score --gff g.gff3 -o g.gff3 $vcf/coding.vcf $fa $tiny
err g.gff3

# known amino acid changes of lineages lie where they should; ORF1ab has one base twice, where the ribosome slips
test coding_sars_cov_2
run s=$data/sars-cov-2; cp $s/NC_045512.2.fa .
run $gscore score -q --no-version --mode pll --gff $s/NC_045512.2.gff3 $s/lineages.vcf NC_045512.2.fa $tiny > a
run sed -nE 's/^NC_045512.2\t[0-9]*\t([^\t]*).*GS_TX=/\1 /p' a | sed -E 's/\|-?[0-9]+(\.[0-9]+)?\|/|score|/g'
out coding_sars_cov_2

# GenSLM's file format with random weights: every row of upstream's scores, to 0.0001
test coding_as_upstream
run g=$data/../golden; cp $g/common/ref.fa .
run for column in sum:llr_sum mean:llr_mean; do
run     $gscore score -q --no-version --digits 9 --reduce ${column%:*} --gff $g/genslm/cds.gff3 $g/common/sites.vcf ref.fa $g/genslm > a
run     awk -F'\t' -v column=${column#*:} 'FNR == NR && match($8, /GS_TX=[^;]*/) {
run         n = split(substr($8, RSTART + 6, RLENGTH - 6), tx, ",")
run         for (i = 1; i <= n; i++) { split(tx[i], f, "|"); at = $1 FS $2 FS $4 FS f[1] FS f[2]; score[at] = f[3]; codon[at] = f[4] } }
run     FNR == NR { next }
run     FNR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
run     { name = $c["cds"]; sub("cds:", "", name); at = $1 FS $2 FS $3 FS $4 FS name }
run     $c["state"] != "ok" { if (at in score) { print "has a score:", $0; bad = 1 } next }
run     { n_ok++; d = score[at] - $c[column]; most = column == "llr_mean" ? 1e-6 : 1e-4
run       if (!(at in score) || d > most || -d > most || codon[at] != $c["codon0"] + 1) { print score[at], $0; bad = 1 } }
run     END { exit bad || n_ok != 34 }' a $g/genslm/score.tsv
run done

test coding_model_without_genes
exit 1
run $gscore score $vcf/coding.vcf $fa $data/../golden/genslm
err this model reads coding sequences: give them by --gff FILE
