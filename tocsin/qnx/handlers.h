// The functions of a manager's table, each for its kind of message. Private to tocsin/qnx.
#pragma once

#include <cerrno>
#include <cstddef>
#include <sys/iofunc.h>

#include <tocsin/qnx/binding.h>

namespace tocsin::qnx {

// Calls a manager's function for the message that lies in the context, and returns its result.
using Handler = int (*)(::resmgr_context_t& request, Binding& binding);

// `function` of the table, called with the message as `member` of the union.
template <auto function, auto member>
int call_function(::resmgr_context_t& request, Binding& binding) {
    if (!binding.bound()) {
        return EBADF;
    }
    const auto handler = binding.functions().*function;
    return handler == nullptr ? _RESMGR_DEFAULT
                              : handler(&request, &(request.msg->*member), binding.ocb());
}

inline constexpr Handler call_read =
    &call_function<&::resmgr_io_funcs_t::read, &::resmgr_iomsgs_t::read>;
inline constexpr Handler call_write =
    &call_function<&::resmgr_io_funcs_t::write, &::resmgr_iomsgs_t::write>;
inline constexpr Handler call_devctl =
    &call_function<&::resmgr_io_funcs_t::devctl, &::resmgr_iomsgs_t::devctl>;
inline constexpr Handler call_notify =
    &call_function<&::resmgr_io_funcs_t::notify, &::resmgr_iomsgs_t::notify>;
inline constexpr Handler call_lseek =
    &call_function<&::resmgr_io_funcs_t::lseek, &::resmgr_iomsgs_t::lseek>;
inline constexpr Handler call_sync =
    &call_function<&::resmgr_io_funcs_t::sync, &::resmgr_iomsgs_t::sync>;
inline constexpr Handler call_msg =
    &call_function<&::resmgr_io_funcs_t::msg, &::resmgr_iomsgs_t::io_msg>;
inline constexpr Handler call_close_dup =
    &call_function<&::resmgr_io_funcs_t::close_dup, &::resmgr_iomsgs_t::close>;

inline constexpr Handler call_chmod =
    &call_function<&::resmgr_io_funcs_t::chmod, &::resmgr_iomsgs_t::chmod>;
inline constexpr Handler call_chown =
    &call_function<&::resmgr_io_funcs_t::chown, &::resmgr_iomsgs_t::chown>;
inline constexpr Handler call_utime =
    &call_function<&::resmgr_io_funcs_t::utime, &::resmgr_iomsgs_t::utime>;
inline constexpr Handler call_space =
    &call_function<&::resmgr_io_funcs_t::space, &::resmgr_iomsgs_t::space>;

// How a message is handled that a client has made itself.
struct MessageKind {
    Handler handler;
    std::size_t header_size;  // how much of it its function may look at without asking
};

// By its type; what is no message of the library's goes where the program has attached it.
[[nodiscard]] MessageKind kind_of(unsigned type) noexcept;

}  // namespace tocsin::qnx
