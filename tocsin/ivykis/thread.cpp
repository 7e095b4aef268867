// Threads that their creator's loop waits for: iv_thread(3). Private to tocsin/ivykis.
#include <cerrno>
#include <unistd.h>

#include <iv.h>
#include <iv_thread.h>

#include <tocsin/ivykis/thread_loop.h>

using tocsin::ivykis::ThreadLoop;

int iv_thread_create(const char* name, void (*start)(void*), void* argument) {
    const int error =
        ThreadLoop::of_caller("iv_thread_create").family().create(name, start, argument);
    if (error != 0) {
        errno = error;
        return -1;
    }
    return 0;
}

void iv_thread_set_debug_state(int state) {
    tocsin::ivykis::set_thread_debug(state != 0);
}

unsigned long iv_thread_get_id(void) {
    return iv_get_thread_id();
}

unsigned long iv_get_thread_id(void) {
    return static_cast<unsigned long>(::gettid());
}

void iv_thread_list_children(void) {
    ThreadLoop::of_caller("iv_thread_list_children").family().list();
}
