// The words of core's errors. Private to tocsin/core.
#include <tocsin/core/errors.h>

#include <string>

namespace tocsin::core {

namespace {

class Category final : public std::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "tocsin"; }

    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<Error>(value)) {
        case Error::already_watched:
            return "this loop watches the descriptor already: change the interest of that watch, "
                   "or unregister it before its descriptor is closed";
        case Error::not_watchable:
            return "the kernel cannot watch this descriptor, it is a regular file or a "
                   "directory: read it without waiting";
        case Error::not_a_child:
            return "the process is not an unreaped child of this process: watch a child before "
                   "anything waits for it";
        case Error::not_catchable:
            return "the signal cannot be caught: pass a number from 1 to SIGRTMAX that is "
                   "neither SIGKILL nor SIGSTOP";
        }
        return "unknown error";
    }

    // Lets callers compare with std::errc without knowing this category.
    [[nodiscard]] std::error_condition default_error_condition(int value) const noexcept override {
        switch (static_cast<Error>(value)) {
        case Error::already_watched:
            return std::errc::file_exists;
        case Error::not_watchable:
            return std::errc::operation_not_permitted;
        case Error::not_a_child:
            return std::errc::no_child_process;
        case Error::not_catchable:
            return std::errc::invalid_argument;
        }
        return {value, *this};
    }
};

}  // namespace

const std::error_category& error_category() noexcept {
    static const Category category;
    return category;
}

}  // namespace tocsin::core
