// Uses the installed resource library as a stranger would, as far as that goes without a mount: a
// relative path is refused, with the library's own error.
#include <cstdio>
#include <system_error>

#include <tocsin/core/loop.h>
#include <tocsin/resource/errors.h>
#include <tocsin/resource/mount.h>
#include <tocsin/resource/resource.h>

int main() {
    tocsin::core::Loop loop;
    tocsin::resource::Resource resource;
    try {
        const tocsin::resource::Mount mount{loop, "relative/path", resource};
    } catch (const std::system_error& error) {
        std::printf("refused: %s\n", error.what());
        return error.code() == tocsin::resource::Error::relative_path ? 0 : 1;
    }
    return 1;
}
