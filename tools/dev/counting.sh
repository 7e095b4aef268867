# Counts what passed, failed and was not run, and says so at the end. Read by ./dev.
# shellcheck shell=bash

passed=0
failed=0
skipped=0
not_run=()

# check NAME COMMAND...: one step that counts as one test.
check() {
    if step "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        return 1
    fi
}

# leave_out NAME REASON [COUNT]
leave_out() {
    skipped=$((skipped + ${3:-1}))
    not_run+=("$1: $2")
    echo "  --    $1: not run, $2"
}

# Adds what ctest counted in the log of step $1; a log without a count is one failure.
count_suite() {
    local counts bad all
    counts=$(grep -oE '[0-9]+ tests failed out of [0-9]+' "$(log_of "$1")" | tail -n 1 || true)
    if [ -z "$counts" ]; then
        failed=$((failed + 1))
        return
    fi
    bad=${counts%% *}
    all=${counts##* }
    failed=$((failed + bad))
    passed=$((passed + all - bad))
}

# The last words: what was not run, then the count on a line of its own.
conclude() {
    local began=$1 reason line
    echo "took $(seconds_since "$began") s"
    if [ ${#not_run[@]} -gt 0 ]; then
        echo "Not run on this machine:"
        for reason in "${not_run[@]}"; do echo "  $reason"; done
    fi
    if [ "$skipped" -gt 0 ] && [ "${CI:-}" = true ]; then
        echo "Under CI=true what is not run is a failure."
        failed=$((failed + skipped))
        skipped=0
    fi
    line="$passed passed, $failed failed"
    [ "$skipped" -eq 0 ] || line="$line, $skipped skipped"
    echo "$line"
    [ "$failed" -eq 0 ]
}
