# Installs the Debian packages that a command needs, and only those that are missing. Read by ./dev.
# shellcheck shell=bash

packages_of() {
    case "$1" in
        build)
            echo g++ cmake ninja-build pkg-config ccache libfuse3-dev fuse3 libcli11-dev libfmt-dev \
                nlohmann-json3-dev scdoc python3 libgtest-dev libgmock-dev
            ;;
        clang) echo clang-19 libclang-rt-19-dev llvm-19 ;;
        lint) echo clang-format-19 clang-tidy-19 shellcheck ;;
        test)
            echo spin netcat-openbsd syslog-ng-core syslog-ng-mod-examples libivykis-dev abigail-tools \
                dpkg-dev debootstrap
            ;;
        package) echo dpkg-dev ;;
        bench)
            echo dbus-daemon libasio-dev libev-dev libevent-dev libglib2.0-dev libivykis-dev libsystemd-dev \
                libuv1-dev libzmq3-dev
            ;;
        run) echo netcat-openbsd ;;
        soak) echo syslog-ng-core ;;
        mutants) echo python3-clang-19 ;;
        doctor) echo python3 ;;
    esac
}

# The packages of the groups named that are not installed.
missing_packages() {
    local group package
    for group in "$@"; do packages_of "$group"; done | tr ' ' '\n' | sort -u | while read -r package; do
        dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q 'ok installed' ||
            echo "$package"
    done
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# Until the shell that calls this ends, no service is started because its package is installed.
hold_services_back() {
    local policy=/usr/sbin/policy-rc.d
    [ ! -e "$policy" ] || return 0
    # shellcheck disable=SC2064  # this very file
    trap "as_root rm -f $policy" EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root install -m 755 /dev/stdin "$policy"
}

# Of what is installed here only the programs are wanted: a service that comes along is neither started
# nor enabled, and nothing is removed for it (one system logger would be, for another).
apt_install() (
    hold_services_back
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends --no-remove "$@" || return
    [[ " $* " != *" syslog-ng-core "* ]] || as_root update-rc.d syslog-ng disable
)

# need GROUP...: afterwards all their packages are there, or the script has ended with what to do.
need() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    if ! command -v dpkg-query >/dev/null; then
        echo "./dev: this is not Debian, so what it needs is not installed here: ${missing[*]}" >&2
        return 0
    fi
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        echo "./dev: these packages are missing, and this user may not install them. As root:" >&2
        echo "    apt-get install -y ${missing[*]}" >&2
        exit 1
    fi
    as_root true  # here, where sudo may ask for a password
    echo "installing ${#missing[@]} Debian packages: ${missing[*]}"
    step "install packages" apt_install "${missing[@]}" || exit 1
}
