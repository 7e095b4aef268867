# What the tests cover: the suite, counted. Read by ./dev.
# shellcheck shell=bash

# Tests that fail leave the counts of the rest good, and are told apart from what is not covered. Programs
# of any user count there.
run_counted() {
    local labels
    rm -rf build/coverage/counts
    mkdir -m 1777 build/coverage/counts
    labels=$(IFS='|' && echo "$*")
    ctest --preset coverage -j 4 --label-exclude "^($labels)\$"
}

# What labels mean is said in test.sh.
# shellcheck disable=SC2154
suite_counted() {
    local label
    need clang test run
    build_preset coverage || exit
    find_out_about_mounts
    for label in "${!why_not[@]}"; do leave_out_label coverage "$label" "${why_not[$label]}"; done
    step "suite coverage" run_counted "${release_only[@]}" "${!why_not[@]}"
}

# dev_coverage [--check] [--last]: runs the suite and writes docs/coverage.md; with --check it writes nothing,
# and fails where a gap has no reason or a reason no gap. --last takes the counts of the last run.
dev_coverage() {
    local option check=() last=false status=0
    for option in "$@"; do
        case "$option" in
            --check) check=(--check) ;;
            --last) last=true ;;
            *)
                echo "usage: ./dev coverage [--check] [--last]" >&2
                return 2
                ;;
        esac
    done
    $last || suite_counted || status=1
    step "counts" tools/coverage/gather.py build/coverage
    python3 tools/coverage/write.py "${check[@]}" build/coverage || status=1
    return "$status"
}
