// Threads that serve a FileServer. For tests.
#pragma once

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <vector>

#include <tocsin/base/descriptor.h>
#include <tocsin/resource/file_server.h>

namespace tocsin::resource {

// From construction to stop().
class FileThreads {
public:
    explicit FileThreads(FileServer& server, unsigned count = 1) : server_{server} {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            throw std::runtime_error{"pipe2"};
        }
        stop_reader_.reset(ends[0]);
        stop_writer_.reset(ends[1]);
        for (unsigned number = 0; number < count; ++number) {
            threads_.emplace_back([this] { run(); });
        }
    }
    ~FileThreads() { stop(); }
    FileThreads(const FileThreads&) = delete;
    FileThreads& operator=(const FileThreads&) = delete;

    void stop() {
        stop_writer_.reset();
        for (std::thread& thread : threads_) {
            thread.join();
        }
        threads_.clear();
    }

private:
    void run() {
        server_.begin_serving(::gettid());
        std::vector<std::byte> buffer(FileSystem::write_headroom + FileServer::message_size_max);
        while (message_comes()) {
            std::size_t size = 0;
            const std::error_code error = server_.receive(buffer, size);
            if (!error) {
                server_.process(buffer, size);
            } else if (error != std::errc::resource_unavailable_try_again) {
                break;
            }
        }
        server_.end_serving(::gettid());
    }

    // False when it is time to stop.
    [[nodiscard]] bool message_comes() const {
        std::array<::pollfd, 2> entries = {
            {{.fd = server_.descriptor(), .events = POLLIN, .revents = 0},
             {.fd = stop_reader_.number(), .events = 0, .revents = 0}}};
        while (::poll(entries.data(), entries.size(), -1) < 0 && errno == EINTR) {
        }
        return entries[1].revents == 0;
    }

    FileServer& server_;
    base::Descriptor stop_reader_;
    base::Descriptor stop_writer_;
    std::vector<std::thread> threads_;
};

}  // namespace tocsin::resource
