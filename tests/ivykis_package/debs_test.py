"""Makes the Debian packages of a build, and reads what is in them and what they say of themselves; and
which dependency a package gets that is built with them.

The environment names the build's folder: IVYKIS_BUILD."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAKE_PACKAGES = ROOT / "tools/debian/make_packages"
CONTROL = "Source: program\n\nPackage: program\nArchitecture: any\n"

# Programs by the version of ivykis that they need.
PROGRAMS = {
    "0.29": "#include <iv.h>\nint main(void) { iv_init(); iv_main(); }",
    "0.42": "#include <iv.h>\nint main(void) { iv_init(); return (int)iv_now.tv_sec; }",
    "0.43": "#include <iv_work.h>\nint main(void) { iv_work_pool_submit_continuation(0, 0); }",
}


def run(*command, **options):
    options = {"capture_output": True, "text": True, "check": True} | options
    return subprocess.run([str(word) for word in command], **options).stdout


def setUpModule():
    global folder, packages
    folder = tempfile.TemporaryDirectory(prefix="tocsin-debs-")
    unittest.addModuleCleanup(folder.cleanup)
    packages = Path(folder.name) / "packages"
    run(MAKE_PACKAGES, os.environ["IVYKIS_BUILD"], packages)


def package(name):
    return next(packages.glob(f"{name}_*.deb"))


def field(name, which):
    return run("dpkg-deb", "--field", package(name), which).strip()


def unpacked(name):
    """A folder with the files of the package, and its control files in DEBIAN, as when it was built."""
    place = Path(folder.name) / name
    if not place.exists():
        run("dpkg-deb", "--raw-extract", package(name), place)
    return place


def files_of(name):
    place = unpacked(name)
    return {str(path.relative_to(place)) for path in place.rglob("*") if not path.is_dir()}


class Packages(unittest.TestCase):
    def test_take_the_place_of_debians(self):
        for ours, debians in (("tocsin-ivykis", "libivykis0"), ("tocsin-ivykis-dev", "libivykis-dev")):
            with self.subTest(package=ours):
                self.assertEqual(field(ours, "Conflicts"), debians)
                self.assertEqual(field(ours, "Replaces"), debians)
                self.assertEqual(field(ours, "Provides"), f"{debians} (= 0.43.2)")

    def test_the_library_needs_libc_only(self):
        self.assertRegex(field("tocsin-ivykis", "Depends"), r"^libc6 \(>= [0-9.]+\)$")

    def test_the_headers_need_the_library_of_the_same_version(self):
        version = field("tocsin-ivykis", "Version")
        self.assertEqual(field("tocsin-ivykis-dev", "Depends"), f"tocsin-ivykis (= {version})")

    def test_the_library_lies_where_debians_lies_and_alone(self):
        files = {path for path in files_of("tocsin-ivykis") if path.startswith("usr/lib/")}
        names = sorted(Path(path).name for path in files)
        self.assertRegex(" ".join(names), r"^libivykis\.so\.0 libivykis\.so\.0\.[0-9.]+$")
        self.assertEqual(len({Path(path).parent for path in files}), 1)
        self.assertTrue(all(path.count("/") == 3 for path in files), files)  # usr/lib/MULTIARCH/NAME

    def test_the_loader_is_told_and_no_script_is_run(self):
        control = {path.name for path in (unpacked("tocsin-ivykis") / "DEBIAN").iterdir()}
        self.assertEqual(control, {"control", "md5sums", "shlibs", "symbols", "triggers"})
        triggers = (unpacked("tocsin-ivykis") / "DEBIAN/triggers").read_text()
        self.assertEqual(triggers, "activate-noawait ldconfig\n")

    def test_developers_get_headers_libraries_and_the_manual(self):
        names = {Path(path).name for path in files_of("tocsin-ivykis-dev")}
        headers = {path.name for path in (ROOT / "tocsin/ivykis/include").glob("*.h")}
        self.assertEqual(len(headers), 13)
        wanted = {"libivykis.a", "libivykis.so", "ivykis.pc", "iv_event.3.gz", "iv_event_post.3.gz"}
        self.assertEqual((headers | wanted) - names, set())

    def test_pkg_config_finds_all_in_the_places_of_the_system(self):
        pc = next((unpacked("tocsin-ivykis-dev") / "usr/lib").rglob("ivykis.pc"))
        said = run("pkg-config", "--cflags", "--libs", pc).split()
        self.assertEqual(said, ["-livykis"])

    def test_each_has_its_licence(self):
        for name in ("tocsin-ivykis", "tocsin-ivykis-dev"):
            text = (unpacked(name) / f"usr/share/doc/{name}/copyright").read_text()
            self.assertIn("/usr/share/common-licenses/Apache-2.0", text)

    def test_are_the_same_when_they_are_made_again(self):
        again = Path(folder.name) / "again"
        run(MAKE_PACKAGES, os.environ["IVYKIS_BUILD"], again)
        for path in packages.iterdir():
            self.assertEqual(path.read_bytes(), (again / path.name).read_bytes(), path.name)


class Dependants(unittest.TestCase):
    """Packages that are built with ours run on Debian's too, if they need nothing newer."""

    def dependency_of(self, program):
        place = Path(tempfile.mkdtemp(dir=folder.name))
        (place / "debian").mkdir()
        (place / "debian/control").write_text(CONTROL)
        development = unpacked("tocsin-ivykis-dev") / "usr"
        library = next((unpacked("tocsin-ivykis") / "usr/lib").rglob("libivykis.so.0"))
        command = ["gcc", "-x", "c", "-", f"-I{development}/include", "-x", "none", library]
        run(*command, "-o", place / "program", input=program)
        command = ["dpkg-shlibdeps", "-O", f"-S{unpacked('tocsin-ivykis')}", f"-l{library.parent}"]
        said = run(*command, "-e", place / "program", cwd=place)
        return [word.strip() for word in said.partition("=")[2].split(",") if "ivykis" in word]

    def test_depend_on_libivykis0_in_the_version_that_they_need(self):
        for version, program in PROGRAMS.items():
            with self.subTest(version=version):
                self.assertEqual(self.dependency_of(program), [f"libivykis0 (>= {version})"])


if __name__ == "__main__":
    unittest.main()
