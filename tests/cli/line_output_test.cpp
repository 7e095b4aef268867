// Lines of clients, made whole and bounded.
#include <tocsin/cli/line_output.h>

#include <gtest/gtest.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/core/loop.h>

namespace tocsin::cli {
namespace {

class LineAssembling : public testing::Test {
protected:
    [[nodiscard]] static std::string line_of(std::size_t size) {
        return std::string(size, 'x') + '\n';
    }

    base::Descriptor file{::memfd_create("lines", MFD_CLOEXEC)};
    core::Loop loop;
    LineOutput output{loop, file.number(), {}};
    LineAssembler assembler;
};

TEST_F(LineAssembling, a_line_that_is_too_long_is_refused_wherever_it_stands_in_a_write) {
    const std::string too_long = line_of(LineAssembler::line_size_max + 1);
    EXPECT_FALSE(assembler.feed(too_long, output));
    EXPECT_FALSE(assembler.feed("first\n" + too_long, output));
    EXPECT_FALSE(assembler.feed("first\n" + too_long + "last\n", output));
    EXPECT_FALSE(assembler.feed("first\n" + too_long + "begun", output));
    EXPECT_TRUE(output.empty());
}

TEST_F(LineAssembling, lines_of_the_greatest_length_pass) {
    const std::string greatest = line_of(LineAssembler::line_size_max);
    EXPECT_TRUE(assembler.feed(greatest + greatest + "begun", output));
    loop.run_until_idle();
    EXPECT_EQ(::lseek(file.number(), 0, SEEK_END), static_cast<::off_t>(2 * greatest.size()));
}

TEST_F(LineAssembling, a_line_in_pieces_is_too_long_as_soon_as_its_pieces_are) {
    EXPECT_TRUE(assembler.feed(std::string(LineAssembler::line_size_max, 'x'), output));
    EXPECT_FALSE(assembler.feed("x", output));
    EXPECT_TRUE(assembler.feed("new\n", output)) << "what was begun is dropped";
}

}  // namespace
}  // namespace tocsin::cli
