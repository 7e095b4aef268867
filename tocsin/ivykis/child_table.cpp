// Finding out whose child has changed. Private to tocsin/ivykis.
#include <tocsin/ivykis/child_table.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <mutex>
#include <pthread.h>
#include <sys/wait.h>

#include <iv_event.h>

#include <tocsin/ivykis/thread_loop.h>

namespace tocsin::ivykis {

namespace {

constexpr unsigned in_table = 1;

constinit std::mutex table_lock;

iv_wait_interest& interest_of(const iv_avl_node& node) {
    char* const place = reinterpret_cast<char*>(const_cast<iv_avl_node*>(&node));
    return *reinterpret_cast<iv_wait_interest*>(place - offsetof(iv_wait_interest, avl_node));
}

// By number; several interests in one child stand beside each other.
int compare(const iv_avl_node* left, const iv_avl_node* right) {
    const pid_t a = interest_of(*left).pid;
    const pid_t b = interest_of(*right).pid;
    if (a != b) {
        return a < b ? -1 : 1;
    }
    return std::less<>{}(left, right) ? -1 : static_cast<int>(left != right);
}

bool is_end(int status) {
    return WIFEXITED(status) || WIFSIGNALED(status);
}

}  // namespace

// Held across a fork, and empty in the child, whose parent's children are not its own.
ChildTable::ChildTable() : interests_{compare, nullptr} {
    ::pthread_atfork([] { table_lock.lock(); }, [] { table_lock.unlock(); },
                     [] {
                         iv_avl_tree& interests = of_process().interests_;
                         for (iv_avl_node* node = iv_avl_tree_min(&interests); node != nullptr;
                              node = iv_avl_tree_next(node)) {
                             interest_of(*node).flags = 0;
                         }
                         interests.root = nullptr;
                         table_lock.unlock();
                     });
}

ChildTable& ChildTable::of_process() {
    static ChildTable table;
    return table;
}

void ChildTable::add(iv_wait_interest& interest, ThreadLoop& loop) {
    const std::lock_guard lock{table_lock};
    interest.dummy = &loop;
    interest.flags = in_table;
    iv_avl_tree_insert(&interests_, &interest.avl_node);
}

void ChildTable::remove(iv_wait_interest& interest) {
    const std::lock_guard lock{table_lock};
    remove_locked(interest);
}

void ChildTable::remove_locked(iv_wait_interest& interest) {
    if ((interest.flags & in_table) != 0) {
        iv_avl_tree_delete(&interests_, &interest.avl_node);
    }
    interest.flags = 0;
}

void ChildTable::abandon(const ThreadLoop& loop) {
    const std::lock_guard lock{table_lock};
    iv_avl_node* next = nullptr;
    for (iv_avl_node* node = iv_avl_tree_min(&interests_); node != nullptr; node = next) {
        next = iv_avl_tree_next(node);
        if (interest_of(*node).dummy == &loop) {
            remove_locked(interest_of(*node));
        }
    }
}

bool ChildTable::take_change(iv_wait_interest& interest, int& status, rusage& usage) {
    const std::lock_guard lock{table_lock};
    if ((interest.flags & in_table) == 0) {
        return false;
    }
    pid_t changed = 0;
    do {
        changed = ::wait4(interest.pid, &status, WNOHANG | WUNTRACED | WCONTINUED, &usage);
    } while (changed < 0 && errno == EINTR);
    if (changed < 0 || (changed > 0 && is_end(status))) {
        remove_locked(interest);
    }
    return changed > 0;
}

int ChildTable::send_signal(const iv_wait_interest& interest, int signal) {
    const std::lock_guard lock{table_lock};
    return (interest.flags & in_table) == 0 ? -ESRCH : ::kill(interest.pid, signal);
}

// The kernel names one child that has changed, without a change to that. If it is nobody's here,
// others may stand behind it, and all are asked.
void ChildTable::find_change() {
    const std::lock_guard lock{table_lock};
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WCONTINUED | WNOHANG | WNOWAIT) != 0 ||
        info.si_pid == 0) {
        return;
    }
    bool found = false;
    for (iv_avl_node* node = interests_.root; node != nullptr && !found;) {
        iv_wait_interest& interest = interest_of(*node);
        if (interest.pid == info.si_pid) {
            iv_event_post(&interest.ev);
            // Another thread may be slow to reap it, and what stands behind it is not seen before.
            found = interest.dummy == ThreadLoop::current();
            break;
        }
        node = info.si_pid < interest.pid ? node->left : node->right;
    }
    for (iv_avl_node* node = found ? nullptr : iv_avl_tree_min(&interests_); node != nullptr;
         node = iv_avl_tree_next(node)) {
        iv_event_post(&interest_of(*node).ev);
    }
}

ChildSignal::ChildSignal() noexcept
    : watch_{base::Callback<>{[](void*) { ChildTable::of_process().find_change(); }, nullptr}} {}

void ChildSignal::begin(ThreadLoop& loop) {
    if (interests_++ == 0) {
        // SIGCHLD can be caught, and watching it needs no resources.
        static_cast<void>(watch_.register_with(loop.core(), SIGCHLD));
    }
}

void ChildSignal::renew(ThreadLoop& loop) {
    if (interests_ > 0) {
        watch_.unregister();
        static_cast<void>(watch_.register_with(loop.core(), SIGCHLD));
    }
}

void ChildSignal::end() noexcept {
    if (--interests_ == 0) {
        watch_.unregister();
    }
}

}  // namespace tocsin::ivykis
