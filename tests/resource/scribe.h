// A file system that writes down what it is asked. For tests.
#pragma once

#include <sstream>
#include <string>
#include <sys/stat.h>

#include <tocsin/resource/file_system.h>

namespace tocsin::resource {

// Answers every call at once, and remembers the last one as one line.
class Scribe final : public FileSystem {
public:
    std::string line;
    Caller caller;
    std::vector<std::byte> given;  // what read() and read_directory() answer
    EntryAnswer entry = {.node = 7, .attributes = {}, .valid = {}};
    OpenAnswer opened = {.file = 70, .stream = true};
    PollWaker waker;

private:
    // What has no value of its own is written as "-".
    static std::string of(std::optional<FileHandle> file) {
        return file ? std::to_string(*file) : "-";
    }
    static std::string text_of(std::span<const std::byte> bytes) {
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
    static std::string octal(::mode_t mode) {
        std::ostringstream text;
        text << std::oct << mode;
        return text.str();
    }
    template <typename... Values>
    static std::string words(std::string_view function, const Values&... values) {
        std::ostringstream text;
        text << function;
        ((text << ' ' << values), ...);
        return text.str();
    }
    template <typename... Values>
    void note(const FileCall& call, std::string_view function, const Values&... values) {
        line = words(function, values...);
        caller = call.caller();
    }

    void look_up(FileCall call, Node parent, std::string_view name) override {
        note(call, "look_up", parent, name);
        call.reply_entry(entry);
    }
    void forget(Node node, std::uint64_t count) noexcept override {
        line += words("forget", node, count) + ";";
    }
    void get_attributes(FileCall call, Node node, std::optional<FileHandle> file) override {
        note(call, "get_attributes", node, of(file));
        call.reply_attributes(entry);
    }
    void set_attributes(FileCall call, Node node, std::optional<FileHandle> file,
                        const struct ::stat& wanted, unsigned which) override {
        note(call, "set_attributes", node, of(file), octal(wanted.st_mode), wanted.st_size, which);
        call.reply_attributes(entry);
    }
    void access(FileCall call, Node node, int mode) override {
        note(call, "access", node, mode);
        call.succeed();
    }
    void read_link(FileCall call, Node node) override {
        note(call, "read_link", node);
        call.reply_link("target");
    }
    void make_node(FileCall call, Node parent, std::string_view name, ::mode_t mode,
                   ::dev_t device) override {
        note(call, "make_node", parent, name, octal(mode), device);
        call.reply_entry(entry);
    }
    void make_directory(FileCall call, Node parent, std::string_view name, ::mode_t mode) override {
        note(call, "make_directory", parent, name, octal(mode));
        call.reply_entry(entry);
    }
    void make_symbolic_link(FileCall call, Node parent, std::string_view name,
                            std::string_view target) override {
        note(call, "make_symbolic_link", parent, name, target);
        call.reply_entry(entry);
    }
    void link(FileCall call, Node node, Node parent, std::string_view name) override {
        note(call, "link", node, parent, name);
        call.reply_entry(entry);
    }
    void unlink(FileCall call, Node parent, std::string_view name) override {
        note(call, "unlink", parent, name);
        call.succeed();
    }
    void remove_directory(FileCall call, Node parent, std::string_view name) override {
        note(call, "remove_directory", parent, name);
        call.succeed();
    }
    void rename(FileCall call, Node parent, std::string_view name, Node new_parent,
                std::string_view new_name, unsigned flags) override {
        note(call, "rename", parent, name, new_parent, new_name, flags);
        call.succeed();
    }
    void open(FileCall call, Node node, int flags) override {
        note(call, "open", node, flags);
        call.reply_open(opened);
    }
    void create(FileCall call, Node parent, std::string_view name, ::mode_t mode,
                int flags) override {
        note(call, "create", parent, name, octal(mode), flags);
        call.reply_created(entry, opened);
    }
    void read(FileCall call, Node node, FileHandle file, std::size_t size, std::int64_t offset,
              int flags) override {
        note(call, "read", node, file, size, offset, flags);
        call.reply_bytes(given);
    }
    void write(FileCall call, Node node, FileHandle file, std::span<std::byte> data,
               std::int64_t offset, int flags) override {
        note(call, "write", node, file, text_of(data), offset, flags);
        call.reply_written(data.size());
    }
    void ioctl(FileCall call, Node node, FileHandle file, unsigned command, std::uint64_t argument,
               std::span<const std::byte> input, std::size_t output_size) override {
        note(call, "ioctl", node, file, command, argument, text_of(input), output_size);
        const ::iovec piece = {.iov_base = given.data(), .iov_len = given.size()};
        call.reply_ioctl(5, std::span{&piece, 1});
    }
    void poll(FileCall call, Node node, FileHandle file, unsigned events,
              PollWaker given_waker) override {
        note(call, "poll", node, file, events, given_waker ? "waits" : "looks");
        waker = std::move(given_waker);
        call.reply_poll(events);
    }
    void sync(FileCall call, Node node, FileHandle file, bool data_only) override {
        note(call, "sync", node, file, data_only);
        call.succeed();
    }
    void flush(FileCall call, Node node, FileHandle file) override {
        note(call, "flush", node, file);
        call.succeed();
    }
    void release(Node node, FileHandle file) noexcept override {
        line = words("release", node, file);
    }
    void open_directory(FileCall call, Node node, int flags) override {
        note(call, "open_directory", node, flags);
        call.reply_open(opened);
    }
    void read_directory(FileCall call, Node node, FileHandle file, std::size_t size,
                        std::int64_t offset) override {
        note(call, "read_directory", node, file, size, offset);
        call.reply_bytes(given);
    }
    void release_directory(Node node, FileHandle file) noexcept override {
        line = words("release_directory", node, file);
    }
    void get_extended_attribute(FileCall call, Node node, std::string_view name,
                                std::size_t size) override {
        note(call, "get_extended_attribute", node, name, size);
        call.reply_value("value", size);
    }
    void list_extended_attributes(FileCall call, Node node, std::size_t size) override {
        note(call, "list_extended_attributes", node, size);
        call.reply_value({"names\0", 6}, size);
    }
    void statistics(FileCall call, Node node) override {
        note(call, "statistics", node);
        struct ::statvfs answer = {};
        answer.f_blocks = 12;
        call.reply_statistics(answer);
    }
};

}  // namespace tocsin::resource
