// Names as files. Private to tocsin/qnx.
#include <tocsin/qnx/names.h>

#include <array>
#include <cerrno>
#include <cinttypes>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <tocsin/base/errors.h>
#include <tocsin/base/uncancelled.h>
#include <tocsin/qnx/link/unshared.h>

namespace tocsin::qnx {

namespace {

constexpr ::mode_t everybody_reads = 0644;
constexpr ::mode_t everybody_looks = 0755;
constexpr const char* for_all = "/run/tocsin";

[[noreturn]] void fail(int error, const char* what) {
    throw std::system_error{base::error_of(error), what};
}

void check(const std::string& name) {
    const std::filesystem::path path{name};
    bool holds = !name.empty() && name.size() < NAME_MAX && path.is_relative();
    for (const std::filesystem::path& part : path) {
        holds = holds && !part.empty() && part != ".." && part != ".";
    }
    if (!holds) {
        fail(EINVAL, "that is no name");
    }
}

// Of this user alone; root's is for all.
std::string own_directory() {
    if (::geteuid() == 0) {
        return for_all;
    }
    const char* const runtime = ::secure_getenv("XDG_RUNTIME_DIR");
    if (runtime != nullptr && *runtime == '/') {
        return std::string{runtime} + "/tocsin";
    }
    return "/tmp/tocsin-" + std::to_string(::geteuid());
}

// Whoever else could write there could put names there, or have them lead elsewhere. In /tmp
// anybody may have made it.
bool is_own(const std::string& directory) {
    struct ::stat status = {};
    if (::lstat(directory.c_str(), &status) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return false;
        }
        fail(errno, "cannot look at the directory of names");
    }
    return S_ISDIR(status.st_mode) && status.st_uid == ::geteuid() &&
           (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

// Names in a directory that others keep from us are none of ours, see own_directory().
bool may_have_own_names(const std::string& directory) {
    try {
        return is_own(directory);
    } catch (const std::system_error& error) {
        if (error.code() == std::errc::permission_denied) {
            return false;
        }
        throw;
    }
}

// Also with a umask of 0, as managers have.
void make_directory(const std::string& directory) {
    if (::mkdir(directory.c_str(), everybody_looks) != 0 && errno != EEXIST) {
        throw std::system_error{base::last_error(), "cannot make " + directory};
    }
    if (!is_own(directory)) {
        fail(EPERM, "the directory of names is another's");
    }
}

std::string path_of(const std::string& directory, const std::string& name) {
    return directory + "/name/local/" + name;
}

// All directories that the file of the name lies in.
void make_directories(const std::string& own, const std::string& name) {
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path{own}.parent_path(), error);
    make_directory(own);
    std::string directory = own;
    for (const std::filesystem::path& part :
         std::filesystem::path{path_of("", name)}.relative_path().parent_path()) {
        directory += '/' + part.string();
        make_directory(directory);
    }
}

// False when the name is another file's by now, or nobody's.
bool is_same_file(const base::Descriptor& file, const std::string& path) {
    struct ::stat opened = {};
    struct ::stat named = {};
    if (::fstat(file.number(), &opened) != 0) {
        fail(errno, "cannot look at the name");
    }
    if (::stat(path.c_str(), &named) != 0) {
        if (errno == ENOENT) {
            return false;
        }
        fail(errno, "cannot look at the name");
    }
    return opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

// Of the whole file. It belongs to the open file and not to the process, and who only looks takes
// none, so that a name is never in use because somebody has asked for it.
struct ::flock whole(short type) noexcept {
    struct ::flock lock = {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    return lock;
}

// Others can read it, and so lock it against writers only.
bool has_owner(const base::Descriptor& file) {
    struct ::flock found = whole(F_RDLCK);
    if (::fcntl(file.number(), F_OFD_GETLK, &found) != 0) {
        fail(errno, "cannot look at the name");
    }
    return found.l_type != F_UNLCK;
}

// False when somebody else has made it his own.
bool make_own(const base::Descriptor& file) {
    struct ::flock own = whole(F_WRLCK);
    if (::fcntl(file.number(), F_OFD_SETLK, &own) == 0) {
        return true;
    }
    if (errno != EAGAIN && errno != EACCES) {
        fail(errno, "cannot make the name");
    }
    if (has_owner(file)) {
        fail(EEXIST, "the name is in use");
    }
    return false;
}

// The file of a name, which may not be ours. One that was made for it goes again with this, unless
// it is kept, or somebody has made it his own meanwhile.
class NameFile {
public:
    explicit NameFile(const std::string& path)
        : path_{path}, file_{open(O_CREAT | O_EXCL)}, is_new_{static_cast<bool>(file_)} {
        if (!file_ && errno == EEXIST) {
            file_.reset(open(O_CREAT));
        }
        if (!file_) {
            fail(errno, "cannot make the name");
        }
    }
    ~NameFile() {
        if (file_ && is_new_ && is_nobodys()) {
            ::unlink(path_.c_str());
        }
    }
    NameFile(const NameFile&) = delete;
    NameFile& operator=(const NameFile&) = delete;

    [[nodiscard]] const base::Descriptor& get() const noexcept { return file_; }
    [[nodiscard]] base::Descriptor keep() noexcept { return std::move(file_); }

private:
    [[nodiscard]] int open(int flags) const noexcept {
        return ::open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, everybody_reads);
    }
    // Locked, so that nobody takes it over before it is gone. Without a link the name is another
    // file's. Where that cannot be seen it is not so.
    [[nodiscard]] bool is_nobodys() const noexcept {
        struct ::flock mine = whole(F_WRLCK);
        struct ::stat status = {};
        return ::fcntl(file_.number(), F_OFD_SETLK, &mine) == 0 &&
               (::fstat(file_.number(), &status) != 0 || status.st_nlink > 0);
    }

    const std::string& path_;
    base::Descriptor file_;
    const bool is_new_;
};

// Locked; the file of an owner who is gone is taken over.
base::Descriptor lock(const std::string& path) {
    for (;;) {
        NameFile file{path};
        const bool own = make_own(file.get());
        if (is_same_file(file.get(), path)) {
            if (own) {
                return file.keep();
            }
            ::unlink(path.c_str());  // somebody who is no owner keeps it locked
        }
    }
}

bool read_place(const std::string& path, Names::Place& place) {
    const base::Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (!file && base::is_shortage(errno)) {
        fail(errno, "cannot look for the name");
    }
    if (!file || !has_owner(file)) {
        return false;  // there is none, or its owner is gone
    }
    std::array<char, 128> text = {};
    const ssize_t size = ::read(file.number(), text.data(), text.size() - 1);
    if (size < 0) {
        fail(errno, "cannot read the name");
    }
    return size > 0 && std::sscanf(text.data(), "%d %d %" SCNx64, &place.process, &place.chid,
                                   &place.token) == 3;
}

}  // namespace

// A forked child is no owner.
void Names::Owned::own(base::Descriptor file) noexcept {
    file_ = std::move(file);
    Unshared::add(file_.number());
}

void Names::Owned::write(const Place& place) const {
    std::array<char, 128> text = {};
    const int size = std::snprintf(text.data(), text.size(), "%d %d %" PRIx64 "\n", place.process,
                                   place.chid, place.token);
    ssize_t written = -1;
    if (::ftruncate(file_.number(), 0) == 0) {
        written = ::pwrite(file_.number(), text.data(), static_cast<std::size_t>(size), 0);
    }
    if (written != size) {
        fail(written < 0 ? errno : ENOSPC, "cannot write the name");
    }
}

Names::Owned::~Owned() {
    if (fork_generation_ != base::fork_generation()) {
        static_cast<void>(file_.release());  // it was closed at the fork
    } else if (file_) {
        ::unlink(path_.c_str());
        Unshared::remove(file_.number());
    }
}

std::unique_ptr<Names::Owned> Names::add(const std::string& name, const Place& place) {
    const base::Uncancelled here;
    check(name);
    const std::string own = own_directory();
    const std::string path = path_of(own, name);
    make_directories(own, name);
    auto owned = std::make_unique<Owned>(path);
    owned->own(lock(path));
    owned->write(place);
    return owned;
}

Names::Place Names::find(const std::string& name) {
    check(name);
    Place place;
    const std::string own = own_directory();
    if ((may_have_own_names(own) && read_place(path_of(own, name), place)) ||
        read_place(path_of(for_all, name), place)) {
        return place;
    }
    fail(ENOENT, "nobody has that name");
}

}  // namespace tocsin::qnx
