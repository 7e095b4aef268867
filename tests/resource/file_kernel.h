// The test in the kernel's place, for a FileSystem. For tests.
#pragma once

#include <string_view>
#include <unistd.h>
#include <vector>

#include <tests/resource/kernel_end.h>

#include <tocsin/resource/file_session.h>

namespace tocsin::resource {

// The file system is served on the test's own thread, when the test asks for it.
class FileKernel final : public KernelEnd {
public:
    explicit FileKernel(FileSystem& file_system, const UserLimits& limits = {})
        : session_{take_served_end(), file_system, limits} {
        session_.begin_serving(::gettid());
        start();
    }

    [[nodiscard]] FileSession& session() noexcept { return session_; }

    // As ask(), for calls that are made of names alone.
    [[nodiscard]] Answer ask_names(std::uint32_t opcode, std::uint64_t node,
                                   std::string_view names) {
        return answer_of(send(opcode, node, {}, names)).value_or(Answer{.error = -1});
    }

    // Takes one message and leaves it to the caller.
    [[nodiscard]] std::vector<std::byte> take_message() {
        std::vector<std::byte> message(Channel::message_size_max);
        std::size_t size = 0;
        if (session_.channel()->receive(message, size)) {
            size = 0;
        }
        message.resize(size);
        return message;
    }

private:
    void serve() override {
        for (std::vector<std::byte> message = take_message(); !message.empty();
             message = take_message()) {
            session_.process(message);
        }
    }

    FileSession session_;
};

}  // namespace tocsin::resource
