// Finding what belongs to a descriptor by what identified it once.
#include <tocsin/core/descriptor_table.h>

#include <gtest/gtest.h>

#include <tocsin/core/watch.h>

namespace tocsin::core {
namespace {

TEST(DescriptorTable, a_number_that_it_has_no_place_for_belongs_to_nobody) {
    const DescriptorTable table{};
    EXPECT_EQ(table.find(1'000'000), nullptr);
}

}  // namespace
}  // namespace tocsin::core
