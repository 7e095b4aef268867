# The commands that show something: run, bench, soak, doctor. Read by ./dev.
# shellcheck shell=bash

# start_tool PATH ARGUMENT...: replaces this script by a tool of the project.
start_tool() {
    local tool=$1
    if [ ! -x "$tool" ]; then
        echo "./dev: $tool is missing or not executable; this tree is not complete" >&2
        return 1
    fi
    export TOCSIN_BIN_DIR=$PWD/build/release/bin
    exec "$@"
}

# The command, and the examples, whose clients it is shown to.
build_what_runs() {
    need run
    build_preset release --target tocsin-command examples
}

dev_run() {
    build_what_runs
    start_tool tools/main_job "$@"
}

# dev_soak [NAME [ARGUMENT...]]: the soak of that name; serve, unless another one is named.
dev_soak() {
    local name=${1:-serve}
    [ $# -eq 0 ] || shift
    if [ "$name" = syslog-ng ]; then
        need soak
        build_preset release --target ivykis syslog-ng-sender
    else
        build_what_runs
    fi
    start_tool "tools/soak_$name" "$@"
}

dev_doctor() {
    need doctor
    exec python3 tools/dev/doctor.py "$@"
}

# The names of the benchmarks that there are.
all_benchmarks() {
    find build/release/bin -maxdepth 1 -name 'bench-*' -perm -u+x -printf '%f\n' | sort
}

# What runs the benchmark NAME: the script bench/NAME/compare where there is one, else its program.
benchmark_path() {
    local name=${1#bench-}
    if [ -x "bench/$name/compare" ]; then
        echo "bench/$name/compare"
    else
        echo "build/release/bin/bench-$name"
    fi
}

# dev_bench [NAME ...] [OPTION ...]: all of them or those named, each with the options.
dev_bench() {
    local name names=()
    while [ $# -gt 0 ] && [[ $1 != -* ]]; do
        names+=("$1")
        shift
    done
    need bench
    build_preset release --target bench
    [ "${#names[@]}" -gt 0 ] || mapfile -t names < <(all_benchmarks)
    for name in "${names[@]}"; do
        echo "== bench-${name#bench-}"
        "$(benchmark_path "$name")" "$@"
    done
    echo "${#names[@]} benchmarks run"
}
