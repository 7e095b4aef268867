// Operations of a dispatch: attaching, waiting, names, thread pools. For tests.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <tests/failure/qnx/operations.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <unistd.h>

#include <tests/core/patience.h>
#include <tests/core/pipe.h>
#include <tests/failure/qnx/channel.h>

namespace tocsin::failure {

namespace {

struct Dispatch {
    Dispatch() : handle{dispatch_create()} {
        if (handle == nullptr) {
            throw std::system_error{last_error()};
        }
    }
    ~Dispatch() { EXPECT_EQ(dispatch_destroy(handle), 0); }
    Dispatch(const Dispatch&) = delete;
    Dispatch& operator=(const Dispatch&) = delete;

    dispatch_t* const handle;
};

using Context = std::unique_ptr<dispatch_context_t, void (*)(dispatch_context_t*)>;

Context context_of(const Dispatch& dispatch) {
    Context context{dispatch_context_alloc(dispatch.handle), &dispatch_context_free};
    if (context == nullptr) {
        throw std::system_error{last_error()};
    }
    return context;
}

// Does what is there now.
void do_one(const Dispatch& dispatch, dispatch_context_t* context) {
    ::timespec no_time = {};
    EXPECT_EQ(dispatch_timeout(dispatch.handle, &no_time), 0);
    dispatch_context_t* const got = dispatch_block(context);
    if (got != nullptr && got->resmgr_context.rcvid != -1) {
        dispatch_handler(got);
    }
}

int count_pulse(message_context_t*, int, unsigned, void* counter) {
    ++*static_cast<int*>(counter);
    return 0;
}

int count_descriptor(select_context_t*, int, unsigned, void* counter) {
    ++*static_cast<int*>(counter);
    return 0;
}

std::error_code create_a_dispatch(Trial&) {
    const Dispatch dispatch;
    const Context context = context_of(dispatch);
    return {};
}

std::error_code attach_messages(Trial&) {
    const Dispatch dispatch;
    int calls = 0;
    if (message_attach(dispatch.handle, nullptr, 7, 9, &count_pulse, &calls) != 0) {
        return last_error();
    }
    EXPECT_EQ(message_detach(dispatch.handle, 7, 9, 0), 0);
    return {};
}

std::error_code dispatch_a_pulse(Trial& trial) {
    const Dispatch dispatch;
    int calls = 0;
    const int code = pulse_attach(dispatch.handle, MSG_FLAG_ALLOC_PULSE, 0, &count_pulse, &calls);
    if (code < 0) {
        return last_error();
    }
    const int connection = message_connect(dispatch.handle, MSG_FLAG_SIDE_CHANNEL);
    if (connection < 0) {
        return last_error();
    }
    const Context context{dispatch_context_alloc(dispatch.handle), &dispatch_context_free};
    std::error_code told = context == nullptr ? last_error() : std::error_code{};
    if (!told && MsgSendPulse(connection, 10, code, 0) != 0) {
        told = last_error();
    }
    if (!told) {
        do_one(dispatch, context.get());
    }
    trial.end();
    if (!told && calls == 0) {
        do_one(dispatch, context.get());
    }
    EXPECT_EQ(calls, told ? 0 : 1);
    EXPECT_EQ(ConnectDetach(connection), 0);
    return told;
}

std::error_code dispatch_a_descriptor(Trial& trial) {
    const Dispatch dispatch;
    const core::Pipe pipe;
    int calls = 0;
    if (select_attach(dispatch.handle, nullptr, pipe.reader.number(), SELECT_FLAG_READ,
                      &count_descriptor, &calls) != 0) {
        const std::error_code told = last_error();
        EXPECT_EQ(select_detach(dispatch.handle, pipe.reader.number()), -1);
        return told;
    }
    const Context context = context_of(dispatch);
    pipe.write_byte();
    do_one(dispatch, context.get());
    trial.end();
    do_one(dispatch, context.get());
    EXPECT_GE(calls, 1);
    EXPECT_EQ(select_detach(dispatch.handle, pipe.reader.number()), 0);
    return {};
}

// Where names of this user lie.
std::filesystem::path directory_of_names() {
    const char* const own = ::secure_getenv("XDG_RUNTIME_DIR");
    std::filesystem::path directory = "/run/tocsin";
    if (::geteuid() != 0) {
        const bool has_own = own != nullptr && *own == '/';
        directory =
            has_own ? std::string{own} + "/tocsin" : "/tmp/tocsin-" + std::to_string(::geteuid());
    }
    return directory / "name/local";
}

std::error_code attach_a_name(Trial& trial) {
    const std::string name = "tocsin-failure/" + std::to_string(::getpid());
    name_attach_t* const attached = name_attach(nullptr, name.c_str(), 0);
    if (attached == nullptr) {
        const std::error_code told = last_error();
        trial.end();
        EXPECT_EQ(name_open(name.c_str(), 0), -1);
        EXPECT_FALSE(std::filesystem::exists(directory_of_names() / name));
        return told;
    }
    EXPECT_EQ(name_detach(attached, 0), 0);
    return {};
}

resmgr_context_t* alloc_context(dispatch_t* dispatch) {
    dispatch_context_t* const context = dispatch_context_alloc(dispatch);
    return context == nullptr ? nullptr : &context->resmgr_context;
}

dispatch_context_t* whole(resmgr_context_t* context) {
    return reinterpret_cast<dispatch_context_t*>(context);
}

std::atomic<int> pulses_of_pool{0};
std::atomic<int> waits_of_pool{0};

thread_pool_attr_t attributes_of(const Dispatch& dispatch) {
    thread_pool_attr_t attributes = {};
    attributes.handle = dispatch.handle;
    attributes.context_alloc = &alloc_context;
    attributes.context_free = [](resmgr_context_t* context) {
        dispatch_context_free(whole(context));
    };
    attributes.block_func = [](resmgr_context_t* context) {
        ++waits_of_pool;
        return reinterpret_cast<resmgr_context_t*>(dispatch_block(whole(context)));
    };
    attributes.unblock_func = [](resmgr_context_t* context) { dispatch_unblock(whole(context)); };
    attributes.handler_func = [](resmgr_context_t* context) {
        return dispatch_handler(whole(context));
    };
    attributes.lo_water = 2;
    attributes.hi_water = 3;
    attributes.increment = 1;
    attributes.maximum = 4;
    return attributes;
}

int count_in_pool(message_context_t*, int, unsigned, void*) {
    ++pulses_of_pool;
    return 0;
}

// A pool has at least one thread, or the error says that it has none; none ends the program.
std::error_code start_a_pool(Trial& trial) {
    const Dispatch dispatch;
    pulses_of_pool = waits_of_pool = 0;
    if (pulse_attach(dispatch.handle, 0, 5, &count_in_pool, nullptr) != 5) {
        return last_error();
    }
    thread_pool_attr_t attributes = attributes_of(dispatch);
    thread_pool_t* const pool = thread_pool_create(&attributes, 0);
    if (pool == nullptr) {
        return last_error();
    }
    std::error_code told;
    if (thread_pool_start(pool) != 0) {
        told = last_error();
    }
    constexpr std::chrono::milliseconds moment{2};
    static_cast<void>(core::comes_true([] { return waits_of_pool >= 4; }, moment));
    trial.end();
    if (!told) {
        const int connection = message_connect(dispatch.handle, MSG_FLAG_SIDE_CHANNEL);
        EXPECT_EQ(MsgSendPulse(connection, 10, 5, 0), 0);
        EXPECT_TRUE(core::comes_true([] { return pulses_of_pool == 1; }, std::chrono::seconds{5}));
        EXPECT_EQ(ConnectDetach(connection), 0);
    }
    EXPECT_EQ(thread_pool_destroy(pool), 0);
    return told;
}

}  // namespace

std::vector<Operation> operations_of_dispatch() {
    return {{"create_a_dispatch", &create_a_dispatch},
            {"attach_messages", &attach_messages},
            {"dispatch_a_pulse", &dispatch_a_pulse, {EAGAIN}},
            {"dispatch_a_descriptor", &dispatch_a_descriptor},
            {"attach_a_name", &attach_a_name},
            {"start_a_pool", &start_a_pool, {EAGAIN, ENOMEM}}};
}

}  // namespace tocsin::failure
