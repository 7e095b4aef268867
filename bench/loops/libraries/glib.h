// GLib: a GSource for each slot, in a main context of their own. Private to bench/loops.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// Its headers have casts of C in them.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <glib.h>
#pragma GCC diagnostic pop

#include <bench/loops/handler.h>
#include <bench/measure/stopwatch.h>

namespace bench {

struct Glib {
    static constexpr const char* name = "GLib";
    static constexpr const char* descriptors_name = name;
    static constexpr bool is_queue = false;
    static constexpr bool in_order = false;
    static constexpr bool looks_at_all = true;
    static constexpr std::size_t events_max = SIZE_MAX;
    static std::string version() {
        return std::to_string(::glib_major_version) + "." + std::to_string(::glib_minor_version) +
               "." + std::to_string(::glib_micro_version);
    }

    // A loop over a context of its own.
    class Loop {
    public:
        explicit Loop(Handler handler) : handler_{handler} {}
        // The context destroys the sources that are still attached.
        ~Loop() {
            ::g_main_loop_unref(loop_);
            ::g_main_context_unref(context_);
        }
        Loop(const Loop&) = delete;
        Loop& operator=(const Loop&) = delete;

        void run() { ::g_main_loop_run(loop_); }
        void stop() { ::g_main_loop_quit(loop_); }

    protected:
        // A source of its user's, which GLib allocates with what the user wants in it.
        struct Source {
            GSource base;
            Loop* own;
            std::size_t index;
            gpointer tag;  // of its descriptor
        };

        Source* attach(GSourceFuncs& functions, std::size_t index, int descriptor = -1) {
            GSource* const base = ::g_source_new(&functions, sizeof(Source));
            auto* const source = reinterpret_cast<Source*>(base);
            source->own = this;
            source->index = index;
            if (descriptor >= 0) {
                source->tag = ::g_source_add_unix_fd(base, descriptor, G_IO_IN);
            }
            ::g_source_attach(base, context_);
            // The context holds it now, until it is destroyed.
            ::g_source_unref(base);
            return source;
        }
        static void deliver(GSource* base) {
            const auto& source = *reinterpret_cast<Source*>(base);
            source.own->handler_(source.index);
        }

        GMainContext* context_ = ::g_main_context_new();
        Handler handler_;

    private:
        GMainLoop* loop_ = ::g_main_loop_new(context_, FALSE);
    };

    class Events : public Loop {
    public:
        Events(std::size_t count, Handler handler) : Loop{handler} {
            for (std::size_t index = 0; index < count; ++index) {
                sources_.push_back(attach(functions, index));
            }
        }
        void post(std::size_t index) { ::g_source_set_ready_time(&sources_[index]->base, 0); }
        void again(std::size_t index) { post(index); }

    private:
        static gboolean dispatch(GSource* base, GSourceFunc, gpointer) {
            ::g_source_set_ready_time(base, -1);
            deliver(base);
            return G_SOURCE_CONTINUE;
        }
        inline static GSourceFuncs functions = {nullptr, nullptr, &dispatch,
                                                nullptr, nullptr, nullptr};

        std::vector<Source*> sources_;
    };

    // A timer is a source that lives as long as it is armed, as in GLib's manual. Sources that stay
    // attached, with a ready time to be set, would expire in less time, but each turn would look at
    // the idle ones too, and each arming and cancelling would write to the wake-up's eventfd.
    class Timers : public Loop {
    public:
        Timers(std::size_t count, Handler handler)
            : Loop{handler}, slots_(count, Slot{this, nullptr}) {}

        void arm(std::size_t index, std::chrono::nanoseconds distance) {
            Slot& slot = slots_[index];
            slot.source = ::g_timeout_source_new(static_cast<guint>(distance.count() / 1'000'000));
            ::g_source_set_callback(slot.source, &expire, &slot, nullptr);
            ::g_source_attach(slot.source, context_);
            ::g_source_unref(slot.source);
        }
        void cancel(std::size_t index) {
            if (slots_[index].source != nullptr) {
                ::g_source_destroy(slots_[index].source);
                slots_[index].source = nullptr;
            }
        }

    private:
        struct Slot {
            Timers* own;
            GSource* source;
        };
        static gboolean expire(gpointer context) {
            Slot& slot = *static_cast<Slot*>(context);
            slot.source = nullptr;
            slot.own->handler_(static_cast<std::size_t>(&slot - slot.own->slots_.data()));
            return G_SOURCE_REMOVE;
        }

        std::vector<Slot> slots_;
    };

    class Descriptors : public Loop {
    public:
        Descriptors(std::size_t count, Handler handler) : Loop{handler}, sources_(count) {}

        void watch(std::size_t index, int descriptor) {
            sources_[index] = attach(functions, index, descriptor);
        }
        void unwatch(std::size_t index) { ::g_source_destroy(&sources_[index]->base); }
        void pause(std::size_t index) { look_for(index, GIOCondition{}); }
        void resume(std::size_t index) { look_for(index, G_IO_IN); }
        void turn() { ::g_main_context_iteration(context_, FALSE); }

    private:
        static gboolean dispatch(GSource* base, GSourceFunc, gpointer) {
            deliver(base);
            return G_SOURCE_CONTINUE;
        }
        inline static GSourceFuncs functions = {nullptr, nullptr, &dispatch,
                                                nullptr, nullptr, nullptr};

        void look_for(std::size_t index, GIOCondition condition) {
            Source& source = *sources_[index];
            ::g_source_modify_unix_fd(&source.base, source.tag, condition);
        }

        std::vector<Source*> sources_;
    };
};

}  // namespace bench
