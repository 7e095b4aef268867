"""Proves that who asks whether mounting works is told when a mount cannot be taken away again."""

import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "dev"))

import fuse_mount  # noqa: E402


class Mounted(unittest.TestCase):
    """As root, with a kernel that mounts and is as the test wants then."""

    def reason(self, unmounted, remove):
        library = mock.Mock(mount=lambda *_: 0, umount2=lambda *_: 0 if unmounted else -1)
        with (
            tempfile.TemporaryDirectory() as folder,
            mock.patch.object(fuse_mount, "LIBC", library),
            mock.patch.object(fuse_mount, "DEVICE", os.devnull),
            mock.patch.object(fuse_mount.os, "geteuid", lambda: 0),
            mock.patch.object(fuse_mount.tempfile, "mkdtemp", lambda prefix: folder),
            mock.patch.object(fuse_mount.os, "rmdir", remove),
        ):
            return folder, fuse_mount.why_not_mount()

    def test_a_mount_that_comes_and_goes_is_all_there_is_to_it(self):
        self.assertIsNone(self.reason(True, mock.Mock())[1])

    def test_a_mount_that_cannot_be_taken_away_is_told_in_one_line_with_its_remedy(self):
        folder, reason = self.reason(False, mock.Mock(side_effect=OSError("busy")))
        self.assertIn(f"umount -l {folder}", reason)
        self.assertNotIn("\n", reason)


if __name__ == "__main__":
    unittest.main()
