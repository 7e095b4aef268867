"""Finds out whether this user can mount with FUSE, by mounting once in a folder of its own."""

import array
import contextlib
import ctypes
import os
import shutil
import socket
import stat
import subprocess
import tempfile

LIBC = ctypes.CDLL(None, use_errno=True)
DEVICE = "/dev/fuse"
MNT_DETACH = 2


def why_not_mount():
    """None when a mount works, else the reason and the remedy in one sentence."""
    try:
        device = os.open(DEVICE, os.O_RDWR)
    except OSError as error:
        return why_no_device(error)
    folder = tempfile.mkdtemp(prefix="tocsin-doctor-")
    try:
        return try_as_root(device, folder) if os.geteuid() == 0 else try_as_user(folder)
    finally:
        os.close(device)
        # It stays where the mount did, which is told.
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def why_no_device(error):
    if isinstance(error, FileNotFoundError):
        return (
            f"there is no {DEVICE}. As root of the machine: modprobe fuse; "
            f"in a container: start it with --device {DEVICE} --cap-add SYS_ADMIN"
        )
    return (
        f"{DEVICE} cannot be opened ({error.strerror}). As root: chmod 666 {DEVICE}; "
        f"in a container: start it with --device {DEVICE} --cap-add SYS_ADMIN"
    )


def try_as_root(device, folder):
    options = f"fd={device},rootmode={stat.S_IFDIR:o},user_id=0,group_id=0"
    where = folder.encode()
    if LIBC.mount(b"tocsin-doctor", where, b"fuse", 6, options.encode()) == 0:
        if LIBC.umount2(where, MNT_DETACH) != 0:
            return why_mounted_still(folder, os.strerror(ctypes.get_errno()))
        return None
    reason = os.strerror(ctypes.get_errno())
    return (
        f"mounting is refused ({reason}). In a container: start it with --cap-add SYS_ADMIN, "
        "and --security-opt apparmor=unconfined where AppArmor is used"
    )


def try_as_user(folder):
    helper = shutil.which("fusermount3")
    if helper is None:
        return "fusermount3 is missing, which lets users mount. As root: apt-get install fuse3"
    if not is_set_uid_root(helper):
        return f"{helper} is not set-uid root. As root: chown root {helper}; chmod 4755 {helper}"
    ours, theirs = socket.socketpair()
    result = subprocess.run(
        [helper, "-o", "fsname=tocsin-doctor", "--", folder],
        env={**os.environ, "_FUSE_COMMFD": str(theirs.fileno())},
        pass_fds=[theirs.fileno()],
        capture_output=True,
        text=True,
        check=False,
    )
    theirs.close()
    if result.returncode != 0:
        ours.close()
        return f"{helper} refuses to mount ({result.stderr.strip()})"
    session = receive_descriptor(ours)
    result = subprocess.run(
        [helper, "-u", "-z", "--", folder], capture_output=True, text=True, check=False
    )
    os.close(session)
    ours.close()
    return why_mounted_still(folder, result.stderr.strip()) if result.returncode != 0 else None


def why_mounted_still(folder, reason):
    return f"{folder} was mounted, but cannot be unmounted ({reason}). As root: umount -l {folder}"


def is_set_uid_root(path):
    status = os.stat(path)
    return status.st_uid == 0 and bool(status.st_mode & stat.S_ISUID)


def receive_descriptor(channel):
    size = array.array("i").itemsize
    _, ancillary, _, _ = channel.recvmsg(1, socket.CMSG_SPACE(size))
    descriptors = array.array("i")
    descriptors.frombytes(ancillary[0][2][:size])
    return descriptors[0]
