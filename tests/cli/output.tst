# Where the result goes and in which form.

test file
run $gscore score --no-version -o out.vcf $vcf/edges.vcf $fa $tiny
run [ "$(ls)" = out.vcf ]
run cat out.vcf
out edges.vcf

test file_named_dash
run $gscore score --no-version -o - $vcf/edges.vcf $fa $tiny
out edges.vcf

test type_by_suffix
run for s in vcf vcf.gz vcf.bgz bcf; do $gscore score -q --no-version -o out.$s $vcf/edges.vcf $fa $tiny; done
run [ "$(head -c 2 out.vcf)" = '##' ]
run for s in vcf.gz vcf.bgz bcf; do gzip -t out.$s; done
run [ "$(gzip -dc out.bcf | head -c 3)" = BCF ]
run cmp out.vcf.gz out.vcf.bgz
run gzip -dc out.vcf.gz | cmp - out.vcf
run cat out.vcf
out edges.vcf

test type_by_option
run $gscore score -q --no-version -O z $vcf/edges.vcf $fa $tiny | gzip -dc
out edges.vcf

test level
run $gscore score -q -Oz1 $vcf/all_snvs.vcf $fa $tiny > 1; $gscore score -q -Oz9 $vcf/all_snvs.vcf $fa $tiny > 9
run [ $(wc -c < 1) -gt $(wc -c < 9) ]

test level_without_compression
exit 1
run $gscore score -Ov5 $vcf/edges.vcf $fa $tiny
err level

test unknown_type
exit 1
run $gscore score -O x $vcf/edges.vcf $fa $tiny
err -O wants

test index_csi
run $gscore score -q -W -o out.vcf.gz $vcf/all_snvs.vcf $fa $tiny
run ls
out index_csi

test index_tbi
run $gscore score -q -W=tbi -Oz -o out.vcf.gz $vcf/all_snvs.vcf $fa $tiny
run ls
out index_tbi

test index_long_option
run $gscore score -q --write-index=tbi -Oz -o out.vcf.gz $vcf/all_snvs.vcf $fa $tiny
run ls
out index_tbi

test index_bcf
run $gscore score -q -W -o out.bcf $vcf/all_snvs.vcf $fa $tiny
run ls
out index_bcf

test index_of_plain_vcf
exit 1
run $gscore score -W -o out.vcf $vcf/all_snvs.vcf $fa $tiny
err index

test index_of_stdout
exit 1
run $gscore score -W -Oz $vcf/all_snvs.vcf $fa $tiny
err index|-W

test index_of_an_unsorted_file
exit 3
run $gscore score -W -o out.vcf.gz $vcf/alleles.vcf $fa $tiny
err sort

test input_is_output
exit 1
run cp $vcf/edges.vcf in.vcf
run $gscore score -o in.vcf in.vcf $fa $tiny
err same file

test input_is_output_by_another_name
run cp $vcf/edges.vcf in.vcf; ln -s in.vcf link.vcf; ln in.vcf hard.vcf
run ! $gscore score -o ./link.vcf in.vcf $fa $tiny
run ! $gscore score -o hard.vcf in.vcf $fa $tiny
run cmp in.vcf $vcf/edges.vcf

test folder_of_output_is_missing
exit 5
run $gscore score -o nowhere/out.vcf $vcf/edges.vcf $fa $tiny
err nowhere/out.vcf.*No such file

test output_is_a_folder
exit 5
run mkdir out.vcf
run $gscore score -o out.vcf $vcf/edges.vcf $fa $tiny
err out.vcf

test full_disk
exit 5
run $gscore score $vcf/edges.vcf $fa $tiny > /dev/full
err No space left

test full_disk_by_name
exit 5
run $gscore score -o /dev/full $vcf/edges.vcf $fa $tiny
err No space left

test full_disk_compressed
exit 5
run $gscore score -Ob $vcf/edges.vcf $fa $tiny > /dev/full
err No space left

test full_disk_large
exit 5
run $gscore score -Ov $vcf/all_snvs.vcf $fa $tiny > /dev/full
err No space left

test failed_run_keeps_what_was_there
run echo precious > out.vcf
run ! $gscore score -o out.vcf $vcf/no_contig.vcf $fa $tiny
run [ "$(cat out.vcf)" = precious ]
run [ "$(ls)" = out.vcf ]

