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
err 9 rows of 16 numbers, 8 left out \(symbolic 1, outside 3, edge 4\)

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

test reasons_of_score
# What has no window is listed as `score` lists it.
run { cat $vcf/edges.vcf; while read -r pos id ref alt; do
run     printf 'chr1\t%s\t%s\t%s\t%s\t.\t.\t.\n' $pos $id $ref "$alt"; done << END
run 10 gone N <DEL>
run 0 zero N N
run 300 n_beyond N A
run 0 snv N A
run 5 overlap A *
run 5 block A <NON_REF>
run 5 iupac A R
run 5 bad_alt A -
run 5 differs AAAAAA A
run 30 long T TAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
run no number C A
run END
run printf 'none\t5\tcontig\tC\tA\t.\t.\t.\n'; } > in.vcf
run $gscore score -q --indel-flank 0 --skipped s in.vcf $fa $tiny > /dev/null
run $gscore embed -q --skipped e -o x $tiny in.vcf $fa
run cmp s e
run cut -f 1,4,7 e
run wc -l < x.tsv
out embed_reasons

test alts_of_a_record
# One ALT that can be scored is enough for the window of REF; so is none. Else the first one's reason is told.
run { grep '^##' $vcf/edges.vcf; printf '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n'
run for alt in '<DEL>,G' 'G,*' . '*,<DEL>' '<DEL>,*'; do printf 'chr1\t1\t.\tC\t%s\t.\t.\t.\n' "$alt"; done; } > in.vcf
run $gscore embed -o x --skipped e $tiny in.vcf $fa
run cat x.tsv e
out embed_alts
err 3 rows of 16 numbers, 2 left out \(symbolic 1, overlap 1\)

test no_window_of_n
run { echo '>c'; printf 'ACGTACGTAC'; head -c 60 /dev/zero | tr '\0' N; printf 'acgtacgtacgtacgtacgtacgtacgtac'; } > n.fa
run printf 'c\t40\t41\tin\nc\t12\t13\tout\nc\t100\t100\tend\nc\t99\t99\tempty\nc\t95\t101\tlonger\nd\t1\t2\n' > in.bed
run $gscore embed --window 20 -o x --skipped e $tiny in.bed n.fa
run cat x.tsv e
run printf '##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\n' > in.vcf
run printf 'c\t41\t.\tA\tAT\nc\t41\t.\tA\tC\nc\t75\t.\tA\tC\n' | sed 's/$/\t.\t.\t./' >> in.vcf
run sed -i 's/ALT$/ALT\tQUAL\tFILTER\tINFO/' in.vcf
run $gscore embed --window 20 -q -o y --skipped f $tiny in.vcf n.fa
run cat y.tsv f
out embed_unknown
err 2 rows of 16 numbers, 4 left out \(no_contig 1, outside 1, edge 1, n_context 1\)

test sequences_without_a_row
run { printf '>a\nACG\n>empty\n>n\nNNNNNNN\n>small\nattccg\n>soft\nattccgATTCCG\n>odd\nATTCCG*-1\n>giant\n'
run head -c 20000 /dev/zero | tr '\0' A; printf '\n>last\nATTCCG\n'; } > in.fa
run $gscore embed -o x --skipped e $data/../golden/nt-v2 in.fa
run cat x.tsv e
out embed_odd_sequences
err empty is left out: malformed: it has no bases
err giant is left out: too_long: it has [0-9]+ tokens, the model takes at most [0-9]+
err soft has bases in lower case
err 4 rows of 36 numbers, 4 left out

test nothing_embedded
exit 2
run printf '>a\n>b\nNNNN\n' > in.fa
run for x in $fa in.fa; do $gscore embed -o x --skipped e $data/../golden/phylogpn $x || r=$?; done
run ls; exit $r
out embed_nothing_left
err nothing could be embedded \(unsupported 3\)
err nothing could be embedded \(malformed 1, unsupported 1\)
err at least 481

test an_error_ends_a_silent_input
# A wrong genome, a full disk: the run does not wait for a pipe that keeps silent.
exit 2
run sed '/^>/!y/ACGT/TGCA/' $fa > other.fa
run mkfifo pipe; { cat $vcf/all_snvs.vcf; exec sleep 60; } > pipe & sleeper=$!
run begin=$(date +%s)
run timeout 50 $gscore embed -q -o x $tiny pipe other.fa || r=$?
run kill $sleeper; [ $(($(date +%s) - begin)) -lt 40 ] && exit $r
err another genome build

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
