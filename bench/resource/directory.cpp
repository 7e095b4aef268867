// What both servers of a directory do in the same way. Private to bench/resource.
#include <charconv>
#include <thread>
#include <unistd.h>

#include <bench/resource/directory.h>

namespace bench {

std::uint32_t number_of_file(const std::string& name, std::uint32_t files) {
    std::uint32_t number = files;
    const char* const end = name.data() + name.size();
    const std::from_chars_result result = std::from_chars(name.data(), end, number);
    return result.ec == std::errc{} && result.ptr == end ? number : files;
}

void trigger_when_told(const DirectoryOrder& order, void (*trigger)(std::uint32_t number)) {
    std::thread{[order, trigger] {
        std::uint32_t number = 0;
        while (hear(order.socket, number)) {
            trigger(number);
        }
        ::_exit(0);
    }}.detach();
}

}  // namespace bench
