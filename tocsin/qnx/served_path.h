// What resmgr_attach() makes: a path that a manager serves. Private to tocsin/qnx.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/iofunc.h>

#include <tocsin/base/list.h>
#include <tocsin/qnx/attached_paths.h>
#include <tocsin/qnx/binding.h>
#include <tocsin/qnx/channel.h>
#include <tocsin/qnx/current.h>
#include <tocsin/qnx/file_message.h>
#include <tocsin/qnx/handlers.h>
#include <tocsin/qnx/link/native_call.h>
#include <tocsin/qnx/node_names.h>
#include <tocsin/resource/file_server.h>
#include <tocsin/resource/file_system.h>

namespace tocsin::qnx {

class ClientLink;
class Context;
struct Connect;

// What a message is answered with that nobody waits for.
struct SilentReply {
    std::span<std::byte> room;
    std::size_t size = 0;  // of what was put there
    long status = 0;
};

// Turns the calls of the kernel into QNX's messages, calls the manager's functions for them, and
// answers the kernel with what they reply, at once or later. All of it runs in the threads that
// handle messages of the dispatch.
class ServedPath final : public resource::FileSystem,
                         public std::enable_shared_from_this<ServedPath> {
public:
    // The tables and the handle are the manager's.
    struct Attachment {
        const ::resmgr_connect_funcs_t* connect = nullptr;
        const ::resmgr_io_funcs_t* io = nullptr;
        void* handle = nullptr;
        std::shared_ptr<Channel> channel;  // where native clients are connected, too
        bool directory = false;            // and all paths below it
        std::string name = {};             // as the program says it; empty when it has none
    };

    // Throws std::bad_alloc.
    explicit ServedPath(Attachment attachment);
    ~ServedPath() override;

    // Mounts the path. One that is not served is reached by no client. Throws std::system_error.
    void serve(const std::string& path);
    [[nodiscard]] bool is_served() const noexcept { return server_.has_value(); }

    // Takes the path away. Open files are closed from a context of the caller's; nobody is in
    // process() any more, and nobody comes.
    void stop(Context& context) noexcept;

    [[nodiscard]] const Attachment& attachment() const noexcept { return attachment_; }
    [[nodiscard]] int id() const noexcept { return number_.value(); }
    [[nodiscard]] resource::FileServer& server() noexcept { return *server_; }

    // Processes the message of the kernel that lies in the context.
    void process(Context& context);

    // A native client is gone. In a thread that handles messages.
    void client_gone(Context& context, const Client& client) noexcept;

    // An open that fails may have bound an OCB before it did.
    void close_refused(const std::shared_ptr<Binding>& binding) noexcept;

    // Has a parked message's client unblocked by a thread that handles messages: by a pulse, which
    // comes to unblock() there. Any thread.
    void ask_to_unblock(const FileMessage& message) noexcept;
    void unblock(Context& context, FileMessage& message);

    // Calls the function for a parked message once more, which lies in it and not in the context.
    // Throws std::bad_alloc.
    void run_again(Context& context, const std::shared_ptr<FileMessage>& message);

    // The message goes.
    void leave(FileMessage& message) noexcept;

    // The kernel holds the open file from now on until its last close(2), or the end of the path.
    void hold(Binding& binding);

    // Names below a directory, see served_directory.cpp.
    void look_up(resource::FileCall call, resource::Node parent, std::string_view name) override;
    void forget(resource::Node node, std::uint64_t count) noexcept override;
    void read_link(resource::FileCall call, resource::Node node) override;
    void make_node(resource::FileCall call, resource::Node parent, std::string_view name,
                   ::mode_t mode, ::dev_t device) override;
    void make_directory(resource::FileCall call, resource::Node parent, std::string_view name,
                        ::mode_t mode) override;
    void make_symbolic_link(resource::FileCall call, resource::Node parent, std::string_view name,
                            std::string_view target) override;
    void link(resource::FileCall call, resource::Node node, resource::Node parent,
              std::string_view name) override;
    void unlink(resource::FileCall call, resource::Node parent, std::string_view name) override;
    void remove_directory(resource::FileCall call, resource::Node parent,
                          std::string_view name) override;
    void rename(resource::FileCall call, resource::Node parent, std::string_view name,
                resource::Node new_parent, std::string_view new_name, unsigned flags) override;
    void create(resource::FileCall call, resource::Node parent, std::string_view name,
                ::mode_t mode, int flags) override;
    void open_directory(resource::FileCall call, resource::Node node, int flags) override;
    void read_directory(resource::FileCall call, resource::Node node, resource::FileHandle file,
                        std::size_t size, std::int64_t offset) override;
    void release_directory(resource::Node node, resource::FileHandle file) noexcept override;

    void get_attributes(resource::FileCall call, resource::Node node,
                        std::optional<resource::FileHandle> file) override;
    void set_attributes(resource::FileCall call, resource::Node node,
                        std::optional<resource::FileHandle> file, const struct ::stat& wanted,
                        unsigned which) override;
    void access(resource::FileCall call, resource::Node node, int mode) override;
    void open(resource::FileCall call, resource::Node node, int flags) override;
    void read(resource::FileCall call, resource::Node node, resource::FileHandle file,
              std::size_t size, std::int64_t offset, int flags) override;
    void write(resource::FileCall call, resource::Node node, resource::FileHandle file,
               std::span<std::byte> data, std::int64_t offset, int flags) override;
    void ioctl(resource::FileCall call, resource::Node node, resource::FileHandle file,
               unsigned command, std::uint64_t argument, std::span<const std::byte> input,
               std::size_t output_size) override;
    [[nodiscard]] bool gives_up(unsigned command) const noexcept override;
    void poll(resource::FileCall call, resource::Node node, resource::FileHandle file,
              unsigned events, resource::PollWaker waker) override;
    void sync(resource::FileCall call, resource::Node node, resource::FileHandle file,
              bool data_only) override;
    void flush(resource::FileCall call, resource::Node node, resource::FileHandle file) override;
    void release(resource::Node node, resource::FileHandle file) noexcept override;
    [[nodiscard]] bool interrupt(resource::CallId id) override;

private:
    // A message of its kind, and what becomes of its end.
    struct Kind {
        Handler handler;
        FileMessage::Finish finish;
        PollMode poll = PollMode::none;
    };

    // Makes a message of `bytes` and hands it over. Throws std::bad_alloc.
    void send(resource::FileCall call, const std::shared_ptr<Binding>& binding,
              std::span<std::byte> bytes, std::size_t reply_size, const Kind& kind,
              std::uintptr_t context = 0, const Sender& from = {});
    void run(Context& context, const std::shared_ptr<FileMessage>& message,
             std::span<std::byte> bytes, const Kind& kind);
    [[nodiscard]] int first_parked() noexcept;
    void settle(const ::resmgr_context_t& request, Context& context,
                const std::shared_ptr<FileMessage>& message, int result);
    void tell_of_interrupt(Context& context, FileMessage& message);
    [[nodiscard]] ::resmgr_context_t& begin_request(Context& context, FileMessage& message,
                                                    std::span<std::byte> bytes) const noexcept;

    [[nodiscard]] static ::_msg_info info_of(const resource::Caller& caller, const Binding& binding,
                                             const Sender& from) noexcept;
    [[nodiscard]] static std::shared_ptr<Client> sender_of(const Binding& binding,
                                                           const Sender& from) noexcept;
    [[nodiscard]] std::shared_ptr<Binding> make_binding(const resource::Caller& caller,
                                                        resource::Node node, int flags);
    [[nodiscard]] int run_silently(const std::shared_ptr<Binding>& binding,
                                   std::span<std::byte> bytes, Handler handler,
                                   SilentReply* reply = nullptr, const Sender& from = {});
    [[nodiscard]] int connect(const std::shared_ptr<Binding>& binding, const Connect& what,
                              Handler handler, SilentReply* reply = nullptr);
    [[nodiscard]] int open_for(const std::shared_ptr<Binding>& binding, const Connect& what,
                               bool* is_link = nullptr);
    [[nodiscard]] int stat_of(const std::shared_ptr<Binding>& binding, struct ::stat& status);
    [[nodiscard]] int stat_at(const std::shared_ptr<Binding>& binding, std::string_view path,
                              struct ::stat& status);
    void open_at(resource::FileCall call, resource::Node node, int flags, Binding::Kind kind);
    void reply_entry(resource::FileCall call, resource::Node parent, std::string_view name);
    void make_name(resource::FileCall call, resource::Node parent, std::string_view name,
                   Connect what, Handler handler);
    void remove_name(resource::FileCall call, resource::Node parent, std::string_view name,
                     ::mode_t kind);
    [[nodiscard]] int read_entries(const std::shared_ptr<Binding>& binding);
    [[nodiscard]] int list_up_to(const std::shared_ptr<Binding>& binding, std::int64_t offset);
    [[nodiscard]] std::shared_ptr<Binding> pin_any(resource::Node node);
    [[nodiscard]] int change_mode(const std::shared_ptr<Binding>& binding, ::mode_t mode);
    [[nodiscard]] int change_owner(const std::shared_ptr<Binding>& binding,
                                   const struct ::stat& wanted, unsigned which);
    [[nodiscard]] int change_times(const std::shared_ptr<Binding>& binding,
                                   const struct ::stat& wanted, unsigned which);
    [[nodiscard]] int change_size(const std::shared_ptr<Binding>& binding, ::off_t size);
    [[nodiscard]] int change(const std::shared_ptr<Binding>& binding, const struct ::stat& wanted,
                             unsigned which);
    void tell_flags(const std::shared_ptr<Binding>& binding, int flags);
    [[nodiscard]] int seek(const std::shared_ptr<Binding>& binding, std::int64_t offset);
    [[nodiscard]] int seek_to(const std::shared_ptr<Binding>& binding, std::int64_t offset);
    void close(Context& context, Binding& binding) noexcept;
    void close_ocb(Context& context, Binding& binding) noexcept;
    [[nodiscard]] bool pin(Binding& binding) noexcept;
    void unpin(Context& context, Binding& binding) noexcept;

    // Calls of native clients, see native_call.h.
    void serve_native(resource::FileCall call, const std::shared_ptr<Binding>& binding,
                      unsigned command, std::span<const std::byte> input);
    void serve_who(resource::FileCall call);
    void serve_notify(resource::FileCall call, const std::shared_ptr<Binding>& binding,
                      const NativeNotify& question);
    void serve_enter(resource::FileCall call, const NativeEnter& question);
    void serve_close(resource::FileCall call, const std::shared_ptr<Binding>& binding,
                     const NativeClose& question);
    [[nodiscard]] int run_leading_parts(const std::shared_ptr<Binding>& binding, const Sender& from,
                                        const Area& area, std::size_t size, std::size_t& offset);
    void serve_send(resource::FileCall call, const std::shared_ptr<Binding>& binding,
                    const NativeSend& question);
    void serve_devctl(resource::FileCall call, const std::shared_ptr<Binding>& binding,
                      std::span<const std::byte> input);
    [[nodiscard]] static std::shared_ptr<ClientLink> link_by(std::uint64_t ticket,
                                                             const resource::FileCall& call);
    [[nodiscard]] Sender sender_by(std::uint64_t ticket, int coid,
                                   const resource::FileCall& call) const;
    void close_for(Context& context, const std::shared_ptr<Binding>& binding, const Sender& from);
    void close_for_users(Context& context, Binding& binding) noexcept;

    const Attachment attachment_;
    const AttachedPaths::Number number_;
    std::optional<resource::FileServer> server_;

    NodeNames names_;

    std::mutex mutex_;                  // a leaf
    base::List<FileMessage> messages_;  // that have no answer
    base::List<Binding> bindings_;      // that the kernel holds, or held
};

}  // namespace tocsin::qnx
