// What chmod(2), chown(2), utimensat(2) and truncate(2) change. Private to tocsin/qnx.
#include <tocsin/qnx/served_path.h>

#include <cerrno>
#include <ctime>
#include <sys/stat.h>
#include <unistd.h>

#include <tocsin/qnx/connect_message.h>
#include <tocsin/qnx/context.h>
#include <tocsin/qnx/handlers.h>
#include <tocsin/resource/set_attributes.h>

namespace tocsin::qnx {

namespace {

namespace changed = resource::set_attribute;

constexpr unsigned times_of_now = changed::access_time_now | changed::modification_time_now;
constexpr unsigned times = changed::access_time | changed::modification_time | times_of_now;

// The time that is asked for, or the one that there is.
::time_t time_for(unsigned which, unsigned now_bit, unsigned bit, ::time_t wanted,
                  ::time_t present) noexcept {
    if ((which & now_bit) != 0) {
        return ::time(nullptr);
    }
    return (which & bit) != 0 ? wanted : present;
}

// A message of its type in the context.
template <typename Message>
Message& begin(std::uint16_t type) {
    auto& message = Context::current()->new_message<Message>();
    message.i.type = type;
    message.i.combine_len = sizeof message.i;
    return message;
}

}  // namespace

int ServedPath::change_mode(const std::shared_ptr<Binding>& binding, ::mode_t mode) {
    auto& message = begin<::io_chmod_t>(_IO_CHMOD);
    message.i.mode = mode;
    return run_silently(binding, bytes_of(message), call_chmod);
}

int ServedPath::change_owner(const std::shared_ptr<Binding>& binding, const struct ::stat& wanted,
                             unsigned which) {
    constexpr auto same = static_cast<::uid_t>(-1);
    auto& message = begin<::io_chown_t>(_IO_CHOWN);
    message.i.uid = (which & changed::uid) != 0 ? wanted.st_uid : same;
    message.i.gid = (which & changed::gid) != 0 ? wanted.st_gid : same;
    return run_silently(binding, bytes_of(message), call_chown);
}

// A message says both times, or that both are now.
int ServedPath::change_times(const std::shared_ptr<Binding>& binding, const struct ::stat& wanted,
                             unsigned which) {
    struct ::stat present = {};
    if (const int error = stat_of(binding, present); error != 0) {
        return error;
    }
    auto& message = begin<::io_utime_t>(_IO_UTIME);
    message.i.cur_flag = (which & times_of_now) == times_of_now ? 1 : 0;
    message.i.times.actime = time_for(which, changed::access_time_now, changed::access_time,
                                      wanted.st_atim.tv_sec, present.st_atim.tv_sec);
    message.i.times.modtime =
        time_for(which, changed::modification_time_now, changed::modification_time,
                 wanted.st_mtim.tv_sec, present.st_mtim.tv_sec);
    return run_silently(binding, bytes_of(message), call_utime);
}

int ServedPath::change_size(const std::shared_ptr<Binding>& binding, ::off_t size) {
    auto& message = begin<::io_space_t>(_IO_SPACE);
    message.i.subtype = F_FREESP;
    message.i.whence = SEEK_SET;
    message.i.start = static_cast<std::uint64_t>(size);
    const int error = run_silently(binding, bytes_of(message), call_space);
    // What has no size cannot be given one.
    return error == ENOSYS ? EINVAL : error;
}

int ServedPath::change(const std::shared_ptr<Binding>& binding, const struct ::stat& wanted,
                       unsigned which) {
    int error = 0;
    if ((which & changed::mode) != 0) {
        error = change_mode(binding, wanted.st_mode);
    }
    if (error == 0 && (which & (changed::uid | changed::gid)) != 0) {
        error = change_owner(binding, wanted, which);
    }
    if (error == 0 && (which & changed::size) != 0) {
        error = change_size(binding, wanted.st_size);
    }
    if (error == 0 && (which & times) != 0) {
        error = change_times(binding, wanted, which);
    }
    return error;
}

// Through the open file that the kernel names, else through one of its own.
void ServedPath::set_attributes(resource::FileCall call, resource::Node node,
                                std::optional<resource::FileHandle> file,
                                const struct ::stat& wanted, unsigned which) {
    resource::EntryAnswer answer;
    answer.node = node;
    const auto change_through = [&](const std::shared_ptr<Binding>& binding) {
        const int error = change(binding, wanted, which);
        return error == 0 ? stat_of(binding, answer.attributes) : error;
    };
    int error = ENOENT;
    if (file) {
        error = change_through(reinterpret_cast<Binding*>(*file)->shared_from_this());
    } else if (const std::optional<std::string> path = names_.path_of(node)) {
        const std::shared_ptr<Binding> binding = make_binding(call.caller(), node, 0);
        const bool writes = (which & changed::size) != 0;
        error = open_for(binding, {.path = *path, .flags = writes ? unsigned{_IO_FLAG_WR} : 0U});
        if (error == 0) {
            error = change_through(binding);
            close(*Context::current(), *binding);
        }
    }
    error == 0 ? call.reply_attributes(answer) : call.fail(error);
}

}  // namespace tocsin::qnx
