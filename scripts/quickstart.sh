#!/bin/sh
# Builds gscore and scores an example: human mitochondrial variants, against the revised Cambridge Reference Sequence.
# The annotated VCF comes on stdout, everything else on stderr.
#     sh scripts/quickstart.sh > scored.vcf
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh

need_packages $build_packages
# Without the tests, which need one package more, unless somebody has set up build/ with them.
if [ -f build/CMakeCache.txt ]; then build build; else build build -DGSCORE_TESTS=OFF; fi
say "running: build/gscore score tests/data/example.vcf tests/data/chrM.fa mito"
build/gscore score tests/data/example.vcf tests/data/chrM.fa mito
