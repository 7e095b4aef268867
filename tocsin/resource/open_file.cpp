// Poll's side of an open file. Private to tocsin/resource.
#include <tocsin/resource/open_file.h>

#include <algorithm>
#include <fcntl.h>
#include <fuse_lowlevel.h>

#include <tocsin/base/check.h>
#include <tocsin/resource/channel.h>
#include <tocsin/resource/poll_bits.h>

namespace tocsin::resource {

OpenFile::~OpenFile() {
    // Its arms are cancelled by then: nobody notifies any more.
    if (poll_handle_ != nullptr) {
        ::fuse_pollhandle_destroy(poll_handle_);
    }
}

bool OpenFile::readable() const noexcept {
    return (opening_.flags & O_ACCMODE) != O_WRONLY;
}

bool OpenFile::writable() const noexcept {
    return (opening_.flags & O_ACCMODE) != O_RDONLY;
}

std::int64_t OpenFile::threshold(core::Condition condition) const noexcept {
    const std::size_t place = place_of(condition);
    return place < waiting_.size() ? waiting_[place].threshold : 1;
}

void OpenFile::set_threshold(core::Condition condition, std::int64_t amount) noexcept {
    waiting(condition).threshold = std::max(amount, std::int64_t{1});
}

OpenFile::Waiting& OpenFile::waiting(core::Condition condition) noexcept {
    const std::size_t place = place_of(condition);
    base::check(place < waiting_.size(), "OpenFile: poll(2) cannot wait for this condition; use "
                                         "input, output, out_of_band, error or hang_up");
    return waiting_[place];
}

// A sink. The kernel wakes whoever waits for this open file, and each of them asks again.
void OpenFile::notify(core::Conditions) noexcept {
    ::fuse_lowlevel_notify_poll(poll_handle_);
}

}  // namespace tocsin::resource
