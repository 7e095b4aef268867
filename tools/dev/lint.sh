# What is checked without running the project. Read by ./dev.
# shellcheck shell=bash

source_folders=(tocsin tests examples bench fuzz interleavings)

list_sources() {
    find "${source_folders[@]}" -name '*.h' -o -name '*.cpp' -o -name '*.c' | sort
}

list_shell_scripts() {
    local file
    echo dev
    find .ci tools tests models fuzz -type f 2>/dev/null | sort | while read -r file; do
        if [[ $file == *.sh ]] || head -c 40 "$file" | head -n 1 | grep -qE '^#!.*\b(ba)?sh\b'; then
            echo "$file"
        fi
    done
}

check_layout() { list_sources | xargs clang-format-19 --dry-run --Werror; }
fix_layout() { list_sources | xargs clang-format-19 -i; }
check_shell() { list_shell_scripts | xargs shellcheck; }
check_tidy() {
    cmake --preset clang >/dev/null
    python3 tools/lint/tidy.py build/clang
}

# What the suite does not check anyway.
lint_beside_the_suite() {
    check "lint layout" check_layout || true
    check "lint shell scripts" check_shell || true
    check "lint clang-tidy" check_tidy || true
}

# What the suite checks too, as the tests house/*.
lint_as_the_suite() {
    check "lint layers" python3 tools/lint/layers.py || true
    check "lint style" python3 tools/lint/style.py || true
    check "lint headers" python3 tools/lint/headers.py || true
    check "lint signals" python3 tools/lint/signals.py || true
    check "lint descriptors" python3 tools/lint/descriptors.py || true
    check "lint assurance" python3 tools/assurance/write.py --check || true
}

dev_lint() {
    local began=$EPOCHREALTIME
    need build clang lint
    [ "${1:-}" != --fix ] || step "lay out the sources" fix_layout
    lint_as_the_suite
    lint_beside_the_suite
    conclude "$began"
}
