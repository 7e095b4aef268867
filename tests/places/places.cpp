// Says where the build and the project lie; the one source that is told by the compiler.
#include <tests/places/places.h>

namespace places {
namespace {

std::string below(std::string folder, std::string_view name) {
    if (!name.empty()) {
        folder += '/';
        folder += name;
    }
    return folder;
}

}  // namespace

std::string program(std::string_view name) {
    return below(TOCSIN_BIN_DIR, name);
}

std::string source(std::string_view name) {
    return below(TOCSIN_SOURCE_DIR, name);
}

}  // namespace places
