// Registration and delivery of raw events. Private to tocsin/core.
#include <tocsin/core/raw_event.h>

#include <fcntl.h>
#include <utility>

#include <tocsin/base/check.h>
#include <tocsin/base/errors.h>
#include <tocsin/base/fork.h>
#include <tocsin/core/loop.h>

namespace tocsin::core {

RawEvent::RawEvent() noexcept : RawEvent(base::Callback<>{}) {}

RawEvent::RawEvent(base::Callback<> handler) noexcept
    : handler_{handler},
      watch_{base::Callback<Conditions>::bind<&RawEvent::deliver>(*this)},
      here_{base::Callback<>::bind<&RawEvent::deliver_with_watches>(*this)} {}

std::error_code RawEvent::register_with(Loop& loop) {
    base::check(!registered(), "RawEvent::register_with: the event is registered already; "
                               "unregister it first");
    if (const std::error_code error = channel_.open()) {
        return error;
    }
    const std::error_code error =
        watch_.register_with(loop, channel_.reading_descriptor(), Condition::input);
    if (error) {
        channel_.close();
        return error;
    }
    process_number_ = static_cast<std::uint16_t>(base::fork_generation());
    here_.register_with(loop);
    --loop.registered_;  // both are one slot of the loop
    return {};
}

void RawEvent::unregister() noexcept {
    if (registered() && here_.loop_->is_of_this_process()) {
        ++here_.loop_->registered_;
    }
    here_.unregister();
    posted_here_ = false;
    watch_.unregister();
    channel_.close();
}

void RawEvent::post() const noexcept {
    if (here_.registered() &&
        process_number_ == static_cast<std::uint16_t>(base::fork_generation())) {
        here_.post();
    } else if (channel_.is_open()) {
        channel_.post();
    }
}

// Told as an error, which a channel never has: that there is input is the kernel's to say.
void RawEvent::deliver_with_watches() noexcept {
    posted_here_ = true;
    watch_.report(Condition::error);
}

// Drained before the handler runs: a post made while it runs is a new one.
void RawEvent::deliver(Conditions ready) {
    const bool others_posted = ready.has(Condition::input) && channel_.drain() > 0;
    if (std::exchange(posted_here_, false) || others_posted) {
        const base::Callback<> handler = handler_;
        handler();
    }
}

std::error_code RawEvent::make_poster(RawPoster& poster) const {
    base::Descriptor copy{::fcntl(channel_.posting_descriptor(), F_DUPFD_CLOEXEC, 0)};
    if (!copy) {
        return base::last_error();
    }
    poster = RawPoster{std::move(copy)};
    return {};
}

}  // namespace tocsin::core
