// `tocsin stat`: who has a path open, and who waits for what. Private to tocsin/cli.
#include <tocsin/cli/command.h>

#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <tocsin/base/read_file.h>
#include <tocsin/cli/observer.h>
#include <tocsin/cli/say.h>
#include <tocsin/cli/served_list.h>
#include <tocsin/cli/table.h>
#include <tocsin/cli/values.h>

namespace tocsin::cli {

namespace {

using nlohmann::json;

constexpr const char* examples = R"(Examples:
  tocsin stat /tmp/build           open files, who is armed for what and for how long, counters
  tocsin stat --json /tmp/build | jq '.resources[].open[] | select(.armed == [])'
                                   clients that wait for nothing

ARMED: what a client waits for in poll(2), select(2) or epoll_wait(2), from how many on, and for how
long; PARKED: calls of read(2) and write(2) that wait. Counters: armed (requests to be told), fired
(told), merged (armed again before anything came), cancelled, refused (opens that failed).
Users: what each holds who is neither root nor the server's own; UNANSWERED are his calls, parked
or not.
)";

std::string text_of(const json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end()) {
        return "-";
    }
    return printable(found->is_string() ? found->get<std::string>() : found->dump());
}

std::string age_of(const json& object) {
    constexpr std::int64_t age_max = 1'000'000'000'000;
    const std::int64_t age = object.value("age_ms", std::int64_t{0});
    return show_duration(std::chrono::milliseconds{std::clamp(age, std::int64_t{0}, age_max)});
}

// "4121 (cat)": the process of a thread, as far as it can be seen from here.
std::string process_of(long thread) {
    std::string text;
    static_cast<void>(base::read_file(fmt::format("/proc/{}/status", thread).c_str(), text));
    std::istringstream status{std::move(text)};
    std::string name;
    std::string process = std::to_string(thread);
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("Name:\t")) {
            name = line.substr(6);
        } else if (line.starts_with("Tgid:\t")) {
            process = line.substr(6);
        }
    }
    return name.empty() ? process : fmt::format("{} ({})", process, printable(name));
}

std::string access_of(const json& open) {
    if (!open.contains("flags")) {
        return "socket";
    }
    const int flags = open.value("flags", 0);
    const int mode = flags & O_ACCMODE;
    const std::string text = mode == O_RDONLY ? "read" : mode == O_WRONLY ? "write" : "read,write";
    return (flags & O_NONBLOCK) != 0 ? text + ",nonblock" : text;
}

std::string arms_of(const json& open) {
    std::string text;
    for (const json& arm : open.value("armed", json::array())) {
        const auto threshold = arm.value("threshold", std::int64_t{1});
        const std::string amount = threshold > 1 ? fmt::format(" of {}", threshold) : "";
        text += fmt::format("{}{}{} for {}", text.empty() ? "" : ", ", text_of(arm, "condition"),
                            amount, age_of(arm));
    }
    return text.empty() ? "-" : text;
}

// The place of the reader with this number in what the ring says, or an empty object.
json place_of(const json& records, const json& id) {
    for (const json& reader : records.value("open", json::array())) {
        if (reader.value("id", json{}) == id) {
            return reader;
        }
    }
    return json::object();
}

void print_open(const json& open, const json& records) {
    std::vector<Row> rows{
        {"ID", "USER", "PROCESS", "SINCE", "ACCESS", "WAITING", "READ", "LOST", "PARKED", "ARMED"}};
    for (const json& file : open) {
        const json place = place_of(records, file.value("id", json{}));
        rows.push_back({text_of(file, "id"), name_of_user(file.value("uid", ::uid_t{0})),
                        process_of(file.value("thread", 0L)), text_of(file, "since"),
                        access_of(file), text_of(place, "waiting"), text_of(place, "read"),
                        text_of(place, "lost"), text_of(file, "parked"), arms_of(file)});
    }
    answer("{}", layout(rows, "  "));
}

void print_records(const json& records) {
    answer("records: {} published, {} dropped, {} refused, {} lost by readers\n",
           text_of(records, "published"), text_of(records, "dropped"), text_of(records, "refused"),
           text_of(records, "lost"));
    answer("ring: {} bytes, threshold {}, {}; input: {}, {} bytes so far\n",
           text_of(records, "ring_bytes"), text_of(records, "threshold"),
           records.value("lossless", false) ? "lossless" : "dropping the oldest",
           text_of(records, "input"), text_of(records, "bytes_taken"));
}

