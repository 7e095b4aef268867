// Whether names may be made, removed and changed, for managers of directories. Private to
// tocsin/qnx.
#include <sys/iofunc.h>

#include <cerrno>
#include <limits>
#include <sys/stat.h>

namespace {

// Who is asked for: the caller's, or who the context says.
class Asker {
public:
    Asker(resmgr_context_t* context, const struct _client_info* info) noexcept
        : context_{context}, info_{info} {
        if (info_ == nullptr) {
            error_ = iofunc_client_info(context, 0, &own_);
            info_ = &own_;
        }
    }
    Asker(const Asker&) = delete;
    Asker& operator=(const Asker&) = delete;

    [[nodiscard]] int error() const noexcept { return error_; }
    [[nodiscard]] uid_t uid() const noexcept { return info_->cred.euid; }

    // Whether names of the directory may be changed.
    [[nodiscard]] int may_change(const iofunc_attr_t& directory) const noexcept {
        if (error_ != EOK) {
            return error_;
        }
        if (!S_ISDIR(directory.mode)) {
            return ENOTDIR;
        }
        return iofunc_check_access(context_, &directory, S_IWUSR | S_IXUSR, info_);
    }

    // Whether that name of it may be taken away: where it is sticky only by an owner.
    [[nodiscard]] int may_remove(const iofunc_attr_t& directory,
                                 const iofunc_attr_t& attribute) const noexcept {
        if (const int error = may_change(directory)) {
            return error;
        }
        const bool is_owner = uid() == 0 || uid() == attribute.uid || uid() == directory.uid;
        return (directory.mode & S_ISVTX) == 0 || is_owner ? EOK : EPERM;
    }

private:
    resmgr_context_t* const context_;
    const struct _client_info* info_;
    struct _client_info own_ = {};
    int error_ = EOK;
};

void mark_changed(iofunc_attr_t& directory) noexcept {
    directory.flags |= IOFUNC_ATTR_MTIME | IOFUNC_ATTR_CTIME | IOFUNC_ATTR_DIRTY_TIME;
}

void count_link(iofunc_attr_t& attribute, int by) noexcept {
    attribute.nlink = static_cast<nlink_t>(static_cast<long>(attribute.nlink) + by);
    attribute.flags |= IOFUNC_ATTR_CTIME | IOFUNC_ATTR_DIRTY_NLINK | IOFUNC_ATTR_DIRTY_TIME;
}

// A directory has itself for a further name, and each one in it.
bool has_names(const iofunc_attr_t& directory) noexcept {
    return directory.nlink > 2;
}

int may_replace(const iofunc_attr_t& old, const iofunc_attr_t& replaced) noexcept {
    if (S_ISDIR(old.mode) != S_ISDIR(replaced.mode)) {
        return S_ISDIR(old.mode) ? ENOTDIR : EISDIR;
    }
    return S_ISDIR(replaced.mode) && has_names(replaced) ? ENOTEMPTY : EOK;
}

}  // namespace

int iofunc_unlink(resmgr_context_t* ctp, io_unlink_t* msg, iofunc_attr_t* attr,
                  iofunc_attr_t* dattr, struct _client_info* info) {
    const bool wants_directory = S_ISDIR(msg->connect.mode);
    if (wants_directory != S_ISDIR(attr->mode)) {
        return wants_directory ? ENOTDIR : EISDIR;
    }
    if (wants_directory && has_names(*attr)) {
        return ENOTEMPTY;
    }
    const Asker asker{ctp, info};
    if (const int error = dattr == nullptr ? asker.error() : asker.may_remove(*dattr, *attr)) {
        return error;
    }
    if (dattr != nullptr) {
        mark_changed(*dattr);
    }
    count_link(*attr, -1);
    return EOK;
}

int iofunc_mknod(resmgr_context_t* ctp, io_mknod_t* msg, iofunc_attr_t* attr, iofunc_attr_t* dattr,
                 struct _client_info* info) {
    _client_info own;
    if (info == nullptr) {
        if (const int error = iofunc_client_info(ctp, 0, &own)) {
            return error;
        }
        info = &own;
    }
    if (const int error = dattr == nullptr ? EOK : Asker{ctp, info}.may_change(*dattr)) {
        return error;
    }
    const mode_t kind = msg->connect.mode & S_IFMT;
    iofunc_attr_init(attr, kind == 0 ? msg->connect.mode | S_IFREG : msg->connect.mode, dattr,
                     info);
    if (dattr != nullptr) {
        mark_changed(*dattr);
    }
    return EOK;
}

int iofunc_rename(resmgr_context_t* ctp, io_rename_t*, iofunc_attr_t* oldattr,
                  iofunc_attr_t* olddattr, iofunc_attr_t* newattr, iofunc_attr_t* newdattr,
                  struct _client_info* info) {
    const Asker asker{ctp, info};
    if (const int error = asker.may_remove(*olddattr, *oldattr)) {
        return error;
    }
    if (newattr != nullptr) {
        if (const int error = may_replace(*oldattr, *newattr)) {
            return error;
        }
        if (const int error = asker.may_remove(*newdattr, *newattr)) {
            return error;
        }
        count_link(*newattr, -1);
    } else if (const int error = asker.may_change(*newdattr)) {
        return error;
    }
    mark_changed(*olddattr);
    mark_changed(*newdattr);
    oldattr->flags |= IOFUNC_ATTR_CTIME | IOFUNC_ATTR_DIRTY_TIME;
    return EOK;
}

int iofunc_link(resmgr_context_t* ctp, io_link_t*, iofunc_attr_t* attr, iofunc_attr_t* dattr,
                struct _client_info* info) {
    if (S_ISDIR(attr->mode)) {
        return EPERM;
    }
    if (attr->nlink == std::numeric_limits<nlink_t>::max()) {
        return EMLINK;
    }
    const Asker asker{ctp, info};
    if (const int error = dattr == nullptr ? asker.error() : asker.may_change(*dattr)) {
        return error;
    }
    if (dattr != nullptr) {
        mark_changed(*dattr);
    }
    count_link(*attr, 1);
    return EOK;
}

int iofunc_readlink(resmgr_context_t*, io_readlink_t*, iofunc_attr_t* attr, struct _client_info*) {
    return S_ISLNK(attr->mode) ? EOK : EINVAL;
}
