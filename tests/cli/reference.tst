# The FASTA and its index.

test index_is_built_and_kept
run cp $fa ref.fa
run $gscore score -q --no-version $vcf/edges.vcf ref.fa $tiny
run cut -f 1-2 ref.fa.fai; ls
out edges_and_index

test index_of_a_folder_that_cannot_be_written
run mkdir locked; cp $fa locked/ref.fa; chmod 555 locked
run $gscore score -q --no-version $vcf/edges.vcf locked/ref.fa $tiny
run chmod 755 locked
out edges.vcf

test index_older_than_the_fasta
# Built anew, and replaced.
run cp $fa ref.fa; printf 'chr1\t240\t6\t60\t61\n' > ref.fa.fai; touch -d '2000-01-01' ref.fa.fai
run $gscore score --no-version $vcf/edges.vcf ref.fa $tiny
out edges.vcf
err ref.fa.fai is older than ref.fa .*indexed anew

test index_older_than_the_fasta_is_replaced
run cp $fa ref.fa; cp $fa new.fa; echo wrong > ref.fa.fai; touch -d '2000-01-01' ref.fa.fai
run $gscore score -q -o 1.vcf $vcf/edges.vcf new.fa $tiny
run $gscore score -q -o 2.vcf $vcf/edges.vcf ref.fa $tiny
run cmp new.fa.fai ref.fa.fai

test index_older_than_the_fasta_in_a_folder_that_cannot_be_written
run mkdir locked; cp $fa locked/ref.fa
run echo wrong > locked/ref.fa.fai; touch -d '2000-01-01' locked/ref.fa.fai; chmod 555 locked
run $gscore score --no-version $vcf/edges.vcf locked/ref.fa $tiny
run chmod 755 locked
out edges.vcf
err is older than

test block_index_older_than_the_fasta
run bgzip -c $fa > ref.fa.gz || exit 0; echo wrong > ref.fa.gz.gzi; touch -d '2000-01-01' ref.fa.gz.gzi
run $gscore score -q --no-version $vcf/edges.vcf ref.fa.gz $tiny
out edges.vcf

test index_with_zero_line_length
exit 3
run cp $fa ref.fa; printf 'chr1\t240\t6\t0\t0\n' > ref.fa.fai
run $gscore score $vcf/edges.vcf ref.fa $tiny
err ref.fa.fai

test index_of_another_fasta
exit 3
run cp $fa ref.fa; printf 'chr1\t240\t100\t60\t61\n' > ref.fa.fai
run $gscore score $vcf/edges.vcf ref.fa $tiny
err ref.fa.fai

test index_that_is_no_index
exit 3
run cp $fa ref.fa; echo '<html>' > ref.fa.fai
run $gscore score $vcf/edges.vcf ref.fa $tiny
err ref.fa.fai

test absent
exit 3
run $gscore score $vcf/edges.vcf absent.fa $tiny
err absent.fa.*No such file

test empty
exit 3
run : > ref.fa
run $gscore score $vcf/edges.vcf ref.fa $tiny
err ref.fa

test plain_gzip
exit 3
run gzip -c $fa > ref.fa.gz
run $gscore score $vcf/edges.vcf ref.fa.gz $tiny
err bgzip

test carriage_returns
run sed 's/$/\r/' $fa > ref.fa
run $gscore score -q --no-version $vcf/edges.vcf ref.fa $tiny
out edges.vcf

test uneven_lines
exit 3
run { cat $fa; printf '>chr9\nACGT\nACGTACGT\nACGT\n'; } > ref.fa
run $gscore score $vcf/edges.vcf ref.fa $tiny
err chr9

test duplicate_names
exit 3
run { cat $fa; printf '>chr1\nACGT\n'; } > ref.fa
run $gscore score -o out.vcf $vcf/edges.vcf ref.fa $tiny
err more than one contig 'chr1'

test not_a_fasta
exit 3
run cp $vcf/edges.vcf ref.fa
run $gscore score $vcf/edges.vcf ref.fa $tiny
err ref.fa

test many_jobs_at_once
# None of them sees another's half-written index.
run cp $fa ref.fa
run for i in 1 2 3 4; do $gscore score -q --no-version --threads 1 $vcf/edges.vcf ref.fa $tiny > $i & done; wait
run cmp 1 2; cmp 1 3; cmp 1 4
run cat 1
out edges.vcf

test an_alignment_of_another_genome
# One base of the FASTA changed, 20 bases from the variant.
run g=$data/../golden; grep -v '>' $g/common/ref.fa | head -5 | tr -d '\n' | head -c 277 | tail -c 1 > was
run sed '6s/^\(.\{36\}\)./\1'"$(tr ACGT CATG < was)"'/' $g/common/ref.fa > ref.fa
run $gscore score --force --no-version -t I:255,I:2997 --msa $g/gpn-msa/msa.txt.gz $g/common/sites.vcf ref.fa $g/gpn-msa | grep -v '^#'
out alignment_of_another_genome
err I:191: the alignment's reference differs from the FASTA in 1 of the window's 128 bases
