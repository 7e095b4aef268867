// Closing of owned descriptors. Private to tocsin/base.
#include <tocsin/base/descriptor.h>

#include <cerrno>
#include <unistd.h>

#include <tocsin/base/uncancelled.h>

namespace tocsin::base {

void Descriptor::reset(int number) noexcept {
    const int old = std::exchange(number_, number);
    if (old >= 0) {
        // Linux releases the number even when close() says EINTR; a second try would close a
        // stranger's descriptor. It is a cancellation point, and a destructor must not be left so.
        const int error = errno;
        const Uncancelled here;
        ::close(old);
        errno = error;
    }
}

}  // namespace tocsin::base
