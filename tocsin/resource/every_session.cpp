// Listing the sessions. Private to tocsin/resource.
#include <tocsin/resource/every_session.h>

#include <mutex>
#include <pthread.h>

namespace tocsin::resource {

namespace {

struct Sessions {
    std::mutex mutex;
    base::List<EverySession::Member, EverySession> list;
};

void before_fork() noexcept;
void after_fork_in_parent() noexcept;
void after_fork_in_child() noexcept;

Sessions& sessions() noexcept {
    static Sessions all;
    static const int registered =
        ::pthread_atfork(&before_fork, &after_fork_in_parent, &after_fork_in_child);
    static_cast<void>(registered);
    return all;
}

void before_fork() noexcept {
    sessions().mutex.lock();
}

void after_fork_in_parent() noexcept {
    sessions().mutex.unlock();
}

void after_fork_in_child() noexcept {
    sessions().list.clear();
    sessions().mutex.unlock();
}

}  // namespace

void EverySession::add(Member& session) noexcept {
    const std::lock_guard lock{sessions().mutex};
    sessions().list.push_back(session);
}

void EverySession::remove(Member& session) noexcept {
    const std::lock_guard lock{sessions().mutex};
    session.unlink();
}

bool EverySession::is_served_by(::pid_t thread) {
    const std::lock_guard lock{sessions().mutex};
    base::List<Member, EverySession>& list = sessions().list;
    const Member* session = list.first();
    while (session != nullptr && !session->serves(thread)) {
        session = list.next_of(*session);
    }
    return session != nullptr;
}

}  // namespace tocsin::resource
