// A doorbell on a path: whoever writes rings, and whoever reads or polls is woken. An example.
//
//   doorbell /tmp/bell &
//   cat /tmp/bell &
//   echo ring > /tmp/bell
#include <algorithm>
#include <csignal>
#include <iostream>
#include <string_view>
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
    static constexpr std::string_view ding = "ding\n";

    struct Visitor : resource::OpenFile {
        std::uint64_t heard = 0;  // in bytes
    };

    resource::OpenResult open(const resource::Opening&) override {
        auto visitor = std::make_unique<Visitor>();
        visitor->heard = rung_;
        return visitor;
    }

    std::int64_t level(resource::OpenFile& file, Condition condition) override {
        const bool rung = file.as<Visitor>().heard < rung_;
        return condition == Condition::output || (condition == Condition::input && rung);
    }

    void read(resource::OpenFile& file, resource::ReadRequest request) override {
        if (level(file, Condition::input) == 0) {
            return park(std::move(request));
        }
        std::uint64_t& heard = file.as<Visitor>().heard;
        const std::string_view rest = ding.substr(heard % ding.size());
        heard += std::min(rest.size(), request.size());
        request.reply(rest);
    }

    void write(resource::OpenFile&, resource::WriteRequest request) override {
        rung_ += ding.size();
        request.accept();
        trigger(Condition::input);
    }

    std::uint64_t rung_ = 0;  // in bytes
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
