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
