# The output does not depend on how the work is cut and shared.

test threads
run for n in 1 2 3 8; do $gscore score -q --threads $n $vcf/all_snvs.vcf $fa $tiny > $n; done
run cmp 1 2
run cmp 1 3
run cmp 1 8

test threads_by_environment
run GSCORE_THREADS=3 $gscore score -q $vcf/all_snvs.vcf $fa $tiny > a
run $gscore score -q --threads 1 $vcf/all_snvs.vcf $fa $tiny | cmp a -

test batch
run for n in 1 2 7 100; do $gscore score -q --batch $n --threads 2 $vcf/all_snvs.vcf $fa $tiny > $n; done
run cmp 1 2
run cmp 1 7
run cmp 1 100

test dense_threads
run for n in 1 4; do $gscore score -q --dense --threads $n $vcf/all_snvs.vcf $fa $tiny > $n; done
run cmp 1 4

test wt_threads
run for n in 1 4; do $gscore score -q --threads $n $vcf/all_snvs.vcf $fa $visible > $n; done
run cmp 1 4

test bcf_threads
run for n in 1 4; do $gscore score -q -Ob --threads $n $vcf/all_snvs.vcf $fa $tiny > $n; done
run cmp 1 4

test bcf_in_and_out
# Undeclared names go into the header while records are being written.
run $gscore score -q -Ob $vcf/bytes.vcf $fa $tiny > in.bcf
run for n in 1 4; do $gscore score -q -Ob --threads $n in.bcf $fa $tiny > $n; done
run cmp 1 4

test many_jobs
# Long enough that jobs are in flight on all threads while others are read and written.
run { cat $vcf/all_snvs.vcf; for i in 1 2 3 4 5 6 7 8 9; do grep -v '^#' $vcf/all_snvs.vcf; done; } > in.vcf
run for n in 1 4; do $gscore score -q --threads $n in.vcf $fa $tiny > $n; done
run cmp 1 4

test failure_in_the_middle
# All threads come to an end, and none of them hangs.
exit 3
run { cat $vcf/all_snvs.vcf; cat $vcf/mismatch.vcf; } | grep -v '^##' | sed '1i##fileformat=VCFv4.2' > in.vcf
run $gscore score --threads 4 --check-ref e in.vcf $fa $tiny
out -
err REF is

test output_fails_in_the_middle
exit 5
run { cat $vcf/all_snvs.vcf; for i in 1 2 3 4 5 6 7 8 9; do grep -v '^#' $vcf/all_snvs.vcf; done; } > in.vcf
run $gscore score --threads 4 in.vcf $fa $tiny > /dev/full
err No space left

test input_ends_in_the_middle
exit 4
run $gscore score -q -Oz $vcf/all_snvs.vcf $fa $tiny | head -c -500 > in.vcf.gz
run $gscore score --threads 4 in.vcf.gz $fa $tiny
out -
err cut short|corrupt

test an_error_ends_the_run_while_the_input_is_silent
# A FIFO that stays open far longer, in the middle of a line: an error of writing, one of reading, a wrong genome.
run mkfifo in; hold() { { cat "$@"; printf 'chr1\t1'; exec sleep 300; } > in & pid=$!; }
run status() { want=$1; shift; s=0; timeout 100 "$@" || s=$?; kill $pid; wait $pid || true; [ $s = $want ] || { echo "status $s"; exit 1; }; }
run hold $vcf/all_snvs.vcf; (ulimit -f 4; status 5 $gscore score -q -o out.vcf in $fa $tiny)
run hold $vcf/all_snvs.vcf $vcf/mismatch.vcf; status 3 $gscore score -q --check-ref e -o out.vcf - $fa $tiny < in
run awk -F '\t' -v OFS='\t' '/^#/ || $2 <= 100 && $4 != "T" && $1 == "chr1" { if (!/^#/) $4 = "T"; print }' $vcf/all_snvs.vcf > some
run { cat some; for i in 1 2; do grep -v '^#' some; done; } > wrong
run hold wrong; status 2 $gscore score -q -o out.vcf in $fa $tiny
run ls
out silent_input

test a_silent_input_is_waited_for
# Nothing is wrong: the run goes on until it is ended.
run mkfifo in; { cat $vcf/all_snvs.vcf; exec sleep 300; } > in & pid=$!
run s=0; timeout 3 $gscore score -q -o out.vcf in $fa $tiny || s=$?; kill $pid; [ $s = 124 ] && [ "$(ls)" = in ]

test an_error_ends_the_run_while_a_compressed_input_is_silent
# In the middle of a block.
exit 5
run mkfifo in; $gscore score -q -Oz $vcf/all_snvs.vcf $fa $tiny > in.vcf.gz
run { cat in.vcf.gz; head -c 1000 in.vcf.gz; exec sleep 300; } > in & pid=$!
run s=0; (ulimit -f 4; timeout 100 $gscore score -q -o out.vcf - $fa $tiny < in) || s=$?; kill $pid; exit $s
err File too large

test records_go_on_while_the_input_is_silent
# What came is scored and written after a while, not only at the end.
run mkfifo in; { cat $vcf/all_snvs.vcf; exec sleep 300; } > in & pid=$!
run $gscore score -q in $fa $tiny > out & n=0
run while [ "$(grep -vc '^#' out)" -lt 100 ] && [ $n -lt 1000 ]; do sleep 0.1; n=$((n + 1)); done
run kill $pid; wait; [ $n -lt 1000 ]
