// Proves that whoever answers something else than a status harms nobody who asks.
#include <optional>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <tests/cli/client.h>
#include <tests/cli/program.h>
#include <tests/cli/server.h>
#include <tocsin/base/descriptor.h>
#include <tocsin/cli/socket_path.h>

namespace {

using namespace cli_test;
using tocsin::base::Descriptor;

// Somebody else's socket where the status of a server at `path` is looked for. Whoever asks is told
// `answer`, over and over if it has no end: also the `tocsin ls` of a test beside this one.
class Liar {
public:
    enum class Times { once, for_ever };

    Liar(const std::string& path, std::string answer, Times times = Times::once)
        : answer_{std::move(answer)},
          times_{times},
          socket_{path + ".tocsin", 0600, std::nullopt},
          thread_{[this] { answer_all(); }} {}
    // Ends the wait for somebody who asks.
    ~Liar() { ::shutdown(socket_.descriptor(), SHUT_RDWR); }
    Liar(const Liar&) = delete;
    Liar& operator=(const Liar&) = delete;

private:
    void answer_all() const {
        while (poll_now(socket_.descriptor(), POLLIN, -1) == POLLIN) {
            const Descriptor asker{::accept4(socket_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC)};
            while (tell(asker) && times_ == Times::for_ever) {
            }
        }
    }

    // Whether all of the answer was taken.
    bool tell(const Descriptor& asker) const {
        return ::send(asker.number(), answer_.data(), answer_.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(answer_.size());
    }

    std::string answer_;
    Times times_;
    tocsin::cli::SocketPath socket_;
    std::jthread thread_;
};

class Foreign : public testing::Test {
protected:
    void expect_listed_as_foreign(const std::string& answer,
                                  Liar::Times times = Liar::Times::once) {
        SCOPED_TRACE(answer);
        const std::string path = folder_.path("liar" + std::to_string(count_++));
        const Liar liar{path, answer, times};
        const Outcome outcome = run(tocsin_with({"ls"}));
        EXPECT_EQ(outcome.exit, 0) << outcome.complaints;
        EXPECT_THAT(outcome.output, testing::ContainsRegex(path + " +socket +foreign "));
    }

    Folder folder_;
    int count_ = 0;
};

TEST_F(Foreign, answers_of_any_kind_are_listed_as_foreign) {
    expect_listed_as_foreign("\n");
    expect_listed_as_foreign("hello\n");
    expect_listed_as_foreign("[1]\n");
    expect_listed_as_foreign(R"({"pid":"x"})");
    expect_listed_as_foreign(R"({"pid":1,"age_ms":1e300})");
    expect_listed_as_foreign(R"({"pid":1,"age_ms":9223372036854775807})");
    expect_listed_as_foreign(R"({"pid":1,"command":[]})");
    expect_listed_as_foreign(R"({"pid":1,"resources":{}})");
    expect_listed_as_foreign(R"({"pid":1,"resources":[1]})");
    expect_listed_as_foreign(R"({"pid":1,"resources":[{"open_count":"x"}]})");
}

TEST_F(Foreign, an_answer_that_is_a_status_is_believed) {
    const std::string path = folder_.path("honest");
    const Liar honest{path, R"({"pid":77,"age_ms":5,"uid":0,"open_count":3})"};
    const Outcome outcome = run(tocsin_with({"ls"}));
    EXPECT_THAT(outcome.output,
                testing::ContainsRegex(path + " +socket +alive +root +77 +5ms +3\n"));
}

TEST_F(Foreign, an_answer_without_end_is_listed_as_foreign) {
    expect_listed_as_foreign("{\n", Liar::Times::for_ever);
}

TEST_F(Foreign, an_answer_of_any_depth_can_be_shown) {
    const std::string path = folder_.path("liar");
    const Liar liar{path,
                    R"({"pid":1,"x":)" + std::string(60000, '[') + std::string(60000, ']') + "}"};
    const Outcome outcome = run(tocsin_with({"ls", "--json"}));
    EXPECT_EQ(outcome.exit, 0) << outcome.complaints;
    EXPECT_NE(outcome.output.find(path), std::string::npos);
}

TEST_F(Foreign, stat_refuses_what_is_no_status) {
    const std::string path = folder_.path("liar");
    Program netcat{{"nc", "-lU", path}};
    ASSERT_TRUE(eventually([&] { return exists(path); }));
    const Liar liar{path, R"({"pid":1,"socket":true,"open":[{"uid":"x"}]})"};
    const Outcome outcome = run(tocsin_with({"stat", path}));
    EXPECT_EQ(outcome.exit, 3);
    EXPECT_NE(outcome.complaints.find("something else than a status"), std::string::npos)
        << outcome.complaints;
}

}  // namespace
