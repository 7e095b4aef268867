// Attributes: making, locking, telling and changing them. Private to tocsin/qnx.
#include <sys/iofunc.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <span>
#include <unistd.h>

#include <tocsin/qnx/calls.h>
#include <tocsin/qnx/credentials.h>

namespace {

using tocsin::qnx::Calls;
using tocsin::qnx::Client;

constexpr mode_t permissions = 07777;

void stamp(time_t& seconds, unsigned& nanoseconds) noexcept {
    timespec now = {};
    clock_gettime(CLOCK_REALTIME, &now);
    seconds = now.tv_sec;
    nanoseconds = static_cast<unsigned>(now.tv_nsec);
}

void make_lock(pthread_mutex_t& lock) noexcept {
    pthread_mutexattr_t recursive;
    pthread_mutexattr_init(&recursive);
    pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&lock, &recursive);
    pthread_mutexattr_destroy(&recursive);
}

timespec time_of(time_t seconds, unsigned nanoseconds) noexcept {
    return {.tv_sec = seconds, .tv_nsec = nanoseconds};
}

// Where the three triplets of bits are.
constexpr unsigned owner_shift = 6;
constexpr unsigned group_shift = 3;
constexpr unsigned others_shift = 0;

int describe_client(const resmgr_context_t& context, int groups_max, _client_info& info) noexcept {
    const std::shared_ptr<Client> client = Calls::find_client(context.info.scoid);
    if (client == nullptr) {
        return ESRCH;
    }
    tocsin::qnx::describe(client->credentials(), groups_max, info);
    return EOK;
}

bool may_change(resmgr_context_t& context, const iofunc_attr_t& attribute) noexcept {
    _client_info info;
    return describe_client(context, 0, info) == EOK &&
           (info.cred.euid == 0 || info.cred.euid == attribute.uid);
}

}  // namespace

void iofunc_attr_init(iofunc_attr_t* attr, mode_t mode, iofunc_attr_t* dattr,
                      struct _client_info* info) {
    *attr = {};
    make_lock(attr->lock);
    attr->mode = mode;
    attr->nlink = 1;
    if (info != nullptr) {
        attr->uid = info->cred.euid;
        attr->gid = info->cred.egid;
    } else {
        attr->uid = dattr == nullptr ? geteuid() : dattr->uid;
        attr->gid = dattr == nullptr ? getegid() : dattr->gid;
    }
    attr->mount = dattr == nullptr ? nullptr : dattr->mount;
    attr->flags = IOFUNC_ATTR_MTIME | IOFUNC_ATTR_ATIME | IOFUNC_ATTR_CTIME;
    iofunc_time_update(attr);
}

// A program may have been compiled with a structure that ends before or behind ours.
int iofunc_mount_init(iofunc_mount_t* mount, size_t size) {
    if (mount == nullptr || size < offsetof(iofunc_mount_t, size)) {
        return EINVAL;
    }
    std::memset(mount, 0, std::min(size, sizeof *mount));
    if (size >= sizeof *mount) {
        mount->conf = IOFUNC_PC_EXT;
        mount->size = sizeof *mount;
    }
    return EOK;
}

int iofunc_mount_fini(iofunc_mount_t* mount) {
    return mount == nullptr ? EINVAL : EOK;
}

int iofunc_attr_lock(iofunc_attr_t* attr) {
    const iofunc_mount_t* const mount = attr->mount;
    if (mount != nullptr && mount->funcs != nullptr && mount->funcs->attr_lock != nullptr) {
        return mount->funcs->attr_lock(attr);
    }
    return pthread_mutex_lock(&attr->lock);
}

int iofunc_attr_trylock(iofunc_attr_t* attr) {
    const iofunc_mount_t* const mount = attr->mount;
    if (mount != nullptr && mount->funcs != nullptr && mount->funcs->attr_trylock != nullptr) {
        return mount->funcs->attr_trylock(attr);
    }
    return pthread_mutex_trylock(&attr->lock);
}

int iofunc_attr_unlock(iofunc_attr_t* attr) {
    const iofunc_mount_t* const mount = attr->mount;
    if (mount != nullptr && mount->funcs != nullptr && mount->funcs->attr_unlock != nullptr) {
        return mount->funcs->attr_unlock(attr);
    }
    return pthread_mutex_unlock(&attr->lock);
}

int iofunc_time_update(iofunc_attr_t* attr) {
    if ((attr->flags & IOFUNC_ATTR_MTIME) != 0) {
        stamp(attr->mtime, attr->mtime_ns);
    }
    if ((attr->flags & IOFUNC_ATTR_ATIME) != 0) {
        stamp(attr->atime, attr->atime_ns);
    }
    if ((attr->flags & IOFUNC_ATTR_CTIME) != 0) {
        stamp(attr->ctime, attr->ctime_ns);
    }
    attr->flags &= ~(IOFUNC_ATTR_MTIME | IOFUNC_ATTR_ATIME | IOFUNC_ATTR_CTIME);
    return EOK;
}

int iofunc_stat(resmgr_context_t*, iofunc_attr_t* attr, struct stat* status) {
    iofunc_time_update(attr);
    *status = {};
    status->st_ino = attr->inode;
    status->st_size = attr->nbytes;
    status->st_dev = attr->mount == nullptr ? 0 : attr->mount->dev;
    status->st_rdev = attr->rdev;
    status->st_uid = attr->uid;
    status->st_gid = attr->gid;
    status->st_mode = attr->mode;
    status->st_nlink = attr->nlink;
    status->st_blksize = attr->mount == nullptr ? 0 : attr->mount->blocksize;
    status->st_mtim = time_of(attr->mtime, attr->mtime_ns);
    status->st_atim = time_of(attr->atime, attr->atime_ns);
    status->st_ctim = time_of(attr->ctime, attr->ctime_ns);
    return EOK;
}

