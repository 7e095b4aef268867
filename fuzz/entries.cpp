// Fuzz target: what a manager hands out as the entries of a directory. Private to fuzz.
#include <cstdint>
#include <cstdlib>
#include <span>

#include <tocsin/qnx/directory_listing.h>

// Two rows, one after the other: every entry that is taken can be told, and is where it is counted.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using tocsin::qnx::DirectoryListing;
    const std::span<const std::byte> all = std::as_bytes(std::span{data, size});
    DirectoryListing listing;
    const bool first = listing.take(all.first(size / 2));
    const bool second = listing.take(all.subspan(size / 2));
    std::int64_t offset = 0;
    while (listing.reaches(offset) ? listing.has(offset)
                                   : offset < static_cast<std::int64_t>(size)) {
        ++offset;
    }
    tocsin::resource::DirectoryEntries entries{1U << 20U};
    listing.put(0, entries);
    listing.put(offset > 0 ? offset - 1 : 0, entries);
    const bool taken = (first && size / 2 > 0) || (second && size > 0);
    if (!taken && !entries.bytes().empty()) {
        std::abort();
    }
    return 0;
}
