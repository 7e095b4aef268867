// What a message of the kernel has to hold. Private to tocsin/resource.
#include <tocsin/resource/message.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tocsin::resource {

namespace {

struct Form {
    std::size_t size = 0;      // before the names
    std::ptrdiff_t names = 0;  // each of them ends with a zero byte
};

using Forms = std::array<Form, FUSE_COPY_FILE_RANGE + 1>;

// What is not mentioned may be empty: libfuse takes nothing from it.
constexpr Forms forms = [] {
    constexpr std::array<std::pair<int, Form>, 37> known = {{
        {FUSE_LOOKUP, {0, 1}},
        {FUSE_FORGET, {sizeof(::fuse_forget_in), 0}},
        {FUSE_GETATTR, {sizeof(::fuse_getattr_in), 0}},
        {FUSE_SETATTR, {sizeof(::fuse_setattr_in), 0}},
        {FUSE_SYMLINK, {0, 2}},
        {FUSE_MKNOD, {sizeof(::fuse_mknod_in), 1}},
        {FUSE_MKDIR, {sizeof(::fuse_mkdir_in), 1}},
        {FUSE_UNLINK, {0, 1}},
        {FUSE_RMDIR, {0, 1}},
        {FUSE_RENAME, {sizeof(::fuse_rename_in), 2}},
        {FUSE_LINK, {sizeof(::fuse_link_in), 1}},
        {FUSE_OPEN, {sizeof(::fuse_open_in), 0}},
        {FUSE_READ, {sizeof(::fuse_read_in), 0}},
        {FUSE_WRITE, {sizeof(::fuse_write_in), 0}},
        {FUSE_RELEASE, {sizeof(::fuse_release_in), 0}},
        {FUSE_FSYNC, {sizeof(::fuse_fsync_in), 0}},
        {FUSE_SETXATTR, {FUSE_COMPAT_SETXATTR_IN_SIZE, 1}},
        {FUSE_GETXATTR, {sizeof(::fuse_getxattr_in), 1}},
        {FUSE_LISTXATTR, {sizeof(::fuse_getxattr_in), 0}},
        {FUSE_REMOVEXATTR, {0, 1}},
        {FUSE_FLUSH, {sizeof(::fuse_flush_in), 0}},
        {FUSE_INIT, {4 * sizeof(std::uint32_t), 0}},  // as long as kernels before 5.17 make it
        {FUSE_OPENDIR, {sizeof(::fuse_open_in), 0}},
        {FUSE_READDIR, {sizeof(::fuse_read_in), 0}},
        {FUSE_RELEASEDIR, {sizeof(::fuse_release_in), 0}},
        {FUSE_FSYNCDIR, {sizeof(::fuse_fsync_in), 0}},
        {FUSE_GETLK, {sizeof(::fuse_lk_in), 0}},
        {FUSE_SETLK, {sizeof(::fuse_lk_in), 0}},
        {FUSE_SETLKW, {sizeof(::fuse_lk_in), 0}},
        {FUSE_ACCESS, {sizeof(::fuse_access_in), 0}},
        {FUSE_CREATE, {sizeof(::fuse_create_in), 1}},
        {FUSE_BMAP, {sizeof(::fuse_bmap_in), 0}},
        {FUSE_IOCTL, {sizeof(::fuse_ioctl_in), 0}},
        {FUSE_POLL, {sizeof(::fuse_poll_in), 0}},
        {FUSE_BATCH_FORGET, {sizeof(::fuse_batch_forget_in), 0}},
        {FUSE_FALLOCATE, {sizeof(::fuse_fallocate_in), 0}},
        {FUSE_RENAME2, {sizeof(::fuse_rename2_in), 2}},
    }};
    Forms all{};
    for (const auto& [opcode, form] : known) {
        all.at(static_cast<std::size_t>(opcode)) = form;
    }
    all.at(FUSE_READDIRPLUS) = all.at(FUSE_READDIR);
    all.at(FUSE_INTERRUPT) = {sizeof(::fuse_interrupt_in), 0};
    all.at(FUSE_LSEEK) = {sizeof(::fuse_lseek_in), 0};
    all.at(FUSE_COPY_FILE_RANGE) = {sizeof(::fuse_copy_file_range_in), 0};
    return all;
}();

// How many bytes follow, as the message says itself.
std::size_t announced(std::uint32_t opcode, std::span<const std::byte> body) noexcept {
    switch (opcode) {
    case FUSE_WRITE:
        return copy_of<::fuse_write_in>(body).size;
    case FUSE_IOCTL:
        return copy_of<::fuse_ioctl_in>(body).in_size;
    case FUSE_BATCH_FORGET:
        return copy_of<::fuse_batch_forget_in>(body).count * sizeof(::fuse_forget_one);
    default:
        return 0;
    }
}

}  // namespace

std::optional<::fuse_in_header> header_of(std::span<const std::byte> message) noexcept {
    if (message.size() < sizeof(::fuse_in_header)) {
        return std::nullopt;
    }
    const auto header = copy_of<::fuse_in_header>(message);
    return header.len == message.size() ? std::optional{header} : std::nullopt;
}

bool is_complete(std::span<const std::byte> message) noexcept {
    const std::uint32_t opcode = copy_of<::fuse_in_header>(message).opcode;
    const std::span<const std::byte> body = message.subspan(sizeof(::fuse_in_header));
    if (opcode == FUSE_NOTIFY_REPLY) {
        return false;  // it answers a question that nobody here asks
    }
    const Form form = opcode < forms.size() ? forms.at(opcode) : Form{};
    if (body.size() < form.size) {
        return false;
    }
    const std::span<const std::byte> rest = body.subspan(form.size);
    return rest.size() >= announced(opcode, body) &&
           (form.names == 0 || std::ranges::count(rest, std::byte{0}) >= form.names);
}

std::optional<std::uint64_t> interrupted_call(const ::fuse_in_header& header,
                                              std::span<const std::byte> message) noexcept {
    const std::span<const std::byte> body = message.subspan(sizeof header);
    return header.opcode == FUSE_INTERRUPT && body.size() >= sizeof(::fuse_interrupt_in)
               ? std::optional{copy_of<::fuse_interrupt_in>(body).unique}
               : std::nullopt;
}

}  // namespace tocsin::resource
