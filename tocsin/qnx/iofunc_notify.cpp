// iofunc_notify() and its kin. Private to tocsin/qnx.
#include <sys/iofunc.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include <tocsin/qnx/current.h>
#include <tocsin/qnx/notify_array.h>
#include <tocsin/qnx/notify_bits.h>

namespace tocsin::qnx {

namespace {

using core::Conditions;

constexpr int members_usual = 3;
constexpr std::size_t classic_size = offsetof(struct ::_io_notify, mgr);

// What a client asks, taken out of the message before the reply is built over it.
struct Question {
    int action = 0;
    unsigned flags = 0;
    Conditions asked;
    Conditions extra;  // told if met, although not asked
    struct ::sigevent event = {};
    bool extended = false;

    [[nodiscard]] bool disarms() const noexcept { return SIGEV_GET_TYPE(&event) == SIGEV_NONE; }
};

// What is to be done for it.
struct Answer {
    int error = 0;
    Conditions told = {};
    Conditions armed = {};
};

struct ::sigevent event_of(const ::io_notify_t& message) noexcept {
    struct ::sigevent event = {};
    if (message.i.type == _IO_NOTIFY64) {
        static_assert(sizeof event == sizeof message.i64.event64);
        std::memcpy(&event, &message.i64.event64, sizeof event);
        return event;
    }
    const struct ::__sigevent32& small = message.i.event;
    event.sigev_notify = small.sigev_notify32;
    if ((event.sigev_notify & SIGEV_TYPE_MASK) != 0) {
        event.sigev_notify |= SIGEV_64BIT;
    }
    event.sigev_id = small.sigev_id32;
    event.sigev_value.sival_int = small.sigev_value32;
    event.sigev_code = small.sigev_code32;
    event.sigev_priority = small.sigev_priority32;
    return event;
}

// 0, or why the message is refused. Nothing is read beyond what the client sent.
int read_question(const ::resmgr_context_t& context, const ::io_notify_t& message,
                  Question& question) noexcept {
    if (context.size < classic_size) {
        return EBADMSG;
    }
    question.action = static_cast<int>(message.i.action & _NOTIFY_ACTION_MASK);
    question.flags = static_cast<unsigned>(message.i.flags);
    question.extended = (question.flags & _NOTIFY_COND_EXTEN) != 0;
    const bool wide = message.i.type == _IO_NOTIFY64;
    const std::size_t whole = wide ? sizeof message.i64 : sizeof message.i;
    if ((question.extended || wide) && context.size < whole) {
        return EBADMSG;
    }
    if (message.i.action < 0 || message.i.action > _NOTIFY_ACTION_EDGEARM) {
        return EINVAL;
    }
    question.asked = conditions_of_request(question.flags);
    if (question.extended) {
        question.extra = Conditions::from_bits(static_cast<unsigned>(message.i.flags_extra_mask));
    }
    question.event = event_of(message);
    return 0;
}

// One question, answered against the array, which is locked; there may be none if nobody waits.
class Desk {
public:
    Desk(const Question& question, const Identity& identity, Conditions met, Conditions armable,
         PollMode poll) noexcept
        : question_{question}, identity_{identity}, met_{met}, armable_{armable}, poll_{poll} {}

    // Whether the answer may arm or remember anything, so that the array has to be there.
    [[nodiscard]] bool needs_array() const noexcept {
        if (poll_ != PollMode::none) {
            return poll_ == PollMode::arm;
        }
        switch (question_.action) {
        case _NOTIFY_ACTION_TRANARM:
        case _NOTIFY_ACTION_EDGEARM:
            return !question_.disarms();
        case _NOTIFY_ACTION_CONDARM:
        case _NOTIFY_ACTION_POLLARM:
            return !question_.disarms() && !told().any();
        default:
            return false;
        }
    }