test good_run_replaces_what_was_there
run echo old > out.vcf
run $gscore score -q --no-version -o out.vcf $vcf/edges.vcf $fa $tiny
run cat out.vcf
out edges.vcf

test permissions_follow_umask
run umask 027
run $gscore score -q -o out.vcf $vcf/edges.vcf $fa $tiny
run [ "$(stat -c %a out.vcf)" = 640 ]

test reader_gone
# 141 = SIGPIPE, as for any other program.
run { $gscore score -q $vcf/all_snvs.vcf $fa $tiny || echo $? > status; } | true
run [ "$(cat status)" = 141 ]

test reader_gone_and_nobody_told
# As under a scheduler that ignores SIGPIPE.
run trap '' PIPE
run { $gscore score -q $vcf/all_snvs.vcf $fa $tiny || echo $? > status; } | true
run [ "$(cat status)" = 141 ]

test terminated
run mkfifo in
run $gscore score -o out.vcf in $fa $tiny & pid=$!
run exec 3> in; cat $vcf/edges.vcf >&3; sleep 1; kill $pid; wait $pid && exit 1 || [ $? = 143 ]; exec 3>&-
run [ "$(ls)" = in ]

test signals_leave_nothing_behind
# INT and QUIT are ignored by what sh starts in the background; USR1 asks for the progress.
run cp $vcf/edges.vcf long; for k in $(seq 400); do grep '^chr1' $vcf/all_snvs.vcf | head -3; done >> long
run for s in HUP PIPE TERM USR2 ALRM VTALRM PROF IO PWR SYS XCPU ABRT RTMIN; do
run     mkfifo in; $gscore score -W -o out.vcf.gz in $fa $tiny & pid=$!
run     exec 3> in; cat long >&3; n=0
run     while [ "$(ls | grep -c tmp-)" != 2 ] && [ $n -lt 300 ]; do sleep 0.1; n=$((n + 1)); done
run     kill -$s $pid; status=0; wait $pid || status=$?; exec 3>&-; rm in
run     [ $status -gt 128 ] && [ $n -lt 300 ] && [ "$(ls)" = long ] || { echo "$s: status $status"; ls; }
run done

test too_large_a_file
# ulimit -f: SIGXFSZ.
exit 5
run (ulimit -f 1; $gscore score -o out.vcf $vcf/all_snvs.vcf $fa $tiny) || rc=$?
run ls; exit $rc
err out.vcf.*File too large

test what_a_killed_run_left
# It is removed, but not what a running one writes.
run cp $vcf/edges.vcf long; for k in $(seq 400); do grep '^chr1' $vcf/all_snvs.vcf | head -3; done >> long
run mkfifo in
run started() {
run     n=0; while [ ! -e out.vcf.tmp-$pid-0 ] && [ $n -lt 300 ]; do sleep 0.1; n=$((n + 1)); done; [ $n -lt 300 ]
run }
run $gscore score -q -o out.vcf in $fa $tiny & pid=$!
run exec 3> in; cat long >&3; started; kill -9 $pid; wait $pid || true; exec 3>&-; ls | grep -c tmp-
run $gscore score -o out.vcf in $fa $tiny 2> err & pid=$!
run exec 3> in; cat long >&3; started; ls | grep -c tmp-; grep -c 'is removed' err
run $gscore score -q -o out.vcf $vcf/edges.vcf $fa $tiny; ls | grep -c tmp-
run exec 3>&-; wait $pid; ls
out killed_run

test an_output_that_exists_keeps_its_mode
run echo old > out.vcf; chmod 600 out.vcf; echo old > out.json; chmod 640 out.json
run $gscore score -q --stats out.json -o out.vcf $vcf/edges.vcf $fa $tiny
run [ "$(stat -c %a out.vcf) $(stat -c %a out.json)" = "600 640" ]; grep -q scored out.json

test an_output_made_read_only
exit 5
run echo old > out.vcf; chmod 444 out.vcf
run $gscore score -o out.vcf $vcf/edges.vcf $fa $tiny || rc=$?
run [ "$(cat out.vcf)" = old ] && [ "$(ls)" = out.vcf ] && exit $rc
err out.vcf cannot be written: Permission denied

test an_index_that_cannot_be_written
# Seen at the beginning.
exit 5
run mkdir out.vcf.gz.csi
run $gscore score -W -o out.vcf.gz $vcf/edges.vcf $fa $tiny || rc=$?
run [ "$(ls)" = out.vcf.gz.csi ] && exit $rc
err out.vcf.gz.csi cannot be written