int iofunc_client_info(resmgr_context_t* ctp, int, struct _client_info* info) {
    return describe_client(*ctp, NGROUPS_SHOWN, *info);
}

// The groups may change while they are counted and listed: as many are told as both have seen.
int iofunc_client_info_ext(resmgr_context_t* ctp, int, struct _client_info** info) {
    _client_info known;
    if (const int error = describe_client(*ctp, 0, known)) {
        return error;
    }
    const unsigned count = tocsin::qnx::list_groups(known.pid, {});
    const size_t further = count > NGROUPS_SHOWN ? count - NGROUPS_SHOWN : 0;
    auto* const whole =
        static_cast<_client_info*>(std::malloc(sizeof known + further * sizeof(gid_t)));
    if (whole == nullptr) {
        return ENOMEM;
    }
    *whole = known;
    const unsigned seen = tocsin::qnx::list_groups(known.pid, {&whole->cred.grouplist[0], count});
    whole->cred.ngroups = std::min(count, seen);
    *info = whole;
    return EOK;
}

int iofunc_client_info_ext_free(struct _client_info** info) {
    std::free(*info);
    *info = nullptr;
    return EOK;
}

// The further groups of a client are slow to learn, and asked for when they would decide.
int iofunc_check_access(resmgr_context_t* ctp, const iofunc_attr_t* attr, mode_t mode,
                        const struct _client_info* info) {
    const bool ask = info == nullptr;
    _client_info asked;
    if (ask) {
        if (const int error = describe_client(*ctp, 0, asked)) {
            return error;
        }
        info = &asked;
    }
    const mode_t wanted = mode >> 6U & 07U;
    const auto grants = [&](unsigned shift) { return (wanted & ~(attr->mode >> shift)) == 0; };
    if (info->cred.euid == 0) {
        return EOK;
    }
    if (info->cred.euid == attr->uid) {
        return grants(owner_shift) ? EOK : EACCES;
    }
    if (grants(group_shift) == grants(others_shift)) {
        return grants(others_shift) ? EOK : EACCES;
    }
    if (ask && info->cred.egid != attr->gid) {
        if (const int error = describe_client(*ctp, NGROUPS_SHOWN, asked)) {
            return error;
        }
    }
    const bool is_member = tocsin::qnx::is_in_group(*info, attr->gid);
    return grants(is_member ? group_shift : others_shift) ? EOK : EACCES;
}

int iofunc_chmod(resmgr_context_t* ctp, io_chmod_t* msg, iofunc_ocb_t*, iofunc_attr_t* attr) {
    if (!may_change(*ctp, *attr)) {
        return EPERM;
    }
    attr->mode = (attr->mode & ~permissions) | (msg->i.mode & permissions);
    attr->flags |= IOFUNC_ATTR_CTIME | IOFUNC_ATTR_DIRTY_MODE;
    return iofunc_time_update(attr);
}

// The owner may set any time; who may write, the present one.
int iofunc_utime(resmgr_context_t* ctp, io_utime_t* msg, iofunc_ocb_t*, iofunc_attr_t* attr) {
    if (!may_change(*ctp, *attr)) {
        const bool may_touch =
            msg->i.cur_flag != 0 && iofunc_check_access(ctp, attr, S_IWUSR, nullptr) == EOK;
        if (!may_touch) {
            return msg->i.cur_flag != 0 ? EACCES : EPERM;
        }
    }
    attr->flags |= IOFUNC_ATTR_CTIME | IOFUNC_ATTR_DIRTY_TIME;
    if (msg->i.cur_flag != 0) {
        attr->flags |= IOFUNC_ATTR_ATIME | IOFUNC_ATTR_MTIME;
    } else {
        attr->flags &= ~(IOFUNC_ATTR_ATIME | IOFUNC_ATTR_MTIME);
        attr->atime = msg->i.times.actime;
        attr->mtime = msg->i.times.modtime;
        attr->atime_ns = attr->mtime_ns = 0;
    }
    return iofunc_time_update(attr);
}

int iofunc_chown(resmgr_context_t* ctp, io_chown_t* msg, iofunc_ocb_t*, iofunc_attr_t* attr) {
    constexpr auto same = static_cast<uid_t>(-1);
    const bool changes_owner = msg->i.uid != same && msg->i.uid != attr->uid;
    _client_info info;
    if (const int error = iofunc_client_info(ctp, 0, &info)) {
        return error;
    }
    const bool gives_to_own_group =
        info.cred.euid == attr->uid &&
        (msg->i.gid == same || tocsin::qnx::is_in_group(info, msg->i.gid));
    if (info.cred.euid != 0 && (changes_owner || !gives_to_own_group)) {
        return EPERM;
    }
    attr->uid = msg->i.uid == same ? attr->uid : msg->i.uid;
    attr->gid = msg->i.gid == same ? attr->gid : msg->i.gid;
    attr->flags |= IOFUNC_ATTR_CTIME | IOFUNC_ATTR_DIRTY_OWNER;
    return iofunc_time_update(attr);
}