    // `array` is nullptr, or prepared if it is needed.
    [[nodiscard]] Answer answer(NotifyArray* array, const NotifyArray::Lock& lock) noexcept {
        if (poll_ != PollMode::none) {
            return {.told = told(), .armed = poll_ == PollMode::arm ? armable_ : Conditions{}};
        }
        if (question_.action == _NOTIFY_ACTION_TRANARM && needs_array() &&
            array->has_transition(armable_)) {
            return {.error = EBUSY};
        }
        if (array != nullptr) {
            array->disarm(identity_, armable_, lock);
        }
        switch (question_.action) {
        case _NOTIFY_ACTION_TRANARM:
            return {.armed = needs_array() ? armable_ : Conditions{}};
        case _NOTIFY_ACTION_CONDARM:
            return told().any() ? Answer{} : Answer{.error = EAGAIN, .armed = to_arm()};
        case _NOTIFY_ACTION_EDGEARM:
            return edge(array, lock);
        default:
            return {.told = told(), .armed = to_arm()};
        }
    }

private:
    [[nodiscard]] Conditions told() const noexcept {
        return met_ & (question_.asked | question_.extra);
    }
    [[nodiscard]] Conditions to_arm() const noexcept {
        return needs_array() ? armable_ : Conditions{};
    }

    [[nodiscard]] Answer edge(NotifyArray* array, const NotifyArray::Lock& lock) const noexcept {
        if (!needs_array()) {
            return {.told = told()};
        }
        const Conditions edges =
            array->take_edges(identity_, armable_, met_ & armable_, lock) | (told() - armable_);
        return {.told = edges, .armed = armable_ - edges};
    }

    const Question& question_;
    const Identity identity_;
    const Conditions met_;
    const Conditions armable_;  // what was asked and has a member in the array
    const PollMode poll_;
};

Conditions first_conditions(int count) noexcept {
    return Conditions::from_bits((1U << std::clamp(count, 0, _NOTIFY_MAXCOND)) - 1U);
}

void arm(NotifyArray& array, const Identity& identity, const Question& question, int rcvid,
         Conditions indices, const int* counts, const NotifyArray::Lock& lock) noexcept {
    Arming arming{.rcvid = rcvid,
                  .event = question.event,
                  .extended = question.extended,
                  .transition = question.action == _NOTIFY_ACTION_TRANARM};
    indices.for_each([&](core::Condition index) {
        arming.threshold =
            counts == nullptr ? 1 : std::max(counts[static_cast<std::size_t>(index)], 1);
        array.arm(identity, index, arming, lock);
    });
}

// Over the message, as long as the request was, so that the client gets back nothing that it has
// not sent.
void reply(::resmgr_context_t& context, ::io_notify_t& message, unsigned flags,
           bool extended) noexcept {
    const std::size_t size = std::min(
        context.size, message.i.type == _IO_NOTIFY64 ? sizeof message.i64 : sizeof message.o);
    message.o.zero = 0;
    message.o.flags = flags;
    if (!extended) {
        message.o.flags2 = 0;
    }
    SETIOV(context.iov, &message.o, size);
}

// What is answered and armed, in one step that no trigger can fall into.
Answer settle(::iofunc_notify_t* members, const Question& question, int rcvid,
              const Identity& identity, Desk& desk, Conditions armable, const int* counts) {
    const NotifyArray::Lock lock{members};
    std::shared_ptr<NotifyArray> array;
    if (desk.needs_array()) {
        array = NotifyArray::find_or_make(members, lock);
        array->prepare(identity, armable, lock);
    } else {
        array = NotifyArray::find(members, lock);
    }
    const Answer answer = desk.answer(array.get(), lock);
    if (answer.armed.any()) {
        arm(*array, identity, question, rcvid, answer.armed, counts, lock);
    }
    return answer;
}

std::optional<core::Condition> condition_at(int index) noexcept {
    if (index < 0 || index >= core::condition_count) {
        return {};
    }
    return static_cast<core::Condition>(index);
}

Identity identity_of(const ::resmgr_context_t& context) noexcept {
    return {.scoid = context.info.scoid, .coid = context.info.coid};
}

std::shared_ptr<NotifyArray> find_array(::iofunc_notify_t* members) noexcept {
    if (std::atomic_ref{members[0].list}.load(std::memory_order_acquire) == nullptr) {
        return nullptr;
    }
    const NotifyArray::Lock lock{members};
    return NotifyArray::find(members, lock);
}

void publish(NotifyArray& array, ::iofunc_notify_t* members, core::Condition index) noexcept {
    const NotifyArray::Lock lock{members};
    array.publish(index, lock);
}

}  // namespace

}  // namespace tocsin::qnx

