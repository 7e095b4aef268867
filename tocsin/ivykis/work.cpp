// Pools of threads: iv_work(3). Private to tocsin/ivykis.
#include <cerrno>
#include <new>

#include <iv_work.h>

#include <tocsin/ivykis/fatal.h>
#include <tocsin/ivykis/thread_loop.h>
#include <tocsin/ivykis/work_pool.h>

namespace {

using tocsin::ivykis::require;
using tocsin::ivykis::ThreadLoop;
using tocsin::ivykis::WorkPool;

WorkPool& pool_of(const iv_work_pool& pool) {
    return *static_cast<WorkPool*>(pool.priv);
}

}  // namespace

int iv_work_pool_create(iv_work_pool* pool) {
    ThreadLoop& loop = ThreadLoop::of_caller("iv_work_pool_create");
    auto* const made = new (std::nothrow) WorkPool{*pool, loop};
    if (made == nullptr) {
        errno = ENOMEM;
        return -1;
    }
    loop.pools().push_back(*made);
    pool->priv = made;
    return 0;
}

void iv_work_pool_put(iv_work_pool* pool) {
    ThreadLoop& loop = ThreadLoop::of_caller("iv_work_pool_put");
    require(pool_of(*pool).is_owned_by(&loop),
            "iv_work_pool_put: called on another thread than the "
            "one that created the pool");
    pool_of(*pool).put();
    pool->priv = nullptr;
}

void iv_work_pool_submit_work(iv_work_pool* pool, iv_work_item* item) {
    ThreadLoop& loop = ThreadLoop::of_caller("iv_work_pool_submit_work");
    if (pool == nullptr) {
        loop.local_work().submit(*item);
        return;
    }
    require(
        pool_of(*pool).is_owned_by(&loop),
        "iv_work_pool_submit_work: called on another thread than the one that created the pool; "
        "on a thread of the pool call iv_work_pool_submit_continuation()");
    pool_of(*pool).submit(*item);
}

void iv_work_pool_submit_continuation(iv_work_pool* pool, iv_work_item* item) {
    pool_of(*pool).submit_continuation(*item);
}
