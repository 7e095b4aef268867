// What libfuse calls for each message. Private to tocsin/resource.
#pragma once

#include <cstddef>
#include <cstdint>
#include <sys/types.h>

struct fuse_conn_info;
struct fuse_entry_param;
struct fuse_file_info;
struct fuse_lowlevel_ops;
struct fuse_pollhandle;
struct fuse_req;
struct stat;

namespace tocsin::resource {

class Resource;
class Session;
struct Caller;
struct PendingRequest;

// The translation between libfuse's words and a session's. Every message is answered exactly once:
// reads, writes and ioctls by the Request that is made of them, all others before these return.
class Operations {
public:
    [[nodiscard]] static const ::fuse_lowlevel_ops& table() noexcept;

private:
    using Inode = std::uint64_t;

    static void init(void* userdata, ::fuse_conn_info* connection);
    static void lookup(::fuse_req* request, Inode parent, const char* name);
    static void getattr(::fuse_req* request, Inode inode, ::fuse_file_info* info);
    static void setattr(::fuse_req* request, Inode inode, struct ::stat* wanted, int which,
                        ::fuse_file_info* info);
    static void open(::fuse_req* request, Inode inode, ::fuse_file_info* info);
    static void read(::fuse_req* request, Inode inode, std::size_t size, ::off_t offset,
                     ::fuse_file_info* info);
    static void write(::fuse_req* request, Inode inode, const char* data, std::size_t size,
                      ::off_t offset, ::fuse_file_info* info);
    static void ioctl(::fuse_req* request, Inode inode, unsigned command, void* argument,
                      ::fuse_file_info* info, unsigned flags, const void* input,
                      std::size_t input_size, std::size_t output_size);
    static void poll(::fuse_req* request, Inode inode, ::fuse_file_info* info,
                     ::fuse_pollhandle* handle);
    static void flush(::fuse_req* request, Inode inode, ::fuse_file_info* info);
    static void release(::fuse_req* request, Inode inode, ::fuse_file_info* info);
    static void opendir(::fuse_req* request, Inode inode, ::fuse_file_info* info);
    static void readdir(::fuse_req* request, Inode inode, std::size_t size, ::off_t offset,
                        ::fuse_file_info* info);
    static void getxattr(::fuse_req* request, Inode inode, const char* name, std::size_t size);
    static void listxattr(::fuse_req* request, Inode inode, std::size_t size);

    static void open_resource(Session& session, ::fuse_req* request, Resource& resource,
                              ::fuse_file_info& info);
    static int set_resource(Resource& resource, const struct ::stat& wanted, int which);
};

}  // namespace tocsin::resource
