# A model tests itself.

test tiny
run $gscore selftest $tiny | sed 's/max .*//; s/ok .* against/ok      against/; /^weights/d'
out selftest

test every_architecture
run for m in nt-v1 dnabert-2 dnabert-3 gena-lm-large gpn-animal-promoter gpn-brassicales gpn-msa phylogpn; do
run     $gscore selftest $data/../golden/$m > out; ! grep FAILED out
run done

test plain_c
run GSCORE_ISA=ref $gscore selftest $tiny | grep kernels
out selftest_ref

test damaged
exit 6
run { head -c -4 $tiny; printf abcd; } > m.bin
run $gscore selftest m.bin
err damaged

test a_known_name_of_another_width
run cp -r $data/../golden/gpn-brassicales GPN-Brassicales
run $gscore selftest GPN-Brassicales | grep known
out selftest_other

test no_model
exit 1
run $gscore selftest
err MODEL
