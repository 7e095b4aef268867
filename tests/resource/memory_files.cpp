// The file system in memory. For tests.
#include <tests/resource/memory_files.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

#include <tocsin/resource/served.h>
#include <tocsin/resource/set_attributes.h>

namespace tocsin::resource {

MemoryFiles::MemoryFiles(::mode_t root_mode) {
    static_cast<void>(make_locked(root_mode, {.uid = ::getuid(), .gid = ::getgid()}));
}

void MemoryFiles::put(std::string_view text, Node node) {
    const std::lock_guard lock{mutex_};
    item(node).text += text;
    wake_locked(node);
}

MemoryFiles::Log MemoryFiles::log() const {
    const std::lock_guard lock{mutex_};
    return log_;
}

void MemoryFiles::drop_parked() {
    const std::lock_guard lock{mutex_};
    parked_.clear();
}

void MemoryFiles::refuse_opens(int number) {
    const std::lock_guard lock{mutex_};
    refusal_ = number;
}

// The kernel serves nothing but a regular file at a path that is one.
EntryAnswer MemoryFiles::entry_locked(Node node) {
    EntryAnswer answer = {.node = node, .attributes = item(node).status};
    if (item(node).stream()) {
        answer.attributes.st_mode = S_IFREG | (answer.attributes.st_mode & 07777U);
    } else if (!S_ISDIR(item(node).status.st_mode)) {
        answer.attributes.st_size = static_cast<::off_t>(item(node).text.size());
    }
    return answer;
}

Node MemoryFiles::make_locked(::mode_t mode, const Caller& caller) {
    Item& made = items_.emplace_back();
    const Node node = items_.size() - 1 + root_node;
    made.status.st_ino = node;
    made.status.st_mode = mode;
    made.status.st_nlink = 1;
    made.status.st_uid = caller.uid;
    made.status.st_gid = caller.gid;
    return node;
}

void MemoryFiles::enter(FileCall& call, Node parent, std::string_view name, ::mode_t mode,
                        std::string_view text) {
    const std::lock_guard lock{mutex_};
    const auto [place, added] = item(parent).names.try_emplace(std::string{name}, 0);
    if (!added) {
        return call.fail(EEXIST);
    }
    place->second = make_locked(mode, call.caller());
    item(place->second).text = text;
    call.reply_entry(entry_locked(place->second));
}

void MemoryFiles::remove(FileCall& call, Node parent, std::string_view name) {
    const std::lock_guard lock{mutex_};
    const auto found = item(parent).names.find(name);
    if (found == item(parent).names.end()) {
        return call.fail(ENOENT);
    }
    if (!item(found->second).names.empty()) {
        return call.fail(ENOTEMPTY);
    }
    --item(found->second).status.st_nlink;
    item(parent).names.erase(found);
    call.succeed();
}

void MemoryFiles::reply_from_locked(FileCall& call, Item& from, std::size_t size) {
    const std::string text = from.text.substr(0, size);
    from.text.erase(0, size);
    call.reply_bytes(std::as_bytes(std::span{text}));
}

void MemoryFiles::wake_locked(Node node) {
    Item& stream = item(node);
    for (auto parked = parked_.begin(); parked != parked_.end() && !stream.text.empty();) {
        if (parked->node == node) {
            reply_from_locked(parked->call, stream, parked->size);
            parked = parked_.erase(parked);
        } else {
            ++parked;
        }
    }
    for (const PollWaker& waker : std::exchange(stream.wakers, {})) {
        waker.wake();
    }
}

void MemoryFiles::look_up(FileCall call, Node parent, std::string_view name) {
    const std::lock_guard lock{mutex_};
    const auto found = item(parent).names.find(name);
    if (found == item(parent).names.end()) {
        return call.fail(ENOENT);
    }
    call.reply_entry(entry_locked(found->second));
}

void MemoryFiles::forget(Node, std::uint64_t count) noexcept {
    const std::lock_guard lock{mutex_};
    log_.forgotten += count;
}

void MemoryFiles::get_attributes(FileCall call, Node node, std::optional<FileHandle>) {
    const std::lock_guard lock{mutex_};
    call.reply_attributes(entry_locked(node));
}

void MemoryFiles::set_attributes(FileCall call, Node node, std::optional<FileHandle>,
                                 const struct ::stat& wanted, unsigned which) {
    const std::lock_guard lock{mutex_};
    Item& changed = item(node);
    if ((which & set_attribute::mode) != 0)
        changed.status.st_mode = (changed.status.st_mode & S_IFMT) | (wanted.st_mode & 07777U);
    if ((which & set_attribute::uid) != 0)
        changed.status.st_uid = wanted.st_uid;
    if ((which & set_attribute::gid) != 0)
        changed.status.st_gid = wanted.st_gid;
    if ((which & set_attribute::modification_time) != 0)
        changed.status.st_mtim = wanted.st_mtim;
    if ((which & set_attribute::size) != 0)
        changed.text.resize(static_cast<std::size_t>(wanted.st_size));
    call.reply_attributes(entry_locked(node));
}

void MemoryFiles::read_link(FileCall call, Node node) {
    const std::lock_guard lock{mutex_};
    call.reply_link(item(node).text);
}

void MemoryFiles::make_node(FileCall call, Node parent, std::string_view name, ::mode_t mode,
                            ::dev_t) {
    enter(call, parent, name, mode);
}

void MemoryFiles::make_directory(FileCall call, Node parent, std::string_view name, ::mode_t mode) {
    enter(call, parent, name, S_IFDIR | mode);
}

void MemoryFiles::make_symbolic_link(FileCall call, Node parent, std::string_view name,
                                     std::string_view target) {
    enter(call, parent, name, S_IFLNK | 0777, target);
}

void MemoryFiles::link(FileCall call, Node node, Node parent, std::string_view name) {
    const std::lock_guard lock{mutex_};
    if (!item(parent).names.try_emplace(std::string{name}, node).second) {
        return call.fail(EEXIST);
    }
    ++item(node).status.st_nlink;
    call.reply_entry(entry_locked(node));
}

void MemoryFiles::unlink(FileCall call, Node parent, std::string_view name) {
    remove(call, parent, name);
}

void MemoryFiles::remove_directory(FileCall call, Node parent, std::string_view name) {
    remove(call, parent, name);
}

void MemoryFiles::rename(FileCall call, Node parent, std::string_view name, Node new_parent,
                         std::string_view new_name, unsigned flags) {
    const std::lock_guard lock{mutex_};
    if ((flags & RENAME_NOREPLACE) != 0 && item(new_parent).names.contains(new_name)) {
        return call.fail(EEXIST);
    }
    auto moved = item(parent).names.extract(item(parent).names.find(name));
    item(new_parent).names.insert_or_assign(std::string{new_name}, moved.mapped());
    call.succeed();
}

void MemoryFiles::open(FileCall call, Node node, int flags) {
    const std::lock_guard lock{mutex_};
    if (refusal_ != 0) {
        return call.fail(refusal_);
    }
    if ((flags & O_TRUNC) != 0) {
        item(node).text.clear();
    }
    ++log_.opened;
    log_.last_opener = call.caller();
    call.reply_open({.file = node, .stream = item(node).stream()});
}

void MemoryFiles::create(FileCall call, Node parent, std::string_view name, ::mode_t mode, int) {
    const std::lock_guard lock{mutex_};
    const Node node = make_locked(mode, call.caller());
    item(parent).names.insert_or_assign(std::string{name}, node);
    ++log_.opened;
    call.reply_created(entry_locked(node), {.file = node, .stream = false});
}

void MemoryFiles::read(FileCall call, Node node, FileHandle, std::size_t size, std::int64_t offset,
                       int flags) {
    const std::lock_guard lock{mutex_};
    Item& from = item(node);
    if (!from.stream()) {
        const std::string_view text = from.text;
        const auto rest = text.substr(std::min(static_cast<std::size_t>(offset), text.size()));
        return call.reply_bytes(std::as_bytes(std::span{rest.substr(0, size)}));
    }
    if (!from.text.empty()) {
        return reply_from_locked(call, from, size);
    }
    if ((flags & O_NONBLOCK) != 0) {
        return call.fail(EAGAIN);
    }
    parked_.push_back({.call = std::move(call), .node = node, .size = size});
    ++log_.parked;
}

void MemoryFiles::write(FileCall call, Node node, FileHandle, std::span<std::byte> data,
                        std::int64_t offset, int) {
    const std::lock_guard lock{mutex_};
    const std::string text{reinterpret_cast<const char*>(data.data()), data.size()};
    // What lies before the data is anybody's, as the contract says.
    std::memset(data.data() - write_headroom, 0xff, write_headroom);
    Item& into = item(node);
    if (into.stream()) {
        into.text += text;
        wake_locked(node);
    } else {
        const auto place = static_cast<std::size_t>(offset);
        into.text.resize(std::max(into.text.size(), place + text.size()));
        into.text.replace(place, text.size(), text);
    }
    call.reply_written(text.size());
}

void MemoryFiles::ioctl(FileCall call, Node, FileHandle, unsigned command, std::uint64_t argument,
                        std::span<const std::byte> input, std::size_t output_size) {
    if (_IOC_TYPE(command) != reverse_type) {
        return call.fail(ENOTTY);
    }
    std::vector<std::byte> answer{input.rbegin(), input.rend()};
    answer.resize(output_size);
    // In two pieces, for both have to arrive.
    const std::size_t half = answer.size() / 2;
    const ::iovec pieces[] = {{.iov_base = answer.data(), .iov_len = half},
                              {.iov_base = answer.data() + half, .iov_len = answer.size() - half}};
    call.reply_ioctl(static_cast<int>(argument % 1000), pieces);
}

void MemoryFiles::poll(FileCall call, Node node, FileHandle, unsigned events, PollWaker waker) {
    const std::lock_guard lock{mutex_};
    const unsigned met = POLLOUT | (item(node).text.empty() ? 0U : unsigned{POLLIN});
    if (waker) {
        item(node).wakers.push_back(std::move(waker));
        ++log_.polls_waiting;
    }
    call.reply_poll(met & events);
}

void MemoryFiles::sync(FileCall call, Node, FileHandle, bool) {
    const std::lock_guard lock{mutex_};
    ++log_.synced;
    call.succeed();
}

void MemoryFiles::flush(FileCall call, Node, FileHandle) {
    const std::lock_guard lock{mutex_};
    ++log_.flushed;
    call.succeed();
}

void MemoryFiles::release(Node node, FileHandle) noexcept {
    const std::lock_guard lock{mutex_};
    ++log_.released;
    item(node).wakers.clear();
}

void MemoryFiles::open_directory(FileCall call, Node node, int) {
    call.reply_open({.file = node, .stream = false});
}

void MemoryFiles::read_directory(FileCall call, Node node, FileHandle, std::size_t size,
                                 std::int64_t offset) {
    const std::lock_guard lock{mutex_};
    DirectoryEntries entries{size};
    std::int64_t place = 0;
    for (const auto& [name, child] : item(node).names) {
        if (++place > offset && !entries.add(name, child, item(child).status.st_mode, place)) {
            break;
        }
    }
    call.reply_bytes(entries.bytes());
}

void MemoryFiles::get_extended_attribute(FileCall call, Node, std::string_view name,
                                         std::size_t size) {
    if (name != status_attribute) {
        return call.fail(ENODATA);
    }
    call.reply_value("{}", size);
}

void MemoryFiles::list_extended_attributes(FileCall call, Node, std::size_t size) {
    call.reply_value({status_attribute, std::strlen(status_attribute) + 1}, size);
}

bool MemoryFiles::interrupt(CallId id) {
    const std::lock_guard lock{mutex_};
    const auto found = std::ranges::find_if(
        parked_, [id](const Parked& parked) { return parked.call.id() == id; });
    if (found == parked_.end()) {
        return false;
    }
    ++log_.interrupted;
    found->call.fail(EINTR);
    parked_.erase(found);
    return true;
}

}  // namespace tocsin::resource
