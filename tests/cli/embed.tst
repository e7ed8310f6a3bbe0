# Hidden states of sequences and windows.

test sequences
run printf '>a first\nACGT\n\nacgtn\n>b\nAC GT\r\n>c\nTTTT' > in.fa
run $gscore embed -q -o e $tiny in.fa
run head -c 127 e.npy | tail -c +11; echo; cat e.tsv
out embed_sequences

test tokens
run printf '>a\nACGTNA\n>b\nACG\n' > in.fa
run $gscore embed -q --tokens -o e $tiny in.fa
run head -c 127 e.npy | tail -c +11; echo; cat e.tsv; stat -c %s e.npy
out embed_tokens

test special_tokens
run printf '>a\nATTCCGAAATCGN\n' > in.fa
run $gscore embed -q --tokens -o e $data/../golden/nt-v2 in.fa
run cat e.tsv
out embed_special

test compressed_and_from_stdin
run $gscore embed -q -o a $tiny $fa
run gzip -c $fa > in.fa.gz
run $gscore embed -q -o b $tiny in.fa.gz
run $gscore embed -q -o c $tiny - < $fa
run for x in b c; do cmp a.npy $x.npy; cmp a.tsv $x.tsv; done

test alone_and_among_others
# The rows of a sequence are the same bits whatever stands beside it.
run $gscore embed -q -o all $tiny $fa
run for n in 1 2 3; do
run     awk -v n=$n '/^>/ {k++} k == n' $fa > in.fa; $gscore embed -q -o one $tiny in.fa; tail -c +129 one.npy
run done > rows
run tail -c +129 all.npy | cmp rows -

test windows_of_a_vcf
run $gscore embed -o e $tiny $vcf/edges.vcf $fa
run cat e.tsv
out embed_windows
err outside
err 10 rows of 16 numbers, 7 left out

test windows_of_a_bed
run printf 'chr1\t10\t20\tx\nchr1\t30\t31\nchrM\t5\t9\nnone\t1\t2\n' > in.bed
run $gscore embed --window 20 -o e $tiny in.bed $fa
run cat e.tsv
out embed_bed
err no_contig

test a_window_is_its_sequence
run printf 'chr1\t100\t101\n' > in.bed
run $gscore embed -q --window 20 -o a $tiny in.bed $fa
run { echo '>x'; grep -v '>' $fa | tr -d '\n' | cut -c 91-110; } > in.fa
run $gscore embed -q -o b $tiny in.fa
run cmp a.npy b.npy

test strands
run printf '>a\nACGGTN\n' > fwd.fa
run printf '>a\nNACCGT\n' > rev.fa
run $gscore embed -q --strand rev -o a $tiny fwd.fa
run $gscore embed -q -o b $tiny rev.fa
run cmp a.npy b.npy
run $gscore embed -q --strand both -o c $tiny fwd.fa
run cut -f 3 c.tsv
out embed_strands

test threads
run for n in 1 2 5; do $gscore embed -q --threads $n -o $n $tiny $vcf/all_snvs.vcf $fa; done
run for n in 2 5; do cmp 1.npy $n.npy; cmp 1.tsv $n.tsv; done

test too_long
exit 3
run { echo '>good'; echo ACGTAC; echo '>giant'; head -c 20000 /dev/zero | tr '\0' A; } > in.fa
run $gscore embed -o e $data/../golden/nt-v2 in.fa || { r=$?; ls; exit $r; }
out embed_nothing_left
err sequence giant is too long

test too_short
exit 3
run $gscore embed -o e $data/../golden/phylogpn $fa
err sequence chr1 is too short

test no_bases
exit 3
run printf '>a\nACG\n>empty\n>b\nA\n' > in.fa
run $gscore embed -o e $tiny in.fa
err sequence empty has no bases

test no_fasta
exit 3
run $gscore embed -o e $tiny $vcf/edges.vcf
err needs a REF

test empty_file
exit 3
run $gscore embed -o e $tiny /dev/null
err holds no sequence

test cut_file
exit 4
run gzip -c $fa | head -c 100 > in.fa.gz
run $gscore embed -o e $tiny in.fa.gz
err cut short
no E::

test wrong_genome
exit 2
run $gscore embed -o e $tiny $vcf/no_contig.vcf $fa
err same genome

test bed_with_a_bad_line
exit 3
run printf 'chr1\t10\t20\nchr1\tten\t20\n' > in.bed
run $gscore embed -o e $tiny in.bed $fa
err line 2 is no interval

test tokens_of_both_strands
exit 1
run $gscore embed --tokens --strand both -o e $tiny $fa
err --tokens

test aligned_species
exit 1
run $gscore embed -o e $data/../golden/gpn-msa $fa
err alignment

test no_output
exit 1
run $gscore embed $tiny $fa
err -o PREFIX

test output_is_the_input
exit 1
run cp $fa in.tsv
run $gscore embed -o in $tiny in.tsv
err same file
