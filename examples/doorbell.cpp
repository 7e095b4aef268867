// A doorbell on a path: whoever writes rings, and whoever reads or polls is woken. An example.
//
//   doorbell /tmp/bell &
//   cat /tmp/bell &
//   echo ring > /tmp/bell
#include <csignal>
#include <iostream>
#include <system_error>

#include <tocsin/core/loop.h>
#include <tocsin/core/signal_watch.h>
#include <tocsin/resource/mount.h>

using namespace tocsin;
using core::Condition;

class Doorbell final : public resource::Resource {
public:
    Doorbell() : Resource{{.mode = 0666}} {}

private:
    struct Visitor : resource::OpenFile {
        std::uint64_t heard = 0;
    };

    resource::OpenResult open(const resource::Opening&) override {
        auto visitor = std::make_unique<Visitor>();
        visitor->heard = rings_;
        return visitor;
    }

    std::int64_t level(resource::OpenFile& file, Condition condition) override {
        const bool rung = file.as<Visitor>().heard < rings_;
        return condition == Condition::output || (condition == Condition::input && rung);
    }

    void read(resource::OpenFile& file, resource::ReadRequest request) override {
        if (level(file, Condition::input) == 0) {
            return park(std::move(request));
        }
        ++file.as<Visitor>().heard;
        request.reply("ding\n");
    }

    void write(resource::OpenFile&, resource::WriteRequest request) override {
        ++rings_;
        request.accept();
        trigger(Condition::input);
    }

    std::uint64_t rings_ = 0;
};

int main(int count, char** arguments) try {
    core::Loop loop;
    core::SignalWatch interrupt{[&loop] { loop.stop(); }};
    core::SignalWatch terminate{[&loop] { loop.stop(); }};
    if (interrupt.register_with(loop, SIGINT) || terminate.register_with(loop, SIGTERM)) {
        return 1;
    }
    Doorbell bell;
    const resource::Mount mount{loop, count > 1 ? arguments[1] : "", bell};
    std::cout << "ready" << std::endl;
    loop.run();
} catch (const std::system_error& error) {
    std::cerr << "doorbell: " << error.what() << '\n';
    return 1;
}