using tocsin::qnx::NotifyArray;

int iofunc_notify(resmgr_context_t* ctp, io_notify_t* msg, iofunc_notify_t* nop, int trig,
                  const int* notifycounts, int* armed) {
    using namespace tocsin::qnx;
    const auto trigger = static_cast<unsigned>(trig);
    const bool sized = (trigger & _NOTIFY_COND_EXTEN) != 0 && armed != nullptr;
    const Conditions members = first_conditions(sized ? *armed : members_usual);
    if (armed != nullptr) {
        *armed = 0;
    }
    Question question;
    if (const int error = read_question(*ctp, *msg, question)) {
        return error;
    }
    const Conditions armable = question.asked & members;
    const Identity identity = identity_of(*ctp);
    Desk desk{question, identity, conditions_of_trigger(trigger), armable, CurrentRequest::poll()};
    Answer answer;
    try {
        answer = settle(nop, question, ctp->rcvid, identity, desk, armable, notifycounts);
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
    if (armed != nullptr) {
        *armed = answer.armed.any() ? 1 : 0;
    }
    if (answer.error != 0) {
        return answer.error;
    }
    reply(*ctp, *msg, reply_bits(answer.told, question.flags), question.extended);
    return _RESMGR_NPARTS(1);
}

void iofunc_notify_trigger(iofunc_notify_t* nop, int count, int index) {
    using namespace tocsin::qnx;
    const std::optional<tocsin::core::Condition> condition = condition_at(index);
    const std::shared_ptr<NotifyArray> array = find_array(nop);
    if (condition && array != nullptr) {
        array->trigger(count, *condition);
        publish(*array, nop, *condition);
    }
}

void iofunc_notify_trigger_strict(resmgr_context_t* ctp, iofunc_notify_t* nop, int count,
                                  int index) {
    using namespace tocsin::qnx;
    if (ctp == nullptr) {
        return iofunc_notify_trigger(nop, count, index);
    }
    const std::optional<tocsin::core::Condition> condition = condition_at(index);
    const std::shared_ptr<NotifyArray> array = find_array(nop);
    if (condition && array != nullptr) {
        array->trigger(count, *condition, identity_of(*ctp));
        publish(*array, nop, *condition);
    }
}

void iofunc_notify_remove(resmgr_context_t* ctp, iofunc_notify_t* nop) {
    iofunc_notify_remove_strict(ctp, nop, tocsin::qnx::members_usual);
}

void iofunc_notify_remove_strict(resmgr_context_t* ctp, iofunc_notify_t* nop, int lim) {
    using namespace tocsin::qnx;
    const NotifyArray::Lock lock{nop};
    const std::shared_ptr<NotifyArray> array = NotifyArray::find(nop, lock);
    if (array == nullptr) {
        return;
    }
    if (ctp == nullptr) {
        array->remove_everybody(first_conditions(lim), lock);
    } else {
        array->remove(identity_of(*ctp), first_conditions(lim), lock);
    }
}

void tocsin_notify_disarm(iofunc_notify_t* nop, int index) {
    using namespace tocsin::qnx;
    const std::optional<tocsin::core::Condition> condition = condition_at(index);
    const NotifyArray::Lock lock{nop};
    const std::shared_ptr<NotifyArray> array = NotifyArray::find(nop, lock);
    if (condition && array != nullptr) {
        array->disarm_everybody(*condition, lock);
    }
}
