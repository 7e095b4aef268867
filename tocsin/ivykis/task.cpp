// Tasks: iv_task(3). Private to tocsin/ivykis.
#include <new>

#include <iv.h>

#include <tocsin/core/task.h>
#include <tocsin/ivykis/fatal.h>
#include <tocsin/ivykis/thread_loop.h>

namespace {

using tocsin::base::Callback;
using tocsin::core::Task;
using tocsin::ivykis::require;
using tocsin::ivykis::ThreadLoop;

// The core's task begins with the cookie and the handler.
static_assert(sizeof(Task) <= sizeof(iv_task));

Task& slot_of(iv_task& task) {
    return *std::launder(reinterpret_cast<Task*>(&task));
}

const Task& slot_of(const iv_task& task) {
    return *std::launder(reinterpret_cast<const Task*>(&task));
}

}  // namespace

// A task that a handler initialises counts as one that has run in that round already: so one that
// is initialised anew in its own handler waits for the next round.
void IV_TASK_INIT(iv_task* task) {
    ThreadLoop* const loop = ThreadLoop::current();
    ::new (task) Task{Callback<>{task->handler, task->cookie},
                      loop == nullptr ? 0 : loop->core().turn_number()};
}

void iv_task_register(iv_task* task) {
    ThreadLoop& loop = ThreadLoop::of_caller("iv_task_register");
    require(!slot_of(*task).scheduled(), "iv_task_register: the task is registered already");
    slot_of(*task).join_turn(loop.core());
}

void iv_task_unregister(iv_task* task) {
    static_cast<void>(ThreadLoop::of_caller("iv_task_unregister"));
    require(slot_of(*task).scheduled(), "iv_task_unregister: the task is not registered");
    slot_of(*task).cancel();
}

int iv_task_registered(const iv_task* task) {
    return slot_of(*task).scheduled() ? 1 : 0;
}
