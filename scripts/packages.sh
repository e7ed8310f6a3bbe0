# Sourced by the other scripts, from the project's root: the Debian packages that gscore needs.

build_packages="gcc libc6-dev make cmake pkg-config libhts-dev libopenblas-dev libjansson-dev libzip-dev libyaml-dev libssl-dev"
test_packages="$build_packages libcmocka-dev zlib1g-dev bcftools tabix"

say() { echo "$(basename "$0"): $*" >&2; }
die() { say "$*"; exit 1; }

# Those of the packages "$@" that are not installed.
missing_packages() {
    for package; do
        case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
        *" installed") ;;
        *) echo "$package" ;;
        esac
    done
}

# Install what is missing of the packages "$@"; whoever is not root is told the command.
need_packages() {
    if ! command -v dpkg-query >/dev/null; then
        say "not a Debian system: I take it that the like of these packages is there: $*"
        return
    fi
    missing=$(missing_packages "$@" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    install="apt-get update && apt-get install -y --no-install-recommends $missing"
    [ "$(id -u)" = 0 ] || die "packages are missing. Run this as root, then $0 again:
    $install"
    say "installing $missing"
    DEBIAN_FRONTEND=noninteractive sh -c "$install" >&2 ||
        die "the packages could not be installed: see apt-get's message above, then run $0 again"
}

# build DIR OPTION...: configure with cmake's OPTIONs and build.
build() {
    dir=$1
    shift
    say "building in $dir/"
    cmake -S . -B "$dir" "$@" >&2 || die "cmake stopped: its message above says what is missing; a $dir/ that came from
    another place on the disk must be removed first: rm -r $dir"
    cmake --build "$dir" -j "$(processors)" >&2 || die "the compiler stopped: see its message above"
}

processors() {
    nproc 2>/dev/null || echo 1
}
