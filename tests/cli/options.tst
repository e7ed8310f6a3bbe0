# The command line itself, and the ways to score.

test no_command
exit 1
run $gscore
err usage

test help
run $gscore --help > help; $gscore -h | cmp help -; $gscore help | cmp help -
run grep -c 'score the variants' help
out one
no .

test command_help
run for c in score info convert embed bench selftest completion help; do
run     $gscore $c --help > long; $gscore $c -h | cmp long -; $gscore help $c | cmp long -
run     grep -q "usage: gscore $c" long
run done
no .

test help_of_an_unknown_command
exit 1
run $gscore help scroe
err unknown command 'scroe'; did you mean score\?

test every_option_is_explained_everywhere
# In the manual, the completions of bash and zsh, and for score in README.md: whatever getopt knows.
run made=$(dirname $gscore)/made
run tr -d '\\' < $made/gscore.1 > manual
run for c in score info convert embed bench selftest; do
run     $gscore $c --help | grep -oE -e '^ +(-.,)? *--[a-z][a-z-]+' | grep -oE -e '--.*' > options
run     grep -qx -e --version options; grep -qx -e --verbosity options
run     grep -qx -e --threads options; grep -qx -e --quiet options
run     for o in $(cat options); do
run         grep -qF -e "fB$o" manual || echo "manual: $c $o"
run         grep -qE -e "^    $c\) .*$o[ ']" $made/gscore.bash || echo "bash: $c $o"
run         sed -n "/^    $c) _arguments/,/;;/p" $made/_gscore | grep -qE -e "'\*?$o[=[]" || echo "zsh: $c $o"
run         [ $c != score ] || grep -qF -e "\`$o" $data/../../README.md || echo "README: $o"
run     done
run done

test made_files_are_what_the_program_says
run made=$(dirname $gscore)/made
run $gscore completion bash | cmp - $made/gscore.bash; $gscore completion zsh | cmp - $made/_gscore

test completion_in_bash
run cat > try <<'END'
run . $(dirname $gscore)/made/gscore.bash
run try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gscore; echo "${COMPREPLY[@]}"; }
run try gscore sc
run try gscore score --ind
run try gscore score --strand ""
run try gscore score --mode co
run try gscore convert --dtype b
run try gscore help inf
run touch in.vcf; try gscore score in
run try gscore score -o in
run try gscore score --window ""
run END
run bash try
out completion

test completion_for_an_unknown_shell
exit 1
run $gscore completion fish
err bash or zsh

test version
run $gscore --version | sed 's/[0-9][0-9.]*/N/; 3,$d'
out version

test version_everywhere
run $gscore --version > v; $gscore -v | cmp v -
run for c in score info convert embed bench selftest completion help; do $gscore $c --version | cmp v -; done

test unknown_command
exit 1
run $gscore frobnicate
err frobnicate
no did you mean

test misspelt_command
exit 1
run $gscore csore $vcf/edges.vcf $fa $tiny
err did you mean score\?

test file_for_a_command
exit 1
run $gscore $vcf/edges.vcf $fa $tiny
err is a file.*gscore score IN REF MODEL

test option_before_the_command
exit 1
run $gscore -q score $vcf/edges.vcf $fa $tiny
err option -q stands before a command

test unknown_option
exit 1
run $gscore score --frobnicate $vcf/edges.vcf $fa $tiny
err frobnicate
err usage: gscore score
no did you mean

test misspelt_option
run for o in --windw=3 --windwo --indel-flnak --apply-filter; do $gscore score $o x y z || true; done
err --windw; did you mean --window\?
err --windwo; did you mean --window\?
err --indel-flnak; did you mean --indel-flank\?

test unknown_letter
exit 1
run $gscore score -Y $vcf/edges.vcf $fa $tiny
err unknown option -Y

test misspelt_words
run $gscore score --mode mml x y z || $gscore score --strand rve x y z || $gscore convert --dtype bf61 -o x y || true
run $gscore score -q --mode mml $vcf/edges.vcf $fa $tiny || true
err --strand wants fwd\|rev\|both, not 'rve'; did you mean rev\?
err did you mean bf16\?
err unknown mode 'mml': .*; did you mean mlm\?

test value_for_a_switch
exit 1
run $gscore score --dense=yes $vcf/edges.vcf $fa $tiny
err --dense takes no value

