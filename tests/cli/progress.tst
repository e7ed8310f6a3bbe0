# What is said while a run goes on. SIGUSR1 asks for it.

# Its share is of the work done, which hardly begins when all of the input has been read.
test progress_of_one_record_with_many_alleles
run { printf '##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nchrM\t73\t.\tA\t'
run   awk 'BEGIN { srand(1); for (i = 0; i < 600; i++) { s = "A"; for (k = 0; k < 6; k++) s = s substr("ACGT", 1 + int(4 * rand()), 1)
run     printf "%s%s", i ? "," : "", s } }'; printf '\t.\t.\t.\n'; } > in.vcf
run $gscore score -@ 1 in.vcf $rcrs $tiny > out.vcf 2> err & pid=$!
run while [ ! -s out.vcf ]; do sleep 0.1; done
run while kill -USR1 $pid 2> /dev/null; do sleep 0.1; done; wait $pid
run awk '/ 0 alleles scored/ && match($0, /[0-9]+ % done/) { p = $0; sub(/ % done.*/, "", p); sub(/.*, /, "", p)
run   if (p + 0 < last) exit bad = 1; last = p + 0; seen[last] = 1; if (last > 0 && last < 100) between = 1 }
run   END { exit bad || !between }' err || { cat err >&2; exit 1; }

test progress_of_a_chunk_of_few_long_records
# The chunk is a third of the records, and nearly all of the work.
run { printf '##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n'
run   awk 'BEGIN { srand(1); for (n = 1; n <= 6; n++) { printf "chrM\t73\t.\tA\t"; for (i = 0; i < (n > 4 ? 300 : 1); i++) { s = "A"
run     for (k = 0; k < 6; k++) s = s substr("ACGT", 1 + int(4 * rand()), 1); printf "%s%s", i ? "," : "", s }
run     print "\t.\t.\t." } }'; } > in.vcf
run $gscore score -@ 1 --chunk 3/3 in.vcf $rcrs $tiny > out.vcf 2> err & pid=$!
run while [ ! -s out.vcf ]; do sleep 0.1; done
run while kill -USR1 $pid 2> /dev/null; do sleep 0.1; done; wait $pid
run awk 'match($0, /[0-9]+ % done/) { p = $0; sub(/ % done.*/, "", p); sub(/.*, /, "", p)
run   if (p + 0 < last) bad = 1; last = p + 0; if (last > 0 && last < 100) between = 1 }
run   END { exit bad || !between }' err || { cat err >&2; exit 1; }

test progress_of_a_pipe
# How much there will be is not known: no share, no time left.
run mkfifo in; $gscore score in $fa $tiny > out.vcf 2> err & pid=$!
run exec 3> in; cat $vcf/all_snvs.vcf >&3; while [ ! -s out.vcf ]; do sleep 0.1; done
run n=0; while ! grep -q 'gscore: [0-9]* records, [1-9][0-9]* alleles scored, [0-9.]*/s$' err && [ $n -lt 300 ]; do
run     kill -USR1 $pid; sleep 0.1; n=$((n + 1)); done
run exec 3>&-; wait $pid; [ $n -lt 300 ]
