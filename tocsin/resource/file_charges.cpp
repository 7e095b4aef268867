// Entering and leaving. Private to tocsin/resource.
#include <tocsin/resource/file_charges.h>

#include <utility>

namespace tocsin::resource {

FileCharges::File FileCharges::file_of(Charge charge) {
    Files one;
    return one.extract(one.emplace(0, std::move(charge)));
}

void FileCharges::enter(File file, std::uint64_t number) noexcept {
    file.key() = number;
    const std::lock_guard lock{mutex_};
    files_.insert(std::move(file));
}

FileCharges::File FileCharges::leave(std::uint64_t number) noexcept {
    const std::lock_guard lock{mutex_};
    const auto found = files_.lower_bound(number);
    const bool charged = found != files_.end() && found->first == number;
    return charged ? files_.extract(found) : File{};
}

}  // namespace tocsin::resource
