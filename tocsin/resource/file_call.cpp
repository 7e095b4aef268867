// Answering the calls to a FileSystem. Private to tocsin/resource.
#include <tocsin/resource/file_call.h>

#include <cerrno>

#include <tocsin/base/check.h>
#include <tocsin/resource/file_answers.h>
#include <tocsin/resource/reply.h>

namespace tocsin::resource {

namespace {

// The kernel takes no other number, and would leave the client waiting.
int error_of_client(int number) noexcept {
    constexpr int number_max = 511;
    return number > 0 && number <= number_max ? number : EIO;
}

template <typename Message>
bool send(::fuse_req* request, const Message& message) noexcept {
    return ::fuse_reply_buf(request, reinterpret_cast<const char*>(&message), sizeof message) == 0;
}

// One message to the kernel is one writev(2), whose first pieces are libfuse's own.
constexpr std::size_t pieces_max = 1000;

std::vector<std::byte> gathered(std::span<const ::iovec> pieces) {
    std::vector<std::byte> all;
    for (const ::iovec& piece : pieces) {
        const auto* const first = static_cast<const std::byte*>(piece.iov_base);
        all.insert(all.end(), first, first + piece.iov_len);
    }
    return all;
}

}  // namespace

FileCall::FileCall(std::shared_ptr<Channel> channel, ::fuse_req* request, CallId id,
                   const Caller& caller, CallCharges charges) noexcept
    : channel_{std::move(channel)},
      request_{request},
      id_{id},
      caller_{caller},
      charges_{std::move(charges)} {}

FileCall::FileCall(FileCall&& other) noexcept
    : channel_{std::move(other.channel_)},
      request_{std::exchange(other.request_, nullptr)},
      id_{other.id_},
      caller_{other.caller_},
      charges_{std::move(other.charges_)} {}

FileCall& FileCall::operator=(FileCall&& other) noexcept {
    FileCall taken{std::move(other)};
    std::swap(channel_, taken.channel_);
    std::swap(request_, taken.request_);
    std::swap(id_, taken.id_);
    std::swap(caller_, taken.caller_);
    std::swap(charges_, taken.charges_);
    return *this;
}

FileCall::~FileCall() {
    if (request_ != nullptr) {
        fail(EIO);
    }
}

// Another thread of the parent may have held a lock of libfuse when a child was forked, so the
// child forgets the call, which is the parent's to answer. What the call is charged with goes
// before the client hears of it, who may call again at once.
template <typename Answer>
void FileCall::answer(Answer&& answer) {
    base::check(request_ != nullptr,
                "FileCall: answered while empty; it has been answered or moved away already");
    ::fuse_req* const request = std::exchange(request_, nullptr);
    charges_ = {};
    if (channel_->is_of_this_process()) {
        answer(request);
    }
}

// A file is charged for before the kernel has it, which may close it at once.
template <typename Message>
bool FileCall::answer_opened(const OpenAnswer& open, const Message& message) {
    FileCharges::File file = std::move(charges_.file);
    const std::shared_ptr<FileCharges> files = std::move(charges_.files);
    bool sent = false;
    answer([&](::fuse_req* request) {
        if (files != nullptr) {
            files->enter(std::move(file), open.file);
        }
        sent = send(request, message);
        if (!sent && files != nullptr) {
            files->leave(open.file);
        }
    });
    return sent;
}

void FileCall::fail(int number) {
    answer([&](::fuse_req* request) { ::fuse_reply_err(request, error_of_client(number)); });
}

void FileCall::succeed() {
    answer([](::fuse_req* request) { ::fuse_reply_err(request, 0); });
}

void FileCall::reply_entry(const EntryAnswer& entry) {
    answer([&](::fuse_req* request) { send(request, fuse_entry_of(entry)); });
}

void FileCall::reply_attributes(const EntryAnswer& entry) {
    answer([&](::fuse_req* request) { send(request, fuse_attributes_of(entry)); });
}

bool FileCall::reply_open(const OpenAnswer& open) {
    return answer_opened(open, fuse_open_of(open));
}

bool FileCall::reply_created(const EntryAnswer& entry, const OpenAnswer& open) {
    const struct {
        ::fuse_entry_out entry;
        ::fuse_open_out open;
    } created = {.entry = fuse_entry_of(entry), .open = fuse_open_of(open)};
    return answer_opened(open, created);
}

void FileCall::reply_link(std::string_view target) {
    answer([&](::fuse_req* request) { ::fuse_reply_buf(request, target.data(), target.size()); });
}

void FileCall::reply_statistics(const struct ::statvfs& statistics) {
    answer([&](::fuse_req* request) { ::fuse_reply_statfs(request, &statistics); });
}

void FileCall::reply_bytes(std::span<const std::byte> bytes) {
    answer([&](::fuse_req* request) { ::fuse_reply_buf(request, chars_of(bytes), bytes.size()); });
}

void FileCall::reply_pieces(std::span<const ::iovec> pieces) {
    if (pieces.size() > pieces_max) {
        return reply_bytes(gathered(pieces));
    }
    answer([&](::fuse_req* request) {
        ::fuse_reply_iov(request, pieces.data(), static_cast<int>(pieces.size()));
    });
}

void FileCall::reply_written(std::size_t count) {
    answer([&](::fuse_req* request) { ::fuse_reply_write(request, count); });
}

void FileCall::reply_ioctl(int result, std::span<const ::iovec> pieces) {
    base::check(result >= 0, "FileCall::reply_ioctl: a negative result; use fail()");
    if (pieces.size() > pieces_max) {
        const std::vector<std::byte> all = gathered(pieces);
        answer([&](::fuse_req* request) {
            ::fuse_reply_ioctl(request, result, all.data(), all.size());
        });
        return;
    }
    answer([&](::fuse_req* request) {
        ::fuse_reply_ioctl_iov(request, result, pieces.data(), static_cast<int>(pieces.size()));
    });
}

void FileCall::reply_poll(unsigned events) {
    answer([&](::fuse_req* request) { ::fuse_reply_poll(request, events); });
}

void FileCall::reply_value(std::string_view value, std::size_t size) {
    answer([&](::fuse_req* request) { resource::reply_value(request, value, size); });
}

}  // namespace tocsin::resource
