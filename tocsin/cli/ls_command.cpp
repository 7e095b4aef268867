// `tocsin ls`: what is served on this machine. Private to tocsin/cli.
#include <tocsin/cli/command.h>

#include <memory>

#include <fmt/format.h>

#include <tocsin/cli/say.h>
#include <tocsin/cli/served_list.h>
#include <tocsin/cli/table.h>
#include <tocsin/cli/values.h>

namespace tocsin::cli {

namespace {

constexpr const char* examples = R"(Examples:
  tocsin ls                      paths and sockets, by whom they are served and since when
  tocsin ls --json | jq -r '.[] | select(.state == "dead") | .path'
                                 what dead servers have left behind; serving the path again, or
                                 umount, removes it

State: alive; dead (the server is gone); silent (it does not answer within a second, perhaps it is
stopped); foreign (it may not be asked by you, or is no server of Tocsin).
)";

std::size_t open_count(const nlohmann::json& status) {
    std::size_t count = status.value("open_count", std::size_t{0});
    for (const nlohmann::json& resource : status.value("resources", nlohmann::json::array())) {
        count += resource.value("open_count", std::size_t{0});
    }
    return count;
}

Row row_of(const Served& served) {
    const std::string kind = served.is_socket ? "socket" : "path";
    if (served.state != State::alive) {
        return {printable(served.path),   kind, name_of(served.state), "-", "-", "-", "-",
                "(" + served.reason + ")"};
    }
    const nlohmann::json& status = served.status;
    const std::chrono::milliseconds age{status.value("age_ms", std::int64_t{0})};
    return {printable(served.path),
            kind,
            name_of(served.state),
            name_of_user(status.value("uid", ::uid_t{0})),
            std::to_string(status.value("pid", 0)),
            show_duration(age),
            std::to_string(open_count(status)),
            printable(status.value("command", std::string{}))};
}

nlohmann::json json_of(const Served& served) {
    nlohmann::json entry{{"path", served.path},
                         {"kind", served.is_socket ? "socket" : "path"},
                         {"state", name_of(served.state)}};
    if (served.state == State::alive) {
        entry["status"] = served.status;
    } else {
        entry["reason"] = served.reason;
    }
    return entry;
}

Exit list(bool as_json) {
    const std::vector<Served> all = find_served();
    if (as_json) {
        nlohmann::json entries = nlohmann::json::array();
        for (const Served& served : all) {
            entries.push_back(json_of(served));
        }
        answer("{}\n", entries.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
        return Exit::done;
    }
    std::vector<Row> rows{{"PATH", "KIND", "STATE", "USER", "PID", "FOR", "OPEN", "COMMAND"}};
    for (const Served& served : all) {
        rows.push_back(row_of(served));
    }
    answer("{}", layout(rows));
    return Exit::done;
}

}  // namespace

void add_ls_command(CLI::App& app, Action& action) {
    const auto as_json = std::make_shared<bool>(false);
    Subcommand{app, action, "ls", "List what is served on this machine, by whom and since when."}
        .flag("--json", *as_json, "as a JSON array")
        .examples(examples)
        .does([as_json] { return list(*as_json); });
}

}  // namespace tocsin::cli
