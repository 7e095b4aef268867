// Fuzz target: what clients ask a manager for by ioctl, natively or not, with sizes that lie.
// Private to fuzz.
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <span>
#include <vector>

#include <tests/resource/file_kernel.h>

#include <tocsin/qnx/context.h>
#include <tocsin/qnx/dispatch.h>
#include <tocsin/qnx/link/native_call.h>
#include <tocsin/qnx/served_path.h>

namespace {

using namespace tocsin;
using namespace tocsin::qnx;

// A device with all defaults and a notify function, which the fuzzer serves as the kernel.
class Manager {
public:
    Manager() {
        iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect_, _RESMGR_IO_NFUNCS, &io_);
        io_.notify = [](::resmgr_context_t* ctp, ::io_notify_t* msg, ::iofunc_ocb_t*) {
            return iofunc_notify(ctp, msg, notify_, 0, nullptr, nullptr);
        };
        IOFUNC_NOTIFY_INIT(notify_);
        iofunc_attr_init(&attribute_, S_IFCHR | 0666, nullptr, nullptr);
        path_ = std::make_shared<ServedPath>(ServedPath::Attachment{.connect = &connect_,
                                                                    .io = &io_,
                                                                    .handle = &attribute_,
                                                                    .channel = dispatch_.channel(),
                                                                    .directory = false,
                                                                    .name = ""});
    }

    [[nodiscard]] ServedPath& path() noexcept { return *path_; }
    [[nodiscard]] Context& context() noexcept { return context_; }

private:
    static inline ::iofunc_notify_t notify_[3];

    Dispatch dispatch_;
    Context context_{dispatch_, 1, std::size_t{1} << 16U};
    ::resmgr_connect_funcs_t connect_ = {};
    ::resmgr_io_funcs_t io_ = {};
    ::iofunc_attr_t attribute_ = {};
    std::shared_ptr<ServedPath> path_;
};

}  // namespace

// Each ioctl is a byte for its number, one for its direction, two for its size, one for how many
// bytes come with it, and these.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Manager manager;
    const Context::Use use{manager.context()};
    resource::FileKernel kernel{manager.path()};
    const std::uint64_t file = kernel.open(O_RDWR);
    if (file == 0) {
        std::abort();
    }
    std::span<const std::uint8_t> rest{data, size};
    while (rest.size() >= 5) {
        const unsigned number = rest[0];
        const unsigned type = (rest[1] & 4U) != 0 ? 't' : native_type;
        const unsigned declared = rest[2] | static_cast<unsigned>(rest[3] & 0x3fU) << 8U;
        const std::size_t length = std::min<std::size_t>(rest[4], rest.size() - 5);
        ::fuse_ioctl_in question = {};
        question.fh = file;
        question.cmd = static_cast<std::uint32_t>(_IOC(rest[1] & 3U, type, number, declared));
        question.in_size = static_cast<std::uint32_t>(length);
        question.out_size = declared;
        const std::span<const std::uint8_t> bytes = rest.subspan(5, length);
        rest = rest.subspan(5 + length);
        const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
        if (!kernel.answer_of(kernel.send(FUSE_IOCTL, FUSE_ROOT_ID, question, text))) {
            std::abort();
        }
    }
    kernel.release(file);
    return 0;
}
