// Creating and joining. Private to tocsin/ivykis.
#include <tocsin/ivykis/thread_family.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <new>
#include <pthread.h>
#include <unistd.h>

#include <iv.h>

#include <tocsin/core/event.h>
#include <tocsin/ivykis/thread_loop.h>

namespace tocsin::ivykis {

namespace {

constinit std::atomic<bool> debug{false};

struct FreeText {
    void operator()(char* text) const noexcept { std::free(text); }
};

}  // namespace

// One thread. While its creator's loop is there it belongs to that, which frees it; afterwards to
// the thread itself. `lock` guards the change from one to the other.
struct ThreadFamily::Child : base::Link<> {
    std::unique_ptr<char, FreeText> name;
    void (*function)(void*) = nullptr;
    void* argument = nullptr;
    pthread_t thread{};
    std::atomic<unsigned long> id{0};

    mutable std::mutex lock;
    bool has_ended = false;
    bool is_alone = false;  // the creator's loop has gone
    core::Event ended;      // of the creator's loop

    void say(const char* what) const {
        if (debug.load(std::memory_order_relaxed)) {
            std::fprintf(stderr, "iv_thread: [%s] %s\n", name.get(), what);
        }
    }

    static void* run(void* child);
    static void finish(void* child);
};

namespace {

// Tells of the end of a thread, in whatever way it ends: a clean-up in its first frame would not
// do, see cmake/ivykis.cmake.
pthread_key_t key_of_end(void (*finish)(void*)) {
    static pthread_key_t key{};
    static const int error = ::pthread_key_create(&key, finish);
    if (error != 0) {
        iv_fatal("iv_thread_create: pthread_key_create: %s", std::strerror(error));
    }
    return key;
}

}  // namespace

void* ThreadFamily::Child::run(void* child) {
    auto& self = *static_cast<Child*>(child);
    ::pthread_setspecific(key_of_end(&finish), child);
    self.id = iv_get_thread_id();
    self.say("started");
    self.function(self.argument);
    return nullptr;
}

void ThreadFamily::Child::finish(void* child) {
    auto* const self = static_cast<Child*>(child);
    self->say("terminating");
    // Its own loop goes first, whatever order the keys of the thread are in.
    ThreadLoop::end();
    self->lock.lock();
    const bool is_alone = self->is_alone;
    if (!is_alone) {
        self->has_ended = true;
        self->ended.post();
    }
    self->lock.unlock();
    if (is_alone) {
        delete self;
    }
}

int ThreadFamily::create(const char* name, void (*function)(void*), void* argument) {
    auto* const child = new (std::nothrow) Child;
    if (child == nullptr) {
        return ENOMEM;
    }
    child->name.reset(::strdup(name));
    child->function = function;
    child->argument = argument;
    child->ended.set_handler(base::Callback<>{[child] { join(*child); }});
    child->ended.register_with(loop_.core());
    static_cast<void>(key_of_end(&Child::finish));
    const int error = child->name == nullptr
                          ? ENOMEM
                          : ::pthread_create(&child->thread, nullptr, &Child::run, child);
    if (error != 0) {
        delete child;
        return error;
    }
    children_.push_back(*child);
    return 0;
}

void ThreadFamily::join(Child& child) {
    if (!ThreadLoop::current()->core().is_of_this_process()) {
        // Another handler of this turn has forked. The thread is the parent's, and `child` is freed
        // when the loop becomes this process's own.
        static_cast<void>(ThreadLoop::of_caller("iv_thread"));
        return;
    }
    ::pthread_join(child.thread, nullptr);
    child.say("joined");
    child.unlink();
    delete &child;
}

void ThreadFamily::list() const {
    std::fprintf(stderr, "tid\tname\n%lu\tself\n", iv_get_thread_id());
    children_.for_each([](const Child& child) {
        std::fprintf(stderr, "%lu\t%s\n", child.id.load(), child.name.get());
    });
}

void ThreadFamily::abandon() noexcept {
    while (!children_.empty()) {
        Child& child = children_.pop_front();
        // Who posts holds the lock.
        child.lock.lock();
        child.ended.unregister();
        const bool has_ended = child.has_ended;
        child.is_alone = true;
        if (!has_ended) {
            ::pthread_detach(child.thread);
        }
        child.lock.unlock();
        if (has_ended) {
            ::pthread_join(child.thread, nullptr);
            delete &child;
        }
    }
}

void ThreadFamily::hold() const noexcept {
    children_.for_each([](const Child& child) { child.lock.lock(); });
}

void ThreadFamily::release() const noexcept {
    children_.for_each([](const Child& child) { child.lock.unlock(); });
}

void ThreadFamily::forget_threads() noexcept {
    while (!children_.empty()) {
        delete &children_.pop_front();
    }
}

void set_thread_debug(bool on) noexcept {
    debug.store(on, std::memory_order_relaxed);
}

}  // namespace tocsin::ivykis
