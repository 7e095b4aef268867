// Operations of the face of ivykis. For tests.
#include <tests/failure/ivykis/operations.h>

#include <cerrno>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#include <iv.h>
#include <iv_event.h>
#include <iv_event_raw.h>
#include <iv_inotify.h>
#include <iv_popen.h>
#include <iv_signal.h>
#include <iv_wait.h>
#include <iv_work.h>

#include <tests/core/forked.h>
#include <tests/core/pipe.h>

namespace tocsin::failure {

namespace {

// What a function of ivykis has returned: 0, or -1 with errno. (iv_event_register() returns a
// positive errno in newer versions of the original, and so do others.)
std::error_code told_by(int result) {
    return result == 0 ? std::error_code{} : error_of(result > 0 ? result : errno);
}

void count(void* counter) {
    ++*static_cast<int*>(counter);
}

std::error_code post_an_event(Trial& trial) {
    ::iv_event event{};
    IV_EVENT_INIT(&event);
    event.cookie = &event;
    event.handler = [](void* self) { ::iv_event_unregister(static_cast<::iv_event*>(self)); };
    if (const std::error_code told = told_by(::iv_event_register(&event))) {
        return told;
    }
    ::iv_event_post(&event);
    trial.end();
    ::iv_main();
    return {};
}

std::error_code post_a_raw_event(Trial&) {
    ::iv_event_raw event{};
    IV_EVENT_RAW_INIT(&event);
    event.cookie = &event;
    event.handler = [](void* self) {
        ::iv_event_raw_unregister(static_cast<::iv_event_raw*>(self));
    };
    if (const std::error_code told = told_by(::iv_event_raw_register(&event))) {
        return told;
    }
    ::iv_event_raw_post(&event);
    ::iv_main();
    return {};
}

std::error_code watch_a_descriptor(Trial&) {
    const core::Pipe pipe;
    ::iv_fd watched{};
    IV_FD_INIT(&watched);
    watched.fd = pipe.reader.number();
    watched.cookie = &watched;
    watched.handler_in = [](void* self) { ::iv_fd_unregister(static_cast<::iv_fd*>(self)); };
    if (const std::error_code told = told_by(::iv_fd_register_try(&watched))) {
        return told;
    }
    pipe.write_byte();
    ::iv_main();
    return {};
}

std::error_code watch_a_signal(Trial&) {
    ::iv_signal watched{};
    IV_SIGNAL_INIT(&watched);
    watched.signum = SIGUSR1;
    watched.cookie = &watched;
    watched.handler = [](void* self) { ::iv_signal_unregister(static_cast<::iv_signal*>(self)); };
    if (const std::error_code told = told_by(::iv_signal_register(&watched))) {
        return told;
    }
    ::raise(SIGUSR1);
    ::iv_main();
    return {};
}

std::error_code set_a_timer(Trial&) {
    int delivered = 0;
    ::iv_timer timer{};
    IV_TIMER_INIT(&timer);
    iv_validate_now();
    timer.expires = iv_now;
    timer.cookie = &delivered;
    timer.handler = &count;
    ::iv_timer_register(&timer);
    ::iv_main();
    EXPECT_EQ(delivered, 1) << "a timer needs nothing";
    return {};
}

std::error_code spawn_a_child(Trial&) {
    ::iv_wait_interest interest{};
    IV_WAIT_INTEREST_INIT(&interest);
    interest.cookie = &interest;
    interest.handler = [](void* self, int, const ::rusage*) {
        ::iv_wait_interest_unregister(static_cast<::iv_wait_interest*>(self));
    };
    const int result =
        ::iv_wait_interest_register_spawn(&interest, [](void*) { ::_exit(0); }, nullptr);
    if (const std::error_code told = told_by(result)) {
        return told;
    }
    ::iv_main();
    return {};
}

std::error_code read_from_a_program(Trial&) {
    char file[] = "true";
    char type[] = "r";
    char* arguments[] = {file, nullptr};
    ::iv_popen_request request{};
    IV_POPEN_REQUEST_INIT(&request);
    request.file = file;
    request.argv = arguments;
    request.type = type;
    const int end = ::iv_popen_request_submit(&request);
    if (end < 0) {
        return error_of(errno);
    }
    ::close(end);
    ::iv_popen_request_close(&request);
    ::iv_main();
    return {};
}

std::error_code give_work_to_a_pool(Trial& trial) {
    int completed = 0;
    ::iv_work_pool pool{};
    IV_WORK_POOL_INIT(&pool);
    pool.max_threads = 2;
    if (const std::error_code told = told_by(::iv_work_pool_create(&pool))) {
        return told;
    }
    ::iv_work_item item{};
    IV_WORK_ITEM_INIT(&item);
    item.cookie = &completed;
    item.work = [](void*) {};
    item.completion = &count;
    ::iv_work_pool_submit_work(&pool, &item);
    ::iv_work_pool_put(&pool);
    trial.end();
    ::iv_main();
    EXPECT_EQ(completed, 1);
    return {};
}

std::error_code watch_a_folder(Trial&) {
    ::iv_inotify inotify{};
    IV_INOTIFY_INIT(&inotify);
    if (const std::error_code told = told_by(::iv_inotify_register(&inotify))) {
        return told;
    }
    ::iv_inotify_watch watch{};
    IV_INOTIFY_WATCH_INIT(&watch);
    watch.inotify = &inotify;
    watch.pathname = "/proc/self";
    watch.mask = IN_OPEN;
    watch.handler = [](void*, ::inotify_event*) {};
    const std::error_code told = told_by(::iv_inotify_watch_register(&watch));
    if (!told) {
        ::iv_inotify_watch_unregister(&watch);
    }
    ::iv_inotify_unregister(&inotify);
    return told;
}

// As iv_init(3) says, it has no way to tell of a failure: it ends the program.
std::error_code begin(Trial& trial) {
    const int status = core::in_child([&] {
        ::signal(SIGABRT, SIG_DFL);
        ::iv_deinit();
        ::iv_init();
        ::iv_deinit();
        return 0;
    });
    EXPECT_TRUE(status == 0 || (status == -SIGABRT && trial.reached())) << status;
    return {};
}

}  // namespace

std::vector<Operation> operations_of_ivykis() {
    return {{"post_an_event", &post_an_event},
            {"post_a_raw_event", &post_a_raw_event},
            {"watch_a_descriptor", &watch_a_descriptor},
            {"watch_a_signal", &watch_a_signal},
            {"set_a_timer", &set_a_timer},
            {"spawn_a_child", &spawn_a_child},
            {"read_from_a_program", &read_from_a_program},
            {"give_work_to_a_pool", &give_work_to_a_pool},
            {"watch_a_folder", &watch_a_folder},
            {"begin", &begin}};
}

}  // namespace tocsin::failure
