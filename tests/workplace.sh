# Sourced by scripts of tests/*/ before anything else: $root, $build (BUILD_DIR says where the program was built; build),
# $gscore, and a folder $work that goes with the script. Of the user's environment nothing is left that gscore heeds.
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${BUILD_DIR:-$root/build}" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
gscore=$build/gscore
export LC_ALL=C GSCORE_MODELS="$root/models" XDG_CACHE_HOME="$work/cache"
unset GSCORE_THREADS GSCORE_ISA TMPDIR
# A sanitizer's complaint must not pass for one of our statuses.
export ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=exitcode=99:print_stacktrace=1 TSAN_OPTIONS=exitcode=99
