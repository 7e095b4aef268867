// What chmod(2), chown(2), truncate(2) and utimensat(2) change. Public.
#pragma once

namespace tocsin::resource {

// The bits of `which` in FileSystem::set_attributes(): the members of `wanted` that count. Those
// for a time that is to be the present one come beside the one for the time itself, or alone.
namespace set_attribute {

inline constexpr unsigned mode = 1U << 0U;
inline constexpr unsigned uid = 1U << 1U;
inline constexpr unsigned gid = 1U << 2U;
inline constexpr unsigned size = 1U << 3U;
inline constexpr unsigned access_time = 1U << 4U;
inline constexpr unsigned modification_time = 1U << 5U;
inline constexpr unsigned access_time_now = 1U << 7U;
inline constexpr unsigned modification_time_now = 1U << 8U;
inline constexpr unsigned change_time = 1U << 10U;

}  // namespace set_attribute

}  // namespace tocsin::resource
