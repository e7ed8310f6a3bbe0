# Models that are there, are not, or are broken.

test example_with_mito
run $gscore score --no-version $data/example.vcf $rcrs mito
out example.vcf
err 28 records, 29 alleles: 29 scored
no warning

test info
run $gscore info $tiny | grep -v -e '^path' -e '^sha256'
out info

test info_json
run $gscore info --json $tiny > info.json
run grep -c '"architecture"' info.json
out one

test absent
exit 6
run $gscore score $vcf/edges.vcf $fa absent
err absent

test empty
exit 6
run : > m.bin
run $gscore score $vcf/edges.vcf $fa ./m.bin
err m.bin

test lfs_pointer
exit 6
run printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 12345\n' 0 > m.bin
run $gscore score $vcf/edges.vcf $fa ./m.bin
err git-lfs|LFS

test html
exit 6
run echo '<!DOCTYPE html><html><body>Not found</body></html>' > m.bin
run $gscore score $vcf/edges.vcf $fa ./m.bin
err web page

test cut
exit 6
run head -c -100 $tiny > m.bin
run $gscore score $vcf/edges.vcf $fa ./m.bin
err m.bin

test cut_in_its_header
exit 6
run head -c 1000 $tiny > m.bin
run $gscore score $vcf/edges.vcf $fa ./m.bin
err m.bin

test one_bit_wrong
exit 6
run { head -c -4 $tiny; printf abcd; } > m.bin
run $gscore score $vcf/edges.vcf $fa ./m.bin
err m.bin is damaged

test absurd_header_length
exit 6
run { printf '\377\377\377\377\377\377\377\377'; tail -c +9 $tiny; } > m.bin
run $gscore score $vcf/edges.vcf $fa ./m.bin
err m.bin

test tensor_missing
exit 6
run sed 's/layers.0.up.weight/layers.0.uq.weight/' $tiny > m.bin
run $gscore score $vcf/edges.vcf $fa ./m.bin
err layers.0.up.weight

test not_a_number
# The last bias, in a file without a sum to check: info and convert notice it too.
exit 6
run $gscore convert -q --dtype f16 -o h.bin $tiny; { head -c -2 h.bin; printf '\0\176'; } > m.bin
run sha=$(tail -c $(($(wc -c < m.bin) - $(od -An -tu8 -N8 m.bin) - 8)) m.bin | sha256sum | cut -c-64)
run sed -i 's/"sha256":"[0-9a-f]*/"sha256":"'$sha/ m.bin
run $gscore info ./m.bin
err m.bin: tensor .* holds NaN or infinite

test unknown_architecture
exit 6
run sed 's/"architecture":"transformer"/"architecture":"transformax"/' $tiny > m.bin
run $gscore score $vcf/edges.vcf $fa ./m.bin
err transformax

test unknown_configuration
exit 6
run sed 's/position/qosition/' $tiny > m.bin
run $gscore score $vcf/edges.vcf $fa ./m.bin
err qosition

test window_beyond_reason
exit 6
run sed 's/: 32, \\"strands\\": \\"both\\", /:999999,\\"strands\\":\\"both\\",/' $tiny > m.bin
run $gscore score $vcf/edges.vcf $fa ./m.bin
err m.bin: recipe: "window" is 999999, outside

test window_too_small
exit 6
run sed 's/\\"window\\": 32/\\"window\\":  2/' $tiny > m.bin
run $gscore score $vcf/edges.vcf $fa ./m.bin
err m.bin: the recipe's window 2 is too small

test unknown_mode
exit 6
run sed 's/\\"mlm\\"/\\"mlx\\"/' $tiny > m.bin
run $gscore score $vcf/edges.vcf $fa ./m.bin
err m.bin: its recipe has the unknown mode

test one_line_whatever_a_file_says
exit 6
run sed 's/\\"rotary\\"/\\"a\\\\nry\\"/' $tiny > m.bin
run $gscore score $vcf/edges.vcf $fa ./m.bin
err "a\?ry", which this version does not know

test pipe
exit 6
run mkfifo m.bin
run timeout 10 $gscore score $vcf/edges.vcf $fa ./m.bin
err m.bin is no regular file but a pipe

test pipe_in_a_checkpoint
exit 6
run mkdir model; mkfifo model/config.json
run timeout 10 $gscore info ./model
err config.json is no regular file but a pipe

test a_folder_that_is_no_checkpoint
exit 6
run mkdir model
run $gscore score $vcf/edges.vcf $fa ./model
err config.json

