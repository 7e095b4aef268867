// The numbers of what resmgr_attach() has attached. Private to tocsin/qnx.
#pragma once

#include <optional>
#include <string>

namespace tocsin::qnx {

// One number for each, in the whole process. Any thread.
class AttachedPaths {
public:
    // Holds a number until it is destroyed.
    class Number {
    public:
        // `path` is as the program says it, "" for none. Throws std::bad_alloc.
        Number(std::string path, bool directory);
        ~Number();
        Number(const Number&) = delete;
        Number& operator=(const Number&) = delete;

        [[nodiscard]] int value() const noexcept { return value_; }

    private:
        int value_;
    };

    // The path, with a slash at the end of a directory's; nothing when there is no such number.
    // Throws std::bad_alloc.
    [[nodiscard]] static std::optional<std::string> path_of(int number);
};

}  // namespace tocsin::qnx