test option_without_its_value
exit 1
run $gscore score $vcf/edges.vcf $fa $tiny --tag
err --tag wants a value: NAME
err usage: gscore score

test repeated_option
exit 1
run $gscore score --digits 2 --digits 3 $vcf/edges.vcf $fa $tiny
err twice

test too_few_arguments
run $gscore score $vcf/edges.vcf $fa || $gscore score $vcf/edges.vcf mito || $gscore score $fa mito || [ $? = 1 ]
err MODEL is missing: .*IN is .*edges.vcf, a VCF or BCF, REF is .*tiny.fa, a FASTA
err REF is missing: .*REF is mito
err IN is missing: .*IN is .*tiny.fa, a FASTA

test nothing_given
exit 1
run $gscore score
err IN is missing

test arguments_in_the_wrong_order
run t() { want=$1; shift; $gscore "$@" && exit 9 || [ $? = $want ]; }
run t 3 score $fa $vcf/edges.vcf $tiny; t 3 score $vcf/edges.vcf $tiny $fa; t 3 score $tiny $vcf/edges.vcf $fa
run t 6 score $vcf/edges.vcf $fa $vcf/edges.vcf; t 6 info $fa; t 6 embed -o e $fa $tiny
err IN is .*tiny.fa, a FASTA, REF is .*edges.vcf, a VCF or BCF, MODEL is .*tiny.bin, a model
err REF is .*tiny.bin, a model, MODEL is .*tiny.fa, a FASTA
err IN is .*tiny.bin, a model
err info: .*MODEL is .*tiny.fa, a FASTA

test addresses_and_names_on_a_hub
run t() { want=$1; shift; $gscore "$@" && exit 9 || [ $? = $want ]; }
run t 3 score https://a.org/x.vcf.gz $fa $tiny; t 3 score $vcf/edges.vcf s3://b/ref.fa $tiny
run t 6 score $vcf/edges.vcf $fa https://a.org/m.bin; t 6 score $vcf/edges.vcf $fa ORG/some-model
run t 6 info ORG/some-model
err IN is https://a.org/x.vcf.gz, and gscore downloads nothing; fetch it first: curl -LO https://a.org/x.vcf.gz
err REF is s3://b/ref.fa, .*fetch it first: aws s3 cp s3://b/ref.fa \.
err MODEL is https://a.org/m.bin, .*curl
err score: MODEL is ORG/some-model, .*hf download ORG/some-model --local-dir some-model
err info: MODEL is ORG/some-model

test a_folder_may_look_like_a_name_on_a_hub
run mkdir ORG; cp -r $data/../golden/gpn-convnet2 ORG/m; $gscore info ORG/m | grep -c ^name
out one

test a_folder_named_like_an_installed_model
run mkdir mito; $gscore info mito | grep -c 'name *mito'; $gscore info ./mito || [ $? = 6 ]
out one
err mito is a folder here and an installed model: the installed one is taken, .*mito.bin; ./mito means the folder
err ./mito has neither config.json

test misspelt_model
exit 6
run $gscore score $vcf/edges.vcf $fa miot
err installed: .*; did you mean mito\?

test too_many_arguments
exit 1
run $gscore score $vcf/edges.vcf $fa $tiny $tiny
err too many

test number_out_of_range
exit 1
run $gscore score --digits 10 $vcf/edges.vcf $fa $tiny
err --digits .* 0 to 9

test number_that_is_none
exit 1
run $gscore score --threads 2x $vcf/edges.vcf $fa $tiny
err 2x

test threads_from_the_environment
run for t in x 0 5000 2x -1; do GSCORE_THREADS=$t $gscore score $vcf/edges.vcf $fa $tiny && exit 9 || [ $? = 1 ]; done
run GSCORE_THREADS=x $gscore score -q --no-version -@ 1 $vcf/edges.vcf $fa $tiny
out edges.vcf
err GSCORE_THREADS, in place of --threads: --threads wants a whole number from 1 to 4096, not 'x'

test threads_zero
exit 1
run $gscore score --threads 0 $vcf/edges.vcf $fa $tiny
err --threads

test tag
run $gscore score -q --no-version --tag MY_LLR -t chr1:30 $vcf/alleles.vcf $fa $tiny
out tag.vcf