test text_model
# The network of Carbon with the words of a language model.
exit 6
run mkdir m; cp $data/../golden/carbon/config.json $data/../golden/carbon/model.safetensors m
run echo '{"model":{"type":"BPE","vocab":{"A":0,"C":1,"G":2,"T":3,"the":4,"and":5,"of":6},"merges":[]}}' > m/tokenizer.json
run $gscore info ./m
err m/tokenizer.json: the vocabulary is of text or of proteins, not of DNA

test llama_without_tokens
exit 6
run mkdir m; cp $data/../golden/carbon/config.json $data/../golden/carbon/model.safetensors m
run $gscore info ./m
err ./m has no dna_config.json, tokenizer.json or vocab.txt, which gives GENERator, .* their tokens

test dna_config_alone
exit 6
run mkdir m; cp $data/../golden/carbon/*config.json $data/../golden/carbon/model.safetensors m
run $gscore info ./m
err ./m has no tokenizer.json, which dna_config.json adds to

test called_otherwise
# What calls itself something else is not guessed at, even where tensors are called alike, and before weights are
# looked at.
exit 6
run mkdir m; cp $data/../golden/nt-v2/vocab.txt $data/../golden/nt-v2/model.safetensors m
run echo '{"model_type":"opt","architectures":["OPTForCausalLM"],"hidden_size":36}' > m/config.json
run $gscore info ./m
err family that is not supported \(model_type "opt", class "OPTForCausalLM"\); supported: Nucleotide Transformer
no vocab_size

test called_otherwise_without_its_shards
exit 6
run mkdir m; echo '{"weight_map":{"a":"model-00001-of-00002.safetensors"}}' > m/model.safetensors.index.json
run echo '{"model_type":"opt","architectures":["OPTForCausalLM"]}' > m/config.json
run $gscore score $vcf/edges.vcf $fa ./m
err family that is not supported \(model_type "opt"

test no_tokenizer
exit 6
run mkdir m; cp $data/../golden/dnabert-3/config.json $data/../golden/dnabert-3/*.bin m
run $gscore score $vcf/edges.vcf $fa ./m
err ./m has no tokenizer.json or vocab.txt, which gives DNABERT, .* their tokens \(it holds config.json, pytorch_model.bin\)

test no_tokenizer_nt
exit 6
run mkdir m; cp $data/../golden/nt-v2/config.json $data/../golden/nt-v2/model.safetensors m
run $gscore convert -o m.bin ./m
err ./m has no vocab.txt, which gives Nucleotide Transformer .* their tokens

test no_config
exit 6
run mkdir m; cp $data/../golden/nt-v2/vocab.txt $data/../golden/nt-v2/model.safetensors m
run $gscore info ./m
err ./m has no config.json \(it holds model.safetensors, vocab.txt\): download the whole repository

test shards_missing
exit 6
run mkdir m; cp $data/../golden/nt-v2/vocab.txt $data/../golden/nt-v2/config.json m
run cp $data/../golden/nt-v2/model.safetensors m/model-00001-of-00003.safetensors
run s=of-00003.safetensors; i=m/model.safetensors.index.json
run echo '{"weight_map":{"a":"model-00001-'$s'","b":"model-00002-'$s'","c":"model-00003-'$s'"}}' > $i
run $gscore info ./m
err ./m lacks model-00002-of-00003.safetensors, ..., which its index lists \(2 of 3 files are missing\): the download is not

test a_pointer_for_a_shard
exit 6
run mkdir m; cp $data/../golden/nt-v2/vocab.txt $data/../golden/nt-v2/config.json m
run printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 12345\n' 0 > m/a.safetensors
run echo '{"weight_map":{"a":"a.safetensors"}}' > m/model.safetensors.index.json
run $gscore info ./m
err m/a.safetensors is a git-lfs pointer

test a_pointer_for_the_tokenizer
exit 6
run mkdir m; cp $data/../golden/dnabert-2/config.json $data/../golden/dnabert-2/*.bin m
run printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 12345\n' 0 > m/tokenizer.json
run $gscore info ./m
err m/tokenizer.json is a git-lfs pointer

test a_message_for_weights
exit 6
run mkdir m; cp $data/../golden/nt-v2/vocab.txt $data/../golden/nt-v2/config.json m
run printf '{"error":"Repository not found"}' > m/model.safetensors
run $gscore info ./m
err m/model.safetensors is a server's message, not the file itself

test checkpoint_cut_short
exit 6
run mkdir m; cp $data/../golden/nt-v2/vocab.txt $data/../golden/nt-v2/config.json m
run head -c 100000 $data/../golden/nt-v2/model.safetensors > m/model.safetensors
run $gscore info ./m
err m/model.safetensors is cut short: tensor .* download it again

test checkpoint_cut_in_its_header
exit 6
run mkdir m; cp $data/../golden/nt-v2/vocab.txt $data/../golden/nt-v2/config.json m
run head -c 1000 $data/../golden/nt-v2/model.safetensors > m/model.safetensors
run $gscore info ./m
err m/model.safetensors is cut short: its header

test torch_checkpoint_cut_short
exit 6
run mkdir m; cp $data/../golden/agro-nt/vocab.txt $data/../golden/agro-nt/config.json m
run head -c 100000 $data/../golden/agro-nt/pytorch_model.bin > m/pytorch_model.bin
run $gscore info ./m
err m/pytorch_model.bin is cut short

test config_cut_short
exit 6
run mkdir m; cp $data/../golden/nt-v2/vocab.txt $data/../golden/nt-v2/model.safetensors m
run head -c 200 $data/../golden/nt-v2/config.json > m/config.json
run $gscore info ./m
err m/config.json is not valid JSON .*; download it again

test an_empty_file_of_weights
exit 6
run mkdir m; cp $data/../golden/nt-v2/vocab.txt $data/../golden/nt-v2/config.json m
run : > m/model.safetensors
run $gscore info ./m
err m/model.safetensors is empty

test numbers_that_are_none
# Flagged and counted; other windows keep their scores.
run $(dirname $gscore)/tests/tiny_model huge.bin huge
run $gscore score --no-version $vcf/all_snvs.vcf $fa huge.bin | grep -v '^#' | grep not_finite | head -3
out not_finite
err \(not_finite [0-9]+\)

test a_link_to_nothing
# A model hub's cache whose blob was not downloaded.
exit 6
run mkdir m; cp $data/../golden/nt-v2/vocab.txt $data/../golden/nt-v2/config.json m
run ln -s ../../blobs/0123 m/model.safetensors
run $gscore info ./m
err m/model.safetensors is a link to a file that is not there: the download is not complete

# The hash of a checkpoint is remembered while no file of it changes. What is remembered is made wrong here, to see
# whether it was used.
test hash_remembered
run cp -r $data/../golden/gpn-convnet2 m; sleep 3
run sha() { $gscore score -q $vcf/edges.vcf $fa $1 | grep -o 'Sha256="[0-9a-f]*'; }
run sha m > first; sed -i '2s/.*/'$(printf '%064d' 7)'/' $XDG_CACHE_HOME/gscore/*
run sha ./m/../m > second; grep -q '"0*7$' second
run touch m/config.json; sleep 3; sha m | cmp first -
run sed -i '2s/.*/'$(printf '%064d' 8)'/' $XDG_CACHE_HOME/gscore/*; printf ' ' >> m/config.json; sha m | cmp first -

# A home that cannot be written, or is none, is no fault.
test hash_not_remembered
run m=$data/../golden/gpn-convnet2
run for home in /proc/absent relative ''; do
run     XDG_CACHE_HOME=$home HOME=/dev/null $gscore score -q $vcf/edges.vcf $fa $m | grep -c Sha256=
run done | grep -c 1 > n; echo 3 | cmp n -

# A vocabulary shorter than the head: what it lacks is unknown, never read beyond its end. Bases without a k-mer have no
# score, which is flagged.
test vocabulary_cut_short
run cp -r $data/../golden/dnabert-3 m; head -n 40 m/vocab.txt > v; mv v m/vocab.txt
run $gscore score -q $vcf/edges.vcf $fa m > /dev/null; head -n 6 m/vocab.txt > v; mv v m/vocab.txt
run $gscore score --force --no-version $vcf/all_snvs.vcf $fa m | grep -v '^#' | grep -c not_finite | grep -v '^0$' > n; [ -s n ]
err vocabulary has 1 of 64 3-mers
err not_finite [0-9]+

test vocabulary_cut_short_read_at_one_token
exit 2
run cp -r $data/../golden/dnabert-3 m; head -n 40 m/vocab.txt > v; mv v m/vocab.txt
run $gscore score --readout token -o o.vcf $vcf/edges.vcf $fa m
err n_context 6

test vocabulary_without_kmers
exit 6
run cp -r $data/../golden/dnabert-3 m; head -n 5 m/vocab.txt > v; mv v m/vocab.txt
run $gscore score $vcf/edges.vcf $fa m
err holds no k-mers

# More entries than the embedding has rows: those without a row are left out.
test vocabulary_too_long
run cp -r $data/../golden/dnabert-3 m; seq 200 >> m/vocab.txt
run $gscore score -q $vcf/edges.vcf $fa m | grep -v '^##gscore' > a; $gscore score -q $vcf/edges.vcf $fa $data/../golden/dnabert-3 | grep -v '^##gscore' > b; sed 's/gscore:m"/gscore:dnabert-3"/' a | cmp - b
