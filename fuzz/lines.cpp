// Fuzz target: what clients write, in any pieces, made into whole lines. Private to fuzz.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <unistd.h>

#include <sys/mman.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/cli/line_output.h>
#include <tocsin/core/loop.h>

namespace {

using namespace tocsin;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

std::string read_all(int descriptor) {
    std::string text(static_cast<std::size_t>(::lseek(descriptor, 0, SEEK_END)), '\0');
    require(::pread(descriptor, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
    return text;
}

}  // namespace

// The first byte says how large the pieces are; the rest is repeated, so that lines get long. What
// was taken comes out unchanged and in order, with an end to the last line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    std::string text;
    const std::string_view seed{reinterpret_cast<const char*>(data + 1), size - 1};
    const std::size_t wanted = data[0] % 2 == 0 ? seed.size() : std::size_t{200} << 10;
    while (text.size() < wanted) {
        text += seed;
    }
    const base::Descriptor file{::memfd_create("lines", MFD_CLOEXEC)};
    core::Loop loop;
    cli::LineOutput output{loop, file.number(), {}};
    cli::LineAssembler assembler;
    const std::size_t piece = std::size_t{1} + data[0] * std::size_t{512};
    std::string taken;
    bool refused = false;
    for (std::size_t place = 0; place < text.size() && !refused; place += piece) {
        const std::string_view part = std::string_view{text}.substr(place, piece);
        refused = !assembler.feed(part, output);
        taken += refused ? std::string_view{} : part;
    }
    assembler.finish(output);
    loop.run_until_idle();
    const std::string written = read_all(file.number());
    if (refused) {
        // What was begun is dropped; what was whole before is there.
        taken.resize(taken.rfind('\n') == std::string::npos ? 0 : taken.rfind('\n') + 1);
    } else if (!taken.empty() && taken.back() != '\n') {
        taken += '\n';
    }
    require(written == taken);
    for (std::size_t begin = 0; begin < written.size();) {
        const std::size_t end = written.find('\n', begin);
        require(end != std::string::npos && end - begin <= cli::LineAssembler::line_size_max);
        begin = end + 1;
    }
    return 0;
}
