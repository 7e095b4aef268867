// One open file of a path that a manager serves, and its client. Private to tocsin/qnx.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <sys/iofunc.h>

#include <tocsin/base/list.h>
#include <tocsin/qnx/client.h>
#include <tocsin/qnx/directory_listing.h>
#include <tocsin/qnx/native_users.h>
#include <tocsin/resource/file_call.h>
#include <tocsin/resource/file_system.h>

namespace tocsin::qnx {

class ServedPath;

// The client behind one open file, as far as the kernel tells: whoever holds a duplicate of it. The
// one event that can be delivered to it is the one that its polls are armed with.
class FileClient final : public Client {
public:
    explicit FileClient(const Credentials& credentials) noexcept : credentials_{credentials} {}

    // What a poll of the kernel asks to have delivered.
    [[nodiscard]] static struct ::sigevent poll_event() noexcept;

    // What wakes those who poll. All wakers of an open file are alike, and the first one stays.
    void set_waker(resource::PollWaker waker) noexcept;

    [[nodiscard]] int deliver(const struct ::sigevent& event) noexcept override;
    [[nodiscard]] Credentials credentials() const noexcept override { return credentials_; }

private:
    const Credentials credentials_;
    std::mutex mutex_;
    resource::PollWaker waker_;
};

// What a manager's open function has bound to an open file: the OCB and the functions that serve
// it. The kernel knows it by its address, from the answer to open(2) to the last close(2).
class Binding : public base::Link<>, public std::enable_shared_from_this<Binding> {
public:
    // Whether there are offsets. A stream keeps them to itself, as devices do.
    enum class Kind : bool { stream, file };

    Binding(std::shared_ptr<ServedPath> path, std::shared_ptr<FileClient> client,
            resource::Node node, int flags) noexcept;
    ~Binding();

    [[nodiscard]] ServedPath& path() const noexcept { return *path_; }
    [[nodiscard]] resource::Node node() const noexcept { return node_; }
    [[nodiscard]] const std::shared_ptr<FileClient>& client() const noexcept { return client_; }

    // An OCB is only handed on; it is what the program says that it is.
    void bind(void* ocb, const ::resmgr_io_funcs_t* functions) noexcept;
    [[nodiscard]] bool bound() const noexcept { return functions_ != nullptr; }
    [[nodiscard]] ::iofunc_ocb_t* ocb() const noexcept {
        return static_cast<::iofunc_ocb_t*>(ocb_);
    }
    [[nodiscard]] const ::resmgr_io_funcs_t& functions() const noexcept { return *functions_; }

    // Who uses the OCB outside of its client's calls, and whether it is to be closed; with the lock
    // of the path. unpin() is true when that was the last one.
    void pin() noexcept { ++pins_; }
    [[nodiscard]] bool unpin() noexcept { return --pins_ == 0; }
    [[nodiscard]] bool pinned() const noexcept { return pins_ > 0; }
    void begin_to_close() noexcept { closing_ = true; }
    [[nodiscard]] bool is_closing() const noexcept { return closing_; }

    // A file's offset belongs to one call at a time.
    [[nodiscard]] std::unique_lock<std::mutex> own_offset() {
        return kind_ == Kind::file ? std::unique_lock{offset_mutex_}
                                   : std::unique_lock<std::mutex>{};
    }

    [[nodiscard]] NativeUsers& users() noexcept { return users_; }

    void set_kind(Kind kind) noexcept { kind_ = kind; }
    [[nodiscard]] Kind kind() const noexcept { return kind_; }

    // Notes the flags of the descriptor; whether one has changed that fcntl(2) can change.
    [[nodiscard]] bool note_flags(int flags) noexcept;

    // Whether a call at `offset` goes on where the manager's own offset is.
    [[nodiscard]] bool follows(std::int64_t offset) const noexcept { return offset == next_; }
    void set_next(std::int64_t offset) noexcept { next_ = offset; }

    // What has been read of a directory; with own_offset().
    [[nodiscard]] DirectoryListing& listing() noexcept { return listing_; }

    // Between the answer to open(2) and the last close(2) the kernel holds it.
    void hold() { held_ = shared_from_this(); }
    [[nodiscard]] std::shared_ptr<Binding> release() noexcept { return std::move(held_); }

private:
    const std::shared_ptr<ServedPath> path_;
    const std::shared_ptr<FileClient> client_;
    const resource::Node node_;
    std::shared_ptr<Binding> held_;
    void* ocb_ = nullptr;
    const ::resmgr_io_funcs_t* functions_ = nullptr;
    Kind kind_ = Kind::stream;
    std::atomic<int> flags_;
    std::atomic<std::int64_t> next_{0};
    NativeUsers users_;
    std::mutex offset_mutex_;
    DirectoryListing listing_;
    int pins_ = 0;
    bool closing_ = false;
};

}  // namespace tocsin::qnx
