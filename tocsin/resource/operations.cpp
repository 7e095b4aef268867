// The table of libfuse and what needs no open file. Private to tocsin/resource.
#include <tocsin/resource/operations.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fuse_lowlevel.h>
#include <string>

#include <tocsin/resource/reply.h>
#include <tocsin/resource/served.h>
#include <tocsin/resource/session.h>
#include <tocsin/resource/status.h>

namespace tocsin::resource {

namespace {

// Clients cannot change what is in a directory.
template <typename... Arguments>
void refuse(::fuse_req* request, Arguments...) {
    ::fuse_reply_err(request, EPERM);
}

// A client may ask for any time; what WallTime has no room for becomes the furthest that it has.
WallTime time_of(const ::timespec& time) noexcept {
    using std::chrono::seconds;
    constexpr seconds furthest =
        std::chrono::floor<seconds>(WallTime::duration::max()) - seconds{1};
    const seconds wanted{
        std::clamp<std::int64_t>(time.tv_sec, -furthest.count(), furthest.count())};
    return WallTime{wanted + std::chrono::nanoseconds{time.tv_nsec % 1'000'000'000}};
}

// What chmod(2), chown(2) and utimensat(2) ask for; the kernel has checked that they may.
void change(Attributes& attributes, const struct ::stat& wanted, int which) {
    const WallTime now = std::chrono::system_clock::now();
    attributes.changed = now;
    if ((which & FUSE_SET_ATTR_MODE) != 0)
        attributes.mode = wanted.st_mode & 07777U;
    if ((which & FUSE_SET_ATTR_UID) != 0)
        attributes.uid = wanted.st_uid;
    if ((which & FUSE_SET_ATTR_GID) != 0)
        attributes.gid = wanted.st_gid;
    if ((which & FUSE_SET_ATTR_ATIME) != 0)
        attributes.accessed = time_of(wanted.st_atim);
    if ((which & FUSE_SET_ATTR_MTIME) != 0)
        attributes.modified = time_of(wanted.st_mtim);
    if ((which & FUSE_SET_ATTR_ATIME_NOW) != 0)
        attributes.accessed = now;
    if ((which & FUSE_SET_ATTR_MTIME_NOW) != 0)
        attributes.modified = now;
}

}  // namespace

const ::fuse_lowlevel_ops& Operations::table() noexcept {
    static const ::fuse_lowlevel_ops operations = [] {
        ::fuse_lowlevel_ops table = {};
        table.init = &init;
        table.lookup = &lookup;
        table.getattr = &getattr;
        table.setattr = &setattr;
        table.mknod = &refuse;
        table.mkdir = &refuse;
        table.unlink = &refuse;
        table.rmdir = &refuse;
        table.symlink = &refuse;
        table.rename = &refuse;
        table.link = &refuse;
        table.open = &open;
        table.read = &read;
        table.write = &write;
        table.ioctl = &ioctl;
        table.poll = &poll;
        table.flush = &flush;
        table.release = &release;
        table.opendir = &opendir;
        table.readdir = &readdir;
        table.getxattr = &getxattr;
        table.listxattr = &listxattr;
        return table;
    }();
    return operations;
}

void Operations::init(void*, ::fuse_conn_info* connection) {
    Channel::agree(*connection);
}

void Operations::lookup(::fuse_req* request, Inode parent, const char* name) {
    reply_or_fail(request, [&] {
        Session& session = owner_of<Session>(request);
        ::fuse_entry_param entry = {};  // time-outs of zero: the kernel asks every time
        entry.ino = session.tree_.look_up(parent, name);
        const Tree::Node* const node = session.tree_.find(entry.ino);
        if (entry.ino == 0 || node == nullptr) {
            ::fuse_reply_err(request, ENOENT);
            return;
        }
        entry.attr = session.tree_.stat_of(entry.ino, *node);
        ::fuse_reply_entry(request, &entry);
    });
}

void Operations::getattr(::fuse_req* request, Inode inode, ::fuse_file_info*) {
    const Session& session = owner_of<Session>(request);
    const Tree::Node* const node = session.tree_.find(inode);
    if (node == nullptr) {
        ::fuse_reply_err(request, ENOENT);
        return;
    }
    const struct ::stat status = session.tree_.stat_of(inode, *node);
    ::fuse_reply_attr(request, &status, 0);
}

int Operations::set_resource(Resource& resource, const struct ::stat& wanted, int which) {
    const std::lock_guard lock{resource.mutex()};
    if ((which & FUSE_SET_ATTR_SIZE) != 0) {
        if (const std::error_code error = resource.truncate(wanted.st_size)) {
            return error.value();
        }
    }
    change(resource.attributes_, wanted, which);
    return 0;
}

void Operations::setattr(::fuse_req* request, Inode inode, struct ::stat* wanted, int which,
                         ::fuse_file_info*) {
    reply_or_fail(request, [&] {
        Session& session = owner_of<Session>(request);
        const Tree::Node* const node = session.tree_.find(inode);
        if (node == nullptr) {
            ::fuse_reply_err(request, ENOENT);
            return;
        }
        if (Resource* const resource = node->resource()) {
            if (const int error = set_resource(*resource, *wanted, which)) {
                ::fuse_reply_err(request, error);
                return;
            }
        } else {
            Attributes attributes = Tree::attributes_of(*node->directory());
            change(attributes, *wanted, which);
            Tree::set_attributes(*node->directory(), attributes);
        }
        const struct ::stat status = session.tree_.stat_of(inode, *node);
        ::fuse_reply_attr(request, &status, 0);
    });
}

void Operations::opendir(::fuse_req* request, Inode inode, ::fuse_file_info* info) {
    const Tree::Node* const node = owner_of<Session>(request).tree_.find(inode);
    if (node == nullptr || node->directory() == nullptr) {
        ::fuse_reply_err(request, ENOTDIR);
    } else {
        ::fuse_reply_open(request, info);
    }
}

// The offset of an entry is its place in the order of names, plus one.
void Operations::readdir(::fuse_req* request, Inode inode, std::size_t size, off_t offset,
                         ::fuse_file_info*) {
    reply_or_fail(request, [&] {
        const std::vector<Tree::Listed> listed = owner_of<Session>(request).tree_.list(inode);
        std::string buffer(size, '\0');
        std::size_t used = 0;
        for (auto place = static_cast<std::size_t>(offset); place < listed.size(); ++place) {
            struct ::stat status = {};
            status.st_ino = listed[place].number;
            status.st_mode = listed[place].kind;
            const std::size_t length = ::fuse_add_direntry(request, buffer.data() + used,
                                                           size - used, listed[place].name.c_str(),
                                                           &status, static_cast<off_t>(place + 1));
            if (length > size - used) {
                break;
            }
            used += length;
        }
        ::fuse_reply_buf(request, buffer.data(), used);
    });
}

void Operations::getxattr(::fuse_req* request, Inode inode, const char* name, std::size_t size) {
    reply_or_fail(request, [&] {
        Session& session = owner_of<Session>(request);
        const Tree::Node* const node = session.tree_.find(inode);
        if (node == nullptr || std::strcmp(name, status_attribute) != 0) {
            ::fuse_reply_err(request, ENODATA);
            return;
        }
        reply_value(request, Status{session}.of(*node), size);
    });
}

void Operations::listxattr(::fuse_req* request, Inode, std::size_t size) {
    // Each name ends with a zero byte.
    reply_value(request, {status_attribute, std::strlen(status_attribute) + 1}, size);
}

}  // namespace tocsin::resource
