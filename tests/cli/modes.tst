# What each mode makes of the same records.

test same_allele
run $gscore score -q --no-version --mode mlm,cosine,l2,l1,dot -t chr1:100 $vcf/alleles.vcf $fa $tiny > a
run grep -P '\tsame\t' a | cut -f 8
out same_allele

test dense_is_a_mode
run $gscore score -q --no-version --dense $vcf/all_snvs.vcf $fa $tiny | grep -v '^#' > a
run $gscore score -q --no-version --mode dense $vcf/all_snvs.vcf $fa $tiny | grep -v '^#' > b
run cmp a b
run test $(grep -c GS_LLR a) -gt 50

# each pass alone, or all that fit: what is compared may lie in two batches
test distances_do_not_depend_on_batches
run $gscore score -q --no-version --mode cosine,l2 $vcf/alleles.vcf $fa $tiny > a
run for n in 1 2 7; do
run     $gscore score -q --no-version --mode cosine,l2 --batch $n --threads 2 $vcf/alleles.vcf $fa $tiny | cmp - a
run done

test modes_of_one_tag
exit 1
run $gscore score --mode mlm,dense $vcf/alleles.vcf $fa $tiny
err mlm and dense write the same tag GS_LLR

test mode_that_the_model_cannot_do
exit 6
run $gscore score --mode wt $vcf/alleles.vcf $fa $tiny
err mode wt: .* use --mode mlm, dense, pll, cosine, l2, l1 or dot
