# Steps with a name, a log, and the time they took. Read by ./dev.
# shellcheck shell=bash

log_folder=build/log
log_lines_shown=40

# The seconds since `$1`, a value of EPOCHREALTIME, with one decimal.
seconds_since() {
    local now=${EPOCHREALTIME/[.,]/} then=${1/[.,]/}
    local tenths=$(((now - then) / 100000))
    printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

log_of() {
    echo "$log_folder/$(tr -c 'a-z0-9\n' '-' <<<"$1").log"
}

# Shows that process $2, named $1, is still at work: every second on a terminal, else once a minute.
watch_process() {
    local name=$1 process=$2 log=$3 began=$4 ticks=0 at
    while kill -0 "$process" 2>/dev/null; do
        ticks=$((ticks + 1))
        if [ -t 1 ] && [ $((ticks % 5)) -eq 0 ]; then
            at=$(tail -c 300 "$log" | grep -oE '\[ *[0-9]+/[0-9]+\]|[0-9]+/[0-9]+ Test' | tail -n 1 || true)
            printf '\r  ...   %-44s %6s s  %-16s' "$name" "$(seconds_since "$began")" "${at% Test}"
        elif [ ! -t 1 ] && [ $((ticks % 300)) -eq 0 ]; then
            printf '  ...   %-44s %6s s\n' "$name" "$(seconds_since "$began")"
        fi
        sleep 0.2
    done
    [ ! -t 1 ] || printf '\r%78s\r' ''
}

# The first errors of a log and its last lines, without what went well.
show_end_of() {
    local dull='^\[[0-9]+/[0-9]+\] (Building|Linking|Re-checking)|^ +Start +[0-9]+:|  Passed +[0-9.]+ sec$'
    {
        [ "$(wc -l <"$1")" -le "$log_lines_shown" ] || grep -m 5 -E '(^|[: ])error: ' "$1" || true
        grep -vE "$dull" "$1" | tail -n "$log_lines_shown" || true
    } | sed 's/^/        | /'
}

# Starts the command in a process group of its own, so that all of it ends when this script is ended.
# Sets `process`.
start_in_group() {
    local log=$1
    shift
    set -m
    "$@" >"$log" 2>&1 </dev/null &
    process=$!
    set +m
    # shellcheck disable=SC2064  # this very process
    trap "kill -TERM -- -$process 2>/dev/null; echo; echo './dev: ended'; exit 130" INT TERM HUP
}

# step NAME COMMAND...: runs the command with its output in a log; shows the end of it on failure.
# Returns what the command returned.
step() {
    local name=$1 log began=$EPOCHREALTIME process status=0
    shift
    log=$(log_of "$name")
    mkdir -p "$log_folder"
    start_in_group "$log" "$@"
    watch_process "$name" "$process" "$log" "$began"
    wait "$process" || status=$?
    trap - INT TERM HUP
    if [ "$status" -eq 0 ]; then
        printf '  ok    %-44s %6s s\n' "$name" "$(seconds_since "$began")"
    else
        printf '  FAIL  %-44s %6s s\n' "$name" "$(seconds_since "$began")"
        show_end_of "$log"
        echo "        the whole output: $log"
    fi
    return "$status"
}
