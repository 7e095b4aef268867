// Telling the kernel that a poll is worth another look. Private to tocsin/resource.
#include <fuse_lowlevel.h>
#include <utility>

#include <tocsin/resource/channel.h>
#include <tocsin/resource/file_call.h>

namespace tocsin::resource {

PollWaker::PollWaker(std::shared_ptr<Channel> channel, ::fuse_pollhandle* handle) noexcept
    : channel_{std::move(channel)}, handle_{handle} {}

PollWaker::PollWaker(PollWaker&& other) noexcept
    : channel_{std::move(other.channel_)}, handle_{std::exchange(other.handle_, nullptr)} {}

PollWaker& PollWaker::operator=(PollWaker&& other) noexcept {
    PollWaker taken{std::move(other)};
    std::swap(channel_, taken.channel_);
    std::swap(handle_, taken.handle_);
    return *this;
}

PollWaker::~PollWaker() {
    if (handle_ != nullptr) {
        ::fuse_pollhandle_destroy(handle_);
    }
}

void PollWaker::wake() const noexcept {
    if (handle_ != nullptr) {
        ::fuse_lowlevel_notify_poll(handle_);
    }
}

}  // namespace tocsin::resource
