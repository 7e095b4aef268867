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
    build_what_runs
    start_tool "tools/soak_$name" "$@"
}

dev_doctor() {
    need doctor
    exec python3 tools/dev/doctor.py "$@"
}

# The paths of the benchmarks that were asked for, or of all.
benchmarks() {
    local name
    if [ $# -eq 0 ]; then
        find build/release/bin -maxdepth 1 -name 'bench-*' -perm -u+x | sort
    fi
    for name in "$@"; do
        echo "build/release/bin/bench-${name#bench-}"
    done
}

dev_bench() {
    local count=0 program
    need bench
    build_preset release --target bench
    while read -r program; do
        echo "== ${program##*/}"
        "$program"
        count=$((count + 1))
    done < <(benchmarks "$@")
    echo "$count benchmarks run"
}
