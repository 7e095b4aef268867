// Open files and their clients. Private to tocsin/qnx.
#include <tocsin/qnx/binding.h>

#include <cerrno>
#include <fcntl.h>
#include <utility>

#include <tocsin/qnx/calls.h>
#include <tocsin/qnx/served_path.h>

namespace tocsin::qnx {

struct ::sigevent FileClient::poll_event() noexcept {
    struct ::sigevent event = {};
    SIGEV_PULSE_INT_INIT(&event, 0, SIGEV_PULSE_PRIO_INHERIT, 0, 0);
    event.sigev_notify |= SIGEV_FLAG_HANDLE;
    return event;
}

void FileClient::set_waker(resource::PollWaker waker) noexcept {
    const std::lock_guard lock{mutex_};
    if (!waker_) {
        waker_ = std::move(waker);
    }
}

int FileClient::deliver(const struct ::sigevent& event) noexcept {
    if ((event.sigev_notify & SIGEV_FLAG_HANDLE) == 0) {
        return EINVAL;
    }
    const std::lock_guard lock{mutex_};
    waker_.wake();
    return 0;
}

Binding::Binding(std::shared_ptr<ServedPath> path, std::shared_ptr<FileClient> client,
                 resource::Node node, int flags) noexcept
    : path_{std::move(path)}, client_{std::move(client)}, node_{node}, flags_{flags} {}

Binding::~Binding() {
    Calls::leave_client(*client_);
}

void Binding::bind(void* ocb, const ::resmgr_io_funcs_t* functions) noexcept {
    ocb_ = ocb;
    functions_ = functions;
}

bool Binding::note_flags(int flags) noexcept {
    constexpr int changeable = O_NONBLOCK | O_APPEND;
    return ((flags_.exchange(flags) ^ flags) & changeable) != 0;
}

}  // namespace tocsin::qnx
