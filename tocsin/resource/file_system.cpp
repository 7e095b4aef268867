// What a FileSystem does that does not say otherwise. Private to tocsin/resource.
#include <tocsin/resource/file_system.h>

#include <cerrno>

namespace tocsin::resource {

FileSystem::~FileSystem() = default;

void FileSystem::look_up(FileCall call, Node, std::string_view) {
    call.fail(ENOSYS);
}

void FileSystem::forget(Node, std::uint64_t) noexcept {}

void FileSystem::get_attributes(FileCall call, Node, std::optional<FileHandle>) {
    call.fail(ENOSYS);
}

void FileSystem::set_attributes(FileCall call, Node, std::optional<FileHandle>,
                                const struct ::stat&, unsigned) {
    call.fail(ENOSYS);
}

void FileSystem::access(FileCall call, Node, int) {
    call.fail(ENOSYS);
}

void FileSystem::read_link(FileCall call, Node) {
    call.fail(ENOSYS);
}

void FileSystem::make_node(FileCall call, Node, std::string_view, ::mode_t, ::dev_t) {
    call.fail(ENOSYS);
}

void FileSystem::make_directory(FileCall call, Node, std::string_view, ::mode_t) {
    call.fail(ENOSYS);
}

void FileSystem::make_symbolic_link(FileCall call, Node, std::string_view, std::string_view) {
    call.fail(ENOSYS);
}

void FileSystem::link(FileCall call, Node, Node, std::string_view) {
    call.fail(ENOSYS);
}

void FileSystem::unlink(FileCall call, Node, std::string_view) {
    call.fail(ENOSYS);
}

void FileSystem::remove_directory(FileCall call, Node, std::string_view) {
    call.fail(ENOSYS);
}

void FileSystem::rename(FileCall call, Node, std::string_view, Node, std::string_view, unsigned) {
    call.fail(ENOSYS);
}

void FileSystem::statistics(FileCall call, Node) {
    call.reply_statistics({});
}

void FileSystem::open(FileCall call, Node, int) {
    call.fail(ENOSYS);
}

void FileSystem::create(FileCall call, Node, std::string_view, ::mode_t, int) {
    call.fail(ENOSYS);
}

void FileSystem::read(FileCall call, Node, FileHandle, std::size_t, std::int64_t, int) {
    call.fail(ENOSYS);
}

void FileSystem::write(FileCall call, Node, FileHandle, std::span<std::byte>, std::int64_t, int) {
    call.fail(ENOSYS);
}

void FileSystem::ioctl(FileCall call, Node, FileHandle, unsigned, std::uint64_t,
                       std::span<const std::byte>, std::size_t) {
    call.fail(ENOSYS);
}

void FileSystem::poll(FileCall call, Node, FileHandle, unsigned, PollWaker) {
    call.fail(ENOSYS);
}

void FileSystem::sync(FileCall call, Node, FileHandle, bool) {
    call.fail(ENOSYS);
}

void FileSystem::flush(FileCall call, Node, FileHandle) {
    call.succeed();
}

void FileSystem::release(Node, FileHandle) noexcept {}

void FileSystem::open_directory(FileCall call, Node, int) {
    call.fail(ENOSYS);
}

void FileSystem::read_directory(FileCall call, Node, FileHandle, std::size_t, std::int64_t) {
    call.fail(ENOSYS);
}

void FileSystem::release_directory(Node, FileHandle) noexcept {}

void FileSystem::get_extended_attribute(FileCall call, Node, std::string_view, std::size_t) {
    call.fail(ENOSYS);
}

void FileSystem::list_extended_attributes(FileCall call, Node, std::size_t) {
    call.fail(ENOSYS);
}

bool FileSystem::gives_up(unsigned) const noexcept {
    return false;
}

bool FileSystem::interrupt(CallId) {
    return true;
}

}  // namespace tocsin::resource
