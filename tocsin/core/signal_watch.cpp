// Registration of signal watches. Private to tocsin/core.
#include <tocsin/core/signal_watch.h>

#include <tocsin/base/check.h>
#include <tocsin/core/signal_table.h>

namespace tocsin::core {

std::error_code SignalWatch::register_with(Loop& loop, int signal) noexcept {
    const int signal_before = signal_;
    base::check(!registered(), "SignalWatch::register_with: the watch is registered already; "
                               "unregister it first");
    event_.register_with(loop);
    thread_ = ::pthread_self();
    signal_ = signal;
    const std::error_code error = SignalTable::of_process().add(*this);
    if (error) {
        event_.unregister();
        signal_ = signal_before;
    }
    return error;
}

void SignalWatch::unregister() noexcept {
    if (registered()) {
        SignalTable::of_process().remove(*this);
        event_.unregister();
    }
}

}  // namespace tocsin::core
