// Fuzz target: values as people write them on the command line. Private to fuzz.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <tocsin/cli/failure.h>
#include <tocsin/cli/values.h>

namespace {

using namespace tocsin::cli;

// Understood, or refused by the failure that ends the command with one line; nothing else.
template <typename Parse>
void try_to(Parse parse) {
    try {
        parse();
    } catch (const Failure& failure) {
        if (std::string{failure.what()}.find('\n') != std::string::npos) {
            std::abort();
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    try_to([&] { static_cast<void>(parse_size("--ring", text)); });
    try_to([&] { static_cast<void>(show_duration(parse_duration("--timeout", text))); });
    try_to([&] { static_cast<void>(parse_mode("--mode", text)); });
    try_to([&] { static_cast<void>(parse_owner("--owner", text)); });
    return 0;
}
