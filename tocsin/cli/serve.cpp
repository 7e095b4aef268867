// Serving standard input. Private to tocsin/cli.
#include <tocsin/cli/serve.h>

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include <tocsin/cli/command.h>
#include <tocsin/cli/say.h>
#include <tocsin/resource/errors.h>

namespace tocsin::cli {

namespace {

// After a signal, the end does not wait longer than this for an output that takes nothing.
constexpr std::chrono::seconds standstill{5};

[[noreturn]] void refuse_input(const char* why) {
    throw Failure{Exit::usage, fmt::format("standard input {}; give it a pipe, a file, a terminal "
                                           "or, for an empty one, </dev/null",
                                           why)};
}

void check_input() {
    struct ::stat status{};
    if (standard_input_was_closed() || ::fstat(STDIN_FILENO, &status) != 0) {
        refuse_input("is closed");
    }
    if (S_ISDIR(status.st_mode)) {
        refuse_input("is a directory");
    }
    if ((::fcntl(STDIN_FILENO, F_GETFL) & O_ACCMODE) == O_WRONLY) {
        refuse_input("is not open for reading");
    }
}

void check_options(const ServeOptions& options) {
    if (options.path.empty() && options.socket_path.empty()) {
        throw Failure{Exit::usage, "no path; give PATH, or --socket PATH, or both"};
    }
    const std::size_t ring = options.publication.ring_size;
    if (ring == 0) {
        throw Failure{Exit::usage,
                      "--ring 0: a ring holds one byte at least; give for example --ring 1M"};
    }
    if (options.threshold == 0) {
        throw Failure{Exit::usage, "--threshold 0: a client waits for one record at least"};
    }
    if (options.threshold > ring) {
        throw Failure{Exit::usage,
                      fmt::format("--threshold {}: a ring of {} bytes never holds so many records; "
                                  "lower it, or raise --ring",
                                  options.threshold, ring)};
    }
}

const ServeOptions& checked(const ServeOptions& options) {
    check_options(options);
    check_input();
    return options;
}

Exit exit_of(const std::error_code& error) noexcept {
    if (error == resource::Error::no_fuse || error == resource::Error::mount_refused) {
        return Exit::no_fuse;
    }
    if (error == resource::Error::relative_path) {
        return Exit::usage;
    }
    return error.category() == resource::error_category() ? Exit::refused : Exit::failed;
}

::mode_t current_umask() noexcept {
    const ::mode_t mask = ::umask(0);
    ::umask(mask);
    return mask;
}

}  // namespace

Server::Server(const ServeOptions& options)
    : options_{checked(options)},
      interrupt_{[this] { signalled(); }},
      terminate_{[this] { signalled(); }},
      hang_up_{[this] { signalled(); }},
      publication_{loop_, STDIN_FILENO, options.publication, [this] { loop_.stop(); }},
      standstill_{[this] { check_progress(); }} {
    unmounted_.set_handler([this] {
        was_unmounted_ = true;
        loop_.stop();
    });
    unmounted_.register_with(loop_);
    watch_signals();
    if (options.writable) {
        output_.emplace(loop_, STDOUT_FILENO, [this] { output_changed(); });
    }
    open_paths();
}

// From here on a signal ends the server in good order; a client or an output that is gone is an
// error like others.
void Server::watch_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    for (const auto& [watch, number] :
         {std::pair{&interrupt_, SIGINT}, std::pair{&terminate_, SIGTERM},
          std::pair{&hang_up_, SIGHUP}}) {
        if (const std::error_code error = watch->register_with(loop_, number)) {
            throw std::system_error{error, fmt::format("signal {}", number)};
        }
    }
}

::mode_t Server::mode() const noexcept {
    const ::mode_t open_to_all = options_.writable ? 0666 : 0444;
    return options_.mode.value_or(open_to_all & ~current_umask());
}

void Server::open_paths() {
    if (!options_.path.empty()) {
        mount();
    }
    if (!options_.socket_path.empty()) {
        // connect(2) asks for the permission to write, whoever writes later.
        const ::mode_t mode_default = 0666 & ~current_umask();
        socket_.emplace(loop_, publication_,
                        SocketServerOptions{.path = options_.socket_path,
                                            .mode = options_.mode.value_or(mode_default),
                                            .owner = options_.owner,
                                            .threshold = options_.threshold,
                                            .on_loss = options_.on_loss,
                                            .output = output()});
    }
    for (const std::string& path : {options_.path, options_.socket_path}) {
        if (options_.verbose && !path.empty()) {
            say("tocsin serve: {}: ready\n", path);
        }
    }
}

void Server::mount() {
    resource::Attributes attributes{.mode = mode()};
    if (options_.owner) {
        attributes.uid = options_.owner->uid;
        attributes.gid = options_.owner->gid.value_or(attributes.gid);
    }
    resource_.emplace(attributes, publication_, options_.threshold, output());
    try {
        mount_.emplace(loop_, options_.path, *resource_,
                       resource::MountOptions{.threads = 1,
                                              .ended = [this] { unmounted_.post(); },
                                              .limits = options_.limits});
    } catch (const std::system_error& error) {
        const Exit exit = exit_of(error.code());
        throw Failure{exit, fmt::format("{}{}", error.what(),
                                        exit == Exit::no_fuse ? "; or serve --socket PATH" : "")};
    }
}

Exit Server::run() {
    loop_.run();
    close_paths();
    write_rest();
    report();
    return Exit::done;
}

void Server::signalled() {
    ++signals_;
    loop_.stop();
}

// Clients are ended first: what they have begun to write is given an end then, and put out as well.
void Server::close_paths() {
    publication_.stop();
    if (socket_) {
        socket_->end_clients();
    }
    socket_.reset();
    mount_.reset();
}

// What was taken from clients is not thrown away. Who has sent a signal wants an end, though, and
// who has sent two wants it now.
void Server::write_rest() {
    while (output_ && !output_->empty() && signals_ < 2 && !stands_still_) {
        if (signals_ == 1 && !standstill_.armed()) {
            begin_standstill();
        }
        loop_.run();
    }
}

void Server::begin_standstill() {
    unwritten_before_ = output_->bytes_unwritten();
    standstill_.arm(loop_, loop_.now() + standstill);
}

void Server::check_progress() {
    if (output_->bytes_unwritten() < unwritten_before_) {
        begin_standstill();
    } else {
        stands_still_ = true;
        loop_.stop();
    }
}

void Server::report() const {
    if (output_ && output_->bytes_unwritten() > 0) {
        const std::error_code error = output_->broken();
        throw Failure{Exit::failed,
                      fmt::format("{} bytes that clients wrote are lost: standard output {}; see "
                                  "whether what is behind it still works",
                                  output_->bytes_unwritten(),
                                  error ? "is broken (" + error.message() + ")" : "took no more")};
    }
    if (was_unmounted_) {
        throw Failure{Exit::failed,
                      fmt::format("{}: was unmounted by somebody else; serve it again if that was "
                                  "not meant",
                                  options_.path)};
    }
    if (const std::error_code error = publication_.input_error()) {
        throw Failure{Exit::failed,
                      fmt::format("standard input cannot be read ({}) after {} bytes, which were "
                                  "published; see whether what is behind it still works",
                                  error.message(), publication_.bytes_taken())};
    }
}

void Server::output_changed() {
    const bool serving = mount_ || socket_;
    if (mount_) {
        resource_->output_changed();
    }
    if (socket_) {
        socket_->look_again();
    }
    if (!serving && output_->empty()) {
        loop_.stop();
    }
}

}  // namespace tocsin::cli
