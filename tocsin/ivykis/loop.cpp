// Start, run and end of a loop, and its time: iv_init(3), iv_time(3). Private to tocsin/ivykis.
#include <unistd.h>

#include <iv.h>

#include <tocsin/ivykis/fatal.h>
#include <tocsin/ivykis/process.h>
#include <tocsin/ivykis/thread_loop.h>

using tocsin::ivykis::ThreadLoop;

// Called by what was compiled before iv_now read the clock by itself; the names are given.
#undef iv_validate_now
extern "C" void iv_validate_now(void);
extern "C" const timespec* __iv_now_location(void);  // NOLINT(readability-identifier-naming)

void iv_init(void) {
    tocsin::ivykis::begin_process();
    ThreadLoop::begin();
}

void iv_deinit(void) {
    static_cast<void>(ThreadLoop::of_caller("iv_deinit"));
    ThreadLoop::end();
}

int iv_inited(void) {
    return ThreadLoop::current() != nullptr ? 1 : 0;
}

void iv_main(void) {
    ThreadLoop::of_caller("iv_main").run();
}

void iv_quit(void) {
    ThreadLoop::of_caller("iv_quit").quit();
}

const char* iv_poll_method_name(void) {
    return tocsin::ivykis::poll_method_name();
}

const timespec* __iv_now_location_valid(void) {
    ThreadLoop* const loop = ThreadLoop::current();
    tocsin::ivykis::require(loop != nullptr,
                            "iv_now: this thread has no loop; call iv_init() in it first");
    return &loop->clock().valid_reading();
}

const timespec* __iv_now_location(void) {
    return &ThreadLoop::of_caller("iv_now").clock().reading();
}

void iv_validate_now(void) {
    static_cast<void>(__iv_now_location_valid());
}

void iv_invalidate_now(void) {
    ThreadLoop::of_caller("iv_invalidate_now").clock().invalidate();
}
