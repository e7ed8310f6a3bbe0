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
# INT and QUIT are ignored by what sh starts in the background.
run for s in HUP PIPE TERM; do
run     mkfifo in.$s; $gscore score -o out.vcf in.$s $fa $tiny & pid=$!
run     exec 3> in.$s; cat $vcf/edges.vcf >&3; sleep 0.3; kill -$s $pid; wait $pid || true; exec 3>&-; rm in.$s
run done
run [ -z "$(ls)" ]

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
run $gscore score -q $vcf/edges.vcf $fa $tiny | grep '^##gscore' | sed 's/=.*//'
out provenance

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
