#!/bin/sh
# Limited address space (ulimit -v, as schedulers set it): a command does its work, on fewer threads if need be, or ends
# soon with status 7 and the remedy.
set -u
. "$(dirname "$0")/../workplace.sh"
cd "$work" || exit 1
cp "$root/tests/data/tiny.fa" . && cp "$root/tests/data/vcf/all_snvs.vcf" in.vcf && "$build/tests/tiny_model" tiny.bin || exit 1

run_command() { # LIMIT THREADS COMMAND; its output comes to out
    case $3 in
    score) set -- "$1" score -@ "$2" in.vcf tiny.fa tiny.bin ;;
    embed) set -- "$1" embed -@ "$2" --window 32 -o rows tiny.bin in.vcf tiny.fa ;;
    bench) set -- "$1" bench -@ "$2" --seconds 1 tiny.bin ;;
    selftest) set -- "$1" selftest tiny.bin ;;
    esac
    limit=$1
    shift
    rm -f out rows.*
    (ulimit -v "$limit" && timeout 60 "$gscore" "$@" >out 2>err)
    status=$?
    [ ! -f rows.npy ] || cat rows.npy rows.tsv >out
}

fault() {
    echo "FAILED: ulimit -v $limit, $command -@ $threads: status $status, $1"
    sed 's/^/    /' err
    failed=$((failed + 1))
}

judge() {
    case $status in
    0) [ "$command" = bench ] || cmp -s out "good.$command" || fault "another output"; done=$((done + 1)) ;;
    7) grep -q 'limited to .*(ulimit -v).*remedy' err || fault "no remedy"; refused=$((refused + 1)) ;;
    *) fault "which means something else" ;;
    esac
}

failed=0 done=0 refused=0
for command in score embed selftest bench; do
    run_command unlimited 2 $command && cp out "good.$command"
    for limit in 60000 130000 170000 185000 190000 195000 200000 210000 250000 300000 400000 600000 1000000; do
        for threads in 1 2 8 64; do
            case $command-$threads in bench-[128] | selftest-[!1]*) continue ;; esac
            run_command $limit $threads $command
            judge
        done
    done
done
# What the remedy names is enough: 120 MB and 160 MB for each thread.
for threads in 1 4; do
    command=score limit=$((1000 * (120 + 160 * threads)))
    run_command $limit $threads score
    [ $status = 0 ] && ! grep -q 'threads start' err || fault "and it should do"
done
echo "$done runs came to their end, $refused were refused, $failed went wrong"
[ $failed = 0 ] && [ $done -gt 20 ] && [ $refused -gt 20 ]
