// Collecting and writing the status. Private to tocsin/resource.
#include <tocsin/resource/status.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <unistd.h>

#include <tocsin/base/read_file.h>
#include <tocsin/resource/poll_bits.h>

namespace tocsin::resource {

namespace {

constexpr std::string_view version = "0.1.0";
constexpr std::size_t command_length_max = 256;

// What is written after the last entry that fits: counts and brackets.
constexpr std::size_t room_for_the_end = 512;

std::string own_command() {
    std::string command;
    // What cannot be read is empty.
    static_cast<void>(base::read_file("/proc/self/cmdline", command));
    command.resize(std::min(command.size(), command_length_max));
    std::ranges::replace(command, '\0', ' ');
    command.erase(command.find_last_not_of(' ') + 1);
    return command;
}

// As in 2026-01-31T12:00:00Z.
std::string time_text(WallTime time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(
        std::chrono::time_point_cast<std::chrono::system_clock::duration>(time));
    std::tm parts = {};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%FT%TZ", &parts);
    return {text.data(), length};
}

std::int64_t milliseconds_since(WallTime time) {
    const auto passed = std::chrono::system_clock::now() - time;
    return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(passed).count(),
                    std::int64_t{0});
}

std::string_view name_of(core::Condition condition) {
    constexpr std::array<std::string_view, poll_table.size()> names = {
        "input", "output", "out_of_band", "error", "hang_up"};
    const std::size_t place = place_of(condition);
    return place < names.size() ? names[place] : "other";
}

}  // namespace

std::string Status::of(const Tree::Node& node) const {
    JsonText text = about_manager();
    text.member("limits", limits());
    add_users(text);
    std::vector<std::pair<std::string, Resource*>> resources;
    if (node.resource() != nullptr) {
        resources.emplace_back(node.name, node.resource());
    } else {
        resources = session_.tree_.known_resources();
    }
    text.key("resources");
    text.open('[');
    std::size_t omitted = 0;
    for (const auto& [name, resource] : resources) {
        const std::size_t used = text.text().size() + room_for_the_end;
        const JsonText entry = about(name, *resource, size_max - std::min(used, size_max));
        const bool fits = used + entry.text().size() <= size_max;
        omitted += fits ? 0U : 1U;
        if (fits) {
            text.value(entry);
        }
    }
    text.close(']');
    text.member("resources_omitted", omitted);
    text.close('}');
    return text.text();
}

JsonText Status::about_manager() const {
    JsonText text;
    text.open('{');
    text.member("version", version);
    text.member("pid", ::getpid());
    text.member("uid", ::getuid());
    text.member("command", std::string_view{own_command()});
    text.member("path", std::string_view{session_.path_});
    text.member("since", std::string_view{time_text(session_.since_)});
    text.member("age_ms", milliseconds_since(session_.since_));
    return text;
}

JsonText Status::about(std::string_view name, Resource& resource, std::size_t room) const {
    const std::vector<Opened> opened = opened_of(resource);
    JsonText text;
    text.open('{');
    text.member("name", name);
    text.member("counters", counters_of(resource));
    text.member("open_count", opened.size());
    text.key("open");
    text.open('[');
    std::size_t listed = 0;
    for (; listed < opened.size(); ++listed) {
        const JsonText entry = about(opened[listed]);
        if (text.text().size() + entry.text().size() + room_for_the_end > room) {
            break;
        }
        text.value(entry);
    }
    text.close(']');
    text.member("open_omitted", opened.size() - listed);
    text.close('}');
    return text;
}

JsonText Status::counters_of(const Resource& resource) {
    const core::WaitQueue::Counters arms = resource.queue_.counters();
    const Resource::Counters& counters = resource.counters_;
    JsonText text;
    text.open('{');
    text.member("armed_now", arms.armed_now);
    text.member("armed", arms.armed);
    text.member("fired", arms.fired);
    text.member("cancelled", arms.cancelled);
    text.member("merged", arms.replaced);
    text.member("opens", counters.opens.load());
    text.member("refused", counters.refused.load());
    text.member("reads", counters.reads.load());
    text.member("writes", counters.writes.load());
    text.member("ioctls", counters.ioctls.load());
    text.member("interrupts", counters.interrupts.load());
    text.close('}');
    return text;
}

std::vector<Status::Opened> Status::opened_of(const Resource& resource) const {
    std::vector<Opened> opened;
    {
        const std::lock_guard lock{session_.mutex_};
        for (const auto& [handle, entry] : session_.opened_) {
            if (entry.resource == &resource) {
                opened.push_back(entry);
            }
        }
    }
    std::ranges::sort(opened, {}, [](const Opened& entry) { return entry.file->id(); });
    return opened;
}

JsonText Status::about(const Opened& opened) const {
    OpenFile& file = *opened.file;
    Resource& resource = *opened.resource;
    const std::lock_guard lock{resource.mutex()};
    JsonText text;
    text.open('{');
    text.member("id", file.id());
    text.member("thread", file.opening().caller.thread);
    text.member("uid", file.opening().caller.uid);
    text.member("flags", file.flags_);
    text.member("since", std::string_view{time_text(file.since_)});
    text.member("parked", session_.pending_->parked_count(resource, file));
    text.key("armed");
    text.open('[');
    for (const OpenFile::Waiting& waiting : file.waiting_) {
        if (!resource.queue_.is_armed(waiting.arm)) {
            continue;
        }
        text.open('{');
        text.member("condition", name_of(waiting.arm.condition()));
        text.member("threshold", waiting.arm.threshold());
        text.member("age_ms", milliseconds_since(waiting.since));
        text.close('}');
    }
    text.close(']');
    text.close('}');
    return text;
}

}  // namespace tocsin::resource
