// The table of libfuse for a FileSystem, and what concerns names and nodes. Private to
// tocsin/resource.
#include <tocsin/resource/file_system_operations.h>

#include <tocsin/resource/set_attributes.h>

namespace tocsin::resource {

namespace {

static_assert(set_attribute::mode == FUSE_SET_ATTR_MODE);
static_assert(set_attribute::uid == FUSE_SET_ATTR_UID);
static_assert(set_attribute::gid == FUSE_SET_ATTR_GID);
static_assert(set_attribute::size == FUSE_SET_ATTR_SIZE);
static_assert(set_attribute::access_time == FUSE_SET_ATTR_ATIME);
static_assert(set_attribute::modification_time == FUSE_SET_ATTR_MTIME);
static_assert(set_attribute::access_time_now == FUSE_SET_ATTR_ATIME_NOW);
static_assert(set_attribute::modification_time_now == FUSE_SET_ATTR_MTIME_NOW);
static_assert(set_attribute::change_time == FUSE_SET_ATTR_CTIME);

void init(void*, ::fuse_conn_info* connection) {
    Channel::agree(*connection);
}

void lookup(::fuse_req* request, Node parent, const char* name) {
    hand_over(request, nullptr, &FileSystem::look_up, parent, name);
}

void forget(::fuse_req* request, Node node, std::uint64_t count) {
    owner_of<FileSession>(request).file_system().forget(node, count);
    ::fuse_reply_none(request);
}

void forget_many(::fuse_req* request, std::size_t count, ::fuse_forget_data* forgotten) {
    FileSystem& file_system = owner_of<FileSession>(request).file_system();
    for (const ::fuse_forget_data& each : std::span{forgotten, count}) {
        file_system.forget(each.ino, each.nlookup);
    }
    ::fuse_reply_none(request);
}

void getattr(::fuse_req* request, Node node, ::fuse_file_info* info) {
    hand_over(request, info, &FileSystem::get_attributes, node, handle_of(info));
}

void setattr(::fuse_req* request, Node node, struct ::stat* wanted, int which,
             ::fuse_file_info* info) {
    hand_over(request, info, &FileSystem::set_attributes, node, handle_of(info), *wanted,
              static_cast<unsigned>(which));
}

void access(::fuse_req* request, Node node, int mode) {
    hand_over(request, nullptr, &FileSystem::access, node, mode);
}

void readlink(::fuse_req* request, Node node) {
    hand_over(request, nullptr, &FileSystem::read_link, node);
}

void mknod(::fuse_req* request, Node parent, const char* name, ::mode_t mode, ::dev_t device) {
    hand_over(request, nullptr, &FileSystem::make_node, parent, name, mode, device);
}

void mkdir(::fuse_req* request, Node parent, const char* name, ::mode_t mode) {
    hand_over(request, nullptr, &FileSystem::make_directory, parent, name, mode);
}

void symlink(::fuse_req* request, const char* target, Node parent, const char* name) {
    hand_over(request, nullptr, &FileSystem::make_symbolic_link, parent, name, target);
}

void link(::fuse_req* request, Node node, Node parent, const char* name) {
    hand_over(request, nullptr, &FileSystem::link, node, parent, name);
}

void unlink(::fuse_req* request, Node parent, const char* name) {
    hand_over(request, nullptr, &FileSystem::unlink, parent, name);
}

void rmdir(::fuse_req* request, Node parent, const char* name) {
    hand_over(request, nullptr, &FileSystem::remove_directory, parent, name);
}

void rename(::fuse_req* request, Node parent, const char* name, Node new_parent,
            const char* new_name, unsigned flags) {
    hand_over(request, nullptr, &FileSystem::rename, parent, name, new_parent, new_name, flags);
}

void statfs(::fuse_req* request, Node node) {
    hand_over(request, nullptr, &FileSystem::statistics, node);
}

void getxattr(::fuse_req* request, Node node, const char* name, std::size_t size) {
    hand_over(request, nullptr, &FileSystem::get_extended_attribute, node, name, size);
}

void listxattr(::fuse_req* request, Node node, std::size_t size) {
    hand_over(request, nullptr, &FileSystem::list_extended_attributes, node, size);
}

}  // namespace

void add_name_operations(::fuse_lowlevel_ops& table) noexcept {
    table.lookup = &lookup;
    table.forget = &forget;
    table.forget_multi = &forget_many;
    table.getattr = &getattr;
    table.setattr = &setattr;
    table.access = &access;
    table.readlink = &readlink;
    table.mknod = &mknod;
    table.mkdir = &mkdir;
    table.symlink = &symlink;
    table.link = &link;
    table.unlink = &unlink;
    table.rmdir = &rmdir;
    table.rename = &rename;
    table.statfs = &statfs;
    table.getxattr = &getxattr;
    table.listxattr = &listxattr;
}

const ::fuse_lowlevel_ops& file_system_operations() noexcept {
    static const ::fuse_lowlevel_ops operations = [] {
        ::fuse_lowlevel_ops table = {};
        table.init = &init;
        add_name_operations(table);
        add_file_operations(table);
        return table;
    }();
    return operations;
}

}  // namespace tocsin::resource
