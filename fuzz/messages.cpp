// Fuzz target: what a client's calls become when the kernel hands them on, in any order, with any
// contents. The frames are the kernel's, and right; names, commands, sizes, flags and times are
// anybody's. Private to fuzz.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tests/resource/switchboard.h>
#include <tests/resource/test_kernel.h>

namespace {

using namespace tocsin::resource;

// The input, taken in pieces; what is beyond its end is zero.
class Bytes {
public:
    Bytes(const std::uint8_t* data, std::size_t size) noexcept : rest_{data, size} {}

    [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
    template <typename T>
    T take() noexcept {
        T value{};
        const std::size_t size = std::min(sizeof value, rest_.size());
        std::copy_n(rest_.begin(), size, reinterpret_cast<std::uint8_t*>(&value));
        rest_ = rest_.subspan(size);
        return value;
    }
    std::string take_text(std::size_t size_max) {
        const std::size_t size = std::min(take<std::uint8_t>() % (size_max + 1), rest_.size());
        const std::string text{rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(size)};
        rest_ = rest_.subspan(size);
        return text;
    }

private:
    std::span<const std::uint8_t> rest_;
};

constexpr std::size_t text_max = 200;
constexpr std::uint32_t size_max = 65536;

// One client, a directory with two resources, and whoever serves them.
class Story {
public:
    explicit Story(Bytes bytes) : bytes_{bytes} {
        if (root_.add("stream", stream_) || root_.add("file", file_)) {
            std::abort();
        }
        kernel_.emplace(&root_);
        for (const char* const name : {"stream", "file"}) {
            nodes_.push_back(look_up(std::string{name}));
        }
    }

    // A request that is answered twice ends the program in TestKernel; one that is never answered,
    // although all files are closed, here; and so does a file that is closed twice, or not.
    void tell() {
        while (!bytes_.empty()) {
            step();
        }
        while (!files_.empty()) {
            release(0);
        }
        const bool all_answered = std::all_of(asked_.begin(), asked_.end(), [this](auto number) {
            return kernel_->answer_of(number).has_value();
        });
        for (const Switchboard* const board : {&stream_, &file_}) {
            const Switchboard::Log log = board->log();
            if (!all_answered || log.opened != log.closed) {
                std::abort();
            }
        }
    }

private:
    using Step = void (Story::*)();

    void step() {
        static constexpr std::array<Step, 14> steps = {
            &Story::open,  &Story::read,      &Story::write,  &Story::poll,          &Story::ioctl,
            &Story::name,  &Story::stat,      &Story::change, &Story::ask_attribute, &Story::list,
            &Story::flush, &Story::interrupt, &Story::close,  &Story::trigger,
        };
        (this->*steps.at(bytes_.take<std::uint8_t>() % steps.size()))();
        kernel_->turn();
    }

    // A node that is there, or now and then one that is not.
    std::uint64_t node() {
        const std::size_t place = bytes_.take<std::uint8_t>() % (nodes_.size() + 2);
        return place < nodes_.size()    ? nodes_[place]
               : place == nodes_.size() ? std::uint64_t{FUSE_ROOT_ID}
                                        : bytes_.take<std::uint64_t>();
    }

    struct File {
        std::uint64_t node;
        std::uint64_t handle;
    };
    // An open file, or null.
    const File* file() {
        const std::size_t place = bytes_.take<std::uint8_t>();
        return files_.empty() ? nullptr : &files_[place % files_.size()];
    }

    template <typename Body>
    void ask(std::uint32_t opcode, std::uint64_t node, const Body& body,
             std::string_view after = {}) {
        asked_.push_back(kernel_->send(opcode, node, body, after));
    }

    std::uint64_t look_up(std::string text) {
        text.push_back('\0');
        return kernel_->ask(FUSE_LOOKUP, FUSE_ROOT_ID, std::span<const std::byte>{}, text)
            .as<::fuse_entry_out>()
            .nodeid;
    }

    void open() {
        const std::uint64_t opened = node();
        const ::fuse_open_in body = {.flags = bytes_.take<std::uint32_t>(), .open_flags = 0};
        const Answer answer = kernel_->ask(FUSE_OPEN, opened, body);
        if (answer.error == 0) {
            files_.push_back({opened, answer.as<::fuse_open_out>().fh});
        }
    }

    void read() {
        if (const File* const of = file()) {
            ::fuse_read_in body = {};
            body.fh = of->handle;
            body.offset = bytes_.take<std::uint64_t>();
            body.size = bytes_.take<std::uint32_t>() % size_max;
            body.flags = bytes_.take<std::uint32_t>();
            ask(FUSE_READ, of->node, body);
        }
    }

