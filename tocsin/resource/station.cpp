// Serving from a loop. Private to tocsin/resource.
#include <tocsin/resource/station.h>

#include <system_error>

namespace tocsin::resource {

Station::Station(core::Loop& loop, Session& session, Role role, base::Callback<> ended)
    : loop_{loop},
      session_{session},
      ended_{ended},
      bell_{base::Callback<>::bind<&Station::work>(*this)},
      watch_{base::Callback<core::Conditions>{[this](core::Conditions) { serve(); }}},
      buffer_(Channel::message_size_max) {
    const std::error_code error = watch_.register_with(loop, session_.channel().descriptor(),
                                                       core::Condition::input, core::Wakes::one);
    if (error) {
        throw std::system_error{error, "cannot watch the descriptor of the mount"};
    }
    session_.begin_serving(loop);
    if (role == Role::first) {
        bell_.register_with(loop);
        session_.pending().set_bell(&bell_);
    }
}

Station::~Station() {
    if (bell_.registered()) {
        session_.pending().set_bell(nullptr);
    }
    session_.end_serving(loop_);
}

bool Station::serve() {
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
    session_.work();
}

void Station::end() {
    watch_.unregister();
    ended_();
}

}  // namespace tocsin::resource
