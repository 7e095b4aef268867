// The directory as a QNX resource manager. Private to bench/resource.
namespace bench {
struct Node;
}
#define IOFUNC_ATTR_T bench::Node
#include <sys/iofunc.h>

#include <sys/dispatch.h>

#include <cerrno>
#include <deque>
#include <mutex>

#include <bench/resource/directory.h>

namespace bench {

// The directory itself, or one of its files.
struct Node {
    ::iofunc_attr_t attr;
    ::iofunc_notify_t waiting[3];
    bool ready;
};

namespace {

// There is one directory in a server's process.
std::uint32_t file_count = 0;
Node root;
std::deque<Node> files;
std::mutex mutex;  // guards what is ready, and that nothing changes between a look and an arm
resmgr_io_funcs_t io_functions;

int open_node(resmgr_context_t* context, io_open_t* message, Node*, void*) {
    Node* node = &root;
    if (message->connect.path[0] != '\0') {
        const std::uint32_t number = number_of_file(message->connect.path, file_count);
        if (number >= file_count) {
            return ENOENT;
        }
        node = &files[number];
    }
    const int status = iofunc_open(context, message, &node->attr, nullptr, nullptr);
    return status == EOK ? iofunc_ocb_attach(context, message, nullptr, &node->attr, &io_functions)
                         : status;
}

int read_node(resmgr_context_t* context, io_read_t* message, ::iofunc_ocb_t* ocb) {
    const int status = iofunc_read_verify(context, message, ocb, nullptr);
    if (status != EOK) {
        return status;
    }
    static char byte = 'x';
    const std::lock_guard lock{mutex};
    Node& node = *ocb->attr;
    if (!node.ready) {
        return EAGAIN;
    }
    node.ready = false;
    _IO_SET_READ_NBYTES(context, 1);
    SETIOV(context->iov, &byte, 1);
    return _RESMGR_NPARTS(1);
}

int notify_node(resmgr_context_t* context, io_notify_t* message, ::iofunc_ocb_t* ocb) {
    const std::lock_guard lock{mutex};
    Node& node = *ocb->attr;
    const unsigned met = node.ready ? _NOTIFY_COND_INPUT : 0;
    return iofunc_notify(context, message, node.waiting, static_cast<int>(met), nullptr, nullptr);
}

int close_node(resmgr_context_t* context, io_close_t* message, ::iofunc_ocb_t* ocb) {
    iofunc_notify_remove(context, ocb->attr->waiting);
    return iofunc_close_dup_default(context, message, ocb);
}

void trigger(std::uint32_t number) {
    const std::lock_guard lock{mutex};
    Node& node = files[number];
    node.ready = true;
    iofunc_notify_trigger(node.waiting, 1, IOFUNC_NOTIFY_INPUT);
}

void make_nodes() {
    iofunc_attr_init(&root.attr, S_IFDIR | 0755, nullptr, nullptr);
    IOFUNC_NOTIFY_INIT(root.waiting);
    for (std::uint32_t number = 0; number < file_count; ++number) {
        Node& node = files.emplace_back();
        iofunc_attr_init(&node.attr, S_IFCHR | 0666, nullptr, nullptr);
        node.attr.inode = number + 2;
        IOFUNC_NOTIFY_INIT(node.waiting);
    }
}

}  // namespace

void serve_directory_by_tocsin(const std::string& path, const DirectoryOrder& order) {
    static resmgr_connect_funcs_t connect_functions;
    file_count = order.files;
    make_nodes();
    iofunc_func_init(_RESMGR_CONNECT_NFUNCS, &connect_functions, _RESMGR_IO_NFUNCS, &io_functions);
    connect_functions.open = open_node;
    io_functions.read = read_node;
    io_functions.notify = notify_node;
    io_functions.close_dup = close_node;
    dispatch_t* const dispatch = dispatch_create();
    require(resmgr_attach(dispatch, nullptr, path.c_str(), _FTYPE_ANY, _RESMGR_FLAG_DIR,
                          &connect_functions, &io_functions, &root) != -1,
            "resmgr_attach");
    trigger_when_told(order, trigger);
    say(order.socket, 'r');
    dispatch_context_t* const context = dispatch_context_alloc(dispatch);
    while (dispatch_block(context) != nullptr) {
        dispatch_handler(context);
    }
}

}  // namespace bench
