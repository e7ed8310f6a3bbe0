#!/bin/sh
# Builds gscore with warnings as errors and runs all tests; then all of them once more under the address and
# undefined-behaviour sanitizers, and the pipeline's tests under the thread sanitizer.
#     sh scripts/check.sh             all of it
#     sh scripts/check.sh plain       one part: plain, address or thread
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh

run_under= # a command that runs ctest

run_tests() { # DIR CTEST-OPTION...
    dir=$1
    shift
    say "testing $dir/"
    $run_under ctest --test-dir "$dir" --output-on-failure -j "$(processors)" "$@" >&2 ||
        die "tests failed in $dir/; those alone: $run_under ctest --test-dir $dir --rerun-failed --output-on-failure"
}

check_plain() {
    build build-check -DGSCORE_WERROR=ON
    run_tests build-check
}

check_address() {
    build build-address -DGSCORE_WERROR=ON -DGSCORE_SANITIZE=address,undefined
    run_tests build-address
}

# The thread sanitizer of gcc 12 dies at once where the kernel randomises addresses more than it expects; `setarch -R`
# stops that, but a container may forbid it.
find_run_under() {
    mkdir -p build-thread
    echo 'int main(void) { return 0; }' >build-thread/try.c
    cc -fsanitize=thread -o build-thread/try build-thread/try.c || return
    for run_under in "" "setarch -R"; do
        if $run_under build-thread/try 2>/dev/null; then return; fi
    done
    return 1
}

check_thread() {
    find_run_under || { say "the thread sanitizer does not run on this kernel: its part is left out"; return; }
    build build-thread -DGSCORE_WERROR=ON -DGSCORE_SANITIZE=thread
    run_tests build-thread -L pipeline
}

need_packages $test_packages
case ${1-all} in
all) check_plain; check_address; check_thread ;;
plain | address | thread) "check_$1" ;;
*) die "usage: sh scripts/check.sh [plain|address|thread]" ;;
esac
say "all is well"
