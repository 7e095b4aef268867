// What an operator is told. Private to tocsin/resource.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tocsin/resource/json_text.h>
#include <tocsin/resource/session.h>

namespace tocsin::resource {

// Writes the status of a session as JSON, at most size_max bytes; what does not fit is counted.
class Status {
public:
    static constexpr std::size_t size_max = 65536;

    explicit Status(Session& session) noexcept : session_{session} {}

    // Of one resource, or, for a directory, of all in the mount that somebody has looked at.
    [[nodiscard]] std::string of(const Tree::Node& node) const;

private:
    using Opened = Session::Opened;

    // What a user holds, and how many arms there are in the places of his open files.
    // What he holds changes all the time: these are the numbers of one moment.
    struct User {
        std::shared_ptr<UserAccount> account;
        std::uint32_t open_files = 0;
        std::uint32_t unanswered = 0;
        std::uint32_t parked = 0;
        std::size_t armed = 0;
    };

    [[nodiscard]] JsonText about_manager() const;
    [[nodiscard]] JsonText limits() const;
    void add_users(JsonText& text) const;
    [[nodiscard]] std::vector<User> users() const;
    [[nodiscard]] static JsonText about(const User& user);
    [[nodiscard]] std::vector<Opened> charged_files() const;
    [[nodiscard]] static std::size_t armed_count(const Opened& opened);
    [[nodiscard]] JsonText about(std::string_view name, Resource& resource, std::size_t room) const;
    [[nodiscard]] JsonText about(const Opened& opened) const;
    [[nodiscard]] static JsonText counters_of(const Resource& resource);
    [[nodiscard]] std::vector<Opened> opened_of(const Resource& resource) const;

    Session& session_;
};

}  // namespace tocsin::resource