    void write() {
        if (const File* const of = file()) {
            const std::string text = bytes_.take_text(text_max);
            ::fuse_write_in body = {};
            body.fh = of->handle;
            body.offset = bytes_.take<std::uint64_t>();
            body.size = static_cast<std::uint32_t>(text.size());
            body.flags = bytes_.take<std::uint32_t>();
            ask(FUSE_WRITE, of->node, body, text);
        }
    }

    void poll() {
        if (const File* const of = file()) {
            const ::fuse_poll_in body = {.fh = of->handle,
                                         .kh = TestKernel::poll_handle_of(of->handle),
                                         .flags = bytes_.take<std::uint8_t>() & 1U,
                                         .events = bytes_.take<std::uint32_t>()};
            ask(FUSE_POLL, of->node, body);
        }
    }

    void ioctl() {
        if (const File* const of = file()) {
            ::fuse_ioctl_in body = {};
            const std::string input = bytes_.take_text(text_max);
            body.fh = of->handle;
            body.flags = bytes_.take<std::uint8_t>();
            body.cmd = bytes_.take<std::uint32_t>();
            body.arg = bytes_.take<std::uint64_t>();
            body.in_size = static_cast<std::uint32_t>(input.size());
            body.out_size = bytes_.take<std::uint16_t>();
            ask(FUSE_IOCTL, of->node, body, input);
        }
    }

    // A name has no zeros in it, and one at its end.
    std::string zero_ended() {
        std::string text = bytes_.take_text(text_max);
        std::erase(text, '\0');
        text.push_back('\0');
        return text;
    }

    void name() {
        const std::uint64_t parent = node();
        const std::string text = zero_ended();
        asked_.push_back(kernel_->send(FUSE_LOOKUP, parent, std::span<const std::byte>{}, text));
    }

    void stat() { ask(FUSE_GETATTR, node(), ::fuse_getattr_in{}); }

    void change() {
        const std::uint64_t changed = node();
        ask(FUSE_SETATTR, changed, bytes_.take<::fuse_setattr_in>());
    }

    void ask_attribute() {
        const std::uint64_t of = node();
        const ::fuse_getxattr_in body = {.size = bytes_.take<std::uint32_t>() % size_max,
                                         .padding = 0};
        if (bytes_.take<std::uint8_t>() % 2 == 0) {
            ask(FUSE_LISTXATTR, of, body);
        } else {
            const std::string text = zero_ended();
            ask(FUSE_GETXATTR, of, body,
                text.size() > 1 ? std::string_view{text}
                                : std::string_view{"user.tocsin.status\0", 19});
        }
    }

    void list() {
        ::fuse_read_in body = {};
        body.offset = bytes_.take<std::uint64_t>();
        body.size = bytes_.take<std::uint32_t>() % size_max;
        ask(FUSE_READDIR, node(), body);
    }

    void flush() {
        if (const File* const of = file()) {
            ::fuse_flush_in body = {};
            body.fh = of->handle;
            body.lock_owner = bytes_.take<std::uint64_t>();
            ask(FUSE_FLUSH, of->node, body);
        }
    }

    void interrupt() {
        const std::size_t back = bytes_.take<std::uint8_t>();
        kernel_->interrupt(back < asked_.size() ? asked_[asked_.size() - 1 - back]
                                                : bytes_.take<std::uint64_t>() & ~std::uint64_t{1});
    }

    // The kernel closes a file only when none of its calls is under way: those are interrupted.
    void close() {
        const std::size_t place = bytes_.take<std::uint8_t>();
        if (!files_.empty()) {
            release(place % files_.size());
        }
    }
    void release(std::size_t place) {
        for (const std::uint64_t number : asked_) {
            if (!kernel_->answer_of(number)) {
                kernel_->interrupt(number);
            }
        }
        kernel_->turn();
        ::fuse_release_in body = {};
        body.fh = files_[place].handle;
        ask(FUSE_RELEASE, files_[place].node, body);
        files_.erase(files_.begin() + static_cast<std::ptrdiff_t>(place));
    }

    void trigger() {
        const std::uint8_t byte = bytes_.take<std::uint8_t>();
        Switchboard& board = byte % 2 == 0 ? stream_ : file_;
        const auto condition = static_cast<Condition>(byte / 2 % tocsin::core::condition_count);
        if (condition == Condition::output) {
            board.set(condition, 0);  // it was endless
        }
        board.put(condition, bytes_.take<std::int8_t>() & 3);
    }

    Bytes bytes_;
    Switchboard stream_{{.mode = 0666}};
    Switchboard file_{{.mode = 0666, .size = 100, .seekable = true}};
    Directory root_;
    std::optional<TestKernel> kernel_;
    std::vector<std::uint64_t> nodes_;
    std::vector<File> files_;
    std::vector<std::uint64_t> asked_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Story{Bytes{data, size}}.tell();
    return 0;
}
