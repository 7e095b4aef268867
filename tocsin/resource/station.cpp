// Serving from a loop. Private to tocsin/resource.
#include <tocsin/resource/station.h>

#include <system_error>
#include <unistd.h>

namespace tocsin::resource {

Station::Station(core::Loop& loop, Session& session, Role role, base::Callback<> ended)
    : session_{session},
      ended_{ended},
      bell_{base::Callback<>::bind<&Station::work>(*this)},
      watch_{base::Callback<core::Conditions>{[this](core::Conditions) { serve(); }}},
      buffer_(Session::message_size_max) {
    note_thread();
    const std::error_code error = watch_.register_with(loop, session_.channel().descriptor(),
                                                       core::Condition::input, core::Wakes::one);
    if (error) {
        throw std::system_error{error, "cannot watch the descriptor of the mount"};
    }
    if (role == Role::first) {
        bell_.register_with(loop);
        session_.pending().set_bell(&bell_);
    }
}

Station::~Station() {
    if (bell_.registered()) {
        session_.pending().set_bell(nullptr);
    }
    session_.end_serving(thread_);
}

// A loop may move from thread to thread.
void Station::note_thread() {
    thread_local const ::pid_t thread = ::gettid();
    if (thread != thread_) {
        session_.end_serving(thread_);
        session_.begin_serving(thread);
        thread_ = thread;
    }
}

bool Station::serve() {
    note_thread();
    for (int count = 0; count < messages_per_turn_max; ++count) {
        std::size_t size = 0;
        const std::error_code error = session_.channel().receive(buffer_, size);
        if (error == std::errc::resource_unavailable_try_again) {
            return count > 0;
        }
        if (error) {
            end();
            return true;
        }
        session_.process(std::span{buffer_}.first(size));
    }
    return true;
}

void Station::work() {
    note_thread();
    session_.work();
}

void Station::end() {
    watch_.unregister();
    ended_();
}

}  // namespace tocsin::resource
