// A resource that answers each write with one message, from another thread. For tests.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include <tocsin/resource/resource.h>

namespace tocsin::resource {

// Each open file counts for itself: every byte written makes the next number readable, once. The
// thread that makes it so triggers whenever the machine lets it, so that clients are met at any
// step on their way to sleep.
class Ticker final : public Resource {
public:
    Ticker() : thread_{[this] { run(); }} {}
    ~Ticker() override {
        {
            const std::lock_guard lock{mutex()};
            stopping_ = true;
        }
        asked_.notify_one();
        thread_.join();
    }

private:
    struct Client : OpenFile {
        std::int64_t asked = 0;
        std::int64_t ready = 0;
        std::int64_t read = 0;
    };

    OpenResult open(const Opening&) override { return std::make_unique<Client>(); }

    void write(OpenFile& file, WriteRequest request) override {
        file.as<Client>().asked += static_cast<std::int64_t>(request.data().size());
        clients_.push_back(&file.as<Client>());
        request.accept();
        asked_.notify_one();
    }

    void read(OpenFile& file, ReadRequest request) override {
        Client& client = file.as<Client>();
        if (client.read == client.ready) {
            park(std::move(request));
            return;
        }
        request.reply(std::to_string(++client.read));
    }

    std::int64_t level(OpenFile& file, core::Condition condition) override {
        if (condition == core::Condition::output) {
            return 1;
        }
        const Client& client = file.as<Client>();
        return condition == core::Condition::input ? client.ready - client.read : 0;
    }

    void close(OpenFile& file) override { std::erase(clients_, &file.as<Client>()); }

    void run() {
        std::unique_lock lock{mutex()};
        while (!stopping_) {
            asked_.wait(lock, [this] { return stopping_ || !clients_.empty(); });
            for (Client* const client : clients_) {
                client->ready = client->asked;
            }
            const bool any = !clients_.empty();
            clients_.clear();
            lock.unlock();
            if (any) {
                trigger(core::Condition::input);
            }
            lock.lock();
        }
    }

    std::condition_variable asked_;
    std::vector<Client*> clients_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace tocsin::resource
