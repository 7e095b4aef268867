// slog2f() and its kin. Private to tocsin/qnx.
#include <sys/slog2.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <vector>

#include <tocsin/qnx/face_result.h>
#include <tocsin/qnx/log_line.h>

// What a handle stands for.
struct tocsin_slog2_buffer {
    std::string name;
    std::atomic<uint8_t> verbosity;
};

namespace {

using tocsin::qnx::fail_with;

std::mutex mutex;
std::atomic<slog2_buffer_t> default_buffer{nullptr};

// Never destroyed: what runs at the end of the program may log, too.
std::vector<std::unique_ptr<tocsin_slog2_buffer>>& registered() {
    static auto& buffers = *new std::vector<std::unique_ptr<tocsin_slog2_buffer>>;
    return buffers;
}

slog2_buffer_t buffer_or_default(slog2_buffer_t buffer) noexcept {
    return buffer == SLOG2_DEFAULT_BUFFER ? default_buffer.load() : buffer;
}

void add_buffers(const slog2_buffer_set_config_t& config, slog2_buffer_t* handles) {
    const std::lock_guard lock{mutex};
    for (int number = 0; number < config.num_buffers; ++number) {
        const char* const name = config.buffer_config[number].buffer_name;
        registered().emplace_back(
            new tocsin_slog2_buffer{.name = name == nullptr ? config.buffer_set_name : name,
                                    .verbosity = config.verbosity_level});
        handles[number] = registered().back().get();
    }
}

}  // namespace

int slog2_register(const slog2_buffer_set_config_t* config, slog2_buffer_t* handles, uint32_t) {
    if (config == nullptr || handles == nullptr || config->buffer_set_name == nullptr ||
        config->num_buffers < 1 || config->num_buffers > SLOG2_MAX_BUFFERS) {
        return fail_with(EINVAL);
    }
    try {
        add_buffers(*config, handles);
        return 0;
    } catch (const std::bad_alloc&) {
        return fail_with(ENOMEM);
    }
}

int slog2_reset() {
    const std::lock_guard lock{mutex};
    default_buffer = nullptr;
    registered().clear();
    return 0;
}

slog2_buffer_t slog2_set_default_buffer(slog2_buffer_t buffer) {
    return default_buffer.exchange(buffer);
}

int slog2_set_verbosity(slog2_buffer_t buffer, uint8_t level) {
    const slog2_buffer_t meant = buffer_or_default(buffer);
    if (meant == nullptr || level > SLOG2_DEBUG2) {
        return fail_with(EINVAL);
    }
    meant->verbosity = level;
    return 0;
}

uint8_t slog2_get_verbosity(slog2_buffer_t buffer) {
    const slog2_buffer_t meant = buffer_or_default(buffer);
    return meant == nullptr ? uint8_t{SLOG2_DEBUG2} : meant->verbosity.load();
}

int vslog2f(slog2_buffer_t buffer, uint16_t, uint8_t severity, const char* format,
            va_list arguments) {
    const slog2_buffer_t meant = buffer_or_default(buffer);
    if (meant != nullptr && severity > meant->verbosity) {
        return 0;
    }
    const char* const name = meant == nullptr ? nullptr : meant->name.c_str();
    return tocsin::qnx::write_log_line(severity, name, format, arguments) < 0 ? -1 : 0;
}

int slog2f(slog2_buffer_t buffer, uint16_t code, uint8_t severity, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int result = vslog2f(buffer, code, severity, format, arguments);
    va_end(arguments);
    return result;
}

int slog2c(slog2_buffer_t buffer, uint16_t code, uint8_t severity, const char* text) {
    return slog2f(buffer, code, severity, "%s", text);
}
