// Asking a running server.
#include <tests/cli/server.h>

namespace cli_test {

namespace {

using nlohmann::json;

Arguments with_more(Arguments arguments, const Arguments& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return tocsin_with(arguments);
}

// The first resource of a path; of a socket the whole status; an empty object when there is none.
json resource_of(const std::string& path) {
    const json status = status_of(path);
    if (status.is_null()) {
        return json::object();
    }
    return status.contains("resources") ? status["resources"].at(0) : status;
}

}  // namespace

Arguments serve_at(const std::string& path, const Arguments& more) {
    return with_more({"serve", "-v", path}, more);
}

Arguments serve_on(const std::string& socket, const Arguments& more) {
    return with_more({"serve", "-v", "--socket", socket}, more);
}

Outcome stat_of(const std::string& path, const Arguments& more) {
    Outcome outcome;
    static_cast<void>(eventually([&] {
        outcome = run(with_more({"stat", path}, more));
        return outcome.complaints.find("no answer within a second") == std::string::npos;
    }));
    return outcome;
}

json status_of(const std::string& path) {
    const Outcome outcome = stat_of(path, {"--json"});
    return outcome.exit == 0 ? json::parse(outcome.output) : json{};
}

bool Server::has_published(const std::string& path, std::uint64_t count) {
    return eventually([&] {
        const json status = status_of(path);
        return !status.is_null() && status["records"].value("published", count + 1) == count;
    });
}

bool Server::has_open_files(const std::string& path, std::uint64_t count) {
    return eventually([&] { return resource_of(path).value("open_count", count + 1) == count; });
}

bool Server::has_readers(const std::string& path, std::uint64_t count) {
    return eventually([&] {
        const json status = status_of(path);
        return !status.is_null() && status["records"].value("readers", count + 1) == count;
    });
}

bool Server::has_parked_reads(const std::string& path, std::uint64_t count) {
    return eventually([&] {
        const json resource = resource_of(path);
        std::uint64_t parked = 0;
        for (const json& file : resource.value("open", json::array())) {
            parked += file.value("parked", std::uint64_t{0});
        }
        return resource.contains("open") && parked == count;
    });
}

}  // namespace cli_test
