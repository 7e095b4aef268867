# ./dev test: everything that must hold before a change lands. Read by ./dev.
# shellcheck shell=bash

# Labels of tests that no sanitizer can say more about: the tree itself, and the launcher that hides
# system calls (the sanitizers need some of them) with what runs below it.
release_only=(house fallback fallback-mode fallback-mount)

# Those in which a sanitizer cannot follow: tests/CMakeLists.txt says why.
forked=(forked mount-forked mount-root-forked)

# Tests wait most of the time, so more of them run at once than there are processors.
#
# With more than 28 random bits in an address the thread sanitizer of gcc 12 finds no room for its
# shadow and stops; then the tests run without randomised addresses.
run_ctest() {
    local preset=$1 bits prefix=()
    shift
    bits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 28)
    if [ "$preset" = tsan ] && [ "$bits" -gt 28 ]; then
        prefix=(setarch "$(uname -m)" -R)
    fi
    (
        close_what_was_left_open
        exec "${prefix[@]}" ctest --preset "$preset" -j "$((2 * $(nproc)))" "$@"
    )
}

# Tests run out of descriptors on purpose: those of whoever called this are not to be among them.
close_what_was_left_open() {
    local path number
    for path in /proc/self/fd/*; do
        number=${path##*/}
        [ "$number" -le 2 ] || exec {number}>&-
    done
}

# Benchmarks are run by ./dev bench only, but have to build without a warning.
build_all_of() {
    local targets=(all)
    [ "$1" != release ] || targets+=(bench)
    configure_and_build "$1" --target "${targets[@]}"
}

built_ahead=""  # the process that builds while tests run

status_of() { log_of "ahead $1" | sed 's/log$/status/'; }

# build_ahead PRESET...: builds one after the other while tests wait for what they wait for, and gives
# way to them.
build_ahead() {
    local preset status
    for preset in "$@"; do rm -f "$(log_of "ahead $preset")" "$(status_of "$preset")"; done
    set -m
    {
        renice -n 19 "$BASHPID" >/dev/null
        for preset in "$@"; do
            status=0
            build_all_of "$preset" >"$(log_of "ahead $preset")" 2>&1 || status=$?
            echo "$status" >"$(status_of "$preset")"
        done
    } </dev/null &
    built_ahead=$!
    set +m
    trap 'kill -TERM -- -"$built_ahead" 2>/dev/null || true' EXIT
}

# Waits for the end of a build that was begun by build_ahead.
await_build() {
    while [ ! -s "$(status_of "$1")" ] && kill -0 "$built_ahead" 2>/dev/null; do sleep 0.2; done
    cat "$(log_of "ahead $1")"
    return "$(cat "$(status_of "$1")")"
}

# suite PRESET [LABEL...]: runs the tests of that build, when it is there, without those labels.
suite() {
    local preset=$1 label labels arguments=()
    shift
    if ! check "build $preset" await_build "$preset"; then
        leave_out "suite $preset" "it did not build"
        return
    fi
    for label in "${!why_not[@]}"; do
        leave_out_label "$preset" "$label" "${why_not[$label]}"
        set -- "$@" "$label"
    done
    labels=$(IFS='|' && echo "$*")
    [ -z "$labels" ] || arguments=(--label-exclude "^($labels)\$")
    step "suite $preset" run_ctest "$preset" "${arguments[@]}" || true
    count_suite "suite $preset"
}

# The labels of tests that cannot be run here, each with the reason.
declare -A why_not=()

find_out_about_mounts() {
    local reason
    if ! reason=$(python3 tools/dev/doctor.py --may-mount); then
        why_not[mount]=$reason
        why_not[mount-root]=$reason
        why_not[mount-forked]=$reason
        why_not[mount-root-forked]=$reason
        why_not[fallback-mount]=$reason
    elif [ "$(id -u)" -ne 0 ]; then
        why_not[mount-root]="they need root: sudo ./dev test"
        why_not[mount-root-forked]=${why_not[mount-root]}
        why_not[fallback-mount]=${why_not[mount-root]}
    fi
}

# leave_out_label PRESET LABEL REASON
leave_out_label() {
    local count
    count=$(ctest --preset "$1" -N -L "^$2\$" | sed -n 's/^Total Tests: //p')
    [ "${count:-0}" -eq 0 ] || leave_out "$count tests of $1 labelled $2" "$3" "$count"
}

# tool NAME PATH ARGUMENT...: runs a tool of the tree as one test, or says that it is not there.
tool() {
    if [ -x "$2" ]; then
        check "$@" || true
    else
        leave_out "$1" "there is no $2"
    fi
}

dev_test() {
    local began=$EPOCHREALTIME
    need build clang lint test bench run
    find_out_about_mounts
    lint_beside_the_suite
    build_ahead release asan tsan fuzz
    suite release
    test_packages
    suite asan "${release_only[@]}" "${forked[@]}"
    suite tsan "${release_only[@]}" "${forked[@]}"
    tool "models" models/run
    tool "interleavings" interleavings/run
    if check "build fuzz" await_build fuzz; then
        tool "fuzz: corpus, then 10 s each" fuzz/run 10
    fi
    conclude "$began"
}