test side_outputs_are_appended_to_open_files
run echo before > log; echo start > text
run $gscore score --no-version --skipped /dev/stderr --stats /dev/fd/2 $vcf/edges.vcf $fa $tiny 2>> log >> text
run sed -n 1p log; grep -c '^#CHROM\|^#record' log; grep -c '"status": 0' log; sed -n 1,2p text
out side_outputs_appended

test side_output_that_fails
exit 5
run $gscore score --stats /dev/full -o out.vcf $vcf/edges.vcf $fa $tiny || rc=$?
run ls; exit $rc
err /dev/full cannot be written

test skipped_that_fails
exit 5
run $gscore score --skipped /dev/full -o out.vcf $vcf/edges.vcf $fa $tiny || rc=$?
run ls; exit $rc
err /dev/full cannot be written

test skipped_into_the_vcf
exit 1
run $gscore score --skipped /dev/stdout $vcf/edges.vcf $fa $tiny
err two outputs

test skipped_of_a_failed_run
# Like all outputs: whole or not at all.
exit 3
run echo old > skipped.tsv
run $gscore score --check-ref e --skipped skipped.tsv -o out.vcf $vcf/mismatch.vcf $fa $tiny || rc=$?
run [ "$(cat skipped.tsv)" = old ] && [ "$(ls)" = skipped.tsv ] && exit $rc
err the FASTA has

test stats_of_a_failed_run
exit 6
run $gscore score --stats s.json $vcf/edges.vcf $fa absent.bin || rc=$?
run cat s.json; exit $rc
out stats_failed
err absent.bin

test nohup_survives_a_hangup
run mkfifo in; trap '' HUP
run $gscore score -q -o out.vcf in $fa $tiny & pid=$!
run exec 3> in; cat $vcf/edges.vcf >&3; sleep 0.3; kill -HUP $pid; exec 3>&-; wait $pid
run [ -s out.vcf ]

test output_over_the_reference
exit 1
run cp $fa ref.fa
run $gscore score -o ref.fa $vcf/edges.vcf ref.fa $tiny || rc=$?
run cmp $fa ref.fa; exit $rc
err the same file: ref.fa

test output_over_the_model
exit 1
run cp $tiny m.bin
run $gscore score -o m.bin $vcf/edges.vcf $fa ./m.bin || rc=$?
run cmp $tiny m.bin; exit $rc
err the same file: m.bin

test skipped_over_the_input
exit 1
run cp $vcf/edges.vcf in.vcf
run $gscore score --skipped in.vcf in.vcf $fa $tiny || rc=$?
run cmp $vcf/edges.vcf in.vcf; exit $rc
err the same file: in.vcf

test two_outputs_of_one_name
exit 1
run $gscore score --stats x --skipped x $vcf/edges.vcf $fa $tiny
err two outputs

test no_paths_dates_or_threads_in_the_header
run cp $vcf/edges.vcf here.vcf; mkdir sub; cp $fa sub/tiny.fa
run $gscore score -q --threads 1 here.vcf $fa $tiny > a
run $gscore score -q --threads 2 --batch 3 $vcf/edges.vcf sub/tiny.fa $tiny > b
run cmp a b

test provenance
# Only hash, versions and machine differ from place to place.
run $gscore score -q $vcf/edges.vcf $fa $tiny > all
run grep '^##gscore' all | sed -E 's/(Version|Sha256|Kernels|Blas|Core)="[^"]+"/\1/g'
out provenance

test recorded_options_give_the_same_scores
# The recipe's values are among them, and typed again they give the same header and numbers.
run g=$data/../golden; cp $g/gpn-msa/msa.txt.gz* .
run try() {
run     m=$1; shift; $gscore score -q "$@" $v $f $m > a
run     o=$(sed -n 's/^##gscore_.*Options="\([^"]*\)".*/\1/p' a); $gscore score -q $o $v $f $m | cmp a - && echo $o
run }
run v=$vcf/letters.vcf; f=$fa
run try $tiny; try $tiny --dense; try $tiny --strand rev --indels skip
run try $tiny --indel-flank all --window 20 --digits 6
run try $tiny --circular chr2 --circular chr1; try $visible
run v=one.vcf; f=$g/common/ref.fa; grep -E '^#|^I.9836' $g/common/sites.vcf > $v
run try $g/specieslm; try $g/specieslm --species saccharomyces_cerevisiae
run try $g/dnabert-6; try $g/dnabert-6 --readout token
run try $g/dnabert-2; try $g/nt-v2 --mode cosine --window 600 --pool mean
run try $g/gpn-msa --msa ./msa.txt.gz
out recorded_options