test tag_that_is_no_name
run for t in 'A B' 1A '' GS_FLAG X_FLAG; do ! $gscore score --tag "$t" $vcf/edges.vcf $fa $tiny || exit 9; done
err --tag wants

test strand_forward
run $gscore score -q --no-version --strand fwd -t chr1:8-16,chrM $vcf/all_snvs.vcf $fa $tiny
out strand_fwd.vcf

test strand_reverse
run $gscore score -q --no-version --strand rev -t chr1:8-16,chrM $vcf/all_snvs.vcf $fa $tiny
out strand_rev.vcf

test strand_both
run $gscore score -q --no-version --strand both -t chr1:8-16,chrM $vcf/all_snvs.vcf $fa $tiny
out strand_both.vcf

test strand_wrong
exit 1
run $gscore score --strand up $vcf/edges.vcf $fa $tiny
err both|fwd|rev

test mode_pll
run $gscore score -q --no-version --mode pll -t chr1:1-24 $vcf/all_snvs.vcf $fa $tiny
out mode_pll.vcf

test mode_wt
run $gscore score -q --no-version --mode wt -t chr1:1-24 $vcf/all_snvs.vcf $fa $visible
out mode_wt.vcf

test mode_wt_of_a_model_trained_on_masks
exit 6
run $gscore score --mode wt $vcf/all_snvs.vcf $fa $tiny
err visible

test mode_by_recipe
run $gscore score -q --no-version -t chr1:1-24 $vcf/all_snvs.vcf $fa $visible
out mode_wt.vcf

test mode_unknown
exit 1
run $gscore score --mode best $vcf/all_snvs.vcf $fa $tiny
err best

test dense
run $gscore score -q --no-version --dense -t chr1:8-16,chrM:1-9,chrM:80-90 $vcf/all_snvs.vcf $fa $tiny
out dense.vcf

test dense_does_not_depend_on_neighbours
run $gscore score -q --no-version --dense $vcf/all_snvs.vcf $fa $tiny | grep -P '^chr1\t1[0-9]\t' > among
run $gscore score -q --no-version --dense -t chr1:10-19 $vcf/all_snvs.vcf $fa $tiny | grep -v '^#' > alone
run cmp among alone

test dense_with_another_mode
exit 1
run $gscore score --dense --mode pll $vcf/all_snvs.vcf $fa $tiny
err --dense

test window
run $gscore score -q --no-version --window 20 -t chr1:8-16 $vcf/all_snvs.vcf $fa $tiny
out window_20.vcf

test window_far_from_the_model
run $gscore score -t chr1:8-16 --window 300 $vcf/all_snvs.vcf $fa $tiny
out -
err --window 300 is far from the 32 bases.* [0-9]+ times the work
run $gscore score -t chr1:8-16 --window 9 $vcf/all_snvs.vcf $fa $tiny
err --window 9 is far from the 32 bases.*0\.[0-9]+ times

test window_near_the_model
run $gscore score -t chr1:8-16 --window 64 $vcf/all_snvs.vcf $fa $tiny
out -
no is far

test window_wider_than_the_contig
run $gscore score -q --no-version --window 200 -t chr2 $vcf/letters.vcf $fa $tiny
out window_200.vcf

test window_too_small
exit 1
run $gscore score --window 1 $vcf/edges.vcf $fa $tiny
err --window

test indels_skipped
run $gscore score -q --no-version --indels skip -t chr1:90-130 $vcf/alleles.vcf $fa $tiny
out indels_skip.vcf

test indel_flank
run $gscore score -q --no-version --indel-flank 2 -t chr1:90-220 $vcf/alleles.vcf $fa $tiny
out indel_flank_2.vcf

test indel_flank_all
run $gscore score -q --no-version --indel-flank all -t chr1:90-220 $vcf/alleles.vcf $fa $tiny
out indel_flank_all.vcf

test indel_flank_wrong
exit 1
run $gscore score --indel-flank some $vcf/edges.vcf $fa $tiny
err --indel-flank

test check_ref_wrong
exit 1
run $gscore score --check-ref maybe $vcf/edges.vcf $fa $tiny
err w.e.x

test isa
# Plain C and the vector kernels agree.
run GSCORE_ISA=ref $gscore score -q --no-version $vcf/edges.vcf $fa $tiny
out edges.vcf
