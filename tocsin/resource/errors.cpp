// The words of the errors. Private to tocsin/resource.
#include <tocsin/resource/errors.h>

#include <string>

namespace tocsin::resource {

namespace {

class Category final : public std::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "tocsin-resource"; }

    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<Error>(value)) {
        case Error::relative_path:
            return "the path is relative: give an absolute one, which begins with a slash";
        case Error::wrong_kind:
            return "what is there is of the wrong kind: a resource needs a regular file or a free "
                   "name, a directory of resources a directory or a free name";
        case Error::already_mounted:
            return "something is mounted there already: stop who serves it, or unmount it, or "
                   "take another path";
        case Error::no_placeholder:
            return "what lies under the mount cannot be made or used: make room or a place for "
                   "it, or take another path";
        case Error::no_fuse:
            return "this process cannot use FUSE: load the module (modprobe fuse), and in a "
                   "container pass in /dev/fuse with --device /dev/fuse --cap-add SYS_ADMIN";
        case Error::mount_refused:
            return "mounting is refused here: run as root, or install fuse3 for fusermount3; a "
                   "container needs --device /dev/fuse --cap-add SYS_ADMIN";
        }
        return "unknown error";
    }

    // Lets callers compare with std::errc without knowing this category.
    [[nodiscard]] std::error_condition default_error_condition(int value) const noexcept override {
        switch (static_cast<Error>(value)) {
        case Error::relative_path:
        case Error::wrong_kind:
            return std::errc::invalid_argument;
        case Error::already_mounted:
            return std::errc::device_or_resource_busy;
        case Error::no_fuse:
            return std::errc::no_such_device;
        case Error::mount_refused:
            return std::errc::operation_not_permitted;
        case Error::no_placeholder:
            break;
        }
        return {value, *this};
    }
};

}  // namespace

const std::error_category& error_category() noexcept {
    static const Category category;
    return category;
}

}  // namespace tocsin::resource
