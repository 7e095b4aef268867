# The commands that show something: run, bench, soak, doctor, assurance. Read by ./dev.
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

# dev_assurance [--check]: the page of what is promised, and what shows it.
dev_assurance() {
    need doctor
    exec python3 tools/assurance/write.py "$@"
}

# dev_bench [OPTION ...]: everything, side by side; dev_bench ivykis [OPTION ...]: the two libivykis alone.
dev_bench() {
    local tool=bench/run
    if [ "${1:-}" = ivykis ]; then
        tool=bench/ivykis/compare
        shift
    fi
    need bench
    build_preset release --target bench
    start_tool "$tool" "$@"
}
