// A number of QNX's C library that some managers name: where it looks for a free descriptor first.
// Nothing here reads it. Private to tocsin/qnx.

extern "C" {
[[gnu::weak]] int _lowest_fd = 0;  // NOLINT(readability-identifier-naming)
}
