// ionotify(), devctl() and close() of clients. Private to tocsin/qnx.
#include <devctl.h>
#include <sys/iomsg.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vector>

#include <tocsin/qnx/face_result.h>
#include <tocsin/qnx/link/native_files.h>

using namespace tocsin::qnx;

namespace {

// The pieces after one another, and back again.
class Data {
public:
    Data(const iov_t* sent, int sent_count, const iov_t* taken, int taken_count) noexcept
        : sent_{sent, static_cast<size_t>(std::max(sent_count, 0))},
          taken_{taken, static_cast<size_t>(std::max(taken_count, 0))} {}

    [[nodiscard]] Pieces sent() const noexcept { return sent_; }
    [[nodiscard]] Pieces taken() const noexcept { return taken_; }
    [[nodiscard]] size_t sent_size() const noexcept { return size_of(sent_).value_or(0); }
    [[nodiscard]] size_t size() const noexcept {
        return std::max(sent_size(), size_of(taken_).value_or(0));
    }

private:
    const Pieces sent_;
    const Pieces taken_;
};

// Beyond what one ioctl carries: as a message.
int devctl_by_message(int fd, int dcmd, const Data& data, int* info) {
    io_devctl_t header = {};
    header.i.type = _IO_DEVCTL;
    header.i.combine_len = sizeof header.i;
    header.i.dcmd = dcmd;
    header.i.nbytes = static_cast<uint32_t>(data.size());
    std::vector<iov_t> message{piece_of(&header, sizeof header)};
    std::vector<iov_t> room = message;
    message.insert(message.end(), data.sent().begin(), data.sent().end());
    room.insert(room.end(), data.taken().begin(), data.taken().end());
    const Answer answer = send_through(fd, message, room, {});
    if (answer.error == 0 && info != nullptr) {
        *info = header.o.ret_val;
    }
    return answer.error == ENOSYS ? ENOTTY : answer.error;
}

int devctl_by_ioctl(int fd, int dcmd, const Data& data, int* info) {
    const size_t size = sizeof(NativeDevctl) + data.size();
    std::vector<std::byte> bytes(size);
    NativeDevctl header{.dcmd = dcmd, .size = static_cast<uint32_t>(data.size())};
    std::memcpy(bytes.data(), &header, sizeof header);
    const iov_t all = piece_of(bytes.data(), size);
    copy({&all, 1}, sizeof header, data.sent(), 0);
    if (::ioctl(fd, native_devctl(size), bytes.data()) < 0) {
        return errno == ENOSYS || errno == EINVAL ? ENOTTY : errno;
    }
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.error != 0) {
        return header.error == ENOSYS ? ENOTTY : header.error;
    }
    const iov_t filled =
        piece_of(bytes.data() + sizeof header, std::min<size_t>(header.size, data.size()));
    copy(data.taken(), 0, {&filled, 1}, 0);
    if (info != nullptr) {
        *info = header.result;
    }
    return 0;
}

int send_devctl(int fd, int dcmd, const Data& data, int* info) noexcept {
    if (data.size() > UINT32_MAX) {
        return EINVAL;
    }
    try {
        return data.size() > native_size_max - sizeof(NativeDevctl)
                   ? devctl_by_message(fd, dcmd, data, info)
                   : devctl_by_ioctl(fd, dcmd, data, info);
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
}

}  // namespace

int ionotify(int fd, int action, int flags, const struct sigevent* event) {
    struct sigevent none = {};
    SIGEV_NONE_INIT(&none);
    unsigned conditions = 0;
    const int error = NativeFiles::notify(fd, action, static_cast<unsigned>(flags),
                                          event == nullptr ? none : *event, conditions);
    return error != 0 ? fail_with(error) : static_cast<int>(conditions);
}

int devctl(int fd, int dcmd, void* data, size_t size, int* info) {
    const unsigned direction = get_device_direction(dcmd);
    const iov_t piece = piece_of(data, size);
    return send_devctl(fd, dcmd,
                       {&piece, (direction & _POSIX_DEVDIR_TO) != 0 ? 1 : 0, &piece,
                        (direction & _POSIX_DEVDIR_FROM) != 0 ? 1 : 0},
                       info);
}

int posix_devctl(int fd, int dcmd, void* data, size_t size, int* info) {
    return devctl(fd, dcmd, data, size, info);
}

int devctlv(int fd, int dcmd, int sent_parts, int taken_parts, const iov_t* sent,
            const iov_t* taken, int* info) {
    return send_devctl(fd, dcmd, {sent, sent_parts, taken, taken_parts}, info);
}

int tocsin_close(int fd) {
    NativeFiles::closing(fd);
    return ::close(fd);
}
