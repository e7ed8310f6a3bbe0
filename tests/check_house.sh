#!/bin/sh
# Checks the house rules of src/README.md that a machine can check: includes point downwards only, what belongs to one
# floor is touched there only, files are short and named once, functions are short, and so are lines.
cd "$(dirname "$0")/.." || exit 1
find src include tests -name '*.[ch]' | LC_ALL=C sort | xargs awk '
length($0) > 120 { print FILENAME ":" FNR ": a line of " length($0) " columns"; bad = 1 }
END { exit bad }'
long=$?
find src include -name '*.[ch]' | LC_ALL=C sort | xargs awk '
function say(text) { print FILENAME ":" FNR ": " text; bad = 1 }
function has(list, word) { return index(" " list " ", " " word " ") > 0 }
# `pattern` may be used on these floors only.
function only(pattern, floors, what) {
    if (code ~ pattern && !has(floors, floor)) say(what " belongs to " floors "/")
}
# The line without comments and strings; `comment`: the line begins within a comment.
function strip(s,    out, end) {
    gsub(/\\./, "", s)
    gsub(/"[^"]*"/, "\"\"", s)
    sub(/\/\/.*/, "", s)
    out = ""
    for (;;) {
        if (comment) {
            if (!(end = index(s, "*/"))) return out
            s = substr(s, end + 2)
            comment = 0
        }
        if (!(end = index(s, "/*"))) return out s
        out = out substr(s, 1, end - 1)
        s = substr(s, end + 2)
        comment = 1
    }
}
BEGIN {
    all = "base kernel nn token genome model import score embed report api"
    may["base"] = ""; may["kernel"] = "base"; may["nn"] = "base kernel"; may["token"] = "base"; may["genome"] = "base"
    may["model"] = "base kernel nn token"; may["import"] = "base token model"
    may["score"] = may["embed"] = "base nn token genome model"; may["report"] = "base"
    may["api"] = "base nn token genome model import score"; may["cli"] = all
}
FNR == 1 {
    n = split(FILENAME, part, "/")
    floor = part[1] == "src" ? part[2] : ""
    if (floor != "" && !(floor in may)) say("no floor is called " floor)
    if (seen[part[n]]++) say("a file called " part[n] " exists already")
    comment = 0
}
FNR == 500 { say("500 lines or more") }
{ code = strip($0) }
/^[ \t]*#[ \t]*include[ \t]*"/ {
    split($0, q, "\"")
    to = q[2]
    if (to !~ /\// && to != "gscore.h") say("include paths begin with the floor: " to)
    if (n == 4 && split(to, room, "/") == 3 && room[1] == floor && room[2] != part[3])
        say("the rooms of a floor do not include each other: " to)
    sub(/\/.*/, "", to)
    if (to == "kernel" && part[n] ~ /^arch_/) say("architectures know layers, not kernels: " q[2])
    if (q[2] != "gscore.h" && to != floor && !has(may[floor], to)) say(floor "/ must not include " q[2])
    next
}
floor == "" { next }
{
    only("<htslib/", "genome", "htslib")
    only("<(cblas|openblas|dnnl|immintrin)", "kernel", "an accelerator of arithmetic")
    only("<cpuid[.]h>", "base", "cpuid")
    only("<zip[.]h>", "import", "libzip")
    only("<yaml[.]h>", "import", "libyaml")
    only("<dlfcn[.]h>", "kernel", "dlopen")
    only("<jansson[.]h>", "model import report api cli", "JSON")
    only("(^|[^_a-zA-Z0-9])(getenv|secure_getenv|setenv) *[(]", "base", "the environment")
    only("(^|[^_a-zA-Z0-9])(printf|puts|putchar|exit|_exit|abort) *[(]", "cli", "printing and exiting")
    only("(^|[^_a-zA-Z0-9])(stdout|stderr)([^_a-zA-Z0-9]|$)", "cli", "standard output and error")
}
/(^|[^A-Za-z])(TODO|FIXME|XXX|HACK)([^A-Za-z]|$)/ { say("unfinished business") }
# A function is what lies between { and } at the beginning of a line.
/^[{]/ { from = FNR }
/^[}]/ { if (from && FNR - from + 1 > 100) say("a function of " FNR - from + 1 " lines"); from = 0 }
END { exit bad }' && [ $long = 0 ]
