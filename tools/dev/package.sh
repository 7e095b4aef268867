# Debian packages of the drop-in libivykis, and whether they take the place of Debian's. Read by ./dev.
# shellcheck shell=bash

package_folder=build/package
clean_root_folder=build/clean_root

make_packages() {
    configure_and_build release --target ivykis ivykis-static man &&
        rm -rf "$package_folder" &&
        tools/debian/make_packages build/release "$package_folder"
}

dev_package() {
    need build package
    step "make packages" make_packages
    find "$package_folder" -name '*.deb' | sort
    echo "they replace libivykis0 and libivykis-dev: apt-get install ./FILE ...; back: apt-get install libivykis0"
}

# Sets why_no_clean_root: empty where a clean Debian can be made and entered, else the reason.
find_out_about_clean_roots() {
    why_no_clean_root=""
    if ! command -v dpkg >/dev/null; then
        why_no_clean_root="this is not Debian"
    elif ! as_root unshare --mount --pid --fork \
        mount -t overlay overlay -o lowerdir=/etc:/usr /mnt 2>/dev/null; then
        why_no_clean_root="nothing may be mounted, not even in a namespace of its own"
    fi
}

# For ./dev test: makes the packages and installs them in a clean Debian, with syslog-ng.
test_packages() {
    check "make packages" make_packages || return 0
    find_out_about_clean_roots
    if [ -n "$why_no_clean_root" ]; then
        leave_out "packages in a clean root" "$why_no_clean_root"
        return
    fi
    check "packages in a clean root" as_root tests/ivykis_package/clean_root \
        "$package_folder" "$clean_root_folder" || true
}
