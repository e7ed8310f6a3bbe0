#!/bin/sh
# Runs each fuzz target (tests/fuzz) under the address and undefined-behaviour sanitizers for SECONDS. Inputs that
# taught the fuzzer something are kept in build-fuzz/corpus/, findings in build-fuzz/findings/. Allocations of over
# 256 MB fail, as they do where memory is short: damaged records ask for more, and clearing it takes seconds.
#     sh scripts/fuzz.sh SECONDS            all of them, one after the other
#     sh scripts/fuzz.sh SECONDS TARGET...  those: X of a tests/fuzz/fuzz_X.c
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh

fuzz() { # TARGET
    [ -x "build-fuzz/tests/fuzz_$1" ] || die "there is no target $1"
    mkdir -p "build-fuzz/corpus/$1" build-fuzz/findings
    cp "tests/fuzz/corpus/$1"/* "build-fuzz/corpus/$1" # to begin with
    say "$1 for $seconds s"
    ASAN_OPTIONS="allocator_may_return_null=1:max_allocation_size_mb=256${ASAN_OPTIONS:+:$ASAN_OPTIONS}" \
        "build-fuzz/tests/fuzz_$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -malloc_limit_mb=2048 \
        -max_len=65536 -print_final_stats=1 -verbosity=0 -artifact_prefix="build-fuzz/findings/$1-" "build-fuzz/corpus/$1" >&2 ||
        die "$1 found something: see build-fuzz/findings/"
}

seconds=${1-}
case $seconds in
"" | *[!0-9]*) die "usage: sh scripts/fuzz.sh SECONDS [TARGET...]" ;;
esac
shift
need_packages $test_packages clang libclang-rt-14-dev
build build-fuzz -DCMAKE_C_COMPILER=clang -DGSCORE_FUZZ=ON -DGSCORE_TESTS=ON \
    -DGSCORE_SANITIZE=address,undefined,fuzzer-no-link
for target in ${*:-$(ls tests/fuzz/fuzz_*.c | sed 's/.*fuzz_//; s/\.c$//')}; do
    fuzz "$target"
done
say "nothing found"
