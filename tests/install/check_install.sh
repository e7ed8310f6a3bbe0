#!/bin/sh
# Installs into an empty prefix, and uses what lies there: builds a stranger's program by pkg-config, runs it and the
# installed gscore with an installed model, reads the man page.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
unset GSCORE_MODELS

cmake --install "$BUILD_DIR" --prefix "$prefix" >"$work/log" || { cat "$work/log"; exit 1; }
# A second model, whose name the source tree does not know: it can only be found beside the program.
cp "$prefix/share/gscore/models/mito.bin" "$prefix/share/gscore/models/installed.bin"

PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name gscore.pc)")
export PKG_CONFIG_PATH
flags=$(pkg-config --cflags --libs gscore)
"${CC:-cc}" -std=c11 -Wall -Werror -o "$prefix/bin/consumer" "$here/consumer.c" $flags
"$prefix/bin/consumer" mito
"$prefix/bin/consumer" installed
if "$prefix/bin/consumer" absent 2>/dev/null; then echo "a model that is not there was opened"; exit 1; fi

cd "$work"
"$prefix/bin/gscore" info mito
"$prefix/bin/gscore" info installed >/dev/null
for name in share/man/man1/gscore.1 share/bash-completion/completions/gscore share/zsh/site-functions/_gscore \
    include/gscore.h; do
    [ -s "$prefix/$name" ] || { echo "$name is missing"; exit 1; }
done
# Where it was built is nobody's business and leads nowhere.
root=$(cd "$here/../.." && pwd)
for file in "$prefix/bin/gscore" $(find "$prefix" -name libgscore.a); do
    for place in "$root" "$BUILD_DIR"; do
        if grep -qaF "$place/" "$file"; then echo "$file holds the path $place"; exit 1; fi
    done
done
pkg-config --modversion gscore
"$prefix/bin/gscore" --version | head -1
