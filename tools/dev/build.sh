# Configuring, building, installing. Read by ./dev.
# shellcheck shell=bash

presets=(release debug asan tsan clang coverage fuzz)

configure_and_build() {
    local preset=$1
    shift
    cmake --preset "$preset" && cmake --build --preset "$preset" -j "$(nproc)" "$@"
}

# build_preset PRESET [ARGUMENT...]: one step; what it needs is installed first.
build_preset() {
    need build
    case "$1" in
        clang | coverage | fuzz) need clang ;;
    esac
    step "build $1" configure_and_build "$@"
}

dev_build() {
    local preset=${1:-release}
    if [[ " ${presets[*]} " != *" $preset "* ]]; then
        echo "./dev build: there is no preset '$preset'; there are: ${presets[*]}" >&2
        return 2
    fi
    build_preset "$preset"
    echo "built: build/$preset/bin and build/$preset/lib"
}

# Whether this user may make files below $1, or below the nearest folder above it that is there.
may_write() {
    local folder=$1
    while [ ! -e "$folder" ]; do folder=$(dirname "$folder"); done
    [ -w "$folder" ]
}

# The drop-in libivykis goes below a prefix of its own: where nobody looks who was not told to.
install_everything() {
    cmake --install build/release --prefix "$1" &&
        cmake --install build/release --component ivykis --prefix "$2"
}

dev_install() {
    local prefix=${1:-/usr/local} ivykis way=()
    ivykis=$prefix/lib/tocsin-ivykis
    if ! may_write "$prefix"; then
        if ! command -v sudo >/dev/null; then
            echo "./dev install: $prefix may not be written by this user; run it as root, or name another prefix" >&2
            return 1
        fi
        as_root true  # here, where sudo may ask for a password
        way=(as_root bash -c "$(declare -f install_everything); install_everything \"\$@\"" install)
    fi
    build_preset release
    if [ ${#way[@]} -eq 0 ]; then way=(install_everything); fi
    step "install" "${way[@]}" "$prefix" "$ivykis"
    echo "installed below $prefix: programs link it with pkg-config tocsin or find_package(Tocsin)"
    echo "the drop-in libivykis: below $ivykis"
    echo "    to run a program on it:  LD_LIBRARY_PATH=$ivykis/lib PROGRAM"
    echo "    to link a program:       PKG_CONFIG_PATH=$ivykis/lib/pkgconfig pkg-config --cflags --libs ivykis"
    echo "    to read its manual:      MANPATH=$ivykis/share/man man ivykis"
}
