// Answers about files as the kernel wants them, for libfuse lacks words for some. Private to
// tocsin/resource.
#pragma once

#include <linux/fuse.h>

#include <tocsin/resource/file_call.h>

namespace tocsin::resource {

[[nodiscard]] ::fuse_entry_out fuse_entry_of(const EntryAnswer& entry) noexcept;
[[nodiscard]] ::fuse_attr_out fuse_attributes_of(const EntryAnswer& entry) noexcept;
[[nodiscard]] ::fuse_open_out fuse_open_of(const OpenAnswer& open) noexcept;

}  // namespace tocsin::resource
