// A syslog line of 100 bytes that carries the number of its connection and its own. For sender.c.
#pragma once

#include <stdint.h>
#include <string.h>

enum { line_size = 100, connection_at = 32, number_at = 37, padding_at = 48 };

static const char frame[line_size + 1] = "<13>Oct 11 22:14:15 host proof: 0000 0000000000 "
                                         "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxy\n";
static inline void put_number(char* at, unsigned digits, uint64_t number) {
    while (digits-- > 0) {
        at[digits] = (char)('0' + number % 10);
        number /= 10;
    }
}

static inline void put_line(char* at, unsigned connection, uint64_t number) {
    memcpy(at, frame, line_size);
    put_number(at + connection_at, 4, connection);
    put_number(at + number_at, 10, number);
}
