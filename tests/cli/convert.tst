# Published checkpoints to model files.

test list
run $gscore convert --list | grep -c -e '^esm ' -e '^bert ' -e '^phylogpn '
out three

test dry_run
run $gscore convert --dry-run $data/../golden/nt-v2
out convert_dry_run

test twice_the_same
run $gscore convert -q -o a.bin $data/../golden/nt-v2
run $gscore convert -q -o b.bin $data/../golden/nt-v2/model.safetensors
run $gscore convert -q -o - $data/../golden/nt-v2 | cmp a.bin -
run $gscore convert -q -o c.bin a.bin
run cmp a.bin c.bin
run ls
out convert_files

test the_same_scores
# Every family: from the directory and from the model file, bit for bit.
run for m in nt-v1 nt-v2 dnabert-2 dnabert-3 gena-lm-base gpn-brassicales gpn-animal-promoter phylogpn specieslm; do
run     $gscore convert -q -o $m.bin $data/../golden/$m
run     for x in $m.bin $data/../golden/$m; do
run         $gscore embed -q --window 500 -o e $x $vcf/rcrs_ends.vcf $rcrs; cat e.npy e.tsv
run     done > both
run     split -n 2 both half.; cmp half.aa half.ab
run done

test the_same_llr
run $gscore convert -q -o m.bin $data/../golden/gpn-brassicales
run $gscore score -q --no-version $vcf/edges.vcf $fa m.bin > a
run $gscore score -q --no-version $vcf/edges.vcf $fa $data/../golden/gpn-brassicales | cmp a -

test half_precision
run $gscore convert -q --dtype bf16 -o m.bin $data/../golden/nt-v2
run $gscore convert -q --dtype f16 -o n.bin $data/../golden/nt-v2
run for m in m n; do test $(stat -c %s $m.bin) -lt 800000; $gscore selftest $m.bin | grep -c ok; done
out convert_half

test half_and_back
run $gscore convert -q --dtype bf16 -o a.bin $tiny
run $gscore convert -q --dtype f32 -o b.bin a.bin
run $gscore convert -q --dtype bf16 -o c.bin b.bin
run cmp a.bin c.bin

test summary
run $gscore convert -o m.bin $tiny
err licence +MIT

test licence_is_kept
run mkdir dir
run cp $data/../golden/gpn-convnet2/* dir
run printf -- '---\nlicense: cc-by-nc-sa-4.0\n---\n# card\n' > dir/README.md
run $gscore convert -q -o m.bin dir
run $gscore info m.bin | grep -E '^(name|licence)'
out convert_licence

test output_is_the_checkpoint
exit 1
run cp -r $data/../golden/gpn-convnet2 dir
run $gscore convert -o dir/model.safetensors dir
err file of the checkpoint itself

test output_is_the_input
exit 1
run cp $tiny m.bin
run $gscore convert -o m.bin m.bin
err same file

test failure_leaves_nothing
exit 6
run cp -r $data/../golden/gpn-convnet2 dir
run head -c -1000 dir/model.safetensors > x && mv x dir/model.safetensors
run $gscore convert -o m.bin dir || { r=$?; ls; exit $r; }
out convert_nothing_left
err model.safetensors

test tensors_that_do_not_fit
exit 6
run cp -r $data/../golden/gpn-convnet2 dir
run sed -i 's/"hidden_size": *[0-9]*/"hidden_size": 8/' dir/config.json
run $gscore convert -o m.bin dir
err tensors do not fit

test output_full
exit 5
run $gscore convert -o /dev/full $tiny
err No space left

test no_output
exit 1
run $gscore convert $tiny
err -o

test unknown_type
exit 1
run $gscore convert --dtype int8 -o m.bin $tiny
err int8

test absent
exit 6
run $gscore convert -o m.bin ./absent
err absent

# Pieces of a checkpoint are one.
test evo2_in_pieces
run mkdir m; cp $data/../golden/evo2/evo2_tiny_a.yml m; split -b 300000 -d -a 1 $data/../golden/evo2/evo2_tiny_a.pt m/evo2_tiny_a.pt.part
run $gscore convert -q -o a.bin m; $gscore convert -q -o b.bin $data/../golden/evo2/evo2_tiny_a.pt
run for m in a.bin b.bin; do $gscore info $m | grep sha256; done | uniq | wc -l | grep -qx 1

# Models that are wrong here are refused, by their files and as what was made of them; --force takes them.
test refused
exit 6
run mkdir m; cp $data/../golden/evo2/evo2_tiny_a.pt m/evo2_1b_base.pt
run $gscore convert -o a.bin m
err m is refused: it was trained to multiply 8-bit numbers .*--force

test refused_as_model_file
run $gscore convert -q -o a.bin $data/../golden/evo2/evo2_tiny_a.pt; sed 's/licence/refused/' a.bin > r.bin
run $gscore score -q $vcf/edges.vcf $fa r.bin || [ $? = 6 ]
run $gscore score --window 64 --no-version $vcf/edges.vcf $fa a.bin > a; $gscore score --force --window 64 --no-version $vcf/edges.vcf $fa r.bin > r; cmp a r
run $gscore convert -o b.bin r.bin || [ $? = 6 ]; $gscore convert --force -q -o b.bin r.bin; $gscore info b.bin | grep -q refused
err r.bin is refused: unknown
err r.bin: unknown
