// The three kinds of slots behind one face, because they are one idea. For tests.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <tocsin/core/event.h>
#include <tocsin/core/loop.h>
#include <tocsin/core/raw_event.h>
#include <tocsin/core/wait_queue.h>

namespace tocsin::core {

// A kind has a Home, in which slots wait, and a Slot, which calls a function when it is delivered.
// Slot::arm_and_look() tells whether the look finds that nothing is to be waited for. Home::fire()
// fires several slots at once; Home::settle() lets everything be delivered.

struct EventKind {
    static constexpr const char* name = "Event";

    class Slot {
    public:
        Slot(Loop& loop, std::function<void()> handler)
            : loop_{loop}, handler_{std::move(handler)} {}
        void arm() {
            if (!event_.registered()) {
                event_.register_with(loop_);
            }
        }
        bool arm_and_look(const std::function<bool()>& look) {
            arm();
            return look();
        }
        void cancel() { event_.unregister(); }
        void fire() { event_.post(); }

    private:
        Loop& loop_;
        std::function<void()> handler_;
        Event event_{base::Callback<>{[this] { std::function<void()>{handler_}(); }}};
    };

    struct Home {
        Slot slot(std::function<void()> handler) { return {loop, std::move(handler)}; }
        void fire(const std::vector<Slot*>& slots) {
            for (Slot* const slot : slots) {
                slot->fire();
            }
        }
        bool turn() { return loop.turn(Wait::no); }
        void settle() { loop.run_until_idle(); }

        Loop loop;
    };
};

struct RawEventKind {
    static constexpr const char* name = "RawEvent";

    class Slot {
    public:
        Slot(Loop& loop, std::function<void()> handler)
            : loop_{loop}, handler_{std::move(handler)} {}
        void arm() {
            if (!event_.registered() && event_.register_with(loop_)) {
                throw std::runtime_error{"no descriptor for a raw event"};
            }
        }
        bool arm_and_look(const std::function<bool()>& look) {
            arm();
            return look();
        }
        void cancel() { event_.unregister(); }
        void fire() { event_.post(); }

    private:
        Loop& loop_;
        std::function<void()> handler_;
        RawEvent event_{base::Callback<>{[this] { std::function<void()>{handler_}(); }}};
    };

    struct Home {
        Slot slot(std::function<void()> handler) { return {loop, std::move(handler)}; }
        void fire(const std::vector<Slot*>& slots) {
            for (Slot* const slot : slots) {
                slot->fire();
            }
        }
        bool turn() { return loop.turn(Wait::no); }
        void settle() { loop.run_until_idle(); }

        Loop loop;
    };
};

struct ArmKind {
    static constexpr const char* name = "Arm";

    class Slot {
    public:
        Slot(WaitQueue& queue, std::function<void()> handler)
            : queue_{queue}, handler_{std::move(handler)} {}
        void arm() { queue_.arm(arm_, Condition::input); }
        bool arm_and_look(const std::function<bool()>& look) {
            return queue_.arm(arm_, Condition::input, 1, look) == Armed::met;
        }
        void cancel() { queue_.cancel(arm_); }
        void fire() { queue_.trigger_all(arm_.owner(), Condition::input); }

    private:
        WaitQueue& queue_;
        std::function<void()> handler_;
        Arm arm_{Sink{[this](Conditions) { std::function<void()>{handler_}(); }},
                 reinterpret_cast<std::uintptr_t>(this)};
    };

    // A trigger delivers before it returns.
    struct Home {
        Slot slot(std::function<void()> handler) { return {queue, std::move(handler)}; }
        void fire(const std::vector<Slot*>&) { queue.trigger(Condition::input); }
        bool turn() { return false; }
        void settle() {}

        WaitQueue queue;
    };
};

struct KindNames {
    template <typename Kind>
    static std::string GetName(int) {
        return Kind::name;
    }
};

}  // namespace tocsin::core
