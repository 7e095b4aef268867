// Stops a program whose code is mistaken, with a message. Public.
#pragma once

namespace tocsin::base {

// Writes "tocsin: " and `message` to standard error and aborts. For mistakes of the programmer
// only: what a peer, the kernel or a limit can cause is returned as an error instead. The message
// names the object, its state and the remedy. Any thread; also in a signal handler.
[[noreturn]] void stop_program(const char* message) noexcept;

// As above, with "tocsin: ", `call`, ": " and `message`.
[[noreturn]] void stop_program(const char* call, const char* message) noexcept;

// Stops the program with `message` unless `holds`. Any thread.
inline void check(bool holds, const char* message) noexcept {
    if (!holds) [[unlikely]] {
        stop_program(message);
    }
}

}  // namespace tocsin::base
