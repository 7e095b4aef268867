// Connections and their status. Private to tocsin/cli.
#include <tocsin/cli/socket_server.h>

#include <cerrno>
#include <memory>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <tocsin/base/errors.h>
#include <tocsin/cli/record_status.h>
#include <tocsin/cli/say.h>
#include <tocsin/cli/version.h>

namespace tocsin::cli {

namespace {

constexpr std::size_t status_size_max = std::size_t{64} << 10;

std::int64_t milliseconds_since(std::chrono::system_clock::time_point time) {
    const auto passed = std::chrono::system_clock::now() - time;
    return std::chrono::duration_cast<std::chrono::milliseconds>(passed).count();
}

std::string time_text(std::chrono::system_clock::time_point time) {
    return fmt::format("{:%FT%TZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

nlohmann::json describe_client(SocketClient& client) {
    ::ucred peer{};
    ::socklen_t size = sizeof peer;
    ::getsockopt(client.descriptor(), SOL_SOCKET, SO_PEERCRED, &peer, &size);
    nlohmann::json text = describe(client.reader(), client.id());
    text["thread"] = peer.pid;
    text["uid"] = peer.uid;
    text["since"] = time_text(client.since());
    return text;
}

}  // namespace

SocketServer::SocketServer(core::Loop& loop, Publication& publication,
                           const SocketServerOptions& options)
    : socket_{options.path, options.mode, options.owner},
      status_socket_{options.path + status_suffix, options.mode, options.owner},
      service_{.loop = loop,
               .publication = publication,
               .threshold = options.threshold,
               .on_loss = options.on_loss,
               .output = options.output,
               .on_over = [this] { reaper_.schedule(service_.loop); }},
      watch_{[this](core::Conditions) { accept_client(); }},
      status_watch_{[this](core::Conditions) { answer_status(); }},
      reaper_{[this] { destroy_those_over(); }},
      accept_again_{[this] { set_accepting(core::Condition::input); }} {
    std::error_code error =
        watch_.register_with(loop, socket_.descriptor(), core::Condition::input);
    if (!error) {
        error =
            status_watch_.register_with(loop, status_socket_.descriptor(), core::Condition::input);
    }
    if (error) {
        throw std::system_error{error, options.path};
    }
    publication.add(*this);
}

SocketServer::~SocketServer() {
    while (!clients_.empty()) {
        const std::unique_ptr<SocketClient> client{&clients_.pop_front()};
    }
}

void SocketServer::look_again() {
    for (SocketClient* client = clients_.first(); client != nullptr;
         client = clients_.next_of(*client)) {
        client->look_again();
    }
}

void SocketServer::end_clients() {
    for (SocketClient* client = clients_.first(); client != nullptr;
         client = clients_.next_of(*client)) {
        client->end();
    }
}

void SocketServer::accept_client() {
    base::Descriptor socket = socket_.accept();
    if (!socket) {
        pause_accepting(errno);
        return;
    }
    auto client = std::make_unique<SocketClient>(service_, std::move(socket));
    ++connected_;
    clients_.push_back(*client);
    client.release()->look_again();
}

// Without a descriptor to spare the connection stays in the queue of the kernel, which would report
// it again and again.
void SocketServer::pause_accepting(int error) {
    if (error != EMFILE && error != ENFILE && error != ENOMEM && error != ENOBUFS) {
        return;
    }
    if (!std::exchange(told_of_shortage_, true)) {
        say("tocsin serve: {}: clients have to wait ({}); raise the limit, see ulimit -n\n",
            socket_.path(), base::error_of(error).message());
    }
    set_accepting({});
    accept_again_.arm(service_.loop, service_.loop.now() + std::chrono::milliseconds{100});
}

void SocketServer::set_accepting(core::Conditions interest) noexcept {
    watch_.set_interest(interest);
    status_watch_.set_interest(interest);
}

void SocketServer::destroy_those_over() {
    for (SocketClient* client = clients_.first(); client != nullptr;) {
        SocketClient* const next = clients_.next_of(*client);
        if (client->over()) {
            client->unlink();
            const std::unique_ptr<SocketClient> owner{client};
        }
        client = next;
    }
}

// One message that fits into the buffer of a new connection: a client that does not read it harms
// nobody.
void SocketServer::answer_status() {
    const base::Descriptor socket = status_socket_.accept();
    if (!socket) {
        pause_accepting(errno);
        return;
    }
    const std::string text = status();
    static_cast<void>(
        ::send(socket.number(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
}

std::string SocketServer::status() {
    nlohmann::json document{
        {"version", version},
        {"pid", ::getpid()},
        {"uid", ::getuid()},
        {"path", socket_.path()},
        {"socket", true},
        {"since", time_text(since_)},
        {"age_ms", milliseconds_since(since_)},
        {"connected", connected_},
        {"records", describe(service_.publication, service_.threshold)},
        {"open", nlohmann::json::array()},
    };
    for (SocketClient* client = clients_.first(); client != nullptr;
         client = clients_.next_of(*client)) {
        document["open"].push_back(describe_client(*client));
    }
    document["open_count"] = document["open"].size();
    return print_bounded(std::move(document), "open", status_size_max);
}

}  // namespace tocsin::cli
