// What has happened in a simulation, and the end of one that went wrong. For the simulation.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::simulation {

// A promise was broken; what() says which.
class Violation : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

inline void require(bool holds, const std::string& promise) {
    if (!holds) {
        throw Violation{promise};
    }
}

// One line for each step. The same seed gives the same lines.
class Trace {
public:
    void note(std::string line) { lines_.push_back(std::move(line)); }

    [[nodiscard]] const std::vector<std::string>& lines() const noexcept { return lines_; }

    // FNV-1a over all lines.
    [[nodiscard]] std::uint64_t hash() const noexcept {
        std::uint64_t hash = 0xcbf29ce484222325U;
        for (const std::string& line : lines_) {
            for (const char letter : line + "\n") {
                hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
            }
        }
        return hash;
    }

private:
    std::vector<std::string> lines_;
};

}  // namespace tocsin::simulation