test two_models_stay_apart
# Also where both have alleles without a score, and whatever their order.
run $gscore score -q -o a.vcf $vcf/alleles.vcf $fa $tiny
run $gscore score -q --tag B -o b.vcf $vcf/alleles.vcf $fa $visible
run $gscore score --tag B -o ab.vcf a.vcf $fa $visible; $gscore score b.vcf $fa $tiny > ba.vcf
run values() { sed -n "s/.*[;\t]$2=\([^;]*\).*/\1/p" $1; grep -E "^##.*$2=<|^##INFO=<ID=$2," $1; }
run for t in GS_LLR GS_FLAG; do
run     values a.vcf $t > 1; test -s 1; for x in ab ba; do values $x.vcf $t | cmp - 1; done
run done
run for t in B B_FLAG; do
run     values b.vcf $t > 1; test -s 1; for x in ab ba; do values $x.vcf $t | cmp - 1; done
run done
run for x in ab ba; do grep -c -E '^##gscore_(GS_LLR=<.*Model="tiny"|B=<.*Model="tiny")' $x.vcf; done
out two_models
no replaced

test replacing_is_said
run cp $tiny other.bin; sed -i 's/\\"name\\": \\"tiny/\\"name\\": \\"eins/' other.bin
run $gscore score -q $vcf/edges.vcf $fa ./other.bin | $gscore score - $fa $tiny > out.vcf
run grep -c Model out.vcf
out one
err INFO/GS_LLR of an earlier run with eins is replaced by this run's with tiny; .* --tag NAME

test replaced_without_provenance
# An old line must not speak of new numbers.
run $gscore score -q $vcf/edges.vcf $fa $tiny | $gscore score -q --no-version - $fa $tiny | grep -c '^##gscore' || true
out zero

test tags_of_several_modes
run $gscore score -q --tag X --mode mlm,pll,l2 $vcf/letters.vcf $fa $tiny > x
run grep -o -E '^##gscore_[^<]*|^##INFO=<ID=X[^,]*' x; grep -o 'X_FLAG=.*' x | sort | uniq -c
out tags_of_modes

test modes_with_one_tag
exit 1
run $gscore score --mode mlm,pll $vcf/letters.vcf $fa $tiny
err mlm and pll write the same tag GS_LLR; with --tag NAME

test mode_named_twice
exit 1
run $gscore score --mode mlm,mlm $vcf/letters.vcf $fa $tiny
err mlm is named twice

test no_version
run $gscore score -q --no-version $vcf/edges.vcf $fa $tiny | grep -c '^##gscore' || true
out zero

test digits
run for d in 0 2 6; do $gscore score -q --no-version --digits $d -t chr1:30 $vcf/alleles.vcf $fa $tiny | tail -1; done
out digits

test stats
run $gscore score -q --stats s.json $vcf/edges.vcf $fa $tiny > /dev/null
run grep -v -e seconds -e '"gscore"' s.json
out stats.json

test skipped_as_they_stand
run $gscore score -q --skipped s.tsv $vcf/malformed.vcf $fa $tiny > /dev/null
run cat s.tsv
out skipped_malformed.tsv

test skipped_of_bcf
run $gscore score -q --no-version -Ob $vcf/edges.vcf $fa $tiny > in.bcf
run $gscore score -q --skipped s.tsv $vcf/edges.vcf $fa $tiny > /dev/null
run $gscore score -q --skipped b.tsv in.bcf $fa $tiny > /dev/null
run cmp s.tsv b.tsv
run cat s.tsv
out skipped_edges.tsv

test skipped
run $gscore score -q --skipped s.tsv $vcf/alleles.vcf $fa $tiny > /dev/null
run cat s.tsv
out skipped.tsv

test quiet
run $gscore score -q --no-version $vcf/mismatch.vcf $fa $tiny
out mismatch.vcf
no .

test summary
run $gscore score --no-version $vcf/mismatch.vcf $fa $tiny
out mismatch.vcf
err 4 records, 5 alleles: 2 scored, 3 not \(ref_mismatch 3\)
