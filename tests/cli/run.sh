#!/bin/sh
# Runs command-line cases:
#   tests/cli/run.sh [--refresh] [FILE.tst [CASE]...]       without a FILE: all of tests/cli/*.tst
# --refresh writes the expected outputs anew where they differ: look at `git diff` before you believe them.
#
# A .tst file is data, line by line:
#   test NAME        a new case; it runs in an empty folder of its own
#   run COMMAND      a line of sh; several make a script that stops at the first failure
#   exit N           the status expected (0)
#   out FILE         stdout must be tests/cli/expected/FILE; without this line it must be empty; "out -" takes anything
#   err REGEX        stderr must have a line that matches (grep -E); may be repeated
#   no REGEX         stderr must have none
#   # ...            a comment
# Commands see $gscore, $vcf (tests/data/vcf), $data (tests/data), $fa (the tiny FASTA), $rcrs (the human mitochondrial
# genome), $tiny and $visible (models with random weights). The FASTAs are copies that a case may index, not change.
#
# Expected and actual stdout are compared byte by byte, but for gscore's version and the numbers of *LLR tags: these may
# differ by 0.0002, for CPUs differ in the last digits. BUILD_DIR says where the program was built (build).
set -u
. "$(dirname "$0")/../workplace.sh"

here=$root/tests/cli data=$root/tests/data vcf=$root/tests/data/vcf
fa=$work/tiny.fa rcrs=$work/chrM.fa tiny=$work/tiny.bin visible=$work/visible.bin
export gscore data vcf fa rcrs tiny visible
cp "$data/tiny.fa" "$fa" && cp "$data/chrM.fa" "$rcrs" && "$build/tests/tiny_model" "$tiny" &&
    "$build/tests/tiny_model" "$visible" visible || exit 1

refresh= failed=0 passed=0
if [ "${1-}" = --refresh ]; then refresh=1; shift; fi

fault() {
    [ -n "$bad" ] || echo "FAILED: $(basename "$file" .tst): $name"
    bad=1
    printf '    %s\n' "$@"
}

# Say how the file actual differs from what is expected; silent when it does not.
differs() { # EXPECTED ACTUAL
    awk '
    # s without the numbers of its *LLR tags; they go to v[1] .. v[v[0]]
    function strip(s, v,    out, n, i, p) {
        out = ""; v[0] = 0
        gsub(/Version="[0-9.]+"/, "Version=\"\"", s)
        while (match(s, /LLR=[-0-9.,e]*/)) {
            n = split(substr(s, RSTART + 4, RLENGTH - 4), p, ",")
            for (i = 1; i <= n; i++) v[++v[0]] = p[i]
            out = out substr(s, 1, RSTART + 3) n
            s = substr(s, RSTART + RLENGTH)
        }
        return out s
    }
    function near(a, b) {
        return a == b || (a != "." && b != "." && a - b <= 0.0002 && b - a <= 0.0002)
    }
    function same(a, b,    i) {
        if (strip(a, va) != strip(b, vb)) return 0
        for (i = 1; i <= va[0]; i++) if (!near(va[i], vb[i])) return 0
        return 1
    }
    BEGIN {
        for (n = 1; ; n++) {
            more = (getline want < ARGV[1]) > 0; got_more = (getline got < ARGV[2]) > 0
            if (!more && !got_more) exit
            if (more && got_more && same(want, got)) continue
            print "line " n " of stdout differs:"
            print "- " (more ? want : "(end of file)")
            print "+ " (got_more ? got : "(end of file)")
            exit
        }
    }' "$1" "$2"
}

check_stdout() {
    [ "$out" = - ] && return
    expected=$here/expected/$out
    [ -n "$out" ] || expected=/dev/null
    [ -e "$expected" ] || [ -n "$refresh" ] || { fault "$expected is missing; make it with --refresh"; return; }
    [ -e "$expected" ] && difference=$(differs "$expected" "$work/stdout") || difference=new
    [ -n "$difference" ] || return
    if [ -n "$refresh" ] && [ -n "$out" ] && [ -z "$bad" ]; then
        mkdir -p "$here/expected" && cp "$work/stdout" "$expected" && echo "refreshed: $out"
    else
        fault "$difference"
    fi
}

check_stderr() {
    while IFS= read -r pattern; do
        [ -z "$pattern" ] || grep -qE -e "$pattern" "$work/stderr" || fault "nothing on stderr matches: $pattern"
    done <<END
$errs
END
    while IFS= read -r pattern; do
        [ -z "$pattern" ] || ! grep -qE -e "$pattern" "$work/stderr" || fault "stderr must not match: $pattern"
    done <<END
$nos
END
    ! grep -E 'Sanitizer|runtime error:' "$work/stderr" || fault "a sanitizer complains"
}

finish() { # the case read so far
    [ -n "$name" ] || return
    case " ${wanted:-$name} " in *" $name "*) ;; *) return ;; esac
    bad=
    mkdir "$work/case"
    (cd "$work/case" && timeout 300 sh -ec "$script" >"$work/stdout" 2>"$work/stderr" </dev/null)
    got=$?
    [ "$got" = "$status" ] || fault "exit status $got, expected $status"
    check_stderr
    check_stdout
    if [ -z "$bad" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "    stderr was:"
        sed 's/^/    | /' "$work/stderr" | head -40
    fi
    rm -rf "$work/case"
}

run_file() {
    file=$1 name= n=0
    [ -r "$file" ] || { echo "$file cannot be read"; exit 1; }
    while IFS= read -r line <&3; do
        n=$((n + 1))
        rest=${line#* }
        case $line in
        '' | '#'*) ;;
        'test '*) finish; name=$rest script= status=0 out= errs= nos= ;;
        'run '*) script="$script$rest
" ;;
        'exit '*) status=$rest ;;
        'out '*) out=$rest ;;
        'err '*) errs="$errs$rest
" ;;
        'no '*) nos="$nos$rest
" ;;
        *) echo "$file:$n is not understood: $line"; exit 1 ;;
        esac
    done 3<"$file"
    finish
}

wanted=
if [ $# -gt 0 ]; then
    file=$1
    shift
    wanted=$*
    run_file "$file"
else
    for file in "$here"/*.tst; do run_file "$file"; done
fi
echo "$passed cases passed, $failed failed"
[ "$failed" = 0 ] && [ $((passed + failed)) -gt 0 ]