void print_counters(const json& counters) {
    std::string text;
    for (const auto& [name, count] : counters.items()) {
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, count.dump());
    }
    answer("counters: {}\n", text);
}

void print_resource(const json& resource, const json& records) {
    const auto open = resource.value("open", json::array());
    answer("open files: {}\n", resource.value("open_count", open.size()));
    if (!open.empty()) {
        print_open(open, records);
    }
    if (resource.contains("counters")) {
        print_counters(resource["counters"]);
    }
}

// A server that says nothing of limits has none.
void print_users(const json& status) {
    const json limits = status.value("limits", json::object());
    if (limits.empty()) {
        return;
    }
    answer("each user: at most {} open files and {} parked calls\n", text_of(limits, "open_files"),
           text_of(limits, "parked"));
    std::vector<Row> rows{{"USER", "OPEN", "PARKED", "UNANSWERED", "ARMED"}};
    for (const json& user : status.value("users", json::array())) {
        rows.push_back({name_of_user(user.value("uid", ::uid_t{0})), text_of(user, "open_files"),
                        text_of(user, "parked"), text_of(user, "unanswered"),
                        text_of(user, "armed")});
    }
    if (rows.size() > 1) {
        answer("{}", layout(rows, "  "));
    }
}

void print_all(const Served& served) {
    const json& status = served.status;
    answer("{}: served by {}, process {}, for {}\n", printable(served.path),
           name_of_user(status.value("uid", ::uid_t{0})), process_of(status.value("pid", 0L)),
           age_of(status));
    const json records = status.value("records", json::object());
    if (!records.empty()) {
        print_records(records);
    }
    if (served.is_socket) {
        print_resource(status, status);
        return;
    }
    print_users(status);
    const json resources = status.value("resources", json::array());
    for (const json& resource : resources) {
        if (resources.size() > 1) {
            answer("{}:\n", text_of(resource, "name"));
        }
        print_resource(resource, records);
    }
}

// Only what `tocsin serve` serves is opened to learn more: opening may mean something elsewhere.
void add_records(Served& served) {
    const std::string command = served.status.value("command", std::string{});
    const std::string program = command.substr(0, command.find(' '));
    const bool ours = program.substr(program.rfind('/') + 1) == "tocsin" &&
                      command.substr(program.size()).starts_with(" serve");
    if (served.is_socket || !ours) {
        return;
    }
    try {
        if (const std::optional<json> records = Observer{served.path}.status()) {
            served.status["records"] = *records;
        }
    } catch (const Failure&) {
        // May not be read by this user; the rest is told all the same.
    }
}

[[noreturn]] void refuse(const Served& served, const std::string& reason) {
    const char* const remedy = served.state == State::dead
                                   ? "serve it again, or remove what is left with umount"
                                   : "tocsin ls lists what is served";
    throw Failure{Exit::refused,
                  fmt::format("{}: no status ({}); {}", served.path, reason, remedy)};
}

void show_as_text(const Served& served) {
    try {
        print_all(served);
    } catch (const json::exception& error) {
        refuse(served, fmt::format("it answers something else than a status: {}", error.what()));
    }
}

Exit show(const std::string& path, bool as_json) {
    Served served = ask_server(path);
    if (served.state != State::alive) {
        refuse(served, served.reason);
    }
    add_records(served);
    if (as_json) {
        answer("{}\n", served.status.dump(2, ' ', false, json::error_handler_t::replace));
    } else {
        show_as_text(served);
    }
    return Exit::done;
}

}  // namespace

void add_stat_command(CLI::App& app, Action& action) {
    const auto path = std::make_shared<std::string>();
    const auto as_json = std::make_shared<bool>(false);
    Subcommand{app, action, "stat", "Show who has a served path open, and who waits for what."}
        .path(*path, "a path or a socket that is served", true)
        .flag("--json", *as_json, "as a JSON object")
        .examples(examples)
        .does([path, as_json] { return show(*path, *as_json); });
}

}  // namespace tocsin::cli
