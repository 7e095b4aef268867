// thread_pool_create() and its kin. Private to tocsin/qnx.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <cerrno>
#include <new>
#include <pthread.h>

#include <tocsin/qnx/face_result.h>
#include <tocsin/qnx/thread_pool.h>

using tocsin::qnx::ThreadPool;

namespace {

ThreadPool& of(void* pool) noexcept {
    return *static_cast<ThreadPool*>(pool);
}

}  // namespace

thread_pool_t* thread_pool_create(thread_pool_attr_t* attr, unsigned flags) {
    if (!ThreadPool::valid(*attr)) {
        errno = EINVAL;
        return nullptr;
    }
    try {
        return reinterpret_cast<thread_pool_t*>(new ThreadPool{*attr, flags});
    } catch (const std::bad_alloc&) {
        errno = ENOMEM;
        return nullptr;
    }
}

int thread_pool_start(void* pool) {
    if (const int error = of(pool).start(); error != 0) {
        return tocsin::qnx::fail_with(error);
    }
    const unsigned flags = of(pool).flags();
    if ((flags & POOL_FLAG_EXIT_SELF) != 0) {
        ::pthread_exit(nullptr);
    }
    if ((flags & POOL_FLAG_USE_SELF) != 0) {
        if (const int error = of(pool).join(); error != 0) {
            return tocsin::qnx::fail_with(error);
        }
    }
    return 0;
}

int thread_pool_destroy(thread_pool_t* pool) {
    of(pool).end();
    delete &of(pool);
    return 0;
}

int thread_pool_control(thread_pool_t* pool, thread_pool_attr_t* attr, uint16_t lower,
                        uint16_t upper, unsigned flags) {
    if (lower > upper) {
        return tocsin::qnx::fail_with(EINVAL);
    }
    const auto chosen = [flags](unsigned which, int mark) {
        return (flags & which) != 0 ? mark : -1;
    };
    const int error = of(pool).limit(chosen(THREAD_POOL_CONTROL_LOWATER, attr->lo_water),
                                     chosen(THREAD_POOL_CONTROL_HIWATER, attr->hi_water),
                                     chosen(THREAD_POOL_CONTROL_MAXIMUM, attr->maximum),
                                     chosen(THREAD_POOL_CONTROL_INCREMENT, attr->increment));
    if (error == 0 && (flags & THREAD_POOL_CONTROL_NONBLOCK) == 0) {
        of(pool).await_count(lower, upper);
    }
    return tocsin::qnx::error_result(error);
}

int thread_pool_limits(thread_pool_t* pool, int lo_water, int hi_water, int maximum, int increment,
                       unsigned /*flags*/) {
    return tocsin::qnx::error_result(of(pool).limit(lo_water, hi_water, maximum, increment));
}
