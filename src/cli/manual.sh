#!/bin/sh
# manual.sh GSCORE < gscore.1.in > gscore.1: puts in what the program's own tables say.
set -eu
while IFS= read -r line; do
    case $line in
    @synopsis) "$1" help --format man ;;
    "@options "*) "$1" help --format man "${line#@options }" ;;
    *) printf '%s\n' "$line" ;;
    esac
done
