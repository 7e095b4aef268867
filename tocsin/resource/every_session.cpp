// Listing the sessions. Private to tocsin/resource.
#include <tocsin/resource/every_session.h>

#include <mutex>
#include <pthread.h>

#include <tocsin/base/list.h>
#include <tocsin/resource/session.h>

namespace tocsin::resource {

namespace {

struct Sessions {
    std::mutex mutex;
    base::List<Session, EverySession> list;
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

void EverySession::add(Session& session) noexcept {
    const std::lock_guard lock{sessions().mutex};
    sessions().list.push_back(session);
}

void EverySession::remove(Session& session) noexcept {
    const std::lock_guard lock{sessions().mutex};
    static_cast<base::Link<EverySession>&>(session).unlink();
}

bool EverySession::is_served_by(::pid_t thread) {
    const std::lock_guard lock{sessions().mutex};
    base::List<Session, EverySession>& list = sessions().list;
    const Session* session = list.first();
    while (session != nullptr && !session->serves(thread)) {
        session = list.next_of(*session);
    }
    return session != nullptr;
}

}  // namespace tocsin::resource
