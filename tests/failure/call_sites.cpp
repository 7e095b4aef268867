// Finds and counts call sites. For tests.
#include <tests/failure/call_sites.h>

#include <array>
#include <atomic>
#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>
#include <memory>
#include <new>
#include <sstream>
#include <string_view>
#include <sys/mman.h>

namespace tocsin::failure {

namespace {

struct Code {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;

    [[nodiscard]] bool has(const void* place) const noexcept {
        const auto address = reinterpret_cast<std::uintptr_t>(place);
        return address >= begin && address < end;
    }
};

Code code_of(const dl_phdr_info& object) noexcept {
    for (int number = 0; number < object.dlpi_phnum; ++number) {
        const auto& part = object.dlpi_phdr[number];
        if (part.p_type == PT_LOAD && (part.p_flags & PF_X) != 0) {
            const std::uintptr_t begin = object.dlpi_addr + part.p_vaddr;
            return {begin, begin + part.p_memsz};
        }
    }
    return {};
}

// What belongs to the product is a shared library of its own, see CMakeLists.txt.
bool is_product(std::string_view path) noexcept {
    return path.contains("libfailing-product") || path.contains("libivykis");
}

struct Objects {
    Code program;
    Code linker;
    std::array<Code, 2> product;

    Objects() noexcept {
        std::size_t count = 0;
        auto look = [&](const dl_phdr_info& object) {
            const std::string_view path = object.dlpi_name;
            if (path.empty() && program.end == 0) {
                program = code_of(object);
            } else if (path.contains("/ld-linux")) {
                linker = code_of(object);
            } else if (is_product(path) && count < product.size()) {
                product[count++] = code_of(object);
            }
        };
        ::dl_iterate_phdr(
            [](dl_phdr_info* object, std::size_t, void* looker) {
                (*static_cast<decltype(look)*>(looker))(*object);
                return 0;
            },
            &look);
    }

    [[nodiscard]] bool in_product(const void* place) const noexcept {
        return product[0].has(place) || product[1].has(place);
    }
};

const Objects& objects() noexcept {
    static const Objects all;
    return all;
}

struct Site {
    std::atomic<std::uint64_t> key{0};  // the place, and the call in the upper bits
    std::atomic<std::int64_t> failures{0};
};
constexpr std::size_t sites_max = 4096;
constexpr int call_shift = 48;

// Shared with forked children.
Site* sites() noexcept {
    static Site* const all = [] {
        void* const memory = ::mmap(nullptr, sites_max * sizeof(Site), PROT_READ | PROT_WRITE,
                                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        return ::new (memory) Site[sites_max];
    }();
    return all;
}

std::string function_at(const void* place) {
    Dl_info info{};
    if (::dladdr(place, &info) == 0 || info.dli_sname == nullptr) {
        return "?";
    }
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> text{
        abi::__cxa_demangle(info.dli_sname, nullptr, nullptr, &status), &std::free};
    return text ? text.get() : info.dli_sname;
}

std::uintptr_t offset_of(const void* place) noexcept {
    Dl_info info{};
    ::dladdr(place, &info);
    return reinterpret_cast<std::uintptr_t>(place) -
           reinterpret_cast<std::uintptr_t>(info.dli_fbase);
}

}  // namespace

const void* site_of(const void* caller) noexcept {
    if (objects().in_product(caller)) {
        return caller;
    }
    if (objects().program.has(caller)) {
        return nullptr;
    }
    std::array<void*, 32> frames{};
    const int depth = ::backtrace(frames.data(), static_cast<int>(frames.size()));
    int frame = 0;
    while (frame < depth && frames[static_cast<std::size_t>(frame)] != caller) {
        ++frame;
    }
    for (; frame < depth; ++frame) {
        const void* const place = frames[static_cast<std::size_t>(frame)];
        if (objects().in_product(place)) {
            return place;
        }
        if (objects().program.has(place)) {
            return nullptr;
        }
    }
    return nullptr;
}

bool is_linkers(const void* caller) noexcept {
    return objects().linker.has(caller);
}

void remember_site(Call call, const void* site, bool failed) noexcept {
    const std::uint64_t key = reinterpret_cast<std::uintptr_t>(site) |
                              (static_cast<std::uint64_t>(call) + 1) << call_shift;
    for (std::size_t place = key * 0x9E3779B97F4A7C15U >> 52U;; place = (place + 1) % sites_max) {
        std::uint64_t found = 0;
        Site& entry = sites()[place];
        if (entry.key.compare_exchange_strong(found, key) || found == key) {
            entry.failures += failed ? 1 : 0;
            return;
        }
    }
}

SiteFigures site_figures() {
    SiteFigures figures;
    for (std::size_t number = 0; number < sites_max; ++number) {
        const std::uint64_t key = sites()[number].key;
        const std::int64_t failures = sites()[number].failures;
        figures.seen += key != 0 ? 1 : 0;
        figures.failed += failures > 0 ? 1 : 0;
        figures.failures += failures;
        if (key != 0 && failures == 0) {
            const auto call = static_cast<Call>((key >> call_shift) - 1);
            const auto* const place =
                reinterpret_cast<const void*>(key & ((1ULL << call_shift) - 1));
            std::ostringstream line;
            line << "  " << name_of(call) << " in " << function_at(place) << ", at 0x" << std::hex
                 << offset_of(place) << '\n';
            figures.never_failed += line.str();
        }
    }
    return figures;
}

}  // namespace tocsin::failure
