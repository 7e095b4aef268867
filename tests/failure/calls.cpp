// Names and errors of the calls that tests make fail. For tests.
#include <tests/failure/calls.h>

#include <array>
#include <cerrno>

namespace tocsin::failure {

namespace {

constexpr Failure again{EAGAIN, false};
constexpr Failure interrupted{EINTR, false};

constexpr Failure no_memory[] = {{ENOMEM}};
constexpr Failure no_descriptor[] = {{EMFILE}, {ENFILE}, {ENOMEM}};
constexpr Failure no_descriptor_or_call[] = {{EMFILE}, {ENFILE}, {ENOMEM}, {ENOSYS}, {EPERM}};
constexpr Failure no_opening[] = {{EMFILE}, {ENFILE}, {ENOMEM}, {EACCES}, interrupted};
constexpr Failure no_duplicate[] = {{EMFILE}};
constexpr Failure no_socket[] = {{EMFILE}, {ENFILE}, {ENOBUFS}};
constexpr Failure no_acceptance[] = {{EMFILE}, {ENFILE}, {ENOMEM}, {ECONNABORTED}, interrupted};
constexpr Failure no_advice[] = {{EINVAL}};
constexpr Failure no_entry[] = {{ENOMEM}, {ENOSPC}};
constexpr Failure no_fine_wait[] = {interrupted, {ENOSYS}, {EPERM}};
constexpr Failure no_wait[] = {interrupted};
constexpr Failure no_pidfd[] = {{EINVAL}};  // Linux 5.3 makes them, and waits for none
constexpr Failure no_poll[] = {interrupted, {ENOMEM}};
constexpr Failure no_address[] = {{EADDRINUSE}, {ENOMEM}};
constexpr Failure no_connection[] = {{ECONNREFUSED}, again, interrupted};
constexpr Failure no_ring[] = {interrupted, {ENOMEM, false}, {ENOBUFS, false}};
constexpr Failure no_answer[] = {interrupted};
constexpr Failure no_answer_now[] = {again};
constexpr Failure no_room[] = {interrupted, {ENOSPC}};
constexpr Failure no_room_now[] = {again};
constexpr Failure not_sent[] = {interrupted, again, {ENOBUFS}, {EPIPE}, {ECONNRESET}};
constexpr Failure not_sent_with_descriptors[] = {interrupted, again,        {ENOBUFS},
                                                 {EPIPE},     {ECONNRESET}, {ETOOMANYREFS}};
constexpr Failure not_received[] = {interrupted, again, {ENOMEM}, {ECONNRESET}};
constexpr Failure no_length[] = {interrupted, {ENOSPC}};
constexpr Failure no_lock[] = {interrupted, {ENOLCK}};
constexpr Failure no_path[] = {{ENOMEM}, {EACCES}};
constexpr Failure no_new_path[] = {{ENOSPC}, {EACCES}};
constexpr Failure no_mount[] = {{ENOMEM}, {ENODEV}};
constexpr Failure no_randomness[] = {interrupted, {ENOSYS}};
constexpr Failure no_thread[] = {{EAGAIN}};
constexpr Failure no_process[] = {{EAGAIN}, {ENOMEM}};
constexpr Failure no_timer[] = {{EAGAIN}, {ENOMEM}};
constexpr Failure no_queue[] = {{EAGAIN}};
constexpr Failure not_quite_closed[] = {{EINTR}, {EIO}};

struct Row {
    const char* name;
    std::span<const Failure> failures;
};

// In the order of Call.
constexpr std::array<Row, call_count> rows{{
    {"allocation", no_memory},
    {"mmap", no_memory},
    {"mremap", no_memory},
    {"madvise", no_advice},
    {"open", no_opening},
    {"fopen", no_opening},
    {"opendir", no_descriptor},
    {"eventfd", no_descriptor_or_call},
    {"epoll_create1", no_descriptor_or_call},
    {"socketpair", no_descriptor_or_call},
    {"pipe2", no_descriptor},
    {"socket", no_socket},
    {"accept4", no_acceptance},
    {"memfd_create", no_descriptor_or_call},
    {"timerfd_create", no_descriptor},
    {"inotify_init1", no_descriptor},
    {"pidfd_open", no_descriptor_or_call},
    {"fcntl", no_duplicate},
    {"close", not_quite_closed},
    {"epoll_ctl", no_entry},
    {"epoll_pwait2", no_fine_wait},
    {"epoll_wait", no_wait},
    {"poll", no_poll},
    {"ppoll", no_poll},
    {"inotify_add_watch", no_entry},
    {"bind", no_address},
    {"connect", no_connection},
    {"listen", no_address},
    {"getsockopt", no_memory},
    {"setsockopt", no_memory},
    {"ring", no_ring},
    {"read", no_answer},
    {"read", no_answer_now},
    {"write", no_answer},
    {"write", no_room_now},
    {"writev", no_answer},
    {"pwrite", no_room},
    {"splice", no_room_now},
    {"send", not_sent},
    {"sendmsg", not_sent_with_descriptors},
    {"recvmsg", not_received},
    {"ftruncate", no_length},
    {"flock", no_lock},
    {"fstat", no_memory},
    {"stat", no_path},
    {"lstat", no_path},
    {"statx", no_path},
    {"access", no_path},
    {"readlink", no_path},
    {"link", no_new_path},
    {"mkdir", no_new_path},
    {"unlink", no_path},
    {"chmod", no_path},
    {"mount", no_mount},
    {"getrandom", no_randomness},
    {"pthread_create", no_thread},
    {"fork", no_process},
    {"posix_spawnp", no_process},
    {"waitid", no_wait},
    {"waitid", no_pidfd},
    {"wait4", no_wait},
    {"timer_create", no_timer},
    {"sigqueue", no_queue},
    {"nanosleep", no_wait},
}};

}  // namespace

const char* name_of(Call call) noexcept {
    return rows[index_of(call)].name;
}

std::span<const Failure> failures_of(Call call) noexcept {
    return rows[index_of(call)].failures;
}

}  // namespace tocsin::failure
