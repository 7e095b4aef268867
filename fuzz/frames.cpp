// Fuzz target: what comes from the kernel's side when nothing in it is right. The header is; what
// follows it is anybody's, for a FileSystem. Private to fuzz.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include <tests/resource/file_kernel.h>
#include <tests/resource/scribe.h>

#include <tocsin/resource/message.h>

namespace {

using namespace tocsin::resource;

std::span<const std::uint8_t> take(std::span<const std::uint8_t>& rest, std::size_t size) noexcept {
    const std::span<const std::uint8_t> taken = rest.first(std::min(size, rest.size()));
    rest = rest.subspan(taken.size());
    return taken;
}

}  // namespace

// Each message is a byte for what it asks, one for how much follows, and that.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Scribe scribe;
    FileKernel kernel{scribe};
    std::span<const std::uint8_t> rest{data, size};
    while (rest.size() >= 2) {
        const std::uint32_t opcode = take(rest, 1)[0];
        const std::span<const std::uint8_t> body = take(rest, take(rest, 1)[0]);
        if (opcode == FUSE_DESTROY) {
            continue;  // the end of all
        }
        const std::uint64_t sent = kernel.send(opcode, FUSE_ROOT_ID, std::as_bytes(body));
        if (kernel.answer_of(sent).has_value() != expects_an_answer(opcode)) {
            std::abort();
        }
    }
    return 0;
}
