// Puts a resource, or a directory of them, on a path. Public.
#pragma once

#include <memory>
#include <string>

#include <tocsin/base/callback.h>
#include <tocsin/core/loop.h>
#include <tocsin/resource/directory.h>
#include <tocsin/resource/errors.h>
#include <tocsin/resource/resource.h>
#include <tocsin/resource/user_limits.h>

namespace tocsin::resource {

struct MountOptions {
    // Served by the mount's own threads: how many. With a loop: ignored.
    unsigned threads = 1;

    // Called when the path is unmounted by somebody else; on a thread that serves. It may post an
    // Event or stop the loop; not destroy the mount.
    base::Callback<> ended = {};

    // What each user but root and the server's own may hold at the path, all its resources taken
    // together.
    UserLimits limits = {};
};

// Serves a path from construction to stop() or destruction. A resource is put on a regular file, a
// directory on a directory; what is missing is made, and removed at the end if it was made. A mount
// that a dead manager left there is replaced. Other users may come in as far as attributes allow if
// the kernel lets this user admit them (root, or user_allow_other in /etc/fuse.conf).
//
// The descriptor is close-on-exec. A child that forks and does not exec keeps it open: a manager
// killed with -9 is then noticed by its clients only when that child ends, too. What a child
// does to its copy of a mount has no effect.
//
// Threads of the manager that do not serve may be clients. But a manager that is killed with -9
// while one of them is blocked in its own path cannot die before the path is unmounted by force
// (umount -f): the kernel has that thread wait for an answer, and the thread keeps the descriptor.
//
// Costs five descriptors, two more for each thread of its own, and one thread beside those.
//
// Constructors throw std::system_error with an Error, or with errno when descriptors, threads or
// memory are short, and leave nothing behind then.
class Mount {
public:
    // Served from `loop`, which outlives the mount; made, stopped and destroyed on its thread. The
    // resource is there when this returns, and answers whenever the loop turns.
    Mount(core::Loop& loop, std::string path, Resource& resource, const MountOptions& options = {});
    Mount(core::Loop& loop, std::string path, Directory& directory,
          const MountOptions& options = {});

    // Served from threads of its own. Made, stopped and destroyed on any one thread but those.
    Mount(std::string path, Resource& resource, const MountOptions& options = {});
    Mount(std::string path, Directory& directory, const MountOptions& options = {});

    // As stop().
    ~Mount();
    Mount(const Mount&) = delete;
    Mount& operator=(const Mount&) = delete;

    // Ends the service: parked requests fail with EIO, every client is told, the path is
    // unmounted, and the placeholder removed if this mount made it. Handlers are not called any
    // more when this returns. Does nothing the second time. Not from a handler, which would wait
    // for itself.
    void stop() noexcept;

    // Whether the kernel still hands over requests. Any thread.
    [[nodiscard]] bool alive() const noexcept;

    // The path, with the symbolic links on the way to its last name followed.
    [[nodiscard]] const std::string& path() const noexcept;

private:
    struct State;

    std::unique_ptr<State> state_;
};

}  // namespace tocsin::resource
