// Proves that whoever answers something else than a status harms nobody who asks.
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <tests/cli/program.h>
#include <tests/cli/server.h>

namespace {

using namespace cli_test;

// Whether somebody listens on the socket at `path`, which is there before that.
bool is_listened_on(const std::string& path) {
    std::ifstream sockets{"/proc/net/unix"};
    for (std::string line; std::getline(sockets, line);) {
        if (line.ends_with(" " + path) && line.find(" 00010000 ") != std::string::npos) {
            return true;
        }
    }
    return false;
}

// Somebody else's socket where the status of a server at `path` is looked for; it answers one
// question with what `command` prints.
class Liar : public Program {
public:
    Liar(const std::string& path, const std::string& command)
        : Program{{"sh", "-c", command + " | exec nc -NlU " + path + ".tocsin"}, Input::nothing} {
        EXPECT_TRUE(eventually([&] { return is_listened_on(path + ".tocsin"); }));
    }
};

class Foreign : public testing::Test {
protected:
    void expect_listed_as_foreign(const std::string& command) {
        SCOPED_TRACE(command);
        const std::string path = folder_.path("liar" + std::to_string(count_++));
        const Liar liar{path, command};
        const Outcome outcome = run(tocsin_with({"ls"}));
        EXPECT_EQ(outcome.exit, 0) << outcome.complaints;
        EXPECT_THAT(outcome.output, testing::ContainsRegex(path + " +socket +foreign "));
    }

    Folder folder_;
    int count_ = 0;
};

TEST_F(Foreign, answers_of_any_kind_are_listed_as_foreign) {
    expect_listed_as_foreign("echo");
    expect_listed_as_foreign("echo hello");
    expect_listed_as_foreign("echo '[1]'");
    expect_listed_as_foreign(R"(echo '{"pid":"x"}')");
    expect_listed_as_foreign(R"(echo '{"pid":1,"age_ms":1e300}')");
    expect_listed_as_foreign(R"(echo '{"pid":1,"age_ms":9223372036854775807}')");
    expect_listed_as_foreign(R"(echo '{"pid":1,"command":[]}')");
    expect_listed_as_foreign(R"(echo '{"pid":1,"resources":{}}')");
    expect_listed_as_foreign(R"(echo '{"pid":1,"resources":[1]}')");
    expect_listed_as_foreign(R"(echo '{"pid":1,"resources":[{"open_count":"x"}]}')");
}

TEST_F(Foreign, an_answer_that_is_a_status_is_believed) {
    const std::string path = folder_.path("honest");
    const Liar honest{path, R"(echo '{"pid":77,"age_ms":5,"uid":0,"open_count":3}')"};
    const Outcome outcome = run(tocsin_with({"ls"}));
    EXPECT_THAT(outcome.output,
                testing::ContainsRegex(path + " +socket +alive +root +77 +5ms +3\n"));
}

TEST_F(Foreign, an_answer_without_end_is_listed_as_foreign) {
    expect_listed_as_foreign("yes '{'");
}

TEST_F(Foreign, an_answer_of_any_depth_can_be_shown) {
    const std::string path = folder_.path("liar");
    const Liar liar{path, R"(python3 -c 'print("{\"pid\":1,\"x\":"+"["*60000+"]"*60000+"}")')"};
    const Outcome outcome = run(tocsin_with({"ls", "--json"}));
    EXPECT_EQ(outcome.exit, 0) << outcome.complaints;
    EXPECT_NE(outcome.output.find(path), std::string::npos);
}

TEST_F(Foreign, stat_refuses_what_is_no_status) {
    const std::string path = folder_.path("liar");
    Program netcat{{"nc", "-lU", path}};
    ASSERT_TRUE(eventually([&] { return exists(path); }));
    const Liar liar{path, R"(echo '{"pid":1,"socket":true,"open":[{"uid":"x"}]}')"};
    const Outcome outcome = run(tocsin_with({"stat", path}));
    EXPECT_EQ(outcome.exit, 3);
    EXPECT_NE(outcome.complaints.find("something else than a status"), std::string::npos)
        << outcome.complaints;
}

}  // namespace
