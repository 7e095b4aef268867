// Registration and delivery of raw events. Private to tocsin/core.
#include <tocsin/core/raw_event.h>

#include <fcntl.h>

#include <tocsin/base/check.h>
#include <tocsin/base/errors.h>

namespace tocsin::core {

RawEvent::RawEvent() noexcept : RawEvent(base::Callback<>{}) {}

RawEvent::RawEvent(base::Callback<> handler) noexcept
    : handler_{handler}, watch_{base::Callback<Conditions>::bind<&RawEvent::deliver>(*this)} {}

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
    }
    return error;
}

void RawEvent::unregister() noexcept {
    watch_.unregister();
    channel_.close();
}

// Drained before the handler runs: a post made while it runs is a new one.
void RawEvent::deliver(Conditions) {
    if (channel_.drain() > 0) {
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
