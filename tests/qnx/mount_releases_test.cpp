// Shows that small managers serve their paths in the spellings of each release of QNX, as C and as
// C++.
#include <fcntl.h>

#include <gtest/gtest.h>

#include <tests/places/places.h>
#include <tests/resource/client_calls.h>
#include <tests/resource/program.h>
#include <tests/resource/temporary_directory.h>

namespace tocsin::qnx {
namespace {

using resource::Program;
using resource::read_from;

class MountReleases : public testing::TestWithParam<const char*> {
protected:
    resource::TemporaryDirectory directory;
};

TEST_P(MountReleases, a_manager_in_the_spellings_of_the_release_counts_what_is_read) {
    const std::string path = directory / "counter";
    Program manager{{places::program(GetParam()), path}};
    ASSERT_EQ(manager.read_line(), "attached");
    const base::Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    EXPECT_EQ(read_from(file), "0");
    EXPECT_EQ(read_from(file), "1");
}

INSTANTIATE_TEST_SUITE_P(, MountReleases,
                         testing::Values("manager_of_6_660", "manager_of_6_660_cxx",
                                         "manager_of_7_710", "manager_of_7_710_cxx",
                                         "manager_of_8_800", "manager_of_8_800_cxx"));

}  // namespace
}  // namespace tocsin::qnx
