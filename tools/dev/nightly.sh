# What takes longer than a change may wait: fuzz, mutants, nightly. Read by ./dev.
# shellcheck shell=bash

# dev_fuzz [--minutes N]: every target searches for so long, 10 unless said otherwise.
dev_fuzz() {
    local minutes=10
    if [ "${1:-}" = --minutes ] && [[ "${2:-}" =~ ^[0-9]+$ ]] && [ $# -eq 2 ]; then
        minutes=$2
    elif [ $# -gt 0 ]; then
        echo "usage: ./dev fuzz [--minutes N], for each target" >&2
        return 2
    fi
    build_preset fuzz
    exec fuzz/run "$((minutes * 60))"
}

# dev_mutants [OPTION...]: those of mutants/run.
dev_mutants() {
    need build mutants
    build_preset release
    exec mutants/run "$@"
}

# night_step NAME HOURS_MAX COMMAND...: as check, unless that was ok before with the very same tree.
night_step() {
    local name=$1 hours=$2 stamp
    shift 2
    stamp=build/nightly/$(tr -c 'a-z0-9\n' '-' <<<"$name").$tree_now
    if [ -e "$stamp" ]; then
        printf '  ok    %-44s    before\n' "$name"
        passed=$((passed + 1))
    elif check "$name" timeout --kill-after=60 "${hours}h" "$@"; then
        touch "$stamp"
    fi
}

# What is in it, whether it is committed or not.
state_of_tree() {
    git ls-files --cached --others --exclude-standard -z | xargs -0 sha1sum 2>/dev/null | sha1sum | cut -c1-12
}

# The same command goes on where it was interrupted, as long as nothing has changed.
dev_nightly() {
    local began=$EPOCHREALTIME tree_now
    tree_now=$(state_of_tree)
    mkdir -p build/nightly
    need build clang test soak run mutants
    build_preset release
    build_preset fuzz
    export TOCSIN_BIN_DIR=$PWD/build/release/bin
    night_step "models, deep" 4 models/run --deep
    night_step "interleavings, deep" 2 interleavings/run --deep
    night_step "simulation, 100,000 seeds" 2 env TOCSIN_SEEDS=2001:100000 \
        "$TOCSIN_BIN_DIR/simulation-tests" --gtest_filter='*every_promise*'
    if python3 tools/dev/doctor.py --may-mount >/dev/null; then
        night_step "chaos, 100,000 clients and 1,000 managers" 2 \
            tests/chaos/chaos --clients 100000 --managers 1000 --stopped 1000
        night_step "soak serve" 1 tools/soak_serve
    else
        leave_out "chaos and the soak of a path" "nothing may be mounted here: ./dev doctor says why"
        night_step "soak serve, by its socket" 1 tools/soak_serve --socket
    fi
    night_step "coverage" 1 ./dev coverage --check
    night_step "fuzz, 10 minutes each" 3 env TOCSIN_BIN_DIR="$PWD/build/fuzz/bin" fuzz/run 600
    night_step "mutants" 3 mutants/run
    night_step "soak syslog-ng" 1 tools/soak_syslog-ng
    conclude "$began"
}
