// The main of a benchmark program: it lists what it can measure, or measures one thing once.
// Private to bench.
#pragma once

#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace bench {

// What one measurement found: names and numbers. "ns" is the time of one operation; a distribution
// has "p50", "p99" and so on.
using Figures = std::vector<std::pair<std::string, double>>;

// One contestant in one case. bench/run calls those of a case in turns, each in a process of its
// own, so that none finds memory, threads or descriptors that another has left.
struct Measurement {
    std::string subject;     // the case
    std::string contestant;  // unique in the case
    std::function<Figures()> measure;
};

inline void list(const std::vector<Measurement>& all, const std::string& version) {
    for (const Measurement& one : all) {
        std::printf(R"({"case": "%s", "contestant": "%s", "version": "%s"})"
                    "\n",
                    one.subject.c_str(), one.contestant.c_str(), version.c_str());
    }
}

inline void print(const Figures& figures) {
    const char* separator = "{";
    for (const auto& [name, value] : figures) {
        std::printf("%s\"%s\": %.6g", separator, name.c_str(), value);
        separator = ", ";
    }
    std::printf("}\n");
}

// PROGRAM --list, or PROGRAM CASE CONTESTANT; the result is the exit status.
inline int run_program(const std::vector<Measurement>& all, const std::string& version,
                       int argument_count, char** arguments) {
    const std::vector<std::string> words(arguments + 1, arguments + argument_count);
    if (words.size() == 1 && words[0] == "--list") {
        list(all, version);
        return 0;
    }
    for (const Measurement& one : all) {
        if (words.size() == 2 && words[0] == one.subject && words[1] == one.contestant) {
            print(one.measure());
            return 0;
        }
    }
    std::fprintf(stderr, "usage: %s --list | CASE CONTESTANT, both as --list has them\n",
                 arguments[0]);
    return 2;
}

}  // namespace bench
