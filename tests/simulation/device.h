// What the simulated manager serves: numbered units, read in order, and room for some writes. For
// the simulation.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <tocsin/resource/resource.h>

namespace tocsin::simulation {

using core::Condition;

class Device final : public resource::Resource {
public:
    // Brings `count` units more, and says so.
    void bring(std::int64_t count) {
        const std::lock_guard lock{mutex()};
        units_ += count;
        trigger(Condition::input, units_);
    }
    // Makes room for `count` writes more, and says so.
    void make_room(std::int64_t count) {
        const std::lock_guard lock{mutex()};
        room_ += count;
        trigger(Condition::output, room_);
    }
    // One of the conditions that are there or not, and that nobody takes away.
    void raise(Condition condition) {
        const std::lock_guard lock{mutex()};
        raised_[index(condition)] = 1;
        trigger(condition, 1);
    }
    void lower(Condition condition) {
        const std::lock_guard lock{mutex()};
        raised_[index(condition)] = 0;
    }

    // How many units an open file that is made next wants to be told of at once.
    void set_threshold(std::int64_t threshold) noexcept { threshold_ = threshold; }

    [[nodiscard]] std::int64_t level(Condition condition) const noexcept {
        switch (condition) {
        case Condition::input:
            return units_;
        case Condition::output:
            return room_;
        default:
            return raised_[index(condition)];
        }
    }
    [[nodiscard]] std::int64_t units_read() const noexcept { return units_read_; }
    [[nodiscard]] int files_open() const noexcept { return files_open_; }

protected:
    resource::OpenResult open(const resource::Opening&) override {
        auto file = std::make_unique<resource::OpenFile>();
        file->set_threshold(Condition::input, threshold_);
        ++files_open_;
        return file;
    }
    void close(resource::OpenFile&) override { --files_open_; }

    std::int64_t level(resource::OpenFile&, Condition condition) override {
        return level(condition);
    }

    // The unit's number, so that nobody gets one twice unnoticed.
    void read(resource::OpenFile&, resource::ReadRequest request) override {
        if (units_ == 0) {
            park(std::move(request));
            return;
        }
        --units_;
        request.reply(std::to_string(units_read_++));
    }

    void write(resource::OpenFile&, resource::WriteRequest request) override {
        if (room_ == 0) {
            park(std::move(request));
            return;
        }
        --room_;
        request.accept();
    }

private:
    [[nodiscard]] static std::size_t index(Condition condition) noexcept {
        return static_cast<std::size_t>(condition);
    }

    std::int64_t units_ = 0;
    std::int64_t units_read_ = 0;
    std::int64_t room_ = 0;
    std::array<std::int64_t, core::condition_count> raised_{};
    std::int64_t threshold_ = 1;
    int files_open_ = 0;
};

}  // namespace tocsin::simulation
