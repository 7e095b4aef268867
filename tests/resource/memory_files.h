// A small file system in memory. For tests.
#pragma once

#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <tests/core/patience.h>

#include <tocsin/resource/file_system.h>

namespace tocsin::resource {

// Files, streams, directories and symbolic links. A stream's reads wait for what was written to it
// or put into it; a file's node is its handle as well.
class MemoryFiles : public FileSystem {
public:
    // What the path itself is: a mode with its kind; S_IFCHR stands for a stream.
    explicit MemoryFiles(::mode_t root_mode);

    // Puts `text` into the stream `node`, for who reads it or waits to. Any thread.
    void put(std::string_view text, Node node = root_node);

    struct Log {
        int opened = 0;
        int flushed = 0;
        int released = 0;
        int synced = 0;
        int interrupted = 0;
        int parked = 0;
        int polls_waiting = 0;
        std::uint64_t forgotten = 0;
        Caller last_opener = {};
    };
    [[nodiscard]] Log log() const;

    // Whether the log comes to show what is wanted.
    template <typename Wanted>
    [[nodiscard]] bool log_shows(Wanted&& wanted) const {
        return core::comes_true([&] { return wanted(log()); });
    }

    // Answers everything that is parked with EIO.
    void drop_parked();

    // Refuses every open with `number`.
    void refuse_opens(int number);

    // An ioctl that turns the order of the bytes round.
    static constexpr unsigned reverse_type = 't';

    void look_up(FileCall call, Node parent, std::string_view name) override;
    void forget(Node node, std::uint64_t count) noexcept override;
    void get_attributes(FileCall call, Node node, std::optional<FileHandle> file) override;
    void set_attributes(FileCall call, Node node, std::optional<FileHandle> file,
                        const struct ::stat& wanted, unsigned which) override;
    void read_link(FileCall call, Node node) override;
    void make_node(FileCall call, Node parent, std::string_view name, ::mode_t mode,
                   ::dev_t device) override;
    void make_directory(FileCall call, Node parent, std::string_view name, ::mode_t mode) override;
    void make_symbolic_link(FileCall call, Node parent, std::string_view name,
                            std::string_view target) override;
    void link(FileCall call, Node node, Node parent, std::string_view name) override;
    void unlink(FileCall call, Node parent, std::string_view name) override;
    void remove_directory(FileCall call, Node parent, std::string_view name) override;
    void rename(FileCall call, Node parent, std::string_view name, Node new_parent,
                std::string_view new_name, unsigned flags) override;
    void open(FileCall call, Node node, int flags) override;
    void create(FileCall call, Node parent, std::string_view name, ::mode_t mode,
                int flags) override;
    void read(FileCall call, Node node, FileHandle file, std::size_t size, std::int64_t offset,
              int flags) override;
    void write(FileCall call, Node node, FileHandle file, std::span<std::byte> data,
               std::int64_t offset, int flags) override;
    void ioctl(FileCall call, Node node, FileHandle file, unsigned command, std::uint64_t argument,
               std::span<const std::byte> input, std::size_t output_size) override;
    void poll(FileCall call, Node node, FileHandle file, unsigned events, PollWaker waker) override;
    void sync(FileCall call, Node node, FileHandle file, bool data_only) override;
    void flush(FileCall call, Node node, FileHandle file) override;
    void release(Node node, FileHandle file) noexcept override;
    void open_directory(FileCall call, Node node, int flags) override;
    void read_directory(FileCall call, Node node, FileHandle file, std::size_t size,
                        std::int64_t offset) override;
    void get_extended_attribute(FileCall call, Node node, std::string_view name,
                                std::size_t size) override;
    void list_extended_attributes(FileCall call, Node node, std::size_t size) override;
    bool interrupt(CallId id) override;

private:
    struct Item {
        struct ::stat status = {};
        std::string text;  // what is in it, or where a link points
        std::map<std::string, Node, std::less<>> names;
        std::vector<PollWaker> wakers;

        [[nodiscard]] bool stream() const noexcept { return S_ISCHR(status.st_mode); }
    };
    struct Parked {
        FileCall call;
        Node node;
        std::size_t size;
    };

    [[nodiscard]] Item& item(Node node) { return items_.at(node - root_node); }
    [[nodiscard]] EntryAnswer entry_locked(Node node);
    [[nodiscard]] Node make_locked(::mode_t mode, const Caller& caller);
    void enter(FileCall& call, Node parent, std::string_view name, ::mode_t mode,
               std::string_view text = {});
    void remove(FileCall& call, Node parent, std::string_view name);
    void reply_from_locked(FileCall& call, Item& from, std::size_t size);
    void wake_locked(Node node);

    mutable std::mutex mutex_;
    std::deque<Item> items_;
    std::list<Parked> parked_;
    int refusal_ = 0;
    Log log_;
};

}  // namespace tocsin::resource
