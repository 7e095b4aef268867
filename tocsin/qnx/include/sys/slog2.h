/* Public. The system's log, by buffers. (QNX: slog2_register(), slog2f(), ...) */
#ifndef _SYS_SLOG2_H_INCLUDED
#define _SYS_SLOG2_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <stdarg.h>
#include <stdint.h>
#include <sys/cdefs.h>

#define SLOG2_SHUTDOWN 0
#define SLOG2_CRITICAL 1
#define SLOG2_ERROR 2
#define SLOG2_WARNING 3
#define SLOG2_NOTICE 4
#define SLOG2_INFO 5
#define SLOG2_DEBUG1 6
#define SLOG2_DEBUG2 7

#define SLOG2_MAX_BUFFERS 4
#define SLOG2_TRY_REUSE_BUFFER_SET 0x1

/* A part of a process that logs. */
typedef struct tocsin_slog2_buffer* slog2_buffer_t;

/* In the place of a buffer: the one that slog2_set_default_buffer() was told. */
#define SLOG2_DEFAULT_BUFFER ((slog2_buffer_t)0)

/* How much would be kept: syslog(3) decides that here. */
typedef struct {
    const char* buffer_name;
    int num_pages;
} slog2_buffer_config_t;

typedef struct {
    int num_buffers;
    const char* buffer_set_name;
    uint8_t verbosity_level; /* what is more talkative than this is dropped */
    slog2_buffer_config_t buffer_config[SLOG2_MAX_BUFFERS];
    uint32_t max_retries;
} slog2_buffer_set_config_t;

__BEGIN_DECLS

/* Sets up `num_buffers` handles. 0, or -1 with errno: EINVAL, ENOMEM. */
int slog2_register(const slog2_buffer_set_config_t* config, slog2_buffer_t* handles,
                   uint32_t flags);

/* Forgets what was registered; handles are of no use any more. */
int slog2_reset(void);

/* The buffer for those who name none; returns the one before. */
slog2_buffer_t slog2_set_default_buffer(slog2_buffer_t buffer);

int slog2_set_verbosity(slog2_buffer_t buffer, uint8_t level);
uint8_t slog2_get_verbosity(slog2_buffer_t buffer);

/* Write a line as slogf() does, with the name of the buffer in front. 0, or -1 with errno; nothing
   is written, and 0 returned, when the buffer's verbosity is lower than `severity`. Without a
   buffer and a default: under no name. */
int slog2c(slog2_buffer_t buffer, uint16_t code, uint8_t severity, const char* text);
int slog2f(slog2_buffer_t buffer, uint16_t code, uint8_t severity, const char* format, ...)
    __attribute__((__format__(printf, 4, 5)));
int vslog2f(slog2_buffer_t buffer, uint16_t code, uint8_t severity, const char* format,
            va_list arguments) __attribute__((__format__(printf, 4, 0)));

__END_DECLS

#endif
