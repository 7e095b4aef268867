// A resource whose state a test sets by hand. For tests.
#pragma once

#include <array>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <sys/ioctl.h>
#include <utility>
#include <vector>

#include <tests/core/patience.h>

#include <tocsin/resource/resource.h>

namespace tocsin::resource {

using core::Condition;

// Has an amount of each condition. A read takes one unit of input and answers "x"; a write takes
// one unit of output, unless there is no end of it, and is noted. An ioctl `waiting` waits for one
// of the other conditions, and answers which.
class Switchboard : public Resource {
public:
    static constexpr std::int64_t endless = INT64_MAX;
    static constexpr unsigned waiting = _IO('t', 7);

    explicit Switchboard(const Attributes& attributes = {}) : Resource{attributes} {
        amounts_[index(Condition::output)] = endless;
    }

    // Adds to an amount, and triggers it. Any thread.
    void put(Condition condition, std::int64_t amount = 1) {
        trigger(condition, change(condition, amount));
    }

    // Adds to an amount and tells nobody.
    std::int64_t change(Condition condition, std::int64_t amount) {
        const std::lock_guard lock{mutex()};
        return amounts_[index(condition)] += amount;
    }

    void set(Condition condition, std::int64_t amount) {
        const std::lock_guard lock{mutex()};
        amounts_[index(condition)] = amount;
    }

    // Adds one, and triggers it for one open file only, counted in the order of opening.
    void put_for(std::size_t place, Condition condition) {
        const std::lock_guard lock{mutex()};
        ++amounts_[index(condition)];
        trigger(*files_.at(place), condition);
    }

    // Called, with the resource locked, by each read that found nothing and is about to park.
    void set_before_parking(std::function<void(const ReadRequest&)> call) {
        const std::lock_guard lock{mutex()};
        before_parking_ = std::move(call);
    }

    // Called, with the resource locked, by each open.
    void set_in_open(std::function<void()> call) {
        const std::lock_guard lock{mutex()};
        in_open_ = std::move(call);
    }

    // As put(), by somebody who does not lock, or has locked already.
    void put_unlocked(Condition condition) { trigger(condition, ++amounts_[index(condition)]); }

    // What happened so far; a copy.
    struct Log {
        int opened = 0;
        int closed = 0;
        int closed_duplicates = 0;
        int parked_reads = 0;  // how often a read was parked, again or for the first time
        int parked_writes = 0;
        int parked_ioctls = 0;
        int interrupted = 0;
        std::vector<std::string> written;
        std::vector<Caller> callers;
        std::vector<RequestId> held;
    };
    [[nodiscard]] Log log() const {
        const std::lock_guard lock{mutex()};
        return log_;
    }

    // Whether the log comes to satisfy `holds`.
    template <typename Holds>
    [[nodiscard]] bool log_shows(Holds&& holds) const {
        return core::comes_true([&] { return holds(log()); });
    }

    // Reads are held for somebody who takes them, instead of parked.
    void hold_reads(bool hold) {
        const std::lock_guard lock{mutex()};
        hold_reads_ = hold;
    }
    // Parks or holds a request that somebody has taken, as a handler does.
    void keep_again(Request request, bool held) {
        const std::lock_guard lock{mutex()};
        held ? static_cast<void>(hold(std::move(request))) : park(std::move(request));
    }
    void refuse_opens(std::optional<std::errc> error) {
        const std::lock_guard lock{mutex()};
        refusal_ = error;
    }
    void set_next_threshold(std::int64_t threshold) {
        const std::lock_guard lock{mutex()};
        next_threshold_ = threshold;
    }

protected:
    OpenResult open(const Opening& opening) override {
        if (in_open_) {
            in_open_();
        }
        if (refusal_) {
            return *refusal_;
        }
        ++log_.opened;
        log_.callers.push_back(opening.caller);
        auto file = std::make_unique<OpenFile>();
        file->set_threshold(Condition::input, next_threshold_);
        files_.push_back(file.get());
        return file;
    }

    void close(OpenFile& file) override {
        ++log_.closed;
        std::erase(files_, &file);
    }
    void close_duplicate(OpenFile&, const Caller&) override { ++log_.closed_duplicates; }

    std::int64_t level(OpenFile&, Condition condition) override {
        return amounts_[index(condition)];
    }

    void read(OpenFile&, ReadRequest request) override {
        std::int64_t& input = amounts_[index(Condition::input)];
        if (hold_reads_) {
            log_.held.push_back(request.id());
            hold(std::move(request));
        } else if (input == 0) {
            ++log_.parked_reads;
            if (before_parking_) {
                before_parking_(request);
            }
            park(std::move(request));
        } else {
            --input;
            request.reply("x");
        }
    }

    void write(OpenFile&, WriteRequest request) override {
        std::int64_t& output = amounts_[index(Condition::output)];
        if (output == 0) {
            ++log_.parked_writes;
            park(std::move(request));
            return;
        }
        output -= output == endless ? 0 : 1;
        log_.written.emplace_back(request.text());
        request.accept();
    }

    // Answers what it was given, and the sum of its bytes.
    void ioctl(OpenFile& file, IoctlRequest request) override {
        if (request.command() == waiting) {
            wait_for_others(std::move(request));
            return;
        }
        if (request.input().empty()) {
            Resource::ioctl(file, std::move(request));
            return;
        }
        int sum = 0;
        for (const std::byte byte : request.input()) {
            sum += std::to_integer<int>(byte);
        }
        const std::vector<std::byte> input{request.input().begin(), request.input().end()};
        request.reply(sum, input);
    }

    void interrupted(OpenFile& file, Request request) override {
        ++log_.interrupted;
        Resource::interrupted(file, std::move(request));
    }

private:
    void wait_for_others(IoctlRequest request) {
        for (const Condition condition :
             {Condition::out_of_band, Condition::error, Condition::hang_up}) {
            if (amounts_[index(condition)] > 0) {
                request.reply(static_cast<int>(condition));
                return;
            }
        }
        ++log_.parked_ioctls;
        park(std::move(request));
    }

    [[nodiscard]] static std::size_t index(Condition condition) noexcept {
        return static_cast<std::size_t>(condition);
    }

    std::array<std::int64_t, core::condition_count> amounts_{};
    Log log_;
    std::vector<OpenFile*> files_;
    std::function<void(const ReadRequest&)> before_parking_;
    std::function<void()> in_open_;
    bool hold_reads_ = false;
    std::optional<std::errc> refusal_;
    std::int64_t next_threshold_ = 1;
};

}  // namespace tocsin::resource
