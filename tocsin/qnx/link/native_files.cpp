// Asking managers through descriptors. Private to tocsin/qnx.
#include <tocsin/qnx/link/native_files.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <new>
#include <sys/ioctl.h>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include <tocsin/qnx/channels.h>
#include <tocsin/qnx/events.h>
#include <tocsin/qnx/link/implied_events.h>
#include <tocsin/qnx/link/remote_message.h>
#include <tocsin/qnx/process_table.h>

namespace tocsin::qnx {

namespace {

// What is known of a descriptor. It may have been closed and be another file by now, so that for
// all but pulses, whose senders never wait, a manager's word is believed, and not this.
struct Known {
    std::shared_ptr<ServerLink> link;
    int chid = 0;
    int scoid = 0;  // once a pulse was sent
    bool armed = false;
};

struct Table {
    std::mutex mutex;
    std::unordered_map<int, Known> descriptors;
};

ProcessTable<Table> table;

Known find(int descriptor) {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    const auto found = all.descriptors.find(descriptor);
    return found == all.descriptors.end() ? Known{} : found->second;
}

void remember(int descriptor, const Known& known) {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    all.descriptors[descriptor] = known;
}

template <typename Change>
void change_known(int descriptor, Change&& change) noexcept {
    Table& all = table.get();
    const std::lock_guard lock{all.mutex};
    if (const auto found = all.descriptors.find(descriptor); found != all.descriptors.end()) {
        change(found->second);
    }
}

// A file that nobody serves knows no such call.
int error_of_ioctl() noexcept {
    switch (errno) {
    case ENOTTY:
    case EINVAL:
    case EOPNOTSUPP:
        return ENOSYS;
    default:
        return errno;
    }
}

int ask(int descriptor, unsigned command, void* question) noexcept {
    return ::ioctl(descriptor, command, question) >= 0 ? 0 : error_of_ioctl();
}

// Asks who serves it, and makes the link. Throws std::bad_alloc.
int look_up(int descriptor, Known& known) {
    NativeWho who;
    if (const int error = ask(descriptor, native_who, &who); error != 0) {
        return error;
    }
    if (who.version != native_version) {
        return ENOSYS;
    }
    try {
        known = {.link = ServerLink::to(who.process), .chid = who.chid};
        remember(descriptor, known);
        return 0;
    } catch (const std::system_error& error) {
        return error.code().value();
    }
}

// `call` with what is known of the descriptor, and again when that has turned out to be stale.
template <typename Call>
int with_link(int descriptor, Call&& call) {
    try {
        Known known = find(descriptor);
        int error = ESTALE;
        if (known.link != nullptr && !known.link->ended()) {
            error = call(known);
        }
        if (error == ESTALE) {
            error = look_up(descriptor, known);
            if (error == 0) {
                error = call(known);
            }
        }
        return error;
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
}

constinit NativeFiles files;

}  // namespace

NativeFiles& NativeFiles::instance() noexcept {
    return files;
}

int NativeFiles::notify(int descriptor, int action, unsigned flags, const struct ::sigevent& event,
                        unsigned& conditions) {
    return with_link(descriptor, [&](const Known& known) {
        NativeNotify question;
        question.ticket = known.link->ticket();
        question.coid = descriptor;
        question.action = action;
        question.flags = flags;
        question.event = event;
        if (const int error = ImpliedEvents::make_handle(question.event, *known.link)) {
            return error;
        }
        if (!known.armed && SIGEV_GET_TYPE(&event) != SIGEV_NONE) {
            change_known(descriptor, [](Known& noted) { noted.armed = true; });
        }
        const int error = ask(descriptor, native_notify, &question);
        conditions = question.flags;
        return error != 0 ? error : question.error;
    });
}

void NativeFiles::closing(int descriptor) noexcept {
    Known known;
    {
        Table& all = table.get();
        const std::lock_guard lock{all.mutex};
        const auto found = all.descriptors.find(descriptor);
        if (found == all.descriptors.end()) {
            return;
        }
        known = std::move(found->second);
        all.descriptors.erase(found);
    }
    if (known.armed) {
        NativeClose question{.ticket = known.link->ticket(), .coid = descriptor};
        static_cast<void>(ask(descriptor, native_close, &question));
    }
}

void NativeFiles::tell_of_death(const ServerLink& link) noexcept {
    std::vector<int> dead;
    try {
        Table& all = table.get();
        const std::lock_guard lock{all.mutex};
        for (const auto& [descriptor, known] : all.descriptors) {
            if (known.link.get() == &link) {
                dead.push_back(descriptor);
            }
        }
    } catch (const std::bad_alloc&) {
        // Nobody is told of the others, as there is no memory for it.
    }
    std::ranges::for_each(dead, &Channels::tell_of_death);
}

Answer NativeFiles::send(int descriptor, Pieces message, Pieces room, Timeout timeout) {
    Answer answer;
    do {
        answer.error = with_link(descriptor, [&](const Known& known) {
            try {
                RemoteMessage sending{*known.link, false, message, room};
                return sending.exchange_through(descriptor, timeout, answer);
            } catch (const std::system_error& error) {
                return error.code().value();
            }
        });
    } while (answer.error == ERESTART);
    return answer;
}

int NativeFiles::pulse(int descriptor, const PulseContent& content) noexcept {
    return with_link(descriptor, [&](const Known& known) {
        NativeEnter entered{.ticket = known.link->ticket(), .scoid = known.scoid};
        if (entered.scoid == 0) {
            const int error = ask(descriptor, native_enter, &entered);
            if (error != 0 || entered.error != 0) {
                return error != 0 ? error : entered.error;
            }
            change_known(descriptor, [&](Known& noted) { noted.scoid = entered.scoid; });
        }
        return known.link->pulse(known.chid, entered.scoid, content);
    });
}

ServerIdentity NativeFiles::identity(int descriptor) noexcept {
    ServerIdentity identity = 0;
    static_cast<void>(with_link(descriptor, [&](const Known& known) {
        identity = known.link->identity();
        return 0;
    }));
    return identity;
}

}  // namespace tocsin::qnx
