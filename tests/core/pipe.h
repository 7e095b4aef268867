// A pipe whose two ends close themselves. For tests.
#pragma once

#include <array>
#include <cstddef>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

#include <tocsin/base/descriptor.h>
#include <tocsin/base/errors.h>

namespace tocsin::core {

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) {
            throw std::system_error{base::last_error(), "pipe2"};
        }
        reader.reset(ends[0]);
        writer.reset(ends[1]);
    }

    // Makes the reading end readable.
    void write_byte() const {
        const char byte = 'x';
        if (::write(writer.number(), &byte, 1) != 1) {
            throw std::system_error{base::last_error(), "write"};
        }
    }

    // How many bytes there were to read; at most 4,096 at once.
    std::size_t read_all() const {
        std::array<char, 4096> bytes{};
        const ssize_t got = ::read(reader.number(), bytes.data(), bytes.size());
        return got > 0 ? static_cast<std::size_t>(got) : 0;
    }

    // Writes until nothing more fits, so that the writing end is not writable.
    void fill() const {
        std::array<char, 4096> bytes{};
        while (::write(writer.number(), bytes.data(), bytes.size()) > 0) {
        }
    }

    base::Descriptor reader;
    base::Descriptor writer;
};

}  // namespace tocsin::core
