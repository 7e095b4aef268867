// Runs contestants in turns and prints medians and ratios. Private to bench.
#pragma once

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace bench {

// One contestant of a case: `round` measures once and returns nanoseconds per operation.
struct Contestant {
    std::string name;
    std::function<double()> round;
};

// One line of the table. The first contestant is the one that ratios are about: Tocsin.
struct Case {
    std::string name;
    std::vector<Contestant> contestants;
};

struct Result {
    std::string name;
    double median = 0;
    double spread = 0;  // half the distance between the quartiles, as a share of the median
};

[[nodiscard]] inline Result summarise(const std::string& name, std::vector<double> samples) {
    std::ranges::sort(samples);
    const std::size_t count = samples.size();
    const double median = samples[count / 2];
    return {name, median, (samples[count * 3 / 4] - samples[count / 4]) / 2 / median};
}

// Measures all contestants of `subject`, one after the other, `rounds` times over.
[[nodiscard]] inline std::vector<Result> measure(const Case& subject, int rounds) {
    std::vector<std::vector<double>> samples(subject.contestants.size());
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t index = 0; index < samples.size(); ++index) {
            samples[index].push_back(subject.contestants[index].round());
        }
    }
    std::vector<Result> results;
    for (std::size_t index = 0; index < samples.size(); ++index) {
        results.push_back(summarise(subject.contestants[index].name, std::move(samples[index])));
    }
    return results;
}

inline void print(const Case& subject, const std::vector<Result>& results, bool as_json) {
    if (!as_json) {
        std::printf("%s\n", subject.name.c_str());
    }
    for (const Result& result : results) {
        const double ratio = results.front().median / result.median;
        if (as_json) {
            std::printf(R"({"case":"%s","contestant":"%s","ns":%.2f,"spread":%.3f,"ratio":%.3f})"
                        "\n",
                        subject.name.c_str(), result.name.c_str(), result.median, result.spread,
                        ratio);
        } else {
            std::printf("    %-24s %12.1f ns  +-%3.0f %%   tocsin is %.2f of it\n",
                        result.name.c_str(), result.median, result.spread * 100, ratio);
        }
    }
    std::fflush(stdout);
}

// Measures and prints every case whose name contains `only`; the common main of the benchmarks.
inline int run_cases(const std::vector<Case>& cases, int argument_count, char** arguments) {
    int rounds = 9;
    bool as_json = false;
    std::string only;
    for (int index = 1; index < argument_count; ++index) {
        const std::string argument = arguments[index];
        if (argument == "--json") {
            as_json = true;
        } else if (argument == "--quick") {
            rounds = 3;
        } else if (argument == "--only" && index + 1 < argument_count) {
            only = arguments[++index];
        } else {
            std::fprintf(stderr, "usage: %s [--quick] [--json] [--only PART-OF-A-CASE-NAME]\n",
                         arguments[0]);
            return 2;
        }
    }
    for (const Case& subject : cases) {
        if (subject.name.find(only) != std::string::npos) {
            print(subject, measure(subject, rounds), as_json);
        }
    }
    return 0;
}

}  // namespace bench
